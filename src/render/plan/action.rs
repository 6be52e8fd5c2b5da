//! One action as text: a line that says what it does, its fields, and its requests if they are asked for.

use serde::Deserialize as _;
use serde_json::Value;

use super::super::style::{Style, Tone};
use super::super::value::{change, one_line, shortened};
use super::{inert, request, word};
use crate::address::Kind;
use crate::json::Path;
use crate::program::{Action, Expect, Line, Verb};
use crate::resource::marker::{Facility, Marker};

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
    let noun = if address.kind == Kind::Client { "client" } else { "app" };
    let mut body: Vec<_> = fields.iter().flat_map(|line| field(line, *verb, noun, narrow)).collect();
    body.extend(new_mark(action));
    body.extend(notes.iter().map(|note| format!("note: {}", inert(note))));
    if style.requests {
        body.extend(steps.iter().enumerate().flat_map(|(i, step)| request::lines(i + 1, step, narrow)));
    }
    out.extend(body.into_iter().map(|line| format!("    {line}")));
    out
}

fn field(line: &Line, verb: Verb, noun: &str, style: Style) -> Vec<String> {
    let Line { path, before, after, secret, forces_replacement, origin: _ } = line;
    let is_new = verb == Verb::Create || (verb == Verb::Replace && !forces_replacement);
    if *path == Marker::path().to_string() {
        return vec![format!("mark: {} → {}", mark(before.as_ref()), mark(after.as_ref()))];
    }
    // Of siblings the order alone counts: those that come behind are sent what they have.
    if before.is_some() && before == after {
        return vec![format!(
            "{}: {} again, since what is moved may push it on",
            shortened(path),
            before.as_ref().map(one_line).unwrap_or_default()
        )];
    }
    let path = shortened(path);
    let mut lines = match secret {
        true if is_new => vec![format!("{path}: (secret)")],
        true => vec![format!("{path}: (secret, changed)")],
        false => change(&path, before.as_ref(), after.as_ref(), is_new, style),
    };
    if *forces_replacement && let Some(last) = lines.last_mut() {
        last.extend(["   (cannot be changed: the ", noun, " is replaced)"]);
    }
    lines
}

/// A new app is born with its mark: it is no difference of a field, but worth a line all the same.
fn new_mark(action: &Action) -> Option<String> {
    let path = Marker::path().to_string();
    if !matches!(action.verb, Verb::Create | Verb::Replace) || action.fields.iter().any(|line| line.path == path) {
        return None;
    }
    let expected = action.steps.iter().flat_map(|step| &step.post);
    let marker = expected.filter_map(|expect| if let Expect::Marked(marker) = expect { Some(marker) } else { None }).next_back()?;
    Some(format!("mark: none → {}", words(marker)))
}

/// Returns the value of a mark in words.
fn mark(value: Option<&Value>) -> String {
    match value {
        None => "none".to_owned(),
        Some(value) => Marker::deserialize(value).map_or_else(|_| "unreadable".to_owned(), |marker| words(&marker)),
    }
}

/// Returns a mark in words.
pub(super) fn words(marker: &Marker) -> String {
    let Marker { owner, manages, protected, superseded, applied: _ } = marker;
    let mut words = inert(owner);
    let facilities: Vec<_> = manages.iter().map(|facility| facility_word(*facility)).collect();
    if !facilities.is_empty() {
        words.push_str(", manages ");
        words.push_str(&facilities.join(" and "));
    }
    for (said, word) in [(protected, ", protected"), (superseded, ", replaced by another app")] {
        words.push_str(if *said { word } else { "" });
    }
    words
}

const fn facility_word(facility: Facility) -> &'static str {
    match facility {
        Facility::Grants => "grants",
        Facility::Groups => "groups",
        Facility::Keys => "keys",
        Facility::Secrets => "secrets",
    }
}

/// Returns a path of our own making as text, inert because member names are anybody's.
pub(super) fn place(path: &Path) -> String {
    shortened(&path.to_string())
}
