//! A state to what is to be exported: the objects that it manages, what of each, and the names that it has for them.

use std::collections::{BTreeMap, BTreeSet};

use super::names::names;
use super::state::{DEFAULT, Manages, State};
use crate::address::Kind;
use crate::bind::{Children, Details};
use crate::export::{Choice, Live, Wanted};
use crate::observed::{Id, Observed};
use crate::resource::authorization_server::Part;

impl State {
    /// Returns what is to be exported. Of an app or server only those children are declared that the state manages; an app or a server
    /// that the state does not manage itself is only referred to, or declared as far as its children cannot be without it.
    pub fn choice(&self) -> Choice {
        let mut wanted: BTreeMap<Live, Wanted> = BTreeMap::new();
        let mut addresses = BTreeMap::new();
        let no_fields = || Wanted { fields: Some(BTreeSet::new()), children: Some(BTreeSet::new()), ..Wanted::default() };
        for resource in &self.resources {
            let (kinds, live, children): (&[Kind], _, Vec<String>) = match &resource.manages {
                Manages::App(id) => (&[Kind::App, Kind::ClientCredentials], (Kind::App, id), Vec::new()),
                Manages::Grants(id, scopes) => (&[Kind::Grant], (Kind::App, id), scopes.iter().cloned().collect()),
                Manages::Groups(id, groups) => (&[Kind::GroupAssignment], (Kind::App, id), groups.iter().cloned().collect()),
                Manages::Server(id) => (&[], (Kind::AuthorizationServer, id), Vec::new()),
                Manages::Part { server, policy, id, .. } => {
                    let parts = policy.iter().chain([id]).map(|id| id.0.clone());
                    (&[], (Kind::AuthorizationServer, server), parts.collect())
                }
                // A field of an app, or the order of policies, is declared with these.
                Manages::OfApp(_) | Manages::OfServer(_) | Manages::Unknown | Manages::Untold | Manages::Deposed => continue,
            };
            let live = (live.0, live.1.clone());
            let entry = wanted.entry(live.clone()).or_insert_with(no_fields);
            entry.kinds.extend(kinds);
            entry.children.get_or_insert_default().extend(children);
            match &resource.manages {
                Manages::App(_) | Manages::Server(_) if entry.fields.take().is_some() => {
                    addresses.insert(live, &resource.address);
                }
                Manages::Grants(..) | Manages::Groups(..) => drop(addresses.entry(live).or_insert(&resource.address)),
                _ => {}
            }
        }
        Choice { names: names(&addresses), wanted: Some(wanted), ..Choice::default() }
    }

    /// Puts the id of the built-in authorization server where the state means it without.
    #[must_use]
    pub fn with_default(mut self, id: &Id) -> Self {
        for resource in &mut self.resources {
            if let Manages::Server(server) | Manages::OfServer(server) | Manages::Part { server, .. } = &mut resource.manages
                && server.0 == DEFAULT
            {
                *server = id.clone();
            }
        }
        self
    }
}

/// Returns what to read of objects that a state speaks of and that were not read yet.
pub fn details(state: &State, observed: &Observed) -> Details {
    let mut details = Details::default();
    let all = Children { scopes: true, claims: true, policies: Some(BTreeSet::new()) };
    for resource in &state.resources {
        match &resource.manages {
            Manages::Grants(id, _) if observed.app(id).is_some() && !observed.grants.contains_key(id) => {
                details.grants.insert(id.clone());
            }
            Manages::Groups(id, _) if observed.app(id).is_some() && !observed.assignments.contains_key(id) => {
                details.assignments.insert(id.clone());
            }
            Manages::Part { server, .. } if !observed.servers.below.contains_key(server) => {
                let listed = observed.servers.listed.iter().filter(|live| live.id == *server);
                details.servers.extend(listed.map(|live| (live.id.clone(), all.clone())));
            }
            _ => {}
        }
    }
    details
}

/// Returns the policies whose rules a state speaks of and that were not read yet.
pub fn further_details(state: &State, observed: &Observed) -> Details {
    let mut details = Details::default();
    for resource in &state.resources {
        let Manages::Part { part: Part::Rule, server, policy: Some(policy), .. } = &resource.manages else { continue };
        let Some(below) = observed.servers.below.get(server) else { continue };
        let is_there = below.policies.iter().flatten().any(|live| live.id == *policy);
        if is_there && !below.rules.contains_key(policy) {
            details.rules.entry(server.clone()).or_default().insert(policy.clone());
        }
    }
    details
}
