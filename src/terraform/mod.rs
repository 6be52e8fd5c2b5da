//! A Terraform state to manifests: what it says of Okta, what is exported for that, and how Terraform lets go of it. Pure.
//!
//! ```text
//! text ─read─▶ State ─choice─▶ what to export, under which names ─(export)─▶ documents
//!                │                                                              │
//!                └───────────────────────────▶ taken ◀──────────────────────────┘ ─▶ removed blocks, and what could not be carried over
//! ```
//!
//! # What holds
//!
//! - A state names live objects, and no more: what manifests say is what the org has, so that a plan changes none of it.
//! - No secret of a state is kept in memory beyond its decoding. No value of an attribute is written anywhere but ids, names, and names of
//!   scopes.
//! - A resource is let go of only if some manifest declares what it manages, or the org does not have it any more.
//! - The same state and org give the same names, blocks and report.

mod address;
mod attributes;
mod decode;
mod drift;
mod names;
mod removed;
mod report;
mod state;
#[cfg(test)]
mod state_tests;
mod taken;
mod wanted;

pub use address::{Address, Key, Module};
pub use removed::removed;
pub use report::{Remark, remarks};
pub use state::{Error, MAX_BYTES, Manages, Resource, State};
pub use taken::{Fate, Taken, taken};
pub use wanted::{details, further_details};
