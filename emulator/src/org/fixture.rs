//! An org as one document, and an org made of such a document.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{Org, opened};
use crate::{
    config::Config,
    error::Error,
    families::{App, Organization},
    ids::Seed,
    store::{Changes, Table},
};

impl Org {
    /// Returns everything that the org and its portal hold as one JSON document, for fixtures: [`import`](Self::import) makes
    /// the same org of it. It holds the tokens, the client secrets and the root of all ids in clear, so it is to be kept as a
    /// secret is. Settings are not in it.
    pub fn export(&self) -> Value {
        let state = self.state();
        let (tables, requests) = (state.store.tables().clone(), state.requests);
        drop(state);
        let mut document = tables.export();
        document["requests"] = json!(requests);
        document
    }

    /// Makes an org of what [`export`](Self::export) has returned, tokens and secrets included, and opens it. Where its state
    /// is to live there must be no org yet, and no apps are seeded.
    pub fn import(config: Config, exported: &Value) -> Result<Self, Error> {
        let changes = Changes::import(exported).map_err(|problem| Error::Import { problem })?;
        check(exported)?;
        let mut store = opened(&config.data)?;
        if store.tables().table(Table::Org).contains_key("org") {
            return Err(Error::NotEmpty { path: config.data.path() });
        }
        store.commit(changes).map_err(|source| Error::Store { path: config.data.path(), source })?;
        let org = Self::with_store(config, store)?;
        // The log groups events by the ids of requests, which go on where they stopped.
        let mut state = org.state();
        state.requests = state.requests.max(exported["requests"].as_u64().unwrap_or_default());
        drop(state);
        Ok(org)
    }
}

/// Refuses a document whose org or apps could not be read later.
fn check(exported: &Value) -> Result<(), Error> {
    let refuse = |what: &str| Error::Import { problem: format!("{what} cannot be read") };
    let organization = Organization::deserialize(&exported["tables"]["org"]["org"]).map_err(|_| refuse("its org"))?;
    Seed::decode(&organization.seed).ok_or_else(|| refuse("its org"))?;
    for (id, app) in exported["tables"]["apps"].as_object().into_iter().flatten() {
        App::deserialize(app).map_err(|_| refuse(&format!("its app {id}")))?;
    }
    Ok(())
}
