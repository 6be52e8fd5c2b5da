//! What became of every promise.

use super::blame::Blame;
use super::client::{Client, Credential};
use super::promise::Promise;
use crate::address::Address;
use crate::diagnostic::Origin;

/// What became of every promise, in the order of client, server and rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// One entry a token that was to be had, or a client that none could be asked for.
    pub checks: Vec<Check>,
}

/// What became of one promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The client.
    pub client: Address,
    /// Where the client is declared.
    pub origin: Origin,
    /// The authorization server; `None` for the org itself, and where no server matters.
    pub server: Option<Address>,
    /// The scopes; none where no token was to be had.
    pub scopes: Vec<String>,
    /// Which of its secrets the client used, if it has several.
    pub secret: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The token is as promised, and good for so many seconds.
    Verified {
        /// For how long it is good.
        lifetime: u64,
    },
    /// There is none, or it is not as promised.
    Failed {
        /// What is to blame; never nothing.
        blames: Vec<Blame>,
        /// How the issuer refused, in its words.
        told: Option<String>,
    },
    /// It was not tried, because no manifest says with what: somebody else has the client's key or secret.
    NotTried {
        /// What no manifest says.
        why: Box<Blame>,
    },
    /// It could not be tried.
    NotVerified {
        /// Why not.
        blame: Box<Blame>,
    },
    /// The client could ask for tokens, and no manifest promises it one.
    Unpromised,
}

impl Outcome {
    /// Returns the word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Verified { .. } => "ok",
            Self::Failed { .. } => "failed",
            Self::NotTried { .. } => "not tried",
            Self::NotVerified { .. } => "not verified",
            Self::Unpromised => "unpromised",
        }
    }
}

impl Report {
    /// Tells whether everything that is promised, and that the manifests say how to try, was seen to be so.
    pub fn is_verified(&self) -> bool {
        let is_fine = |outcome: &Outcome| matches!(outcome, Outcome::Verified { .. } | Outcome::NotTried { .. } | Outcome::Unpromised);
        self.checks.iter().all(|check| is_fine(&check.outcome))
    }

    /// Tells whether there were promises, and not one of them was tried.
    pub fn is_idle(&self) -> bool {
        let idle = |outcome: &Outcome| matches!(outcome, Outcome::NotTried { .. } | Outcome::Unpromised);
        self.checks.iter().all(|check| idle(&check.outcome)) && self.checks.iter().any(|check| check.outcome != Outcome::Unpromised)
    }
}

impl Check {
    /// Returns what became of a promise that was tried with one of its client's credentials.
    pub fn of(promise: &Promise<'_>, credential: Option<Credential<'_>>, outcome: Outcome) -> Self {
        let secret = credential.filter(|_| promise.client.credentials().is_ok_and(|all| all.len() > 1));
        Self {
            client: promise.client.address().clone(),
            origin: promise.client.wanted.origin.clone(),
            server: promise.server().cloned(),
            scopes: promise.scopes.clone(),
            secret: secret.and_then(|credential| credential.name().map(str::to_owned)),
            outcome,
        }
    }

    /// Returns what there is to say of a client for which nothing could be tried, or need be.
    pub fn of_client(client: &Client<'_>, outcome: Outcome) -> Self {
        let (address, origin) = (client.address().clone(), client.wanted.origin.clone());
        Self { client: address, origin, server: None, scopes: Vec::new(), secret: None, outcome }
    }
}
