//! What the manifests declare as a graph: which object must be there before which. Pure; nothing is known of what is live.
//!
//! ```text
//! App (with its credentials) ─▶ Grant, GroupAssignment           groups, access policies and whatever else a document
//! App, Client ─▶ policy ─▶ rule ◀─ scope ─▶ claim                names and none declares stand where they are named
//! AuthorizationServer ─▶ scope, claim, policy
//! OAuthProvider ─▶ ClientType
//! ```
//!
//! Edges are those that [`crate::program`] orders its actions by, before anything is left out because it is there already.

mod declared;
pub mod layout;
mod node;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use declared::graph;
pub use node::{Cluster, Key, Node, Sort};

use crate::address::Address;

/// Objects and what needs what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// The objects, in the order of their keys: what is declared comes first, by address.
    pub nodes: Vec<Node>,
    /// What needs what, in the order of the two nodes; each once.
    pub edges: Vec<Edge>,
}

/// One object needs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// What must be there first, by its place among the nodes.
    pub from: usize,
    /// What needs it.
    pub to: usize,
    /// Why.
    pub reason: Reason,
}

/// Why one object needs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It stands below the other one.
    Parent,
    /// It is for that client.
    Client,
    /// It names that scope.
    Scope,
    /// It is for those people.
    People,
    /// It is for others than those people.
    NotFor,
    /// It gives that group access.
    Group,
    /// That policy decides who may sign in.
    AccessPolicy,
    /// That issuer is named.
    Issuer,
    /// That hook may change its tokens.
    Hook,
}

impl Reason {
    /// Returns the word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Client => "client",
            Self::Scope => "scope",
            Self::People => "people",
            Self::NotFor => "not for",
            Self::Group => "group",
            Self::AccessPolicy => "access policy",
            Self::Issuer => "issuer",
            Self::Hook => "hook",
        }
    }
}

impl Graph {
    /// Returns the part that has to do with some documents: what they declare, all that this needs, and all that needs it.
    #[must_use]
    pub fn around(&self, chosen: impl Fn(&Address) -> bool) -> Self {
        let chosen: BTreeSet<usize> =
            self.nodes.iter().enumerate().filter(|(_, node)| node.documents.iter().any(&chosen)).map(|(place, _)| place).collect();
        let mut kept = reached(chosen.clone(), self.edges.iter().map(|edge| (edge.to, edge.from)));
        kept.extend(reached(chosen, self.edges.iter().map(|edge| (edge.from, edge.to))));
        let place = |old: usize| kept.contains(&old).then(|| kept.range(..old).count());
        let edges = self.edges.iter().filter_map(|edge| Some(Edge { from: place(edge.from)?, to: place(edge.to)?, ..*edge })).collect();
        Self { nodes: kept.iter().map(|place| self.nodes[*place].clone()).collect(), edges }
    }
}

/// Returns some nodes with all that steps lead to from them.
fn reached(mut found: BTreeSet<usize>, steps: impl Iterator<Item = (usize, usize)>) -> BTreeSet<usize> {
    let steps: BTreeSet<_> = steps.collect();
    let mut open: Vec<_> = found.iter().copied().collect();
    while let Some(node) = open.pop() {
        for (_, next) in steps.range((node, 0)..=(node, usize::MAX)) {
            if found.insert(*next) {
                open.push(*next);
            }
        }
    }
    found
}
