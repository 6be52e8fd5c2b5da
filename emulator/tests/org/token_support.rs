//! Clients of the token endpoints: how they ask, how they prove themselves, and how a token is checked by somebody else.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{Request, Response};
use idpctl_emulator::Org;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::support::{create, get, org, send};

/// The time of the frozen clock.
pub(crate) const NOW: i64 = 1_767_225_600;
pub(crate) const BASE: &str = "https://org.example.com";
pub(crate) const TOKEN: &str = "/oauth2/default/v1/token";
pub(crate) const ORG_TOKEN: &str = "/oauth2/v1/token";

/// The secret of clients that have one.
pub(crate) const SECRET: &str = "a-secret-of-more-than-32-characters";
/// What a form says that asks for a client's own token.
pub(crate) const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// What a form or the headers of a request say.
pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

/// An org whose keys are drawn, which takes long, with the scope `customScope` at its built-in server.
pub(crate) async fn drawn() -> Org {
    static DRAWN: OnceCell<Org> = OnceCell::const_new();
    let made = DRAWN.get_or_init(|| async {
        let org = org();
        get(&org, "/oauth2/v1/keys").await;
        get(&org, "/oauth2/default/v1/keys").await;
        let path = "/api/v1/authorizationServers/default/scopes";
        let (status, scope) = send(&org, "POST", path, json!({"name": "customScope"})).await;
        assert_eq!(status, 201, "{scope}");
        org
    });
    made.await.fork()
}

/// A service app that authenticates with a secret, by a method.
pub(crate) fn secretive(client_id: &str, method: &str) -> Value {
    json!({
        "name": "oidc_client",
        "label": client_id,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {
            "client_id": client_id,
            "client_secret": SECRET,
            "token_endpoint_auth_method": method,
        }},
        "settings": {"oauthClient": {
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
        }},
    })
}

/// The `Authorization` header of a client that [`secretive`] makes.
pub(crate) fn basic(client_id: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{SECRET}")))
}

/// Sends a form to an endpoint.
pub(crate) async fn post(org: &Org, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Response<Vec<u8>> {
    let mut request = Request::builder()
        .method("POST")
        .uri(format!("http://127.0.0.1{path}"))
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    org.call(request.body(body.finish().into_bytes()).unwrap()).await.unwrap()
}

/// The header of an answer, which must be there.
pub(crate) fn header<'a>(response: &'a Response<Vec<u8>>, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

/// A request in a few words and all of the answer but for the id of an error, a line each.
pub(crate) fn whole(what: &str, response: &Response<Vec<u8>>) -> String {
    let mut body = body(response);
    if body["errorId"].is_string() {
        body["errorId"] = json!("oae");
    }
    format!("{what}\n    {} {body}", response.status().as_u16())
}

pub(crate) fn body(response: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_default()
}

/// An org with a client that authenticates with a secret in the header, `machine`, and one with a secret in the form, `posting`.
pub(crate) async fn with_clients() -> Org {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    create(&org, secretive("posting", "client_secret_post")).await;
    org
}

/// Sends forms as `machine`.
pub(crate) async fn by_machine(org: &Org, path: &str, forms: &[Pairs<'_>]) -> String {
    let mut told = Vec::new();
    for form in forms {
        let asked: Vec<_> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = post(org, path, &[("authorization", &basic("machine"))], form).await;
        told.push(whole(&asked.join("&"), &response));
    }
    told.join("\n")
}

/// Asks for a token with a client that [`secretive`] makes.
pub(crate) async fn ask(org: &Org, path: &str, client_id: &str, scope: &str) -> (u16, Value) {
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    let response = post(org, path, &[("authorization", &basic(client_id))], &form).await;
    (response.status().as_u16(), body(&response))
}

/// A refusal of an OAuth endpoint, or what else was answered, in one line.
pub(crate) fn said((status, body): &(u16, Value)) -> String {
    match (&body["error"], &body["expires_in"]) {
        (Value::String(error), _) => format!("{status} {error}: {}", body["error_description"].as_str().unwrap_or_default()),
        (_, Value::Number(seconds)) => format!("{status} {} {seconds} s: {}", body["token_type"], body["scope"]),
        _ => format!("{status} {} {}", body["errorCode"], body["errorSummary"]),
    }
}

/// Header and claims of a token, whose signature is by a key of the served set.
pub(crate) async fn verified(org: &Org, keys: &str, token: &str) -> (Value, Value) {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let [header, claims] = [header, claims].map(|part| serde_json::from_slice::<Value>(&bytes(part)).unwrap());
    let set = get(org, keys).await;
    let key = set["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let part = |name: &str| bytes(key[name].as_str().unwrap());
    let key = RsaPublicKeyComponents { n: part("n"), e: part("e") };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &bytes(signature)).unwrap();
    (header, claims)
}

/// The same token with another signature, in its first character: not every bit of the last one counts.
pub(crate) fn tampered(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{message}.{other}{}", &signature[1..])
}

/// The SHA-256 of a text, in base64url.
pub(crate) fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

fn bytes(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// A token of header and claims that is sealed with a secret.
pub(crate) fn sealed(claims: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "HS256"})), part(claims));
    let seal = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(seal))
}

