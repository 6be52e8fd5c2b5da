//! Declarative reconciler for OAuth clients: YAML manifests in git, Okta and a Tyk portal as they should be.
//!
//! ```text
//! manifests ──load──▶ documents ──resolve──▶ Desired ─┐
//!                                                     ├─bind─▶ Bound ─diff─▶ Changes ─program─▶ Actions ─plan─▶ Plan ─┬─render
//! Okta, Tyk ──observe (GET only)──▶ Observed ─────────┘                                                               └─apply──▶ Outcomes
//! ```
//!
//! Everything between `Desired`/`Observed` and `Plan` is pure: no async, file system, environment, clock or network.

pub mod address;
pub mod apply;
pub mod bind;
pub mod cli;
pub mod clock;
pub mod desired;
pub mod diagnostic;
pub mod diff;
pub mod drift;
pub mod env;
pub mod http;
pub mod json;
pub mod manifest;
pub mod observe;
pub mod observed;
pub mod pipeline;
pub mod plan;
pub mod printable;
pub mod program;
pub mod render;
pub mod request;
pub mod resource;
pub mod secret;
pub mod secrets;
pub mod select;
