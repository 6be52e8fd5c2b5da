//! Tokens of the org and of its authorization servers.

mod access_token;
mod client;
mod issuer;

pub(crate) use self::access_token::{AccessToken, Unusable, read_access_token};
