//! Access tokens and proofs as a service app has them, signed with the keys that an export of the org shows.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Request, Response};
use idpctl_emulator::Org;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::support::{create, get, service};

pub(crate) const BASE: &str = "https://org.example.com";
/// What the frozen clock says.
pub(crate) const NOW: i64 = 1_767_225_600;

/// A service app and what signs its tokens.
pub(crate) struct Worker {
    pub(crate) client_id: String,
    kid: String,
    org_key: EncodingKey,
    own_key: EcdsaKeyPair,
}

impl Worker {
    pub(crate) async fn of(org: &Org) -> Self {
        let (client_id, _) = create(org, service("Worker")).await;
        let kid = get(org, "/oauth2/v1/keys").await["keys"][0]["kid"].as_str().unwrap().to_owned();
        let exported = org.export();
        let private = exported["tables"]["signing_keys"][format!("org/{kid}")]["private"].as_str().unwrap();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{private}\n-----END PRIVATE KEY-----\n");
        let org_key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        let own_key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { client_id, kid, org_key, own_key }
    }

    /// Returns a token with some scopes.
    pub(crate) fn token(&self, scopes: &[&str]) -> String {
        self.token_with(scopes, &json!({}))
    }

    /// Returns a token that is bound to the worker's own key.
    pub(crate) fn bound_token(&self, scopes: &[&str]) -> String {
        let jwk = self.jwk();
        let text = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
        self.token_with(scopes, &json!({"cnf": {"jkt": hash(&text)}}))
    }

    /// Returns a token in which some claims are not as they should be.
    pub(crate) fn token_with(&self, scopes: &[&str], claims: &Value) -> String {
        let mut all = json!({
            "ver": 1, "jti": "AT.made-up", "iss": BASE, "aud": BASE, "iat": NOW, "exp": NOW + 3600,
            "cid": self.client_id, "scp": scopes, "sub": self.client_id,
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let header = Header { typ: None, kid: Some(self.kid.clone()), ..Header::new(Algorithm::RS256) };
        encode(&header, &all, &self.org_key).unwrap()
    }

    /// Returns a proof for one request with a token.
    pub(crate) fn proof(&self, method: &str, path: &str, token: &str, jti: &str) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()});
        let claims = json!({"htm": method, "htu": format!("{BASE}{path}"), "iat": NOW, "jti": jti, "ath": hash(token)});
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.own_key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    fn jwk(&self) -> Value {
        let point = self.own_key.public_key().as_ref();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"kty": "EC", "crv": "P-256", "x": part(&point[1..33]), "y": part(&point[33..])})
    }
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

/// Asks with some headers, which may be anything.
pub(crate) async fn ask(org: &Org, method: &str, path: &str, headers: &[(&str, &[u8])], body: Value) -> Response<Vec<u8>> {
    let mut request = Request::builder().method(method).uri(format!("{BASE}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    org.call(request.body(bytes).unwrap()).await.unwrap()
}

/// Asks with a token as a scheme has it.
pub(crate) async fn ask_as(org: &Org, scheme: &str, token: &str, method: &str, path: &str, body: Value) -> Response<Vec<u8>> {
    ask(org, method, path, &[("authorization", format!("{scheme} {token}").as_bytes())], body).await
}

/// An answer's status, its challenge one parameter a line, and its body but for the id of the error.
pub(crate) fn told(response: &Response<Vec<u8>>) -> String {
    let mut lines = vec![response.status().as_u16().to_string()];
    if let Some(challenge) = response.headers().get("www-authenticate") {
        lines.extend(challenge.to_str().unwrap().split(", ").map(str::to_owned));
    }
    if let Ok(mut body) = serde_json::from_slice::<Value>(response.body()) {
        if body["errorId"].is_string() {
            body["errorId"] = json!("oae");
        }
        lines.push(body.to_string());
    }
    lines.join("\n")
}
