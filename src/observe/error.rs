//! What could not be read, each with its name.

use std::fmt;
use std::time::Duration;

use crate::http;
use crate::observed::Id;
use crate::printable::printable_head;

/// The org could not be read, or is another one.
#[derive(Debug)]
pub enum Error {
    /// The credentials are for another org or portal than the target says.
    WrongPlace {
        /// What of it differs: `org_url`, `org_id` or `tyk_portal.url`.
        what: &'static str,
        /// What the target says.
        expected: String,
        /// What the credentials are for.
        found: String,
    },
    /// What is left to read takes longer than there is time.
    TooLong {
        /// How many requests.
        requests: u32,
        /// How long they take at least, within the rate budget.
        wait: Duration,
        /// How long there is.
        left: Duration,
    },
    /// Some reads failed.
    Unread {
        /// Which, in a stable order; never empty.
        failures: Vec<Failure>,
        /// How many more were not tried, because they would have failed alike.
        untried: u32,
    },
}

/// A read that failed.
#[derive(Debug)]
pub struct Failure {
    /// What should have been read.
    pub subject: Subject,
    /// Why it was not.
    pub source: http::Error,
}

/// What is read by one request, or by the pages of one list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Which org it is.
    Org {
        /// The address that was asked.
        url: String,
    },
    /// The list of apps.
    Apps,
    /// An app.
    App {
        /// Its id.
        id: Id,
        /// Its label, if it was known before.
        label: String,
    },
    /// The list of access policies.
    Policies,
    /// The list of dynamically registered clients.
    Clients,
    /// A dynamically registered client.
    Client {
        /// Its client id.
        id: Id,
    },
    /// The grants of an app.
    Grants {
        /// The app.
        id: Id,
        /// Its label.
        label: String,
    },
    /// The groups that have an app.
    Assignments {
        /// The app.
        id: Id,
        /// Its label.
        label: String,
    },
    /// The groups that documents name.
    Groups,
    /// The secrets of an app.
    Secrets {
        /// The app.
        id: Id,
        /// Its label.
        label: String,
    },
    /// The list of authorization servers.
    Servers,
    /// The scopes of an authorization server.
    Scopes {
        /// The server.
        id: Id,
        /// Its name.
        name: String,
    },
    /// The claims of an authorization server.
    Claims {
        /// The server.
        id: Id,
        /// Its name.
        name: String,
    },
    /// The policies of an authorization server, with their rules.
    ServerPolicies {
        /// The server.
        id: Id,
        /// Its name.
        name: String,
    },
    /// The list of the portal's providers.
    Providers,
    /// The client types of a provider.
    ClientTypes {
        /// The provider.
        id: Id,
        /// Its name.
        name: String,
    },
    /// The lists of the portal's products and plans.
    ScopeUsers,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Unread { failures: vec![failure], untried: 0 }
    }
}

impl Error {
    /// Returns one error for two systems that were read side by side. That one of them is the wrong one goes before what failed.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unread { mut failures, untried }, Self::Unread { failures: more, untried: besides }) => {
                failures.extend(more);
                Self::Unread { failures, untried: untried + besides }
            }
            (first @ (Self::WrongPlace { .. } | Self::TooLong { .. }), _) | (Self::Unread { .. }, first) => first,
        }
    }

    /// Returns the reads that failed.
    pub fn failures(&self) -> &[Failure] {
        match self {
            Self::WrongPlace { .. } | Self::TooLong { .. } => &[],
            Self::Unread { failures, .. } => failures,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Org { url } => write!(f, "which org `{}` is", printable_head(url, 200)),
            Self::Apps => f.write_str("the list of apps"),
            Self::App { id, label } => write!(f, "app `{}` ({id})", printable_head(label, 100)),
            Self::Client { id } => write!(f, "the client {id}"),
            Self::Clients => f.write_str("the list of clients"),
            Self::Policies => f.write_str("the list of access policies"),
            Self::Grants { id, label } => write!(f, "the grants of app `{}` ({id})", printable_head(label, 100)),
            Self::Assignments { id, label } => write!(f, "the groups of app `{}` ({id})", printable_head(label, 100)),
            Self::Groups => f.write_str("the groups that are named"),
            Self::Secrets { id, label } => write!(f, "the secrets of app `{}` ({id})", printable_head(label, 100)),
            Self::Servers => f.write_str("the list of authorization servers"),
            Self::Scopes { id, name } => write!(f, "the scopes of authorization server `{}` ({id})", printable_head(name, 100)),
            Self::Claims { id, name } => write!(f, "the claims of authorization server `{}` ({id})", printable_head(name, 100)),
            Self::ServerPolicies { id, name } => {
                write!(f, "the policies of authorization server `{}` ({id}) and their rules", printable_head(name, 100))
            }
            Self::Providers => f.write_str("the list of the portal's providers"),
            Self::ScopeUsers => f.write_str("the lists of the portal's products and plans"),
            Self::ClientTypes { id, name } => write!(f, "the client types of provider `{}` ({id})", printable_head(name, 100)),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not read {}", self.subject)
    }
}

impl Failure {
    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, source } = self;
        write!(f, "\n  {subject}: {source}")?;
        let mut cause = std::error::Error::source(source);
        while let Some(inner) = cause {
            write!(f, ": {inner}")?;
            cause = inner.source();
        }
        Ok(())
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongPlace { what, expected, found } => {
                let place = if *what == "tyk_portal.url" { "portal" } else { "org" };
                write!(f, "the credentials are for another {place}: the target's `{what}` is `{expected}`, theirs is `{found}`")
            }
            Self::TooLong { requests, wait, left } => {
                let minutes = |time: &Duration| time.as_secs().div_ceil(60);
                write!(
                    f,
                    "{requests} more requests take about {} min within the rate budget, and {} min are left",
                    minutes(wait),
                    minutes(left)
                )
            }
            Self::Unread { failures, untried } => {
                match failures.as_slice() {
                    [failure] => write!(f, "{failure}")?,
                    // Several have no single source, so each brings its own along.
                    failures => {
                        write!(f, "{} reads failed", failures.len())?;
                        failures.iter().try_for_each(|failure| failure.line(f))?;
                    }
                }
                if *untried > 0 { write!(f, " ({untried} more reads were not tried)") } else { Ok(()) }
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unread { failures, .. } if failures.len() == 1 => std::error::Error::source(&failures[0]),
            Self::Unread { .. } | Self::WrongPlace { .. } | Self::TooLong { .. } => None,
        }
    }
}
