//! An action as it would be now and as it was approved to the first thing in which they differ, in words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::printable::printable_head;
use crate::program::{Action, Expect, Line};

/// Values longer than this are cut: a profile may be a megabyte long.
const LONGEST: usize = 100;

/// Returns the first difference: of a field where there is one, else of what must hold, else the place in the plan.
pub(super) fn first_difference(now: &Action, approved: &Action) -> String {
    field(&now.fields, &approved.fields).or_else(|| unseen(now, approved)).unwrap_or_else(|| {
        let tree = |action: &Action| serde_json::to_value(action).unwrap_or_default();
        let place = first_place(&tree(now), &tree(approved), String::new()).unwrap_or_default();
        format!("it differs from what was approved at `{place}`")
    })
}

/// Returns the first field that changes otherwise than was approved.
fn field(now: &[Line], approved: &[Line]) -> Option<String> {
    let by_path = |lines: &[Line]| lines.iter().map(|line| (line.path.clone(), line.clone())).collect::<BTreeMap<_, _>>();
    let (now, approved) = (by_path(now), by_path(approved));
    now.keys().chain(approved.keys()).collect::<BTreeSet<_>>().into_iter().find_map(|path| {
        let shown = printable_head(path, LONGEST);
        match (now.get(path), approved.get(path)) {
            (Some(now), None) => Some(format!("`{shown}` would change too ({}), which was not approved", change(now))),
            (None, Some(approved)) => Some(format!("`{shown}` would not change any more, and {} was approved", change(approved))),
            (Some(now), Some(approved)) if now != approved => {
                Some(format!("`{shown}` would change {}, and {} was approved", change(now), change(approved)))
            }
            _ => None,
        }
    })
}

fn change(line: &Line) -> String {
    let side =
        |value: &Option<Value>| value.as_ref().map_or_else(|| "none".to_owned(), |value| printable_head(&value.to_string(), LONGEST));
    if line.secret { "a secret".to_owned() } else { format!("{} → {}", side(&line.before), side(&line.after)) }
}

/// Tells of a live object that changed where the plan shows no field.
fn unseen(now: &Action, approved: &Action) -> Option<String> {
    let without_bodies = |action: &Action| {
        let mut action = action.clone();
        action.steps.iter_mut().for_each(|step| step.pre.retain(|expect| !matches!(expect, Expect::BodyIs(_))));
        action
    };
    (without_bodies(now) == without_bodies(approved))
        .then(|| "the live object has changed since the plan was made, in fields that the plan does not touch".to_owned())
}

/// Returns the first place in which two trees differ.
fn first_place(now: &Value, then: &Value, at: String) -> Option<String> {
    match (now, then) {
        (Value::Object(a), Value::Object(b)) => {
            let names: BTreeSet<_> = a.keys().chain(b.keys()).collect();
            let dot = if at.is_empty() { "" } else { "." };
            names.into_iter().find_map(|name| {
                let at = format!("{at}{dot}{name}");
                match (a.get(name), b.get(name)) {
                    (Some(a), Some(b)) => first_place(a, b, at),
                    _ => Some(at),
                }
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| first_place(a, b, format!("{at}[{i}]")))
        }
        _ => (now != then).then_some(at),
    }
}
