//! The comparator: where the live org differs from what is declared. Pure, and the only place where the two are compared;
//! plan, drift and export all go through it.

mod app;
mod children;
mod client;
mod fields;
mod groups;
mod orphans;
mod portal;
mod priority;
mod retire;
mod secrets;
mod server;
#[cfg(test)]
mod server_tests;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use app::cleared;
pub use client::ClientChanges;
pub(crate) use fields::Declaration;
pub use groups::{GroupChange, undeclared as undeclared_group};
pub use portal::PortalChanges;
pub use server::{PartChanges, Retired};

use serde_json::Value;

use crate::address::{Address, Kind};
use crate::bind::{Bound, BoundApp, How, Orphan, Undeclared};
use crate::desired::{App, Desired, Grant, Secret};
pub use crate::diagnostic::codes::{NO_SLOT, POLICY_UNCLEAR};
use crate::diagnostic::{Diagnostics, Origin};
use crate::json::{Fingerprint, Path};
use crate::observed::{LiveApp, LiveGrant, LiveSecret, Observed, Trace};
use crate::resource::Facet;
use crate::resource::marker::Marker;
use crate::secret::{SecretHash, SecretRef};
use crate::select::Select;

/// What is known of the declared secrets: the hash of each, or why its value could not be had.
pub type SecretHashes = BTreeMap<SecretRef, Result<SecretHash, String>>;

/// What was asked for, beyond the manifests.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Whether what is ours and no longer declared goes.
    pub prune: bool,
    /// Apps that may be replaced.
    pub allow_replace: BTreeSet<Address>,
    /// Providers whose registration tokens are sent again.
    pub resend: BTreeSet<Address>,
    /// The part of the manifests that this is about.
    pub select: Select,
}

/// Every difference there is.
#[derive(Debug, Clone, Default)]
pub struct Changes<'a> {
    /// By declared app, in address order; an app without any difference has an entry with nothing in it.
    pub apps: Vec<AppChanges<'a>>,
    /// Apps that are ours, that no document declares, and that are to go.
    pub orphans: Vec<Orphan<'a>>,
    /// By declared dynamically registered client, in address order; a client without any difference has an entry with nothing in it.
    pub clients: Vec<ClientChanges<'a>>,
    /// By declared authorization server and child of one, parents before children; one without any difference has an entry with nothing
    /// in it.
    pub servers: Vec<PartChanges<'a>>,
    /// Children of authorization servers that no document declares, and that are to go.
    pub retired: Vec<Retired<'a>>,
    /// By declared object of the portal, in address order; one without any difference has an entry with nothing in it.
    pub portal: Vec<PortalChanges<'a>>,
    /// Client types that no document declares, and that are to go.
    pub undeclared: Vec<Undeclared<'a>>,
    /// What was found and is not touched.
    pub left_alone: Vec<LeftAlone>,
    /// Declared things whose live counterpart could not be compared, and why.
    pub not_compared: Vec<(Address, String)>,
    /// Declarations that cannot be carried out.
    pub problems: Diagnostics,
}

/// The differences of one app and its children.
#[derive(Debug, Clone)]
pub struct AppChanges<'a> {
    /// What is declared.
    pub wanted: &'a App,
    /// The live app, if there is one.
    pub live: Option<&'a LiveApp>,
    /// The rule by which it was found.
    pub how: Option<How>,
    /// The difference of the app itself.
    pub change: Option<Change>,
    /// The mark that the app is to bear; `None` if it is to bear none.
    pub marker: Option<Marker>,
    /// Differences of its secrets.
    pub secrets: Vec<SecretChange<'a>>,
    /// Differences of its grants.
    pub grants: Vec<GrantChange<'a>>,
    /// Differences of its groups: those that are written in the order in which they are to be, then those that go.
    pub groups: Vec<GroupChange<'a>>,
    /// Keys that are to go.
    pub keys: Vec<KeyChange>,
    /// The issuer of grants that name none: the org's own authorization server.
    pub issuer: String,
    /// How many more secrets the client has room for.
    pub free_slots: usize,
}

impl AppChanges<'_> {
    /// Returns whether what is declared of the body is what was applied last; `None` if no mark tells.
    pub fn is_as_applied(&self) -> Option<bool> {
        let applied = self.live?.marker.as_ref()?.applied.as_ref()?;
        Some(*applied == Fingerprint::of(&self.wanted.body))
    }
}

/// The difference of one app, with exactly the sides that exist.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It is not there.
    Create {
        /// The declared fields.
        fields: Vec<FieldChange>,
    },
    /// It is there and differs.
    Update {
        /// Where it differs; never empty.
        fields: Vec<FieldChange>,
    },
    /// It is there and differs in a field that cannot be changed.
    Replace {
        /// Those fields.
        because: Vec<FieldChange>,
        /// The declared fields of the new one.
        fields: Vec<FieldChange>,
    },
}

