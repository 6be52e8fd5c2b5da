//! An org that is opened: its store, what a new one is made with, and what an old one lacks.

use crate::{
    access::Caller,
    clock::Clock,
    config::{Config, Data},
    error::Error,
    families::{self, Exchange, Organization},
    ids::Seed,
    rsa::Drawn,
    store::{Store, Table, Trees, Tx},
    tokens::UsedOnce,
};

pub(super) fn opened(data: &Data) -> Result<Store, Error> {
    match data {
        Data::Memory => Ok(Store::memory()),
        Data::Directory(directory) => Store::directory(directory),
    }
}

/// Returns the root of a new org's ids: random for an org that lasts, unless its outputs must be equal byte for byte.
pub(super) fn new_seed(config: &Config) -> Result<Seed, Error> {
    match config.data {
        Data::Directory(_) if !config.frozen_clock => Seed::random().map_err(|_| Error::Randomness),
        Data::Directory(_) | Data::Memory => Ok(Seed::fixed()),
    }
}

/// Returns the number before that of the first request. The log groups events by the ids of requests, so those of an org that
/// lasts must not come again when it is opened again.
pub(super) fn first_request(data: &Data, frozen: bool, clock: &Clock) -> u64 {
    match data {
        Data::Directory(_) if !frozen => u64::try_from(clock.since_epoch().as_micros()).unwrap_or_default(),
        Data::Directory(_) | Data::Memory => 0,
    }
}

pub(super) fn corrupt(data: &Data) -> Error {
    Error::Corrupt { path: data.path(), row: "org/org".into() }
}

/// Writes what an org that was stored by an earlier version lacks.
pub(super) fn complete(store: &mut Store, organization: &mut Organization, seed: &Seed, config: &Config) -> Result<(), Error> {
    const SOUND: &str = "what an org is made with can be written down";
    let trees = Trees::default();
    let mut tx = Tx::begin(store.tables(), store.tables(), &trees, seed);
    if organization.portal_token.is_empty() {
        organization.portal_token = seed.portal_token();
        tx.put(Table::Org, "org".into(), organization).expect(SOUND);
    }
    families::complete(&mut tx, organization, &config.switches).expect(SOUND);
    let changes = tx.into_changes();
    store.commit_now(changes).map_err(|source| Error::Store { path: config.data.path(), source })
}

/// Writes everything that a new org has, in one step.
pub(super) fn make(store: &mut Store, organization: &Organization, seed: &Seed, config: &Config) -> Result<(), Error> {
    const SOUND: &str = "what an org is made with passes its own checks";
    let calls: Vec<_> = (0..config.seed_apps).map(families::seed_call).collect();
    let trees = Trees::default();
    let mut tx = Tx::begin(store.tables(), store.tables(), &trees, seed);
    tx.put(Table::Org, "org".into(), organization).expect(SOUND);
    families::found(&mut tx, organization, &config.switches).expect(SOUND);
    let (keys, used) = (Drawn::default(), UsedOnce::default());
    for call in &calls {
        let (switches, now, caller) = (&config.switches, organization.created.clone(), Caller::Nobody);
        let (disclosed, issued) = (Vec::new(), None);
        let (at, number) = (0, 0);
        let mut exchange =
            Exchange { call, tx, switches, organization, now, at, keys: &keys, used: &used, caller, disclosed, number, issued };
        families::seed(&mut exchange).expect(SOUND);
        tx = exchange.tx;
    }
    let changes = tx.into_changes();
    store.commit_now(changes).map_err(|source| Error::Store { path: config.data.path(), source })
}
