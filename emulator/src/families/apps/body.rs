//! The whole body of an app, built from what was sent and, for a PUT, from what was there.
//!
//! A PUT replaces: what is not sent is reset, but for the members that recorded PUTs kept (notifications, app links, the
//! user name template, the signing key and the settings of refresh tokens).

use serde_json::{Map, Value, json};

use super::{
    checks::{self, Candidate},
    client, credentials,
    document::App,
    fields::{Field, Problems, Shape, Unset, object},
    foreign,
};
use crate::{
    answer::Refusal,
    families::Exchange,
    switches::{ChangedType, HideDefault, UniversalLogout, UnknownFields},
};

const ACCESSIBILITY: [Field; 3] = [
    Field::new("selfService", Shape::Flag, Unset::Flag(false)),
    Field::new("errorRedirectUrl", Shape::Text(1024), Unset::Null),
    Field::new("loginRedirectUrl", Shape::Text(1024), Unset::Null),
];
const NOTES: [Field; 2] = [
    Field::new("admin", Shape::Text(4096), Unset::Null),
    Field::new("enduser", Shape::Text(4096), Unset::Null),
];
const LABEL_MOST: usize = 100;
/// What a request says in vain: the server alone decides.
const READ_ONLY: [&str; 10] = [
    "id",
    "orn",
    "created",
    "lastUpdated",
    "status",
    "features",
    "universalLogout",
    "expressConfiguration",
    "_links",
    "_embedded",
];
const WRITABLE: [&str; 8] = [
    "name",
    "label",
    "signOnMode",
    "accessibility",
    "visibility",
    "credentials",
    "settings",
    "profile",
];

/// Says whether a body is of an OAuth client that is made here, and not one of the catalogue.
fn is_client(sent: &Value, before: Option<&App>) -> bool {
    match before {
        Some(before) => before.is_client(),
        None => sent["name"] == "oidc_client",
    }
}

/// Builds an app. The client secrets are part of it; `_links` are made for each answer.
pub(super) fn build(
    x: &mut Exchange<'_>,
    id: String,
    status: &str,
    sent: &Value,
    before: Option<&App>,
) -> Result<App, Refusal> {
    let mut problems = Problems::default();
    let client = is_client(sent, before);
    let mode = sign_on_mode(sent, before)?;
    let label = label(sent, &mut problems)?;
    let name = match before {
        Some(before) => before.body["name"].clone(),
        None if client => json!("oidc_client"),
        None => foreign::name(x, sent, &label)?,
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
        "accessibility": accessibility(x, sent, &mut problems)?,
        "visibility": visibility(x, sent, before, &name)?,
        "features": before.map_or_else(|| json!([]), |before| before.body["features"].clone()),
        "signOnMode": mode,
        "credentials": {},
        "universalLogout": universal_logout(x),
        "settings": {},
    });
    let mut secrets = Vec::new();
    if client {
        let (credentials, settings, kept) = client_parts(x, &id, sent, before, &mut problems)?;
        body["credentials"] = credentials;
        body["settings"] = settings;
        secrets = kept;
        if let Some(profile) = profile(sent)? {
            body["profile"] = profile;
        }
    } else {
        foreign::fill(x, &mut body, sent, before, &mut problems)?;
    }
    if x.switches.unknown_fields() == UnknownFields::Keep {
        keep_unknown(sent, &mut body);
    }
    problems.settle()?;
    Ok(App {
        id,
        body,
        secrets,
        access_policy: before.map_or_else(
            || x.organization.default_policy.clone(),
            |b| b.access_policy.clone(),
        ),
        id_token: before.map_or_else(|| json!({}), |before| before.id_token.clone()),
        fails_delete: false,
    })
}

