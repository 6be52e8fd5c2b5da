//! What is known of one bucket, and whether one more request fits into it now.
//!
//! Within any window of the server no more requests of ours are sent than the budget's share of its limit, requests on their
//! way included, and the last part of a window is left to others even when they were the ones who used it up.
//!
//! A window is known by its reset time, which every answer tells. When it has passed, the next window is unknown until one
//! request, sent alone, has brought the new numbers: others may have been there first.

use std::time::Duration;

use tokio::time::Instant;

use super::meter::{Meter, Reading};

/// Reset times that differ by so little mean the same window: not all servers of an org agree to the second.
const SAME_WINDOW: u64 = 2;
/// The length of Okta's windows, which no header tells.
const LENGTH: Duration = Duration::from_mins(1);

/// Whether a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Now; as the probe of an unknown window, or not.
    Now {
        /// Whether its answer is awaited before any other request goes.
        probe: bool,
    },
    /// Not before this time.
    At(Instant),
    /// When an answer that is awaited has come.
    AfterAnswer,
}

/// The state of one bucket.
#[derive(Debug, Default)]
pub(super) struct Window {
    knowledge: Knowledge,
    /// The last meter seen, kept beyond its window for forecasts and to recognise late answers.
    last: Option<Meter>,
    in_flight: u32,
    probing: bool,
}

#[derive(Debug, Default, Clone, Copy)]
enum Knowledge {
    #[default]
    Unknown,
    Unmetered,
    Known {
        remaining: u32,
        ours: u32,
        ends: Instant,
    },
}

impl Window {
    /// Decides about one more request, and counts it if it may go.
    pub(super) fn admit(&mut self, now: Instant, percent: u32) -> Admission {
        if matches!(self.knowledge, Knowledge::Known { ends, .. } if ends <= now) {
            self.knowledge = Knowledge::Unknown;
        }
        let room = self.room(percent);
        let probe = matches!(self.knowledge, Knowledge::Unknown);
        match &mut self.knowledge {
            Knowledge::Unknown if self.probing => return Admission::AfterAnswer,
            Knowledge::Unknown => self.probing = true,
            Knowledge::Unmetered => {}
            Knowledge::Known { ends, .. } if room == 0 => return Admission::At(*ends),
            Knowledge::Known { ours, .. } => *ours += 1,
        }
        self.in_flight += 1;
        Admission::Now { probe }
    }

    /// Takes note of an answer. `told` says that it was a 429.
    pub(super) fn answered(&mut self, now: Instant, reading: Reading, probe: bool, told: bool) {
        let on_their_way = self.in_flight;
        self.lost(probe);
        match reading {
            Reading::Unmetered if self.last.is_none() => self.knowledge = Knowledge::Unmetered,
            Reading::Nothing | Reading::Unmetered => {}
            Reading::Metered(meter) => self.learn(now, meter, on_their_way, probe, told),
        }
    }

    /// Takes note that a request ended without an answer. It stays counted: the server may have seen it.
    pub(super) fn lost(&mut self, probe: bool) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if probe {
            self.probing = false;
        }
    }

    fn learn(&mut self, now: Instant, meter: Meter, on_their_way: u32, probe: bool, told: bool) {
        let ends = now + meter.wait;
        let age = self.last.map_or(i64::MAX, |last| meter.reset.saturating_sub(last.reset));
        let remaining = if told { 0 } else { meter.remaining };
        match &mut self.knowledge {
            Knowledge::Known { remaining: known, ends: end, .. } if age.unsigned_abs() <= SAME_WINDOW => {
                *known = remaining.min(*known);
                *end = if told { ends } else { ends.min(*end) };
            }
            // A late answer from a window that is over. A probe was sent after it was over, so it counts whatever it says.
            _ if age < 0 && !probe && !told => return,
            // All that were answered before told the old reset, so what may count in the new window is what was on its way.
            knowledge => *knowledge = Knowledge::Known { remaining, ours: on_their_way, ends },
        }
        self.last = Some(meter);
    }

    /// Returns how many requests fit into the known window now.
    fn room(&self, percent: u32) -> u32 {
        match (self.knowledge, self.last) {
            (Knowledge::Known { remaining, ours, .. }, Some(meter)) => {
                let allowance = allowance(meter.limit, percent);
                let kept_for_others = meter.limit.div_ceil(10).min(meter.limit - allowance);
                let shared = remaining.saturating_sub(self.in_flight).saturating_sub(kept_for_others);
                allowance.saturating_sub(ours).min(shared)
            }
            _ => u32::MAX,
        }
    }

    /// Returns how long so many more requests wait for the budget; nothing while the limit is unknown.
    pub(super) fn forecast(&self, now: Instant, percent: u32, requests: u32) -> Duration {
        let Some(meter) = self.last else { return Duration::ZERO };
        let allowance = allowance(meter.limit, percent);
        let (room, left) = match self.knowledge {
            Knowledge::Known { ends, .. } if ends > now => (self.room(percent), ends - now),
            _ => (allowance, LENGTH),
        };
        match requests.checked_sub(room + 1) {
            None => Duration::ZERO,
            Some(beyond) => left + LENGTH * (beyond / allowance),
        }
    }
}

/// Returns the share of a limit that is ours; never nothing, or no run would end.
fn allowance(limit: u32, percent: u32) -> u32 {
    let share = u64::from(limit) * u64::from(percent) / 100;
    u32::try_from(share).unwrap_or(u32::MAX).max(1)
}
