//! Creating, updating and deleting the portal's objects.

use serde_json::{Value, json};

use super::step::Declared;
use super::{Action, Body, CANNOT_UPDATE, Call, Edit, Expect, Line, Probe, Program, SecretSlots, Step, Subject, Verb, lines};
use crate::address::{Address, Kind};
use crate::bind::{BoundPortal, Undeclared};
use crate::desired::{PortalObject, Token};
use crate::diagnostic::Diagnostic;
use crate::diff::{Change, FieldChange, PortalChanges};
use crate::json::Path;
use crate::observed::LivePortal;
use crate::request::{Method, segment};
use crate::resource::client_type::{ProviderReference, list_below};
use crate::resource::oauth_provider::{PROVIDERS, TOKEN};
use crate::resource::{leaves, merged, table};
use crate::secret::SecretRef;

/// What the portal's documentation says of every update.
const ISSUED: &str = "credentials that the portal has issued keep what they had: pending and new requests for access get the new values";

/// Adds the actions on one object.
pub(super) fn actions(entry: &PortalChanges<'_>, made: &[Address], program: &mut Program) {
    let BoundPortal { wanted, live, provider: _ } = entry.bound;
    let Some(list) = list(&entry.bound) else { return };
    let mut action = match (&entry.change, live) {
        (Some(Change::Create { fields }), _) => create(wanted, &list, fields),
        (Some(Change::Update { fields }), Some(live)) => update(entry, &list, fields, live, program),
        (None, Some(live)) if entry.resend => update(entry, &list, &[], live, program),
        _ => return,
    };
    if let Some(provider) = wanted.provider.as_ref().and_then(ProviderReference::address) {
        // A client type is registered at its provider as it is to be, so any change of that comes first.
        action.after.extend(made.contains(&provider).then_some(provider));
    }
    program.actions.push(action);
}

/// Returns the path of the list that an object is in; the provider stands in it as a slot if a document has it.
fn list(bound: &BoundPortal<'_>) -> Option<String> {
    let Some(reference) = &bound.wanted.provider else { return Some(PROVIDERS.to_owned()) };
    match (reference.address(), bound.provider) {
        (Some(address), _) => Some(list_below(&format!("{{{address}}}"))),
        (None, Some(provider)) => Some(list_below(&segment(&provider.id.0))),
        (None, None) => None,
    }
}

fn action(wanted: &PortalObject, verb: Verb) -> Action {
    Action::new(wanted.address.clone(), verb, wanted.name(), Subject::Slot(wanted.address.clone()))
}

fn create(wanted: &PortalObject, list: &str, fields: &[FieldChange]) -> Action {
    let mut action = action(wanted, Verb::Create);
    action.fields = lines(fields);
    if let Token::Of { .. } = wanted.token {
        action.fields.push(token_line(wanted));
    }
    let mut tree = json!({});
    for field in fields {
        if let Some(value) = &field.after {
            field.path.set(&mut tree, value.clone());
        }
    }
    let name = wanted.name().to_owned();
    action.steps.push(Step {
        call: Call {
            method: Method::Post,
            path: list.to_owned(),
            query: Vec::new(),
            body: Body::Json { tree, secrets: slots(wanted), clients: Vec::new() },
        },
        probe: Probe::FindListed { kind: wanted.kind(), list: list.to_owned(), name, cid: wanted.text("CID").map(str::to_owned) },
        pre: vec![Expect::NoObject],
        post: vec![Expect::Fields(fields.iter().map(|f| Declared { path: f.path.clone(), value: f.declared.clone() }).collect())],
    });
    action
}

