//! The seal of an assertion: a signature by a key of the client, or a code made with its secret.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::assertion::Fault;
use crate::{
    families::apps::{document::App, jwk::decoded},
    tokens::jws::{ALGORITHMS, HMACS, Jws},
};

/// How long a secret is at least that seals assertions.
const SHORTEST: usize = 32;

/// Returns the authentication method that a seal is of.
pub(super) fn method(jws: &Jws<'_>) -> Result<&'static str, Fault> {
    match jws.algorithm() {
        Some(name) if ALGORITHMS.contains(&name) => Ok("private_key_jwt"),
        Some(name) if HMACS.contains(&name) => Ok("client_secret_jwt"),
        _ => Err(Fault::Algorithm),
    }
}

/// Says whether the client made the seal, which must be of the method that it is to use.
pub(super) fn check(jws: &Jws<'_>, app: &App) -> Result<(), Fault> {
    let good = if app.has_secrets() { is_sealed(jws, app)? } else { jws.is_signed_by(&whole(key(jws, app)?)) };
    if good { Ok(()) } else { Err(Fault::Signature) }
}

fn is_sealed(jws: &Jws<'_>, app: &App) -> Result<bool, Fault> {
    let active: Vec<_> = app.secrets.iter().filter(|secret| secret.is_active()).map(|secret| secret.value.as_bytes()).collect();
    if active.is_empty() {
        return Err(Fault::NoSecret);
    }
    let mut long = active.into_iter().filter(|secret| secret.len() >= SHORTEST).peekable();
    long.peek().ok_or(Fault::ShortSecret)?;
    Ok(long.any(|secret| jws.is_sealed_by(secret)))
}

/// Returns the key that a signature says it is by.
fn key<'a>(jws: &Jws<'_>, app: &'a App) -> Result<&'a Value, Fault> {
    if app.body["settings"]["oauthClient"]["jwks_uri"].is_string() {
        return Err(Fault::KeysElsewhere);
    }
    if app.keys().is_empty() {
        return Err(Fault::NoKeys);
    }
    let named = match jws.header.get("kid") {
        Some(kid) => app.keys().iter().find(|key| key["kid"] == *kid),
        None => match app.keys() {
            [only] => Some(only),
            _ => None,
        },
    };
    let key = named.filter(|key| key["status"] == "ACTIVE").ok_or(Fault::KeyId)?;
    if key["use"] == "enc" { Err(Fault::KeyUse) } else { Ok(key) }
}

/// Returns a key as the specification has it, which an app may have with padding and with zeros in front of its numbers.
fn whole(key: &Value) -> Value {
    let mut whole = key.clone();
    for (part, is_number) in [("n", true), ("e", true), ("x", false), ("y", false)] {
        let Some(bytes) = key[part].as_str().and_then(decoded) else {
            continue;
        };
        let zeros = bytes.iter().take_while(|byte| is_number && **byte == 0).count();
        whole[part] = json!(URL_SAFE_NO_PAD.encode(&bytes[zeros..]));
    }
    whole
}
