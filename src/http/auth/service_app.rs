//! A service app, and the one token that all requests of a run share.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use super::proof::Prover;
use super::{SigningKey, Token, unique};
use crate::clock::Clock;
use crate::http::error::Error;
use crate::secret::Secret;

/// Where the org itself issues tokens.
pub(in crate::http) const TOKEN_PATH: &str = "/oauth2/v1/token";
/// For how long an assertion is good, in seconds. Okta allows an hour; a clock that is slow by more than this is found out.
pub(super) const LIFETIME: i64 = 300;

/// What an assertion is called in a form (RFC 7523, 2.2).
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A service app that signs in with its private key (`private_key_jwt`). Its `Debug` shows neither key nor token.
///
/// # Guarantees
/// However many requests wait for a token, one request is sent for it; and if that fails, it fails all of them.
pub(in crate::http) struct ServiceApp {
    client_id: String,
    scopes: Vec<String>,
    key: SigningKey,
    clock: Arc<dyn Clock>,
    /// Made when the org first asks for a proof.
    prover: OnceLock<Prover>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// Why there is none, and since when.
    failed: Option<(Instant, Arc<Error>)>,
}

impl ServiceApp {
    /// Returns an app that has not signed in yet.
    pub(in crate::http) fn new(client_id: String, scopes: Vec<String>, key: SigningKey, clock: Arc<dyn Clock>) -> Self {
        Self { client_id, scopes, key, clock, prover: OnceLock::new(), state: Mutex::default() }
    }

    /// Returns its `client_id`.
    pub(in crate::http) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns its private key.
    pub(in crate::http) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Returns the scopes that it asks for.
    pub(in crate::http) fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Returns the same app, not signed in, which asks for other scopes.
    pub(in crate::http) fn asking(&self, scopes: Vec<String>) -> Self {
        Self::new(self.client_id.clone(), scopes, self.key.clone(), Arc::clone(&self.clock))
    }

    /// Returns the scopes of its token, if it is signed in.
    pub(in crate::http) async fn held(&self) -> Option<Vec<String>> {
        self.state.lock().await.token.as_ref().map(|token| token.scopes().to_vec())
    }

    /// Returns the token, which a function asks the org for if there is none, or none for much longer.
    pub(in crate::http) async fn token(&self, ask: impl AsyncFnOnce() -> Result<Token, Error>) -> Result<Token, Arc<Error>> {
        let since = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| token.is_fresh()) {
            return Ok(token.clone());
        }
        // It failed while this request waited for it: asking again would not end otherwise.
        if let Some((_, error)) = state.failed.as_ref().filter(|(failed, _)| *failed >= since) {
            return Err(Arc::clone(error));
        }
        match ask().await {
            Ok(token) => {
                *state = State { token: Some(token.clone()), failed: None };
                Ok(token)
            }
            Err(error) => {
                let error = Arc::new(error);
                *state = State { token: None, failed: Some((Instant::now(), Arc::clone(&error))) };
                Err(error)
            }
        }
    }

    /// Makes ready for another try what an org refused for want of a proof, or of the nonce in it; says whether that is of any use.
    pub(in crate::http) fn improve(&self, refusal: &Error, tries: u32) -> bool {
        match refusal.code() {
            Some("invalid_dpop_proof") if self.prover.get().is_none() => {
                self.prover();
                true
            }
            // Once to be told the nonce, and once more if it changed between the two.
            Some("use_dpop_nonce") => tries < 4,
            _ => false,
        }
    }

    /// Takes in the nonce that an answer of the token endpoint may hold.
    pub(in crate::http) fn heed(&self, headers: &HeaderMap) {
        if let Some(nonce) = headers.get("dpop-nonce").and_then(|value| value.to_str().ok()) {
            self.prover().remember(nonce);
        }
    }

    fn prover(&self) -> &Prover {
        self.prover.get_or_init(Prover::new)
    }

    /// Returns the proof that goes with a request for a token, if the org asked for one.
    pub(in crate::http) fn proof(&self, endpoint: &Url) -> Option<Secret> {
        self.prover.get().map(|prover| prover.of_token_request(endpoint, self.clock.now().as_second()))
    }

    /// Returns the proof that goes with a request that a token signs in, if the token is bound to one.
    pub(in crate::http) fn proof_beside(&self, token: &Token, method: &str, url: &Url) -> Option<Secret> {
        token.is_bound().then(|| self.prover().of_request(method, url, token.value(), self.clock.now().as_second()))
    }

    /// Returns a new assertion for the token endpoint at an address. It works once.
    pub(in crate::http) fn assertion(&self, endpoint: &Url) -> Secret {
        // Without `iat`, which is optional, a clock that is fast does no harm.
        let expires = self.clock.now().as_second() + LIFETIME;
        let claims = json!({"iss": self.client_id, "sub": self.client_id, "aud": endpoint.as_str(), "exp": expires, "jti": unique()});
        Secret::new(self.key.sign(&claims))
    }

    /// Returns the form that asks for a token with an assertion.
    pub(in crate::http) fn form(&self, assertion: &Secret) -> Vec<u8> {
        let pairs = [
            ("grant_type", "client_credentials"),
            ("scope", &self.scopes.join(" ")),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.expose()),
        ];
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
    }
}

impl fmt::Debug for ServiceApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client_id, scopes, key, clock: _, prover: _, state: _ } = self;
        f.debug_struct("ServiceApp").field("client_id", client_id).field("scopes", scopes).field("key", key).finish_non_exhaustive()
    }
}
