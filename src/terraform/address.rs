//! What a Terraform state calls an instance of a resource, and what a configuration calls the resource: `module.a["x"].okta_app_oauth.web[0]`
//! and `module.a.okta_app_oauth.web`.
//!
//! A state's texts are anybody's: what is no name in Terraform's language never becomes a part of a configuration ([`Address::block`]).

use std::fmt;

/// Which instance of a resource or module, where `count` or `for_each` makes several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Of `count`.
    Number(u64),
    /// Of `for_each`.
    Text(String),
}

/// A module call on the way to a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Which instance of it.
    pub key: Option<Key>,
}

/// The address of an instance of a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The modules that it is in, the outermost first.
    pub modules: Vec<Module>,
    /// The resource's type, for example `okta_app_oauth`.
    pub sort: String,
    /// The resource's name.
    pub name: String,
    /// Which instance of it.
    pub key: Option<Key>,
}

impl Address {
    /// Returns what a configuration calls the resource: the address without any instance's key. `None` if some part of it is no name in
    /// Terraform's language.
    pub fn block(&self) -> Option<String> {
        let mut names = vec![self.sort.as_str(), self.name.as_str()];
        names.extend(self.modules.iter().map(|module| module.name.as_str()));
        if !names.into_iter().all(is_identifier) {
            return None;
        }
        let keyless = |module: &Module| Module { name: module.name.clone(), key: None };
        let modules = self.modules.iter().map(keyless).collect();
        Some(Self { modules, sort: self.sort.clone(), name: self.name.clone(), key: None }.to_string())
    }
}

/// Tells whether a text is a name in Terraform's language. Other scripts are names there too, but nothing that only looks like a letter is
/// worth the risk.
fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|c| c.is_alphabetic() || c.is_ascii_digit() || c == '_' || c == '-')
}

/// Reads the module of a resource, as a state writes it: `module.a["x"].module.b[0]`. `None` if it is not written so.
pub(super) fn modules(text: &str) -> Option<Vec<Module>> {
    let mut modules = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        rest = rest.strip_prefix("module.")?;
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let (key, behind) = if behind.starts_with('[') { key(behind)? } else { (None, behind) };
        if name.is_empty() {
            return None;
        }
        modules.push(Module { name: name.to_owned(), key });
        rest = match behind.strip_prefix('.') {
            Some(behind) if !behind.is_empty() => behind,
            None if behind.is_empty() => "",
            _ => return None,
        };
    }
    Some(modules)
}

/// Reads a key in brackets, and returns what is behind it.
fn key(text: &str) -> Option<(Option<Key>, &str)> {
    let inner = text.strip_prefix('[')?;
    let Some(quoted) = inner.strip_prefix('"') else {
        let (number, rest) = inner.split_once(']')?;
        return Some((Some(Key::Number(number.parse().ok()?)), rest));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, c)) = letters.next() {
        match c {
            '"' => return Some((Some(Key::Text(value)), quoted[at + 1..].strip_prefix(']')?)),
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            }),
            // `${` and `%{` are doubled where they begin no template.
            '$' | '%' if quoted[at + 1..].starts_with(c) && quoted[at + 2..].starts_with('{') => {
                letters.next();
                value.push(c);
            }
            other => value.push(other),
        }
    }
    None
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "[{number}]"),
            Self::Text(text) => {
                let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
                write!(f, "[\"{}\"]", text.replace("${", "$${").replace("%{", "%%{"))
            }
        }
    }
}

/// Writes the address as Terraform does. What it is made of is somebody's text: whoever shows it makes it printable.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for module in &self.modules {
            write!(f, "module.{}", module.name)?;
            if let Some(key) = &module.key {
                write!(f, "{key}")?;
            }
            write!(f, ".")?;
        }
        write!(f, "{}.{}", self.sort, self.name)?;
        self.key.iter().try_for_each(|key| write!(f, "{key}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(module: &str, name: &str, key: Option<Key>) -> Option<Address> {
        Some(Address { modules: modules(module)?, sort: "okta_app_oauth".to_owned(), name: name.to_owned(), key })
    }

    #[test]
    fn an_address_is_written_as_terraform_writes_it_and_a_block_has_no_keys() {
        let shown = |module: &str, key: Option<Key>| {
            let address = address(module, "web", key);
            address.map_or("none".to_owned(), |address| format!("{address} | {}", address.block().unwrap_or_default()))
        };
        let all = [
            shown("", None),
            shown("", Some(Key::Number(3))),
            shown("module.a.module.b-c", Some(Key::Text("eu".into()))),
            shown(r#"module.a["x"].module.b[0]"#, None),
            shown(r#"module.a["].module.b[\"${x}"]"#, Some(Key::Text("a\"\n${b}".into()))),
            shown("module.a..module.b", None),
            shown("module.a[\"x", None),
            shown("mod.a", None),
            shown("module.", None),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        okta_app_oauth.web | okta_app_oauth.web
        okta_app_oauth.web[3] | okta_app_oauth.web
        module.a.module.b-c.okta_app_oauth.web["eu"] | module.a.module.b-c.okta_app_oauth.web
        module.a["x"].module.b[0].okta_app_oauth.web | module.a.module.b.okta_app_oauth.web
        module.a["].module.b[\"$${x}"].okta_app_oauth.web["a\"\n$${b}"] | module.a.okta_app_oauth.web
        none
        none
        none
        none
        "#);
    }

    #[test]
    fn what_is_no_name_is_put_into_no_configuration() {
        for name in ["web\n}\nresource \"x\" \"y\" {", "", "1st", "a b", "a.b", "${x}", "a\u{202e}b", "-a"] {
            assert_eq!(address("", name, None).and_then(|address| address.block()), None, "{name:?}");
        }
        assert!(address("", "größe_1-x", None).and_then(|address| address.block()).is_some());
    }

    proptest! {
        #[test]
        fn a_module_with_any_key_is_read_as_it_was_written(key in prop_oneof![any::<String>(), "[\"\\\\$%{}\\]\\[.]{0,6}"]) {
            let module = Module { name: "a".to_owned(), key: Some(Key::Text(key)) };
            let text = format!("module.a{}.module.b", module.key.as_ref().unwrap());
            prop_assert_eq!(modules(&text), Some(vec![module, Module { name: "b".to_owned(), key: None }]));
        }
    }
}
