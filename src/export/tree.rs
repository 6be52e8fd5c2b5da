//! A live object's body to what a document declares of it, by the field table of its kind.
//!
//! What comes out compares equal to the body it was made from, and a new object that is made of it is like the old one: a field is left out
//! only where the table knows that a new object has the same value by itself.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::choice::Detail;
use crate::json::{Path, Step};
use crate::resource::marker::MEMBER;
use crate::resource::{Compare, Field, Shape, same};

/// How an object's fields are taken.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taking<'a> {
    /// Which of them.
    pub(super) detail: Detail,
    /// What the object is like from the start, if it is one that the server makes along with another.
    pub(super) initial: Option<&'a Value>,
    /// What lies under every document of the kind: it is said otherwise where the object differs.
    pub(super) under: Option<&'a Value>,
    /// The only ones that are wanted, if not all are.
    pub(super) fields: Option<&'a BTreeSet<Path>>,
    /// Members that are nobody's to say, besides those that a body is without already.
    pub(super) implied: &'a [&'a str],
}

/// What a document declares.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Taken {
    /// The known fields, in the order of the table.
    pub(super) spec: Map<String, Value>,
    /// The fields that the table does not know.
    pub(super) additional: Map<String, Value>,
    /// What no document can say, and why.
    pub(super) lost: Vec<(Path, &'static str)>,
}

/// Members of a public key that the server adds (recorded), and that no manifest says.
const OF_A_KEY: [&str; 6] = ["id", "status", "created", "lastUpdated", "_links", "kid"];

/// Takes what a document is to declare of a body.
pub(super) fn take(row: &'static Field, body: &Value, taking: Taking<'_>) -> Taken {
    let mut taken = Taken::default();
    let (Shape::Object(rows), Value::Object(members)) = (&row.shape, body) else { return taken };
    taken.spec = object(rows, members, taking.under, &Path::root(), taking, &mut taken.lost);
    taken.additional = unknown(rows, members, &Path::root(), taking);
    taken
}

fn object(
    rows: &'static IndexMap<String, Field>,
    members: &Map<String, Value>,
    under: Option<&Value>,
    at: &Path,
    taking: Taking<'_>,
    lost: &mut Vec<(Path, &'static str)>,
) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, row) in rows.iter().filter(|(_, row)| !row.rule.ours) {
        let here = at.key(name);
        let under = under.and_then(|under| under.get(name));
        let live = members.get(name);
        let value = match (&row.shape, live) {
            (Shape::Object(inner), Some(Value::Object(live))) => mapping(object(inner, live, under, &here, taking, lost)),
            (Shape::Object(inner), None) if under.is_some() => mapping(object(inner, &Map::new(), under, &here, taking, lost)),
            (Shape::Free, None) if under.is_some() => mapping(free(row, &Map::new(), under, &here, taking)),
            (Shape::Free, Some(Value::Object(live))) => mapping(free(row, live, under, &here, taking)),
            _ => leaf(row, live, under, &here, taking, lost),
        };
        if let Some(value) = value {
            out.insert(name.clone(), value);
        }
    }
    out
}

fn mapping(members: Map<String, Value>) -> Option<Value> {
    (!members.is_empty()).then_some(Value::Object(members))
}

/// Takes a map whose members are managed one by one.
fn free(row: &Field, live: &Map<String, Value>, under: Option<&Value>, at: &Path, taking: Taking<'_>) -> Map<String, Value> {
    if taking.fields.is_some_and(|fields| !fields.iter().any(|field| field.starts_with(at))) {
        return Map::new();
    }
    let by_itself = |name: &String, value: &Value| {
        taking.detail == Detail::Minimal && row.default().and_then(|default| default.get(name)) == Some(value) && under.is_none()
    };
    let marked = |name: &String| *at == Path::of("profile") && name == MEMBER;
    let members = live.iter().filter(|(name, value)| !value.is_null() && !marked(name) && !by_itself(name, value));
    let mut out: Map<_, _> = members.map(|(name, value)| (name.clone(), value.clone())).collect();
    for name in under.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name) {
        out.entry(name.clone()).or_insert(Value::Null);
    }
    out
}

