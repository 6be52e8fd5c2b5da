//! A value in the place of another: on its line where both are there, in lines of its own where it needs them.

use serde_json::Value;

use super::Splice;
use super::insert::{WIDTH, is_within_brackets};
use super::layout::{Entry, Form, Node};
use super::lines::{before_break, behind, column, comment_behind, line_end};
use crate::json::Path;
use crate::manifest::write::{self, Around, Quotes, Style};

/// A value as it is written.
enum Written {
    /// On one line.
    Line(String),
    /// A text line by line, its indicator first.
    Text(String),
    /// The lines of a collection, without the last line break.
    Below(String),
}

/// Returns how the value at a place is replaced as a whole.
pub(super) fn splices(text: &str, root: &Node, path: &Path, value: &Value) -> Option<Vec<Splice>> {
    let way = root.way(path)?;
    let (above, place) = *way.last()?;
    let entry = &above.entries[place];
    if above.form == Form::Pair {
        return None;
    }
    if is_within_brackets(root, path) {
        let written = match value {
            Value::Array(_) | Value::Object(_) => write::flow(value),
            scalar => write::scalar(scalar, Around::Flow, quotes(entry.node.form)),
        };
        return Some(vec![on_the_line(text, entry, &written)]);
    }
    let column = column(text, entry.start);
    let written = written(text, entry, column, value);
    Some(if entry.node.is_block() { for_lines(text, entry, column, &written) } else { for_line(text, entry, column, &written) })
}

fn written(text: &str, entry: &Entry, column: usize, value: &Value) -> Written {
    let form = entry.node.form;
    let has_comment = form != Form::Lines && !entry.node.is_block() && comment_behind(text, entry.end()).is_some();
    let is_empty = match value {
        Value::String(text) if write::is_lines(text) && !has_comment => return Written::Text(write::lines(text, column + 2)),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        scalar => return Written::Line(write::scalar(scalar, Around::Block, quotes(form))),
    };
    let line = write::flow(value);
    let fits = super::lines::column(text, entry.mark) + 1 + line.chars().count() <= WIDTH;
    // Behind a dash, the comment would come to stand behind the first line alone.
    if is_empty || (fits && !entry.node.is_block()) || (entry.name.is_none() && has_comment) {
        return Written::Line(line);
    }
    let lines = write::block(value, deep(text, entry, column), Style::Fitting(WIDTH));
    Written::Below(lines.trim_end_matches('\n').to_owned())
}

/// Returns the column of a collection's entries: of one behind a dash, where there was something already.
fn deep(text: &str, entry: &Entry, column: usize) -> usize {
    let is_behind = entry.name.is_none() && entry.node.form != Form::Empty;
    if is_behind { super::lines::column(text, entry.node.span.start) } else { column + 2 }
}

/// Returns the quotes that a value in the place of another is written with.
fn quotes(form: Form) -> Quotes {
    match form {
        Form::Single => Quotes::Single,
        Form::Double => Quotes::Double,
        _ => Quotes::Fewest,
    }
}

/// Puts something on a line in the place of a value that ends there.
fn on_the_line(text: &str, entry: &Entry, written: &str) -> Splice {
    let node = &entry.node;
    if node.form != Form::Empty {
        return Splice::new(node.span.clone(), written);
    }
    let colon = if entry.name.is_some() && !text[..entry.mark].ends_with(':') { ":" } else { "" };
    Splice::at(entry.mark, format!("{colon} {written}"))
}

/// Replaces a value that begins on the line of its name or dash.
fn for_line(text: &str, entry: &Entry, column: usize, written: &Written) -> Vec<Splice> {
    let node = &entry.node;
    // What is said behind the indicator of a text line by line is about the text.
    let indicator = text[node.span.start..].split(char::is_whitespace).next().unwrap_or_default();
    let comment = Some(node.span.start + indicator.len()).filter(|_| node.form == Form::Lines).and_then(|at| comment_behind(text, at));
    let comment = comment.map_or("", |comment| text[comment].trim_end());
    match written {
        Written::Line(line) => vec![on_the_line(text, entry, &format!("{line}{comment}"))],
        Written::Text(lines) => {
            let (indicator, lines) = lines.split_once('\n').unwrap_or((lines, ""));
            let at_end = line_end(text, node.span.end) == text.len() && indicator == "|";
            let lines = if at_end { lines } else { lines.trim_end_matches('\n') };
            let mut splice = on_the_line(text, entry, &format!("{indicator}{comment}\n{lines}"));
            // Blanks that stood behind the value would become part of the last line.
            splice.range.end = line_end(text, splice.range.end);
            vec![splice]
        }
        Written::Below(lines) if entry.name.is_none() => {
            vec![on_the_line(text, entry, &lines[deep(text, entry, column)..])]
        }
        Written::Below(lines) => {
            let end = line_end(text, node.span.end);
            vec![Splice::new(entry.mark..node.span.end, comment), Splice::at(end, format!("\n{lines}"))]
        }
    }
}

/// Replaces a collection whose entries have lines of their own.
fn for_lines(text: &str, entry: &Entry, column: usize, written: &Written) -> Vec<Splice> {
    let node = &entry.node;
    let end = before_break(text, behind(text, node.span.end, column)).max(line_end(text, node.span.end));
    let head_end = line_end(text, entry.mark);
    let is_compact = node.span.start < head_end;
    let (head, lines) = match written {
        Written::Line(line) => (line.as_str(), String::new()),
        Written::Text(lines) => {
            let (indicator, lines) = lines.split_once('\n').unwrap_or((lines, ""));
            (indicator, format!("\n{}", lines.trim_end_matches('\n')))
        }
        Written::Below(lines) if is_compact => (&lines[deep(text, entry, column)..], String::new()),
        Written::Below(lines) => ("", format!("\n{lines}")),
    };
    if is_compact {
        return vec![Splice::new(node.span.start..end, format!("{head}{lines}"))];
    }
    let head = if head.is_empty() { String::new() } else { format!(" {head}") };
    vec![Splice::at(entry.mark, head), Splice::new(head_end..end, lines)]
}
