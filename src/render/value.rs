//! One field's difference as text: on one line where it fits, as a unified diff where it does not.
//!
//! Two different values never look the same, however long they are.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::style::{Style, Tone};
use crate::address::Kind;
use crate::json::{Fingerprint, canonical};
use crate::printable::printable;
use crate::resource::authorization_server::Part;
use crate::resource::{Compare, every_leaf, table};

/// Longer scalars are shown with their middle left out.
const SCALAR: usize = 160;
/// Values of more lines than this are not compared line by line.
const MOST_LINES: usize = 2_000;
/// A diff shows this many lines at most.
const SHOWN_LINES: usize = 60;

/// Returns the lines that show what becomes of a field. The first line starts with the path.
pub(super) fn change(path: &str, before: Option<&Value>, after: Option<&Value>, is_new: bool, style: Style) -> Vec<String> {
    let none = || "none".to_owned();
    let (shown_before, shown_after) = (before.map_or_else(none, one_line), after.map_or_else(none, one_line));
    let inline = match (before, is_new) {
        (None, true) => format!("{path}: {shown_after}"),
        _ => format!("{path}: {shown_before} → {shown_after}"),
    };
    if [before, after].into_iter().flatten().all(|value| !is_long(value)) || inline.chars().count() <= style.width {
        return vec![inline];
    }
    let mut out = vec![format!("{path}:")];
    out.extend(difference(&lines(before, path), &lines(after, path), style).into_iter().map(|line| format!("  {line}")));
    out
}

/// Returns the lines by which two values differ, each with what it is in front: `- `, `+ ` or two spaces.
pub(super) fn difference_lines(path: &str, before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    difference(&lines(before, path), &lines(after, path), Style::default())
}

/// Returns a value on one line, its middle left out if it is long.
pub(super) fn one_line(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", shortened(&text.replace('\\', "\\\\").replace('"', "\\\""))),
        Value::Array(items) if items.iter().all(|item| !is_nested(item)) => {
            format!("[{}]", items.iter().map(one_line).collect::<Vec<_>>().join(", "))
        }
        Value::Array(_) | Value::Object(_) => shortened(&value.to_string()),
        scalar => scalar.to_string(),
    }
}

/// Returns an inert text; a digest stands for the middle of a long one, so that different texts look different.
pub(super) fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= SCALAR {
        return printable(text).into_owned();
    }
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    let (head, tail) = (&text[..at(SCALAR / 2)], &text[at(count - SCALAR / 4)..]);
    format!("{}…({} more characters, {})…{}", printable(head), count - SCALAR / 2 - SCALAR / 4, digest(text), printable(tail))
}

pub(super) fn digest(text: &str) -> String {
    format!("sha256 {}", &Fingerprint::of(&Value::from(text)).as_str()[..8])
}

fn is_nested(value: &Value) -> bool {
    value.is_array() || value.is_object()
}

/// Tells whether a value is better shown over several lines where it does not fit on one.
fn is_long(value: &Value) -> bool {
    is_nested(value) || value.as_str().is_some_and(|text| text.contains('\n'))
}

/// Returns a value line by line.
pub(super) fn lines(value: Option<&Value>, path: &str) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::String(text)) => text.lines().map(|line| line.replace('\\', "\\\\")).collect(),
        Some(Value::Array(items)) if items.iter().all(|item| !is_nested(item)) => {
            let mut lines: Vec<_> = items.iter().map(Value::to_string).collect();
            if is_set(path) {
                lines.sort();
            }
            lines
        }
        // The order of members is nobody's choice, and must not look like a difference.
        Some(other) => format!("{:#}", canonical(other)).lines().map(str::to_owned).collect(),
    }
}

/// Tells whether the order of a list does not matter, so that it must not look like a difference.
fn is_set(path: &str) -> bool {
    static SETS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let rows = [table(Kind::App)].into_iter().chain(Part::ALL.map(Part::table)).flat_map(every_leaf);
        rows.filter(|(_, field)| field.rule.compare == Compare::Set).map(|(path, _)| path.to_string()).collect()
    });
    SETS.contains(path)
}

fn difference(before: &[String], after: &[String], style: Style) -> Vec<String> {
    if before.len() + after.len() > MOST_LINES {
        let sum = |lines: &[String]| format!("{} lines, {}", lines.len(), digest(&lines.join("\n")));
        return vec![format!("{} → {}", sum(before), sum(after))];
    }
    let (before, after): (Vec<_>, Vec<_>) = (before.iter().map(String::as_str).collect(), after.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&before, &after);
    let mut out = Vec::new();
    for (group, ops) in diff.grouped_ops(2).iter().enumerate() {
        if group > 0 {
            out.push(style.paint(Tone::Faint, "…"));
        }
        let changes: Vec<_> = ops.iter().flat_map(|op| diff.iter_changes(op)).collect();
        out.extend(changes.iter().map(|change| match change.tag() {
            ChangeTag::Delete => style.paint(Tone::Removed, format_args!("- {}", shortened(change.value()))),
            ChangeTag::Insert => style.paint(Tone::Added, format_args!("+ {}", shortened(change.value()))),
            ChangeTag::Equal => format!("  {}", no_command(&shortened(change.value()))),
        }));
    }
    if out.is_empty() {
        // Line breaks alone differ, which lines do not show.
        out.push("the same but for line breaks or the order of a list".to_owned());
    }
    if out.len() > SHOWN_LINES {
        let rest = out.len() - SHOWN_LINES;
        out.truncate(SHOWN_LINES);
        out.push(style.paint(Tone::Faint, format_args!("… {rest} more lines")));
    }
    out
}

