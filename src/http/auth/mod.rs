//! Signing in at the org as a service app: a private key becomes an assertion, the assertion a token, the token a header.
//!
//! ```text
//! key ──▶ SigningKey ──ServiceApp──▶ the form of a token request ──the org──▶ Issued ──▶ Token, kept in memory until shortly before it expires
//! ```
//!
//! The token's address is made of the org's own, never of an answer.

mod issued;
mod key;
mod service_app;

pub(super) use issued::{Issued, Token};
pub use key::KeyError;
pub(super) use key::{SigningKey, read as read_key};
pub(super) use service_app::{ServiceApp, TOKEN_PATH};
