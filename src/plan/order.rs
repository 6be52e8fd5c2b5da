//! An order in which actions can be done: what must come first comes first, ties break by address, and deletions come last.
//!
//! ```text
//! App (with its credentials) ─▶ Secret, Key, Grant          deletions walk the other way, after everything else,
//! OAuthProvider ─▶ ClientType                                unless something waits for the room that they make
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Address;
use crate::program::{Action, Verb};

/// Actions that wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these actions wait for each other: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
pub struct Cycle(pub Vec<Address>);

/// Returns the actions in an order in which they can be done; the same actions always give the same order.
pub fn ordered(actions: Vec<Action>) -> Result<Vec<Action>, Cycle> {
    let present: BTreeSet<Address> = actions.iter().map(|a| a.address.clone()).collect();
    let mut waiting: BTreeMap<Address, Action> = actions.into_iter().map(|a| (a.address.clone(), a)).collect();
    let mut done = BTreeSet::new();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready: Vec<_> = waiting
            .values()
            .filter(|a| a.after.iter().all(|first| !present.contains(first) || done.contains(first)))
            .map(|a| (a.verb == Verb::Delete, a.address.clone()))
            .collect();
        let creations: Vec<_> = ready.iter().filter(|(delete, _)| !delete).map(|(_, address)| address.clone()).collect();
        // A deletion that something waits for does not wait for the rest.
        let next = if creations.is_empty() { freeing(&waiting, &ready) } else { creations };
        if next.is_empty() {
            return Err(Cycle(waiting.into_keys().collect()));
        }
        for address in next {
            ordered.extend(waiting.remove(&address));
            done.insert(address);
        }
    }
    Ok(ordered)
}

/// Of deletions that are ready, those that something waits for; all of them, last first, if nothing does.
fn freeing(waiting: &BTreeMap<Address, Action>, ready: &[(bool, Address)]) -> Vec<Address> {
    let awaited: BTreeSet<_> = waiting.values().flat_map(|a| &a.after).collect();
    let (wanted, rest): (Vec<_>, Vec<_>) = ready.iter().map(|(_, address)| address.clone()).partition(|a| awaited.contains(a));
    if wanted.is_empty() { rest.into_iter().rev().collect() } else { wanted }
}
