//! Which events follow from the rows that a request has written.

use serde_json::{Map, Value, json};

use super::{Event, apps, catalogue::Kind, servers, tokens};
use crate::{families::Exchange, store::Table};

/// Returns the events of all rows that were written, table by table, of a token that was issued, and of secrets that were shown.
pub(super) fn events(x: &Exchange<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    for (table, key, after) in x.tx.written() {
        let before = x.tx.before(table, key);
        match table {
            Table::Apps => events.extend(apps::events(x, before, after)),
            Table::Grants => events.extend(grant(x, key, before, after)),
            Table::ClientRoles => events.extend(role(x, key, before, after)),
            Table::Policies => events.extend(policy(before, after)),
            Table::Groups => events.extend(group(before, after)),
            Table::Assignments => events.extend(assignment(x, key, before, after)),
            Table::Certificates => events.extend(apps::certificate(x, key, before, after)),
            Table::CertificateRequests => events.extend(apps::certificate_request(x, key, before, after)),
            Table::Servers => events.extend(servers::events(x, before, after)),
            Table::ServerScopes | Table::ServerClaims | Table::ServerPolicies | Table::ServerRules => {
                events.extend(servers::part(x, table, key, before, after));
            }
            Table::RevokedTokens => events.extend(tokens::revoked(key, after)),
            // What the org itself is, what follows from an app, and the portal.
            Table::Org
            | Table::ClientIds
            | Table::SigningKeys
            | Table::Logs
            | Table::PortalProviders
            | Table::PortalClientTypes
            | Table::PortalProducts
            | Table::PortalPlans
            | Table::PortalCounters => {}
        }
    }
    events.extend(x.issued.as_ref().map(tokens::granted));
    let shown = x.disclosed.iter().filter_map(|app| x.tx.row(Table::Apps, app));
    events.extend(shown.map(|app| Event { kind: Kind::SecretRead, targets: vec![apps::target(app)] }));
    events
}

/// What goes with its app leaves no event of its own.
fn grant(x: &Exchange<'_>, key: &str, before: Option<&Value>, after: Option<&Value>) -> Option<Event> {
    let app = x.tx.row(Table::Apps, key.split_once('/')?.0)?;
    let kind = if after.is_some() { Kind::ConsentGrant } else { Kind::ConsentRevoke };
    let scope = &after.or(before)?["scopeId"];
    Some(Event { kind, targets: vec![apps::target(app), target("OAuth2Scope", scope, scope)] })
}

/// An admin role of a client. One that is granted for other targets than before is granted anew.
fn role(x: &Exchange<'_>, key: &str, before: Option<&Value>, after: Option<&Value>) -> Option<Event> {
    let app = x.tx.row(Table::Apps, key.split_once('/')?.0)?;
    let kind = if after.is_some() { Kind::PrivilegeGrant } else { Kind::PrivilegeRevoke };
    let role = after.or(before)?;
    Some(Event { kind, targets: vec![apps::target(app), target("ROLE", &role["id"], &role["label"])] })
}

fn policy(before: Option<&Value>, after: Option<&Value>) -> Option<Event> {
    let turned = before.zip(after).filter(|(before, after)| before["status"] != after["status"]);
    let turn = turned.map(|(_, after)| if after["status"] == "ACTIVE" { Kind::PolicyActivate } else { Kind::PolicyDeactivate });
    if let Some(kind) = turn {
        return Some(Event { kind, targets: vec![policy_target(after?)] });
    }
    let kind = kind(before, after, [Kind::PolicyCreate, Kind::PolicyUpdate, Kind::PolicyDelete])?;
    let mut target = policy_target(after.or(before)?);
    if let (Some(before), Some(after)) = (before, after) {
        add_details(&mut target, details(before, after, &["lastUpdated"]));
    }
    Some(Event { kind, targets: vec![target] })
}

pub(super) fn policy_target(policy: &Value) -> Value {
    target("PolicyEntity", &policy["id"], &policy["name"])
}

fn group(before: Option<&Value>, after: Option<&Value>) -> Option<Event> {
    let kind = kind(before, after, [Kind::GroupCreate, Kind::GroupUpdate, Kind::GroupDelete])?;
    Some(Event { kind, targets: vec![group_target(after.or(before)?)] })
}

fn group_target(group: &Value) -> Value {
    target("UserGroup", &group["id"], &group["profile"]["name"])
}

fn assignment(x: &Exchange<'_>, key: &str, before: Option<&Value>, after: Option<&Value>) -> Option<Event> {
    let (app, group) = key.split_once('/')?;
    let app = x.tx.row(Table::Apps, app)?;
    let group = x.tx.row(Table::Groups, group).or_else(|| x.tx.before(Table::Groups, group))?;
    let kind = kind(before, after, [Kind::AssignmentAdd, Kind::AssignmentUpdate, Kind::AssignmentRemove])?;
    Some(Event { kind, targets: vec![group_target(group), apps::target(app)] })
}

/// Picks what happened to a row: it was made, changed, or removed.
pub(super) fn kind(before: Option<&Value>, after: Option<&Value>, kinds: [Kind; 3]) -> Option<Kind> {
    match (before, after) {
        (None, Some(_)) => Some(kinds[0]),
        (Some(_), Some(_)) => Some(kinds[1]),
        (Some(_), None) => Some(kinds[2]),
        (None, None) => None,
    }
}

/// Names something that an event is about.
pub(super) fn target(kind: &str, id: &Value, name: &Value) -> Value {
    json!({"id": id, "type": kind, "alternateId": name, "displayName": name, "detailEntry": null})
}

/// Adds what has changed, if anything has.
pub(super) fn add_details(target: &mut Value, details: Option<(Value, Value)>) {
    if let Some((from, to)) = details {
        target["changeDetails"] = json!({"from": from, "to": to});
    }
}

/// Returns the members of two objects that differ, as they were and as they are; what is not there is null.
pub(super) fn details(before: &Value, after: &Value, but: &[&str]) -> Option<(Value, Value)> {
    let (mut from, mut to) = (Map::new(), Map::new());
    let names = |object: &Value| object.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    for name in names(before).into_iter().chain(names(after)) {
        let (old, new) = (&before[&name], &after[&name]);
        if old == new || but.contains(&name.as_str()) {
            continue;
        }
        let (old, new) = match (old, new) {
            (Value::Object(_), Value::Object(_)) => details(old, new, &[]).unwrap_or_default(),
            _ => (old.clone(), new.clone()),
        };
        from.insert(name.clone(), old);
        to.insert(name, new);
    }
    (!to.is_empty()).then(|| (from.into(), to.into()))
}
