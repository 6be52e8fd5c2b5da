//! Creating, updating, replacing and deleting apps.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::step::Declared;
use super::withheld::Withheld;
use super::{
    Action, Body, CANNOT_CREATE, Call, Edit, Expect, Line, Probe, Program, SecretSlots, Step, Subject, Verb, companions, lines, subject,
};
use crate::address::Address;
use crate::bind::{Orphan, Orphaned};
use crate::desired::{App, Secret};
use crate::diagnostic::Diagnostic;
use crate::diff::{AppChanges, Change, FieldChange, SecretChange};
use crate::json::{Packed, Path};
use crate::observed::{CLIENT_SECRET, LiveApp, Status};
use crate::request::Method;
use crate::resource::Facet;
use crate::resource::marker::{Facility, Marker};

const APPS: &str = "/api/v1/apps";
const AUTH_METHOD: &str = "credentials.oauthClient.token_endpoint_auth_method";

/// Adds the actions on the app itself.
pub(super) fn actions(entry: &AppChanges<'_>, program: &mut Program) {
    match &entry.change {
        None => {}
        Some(Change::Create { fields }) => {
            let action = create(entry, fields, Verb::Create, program);
            program.actions.push(action);
        }
        Some(Change::Update { fields }) => update(entry, fields, program),
        Some(Change::Replace { because, fields }) => replace(entry, because, fields, program),
    }
}

fn create(entry: &AppChanges<'_>, fields: &[FieldChange], verb: Verb, program: &mut Program) -> Action {
    let wanted = entry.wanted;
    let title = wanted.label().unwrap_or_default();
    let mut action = Action::new(wanted.address.clone(), verb, title, subject(entry));
    if Path::of("settings.oauthClient.grant_types").find(&wanted.body).is_none() {
        program.problems.push(
            Diagnostic::error(
                CANNOT_CREATE,
                Some(wanted.origin.clone()),
                format!("{} would be created, and does not say which grant types it may use", wanted.address),
            )
            .help("add `settings.oauthClient.grant_types`, for example [authorization_code]"),
        );
    }
    let secret = first_secret(entry);
    action.fields = lines(fields);
    action.fields.extend(secret.map(secret_line));
    action.steps.push(create_step(entry, fields, secret));
    let app = subject(entry);
    action.steps.extend(policy_step(&app, fields, &[Expect::AsCreated]));
    action
}

fn create_step(entry: &AppChanges<'_>, fields: &[FieldChange], secret: Option<&Secret>) -> Step {
    let wanted = entry.wanted;
    let mut tree = json!({"name": "oidc_client", "label": wanted.label(), "signOnMode": "OPENID_CONNECT"});
    for field in fields.iter().filter(|f| f.facet == Facet::Body) {
        if let Some(value) = &field.after {
            field.path.set(&mut tree, value.clone());
        }
    }
    // Okta refuses an OIDC app without these two objects ("Missing visibility": okta-api.md, section 0.2). What is put into them is
    // what it fills in by itself where a body has them and not this (recorded).
    let required = [("credentials.oauthClient", json!({})), ("visibility", json!({"autoLaunch": false, "autoSubmitToolbar": false}))];
    for (place, filler) in required {
        if Path::of(place).find(&tree).is_none() {
            Path::of(place).set(&mut tree, filler);
        }
    }
    companions::complete(&mut tree);
    if let Some(marker) = &entry.marker {
        Marker::path().set(&mut tree, marker.to_value());
    }
    let status = wanted.status.unwrap_or(Status::Active);
    let declared = fields.iter().filter(|f| f.facet == Facet::Body).map(Declared::of).collect();
    let mut post = vec![Expect::Fields(declared), Expect::StatusIs(status)];
    post.extend(entry.marker.clone().map(Expect::Marked));
    Step {
        call: Call {
            method: Method::Post,
            path: APPS.to_owned(),
            query: vec![("activate".to_owned(), (status == Status::Active).to_string())],
            body: Body::Json { tree, secrets: secret.into_iter().map(slot).collect(), clients: Vec::new() },
        },
        probe: Probe::Find {
            label: wanted.label().unwrap_or_default().to_owned(),
            owner: entry.marker.as_ref().map(|m| m.owner.to_string()),
            client_id: wanted.client_id().map(str::to_owned),
        },
        pre: vec![Expect::NoApp],
        post,
    }
}

fn update(entry: &AppChanges<'_>, fields: &[FieldChange], program: &mut Program) {
    let Some(live) = entry.live else { return };
    let app = subject(entry);
    let mut action = Action::new(entry.wanted.address.clone(), Verb::Update, live.label.clone(), app.clone());
    action.fields = lines(fields);
    if fields.iter().any(|f| f.facet == Facet::Body) {
        let App { address, origin, .. } = entry.wanted;
        let help = "change this app in Okta's Admin Console";
        let withheld = Withheld { address, origin, sort: "app", id: &live.id, places: &live.withheld, help };
        if let Some(problem) = withheld.problem() {
            program.problems.push(problem);
        }
        let secret = secret_for_new_method(entry, fields, live, &mut action);
        action.fields.extend(secret.map(secret_line));
        action.steps.push(body_step(&app, entry, fields, live, secret));
    }
    action.steps.extend(policy_step(&app, fields, &[Expect::PolicyIs(live.access_policy.clone())]));
    action.steps.extend(fields.iter().any(|f| f.facet == Facet::Status).then(|| {
        let wanted = entry.wanted.status.unwrap_or(Status::Active);
        lifecycle(&app, wanted, live.status)
    }));
    program.actions.push(action);
}

