//! How far a reading went, and what of what is needed it has already.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::bind::{Children, Details};
use crate::desired::{Client, Desired, GroupReference};
use crate::observed::{self, Id, LiveClient, Observed};

/// How far a reading went, where what was read does not tell: an empty list may be all that there is, or may not have been read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Whether the apps were listed.
    pub(super) apps: bool,
    /// By which ids and names the dynamically registered clients were chosen, if they were listed.
    pub(super) clients: Option<Chosen>,
    /// The groups that were looked for.
    pub(super) groups: BTreeSet<GroupReference>,
    /// Whether the access policies were.
    pub(super) policies: bool,
    /// Whether the authorization servers were listed.
    pub(super) servers: bool,
}

/// The ids and the names by which clients are chosen from all that there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chosen {
    pub(super) ids: BTreeSet<String>,
    pub(super) names: BTreeSet<String>,
}

impl Chosen {
    /// Returns those of the declared clients.
    pub(super) fn by(desired: &Desired) -> Self {
        let ids = desired.clients.iter().filter_map(|client| client.metadata.id.clone()).collect();
        Self { ids, names: desired.clients.iter().map(Client::name).map(str::to_owned).collect() }
    }

    /// Tells whether a client is among those that are chosen.
    pub(super) fn has(&self, client: &LiveClient) -> bool {
        self.ids.contains(&client.id.0) || self.names.contains(&client.name)
    }

    /// Tells whether everything that another choice takes is taken.
    pub(super) fn covers(&self, other: &Self) -> bool {
        other.ids.is_subset(&self.ids) && other.names.is_subset(&self.names)
    }
}

impl Reach {
    /// Returns how far a reading for some manifests goes, which were found to need some details.
    pub fn of(desired: &Desired, observed: &Observed, needs: &Details) -> Self {
        let clients = (!desired.clients.is_empty()).then(|| Chosen::by(desired));
        let servers = !desired.servers.is_empty() || !observed.servers.listed.is_empty();
        Self { apps: desired.concerns_apps(), clients, groups: needs.groups.clone(), policies: needs.policies, servers }
    }

    /// Returns those of the details that were not read yet.
    pub(super) fn missing(&self, needs: &Details, observed: &Observed) -> Details {
        let mut missing = needs.clone();
        missing.grants.retain(|id| !observed.grants.contains_key(id));
        missing.client_grants.retain(|id| !observed.grants.contains_key(id));
        missing.assignments.retain(|id| !observed.assignments.contains_key(id));
        missing.policies &= !self.policies;
        if missing.groups == self.groups {
            missing.groups.clear();
        }
        for (id, children) in &mut missing.servers {
            if let Some(read) = observed.servers.below.get(id) {
                children.scopes &= read.scopes.is_none();
                children.claims &= read.claims.is_none();
                children.policies = children.policies.take().filter(|with_rules| !has_policies(read, with_rules));
            }
        }
        missing.servers.retain(|_, children| *children != Children::default());
        missing
    }
}

/// Tells whether a server's policies were read, with the rules of those that have one of some names.
fn has_policies(read: &observed::Children, with_rules: &BTreeSet<String>) -> bool {
    let named = |policies: &Vec<observed::LivePart>| {
        policies.iter().filter(|policy| with_rules.contains(policy.name())).all(|policy| read.rules.contains_key(&policy.id))
    };
    read.policies.as_ref().is_some_and(named)
}

/// Drops what was read before and is needed no more, so that it makes no difference which of the two a reading was.
pub(super) fn trim(observed: &mut Observed, needs: &Details) {
    observed.grants.retain(|id, _| needs.grants.contains(id) || needs.client_grants.contains(id));
    observed.assignments.retain(|id, _| needs.assignments.contains(id));
    if needs.groups.is_empty() {
        observed.groups.clear();
    }
    if !needs.policies {
        observed.policies.clear();
    }
    observed.servers.below.retain(|id, read| {
        let Some(needed) = needs.servers.get(id) else { return false };
        read.scopes = read.scopes.take().filter(|_| needed.scopes);
        read.claims = read.claims.take().filter(|_| needed.claims);
        read.policies = read.policies.take().filter(|_| needed.policies.is_some());
        let (policies, with_rules) = (&read.policies, needed.policies.iter().flatten().map(String::as_str).collect::<BTreeSet<_>>());
        let is_needed = |id: &Id| policies.iter().flatten().any(|policy| policy.id == *id && with_rules.contains(policy.name()));
        read.rules.retain(|id, _| is_needed(id));
        true
    });
}
