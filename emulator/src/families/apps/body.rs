//! The whole body of an app, built from what was sent and, for a PUT, from what was there.
//!
//! A PUT replaces: what is not sent is reset, but for the members that recorded PUTs kept (notifications, app links, the
//! user name template, the signing key and the settings of refresh tokens).

use serde_json::{Map, Value, json};

use super::{
    checks::{self, Candidate},
    client, common, credentials,
    document::App,
    fields::{Problems, keep_unknown, object},
    foreign::{self, Source},
    signing,
};
use crate::{answer::Refusal, families::Exchange, switches::ChangedType};

/// What a request says in vain: the server alone decides.
const READ_ONLY: [&str; 11] = [
    "id",
    "orn",
    "created",
    "lastUpdated",
    "status",
    "licensing",
    "features",
    "universalLogout",
    "expressConfiguration",
    "_links",
    "_embedded",
];
const WRITABLE: [&str; 8] = ["name", "label", "signOnMode", "accessibility", "visibility", "credentials", "settings", "profile"];

/// Says whether a body is of an OAuth client that is made here, and not one of the catalogue.
fn is_client(sent: &Value, before: Option<&App>) -> bool {
    match before {
        Some(before) => before.is_client(),
        None => sent["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("oidc_client")),
    }
}

/// Builds an app. The client secrets are part of it; `_links` are made for each answer.
pub(super) fn build(x: &mut Exchange<'_>, id: String, status: &str, sent: &Value, before: Option<&App>) -> Result<App, Refusal> {
    let mut problems = Problems::default();
    let client = is_client(sent, before);
    let source = if client { None } else { Some(Source::of(sent, before)?) };
    let mode = sign_on_mode(sent, source, before)?;
    let label = label(sent, &mut problems)?;
    let name = match (before, source) {
        (Some(before), _) => before.body["name"].clone(),
        (None, None) => json!("oidc_client"),
        (None, Some(source)) => foreign::name(x, source, sent, &label)?,
    };
    let created = before.map_or_else(|| json!(x.now), |before| before.body["created"].clone());
    let mut body = json!({
        "id": id,
        "orn": format!("orn:okta:idp:{}:apps:{}:{id}", x.organization.id, name.as_str().unwrap_or_default()),
        "name": name,
        "label": label,
        "status": status,
        "lastUpdated": x.now,
        "created": created,
        "accessibility": common::accessibility(x, sent, &mut problems)?,
        "visibility": common::visibility(x, sent, source, before, &name)?,
        "features": before.map_or_else(|| json!([]), |before| before.body["features"].clone()),
        "signOnMode": mode,
        "credentials": {},
        "universalLogout": common::universal_logout(x),
        "settings": {},
    });
    let mut secrets = Vec::new();
    if let Some(source) = source {
        foreign::fill(x, source, &mut body, sent, before, &mut problems)?;
    } else {
        let (credentials, settings, kept) = client_parts(x, &id, &body, sent, before, &mut problems)?;
        body["credentials"] = credentials;
        body["settings"] = settings;
        secrets = kept;
        if let Some(profile) = profile(sent)? {
            body["profile"] = profile;
        }
    }
    if let Some(body) = body.as_object_mut() {
        let known: Vec<_> = READ_ONLY.iter().chain(&WRITABLE).copied().collect();
        keep_unknown(x.switches, sent, body, &known);
    }
    problems.settle()?;
    Ok(App {
        id,
        body,
        secrets,
        access_policy: before.map_or_else(|| x.organization.default_policy.clone(), |b| b.access_policy.clone()),
        id_token: before.map_or_else(|| json!({}), |before| before.id_token.clone()),
        fails_delete: false,
        custom: matches!(source, Some(Source::Own)),
        logo: before.and_then(|before| before.logo.clone()),
    })
}

fn client_parts(
    x: &mut Exchange<'_>,
    id: &str,
    body: &Value,
    sent: &Value,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<(Value, Value, Vec<super::document::Secret>), Refusal> {
    let (sent_credentials, sent_settings) = (object(sent, "credentials")?, object(sent, "settings")?);
    let sent_client = object(sent_settings, "oauthClient")?;
    if sent_client.is_null() {
        return Err(Refusal::invalid("mediated", "The settings.oauthClient object is required for an OPENID_CONNECT app"));
    }
    let mut client = client::build(x, sent_client, before, problems)?;
    keep_application_type(x, &mut client, before, problems);
    let kind = client["application_type"].as_str().unwrap_or_default();
    let sent_oauth = object(sent_credentials, "oauthClient")?;
    let mut oauth = credentials::client(x, sent_oauth, kind, id, before, problems)?;
    let candidate = Candidate { settings: &client, credentials: &oauth, switches: x.switches };
    checks::run(&candidate, problems);
    let method = oauth["token_endpoint_auth_method"].as_str().unwrap_or_default().to_owned();
    let secrets = credentials::secrets(x, sent_oauth, &method, before)?;
    keep_unknown(x.switches, sent_oauth, &mut oauth, &["client_secret"]);
    let credentials = json!({
        "userNameTemplate": credentials::user_name_template(x, sent_credentials, before, problems)?,
        "signing": signing::build(x, body, sent_credentials, before, problems)?,
        "oauthClient": oauth,
    });
    let mut settings = common::settings(x, sent_settings, before, problems)?;
    settings.insert("oauthClient".into(), client.into());
    Ok((credentials, settings.into(), secrets))
}

/// Returns the sign-on mode, which an app keeps for ever; for an app of the catalogue it may be another than was asked for.
fn sign_on_mode(sent: &Value, source: Option<Source>, before: Option<&App>) -> Result<Value, Refusal> {
    let invalid = || Refusal::invalid("mediated", "Invalid signOnMode");
    let asked = match (&sent["signOnMode"], before) {
        (Value::Null, Some(before)) => return Ok(before.body["signOnMode"].clone()),
        (Value::String(mode), _) => mode,
        (Value::Null, None) => return Err(invalid()),
        _ => return Err(Refusal::malformed()),
    };
    let mode = match source {
        None => (asked == "OPENID_CONNECT").then(|| json!(asked)),
        Some(source) => source.mode(asked),
    };
    mode.filter(|mode| before.is_none_or(|before| before.body["signOnMode"] == *mode)).ok_or_else(invalid)
}

fn label(sent: &Value, problems: &mut Problems) -> Result<String, Refusal> {
    let label = match &sent["label"] {
        Value::Null => "",
        value => value.as_str().ok_or_else(Refusal::malformed)?,
    };
    if label.trim().is_empty() {
        problems.of("label", "The field cannot be left blank");
    }
    Ok(label.to_owned())
}

/// An object of the caller's own, replaced whole and gone if it is not sent.
fn profile(sent: &Value) -> Result<Option<Value>, Refusal> {
    let profile = object(sent, "profile")?;
    Ok(Some(profile).filter(|profile| profile.is_object()).cloned())
}

fn keep_application_type(x: &Exchange<'_>, client: &mut Map<String, Value>, before: Option<&App>, problems: &mut Problems) {
    let Some(before) = before else { return };
    let kept = &before.body["settings"]["oauthClient"]["application_type"];
    if client["application_type"] == *kept {
        return;
    }
    match x.switches.changed_application_type() {
        ChangedType::Ignore => client["application_type"] = kept.clone(),
        ChangedType::Refuse => {
            problems.of("application_type", "The application_type can't be changed.");
        }
    }
}