fn body_step(app: &Subject, entry: &AppChanges<'_>, fields: &[FieldChange], live: &LiveApp, secret: Option<&Secret>) -> Step {
    let body: Vec<_> = fields.iter().filter(|f| f.facet == Facet::Body && f.path != Marker::path()).collect();
    let mut edits: Vec<_> = body.iter().map(|f| Edit { path: f.path.clone(), value: f.after.clone() }).collect();
    edits.extend(companions::missing(&live.body, &edits));
    edits.extend(entry.marker.as_ref().map(|marker| Edit { path: Marker::path(), value: Some(marker.to_value()) }));
    let method = body
        .iter()
        .find(|f| f.path.to_string() == AUTH_METHOD)
        .and_then(|f| f.after.clone())
        .or_else(|| live.body.find(&Path::of(AUTH_METHOD)));
    if secret.is_none() && method.as_ref().and_then(Value::as_str).is_none_or(uses_secret) {
        // An empty secret keeps the one that is there (recorded: TestAccResourceOktaAppOauth_omitSecretSafeEnable).
        edits.push(Edit { path: Path::of(CLIENT_SECRET), value: Some(json!("")) });
    }
    let mut post = vec![Expect::Fields(body.iter().map(|f| Declared::of(f)).collect())];
    post.extend(entry.marker.clone().map(Expect::Marked));
    Step {
        call: Call {
            method: Method::Put,
            path: format!("{APPS}/{app}"),
            query: Vec::new(),
            body: Body::Edited { edits, secrets: secret.into_iter().map(slot).collect(), clients: Vec::new() },
        },
        probe: Probe::App(app.clone()),
        pre: vec![Expect::BodyIs(live.facets().body)],
        post,
    }
}

fn replace(entry: &AppChanges<'_>, because: &[FieldChange], fields: &[FieldChange], program: &mut Program) {
    let Some(live) = entry.live else { return };
    let old = Subject::Id(live.id.clone());
    let same_client_id = entry.wanted.client_id().is_some_and(|id| id == live.client_id);
    let mut action = create(entry, fields, Verb::Replace, program);
    let mut because = lines(because);
    for line in &mut because {
        line.forces_replacement = true;
    }
    let paths: Vec<_> = because.iter().map(|line| line.path.clone()).collect();
    action.fields.retain(|line| !paths.contains(&line.path));
    action.fields.splice(0..0, because);
    action.notes.push(format!("the app {} goes, and with it its users, groups, access policy, grants, secrets, keys and logo", live.id));

    let going = entry.wanted.address.below([&live.id.0]);
    let mut goer = live.clone();
    if same_client_id {
        action.after.insert(going.clone());
        action.notes.push("the old app goes first, because the new one takes its client_id: nobody can sign in in between".to_owned());
    } else if let Some(mut marker) = live.marker.clone().filter(|m| !m.superseded) {
        // The old app is told apart from the new one even if this is interrupted in between.
        marker.superseded = true;
        let mut body = goer.body.tree();
        Marker::path().set(&mut body, marker.to_value());
        goer.body = Packed::of(&body);
        action.steps.insert(0, mark_step(&old, live, marker));
    }
    let mut removal = delete_action(going, live, &goer);
    if !same_client_id {
        removal.after.insert(entry.wanted.address.clone());
    }
    program.actions.extend([action, removal]);
}

fn mark_step(app: &Subject, live: &LiveApp, marker: Marker) -> Step {
    let mut edits = vec![Edit { path: Marker::path(), value: Some(marker.to_value()) }];
    if live.body.find(&Path::of(AUTH_METHOD)).as_ref().and_then(Value::as_str).is_none_or(uses_secret) {
        edits.push(Edit { path: Path::of(CLIENT_SECRET), value: Some(json!("")) });
    }
    Step {
        call: Call {
            method: Method::Put,
            path: format!("{APPS}/{app}"),
            query: Vec::new(),
            body: Body::Edited { edits, secrets: SecretSlots::new(), clients: Vec::new() },
        },
        probe: Probe::App(app.clone()),
        pre: vec![Expect::BodyIs(live.facets().body)],
        post: vec![Expect::Superseded(marker)],
    }
}

/// Adds the action that removes an app which bears our mark and has no document.
/// Its address must not be one of those taken.
pub(super) fn delete(orphan: &Orphan<'_>, taken: &mut BTreeSet<Address>, program: &mut Program) {
    let address = match orphan.why {
        Orphaned::DocumentGone if !taken.contains(&orphan.address) => orphan.address.clone(),
        _ => orphan.address.below([&orphan.live.id.0]),
    };
    let mut action = delete_action(address.clone(), orphan.live, orphan.live);
    if orphan.why == Orphaned::Superseded && taken.contains(&orphan.address) {
        // What is left to do on its successor comes first, as it would have if the replacement had not been interrupted.
        action.after.insert(orphan.address.clone());
    }
    taken.insert(address);
    program.actions.push(action);
}

