//! Things that go wrong on purpose: which requests they befall, and how often.
//!
//! A fault is written as
//!
//! ```text
//! [METHOD] [/PATH] KIND [after N] [xN | every N]
//! ```
//!
//! `METHOD` and `/PATH` narrow it to some requests; in the path `*` stands for one segment or a part of it, `**` for any
//! number of them. `after N` lets the first N matching requests pass; `xN` strikes N times and then no more; `every N`
//! strikes each Nth. Without either it always strikes. Examples: `429 x2`, `POST /api/v1/apps reset-after x1`,
//! `GET 503 every 3`, `/api/v1/apps/*/grants hold`, `list-lag=3s`.
//!
//! | kind | what happens |
//! |---|---|
//! | `429[=SECONDS]` | the rate limit is spent until that many seconds from now (1) |
//! | `429-bare` | 429 without any header that says until when |
//! | `concurrency` | the other 429: too many requests at once, limit and remaining are zero |
//! | `423` | E0000239, the object is being modified by somebody else, nothing done |
//! | `500` | E0000009, nothing done |
//! | `503` | a gateway's page that is not JSON, nothing done |
//! | `error-200` | E0000009 as above, but the status says 200, nothing done |
//! | `captive` | the page of a captive portal, 200 and HTML, nothing done |
//! | `redirect` | 302 to another origin, nothing done |
//! | `reset-before` | the connection dies, nothing done |
//! | `reset-after` | the connection dies, the work is done |
//! | `cut-off` | the work is done, the answer's body stops half way |
//! | `slow=DURATION` | the work is done, the second half of the body takes that long |
//! | `wrong-type` | the work is done, the answer calls itself `text/plain` |
//! | `foreign-link` | the work is done, the answer's only link, to the next page, leads to another origin |
//! | `endless` | the work is done, the answer is followed by blanks up to 2 GB; in process, where it is held in memory, 65 MiB |
//! | `hold` | nothing done, and no answer ever |
//! | `hold-after` | the work is done, and no answer ever |
//! | `list-lag=DURATION` | lists of apps, secrets, keys, grants and events show the state of that long ago, the portal's do not; takes no method, path or count |
//!
//! The codes are the org's; the portal says the same in its own form.

pub(crate) mod glob;
mod parse;

use std::time::Duration;

pub(crate) use self::parse::duration;
use glob::matches;

/// One fault of the org, in the grammar above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    method: Option<String>,
    path: Option<String>,
    kind: FaultKind,
    after: u64,
    times: Times,
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    TooManyRequests(Duration),
    TooManyUntold,
    TooManyAtOnce,
    Locked,
    InternalError,
    Unavailable,
    ErrorInside,
    Captive,
    Redirect,
    ResetBefore,
    ResetAfter,
    CutOff,
    Slow(Duration),
    WrongType,
    ForeignLink,
    Endless,
    HoldBefore,
    HoldAfter,
    ListLag(Duration),
}

impl FaultKind {
    /// Says whether the org is made to refuse, so that its answer is not its own.
    #[cfg(feature = "contract")]
    pub(crate) fn refuses(self) -> bool {
        let spent = matches!(self, Self::TooManyRequests(_) | Self::TooManyUntold | Self::TooManyAtOnce);
        spent || matches!(self, Self::Locked | Self::InternalError | Self::ErrorInside)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Times {
    Always,
    First(u64),
    Every(u64),
}

/// The faults of an org with how often each has been met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    faults: Vec<(Fault, u64)>,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self { faults: faults.into_iter().map(|fault| (fault, 0)).collect() }
    }

    /// Returns how old the state is that lists show.
    pub(crate) fn list_lag(&self) -> Duration {
        let lags = self.faults.iter().map(|(fault, _)| match fault.kind {
            FaultKind::ListLag(lag) => lag,
            _ => Duration::ZERO,
        });
        lags.max().unwrap_or_default()
    }

    /// Returns the fault that befalls a request: the first that matches and whose turn it is.
    pub(crate) fn strike(&mut self, method: &str, path: &str) -> Option<FaultKind> {
        let mut struck = None;
        for (fault, met) in &mut self.faults {
            if !fault.concerns(method, path) {
                continue;
            }
            *met += 1;
            if struck.is_none() && fault.is_due(*met) {
                struck = Some(fault.kind);
            }
        }
        struck
    }
}

impl Fault {
    fn concerns(&self, method: &str, path: &str) -> bool {
        !matches!(self.kind, FaultKind::ListLag(_))
            && self.method.as_deref().is_none_or(|only| only == method)
            && self.path.as_deref().is_none_or(|only| matches(only, path))
    }

    fn is_due(&self, met: u64) -> bool {
        let Some(turn) = met.checked_sub(self.after).filter(|turn| *turn > 0) else {
            return false;
        };
        match self.times {
            Times::Always => true,
            Times::First(times) => turn <= times,
            Times::Every(nth) => turn.is_multiple_of(nth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(spec: &str, requests: &[(&str, &str)]) -> Vec<bool> {
        let mut faults = Faults::new(vec![spec.parse().unwrap()]);
        requests.iter().map(|(method, path)| faults.strike(method, path).is_some()).collect()
    }

    #[test]
    fn a_fault_strikes_only_what_it_names() {
        let requests = [("GET", "/api/v1/apps"), ("POST", "/api/v1/apps"), ("POST", "/api/v1/apps/0oa1/grants")];
        assert_eq!(strikes("500", &requests), [true, true, true]);
        assert_eq!(strikes("POST 500", &requests), [false, true, true]);
        assert_eq!(strikes("/api/v1/apps/*/grants 500", &requests), [false, false, true]);
        assert_eq!(strikes("POST /api/v1/apps 500", &requests), [false, true, false]);
    }

    #[test]
    fn a_fault_counts_the_requests_that_it_meets() {
        let requests = [("GET", "/a"); 6];
        let struck = |spec: &str| strikes(spec, &requests).iter().map(|s| if *s { '!' } else { '.' }).collect::<String>();
        assert_eq!(struck("500 x2"), "!!....");
        assert_eq!(struck("500 every 3"), "..!..!");
        assert_eq!(struck("500 after 2"), "..!!!!");
        assert_eq!(struck("500 after 2 x1"), "..!...");
    }

    #[test]
    fn list_lag_is_no_strike() {
        let mut faults = Faults::new(vec!["list-lag=3s".parse().unwrap()]);
        assert_eq!(faults.list_lag(), Duration::from_secs(3));
        assert_eq!(faults.strike("GET", "/api/v1/apps"), None);
    }
}
