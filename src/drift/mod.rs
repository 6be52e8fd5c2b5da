//! Differences to drift items: where the live org departs from what is declared, and whether it was changed behind our back. Pure.
//!
//! The comparison is [`crate::diff`]'s; nothing is compared here. Whether a difference was made in the org or in the manifests is told
//! by the mark, which says what was applied last.

pub mod blame;
mod client;
mod reading;

pub use reading::{Mode, Reading};

use serde_json::Value;

use crate::address::Address;
use crate::bind::{Bound, Orphaned};
use crate::desired::{Desired, Grant};
use crate::diff::{
    AppChanges, Change, Changes, FieldChange, GrantChange, GroupChange, PartChanges, PortalChanges, SecretChange, undeclared_group,
};
use crate::findings::{self, Finding};
use crate::observed::{Aspect, LiveApp, Trace};
use crate::plan::{Org, Portal};
use crate::resource::Facet;
use crate::resource::marker::Marker;
use crate::select::Select;
use blame::{Blame, LogRead};

/// Where the live org departs from what is declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Items {
    /// The ownership namespace.
    pub project: String,
    /// The org; `None` if nothing is declared of one.
    pub org: Option<Org>,
    /// The portal; `None` if nothing is declared of one.
    pub portal: Option<Portal>,
    /// The items, in address order.
    pub items: Vec<Item>,
    /// Dangers that are there because the org is not as declared.
    pub findings: Vec<Finding>,
    /// What could not be compared, and why.
    pub not_compared: Vec<(Address, String)>,
    /// How it was read; `None` where nobody has said.
    pub reading: Option<Reading>,
    /// How far the org's log was asked who did it; `None` if it was not.
    pub log: Option<LogRead>,
}

/// One departure.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it is about.
    pub address: Address,
    /// What departs.
    pub what: What,
    /// Who moved.
    pub cause: Cause,
    /// Where it is declared (`file:line:column`), if it is.
    pub origin: Option<String>,
    /// By which entries of the org's log it is known.
    pub trace: Trace,
    /// Who touched it; `None` if nobody asked.
    pub blame: Option<Blame>,
}

/// What departs from what is declared.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A field has another value.
    Field {
        /// Where in the API's object.
        path: String,
        /// What is declared; `None` if the field is to be absent.
        declared: Option<Value>,
        /// What is there; `None` if nothing is.
        live: Option<Value>,
    },
    /// A declared object is not there.
    Missing,
    /// Something is there that is not declared.
    Undeclared {
        /// What it is.
        what: String,
    },
    /// A live app bears no mark of ours though a document has it.
    MarkLost,
    /// The mark is another one than the documents call for.
    MarkDiffers,
    /// A copy of an app of ours, mark included.
    Copy {
        /// Which app.
        id: String,
    },
    /// The app belongs to another project or document.
    Foreign {
        /// Whose it is.
        why: String,
    },
}

/// Who moved: the org or the manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The manifest is what was last applied: the org was changed.
    ChangedLive,
    /// The manifest is newer than what was last applied.
    Pending,
    /// One of the two; the mark does not tell.
    Either,
}

impl Cause {
    /// Returns the words for it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ChangedLive => "changed live",
            Self::Pending => "pending",
            Self::Either => "either",
        }
    }
}

impl Item {
    /// Returns an item of which nobody has asked yet who did it.
    fn new(address: Address, what: What, cause: Cause, origin: Option<String>, trace: Trace) -> Self {
        Self { address, what, cause, origin, trace, blame: None }
    }
}

/// Makes items of the differences.
pub fn drift(changes: &Changes<'_>, bound: &Bound<'_>, select: &Select, desired: &Desired, places: (Option<Org>, Option<Portal>)) -> Items {
    let unmarked = changes.servers.iter().flat_map(of_server).chain(changes.portal.iter().flat_map(of_portal));
    let mut items: Vec<_> = changes.apps.iter().flat_map(of_app).chain(unmarked).collect();
    // Below something declared; apps without a document come from the matching, which knows copies from orphans.
    items.extend(changes.clients.iter().flat_map(client::items));
    let children = changes.left_alone.iter().filter(|left| left.flag.is_some() && !left.address.child.is_empty());
    items.extend(children.map(|left| undeclared(left.address.clone(), left.what.clone(), left.trace.clone())));
    for orphan in bound.orphans.iter().filter(|orphan| select.has(&orphan.address)) {
        let (id, label) = (&orphan.live.id, &orphan.live.label);
        let address = orphan.address.clone();
        let trace = Trace::app(id, &orphan.live.client_id, Aspect::Being);
        items.push(match orphan.why {
            Orphaned::DocumentGone => undeclared(address, format!("the app {id} `{label}` is ours and no document declares it"), trace),
            Orphaned::Superseded => {
                undeclared(address, format!("the app {id} `{label}` was replaced by another and is still there"), trace)
            }
            Orphaned::Copy => Item::new(address, What::Copy { id: id.to_string() }, Cause::ChangedLive, None, trace),
        });
    }
    items.extend(bound.refused.iter().filter(|refusal| select.has(&refusal.address)).map(|refusal| {
        let (what, origin) = (What::Foreign { why: refusal.why.clone() }, Some(refusal.origin.to_string()));
        let trace = Trace::app(&refusal.live, &refusal.live.0, Aspect::Being);
        Item::new(refusal.address.clone(), what, Cause::Either, origin, trace)
    }));
    // A stable sort: fields of an app stay in the order of its document.
    items.sort_by(|a, b| a.address.cmp(&b.address));
    let mut not_compared = changes.not_compared.clone();
    not_compared.sort();
    let (org, portal) = places;
    let findings = findings::drifted(changes, bound, desired);
    Items { project: desired.project.clone(), org, portal, items, findings, not_compared, reading: None, log: None }
}

