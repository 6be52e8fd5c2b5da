//! Apps that sign users in by filling in a form: the scheme of their credentials, and where the form is.

use serde_json::{Map, Value, json};

use crate::{
    answer::Refusal,
    families::{
        Exchange,
        apps::{document::App, fields::Problems},
    },
    switches::IncompleteSettings,
};

const SCHEMES: [&str; 5] = [
    "SHARED_USERNAME_AND_PASSWORD",
    "EXTERNAL_PASSWORD_SYNC",
    "EDIT_USERNAME_AND_PASSWORD",
    "EDIT_PASSWORD_ONLY",
    "ADMIN_SETS_CREDENTIALS",
];

/// Says whether apps of a sign-on mode fill in a form.
pub(super) fn fills_forms(mode: &Value) -> bool {
    ["AUTO_LOGIN", "BASIC_AUTH", "BROWSER_PLUGIN", "SECURE_PASSWORD_STORE"].iter().any(|known| mode == known)
}

/// Writes the members of `credentials` around the user name template. A shared password is taken, never kept and never shown.
pub(super) fn credentials(
    sent: &Value,
    template: Value,
    before: Option<&App>,
    into: &mut Map<String, Value>,
    problems: &mut Problems,
) -> Result<(), Refusal> {
    let kept = before.map_or(&Value::Null, |app| &app.body["credentials"]);
    let chosen = &sent["scheme"];
    let scheme = match chosen {
        Value::Null => kept["scheme"].as_str().unwrap_or("EDIT_USERNAME_AND_PASSWORD"),
        scheme => scheme.as_str().ok_or_else(Refusal::malformed)?,
    };
    if !SCHEMES.contains(&scheme) {
        problems.of("scheme", &format!("'{scheme}' is none of {}", SCHEMES.join(", ")));
    }
    let shared = scheme == "SHARED_USERNAME_AND_PASSWORD";
    into.insert("scheme".into(), json!(scheme));
    into.insert("userNameTemplate".into(), template);
    let name = match (&sent["userName"], chosen) {
        (Value::Null, Value::Null) => &kept["userName"],
        (name, _) => name,
    };
    if let Some(name) = name.as_str().filter(|name| !name.is_empty()) {
        into.insert("userName".into(), json!(name));
    }
    if shared {
        into.insert("password".into(), json!({}));
    }
    let reveal = match &sent["revealPassword"] {
        Value::Null => false,
        reveal => reveal.as_bool().ok_or_else(Refusal::malformed)?,
    };
    into.insert("revealPassword".into(), json!(reveal));
    Ok(())
}

/// Builds `settings.signOn` of a custom app that fills in a form.
///
/// Its form is part of the app's definition, which cannot be changed while no instance is active (recorded).
pub(super) fn sign_on(x: &Exchange<'_>, sent: &Value, before: Option<&App>, problems: &mut Problems) -> Result<Value, Refusal> {
    let url = |name: &str| match &sent[name] {
        Value::String(text) if text.is_empty() => Ok(Value::Null),
        value @ (Value::String(_) | Value::Null) => Ok(value.clone()),
        _ => Err(Refusal::malformed()),
    };
    let built = json!({"redirectUrl": url("redirectUrl")?, "loginUrl": url("loginUrl")?});
    if built["loginUrl"].is_null() && x.switches.incomplete_settings() == IncompleteSettings::Refuse {
        problems.of("loginUrl", "The field cannot be left blank");
    }
    let asleep = before.is_some_and(|before| before.body["status"] == "INACTIVE" && before.body["settings"]["signOn"] != built);
    if asleep { Err(Refusal::no_active_instances()) } else { Ok(built) }
}