fn client_parts(
    x: &mut Exchange<'_>,
    id: &str,
    sent: &Value,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<(Value, Value, Vec<super::document::Secret>), Refusal> {
    let (sent_credentials, sent_settings) =
        (object(sent, "credentials")?, object(sent, "settings")?);
    let sent_client = object(sent_settings, "oauthClient")?;
    if sent_client.is_null() {
        return Err(Refusal::invalid(
            "mediated",
            "The settings.oauthClient object is required for an OPENID_CONNECT app",
        ));
    }
    let mut client = client::build(x, sent_client, before, problems)?;
    keep_application_type(x, &mut client, before, problems);
    let kind = client["application_type"].as_str().unwrap_or_default();
    let sent_oauth = object(sent_credentials, "oauthClient")?;
    let mut oauth = credentials::client(x, sent_oauth, kind, id, before, problems)?;
    let candidate = Candidate {
        settings: &client,
        credentials: &oauth,
        switches: x.switches,
    };
    checks::run(&candidate, problems);
    let method = oauth["token_endpoint_auth_method"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let secrets = credentials::secrets(x, sent_oauth, &method, before)?;
    if x.switches.unknown_fields() == UnknownFields::Keep {
        let known = ["client_secret"];
        add_unknown(sent_oauth, &mut oauth, &known);
    }
    let credentials = json!({
        "userNameTemplate": credentials::user_name_template(x, sent_credentials, before, problems)?,
        "signing": {"kid": x.organization.signing_kid},
        "oauthClient": oauth,
    });
    let mut settings = common_settings(x, sent_settings, before, problems)?;
    settings.insert("oauthClient".into(), client.into());
    Ok((credentials, settings.into(), secrets))
}

/// Builds the members of `settings` that apps of all kinds have.
pub(super) fn common_settings(
    x: &Exchange<'_>,
    sent: &Value,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<Map<String, Value>, Refusal> {
    let mut settings = Map::new();
    settings.insert("app".into(), json!({}));
    settings.insert("notifications".into(), notifications(sent, before)?);
    for name in ["manualProvisioning", "implicitAssignment"] {
        let field = Field::new(name, Shape::Flag, Unset::Flag(false));
        field.read(sent, &mut settings, x.switches, problems)?;
    }
    settings.insert("emOptInStatus".into(), json!("NONE"));
    let mut notes = Map::new();
    for field in &NOTES {
        field.read(object(sent, "notes")?, &mut notes, x.switches, problems)?;
    }
    settings.insert("notes".into(), notes.into());
    for name in ["inlineHookId", "identityStoreId"] {
        let field = Field::new(name, Shape::Text(1024), Unset::Absent);
        field.read(sent, &mut settings, x.switches, problems)?;
    }
    if x.switches.unknown_fields() == UnknownFields::Keep {
        add_unknown(sent, &mut settings, &["oauthClient", "signOn"]);
    }
    Ok(settings)
}

fn sign_on_mode(sent: &Value, before: Option<&App>) -> Result<Value, Refusal> {
    let mode = match (&sent["signOnMode"], before) {
        (Value::Null, Some(before)) => return Ok(before.body["signOnMode"].clone()),
        (Value::String(mode), _) => mode,
        (Value::Null, None) => return Err(Refusal::invalid("mediated", "Invalid signOnMode")),
        _ => return Err(Refusal::malformed()),
    };
    let changed = before.is_some_and(|before| before.body["signOnMode"] != *mode);
    let foreign_mode = sent["name"] == "oidc_client" && mode != "OPENID_CONNECT";
    if changed || foreign_mode {
        return Err(Refusal::invalid("mediated", "Invalid signOnMode"));
    }
    Ok(json!(mode))
}

fn label(sent: &Value, problems: &mut Problems) -> Result<String, Refusal> {
    let label = match &sent["label"] {
        Value::Null => "",
        value => value.as_str().ok_or_else(Refusal::malformed)?,
    };
    if label.trim().is_empty() {
        problems.of("label", "The field cannot be left blank");
    } else if label.chars().count() > LABEL_MOST {
        problems.of(
            "label",
            &format!("The field is too long: at most {LABEL_MOST} characters"),
        );
    }
    Ok(label.to_owned())
}

fn accessibility(
    x: &Exchange<'_>,
    sent: &Value,
    problems: &mut Problems,
) -> Result<Value, Refusal> {
    let sent = object(sent, "accessibility")?;
    let mut built = Map::new();
    for field in &ACCESSIBILITY {
        field.read(sent, &mut built, x.switches, problems)?;
    }
    Ok(built.into())
}

fn visibility(
    x: &Exchange<'_>,
    sent: &Value,
    before: Option<&App>,
    name: &Value,
) -> Result<Value, Refusal> {
    let sent = object(sent, "visibility")?;
    let hide = object(sent, "hide")?;
    let hidden = x.switches.hide_default() == HideDefault::Hidden;
    let flag = |of: &Value, name: &str, unset: bool| match &of[name] {
        Value::Null => Ok(unset),
        value => value.as_bool().ok_or_else(Refusal::malformed),
    };
    let mut links = match before {
        Some(before) => before.body["visibility"]["appLinks"].clone(),
        None => json!({format!("{}_link", name.as_str().unwrap_or_default()): true}),
    };
    for (link, shown) in object(sent, "appLinks")?.as_object().into_iter().flatten() {
        links[link] = shown.clone();
    }
    Ok(json!({
        "autoLaunch": flag(sent, "autoLaunch", false)?,
        "autoSubmitToolbar": flag(sent, "autoSubmitToolbar", false)?,
        "hide": {"iOS": flag(hide, "iOS", hidden)?, "web": flag(hide, "web", hidden)?},
        "appLinks": links,
    }))
}

/// Kept by a PUT that does not send it (recorded).
fn notifications(sent: &Value, before: Option<&App>) -> Result<Value, Refusal> {
    let vpn = object(object(sent, "notifications")?, "vpn")?;
    if vpn.is_null()
        && let Some(before) = before
    {
        return Ok(before.body["settings"]["notifications"].clone());
    }
    let sent_network = object(vpn, "network")?;
    let mut network = json!({"connection": "DISABLED"});
    for (name, value) in sent_network.as_object().into_iter().flatten() {
        network[name] = value.clone();
    }
    Ok(json!({"vpn": {
        "network": network,
        "message": vpn["message"],
        "helpUrl": vpn["helpUrl"],
    }}))
}

/// An object of the caller's own, replaced whole and gone if it is not sent.
fn profile(sent: &Value) -> Result<Option<Value>, Refusal> {
    let profile = object(sent, "profile")?;
    Ok(Some(profile).filter(|profile| profile.is_object()).cloned())
}

fn universal_logout(x: &Exchange<'_>) -> Value {
    match x.switches.universal_logout() {
        UniversalLogout::Disabled => json!({
            "status": "DISABLED",
            "supportType": "FULL",
            "identityStack": "NOT_SHARED",
            "protocol": "GLOBAL_TOKEN_REVOCATION",
        }),
        UniversalLogout::Null => Value::Null,
    }
}

fn keep_application_type(
    x: &Exchange<'_>,
    client: &mut Map<String, Value>,
    before: Option<&App>,
    problems: &mut Problems,
) {
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

fn keep_unknown(sent: &Value, body: &mut Value) {
    if let Some(body) = body.as_object_mut() {
        let known: Vec<_> = READ_ONLY.iter().chain(&WRITABLE).copied().collect();
        add_unknown(sent, body, &known);
    }
}

/// Adds what nobody documented, but for names that are known and already have their place or none.
fn add_unknown(sent: &Value, into: &mut Map<String, Value>, known: &[&str]) {
    for (name, value) in sent.as_object().into_iter().flatten() {
        if !known.contains(&name.as_str()) && !into.contains_key(name) {
            into.insert(name.clone(), value.clone());
        }
    }
}
