//! Public JSON Web Keys of a client: their schema, and what makes two of them the same.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// A client's public keys: written here, or in a file
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Jwks {
    /// The keys
    #[schemars(extend("x-idpctl" = {"compare": "keys"}))]
    pub keys: Option<Vec<Jwk>>,
    /// A file with a JWK Set, inside the repository
    #[schemars(extend("x-idpctl" = {"ours": true}))]
    pub file: Option<String>,
}

/// One public key (RFC 7517)
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Jwk {
    /// The sort of key
    pub kty: KeyType,
    /// The key's id; several keys need one each
    #[schemars(length(min = 1, max = 255))]
    pub kid: Option<String>,
    /// Signing (`sig`) or encryption (`enc`)
    pub r#use: Option<KeyUse>,
    /// The algorithm that the key is for
    pub alg: Option<String>,
    /// RSA: the modulus
    pub n: Option<String>,
    /// RSA: the exponent
    pub e: Option<String>,
    /// EC: the curve
    pub crv: Option<Curve>,
    /// EC: the x coordinate
    pub x: Option<String>,
    /// EC: the y coordinate
    pub y: Option<String>,
}

/// The sort of a key
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum KeyType {
    Rsa,
    Ec,
}

/// What a key is for
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum KeyUse {
    Sig,
    Enc,
}

/// An elliptic curve
#[derive(Debug, JsonSchema)]
#[expect(missing_docs, reason = "the values are the documentation, and doc comments would change the schema's form")]
pub enum Curve {
    #[schemars(rename = "P-256")]
    P256,
    #[schemars(rename = "P-384")]
    P384,
    #[schemars(rename = "P-521")]
    P521,
}

/// Members of a key that hold its private part (RFC 7518, section 6).
pub const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Returns what names a key: its `kid`, or its thumbprint (RFC 7638) where it has none.
pub fn key_id(key: &Value) -> String {
    key.get("kid").and_then(Value::as_str).map_or_else(|| thumbprint(key), str::to_owned)
}

/// Returns whether two keys are the same one: named alike, and made of the same numbers. What Okta adds or leaves null
/// (`id`, `status`, `use`, `alg`, `crv`: recorded) counts only where both say something.
pub fn same_key(a: &Value, b: &Value) -> bool {
    let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    let numbers = ["kty", "n", "e", "x", "y"].into_iter().all(|name| text(a, name) == text(b, name));
    let words = ["use", "alg", "crv", "status"].into_iter().all(|name| match (text(a, name), text(b, name)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    });
    key_id(a) == key_id(b) && numbers && words
}

fn thumbprint(key: &Value) -> String {
    let names: &[&str] = if key.get("kty").is_some_and(|t| t == "EC") { &["crv", "kty", "x", "y"] } else { &["e", "kty", "n"] };
    let members: Map<_, _> = names.iter().map(|name| ((*name).to_owned(), key.get(*name).cloned().unwrap_or(Value::Null))).collect();
    URL_SAFE_NO_PAD.encode(digest(&SHA256, json!(members).to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        let key = json!({
            "kty": "RSA", "e": "AQAB", "alg": "RS256",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        });
        assert_eq!(key_id(&key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn what_okta_adds_to_a_key_makes_it_no_other_key() {
        let sent = json!({"kty": "EC", "kid": "a", "x": "1", "y": "2", "crv": "P-256"});
        let shown = json!({"kty": "EC", "id": "pks1", "status": "ACTIVE", "kid": "a", "use": null, "crv": null, "x": "1", "y": "2"});
        assert!(same_key(&sent, &shown));
        assert!(!same_key(&sent, &json!({"kty": "EC", "kid": "a", "x": "1", "y": "3"})));
    }
}
