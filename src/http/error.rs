//! What can go wrong with one request, in words that name it: the request, the status, the server's own code and causes, the request
//! id, the attempts and the time they took.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::decode::DecodeError;
use super::problem::Problem;
use super::retry::Safety;
use super::transport::{Phase, TransportError};
use crate::address::System;
use crate::printable::printable_head;
use crate::request::Request;

/// A request that did not succeed. Its text is inert and holds no secret.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    request: String,
    system: System,
    by_app: bool,
    safety: Safety,
    request_id: Option<String>,
    spent: Spent,
    kind: Kind,
}

/// What a request cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// How many times it was sent.
    pub attempts: u32,
    /// How long it took in all, waits included.
    pub elapsed: Duration,
}

/// How a request failed.
#[derive(Debug)]
pub enum Kind {
    /// No whole answer came.
    Transport(TransportError),
    /// The server answered with an error.
    Status {
        /// The status; not always that of an error.
        status: u16,
        /// What it says went wrong.
        problem: Problem,
    },
    /// The answer was JSON, but not what was expected.
    Decode {
        /// The type it should have become.
        rust_type: String,
        /// Where it does not fit.
        error: DecodeError,
        /// The beginning of the answer without secrets, if it is JSON at all.
        excerpt: Option<String>,
    },
    /// The answer was not JSON: often a sign-in page of the network in between.
    NotJson {
        /// The status.
        status: u16,
        /// What the answer calls itself.
        content_type: Option<String>,
    },
    /// The answer sends us elsewhere, where we do not go.
    Redirect {
        /// The status.
        status: u16,
        /// Where to.
        location: Option<String>,
    },
    /// The rate limit leaves no time for the request before the deadline.
    Starved {
        /// How long it would have to wait; zero if that is not known.
        wait: Duration,
        /// How long it could.
        left: Duration,
    },
    /// There is no token to sign it in with, so it was not sent.
    NotSignedIn(Arc<Error>),
    /// The deadline came before the answer.
    TimedOut,
    /// The deadline came before the request was sent.
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
    /// The request cannot be sent as it is.
    Malformed {
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Error {
    pub(super) fn new(request: String, system: System, safety: Safety, request_id: Option<String>, spent: Spent, kind: Kind) -> Self {
        Self(Box::new(Inner { request, system, by_app: false, safety, request_id, spent, kind }))
    }

    /// Returns the same of a request that a service app sends, or does not.
    pub(super) fn by_app(mut self, by_app: bool) -> Self {
        self.0.by_app = by_app;
        self
    }

    /// Returns the error of a request that is not even tried.
    pub(super) fn refused(request: &Request, reason: &'static str) -> Self {
        let (text, kind) = (printable_head(&request.to_string(), 500), Kind::Malformed { reason });
        Self::new(text, request.system(), Safety::Read, None, Spent::default(), kind)
    }

    /// Returns which system it was sent to.
    pub fn system(&self) -> System {
        self.0.system
    }

    /// Tells whether a service app sent it, with an access token.
    pub fn is_by_app(&self) -> bool {
        self.0.by_app
    }

    /// Returns how the request failed.
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Returns method, path and query of the request.
    pub fn request(&self) -> &str {
        &self.0.request
    }

    /// Returns the server's name for the exchange, to be quoted to its support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns what the request cost.
    pub fn spent(&self) -> Spent {
        self.0.spent
    }

    /// Returns the server's own code, such as `E0000007`.
    pub fn code(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Status { problem, .. } => problem.code.as_deref(),
            _ => None,
        }
    }

    /// Returns what the server says went wrong.
    pub fn problem(&self) -> Option<&Problem> {
        match &self.0.kind {
            Kind::Status { problem, .. } => Some(problem),
            _ => None,
        }
    }

    fn status(&self) -> Option<u16> {
        match self.0.kind {
            Kind::Status { status, .. } => Some(status),
            _ => None,
        }
    }

    /// Tells whether the thing asked for does not exist. An unknown path (Okta's `E0000008`), and a 404 of something in between, is
    /// another matter.
    pub fn is_not_found(&self) -> bool {
        if self.is_unknown_client() {
            return true;
        }
        let of_the_server = match self.0.system {
            System::Okta => self.code() == Some("E0000007"),
            // The portal has no codes: its bodies are `{"errors": […]}` or `{"status": …}` (tyk-portal-api.md, section 7).
            System::Portal => self.problem().is_some_and(|problem| *problem != Problem::default()),
        };
        self.status() == Some(404) && of_the_server
    }

    /// Tells whether the server found the request itself at fault.
    pub fn is_invalid(&self) -> bool {
        self.status() == Some(400)
    }

    /// Tells whether something else is in the way: a conflict, or a state that forbids it.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// Tells whether the org lacks the feature. Okta says so with a 401, which is about no credential then.
    pub fn is_feature_missing(&self) -> bool {
        self.status() == Some(401) && self.code() == Some("E0000015")
    }

    /// Tells whether the credential was not accepted at all. What the portal answers then is not documented: a refusal, or a way to its
    /// page for signing in (tyk-portal-api.md, section 7).
    pub fn is_unauthenticated(&self) -> bool {
        match (self.0.system, &self.0.kind) {
            // OAuth's endpoints refuse with 400 as well as with 401.
            (_, Kind::NotSignedIn(error)) => matches!(error.status(), Some(400 | 401 | 403)),
            (System::Okta, _) => self.status() == Some(401) && !self.is_feature_missing() && !self.is_unknown_client(),
            (System::Portal, Kind::Redirect { .. }) => true,
            (System::Portal, _) => matches!(self.status(), Some(401 | 403)),
        }
    }

    /// Tells whether there is no such client. Of dynamically registered ones some orgs say so in OAuth's words, with a 401 that is about no
    /// credential of ours (okta-api.md, section 4).
    fn is_unknown_client(&self) -> bool {
        let by_id = self.0.request.split_once(' ').is_some_and(|(_, path)| path.starts_with("/oauth2/v1/clients/"));
        by_id && self.status() == Some(401) && self.code() == Some("invalid_client")
    }

    /// Tells whether the credential lacks a scope or a role.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403) && !self.is_unauthenticated()
    }

