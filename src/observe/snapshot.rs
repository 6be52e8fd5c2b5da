//! What was read of an org, as it is kept for another time: everything but secrets, the portal, and what is on this machine.
//!
//! What is taken up again is what was kept, to the last member: property-tested.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::bind::Details;
use crate::desired::{Client, Desired, GroupReference};
use crate::observed::{AccessPolicy, Children, Id, LiveApp, LiveAssignment, LiveClient, LiveGrant, LiveGroup, LivePart, Observed, Org};

/// What was read of an org, without anything secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot<'o> {
    org: Org,
    reach: Reach,
    apps: Cow<'o, [LiveApp]>,
    clients: Cow<'o, [LiveClient]>,
    grants: Cow<'o, BTreeMap<Id, Vec<LiveGrant>>>,
    assignments: Cow<'o, BTreeMap<Id, Vec<LiveAssignment>>>,
    groups: Cow<'o, [LiveGroup]>,
    policies: Cow<'o, [AccessPolicy]>,
    servers: Cow<'o, [LivePart]>,
    below: Cow<'o, BTreeMap<Id, Children>>,
}

/// How far a reading went, where what was read does not tell: an empty list may be all that there is, or may not have been read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Whether the apps were listed.
    pub(super) apps: bool,
    /// The ids and the names by which dynamically registered clients were chosen, if they were listed.
    pub(super) clients: Option<[BTreeSet<String>; 2]>,
    /// The groups that were looked for.
    pub(super) groups: BTreeSet<GroupReference>,
    /// Whether the access policies were.
    pub(super) policies: bool,
    /// Whether the authorization servers were.
    pub(super) servers: bool,
}

impl Reach {
    /// Returns how far a reading for some manifests goes, of which these details were found to be needed.
    pub fn of(desired: &Desired, observed: &Observed, needs: &Details) -> Self {
        let clients = (!desired.clients.is_empty()).then(|| chosen(desired));
        let servers = !desired.servers.is_empty() || !observed.servers.listed.is_empty();
        Self { apps: desired.concerns_apps(), clients, groups: needs.groups.clone(), policies: needs.policies, servers }
    }
}

/// Returns the ids and the names of the declared clients.
pub(super) fn chosen(desired: &Desired) -> [BTreeSet<String>; 2] {
    let ids = desired.clients.iter().filter_map(|client| client.metadata.id.clone()).collect();
    [ids, desired.clients.iter().map(Client::name).map(str::to_owned).collect()]
}

impl<'o> Snapshot<'o> {
    /// Takes one; `None` if it was no org that was read.
    pub fn of(observed: &'o Observed, reach: Reach) -> Option<Self> {
        let Observed { org, apps, secrets: _, clients, outputs: _, grants, assignments, groups, policies, servers, portal: _, denied: _ } =
            observed;
        Some(Self {
            org: org.clone()?,
            reach,
            apps: Cow::Borrowed(apps),
            clients: Cow::Borrowed(clients),
            grants: Cow::Borrowed(grants),
            assignments: Cow::Borrowed(assignments),
            groups: Cow::Borrowed(groups),
            policies: Cow::Borrowed(policies),
            servers: Cow::Borrowed(&servers.listed),
            below: Cow::Borrowed(&servers.below),
        })
    }

    /// Returns the org that it is of.
    pub fn org(&self) -> &Org {
        &self.org
    }

    /// Returns what was read, and how far.
    pub fn restore(self) -> (Observed, Reach) {
        let Self { org, reach, apps, clients, grants, assignments, groups, policies, servers, below } = self;
        let observed = Observed {
            org: Some(org),
            apps: apps.into_owned(),
            clients: clients.into_owned(),
            grants: grants.into_owned(),
            assignments: assignments.into_owned(),
            groups: groups.into_owned(),
            policies: policies.into_owned(),
            servers: crate::observed::Servers { listed: servers.into_owned(), below: below.into_owned() },
            ..Observed::default()
        };
        (observed, reach)
    }
}
