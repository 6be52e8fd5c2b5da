//! A client's assertion: a token that it issues about itself (RFC 7523), or Okta's reason why it proves nothing.
//!
//! The descriptions are those of Okta's catalogue of OAuth errors, and so is the order in which claims are looked at as far as
//! it can be told.

use serde_json::Value;

use super::{form::Form, refusal};
use crate::{
    answer::Refusal,
    tokens::{UsedOnce, dpop::seconds, jws::Jws},
};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead an assertion may expire, in seconds.
const LONGEST: i64 = 60 * 60;

/// What is wrong with an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Issuer,
    Subject,
    NoSecret,
    Audience,
    NoExpiry,
    Expired,
    TooLong,
    Future,
    Used,
    Signature,
    Unparsable,
    KeyId,
    Algorithm,
    ShortSecret,
    NoKeys,
    /// The key is one to encrypt with.
    KeyUse,
    /// The keys are elsewhere, where they are never fetched from.
    KeysElsewhere,
}

impl Fault {
    pub(super) fn refusal(self) -> Refusal {
        refusal::invalid_client(match self {
            Self::Issuer => "The issuer claim for client_assertion is not a valid client_id.",
            Self::Subject => "The subject claim for client_assertion is not a valid client_id.",
            Self::NoSecret => {
                "The issuer and subject claim for client_assertion is invalid because the client does not have a client secret."
            }
            Self::Audience => "The audience claim for client_assertion must be the endpoint invoked for the request.",
            Self::NoExpiry => "The client_assertion must contain the 'exp' claim as seconds since epoch.",
            Self::Expired => "The client_assertion token is expired.",
            Self::TooLong => "The client_assertion token has an expiration too far into the future.",
            Self::Future => "The client_assertion token must be issued before the current time.",
            Self::Used => "The client_assertion token has already been used.",
            Self::Signature => "The client_assertion signature is invalid.",
            Self::Unparsable => "The parsing of the client_assertion failed.",
            Self::KeyId => "The client_assertion JWT kid is invalid.",
            Self::Algorithm => "The client_assertion JWT signature algorithm is invalid.",
            Self::ShortSecret => "The client secret is too short to verify a JWT HMAC.",
            Self::NoKeys => "The client does not have a JWKSet configured, but the client_assertion requires one.",
            Self::KeyUse => "The client_assertion JWT needs to be signed using a signing key.",
            Self::KeysElsewhere => "Error retrieving the client JWKSet from jwks_uri.",
        })
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        fault.refusal()
    }
}

/// Says whether the assertion of a request is of the type that there is.
pub(super) fn check_type(form: &Form) -> Result<(), Refusal> {
    if form.value("client_assertion_type") == Some(TYPE) {
        return Ok(());
    }
    Err(Refusal::oauth(400, "invalid_request", "The client_assertion_type is invalid."))
}

/// An assertion that was taken apart, of which only the client that it names is known.
pub(super) struct Assertion<'a> {
    pub(super) client_id: String,
    pub(super) jws: Jws<'a>,
}

impl<'a> Assertion<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Fault> {
        let jws = Jws::parse(text).ok_or(Fault::Unparsable)?;
        let claim = |name: &str| jws.claims.get(name).and_then(Value::as_str);
        let client_id = claim("iss").filter(|issuer| !issuer.is_empty()).ok_or(Fault::Issuer)?.to_owned();
        Ok(Self { client_id, jws })
    }

    /// Says whether the assertion is about the client that issues it.
    pub(super) fn check_subject(&self) -> Result<(), Fault> {
        let subject = self.jws.claims.get("sub").and_then(Value::as_str);
        if subject == Some(&self.client_id) { Ok(()) } else { Err(Fault::Subject) }
    }

    /// Holds the claims against the endpoint that was invoked and the time, in seconds since 1970.
    pub(super) fn check(&self, endpoint: &str, now: i64) -> Result<(), Fault> {
        let claim = |name: &str| self.jws.claims.get(name);
        let is_meant = match claim("aud") {
            Some(Value::Array(audiences)) => audiences.iter().any(|audience| audience == endpoint),
            Some(audience) => audience == endpoint,
            None => false,
        };
        if !is_meant {
            return Err(Fault::Audience);
        }
        let expiry = self.expiry().ok_or(Fault::NoExpiry)?;
        if expiry <= now {
            return Err(Fault::Expired);
        }
        if expiry > now.saturating_add(LONGEST) {
            return Err(Fault::TooLong);
        }
        match claim("iat").map(seconds) {
            Some(None) => Err(Fault::Unparsable),
            Some(Some(issued)) if issued > now => Err(Fault::Future),
            _ => Ok(()),
        }
    }

    /// Uses the assertion, which works once if it has an id, and otherwise until it expires.
    pub(super) fn spend(&self, used: &UsedOnce, now: i64) -> Result<(), Fault> {
        let id = match self.jws.claims.get("jti") {
            None => return Ok(()),
            Some(id) => id.as_str().ok_or(Fault::Unparsable)?,
        };
        let until = self.expiry().ok_or(Fault::NoExpiry)?;
        let fresh = used.admit(&["client_assertion", &self.client_id, id], now, until);
        if fresh { Ok(()) } else { Err(Fault::Used) }
    }

    fn expiry(&self) -> Option<i64> {
        self.jws.claims.get("exp").and_then(seconds)
    }
}
