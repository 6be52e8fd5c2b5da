//! What two revisions of the manifests declare to what differs between them, by address. Pure, and without an org: nothing is known of what is live.
//!
//! Fields are compared by [`crate::diff`], which knows what each kind's table says; here it is told which object of the one revision is
//! which of the other. Secrets are compared by where their values are to be had, never by value.

mod compare;
mod object;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::address::Address;
use crate::desired::Desired;
use crate::diagnostic::Origin;
use crate::findings::{self, Finding};
use crate::json::Path;
use crate::manifest::{Place, Target};

/// What differs between two revisions, for each target that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The earlier revision.
    pub base: Side,
    /// The later one; `None` for the working tree.
    pub head: Option<Side>,
    /// By target, in the order of their names.
    pub targets: Vec<TargetReview>,
}

/// A revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// As it was asked for.
    pub name: String,
    /// Which commit it is.
    pub commit: String,
    /// Whether it holds no manifests at all.
    pub is_empty: bool,
}

/// What differs for one target.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetReview {
    /// The target's name; `None` if the project has no targets.
    pub target: Option<String>,
    /// The ownership namespace.
    pub project: String,
    /// Which of the revisions have the target.
    pub presence: Presence,
    /// What differs.
    pub review: Review,
}

/// Which of two revisions have a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Both.
    Both,
    /// The later one alone.
    New,
    /// The earlier one alone: nothing is planned for the target any more, and what is live there stays.
    Gone,
}

/// What differs between two revisions, for one target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Review {
    /// What differs in the project itself: its name, or whether apps bear its mark.
    pub settings: Vec<FieldDiff>,
    /// The objects that differ, in address order; each once.
    pub entries: Vec<Entry>,
    /// The dangers of what differs.
    pub findings: Vec<Finding>,
}

/// One object that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its address in the later revision; in the earlier one if it is in that alone.
    pub address: Address,
    /// What people call it, where its address does not say that.
    pub title: Option<String>,
    /// What became of it.
    pub change: Change,
    /// Where it differs; of an object that came or went, all that is said of it.
    pub fields: Vec<FieldDiff>,
    /// Where it was declared.
    pub base: Option<Origin>,
    /// Where it is declared now.
    pub head: Option<Origin>,
}

/// What became of an object's declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is declared now and was not.
    Added,
    /// It was declared and is not any more. What is live stays unless it is pruned.
    Removed,
    /// It is declared otherwise.
    Changed,
    /// Something differs that cannot be changed: another app takes its place.
    Replaced,
    /// Its document has another name.
    Renamed {
        /// The address that it had.
        from: Address,
        /// By what it is known to be the same.
        by: Identity,
    },
}

/// What two documents of different names have in common that mean one object; the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// `metadata.id`.
    Id,
    /// An app's `client_id`.
    ClientId,
    /// The portal's `CID`.
    Cid,
    /// The name at the server.
    Name,
    /// An app's label, which takes an adoption.
    Label,
}

/// How one field's declaration differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDiff {
    /// Which field.
    pub path: Path,
    /// What was declared; `None` if nothing was.
    pub before: Option<Value>,
    /// What is declared; `None` if nothing is any more, and the live value stays.
    pub after: Option<Value>,
    /// Where it was declared.
    pub base: Option<Origin>,
    /// Where it is declared now.
    pub head: Option<Origin>,
    /// Whether a different value means another object.
    pub immutable: bool,
}

impl Identity {
    /// Every identity, the strongest first.
    pub const ALL: [Self; 5] = [Self::Id, Self::ClientId, Self::Cid, Self::Name, Self::Label];
}

impl FieldDiff {
    /// Returns whether another object takes the place of this one. What was not declared before may have been what it is to be.
    pub fn forces_replacement(&self) -> bool {
        self.immutable && self.before.is_some() && self.after.is_some()
    }
}

impl Change {
    /// Returns the word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Replaced => "replaced",
            Self::Renamed { .. } => "renamed",
        }
    }
}

impl Comparison {
    /// Returns whether nothing differs for any target.
    pub fn is_empty(&self) -> bool {
        self.targets.iter().all(|target| target.presence == Presence::Both && target.review.is_empty())
    }
}

impl Review {
    /// Returns whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Self { settings, entries, findings: _ } = self;
        settings.is_empty() && entries.is_empty()
    }

    /// Returns how many objects became what, by the word for it.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        self.entries.iter().fold(BTreeMap::new(), |mut counts, entry| {
            *counts.entry(entry.change.word()).or_default() += 1;
            counts
        })
    }
}

/// Compares what two revisions declare.
pub fn review(base: &Desired, head: &Desired) -> Review {
    let mut found = compare::Found::default();
    compare::siblings(&object::objects(base), &object::objects(head), &mut found);
    let compare::Found { mut entries, renamed } = found;
    let by_label = |entry: &&Entry| matches!(entry.change, Change::Renamed { by: Identity::Label, .. });
    let by_label: Vec<_> = entries.iter().filter(by_label).map(|entry| entry.address.clone()).collect();
    let findings = findings::between(base, head, &renamed, &by_label);
    entries.sort_by(|a, b| (&a.address, a.change.word()).cmp(&(&b.address, b.change.word())));
    let mark = |desired: &Desired| json!(if desired.ownership { "marker" } else { "none" });
    let rows = [("project", json!(base.project), json!(head.project)), ("ownership", mark(base), mark(head))];
    Review { settings: settings(rows), entries, findings }
}

/// Compares the targets that two revisions are for: which org and portal they are.
pub fn targets(base: &Target, head: &Target) -> Vec<FieldDiff> {
    let rows = |target: &Target| {
        let (data, org_url, org_id, portal_url) = match &target.place {
            Place::Emulator { data } => (Some(data), None, None, None),
            Place::Credentials { org_url, org_id, portal_url } => (None, org_url.as_ref(), org_id.as_ref(), portal_url.as_ref()),
        };
        [
            ("target", json!(target.name)),
            ("okta.org_url", json!(org_url)),
            ("okta.org_id", json!(org_id)),
            ("tyk_portal.url", json!(portal_url)),
            ("emulator.data", json!(data)),
        ]
    };
    settings(rows(base).into_iter().zip(rows(head)).map(|((path, before), (_, after))| (path, before, after)))
}

fn settings(rows: impl IntoIterator<Item = (&'static str, Value, Value)>) -> Vec<FieldDiff> {
    let differing = rows.into_iter().filter(|(_, before, after)| before != after);
    let setting = |(path, before, after): (&str, Value, Value)| {
        let declared = |value: Value| (!value.is_null()).then_some(value);
        FieldDiff { path: Path::of(path), before: declared(before), after: declared(after), base: None, head: None, immutable: false }
    };
    differing.map(setting).collect()
}
