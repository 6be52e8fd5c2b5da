//! Where a new member stands among those that are there: in the order in which the field table has them.

use serde_json::Value;

use super::layout::Node;
use crate::address::Kind;
use crate::json::{Path, Step};
use crate::resource::{Field, Shape, table};

/// Returns the number of members that a new one stands behind.
pub(super) fn place(mapping: &Node, name: &str, path: &Path, document: &Value) -> usize {
    let end = mapping.entries.len();
    let Some(known) = members(path, document) else { return end };
    let rank = |name: &str| known.iter().position(|other| *other == name);
    let Some(own) = rank(name) else { return end };
    let ranks = || mapping.entries.iter().enumerate().filter_map(|(at, entry)| Some((rank(entry.name.as_deref()?)?, at)));
    let before = ranks().filter(|(other, _)| *other < own).max();
    let after = ranks().filter(|(other, _)| *other > own).min();
    before.map(|(_, at)| at + 1).or(after.map(|(_, at)| at)).unwrap_or(end)
}

/// Returns the names that a mapping of a document may have, in the order of the table; `None` if they are anybody's choice.
fn members(path: &Path, document: &Value) -> Option<Vec<&'static str>> {
    let kind: Kind = document["kind"].as_str()?.parse().ok()?;
    let (first, rest) = path.steps().split_first()?;
    let top = matches!(first, Step::Key(name) if name == "spec" || name == "patch");
    let field = rest.iter().try_fold(table(kind), below).filter(|_| top)?;
    match &field.shape {
        Shape::Object(members) => Some(members.keys().map(String::as_str).collect()),
        _ => None,
    }
}

fn below(field: &'static Field, step: &Step) -> Option<&'static Field> {
    match (&field.shape, step) {
        (Shape::Object(_), Step::Key(name)) => field.member(name),
        (Shape::List(item), Step::Index(_)) => Some(item),
        _ => None,
    }
}