fn undeclared(address: Address, what: String, trace: Trace) -> Item {
    Item::new(address, What::Undeclared { what }, Cause::Either, None, trace)
}

fn of_app(entry: &AppChanges<'_>) -> Vec<Item> {
    let address = &entry.wanted.address;
    let origin = || Some(entry.wanted.origin.to_string());
    let mut items = match &entry.change {
        // Whoever deleted an app did not leave its mark behind: it may as well never have been made.
        Some(Change::Create { .. }) => {
            let trace = Trace::gone_app(entry.wanted.client_id(), entry.wanted.label());
            return vec![Item::new(address.clone(), What::Missing, Cause::Either, origin(), trace)];
        }
        // A replacement makes every child anew, which is no drift of theirs.
        Some(Change::Replace { because, fields: _ }) => return because.iter().map(|change| field(entry, change)).collect(),
        Some(Change::Update { fields }) => fields.iter().map(|change| field(entry, change)).collect(),
        None => Vec::new(),
    };
    let names = entry.live.map(LiveApp::names).unwrap_or_default();
    items.extend(entry.secrets.iter().map(|change| secret(entry, change, &names)));
    items.extend(entry.grants.iter().map(|change| match change {
        GrantChange::Add(wanted) => missing_grant(wanted, &names),
        GrantChange::Revoke(address, live) => {
            undeclared(address.clone(), format!("scope `{}` is granted and not declared", live.scope), Trace::grant(&names, live))
        }
    }));
    items.extend(entry.groups.iter().flat_map(|change| group(change, &names)));
    items.extend(
        entry
            .keys
            .iter()
            .map(|key| undeclared(key.address.clone(), "the public key is not declared".to_owned(), Trace::key(&names, &[&key.id]))),
    );
    items
}

fn missing_grant(wanted: &Grant, client: &[&str]) -> Item {
    let origin = Some(wanted.origin.to_string());
    Item::new(wanted.address.clone(), What::Missing, Cause::Either, origin, Trace::gone_grant(client, &wanted.scope))
}

/// The mark's digest says nothing of groups, so nobody can tell who moved.
fn group(change: &GroupChange<'_>, app: &[&str]) -> Vec<Item> {
    match change {
        GroupChange::Assign { wanted, group, .. } => {
            let (origin, trace) = (Some(wanted.origin.to_string()), Trace::gone_assignment(app, &group.id));
            vec![Item::new(wanted.address.clone(), What::Missing, Cause::Either, origin, trace)]
        }
        GroupChange::Withdraw(address, live) => {
            vec![undeclared(address.clone(), undeclared_group(live), Trace::assignment(app, &live.group, Aspect::Being))]
        }
        GroupChange::Update { wanted, live, fields } => {
            let trace = |change: &FieldChange| Trace::assignment(app, &live.group, aspect(change));
            fields.iter().map(|change| field_of(&wanted.address, change, trace(change))).collect()
        }
    }
}

/// Returns which aspect of its object a field is.
fn aspect(change: &FieldChange) -> Aspect {
    match (change.facet, change.path.to_string().as_str()) {
        (Facet::Status, _) | (_, "status") => Aspect::Status,
        (Facet::AccessPolicy, _) => Aspect::AccessPolicy,
        (Facet::Body, "priority") => Aspect::Priority,
        (Facet::Body, path) if path.starts_with("settings.oauthClient.jwks.") || path.starts_with("jwks.") => Aspect::Keys,
        (Facet::Body, _) => Aspect::Body,
    }
}

/// Returns the item of a field of which no mark tells who changed it.
fn field_of(address: &Address, change: &FieldChange, trace: Trace) -> Item {
    let declared = (!change.declared.is_null()).then(|| change.declared.clone());
    let what = What::Field { path: change.path.to_string(), declared, live: change.before.clone() };
    Item::new(address.clone(), what, Cause::Either, change.origin.as_ref().map(ToString::to_string), trace)
}

