//! A client's secrets. They are compared by hash, so that no live plaintext is needed.

use super::retire::{forbidden, left_alone};
use super::{AppChanges, Changes, NO_SLOT, Scope, SecretChange};
use crate::desired::Secret;
use crate::diagnostic::Diagnostic;
use crate::observed::{LiveApp, LiveSecret, Status, Trace};
use crate::resource::marker::Facility;
use crate::secret::SecretHash;

/// Okta keeps at most this many secrets a client (okta-api.md, section 2.1).
pub(super) const SLOTS: usize = 2;

/// Compares the secrets of an app; `live` is the app that they are to hang on, if it is there already.
pub(super) fn compare<'a>(entry: &mut AppChanges<'a>, live: Option<&'a LiveApp>, scope: &Scope<'a, '_>, changes: &mut Changes<'a>) {
    let wanted = entry.wanted;
    let declared = wanted.secrets.as_deref();
    let noticed = live.and_then(|l| l.marker.as_ref()).is_some_and(|m| m.manages.contains(&Facility::Secrets));
    if declared.is_none() && !noticed {
        return;
    }
    let declared = declared.unwrap_or_default();
    if declared.is_empty() && wanted.token_endpoint_auth_method().is_some_and(|method| !method.starts_with("client_secret")) {
        // Okta keeps no secret of a client that authenticates without one (okta-api.md, section 2.1): none is left.
        return;
    }
    let Some(app) = live else {
        entry.secrets = declared.iter().filter(|s| s.status == Status::Active).map(SecretChange::Add).collect();
        return;
    };
    let Some(there) = scope.observed.secrets.get(&app.id) else {
        changes.not_compared.extend(declared.iter().map(|secret| {
            let unread = "the live secrets were not read (--secrets skip)".to_owned();
            (secret.address.clone(), hash(secret, scope).err().unwrap_or(unread))
        }));
        return;
    };
    entry.free_slots = SLOTS.saturating_sub(there.len());
    let matched = match_up(entry, declared, there, scope, changes);
    let extras: Vec<_> = there.iter().filter(|live| !matched.contains(&live.id.as_str())).collect();
    let unresolved = declared.iter().any(|secret| hash(secret, scope).is_err());
    retire(entry, &extras, unresolved, scope, changes);
    check_room(entry, there.len(), &extras, scope, changes);
}

/// Returns what a declared secret is compared by, or why that is not known.
fn hash<'c>(secret: &Secret, scope: &Scope<'_, 'c>) -> Result<&'c SecretHash, String> {
    match scope.hashes.get(&secret.reference) {
        Some(known) => known.as_ref().map_err(Clone::clone),
        None => Err(format!("{} was not looked up", secret.reference)),
    }
}

/// Finds the live secret of each declared one, and says what is to become of it.
fn match_up<'a>(
    entry: &mut AppChanges<'a>,
    declared: &'a [Secret],
    there: &'a [LiveSecret],
    scope: &Scope<'a, '_>,
    changes: &mut Changes<'a>,
) -> Vec<&'a str> {
    let mut matched = Vec::new();
    for secret in declared {
        let hash = match hash(secret, scope) {
            Ok(hash) => hash,
            Err(why) => {
                changes.not_compared.push((secret.address.clone(), why));
                continue;
            }
        };
        let found = there.iter().find(|live| live.hash == *hash);
        matched.extend(found.map(|live| live.id.as_str()));
        entry.secrets.extend(match (secret.status, found) {
            (Status::Active, None) => Some(SecretChange::Add(secret)),
            (Status::Active, Some(live)) if live.status == Status::Inactive => Some(SecretChange::Activate(secret, live)),
            (Status::Inactive, Some(live)) if live.status == Status::Active => Some(SecretChange::Deactivate(secret, live)),
            _ => None,
        });
    }
    matched
}

/// Decides what becomes of secrets that are not declared.
fn retire<'a>(entry: &mut AppChanges<'a>, extras: &[&'a LiveSecret], unresolved: bool, scope: &Scope<'a, '_>, changes: &mut Changes<'a>) {
    let stays = entry.wanted.secrets.iter().flatten().any(|s| s.status == Status::Active);
    // Without a declared secret in force, the newest live one in force is what the client lives on.
    let kept = extras
        .iter()
        .filter(|s| s.status == Status::Active)
        .max_by(|a, b| (&a.created, &a.id).cmp(&(&b.created, &b.id)))
        .map(|s| s.id.as_str());
    for live in extras {
        let address = entry.wanted.address.below(["secret", &live.id]);
        let why = if unresolved {
            Some("a declared secret could not be looked up, and this may be it".to_owned())
        } else if !stays && kept == Some(live.id.as_str()) {
            Some("it is what the client lives on: no declared secret is in force".to_owned())
        } else {
            forbidden(entry, scope, Facility::Secrets)
        };
        let trace = entry.live.map(|app| Trace::secret(&app.names(), Some(&live.id))).unwrap_or_default();
        match why {
            None if scope.prune => entry.secrets.push(SecretChange::Delete(address, live)),
            why => {
                let what = format!("a client secret ({}, made {}) that is not declared", live.status.as_str(), live.created);
                changes.left_alone.push(left_alone(address, &what, why, trace));
            }
        }
    }
}

/// A third secret has no place: says which one could go.
fn check_room(entry: &AppChanges<'_>, there: usize, extras: &[&LiveSecret], scope: &Scope<'_, '_>, changes: &mut Changes<'_>) {
    let gone = entry.secrets.iter().filter(|change| matches!(change, SecretChange::Delete(..))).count();
    let added: Vec<_> =
        entry.secrets.iter().filter_map(|change| if let SecretChange::Add(new) = change { Some(new) } else { None }).collect();
    let Some(first) = added.first().filter(|_| there + added.len() > SLOTS + gone) else { return };
    let listed: Vec<_> = extras.iter().map(|s| format!("{} ({}, made {})", s.id, s.status.as_str(), s.created)).collect();
    let way = match forbidden(entry, scope, Facility::Secrets) {
        None if !scope.prune => "with --prune, or in Okta",
        _ => "in Okta",
    };
    let message = format!("{} has {there} secrets already, and Okta keeps {SLOTS} a client", entry.wanted.address);
    changes.problems.push(
        Diagnostic::error(NO_SLOT, Some(first.origin.clone()), message)
            .help(format!("retire one first that is not declared: {}; {way}", listed.join(", "))),
    );
}
