//! Whether a plan that was computed afresh is covered by one that somebody approved.

use std::collections::BTreeSet;

use super::{Plan, Verb};
use crate::address::Address;
use crate::program::{Action, Expect, Step};

/// Why a fresh plan is not covered by the approved one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What differs.
    pub address: Option<Address>,
    /// How.
    pub what: String,
}

/// Holds a fresh plan against an approved one.
///
/// # Guarantees
/// Without a mismatch, every request of the fresh plan stands in the approved one, equal in method, path, query, body, and in what must
/// hold before and after it. What is done already is not in the fresh plan any more; that is the only way in which it may hold less.
pub fn approve(fresh: &Plan, approved: &Plan) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    let mut differ = |address: Option<&Address>, what: String| mismatches.push(Mismatch { address: address.cloned(), what });
    if fresh.org.id != approved.org.id {
        differ(None, format!("the plan was approved for the org {} and this is {}", approved.org.id, fresh.org.id));
    }
    if fresh.project != approved.project {
        differ(None, format!("the plan was approved for the project `{}` and this is `{}`", approved.project, fresh.project));
    }
    let planned: BTreeSet<&Address> = fresh.actions.iter().map(|a| &a.address).collect();
    for action in &fresh.actions {
        let known = approved.actions.iter().find(|a| a.address == action.address);
        let Some(known) = known else {
            differ(Some(&action.address), "this action is not in the approved plan".to_owned());
            continue;
        };
        if let Some(what) = difference(action, known, &planned) {
            differ(Some(&action.address), what);
        }
    }
    for (address, id) in &fresh.bindings {
        let used = fresh.actions.iter().any(|a| uses(a, address));
        let made = approved.actions.iter().any(|a| a.address == *address && matches!(a.verb, Verb::Create | Verb::Replace));
        if used && !made && approved.bindings.get(address) != Some(id) {
            let before = approved.bindings.get(address).map_or_else(|| "none".to_owned(), ToString::to_string);
            differ(Some(address), format!("the live app is {id}, and was {before} when the plan was approved"));
        }
    }
    mismatches
}

fn uses(action: &Action, address: &Address) -> bool {
    let slot = format!("{{{address}}}");
    action.steps.iter().any(|step| step.call.path.contains(&slot))
}

fn difference(action: &Action, approved: &Action, planned: &BTreeSet<&Address>) -> Option<String> {
    if action.steps.len() == approved.steps.len() && action.verb == approved.verb {
        let (action, approved) = (comparable(action, planned), comparable(approved, planned));
        return (action != approved).then(|| first_difference(&action, &approved));
    }
    // Part of it is done: what is left must be there word for word, in the same order.
    let mut rest = approved.steps.iter();
    let missing = action.steps.iter().find(|step| !rest.any(|known| covers(known, step)))?;
    Some(format!("{} {} is not in the approved plan in this form", missing.call.method.as_str(), missing.call.path))
}

/// Returns an action without what may differ. Where something is declared is for people: a comment above it changes nothing that was
/// approved. And nothing waits any more for what is done and has dropped out of the plan.
fn comparable(action: &Action, planned: &BTreeSet<&Address>) -> Action {
    let mut action = action.clone();
    action.after.retain(|first| planned.contains(first));
    for line in &mut action.fields {
        line.origin = None;
    }
    action
}

fn covers(approved: &Step, step: &Step) -> bool {
    let as_created = approved.pre == [Expect::AsCreated];
    approved == step || (as_created && approved.call == step.call && approved.probe == step.probe && approved.post == step.post)
}

fn first_difference(action: &Action, approved: &Action) -> String {
    let tree = |a: &Action| serde_json::to_value(a).unwrap_or_default();
    let (now, then) = (tree(action), tree(approved));
    let place = first_place(&now, &then, String::new()).unwrap_or_default();
    format!("it differs from what was approved at `{place}`")
}

fn first_place(now: &serde_json::Value, then: &serde_json::Value, at: String) -> Option<String> {
    use serde_json::Value;
    match (now, then) {
        (Value::Object(a), Value::Object(b)) => {
            let names: BTreeSet<_> = a.keys().chain(b.keys()).collect();
            let null = Value::Null;
            let dot = if at.is_empty() { "" } else { "." };
            names.into_iter().find_map(|n| first_place(a.get(n).unwrap_or(&null), b.get(n).unwrap_or(&null), format!("{at}{dot}{n}")))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| first_place(a, b, format!("{at}[{i}]")))
        }
        _ => (now != then).then_some(at),
    }
}
