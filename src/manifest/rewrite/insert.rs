//! New members and items, as lines of their own or between brackets, like those around them.

use serde_json::Value;

use super::Splice;
use super::layout::{Form, Node};
use super::lines::{behind, column, comma_behind, is_alone, leads, line_start, next_line, with_comments};
use crate::json::Path;
use crate::manifest::write::{self, Around, Quotes, Style};

/// Longer lines are not made where there is a choice.
pub(super) const WIDTH: usize = 100;

/// What is put into a collection.
#[derive(Debug, Clone, Copy)]
pub(super) enum New<'v> {
    Member(&'v str, &'v Value),
    Item(&'v Value),
}

/// Returns how an item is put into a list.
pub(super) fn item(text: &str, root: &Node, list: &Path, at: usize, value: &Value) -> Option<Vec<Splice>> {
    let node = root.way(list)?.last().map_or(root, |(above, place)| &above.entries[*place].node);
    match node.form {
        Form::BlockList | Form::FlowList if !node.entries.is_empty() || is_within_brackets(root, list) => {
            into(text, node, at, New::Item(value))
        }
        _ => super::replace::splices(text, root, list, &Value::Array(vec![value.clone()])),
    }
}

/// Returns whether what stands at a place stands in brackets of something around it.
pub(super) fn is_within_brackets(root: &Node, path: &Path) -> bool {
    root.way(path).is_some_and(|way| way.iter().any(|(above, _)| above.is_flow()))
}

/// Returns how something is put behind so many entries of a collection.
pub(super) fn into(text: &str, node: &Node, at: usize, new: New<'_>) -> Option<Vec<Splice>> {
    match node.form {
        Form::BlockList | Form::BlockMap => Some(vec![lines(text, node, at, new)]),
        Form::FlowList | Form::FlowMap => Some(in_brackets(text, node, at, new)),
        _ => None,
    }
}

fn lines(text: &str, node: &Node, at: usize, new: New<'_>) -> Splice {
    let first = node.entries[0].start;
    let column = column(text, first);
    let lines = new.lines(column, node, at);
    let Some(before) = at.checked_sub(1).map(|before| &node.entries[before]) else {
        if leads(text, first) {
            return Splice::at(with_comments(text, first), lines);
        }
        // The first one stands behind the dash of what holds it.
        return Splice::at(first, format!("{}{}", lines.trim_start_matches(' '), " ".repeat(column)));
    };
    let place = behind(text, before.end(), column);
    match lines.strip_suffix('\n') {
        Some(unbroken) if place == text.len() && !text.ends_with('\n') => Splice::at(place, format!("\n{unbroken}")),
        _ => Splice::at(place, lines),
    }
}

fn in_brackets(text: &str, node: &Node, at: usize, new: New<'_>) -> Vec<Splice> {
    let written = new.flow(node, at);
    let (Some(first), inside) = (node.entries.first(), node.span.start + 1..node.span.end - 1) else {
        let inside = node.span.start + 1..node.span.end - 1;
        let keeps = text[inside.clone()].contains('#');
        return vec![Splice::new(if keeps { inside.end..inside.end } else { inside }, written)];
    };
    let Some(before) = at.checked_sub(1).map(|before| &node.entries[before]) else {
        if !is_alone(text, first.start..first.end()) {
            return vec![Splice::at(first.start, format!("{written}, "))];
        }
        let margin = &text[line_start(text, first.start)..first.start];
        return vec![Splice::at(with_comments(text, first.start), format!("{margin}{written},\n"))];
    };
    if !is_alone(text, before.start..before.end()) || next_line(text, before.end()) > inside.end {
        return vec![Splice::at(before.end(), format!(", {written}"))];
    }
    let margin = &text[line_start(text, before.start)..before.start];
    let comma = comma_behind(text, before.end()).is_some();
    let line = format!("{margin}{written}{}\n", if comma { "," } else { "" });
    let mut splices = vec![Splice::at(next_line(text, before.end()), line)];
    splices.extend((!comma).then(|| Splice::at(before.end(), ",")));
    splices
}

impl New<'_> {
    fn lines(self, column: usize, node: &Node, at: usize) -> String {
        match self {
            Self::Member(name, value) => write::member(name, value, column, Style::Fitting(WIDTH)),
            Self::Item(value @ Value::String(_)) if quotes_around(node, at) != Quotes::Fewest => {
                format!("{}- {}\n", " ".repeat(column), write::scalar(value, Around::Block, quotes_around(node, at)))
            }
            Self::Item(value) => {
                let forms = || node.entries.iter().map(|entry| entry.node.form);
                let style = match (
                    forms().any(|form| matches!(form, Form::FlowList | Form::FlowMap)),
                    node.entries.iter().any(|e| e.node.is_block()),
                ) {
                    (true, _) => Style::Flow,
                    (false, true) => Style::Block,
                    (false, false) => Style::Fitting(WIDTH),
                };
                write::item(value, column, style)
            }
        }
    }

    fn flow(self, node: &Node, at: usize) -> String {
        match self {
            Self::Member(name, value) => {
                let member = Value::Object([(name.to_owned(), value.clone())].into_iter().collect());
                let written = write::flow(&member);
                written[1..written.len() - 1].to_owned()
            }
            Self::Item(value @ Value::String(_)) => write::scalar(value, Around::Flow, quotes_around(node, at)),
            Self::Item(value) => write::flow(value),
        }
    }
}

/// Returns the quotes of the item that a new one is put behind, or before.
fn quotes_around(node: &Node, at: usize) -> Quotes {
    match node.entries.get(at.saturating_sub(1)).map(|entry| entry.node.form) {
        Some(Form::Single) => Quotes::Single,
        Some(Form::Double) => Quotes::Double,
        _ => Quotes::Fewest,
    }
}
