//! What the pure stages computed, as text for people and JSON for programs.
//!
//! Renderers show what is in the value that they are given and compute nothing of their own. Whatever came from a manifest or from the org is made inert where
//! it enters a text, once.

mod advice;
pub mod diagnostics;
pub mod drift;
pub mod findings;
pub mod github;
pub mod graph;
pub mod html;
#[cfg(test)]
#[path = "../../tests/inert.rs"]
mod inert;
mod markdown;
pub mod metrics;
pub mod notice;
pub mod outcomes;
pub mod plan;
pub mod report;
pub mod review;
pub mod rewritten;
pub mod sarif;
mod style;
mod value;
pub mod verify;

pub use advice::advice;
pub use style::Style;

use std::fmt::Write as _;

use serde_json::Value;

use crate::printable::{commands, printable};

/// Returns a tree as indented JSON, inert. What a JSON reader makes of it is the tree, unchanged.
pub fn json_text(tree: &Value) -> String {
    let mut text = json_escaped(&format!("{tree:#}"));
    text.push('\n');
    text
}

/// Returns JSON in which every character that could move a cursor, reorder or hide text is a `\u` escape, but for line breaks.
pub fn json_escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 1);
    let commands: Vec<_> = commands(json).collect();
    for (at, c) in json.char_indices() {
        // Inside texts serde has escaped the line breaks: those that are left lay out the document.
        let is_harmless = c == '\n' || printable(c.encode_utf8(&mut [0; 4])).len() == c.len_utf8();
        if is_harmless && commands.binary_search(&at).is_err() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("writing to a String does not fail");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_text_is_inert_and_means_the_same() {
        let tree = json!({"a\u{202e}b": ["\u{1b}[31m\n", "\u{9b}", "\u{e0041}", "ø ☕ \\u0041", "##[x]", 1.5, null]});
        let text = json_text(&tree);
        insta::assert_snapshot!(text, @r##"
        {
          "a\u202eb": [
            "\u001b[31m\n",
            "\u009b",
            "\udb40\udc41",
            "ø ☕ \\u0041",
            "#\u0023[x]",
            1.5,
            null
          ]
        }
        "##);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), tree);
    }
}
