//! Whether what a probe saw is what a step expects, and if not, what differs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::client_difference;
use super::probe::Seen;
use crate::address::Kind;
use crate::observed::{LiveApp, LiveAssignment, LivePart, LivePortal, LiveSecret, Status};
use crate::program::{Declared, Expect, Step};
use crate::resource::group_assignment::row;
use crate::resource::{Field, leaves, same, table};
use crate::secret::{Secret, SecretRef};

/// The values by which secrets are recognised.
pub(super) type Secrets = BTreeMap<SecretRef, Secret>;

/// Returns what differs from what is expected, in words; nothing if all of it holds.
pub(super) fn differences(expected: &[Expect], seen: &Seen, secrets: &Secrets) -> Vec<String> {
    expected.iter().flat_map(|expect| difference(expect, seen, secrets)).collect()
}

/// Returns what keeps a request from being sent again. One that did all it was to do but for the number that came of its priority may be:
/// nobody else has done that in between.
pub(super) fn hindrances(step: &Step, seen: &Seen, secrets: &Secrets) -> Vec<String> {
    let unmet = differences(&step.pre, seen, secrets);
    let is_placed = |expect: &&Expect| matches!(expect, Expect::Placed(_));
    let rest: Vec<_> = step.post.iter().filter(|expect| !is_placed(expect)).cloned().collect();
    let places = rest.len() < step.post.len();
    if places && differences(&rest, seen, secrets).is_empty() { Vec::new() } else { unmet }
}

fn difference(expect: &Expect, seen: &Seen, secrets: &Secrets) -> Vec<String> {
    match seen {
        Seen::App(app) => app_difference(expect, app.as_deref()),
        Seen::Secrets(there) => secret_difference(expect, there, secrets).into_iter().collect(),
        Seen::Client(client) => client_difference(expect, client.as_deref()),
        Seen::SecretFile(there) => match (expect, there) {
            (Expect::SecretWritten(_), true) | (Expect::SecretUnwritten(_), false) => Vec::new(),
            (Expect::SecretWritten(file), false) => vec![format!("the file `{file}` is not there")],
            (Expect::SecretUnwritten(file), true) => vec![format!("the file `{file}` is there")],
            (other, _) => vec![not_seen(other)],
        },
        Seen::Object(object) => object_difference(expect, object.as_deref()),
        Seen::Part(part) => part_difference(expect, part.as_deref()),
        Seen::Assignment(assignment) => assignment_difference(expect, assignment.as_deref()),
        Seen::Grants(there) => {
            let scope = |scope: &String| there.iter().any(|grant| grant.scope == *scope);
            let id = |id: &String| there.iter().any(|grant| grant.id == *id);
            let difference = match expect {
                Expect::Granted(s) => (!scope(s)).then(|| format!("scope `{s}` is not granted")),
                Expect::NotGranted(s) => scope(s).then(|| format!("scope `{s}` is granted already")),
                Expect::GrantIs(i) => (!id(i)).then(|| format!("the grant {i} is gone")),
                Expect::GrantGone(i) => id(i).then(|| format!("the grant {i} is there")),
                other => Some(not_seen(other)),
            };
            difference.into_iter().collect()
        }
    }
}

fn app_difference(expect: &Expect, app: Option<&LiveApp>) -> Vec<String> {
    let app = match (expect, app) {
        (Expect::NoApp | Expect::AppRetired | Expect::Superseded(_) | Expect::KeyGone(_) | Expect::KeyRetired(_), None) => {
            return Vec::new();
        }
        (Expect::NoApp, Some(app)) => return vec![format!("the app {} is there already", app.id)],
        (_, None) => return vec!["the app is not there".to_owned()],
        (_, Some(app)) => app,
    };
    let difference = match expect {
        Expect::AsCreated => None,
        Expect::BodyIs(planned) => (app.facets().body != *planned)
            .then(|| format!("the app {} was changed since the plan was made; plan again to see how", app.id)),
        Expect::Fields(fields) => {
            let body = app.body.tree();
            return fields.iter().filter_map(|field| field_difference(table(Kind::App), field, &body)).collect();
        }
        Expect::Marked(marker) | Expect::Superseded(marker) => match &app.marker {
            Some(there) if there.will_do_for(marker) => None,
            Some(there) if there.owner == marker.owner => Some(format!("the mark of the app {} does not say what it is to say", app.id)),
            Some(there) => Some(format!("the app {} bears the mark of {}", app.id, there.owner)),
            None => Some(format!("the app {} bears no mark", app.id)),
        },
        Expect::AppRetired => (app.status == Status::Active).then(|| format!("the app {} is in force", app.id)),
        Expect::StatusIs(status) => (app.status != *status).then(|| format!("the app {} is {}", app.id, app.status.as_str())),
        Expect::PolicyIs(policy) => (app.access_policy != *policy)
            .then(|| format!("the app {} has the access policy {}", app.id, app.access_policy.as_deref().unwrap_or("(none)"))),
        Expect::KeyGone(id) => key_status(app, id).map(|_| format!("the key {id} is there")),
        Expect::KeyRetired(id) => (key_status(app, id) == Some(Status::Active)).then(|| format!("the key {id} is in force")),
        Expect::KeyIs { id, status } => match key_status(app, id) {
            Some(there) if there == *status => None,
            Some(there) => Some(format!("the key {id} is {}", there.as_str())),
            None => Some(format!("the key {id} is gone")),
        },
        other => Some(not_seen(other)),
    };
    difference.into_iter().collect()
}

