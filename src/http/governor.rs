//! One gate for all requests of a run: who may go now, and who waits.
//!
//! All clients of a run share it. It keeps each bucket to the budget ([`super::window`]) and counts what it did.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::bucket::Bucket;
use super::meter::Reading;
use super::window::{Admission, Ticket, Window};

/// The share of each bucket that a run may use, in percent from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget(u32);

impl Budget {
    /// Returns so many percent, if that is from 1 to 100.
    pub fn percent(percent: u32) -> Option<Self> {
        (1..=100).contains(&percent).then_some(Self(percent))
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self(50)
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// A text that is no budget.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a rate budget is a share such as `50%` or `0.5`, above zero and at most the whole")]
pub struct BudgetError;

impl FromStr for Budget {
    type Err = BudgetError;

    fn from_str(text: &str) -> Result<Self, BudgetError> {
        let percent = match text.strip_suffix('%') {
            Some(number) => number.trim().parse().ok(),
            None => text.parse().ok().and_then(|share: f64| format!("{:.0}", share * 100.0).parse().ok()),
        };
        percent.and_then(Self::percent).ok_or(BudgetError)
    }
}

/// What happened in one bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests let through.
    pub requests: u32,
    /// Requests that had to wait for the budget.
    pub waits: u32,
    /// Time during which at least one of them waited.
    pub waited: Duration,
    /// Answers that said 429.
    pub told: u32,
}

/// The gate. Clones are the same gate.
#[derive(Clone)]
pub struct Governor {
    budget: Budget,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    lanes: Mutex<BTreeMap<Bucket, Lane>>,
    changed: Notify,
}

#[derive(Default)]
struct Lane {
    window: Window,
    counters: Counters,
    waiting: u32,
    waiting_since: Option<Instant>,
}

impl Governor {
    /// Returns a gate that knows nothing yet.
    pub fn new(budget: Budget) -> Self {
        Self { budget, shared: Arc::default() }
    }

    /// Returns what happened so far, by bucket.
    pub fn counters(&self) -> BTreeMap<Bucket, Counters> {
        self.shared.lanes().iter().map(|(bucket, lane)| (*bucket, lane.counters)).collect()
    }

    /// Returns how long so many more requests of a bucket wait for the budget, as far as its limit is known.
    pub fn forecast(&self, bucket: Bucket, requests: u32) -> Duration {
        self.shared.lanes().get(&bucket).map_or(Duration::ZERO, |lane| lane.window.forecast(Instant::now(), self.budget.0, requests))
    }

    /// Waits until a request may go. Fails with the time it would have to wait if that ends after the deadline.
    pub(super) async fn admit(&self, bucket: Bucket, deadline: Option<Instant>) -> Result<Permit, Starved> {
        let permit = |ticket| Permit { shared: Arc::clone(&self.shared), bucket, ticket, open: true };
        if bucket == Bucket::Public {
            self.shared.lanes().entry(bucket).or_default().counters.requests += 1;
            return Ok(permit(Ticket::default()));
        }
        let mut waiting: Option<Waiting> = None;
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // Listening must start before the decision, or an answer that comes between the two goes unheard.
            changed.as_mut().enable();
            let now = Instant::now();
            let wake = match self.shared.decide(bucket, now, self.budget.0) {
                Admission::Now(ticket) => return Ok(permit(ticket)),
                Admission::At(at) => {
                    if let Some(deadline) = deadline.filter(|deadline| *deadline < at) {
                        return Err(Starved { wait: at - now, left: deadline.saturating_duration_since(now) });
                    }
                    waiting.get_or_insert_with(|| {
                        tracing::debug!(%bucket, seconds = (at - now).as_secs(), "waiting for the rate budget");
                        Waiting::start(&self.shared, bucket, now)
                    });
                    Some(at)
                }
                Admission::AfterAnswer => deadline,
            };
            match wake {
                None => changed.await,
                Some(at) => tokio::select! {
                    () = changed => {}
                    () = sleep_until(at) => {}
                },
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(Starved { wait: Duration::ZERO, left: Duration::ZERO });
            }
        }
    }
}

impl fmt::Debug for Governor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Governor").field("budget", &self.budget).finish_non_exhaustive()
    }
}

/// A request could not go before the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Starved {
    /// How long it would have waited; zero if that is not known.
    pub(super) wait: Duration,
    /// How long it could wait.
    pub(super) left: Duration,
}

impl Shared {
    fn lanes(&self) -> MutexGuard<'_, BTreeMap<Bucket, Lane>> {
        // A panic elsewhere leaves counters, which are whole after every statement.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decide(&self, bucket: Bucket, now: Instant, percent: u32) -> Admission {
        let mut lanes = self.lanes();
        let lane = lanes.entry(bucket).or_default();
        let admission = lane.window.admit(now, percent);
        if matches!(admission, Admission::Now(_)) {
            lane.counters.requests += 1;
        }
        admission
    }

    fn settle(&self, bucket: Bucket, note: impl FnOnce(&mut Lane)) {
        if bucket != Bucket::Public {
            note(self.lanes().entry(bucket).or_default());
            self.changed.notify_waiters();
        }
    }
}

/// Leave to send one request. Dropped unused, it counts as a request whose answer was lost.
pub(super) struct Permit {
    shared: Arc<Shared>,
    bucket: Bucket,
    ticket: Ticket,
    open: bool,
}

impl Permit {
    /// Hands back what the answer said.
    pub(super) fn answered(mut self, reading: Reading, told: bool) {
        self.open = false;
        self.shared.settle(self.bucket, |lane| {
            lane.counters.told += u32::from(told);
            lane.window.answered(Instant::now(), reading, self.ticket, told);
        });
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.open {
            self.shared.settle(self.bucket, |lane| lane.window.lost(self.ticket));
        }
    }
}

/// Keeps the time during which somebody waits.
struct Waiting {
    shared: Arc<Shared>,
    bucket: Bucket,
}

impl Waiting {
    fn start(shared: &Arc<Shared>, bucket: Bucket, now: Instant) -> Self {
        let mut lanes = shared.lanes();
        let lane = lanes.entry(bucket).or_default();
        lane.counters.waits += 1;
        lane.waiting += 1;
        lane.waiting_since.get_or_insert(now);
        Self { shared: Arc::clone(shared), bucket }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut lanes = self.shared.lanes();
        let lane = lanes.entry(self.bucket).or_default();
        lane.waiting -= 1;
        if lane.waiting == 0
            && let Some(since) = lane.waiting_since.take()
        {
            lane.counters.waited += Instant::now() - since;
        }
    }
}
