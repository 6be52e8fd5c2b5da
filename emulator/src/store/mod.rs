//! The org's state: tables of JSON documents, in memory and, for an org with a directory, in a file as well.
//!
//! All reads are answered from memory. A request collects its writes in a [`Tx`]; they are committed together or not at all,
//! and go to the file in a [`Batch`] with those of others. Tables are shared between copies until one of them is written to, so forking an org costs next to
//! nothing. With list lag, older copies of the tables are kept for as long as lists may show them.

mod batch;
mod file;
mod fixture;
mod head;
mod row;
mod tx;

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

pub(crate) use self::{
    batch::{Batch, Turn},
    fixture::MOST,
    head::Head,
    row::{Row, Trees},
    tx::{Changes, Tx, read},
};
use crate::error::{Error, StoreError};
use batch::Disk;
use file::File;

/// The tables, each of one sort of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    /// What the org itself is, in a row `org`, and what it has counted.
    Org,
    /// Apps by id.
    Apps,
    /// The app's id by its `client_id`.
    ClientIds,
    /// Grants by `{app id}/{grant id}`.
    Grants,
    /// Access policies by id.
    Policies,
    /// Groups by id.
    Groups,
    /// Groups' access to apps by `{app id}/{group id}`.
    Assignments,
    /// Admin roles of clients by `{app id}/{role assignment id}`.
    ClientRoles,
    /// Certificates that apps' assertions are signed with, by key id, or by `{app id}/{key id}` if they were added to an app.
    Certificates,
    /// Requests for certificates by `{app id}/{request id}`.
    CertificateRequests,
    /// Events of the System Log, in the order in which they were written.
    Logs,
    /// Authorization servers by id.
    Servers,
    /// Their scopes by `{server id}/{scope id}`.
    ServerScopes,
    /// Their claims by `{server id}/{claim id}`.
    ServerClaims,
    /// Their policies by `{server id}/{policy id}`.
    ServerPolicies,
    /// Their policies' rules by `{server id}/{policy id}/{rule id}`.
    ServerRules,
    /// Key pairs that sign tokens by `{server id}/{key id}`.
    SigningKeys,
    /// Who issued the access tokens that were revoked, by `{when they expire, with zeros in front}/{jti}`.
    RevokedTokens,
    /// The portal's providers by id, with zeros in front.
    PortalProviders,
    /// The portal's client types by `{provider id}/{id}`, both with zeros in front.
    PortalClientTypes,
    /// The portal's products by id, with zeros in front.
    PortalProducts,
    /// The portal's plans by id, with zeros in front.
    PortalPlans,
    /// The last id that each of the portal's resources has given out.
    PortalCounters,
}

impl Table {
    const ALL: &'static [Self] = &[
        Self::Org,
        Self::Apps,
        Self::ClientIds,
        Self::Grants,
        Self::Policies,
        Self::Groups,
        Self::Assignments,
        Self::ClientRoles,
        Self::Certificates,
        Self::CertificateRequests,
        Self::Logs,
        Self::Servers,
        Self::ServerScopes,
        Self::ServerClaims,
        Self::ServerPolicies,
        Self::ServerRules,
        Self::SigningKeys,
        Self::RevokedTokens,
        Self::PortalProviders,
        Self::PortalClientTypes,
        Self::PortalProducts,
        Self::PortalPlans,
        Self::PortalCounters,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Apps => "apps",
            Self::ClientIds => "client_ids",
            Self::Grants => "grants",
            Self::Policies => "policies",
            Self::Groups => "groups",
            Self::Assignments => "assignments",
            Self::ClientRoles => "client_roles",
            Self::Certificates => "certificates",
            Self::CertificateRequests => "certificate_requests",
            Self::Logs => "logs",
            Self::Servers => "servers",
            Self::ServerScopes => "server_scopes",
            Self::ServerClaims => "server_claims",
            Self::ServerPolicies => "server_policies",
            Self::ServerRules => "server_rules",
            Self::SigningKeys => "signing_keys",
            Self::RevokedTokens => "revoked_tokens",
            Self::PortalProviders => "portal_providers",
            Self::PortalClientTypes => "portal_client_types",
            Self::PortalProducts => "portal_products",
            Self::PortalPlans => "portal_plans",
            Self::PortalCounters => "portal_counters",
        }
    }
}

