//! The writes of one request, seen by its own reads, and nothing to anybody else until they are committed.

use std::{collections::BTreeMap, ops::Bound};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Row, Table, Tables};
use crate::{
    answer::Refusal,
    ids::{Kind, Seed},
};

/// What a request wants to have written.
#[derive(Default)]
pub(crate) struct Changes {
    pub(super) rows: BTreeMap<(Table, String), Option<Row>>,
    pub(super) count: u64,
}

impl Changes {
    pub(super) fn is_empty(&self, tables: &Tables) -> bool {
        self.rows.is_empty() && self.count == tables.count
    }
}

/// A request's view of the tables.
pub(crate) struct Tx<'a> {
    tables: &'a Tables,
    listed: &'a Tables,
    seed: &'a Seed,
    changes: Changes,
}

impl<'a> Tx<'a> {
    pub(crate) fn begin(tables: &'a Tables, listed: &'a Tables, seed: &'a Seed) -> Self {
        let changes = Changes { rows: BTreeMap::new(), count: tables.count };
        Self { tables, listed, seed, changes }
    }

    pub(crate) fn into_changes(self) -> Changes {
        self.changes
    }

    /// Returns a document as it is stored.
    pub(crate) fn row(&self, table: Table, key: &str) -> Option<&Value> {
        if !self.changes.rows.is_empty()
            && let Some(change) = self.changes.rows.get(&(table, key.to_owned()))
        {
            return change.as_deref();
        }
        self.tables.table(table).get(key).map(|row| &**row)
    }

    /// Returns a document as the type that its family wrote.
    pub(crate) fn get<T: DeserializeOwned>(&self, table: Table, key: &str) -> Result<Option<T>, Refusal> {
        self.row(table, key).map(read).transpose()
    }

    pub(crate) fn put<T: Serialize>(&mut self, table: Table, key: String, document: &T) -> Result<(), Refusal> {
        let row = serde_json::to_value(document).map_err(|_| Refusal::internal())?;
        self.changes.rows.insert((table, key), Some(row.into()));
        Ok(())
    }

    /// Writes a document that others hold as well.
    pub(crate) fn put_row(&mut self, table: Table, key: String, row: Row) {
        self.changes.rows.insert((table, key), Some(row));
    }

    pub(crate) fn remove(&mut self, table: Table, key: String) {
        self.changes.rows.insert((table, key), None);
    }

    /// Returns what was written so far: table, key and document, or none for one that was removed.
    pub(crate) fn written(&self) -> impl Iterator<Item = (Table, &str, Option<&Value>)> {
        self.changes.rows.iter().map(|((table, key), row)| (*table, key.as_str(), row.as_deref()))
    }

    /// Returns a document as it was before this request.
    pub(crate) fn before(&self, table: Table, key: &str) -> Option<&'a Value> {
        self.tables.table(table).get(key).map(|row| &**row)
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
        within(self.tables, table, prefix)
    }

    /// Returns the documents whose key starts with `prefix`, as a list shows them, which may be older.
    pub(crate) fn listed(&self, table: Table, prefix: &str) -> Vec<(&'a str, &'a Value)> {
        within(self.listed, table, prefix)
    }

    /// Returns a document as a list shows it.
    pub(crate) fn listed_row(&self, table: Table, key: &str) -> Option<&'a Value> {
        self.listed.table(table).get(key).map(|row| &**row)
    }

    /// Walks the documents of a list from the one after `cursor`.
    pub(crate) fn listed_after(&self, table: Table, cursor: &str) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        self.listed.table(table).range::<str, _>((Bound::Excluded(cursor), Bound::Unbounded)).map(|(key, row)| (key.as_str(), &**row))
    }

    /// Walks the documents of a list within bounds, from either end. There is none if the bounds are the wrong way round.
    pub(crate) fn listed_between(
        &self,
        table: Table,
        (start, end): (Bound<String>, Bound<String>),
    ) -> impl DoubleEndedIterator<Item = (&'a str, &'a Value)> + use<'a> {
        let inner = |bound: &Bound<String>| match bound {
            Bound::Included(key) | Bound::Excluded(key) => Some(key.clone()),
            Bound::Unbounded => None,
        };
        let crossed = inner(&start).zip(inner(&end)).is_some_and(|(start, end)| start >= end);
        let rows = (!crossed).then(|| self.listed.table(table).range((start, end)));
        rows.into_iter().flatten().map(|(key, row)| (key.as_str(), &**row))
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

fn within<'a>(tables: &'a Tables, table: Table, prefix: &str) -> Vec<(&'a str, &'a Value)> {
    tables
        .table(table)
        .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
        .take_while(|(key, _)| key.starts_with(prefix))
        .map(|(key, row)| (key.as_str(), &**row))
        .collect()
}
