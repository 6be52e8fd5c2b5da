//! A declared client and its secret or key to a request for a token, made as the client itself would make it.
//!
//! Secret, key and token stay in types that show nothing of them; each attempt has an assertion and a proof of its own.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::proof::Prover;
use super::service_app::{ASSERTION_TYPE, LIFETIME};
use super::{Issued, SigningKey, unique};
use crate::clock::Clock;
use crate::http::error::Error;
use crate::request::Issuer;
use crate::secret::Secret;

/// What a declared client asks for, of whom, and how it proves who it is.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// Of whom.
    pub issuer: Issuer,
    /// The client.
    pub client_id: String,
    /// How it proves who it is.
    pub means: ClientMeans,
    /// What for.
    pub scopes: Vec<String>,
    /// Whether the token is to be bound to a key (DPoP).
    pub bound: bool,
}

/// How a client proves who it is: its `token_endpoint_auth_method`, with what it takes. Its `Debug` shows neither secret nor key.
#[derive(Debug, Clone)]
pub enum ClientMeans {
    /// `client_secret_basic`.
    Basic(Secret),
    /// `client_secret_post`.
    Post(Secret),
    /// `client_secret_jwt`.
    SecretJwt(Secret),
    /// `private_key_jwt`.
    KeyJwt(SigningKey),
}

/// A token that a client was issued, to be looked at and dropped. Its `Debug` shows nothing of the token.
#[derive(Debug, Clone)]
pub struct ClientToken {
    /// The token.
    pub value: Secret,
    /// Whether the answer calls it bound to a key.
    pub bound: bool,
    /// For how many seconds it is good, as the answer says.
    pub lifetime: u64,
    /// The key that it is to be bound to (RFC 7638), where a proof was sent.
    pub thumbprint: Option<String>,
    /// When it was issued, by the issuer's clock, in seconds since 1970; by this machine's if the answer does not say.
    pub at: i64,
}

/// A request for a token on its way.
pub(in crate::http) struct Asking<'a> {
    pub(in crate::http) request: &'a TokenRequest,
    clock: &'a dyn Clock,
    prover: Option<Prover>,
}

/// One attempt of it.
pub(in crate::http) struct Attempt {
    pub(in crate::http) authorization: Option<HeaderValue>,
    pub(in crate::http) form: Vec<u8>,
    pub(in crate::http) proof: Option<Secret>,
    /// What no text of the server may repeat.
    pub(in crate::http) secrets: Vec<Secret>,
}

impl<'a> Asking<'a> {
    /// Returns a request that was not sent yet.
    pub(in crate::http) fn new(request: &'a TokenRequest, clock: &'a dyn Clock) -> Self {
        Self { request, clock, prover: request.bound.then(Prover::new) }
    }

    /// Takes in the nonce that an answer may hold.
    pub(in crate::http) fn heed(&self, headers: &HeaderMap) {
        if let (Some(prover), Some(nonce)) = (&self.prover, headers.get("dpop-nonce").and_then(|value| value.to_str().ok())) {
            prover.remember(nonce);
        }
    }

    /// Tells whether a refusal was only for want of the nonce that it brought along.
    pub(in crate::http) fn may_go_again(&self, refusal: &Error, tries: u32) -> bool {
        self.prover.is_some() && refusal.code() == Some("use_dpop_nonce") && tries < 3
    }

    /// Returns the next attempt at the endpoint with an address.
    pub(in crate::http) fn attempt(&self, endpoint: &Url) -> Attempt {
        let TokenRequest { issuer: _, client_id, means, scopes, bound: _ } = self.request;
        let mut pairs = vec![("grant_type", "client_credentials".to_owned()), ("scope", scopes.join(" "))];
        let mut secrets = Vec::new();
        let mut authorization = None;
        let mut assert = |assertion: String| {
            secrets.push(Secret::new(assertion.clone()));
            pairs.extend([("client_assertion_type", ASSERTION_TYPE.to_owned()), ("client_assertion", assertion)]);
        };
        match means {
            ClientMeans::KeyJwt(key) => assert(key.sign(&self.claims(endpoint))),
            ClientMeans::SecretJwt(secret) => assert(sealed(&self.claims(endpoint), secret)),
            ClientMeans::Basic(secret) => {
                let credentials = basic(client_id, secret);
                let mut value = HeaderValue::try_from(format!("Basic {}", credentials.expose())).expect("base64 is visible ASCII");
                value.set_sensitive(true);
                authorization = Some(value);
                secrets.extend([credentials, secret.clone()]);
            }
            ClientMeans::Post(secret) => {
                pairs.extend([("client_id", client_id.clone()), ("client_secret", secret.expose().to_owned())]);
                secrets.push(secret.clone());
            }
        }
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes();
        let proof = self.prover.as_ref().map(|prover| prover.of_token_request(endpoint, self.now()));
        Attempt { authorization, form, proof, secrets }
    }

