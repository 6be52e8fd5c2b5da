//! A record of what was done, for people. The program never reads it.

use serde::Serialize;

use crate::address::Address;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The action.
    pub address: Address,
    /// The request, without its body: method and path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What happened: `sending`, `answered`, or an outcome.
    pub event: &'static str,
    /// More about it, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Takes note of what happens.
pub trait Journal: Send + Sync {
    /// Takes note. A journal that cannot write says so by itself; nothing depends on it.
    fn record(&self, entry: &Entry);
}

/// Takes note of nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn record(&self, _: &Entry) {}
}
