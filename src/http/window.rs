//! What is known of one bucket, and whether one more request fits into it now.
//!
//! Within any window of the server no more requests of ours are sent than the budget's share of its limit, requests on their
//! way included, and the last part of a window is left to others even when they were the ones who used it up.
//!
//! A window is known by its reset time, which every answer tells. When it has passed, the next window is unknown until one
//! request, sent alone, has brought the new numbers: others may have been there first. Whatever may count in it, on its way or with an
//! answer that told nothing, is counted in it.

use std::collections::BTreeMap;
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
    /// Now.
    Now(Ticket),
    /// Not before this time.
    At(Instant),
    /// When an answer that is awaited has come.
    AfterAnswer,
}

/// A request that was let go: its number, counted from one in the order of sending.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(u64);

/// The state of one bucket.
#[derive(Debug, Default)]
pub(super) struct Window {
    knowledge: Knowledge,
    /// The last window's meter with the least that remained, kept beyond its end to tell the next one from it.
    last: Option<Meter>,
    /// Requests of ours that may count in that window.
    ours: u32,
    /// How many answers told nothing, by the newest request that was sent before. The server may have counted those requests in any window
    /// until then.
    untold: BTreeMap<Ticket, u32>,
    newest: Ticket,
    in_flight: u32,
    probe: Probe,
    /// Until when a 429 said to wait.
    held: Option<Instant>,
    /// The longest time that a window was said to last from an answer on.
    longest: Duration,
}

#[derive(Debug, Default, Clone, Copy)]
enum Knowledge {
    #[default]
    Unknown,
    Unmetered,
    Known {
        ends: Instant,
    },
}

/// The request that was sent to learn of a new window.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Probe {
    #[default]
    None,
    Sent(Ticket),
    /// Another answer has told of a new window since, so its own may be an old one.
    Overtaken(Ticket),
}

impl Window {
    /// Decides about one more request, and counts it if it may go.
    pub(super) fn admit(&mut self, now: Instant, percent: u32) -> Admission {
        if let Some(until) = self.held.filter(|until| *until > now) {
            return Admission::At(until);
        }
        if matches!(self.knowledge, Knowledge::Known { ends } if ends <= now) {
            self.knowledge = Knowledge::Unknown;
        }
        let ticket = Ticket(self.newest.0 + 1);
        match self.knowledge {
            Knowledge::Unknown if self.probe != Probe::None || self.is_crowded(percent) => return Admission::AfterAnswer,
            Knowledge::Unknown => self.probe = Probe::Sent(ticket),
            Knowledge::Known { ends } if self.room(percent) == 0 => return Admission::At(ends),
            Knowledge::Known { .. } | Knowledge::Unmetered => {}
        }
        self.ours = self.ours.saturating_add(1);
        self.in_flight += 1;
        self.newest = ticket;
        Admission::Now(ticket)
    }

    /// Takes note of an answer. `told` says that it was a 429.
    pub(super) fn answered(&mut self, now: Instant, reading: Reading, ticket: Ticket, told: bool) {
        match reading {
            Reading::Metered(meter) if told => self.hold(now, meter),
            Reading::Metered(meter) => self.learn(now, meter, ticket),
            Reading::Unmetered if self.last.is_none() => self.knowledge = Knowledge::Unmetered,
            Reading::Nothing | Reading::Unmetered => self.tells_nothing(),
        }
        self.landed(ticket);
    }

    /// Takes note that a request ended without an answer. It stays counted: the server may have seen it.
    pub(super) fn lost(&mut self, ticket: Ticket) {
        self.tells_nothing();
        self.landed(ticket);
    }

    fn tells_nothing(&mut self) {
        let answers = self.untold.entry(self.newest).or_default();
        *answers = answers.saturating_add(1);
    }

