//! An answer to how long the forge wants to be left alone, if it does.
//!
//! GitHub says so with 429 or 403, and then with `Retry-After`, with a bucket that is empty until a time, or with words alone (GitHub,
//! "Rate limits for the REST API", "Exceeding the rate limit"). GitLab says 429 with `Retry-After`. Such a request was not carried out.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};

use crate::http::date;

/// How long to wait where the forge does not say: what GitHub asks for then.
const UNTOLD: Duration = Duration::from_mins(1);

/// Returns how long to wait before the request is sent again, if it met a limit.
pub(super) fn limit(status: StatusCode, headers: &HeaderMap, complaint: Option<&str>) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    let told = seconds(headers);
    let empty = ["x-ratelimit-remaining", "ratelimit-remaining"].into_iter().any(|name| number(name) == Some(0));
    let in_words = complaint.is_some_and(|said| said.to_ascii_lowercase().contains("rate limit"));
    match status {
        StatusCode::TOO_MANY_REQUESTS => {}
        StatusCode::FORBIDDEN if told.is_some() || empty || in_words => {}
        _ => return None,
    }
    let reset = ["x-ratelimit-reset", "ratelimit-reset"].into_iter().find_map(number).filter(|_| empty);
    // Both are the server's clock; this machine's may be wrong. One second more, because both are whole seconds.
    let until = reset.zip(date(headers)).map(|(reset, now)| Duration::from_secs(reset.saturating_sub(now).max(0).unsigned_abs() + 1));
    Some(told.or(until).unwrap_or(UNTOLD))
}

/// Returns what `Retry-After` says in seconds.
pub(super) fn seconds(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_in_many_ways() {
        let date = ("date", "Sat, 21 Nov 2026 03:11:15 GMT");
        let wait = |status: u16, pairs: &[(&'static str, &str)], complaint| {
            let headers = pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect();
            limit(StatusCode::from_u16(status).unwrap(), &headers, complaint).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(429, &[], None), Some(60));
        assert_eq!(wait(429, &[("retry-after", "7")], None), Some(7));
        assert_eq!(wait(403, &[("retry-after", "900")], None), Some(900), "however long it is");
        assert_eq!(wait(403, &[date, ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795230700")], None), Some(26));
        assert_eq!(wait(429, &[date, ("ratelimit-remaining", "0"), ("ratelimit-reset", "-9223372036854775808")], None), Some(1));
        assert_eq!(wait(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795230700")], None), Some(60));
        assert_eq!(wait(403, &[], Some("You have exceeded a secondary rate limit")), Some(60));
        assert_eq!(wait(403, &[("x-ratelimit-remaining", "4999")], Some("Resource not accessible by integration")), None);
        assert_eq!(wait(500, &[("retry-after", "7")], None), None);
        assert_eq!(wait(200, &[("x-ratelimit-remaining", "0")], None), None);
    }
}
