//! Registering, updating, replacing and renewing the secrets of dynamically registered clients.
//!
//! A client and its secret are two actions: the answer to a registration holds a secret too, which is dropped. Each secret that somebody
//! gets comes from the same request, which is sent for as long as its file is not there. So it makes no difference whether a run ended
//! between the two.

use serde_json::{Value, json};

use super::step::Declared;
use super::withheld::Withheld;
use super::{Action, Body, CANNOT_CREATE, Call, Edit, Expect, Line, Probe, Program, SecretSlots, Step, Subject, Verb, children, lines};
use crate::desired::Client;
use crate::diagnostic::Diagnostic;
use crate::diff::{Change, ClientChanges, FieldChange};
use crate::json::Path;
use crate::request::{Method, segment};
use crate::resource::client::{CLIENTS, METHOD, SECRET};

/// Adds the actions on one client.
pub(super) fn actions(entry: &ClientChanges<'_>, program: &mut Program) {
    let wanted = entry.bound.wanted;
    match &entry.change {
        None => {}
        Some(Change::Create { fields }) => {
            let action = create(entry, fields, Verb::Create, program);
            program.actions.push(action);
        }
        Some(Change::Update { fields }) => update(entry, fields, program),
        Some(Change::Replace { because, fields }) => replace(entry, because, fields, program),
    }
    let client = Subject::Slot(wanted.address.clone());
    let waits_for = entry.change.as_ref().map(|_| &wanted.address);
    if entry.secret {
        let action = secret(entry, &client);
        program.actions.extend(action);
    }
    children::grants_of(&client, &entry.grants, &entry.issuer, waits_for, program);
}

fn create(entry: &ClientChanges<'_>, fields: &[FieldChange], verb: Verb, program: &mut Program) -> Action {
    let wanted = entry.bound.wanted;
    let mut action = Action::new(wanted.address.clone(), verb, wanted.name(), Subject::Slot(wanted.address.clone()));
    if let Some(problem) = cannot_be_made(wanted) {
        program.problems.push(problem);
    }
    action.fields = lines(fields);
    if wanted.metadata.id.is_none() && !wanted.metadata.adopt {
        action.notes.push(
            "it bears no mark: to have it changed later, pin its client id with `metadata.id`, or say `metadata.adopt: true`".to_owned(),
        );
    }
    let mut tree = json!({});
    for field in fields {
        if let Some(value) = &field.after {
            field.path.set(&mut tree, value.clone());
        }
    }
    // A list that lags shows no client whose secret is written already.
    let unwritten = wanted.output.as_ref().map(|output| Expect::SecretUnwritten(output.file.clone()));
    action.steps.push(Step {
        call: Call {
            method: Method::Post,
            path: CLIENTS.to_owned(),
            query: Vec::new(),
            body: Body::Json { tree, secrets: SecretSlots::new(), clients: Vec::new() },
        },
        probe: Probe::FindClient { name: wanted.name().to_owned() },
        pre: std::iter::once(Expect::NoObject).chain(unwritten).collect(),
        post: vec![Expect::Fields(fields.iter().map(Declared::of).collect())],
    });
    action
}

/// Says why a client cannot be registered from what is declared.
fn cannot_be_made(wanted: &Client) -> Option<Diagnostic> {
    let (why, help) = match wanted.method() {
        "private_key_jwt" if wanted.body.get("jwks").or(wanted.body.get("jwks_uri")).is_none_or(Value::is_null) => {
            ("signs with a key (`private_key_jwt`) and declares none", "add `jwks` or `jwks_uri`")
        }
        "client_secret_jwt" => (
            "would have a secret (`client_secret_jwt`) that nobody gets to know",
            "choose another method, or an App and its ClientCredentials",
        ),
        "none" | "private_key_jwt" => return None,
        _ if wanted.output.is_some() => return None,
        _ => (
            "would have a secret that goes nowhere",
            "add `client_secret_output: {file: …}`, or choose a method without a secret, such as `private_key_jwt`",
        ),
    };
    let message = format!("{} would be registered, and {why}", wanted.address);
    Some(Diagnostic::error(CANNOT_CREATE, Some(wanted.origin.clone()), message).help(help))
}