pub(super) fn field_difference(row: &'static Field, field: &Declared, body: &Value) -> Option<String> {
    let there = field.path.find(body);
    // The row of the table is found by walking a tree that holds this field alone.
    let mut tree = Value::Object(serde_json::Map::new());
    field.path.set(&mut tree, field.value.clone());
    let leaf = leaves(row, &tree).into_iter().find(|leaf| leaf.path == field.path);
    let field_row = leaf.as_ref().and_then(|leaf| leaf.field);
    let shown = |value: Option<&Value>| crate::printable::printable_head(&value.map_or_else(|| "absent".to_owned(), Value::to_string), 200);
    (!same(field_row, &field.value, there)).then(|| format!("`{}` is {} and not {}", field.path, shown(there), shown(Some(&field.value))))
}

fn object_difference(expect: &Expect, object: Option<&LivePortal>) -> Vec<String> {
    let difference = match (expect, object) {
        (Expect::NoObject, None) => None,
        (Expect::NoObject, Some(object)) => Some(format!("the {} {} is there already", object.kind, object.id)),
        (_, None) => Some("the object is not there".to_owned()),
        (Expect::BodyIs(planned), Some(object)) => (object.fingerprint() != *planned)
            .then(|| format!("the {} {} was changed since the plan was made; plan again to see how", object.kind, object.id)),
        (Expect::Fields(fields), Some(object)) => {
            return fields.iter().filter_map(|field| field_difference(table(object.kind), field, &object.body)).collect();
        }
        // Nothing that is read tells.
        (Expect::Sent(path), Some(_)) => Some(format!("whether `{path}` was sent cannot be read")),
        (other, Some(_)) => Some(not_seen(other)),
    };
    difference.into_iter().collect()
}

fn part_difference(expect: &Expect, part: Option<&LivePart>) -> Vec<String> {
    let part = match (expect, part) {
        (Expect::NoObject | Expect::PartRetired, None) => return Vec::new(),
        (_, None) => return vec!["the object is not there".to_owned()],
        (_, Some(part)) => part,
    };
    let named = || format!("the {} {}", part.part.as_str(), part.id);
    let difference = match expect {
        Expect::AsCreated => None,
        Expect::NoObject => Some(format!("{} is there already", named())),
        Expect::BodyIs(planned) => {
            (part.fingerprint() != *planned).then(|| format!("{} was changed since the plan was made; plan again to see how", named()))
        }
        Expect::Fields(fields) => {
            return fields.iter().filter_map(|field| field_difference(part.part.table(), field, &part.body)).collect();
        }
        Expect::StatusIs(status) => {
            (part.status != Some(*status)).then(|| format!("{} is {}", named(), part.status.map_or("without a status", Status::as_str)))
        }
        Expect::PartRetired => (part.status == Some(Status::Active)).then(|| format!("{} is in force", named())),
        Expect::Placed(priority) => (part.priority() != Some(*priority)).then(|| format!("{} has another priority", named())),
        other => Some(not_seen(other)),
    };
    difference.into_iter().collect()
}

fn assignment_difference(expect: &Expect, assignment: Option<&LiveAssignment>) -> Vec<String> {
    let difference = match (expect, assignment) {
        (Expect::NoObject, None) => None,
        (Expect::NoObject, Some(there)) => Some(format!("the group {} is assigned already", there.group)),
        (_, None) => Some("the group is not assigned".to_owned()),
        (Expect::BodyIs(planned), Some(there)) => (there.fingerprint() != *planned)
            .then(|| format!("the assignment of the group {} was changed since the plan was made; plan again to see how", there.group)),
        (Expect::Fields(fields), Some(there)) => {
            return fields.iter().filter_map(|field| field_difference(row(), field, &there.body)).collect();
        }
        (other, Some(_)) => Some(not_seen(other)),
    };
    difference.into_iter().collect()
}

fn key_status(app: &LiveApp, id: &str) -> Option<Status> {
    let keys = app.keys();
    let key = keys.iter().find(|key| key.get("id").is_some_and(|i| i == id))?;
    Some(key.get("status").and_then(Value::as_str).and_then(Status::read).unwrap_or(Status::Active))
}

fn secret_difference(expect: &Expect, there: &[LiveSecret], secrets: &Secrets) -> Option<String> {
    let held = |reference: &SecretRef| {
        let hash = secrets.get(reference).map(Secret::hash);
        there.iter().find(|live| Some(&live.hash) == hash.as_ref())
    };
    let by_id = |id: &String| there.iter().find(|live| live.id == *id);
    let is = |live: Option<&LiveSecret>, status: &Status, name: String| match live {
        Some(live) if live.status == *status => None,
        Some(live) => Some(format!("{name} is {}", live.status.as_str())),
        None => Some(format!("{name} is not there")),
    };
    match expect {
        Expect::SecretHeld { reference, status } => is(held(reference), status, format!("the secret of {reference}")),
        Expect::SecretMissing(reference) => held(reference).map(|_| format!("the secret of {reference} is there already")),
        Expect::SecretIs { id, status } => is(by_id(id), status, format!("the secret {id}")),
        Expect::SecretRetired(id) => by_id(id).filter(|s| s.status == Status::Active).map(|_| format!("the secret {id} is in force")),
        Expect::SecretGone(id) => by_id(id).map(|_| format!("the secret {id} is there")),
        other => Some(not_seen(other)),
    }
}

pub(super) fn not_seen(expect: &Expect) -> String {
    format!("this is a bug in idpctl: a step expects {expect:?} of something that its probe does not read")
}
