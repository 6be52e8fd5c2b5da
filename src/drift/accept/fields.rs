//! A field that differs to the edit that makes its document say what is live.

use serde_json::{Value, json};

use super::edits::{Change, Files};
use super::place::{Spot, document, documents};
use super::{Basis, servers};
use crate::address::{Address, Kind};
use crate::desired::{App, PolicyReference};
use crate::diff::{self, AppChanges, FieldChange, GroupChange, SecretChange};
use crate::json::Path;
use crate::resource::{Shape, table};

const KEYS: &str = "jwks.keys";
const JWKS: &str = "settings.oauthClient.jwks";

/// Returns the edits by which a field comes to say what is live.
pub(super) fn edits(address: &Address, path: &str, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let of = |change: &Option<diff::Change>| -> Option<FieldChange> {
        let fields = match change.as_ref()? {
            diff::Change::Update { fields } => fields,
            diff::Change::Replace { because, fields: _ } => because,
            diff::Change::Create { .. } => return None,
        };
        fields.iter().find(|field| field.path.to_string() == path).cloned()
    };
    match address.kind {
        Kind::App if !address.child.is_empty() => {
            let entry = basis.changes.apps.iter().find(|entry| entry.wanted.address == address.top());
            secret(address, entry.ok_or_else(unknown)?, basis, files)
        }
        Kind::GroupAssignment => group(address, path, basis, files),
        Kind::AuthorizationServer => {
            let entry = basis.changes.servers.iter().find(|entry| entry.wanted.address == *address).ok_or_else(unknown)?;
            servers::field(entry, &of(&entry.change).ok_or_else(unknown)?, basis, files)
        }
        Kind::OAuthProvider | Kind::ClientType => {
            let entry = basis.changes.portal.iter().find(|entry| entry.bound.wanted.address == *address).ok_or_else(unknown)?;
            let change = of(&entry.change).ok_or_else(unknown)?;
            flat(address, &change, basis, files)
        }
        Kind::Client => {
            let entry = basis.changes.clients.iter().find(|entry| entry.bound.wanted.address == *address).ok_or_else(unknown)?;
            let change = of(&entry.change).ok_or_else(unknown)?;
            flat(address, &change, basis, files)
        }
        // What is said of an app that no document declares is told by the first that speaks of it.
        Kind::App | Kind::ClientCredentials | Kind::Grant => {
            let entry = basis.changes.apps.iter().find(|entry| entry.wanted.address == *address).ok_or_else(unknown)?;
            let change = of(&entry.change).ok_or_else(unknown)?;
            app(entry, &change, basis, files)
        }
    }
}

pub(super) fn unknown() -> String {
    "what it is about was not found: this is a bug in idpctl".to_owned()
}

/// Returns where documents say a field of the app's object.
fn spots<'a>(wanted: &App, path: &Path, basis: &Basis<'a>) -> Vec<Spot<'a>> {
    let mut spots = Vec::new();
    for document in documents(&wanted.documents, basis) {
        match document.kind {
            Kind::App => {
                spots.push(Spot::new(document, path.clone()));
                spots.push(Spot::new(document, Path::of("additionalFields").join(path)));
            }
            Kind::ClientCredentials => {
                let Shape::Object(rows) = &table(Kind::ClientCredentials).shape else { continue };
                let places = rows.iter().filter_map(|(name, row)| Some((name, path.below(&Path::of(row.rule.at.as_deref()?))?)));
                spots.extend(places.map(|(name, below)| Spot::new(document, Path::of(name).join(&below))));
            }
            _ => {}
        }
    }
    spots.retain(|spot| spot.said().is_some());
    spots
}

fn app(entry: &AppChanges<'_>, change: &FieldChange, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let spots = spots(entry.wanted, &change.path, basis);
    if change.path == Path::of("accessPolicy") {
        return access_policy(entry, spots.first().ok_or_else(unknown)?, basis, files);
    }
    if let [spot] = spots.as_slice() {
        return spot.becomes(change.before.as_ref(), basis, files);
    }
    if change.path.starts_with(&Path::of(JWKS)) {
        let file = self::spots(entry.wanted, &Path::of(JWKS).key("file"), basis);
        if let Some(Value::String(file)) = file.first().and_then(Spot::said) {
            return Err(in_a_file(file));
        }
    }
    cleared_elsewhere(entry.change.as_ref(), change)
}

fn in_a_file(file: &str) -> String {
    format!("its keys are in `{file}`, which is no manifest: put the live keys there by hand")
}

