//! Apps that are no OAuth clients made here: bookmarks, SAML, SWA, and apps of Okta's catalogue.
//!
//! Their settings are kept as they are sent, with the defaults that all apps have and those that recordings show for their
//! sign-on mode. They are there so that lists hold what real lists hold.

use serde_json::{Map, Value, json};

use super::{
    common, credentials,
    document::App,
    fields::{Problems, object},
};
use crate::{answer::Refusal, families::Exchange};

/// Returns the name of a new app: as sent, in small letters, or made from the label.
pub(super) fn name(x: &mut Exchange<'_>, sent: &Value, label: &str) -> Result<Value, Refusal> {
    match &sent["name"] {
        Value::String(name) => Ok(json!(name.to_lowercase())),
        Value::Null => {
            let slug: String = label
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_lowercase())
                .collect();
            let id = x.tx.new_id(crate::ids::Kind::App);
            Ok(json!(format!("org_{slug}_{}", &id[12..17])))
        }
        _ => Err(Refusal::malformed()),
    }
}

/// Fills the credentials and settings of an app.
pub(super) fn fill(
    x: &mut Exchange<'_>,
    body: &mut Value,
    sent: &Value,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<(), Refusal> {
    let sent_credentials = object(sent, "credentials")?;
    let template = credentials::user_name_template(x, sent_credentials, before, problems)?;
    let mut credentials = Map::new();
    credentials.insert("userNameTemplate".into(), template);
    credentials.insert("signing".into(), signing(body, before));
    for name in ["scheme", "userName", "revealPassword"] {
        if let Some(value) = sent_credentials.get(name) {
            credentials.insert(name.into(), value.clone());
        }
    }
    body["credentials"] = credentials.into();
    let sent_settings = object(sent, "settings")?;
    let mut settings = common::settings(x, sent_settings, before, problems)?;
    if let Some(app) = sent_settings.get("app").filter(|app| app.is_object()) {
        settings.insert("app".into(), app.clone());
    }
    if let Some(sign_on) = sent_settings.get("signOn") {
        settings.insert("signOn".into(), sign_on.clone());
    }
    body["settings"] = settings.into();
    Ok(())
}

/// Apps that sign have a key each; the others say so with an empty object.
fn signing(body: &Value, before: Option<&App>) -> Value {
    if let Some(before) = before {
        return before.body["credentials"]["signing"].clone();
    }
    let mode = body["signOnMode"].as_str().unwrap_or_default();
    match mode {
        "SAML_2_0" | "SAML_1_1" | "OPENID_CONNECT" | "WS_FEDERATION" => {
            json!({"kid": format!("kid-of-{}", body["id"].as_str().unwrap_or_default())})
        }
        _ => json!({}),
    }
}
