//! An order in which actions can be done: what must come first comes first, ties break by address, and deletions come last.
//!
//! ```text
//! App (with its credentials) ─▶ Secret, Key, Grant, GroupAssignment    deletions walk the other way, after everything else,
//! OAuthProvider ─▶ ClientType                                          unless something waits for the room that they make
//! ```

use std::collections::BTreeSet;

use crate::address::Address;
use crate::program::{Action, Verb};

/// Actions that wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these actions wait for each other: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
pub struct Cycle(pub Vec<Address>);

/// Returns the actions in an order in which they can be done; the same actions always give the same order.
pub fn ordered(mut actions: Vec<Action>) -> Result<Vec<Action>, Cycle> {
    // None is lost that has the address of another.
    actions.sort_by(|a, b| a.address.cmp(&b.address));
    let mut graph = Graph::of(&actions);
    let mut order = Vec::with_capacity(actions.len());
    loop {
        let next = graph.ready.next();
        if next.is_empty() {
            break;
        }
        for place in next {
            order.push(place);
            graph.done(place);
        }
    }
    if order.len() < actions.len() {
        let done: BTreeSet<_> = order.into_iter().collect();
        return Err(Cycle(actions.into_iter().enumerate().filter(|(place, _)| !done.contains(place)).map(|(_, a)| a.address).collect()));
    }
    let mut actions: Vec<_> = actions.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|place| actions[place].take()).collect())
}

/// What waits for what, by places in a list of actions that is sorted by address.
struct Graph {
    /// For each action, those that wait for it.
    followers: Vec<Vec<usize>>,
    /// For each action, how many it still waits for.
    unmet: Vec<usize>,
    sorts: Vec<Sort>,
    ready: Ready,
}

/// When an action has its turn among those that are ready.
#[derive(Debug, Clone, Copy)]
enum Sort {
    Creation,
    /// A deletion that something waits for: it does not wait for the rest.
    Freeing,
    Deletion,
}

/// What waits for nothing any more.
#[derive(Default)]
struct Ready {
    creations: BTreeSet<usize>,
    freeing: BTreeSet<usize>,
    deletions: BTreeSet<usize>,
}

impl Graph {
    fn of(actions: &[Action]) -> Self {
        let mut followers = vec![Vec::new(); actions.len()];
        let mut unmet = vec![0; actions.len()];
        for (place, action) in actions.iter().enumerate() {
            // What is not in the plan is there already.
            for first in &action.after {
                let begin = actions.partition_point(|other| other.address < *first);
                let many = actions[begin..].iter().take_while(|other| other.address == *first).count();
                unmet[place] += many;
                followers[begin..begin + many].iter_mut().for_each(|followers| followers.push(place));
            }
        }
        let sort = |(action, followers): (&Action, &Vec<usize>)| match action.verb {
            Verb::Delete if followers.is_empty() => Sort::Deletion,
            Verb::Delete => Sort::Freeing,
            Verb::Create | Verb::Update | Verb::Replace => Sort::Creation,
        };
        let sorts: Vec<_> = actions.iter().zip(&followers).map(sort).collect();
        let mut ready = Ready::default();
        for place in (0..actions.len()).filter(|place| unmet[*place] == 0) {
            ready.add(place, sorts[place]);
        }
        Self { followers, unmet, sorts, ready }
    }

    fn done(&mut self, place: usize) {
        for follower in std::mem::take(&mut self.followers[place]) {
            self.unmet[follower] -= 1;
            if self.unmet[follower] == 0 {
                self.ready.add(follower, self.sorts[follower]);
            }
        }
    }
}

impl Ready {
    fn add(&mut self, place: usize, sort: Sort) {
        match sort {
            Sort::Creation => self.creations.insert(place),
            Sort::Freeing => self.freeing.insert(place),
            Sort::Deletion => self.deletions.insert(place),
        };
    }

    /// Takes out those whose turn it is: deletions, last first, only if there is nothing else.
    fn next(&mut self) -> Vec<usize> {
        for ready in [&mut self.creations, &mut self.freeing] {
            if !ready.is_empty() {
                return std::mem::take(ready).into_iter().collect();
            }
        }
        std::mem::take(&mut self.deletions).into_iter().rev().collect()
    }
}