/// Keys and their address exclude each other: what one of them clears is in sync when that one goes.
fn cleared_elsewhere(of: Option<&diff::Change>, change: &FieldChange) -> Result<Vec<Change>, String> {
    let Some(diff::Change::Update { fields }) = of else { return Err(unknown()) };
    let is_about_keys = |path: &Path| {
        [Path::of(JWKS), Path::of("jwks"), Path::of("settings.oauthClient.jwks_uri"), Path::of("jwks_uri")]
            .iter()
            .any(|at| path.starts_with(at))
    };
    let goes = fields.iter().any(|other| is_about_keys(&other.path) && other.path != change.path && other.before.is_none());
    if goes && change.declared.is_null() {
        return Ok(Vec::new());
    }
    Err(format!("no document says `{}`, which something else that is declared excludes: take that out by hand", change.path))
}

fn access_policy(entry: &AppChanges<'_>, spot: &Spot<'_>, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let Some(id) = entry.live.and_then(|live| live.access_policy.as_deref()) else { return spot.goes(basis, files) };
    let policies = &basis.observed.policies;
    let name = policies.iter().find(|policy| policy.id == id).map(|policy| policy.name.as_str());
    let is_only = |name: &&str| policies.iter().filter(|policy| policy.name == *name).count() == 1;
    match (&entry.wanted.access_policy, name.filter(is_only)) {
        (Some(PolicyReference::Name(_)), Some(name)) => spot.key("name").says(&json!(name), basis, files),
        (Some(PolicyReference::Id(_)), _) => spot.key("id").says(&json!(id), basis, files),
        _ => spot.says(&json!({"id": id}), basis, files),
    }
}

/// A field of a document that is about one object alone.
fn flat(address: &Address, change: &FieldChange, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let document = document(address.kind, &address.name, basis).ok_or_else(unknown)?;
    let spots = [change.path.clone(), Path::of("additionalFields").join(&change.path)].map(|at| Spot::new(document, at));
    if let Some(spot) = spots.iter().find(|spot| spot.said().is_some()) {
        return spot.becomes(change.before.as_ref(), basis, files);
    }
    if change.path == Path::of(KEYS)
        && let Some(Value::String(file)) = Path::of("jwks.file").find(&document.spec)
    {
        return Err(in_a_file(file));
    }
    let entry = basis.changes.clients.iter().find(|entry| entry.bound.wanted.address == *address);
    cleared_elsewhere(entry.and_then(|entry| entry.change.as_ref()), change)
}

/// Whether a secret is in force is said beside its name; the secret itself never is.
fn secret(address: &Address, entry: &AppChanges<'_>, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let live = entry.secrets.iter().find_map(|change| match change {
        SecretChange::Activate(wanted, live) | SecretChange::Deactivate(wanted, live) => {
            (wanted.address == *address).then_some(live.status)
        }
        SecretChange::Add(_) | SecretChange::Delete(..) => None,
    });
    let name = address.child.last().ok_or_else(unknown)?;
    for document in documents(&entry.wanted.documents, basis) {
        let list = Spot::new(document, Path::of("client_secrets"));
        let entries = list.said().and_then(Value::as_array).into_iter().flatten();
        if let Some(index) = entries.into_iter().position(|entry| entry["name"] == *name.as_str()) {
            let entry = list.index(index);
            let mut said = entry.said().cloned().unwrap_or_default();
            said["status"] = json!(live.ok_or_else(unknown)?.as_str());
            return entry.says(&said, basis, files);
        }
    }
    Err(unknown())
}

fn group(address: &Address, path: &str, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let mut changes = basis.changes.apps.iter().flat_map(|entry| &entry.groups);
    let found = changes.find_map(|change| match change {
        GroupChange::Update { wanted, fields, .. } if wanted.address == *address => {
            Some((wanted, fields.iter().find(|field| field.path.to_string() == path)?))
        }
        _ => None,
    });
    let (wanted, change) = found.ok_or_else(unknown)?;
    let spot = assigned(wanted.group.text(), address, basis).ok_or_else(unknown)?;
    Spot::new(spot.document, spot.at.join(&change.path)).becomes(change.before.as_ref(), basis, files)
}

/// Returns where a document names a group.
pub(super) fn assigned<'a>(group: &str, address: &Address, basis: &Basis<'a>) -> Option<Spot<'a>> {
    let list = Spot::new(document(Kind::GroupAssignment, &address.name, basis)?, Path::of("groups"));
    let index = list.said()?.as_array()?.iter().position(|entry| entry["name"] == *group || entry["id"] == *group)?;
    Some(list.index(index))
}
