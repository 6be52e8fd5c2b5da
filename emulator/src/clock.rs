//! The passing of time, for everything that the org dates: answers, objects, rate-limit windows.
//!
//! The clock never falls behind tokio's, so that a test that moves paused tokio time moves the org's dates with it. A frozen
//! clock always says the same, for outputs that must be equal byte for byte.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use tokio::time::Instant;

/// 2026-01-01T00:00:00Z, what a frozen clock says.
const FROZEN: i64 = 1_767_225_600;

#[derive(Clone, Debug)]
pub(crate) struct Clock {
    frozen: bool,
    started: Duration,
    at: Instant,
}

impl Clock {
    pub(crate) fn start(frozen: bool) -> Self {
        Self { frozen, started: wall(), at: Instant::now() }
    }

    /// Returns the seconds since 1970, with their fraction.
    pub(crate) fn since_epoch(&self) -> Duration {
        if self.frozen {
            return Duration::from_secs(FROZEN.unsigned_abs());
        }
        wall().max(self.started + self.at.elapsed())
    }

    /// Returns the whole seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        i64::try_from(self.since_epoch().as_secs()).unwrap_or(FROZEN)
    }

    /// Returns the time as Okta writes it in `created` and `lastUpdated`: whole seconds, and three zeros.
    pub(crate) fn stamp(&self) -> String {
        let time = Timestamp::from_second(self.seconds()).unwrap_or_default();
        format!("{}", time.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    }

    /// Returns the milliseconds since 1970.
    pub(crate) fn millis(&self) -> i64 {
        i64::try_from(self.since_epoch().as_millis()).unwrap_or(FROZEN * 1_000)
    }

    /// Returns the time as HTTP's `Date` header has it.
    pub(crate) fn http_date(&self) -> String {
        let time = Timestamp::from_second(self.seconds()).unwrap_or_default();
        format!("{}", time.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
fn wall() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_clock_follows_tokio_time_and_a_frozen_one_stands() {
        let (moving, frozen) = (Clock::start(false), Clock::start(true));
        tokio::time::advance(Duration::from_hours(1)).await;
        assert!(moving.since_epoch() >= moving.started + Duration::from_hours(1));
        assert_eq!(frozen.stamp(), "2026-01-01T00:00:00.000Z");
        assert_eq!(frozen.http_date(), "Thu, 01 Jan 2026 00:00:00 GMT");
    }
}
