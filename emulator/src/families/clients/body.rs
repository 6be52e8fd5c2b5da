//! A client in the flat form of RFC 7591, and the body of an app that says the same.
//!
//! What this form has no name for is kept by a PUT, for the other API to change.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    answer::Refusal,
    families::apps::{
        document::{App, Secret},
        fields::Problems,
    },
    switches::{ChosenCredentials, OmittedClientSettings, Switches},
};

const METHOD: &str = "token_endpoint_auth_method";
/// The settings, which both APIs call the same, in the order in which the specification's examples show them.
const SETTINGS: [&str; 17] = [
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "redirect_uris",
    "post_logout_redirect_uris",
    "response_types",
    "grant_types",
    METHOD,
    "application_type",
    "initiate_login_uri",
    "id_token_encrypted_response_alg",
    "jwks",
    "jwks_uri",
    "request_object_signing_alg",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
];

/// Returns a client as it is answered, with its secret if one is to be shown.
pub(super) fn render(app: &App, secret: Option<&Secret>) -> Value {
    let mut client = Map::new();
    client.insert("client_id".into(), json!(app.client_id()));
    if let Some(secret) = secret {
        client.insert("client_secret".into(), json!(secret.value));
    }
    let issued = app.body["created"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
    client.insert("client_id_issued_at".into(), json!(issued.map(Timestamp::as_second)));
    if app.has_secrets() {
        client.insert("client_secret_expires_at".into(), json!(0));
    }
    client.insert("client_name".into(), json!(app.label()));
    for name in SETTINGS {
        let Some(value) = parent(&app.body, name).get(name) else { continue };
        let value = if name == "jwks" { json!({"keys": app.keys().iter().map(key).collect::<Vec<_>>()}) } else { value.clone() };
        client.insert(name.into(), value);
    }
    client.into()
}

/// Returns the object of an app's body that a setting is in.
fn parent<'a>(app: &'a Value, name: &str) -> &'a Value {
    &app[group(name)]["oauthClient"]
}

fn group(name: &str) -> &'static str {
    if name == METHOD { "credentials" } else { "settings" }
}

/// A key has no id of Okta's and no status here.
fn key(key: &Value) -> Value {
    let members = key.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| !matches!(name.as_str(), "id" | "status" | "created" | "lastUpdated"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Returns the body of an app for what was sent, which replaces what was there before.
pub(super) fn as_app(switches: &Switches, sent: &Value, before: Option<&App>) -> Result<Value, Refusal> {
    let mut problems = Problems::default();
    refuse_chosen(switches, sent, before, &mut problems);
    if let Some(before) = before {
        refuse_incomplete(switches, sent, before, &mut problems);
    }
    problems.settle()?;
    let mut app = before.map_or_else(new, |before| before.body.clone());
    app["label"] = sent["client_name"].clone();
    for name in SETTINGS {
        let Some(parent) = app[group(name)]["oauthClient"].as_object_mut() else { continue };
        match sent.get(name) {
            Some(value) => parent.insert(name.into(), value.clone()),
            None => parent.remove(name),
        };
    }
    let client = &mut app["settings"]["oauthClient"];
    if client["grant_types"].is_null() {
        client["grant_types"] = json!(["authorization_code"]);
    }
    let grants = client["grant_types"].as_array().cloned().unwrap_or_default();
    if client["response_types"].is_null() && grants.iter().any(|grant| grant == "authorization_code") {
        client["response_types"] = json!(["code"]);
    }
    // The settings of a grant go with it.
    if !grants.iter().any(|grant| grant == "refresh_token") {
        client["refresh_token"] = Value::Null;
    }
    let credentials = &mut app["credentials"]["oauthClient"];
    if sent[METHOD] == "none" {
        credentials["pkce_required"] = json!(true);
    }
    // The secret is kept, whatever a PUT of the other API without one does.
    credentials["client_secret"] = json!("");
    Ok(app)
}

fn new() -> Value {
    json!({
        "name": "oidc_client",
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {}},
        "settings": {"oauthClient": {"consent_method": "REQUIRED"}},
    })
}

/// Id and secret are Okta's to choose; those that the client has may be repeated.
fn refuse_chosen(switches: &Switches, sent: &Value, before: Option<&App>, problems: &mut Problems) {
    if switches.chosen_client_credentials() == ChosenCredentials::Ignore {
        return;
    }
    let unchanged = |text: &str, known: &str| before.is_some() && text == known;
    let secrets = before.map(|before| before.secrets.as_slice()).unwrap_or_default();
    let id = before.map(App::client_id).unwrap_or_default();
    if sent["client_id"].as_str().is_some_and(|sent| !unchanged(sent, id)) {
        problems.of("client_id", "The client_id is assigned by the org and can't be chosen.");
    }
    if sent["client_secret"].as_str().is_some_and(|sent| !secrets.iter().any(|secret| unchanged(sent, &secret.value))) {
        problems.of("client_secret", "The client_secret is generated by the org and can't be chosen.");
    }
}

/// A PUT says all settings of the client, and nothing of its times.
fn refuse_incomplete(switches: &Switches, sent: &Value, before: &App, problems: &mut Problems) {
    for name in ["client_id_issued_at", "client_secret_expires_at"] {
        if sent.get(name).is_some() {
            problems.of(name, "The field can't be included in an update.");
        }
    }
    if switches.omitted_client_settings() == OmittedClientSettings::Reset {
        return;
    }
    for name in SETTINGS {
        if parent(&before.body, name).get(name).is_some() && sent.get(name).is_none() {
            problems.of(name, "The field is missing. All settings must be specified in an update.");
        }
    }
}
