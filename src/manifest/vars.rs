//! `${var.NAME}` in texts to the variable's value.
//!
//! A variable stays text: it never becomes structure, and what a value holds is not looked at again. Keys are left as they are.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Positions;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::json::{Path, Way};
use crate::resource::did_you_mean;

/// The variables of a run, by name.
pub type Variables = BTreeMap<String, String>;

const MAX_BYTES: usize = 1024 * 1024;

/// Fills variables into the texts of one document.
pub(super) struct Filler<'a> {
    /// `None` if they could not be determined, which has been reported: then references stay as they are.
    pub(super) variables: Option<&'a Variables>,
    pub(super) positions: &'a Positions,
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Bytes that have been filled in so far.
    pub(super) filled: usize,
}

impl Filler<'_> {
    /// Fills in every text of a tree.
    pub(super) fn fill(&mut self, tree: &mut Value, way: &Way<'_>) {
        match tree {
            Value::String(text) if text.contains("${") => {
                if let Some(filled) = self.text(text, &way.path()) {
                    *text = filled;
                }
            }
            Value::Array(items) => items.iter_mut().enumerate().for_each(|(index, item)| self.fill(item, &Way::Index(way, index))),
            Value::Object(members) => members.iter_mut().for_each(|(name, member)| self.fill(member, &Way::Key(way, name))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Returns a text with its variables filled in; `None` if nothing is to be done, or if a fault was found.
    fn text(&mut self, text: &str, path: &Path) -> Option<String> {
        let variables = self.variables?;
        let mut out = String::with_capacity(text.len());
        let mut faulty = false;
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, reference) = rest.split_at(at);
            if let Some(literal) = before.strip_suffix('$') {
                out.push_str(literal);
                out.push_str("${");
                rest = &reference[2..];
                continue;
            }
            out.push_str(before);
            // Other `${…}` belong to Okta: `${source.login}` is a template of its own.
            let Some(inside) = reference.strip_prefix("${var.") else {
                out.push_str("${");
                rest = &reference[2..];
                continue;
            };
            let name = inside.split_once('}').map(|(name, _)| name).filter(|name| is_variable_name(name));
            match name.map(|name| (name, variables.get(name))) {
                Some((name, Some(value))) => {
                    out.push_str(value);
                    self.filled = self.filled.saturating_add(value.len());
                    rest = &inside[name.len() + 1..];
                }
                Some((name, None)) => {
                    self.undefined(name, variables, path);
                    faulty = true;
                    rest = &inside[name.len() + 1..];
                }
                None => {
                    self.push(
                        path,
                        Diagnostic::error(codes::VARIABLE_FORM, None, "`${var.` does not start a variable reference")
                            .help("write `${var.NAME}`, with letters, digits and `_` in the name, or `$${` for a literal `${`"),
                    );
                    faulty = true;
                    rest = inside;
                }
            }
            if self.filled > MAX_BYTES {
                self.push(
                    path,
                    Diagnostic::error(codes::VARIABLE_SIZE, None, "variables make this document larger than 1 MiB")
                        .help("shorten the values of the variables"),
                );
                return None;
            }
        }
        out.push_str(rest);
        (!faulty).then_some(out)
    }

    fn undefined(&mut self, name: &str, variables: &Variables, path: &Path) {
        let known = || variables.keys().map(String::as_str);
        let help = did_you_mean(name, known()).unwrap_or_else(|| {
            let list: Vec<&str> = known().collect();
            let define = format!("define it under the target's `vars`, or with `--var {name}=VALUE`");
            if list.is_empty() { define } else { format!("defined are `{}`; {define}", list.join("`, `")) }
        });
        self.push(path, Diagnostic::error(codes::VARIABLE_UNDEFINED, None, format!("the variable `{name}` is not defined")).help(help));
    }

    fn push(&mut self, path: &Path, mut diagnostic: Diagnostic) {
        diagnostic.origin = Some(self.positions.value(path));
        self.diagnostics.push(diagnostic);
    }
}

