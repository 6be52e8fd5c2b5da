//! An app's grants and keys.

use serde_json::Value;

use super::retire::{forbidden, left_alone};
use super::{AppChanges, Changes, GrantChange, KeyChange, Scope};
use crate::address::{Address, Kind};
use crate::desired::Grant;
use crate::json::Path;
use crate::observed::{LiveApp, LiveGrant, Trace};
use crate::resource::jwk::key_id;
use crate::resource::marker::Facility;

/// Compares the scopes granted to an app.
pub(super) fn compare_grants<'a>(entry: &mut AppChanges<'a>, live: Option<&'a LiveApp>, scope: &Scope<'a, '_>, changes: &mut Changes<'a>) {
    let noticed = live.and_then(|l| l.marker.as_ref()).is_some_and(|m| m.manages.contains(&Facility::Grants));
    let managed = entry.wanted.grants.is_some();
    if !managed && !noticed {
        return;
    }
    let app = live;
    let declared: Vec<_> = entry.wanted.grants.iter().flatten().filter(|g| scope.select.has(&g.address)).collect();
    let there = live.and_then(|app| scope.observed.grants.get(&app.id)).map_or(&[][..], Vec::as_slice);
    let org = scope.observed.org.as_ref().map_or("", |org| org.url.as_str());
    let missing = declared.iter().filter(|wanted| !there.iter().any(|live| is(wanted, live, org)));
    entry.grants = missing.map(|wanted| GrantChange::Add(wanted)).collect();
    let all: Vec<_> = entry.wanted.grants.iter().flatten().collect();
    for live in there.iter().filter(|live| !all.iter().any(|wanted| is(wanted, live, org))) {
        let address = Address::new(Kind::Grant, entry.wanted.address.name.clone()).below([&live.scope]);
        if !scope.select.has(&address) {
            continue;
        }
        let what = format!("scope `{}` is granted and not declared", live.scope);
        match forbidden(entry, scope, Facility::Grants) {
            None if scope.prune => entry.grants.push(GrantChange::Revoke(address, live)),
            why => {
                let trace = Trace::grant(&app.map(LiveApp::names).unwrap_or_default(), live);
                changes.left_alone.push(left_alone(address, &what, why, trace));
            }
        }
    }
}

/// Compares the keys of an app that nobody declares; declared ones are fields of its body.
pub(super) fn compare_keys<'a>(entry: &mut AppChanges<'a>, live: Option<&'a LiveApp>, scope: &Scope<'a, '_>, changes: &mut Changes<'a>) {
    let Some(live) = live else { return };
    let noticed = live.marker.as_ref().is_some_and(|m| m.manages.contains(&Facility::Keys));
    let declared = Path::of("settings.oauthClient.jwks.keys").find(&entry.wanted.body).and_then(Value::as_array);
    if declared.is_none() && !noticed {
        return;
    }
    let declared = declared.map_or(&[][..], Vec::as_slice);
    let is_active = |key: &Value| key.get("status").is_none_or(|s| s != "INACTIVE");
    // Okta keeps the only key in force of a client that signs with it (okta-api.md, section 2.2).
    let keys = live.keys();
    let kept = if declared.is_empty() { keys.iter().rfind(|key| is_active(key)).map(key_id) } else { None };
    for key in keys.iter().filter(|key| !declared.iter().any(|wanted| key_id(wanted) == key_id(key))) {
        let name = key_id(key);
        let address = entry.wanted.address.below(["key", &name]);
        let what = format!("the public key `{name}` is not declared");
        let why = if kept.as_deref() == Some(name.as_str()) {
            Some("it is the only one in force".to_owned())
        } else {
            forbidden(entry, scope, Facility::Keys)
        };
        match (why, key.get("id").and_then(Value::as_str)) {
            (None, Some(id)) if scope.prune => entry.keys.push(KeyChange { address, id: id.to_owned(), active: is_active(key) }),
            (why, id) => {
                let ids: Vec<_> = id.into_iter().chain([name.as_str()]).collect();
                changes.left_alone.push(left_alone(address, &what, why, Trace::key(&live.names(), &ids)));
            }
        }
    }
}

/// Returns whether a live grant is the declared one, given the org's own issuer.
pub(super) fn is(wanted: &Grant, live: &LiveGrant, org: &str) -> bool {
    let issuer = wanted.issuer.as_deref().unwrap_or(org).trim_end_matches('/');
    // There is one org authorization server; it shows under the org's URL and under a custom domain (okta-api.md, section 3).
    wanted.scope == live.scope && (wanted.issuer.is_none() || issuer == org || issuer == live.issuer.trim_end_matches('/'))
}