    /// Tells whether a read is not allowed, or not to be had from this server at all.
    pub fn is_denied(&self) -> bool {
        self.is_forbidden() || self.is_feature_missing() || self.status() == Some(404)
    }

    /// Tells whether the server may have done what was asked for all the same. Never true of a read.
    pub fn is_ambiguous(&self) -> bool {
        self.0.safety == Safety::Write
            && match &self.0.kind {
                Kind::Transport(TransportError::TooLarge { .. }) | Kind::TimedOut | Kind::Decode { .. } => true,
                Kind::NotJson { status, .. } => *status < 400,
                Kind::Transport(error) => error.phase() == Phase::Unknown,
                // An error under a status that says "done" leaves open which of the two is true.
                Kind::Status { status, .. } => *status >= 500 || *status == 408 || *status < 300,
                // This one redirect is an answer to work that was done (RFC 9110, 15.4.4).
                Kind::Redirect { status, .. } => *status == 303,
                Kind::Starved { .. }
                | Kind::NotSignedIn(_)
                | Kind::TooLate
                | Kind::ForeignLink { .. }
                | Kind::LinkLoop
                | Kind::TooManyPages { .. }
                | Kind::Malformed { .. } => false,
            }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { request, system: _, by_app: _, safety: _, request_id, spent, kind } = &*self.0;
        write!(f, "`{request}` {kind}")?;
        let id = match kind {
            Kind::Status { problem, .. } => request_id.as_ref().or(problem.id.as_ref()),
            _ => request_id.as_ref(),
        };
        if let Some(id) = id {
            write!(f, ", request id {id}")?;
        }
        match spent.attempts {
            0 => Ok(()),
            1 => write!(f, ", 1 attempt in {:.1} s", spent.elapsed.as_secs_f64()),
            n => write!(f, ", {n} attempts in {:.1} s", spent.elapsed.as_secs_f64()),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(TransportError::TooLarge { .. }) => f.write_str("was not read to its end"),
            Self::Transport(error) if error.phase() == Phase::Never => f.write_str("was not sent"),
            Self::Transport(_) => f.write_str("got no answer"),
            Self::Status { status, problem } if *problem == Problem::default() => write!(f, "was answered {status} without a reason"),
            Self::Status { status, problem } => write!(f, "was answered {status}: {problem}"),
            Self::Decode { rust_type, error: _, excerpt: Some(it) } => write!(f, "was answered by what is no `{rust_type}`: {it}"),
            Self::Decode { rust_type, error: _, excerpt: None } => write!(f, "was answered by what is no `{rust_type}`"),
            Self::NotJson { status, content_type: Some(it) } => {
                write!(f, "was answered {status} by `{it}`, not JSON, perhaps by something between us and the server")
            }
            Self::NotJson { status, content_type: None } => {
                write!(f, "was answered {status} by something that is not JSON, perhaps by something between us and the server")
            }
            Self::Redirect { status, location: Some(to) } => {
                write!(f, "was answered {status}, a redirect to `{to}`, which is not followed")
            }
            Self::Redirect { status, location: None } => write!(f, "was answered {status}, a redirect"),
            Self::Starved { wait: Duration::ZERO, .. } => f.write_str("found no room in the rate budget before the time was up"),
            Self::Starved { wait, left } => {
                write!(f, "would wait {} s for the rate limit, and {} s are left", wait.as_secs_f64().ceil(), left.as_secs_f64().floor())
            }
            Self::NotSignedIn(_) => f.write_str("was not sent, as nobody is signed in"),
            Self::TimedOut => f.write_str("was not answered before the time was up"),
            Self::TooLate => f.write_str("was not sent before the time was up"),
            Self::ForeignLink { link } => write!(f, "was answered with a next page at `{link}`, which is elsewhere"),
            Self::LinkLoop => f.write_str("was answered with a next page that was there before"),
            Self::TooManyPages { pages } => write!(f, "has more than {pages} pages"),
            Self::Malformed { reason } => write!(f, "cannot be sent: {reason}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            Kind::Transport(error) => Some(error),
            Kind::Decode { error, .. } => Some(error),
            Kind::NotSignedIn(error) => Some(&**error),
            _ => None,
        }
    }
}