fn delete_action(address: Address, live: &LiveApp, expected: &LiveApp) -> Action {
    let app = Subject::Id(live.id.clone());
    let mut action = Action::new(address, Verb::Delete, live.label.clone(), app.clone());
    action.notes.push(format!("the app {} goes, with everything that hangs on it", live.id));
    let body = Expect::BodyIs(expected.facets().body);
    if live.status == Status::Active {
        let mut step = lifecycle(&app, Status::Inactive, Status::Active);
        step.pre.push(body.clone());
        step.post = vec![Expect::AppRetired];
        action.steps.push(step);
    }
    action.steps.push(Step {
        call: Call { method: Method::Delete, path: format!("{APPS}/{app}"), query: Vec::new(), body: Body::None },
        probe: Probe::App(app),
        pre: vec![body, Expect::StatusIs(Status::Inactive)],
        post: vec![Expect::NoApp],
    });
    action
}

fn lifecycle(app: &Subject, wanted: Status, now: Status) -> Step {
    let verb = if wanted == Status::Active { "activate" } else { "deactivate" };
    Step {
        call: Call { method: Method::Post, path: format!("{APPS}/{app}/lifecycle/{verb}"), query: Vec::new(), body: Body::None },
        probe: Probe::App(app.clone()),
        pre: vec![Expect::StatusIs(now)],
        post: vec![Expect::StatusIs(wanted)],
    }
}

fn policy_step(app: &Subject, fields: &[FieldChange], pre: &[Expect]) -> Option<Step> {
    let policy = fields.iter().find(|f| f.facet == Facet::AccessPolicy)?.declared.as_str()?;
    Some(Step {
        call: Call { method: Method::Put, path: format!("{APPS}/{app}/policies/{policy}"), query: Vec::new(), body: Body::None },
        probe: Probe::App(app.clone()),
        pre: pre.to_vec(),
        post: vec![Expect::PolicyIs(Some(policy.to_owned()))],
    })
}

/// Returns the declared secret that goes into the request that creates the app.
pub(super) fn first_secret<'a>(entry: &AppChanges<'a>) -> Option<&'a Secret> {
    entry.secrets.iter().find_map(|change| match change {
        SecretChange::Add(secret) => Some(*secret),
        _ => None,
    })
}

/// Okta makes a new secret when the way of authenticating changes (terraform-provider-okta, issue 109), so a declared one is sent along.
pub(super) fn secret_for_new_method<'a>(
    entry: &AppChanges<'a>,
    fields: &[FieldChange],
    live: &LiveApp,
    action: &mut Action,
) -> Option<&'a Secret> {
    let after = new_method(fields)?;
    if !uses_secret(after) {
        if live.marker.as_ref().is_some_and(|m| m.manages.contains(&Facility::Secrets)) || entry.wanted.secrets.is_none() {
            action.notes.push("Okta removes the client's secrets: it no longer authenticates with one".to_owned());
        }
        return None;
    }
    let secret = secret_in_force(entry);
    if secret.is_none() {
        action.notes.push("Okta makes a new client secret when the way of authenticating changes: consumers must be told".to_owned());
    }
    secret
}

/// Returns the first declared secret that is to be in force.
pub(super) fn secret_in_force<'a>(entry: &AppChanges<'a>) -> Option<&'a Secret> {
    entry.wanted.secrets.iter().flatten().find(|s| s.status == Status::Active)
}

/// Returns whether a way of authenticating uses a client secret.
pub(super) fn uses_secret(method: &str) -> bool {
    method.starts_with("client_secret")
}

/// Returns whether the way of authenticating changes from one with a secret to another with a secret.
pub(super) fn changes_between_secret_methods(entry: &AppChanges<'_>) -> bool {
    let Some(Change::Update { fields }) = &entry.change else { return false };
    let before = || entry.live.and_then(|live| live.body.find(&Path::of(AUTH_METHOD)));
    new_method(fields).is_some_and(uses_secret) && before().as_ref().and_then(Value::as_str).is_some_and(uses_secret)
}

/// Returns the way of authenticating that some changes introduce.
pub(super) fn new_method(fields: &[FieldChange]) -> Option<&str> {
    fields.iter().find(|f| f.path.to_string() == AUTH_METHOD)?.declared.as_str()
}

fn slot(secret: &Secret) -> (Path, crate::secret::SecretRef) {
    (Path::of(CLIENT_SECRET), secret.reference.clone())
}

fn secret_line(secret: &Secret) -> Line {
    let path = format!("client_secrets.{}", secret.address.child.last().map_or("", String::as_str));
    Line { path, before: None, after: None, secret: true, forces_replacement: false, origin: Some(secret.origin.to_string()) }
}
