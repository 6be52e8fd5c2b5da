//! A JSON tree to the YAML text of it that a person would write: block style, quotes only where they are needed. The inverse of the reader:
//! whatever is written here is read back as the same tree, by this reader and by those that take `yes` for a boolean.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::scalar::{Plain, plain};
use crate::printable::printable;

/// Keys that are longer than YAML allows in front of a `:` stand behind a `?` (YAML 1.2, section 8.2.2: 1,024 characters).
const LONG_KEY: usize = 1_000;

/// What a text cannot start with and be read as a text without quotes.
const INDICATORS: &str = "-?:,[]{}#&*!|>'\"%@`=<~.";

/// Writes a tree as one document, without `---` in front of it.
pub fn write(tree: &Value) -> String {
    let mut out = String::new();
    match tree {
        Value::Object(members) if !members.is_empty() => mapping(&mut out, members, 0),
        Value::Array(items) if !items.is_empty() => list(&mut out, items, 0),
        other => {
            out.push_str(&scalar(other));
            out.push('\n');
        }
    }
    out
}

fn mapping(out: &mut String, members: &Map<String, Value>, depth: usize) {
    for (name, value) in members {
        indent(out, depth);
        member(out, name, value, depth);
    }
}

/// Writes a member behind its indentation.
fn member(out: &mut String, name: &str, value: &Value, depth: usize) {
    let key = text(name);
    if key.chars().count() > LONG_KEY {
        let _ = writeln!(out, "? {key}");
        indent(out, depth);
    } else {
        out.push_str(&key);
    }
    out.push(':');
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push('\n');
            mapping(out, members, depth + 1);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            list(out, items, depth + 1);
        }
        other => {
            let _ = writeln!(out, " {}", scalar(other));
        }
    }
}

fn list(out: &mut String, items: &[Value], depth: usize) {
    for item in items {
        indent(out, depth);
        out.push_str("- ");
        match item {
            Value::Object(members) if !members.is_empty() => {
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        indent(out, depth + 1);
                    }
                    member(out, name, value, depth + 1);
                }
            }
            Value::Array(inner) if !inner.is_empty() => {
                // The first item of the inner list stands on the line of its dash.
                let mut below = String::new();
                list(&mut below, inner, depth + 1);
                out.push_str(below.trim_start_matches(' '));
            }
            other => {
                out.push_str(&scalar(other));
                out.push('\n');
            }
        }
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(content) => text(content),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Writes a text: without quotes if every reader takes it for the same text then.
fn text(content: &str) -> String {
    if content.chars().any(is_escaped) {
        return escaped(content);
    }
    if is_plain(content) {
        return content.to_owned();
    }
    if content.contains(['"', '\\']) { format!("'{}'", content.replace('\'', "''")) } else { format!("\"{content}\"") }
}

fn is_plain(content: &str) -> bool {
    let clear = matches!(plain(content), Plain::Clear(Value::String(_)));
    clear
        && content.trim() == content
        && !content.starts_with(|c| INDICATORS.contains(c))
        && !content.contains(": ")
        && !content.contains(" #")
        && !content.ends_with(':')
        && !is_something_elsewhere(content)
}

/// Tells whether another reader than ours takes a text for a number of YAML 1.1 (`1_000`, `12:30`), or for a date. `n` and `y`, which the
/// letter of YAML 1.1 has as booleans and no reader in use does, are members of every public key.
fn is_something_elsewhere(content: &str) -> bool {
    let numeric = |c: char| c.is_ascii_digit() || "+-_.:,TZtzeE ".contains(c);
    content.starts_with(|c: char| c.is_ascii_digit() || c == '+') && content.chars().all(numeric)
}

/// Tells whether a character cannot stand in a manifest as it is, or would be seen by nobody who reads it.
fn is_escaped(c: char) -> bool {
    c.is_control() || !matches!(printable(c.encode_utf8(&mut [0; 4])), std::borrow::Cow::Borrowed(_))
}

fn escaped(content: &str) -> String {
    let mut out = String::from("\"");
    for c in content.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_escaped(c) && u32::from(c) > 0xffff => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c if is_escaped(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::yaml;
    use super::*;
    use crate::diagnostic::Diagnostics;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn it_is_what_a_person_would_write() {
        let tree = json!({
            "apiVersion": "idpctl/v1",
            "metadata": {"name": "web"},
            "spec": {
                "label": "Web: \"Portal\" # 1", "settings": {"notes": {}, "uris": [], "on": true, "n": 5, "x": 1.5, "none": null},
                "texts": ["yes", "1.0", "0o7", "~", "", "- a", "2026-09", "12:30", "a: b", "it's", "${source.login}", "https://a.example/b#c", "n", " a"],
                "rules": [{"name": "a", "scopes": ["*", "x"]}, {"name": "b"}, [], [[1], 2]],
                "hidden \u{202e}": "a\nb\u{e0041}\u{0}",
            },
        });
        insta::assert_snapshot!(write(&tree), @r#"
        apiVersion: idpctl/v1
        metadata:
          name: web
        spec:
          label: 'Web: "Portal" # 1'
          settings:
            notes: {}
            uris: []
            "on": true
            n: 5
            x: 1.5
            none: null
          texts:
            - "yes"
            - "1.0"
            - "0o7"
            - "~"
            - ""
            - "- a"
            - "2026-09"
            - "12:30"
            - "a: b"
            - it's
            - ${source.login}
            - https://a.example/b#c
            - n
            - " a"
          rules:
            - name: a
              scopes:
                - "*"
                - x
            - name: b
            - []
            - - - 1
              - 2
          "hidden \u202e": "a\nb\U000e0041\u0000"
        "#);
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z0-9_ .:#&*!|>'\"%@`,{}\\[\\]\\\\?~<=-]{0,12}",
            "[-+]?[0-9_.:xobeETZ-]{1,8}",
            any::<String>(),
            prop::sample::select(vec![
                "yes",
                "no",
                "null",
                "~",
                "true",
                "False",
                ".inf",
                "<<",
                "---",
                "...",
                "",
                " ",
                "=",
                "\u{85}",
                "\u{feff}",
                "\u{202e}x",
                "${var.a}",
                "? a",
                "- a",
            ])
            .prop_map(str::to_owned),
            (900..1200usize).prop_map(|n| "k".repeat(n)),
        ]
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter("JSON has none", |n| n.is_finite()).prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((text(), inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn whatever_is_written_is_read_back_without_a_word(tree in tree()) {
            let tree = json!({"spec": tree});
            let text = write(&tree);
            let mut diagnostics = Diagnostics::default();
            let file = yaml::read(&"a.yaml".into(), &text, &mut diagnostics);
            prop_assert!(diagnostics.is_empty(), "{:?}\n{}", diagnostics.sorted(), text);
            prop_assert_eq!(&file.documents[0].tree, &tree, "{}", text);
            prop_assert_eq!(&file.documents[0].typed::<Value>().unwrap(), &tree, "{}", text);
        }
    }
}