    /// Returns the token of an answer that came at a time by the issuer's clock.
    pub(in crate::http) fn token(&self, issued: Issued, date: Option<i64>) -> ClientToken {
        let (value, bound, lifetime) = issued.into_parts();
        let thumbprint = self.prover.as_ref().map(Prover::thumbprint);
        ClientToken { value, bound, lifetime: lifetime.as_secs(), thumbprint, at: date.unwrap_or_else(|| self.now()) }
    }

    fn claims(&self, endpoint: &Url) -> Value {
        let id = &self.request.client_id;
        json!({"iss": id, "sub": id, "aud": endpoint.as_str(), "exp": self.now() + LIFETIME, "jti": unique()})
    }

    fn now(&self) -> i64 {
        self.clock.now().as_second()
    }
}

impl fmt::Debug for Asking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Asking").field(&self.request).finish()
    }
}

/// Returns id and secret as the Basic scheme has them. Both are form-encoded before they are joined (RFC 6749, 2.3.1), so that a colon in
/// either, or a `%` in the secret, is none of the scheme's.
fn basic(client_id: &str, secret: &Secret) -> Secret {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    Secret::new(STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret.expose()))))
}

/// Returns claims sealed with a secret.
fn sealed(claims: &Value, secret: &Secret) -> String {
    let key = EncodingKey::from_secret(secret.expose().as_bytes());
    encode(&Header::new(Algorithm::HS256), claims, &key).expect("any secret seals")
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::clock::FixedClock;

    const KEY: &str = r#"{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "kid": "mine",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

    fn asked(means: ClientMeans, bound: bool) -> Attempt {
        let issuer = Issuer::Server("aus1".to_owned());
        let scopes = vec!["orders.read".to_owned(), "orders.write".to_owned()];
        let request = TokenRequest { issuer, client_id: "it's:me".to_owned(), means, scopes, bound };
        let clock = FixedClock(jiff::Timestamp::from_second(1_767_225_600).unwrap());
        let endpoint = "https://acme.okta.com/oauth2/aus1/v1/token".parse().unwrap();
        let asking = Asking::new(&request, &clock);
        assert!(!format!("{asking:?}").contains("hush"), "{asking:?}");
        asking.attempt(&endpoint)
    }

    fn secret() -> Secret {
        Secret::new("hush %:é+hush".to_owned())
    }

    fn form(attempt: &Attempt) -> String {
        String::from_utf8(attempt.form.clone()).unwrap()
    }

    #[test]
    fn the_basic_scheme_is_given_what_is_form_encoded() {
        let attempt = asked(ClientMeans::Basic(secret()), false);
        let header = attempt.authorization.as_ref().unwrap();
        assert!(header.is_sensitive());
        let decoded = STANDARD.decode(header.to_str().unwrap().trim_start_matches("Basic ")).unwrap();
        assert_eq!(String::from_utf8(decoded).unwrap(), "it%27s%3Ame:hush+%25%3A%C3%A9%2Bhush");
        assert_eq!(form(&attempt), "grant_type=client_credentials&scope=orders.read+orders.write");
        assert!(attempt.proof.is_none());
    }

    #[test]
    fn the_guides_header_is_that_of_the_guide() {
        // The pair of Okta's guide; `$` is form-encoded.
        let pair = basic("custom_client_id", &Secret::new("cust0mC1ient$secret".to_owned()));
        assert_eq!(STANDARD.decode(pair.expose()).unwrap(), b"custom_client_id:cust0mC1ient%24secret");
    }

    #[test]
    fn one_kind_of_credentials_is_sent_and_no_other() {
        let post = asked(ClientMeans::Post(secret()), true);
        assert!(post.authorization.is_none() && post.proof.is_some());
        assert_eq!(
            form(&post),
            "grant_type=client_credentials&scope=orders.read+orders.write&client_id=it%27s%3Ame&client_secret=hush+%25%3A%C3%A9%2Bhush"
        );
        for means in [ClientMeans::SecretJwt(secret()), ClientMeans::KeyJwt(SigningKey::parse(KEY).unwrap().unwrap())] {
            let attempt = asked(means, false);
            assert!(attempt.authorization.is_none());
            let names: Vec<_> = form_urlencoded::parse(&attempt.form).map(|(name, _)| name.into_owned()).collect();
            assert_eq!(names, ["grant_type", "scope", "client_assertion_type", "client_assertion"]);
            let assertion = form_urlencoded::parse(&attempt.form).last().unwrap().1.into_owned();
            let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1).unwrap()).unwrap()).unwrap();
            assert_eq!((&claims["iss"], &claims["aud"]), (&json!("it's:me"), &json!("https://acme.okta.com/oauth2/aus1/v1/token")));
            assert_eq!(claims["exp"], 1_767_225_900);
        }
    }
}
