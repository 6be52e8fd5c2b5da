//! What would change of the very client that idpctl signs in as: it could lock itself out, in the middle of an apply or for the next one.

use super::{Choices, Guard, GuardRule};
use crate::address::{Address, Kind};
use crate::diff::{AppChanges, Change, Changes, ClientChanges, GrantChange, SecretChange};
use crate::observed::LiveApp;

/// Returns the rule, if the changes hit it and nobody has allowed that.
pub(super) fn guard(changes: &Changes<'_>, choices: &Choices) -> Option<Guard> {
    let own = choices.own_client.as_deref().filter(|_| !choices.allow_own_app)?;
    let is_own = |live: &LiveApp| live.client_id == own;
    let orphan = changes.orphans.iter().find(|orphan| is_own(orphan.live)).map(|orphan| (&orphan.address, vec!["deleted"]));
    let app = changes.apps.iter().find(|entry| entry.live.is_some_and(is_own)).map(|entry| (&entry.wanted.address, of_app(entry)));
    let is_own = |entry: &&ClientChanges<'_>| entry.bound.live.is_some_and(|(live, _)| live.id.0 == own);
    let client = changes.clients.iter().find(is_own).map(|entry| (&entry.bound.wanted.address, of_client(entry)));
    let mut all = [orphan, app, client].into_iter().flatten();
    let (address, whats): (&Address, Vec<&str>) = all.find(|(_, whats)| !whats.is_empty())?;
    let noun = if address.kind == Kind::Client { "client" } else { "app" };
    let why = format!("it is the {noun} that idpctl signs in as, and would be {}: idpctl could lock itself out", whats.join(" and "));
    Some(Guard { address: Some(address.clone()), rule: GuardRule::OwnApp, why, flag: Some("--allow-own-app".to_owned()) })
}

fn of_app(entry: &AppChanges<'_>) -> Vec<&'static str> {
    let AppChanges { change, secrets, grants, keys, .. } = entry;
    let retired = secrets.iter().any(|secret| matches!(secret, SecretChange::Deactivate(..) | SecretChange::Delete(..)));
    whats(change.as_ref(), grants, !keys.is_empty(), retired)
}

fn of_client(entry: &ClientChanges<'_>) -> Vec<&'static str> {
    let ClientChanges { change, keys, secret, grants, .. } = entry;
    // A new secret ends the one in force.
    whats(change.as_ref(), grants, !keys.is_empty(), *secret)
}

fn whats(change: Option<&Change>, grants: &[GrantChange<'_>], keys: bool, secrets: bool) -> Vec<&'static str> {
    let changed = match change {
        Some(Change::Replace { .. }) => Some("replaced"),
        // That it bears our mark changes nothing for anybody who signs in.
        Some(Change::Update { fields }) => fields.iter().any(|field| field.origin.is_some()).then_some("changed"),
        Some(Change::Create { .. }) | None => None,
    };
    let revoked = grants.iter().any(|grant| matches!(grant, GrantChange::Revoke(..)));
    let losses = [(revoked, "deprived of scopes"), (keys, "deprived of keys"), (secrets, "deprived of secrets")];
    changed.into_iter().chain(losses.into_iter().filter(|(loses, _)| *loses).map(|(_, what)| what)).collect()
}
