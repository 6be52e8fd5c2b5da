//! From a place in a document's tree to its place in the file.

use std::collections::BTreeMap;

use crate::diagnostic::Origin;
use crate::json::Path;

/// Where the keys and values of one document stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positions {
    document: Origin,
    keys: BTreeMap<Path, Origin>,
    values: BTreeMap<Path, Origin>,
}

impl Positions {
    /// Returns the positions of a document that starts at a place and of whose parts nothing is known yet.
    pub fn new(document: Origin) -> Self {
        Self { document, keys: BTreeMap::new(), values: BTreeMap::new() }
    }

    /// Remembers where a member's name stands.
    pub fn insert_key(&mut self, path: Path, origin: Origin) {
        self.keys.insert(path, origin);
    }

    /// Remembers where a value stands. A mapping's own range is empty: its key is the better place to point at.
    pub fn insert_value(&mut self, path: Path, origin: Origin) {
        self.values.insert(path, origin);
    }

    /// Returns where a member's name stands; the nearest thing around it if it has none.
    pub fn key(&self, path: &Path) -> Origin {
        self.nearest(path, &self.keys, &self.values)
    }

    /// Returns where a value stands; the nearest thing around it if it is not written there itself.
    pub fn value(&self, path: &Path) -> Origin {
        self.nearest(path, &self.values, &self.keys)
    }

    fn nearest(&self, path: &Path, first: &BTreeMap<Path, Origin>, second: &BTreeMap<Path, Origin>) -> Origin {
        let mut at = Some(path.clone());
        while let Some(here) = at {
            if let Some(origin) = first.get(&here).or_else(|| second.get(&here)) {
                return origin.clone();
            }
            at = here.parent();
        }
        self.document.clone()
    }
}
