//! A stored event in a few words, for somebody who watches.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Stored, catalogue::message, read_key};
use crate::store::Row;

/// Returns when an event happened, what it was, who did it and to what; `None` if the row cannot be read.
pub(crate) fn glance(key: &str, row: &Row) -> Option<Value> {
    let (at, _) = read_key(key)?;
    let stored: Stored = serde_json::from_str(&row.read::<String>().ok()?).ok()?;
    let published = Timestamp::from_millisecond(at).ok()?;
    let targets = stored.targets.iter().map(|target| json!({"type": target["type"], "name": target["displayName"]}));
    Some(json!({
        "key": key,
        "published": published.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "type": stored.kind,
        "message": message(&stored.kind),
        "actor": stored.actor.name(),
        "targets": targets.collect::<Vec<_>>(),
    }))
}

/// Tells whether a row can be an event, and whether another can still come after it.
pub(crate) fn is_event(key: &str, row: &Value) -> bool {
    let stored = row.as_str().is_some_and(|text| serde_json::from_str::<Stored>(text).is_ok());
    stored && read_key(key).is_some_and(|(at, number)| Timestamp::from_millisecond(at).is_ok() && number < u32::MAX / 2)
}