/// Returns a tree as it has to be written so that filling in variables gives it back: `$${` where `${` would be taken for a reference or for
/// such an escape. Templates of Okta stay as they are.
#[must_use]
pub fn literal(tree: Value) -> Value {
    match tree {
        Value::String(text) => Value::String(literal_text(&text)),
        Value::Array(items) => items.into_iter().map(literal).collect(),
        Value::Object(members) => Value::Object(members.into_iter().map(|(name, member)| (name, literal(member))).collect()),
        other => other,
    }
}

fn literal_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        out.push_str(if before.ends_with('$') || reference.starts_with("${var.") { "$${" } else { "${" });
        rest = &reference[2..];
    }
    out.push_str(rest);
    out
}

/// Returns whether a text can name a variable.
pub fn is_variable_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Origin;
    use serde_json::json;

    fn filled(mut tree: Value) -> (Value, Vec<String>) {
        let variables = Variables::from([("host".to_owned(), "a.example".to_owned()), ("odd".to_owned(), "${var.host}: [x]".to_owned())]);
        let positions = Positions::new(Origin { file: "x".into(), start: 0, end: 0, line: 1, column: 1 });
        let mut diagnostics = Diagnostics::default();
        Filler { variables: Some(&variables), positions: &positions, diagnostics: &mut diagnostics, filled: 0 }.fill(&mut tree, &Way::Root);
        let messages =
            diagnostics.sorted().iter().map(|d| format!("{}: {}; {}", d.code, d.message, d.help.as_deref().unwrap_or_default())).collect();
        (tree, messages)
    }

    #[test]
    fn variables_are_filled_into_values_and_never_become_structure() {
        let (tree, faults) = filled(json!({"${var.host}": ["https://${var.host}/${var.host}", {"b": "${var.odd}"}], "n": 1}));
        assert_eq!(tree, json!({"${var.host}": ["https://a.example/a.example", {"b": "${var.host}: [x]"}], "n": 1}));
        assert!(faults.is_empty());
    }

    #[test]
    fn literals_and_templates_of_okta_stay() {
        let (tree, faults) = filled(json!(["$${var.host}", "${source.login}", "$${", "$", "a$$b", "${var.host}$${var.host}"]));
        assert_eq!(tree, json!(["${var.host}", "${source.login}", "${", "$", "a$$b", "a.example${var.host}"]));
        assert!(faults.is_empty());
    }

    #[test]
    fn every_undefined_or_malformed_reference_is_reported() {
        let (tree, faults) = filled(json!("${var.hots} ${var.region} ${var.} ${var.host"));
        assert_eq!(tree, json!("${var.hots} ${var.region} ${var.} ${var.host"));
        insta::assert_snapshot!(faults.join("\n"), @"
        IDP0401: the variable `hots` is not defined; did you mean `host`?
        IDP0401: the variable `region` is not defined; defined are `host`, `odd`; define it under the target's `vars`, or with `--var region=VALUE`
        IDP0402: `${var.` does not start a variable reference; write `${var.NAME}`, with letters, digits and `_` in the name, or `$${` for a literal `${`
        ");
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_as_a_literal_is_filled_in_as_it_was(text in "(\\$|\\{|\\}|\\$\\{var\\.|host|x){0,12}") {
            let (tree, faults) = filled(literal(json!({"${var.host}": [&text]})));
            proptest::prop_assert!(faults.is_empty(), "{:?}", faults);
            proptest::prop_assert_eq!(tree, json!({"${var.host}": [text]}));
        }
    }

    #[test]
    fn growth_is_limited() {
        let variables = Variables::from([("big".to_owned(), "x".repeat(600_000))]);
        let positions = Positions::new(Origin { file: "x".into(), start: 0, end: 0, line: 1, column: 1 });
        let mut diagnostics = Diagnostics::default();
        let mut tree = json!(["${var.big}", "${var.big}"]);
        Filler { variables: Some(&variables), positions: &positions, diagnostics: &mut diagnostics, filled: 0 }.fill(&mut tree, &Way::Root);
        assert_eq!(diagnostics.sorted().iter().map(|d| d.code).collect::<Vec<_>>(), [codes::VARIABLE_SIZE]);
    }
}
