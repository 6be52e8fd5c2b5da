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
            let slug: String = label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
            let id = x.tx.new_id(crate::ids::Kind::App);
            Ok(json!(format!("org_{slug}_{}", &id[12..17])))
        }
        _ => Err(Refusal::malformed()),
    }
}

/// The settings of Okta's templates in the order of recorded answers; what is not sent, or sent empty, is null.
const TEMPLATES: &[(&str, &[&str])] = &[
    ("template_basic_auth", &["loginUrlRegex", "authURL", "url"]),
    ("template_swa", &["loginUrlRegex", "usernameField", "redirectUrl", "buttonField", "checkbox", "passwordField", "url"]),
    (
        "template_swa3field",
        &[
            "loginUrlRegex",
            "extraFieldSelector",
            "extraFieldValue",
            "redirectUrl",
            "userNameSelector",
            "passwordSelector",
            "buttonSelector",
            "targetURL",
        ],
    ),
];

/// Returns the app links of a new app: bookmarks and templates have one that is called `login`.
pub(super) fn app_links(name: &str) -> Value {
    match name {
        "bookmark" => json!({"login": true}),
        _ if name.starts_with("template_") => json!({"login": true}),
        _ => json!({format!("{name}_link"): true}),
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
    body["credentials"] = credentials(x, body, sent, before, problems)?;
    let sent_settings = object(sent, "settings")?;
    let mut settings = common::settings(x, sent_settings, before, problems)?;
    let name = body["name"].as_str().unwrap_or_default();
    if let Some(app) = sent_settings.get("app").filter(|app| app.is_object()) {
        settings.insert("app".into(), template_settings(name, app));
    }
    if let Some(sign_on) = sent_settings.get("signOn") {
        let mut sign_on = sign_on.clone();
        if body["signOnMode"] == "AUTO_LOGIN" && sign_on.is_object() {
            let part = |name: &str| sign_on[name].clone();
            sign_on = json!({"redirectUrl": part("redirectUrl"), "loginUrl": part("loginUrl")});
        }
        settings.insert("signOn".into(), sign_on);
    }
    body["settings"] = settings.into();
    Ok(())
}

fn template_settings(name: &str, sent: &Value) -> Value {
    let Some((_, fields)) = TEMPLATES.iter().find(|(known, _)| *known == name) else {
        return sent.clone();
    };
    let value = |field: &&str| match &sent[*field] {
        Value::String(text) if text.is_empty() => Value::Null,
        value => value.clone(),
    };
    fields.iter().map(|field| ((*field).to_owned(), value(field))).collect()
}

/// Apps that fill in forms have a scheme; a shared password is taken, never kept and never shown.
fn credentials(x: &Exchange<'_>, body: &Value, sent: &Value, before: Option<&App>, problems: &mut Problems) -> Result<Value, Refusal> {
    let sent = object(sent, "credentials")?;
    let template = credentials::user_name_template(x, sent, before, problems)?;
    let mode = body["signOnMode"].as_str().unwrap_or_default();
    let fills_forms = matches!(mode, "BROWSER_PLUGIN" | "BASIC_AUTH" | "AUTO_LOGIN" | "SECURE_PASSWORD_STORE");
    let mut built = Map::new();
    if fills_forms {
        let kept = before.map(|app| &app.body["credentials"]["scheme"]);
        let scheme = sent["scheme"].as_str().or(kept.and_then(Value::as_str));
        built.insert("scheme".into(), json!(scheme.unwrap_or("EDIT_USERNAME_AND_PASSWORD")));
    }
    built.insert("userNameTemplate".into(), template);
    if fills_forms {
        if let Some(name) = sent["userName"].as_str().filter(|name| !name.is_empty()) {
            built.insert("userName".into(), json!(name));
        }
        if built["scheme"] == "SHARED_USERNAME_AND_PASSWORD" {
            built.insert("password".into(), json!({}));
        }
        let reveal = sent["revealPassword"].as_bool().unwrap_or_default();
        built.insert("revealPassword".into(), json!(reveal));
    }
    built.insert("signing".into(), signing(x, body, before));
    Ok(built.into())
}

/// Apps that speak SAML 2.0 have a key each, others that sign share the org's, and the rest say so with an empty object.
fn signing(x: &Exchange<'_>, body: &Value, before: Option<&App>) -> Value {
    if let Some(before) = before {
        return before.body["credentials"]["signing"].clone();
    }
    let mode = body["signOnMode"].as_str().unwrap_or_default();
    match mode {
        "SAML_2_0" => json!({"kid": x.tx.seed().key_id(&format!("signing key of {}", body["id"]))}),
        "SAML_1_1" | "OPENID_CONNECT" | "WS_FEDERATION" => json!({"kid": x.organization.signing_kid}),
        _ => json!({}),
    }
}
