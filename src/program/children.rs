//! Secrets, keys and grants of an app.

use serde_json::json;

use super::{Action, Body, Call, Expect, Line, Probe, Program, Step, Verb, app, subject};
use crate::address::Address;
use crate::desired::Secret;
use crate::diff::{AppChanges, Change, GrantChange, SecretChange};
use crate::json::Path;
use crate::observed::{LiveSecret, Status};
use crate::request::Method;

/// Adds the actions on secrets. New ones come before old ones go, unless there is no room. A client that changes from one way of using
/// a secret to another has its new ones first too, so that the request on the app names one that is there and Okta makes none up.
pub(super) fn secrets(entry: &AppChanges<'_>, program: &mut Program) {
    let carried = carried_by_app(entry);
    let changes: Vec<_> = entry.secrets.iter().filter(|c| !matches!(c, SecretChange::Add(s) if carried == Some(*s))).collect();
    let new: Vec<_> = changes.iter().copied().filter(|c| is_new(c)).map(|c| address(c).clone()).collect();
    let going: Vec<_> = changes.iter().copied().filter(|c| matches!(c, SecretChange::Delete(..))).map(|c| address(c).clone()).collect();
    // A secret that goes frees the slot that a new one needs (two a client).
    let vacate_first = !new.is_empty() && !going.is_empty() && entry.secrets_full;
    let before_app = carried.is_none() && app::changes_between_secret_methods(entry);
    if before_app && let Some(action) = program.actions.iter_mut().find(|a| a.address == entry.wanted.address) {
        action.after.extend(new.iter().cloned());
    }
    for change in changes {
        let mut action = secret(entry, change);
        let early = is_new(change) || (vacate_first && matches!(change, SecretChange::Delete(..)));
        if !(before_app && early) {
            wait_for_app(entry, &mut action);
        }
        match change {
            SecretChange::Add(_) if vacate_first => action.after.extend(going.iter().cloned()),
            SecretChange::Deactivate(..) => action.after.extend(new.iter().cloned()),
            SecretChange::Delete(..) if !vacate_first => action.after.extend(new.iter().cloned()),
            _ => {}
        }
        program.actions.push(action);
    }
}

fn is_new(change: &SecretChange<'_>) -> bool {
    matches!(change, SecretChange::Add(_) | SecretChange::Activate(..))
}

fn address<'c>(change: &'c SecretChange<'_>) -> &'c Address {
    match change {
        SecretChange::Add(secret) | SecretChange::Activate(secret, _) | SecretChange::Deactivate(secret, _) => &secret.address,
        SecretChange::Delete(address, _) => address,
    }
}

/// Returns the secret that the request on the app itself carries.
fn carried_by_app<'a>(entry: &AppChanges<'a>) -> Option<&'a Secret> {
    match entry.change.as_ref()? {
        Change::Create { .. } | Change::Replace { .. } => app::first_secret(entry),
        Change::Update { fields }
            if app::new_method(fields).is_some_and(app::uses_secret) && !app::changes_between_secret_methods(entry) =>
        {
            entry.wanted.secrets.iter().flatten().find(|s| s.status == Status::Active)
        }
        Change::Update { .. } => None,
    }
}

fn secret(entry: &AppChanges<'_>, change: &SecretChange<'_>) -> Action {
    let app = subject(entry);
    let base = format!("/api/v1/apps/{app}/credentials/secrets");
    let new = |address: &Address, verb, title: &str| Action::new(address.clone(), verb, title, app.clone());
    match change {
        SecretChange::Add(wanted) => {
            let mut action = new(&wanted.address, Verb::Create, "client secret");
            action.fields.push(secret_line(wanted));
            let (member, slot) = (Path::of("client_secret"), wanted.reference.clone());
            action.steps.push(Step {
                call: Call {
                    method: Method::Post,
                    path: base,
                    query: Vec::new(),
                    body: Body::Json { tree: json!({"status": "ACTIVE"}), secrets: [(member, slot)].into() },
                },
                probe: Probe::Secrets(app.clone()),
                pre: vec![Expect::SecretMissing(wanted.reference.clone())],
                post: vec![Expect::SecretHeld { reference: wanted.reference.clone(), status: Status::Active }],
            });
            action
        }
        SecretChange::Activate(wanted, live) | SecretChange::Deactivate(wanted, live) => {
            let mut action = new(&wanted.address, Verb::Update, "client secret");
            action.fields.push(status_line(live, wanted));
            let mut step = secret_lifecycle(&base, &app, live, wanted.status);
            if wanted.status == Status::Inactive {
                step.post = vec![Expect::SecretRetired(live.id.clone())];
            }
            action.steps.push(step);
            action
        }
        SecretChange::Delete(address, live) => {
            let mut action = new(address, Verb::Delete, "client secret");
            if live.status == Status::Active {
                let mut step = secret_lifecycle(&base, &app, live, Status::Inactive);
                step.post = vec![Expect::SecretRetired(live.id.clone())];
                action.steps.push(step);
            }
            action.steps.push(Step {
                call: Call { method: Method::Delete, path: format!("{base}/{}", live.id), query: Vec::new(), body: Body::None },
                probe: Probe::Secrets(app.clone()),
                pre: vec![Expect::SecretIs { id: live.id.clone(), status: Status::Inactive }],
                post: vec![Expect::SecretGone(live.id.clone())],
            });
            action
        }
    }
}