fn update(entry: &PortalChanges<'_>, list: &str, fields: &[FieldChange], live: &LivePortal, program: &mut Program) -> Action {
    let wanted = entry.bound.wanted;
    let mut action = action(wanted, Verb::Update);
    action.fields = lines(fields);
    if wanted.kind() == Kind::OAuthProvider {
        match (&wanted.token, entry.resend) {
            (Token::Unmanaged, _) => program.problems.push(token_unknown(wanted, live)),
            (Token::Of { .. } | Token::Absent, true) => action.fields.push(token_line(wanted)),
            (Token::Of { .. }, false) => action
                .notes
                .push("its registration token is sent along: whether the portal keeps one that is left out is not known".to_owned()),
            (Token::Absent, false) => {}
        }
    }
    if !fields.is_empty() {
        action.notes.push(ISSUED.to_owned());
    }
    // Everything that is declared is sent as it is declared, so that a request is the same whatever the portal made of the last one.
    let declared: Vec<_> = leaves(table(wanted.kind()), &wanted.body).into_iter().filter(|leaf| leaf.path != Path::of("CID")).collect();
    let mut edits: Vec<_> =
        declared.iter().map(|leaf| Edit { path: leaf.path.clone(), value: merged(leaf, leaf.path.find(&live.body)) }).collect();
    if wanted.token == Token::Absent {
        edits.push(Edit { path: Path::of(TOKEN), value: Some(json!("")) });
    }
    let mut post =
        vec![Expect::Fields(declared.iter().map(|leaf| Declared { path: leaf.path.clone(), value: Value::clone(leaf.value) }).collect())];
    post.extend(entry.resend.then_some(Expect::Sent(Path::of(TOKEN))));
    let path = format!("{list}/{{{}}}", wanted.address);
    action.steps.push(Step {
        call: Call {
            method: Method::Put,
            path: path.clone(),
            query: Vec::new(),
            body: Body::Edited { edits, secrets: slots(wanted), clients: Vec::new() },
        },
        probe: Probe::ByPath { kind: wanted.kind(), path },
        pre: vec![Expect::BodyIs(live.fingerprint())],
        post,
    });
    action
}

/// Adds the action that removes a client type which no document has. Never with `force`, which would take it away from products and
/// reject requests for access to them.
pub(super) fn delete(extra: &Undeclared<'_>, program: &mut Program) {
    let Undeclared { under, provider, live, prunable: _ } = extra;
    let address = under.address.below(["client-type", &live.id.0]);
    let path = format!("{}/{}", list_below(&segment(&provider.id.0)), segment(&live.id.0));
    let mut action = Action::new(address, Verb::Delete, live.name.clone(), Subject::Id(live.id.clone()));
    action.lane = None;
    action.notes.push("the portal refuses it while a product uses the client type".to_owned());
    action.steps.push(Step {
        call: Call { method: Method::Delete, path: path.clone(), query: Vec::new(), body: Body::None },
        probe: Probe::ByPath { kind: Kind::ClientType, path },
        pre: vec![Expect::BodyIs(live.fingerprint())],
        post: vec![Expect::NoObject],
    });
    program.actions.push(action);
}

fn slots(wanted: &PortalObject) -> SecretSlots {
    reference(wanted).map(|reference| (Path::of(TOKEN), reference.clone())).into_iter().collect()
}

fn reference(wanted: &PortalObject) -> Option<&SecretRef> {
    match &wanted.token {
        Token::Of { reference, origin: _ } => Some(reference),
        Token::Unmanaged | Token::Absent => None,
    }
}

fn token_line(wanted: &PortalObject) -> Line {
    let origin = if let Token::Of { reference: _, origin } = &wanted.token { origin } else { &wanted.origin };
    let origin = Some(origin.to_string());
    Line { path: TOKEN.to_owned(), before: None, after: None, secret: true, forces_replacement: false, origin }
}

fn token_unknown(wanted: &PortalObject, live: &LivePortal) -> Diagnostic {
    let message = format!(
        "{} cannot be updated: the provider {} may have a registration token, which the portal never shows, and a PUT without it might wipe it",
        wanted.address, live.id
    );
    let help = format!("declare it, `{TOKEN}: {{env: IDPCTL_…}}`, or say that there is none, `{TOKEN}: null`");
    Diagnostic::error(CANNOT_UPDATE, Some(wanted.origin.clone()), message).help(help)
}
