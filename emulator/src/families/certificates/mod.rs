//! `/api/v1/apps/{id}/credentials/keys`: the certificates that an app's assertions are signed with, as Okta made them.
//!
//! As recorded: an app of one's own that speaks SAML 2.0 has a key of its own; one from the catalogue has that and, from when
//! it was added, the org's; all others have the org's. These are made when they are first asked for, and have their rows under
//! their own names; what is added to an app later has its row under the app's, so that a clone is the target's own.

pub(super) mod requests;

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

/// How many years the certificates are good for that nobody asked for.
const YEARS: i64 = 10;

pub(super) fn list(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    let added = x.tx.listed(Table::Certificates, &format!("{}/", app.id));
    let mut keys: Vec<_> = added.into_iter().map(|(_, key)| key.clone()).collect();
    for kid in firsts(x, &app) {
        keys.push(first(x, &app, &kid)?);
    }
    // The order of recorded lists: that of the ids, whatever the case of the letters.
    keys.sort_by_key(|key| key["kid"].as_str().unwrap_or_default().to_lowercase());
    Ok(Answer::list(keys, Vec::new()))
}

pub(super) fn read(x: &mut Exchange<'_>, app: &str, kid: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    Ok(Answer::ok(find(x, &app, kid)?))
}

/// Adds a new key, which the app signs with from when a PUT says so.
pub(super) fn generate(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = signer(x, app, "generateKey")?;
    let years = parameter(x, "validityYears")?.parse().ok().filter(|years| (2..=YEARS).contains(years));
    let years = years.ok_or_else(|| Refusal::invalid("generateKey", "Validity years out of range. It should be 2 - 10 years."))?;
    let key = x.keys.take()?;
    let kid = x.tx.new_key_id();
    let made = made(x, &kid, &key, &x.now, years)?;
    add(x, &app, made)
}

/// Adds a key of an app to another.
pub(super) fn duplicate(x: &mut Exchange<'_>, app: &str, kid: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    let key = find(x, &app, kid)?;
    let target = signer(x, parameter(x, "targetAid")?, "cloneKey")?;
    if kids(x, &target).iter().any(|known| known == kid) {
        return Err(Refusal::invalid("cloneKey", "Key already exists in the list of key credentials for the target app."));
    }
    add(x, &target, dated(key, &x.now.as_str().into()))
}

/// Returns the ids of the keys that an app has.
pub(super) fn kids(x: &Exchange<'_>, app: &App) -> Vec<String> {
    let added = x.tx.starting_with(Table::Certificates, &format!("{}/", app.id));
    let added = added.iter().filter_map(|(place, _)| Some(place.split_once('/')?.1.to_owned()));
    firsts(x, app).into_iter().chain(added).collect()
}

/// Returns the keys that a client has besides the org's, as a key set has them.
pub(super) fn published(x: &mut Exchange<'_>, client: &str) -> Result<Vec<Value>, Refusal> {
    let Some(app) = apps::with_client_id(x, client)? else {
        return Ok(Vec::new());
    };
    let own = kids(x, &app).into_iter().filter(|kid| *kid != x.organization.signing_kid).collect::<Vec<_>>();
    let shown = own.iter().map(|kid| {
        let key = find(x, &app, kid)?;
        Ok(json!({"kty": "RSA", "alg": "RS256", "kid": kid, "use": "sig", "e": key["e"], "n": key["n"]}))
    });
    shown.collect()
}

/// Removes the keys of an app that goes, and the requests for certificates.
pub(super) fn remove(x: &mut Exchange<'_>, app: &App) {
    for table in [Table::Certificates, Table::CertificateRequests] {
        for (place, _) in x.tx.starting_with(table, &format!("{}/", app.id)) {
            x.tx.remove(table, place.to_owned());
        }
    }
    for kid in firsts(x, app).into_iter().filter(|kid| *kid != x.organization.signing_kid) {
        x.tx.remove(Table::Certificates, kid);
    }
}

