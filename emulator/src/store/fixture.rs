//! The whole store as one JSON document, and back.
//!
//! A document that is read in becomes the same org: its rows, and the count that its ids and secrets are made from.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Changes, Table, Tables};

/// What a document says that it is.
const FORMAT: &str = "idpctl-emulator/1";

/// More than is ever counted, and far from where counting ends.
pub(crate) const MOST: u64 = 1 << 53;

impl Tables {
    /// Returns all rows by table and key, in their order.
    pub(crate) fn export(&self) -> Value {
        let rows = |table: Table| -> Map<String, Value> { self.table(table).iter().map(|(key, row)| (key.clone(), row.tree())).collect() };
        let tables: Map<String, Value> = Table::ALL.iter().map(|&table| (table.name().to_owned(), rows(table).into())).collect();
        json!({"format": FORMAT, "given_out": self.count, "tables": tables})
    }
}

impl Changes {
    /// Returns what makes an empty store the one of a document, or what is wrong with the document.
    pub(crate) fn import(document: &Value) -> Result<Self, String> {
        if document["format"] != FORMAT {
            return Err(format!("its `format` is not `{FORMAT}`"));
        }
        let count = document["given_out"].as_u64().filter(|count| *count <= MOST).ok_or("its `given_out` is no number of ids")?;
        let tables = document["tables"].as_object().ok_or("its `tables` are not an object")?;
        let mut rows = BTreeMap::new();
        for (name, entries) in tables {
            let known = Table::ALL.iter().copied().find(|table| table.name() == name);
            let table = known.ok_or_else(|| format!("there is no table `{name}`"))?;
            let entries = entries.as_object().ok_or_else(|| format!("the table `{name}` is not an object"))?;
            rows.extend(entries.iter().map(|(key, row)| ((table, key.clone()), Some(row.clone().into()))));
        }
        Ok(Self { rows, count })
    }
}
