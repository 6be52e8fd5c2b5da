//! A key of the run's own to proofs that requests and tokens are its (DPoP, RFC 9449).
//!
//! The key is made when an org first asks for proofs, never leaves memory, and ends with the run: a token that leaks is of no use without it.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use url::Url;

use super::unique;
use crate::secret::Secret;

/// What proves that requests are ours. Its `Debug` shows nothing.
pub(in crate::http) struct Prover {
    key: EncodingKey,
    public: Jwk,
    /// What the org last gave us to be repeated in proofs to its token endpoint.
    nonce: Mutex<Option<String>>,
}

impl Prover {
    /// Returns one with a new key.
    pub(in crate::http) fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).and_then(|pair| pair.to_pkcs8v1());
        let pair = pair.expect("the system has a random source: the keys of TLS came from it");
        Self::of(EncodingKey::from_ec_der(pair.as_ref()))
    }

    fn of(key: EncodingKey) -> Self {
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("a key on P-256 has a public half");
        public.common.key_algorithm = None;
        Self { key, public, nonce: Mutex::default() }
    }

    /// Returns what its key is known by (RFC 7638).
    pub(in crate::http) fn thumbprint(&self) -> String {
        self.public.thumbprint(ThumbprintHash::SHA256).expect("a key on P-256 has a thumbprint")
    }

    /// Keeps what the org wants to see in the next proof to its token endpoint.
    pub(in crate::http) fn remember(&self, nonce: &str) {
        *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(nonce.to_owned());
    }

    /// Returns the proof that goes with a request for a token, at a time in seconds since 1970.
    pub(in crate::http) fn of_token_request(&self, endpoint: &Url, now: i64) -> Secret {
        let nonce = self.nonce.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.signed(&claims("POST", endpoint, now, nonce.map(|nonce| ("nonce", nonce))))
    }

    /// Returns the proof that goes with a request that a token signs in.
    pub(in crate::http) fn of_request(&self, method: &str, url: &Url, token: &Secret, now: i64) -> Secret {
        self.signed(&claims(method, url, now, Some(("ath", hash(token)))))
    }

    fn signed(&self, claims: &Value) -> Secret {
        let header = Header { typ: Some("dpop+jwt".to_owned()), jwk: Some(self.public.clone()), ..Header::new(Algorithm::ES256) };
        Secret::new(encode(&header, claims, &self.key).expect("a key that was just made signs"))
    }
}

/// Returns a proof as a header.
pub(in crate::http) fn header(proof: &Secret) -> HeaderValue {
    let mut value = HeaderValue::try_from(proof.expose()).expect("a JWT is visible ASCII");
    value.set_sensitive(true);
    value
}

fn claims(method: &str, url: &Url, now: i64, more: Option<(&str, String)>) -> Value {
    let mut claims = json!({"htm": method, "htu": address(url), "iat": now, "jti": unique()});
    if let Some((name, value)) = more {
        claims[name] = Value::from(value);
    }
    claims
}

/// Returns what a proof calls an address: without query and fragment, and with its path decoded, against which Okta holds it
/// (okta-sdk-python issue 541).
fn address(url: &Url) -> String {
    let (mut decoded, path) = (Vec::new(), url.path().as_bytes());
    let mut at = 0;
    while at < path.len() {
        let octet = path.get(at + 1..at + 3).filter(|_| path[at] == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match octet.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            // Decoded, these would no longer be part of the path.
            Some(byte) if !b"?#%".contains(&byte) => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(path[at]);
                at += 1;
            }
        }
    }
    let path = String::from_utf8(decoded).unwrap_or_else(|_| url.path().to_owned());
    format!("{}{path}", url.origin().ascii_serialization())
}

/// Returns what `ath` says of a token.
fn hash(token: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, token.expose().as_bytes()))
}

impl fmt::Debug for Prover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prover").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, crypto};

    use super::*;

    /// The example of RFC 9449, section 4.1, and the public key in it.
    const EXAMPLE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";

    fn part(jwt: &str, part: usize) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(part).unwrap()).unwrap()).unwrap()
    }

    /// Tells whether a proof is signed by the key in its own header.
    fn holds(proof: &str) -> bool {
        let jwk: Jwk = serde_json::from_value(part(proof, 0)["jwk"].clone()).unwrap();
        let (message, signature) = proof.rsplit_once('.').unwrap();
        crypto::verify(signature, message.as_bytes(), &DecodingKey::from_jwk(&jwk).unwrap(), Algorithm::ES256).unwrap()
    }

    #[test]
    fn proofs_are_made_as_the_example_of_rfc_9449_is() {
        let prover = Prover::new();
        let proof = prover.of_token_request(&"https://server.example.com/token".parse().unwrap(), 1_562_262_616);
        assert!(holds(EXAMPLE) && holds(proof.expose()));
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
        let same =
            |at: &[&str]| at.iter().fold([part(EXAMPLE, 0), part(proof.expose(), 0)], |parts, name| parts.map(|part| part[name].clone()));
        assert_eq!(names(&part(EXAMPLE, 0)), names(&part(proof.expose(), 0)));
        assert_eq!(names(&same(&["jwk"])[0]), names(&same(&["jwk"])[1]));
        let [mut example, mut ours] = [part(EXAMPLE, 1), part(proof.expose(), 1)];
        assert_ne!(ours["jti"].take(), example["jti"].take());
        assert_eq!(ours, example);
        assert_eq!(format!("{prover:?} {proof:?}"), "Prover { .. } Secret(…)");
    }

    #[test]
    fn a_proof_is_of_its_request_and_its_token() {
        // RFC 9449, section 7.1.
        let token = Secret::new("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU".to_owned());
        let prover = Prover::new();
        prover.remember("of the token endpoint alone");
        let url = "https://resource.example.org/protectedresource?a=b#c".parse().unwrap();
        let proofs = [0, 1].map(|_| part(prover.of_request("GET", &url, &token, 1_562_262_618).expose(), 1));
        assert_ne!(proofs[0]["jti"], proofs[1]["jti"], "a proof works once");
        let claims = json!({"htm": "GET", "htu": "https://resource.example.org/protectedresource", "iat": 1_562_262_618,
            "jti": proofs[0]["jti"], "ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"});
        assert_eq!(proofs[0], claims);
        let asked = part(prover.of_token_request(&url, 1).expose(), 1);
        assert_eq!((&asked["nonce"], &asked["ath"]), (&json!("of the token endpoint alone"), &Value::Null));
    }

    #[test]
    fn public_keys_have_the_thumbprints_that_the_rfcs_give_them() {
        let rsa = json!({"kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"});
        let thumbprint = |jwk: Value| serde_json::from_value::<Jwk>(jwk).unwrap().thumbprint(ThumbprintHash::SHA256).unwrap();
        assert_eq!(thumbprint(rsa), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(thumbprint(part(EXAMPLE, 0)["jwk"].clone()), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn an_address_is_named_without_query_and_decoded() {
        let told = ["https://acme.okta.com:443/a%40b%3Fc%25/%C3%A9?x=1#y", "http://127.0.0.1:8080/a%zz", "http://[::1]:1/%FF"]
            .map(|url| address(&url.parse().unwrap()));
        assert_eq!(told, ["https://acme.okta.com/a@b%3Fc%25/é", "http://127.0.0.1:8080/a%zz", "http://[::1]:1/%FF"]);
    }
}
