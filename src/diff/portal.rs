//! The fields of the portal's objects, and client types that nobody declares.

use serde_json::Value;

use super::fields::Declaration;
use super::{Change, Changes, Choices, FieldChange, LeftAlone};
use crate::bind::{Bound, BoundPortal, Undeclared};
use crate::desired::{PortalObject, Token};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::CANNOT_UPDATE;
use crate::json::Path;
use crate::observed::{LivePortal, Trace};
use crate::resource::table;

/// The differences of one object of the portal.
#[derive(Debug, Clone)]
pub struct PortalChanges<'a> {
    /// What is declared, and the live object.
    pub bound: BoundPortal<'a>,
    /// The difference; never a replacement.
    pub change: Option<Change>,
    /// Whether the registration token is to be sent whatever differs.
    pub resend: bool,
}

impl PortalChanges<'_> {
    /// Returns whether there is no difference at all.
    pub fn is_empty(&self) -> bool {
        let Self { bound: _, change, resend } = self;
        change.is_none() && !resend
    }
}

/// Compares everything that is declared of the portal.
pub(super) fn compare<'a>(bound: &Bound<'a>, choices: &Choices, changes: &mut Changes<'a>) {
    for object in bound.portal.iter().filter(|object| choices.select.has(&object.wanted.address)) {
        let BoundPortal { wanted, live, provider: _ } = object;
        let fields = fields(wanted, *live);
        for field in fields.iter().filter(|field| field.immutable && live.is_some()) {
            changes.problems.push(cannot_change(wanted, field));
        }
        let change = match live {
            None => Some(Change::Create { fields }),
            Some(_) => (!fields.is_empty()).then_some(Change::Update { fields }),
        };
        let resend = live.is_some() && choices.resend.contains(&wanted.address) && wanted.token != Token::Unmanaged;
        // A token that goes along with another change is sent all the same.
        if wanted.token != Token::Unmanaged && change.is_none() && !resend {
            let why = format!(
                "the registration token is not verifiable: the portal never shows it; to send it again: --resend {}",
                wanted.address
            );
            changes.not_compared.push((wanted.address.clone(), why));
        }
        changes.portal.push(PortalChanges { bound: *object, change, resend });
    }
    for address in &choices.resend {
        let has_token = changes.portal.iter().any(|o| o.bound.wanted.address == *address && o.bound.wanted.token != Token::Unmanaged);
        if !has_token {
            let message = format!("`--resend {address}` names no provider with a declared registration token");
            changes.problems.push(
                Diagnostic::error(CANNOT_UPDATE, None, message).help("name an OAuthProvider that declares `RegistrationAccessToken`"),
            );
        }
    }
    for extra in &bound.undeclared {
        retire(extra, choices, changes);
    }
}

/// Returns where the body differs; everything that is declared if there is no live object.
fn fields(wanted: &PortalObject, live: Option<&LivePortal>) -> Vec<FieldChange> {
    let declaration = Declaration { row: table(wanted.kind()), body: &wanted.body, origins: &wanted.origins, origin: &wanted.origin };
    let find = live.map(|live| move |path: &Path| path.find(&live.body).cloned());
    declaration.differing(find.as_ref())
}

fn cannot_change(wanted: &PortalObject, field: &FieldChange) -> Diagnostic {
    let (path, declared) = (&field.path, field.declared.as_str().unwrap_or_default());
    let (message, help) = match field.before.as_ref().and_then(Value::as_str) {
        Some(live) => (
            format!("`{path}` of {} is `{live}` and cannot be changed to `{declared}`", wanted.address),
            format!("write `{path}: {live}`, or take it out"),
        ),
        None => (
            format!("{} declares `{path}`, and the portal shows none", wanted.address),
            format!("take `{path}` out: this portal does not show custom ids, so nobody could tell whether it has this one"),
        ),
    };
    Diagnostic::error(CANNOT_UPDATE, field.origin.clone(), message).help(help)
}

/// Decides what becomes of a client type that no document has.
fn retire<'a>(extra: &Undeclared<'a>, choices: &Choices, changes: &mut Changes<'a>) {
    let Undeclared { under, provider, live, prunable } = extra;
    if !choices.select.has(&under.address) {
        return;
    }
    // Like an app, a client type is an object of its own: a part of the manifests cannot say that it has no document.
    if *prunable && choices.prune && !choices.select.is_narrow() {
        changes.undeclared.push(*extra);
        return;
    }
    let what = format!("the client type {} `{}` of the provider {} is not declared", live.id, live.name, provider.id);
    let (what, flag) = match (prunable, choices.select.is_narrow()) {
        (false, _) => (format!("{what}; `metadata.prune: true` in the provider's document would allow pruning it"), None),
        (true, false) => (what, Some("--prune".to_owned())),
        (true, true) => (what, Some("--prune without --select".to_owned())),
    };
    changes.left_alone.push(LeftAlone { address: under.address.below(["client-type", &live.id.0]), what, flag, trace: Trace::default() });
}
