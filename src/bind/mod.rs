//! Which document is which live object: identity, adoption, renames, orphans. Pure.
//!
//! The rules are tried in order, each for every document before the next rule, so that a weaker rule never takes what a stronger one
//! of another document would have found. One live app matches at most one document.
//!
//! ```text
//! metadata.id ─▶ mark project/name ─▶ client_id ─▶ label (only if adoption was asked for)
//! ```

mod client;
mod discovery;
mod foreign;
mod index;
mod needs;
mod portal;
mod rules;
mod server;

use std::collections::{BTreeMap, BTreeSet};

pub use client::{BoundClient, Found};
pub use discovery::{Discovered, Issuer, is_between, issuer_at};
pub use needs::{Children, Details, details};
pub use portal::{BoundPortal, Undeclared};
pub use server::{BoundChild, BoundServer, Client, Extra, Parent};

use crate::address::{Address, Kind};
use crate::desired::{App, Desired};
pub use crate::diagnostic::codes::{APP_AMBIGUOUS as AMBIGUOUS, APP_MISSING as NOT_THERE, APP_TWICE as TWICE};
use crate::diagnostic::{Diagnostics, Origin};
use crate::observed::{Id, LiveApp, Observed};
use crate::resource::marker::Marker;

/// What was asked for, beyond the manifests.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Addresses that may take over an app recognised by its label alone, besides those that say `metadata.adopt`.
    pub adopt: BTreeSet<Address>,
}

/// Documents and live apps, brought together.
#[derive(Debug, Clone, Default)]
pub struct Bound<'a> {
    /// Every declared app in address order, with the live one if there is one.
    pub apps: Vec<BoundApp<'a>>,
    /// Live apps that bear our mark and that no document matched.
    pub orphans: Vec<Orphan<'a>>,
    /// Every declared dynamically registered client, in address order.
    pub clients: Vec<BoundClient<'a>>,
    /// Every declared authorization server, in address order.
    pub servers: Vec<BoundServer<'a>>,
    /// Every declared object of the portal, in address order; none if the portal was not read.
    pub portal: Vec<BoundPortal<'a>>,
    /// Live providers below which some document declares a client type, found or not.
    pub parents: BTreeSet<&'a Id>,
    /// What the declared providers of the type `Okta` discover; none unless both org and portal were read.
    pub discoveries: Vec<Discovered<'a>>,
    /// Client types that no document has, below providers of which some document speaks.
    pub undeclared: Vec<Undeclared<'a>>,
    /// Documents that mean an app of another project.
    pub refused: Vec<Refusal>,
    /// What is worth knowing about a match or the lack of one.
    pub notes: Vec<(Address, String)>,
    /// Documents for which no live app could be told.
    pub problems: Diagnostics,
}

/// A declared app and its live counterpart.
#[derive(Debug, Clone, Copy)]
pub enum BoundApp<'a> {
    /// There is none yet.
    New(&'a App),
    /// There is one, found by a rule.
    Both(&'a App, &'a LiveApp, How),
}

/// The rule by which a live app was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// `metadata.id`.
    Id,
    /// Our mark.
    Marker,
    /// The client id; the app bore no mark of ours under this name.
    ClientId,
    /// The label: an adoption that must be asked for.
    Label,
    /// A reference to an app that no manifest declares.
    Reference,
}

/// A live app that bears our mark and that no document matched.
#[derive(Debug, Clone)]
pub struct Orphan<'a> {
    /// What its mark says it is.
    pub address: Address,
    /// The app.
    pub live: &'a LiveApp,
    /// Its mark.
    pub marker: Marker,
    /// Why no document has it.
    pub why: Orphaned,
}

/// Why a marked app has no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orphaned {
    /// Its document is gone.
    DocumentGone,
    /// Its document matched another app: this one is a copy, mark included.
    Copy,
    /// Another app took its place.
    Superseded,
}

/// A document that means an app which is not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The document.
    pub address: Address,
    /// Where it stands.
    pub origin: Origin,
    /// The app.
    pub live: Id,
    /// Why not.
    pub why: String,
}

/// Brings documents and live apps together.
pub fn bind<'a>(desired: &'a Desired, observed: &'a Observed, choices: &Choices) -> Bound<'a> {
    let live = index::LiveIndex::new(observed);
    let mut matching = rules::Matching::new(desired, &live, choices);
    matching.by_id();
    if desired.ownership {
        matching.by_marker();
    }
    matching.by_client_id();
    matching.by_label();
    let mut bound = matching.finish();
    foreign::bind(desired, &live, &mut bound);
    portal::bind(desired, observed, &mut bound);
    bound.apps.sort_by(|a, b| a.wanted().address.cmp(&b.wanted().address));
    client::bind(desired, observed, choices, &mut bound);
    server::bind(desired, observed, &mut bound);
    bound.discoveries = discovery::discoveries(desired, observed, &bound.portal);
    if desired.ownership {
        bound.orphans = orphans(desired, observed, &bound);
    }
    bound
}

impl<'a> BoundApp<'a> {
    /// Returns what is declared.
    pub fn wanted(&self) -> &'a App {
        match self {
            Self::New(wanted) | Self::Both(wanted, ..) => wanted,
        }
    }

    /// Returns the live app, if there is one.
    pub fn live(&self) -> Option<&'a LiveApp> {
        match self {
            Self::New(_) => None,
            Self::Both(_, live, _) => Some(live),
        }
    }
}

impl Bound<'_> {
    /// Returns the id of every declared object that is there.
    pub fn ids(&self) -> BTreeMap<Address, Id> {
        let apps = self.apps.iter().filter_map(|app| Some((app.wanted().address.clone(), app.live()?.id.clone())));
        let portal = self.portal.iter().filter_map(|object| Some((object.wanted.address.clone(), object.live?.id.clone())));
        let clients = self.clients.iter().filter_map(|client| Some((client.wanted.address.clone(), client.live?.0.id.clone())));
        apps.chain(portal).chain(clients).chain(self.servers.iter().flat_map(BoundServer::ids)).collect()
    }
}

fn orphans<'a>(desired: &Desired, observed: &'a Observed, bound: &Bound<'a>) -> Vec<Orphan<'a>> {
    let taken: BTreeSet<&Id> = bound.apps.iter().filter_map(|app| app.live().map(|live| &live.id)).collect();
    let documents: BTreeSet<&str> = desired.apps.iter().filter(|a| a.is_declared()).map(|a| a.address.name.as_str()).collect();
    let clients: BTreeSet<&str> = bound.clients.iter().filter_map(|client| Some(client.live?.0.id.0.as_str())).collect();
    let unclaimed = observed.apps.iter().filter(|live| !taken.contains(&live.id) && !clients.contains(live.client_id.as_str()));
    let mut orphans: Vec<_> = unclaimed
        .filter_map(|live| {
            let marker = live.marker.as_ref().filter(|m| m.owner.project == desired.project)?.clone();
            let why = match (marker.superseded, documents.contains(marker.owner.name.as_str())) {
                (true, _) => Orphaned::Superseded,
                (false, true) => Orphaned::Copy,
                (false, false) => Orphaned::DocumentGone,
            };
            Some(Orphan { address: Address::new(Kind::App, marker.owner.name.clone()), live, marker, why })
        })
        .collect();
    orphans.sort_by(|a, b| (&a.address, &a.live.id).cmp(&(&b.address, &b.live.id)));
    orphans
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
pub(crate) mod server_tests;
#[cfg(test)]
mod tests;
