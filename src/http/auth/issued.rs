//! The answer of a token endpoint to the token that signs requests in, and until when.

use std::time::Duration;

use http::HeaderValue;
use serde_json::Value;
use tokio::time::Instant;

use crate::http::decode::{Decode, DecodeError};
use crate::secret::Secret;

/// What a token endpoint answers.
#[derive(Debug)]
pub(in crate::http) struct Issued {
    token: Secret,
    bound: bool,
    lifetime: Duration,
    scopes: Option<Vec<String>>,
}

impl Decode for Issued {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let text = |name: &str| raw.get(name).and_then(Value::as_str);
        // The scheme has no case (RFC 6749, 7.1).
        let kind = text("token_type").unwrap_or_default();
        let bound = kind.eq_ignore_ascii_case("DPoP");
        if !bound && !kind.eq_ignore_ascii_case("Bearer") {
            return Err(DecodeError::expected("a `token_type` that is `Bearer` or `DPoP`"));
        }
        let token = text("access_token").filter(|token| !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic()));
        let scopes = text("scope").map(|scopes| scopes.split_whitespace().map(str::to_owned).collect());
        let lifetime = raw.get("expires_in").and_then(Value::as_u64).filter(|seconds| *seconds > 0);
        match (token, lifetime) {
            (Some(token), Some(seconds)) => {
                Ok(Self { token: Secret::new(token.to_owned()), bound, lifetime: Duration::from_secs(seconds), scopes })
            }
            _ => Err(DecodeError::expected("an `access_token`, and in `expires_in` the seconds that it is good for")),
        }
    }
}

impl Issued {
    /// Returns the token, whether it is bound to a key, and for how long it is good.
    pub(in crate::http) fn into_parts(self) -> (Secret, bool, Duration) {
        let Self { token, bound, lifetime, scopes: _ } = self;
        (token, bound, lifetime)
    }
}

/// A token in use.
#[derive(Debug, Clone)]
pub(in crate::http) struct Token {
    value: Secret,
    bound: bool,
    scopes: Vec<String>,
    until: Instant,
}

impl Token {
    /// Returns what was issued to a request for some scopes that was sent then. An answer that names no scopes means those (RFC 6749, 5.1). A tenth of its lifetime is given up, but not more than five minutes, so
    /// that no request is under way with a token that expires meanwhile.
    pub(in crate::http) fn of(issued: Issued, scopes: &[String], asked: Instant) -> Self {
        let lifetime = issued.lifetime.min(Duration::from_hours(24));
        let spare = (lifetime / 10).min(Duration::from_mins(5));
        Self {
            value: issued.token,
            bound: issued.bound,
            scopes: issued.scopes.unwrap_or_else(|| scopes.to_vec()),
            until: asked + lifetime.saturating_sub(spare),
        }
    }

    /// Tells whether it is still to be used.
    pub(in crate::http) fn is_fresh(&self) -> bool {
        Instant::now() < self.until
    }

    /// Returns what it is good for.
    pub(in crate::http) fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Tells whether it is of use only beside proofs of possession.
    pub(in crate::http) fn is_bound(&self) -> bool {
        self.bound
    }

    /// Returns the token itself, to be kept out of texts.
    pub(in crate::http) fn value(&self) -> &Secret {
        &self.value
    }

    /// Returns the header that signs a request in.
    pub(in crate::http) fn authorization(&self) -> HeaderValue {
        let scheme = if self.bound { "DPoP" } else { "Bearer" };
        let mut value = HeaderValue::try_from(format!("{scheme} {}", self.value.expose())).expect("a token is visible ASCII");
        value.set_sensitive(true);
        value
    }
}
