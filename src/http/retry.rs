//! Failures to verdicts: what is sent again, and how long after.
//!
//! A write is sent again only when it certainly was not executed. Whatever may have been done is for the caller to look at first.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::transport::Phase;

/// Chooses a number from zero to the given one, both included.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn(u64) -> u64 + Send + Sync>);

impl Jitter {
    /// Returns a jitter that asks a function.
    pub fn from_fn(choose: impl Fn(u64) -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(choose))
    }

    /// Returns a jitter that chooses at random.
    pub fn random() -> Self {
        Self::from_fn(|most| {
            let mut bytes = [0; 8];
            // Without a random source there is no jitter; that is a reason to wait longer, not to fail.
            match aws_lc_rs::rand::fill(&mut bytes) {
                Ok(()) => u64::from_le_bytes(bytes) % most.saturating_add(1),
                Err(_) => most,
            }
        })
    }

    fn choose(&self, most: u64) -> u64 {
        (self.0)(most).min(most)
    }
}

impl fmt::Debug for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jitter")
    }
}

/// Whether sending a request twice can do harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// It only reads.
    Read,
    /// It may change something.
    Write,
}

/// How a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure<'a> {
    /// No whole answer came.
    Transport(Phase),
    /// An answer with a status other than 2xx.
    Status {
        /// The status.
        status: u16,
        /// Okta's error code.
        code: Option<&'a str>,
        /// Whether the answer said when the bucket is full again.
        told: bool,
    },
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Send it again, at this pace.
    Again(Pace),
    /// Give up.
    Stop,
}

/// When to send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// When the bucket is full again; the governor knows.
    AsTold,
    /// After a time that doubles from one attempt to the next.
    Backoff,
}

/// What is retried, how fast and until when.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// The longest wait after the first failure.
    pub first: Duration,
    /// The longest wait after any.
    pub longest: Duration,
    /// How many failures other than 429 a request may have before it is given up.
    pub failures: u32,
    /// When everything is given up.
    pub deadline: Option<Instant>,
    /// The source of chance.
    pub jitter: Jitter,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(30), failures: 6, deadline: None, jitter: Jitter::random() }
    }
}

impl RetryPolicy {
    /// Returns the same with everything given up so long from now on.
    #[must_use]
    pub fn timeout(self, after: Duration) -> Self {
        Self { deadline: Some(Instant::now() + after), ..self }
    }

    /// Decides about a failure, the so-many-th of this request that was not a 429.
    pub fn verdict(&self, safety: Safety, failure: Failure<'_>, failures: u32) -> Verdict {
        let unbegun = match failure {
            Failure::Status { status: 429, told, .. } => return Verdict::Again(if told { Pace::AsTold } else { Pace::Backoff }),
            Failure::Transport(phase) => phase == Phase::NotSent,
            // Okta says these when it did not begin: priorities or roles are being moved by somebody else (okta-api.md 0.1).
            Failure::Status { status, code, .. } => matches!((status, code), (423, Some("E0000239")) | (409, Some("E0000268"))),
        };
        let passing = matches!(failure, Failure::Transport(Phase::Unknown) | Failure::Status { status: 500 | 502 | 503 | 504, .. });
        let again = unbegun || (passing && safety == Safety::Read);
        if again && failures < self.failures { Verdict::Again(Pace::Backoff) } else { Verdict::Stop }
    }

    /// Returns how long to wait after the so-many-th failure: half of it fixed, half by chance.
    pub fn backoff(&self, failures: u32) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(31)));
        let most = u64::try_from(doubled.min(self.longest).as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(most - most / 2 + self.jitter.choose(most / 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_repeated_only_when_it_was_certainly_not_executed() {
        let status = |status, code, told| Failure::Status { status, code, told };
        let failures = [
            Failure::Transport(Phase::NotSent),
            Failure::Transport(Phase::Unknown),
            Failure::Transport(Phase::Never),
            status(400, Some("E0000001"), false),
            status(401, Some("E0000011"), false),
            status(403, Some("E0000006"), false),
            status(404, Some("E0000007"), false),
            status(409, Some("E0000268"), false),
            status(409, None, false),
            status(423, Some("E0000239"), false),
            status(429, Some("E0000047"), true),
            status(429, Some("E0000047"), false),
            status(500, Some("E0000009"), false),
            status(501, None, false),
            status(502, None, false),
            status(503, None, false),
            status(504, None, false),
        ];
        let policy = RetryPolicy::default();
        let table: Vec<String> = failures
            .into_iter()
            .map(|failure| {
                let name = match failure {
                    Failure::Transport(phase) => format!("{phase:?}"),
                    Failure::Status { status, code, told } => {
                        format!("{status} {}{}", code.unwrap_or("-"), if told { " told" } else { "" })
                    }
                };
                let [read, write] = [Safety::Read, Safety::Write].map(|safety| match policy.verdict(safety, failure, 1) {
                    Verdict::Again(pace) => format!("{pace:?}"),
                    Verdict::Stop => "-".to_owned(),
                });
                format!("{name:18} read: {read:8} write: {write}")
            })
            .collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        NotSent            read: Backoff  write: Backoff
        Unknown            read: Backoff  write: -
        Never              read: -        write: -
        400 E0000001       read: -        write: -
        401 E0000011       read: -        write: -
        403 E0000006       read: -        write: -
        404 E0000007       read: -        write: -
        409 E0000268       read: Backoff  write: Backoff
        409 -              read: -        write: -
        423 E0000239       read: Backoff  write: Backoff
        429 E0000047 told  read: AsTold   write: AsTold
        429 E0000047       read: Backoff  write: Backoff
        500 E0000009       read: Backoff  write: -
        501 -              read: -        write: -
        502 -              read: Backoff  write: -
        503 -              read: Backoff  write: -
        504 -              read: Backoff  write: -
        ");
    }

    #[test]
    fn failures_run_out_but_429_does_not() {
        let policy = RetryPolicy::default();
        let read = |status, failures| policy.verdict(Safety::Read, Failure::Status { status, code: None, told: true }, failures);
        assert_eq!((read(503, 5), read(503, 6)), (Verdict::Again(Pace::Backoff), Verdict::Stop));
        assert_eq!(read(429, 1000), Verdict::Again(Pace::AsTold));
    }

    #[test]
    fn the_wait_doubles_up_to_the_longest_and_half_of_it_is_chance() {
        let waits = |jitter: Jitter| {
            let policy = RetryPolicy { jitter, ..RetryPolicy::default() };
            [1, 2, 3, 6, 7, 8, u32::MAX].map(|n| policy.backoff(n).as_millis())
        };
        assert_eq!(waits(Jitter::from_fn(|_| 0)), [250, 500, 1000, 8000, 15000, 15000, 15000]);
        assert_eq!(waits(Jitter::from_fn(|most| most)), [500, 1000, 2000, 16000, 30000, 30000, 30000]);
        assert_eq!(waits(Jitter::from_fn(|_| u64::MAX)), waits(Jitter::from_fn(|most| most)), "jitter cannot exceed its share");
    }
}
