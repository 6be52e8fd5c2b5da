//! What a request says, member by member: null is the same as absent, and a value of another sort is not well-formed.

use serde_json::Value;

use crate::answer::Refusal;

pub(super) fn text<'a>(sent: &'a Value, name: &str) -> Result<Option<&'a str>, Refusal> {
    match &sent[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(Refusal::malformed()),
    }
}

/// Returns a text that must be there and not be blank.
pub(super) fn required<'a>(sent: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    let found = text(sent, name)?.filter(|text| !text.trim().is_empty());
    found.ok_or_else(|| blank(name))
}

pub(super) fn blank(name: &str) -> Refusal {
    Refusal::invalid(name, format!("{name}: The field cannot be left blank"))
}

/// Returns a text that must be one of some, if it is there.
pub(super) fn one_of<'a>(sent: &'a Value, name: &str, known: &[&str]) -> Result<Option<&'a str>, Refusal> {
    match text(sent, name)? {
        Some(text) if !known.contains(&text) => Err(Refusal::invalid(name, format!("{name}: must be one of {}", known.join(", ")))),
        found => Ok(found),
    }
}

pub(super) fn flag(sent: &Value, name: &str) -> Result<Option<bool>, Refusal> {
    match &sent[name] {
        Value::Null => Ok(None),
        value => value.as_bool().map(Some).ok_or_else(Refusal::malformed),
    }
}

pub(super) fn number(sent: &Value, name: &str) -> Result<Option<i64>, Refusal> {
    match &sent[name] {
        Value::Null => Ok(None),
        value => value.as_i64().map(Some).ok_or_else(Refusal::malformed),
    }
}

pub(super) fn texts(sent: &Value, name: &str) -> Result<Option<Vec<String>>, Refusal> {
    let items = match &sent[name] {
        Value::Null => return Ok(None),
        Value::Array(items) => items.iter(),
        _ => return Err(Refusal::malformed()),
    };
    let texts = items.map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>();
    texts.map(Some).ok_or_else(Refusal::malformed)
}

/// Returns an object, or null if there is none.
pub(super) fn object<'a>(sent: &'a Value, name: &str) -> Result<&'a Value, Refusal> {
    match &sent[name] {
        found @ (Value::Null | Value::Object(_)) => Ok(found),
        _ => Err(Refusal::malformed()),
    }
}

pub(super) const STATUSES: [&str; 2] = ["ACTIVE", "INACTIVE"];
