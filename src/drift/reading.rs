//! How what a report rests on was read, and how old it is.

use jiff::Timestamp;

/// How the org was read for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// How much of it was read.
    pub mode: Mode,
    /// The time, by this machine's clock, since which nothing can have changed without being in the report, but for what the System Log has
    /// not told yet: when the reading began.
    pub as_of: Timestamp,
    /// How many requests it took, those that sign in included.
    pub requests: u32,
    /// Why everything was read, where only what had changed was asked for.
    pub because: Option<String>,
}

/// How much of an org is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Everything that the manifests speak of.
    Full,
    /// Of the org, what the System Log shows to be touched since an earlier reading; of the portal, everything.
    Incremental {
        /// How many objects that were.
        touched: usize,
        /// When everything was read last, by the org's clock.
        swept: Timestamp,
    },
}

impl Mode {
    /// Returns the word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Incremental { .. } => "incremental",
        }
    }
}
