//! `/api/v1/apps/{id}/credentials/keys`: the certificates that an app's assertions are signed with, as Okta made them.
//!
//! As recorded: an app of one's own that speaks SAML 2.0 has a key of its own; one from the catalogue has that and, from when
//! it was added, the org's; all others have the org's. A key is made when it is first asked for, since that takes a while.

use jiff::{ToSpan as _, civil::DateTime};
use serde_json::{Value, json};

use super::{
    Exchange,
    apps::{self, document::App},
    servers::keys as signing,
};
use crate::{
    answer::{Answer, Refusal},
    rsa::RsaKey,
    store::Table,
    x509::Certificate,
};

const YEARS: i64 = 10;

pub(super) fn list(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    let keys = keys(x, &app)?;
    Ok(Answer::list(keys, Vec::new()))
}

pub(super) fn read(x: &mut Exchange<'_>, app: &str, kid: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    let key = keys(x, &app)?.into_iter().find(|key| key["kid"] == kid);
    key.map(Answer::ok).ok_or_else(|| Refusal::not_found(kid, "JsonWebKey"))
}

/// Returns the keys of an app in the order of their ids, whatever the case of the letters.
fn keys(x: &mut Exchange<'_>, app: &App) -> Result<Vec<Value>, Refusal> {
    let Some(own) = app.body["credentials"]["signing"]["kid"].as_str() else {
        return Ok(Vec::new());
    };
    let mut kids = vec![own.to_owned()];
    let shared = &x.organization.signing_kid;
    let custom = !app.body["settings"]["signOn"]["ssoAcsUrl"].is_null();
    if own != shared && !custom {
        kids.push(shared.clone());
    }
    kids.sort_by_key(|kid| kid.to_lowercase());
    kids.iter().map(|kid| key(x, app, kid)).collect()
}

/// Returns a key as an app shows it, and makes it if nobody has asked for it yet.
fn key(x: &mut Exchange<'_>, app: &App, kid: &str) -> Result<Value, Refusal> {
    let added = &app.body["created"];
    let mut key = if let Some(known) = x.tx.row(Table::Certificates, kid) {
        known.clone()
    } else {
        let made = first(x, kid, added)?;
        x.tx.put(Table::Certificates, kid.to_owned(), &made)?;
        made
    };
    // The time is that of the app, though the org's key may be older.
    key["created"] = added.clone();
    key["lastUpdated"] = added.clone();
    Ok(key)
}

/// Makes a key that an app has from the beginning. The org's is the one that its tokens are signed with.
fn first(x: &mut Exchange<'_>, kid: &str, added: &Value) -> Result<Value, Refusal> {
    if *kid == x.organization.signing_kid {
        let key = signing::key(x, signing::ORG, kid)?;
        return made(x, kid, &key, &x.organization.created, YEARS);
    }
    let key = x.keys.take()?;
    made(x, kid, &key, added.as_str().unwrap_or_default(), YEARS)
}

fn made(x: &Exchange<'_>, kid: &str, key: &RsaKey, since: &str, years: i64) -> Result<Value, Refusal> {
    let from: DateTime = since.trim_end_matches('Z').parse().map_err(|_| Refusal::internal())?;
    let until = from.checked_add(years.years()).map_err(|_| Refusal::internal())?;
    let certificate = Certificate::self_signed(key, &apps::org_name(&x.call.base), from, until)?;
    Ok(json!({
        "kty": "RSA",
        "created": since,
        "lastUpdated": since,
        "expiresAt": until.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        "kid": kid,
        "use": "sig",
        "x5c": [certificate.x5c],
        "x5t#S256": certificate.thumbprint,
        "e": key.e,
        "n": key.n,
    }))
}
