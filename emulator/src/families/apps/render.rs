//! A stored app as an answer: the body with its links and, after a write, the secret.

use serde_json::{Value, json};

use super::{document::App, foreign, jwk};
use crate::families::Exchange;

const APP_LINK: &str = "aln177a159h7Zf52X0g8";
const LOGO: &str = "https://op3static2.oktacdn.com/assets/img/logos/default.6770228fb0dab49a1695ef440a5279bb.png";

/// Returns the answer to a read, which never holds a client secret.
pub(super) fn read(x: &Exchange<'_>, app: App) -> Value {
    let links = links(x, &app);
    let mut body = app.body;
    if let Some(Value::Array(keys)) = body.pointer_mut("/settings/oauthClient/jwks/keys") {
        for key in keys {
            *key = jwk::shown(key);
        }
    }
    body["_links"] = links;
    body
}

/// Returns the answer to a create or replace, which holds the newest active secret of a client that has any.
pub(super) fn written(x: &Exchange<'_>, app: &App) -> Value {
    let mut body = read(x, app.clone());
    let client = body.pointer_mut("/credentials/oauthClient").and_then(Value::as_object_mut);
    if let (Some(client), Some(secret)) = (client, app.shown_secret()) {
        let place = client.keys().position(|name| name == "client_id");
        let place = place.map_or(0, |at| at + 1);
        client.shift_insert(place, "client_secret".into(), json!(secret.value));
    }
    body
}

fn links(x: &Exchange<'_>, app: &App) -> Value {
    let own = x.url(&format!("/api/v1/apps/{}", app.id));
    let policy = |id: &str| json!({"href": x.url(&format!("/api/v1/policies/{id}"))});
    let name = app.body["name"].as_str().unwrap_or_default();
    let active = app.body["status"] == "ACTIVE";
    let shown = app.body["visibility"]["appLinks"].as_object();
    let app_links: Vec<_> = shown
        .into_iter()
        .flatten()
        .filter(|(_, shown)| **shown == true)
        .map(|(link, _)| {
            let place = if app.is_client() { APP_LINK.to_owned() } else { foreign::link_place(x, app, link) };
            let href = x.url(&format!("/home/{name}/{}/{place}", app.id));
            json!({"name": link, "href": href, "type": "text/html"})
        })
        .collect();
    let mut links = serde_json::Map::new();
    let mut add = |name: &str, link: Value| links.insert(name.into(), link);
    if !app.is_client() {
        for (name, link) in foreign::first_links(x, app) {
            add(name, link);
        }
    }
    add("uploadLogo", json!({"href": format!("{own}/logo"), "hints": {"allow": ["POST"]}}));
    add("appLinks", app_links.into());
    add("profileEnrollment", policy(&x.organization.default_policy));
    if !active {
        add("activate", json!({"href": format!("{own}/lifecycle/activate")}));
    }
    add("policies", json!({"href": format!("{own}/policies"), "hints": {"allow": ["PUT"]}}));
    add("groups", json!({"href": format!("{own}/groups")}));
    add("logo", json!([{"name": "medium", "href": app.logo.as_deref().unwrap_or(LOGO), "type": "image/png"}]));
    let credentials = match app.auth_method() {
        "none" => None,
        // Okta's own OIDC apps of the catalogue link to secrets, though their answers have no client at all.
        "" => (app.body["signOnMode"] == "OPENID_CONNECT").then_some("secrets"),
        "private_key_jwt" => Some("jwks"),
        _ => Some("secrets"),
    };
    if let Some(kind) = credentials {
        let href = format!("{own}/credentials/{kind}");
        add("clientCredentials", json!([{"name": kind, "href": href}]));
    }
    add("accessPolicy", policy(&app.access_policy));
    add("users", json!({"href": format!("{own}/users")}));
    if active {
        add("deactivate", json!({"href": format!("{own}/lifecycle/deactivate")}));
    }
    links.into()
}
