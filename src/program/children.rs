//! Secrets, keys and grants of an app.

use serde_json::json;

use super::{Action, Body, Call, Expect, Line, Probe, Program, Step, Subject, Verb, app, subject};
use crate::address::Address;
use crate::desired::Secret;
use crate::diff::{AppChanges, Change, GrantChange, SecretChange};
use crate::json::Path;
use crate::observed::{LiveSecret, Status};
use crate::request::Method;

/// Adds the actions on secrets. New ones come before old ones go, as far as there is room. A client that changes from one way of using
/// a secret to another has its new ones first too, so that the request on the app names one that is there and Okta makes none up. If it
/// has none to name, what goes goes before that request: Okta makes one up in the place of any that is there, and with one left there
/// is no doubt which.
pub(super) fn secrets(entry: &AppChanges<'_>, program: &mut Program) {
    let carried = carried_by_app(entry);
    let changes: Vec<_> = entry.secrets.iter().filter(|c| !matches!(c, SecretChange::Add(s) if carried == Some(*s))).collect();
    let mut actions: Vec<_> = changes.iter().map(|change| secret(entry, change)).collect();
    let waits = order_secrets(&changes, entry.free_slots);
    for (action, after) in actions.iter_mut().zip(&waits) {
        action.after.extend(after.iter().map(|i| address(changes[*i]).clone()));
    }
    let before_app = carried.is_none() && app::changes_between_secret_methods(entry);
    let all = |kind: fn(&SecretChange<'_>) -> bool| (0..changes.len()).filter(|i| before_app && kind(changes[*i])).collect::<Vec<_>>();
    let mut early = all(is_new);
    if early.is_empty() && app::secret_in_force(entry).is_none() {
        early = all(|change| matches!(change, SecretChange::Delete(..)));
    }
    // What the new ones wait for is early too.
    let mut next = 0;
    while next < early.len() {
        let more: Vec<_> = waits[early[next]].iter().copied().filter(|i| !early.contains(i)).collect();
        early.extend(more);
        next += 1;
    }
    // The app's own action was added a moment ago.
    if !early.is_empty()
        && let Some(action) = program.actions.iter_mut().rfind(|a| a.address == entry.wanted.address)
    {
        action.after.extend(early.iter().map(|i| address(changes[*i]).clone()));
    }
    for (_, action) in actions.iter_mut().enumerate().filter(|(i, _)| !early.contains(i)) {
        wait_for_app(entry, action);
    }
    program.actions.extend(actions);
}

/// Returns for each change the ones that must come before it.
///
/// With room for all new ones, old ones go after them. Otherwise they take turns, secrets that are out of force already first: a client
/// keeps two, and the only one in force cannot go.
fn order_secrets(changes: &[&SecretChange<'_>], free: usize) -> Vec<Vec<usize>> {
    let all = |kind: fn(&SecretChange<'_>) -> bool| (0..changes.len()).filter(|i| kind(changes[*i])).collect::<Vec<_>>();
    let adds = all(|c| matches!(c, SecretChange::Add(_)));
    let mut going = all(|c| matches!(c, SecretChange::Delete(..)));
    going.sort_by_key(|i| matches!(changes[*i], SecretChange::Delete(_, live) if live.status == Status::Active));
    let new = all(is_new);
    // Putting one in force that is there already takes no room: what goes waits for that in any case.
    let activated = all(|c| matches!(c, SecretChange::Activate(..)));
    let mut after = vec![Vec::new(); changes.len()];
    for (i, change) in changes.iter().enumerate() {
        match change {
            SecretChange::Deactivate(..) => after[i].clone_from(&new),
            SecretChange::Delete(..) => after[i].clone_from(if adds.len() <= free { &new } else { &activated }),
            SecretChange::Add(_) | SecretChange::Activate(..) => {}
        }
    }
    if adds.len() > free {
        let (fitting, rest) = adds.split_at(free);
        let turns = (0..going.len().max(rest.len())).flat_map(|i| [going.get(i), rest.get(i)]).flatten();
        let chain: Vec<_> = fitting.iter().chain(turns).copied().collect();
        for pair in chain.windows(2) {
            after[pair[1]].push(pair[0]);
        }
    }
    after
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
            app::secret_in_force(entry)
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
                    body: Body::Json { tree: json!({"status": "ACTIVE"}), secrets: [(member, slot)].into(), clients: Vec::new() },
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
    let first = program.actions.len();
    for key in &entry.keys {
        let mut action = Action::new(of_its_own(&key.address, &key.id, &program.actions[first..]), Verb::Delete, "public key", app.clone());
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
    let waits_for = entry.change.as_ref().map(|_| &entry.wanted.address);
    grants_of(&subject(entry), &entry.grants, &entry.issuer, waits_for, program);
}

/// Adds the actions on scopes granted to an app, or to a client, whose id is that of its app.
pub(super) fn grants_of(app: &Subject, grants: &[GrantChange<'_>], issuer: &str, waits_for: Option<&Address>, program: &mut Program) {
    let base = format!("/api/v1/apps/{app}/grants");
    let first = program.actions.len();
    for change in grants {
        let mut action = match change {
            GrantChange::Add(wanted) => {
                let mut action = Action::new(wanted.address.clone(), Verb::Create, wanted.scope.clone(), app.clone());
                let tree = json!({"scopeId": wanted.scope, "issuer": wanted.issuer.as_deref().unwrap_or(issuer)});
                action.steps.push(Step {
                    call: Call {
                        method: Method::Post,
                        path: base.clone(),
                        query: Vec::new(),
                        body: Body::Json { tree, secrets: [].into(), clients: Vec::new() },
                    },
                    probe: Probe::Grants(app.clone()),
                    pre: vec![Expect::NotGranted(wanted.scope.clone())],
                    post: vec![Expect::Granted(wanted.scope.clone())],
                });
                action
            }
            GrantChange::Revoke(address, live) => {
                let mut action =
                    Action::new(of_its_own(address, &live.id, &program.actions[first..]), Verb::Delete, live.scope.clone(), app.clone());
                action.steps.push(Step {
                    call: Call { method: Method::Delete, path: format!("{base}/{}", live.id), query: Vec::new(), body: Body::None },
                    probe: Probe::Grants(app.clone()),
                    pre: vec![Expect::GrantIs(live.id.clone())],
                    post: vec![Expect::GrantGone(live.id.clone())],
                });
                action
            }
        };
        action.after.extend(waits_for.cloned());
        program.actions.push(action);
    }
}

/// Returns an address that none of some actions has: a scope may be granted by two issuers, and an org may show two keys of one name.
fn of_its_own(address: &Address, id: &str, actions: &[Action]) -> Address {
    if actions.iter().any(|action| action.address == *address) { address.below([id]) } else { address.clone() }
}

pub(super) fn wait_for_app(entry: &AppChanges<'_>, action: &mut Action) {
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
