//! Changes to actions: what would be sent, in which circumstances, and how it is known to be done. Pure.
//!
//! An action is a small program of steps, each *pre, request, post*. If post already holds the step is unchanged; if pre holds the
//! request is sent; otherwise the step is refused. So a second run after a kill, and a retry after an answer that never came, are the
//! same code. Apps that may not exist yet stand in paths as `{App/name}`, whether they exist or not: a step reads the same before and
//! after the app was made, which is what lets a half-done plan be finished.

mod app;
mod body;
mod children;
mod client;
mod companions;
mod groups;
mod portal;
mod present;
mod server;
#[cfg(test)]
mod server_tests;
mod step;
mod withheld;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use body::{Body, ClientSlot, Edit};
pub use step::{Call, Declared, Expect, Probe, Step, Subject};

use crate::address::Address;
use crate::diagnostic::Diagnostics;
pub use crate::diagnostic::codes::{CANNOT_CREATE, CANNOT_UPDATE};
use crate::diff::{AppChanges, Changes, FieldChange};
use crate::json::Path;
use crate::resource::marker::Marker;

/// One operation of the plan, on one live object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// What it is about.
    pub address: Address,
    /// What it does.
    pub verb: Verb,
    /// What it is called in the org: a label, a scope.
    pub title: String,
    /// The differences, for people.
    pub fields: Vec<Line>,
    /// What it does, in order.
    pub steps: Vec<Step>,
    /// The actions that must be done before it.
    pub after: BTreeSet<Address>,
    /// The object within which actions exclude each other: an app, or the list of a server's policies or of a policy's rules.
    pub lane: Option<Subject>,
    /// What is worth knowing: what is lost, what the server does along with it.
    pub notes: Vec<String>,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Makes an object.
    Create,
    /// Changes one.
    Update,
    /// Makes an object that takes another one's place.
    Replace,
    /// Removes one.
    Delete,
}

/// The difference of one field, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Where in the API's object.
    pub path: String,
    /// What is there now.
    #[serde(default, with = "present", skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What will be there; `None` if nothing.
    #[serde(default, with = "present", skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// Whether the value is a secret, which has neither before nor after.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// Whether it is why the object must be replaced.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forces_replacement: bool,
    /// Where it is declared (`file:line:column`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

/// The actions that carry out some changes.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The actions, in address order.
    pub actions: Vec<Action>,
    /// Changes that cannot be carried out.
    pub problems: Diagnostics,
}

/// Turns changes into actions.
pub fn program(changes: &Changes<'_>) -> Program {
    let mut program = Program::default();
    for entry in &changes.apps {
        app::actions(entry, &mut program);
        children::secrets(entry, &mut program);
        children::keys(entry, &mut program);
        children::grants(entry, &mut program);
        groups::assignments(entry, &mut program);
    }
    for entry in &changes.clients {
        client::actions(entry, &mut program);
    }
    server::actions(changes, &mut program);
    let made: Vec<_> = changes.portal.iter().filter(|entry| !entry.is_empty()).map(|entry| entry.bound.wanted.address.clone()).collect();
    for entry in &changes.portal {
        portal::actions(entry, &made, &mut program);
    }
    for extra in &changes.undeclared {
        portal::delete(extra, &mut program);
    }
    let mut taken = program.actions.iter().map(|action| action.address.clone()).collect();
    for orphan in &changes.orphans {
        app::delete(orphan, &mut taken, &mut program);
    }
    program.actions.sort_by(|a, b| a.address.cmp(&b.address));
    program
}

impl Action {
    /// Returns an action without notes that waits for nothing.
    pub(crate) fn new(address: Address, verb: Verb, title: impl Into<String>, lane: Subject) -> Self {
        let (fields, steps, notes) = (Vec::new(), Vec::new(), Vec::new());
        Self { address, verb, title: title.into(), fields, steps, after: BTreeSet::new(), lane: Some(lane), notes }
    }
}

/// Returns the subject that an app's actions speak of.
fn subject(entry: &AppChanges<'_>) -> Subject {
    Subject::Slot(entry.wanted.address.clone())
}

/// Returns the lines of some fields, in order.
fn lines(fields: &[FieldChange]) -> Vec<Line> {
    fields.iter().map(line).collect()
}

fn line(field: &FieldChange) -> Line {
    // What was last applied is in the mark for drift's sake; people need not see a digest.
    let shown = |value: &Value| {
        let mut value = value.clone();
        if field.path == Marker::path() {
            Path::of("applied").remove(&mut value);
        }
        value
    };
    Line {
        path: field.path.to_string(),
        before: field.before.as_ref().map(shown),
        after: field.after.as_ref().map(shown),
        secret: false,
        forces_replacement: false,
        origin: field.origin.as_ref().map(ToString::to_string),
    }
}

/// Returns the secret references that the actions of a plan need before their first write.
pub fn secrets_needed(actions: &[Action]) -> BTreeSet<crate::secret::SecretRef> {
    let bodies = actions.iter().flat_map(|action| &action.steps).map(|step| &step.call.body);
    bodies.flat_map(Body::secrets).map(|(_, reference)| reference.clone()).collect()
}

/// Places of a body that secrets are put into as it is sent. A path is no key of a JSON object, so this is a list.
pub type SecretSlots = Vec<(Path, crate::secret::SecretRef)>;

#[cfg(test)]
mod tests;
