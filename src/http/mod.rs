//! Requests become answers: one client for everything that is sent to Okta and to the portal.
//!
//! A [`Reader`] sends GETs and requests for tokens (to be signed in, or to see that a client can be) and nothing else, a [`Writer`] the rest. Every request passes the one [`Governor`] of the run, is retried
//! as [`RetryPolicy`] allows, and is decoded before anything leaves this module, so that secret members of an answer end here.
//!
//! ```text
//! Reader, Writer ─▶ Exchange (retry) ─▶ Governor (budget) ─▶ Transport ─▶ the network, or the emulated org in this process
//! ```

mod auth;
mod base_url;
mod bucket;
mod challenge;
mod client;
mod credentials;
mod decode;
mod environment;
mod error;
mod exchange;
mod governor;
#[cfg(feature = "emulator")]
mod in_process;
mod mask;
mod meter;
mod page;
mod problem;
mod retry;
mod seal;
mod tokens;
mod transport;
mod window;
mod wire;

#[cfg(test)]
mod tests;

pub use auth::{ClientMeans, ClientToken, KeyError, SigningKey, TokenRequest, is_world_readable};
pub use base_url::{BaseUrl, BaseUrlError};
pub use bucket::Bucket;
pub use client::{Reader, Writer};
pub use credentials::Credentials;
pub use decode::{Decode, DecodeError};
pub use environment::CredentialsError;
pub use error::{Error, Kind, Spent};
pub use governor::{Budget, BudgetError, Counters, Governor};
#[cfg(feature = "emulator")]
pub use in_process::InProcessTransport;
pub(crate) use mask::Mask;
pub(crate) use meter::date;
pub(crate) use page::{ForeignLink, next_query};
pub use problem::Problem;
pub use retry::{Failure, Jitter, Pace, RetryPolicy, Safety, Verdict};
pub use seal::Seal;
pub(crate) use transport::is_loopback;
pub use transport::{FnTransport, Phase, ReqwestTransport, Sending, Transport, TransportError};
