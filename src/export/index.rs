//! What is looked up again and again while documents are made, so that a large org takes no look at all of itself for each object.

use std::collections::{BTreeMap, BTreeSet};

use super::chosen::Sides;
use crate::address::{Address, Kind};
use crate::observed::LiveApp;
use crate::resource::marker::Owner;

/// The org by what tells its objects apart.
#[derive(Debug, Default)]
pub(super) struct Index<'a> {
    labels: BTreeMap<&'a str, usize>,
    owners: BTreeMap<&'a Owner, usize>,
    clients: BTreeMap<&'a str, &'a LiveApp>,
    groups: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// The documents that are there or have been made.
    taken: BTreeSet<Address>,
}

impl<'a> Index<'a> {
    pub(super) fn new(sides: Sides<'a>) -> Self {
        let mut index = Self::default();
        for live in &sides.observed.apps {
            *index.labels.entry(&live.label).or_default() += 1;
            index.clients.insert(&live.client_id, live);
            if let Some(mark) = live.marker.as_ref().filter(|_| sides.desired.ownership) {
                *index.owners.entry(&mark.owner).or_default() += 1;
            }
        }
        for group in &sides.observed.groups {
            index.groups.entry(&group.name).or_default().insert(&group.id);
        }
        index.taken = sides.documents.iter().map(crate::manifest::Document::address).collect();
        index
    }

    /// Tells whether nobody else has an app's label.
    pub(super) fn is_only_labelled(&self, live: &LiveApp) -> bool {
        self.labels.get(live.label.as_str()) == Some(&1)
    }

    /// Tells whether an app bears a mark that no other does.
    pub(super) fn is_only_marked(&self, live: &LiveApp, project: &str, name: &str) -> bool {
        let mark = live.marker.as_ref().filter(|mark| mark.owner.project == project && mark.owner.name == name);
        mark.is_some_and(|mark| self.owners.get(&mark.owner) == Some(&1))
    }

    /// Returns the app with a client id.
    pub(super) fn client(&self, id: &str) -> Option<&'a LiveApp> {
        self.clients.get(id).copied()
    }

    /// Tells whether a name is that of one group alone, and known to be.
    pub(super) fn is_only_group(&self, name: &str, id: &str) -> bool {
        self.groups.get(name).is_some_and(|ids| ids.len() == 1 && ids.contains(id))
    }

    /// Tells whether there is a document.
    pub(super) fn has(&self, kind: Kind, name: &str) -> bool {
        self.taken.contains(&Address::new(kind, name))
    }

    /// Returns the address of a document of some name, or of one like it where that is taken.
    pub(super) fn free(&self, kind: Kind, name: &str, word: &str) -> Address {
        let stem: String = name.chars().take(48).collect();
        let more = (2..).map(|n| format!("{stem}-{word}-{n}"));
        let mut names = [name.to_owned(), format!("{stem}-{word}")].into_iter().chain(more);
        Address::new(kind, names.find(|name| !self.has(kind, name)).unwrap_or_default())
    }

    /// Takes note of a document.
    pub(super) fn take(&mut self, address: Address) {
        self.taken.insert(address);
    }
}
