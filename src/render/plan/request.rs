//! One step as text: the request that would be sent, and in words what must hold for it and what holds after it.

use serde_json::Value;

use super::super::style::{Style, Tone};
use super::super::value::{one_line, shortened};
use super::action::place;
use super::inert;
use crate::program::{Body, Edit, Expect, Probe, Step};
use crate::report::mark;

/// Returns the lines of a step.
pub(super) fn lines(number: usize, step: &Step, style: Style) -> Vec<String> {
    let Step { call, probe, pre, post } = step;
    // The portal's objects are of several kinds; what most of the rest is about is an app.
    let noun = match probe {
        Probe::ByPath { .. } | Probe::FindListed { .. } => "object",
        Probe::Assignment { .. } => "assignment",
        Probe::Client(_) | Probe::FindClient { .. } => "client",
        Probe::PartByPath { part, .. } | Probe::FindPart { part, .. } => part.as_str(),
        _ => "app",
    };
    let query: Vec<_> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let head = format!("{number}. {} {}", call.method.as_str(), inert(&format!("{}{query}", call.path)));
    let mut out = vec![style.paint(Tone::Heading, head)];
    let mut said: Vec<String> = body(&call.body, noun);
    said.push(format!("looks at {}", subject(probe)));
    said.push(format!("sent if {}", all(pre, noun)));
    said.push(format!("done when {}", all(post, noun)));
    out.extend(said.into_iter().map(|line| format!("   {line}")));
    out
}

fn body(body: &Body, noun: &str) -> Vec<String> {
    match body {
        Body::None => Vec::new(),
        Body::Json { tree, secrets, clients: _ } => {
            let mut tree = tree.clone();
            for (path, reference) in secrets {
                path.set(&mut tree, Value::from(format!("(secret from {reference})")));
            }
            format!("{tree:#}").lines().map(shortened).collect()
        }
        Body::Edited { edits, secrets, clients: _ } => {
            let mut lines = vec![format!("the live {noun}, with")];
            lines.extend(edits.iter().map(edit));
            lines.extend(secrets.iter().map(|(path, reference)| format!("  {} = (secret from {})", place(path), inert(reference))));
            lines
        }
    }
}

fn edit(edit: &Edit) -> String {
    let Edit { path, value } = edit;
    match value {
        Some(value) => format!("  {} = {}", place(path), one_line(value)),
        None => format!("  {} taken out", place(path)),
    }
}

fn subject(probe: &Probe) -> String {
    match probe {
        Probe::App(app) => format!("the app {}", inert(app)),
        Probe::Find { label, owner, client_id } => {
            let by = [
                owner.as_deref().map(|it| format!("the mark {}", inert(it))),
                client_id.as_deref().map(|it| format!("the client id {}", inert(it))),
            ];
            let by: Vec<_> = by.into_iter().flatten().collect();
            let by = if by.is_empty() { String::new() } else { format!(" and {}", by.join(" or ")) };
            format!("the apps with the label {}{by}", one_line(&Value::from(label.as_str())))
        }
        Probe::Client(client) => format!("the client {}", inert(client)),
        Probe::FindClient { name } => format!("the clients with the name {}", one_line(&Value::from(name.as_str()))),
        Probe::SecretFile(file) => format!("the file {}, to which the secret of the answer is written", inert(file)),
        Probe::Secrets(app) => format!("the secrets of {}", inert(app)),
        Probe::Grants(app) => format!("the grants of {}", inert(app)),
        Probe::Assignment { app, group } => format!("the access of the group {} to {}", inert(group), inert(app)),
        Probe::ByPath { kind: _, path } | Probe::PartByPath { part: _, path } => inert(path),
        Probe::FindListed { kind: _, list, name, cid } => {
            let by = cid.as_deref().map(|cid| format!(" or the CID {}", one_line(&Value::from(cid)))).unwrap_or_default();
            format!("{} for the name {}{by}", inert(list), one_line(&Value::from(name.as_str())))
        }
        Probe::FindPart { part, list, key } => {
            format!("{} for the {} {}", inert(list), part.as_str(), one_line(&Value::from(key.join(" "))))
        }
    }
}

fn all(expected: &[Expect], noun: &str) -> String {
    if expected.is_empty() {
        "nothing is in the way".to_owned()
    } else {
        expected.iter().map(|expect| one(expect, noun)).collect::<Vec<_>>().join(", and ")
    }
}

fn one(expect: &Expect, noun: &str) -> String {
    match expect {
        Expect::NoApp => "there is no such app".to_owned(),
        Expect::NoObject => format!("there is no such {noun}"),
        Expect::Sent(path) => format!("{} was sent, which nothing that is read can tell", place(path)),
        Expect::Placed(priority) => format!("the priority {priority} was sent, whatever number the {noun} gets"),
        Expect::AsCreated => format!("the {noun} was made by this plan"),
        Expect::BodyIs(fingerprint) => format!("the {noun} is as it was planned for (fingerprint {})", inert(fingerprint.as_str())),
        Expect::Fields(fields) => {
            let places: Vec<_> = fields.iter().map(|field| place(&field.path)).collect();
            match places.as_slice() {
                [] => format!("the {noun} is there"),
                [only] => format!("{only} is as declared"),
                several if several.len() <= 5 => format!("these are as declared: {}", several.join(", ")),
                several => format!("{} fields are as declared", several.len()),
            }
        }
        Expect::Marked(marker) => format!("it bears the mark {}", inert(&mark::words(marker))),
        Expect::Superseded(marker) => format!("it bears the mark {}, or is gone already", inert(&mark::words(marker))),
        Expect::PartRetired => format!("the {noun} is INACTIVE, or gone already"),
        Expect::AppRetired => "the app is INACTIVE, or gone already".to_owned(),
        Expect::KeyRetired(id) => format!("the key {} is INACTIVE, or gone already", inert(id)),
        Expect::SecretRetired(id) => format!("the secret {} is INACTIVE, or gone already", inert(id)),
        Expect::StatusIs(status) => format!("the {noun} is {}", status.as_str()),
        Expect::PolicyIs(Some(id)) => format!("its access policy is {}", inert(id)),
        Expect::PolicyIs(None) => "it has no access policy".to_owned(),
        Expect::KeyGone(id) => format!("the key {} is gone", inert(id)),
        Expect::KeyIs { id, status } => format!("the key {} is {}", inert(id), status.as_str()),
        Expect::SecretHeld { reference, status } => {
            format!("a secret with the value of {} is there, {}", inert(reference), status.as_str())
        }
        Expect::SecretMissing(reference) => format!("no secret with the value of {} is there", inert(reference)),
        Expect::SecretIs { id, status } => format!("the secret {} is {}", inert(id), status.as_str()),
        Expect::SecretGone(id) => format!("the secret {} is gone", inert(id)),
        Expect::SecretWritten(file) => format!("the file {} is there", inert(file)),
        Expect::SecretUnwritten(file) => format!("the file {} is not there", inert(file)),
        Expect::Granted(scope) => format!("the scope {} is granted", inert(scope)),
        Expect::NotGranted(scope) => format!("the scope {} is not granted", inert(scope)),
        Expect::GrantIs(id) => format!("the grant {} is there", inert(id)),
        Expect::GrantGone(id) => format!("the grant {} is gone", inert(id)),
    }
}
