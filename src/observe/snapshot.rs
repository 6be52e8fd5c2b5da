//! What was read of an org, as it is kept for another time: everything but secrets, the portal, and what is on this machine.
//!
//! What is taken up again is what was kept, to the last member: property-tested.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::reach::Reach;
use crate::observed::{
    AccessPolicy, Children, Id, LiveApp, LiveAssignment, LiveClient, LiveGrant, LiveGroup, LivePart, Observed, Org, Servers,
};

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

    /// Returns how far the reading went.
    pub(super) fn reach(&self) -> &Reach {
        &self.reach
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
            servers: Servers { listed: servers.into_owned(), below: below.into_owned() },
            ..Observed::default()
        };
        (observed, reach)
    }
}
