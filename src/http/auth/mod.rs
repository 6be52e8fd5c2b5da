//! Signing in at the org as a service app: a private key becomes an assertion, the assertion a token, the token a header.
//!
//! ```text
//! key ──▶ SigningKey ──ServiceApp──▶ the form of a token request ──the org──▶ Issued ──▶ Token, kept in memory until shortly before it expires
//! ```
//!
//! A declared client is signed in likewise, by whatever it has, to see that it can be ([`asking`]).
//!
//! An org that asks for proofs of possession (DPoP) is given them, by a key that lives as long as the run.
//!
//! The token's address is made of the org's own, never of an answer.

mod asking;
mod issued;
mod key;
mod proof;
mod service_app;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(super) use asking::Asking;
pub use asking::{ClientMeans, ClientToken, TokenRequest};
pub(super) use issued::{Issued, Token};
pub(super) use key::read as read_key;
pub use key::{KeyError, SigningKey, is_world_readable};
pub(super) use proof::header as proof_header;
pub(super) use service_app::{ServiceApp, TOKEN_PATH};

/// Returns a text that was never there before.
fn unique() -> String {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).expect("the system has a random source: the keys of TLS came from it");
    URL_SAFE_NO_PAD.encode(bytes)
}
