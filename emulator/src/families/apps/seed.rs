//! Apps that an org is filled with before anybody uses it, for benches and trials with many of them.

use serde_json::{Value, json};

use super::create;
use crate::{answer::Refusal, call::Call, families::Exchange};

/// Returns the request body of the `n`th seeded app: web, service, browser and native apps in turn.
fn body(n: usize) -> Value {
    let (kind, method, client) = match n % 4 {
        0 => (
            "web",
            "client_secret_basic",
            json!({"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
                "redirect_uris": [format!("https://app-{n}.example.com/callback")],
                "post_logout_redirect_uris": [format!("https://app-{n}.example.com/")]}),
        ),
        1 => ("service", "client_secret_basic", json!({"grant_types": ["client_credentials"], "response_types": ["token"]})),
        2 => (
            "browser",
            "none",
            json!({"grant_types": ["authorization_code"], "response_types": ["code"],
                "redirect_uris": [format!("https://app-{n}.example.com/callback")]}),
        ),
        _ => (
            "native",
            "none",
            json!({"grant_types": ["authorization_code"], "response_types": ["code"],
                "redirect_uris": [format!("com.example.app{n}:/callback")]}),
        ),
    };
    let mut client = client;
    client["application_type"] = json!(kind);
    json!({
        "name": "oidc_client",
        "label": format!("Seeded app {n:05}"),
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": method}},
        "settings": {"oauthClient": client},
        "visibility": {"hide": {"iOS": true, "web": true}},
    })
}

/// Returns the request that creates the `n`th seeded app.
pub(crate) fn call(n: usize) -> Call {
    let request = http::Request::new(body(n).to_string().into_bytes());
    Call::new(request, None)
}

/// Creates the app that a seeding request asks for.
pub(crate) fn seed(exchange: &mut Exchange<'_>) -> Result<(), Refusal> {
    create(exchange).map(drop)
}