fn secret_lifecycle(base: &str, app: &super::Subject, live: &LiveSecret, wanted: Status) -> Step {
    let verb = if wanted == Status::Active { "activate" } else { "deactivate" };
    Step {
        call: Call { method: Method::Post, path: format!("{base}/{}/lifecycle/{verb}", live.id), query: Vec::new(), body: Body::None },
        probe: Probe::Secrets(app.clone()),
        pre: vec![Expect::SecretIs { id: live.id.clone(), status: live.status }],
        post: vec![Expect::SecretIs { id: live.id.clone(), status: wanted }],
    }
}

/// Adds the actions that remove public keys, through the keys' own calls: a PUT of the app would touch its other keys too.
pub(super) fn keys(entry: &AppChanges<'_>, program: &mut Program) {
    let app = subject(entry);
    let base = format!("/api/v1/apps/{app}/credentials/jwks");
    for key in &entry.keys {
        let mut action = Action::new(key.address.clone(), Verb::Delete, "public key", app.clone());
        let probe = || Probe::App(app.clone());
        let is = |status| Expect::KeyIs { id: key.id.clone(), status };
        if key.active {
            action.steps.push(Step {
                call: Call {
                    method: Method::Post,
                    path: format!("{base}/{}/lifecycle/deactivate", key.id),
                    query: Vec::new(),
                    body: Body::None,
                },
                probe: probe(),
                pre: vec![is(Status::Active)],
                post: vec![Expect::KeyRetired(key.id.clone())],
            });
        }
        action.steps.push(Step {
            call: Call { method: Method::Delete, path: format!("{base}/{}", key.id), query: Vec::new(), body: Body::None },
            probe: probe(),
            pre: vec![is(Status::Inactive)],
            post: vec![Expect::KeyGone(key.id.clone())],
        });
        wait_for_app(entry, &mut action);
        program.actions.push(action);
    }
}

/// Adds the actions on granted scopes; one request a scope.
pub(super) fn grants(entry: &AppChanges<'_>, program: &mut Program) {
    let app = subject(entry);
    let base = format!("/api/v1/apps/{app}/grants");
    for change in &entry.grants {
        let mut action = match change {
            GrantChange::Add(wanted) => {
                let mut action = Action::new(wanted.address.clone(), Verb::Create, wanted.scope.clone(), app.clone());
                let tree = json!({"scopeId": wanted.scope, "issuer": wanted.issuer.clone().unwrap_or_else(|| entry.issuer.clone())});
                action.steps.push(Step {
                    call: Call {
                        method: Method::Post,
                        path: base.clone(),
                        query: Vec::new(),
                        body: Body::Json { tree, secrets: [].into() },
                    },
                    probe: Probe::Grants(app.clone()),
                    pre: vec![Expect::NotGranted(wanted.scope.clone())],
                    post: vec![Expect::Granted(wanted.scope.clone())],
                });
                action
            }
            GrantChange::Revoke(address, live) => {
                let mut action = Action::new(address.clone(), Verb::Delete, live.scope.clone(), app.clone());
                action.steps.push(Step {
                    call: Call { method: Method::Delete, path: format!("{base}/{}", live.id), query: Vec::new(), body: Body::None },
                    probe: Probe::Grants(app.clone()),
                    pre: vec![Expect::GrantIs(live.id.clone())],
                    post: vec![Expect::GrantGone(live.id.clone())],
                });
                action
            }
        };
        wait_for_app(entry, &mut action);
        program.actions.push(action);
    }
}

fn wait_for_app(entry: &AppChanges<'_>, action: &mut Action) {
    if entry.change.is_some() {
        action.after.insert(entry.wanted.address.clone());
    }
}

fn secret_line(secret: &Secret) -> Line {
    let path = "client_secret".to_owned();
    Line { path, before: None, after: None, secret: true, forces_replacement: false, origin: Some(secret.origin.to_string()) }
}

fn status_line(live: &LiveSecret, wanted: &Secret) -> Line {
    Line {
        path: "status".to_owned(),
        before: Some(json!(live.status)),
        after: Some(json!(wanted.status)),
        secret: false,
        forces_replacement: false,
        origin: Some(wanted.origin.to_string()),
    }
}