fn update(entry: &ClientChanges<'_>, fields: &[FieldChange], program: &mut Program) {
    let (wanted, Some((live, _))) = (entry.bound.wanted, entry.bound.live) else { return };
    let client = Subject::Slot(wanted.address.clone());
    let mut action = Action::new(wanted.address.clone(), Verb::Update, live.name.clone(), client.clone());
    action.fields = lines(fields);
    let after = fields.iter().find(|field| field.path == Path::of(METHOD)).and_then(|field| field.declared.as_str());
    if let Some(after) = after {
        action.notes.push(if !after.starts_with(SECRET) {
            "Okta removes the client's secret: it no longer authenticates with one".to_owned()
        } else if entry.secret {
            "Okta makes a new client secret when the way of authenticating changes, and the one of the next action takes its place"
                .to_owned()
        } else {
            "Okta makes a new client secret when the way of authenticating changes, and nobody gets to know it".to_owned()
        });
    }
    let Client { address, origin, .. } = wanted;
    let help = "change this client by other means";
    let withheld = Withheld { address, origin, sort: "client", id: &live.id, places: &live.withheld, help };
    if let Some(problem) = withheld.problem() {
        program.problems.push(problem);
    }
    let edits = fields.iter().map(|field| Edit { path: field.path.clone(), value: field.after.clone() }).collect();
    let mut post = vec![Expect::Fields(fields.iter().map(Declared::of).collect())];
    post.extend(entry.keys.iter().cloned().map(Expect::KeyGone));
    action.steps.push(Step {
        call: Call {
            method: Method::Put,
            path: format!("{CLIENTS}/{client}"),
            query: Vec::new(),
            body: Body::Edited { edits, secrets: SecretSlots::new(), clients: Vec::new() },
        },
        probe: Probe::Client(client),
        pre: vec![Expect::BodyIs(live.fingerprint())],
        post,
    });
    program.actions.push(action);
}

/// The old client goes first: nothing but the name would tell the two apart, should this end in between.
fn replace(entry: &ClientChanges<'_>, because: &[FieldChange], fields: &[FieldChange], program: &mut Program) {
    let (wanted, Some((live, _))) = (entry.bound.wanted, entry.bound.live) else { return };
    let mut action = create(entry, fields, Verb::Replace, program);
    let mut because = lines(because);
    for line in &mut because {
        line.forces_replacement = true;
    }
    action.fields.retain(|line| !because.iter().any(|reason| reason.path == line.path));
    action.fields.splice(0..0, because);
    action.notes.push(format!("the client {} goes, and with it its secret, keys, users, groups and grants", live.id));
    action.notes.push("the old client goes first, because a client is found by its name: nobody gets a token in between".to_owned());
    let going = wanted.address.below([&live.id.0]);
    action.after.insert(going.clone());
    let mut removal = Action::new(going, Verb::Delete, live.name.clone(), Subject::Slot(wanted.address.clone()));
    removal.notes.push(format!("the client {} goes, with everything that hangs on it", live.id));
    removal.steps.push(Step {
        call: Call { method: Method::Delete, path: format!("{CLIENTS}/{}", segment(&live.id.0)), query: Vec::new(), body: Body::None },
        probe: Probe::Client(Subject::Id(live.id.clone())),
        pre: vec![Expect::BodyIs(live.fingerprint())],
        post: vec![Expect::NoObject],
    });
    program.actions.extend([action, removal]);
}

/// The action that makes a new secret and writes it down.
fn secret(entry: &ClientChanges<'_>, client: &Subject) -> Option<Action> {
    let wanted = entry.bound.wanted;
    let output = wanted.output.as_ref()?;
    let was_there = entry.bound.live.is_some() && !entry.is_replaced();
    let verb = if was_there { Verb::Update } else { Verb::Create };
    let mut action = Action::new(wanted.secret(), verb, "secret", client.clone());
    let origin = Some(output.origin.to_string());
    action.fields.push(Line { path: SECRET.to_owned(), before: None, after: None, secret: true, forces_replacement: false, origin });
    action.notes.push(if was_there {
        format!("the file `{}` is not there: the new secret is written to it, and the one in force until now ends", output.file)
    } else {
        format!("it is written to the file `{}`", output.file)
    });
    action.after.extend(entry.change.as_ref().map(|_| wanted.address.clone()));
    action.steps.push(Step {
        call: Call { method: Method::Post, path: format!("{CLIENTS}/{client}/lifecycle/newSecret"), query: Vec::new(), body: Body::None },
        probe: Probe::SecretFile(output.file.clone()),
        pre: vec![Expect::SecretUnwritten(output.file.clone())],
        post: vec![Expect::SecretWritten(output.file.clone())],
    });
    Some(action)
}
