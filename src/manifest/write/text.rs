//! Scalars to YAML text: plain where every reader sees the same in it, else in quotes or line by line.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

use super::blanks;
use crate::manifest::scalar::{Plain, plain};
use crate::printable::printable;

/// What a scalar stands in, which decides what it may look like without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// A line of its own, or the rest of one.
    Block,
    /// Brackets.
    Flow,
}

/// Which quotes are preferred. Whatever they cannot hold stands in double quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// None where none are needed.
    Fewest,
    /// Single ones around texts.
    Single,
    /// Double ones around texts.
    Double,
}

/// Returns a scalar on one line.
pub fn scalar(value: &Value, around: Around, quotes: Quotes) -> String {
    let Value::String(text) = value else { return value.to_string() };
    match quotes {
        Quotes::Fewest if is_plain(text, around) => text.clone(),
        Quotes::Single if !text.chars().any(is_hidden) => format!("'{}'", text.replace('\'', "''")),
        Quotes::Fewest | Quotes::Single | Quotes::Double => quoted(text),
    }
}

/// Returns a member's name.
pub(super) fn name(name: &str, around: Around) -> String {
    if is_plain(name, around) { name.to_owned() } else { quoted(name) }
}

/// Returns whether a text is best written line by line: it has several, and no blank at the end of any that an editor would take away.
pub(in crate::manifest) fn is_lines(text: &str) -> bool {
    let whole = text.strip_suffix('\n').unwrap_or(text);
    let begins = |line: &str| !line.is_empty() && !line.starts_with(char::is_whitespace);
    let keeps = |line: &str| !line.ends_with(char::is_whitespace) && !line.starts_with('\t') && !line.chars().any(is_hidden);
    whole.contains('\n') && !whole.ends_with('\n') && whole.split('\n').next().is_some_and(begins) && whole.split('\n').all(keeps)
}

/// Returns such a text with its indicator, each line at a column.
pub(in crate::manifest) fn lines(text: &str, indent: usize) -> String {
    let (whole, indicator) = text.strip_suffix('\n').map_or((text, "|-"), |whole| (whole, "|"));
    let mut out = format!("{indicator}\n");
    for line in whole.split('\n') {
        if !line.is_empty() {
            out.push_str(&blanks(indent));
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// Returns whether a character must not stand in a file as it is: it moves a cursor, reorders or hides text, or ends a line for some reader.
pub(super) fn is_hidden(c: char) -> bool {
    !c.is_ascii_graphic() && c != ' ' && matches!(printable(c.encode_utf8(&mut [0; 4])), Cow::Owned(_))
}

/// Returns whether a text without quotes is the same text for every reader. In doubt it is not.
fn is_plain(text: &str, around: Around) -> bool {
    let reads_as_text = matches!(plain(text), Plain::Clear(Value::String(_)));
    let starts = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '(' | '$'));
    let breaks = |c: char| is_hidden(c) || (around == Around::Flow && matches!(c, ',' | '[' | ']' | '{' | '}'));
    let ends = !text.ends_with(':') && !text.ends_with(char::is_whitespace);
    // A blank that is none to YAML could be taken for one by people and by older readers.
    let blank = |c: char| c.is_whitespace() && c != ' ';
    reads_as_text
        && starts
        && ends
        && !text.contains(breaks)
        && !text.contains(blank)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("...")
        && !(around == Around::Flow && may_end_in_brackets(text))
        && !is_other_for_older_readers(text)
}

/// Returns whether some parser takes what stands in a text for the end of it, or for the beginning of an item, once it is in brackets.
fn may_end_in_brackets(text: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c == '/' || c.is_ascii_alphanumeric());
    text.ends_with(" -") || text.match_indices(':').any(|(at, colon)| !goes_on(&text[at + colon.len()..]))
}

/// Returns whether YAML 1.1 takes a text for a boolean, a number or a time: `y`, `1_000`, `12:30`, `2026-09-01`.
fn is_other_for_older_readers(text: &str) -> bool {
    let is_numeric = |c: char| c.is_ascii_hexdigit() || matches!(c, '_' | ':' | '.' | '+' | '-' | 'x' | 'o' | 'T' | 'Z' | ' ');
    let starts_numeric = text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    ["y", "n"].iter().any(|word| text.eq_ignore_ascii_case(word)) || (starts_numeric && text.chars().all(is_numeric))
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if !is_hidden(c) => out.push(c),
            c if u32::from(c) > 0xffff => write!(out, "\\U{:08x}", u32::from(c)).expect("writing to a String does not fail"),
            c => write!(out, "\\u{:04x}", u32::from(c)).expect("writing to a String does not fail"),
        }
    }
    out.push('"');
    out
}
