//! The live apps by everything that they are looked for by, so that a match takes no look at every app.

use std::cmp::Ordering;

use crate::observed::{LiveApp, Observed};
use crate::resource::marker::Owner;

/// Finds live apps. Several of the same come in the order of the list.
pub(super) struct LiveIndex<'a> {
    ids: Table<'a, &'a str>,
    client_ids: Table<'a, &'a str>,
    labels: Table<'a, &'a str>,
    owners: Table<'a, &'a Owner>,
}

/// Live apps sorted by a key, and by their place in the list where the key is the same.
type Table<'a, K> = Vec<(K, &'a LiveApp)>;

impl<'a> LiveIndex<'a> {
    pub(super) fn new(observed: &'a Observed) -> Self {
        let apps = || observed.apps.iter();
        Self {
            ids: table(apps().map(|live| (live.id.0.as_str(), live))),
            client_ids: table(apps().map(|live| (live.client_id.as_str(), live))),
            labels: table(apps().map(|live| (live.label.as_str(), live))),
            owners: table(apps().filter_map(|live| Some((&live.marker.as_ref()?.owner, live)))),
        }
    }

    /// Returns the apps with an id.
    pub(super) fn with_id(&self, id: &str) -> impl Iterator<Item = &'a LiveApp> {
        with(&self.ids, |key| (*key).cmp(id))
    }

    /// Returns the apps with a client id.
    pub(super) fn with_client_id(&self, id: &str) -> impl Iterator<Item = &'a LiveApp> {
        with(&self.client_ids, |key| (*key).cmp(id))
    }

    /// Returns the apps with a label.
    pub(super) fn with_label(&self, label: &str) -> impl Iterator<Item = &'a LiveApp> {
        with(&self.labels, |key| (*key).cmp(label))
    }

    /// Returns the apps whose mark names an owner.
    pub(super) fn with_owner(&self, owner: &Owner) -> impl Iterator<Item = &'a LiveApp> {
        with(&self.owners, |key| (*key).cmp(owner))
    }
}

fn table<'a, K: Ord>(entries: impl Iterator<Item = (K, &'a LiveApp)>) -> Table<'a, K> {
    let mut entries: Vec<_> = entries.collect();
    // A stable sort: that is what keeps the order of the list.
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries
}

fn with<'a, K>(table: &[(K, &'a LiveApp)], order: impl Fn(&K) -> Ordering) -> impl Iterator<Item = &'a LiveApp> {
    let start = table.partition_point(|(key, _)| order(key) == Ordering::Less);
    let count = table[start..].partition_point(|(key, _)| order(key) == Ordering::Equal);
    table[start..start + count].iter().map(|(_, live)| *live)
}
