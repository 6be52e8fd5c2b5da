//! The fields of an app, and the mark that it bears.

use serde_json::{Value, json};

use super::fields::Declaration;
use super::{AppChanges, Change, Changes, FieldChange, POLICY_UNCLEAR, Scope};
use crate::address::Kind;
use crate::desired::{App, PolicyReference};
use crate::diagnostic::codes::CANNOT_UPDATE;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::json::Path;
use crate::observed::{LiveApp, Observed, Status};
use crate::resource::marker::{Facility, Marker};
use crate::resource::{Facet, leaves, table};

/// Where an app holds its public keys.
const JWKS: &str = "settings.oauthClient.jwks";

/// Where an app says either that or under which address they are.
const SETTINGS: &str = "settings.oauthClient";

/// Compares the app itself, given the differences of its body.
pub(super) fn compare<'a>(
    entry: &mut AppChanges<'a>,
    mut fields: Vec<FieldChange>,
    replaced: bool,
    scope: &Scope<'a, '_>,
    changes: &mut Changes<'a>,
) {
    let wanted = entry.wanted;
    let under = entry.live.filter(|_| !replaced);
    entry.marker = marker(entry, under, &fields, scope);
    let policy = policy(wanted, scope, changes);
    let because = if replaced { std::mem::replace(&mut fields, body(wanted, None)) } else { Vec::new() };
    fields.extend(status(wanted, under));
    fields.extend(policy.as_deref().and_then(|id| access_policy(wanted, id, under, scope.observed)));
    fields.extend(under.and_then(|live| mark(entry.marker.as_ref()?, live)));
    entry.change = match under {
        Some(_) => (!fields.is_empty()).then_some(Change::Update { fields }),
        None if replaced => Some(Change::Replace { because: because.into_iter().filter(|f| f.immutable).collect(), fields }),
        None => Some(Change::Create { fields }),
    };
}

/// Keys and their address exclude each other (okta-api.md, section 1.3): declaring one of them clears the other. Returns what is cleared, and
/// what clears it, given where either stands.
pub(crate) fn cleared(declared: &Value, settings: &Path) -> Option<(Path, Path)> {
    let place = |name: &str| settings.join(&Path::of(name));
    let says = |name: &str| place(name).find(declared).is_some_and(|v| !v.is_null() && *v != json!([]));
    match (says("jwks.keys"), says("jwks_uri")) {
        (false, true) => Some((place("jwks"), place("jwks_uri"))),
        (true, false) => Some((place("jwks_uri"), place("jwks"))),
        _ => None,
    }
}

fn excluded(wanted: &App, live: &LiveApp) -> Option<FieldChange> {
    let (path, because) = cleared(&wanted.body, &Path::of(SETTINGS))?;
    let declared_itself = leaves(table(Kind::App), &wanted.body).iter().any(|leaf| leaf.path == path);
    let before = live.body.find(&path).filter(|v| !v.is_null() && v.get("keys").is_none_or(|k| *k != json!([])))?;
    (!declared_itself).then(|| FieldChange {
        facet: Facet::Body,
        before: Some(before),
        after: None,
        declared: Value::Null,
        origin: Some(declaration(wanted).origin_of(&because)),
        immutable: false,
        path,
    })
}

/// Returns an error for each field that cannot be changed and differs, on an app that no manifest declares: it is not ours to replace.
pub(super) fn not_to_be_replaced(wanted: &App, fields: &[FieldChange]) -> Diagnostics {
    let mut problems = Diagnostics::default();
    for field in fields.iter().filter(|field| field.immutable) {
        let message = format!("`{}` of the app {} cannot be changed, and no manifest declares that app", field.path, wanted.reference);
        let help = "declare the app in an App document to have it replaced, or take the field out";
        problems.push(Diagnostic::error(CANNOT_UPDATE, field.origin.clone(), message).help(help));
    }
    problems
}

/// Returns where the body differs; everything that is declared if there is no live app.
pub(super) fn body(wanted: &App, live: Option<&LiveApp>) -> Vec<FieldChange> {
    let find = live.map(|live| move |path: &Path| live.body.find(path));
    let mut fields = declaration(wanted).differing(find.as_ref());
    fields.extend(live.and_then(|live| excluded(wanted, live)));
    fields
}

fn declaration(wanted: &App) -> Declaration<'_> {
    Declaration { row: table(Kind::App), body: &wanted.body, origins: &wanted.origins, origin: &wanted.origin }
}

