//! One action as text: a line that says what it does, its fields, and its requests if they are asked for.

use serde_json::Value;

use super::super::style::{Style, Tone};
use super::super::value::{self, change, one_line};
use super::{inert, request, word};
use crate::json::Path;
use crate::program::{Action, Line, Verb};
use crate::report::{mark, moved_again, new_mark, replacement_remark};
use crate::resource::marker::Marker;

/// Returns the lines of an action.
pub(super) fn lines(action: &Action, style: Style) -> Vec<String> {
    let Action { address, verb, title, fields, steps, after: _, lane: _, notes } = action;
    let (symbol, tone) = match verb {
        Verb::Create => ('+', Tone::Added),
        Verb::Update => ('~', Tone::Changed),
        Verb::Replace => ('±', Tone::Replaced),
        Verb::Delete => ('-', Tone::Removed),
    };
    // A scope or a secret is named by its address already.
    let named = address.child.len() > 1 || address.child.last() == Some(title);
    let title = if named || title.is_empty() { String::new() } else { format!(" {}", one_line(&Value::from(title.as_str()))) };
    let mut out = vec![style.paint(tone, format_args!("{symbol} {} {}{title}", word(*verb), inert(address)))];
    let narrow = Style { width: style.width.saturating_sub(4), ..style };
    let mut body: Vec<_> = fields.iter().flat_map(|line| field(line, action, narrow)).collect();
    body.extend(new_mark(action).map(|marker| format!("mark: none → {}", inert(&mark::words(marker)))));
    body.extend(notes.iter().map(|note| format!("note: {}", inert(note))));
    if style.requests {
        body.extend(steps.iter().enumerate().flat_map(|(i, step)| request::lines(i + 1, step, narrow)));
    }
    out.extend(body.into_iter().map(|line| format!("    {line}")));
    out
}

fn field(line: &Line, action: &Action, style: Style) -> Vec<String> {
    let Line { path, before, after, secret, forces_replacement, origin: _ } = line;
    let is_new = action.verb == Verb::Create || (action.verb == Verb::Replace && !forces_replacement);
    if *path == Marker::path().to_string() {
        return vec![format!("mark: {} → {}", inert(&mark::of(before.as_ref())), inert(&mark::of(after.as_ref())))];
    }
    // Of siblings the order alone counts: those that come behind are sent what they have.
    if moved_again(line) {
        return vec![format!(
            "{}: {} again, since what is moved may push it on",
            value::path_text(path),
            before.as_ref().map(one_line).unwrap_or_default()
        )];
    }
    let path = value::path_text(path);
    let mut lines = match secret {
        true if is_new => vec![format!("{path}: (secret)")],
        true => vec![format!("{path}: (secret, changed)")],
        false => change(&path, before.as_ref(), after.as_ref(), is_new, style),
    };
    if *forces_replacement && let Some(last) = lines.last_mut() {
        last.extend(["   (", replacement_remark(action.address.kind), ")"]);
    }
    lines
}

/// Returns a path of our own making as text, inert because member names are anybody's.
pub(super) fn place(path: &Path) -> String {
    value::path_text(path)
}
