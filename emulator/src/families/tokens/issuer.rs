//! Who issues tokens: the org itself, or one of its authorization servers.

use crate::{
    answer::Refusal,
    families::{
        Exchange,
        servers::{self, Server, keys},
    },
};

/// What stands for the org itself where otherwise there is the id of a server.
pub(crate) const ORG: &str = keys::ORG;

/// An issuer of tokens.
pub(super) enum Issuer {
    Org,
    Server(Box<Server>),
}

impl Issuer {
    /// Returns the server that a path names, or the org where it names none. A server that is not active issues nothing, and is
    /// not found.
    pub(super) fn find(x: &Exchange<'_>, server: Option<&str>) -> Result<Self, Refusal> {
        Ok(match server {
            Some(id) => {
                let server = servers::find(x, id)?;
                if server.status != "ACTIVE" {
                    return Err(Refusal::not_found(id, "AuthorizationServer"));
                }
                Self::Server(Box::new(server))
            }
            None => Self::Org,
        })
    }

    /// Returns what tokens have as their `iss`.
    pub(super) fn url(&self, x: &Exchange<'_>) -> String {
        match self {
            Self::Org => x.call.base.clone(),
            Self::Server(server) => server.issuer(x),
        }
    }

    /// Returns what tokens have as their `aud`.
    pub(super) fn audience(&self, x: &Exchange<'_>) -> String {
        match self {
            Self::Org => x.call.base.clone(),
            Self::Server(server) => server.audiences.first().cloned().unwrap_or_default(),
        }
    }

    /// Returns whose keys the issuer signs with.
    pub(super) fn owner(&self) -> &str {
        match self {
            Self::Org => ORG,
            Self::Server(server) => &server.id,
        }
    }

    /// Returns the keys of the key set, the one that signs first.
    pub(super) fn kids<'a>(&'a self, x: &'a Exchange<'_>) -> &'a [String] {
        match self {
            Self::Org => std::slice::from_ref(&x.organization.signing_kid),
            Self::Server(server) => &server.keys,
        }
    }
}
