//! The writes of one request, seen by its own reads, and nothing to anybody else until they are committed.

use std::{collections::BTreeMap, ops::Bound};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Row, Table, Tables, Trees};
use crate::{
    answer::Refusal,
    ids::{Kind, Seed},
};

/// What a request wants to have written.
#[derive(Clone, Default)]
pub(crate) struct Changes {
    pub(super) rows: BTreeMap<(Table, String), Option<Row>>,
    pub(super) count: u64,
}

impl Changes {
    pub(super) fn is_empty(&self, tables: &Tables) -> bool {
        self.rows.is_empty() && self.count == tables.count
    }
}

/// A request's view of the tables. The documents that it looks at are read when they are asked for.
pub(crate) struct Tx<'a> {
    tables: &'a Tables,
    listed: &'a Tables,
    trees: &'a Trees,
    seed: &'a Seed,
    changes: Changes,
}

impl<'a> Tx<'a> {
    pub(crate) fn begin(tables: &'a Tables, listed: &'a Tables, trees: &'a Trees, seed: &'a Seed) -> Self {
        let changes = Changes { rows: BTreeMap::new(), count: tables.count };
        Self { tables, listed, trees, seed, changes }
    }

    pub(crate) fn into_changes(self) -> Changes {
        self.changes
    }

    fn stored(&self, table: Table, key: &str) -> Option<&Row> {
        if !self.changes.rows.is_empty()
            && let Some(change) = self.changes.rows.get(&(table, key.to_owned()))
        {
            return change.as_ref();
        }
        self.tables.table(table).get(key)
    }