/// One consistent state of all tables. Cheap to copy.
#[derive(Clone, Default)]
pub(crate) struct Tables {
    rows: [Arc<BTreeMap<String, Row>>; Table::ALL.len()],
    /// How many ids and secrets have been given out.
    count: u64,
}

impl Tables {
    pub(crate) fn table(&self, table: Table) -> &BTreeMap<String, Row> {
        &self.rows[table as usize]
    }

    fn table_mut(&mut self, table: Table) -> &mut BTreeMap<String, Row> {
        Arc::make_mut(&mut self.rows[table as usize])
    }

    fn apply(&mut self, changes: Changes) {
        self.count = changes.count;
        for ((table, key), row) in changes.rows {
            match row {
                Some(row) => self.table_mut(table).insert(key, row),
                None => self.table_mut(table).remove(&key),
            };
        }
    }
}

/// The tables and where they are kept.
pub(crate) struct Store {
    tables: Tables,
    /// What the tables were until each of these moments, oldest first.
    past: VecDeque<(Instant, Tables)>,
    lag: Duration,
    disk: Option<Disk>,
}

impl Store {
    pub(crate) fn memory() -> Self {
        Self { tables: Tables::default(), past: VecDeque::new(), lag: Duration::ZERO, disk: None }
    }

    /// Opens the store in a directory, making both if they are not there.
    pub(crate) fn directory(directory: &Path) -> Result<Self, Error> {
        let (file, tables) = File::open(directory)?;
        Ok(Self { tables, disk: Some(Disk::new(file)), ..Self::memory() })
    }

    /// Tells whether a directory has a store. It may be empty.
    pub(crate) fn is_in(directory: &Path) -> bool {
        file::is_in(directory)
    }

    /// Removes a store that nobody has open.
    pub(crate) fn remove(directory: &Path) {
        file::remove(directory);
    }

    /// Returns a copy in memory that shares nothing that either side changes later.
    pub(crate) fn fork(&self) -> Self {
        Self { tables: self.tables.clone(), past: self.past.clone(), lag: self.lag, disk: None }
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Sets how old the state is that lists show.
    pub(crate) fn set_lag(&mut self, lag: Duration) {
        self.lag = lag;
        self.past.clear();
    }

    /// Returns the state that lists show now.
    pub(crate) fn listed(&self) -> &Tables {
        let now = Instant::now();
        let seen = self.past.iter().find(|(until, _)| now < *until + self.lag).map(|(_, tables)| tables);
        seen.unwrap_or(&self.tables)
    }

    /// Makes the writes of one request those of the org, all or none. This is the only way in which the org changes. They last from when
    /// their [`Batch`] does.
    pub(crate) fn commit(&mut self, changes: Changes) {
        if changes.is_empty(&self.tables) {
            return;
        }
        if let Some(disk) = &mut self.disk {
            disk.add(&changes, &self.tables);
        }
        if !self.lag.is_zero() {
            let now = Instant::now();
            let lag = self.lag;
            self.past.retain(|(until, _)| now < *until + lag);
            self.past.push_back((now, self.tables.clone()));
        }
        self.tables.apply(changes);
    }

    /// Likewise, and makes them last, while nobody else can have the store.
    pub(crate) fn commit_now(&mut self, changes: Changes) -> Result<(), StoreError> {
        self.commit(changes);
        self.write_now()
    }
}

/// Returns what tells one org's tables from another's.
fn org(tables: &Tables) -> Option<&str> {
    tables.table(Table::Org).get("org").map(Row::text)
}
