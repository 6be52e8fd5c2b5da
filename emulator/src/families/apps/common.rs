//! The parts of a body that apps of all kinds have: accessibility, visibility, notifications, notes.

use serde_json::{Map, Value, json};

use super::{
    document::App,
    fields::{Field, Problems, Shape, Unset, keep_unknown, object},
    foreign::Source,
};
use crate::{
    answer::Refusal,
    families::Exchange,
    switches::{HideDefault, UniversalLogout},
};

const CONNECTIONS: [&str; 5] = ["DISABLED", "ANYWHERE", "ON_NETWORK", "OFF_NETWORK", "ZONE"];
const ACCESSIBILITY: [Field; 3] = [
    Field::new("selfService", Shape::Flag, Unset::Flag(false)),
    Field::new("errorRedirectUrl", Shape::AnyText, Unset::Null),
    Field::new("loginRedirectUrl", Shape::AnyText, Unset::Null),
];
const NOTES: [Field; 2] = [Field::new("admin", Shape::AnyText, Unset::Null), Field::new("enduser", Shape::AnyText, Unset::Null)];

/// Builds the members of `settings` that apps of all kinds have.
pub(super) fn settings(
    x: &Exchange<'_>,
    sent: &Value,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<Map<String, Value>, Refusal> {
    let mut settings = Map::new();
    settings.insert("app".into(), json!({}));
    settings.insert("notifications".into(), notifications(sent, before, problems)?);
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
        let field = Field::new(name, Shape::AnyText, Unset::Absent);
        field.read(sent, &mut settings, x.switches, problems)?;
    }
    keep_unknown(x.switches, sent, &mut settings, &["oauthClient", "signOn"]);
    Ok(settings)
}

pub(super) fn accessibility(x: &Exchange<'_>, sent: &Value, problems: &mut Problems) -> Result<Value, Refusal> {
    let sent = object(sent, "accessibility")?;
    let mut built = Map::new();
    for field in &ACCESSIBILITY {
        field.read(sent, &mut built, x.switches, problems)?;
    }
    keep_unknown(x.switches, sent, &mut built, &[]);
    Ok(built.into())
}

pub(super) fn visibility(
    x: &Exchange<'_>,
    sent: &Value,
    source: Option<Source>,
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
    let (new, open) = source.unwrap_or(Source::Unknown).links(name.as_str().unwrap_or_default());
    let mut links = before.map_or(new, |before| before.body["visibility"]["appLinks"].clone());
    for (link, shown) in object(sent, "appLinks")?.as_object().into_iter().flatten() {
        if open || links.get(link).is_some() {
            links[link] = shown.clone();
        }
    }
    let mut built = Map::new();
    for name in ["autoLaunch", "autoSubmitToolbar"] {
        built.insert(name.into(), flag(sent, name, false)?.into());
    }
    let hide = json!({"iOS": flag(hide, "iOS", hidden)?, "web": flag(hide, "web", hidden)?});
    built.insert("hide".into(), hide);
    built.insert("appLinks".into(), links);
    keep_unknown(x.switches, sent, &mut built, &[]);
    Ok(built.into())
}

/// Kept by a PUT that does not send it (recorded).
fn notifications(sent: &Value, before: Option<&App>, problems: &mut Problems) -> Result<Value, Refusal> {
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
    if !CONNECTIONS.iter().any(|known| network["connection"] == *known) {
        problems.of("connection", &format!("must be one of {}", CONNECTIONS.join(", ")));
    }
    Ok(json!({"vpn": {
        "network": network,
        "message": vpn["message"],
        "helpUrl": vpn["helpUrl"],
    }}))
}

pub(super) fn universal_logout(x: &Exchange<'_>) -> Value {
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
