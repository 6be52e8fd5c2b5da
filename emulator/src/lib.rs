//! A local Okta org and Tyk developer portal that answer as the real ones do.
//!
//! ```text
//! socket ──▶ serve ─┐                                        ┌─▶ route ─▶ family ─┐
//!                   ├─▶ org: latency, faults, limits, token ─┤                     ├─▶ store (memory, file)
//! in process ───────┘                                        └─▶ portal ───────────┘
//!                                                                  ▲
//!                                       switches, where the facts leave a choice
//! ```
//!
//! What it answers is taken from recorded exchanges with real orgs, from Okta's published specification and documentation, in
//! this order. Where none of them speaks, a [switch](switches::TABLE) does. It shares no type with any client of it, so that
//! it cannot agree with a client's mistakes.
//!
//! An org is opened with [`Org::open`] and asked with [`Org::call`] or, once [`Org::serve`] runs, over HTTP. One in memory can
//! be [forked](Org::fork), which makes it the ground of tests.

mod access;
mod answer;
mod call;
mod clock;
mod config;
#[cfg(feature = "contract")]
pub mod contract;
mod error;
mod families;
pub mod faults;
mod filter;
mod ids;
mod limits;
mod log;
mod multipart;
mod org;
mod page;
mod path;
mod portal;
mod route;
mod rsa;
mod serve;
mod store;
pub mod switches;
mod tokens;
mod window;
mod x509;

pub use crate::{
    config::{Config, Data},
    error::{Error, StoreError},
    faults::Fault,
    limits::RateLimits,
    log::event_types,
    org::{LiveSecret, Org, Seen},
    switches::Switches,
};

/// The connection died: whether the request was worked on is not to be known from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection was reset")]
pub struct Reset;
