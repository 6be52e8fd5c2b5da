//! Public keys of a client, in the form that Okta gives them back.
//!
//! Each key gets an id and a status; members are rewritten in Okta's order, `use` and an EC key's `crv` become null if they
//! were not sent. A key that was there before keeps its id: it is known by its kid, or by its material if it has none.

use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Value, json};

use super::{
    document::App,
    fields::{Problems, object},
};
use crate::{
    answer::Refusal,
    families::Exchange,
    ids::Kind,
    switches::{JwksWithUri, KeyStatus},
};

const MOST: usize = 50;
const OBJECT: &str = "JsonWebKey";
/// What the published form of a client's signing key names.
const SIGNING: &[&str] = &["ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512"];

/// Reads `jwks` of a sent client.
pub(super) fn of_client(
    x: &mut Exchange<'_>,
    sent: &Value,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<Option<Value>, Refusal> {
    let jwks = object(sent, "jwks")?;
    let sent_keys = match &jwks["keys"] {
        Value::Null => return Ok(None),
        Value::Array(keys) => keys,
        _ => return Err(Refusal::malformed()),
    };
    if sent_keys.is_empty() {
        return Ok(None);
    }
    if sent["jwks_uri"].is_string() && x.switches.jwks_with_uri() == JwksWithUri::Refuse {
        problems.of("jwks", "'jwks' and 'jwks_uri' can't be used together");
    }
    let known = before.map(App::keys).unwrap_or_default();
    let mut keys = Vec::with_capacity(sent_keys.len());
    for key in sent_keys {
        let known = known.iter().find(|known| same(known, key));
        keys.push(build(x, key, known)?);
    }
    if let Err(cause) = check_all(&keys) {
        problems.plain(OBJECT, cause);
    }
    Ok(Some(json!({"keys": keys})))
}

/// Builds a key from what was sent and, if the client had it before, from what was there.
pub(in crate::families) fn build(x: &mut Exchange<'_>, sent: &Value, known: Option<&Value>) -> Result<Value, Refusal> {
    if !sent.is_object() {
        return Err(Refusal::malformed());
    }
    check_purpose(sent)?;
    let id = match known {
        Some(known) => known["id"].clone(),
        None => json!(x.tx.new_id(Kind::Key)),
    };
    let status = match sent["status"].as_str() {
        Some(status @ ("ACTIVE" | "INACTIVE")) => json!(status),
        Some(_) => {
            return Err(Refusal::invalid("status", "status: must be ACTIVE or INACTIVE"));
        }
        None => match known {
            Some(known) if x.switches.key_status() == KeyStatus::Keep => known["status"].clone(),
            _ => json!("ACTIVE"),
        },
    };
    let mut key = json!({
        "kty": sent["kty"],
        "id": id,
        "status": status,
        "kid": sent["kid"],
        "use": sent["use"],
    });
    if !sent["alg"].is_null() {
        key["alg"] = sent["alg"].clone();
    }
    let material: &[&str] = match sent["kty"].as_str() {
        Some("RSA") => &["e", "n"],
        Some("EC") => &["x", "y"],
        _ => return Err(Refusal::invalid("kty", "kty: must be RSA or EC")),
    };
    for part in material {
        let text = sent[*part].as_str().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| Refusal::invalid(OBJECT, format!("{part}: The field cannot be left blank")))?;
        key[*part] = json!(text);
    }
    if sent["kty"] == "EC" {
        key["crv"] = sent["crv"].clone();
    }
    let unchanged = known.is_some_and(|known| {
        let known = known.as_object().into_iter().flatten();
        known.filter(|(name, _)| !matches!(name.as_str(), "created" | "lastUpdated")).all(|(name, value)| key.get(name) == Some(value))
    });
    let stamp = |name: &str| known.map_or_else(|| json!(x.now), |known| known[name].clone());
    let (created, updated) = (stamp("created"), stamp("lastUpdated"));
    key["created"] = created;
    key["lastUpdated"] = if unchanged { updated } else { json!(x.now) };
    Ok(key)
}

/// Refuses a key whose name or purpose is none.
fn check_purpose(sent: &Value) -> Result<(), Refusal> {
    if ["kid", "use", "alg", "crv"].iter().any(|name| !sent[*name].is_null() && !sent[*name].is_string()) {
        return Err(Refusal::malformed());
    }
    match (sent["use"].as_str(), sent["alg"].as_str()) {
        (Some("sig"), Some(alg)) if !SIGNING.contains(&alg) => {
            Err(Refusal::invalid("alg", format!("alg: must be one of {}", SIGNING.join(", "))))
        }
        (None | Some("sig" | "enc"), _) => Ok(()),
        _ => Err(Refusal::invalid("use", "use: must be sig or enc")),
    }
}

/// Says why these keys cannot be one client's.
pub(in crate::families) fn check_all(keys: &[Value]) -> Result<(), &'static str> {
    if keys.len() > MOST {
        return Err(
            "You can't create a new key. You have reached the maximum number of keys allowed (50). To add another key, you must first delete an existing one.",
        );
    }
    if keys.iter().any(|key| key["kty"] == "RSA" && bits(key["n"].as_str().unwrap_or_default()) < 2048) {
        return Err("RSA key length in the 'jwks' is less than '2,048' bits for the given key.");
    }
    if keys.len() > 1 && keys.iter().any(|key| key["kid"].is_null()) {
        return Err(
            "Each key should have a unique kid when adding multiple keys. Use the Apps API to update the JWKS to add a kid for the existing key, or delete the existing key and re-add the key with a kid using the JWKS APIs.",
        );
    }
    let repeated = |(at, key): (usize, &Value)| keys[..at].iter().any(|k| k["kid"] == key["kid"]);
    if keys.iter().enumerate().any(repeated) {
        return Err("All keys in the 'jwks' must have a unique `kid`.");
    }
    let encrypting = keys.iter().filter(|key| key["use"] == "enc" && key["status"] == "ACTIVE");
    if encrypting.count() > 1 {
        return Err("The client can have only one active encryption key in the 'jwks'.");
    }
    Ok(())
}

/// Returns a key as an app's own answers show it.
pub(super) fn shown(key: &Value) -> Value {
    let members = key.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| !matches!(name.as_str(), "created" | "lastUpdated"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn same(known: &Value, sent: &Value) -> bool {
    let parts: &[&str] = if sent["kid"].is_string() { &["kid"] } else { &["kty", "n", "e", "x", "y"] };
    parts.iter().all(|part| known[*part] == sent[*part])
}

/// Returns how long an RSA modulus is.
pub(in crate::families) fn bits(modulus: &str) -> usize {
    let bytes = decoded(modulus).unwrap_or_default();
    let Some(first) = bytes.iter().position(|byte| *byte != 0) else {
        return 0;
    };
    (bytes.len() - first) * 8 - bytes[first].leading_zeros() as usize
}

/// Returns the bytes of a part of a key.
pub(in crate::families) fn decoded(part: &str) -> Option<Vec<u8>> {
    // Keys are made by many tools: padding and stray bits at the end are none of our concern.
    let lenient =
        GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&URL_SAFE, lenient).decode(part).ok()
}
