//! What was read of the org: types only, no I/O.
//!
//! Nothing in here holds a secret: trees are [`Clean`], and of client secrets there is only the hash.

mod clean;
mod client;
mod event;
mod groups;
mod live;
mod portal;
mod server;
mod touched;
mod trace;

use std::collections::BTreeMap;

pub use clean::Clean;
pub use client::{LiveClient, Written};
pub use event::{Actor, Event, EventId, EventTarget};
pub use groups::{LiveAssignment, LiveGroup};
pub use live::{AccessPolicy, CLIENT_SECRET, Facets, Id, LiveApp, LiveGrant, LiveSecret, Status};
pub use portal::{LivePortal, Portal, ScopeUser};
pub use server::{Children, LivePart, Servers};
pub use touched::{Deed, EventType, FAMILIES, TYPES, Touched, event_type, families_filter, is_ours, touched};
pub use trace::{Aspect, Clue, Term, Trace};

/// The org, as far as it was read.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The org itself; `None` if it was not read, because nothing declares anything of it.
    pub org: Option<Org>,
    /// Every OIDC app (`name eq "oidc_client"`), in the order of the list.
    pub apps: Vec<LiveApp>,
    /// Secrets of the apps whose secrets were read.
    pub secrets: BTreeMap<Id, Vec<LiveSecret>>,
    /// Dynamically registered clients, or apps seen as such, if any document declares one: those that have the id or the name of one.
    pub clients: Vec<LiveClient>,
    /// Which of the files are there that secrets go to, by the path as it is written. Of one that is not here, nobody has looked.
    pub outputs: BTreeMap<String, Written>,
    /// Grants of the apps, and of the clients by their client ids, whose grants were read.
    pub grants: BTreeMap<Id, Vec<LiveGrant>>,
    /// Assigned groups of the apps whose groups were read.
    pub assignments: BTreeMap<Id, Vec<LiveAssignment>>,
    /// The groups that documents name, and for names that no group has those that are called alike.
    pub groups: Vec<LiveGroup>,
    /// Access policies, if any document names one.
    pub policies: Vec<AccessPolicy>,
    /// Authorization servers, if any document declares one.
    pub servers: Servers,
    /// The portal; `None` if it was not read, because nothing declares anything of it.
    pub portal: Option<Portal>,
    /// Why it was not read what org and portal must agree in, if that was not allowed.
    pub denied: Option<String>,
}

/// Which org was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Org {
    /// The org's id (`00o…`).
    pub id: String,
    /// The org's own URL, without a trailing slash: the issuer of its grants.
    pub url: String,
}

impl Observed {
    /// Returns the live app with an id.
    pub fn app(&self, id: &Id) -> Option<&LiveApp> {
        self.apps.iter().find(|app| app.id == *id)
    }
}
