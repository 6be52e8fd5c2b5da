//! Whether a plan that was computed afresh is covered by one that somebody approved.

use super::difference::first_difference;
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
    let org = |plan: &Plan| plan.org.as_ref().map_or_else(|| "none".to_owned(), |org| org.id.clone());
    if org(fresh) != org(approved) {
        differ(None, format!("the plan was approved for the org {} and this is {}", org(approved), org(fresh)));
    }
    let portal = |plan: &Plan| plan.portal.as_ref().map_or_else(|| "none".to_owned(), |portal| portal.url.clone());
    if portal(fresh) != portal(approved) {
        differ(None, format!("the plan was approved for the portal {} and this is {}", portal(approved), portal(fresh)));
    }
    if fresh.project != approved.project {
        differ(None, format!("the plan was approved for the project `{}` and this is `{}`", approved.project, fresh.project));
    }
    for action in &fresh.actions {
        let known = approved.actions.iter().find(|a| a.address == action.address);
        let Some(known) = known else {
            differ(Some(&action.address), "this action is not in the approved plan".to_owned());
            continue;
        };
        if let Some(what) = difference(action, &without_done(known, fresh, approved)) {
            differ(Some(&action.address), what);
        }
    }
    for (address, id) in &fresh.bindings {
        let used = fresh.actions.iter().any(|a| uses(a, address));
        let made = approved.actions.iter().any(|a| a.address == *address && matches!(a.verb, Verb::Create | Verb::Replace));
        if used && !made && approved.bindings.get(address) != Some(id) {
            let before = approved.bindings.get(address).map_or_else(|| "none".to_owned(), ToString::to_string);
            differ(Some(address), format!("the live object is {id}, and was {before} when the plan was approved"));
        }
    }
    mismatches
}

fn uses(action: &Action, address: &Address) -> bool {
    let slot = format!("{{{address}}}");
    action.steps.iter().any(|step| step.call.path.contains(&slot))
}

fn difference(action: &Action, approved: &Action) -> Option<String> {
    if action.steps.len() == approved.steps.len() && action.verb == approved.verb {
        let (action, approved) = (without_origins(action), without_origins(approved));
        return (action != approved).then(|| first_difference(&action, &approved));
    }
    // Part of it is done: what is left must be there word for word, in the same order.
    let mut rest = approved.steps.iter();
    let missing = action.steps.iter().find(|step| !rest.any(|known| covers(known, step)))?;
    Some(format!("{} {} is not in the approved plan in this form", missing.call.method.as_str(), missing.call.path))
}

/// An action waits no longer for those that are done and so have dropped out.
fn without_done(action: &Action, fresh: &Plan, approved: &Plan) -> Action {
    let is_in = |plan: &Plan, address: &Address| plan.actions.iter().any(|a| a.address == *address);
    let mut action = action.clone();
    action.after.retain(|address| is_in(fresh, address) || !is_in(approved, address));
    action
}

/// Where something is declared is for people: a comment above it changes nothing that was approved.
fn without_origins(action: &Action) -> Action {
    let mut action = action.clone();
    for line in &mut action.fields {
        line.origin = None;
    }
    action
}

fn covers(approved: &Step, step: &Step) -> bool {
    let as_created = approved.pre == [Expect::AsCreated];
    approved == step || (as_created && approved.call == step.call && approved.probe == step.probe && approved.post == step.post)
}