fn parameter<'a>(x: &Exchange<'a>, name: &str) -> Result<&'a str, Refusal> {
    x.call.query.value(name).filter(|text| !text.is_empty()).ok_or_else(|| Refusal::missing_parameter(name))
}

/// Returns an app that can have keys: one whose sign-on mode needs them.
fn signer(x: &Exchange<'_>, app: &str, action: &str) -> Result<App, Refusal> {
    let app = apps::find(x, app)?;
    if firsts(x, &app).is_empty() {
        return Err(Refusal::invalid(action, "The sign-on mode of the application has no key credentials."));
    }
    Ok(app)
}

/// Returns the ids of the keys that an app has from the beginning.
fn firsts(x: &Exchange<'_>, app: &App) -> Vec<String> {
    let own = apps::first_key(x, &app.body["signOnMode"], &app.body["id"]);
    let shared = &x.organization.signing_kid;
    let custom = !app.body["settings"]["signOn"]["ssoAcsUrl"].is_null();
    let shared = own.as_ref().filter(|own| *own != shared && !custom).map(|_| shared.clone());
    own.into_iter().chain(shared).collect()
}

/// Returns a key that an app has.
pub(super) fn find(x: &mut Exchange<'_>, app: &App, kid: &str) -> Result<Value, Refusal> {
    if firsts(x, app).iter().any(|own| own == kid) {
        return first(x, app, kid);
    }
    let added = x.tx.row(Table::Certificates, &format!("{}/{kid}", app.id));
    added.cloned().ok_or_else(|| Refusal::not_found(kid, "JsonWebKey"))
}

/// Returns a key that an app has from the beginning, and makes it if nobody has asked for it yet.
fn first(x: &mut Exchange<'_>, app: &App, kid: &str) -> Result<Value, Refusal> {
    let added = &app.body["created"];
    let key = if let Some(known) = x.tx.row(Table::Certificates, kid) {
        known.clone()
    } else {
        let made = if *kid == x.organization.signing_kid {
            // The key that the org's tokens are signed with.
            let key = signing::key(x, signing::ORG, kid)?;
            made(x, kid, &key, &x.organization.created, YEARS)?
        } else {
            let key = x.keys.take()?;
            made(x, kid, &key, added.as_str().unwrap_or_default(), YEARS)?
        };
        x.tx.put(Table::Certificates, kid.to_owned(), &made)?;
        made
    };
    // The time is that of the app, though the org's key may be older.
    Ok(dated(key, added))
}

fn dated(mut key: Value, at: &Value) -> Value {
    key["created"] = at.clone();
    key["lastUpdated"] = at.clone();
    key
}

/// Makes a key with a certificate of the org's own.
fn made(x: &Exchange<'_>, kid: &str, key: &RsaKey, since: &str, years: i64) -> Result<Value, Refusal> {
    let from: DateTime = since.trim_end_matches('Z').parse().map_err(|_| Refusal::internal())?;
    let until = from.checked_add(years.years()).map_err(|_| Refusal::internal())?;
    let certificate = Certificate::self_signed(key, &apps::org_name(&x.call.base), from, until)?;
    Ok(written(kid, since, until, &certificate, &key.n, &key.e))
}

/// Writes down a key, its members in the order of recorded ones.
fn written(kid: &str, since: &str, until: DateTime, certificate: &Certificate, n: &str, e: &str) -> Value {
    json!({
        "kty": "RSA",
        "created": since,
        "lastUpdated": since,
        "expiresAt": until.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        "kid": kid,
        "use": "sig",
        "x5c": [certificate.x5c],
        "x5t#S256": certificate.thumbprint,
        "e": e,
        "n": n,
    })
}

/// Adds a key to those of an app.
fn add(x: &mut Exchange<'_>, app: &App, key: Value) -> Result<Answer, Refusal> {
    let kid = key["kid"].as_str().unwrap_or_default();
    let own = x.url(&format!("/api/v1/apps/{}/credentials/keys/{kid}", app.id));
    x.tx.put(Table::Certificates, format!("{}/{kid}", app.id), &key)?;
    // Okta's documentation shows the header with every key that is made.
    Ok(Answer::created(key).with_header("location", own))
}
