//! What became of each action.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::http;
use crate::program::Action;
use crate::secrets::OutputError;

/// What became of every action, in address order.
#[derive(Debug, Default)]
pub struct Report {
    /// The outcomes.
    pub outcomes: BTreeMap<Address, Outcome>,
}

/// What became of an action.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was done.
    Applied,
    /// It was done already.
    Unchanged,
    /// It could not be done.
    Failed {
        /// Why.
        why: std::sync::Arc<Failure>,
    },
    /// It was not tried.
    Skipped {
        /// Why: what it waits for did not come about, or no new action was to be started.
        why: String,
    },
    /// The world is not the one that was planned for, and nothing was sent.
    Refused {
        /// What differs.
        why: String,
    },
    /// Whether it was done cannot be told; it was not tried twice.
    InDoubt {
        /// Why not, and how to find out.
        why: String,
    },
}

/// Why an action could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A request failed.
    #[error("{doing}")]
    Http {
        /// What the request was for.
        doing: String,
        /// How it failed.
        #[source]
        source: http::Error,
    },
    /// A secret was made, and could not be written down.
    #[error("{request} made a secret that could not be written down and is lost; apply again to have another one made")]
    NotKept {
        /// The request.
        request: String,
        /// Why not.
        #[source]
        source: OutputError,
    },
    /// The world changed between two requests of the action.
    #[error("the action is done in part, and what is left does not fit any more: {why}; plan again")]
    Midway {
        /// What differs.
        why: String,
    },
    /// The server accepted a request and did not do what was asked.
    #[error("the server accepted {request} and did not do what was asked: {}", .differences.join("; "))]
    NotAsAsked {
        /// The request.
        request: String,
        /// Where.
        differences: Vec<String>,
    },
}

impl Report {
    /// Returns a report in which every action has the same outcome.
    pub(super) fn all(actions: &[Action], outcome: &Outcome) -> Self {
        Self { outcomes: actions.iter().map(|a| (a.address.clone(), outcome.clone())).collect() }
    }

    /// Returns whether everything is as it was to be.
    pub fn is_complete(&self) -> bool {
        self.outcomes.values().all(|o| matches!(o, Outcome::Applied | Outcome::Unchanged))
    }

    /// Returns whether nothing was done because everything that was tried was refused.
    pub fn is_refused(&self) -> bool {
        let refused = |o: &Outcome| matches!(o, Outcome::Refused { .. });
        self.outcomes.values().any(refused)
            && self.outcomes.values().all(|o| refused(o) || matches!(o, Outcome::Skipped { .. } | Outcome::Unchanged))
    }
}

impl Outcome {
    /// Returns the word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Failed { .. } => "failed",
            Self::Skipped { .. } => "skipped",
            Self::Refused { .. } => "refused",
            Self::InDoubt { .. } => "in doubt",
        }
    }
}
