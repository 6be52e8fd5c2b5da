//! What somebody wants exported: which objects, which of their children and fields, in which detail, under which names.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Kind;
use crate::json::Path;
use crate::observed::Id;
use crate::select::Select;

/// One live object: its kind, and the id by which the system knows it.
pub type Live = (Kind, Id);

/// What to export; by default everything, with what differs from the defaults of Okta and of the portal.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Which addresses; an app's address stands for every document about it.
    pub select: Select,
    /// Which fields.
    pub detail: Detail,
    /// Names that are given from outside, such as those that another tool has for the objects. A name that is no DNS label, or given
    /// twice, is not used.
    pub names: BTreeMap<Live, String>,
    /// The objects, if only some are wanted, and what of each.
    pub wanted: Option<BTreeMap<Live, Wanted>>,
}

/// Which fields of an object are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// Those that a new object would not have by itself.
    #[default]
    Minimal,
    /// All that the org shows and a manifest can say.
    Full,
}

/// What of one object is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of an app, the kinds of documents about it; all if empty. Of an authorization server, nothing.
    pub kinds: BTreeSet<Kind>,
    /// The fields of its body, by their place in the API's object; `None` for all. What a document cannot be without is written all the same.
    pub fields: Option<BTreeSet<Path>>,
    /// Its children: scopes of grants by their names, groups, and the parts of an authorization server by their ids; `None` for all.
    pub children: Option<BTreeSet<String>>,
}

impl Choice {
    /// Returns what is wanted of an object; `None` if nothing is.
    pub(super) fn wanted(&self, kind: Kind, id: &Id) -> Option<Wanted> {
        match &self.wanted {
            None => Some(Wanted::default()),
            Some(wanted) => wanted.get(&(kind, id.clone())).cloned(),
        }
    }

    /// Returns whether objects of a kind can be among what is exported. Dynamically registered clients are apps seen from another side, and
    /// exported as clients only where a pattern names that kind.
    pub fn speaks_of(&self, kind: Kind) -> bool {
        if let Some(wanted) = &self.wanted {
            return wanted.keys().any(|(wanted, _)| *wanted == kind);
        }
        if kind == Kind::Client {
            return self.select.patterns().iter().any(|pattern| pattern.starts_with("Client/"));
        }
        self.select.speaks_of(kind)
    }
}

impl Wanted {
    pub(super) fn has_kind(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    pub(super) fn has_child(&self, key: &str) -> bool {
        self.children.as_ref().is_none_or(|children| children.contains(key))
    }
}
