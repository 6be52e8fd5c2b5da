//! The events of authorization servers, and of their scopes, claims, policies and rules.

use serde_json::Value;

use super::{
    Event,
    catalogue::Kind,
    changes::{add_details, details, kind, policy_target, target as named},
};
use crate::{families::Exchange, store::Table};

/// What has events of its own, or follows from something else.
const APART: [&str; 7] = ["status", "last_updated", "last_rotated", "keys", "rotations", "trusted", "default"];

fn target(server: &Value) -> Value {
    named("AuthorizationServer", &server["id"], &server["name"])
}

pub(super) fn events(x: &Exchange<'_>, before: Option<&Value>, after: Option<&Value>) -> Vec<Event> {
    let whole = |kind: Kind, server: &Value| vec![Event { kind, targets: vec![target(server)] }];
    match (before, after) {
        (None, Some(server)) => whole(Kind::ServerCreate, server),
        (Some(server), None) => whole(Kind::ServerDelete, server),
        (Some(before), Some(after)) => changed(x, before, after),
        (None, None) => Vec::new(),
    }
}

fn changed(x: &Exchange<'_>, before: &Value, after: &Value) -> Vec<Event> {
    let mut events = Vec::new();
    let mut add = |kind: Kind, other: Option<Value>| {
        let targets = [target(after)].into_iter().chain(other).collect();
        events.push(Event { kind, targets });
    };
    let turned = before["status"] != after["status"];
    let rotated = before["rotations"] != after["rotations"];
    let trusts = |server: &Value| server["trusted"].as_array().cloned().unwrap_or_default();
    let (old, new) = (trusts(before), trusts(after));
    // What was written though nothing differs was replaced by its like.
    if details(before, after, &APART).is_some() || !turned && !rotated && old == new {
        add(Kind::ServerUpdate, None);
    }
    if turned {
        add(if after["status"] == "ACTIVE" { Kind::ServerActivate } else { Kind::ServerDeactivate }, None);
    }
    if rotated {
        add(Kind::KeyRollover, None);
    }
    let other = |id: &Value| {
        let row = id.as_str().and_then(|id| x.tx.row(Table::Servers, id).or_else(|| x.tx.before(Table::Servers, id)));
        row.map_or_else(|| named("AuthorizationServer", id, id), target)
    };
    for id in new.iter().filter(|id| !old.contains(id)) {
        add(Kind::TrustAdd, Some(other(id)));
    }
    for id in old.iter().filter(|id| !new.contains(id)) {
        add(Kind::TrustDelete, Some(other(id)));
    }
    events
}

/// The events of a part of a server. What comes and goes with its server, or with its policy, leaves none of its own.
pub(super) fn part(x: &Exchange<'_>, table: Table, key: &str, before: Option<&Value>, after: Option<&Value>) -> Vec<Event> {
    let (owner, _) = key.rsplit_once('/').unwrap_or_default();
    let server = owner.split('/').next().unwrap_or_default();
    let stays = |table: Table, key: &str| x.tx.before(table, key).and(x.tx.row(table, key));
    let Some(server) = stays(Table::Servers, server) else {
        return Vec::new();
    };
    let row = after.or(before).unwrap_or(&Value::Null);
    let (kinds, turns, mut targets) = match table {
        Table::ServerScopes => {
            ([Kind::ScopeCreate, Kind::ScopeUpdate, Kind::ScopeDelete], None, vec![named("OAuth2Scope", &row["id"], &row["name"])])
        }
        Table::ServerClaims => {
            ([Kind::ClaimCreate, Kind::ClaimUpdate, Kind::ClaimDelete], None, vec![named("OAuth2Claim", &row["id"], &row["name"])])
        }
        Table::ServerPolicies => (
            [Kind::PolicyCreate, Kind::PolicyUpdate, Kind::PolicyDelete],
            Some([Kind::PolicyActivate, Kind::PolicyDeactivate]),
            vec![policy_target(row)],
        ),
        _ => {
            let Some(policy) = stays(Table::ServerPolicies, owner) else {
                return Vec::new();
            };
            (
                [Kind::RuleAdd, Kind::RuleUpdate, Kind::RuleDelete],
                Some([Kind::RuleActivate, Kind::RuleDeactivate]),
                vec![named("PolicyRule", &row["id"], &row["name"]), policy_target(policy)],
            )
        }
    };
    targets.push(target(server));
    let turn = turns.zip(before.zip(after)).filter(|(_, (before, after))| before["status"] != after["status"]);
    let turn = turn.map(|([on, off], (_, after))| if after["status"] == "ACTIVE" { on } else { off });
    let changes = before.zip(after).and_then(|(before, after)| details(before, after, &["lastUpdated", "status"]));
    let mut events: Vec<_> = turn.map(|kind| Event { kind, targets: targets.clone() }).into_iter().collect();
    if changes.is_some() || turn.is_none() {
        // Only policies and rules say what has changed.
        if turns.is_some() {
            add_details(&mut targets[0], changes);
        }
        events.extend(kind(before, after, kinds).map(|kind| Event { kind, targets }));
    }
    events
}