/// The difference of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Where in the API's object.
    pub path: Path,
    /// The separately written part that it belongs to.
    pub facet: Facet,
    /// What is there now; `None` if nothing is.
    pub before: Option<Value>,
    /// What is to be sent; `None` if the field is to be left out of the request.
    pub after: Option<Value>,
    /// What is declared; null if the field is to be cleared.
    pub declared: Value,
    /// Where it is declared; `None` for our own mark.
    pub origin: Option<Origin>,
    /// Whether a different value means another object.
    pub immutable: bool,
}

/// The difference of one client secret.
#[derive(Debug, Clone, PartialEq)]
pub enum SecretChange<'a> {
    /// A declared one that is not there.
    Add(&'a Secret),
    /// A declared one that is there and not in force.
    Activate(&'a Secret, &'a LiveSecret),
    /// A declared one that is on its way out and still in force.
    Deactivate(&'a Secret, &'a LiveSecret),
    /// One that is not declared.
    Delete(Address, &'a LiveSecret),
}

/// The difference of one granted scope.
#[derive(Debug, Clone, PartialEq)]
pub enum GrantChange<'a> {
    /// A declared one that is not there.
    Add(&'a Grant),
    /// One that is not declared.
    Revoke(Address, &'a LiveGrant),
}

/// A live public key that is not declared.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyChange {
    /// `App/name/key/kid`.
    pub address: Address,
    /// The server's id of the key (`pks…`).
    pub id: String,
    /// Whether it is in force.
    pub active: bool,
}

/// Something live that is not declared and not touched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct LeftAlone {
    /// What it belongs to.
    pub address: Address,
    /// What it is, and why it is left alone.
    pub what: String,
    /// The flag that would remove it, where there is one.
    pub flag: Option<String>,
    /// By which entries of the org's log it is known.
    #[serde(skip)]
    pub trace: Trace,
}

/// Compares.
pub fn diff<'a>(desired: &'a Desired, observed: &'a Observed, bound: &Bound<'a>, hashes: &SecretHashes, choices: &Choices) -> Changes<'a> {
    let mut changes = Changes::default();
    for app in &bound.apps {
        let wanted = app.wanted();
        let scope = Scope {
            desired,
            observed,
            hashes,
            prune: choices.prune,
            app: wanted.documents.iter().any(|d| !matches!(d.kind, Kind::Grant | Kind::GroupAssignment) && choices.select.has(d)),
            select: &choices.select,
        };
        if wanted.documents.iter().any(|document| choices.select.has(document)) {
            let entry = one(app, &scope, &mut changes);
            changes.apps.push(entry);
        }
    }
    orphans::decide(bound, choices, &mut changes);
    client::compare(desired, observed, bound, choices, &mut changes);
    server::compare(bound, observed, choices, &mut changes);
    portal::compare(bound, choices, &mut changes);
    changes.left_alone.sort();
    changes
}

/// What the comparison of one app needs to know.
struct Scope<'a, 'c> {
    desired: &'a Desired,
    observed: &'a Observed,
    hashes: &'c SecretHashes,
    prune: bool,
    /// Whether the app itself is chosen, rather than its grants or groups alone.
    app: bool,
    select: &'c Select,
}

fn one<'a>(bound: &BoundApp<'a>, scope: &Scope<'a, '_>, changes: &mut Changes<'a>) -> AppChanges<'a> {
    let (wanted, live, how) = match bound {
        BoundApp::New(wanted) => (*wanted, None, None),
        BoundApp::Both(wanted, live, how) => (*wanted, Some(*live), Some(*how)),
    };
    let mut entry = AppChanges {
        wanted,
        live,
        how,
        change: None,
        marker: None,
        secrets: Vec::new(),
        grants: Vec::new(),
        groups: Vec::new(),
        keys: Vec::new(),
        issuer: scope.observed.org.as_ref().map(|org| org.url.clone()).unwrap_or_default(),
        free_slots: secrets::SLOTS,
    };
    let fields = if scope.app { app::body(wanted, live) } else { Vec::new() };
    let replaced = wanted.is_declared() && live.is_some() && fields.iter().any(|f| f.immutable);
    if !wanted.is_declared() {
        changes.problems.append(app::not_to_be_replaced(wanted, &fields));
    }
    // The children of an app that is replaced go with it: all declared ones are new.
    let under = live.filter(|_| !replaced);
    if scope.app {
        secrets::compare(&mut entry, under, scope, changes);
        children::compare_keys(&mut entry, under, scope, changes);
    }
    children::compare_grants(&mut entry, under, scope, changes);
    groups::compare(&mut entry, under, scope, changes);
    if scope.app {
        app::compare(&mut entry, fields, replaced, scope, changes);
    }
    entry
}

#[cfg(test)]
pub(crate) mod fixture;

#[cfg(test)]
mod tests;
