//! A client's secrets. They are compared by hash, so that no live plaintext is needed.

use super::retire::{forbidden, left_alone};
use super::{AppChanges, Changes, NO_SLOT, Scope, SecretChange};
use crate::desired::Secret;
use crate::diagnostic::Diagnostic;
use crate::observed::{LiveApp, LiveSecret, Status};
use crate::resource::marker::Facility;

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
    let Some(app) = live else {
        entry.secrets = declared.iter().filter(|s| s.status == Status::Active).map(SecretChange::Add).collect();
        return;
    };
    let Some(there) = scope.observed.secrets.get(&app.id) else {
        changes.not_compared.extend(declared.iter().map(|secret| (secret.address.clone(), unread(secret, declared, scope))));
        return;
    };
    entry.free_slots = SLOTS.saturating_sub(there.len());
    let matched = match_up(entry, declared, there, scope, changes);
    let extras: Vec<_> = there.iter().filter(|live| !matched.contains(&live.id.as_str())).collect();
    let unresolved = declared.iter().any(|s| !matches!(scope.hashes.get(&s.reference), Some(Ok(_))));
    retire(entry, &extras, unresolved, scope, changes);
    check_room(entry, declared, there, changes);
}

/// Returns why the live secrets of a client were not read: no value is at hand to compare them with, or nobody wanted it.
fn unread(secret: &Secret, declared: &[Secret], scope: &Scope<'_, '_>) -> String {
    let missing = |secret: &Secret| scope.hashes.get(&secret.reference).and_then(|hash| hash.as_ref().err());
    match missing(secret) {
        Some(why) if declared.iter().all(|secret| missing(secret).is_some()) => why.clone(),
        _ => "the live secrets were not read (--secrets skip)".to_owned(),
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
        let hash = match scope.hashes.get(&secret.reference) {
            Some(Ok(hash)) => hash,
            Some(Err(why)) => {
                changes.not_compared.push((secret.address.clone(), why.clone()));
                continue;
            }
            None => {
                changes.not_compared.push((secret.address.clone(), format!("{} was not looked up", secret.reference)));
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
        match why {
            None if scope.prune => entry.secrets.push(SecretChange::Delete(address, live)),
            why => {
                let what = format!("a client secret ({}, made {}) that is not declared", live.status.as_str(), live.created);
                changes.left_alone.push(left_alone(address, &what, why));
            }
        }
    }
}

/// A third secret has no place: says which one could go.
fn check_room(entry: &AppChanges<'_>, declared: &[Secret], there: &[LiveSecret], changes: &mut Changes<'_>) {
    let count = |kind: fn(&SecretChange<'_>) -> bool| entry.secrets.iter().filter(|c| kind(c)).count();
    let added = count(|c| matches!(c, SecretChange::Add(_)));
    let gone = count(|c| matches!(c, SecretChange::Delete(..)));
    if added == 0 || there.len() + added <= SLOTS + gone {
        return;
    }
    let declared_ids: Vec<_> = entry
        .secrets
        .iter()
        .filter_map(|c| match c {
            SecretChange::Activate(_, live) | SecretChange::Deactivate(_, live) => Some(live.id.as_str()),
            _ => None,
        })
        .collect();
    let listed: Vec<_> = there
        .iter()
        .filter(|s| !declared_ids.contains(&s.id.as_str()))
        .map(|s| format!("{} ({}, made {})", s.id, s.status.as_str(), s.created))
        .collect();
    let origin = declared.iter().find(|s| entry.secrets.contains(&SecretChange::Add(s))).map(|s| s.origin.clone());
    changes.problems.push(
        Diagnostic::error(
            NO_SLOT,
            origin,
            format!("{} has {} secrets already, and Okta keeps {SLOTS} a client", entry.wanted.address, there.len()),
        )
        .help(format!("retire one first: {}; take it out of the manifest and use --prune, or delete it in Okta", listed.join(", "))),
    );
}
