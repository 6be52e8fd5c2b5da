//! A promise to what the token that keeps it claims.

use std::collections::BTreeSet;

use serde_json::Value;

use super::promise::{By, Promise};
use super::token::Expected;
use crate::request::{Issuer, segment};
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
        let mut elsewhere = None;
        let (issuers, audience) = match &promise.by {
            // The org itself is issuer and audience, without a path.
            By::Grants(_) => (addresses.iter().cloned().collect(), None),
            By::Rule { server, .. } => {
                let id = server.live.map(|live| Issuer::Server(live.id.0.clone()));
                let alias = server.live.filter(|live| live.own).map(|_| Issuer::Server(segment(DEFAULT)));
                let paths: BTreeSet<_> = id.into_iter().chain(alias).map(|issuer| issuer.path()).collect();
                let mode = server.live.and_then(|live| live.body.get("issuerMode")).and_then(Value::as_str);
                elsewhere = promise.issuer().filter(|_| mode == Some("CUSTOM_URL")).map(|issuer| issuer.path());
                let both = addresses.iter().flat_map(|address| paths.iter().map(move |path| format!("{address}{path}")));
                let declared = server.wanted.own.list("audiences").and_then(|audiences| audiences.first().map(|&first| first.to_owned()));
                let there = || server.live.and_then(|live| live.body["audiences"][0].as_str().map(str::to_owned));
                (both.collect(), declared.or_else(there))
            }
        };
        Self {
            issuers,
            elsewhere,
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