    /// Returns a document as it is stored.
    pub(crate) fn row(&self, table: Table, key: &str) -> Option<&'a Value> {
        self.stored(table, key).map(|row| self.trees.of(row))
    }

    /// Returns a document as the type that its family wrote.
    pub(crate) fn get<T: DeserializeOwned>(&self, table: Table, key: &str) -> Result<Option<T>, Refusal> {
        self.stored(table, key).map(Row::read).transpose()
    }

    pub(crate) fn put<T: Serialize>(&mut self, table: Table, key: String, document: &T) -> Result<(), Refusal> {
        self.changes.rows.insert((table, key), Some(Row::write(document)?));
        Ok(())
    }

    /// Writes a document that others hold as well.
    pub(crate) fn put_row(&mut self, table: Table, key: String, row: Row) {
        self.changes.rows.insert((table, key), Some(row));
    }

    pub(crate) fn remove(&mut self, table: Table, key: String) {
        self.changes.rows.insert((table, key), None);
    }

    /// Tells whether anything was written so far.
    pub(crate) fn has_written(&self) -> bool {
        !self.changes.rows.is_empty()
    }

    /// Returns what was written so far: table, key and document, or none for one that was removed.
    pub(crate) fn written(&self) -> impl Iterator<Item = (Table, &str, Option<&'a Value>)> {
        self.changes.rows.iter().map(|((table, key), row)| (*table, key.as_str(), row.as_ref().map(|row| self.trees.of(row))))
    }

    /// Returns a document as it was before this request.
    pub(crate) fn before(&self, table: Table, key: &str) -> Option<&'a Value> {
        self.tables.table(table).get(key).map(|row| self.trees.of(row))
    }

    /// Returns the last key that a table had before this request.
    pub(crate) fn last_key(&self, table: Table) -> Option<&'a str> {
        self.tables.table(table).last_key_value().map(|(key, _)| key.as_str())
    }

    /// Returns the keys that a table had before this request and that come before another.
    pub(crate) fn keys_before(&self, table: Table, end: &str) -> Vec<String> {
        self.tables.table(table).range::<str, _>((Bound::Unbounded, Bound::Excluded(end))).map(|(key, _)| key.clone()).collect()
    }

    /// Returns the documents whose key starts with `prefix`, in the order of their keys, as they are now.
    pub(crate) fn starting_with(&self, table: Table, prefix: &str) -> Vec<(&'a str, &'a Value)> {
        self.within(self.tables, table, prefix)
    }

    /// Returns the documents whose key starts with `prefix`, as a list shows them, which may be older.
    pub(crate) fn listed(&self, table: Table, prefix: &str) -> Vec<(&'a str, &'a Value)> {
        self.within(self.listed, table, prefix)
    }

    fn within(&self, tables: &'a Tables, table: Table, prefix: &str) -> Vec<(&'a str, &'a Value)> {
        let rows = tables.table(table).range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        rows.take_while(|(key, _)| key.starts_with(prefix)).map(|(key, row)| (key.as_str(), self.trees.of(row))).collect()
    }

    /// Walks a whole table as it is now, without reading the documents.
    pub(crate) fn rows(&self, table: Table) -> impl Iterator<Item = (&'a str, &'a Row)> + use<'a> {
        self.tables.table(table).iter().map(|(key, row)| (key.as_str(), row))
    }

    /// Returns a document as a list shows it, as the type that its family wrote.
    pub(crate) fn listed_as<T: DeserializeOwned>(&self, table: Table, key: &str) -> Result<Option<T>, Refusal> {
        self.listed.table(table).get(key).map(Row::read).transpose()
    }

    /// Walks the documents of a list from the one after `cursor`.
    pub(crate) fn listed_after(&self, table: Table, cursor: &str) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let trees = self.trees;
        self.listed_rows_after(table, cursor).map(|(key, row)| (key, trees.of(row)))
    }

    /// Likewise, without reading the documents: they stay in memory until the request is answered, and there may be very many.
    pub(crate) fn listed_rows_after(&self, table: Table, cursor: &str) -> impl Iterator<Item = (&'a str, &'a Row)> + use<'a> {
        self.listed.table(table).range::<str, _>((Bound::Excluded(cursor), Bound::Unbounded)).map(|(key, row)| (key.as_str(), row))
    }

    /// Walks the rows of a list within bounds, from either end. There is none if the bounds are the wrong way round.
    pub(crate) fn listed_between(
        &self,
        table: Table,
        (start, end): (Bound<String>, Bound<String>),
    ) -> impl DoubleEndedIterator<Item = (&'a str, &'a Row)> + use<'a> {
        let inner = |bound: &Bound<String>| match bound {
            Bound::Included(key) | Bound::Excluded(key) => Some(key.clone()),
            Bound::Unbounded => None,
        };
        let crossed = inner(&start).zip(inner(&end)).is_some_and(|(start, end)| start >= end);
        let rows = (!crossed).then(|| self.listed.table(table).range((start, end)));
        rows.into_iter().flatten().map(|(key, row)| (key.as_str(), row))
    }

    /// Returns the last key that a list shows.
    pub(crate) fn last_listed(&self, table: Table) -> Option<&'a str> {
        self.listed.table(table).last_key_value().map(|(key, _)| key.as_str())
    }

    /// Gives out the next id.
    pub(crate) fn new_id(&mut self, kind: Kind) -> String {
        self.changes.count += 1;
        self.seed.id(kind, self.changes.count)
    }

    /// Gives out the id of the next key, which has the shape of a hash.
    pub(crate) fn new_key_id(&mut self) -> String {
        self.changes.count += 1;
        self.seed.key_id(&format!("key {}", self.changes.count))
    }

    /// Gives out the next whole number of a counter, from 1; a number that was given out never comes again.
    pub(crate) fn next_number(&mut self, table: Table, counter: &str) -> Result<u64, Refusal> {
        let number = self.row(table, counter).and_then(Value::as_u64).unwrap_or_default() + 1;
        self.put(table, counter.to_owned(), &number)?;
        Ok(number)
    }

    /// Returns the root of everything random-looking.
    pub(crate) fn seed(&self) -> &'a Seed {
        self.seed
    }

    /// Gives out the next generated client secret.
    pub(crate) fn new_client_secret(&mut self) -> String {
        self.changes.count += 1;
        self.seed.client_secret(self.changes.count)
    }
}

/// Reads a stored document as the type that its family wrote.
pub(crate) fn read<T: DeserializeOwned>(row: &Value) -> Result<T, Refusal> {
    T::deserialize(row).map_err(|_| Refusal::internal())
}
