//! `credentials.signing`: the key that an app signs with, one of those that it has.

use serde_json::{Value, json};

use super::{
    document::App,
    fields::{Problems, object},
};
use crate::{
    answer::Refusal,
    families::{Exchange, certificates},
    switches::UnknownSigningKey,
};

/// Returns the key that an app has from the beginning, which follows from its sign-on mode: apps that speak SAML 2.0 have one
/// each, others that sign share the org's, and the rest have none.
pub(in crate::families) fn first(x: &Exchange<'_>, mode: &Value, id: &Value) -> Option<String> {
    match mode.as_str().unwrap_or_default() {
        "SAML_2_0" => Some(x.tx.seed().key_id(&format!("signing key of {id}"))),
        "SAML_1_1" | "OPENID_CONNECT" | "WS_FEDERATION" => Some(x.organization.signing_kid.clone()),
        _ => None,
    }
}

/// Builds `signing`. A new app signs with its first key, whatever is sent; a PUT names another of its keys, or changes nothing.
pub(super) fn build(x: &Exchange<'_>, body: &Value, sent: &Value, before: Option<&App>, problems: &mut Problems) -> Result<Value, Refusal> {
    let Some(before) = before else {
        return Ok(first(x, &body["signOnMode"], &body["id"]).map_or_else(|| json!({}), |kid| json!({"kid": kid})));
    };
    let kept = &before.body["credentials"]["signing"];
    let chosen = match &object(sent, "signing")?["kid"] {
        Value::Null => return Ok(kept.clone()),
        kid => kid.as_str().ok_or_else(Refusal::malformed)?,
    };
    if kept["kid"].is_null() || kept["kid"] == chosen {
        return Ok(kept.clone());
    }
    if certificates::kids(x, before).iter().any(|kid| kid == chosen) {
        return Ok(json!({"kid": chosen}));
    }
    if x.switches.unknown_signing_key() == UnknownSigningKey::Refuse {
        problems.of("kid", &format!("The application has no key credential '{chosen}'."));
    }
    Ok(kept.clone())
}
