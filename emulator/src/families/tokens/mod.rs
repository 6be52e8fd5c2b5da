//! Tokens of the org and of its authorization servers: issued to clients, described to them, and revoked by them.
//!
//! Who asks is a client that proves who it is; a token of the management API is of no use here.

mod access_token;
mod claims;
mod client;
mod endpoint;
mod grant_type;
mod introspection;
mod issuance;
mod issuer;
mod policy;
mod possession;
mod revocation;
mod scope;

pub(crate) use self::{
    access_token::{AccessToken, Issued, Unusable, read_access_token},
    endpoint::{Endpoint, answer},
    issuer::ORG,
    revocation::read_place,
};
