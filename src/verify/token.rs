//! A token and the keys of its issuer to what it claims, held against what was promised.
//!
//! Nothing of a token is kept but its claims, and of those only the ones that are looked at are ever shown.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::Value;

use crate::printable::printable_head;
use crate::secret::Secret;

/// By how many seconds two clocks may differ.
const SKEW: i64 = 60;

/// What a token claims, its signature being right. Its `Debug` shows none of it.
#[derive(Clone)]
pub struct Claims(Value);

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").finish_non_exhaustive()
    }
}

/// Why what a token claims cannot be believed, or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is encrypted for somebody else.
    #[error("it is encrypted for the API that it is for, so that nobody else can tell what it claims")]
    Encrypted,
    /// It has another form.
    #[error("it is no JWT")]
    NoJwt,
    /// Its signature is of a sort that proves nothing.
    #[error("it is signed by `{0}`, which proves nothing to whoever has the public keys alone")]
    Algorithm(String),
    /// It is signed by a key that is not published.
    #[error("it is signed by a key that is not among the issuer's `keys`")]
    UnknownKey,
    /// The key that it names did not sign it.
    #[error("its signature is wrong")]
    Signature,
}

/// Reads a token whose signature is by one of an issuer's keys.
pub fn read(token: &Secret, keys: &[Value]) -> Result<Claims, Unreadable> {
    let parts: Vec<&str> = token.expose().split('.').collect();
    let [header, claims, signature] = match parts.as_slice() {
        [header, claims, signature] => [*header, *claims, *signature],
        [_, _, _, _, _] => return Err(Unreadable::Encrypted),
        _ => return Err(Unreadable::NoJwt),
    };
    let tree = |part: &str| URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let (Some(head), Some(body @ Value::Object(_))) = (tree(header), tree(claims)) else { return Err(Unreadable::NoJwt) };
    let algorithm = head["alg"].as_str().unwrap_or_default();
    let signing = algorithm.parse::<Algorithm>().ok().filter(|_| !algorithm.starts_with("HS"));
    let signing = signing.ok_or_else(|| Unreadable::Algorithm(printable_head(algorithm, 40)))?;
    let named = keys.iter().filter(|key| key["kid"].is_string() && key["kid"] == head["kid"] && key["use"] != "enc");
    let sound = |key: &Value| serde_json::from_value::<Jwk>(key.clone()).ok().and_then(|key| DecodingKey::from_jwk(&key).ok());
    let known: Vec<_> = named.filter_map(sound).collect();
    if known.is_empty() {
        return Err(Unreadable::UnknownKey);
    }
    let message = format!("{header}.{claims}");
    let signed = known.iter().any(|key| crypto::verify(signature, message.as_bytes(), key, signing).unwrap_or(false));
    if signed { Ok(Claims(body)) } else { Err(Unreadable::Signature) }
}

/// What a token is to claim.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Its issuer: any of these.
    pub issuers: BTreeSet<String>,
    /// Who it is for; `None` if that is not known.
    pub audience: Option<String>,
    /// Whose it is.
    pub client_id: String,
    /// What for.
    pub scopes: BTreeSet<String>,
    /// For how many seconds; `None` if no manifest says.
    pub lifetime: Option<u64>,
    /// For how many seconds, as the answer says that brought it.
    pub answered: u64,
    /// The key that it is to be bound to; `None` if it need not be.
    pub thumbprint: Option<String>,
    /// What time it is by the issuer's clock, in seconds since 1970.
    pub now: i64,
}

/// A way in which a token is not the one that was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Its `iss`.
    Issuer(String),
    /// Its `aud`.
    Audience(String),
    /// Its `cid`.
    Client(String),
    /// Its `scp`: what it lacks, and what it has besides.
    Scopes(Vec<String>, Vec<String>),
    /// From `iat` to `exp` it is so many seconds.
    Lifetime(i64),
    /// The answer says another time than the token does.
    Answered(u64, i64),
    /// It is not good now.
    Time,
    /// It is not bound to the key.
    Unbound,
}

