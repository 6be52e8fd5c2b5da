//! A promise to what the token that keeps it claims.

use std::collections::BTreeSet;

use super::promise::{By, Promise};
use super::token::Expected;
use crate::request::Issuer;
use crate::resource::authorization_server::DEFAULT;

/// What an answer says of the token that it brings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// For how many seconds it is good.
    pub lifetime: u64,
    /// The key that it is to be bound to, where one was proven.
    pub thumbprint: Option<String>,
    /// When it came, by the issuer's clock, in seconds since 1970.
    pub at: i64,
}

impl Expected {
    /// Returns what a token claims that an answer brought, if it is as promised. An org has several addresses: its own, and the one that
    /// it was asked at.
    pub fn of(promise: &Promise<'_>, addresses: &[String], brought: &Brought) -> Self {
        let (issuers, audience) = match &promise.by {
            // The org itself is issuer and audience, without a path.
            By::Grants(_) => (addresses.iter().cloned().collect(), None),
            By::Rule { server, .. } => {
                let id = server.live.map(|live| Issuer::Server(live.id.0.clone()));
                let alias = server.live.filter(|live| live.own).map(|_| Issuer::Server(DEFAULT.to_owned()));
                let paths: BTreeSet<_> = id.into_iter().chain(alias).map(|issuer| issuer.path()).collect();
                let mut issuers: BTreeSet<_> = server.live.and_then(|live| live.issuer.clone()).into_iter().collect();
                // Such a server's name depends on the address at which it is asked.
                let dynamic = server.live.and_then(|live| live.body.get("issuerMode")).is_some_and(|mode| mode == "DYNAMIC");
                if dynamic || issuers.is_empty() {
                    issuers.extend(addresses.iter().flat_map(|address| paths.iter().map(move |path| format!("{address}{path}"))));
                }
                let declared = server.wanted.own.list("audiences").and_then(|audiences| audiences.first().map(|&first| first.to_owned()));
                let there = || server.live.and_then(|live| live.body["audiences"][0].as_str().map(str::to_owned));
                (issuers, declared.or_else(there))
            }
        };
        Self {
            issuers,
            audience,
            client_id: promise.client.client_id.clone().unwrap_or_default(),
            scopes: promise.scopes.iter().cloned().collect(),
            lifetime: promise.lifetime,
            answered: brought.lifetime,
            thumbprint: brought.thumbprint.clone(),
            now: brought.at,
        }
    }
}
