//! Why all of an org is read where only what has changed was asked for.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::cache::Unusable;
use super::place::RETENTION;
use crate::printable::printable_head;

/// Why all of it is read.
#[derive(Debug)]
pub enum Because {
    /// Nothing was kept yet.
    First,
    /// Nothing is declared of an org.
    NoOrg,
    /// What is kept cannot be used.
    Unusable(Unusable),
    /// Secrets are compared, of which nothing is kept.
    Secrets,
    /// All of it was read too long ago.
    Old {
        /// When.
        swept: Timestamp,
        /// What was allowed.
        most: SignedDuration,
    },
    /// The place in the log is further back than the log goes.
    Retention,
    /// The manifests speak of what was not read.
    Wider,
    /// The org's answers say no time, or one before what is kept.
    Clock,
    /// The log cannot be read with these credentials.
    Denied {
        /// What was answered.
        why: String,
    },
    /// The log cannot be followed from its place.
    Log {
        /// What was answered.
        why: String,
    },
    /// The log lacks what it had.
    Gap,
    /// The log had no event at the last run by which it could be told that none has been lost since.
    Silent,
    /// The log has an event of which nobody knows what it is about.
    Unmapped {
        /// Its type.
        event: String,
    },
    /// So much was touched that all of it can be read with fewer requests.
    TooMuch {
        /// How many objects.
        touched: usize,
    },
}

impl Because {
    /// Tells whether something is the matter: more than that there is nothing to go on from yet, or that it was asked for.
    pub fn is_a_matter(&self) -> bool {
        !matches!(self, Self::First | Self::NoOrg | Self::Secrets | Self::Old { .. } | Self::Wider | Self::Silent | Self::TooMuch { .. })
    }

    /// Returns what to do about it, if there is something.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Denied { .. } => Some(
                "grant `okta.logs.read` to the service app, and list it in OKTA_CLIENT_SCOPES if that is set; a token needs an administrator who may read the System Log",
            ),
            _ => None,
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("nothing is kept of an earlier run"),
            Self::NoOrg => f.write_str("only the portal is read, which has no log"),
            Self::Unusable(why) => write!(f, "what is kept of an earlier run cannot be used: {why}"),
            Self::Secrets => f.write_str("secrets are compared, of which nothing is kept"),
            Self::Old { swept, most } => {
                write!(f, "all of it was last read at {}, and --max-age is {}", swept.strftime("%Y-%m-%dT%H:%M:%SZ"), hours(*most))
            }
            Self::Retention => write!(f, "the last run is longer ago than the log goes back, {} days", RETENTION.as_hours() / 24),
            Self::Wider => f.write_str("the manifests speak of what was not read before"),
            Self::Clock => f.write_str("the org's clock says no time, or one before the last run"),
            Self::Denied { why } => write!(f, "the System Log cannot be read: {why}"),
            Self::Log { why } => write!(f, "the System Log cannot be followed from where it was left: {why}"),
            Self::Gap => f.write_str("the System Log lacks events that it had at the last run"),
            Self::Silent => f.write_str("the System Log had no event at the last run to tell by that none was lost since"),
            Self::Unmapped { event } => write!(f, "the System Log has an event that idpctl cannot place: `{}`", printable_head(event, 100)),
            Self::TooMuch { touched } => write!(f, "{touched} objects were touched: reading all of it takes fewer requests"),
        }
    }
}

fn hours(time: SignedDuration) -> String {
    match (time.as_secs() / 3600, time.as_secs() % 3600) {
        (hours, 0) => format!("{hours}h"),
        (_, seconds) if seconds % 60 == 0 => format!("{}m", time.as_secs() / 60),
        _ => format!("{}s", time.as_secs()),
    }
}