/// Returns the path of a field, with which a line may begin: members of additional fields are called as anybody likes.
pub(super) fn path_text(path: &(impl ToString + ?Sized)) -> String {
    no_command(&shortened(&path.to_string()))
}

/// Keeps a line with nothing but blanks before it from being taken for a command by a forge that reads the output. Backslashes of the text's
/// own are doubled.
fn no_command(line: &str) -> String {
    let text = line.trim_start();
    if text.starts_with("::") { format!("{}\\{text}", &line[..line.len() - text.len()]) } else { line.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(path: &str, before: impl Into<Option<Value>>, after: impl Into<Option<Value>>) -> String {
        change(path, before.into().as_ref(), after.into().as_ref(), false, Style { width: 60, ..Style::default() }).join("\n")
    }

    #[test]
    fn what_fits_is_on_one_line() {
        let table = [
            shown("label", Some(json!("a \"b\" \\")), Some(json!("c"))),
            shown("leeway", Some(json!(0)), Some(Value::Null)),
            shown("list", None, Some(json!(["a", "b"]))),
            shown("map", Some(json!({"a": 1})), None),
        ];
        insta::assert_snapshot!(table.join("\n"), @r#"
        label: "a \"b\" \\" → "c"
        leeway: 0 → null
        list: none → ["a", "b"]
        map: {"a":1} → none
        "#);
    }

    #[test]
    fn longer_lists_texts_and_objects_are_diffs() {
        let uris = |names: &[&str]| json!(names.iter().map(|n| format!("https://{n}.example.com/callback")).collect::<Vec<_>>());
        let notes = |middle: &str| {
            json!(format!("one\ntwo\nthree\nfour\n{middle}\nsix\nseven\neight\nnine\nten, which is a long line at the end of it"))
        };
        insta::assert_snapshot!(
            [
                shown("redirect_uris", Some(uris(&["a", "b", "c"])), Some(uris(&["a", "d", "c"]))),
                shown("settings.notes.admin", Some(notes("five")), Some(notes("5"))),
                shown("jwks.keys", Some(json!([])), Some(json!([{"kty": "RSA", "kid": "a", "e": "AQAB", "n": "0123456789012345678901234567890"}]))),
            ]
            .join("\n"),
            @r#"
            redirect_uris:
                "https://a.example.com/callback"
              - "https://b.example.com/callback"
              + "https://d.example.com/callback"
                "https://c.example.com/callback"
            settings.notes.admin:
                three
                four
              - five
              + 5
                six
                seven
            jwks.keys:
              + [
              +   {
              +     "e": "AQAB",
              +     "kid": "a",
              +     "kty": "RSA",
              +     "n": "0123456789012345678901234567890"
              +   }
              + ]
            "#
        );
    }

    #[test]
    fn a_line_of_a_text_is_no_command_to_a_forge() {
        let notes = |last: &str| json!(format!("::error::x\n  ##[group]y\n\\::z\n{last}"));
        insta::assert_snapshot!(shown("settings.notes.admin", Some(notes("a")), Some(notes("b"))), @r"
        settings.notes.admin:
              #\u{23}[group]y
            \\::z
          - a
          + b
        ");
    }

    #[test]
    fn the_order_of_a_set_is_no_difference() {
        let path = "settings.oauthClient.grant_types";
        let (before, after) =
            (json!(["refresh_token", "authorization_code", "client_credentials"]), json!(["authorization_code", "refresh_token"]));
        insta::assert_snapshot!(shown(path, Some(before), Some(after)), @r#"
        settings.oauthClient.grant_types:
            "authorization_code"
          - "client_credentials"
            "refresh_token"
        "#);
    }

    #[test]
    fn long_values_that_differ_look_different() {
        let long = |middle: &str| json!(format!("{}{middle}{}", "a".repeat(200_000), "b".repeat(200_000)));
        let text = shown("label", Some(long("x")), Some(long("y")));
        assert!(text.len() < 1_500, "{} bytes", text.len());
        insta::assert_snapshot!(text, @r#"label: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…(399881 more characters, sha256 307c959f)…bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" → "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…(399881 more characters, sha256 2f90b6c5)…bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb""#);
        let many = |n: usize| json!((0..n).map(|i| format!("https://example.com/{i}")).collect::<Vec<_>>());
        insta::assert_snapshot!(shown("redirect_uris", Some(many(1_500)), Some(many(1_501))), @"
        redirect_uris:
          1500 lines, sha256 06611e32 → 1501 lines, sha256 61a7f705
        ");
        assert_eq!(shown("redirect_uris", None, Some(many(100))).lines().count(), 62);
    }
}
