//! What is declared, and what is there, to the clients that ask for tokens of their own: who they are, and how they prove it.
//!
//! A field that no manifest declares is what it is at the server, since that is what the client meets.

use std::collections::BTreeSet;

use serde_json::Value;

use super::blame::Blame;
use super::registered::Registered;
use super::report::Outcome;
use crate::address::{Address, Kind};
use crate::bind::Bound;
use crate::desired::{App, PrivateKey, Secret};
use crate::diagnostic::Origin;
use crate::json::Path;
use crate::observed::{LiveApp, Status};
use crate::printable::printable_head;

/// The grant by which a client asks for a token of its own.
pub const CLIENT_CREDENTIALS: &str = "client_credentials";

/// Where an app says by which grants it may ask.
pub(super) const GRANT_TYPES: &str = "settings.oauthClient.grant_types";
/// Where an app says how it authenticates.
pub(super) const METHOD: &str = "credentials.oauthClient.token_endpoint_auth_method";
/// Where an app says that its tokens are bound to keys.
pub(super) const BOUND: &str = "settings.oauthClient.dpop_bound_access_tokens";
/// Where an app says what sort it is.
pub(super) const APPLICATION_TYPE: &str = "settings.oauthClient.application_type";
/// Where an app says what its client is called.
pub(super) const CLIENT_ID: &str = "credentials.oauthClient.client_id";

/// A declared client that can ask for tokens of its own.
#[derive(Debug, Clone)]
pub struct Client<'a> {
    /// What is declared.
    pub wanted: &'a App,
    /// What is there.
    pub live: Option<&'a LiveApp>,
    /// Its client id; `None` if it has yet to be made and may have any.
    pub client_id: Option<String>,
    /// Its `token_endpoint_auth_method`.
    pub method: String,
    /// Whether its tokens are bound to keys (DPoP).
    pub bound: bool,
}

/// What a client proves itself with, as far as a manifest says where it is to be had.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// One of its secrets.
    Secret(&'a Secret),
    /// The private half of one of its keys.
    Key(&'a PrivateKey),
}

impl Credential<'_> {
    /// Returns what there is to say of it where it cannot be used.
    pub fn blame(&self, what: impl Into<String>, remedy: &str) -> Blame {
        match self {
            Self::Secret(secret) => Blame::new(&secret.address, &secret.origin, what, remedy),
            Self::Key(key) => Blame::new(&key.address, &key.origin, what, remedy),
        }
    }

    /// Returns the name of a secret; a key needs none, since there is one at most.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Secret(secret) => secret.address.child.last().map(String::as_str),
            Self::Key(_) => None,
        }
    }
}

/// Returns every declared client that can ask for tokens of its own, in address order. Clients of every kind enter here, and nothing that
/// follows asks of which kind one is.
pub fn clients<'a>(bound: &Bound<'a>, registered: &'a [Registered]) -> Vec<Client<'a>> {
    let apps = bound.apps.iter().map(|app| (app.wanted(), app.live()));
    let registered = registered.iter().map(|client| (&client.wanted, client.live.as_ref()));
    let mut clients: Vec<_> = apps.chain(registered).filter(|(wanted, live)| can_ask(wanted, *live)).map(client).collect();
    clients.sort_by_key(Client::address);
    clients
}

fn client<'a>((wanted, live): (&'a App, Option<&'a LiveApp>)) -> Client<'a> {
    let text = |path| either(wanted, live, path).and_then(|value| value.as_str().map(str::to_owned));
    Client {
        wanted,
        live,
        client_id: text(CLIENT_ID).or_else(|| live.map(|live| live.client_id.clone())),
        // What Okta gives an app that says nothing (okta-api.md, section 1).
        method: text(METHOD).unwrap_or_else(|| "client_secret_basic".to_owned()),
        bound: either(wanted, live, BOUND) == Some(Value::Bool(true)),
    }
}