/// Authorization servers bear no mark, so nobody can tell who moved.
fn of_server(entry: &PartChanges<'_>) -> Vec<Item> {
    let PartChanges { wanted, live, server, policy, change, awaits: _, born: _ } = entry;
    let under: Vec<_> = policy.iter().chain(server).filter_map(|parent| Some(&parent.live?.id)).collect();
    let fields = match change {
        None => return Vec::new(),
        // What a missing server or policy consists of is missing with it.
        Some(Change::Create { .. }) if server.iter().chain(policy).any(|parent| parent.live.is_none()) => return Vec::new(),
        Some(Change::Create { .. }) => {
            let trace = Trace::gone_part(wanted.part, wanted.key.last().map_or("", String::as_str), &under);
            return vec![Item::new(wanted.address.clone(), What::Missing, Cause::Either, Some(wanted.origin.to_string()), trace)];
        }
        Some(Change::Update { fields } | Change::Replace { fields, .. }) => fields,
    };
    let trace = |change: &FieldChange| live.map(|live| Trace::part(wanted.part, &live.id, &under, aspect(change))).unwrap_or_default();
    // A priority may have to be sent again to bring others into order, and is as declared all the same.
    let drifted = fields.iter().filter(|change| change.before.is_none() || change.before != change.after);
    drifted.map(|change| field_of(&wanted.address, change, trace(change))).collect()
}

/// The portal's objects bear no mark, so nobody can tell who moved.
fn of_portal(entry: &PortalChanges<'_>) -> Vec<Item> {
    let wanted = entry.bound.wanted;
    // The portal keeps no log that anybody could ask.
    let item = |what, origin| Item::new(wanted.address.clone(), what, Cause::Either, origin, Trace::default());
    let fields = match &entry.change {
        None => return Vec::new(),
        Some(Change::Create { .. }) => return vec![item(What::Missing, Some(wanted.origin.to_string()))],
        Some(Change::Update { fields } | Change::Replace { fields, .. }) => fields,
    };
    let field = |change: &FieldChange| {
        let declared = (!change.declared.is_null()).then(|| change.after.clone()).flatten();
        let what = What::Field { path: change.path.to_string(), declared, live: change.before.clone() };
        item(what, change.origin.as_ref().map(ToString::to_string))
    };
    fields.iter().map(field).collect()
}

fn field(entry: &AppChanges<'_>, change: &FieldChange) -> Item {
    let FieldChange { path, facet, before, after: _, declared, origin, immutable: _ } = change;
    let address = entry.wanted.address.clone();
    let trace = entry.live.map(|live| Trace::app(&live.id, &live.client_id, aspect(change))).unwrap_or_default();
    let marked = entry.live.is_some_and(|live| live.marker.is_some());
    if *path == Marker::path() {
        let origin = Some(entry.wanted.origin.to_string());
        let (what, cause) = if marked { (What::MarkDiffers, Cause::Pending) } else { (What::MarkLost, Cause::Either) };
        return Item::new(address, what, cause, origin, trace);
    }
    // The mark's digest is of the body alone: it says nothing of what other calls write.
    let cause = if *facet == Facet::Body { cause(entry) } else { Cause::Either };
    let what = What::Field { path: path.to_string(), declared: (!declared.is_null()).then(|| declared.clone()), live: before.clone() };
    Item::new(address, what, cause, origin.as_ref().map(ToString::to_string), trace)
}

fn cause(entry: &AppChanges<'_>) -> Cause {
    match entry.is_as_applied() {
        None => Cause::Either,
        Some(true) => Cause::ChangedLive,
        Some(false) => Cause::Pending,
    }
}

fn secret(entry: &AppChanges<'_>, change: &SecretChange<'_>, client: &[&str]) -> Item {
    match change {
        SecretChange::Add(wanted) => {
            let (origin, trace) = (Some(wanted.origin.to_string()), Trace::secret(client, None));
            Item::new(wanted.address.clone(), What::Missing, Cause::Either, origin, trace)
        }
        SecretChange::Activate(wanted, live) | SecretChange::Deactivate(wanted, live) => {
            let what = What::Field {
                path: "status".to_owned(),
                declared: Some(Value::from(wanted.status.as_str())),
                live: Some(Value::from(live.status.as_str())),
            };
            let (origin, trace) = (Some(wanted.origin.to_string()), Trace::secret(client, Some(&live.id)));
            Item::new(wanted.address.clone(), what, Cause::Either, origin, trace)
        }
        SecretChange::Delete(address, live) => {
            let what = format!("a client secret ({}) of {} that is not declared", live.status.as_str(), entry.wanted.address);
            undeclared(address.clone(), what, Trace::secret(client, Some(&live.id)))
        }
    }
}

#[cfg(test)]
mod tests;
