//! Whether a plan that was computed afresh is covered by one that somebody approved.

use std::collections::{BTreeMap, BTreeSet};

use super::difference::first_difference;
use super::{Plan, Verb};
use crate::address::{Address, Kind};
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
    let (now, then) = (by_address(fresh), by_address(approved));
    for action in &fresh.actions {
        let Some(known) = then.get(&action.address) else {
            differ(Some(&action.address), "this action is not in the approved plan".to_owned());
            continue;
        };
        if let Some(what) = difference(&without_done(action, &now, &then), &without_done(known, &now, &then)) {
            differ(Some(&action.address), what);
        }
    }
    let slots = slots(&fresh.actions);
    let made = |address: &Address| then.get(address).is_some_and(|a| matches!(a.verb, Verb::Create | Verb::Replace));
    for (address, id) in &fresh.bindings {
        let used = slots.contains(&address.to_string());
        if used && !made(address) && approved.bindings.get(address) != Some(id) {
            let before = approved.bindings.get(address).map_or_else(|| "none".to_owned(), ToString::to_string);
            differ(Some(address), format!("the live object is {id}, and was {before} when the plan was approved"));
        }
    }
    mismatches
}

/// The actions of a plan by address; of two with the same, which only a file that somebody wrote can have, the first.
type ByAddress<'p> = BTreeMap<&'p Address, &'p Action>;

fn by_address(plan: &Plan) -> ByAddress<'_> {
    plan.actions.iter().rev().map(|action| (&action.address, action)).collect()
}

/// Returns the objects that stand in paths, as they are written there (`{App/name}`), and the apps whose client ids come into bodies.
fn slots(actions: &[Action]) -> BTreeSet<String> {
    let paths = actions.iter().flat_map(|action| &action.steps).map(|step| step.call.path.as_str());
    let slots = paths.flat_map(|path| path.match_indices('{').filter_map(|(at, _)| path[at + 1..].split_once('}')));
    let clients = actions.iter().flat_map(|action| &action.steps).flat_map(|step| step.call.body.clients());
    slots.map(|(slot, _)| slot.to_owned()).chain(clients.map(|slot| slot.app.to_string())).collect()
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

/// An action waits no longer for those that are done and so have dropped out. What is left of one that is done in part may be nothing to wait
/// for: a client id is known as soon as its app is there.
fn without_done(action: &Action, fresh: &ByAddress<'_>, approved: &ByAddress<'_>) -> Action {
    let mut action = action.clone();
    action.after.retain(|address| match (fresh.get(address), approved.get(address)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(rest), Some(whole)) => rest.verb == whole.verb && rest.steps.len() == whole.steps.len(),
    });
    action
}

/// Where something is declared is for people: a comment above it changes nothing that was approved. So is the number that a policy or rule
/// has before its priority is sent: whatever is sent to another one may move it.
fn without_origins(action: &Action) -> Action {
    let mut action = action.clone();
    let is_part = action.address.kind == Kind::AuthorizationServer && !action.address.child.is_empty();
    for line in &mut action.fields {
        line.origin = None;
        if is_part && line.path == "priority" {
            line.before = None;
        }
    }
    action
}

fn covers(approved: &Step, step: &Step) -> bool {
    let as_created = approved.pre == [Expect::AsCreated];
    approved == step || (as_created && approved.call == step.call && approved.probe == step.probe && approved.post == step.post)
}