/// Tells whether a client is to ask for tokens of its own. One that is declared to be out of force is not.
fn can_ask(wanted: &App, live: Option<&LiveApp>) -> bool {
    let may = match either(wanted, live, GRANT_TYPES) {
        Some(Value::Array(grants)) => grants.iter().any(|grant| grant == CLIENT_CREDENTIALS),
        // Without that grant Okta refuses a service (okta-api.md, section 1).
        _ => either(wanted, live, APPLICATION_TYPE).is_some_and(|sort| sort == "service"),
    };
    may && wanted.status != Some(Status::Inactive)
}

/// Returns what is declared at a place, or else what is there.
fn either(wanted: &App, live: Option<&LiveApp>, path: &str) -> Option<Value> {
    let path = Path::of(path);
    path.find(&wanted.body).cloned().or_else(|| live.and_then(|live| live.body.find(&path)))
}

impl<'a> Client<'a> {
    /// Returns its address.
    pub fn address(&self) -> &'a Address {
        &self.wanted.address
    }

    /// Returns what there is to say of it where it could not be tried.
    pub fn blame(&self, what: impl Into<String>, remedy: &str) -> Blame {
        Blame::new(self.address(), &self.wanted.origin, what, remedy)
    }

    /// Returns where a field of it is declared; the document if it is not.
    pub(super) fn origin(&self, path: &str) -> Origin {
        self.wanted.origins.get(&Path::of(path)).unwrap_or(&self.wanted.origin).clone()
    }

    /// Returns a value of the live app.
    pub(super) fn live_value(&self, path: &str) -> Option<Value> {
        self.live.and_then(|live| live.body.find(&Path::of(path)))
    }

    /// Returns a text of the live app.
    pub(super) fn live_text(&self, path: &str) -> Option<String> {
        self.live_value(path).and_then(|value| value.as_str().map(str::to_owned))
    }

    /// Returns the documents that say who it is and how it proves that.
    pub fn documents(&self) -> BTreeSet<Address> {
        let documents = self.wanted.documents.iter().filter(|document| matches!(document.kind, Kind::App | Kind::ClientCredentials));
        documents.cloned().chain([self.address().top()]).collect()
    }

    /// Returns what it proves itself with: each of its secrets that is in force, or its key; or why it cannot be tried, which is either what
    /// no manifest says, or something that is wrong.
    pub fn credentials(&self) -> Result<Vec<Credential<'a>>, Outcome> {
        let is_registered = self.address().kind == Kind::Client;
        let missing = |what: &str, remedy: &str| Err(Outcome::NotTried { why: Box::new(self.blame(what, remedy)) });
        match self.method.as_str() {
            "private_key_jwt" => match &self.wanted.private_key {
                Some(key) => Ok(vec![Credential::Key(key)]),
                None if is_registered => missing(
                    "no manifest says where its private key is to be had",
                    "say so in its document, for `verify` alone: `private_key: {env: IDPCTL_…}`",
                ),
                None => missing(
                    "no manifest says where its private key is to be had",
                    "say so in its ClientCredentials document, for `verify` alone: `private_key: {env: IDPCTL_…}`",
                ),
            },
            "client_secret_basic" | "client_secret_post" | "client_secret_jwt" => {
                let secrets = self.wanted.secrets.iter().flatten().filter(|secret| secret.status == Status::Active);
                match secrets.map(Credential::Secret).collect::<Vec<_>>() {
                    none if none.is_empty() && is_registered => missing(
                        "no manifest says which file its secret goes to",
                        "say so in its document: `client_secret_output: {file: …}`",
                    ),
                    none if none.is_empty() => missing(
                        "no manifest says where a secret of it is to be had",
                        "declare one in its ClientCredentials document: `client_secrets: [{name: \"2026-09\", env: IDPCTL_…}]`",
                    ),
                    secrets => Ok(secrets),
                }
            }
            method => {
                let what = format!("it proves itself with `{}`, which is no way to ask for a token of its own", printable_head(method, 60));
                let remedy = "set another `token_endpoint_auth_method`, or take `client_credentials` out of its `grant_types`";
                Err(Outcome::NotVerified { blame: Box::new(Blame::new(self.address(), &self.origin(METHOD), what, remedy)) })
            }
        }
    }
}