fn leaf(
    row: &'static Field,
    live: Option<&Value>,
    under: Option<&Value>,
    at: &Path,
    taking: Taking<'_>,
    lost: &mut Vec<(Path, &'static str)>,
) -> Option<Value> {
    if taking.fields.is_some_and(|fields| !row.required && !fields.iter().any(|field| field.starts_with(at) || at.starts_with(field))) {
        return None;
    }
    let Some(value) = live.filter(|value| !value.is_null()) else {
        // Cleared, where that can be said and something else would be there otherwise, or where everything is to be said.
        let initially = taking.initial.and_then(|initial| at.find(initial)).is_some_and(|value| !value.is_null());
        let said = initially || under.is_some() || (taking.detail == Detail::Full && live.is_some());
        if under.is_some() && row.rule.absent.is_none() {
            lost.push((at.clone(), "the project's defaults say it, and it has none"));
        }
        return (said && row.rule.absent.is_some()).then_some(Value::Null);
    };
    let value = declarable(row, value, at, lost)?;
    let by_itself = match taking.initial {
        Some(initial) => at.find(initial),
        None => row.default(),
    };
    let said = row.required || under.is_some() || taking.detail == Detail::Full;
    let is_by_itself = || by_itself.is_some_and(|default| same(Some(row), default, Some(&value)));
    (said || !is_by_itself()).then_some(value)
}

/// Returns a live value as a manifest says it.
fn declarable(row: &'static Field, value: &Value, at: &Path, lost: &mut Vec<(Path, &'static str)>) -> Option<Value> {
    match (row.rule.compare, &row.shape, value) {
        (Compare::WriteOnly, ..) => None,
        (Compare::Csv, _, Value::String(words)) => {
            Some(words.split(',').map(str::trim).filter(|word| !word.is_empty()).map(Value::from).collect())
        }
        (Compare::Keys, Shape::List(item), Value::Array(keys)) => {
            let keys: Vec<_> = keys.iter().enumerate().filter_map(|(index, one)| key(item, one, &at.index(index), lost)).collect();
            // A list that holds nothing now would take the place of keys that cannot be said.
            (!keys.is_empty() || value.as_array().is_some_and(Vec::is_empty)).then_some(Value::Array(keys))
        }
        _ => Some(value.clone()),
    }
}

fn key(item: &Field, live: &Value, at: &Path, lost: &mut Vec<(Path, &'static str)>) -> Option<Value> {
    let (Shape::Object(rows), Value::Object(members)) = (&item.shape, live) else { return None };
    if !rows.contains_key("status") && live.get("status").is_some_and(|status| status == "INACTIVE") {
        lost.push((at.clone(), "the key is INACTIVE, and a manifest declares keys that are in force"));
        return None;
    }
    for name in members.keys().filter(|name| !rows.contains_key(*name) && !OF_A_KEY.contains(&name.as_str())) {
        lost.push((at.key(name), "a manifest cannot say it of a key"));
    }
    // What the server adds to a key says nothing where it is null (recorded: `use`, `crv`).
    let known = rows.keys().filter_map(|name| Some((name.clone(), members.get(name).filter(|value| !value.is_null())?.clone())));
    Some(Value::Object(known.collect()))
}

/// Returns the members that a table does not know, as a tree of them.
fn unknown(rows: &'static IndexMap<String, Field>, members: &Map<String, Value>, at: &Path, taking: Taking<'_>) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, value) in members {
        let here = at.key(name);
        let unwanted = taking.fields.is_some_and(|fields| !fields.iter().any(|field| field.starts_with(&here) || here.starts_with(field)));
        if unwanted || taking.implied.iter().any(|implied| here == Path::of(implied)) {
            continue;
        }
        let value = match rows.get(name).map(|row| &row.shape) {
            None => something(value),
            Some(Shape::Object(inner)) => value.as_object().and_then(|value| mapping(unknown(inner, value, &here, taking))),
            Some(_) => None,
        };
        if let Some(value) = value {
            out.insert(name.clone(), value);
        }
    }
    out
}

/// Returns a value without what compares equal to nothing at all.
fn something(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) if items.is_empty() => None,
        Value::Object(members) => mapping(members.iter().filter_map(|(name, value)| Some((name.clone(), something(value)?))).collect()),
        other => Some(other.clone()),
    }
}

/// Takes a field, or an item of a list, out of a document's `spec`, and whatever says nothing any more without it.
pub(super) fn take_out(spec: &mut Value, field: &Path) -> Option<Value> {
    let parent = field.parent()?;
    let taken = match field.steps().last()? {
        Step::Index(index) => {
            let mut items = parent.find(spec).and_then(Value::as_array).cloned()?;
            let taken = (*index < items.len()).then(|| items.remove(*index))?;
            parent.set(spec, Value::Array(items));
            taken
        }
        Step::Key(_) => field.remove(spec)?,
    };
    let rest = parent.find(spec);
    if rest.is_some_and(|rest| *rest == Value::Object(Map::new()) || *rest == Value::Array(Vec::new())) {
        take_out(spec, &parent);
    }
    Some(taken)
}
