//! An order in which actions can be done: what must come first comes first, ties break by address, and deletions come last.
//!
//! ```text
//! App (with its credentials) ─▶ Secret, Key, Grant          deletions walk the other way, after everything else,
//!                                                            unless something waits for the room that they make
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Address;
use crate::program::{Action, Verb};

/// Actions that wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these actions wait for each other: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
pub struct Cycle(pub Vec<Address>);

/// An action's place among those that wait: its address, and its number among the given ones, so that none is lost that has the address of
/// another.
type Place = (Address, usize);

/// Returns the actions in an order in which they can be done; the same actions always give the same order.
pub fn ordered(actions: Vec<Action>) -> Result<Vec<Action>, Cycle> {
    let present: BTreeSet<Address> = actions.iter().map(|a| a.address.clone()).collect();
    let mut waiting: BTreeMap<Place, Action> = actions.into_iter().enumerate().map(|(i, a)| ((a.address.clone(), i), a)).collect();
    let mut done = BTreeSet::new();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready: Vec<_> = waiting
            .iter()
            .filter(|(_, a)| a.after.iter().all(|first| !present.contains(first) || done.contains(first)))
            .map(|(place, a)| (a.verb == Verb::Delete, place.clone()))
            .collect();
        let creations: Vec<_> = ready.iter().filter(|(delete, _)| !delete).map(|(_, place)| place.clone()).collect();
        // A deletion that something waits for does not wait for the rest.
        let next = if creations.is_empty() { freeing(&waiting, &ready) } else { creations };
        if next.is_empty() {
            return Err(Cycle(waiting.into_keys().map(|(address, _)| address).collect()));
        }
        for place in next {
            ordered.extend(waiting.remove(&place));
            done.insert(place.0);
        }
    }
    Ok(ordered)
}

/// Of deletions that are ready, those that something waits for; all of them, last first, if nothing does.
fn freeing(waiting: &BTreeMap<Place, Action>, ready: &[(bool, Place)]) -> Vec<Place> {
    let awaited: BTreeSet<_> = waiting.values().flat_map(|a| &a.after).collect();
    let (wanted, rest): (Vec<_>, Vec<_>) = ready.iter().map(|(_, place)| place.clone()).partition(|(address, _)| awaited.contains(address));
    if wanted.is_empty() { rest.into_iter().rev().collect() } else { wanted }
}
