//! An org as one document, and an org made of such a document.

use serde::Deserialize as _;
use serde_json::Value;

use super::{Org, opening::opened};
use crate::{
    config::{Config, Data},
    error::Error,
    families::{App, Organization},
    ids::Seed,
    log::is_event,
    store::{Changes, MOST, Store, Table},
};

impl Org {
    /// Opens an org that is there. Where there is none, none is made.
    pub fn open_kept(config: Config) -> Result<Self, Error> {
        let path = config.data.path();
        if !is_there(&config.data) {
            return Err(Error::Absent { path });
        }
        let store = opened(&config.data)?;
        if !has_org(&store) {
            return Err(Error::Absent { path });
        }
        Self::with_store(config, store)
    }

    /// Returns everything that the org and its portal hold as one JSON document, for fixtures: [`import`](Self::import) makes
    /// the same org of it. It holds the tokens, the client secrets and the root of all ids in clear, so it is to be kept as a
    /// secret is. Settings are not in it.
    pub fn export(&self) -> Value {
        // Tables are shared until one of them is written to, so this takes a moment.
        let tables = self.state().store.tables().clone();
        tables.export()
    }

    /// Makes an org of what [`export`](Self::export) has returned, tokens and secrets included, and opens it. Where its state
    /// is to live there must be no org yet, and no apps are seeded. If it fails, none is there afterwards.
    pub fn import(config: Config, exported: &Value) -> Result<Self, Error> {
        let changes = Changes::import(exported).map_err(|problem| Error::Import { problem })?;
        check(exported)?;
        let was_there = is_there(&config.data);
        let stored = stored(&config.data, changes);
        if let (false, Data::Directory(directory), Err(Error::Store { .. })) = (was_there, &config.data, &stored) {
            Store::remove(directory);
        }
        Self::with_store(config, stored?)
    }
}

fn is_there(data: &Data) -> bool {
    matches!(data, Data::Directory(directory) if Store::is_in(directory))
}

fn has_org(store: &Store) -> bool {
    store.tables().table(Table::Org).contains_key("org")
}

/// Makes a store of what is to be in it.
fn stored(data: &Data, changes: Changes) -> Result<Store, Error> {
    let mut store = opened(data)?;
    if has_org(&store) {
        return Err(Error::NotEmpty { path: data.path() });
    }
    store.commit_now(changes).map_err(|source| Error::Store { path: data.path(), source })?;
    Ok(store)
}

/// Refuses a document whose org, apps or events could not be read later, whose other rows are no documents, or whose counters could not be
/// counted on.
fn check(exported: &Value) -> Result<(), Error> {
    let refuse = |what: &str| Error::Import { problem: format!("{what} cannot be read") };
    let tables = &exported["tables"];
    let rows = |table: &str| tables[table].as_object().into_iter().flatten();
    let organization = Organization::deserialize(&tables["org"]["org"]).map_err(|_| refuse("its org"))?;
    Seed::decode(&organization.seed).ok_or_else(|| refuse("its org"))?;
    for (table, entries) in tables.as_object().into_iter().flatten() {
        let fits: fn(&Value) -> bool = match table.as_str() {
            "org" | "portal_counters" | "revoked_tokens" => continue,
            "client_ids" | "logs" => Value::is_string,
            _ => Value::is_object,
        };
        for (key, row) in entries.as_object().into_iter().flatten() {
            fits(row).then_some(()).ok_or_else(|| refuse(&format!("its {table}/{key}")))?;
        }
    }
    for (id, app) in rows("apps") {
        App::deserialize(app).map_err(|_| refuse(&format!("its app {id}")))?;
    }
    for (key, event) in rows("logs") {
        is_event(key, event).then_some(()).ok_or_else(|| refuse(&format!("its event {key}")))?;
    }
    let counters = rows("portal_counters").chain(rows("org").filter(|(name, _)| *name != "org"));
    for (name, count) in counters {
        count.as_u64().filter(|count| *count <= MOST).ok_or_else(|| refuse(&format!("its count of {name}")))?;
    }
    Ok(())
}