/// A key pair of a client, on the curve P-256 because such keys are drawn quickly.
pub(crate) struct Key(EcdsaKeyPair);

impl Key {
    pub(crate) fn draw() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(crate) fn public(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"kty": "EC", "crv": "P-256", "x": part(&point[1..33]), "y": part(&point[33..])})
    }

    /// The thumbprint of the public half (RFC 7638).
    pub(crate) fn thumbprint(&self) -> String {
        let public = self.public();
        hash(&format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, public["x"], public["y"]))
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A proof of possession for a POST to an endpoint at the time of the frozen clock, with more claims or other ones.
    pub(crate) fn proof(&self, path: &str, more: &Value) -> String {
        self.sign(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.public()}), &proof_claims(path, more))
    }

    /// An assertion of a client for an endpoint.
    pub(crate) fn assertion(&self, client_id: &str, path: &str, jti: &str) -> String {
        let claims = json!({"iss": client_id, "sub": client_id, "aud": format!("{BASE}{path}"), "exp": NOW + 300, "jti": jti});
        self.sign(&json!({"alg": "ES256", "kid": "own"}), &claims)
    }
}

/// The claims of a proof of possession.
pub(crate) fn proof_claims(path: &str, more: &Value) -> Value {
    let mut claims = json!({"htm": "POST", "htu": format!("{BASE}{path}"), "iat": NOW});
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// Makes a service app of this `client_id` with this key and these granted scopes.
pub(crate) async fn keyed(org: &Org, client_id: &str, key: &Key, scopes: &[&str], dpop: bool) -> String {
    let mut app = secretive(client_id, "private_key_jwt");
    app["credentials"]["oauthClient"].as_object_mut().unwrap().remove("client_secret");
    let mut public = key.public();
    public["kid"] = json!("own");
    app["settings"]["oauthClient"]["jwks"] = json!({"keys": [public]});
    app["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(dpop);
    let (id, _) = create(org, app).await;
    for scope in scopes {
        let grant = json!({"issuer": BASE, "scopeId": scope});
        let (status, body) = send(org, "POST", &format!("/api/v1/apps/{id}/grants"), grant).await;
        assert_eq!(status, 201, "{body}");
    }
    id
}

/// Sends a form with an assertion.
pub(crate) async fn post_keyed(
    org: &Org,
    path: &str,
    headers: &[(&str, &str)],
    assertion: &str,
    form: &[(&str, &str)],
) -> Response<Vec<u8>> {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let proof = [("client_assertion_type", kind), ("client_assertion", assertion)];
    post(org, path, headers, &[form, &proof].concat()).await
}
