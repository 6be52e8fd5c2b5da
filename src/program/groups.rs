//! The groups that have an app: one request each, in the order of their priorities.

use serde_json::json;

use super::children::wait_for_app;
use super::{Action, Body, Call, Declared, Edit, Expect, Probe, Program, Step, Verb, lines, subject};
use crate::desired::Assignment;
use crate::diff::{AppChanges, FieldChange, GroupChange};
use crate::json::Path;
use crate::request::{Method, segment};
use crate::resource::group_assignment::row;
use crate::resource::leaves;

/// Adds the actions on assigned groups. Each write waits for the one before it: an org that moves others along for one that is put in
/// among them then leaves those as they are that were written before.
pub(super) fn assignments(entry: &AppChanges<'_>, program: &mut Program) {
    let app = subject(entry);
    let mut before = None;
    for change in &entry.groups {
        let (group, address, verb, title) = match change {
            GroupChange::Assign { wanted, group, .. } => (group.id.as_str(), &wanted.address, Verb::Create, group.name.as_str()),
            GroupChange::Update { wanted, live, .. } => (live.group.as_str(), &wanted.address, Verb::Update, title(live)),
            GroupChange::Withdraw(address, live) => (live.group.as_str(), address, Verb::Delete, title(live)),
        };
        let mut action = Action::new(address.clone(), verb, title, app.clone());
        let (method, body, pre, post) = match change {
            GroupChange::Assign { wanted, fields, .. } => {
                action.fields = lines(fields);
                (Method::Put, whole(fields), vec![Expect::NoObject], vec![declared(wanted)])
            }
            GroupChange::Update { wanted, live, fields } => {
                action.fields = lines(fields);
                let edits = fields.iter().map(|field| Edit { path: field.path.clone(), value: field.after.clone() }).collect();
                let body = Body::Edited { edits, secrets: [].into() };
                (Method::Put, body, vec![Expect::BodyIs(live.fingerprint())], vec![declared(wanted)])
            }
            GroupChange::Withdraw(..) => (Method::Delete, Body::None, vec![Expect::Fields(Vec::new())], vec![Expect::NoObject]),
        };
        let path = format!("/api/v1/apps/{app}/groups/{}", segment(group));
        action.steps.push(Step {
            call: Call { method, path, query: Vec::new(), body },
            probe: Probe::Assignment { app: app.clone(), group: group.to_owned() },
            pre,
            post,
        });
        wait_for_app(entry, &mut action);
        if verb != Verb::Delete {
            action.after.extend(before.replace(action.address.clone()));
        }
        program.actions.push(action);
    }
}

fn title(live: &crate::observed::LiveAssignment) -> &str {
    live.name.as_deref().unwrap_or(&live.group)
}

/// Returns the body of a new assignment.
fn whole(fields: &[FieldChange]) -> Body {
    let mut tree = json!({});
    for field in fields {
        if let Some(value) = &field.after {
            field.path.set(&mut tree, value.clone());
        }
    }
    Body::Json { tree, secrets: [].into() }
}

/// Returns that everything which is declared is so, whether this plan changes it or not.
fn declared(wanted: &Assignment) -> Expect {
    let fields = leaves(row(), &wanted.body).into_iter();
    Expect::Fields(fields.map(|leaf| Declared { path: Path::clone(&leaf.path), value: leaf.value.clone() }).collect())
}
