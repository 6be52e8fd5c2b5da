//! Values to YAML text: what is written is read back as the same value, by the strict reader and by other ones.
//!
//! A text that could be taken for something else is quoted, and what would be hidden in a file stands as an escape. Every line of a value
//! ends in a line break; a value that stands on one line is written without.

mod text;

use serde_json::{Map, Value};

pub use text::{Around, Quotes, scalar};
pub(super) use text::{is_lines, lines};

/// How collections are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A line for each member and item.
    Block,
    /// On one line, in brackets.
    Flow,
    /// On one line where that ends before this column, and otherwise with a line for each.
    Fitting(usize),
}

/// How far a line of a nested collection stands from that of what holds it.
const STEP: usize = 2;
/// A longer name is no simple key (YAML 1.2.2, 7.4.2, says 1024 characters, quotes and escapes included).
const LONGEST_NAME: usize = 1_000;

/// Returns a value on one line, with collections in brackets.
pub fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let (name, mark) = name_of(name, Around::Flow);
                format!("{mark}{name}: {}", flow(value))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        scalar => text::scalar(scalar, Around::Flow, Quotes::Fewest),
    }
}

/// Returns the lines of a collection that starts at a column; of a scalar and of an empty collection its one line.
pub fn block(value: &Value, indent: usize, style: Style) -> String {
    match value {
        Value::Object(members) if !members.is_empty() && !fits(value, indent, style) => self::members(members, indent, style),
        Value::Array(items) if !items.is_empty() && !fits(value, indent, style) => {
            items.iter().map(|value| item(value, indent, style)).collect()
        }
        other => format!("{}{}\n", blanks(indent), flow_or_scalar(other)),
    }
}

/// Returns the lines of a member of a mapping whose names stand at a column.
pub fn member(name: &str, value: &Value, indent: usize, style: Style) -> String {
    let (name, mark) = name_of(name, Around::Block);
    let head = if mark.is_empty() { format!("{name}:") } else { format!("{mark}{name}\n{}:", blanks(indent)) };
    let last = head.rsplit('\n').next().unwrap_or_default();
    let column = indent + last.chars().count() + 1;
    format!("{}{head}{}", blanks(indent), after(value, indent, column, style))
}

/// Returns the lines of an item of a list whose dashes stand at a column.
pub fn item(value: &Value, indent: usize, style: Style) -> String {
    let nested =
        matches!(value, Value::Object(members) if !members.is_empty()) || matches!(value, Value::Array(items) if !items.is_empty());
    if nested && !fits(value, indent + STEP, style) {
        // The first line of what is nested stands behind the dash.
        let lines = block(value, indent + STEP, style);
        return format!("{}- {}", blanks(indent), &lines[indent + STEP..]);
    }
    format!("{}-{}", blanks(indent), after(value, indent, indent + STEP, style))
}

/// Returns what stands behind the colon of a member or the dash of an item, its line break included.
fn after(value: &Value, indent: usize, column: usize, style: Style) -> String {
    match value {
        Value::Array(items) if !items.is_empty() && !fits(value, column, style) => format!("\n{}", block(value, indent + STEP, style)),
        Value::Object(members) if !members.is_empty() && !fits(value, column, style) => {
            format!("\n{}", block(value, indent + STEP, style))
        }
        Value::String(text) if text::is_lines(text) => format!(" {}", text::lines(text, indent + STEP)),
        other => format!(" {}\n", flow_or_scalar(other)),
    }
}

fn members(members: &Map<String, Value>, indent: usize, style: Style) -> String {
    members.iter().map(|(name, value)| member(name, value, indent, style)).collect()
}

/// Returns whether a collection is written on the line on which it starts.
fn fits(value: &Value, column: usize, style: Style) -> bool {
    match style {
        Style::Block => false,
        Style::Flow => true,
        Style::Fitting(end) => !holds_lines(value) && column + flow(value).chars().count() <= end,
    }
}

fn holds_lines(value: &Value) -> bool {
    match value {
        Value::String(text) => text::is_lines(text),
        Value::Array(items) => items.iter().any(holds_lines),
        Value::Object(members) => members.values().any(holds_lines),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn flow_or_scalar(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => flow(value),
        scalar => text::scalar(scalar, Around::Block, Quotes::Fewest),
    }
}

/// Returns a name as it is written, and what has to stand before it if it is too long for a simple key.
fn name_of(name: &str, around: Around) -> (String, &'static str) {
    let written = text::name(name, around);
    let mark = if written.chars().count() > LONGEST_NAME { "? " } else { "" };
    (written, mark)
}

fn blanks(count: usize) -> String {
    " ".repeat(count)
}

#[cfg(test)]
mod tests;