/// Returns how a token differs from what was promised.
pub fn faults(Claims(claims): &Claims, expected: &Expected) -> Vec<Fault> {
    let Expected { issuers, audience, client_id, scopes, lifetime, answered, thumbprint, now } = expected;
    let shown = |value: &Value| value.as_str().map_or_else(|| printable_head(&value.to_string(), 200), |text| printable_head(text, 200));
    let mut found = Vec::new();
    if !claims["iss"].as_str().is_some_and(|issuer| issuers.contains(issuer)) {
        found.push(Fault::Issuer(shown(&claims["iss"])));
    }
    let is_for = |audience: &String| match &claims["aud"] {
        Value::Array(all) => all.iter().any(|one| one == audience),
        one => one == audience,
    };
    if !audience.as_ref().is_none_or(is_for) {
        found.push(Fault::Audience(shown(&claims["aud"])));
    }
    if claims["cid"] != **client_id {
        found.push(Fault::Client(shown(&claims["cid"])));
    }
    let held: BTreeSet<String> = claims["scp"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    if held != *scopes {
        let lacks = scopes.difference(&held).map(|scope| printable_head(scope, 100)).collect();
        found.push(Fault::Scopes(lacks, held.difference(scopes).map(|scope| printable_head(scope, 100)).collect()));
    }
    let [issued, expires] = ["iat", "exp"].map(|claim| claims[claim].as_i64());
    match issued.zip(expires) {
        Some((issued, expires)) => {
            let seconds = expires.saturating_sub(issued);
            let is = |promised: &u64| i64::try_from(*promised) == Ok(seconds);
            if !lifetime.as_ref().is_none_or(is) {
                found.push(Fault::Lifetime(seconds));
            } else if !is(answered) {
                found.push(Fault::Answered(*answered, seconds));
            }
            if issued > now.saturating_add(SKEW) || expires <= *now {
                found.push(Fault::Time);
            }
        }
        None => found.push(Fault::Time),
    }
    if thumbprint.as_ref().is_some_and(|key| claims["cnf"]["jkt"] != **key) {
        found.push(Fault::Unbound);
    }
    found
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    use super::*;

    /// Returns what a token claims that is as promised but for some claims.
    fn claims(changes: &Value) -> Value {
        let mut claims = json!({"ver": 1, "iss": "https://acme.okta.com/oauth2/aus1", "aud": "https://api.example.com/orders", "iat": 1000, "exp": 4600,
            "cid": "the_worker", "sub": "the_worker", "scp": ["orders.write", "orders.read"], "cnf": {"jkt": "thumb"}});
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        claims
    }

    fn expected() -> Expected {
        Expected {
            issuers: ["https://acme.okta.com/oauth2/aus1".to_owned()].into(),
            audience: Some("https://api.example.com/orders".to_owned()),
            client_id: "the_worker".to_owned(),
            scopes: ["orders.read".to_owned(), "orders.write".to_owned()].into(),
            lifetime: Some(3600),
            answered: 3600,
            thumbprint: Some("thumb".to_owned()),
            now: 1000,
        }
    }

    fn found(changes: &Value, change: impl FnOnce(&mut Expected)) -> Vec<Fault> {
        let mut expected = expected();
        change(&mut expected);
        faults(&Claims(claims(changes)), &expected)
    }

    #[test]
    fn a_token_as_promised_has_no_fault() {
        assert_eq!(found(&json!({}), |_| {}), []);
        assert_eq!(found(&json!({"aud": ["x", "https://api.example.com/orders"], "iat": 1050, "exp": 4650}), |_| {}), []);
        let open = |expected: &mut Expected| (expected.lifetime, expected.audience, expected.thumbprint) = (None, None, None);
        assert_eq!(found(&json!({"aud": "any", "cnf": null}), open), []);
    }

    #[test]
    fn every_other_claim_is_a_fault() {
        let table: Vec<_> = [
            json!({"iss": "https://evil.example.com/oauth2/aus1"}),
            json!({"iss": 1}),
            json!({"aud": "https://api.example.com/other"}),
            json!({"cid": "another\u{1b}[31m"}),
            json!({"cid": null}),
            json!({"scp": ["orders.read", "orders.admin"]}),
            json!({"scp": null}),
            json!({"exp": 1300}),
            json!({"iat": 2000, "exp": 5600}),
            json!({"iat": -3000, "exp": 600}),
            json!({"exp": null}),
            json!({"cnf": {"jkt": "another"}}),
            json!({"cnf": null}),
        ]
        .into_iter()
        .map(|changes| format!("{changes}: {:?}", found(&changes, |_| {})))
        .collect();
        insta::assert_snapshot!(table.join("\n"), @r#"
        {"iss":"https://evil.example.com/oauth2/aus1"}: [Issuer("https://evil.example.com/oauth2/aus1")]
        {"iss":1}: [Issuer("1")]
        {"aud":"https://api.example.com/other"}: [Audience("https://api.example.com/other")]
        {"cid":"another\u001b[31m"}: [Client("another\\u{1b}[31m")]
        {"cid":null}: [Client("null")]
        {"scp":["orders.read","orders.admin"]}: [Scopes(["orders.write"], ["orders.admin"])]
        {"scp":null}: [Scopes(["orders.read", "orders.write"], [])]
        {"exp":1300}: [Lifetime(300)]
        {"iat":2000,"exp":5600}: [Time]
        {"iat":-3000,"exp":600}: [Time]
        {"exp":null}: [Time]
        {"cnf":{"jkt":"another"}}: [Unbound]
        {"cnf":null}: [Unbound]
        "#);
        assert_eq!(found(&json!({}), |expected| expected.answered = 60), [Fault::Answered(60, 3600)]);
    }

    fn key() -> (EncodingKey, Value) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let key = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap()).unwrap();
        public["kid"] = json!("k");
        (key, public)
    }

    #[test]
    fn only_a_published_key_makes_a_token_believed() {
        let (key, public) = key();
        let signed = |kid: &str| {
            let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) };
            encode(&header, &claims(&json!({})), &key).unwrap()
        };
        let read = |token: &str, keys: &[Value]| read(&Secret::new(token.to_owned()), keys).map(|_| ()).map_err(|why| why.to_string());
        assert_eq!(read(&signed("k"), std::slice::from_ref(&public)), Ok(()));
        let (_, other) = self::key();
        let token = signed("k");
        let (rest, signature) = token.rsplit_once('.').unwrap();
        let head = |tree: &Value| format!("{}.e30.{signature}", URL_SAFE_NO_PAD.encode(tree.to_string()));
        let mut encrypting = public.clone();
        encrypting["use"] = json!("enc");
        let hmac = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::HS256) };
        let hmac = encode(&hmac, &claims(&json!({})), &EncodingKey::from_secret(public["x"].as_str().unwrap().as_bytes())).unwrap();
        let told = [
            read(&signed("l"), std::slice::from_ref(&public)),
            read(&token, &[]),
            read(&token, &[encrypting]),
            read(&token, &[other]),
            read(&format!("{rest}.AAAA"), std::slice::from_ref(&public)),
            read(&head(&json!({"alg": "none", "kid": "k"})), std::slice::from_ref(&public)),
            read(&head(&json!({"alg": "RS256", "kid": "k"})), std::slice::from_ref(&public)),
            read(&hmac, std::slice::from_ref(&public)),
            read("a.b.c.d.e", std::slice::from_ref(&public)),
            read("opaque", std::slice::from_ref(&public)),
        ];
        let told: Vec<_> = told.into_iter().map(|outcome| outcome.expect_err("it is not to be believed")).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        it is signed by a key that is not among the issuer's `keys`
        it is signed by a key that is not among the issuer's `keys`
        it is signed by a key that is not among the issuer's `keys`
        its signature is wrong
        its signature is wrong
        it is signed by `none`, which proves nothing to whoever has the public keys alone
        its signature is wrong
        it is signed by `HS256`, which proves nothing to whoever has the public keys alone
        it is encrypted for the API that it is for, so that nobody else can tell what it claims
        it is no JWT
        ");
    }
}
