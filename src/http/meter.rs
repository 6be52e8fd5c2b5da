//! The rate-limit headers of an answer to what they mean: how much is left, and how long until it is full again.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::fmt::rfc2822;

/// Nothing that a server says makes a request wait longer than this; Okta's windows last about a minute.
const LONGEST: i64 = 300;
/// The length of a window when it cannot be computed.
const WINDOW: i64 = 60;

/// What an answer says about its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// The three headers.
    Metered(Meter),
    /// A good answer without them: this bucket is not counted.
    Unmetered,
    /// Nothing can be learnt: an edge answered, or the answer is about concurrency.
    Nothing,
}

/// The three headers, understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meter {
    /// Requests a window.
    pub(super) limit: u32,
    /// Requests left in this one, for everybody.
    pub(super) remaining: u32,
    /// When the window ends, by the server's clock, in seconds: the window's identity.
    pub(super) reset: i64,
    /// How long that is from the answer's arrival on.
    pub(super) wait: Duration,
}

impl Reading {
    /// Reads the headers of an answer.
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let number = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse::<i64>().ok());
        let counts = number("x-rate-limit-limit").zip(number("x-rate-limit-remaining")).zip(number("x-rate-limit-reset"));
        let Some(((limit, remaining), reset)) = counts else {
            return if status.is_success() { Self::Unmetered } else { Self::Nothing };
        };
        // A 429 for too many requests at once has 0 for the limit and the rest; its reset is a hint only (okta-api.md 8).
        let (Ok(limit @ 1..), Ok(remaining)) = (u32::try_from(limit), u32::try_from(remaining.max(0))) else {
            return Self::Nothing;
        };
        // Both are the server's clock; this machine's may be wrong. One second more, because both are whole seconds.
        let left = date(headers).map_or(WINDOW, |date| reset.saturating_sub(date)).clamp(0, LONGEST) + 1;
        let wait = Duration::from_secs(left.unsigned_abs());
        Self::Metered(Meter { limit, remaining, reset, wait })
    }
}

/// Returns what `Retry-After` says in seconds, within reason.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse::<u64>().ok()?;
    Some(Duration::from_secs(seconds.min(LONGEST.unsigned_abs())))
}

/// Returns what time it is by the server's clock, in seconds since 1970.
pub(crate) fn date(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(http::header::DATE)?.to_str().ok()?;
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok().map(jiff::Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(status: u16, pairs: &[(&'static str, &str)]) -> Reading {
        let headers = pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect();
        Reading::of(StatusCode::from_u16(status).unwrap(), &headers)
    }

    const DATE: (&str, &str) = ("date", "Sat, 21 Nov 2026 03:11:15 GMT");

    fn full<'a>(limit: &'a str, reset: &'a str) -> [(&'static str, &'a str); 4] {
        [DATE, ("x-rate-limit-limit", limit), ("x-rate-limit-remaining", "7"), ("x-rate-limit-reset", reset)]
    }

    #[test]
    fn the_wait_is_reset_minus_date_plus_a_second() {
        let meter = Meter { limit: 100, remaining: 7, reset: 1_795_230_700, wait: Duration::from_secs(26) };
        assert_eq!(reading(200, &full("100", "1795230700")), Reading::Metered(meter));
    }

    #[test]
    fn an_absurd_reset_makes_nobody_wait_long() {
        for (reset, seconds) in [("9999999999", 301), ("0", 1), ("-9223372036854775808", 1)] {
            let Reading::Metered(meter) = reading(429, &full("100", reset)) else { panic!("{reset}") };
            assert_eq!(meter.wait, Duration::from_secs(seconds), "{reset}");
        }
    }

    #[test]
    fn a_limit_of_zero_is_about_concurrency() {
        assert_eq!(reading(429, &full("0", "1795230700")), Reading::Nothing);
    }

    #[test]
    fn only_a_good_answer_without_headers_shows_that_nothing_is_counted() {
        assert_eq!(reading(200, &[DATE]), Reading::Unmetered);
        assert_eq!(reading(503, &[DATE]), Reading::Nothing);
    }
}
