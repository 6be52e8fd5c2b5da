//! Choices to JSON trees: any tree at all, a tree that a field table describes, and a tree that differs a little from another.

use idpctl::json::{Path, Step};
use idpctl::resource::{Field, Shape};
use serde_json::{Map, Value, json};

use super::bytes::Bytes;

/// Texts that mean something to one part of the program or another.
const WORDS: [&str; 24] = [
    "",
    "a",
    "name",
    "id",
    "status",
    "ACTIVE",
    "INACTIVE",
    "env",
    "file",
    "kid",
    "kty",
    "RSA",
    "EC",
    "null",
    "keys",
    "client_secret",
    "secret_hash",
    "profile",
    "idpctl",
    "owner",
    "payments/web",
    "refresh_token",
    "{App/web}",
    "\u{1b}[31m\u{202e}",
];

pub(crate) fn text(bytes: &mut Bytes<'_>) -> String {
    if bytes.chance(70) { (*bytes.pick(&WORDS)).to_owned() } else { bytes.text(12) }
}

fn number(bytes: &mut Bytes<'_>) -> Value {
    match bytes.below(6) {
        0 => json!(bytes.byte()),
        1 => json!(-i64::from(bytes.byte())),
        2 => json!(i64::MIN),
        3 => json!(u64::MAX),
        4 => json!(f64::from(bytes.byte()) / 8.0),
        _ => {
            let bits = (0..8).fold(0, |bits, _| bits << 8 | u64::from(bytes.byte()));
            json!(f64::from_bits(bits))
        }
    }
}

/// Returns any tree.
pub(crate) fn tree(bytes: &mut Bytes<'_>, depth: usize) -> Value {
    match bytes.below(if depth == 0 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => json!(bytes.chance(50)),
        2 => number(bytes),
        3 | 4 => json!(text(bytes)),
        5 => Value::Array((0..bytes.below(4)).map(|_| tree(bytes, depth - 1)).collect()),
        _ => Value::Object((0..bytes.below(4)).map(|_| (text(bytes), tree(bytes, depth - 1))).collect()),
    }
}

/// Returns a tree that a field describes, for the most part.
pub(crate) fn described(field: &Field, bytes: &mut Bytes<'_>) -> Value {
    if bytes.chance(3) {
        return tree(bytes, 2);
    }
    if field.rule.absent.is_some() && bytes.chance(15) {
        return Value::Null;
    }
    match &field.shape {
        Shape::Text { choices, .. } if !choices.is_empty() => json!(bytes.pick(choices)),
        Shape::Text { min, .. } => {
            let text = text(bytes);
            let short = min.is_some_and(|min| (text.chars().count() as u64) < min);
            json!(if short { format!("{text}-long-enough") } else { text })
        }
        Shape::Flag => json!(bytes.chance(50)),
        Shape::Integer { min, max } => json!(*bytes.pick(&[min.unwrap_or(0), max.unwrap_or(9), 1])),
        Shape::List(item) => Value::Array((0..bytes.below(4)).map(|_| described(item, bytes)).collect()),
        Shape::Object(members) => {
            let mut given = Map::new();
            for (name, member) in members {
                if member.required && !bytes.chance(2) || bytes.chance(25) {
                    given.insert(name.clone(), described(member, bytes));
                }
            }
            if bytes.chance(4) {
                given.insert(text(bytes), tree(bytes, 2));
            }
            Value::Object(given)
        }
        Shape::Free => Value::Object((0..bytes.below(4)).map(|_| (text(bytes), tree(bytes, 2))).collect()),
        Shape::Either(branches) => described(bytes.pick(branches), bytes),
    }
}

/// Changes a tree in some places: members and items are taken out, doubled, turned round or replaced.
pub(crate) fn mutate(tree: &mut Value, bytes: &mut Bytes<'_>) {
    for _ in 0..bytes.below(5) {
        let places = places(tree);
        let place = bytes.pick(&places).clone();
        let Some(at) = find_mut(tree, &place) else { continue };
        match (bytes.below(6), at) {
            (0, Value::Array(items)) => items.reverse(),
            (1, Value::Array(items)) => {
                let again = items.first().cloned();
                items.extend(again);
            }
            (2, Value::Array(items)) => drop(items.pop()),
            (3, Value::Object(members)) => {
                let name = members.keys().nth(bytes.below(members.len())).cloned();
                name.and_then(|name| members.shift_remove(&name));
            }
            (4, Value::Object(members)) => {
                members.insert(text(bytes), self::tree(bytes, 2));
            }
            (0..=4, Value::String(text)) => text.push_str(&self::text(bytes)),
            (_, at) => *at = self::tree(bytes, 3),
        }
    }
}

/// Returns every place of a tree, the root included.
pub(crate) fn places(tree: &Value) -> Vec<Path> {
    let mut found = vec![Path::root()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        next += 1;
        match path.find(tree) {
            Some(Value::Object(members)) => found.extend(members.keys().map(|name| path.key(name))),
            Some(Value::Array(items)) => found.extend((0..items.len()).map(|index| path.index(index))),
            _ => {}
        }
    }
    found
}

fn find_mut<'t>(tree: &'t mut Value, path: &Path) -> Option<&'t mut Value> {
    path.steps().iter().try_fold(tree, |at, step| match step {
        Step::Key(name) => at.get_mut(name),
        Step::Index(index) => at.get_mut(index),
    })
}
