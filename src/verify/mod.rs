//! What the manifests promise to clients, held against what the org issues: which tokens there must be, whether one is as promised, and
//! which object is to blame if it is not. Pure: who asks for the tokens is below ([`crate::obtain`]).
//!
//! ```text
//! Bound ──clients, promises──▶ Promise ──asked for──▶ claims ──faults──▶ ┐
//!                                          refusal ──────────────────────┴─diagnosis, over Observed──▶ Blame ─▶ Report
//! ```

mod blame;
mod client;
mod diagnosis;
mod expect;
mod key;
mod promise;
mod registered;
mod report;
mod road;
#[cfg(test)]
mod tests;
mod token;

pub use blame::Blame;
pub use client::{CLIENT_CREDENTIALS, Client, Credential, clients};
pub use diagnosis::{Refusal, absent, different, refused, time, told, unreadable};
pub use expect::Brought;
pub use key::KeyFacts;
pub use promise::{By, Promise, promises};
pub use registered::{Registered, registered};
pub use report::{Check, Outcome, Report};
pub use road::Facts;
pub use token::{Claims, Expected, Fault, Unreadable, faults, read};
