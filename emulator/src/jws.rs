//! Signed tokens in compact form are taken apart, and checked against a JSON Web Key or a shared secret.
//!
//! Nothing is said here about what a token claims: a token that is parsed is not yet one that can be believed.

use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED, UnparsedPublicKey};
use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{
        DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig,
        general_purpose::{NO_PAD, URL_SAFE_NO_PAD},
    },
};
use jsonwebtoken::{Algorithm, DecodingKey, crypto::verify};
use serde_json::Value;

/// The algorithms with a public key that Okta takes.
pub(crate) const ASYMMETRIC: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
/// Those with a shared secret.
pub(crate) const SYMMETRIC: [&str; 3] = ["HS256", "HS384", "HS512"];

/// Keys are made by many tools: padding and stray bits at the end are none of our concern.
const LENIENT: GeneralPurposeConfig = NO_PAD.with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// A token, taken apart.
pub(crate) struct Jws<'a> {
    /// The header, an object.
    pub(crate) header: Value,
    /// The claims, an object.
    pub(crate) claims: Value,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Jws<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let part = |text: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            serde_json::from_slice::<Value>(&bytes).ok().filter(Value::is_object)
        };
        Some(Self { header: part(header)?, claims: part(claims)?, signed, signature })
    }

    /// Returns the algorithm that the header names.
    pub(crate) fn algorithm(&self) -> &str {
        self.header["alg"].as_str().unwrap_or_default()
    }

    /// Returns a claim that must be a text.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims[claim].as_str()
    }

    /// Returns a claim that is a time in seconds since 1970.
    pub(crate) fn time(&self, claim: &str) -> Option<i64> {
        let claim = &self.claims[claim];
        #[expect(clippy::cast_possible_truncation, reason = "a time beyond the range is far in the past or future all the same")]
        claim.as_i64().or_else(|| claim.as_f64().map(|seconds| seconds.floor() as i64))
    }

    /// Says whether the token is signed by the owner of a public key, with the algorithm that its header names.
    pub(crate) fn is_signed_with(&self, key: &Value) -> bool {
        let number = |name: &str, length: usize| number(key[name].as_str()?, length);
        let point = |length: usize| Some([vec![4], number("x", length)?, number("y", length)?].concat());
        match (key["kty"].as_str(), self.algorithm()) {
            (Some("RSA"), "RS256" | "RS384" | "RS512") => {
                let rsa = || Some(DecodingKey::from_rsa_raw_components(&number("n", 0)?, &number("e", 0)?));
                rsa().is_some_and(|key| self.fits(&key))
            }
            (Some("EC"), "ES256") => point(32).is_some_and(|point| self.fits(&DecodingKey::from_ec_der(&point))),
            (Some("EC"), "ES384") => point(48).is_some_and(|point| self.fits(&DecodingKey::from_ec_der(&point))),
            (Some("EC"), "ES512") => point(66).is_some_and(|point| self.fits_p521(&point)),
            _ => false,
        }
    }

    /// Says whether the token is signed with a shared secret, with the algorithm that its header names.
    pub(crate) fn is_signed_with_secret(&self, secret: &str) -> bool {
        SYMMETRIC.contains(&self.algorithm()) && self.fits(&DecodingKey::from_secret(secret.as_bytes()))
    }

    fn fits(&self, key: &DecodingKey) -> bool {
        let Ok(algorithm) = self.algorithm().parse::<Algorithm>() else {
            return false;
        };
        verify(self.signature, self.signed.as_bytes(), key, algorithm).unwrap_or_default()
    }

    /// The one algorithm that the library does not know.
    fn fits_p521(&self, point: &[u8]) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(self.signature) else {
            return false;
        };
        UnparsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point).verify(self.signed.as_bytes(), &signature).is_ok()
    }
}

/// Reads a number of a key: without zeros in front or, for a coordinate, with as many as its length asks for.
fn number(text: &str, length: usize) -> Option<Vec<u8>> {
    let bytes = GeneralPurpose::new(&URL_SAFE, LENIENT).decode(text).ok()?;
    let digits = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    if length == 0 {
        return Some(digits.to_vec());
    }
    let zeros = length.checked_sub(digits.len())?;
    Some([vec![0; zeros], digits.to_vec()].concat())
}