    fn landed(&mut self, ticket: Ticket) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if matches!(self.probe, Probe::Sent(probe) | Probe::Overtaken(probe) if probe == ticket) {
            self.probe = Probe::None;
        }
    }

    /// Waits as a 429 says. It may come from another limit than the one that good answers tell, so nothing that they say ends the wait.
    fn hold(&mut self, now: Instant, meter: Meter) {
        let until = now + meter.wait;
        self.held = self.held.max(Some(until));
        if let Some(last) = self.last.as_mut().filter(|last| last.reset.abs_diff(meter.reset) <= SAME_WINDOW) {
            last.remaining = 0;
            if let Knowledge::Known { ends } = &mut self.knowledge {
                *ends = until;
            }
        }
    }

    fn learn(&mut self, now: Instant, meter: Meter, ticket: Ticket) {
        let probe = self.probe == Probe::Sent(ticket);
        let ends = now + meter.wait;
        let known = match self.knowledge {
            Knowledge::Known { ends } => Some(ends),
            Knowledge::Unknown | Knowledge::Unmetered => None,
        };
        let same = |last: &Meter| last.reset.abs_diff(meter.reset) <= SAME_WINDOW;
        match &mut self.last {
            // A probe is sent when the window should be over. If there is more left than before, it is, whatever the clocks say.
            Some(last) if same(last) && !(probe && meter.remaining > last.remaining) => {
                if known.is_none() && !probe {
                    return;
                }
                last.remaining = last.remaining.min(meter.remaining);
                self.knowledge = Knowledge::Known { ends: known.map_or(ends, |known| known.min(ends)) };
            }
            // A late answer from a window that is over. A probe was sent after the last one was over, so it counts whatever it says.
            Some(last) if meter.reset < last.reset && !probe => return,
            _ => {
                // All that were answered before told the old reset, so what may count in the new window is the rest.
                self.ours = self.may_count();
                // What was given up before this one was sent counts in no window after the one that this one was counted in.
                self.untold = self.untold.split_off(&ticket);
                self.last = Some(meter);
                self.knowledge = Knowledge::Known { ends };
                if let Probe::Sent(probe) = self.probe {
                    self.probe = Probe::Overtaken(probe);
                }
            }
        }
        self.longest = self.longest.max(meter.wait);
    }

    /// Returns how many requests the server may count in a window of which nothing is known yet.
    fn may_count(&self) -> u32 {
        self.untold.values().fold(self.in_flight, |sum, answers| sum.saturating_add(*answers))
    }

    /// Tells whether requests that are still under way may use up the whole of a window that is not known yet.
    fn is_crowded(&self, percent: u32) -> bool {
        self.in_flight > 0 && self.last.is_some_and(|last| self.may_count() >= allowance(last.limit, percent))
    }

    /// Returns how many requests fit into the known window now.
    fn room(&self, percent: u32) -> u32 {
        let Some(meter) = self.last else { return u32::MAX };
        let allowance = allowance(meter.limit, percent);
        let kept_for_others = meter.limit.div_ceil(10).min(meter.limit - allowance);
        let shared = meter.remaining.saturating_sub(self.may_count()).saturating_sub(kept_for_others);
        allowance.saturating_sub(self.ours).min(shared)
    }

    /// Returns how long so many more requests wait for the budget; nothing while the limit is unknown.
    pub(super) fn forecast(&self, now: Instant, percent: u32, requests: u32) -> Duration {
        let Some(meter) = self.last else { return Duration::ZERO };
        let allowance = allowance(meter.limit, percent);
        // Where a window opens with its first request, the answer to that one told how long it is until the next.
        let cycle = self.longest.max(LENGTH);
        let (room, left) = match self.knowledge {
            Knowledge::Known { ends } if ends > now => (self.room(percent), ends - now),
            _ => (allowance, cycle),
        };
        let told = self.held.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        match requests.checked_sub(room + 1) {
            None => Duration::ZERO,
            Some(beyond) => left + cycle * (beyond / allowance),
        }
        .max(told)
    }
}

/// Returns the share of a limit that is ours; never nothing, or no run would end.
fn allowance(limit: u32, percent: u32) -> u32 {
    let share = u64::from(limit) * u64::from(percent) / 100;
    u32::try_from(share).unwrap_or(u32::MAX).max(1)
}
