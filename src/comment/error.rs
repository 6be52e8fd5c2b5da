//! Why a forge did not take a comment, in words that name the request, the answer, the attempts and the time they took.

use std::fmt;
use std::time::Duration;

use crate::forge::Verb;
use crate::http::{Phase, TransportError};

/// A request to a forge that did not succeed. Its text is inert and holds no token.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    request: String,
    verb: Verb,
    attempts: u32,
    elapsed: Duration,
    kind: Kind,
}

/// How a request failed.
#[derive(Debug)]
pub enum Kind {
    /// No whole answer came.
    Transport(TransportError),
    /// The forge refused.
    Status {
        /// The status.
        status: u16,
        /// What it says went wrong.
        complaint: Option<String>,
    },
    /// The answer sends us elsewhere, where we do not go.
    Redirect {
        /// The status.
        status: u16,
        /// Where to.
        location: Option<String>,
    },
    /// The answer is a good one, and not what was asked for.
    Garbled {
        /// The status.
        status: u16,
        /// What should have come.
        expected: &'static str,
    },
    /// The forge wants to be left alone for longer than there is time.
    Limited {
        /// For how long.
        wait: Duration,
        /// How much time is left.
        left: Duration,
    },
    /// The time was up before the answer.
    TimedOut,
    /// The time was up before it was sent.
    TooLate,
    /// The link to the next page leads elsewhere.
    ForeignLink {
        /// Where to.
        link: String,
    },
    /// The link to the next page was there before.
    LinkLoop,
    /// A list does not end.
    TooManyPages {
        /// After how many pages it was given up.
        pages: usize,
    },
}

impl Error {
    pub(super) fn new(request: String, verb: Verb, attempts: u32, elapsed: Duration, kind: Kind) -> Self {
        Self(Box::new(Inner { request, verb, attempts, elapsed, kind }))
    }

    /// Returns how the request failed.
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Tells whether it was a request that changes something.
    pub fn is_write(&self) -> bool {
        self.0.verb != Verb::Get
    }

    /// Tells whether the forge does not let the token do this, or says that the thing is not there, which it says of both.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self.0.kind, Kind::Status { status: 403 | 404, .. })
    }

    /// Tells whether the thing is not there.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.0.kind, Kind::Status { status: 404 | 410, .. })
    }

    /// Tells whether the forge may have done what was asked for all the same.
    pub(super) fn is_ambiguous(&self) -> bool {
        match &self.0.kind {
            Kind::Transport(TransportError::TooLarge { .. }) | Kind::Garbled { .. } | Kind::TimedOut => true,
            Kind::Transport(error) => error.phase() == Phase::Unknown,
            Kind::Status { status, .. } => *status >= 500 || *status == 408,
            // This one redirect is an answer to work that was done (RFC 9110, 15.4.4).
            Kind::Redirect { status, .. } => *status == 303,
            Kind::Limited { .. } | Kind::TooLate | Kind::ForeignLink { .. } | Kind::LinkLoop | Kind::TooManyPages { .. } => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { request, verb: _, attempts, elapsed, kind } = &*self.0;
        write!(f, "`{request}` {kind}")?;
        let seconds = elapsed.as_secs_f64();
        match attempts {
            0 => Ok(()),
            1 => write!(f, ", 1 attempt in {seconds:.1} s"),
            n => write!(f, ", {n} attempts in {seconds:.1} s"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(TransportError::TooLarge { .. }) => f.write_str("was not read to its end"),
            Self::Transport(error) if error.phase() == Phase::Never => f.write_str("was not sent"),
            Self::Transport(_) => f.write_str("got no answer"),
            Self::Status { status, complaint: Some(complaint) } => write!(f, "was answered {status}: {complaint}"),
            Self::Status { status, complaint: None } => write!(f, "was answered {status} without a reason"),
            Self::Redirect { status, location: Some(to) } => {
                write!(f, "was answered {status}, a redirect to `{to}`, which is not followed")
            }
            Self::Redirect { status, location: None } => write!(f, "was answered {status}, a redirect"),
            Self::Garbled { status, expected } => write!(f, "was answered {status} by what is not {expected}"),
            Self::Limited { wait, left } => {
                write!(f, "would wait {} s for the rate limit, and {} s are left", wait.as_secs_f64().ceil(), left.as_secs_f64().floor())
            }
            Self::TimedOut => f.write_str("was not answered before the time was up"),
            Self::TooLate => f.write_str("was not sent before the time was up"),
            Self::ForeignLink { link } => write!(f, "was answered with a next page at `{link}`, which is elsewhere"),
            Self::LinkLoop => f.write_str("was answered with a next page that was there before"),
            Self::TooManyPages { pages } => write!(f, "has more than {pages} pages"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            Kind::Transport(error) => Some(error),
            _ => None,
        }
    }
}