fn status(wanted: &App, live: Option<&LiveApp>) -> Option<FieldChange> {
    let declared = wanted.status?;
    let before = live.map(|live| live.status);
    // A new app is in force unless asked otherwise.
    let differs = before.unwrap_or(Status::Active) != declared;
    differs.then(|| field(wanted, "status", Facet::Status, before.map(|s| json!(s)), json!(declared)))
}

fn access_policy(wanted: &App, id: &str, live: Option<&LiveApp>, observed: &Observed) -> Option<FieldChange> {
    let before = live.and_then(|live| live.access_policy.clone());
    let differs = before.as_deref() != Some(id);
    // People know policies by name; what is sent is the id, in `declared`.
    let shown = |id: &str| match observed.policies.iter().find(|policy| policy.id == id) {
        Some(policy) => Value::from(format!("{} ({id})", policy.name)),
        None => Value::from(id),
    };
    differs.then(|| {
        let change = field(wanted, "accessPolicy", Facet::AccessPolicy, before.as_deref().map(shown), Value::from(id));
        FieldChange { after: Some(shown(id)), ..change }
    })
}

fn field(wanted: &App, name: &str, facet: Facet, before: Option<Value>, after: Value) -> FieldChange {
    let path = Path::of(name);
    let origin = Some(declaration(wanted).origin_of(&path));
    FieldChange { path, facet, before, declared: after.clone(), after: Some(after), origin, immutable: false }
}

/// Returns the id of the declared access policy.
fn policy(wanted: &App, scope: &Scope<'_, '_>, changes: &mut Changes<'_>) -> Option<String> {
    let name = match wanted.access_policy.as_ref()? {
        PolicyReference::Id(id) => return Some(id.clone()),
        PolicyReference::Name(name) => name,
    };
    let found: Vec<_> = scope.observed.policies.iter().filter(|p| p.name == *name).collect();
    let at = || Some(declaration(wanted).origin_of(&Path::of("accessPolicy")));
    match found.as_slice() {
        [policy] => return Some(policy.id.clone()),
        [] => {
            let known: Vec<_> = scope.observed.policies.iter().map(|p| format!("`{}`", p.name)).collect();
            let message = format!("there is no access policy named `{name}`");
            changes.problems.push(Diagnostic::error(POLICY_UNCLEAR, at(), message).help(format!("the org has {}", known.join(", "))));
        }
        several => {
            let ids: Vec<_> = several.iter().map(|p| p.id.as_str()).collect();
            let message = format!("{} access policies are named `{name}`: {}", ids.len(), ids.join(", "));
            changes.problems.push(Diagnostic::error(POLICY_UNCLEAR, at(), message).help("refer to it by `id`"));
        }
    }
    None
}

/// Returns the mark that the app is to bear. A child kind stays in it, though no document speaks of it any more, as long as there are
/// children that pruning would remove: the mark is all that remembers them. Those that this very plan removes count too, because they
/// go after the mark is written, and a run may end in between.
fn marker(entry: &AppChanges<'_>, live: Option<&LiveApp>, fields: &[FieldChange], scope: &Scope<'_, '_>) -> Option<Marker> {
    if !scope.desired.ownership || !entry.wanted.is_declared() {
        return None;
    }
    let mut marker = entry.wanted.marker(&scope.desired.project);
    if let Some(live) = live {
        let before = live.marker.as_ref().filter(|m| m.owner == marker.owner);
        for facility in before.into_iter().flat_map(|m| &m.manages) {
            let jwks_goes = fields.iter().any(|f| f.path == Path::of(JWKS));
            if leftovers(live, *facility, scope.observed) && !(*facility == Facility::Keys && jwks_goes) {
                marker.manages.insert(*facility);
            }
        }
    }
    Some(marker)
}

fn leftovers(live: &LiveApp, facility: Facility, observed: &Observed) -> bool {
    let there = match facility {
        Facility::Grants => observed.grants.get(&live.id).map(Vec::len),
        Facility::Groups => observed.assignments.get(&live.id).map(Vec::len),
        // One secret stays whatever is pruned: Okta keeps the only active one.
        Facility::Secrets => observed.secrets.get(&live.id).map(|secrets| secrets.len().saturating_sub(1)),
        Facility::Keys => Some(live.keys().len().saturating_sub(1)),
    };
    // What was not read may be there.
    there.is_none_or(|there| there > 0)
}

fn mark(marker: &Marker, live: &LiveApp) -> Option<FieldChange> {
    let will_do = live.marker.as_ref().is_some_and(|before| before.will_do_for(marker));
    (!will_do).then(|| FieldChange {
        path: Marker::path(),
        facet: Facet::Body,
        before: live.body.find(&Marker::path()),
        after: Some(marker.to_value()),
        declared: marker.to_value(),
        origin: None,
        immutable: false,
    })
}
