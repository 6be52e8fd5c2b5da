//! The keys that servers sign tokens with: listed and rotated per server, and published as JSON Web Key Sets.
//!
//! A key is known by its id from the moment that its server is made, and drawn when it is first asked for, because drawing one
//! takes longer than everything else that an org does. Private keys leave the store for no answer.

use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use super::{document::Server, link, sent, server::find as find_server};
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    rsa::RsaKey,
    store::Table,
};

/// The owner of the org's own keys.
pub(in crate::families) const ORG: &str = "org";
const STATUSES: [&str; 3] = ["ACTIVE", "NEXT", "EXPIRED"];

/// Returns a key of an owner, and draws it first if nobody asked for it before.
pub(in crate::families) fn key(x: &mut Exchange<'_>, owner: &str, kid: &str) -> Result<RsaKey, Refusal> {
    let place = format!("{owner}/{kid}");
    if let Some(known) = x.tx.get(Table::SigningKeys, &place)? {
        return Ok(known);
    }
    let key = x.keys.take()?;
    x.tx.put(Table::SigningKeys, place, &key)?;
    Ok(key)
}

/// Returns the key that tokens of an owner are signed with, and draws it first if nobody asked for it before.
pub(in crate::families) fn signing(x: &mut Exchange<'_>, owner: &str, kid: &str) -> Result<EncodingKey, Refusal> {
    key(x, owner, kid)?.for_tokens()
}

/// Returns the public half of a key of an owner as a JSON Web Key, if the key was ever drawn.
pub(in crate::families) fn checking(x: &Exchange<'_>, owner: &str, kid: &str) -> Result<Option<Value>, Refusal> {
    let key = x.tx.get::<RsaKey>(Table::SigningKeys, &format!("{owner}/{kid}"))?;
    Ok(key.map(|RsaKey { n, e, .. }| json!({"kty": "RSA", "n": n, "e": e})))
}

/// Returns the keys of an owner as its key set has them.
pub(super) fn published(x: &mut Exchange<'_>, owner: &str, kids: &[String]) -> Result<Vec<Value>, Refusal> {
    let shown = kids.iter().map(|kid| {
        let RsaKey { n, e, .. } = key(x, owner, kid)?;
        Ok(json!({"kty": "RSA", "alg": "RS256", "kid": kid, "use": "sig", "e": e, "n": n}))
    });
    shown.collect()
}

pub(super) fn list(x: &mut Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    Ok(Answer::list(all(x, &server)?, Vec::new()))
}

fn all(x: &mut Exchange<'_>, server: &Server) -> Result<Vec<Value>, Refusal> {
    server.keys.iter().zip(STATUSES).map(|(kid, status)| render(x, server, kid, status)).collect()
}

fn render(x: &mut Exchange<'_>, server: &Server, kid: &str, status: &str) -> Result<Value, Refusal> {
    let RsaKey { n, e, .. } = key(x, &server.id, kid)?;
    let own = format!("{}/credentials/keys/{kid}", server.url(x));
    Ok(json!({
        "status": status,
        "alg": "RS256",
        "e": e,
        "n": n,
        "kid": kid,
        "kty": "RSA",
        "use": "sig",
        "_links": {"self": link(&own, &["GET"])},
    }))
}

pub(super) fn read(x: &mut Exchange<'_>, server: &str, kid: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    let known = server.keys.iter().zip(STATUSES).find(|(known, _)| *known == kid);
    let (_, status) = known.ok_or_else(|| Refusal::not_found(kid, "JsonWebKey"))?;
    Ok(Answer::ok(render(x, &server, kid, status)?))
}

/// Rotates the keys of a server.
pub(super) fn rotate(x: &mut Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let mut server = find_server(x, server)?;
    if sent::text(&x.call.object()?, "use")? != Some("sig") {
        return Err(Refusal::invalid("rotateKeys", "Invalid value specified for key 'use' parameter"));
    }
    server.rotate(&mut x.tx)?;
    server.last_rotated.clone_from(&x.now);
    server.write(&mut x.tx)?;
    Ok(Answer::list(all(x, &server)?, Vec::new()))
}
