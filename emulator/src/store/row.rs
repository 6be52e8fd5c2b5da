//! Documents as they are kept in memory and in the file: as their JSON text, which takes a tenth of the room of a tree and need not be
//! read before the document is asked for.

use std::{
    cell::{Cell, OnceCell},
    sync::{Arc, OnceLock},
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Head;
use crate::answer::Refusal;

/// A document as it is stored. Cheap to copy.
#[derive(Clone)]
pub(crate) struct Row(Arc<Kept>);

struct Kept {
    text: Box<str>,
    /// Read when it is first asked for.
    head: OnceLock<Box<Head>>,
}

impl Row {
    /// Takes a document's JSON text.
    pub(super) fn of(text: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Kept { text: text.into(), head: OnceLock::new() }))
    }

    pub(crate) fn write<T: Serialize + ?Sized>(document: &T) -> Result<Self, Refusal> {
        Ok(Self::of(serde_json::to_string(document).map_err(|_| Refusal::internal())?))
    }

    pub(super) fn text(&self) -> &str {
        &self.0.text
    }

    /// Returns the document as the type that its family wrote.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_str(&self.0.text).map_err(|_| Refusal::internal())
    }

    /// Returns the document as a tree, which is null if the text is not JSON.
    pub(crate) fn tree(&self) -> Value {
        serde_json::from_str(&self.0.text).unwrap_or_default()
    }

    /// Returns what an app is searched by.
    pub(crate) fn head(&self) -> &Head {
        self.0.head.get_or_init(|| Box::new(Head::read(&self.0.text)))
    }
}

impl From<Value> for Row {
    fn from(document: Value) -> Self {
        Self::of(document.to_string())
    }
}

/// The trees of the rows that a request has looked at, for as long as it is being answered.
#[derive(Default)]
pub(crate) struct Trees {
    /// Each part has twice the places of the one before, and stays where it is.
    parts: [OnceCell<Box<[OnceCell<Value>]>>; 32],
    count: Cell<usize>,
}

impl Trees {
    /// Returns a row's document.
    pub(super) fn of(&self, row: &Row) -> &Value {
        let place = self.count.get() + 1;
        self.count.set(place);
        let part = place.ilog2();
        let size = 1 << part;
        let places = self.parts[part as usize].get_or_init(|| (0..size).map(|_| OnceCell::new()).collect());
        places[place - size].get_or_init(|| row.tree())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_row_has_a_tree_of_its_own_that_stays() {
        let trees = Trees::default();
        let rows: Vec<Row> = (0..100).map(|n| json!({"n": n}).into()).collect();
        let read: Vec<_> = rows.iter().map(|row| trees.of(row)).collect();
        assert!(read.iter().enumerate().all(|(n, tree)| tree["n"] == n), "{read:?}");
        assert_eq!(*trees.of(&Row::of("no JSON")), Value::Null);
    }
}
