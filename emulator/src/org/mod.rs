//! An org: opened from its settings, asked in process or through a socket, and looked into by tests.

mod durable;
mod exchange;
mod fixture;
mod opening;
mod response;
mod spoilt;
mod upkeep;

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    clock::Clock,
    config::Config,
    error::Error,
    families::{App, Organization},
    faults::{Fault, Faults},
    ids::Seed,
    limits::{RateLimits, Windows},
    portal,
    store::{Store, Table, Tables, Trees, Tx},
    switches::Switches,
    tokens::UsedOnce,
};

pub(crate) use self::exchange::{Break, Outcome};
use self::opening::{complete, corrupt, first_request, make, new_seed, opened};

/// How many requests [`Org::requests`] remembers.
const REMEMBERED: usize = 100_000;

/// Where the org keeps how many requests there had been when something was written last.
const REQUESTS: &str = "requests";

/// A local Okta org, and the Tyk portal beside it. Clones are handles on the same org.
///
/// # Guarantees
/// A request is answered as a whole or not at all: its writes are committed together, for an org in a directory to the disk,
/// before its answer is given. An org in memory is the same every time: the same requests give the same ids and secrets; only keys
/// are drawn at random.
#[derive(Clone)]
pub struct Org {
    inner: Arc<Inner>,
}

struct Inner {
    organization: Organization,
    seed: Seed,
    clock: Clock,
    latency: Duration,
    rate_limits: RateLimits,
    base: Option<String>,
    log_requests: bool,
    #[cfg(feature = "contract")]
    watch: crate::contract::Watch,
    state: Mutex<State>,
}

struct State {
    store: Store,
    switches: Switches,
    windows: Windows,
    faults: Faults,
    seen: VecDeque<Seen>,
    /// How many of them there ever were.
    noted: u64,
    used: UsedOnce,
    /// How many requests there were, for their ids.
    requests: u64,
}

/// A request that reached the org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query as it was sent.
    pub query: String,
    /// The status of the answer that was made, whether or not it got through; none if nothing was done.
    pub status: Option<u16>,
    /// Whether the org did what was asked: neither its checks nor a fault stood in the way.
    pub done: bool,
}

/// A client secret as the org really holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveSecret {
    /// Its id.
    pub id: String,
    /// `ACTIVE` or `INACTIVE`.
    pub status: String,
    /// The plaintext.
    pub value: String,
}

impl fmt::Debug for LiveSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveSecret").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

impl Org {
    /// Opens an org, and makes it first if there is none.
    pub fn open(config: Config) -> Result<Self, Error> {
        let store = opened(&config.data)?;
        Self::with_store(config, store)
    }

    fn with_store(config: Config, mut store: Store) -> Result<Self, Error> {
        let clock = Clock::start(config.frozen_clock);
        let stored = store.tables().table(Table::Org).get("org").cloned();
        let is_new = stored.is_none();
        let mut organization: Organization = match stored {
            Some(row) => row.read().map_err(|_| corrupt(&config.data))?,
            None => Organization::found(&new_seed(&config)?, clock.stamp()),
        };
        let seed = Seed::decode(&organization.seed).ok_or_else(|| corrupt(&config.data))?;
        if is_new {
            make(&mut store, &organization, &seed, &config)?;
        } else {
            complete(&mut store, &mut organization, &seed, &config)?;
        }
        let faults = Faults::new(config.faults);
        store.set_lag(faults.list_lag());
        let counted = store.tables().table(Table::Org).get(REQUESTS).and_then(|row| row.tree().as_u64()).unwrap_or_default();
        let requests = first_request(&config.data, config.frozen_clock, &clock).max(counted);
        let (windows, seen, used) = (Windows::default(), VecDeque::new(), UsedOnce::default());
        let state = State { store, switches: config.switches, windows, faults, seen, noted: 0, used, requests };
        let inner = Inner {
            organization,
            seed,
            clock,
            latency: config.latency,
            rate_limits: config.rate_limits,
            base: config.base,
            log_requests: config.log_requests,
            #[cfg(feature = "contract")]
            watch: crate::contract::Watch::default(),
            state: Mutex::new(state),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Returns the API token that the org accepts, an SSWS token.
    pub fn okta_token(&self) -> &str {
        &self.inner.organization.token
    }

    /// Returns the admin API token that the portal accepts, raw.
    pub fn portal_token(&self) -> &str {
        &self.inner.organization.portal_token
    }

    /// Returns the org's id.
    pub fn org_id(&self) -> &str {
        &self.inner.organization.id
    }

    /// Returns a copy in memory that goes its own way from here, with no requests seen yet.
    #[must_use]
    pub fn fork(&self) -> Self {
        let state = self.state();
        let copy = State {
            store: state.store.fork(),
            switches: state.switches.clone(),
            windows: state.windows.clone(),
            faults: state.faults.clone(),
            seen: VecDeque::new(),
            noted: 0,
            used: state.used.clone(),
            requests: state.requests,
        };
        let inner = Inner {
            organization: self.inner.organization.clone(),
            seed: self.inner.seed.clone(),
            clock: self.inner.clock.clone(),
            latency: self.inner.latency,
            rate_limits: self.inner.rate_limits.clone(),
            base: self.inner.base.clone(),
            log_requests: self.inner.log_requests,
            #[cfg(feature = "contract")]
            watch: self.inner.watch.clone(),
            state: Mutex::new(copy),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Replaces the faults, and starts to count them anew.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        let mut state = self.state();
        state.faults = Faults::new(faults);
        let lag = state.faults.list_lag();
        state.store.set_lag(lag);
    }

    /// Replaces the switches.
    pub fn set_switches(&self, switches: Switches) {
        self.state().switches = switches;
    }

    /// Returns the requests since the org was opened or [`clear_requests`](Self::clear_requests) was called, at most the last
    /// hundred thousand.
    pub fn requests(&self) -> Vec<Seen> {
        self.state().seen.iter().cloned().collect()
    }

    /// Returns what is made of the tables and of the requests so far, the oldest first. While the number that comes with them is the same, so
    /// are they.
    pub(crate) fn watched<T>(&self, make: impl FnOnce(&Tables, &VecDeque<Seen>, u64) -> T) -> T {
        let state = self.state();
        make(state.store.tables(), &state.seen, state.noted)
    }

    /// Forgets the requests.
    pub fn clear_requests(&self) {
        let mut state = self.state();
        state.seen.clear();
        state.noted += 1;
    }

    /// Returns the secrets of an app, oldest first, whatever any answer shows. Sends no request.
    pub fn live_secrets(&self, app_id: &str) -> Vec<LiveSecret> {
        let state = self.state();
        let row = state.store.tables().table(Table::Apps).get(app_id);
        let app = row.and_then(|row| row.read::<App>().ok());
        let secrets = app.map(|app| app.secrets).unwrap_or_default();
        secrets.into_iter().map(|secret| LiveSecret { id: secret.id, status: secret.status, value: secret.value }).collect()
    }

    /// Returns the registration token of one of the portal's providers, by its `ID` or `CID`, which no answer shows. Sends no
    /// request.
    pub fn live_registration_token(&self, provider: &str) -> Option<String> {
        let state = self.state();
        let tables = state.store.tables();
        portal::registration_token(&Tx::begin(tables, tables, &Trees::default(), &self.inner.seed), provider)
    }

    /// Returns the numbers of the known departures from the contract that the exchanges of this org and its forks have met.
    #[cfg(feature = "contract")]
    pub fn departures(&self) -> std::collections::BTreeSet<usize> {
        self.inner.watch.departures()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock is held cannot leave half a write: the tables change in one step.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
