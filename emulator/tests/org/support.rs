//! One way to ask an org, and one way to write down what it said.

use http::{Request, Response};
use idpctl_emulator::{Config, Org, Reset, Switches};
use serde_json::{Value, json};

/// The modulus of RFC 7515's RSA example, 2,048 bits.
pub(crate) const MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

pub(crate) fn org() -> Org {
    Org::open(frozen()).unwrap()
}

pub(crate) fn frozen() -> Config {
    Config { frozen_clock: true, base: Some("https://org.example.com".into()), ..Config::default() }
}

/// An org with some switches set.
pub(crate) fn switched(switches: &[(&str, &str)]) -> Org {
    Org::open(Config { switches: self::switches(switches), ..frozen() }).unwrap()
}

/// Some switches set, for an org that there is already.
pub(crate) fn switches(pairs: &[(&str, &str)]) -> Switches {
    let mut switches = Switches::default();
    for (name, value) in pairs {
        switches.set(name, value).unwrap();
    }
    switches
}

pub(crate) async fn try_send(org: &Org, method: &str, path: &str, body: Value) -> Result<Response<Vec<u8>>, Reset> {
    let bytes = match body {
        Value::Null => Vec::new(),
        body => body.to_string().into_bytes(),
    };
    let request = Request::builder()
        .method(method)
        .uri(format!("http://127.0.0.1{path}"))
        .header("authorization", format!("SSWS {}", org.okta_token()));
    org.call(request.body(bytes).unwrap()).await
}

pub(crate) async fn send(org: &Org, method: &str, path: &str, body: Value) -> (u16, Value) {
    let response = try_send(org, method, path, body).await.unwrap();
    let status = response.status().as_u16();
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    (status, body)
}

pub(crate) async fn get(org: &Org, path: &str) -> Value {
    let (status, body) = send(org, "GET", path, Value::Null).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// A refusal in one line: status, code and causes.
pub(crate) fn refusal((status, body): (u16, Value)) -> String {
    let causes = body["errorCauses"].as_array().into_iter().flatten();
    let causes: Vec<_> = causes.filter_map(|cause| cause["errorSummary"].as_str()).collect();
    let code = body["errorCode"].as_str().unwrap_or("no error");
    let summary = body["errorSummary"].as_str().unwrap_or_default();
    format!("{status} {code} {summary} {causes:?}")
}

/// An answer, one line for each member of the object itself and of its larger members.
pub(crate) fn lines(app: &Value) -> String {
    let members = app.as_object().unwrap().iter();
    let lines: Vec<_> = members
        .flat_map(|(name, value)| match value.as_object() {
            Some(inner) if matches!(name.as_str(), "settings" | "_links") => {
                inner.iter().map(|(inner, value)| format!("{name}.{inner}: {value}")).collect()
            }
            _ => vec![format!("{name}: {value}")],
        })
        .collect();
    lines.join("\n")
}

/// Asks the portal, at a path below `/portal-api`.
pub(crate) async fn portal(org: &Org, method: &str, path: &str, body: Value) -> (u16, Value) {
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = Request::builder()
        .method(method)
        .uri(format!("http://127.0.0.1/portal-api{path}"))
        .header("authorization", org.portal_token())
        .header("accept", "application/json");
    let response = org.call(request.body(bytes).unwrap()).await.unwrap();
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

/// Asks the portal for something that must be there or be done.
pub(crate) async fn portal_ok(org: &Org, method: &str, path: &str, body: Value) -> Value {
    let (status, body) = portal(org, method, path, body).await;
    assert!((200..300).contains(&status), "{method} {path}: {status} {body}");
    body
}

/// An Okta provider, its token included.
pub(crate) fn provider(name: &str) -> Value {
    json!({
        "Name": name,
        "Type": "Okta",
        "WellKnownURL": "https://org.example.com/oauth2/default/.well-known/openid-configuration",
        "RegistrationAccessToken": "00made-up",
        "SSLInsecureSkipVerify": false,
    })
}

/// A client type with all six keys.
pub(crate) fn client_type(name: &str) -> Value {
    json!({
        "Name": name,
        "Description": "For servers",
        "ResponseTypes": "token,code",
        "GrantType": "authorization_code,refresh_token",
        "TokenEndpointAuthMethod": "client_secret_basic",
        "OktaAppType": "web",
    })
}

/// A product without client types.
pub(crate) fn product(name: &str) -> Value {
    json!({"Name": name, "ProviderID": 1, "IsDocumentationOnly": false})
}

/// The smallest web app.
pub(crate) fn web(label: &str) -> Value {
    json!({
        "name": "oidc_client",
        "label": label,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
        "settings": {"oauthClient": {
            "application_type": "web",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "redirect_uris": ["https://app.example.com/callback"],
        }},
    })
}

/// A service app that proves itself with a key.
pub(crate) fn service(label: &str) -> Value {
    json!({
        "name": "oidc_client",
        "label": label,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}},
        "settings": {"oauthClient": {
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
            "jwks": {"keys": [key("first")]},
        }},
    })
}

pub(crate) fn key(kid: &str) -> Value {
    json!({"kty": "RSA", "kid": kid, "e": "AQAB", "n": MODULUS})
}

/// Creates an app and returns its id and the answer.
pub(crate) async fn create(org: &Org, body: Value) -> (String, Value) {
    let (status, app) = send(org, "POST", "/api/v1/apps", body).await;
    assert_eq!(status, 200, "{app}");
    (app["id"].as_str().unwrap().to_owned(), app)
}

/// Creates an authorization server and returns its id and the answer.
pub(crate) async fn server(org: &Org, name: &str) -> (String, Value) {
    let audience = format!("api://{}", name.to_lowercase());
    let body = json!({"name": name, "description": "For the test", "audiences": [audience]});
    let (status, server) = send(org, "POST", "/api/v1/authorizationServers", body).await;
    assert_eq!(status, 201, "{server}");
    (server["id"].as_str().unwrap().to_owned(), server)
}
