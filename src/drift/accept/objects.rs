//! Objects that are gone, and ones that nobody declares, to the edits by which documents say so.

use serde_json::{Map, Value, json};

use super::edits::{Change, Files};
use super::fields::{assigned, unknown};
use super::place::{Spot, document, documents, gone};
use super::{Basis, servers};
use crate::address::{Address, Kind};
use crate::desired::Grant;
use crate::diff::{self, AppChanges, GrantChange, PartChanges, SecretChange};
use crate::json::Path;
use crate::observed::LiveApp;
use crate::resource::Shape;
use crate::resource::authorization_server::Part;
use crate::resource::jwk::key_id;

const SECRET: &str = "the value of a secret is in no manifest: `idpctl apply` puts the declared one into the org";

/// Returns the edits after which nobody declares what is not there.
pub(super) fn missing(address: &Address, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let is_new = |change: &Option<diff::Change>| matches!(change, Some(diff::Change::Create { .. }));
    let all_of = |addresses: &[Address], files: &mut Files| -> Result<Vec<Change>, String> {
        let changes: Result<Vec<_>, _> = documents(addresses, basis).into_iter().map(|document| gone(document, files)).collect();
        Ok(changes?.concat())
    };
    if let Some(entry) = basis.changes.apps.iter().find(|entry| entry.wanted.address == *address && is_new(&entry.change)) {
        return all_of(&entry.wanted.documents, files);
    }
    if let Some(entry) = basis.changes.clients.iter().find(|entry| entry.bound.wanted.address == *address && is_new(&entry.change)) {
        return all_of(&entry.bound.wanted.documents, files);
    }
    if basis.changes.portal.iter().any(|entry| entry.bound.wanted.address == *address) {
        return all_of(std::slice::from_ref(address), files);
    }
    if let Some(entry) = basis.changes.servers.iter().find(|entry| entry.wanted.address == *address) {
        return match entry.wanted.part {
            Part::Server => all_of(std::slice::from_ref(address), files),
            _ => part(entry, basis, files),
        };
    }
    match address.kind {
        Kind::Grant => grant(address, basis, files),
        Kind::GroupAssignment => {
            let group = address.child.last().ok_or_else(unknown)?;
            assigned(group, address, basis).ok_or_else(unknown)?.goes(basis, files)
        }
        Kind::Client => Err("its secret goes to a file here, which is not there: `idpctl apply` makes a new one".to_owned()),
        _ if is_secret(address, basis) => Err(SECRET.to_owned()),
        _ => Err(unknown()),
    }
}

fn is_secret(address: &Address, basis: &Basis<'_>) -> bool {
    let secrets = basis.changes.apps.iter().flat_map(|entry| &entry.secrets);
    secrets.into_iter().any(|change| matches!(change, SecretChange::Add(wanted) if wanted.address == *address))
}

fn part(entry: &PartChanges<'_>, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    servers::spot(entry, basis).ok_or_else(unknown)?.goes(basis, files)
}

fn grant(address: &Address, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let of_apps = basis.changes.apps.iter().flat_map(|entry| &entry.grants);
    let of_clients = basis.changes.clients.iter().flat_map(|entry| &entry.grants);
    let is = |change: &&GrantChange<'_>| matches!(change, GrantChange::Add(wanted) if wanted.address == *address);
    let Some(GrantChange::Add(Grant { scope, .. })) = of_apps.chain(of_clients).find(is) else { return Err(unknown()) };
    let document = document(Kind::Grant, &address.name, basis).ok_or_else(unknown)?;
    let list = Spot::new(document, Path::of("scopes"));
    let index = list.said().and_then(Value::as_array).and_then(|scopes| scopes.iter().position(|other| *other == *scope.as_str()));
    list.index(index.ok_or_else(unknown)?).goes(basis, files)
}

/// Returns the edits after which a document declares what is live.
pub(super) fn undeclared(address: &Address, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let extras = basis.bound.servers.iter().flat_map(|server| server.extras.iter().map(move |extra| (&server.wanted.own, extra)));
    for (server, extra) in extras {
        if extra.address(&server.address) == *address {
            return servers::declared(extra, server, basis, files);
        }
    }
    let app = || basis.changes.apps.iter().find(|entry| entry.wanted.address.name == address.name);
    let segments: Vec<_> = address.child.iter().map(String::as_str).collect();
    match (address.kind, segments.as_slice()) {
        (Kind::Grant, [scope]) => {
            let of_client = || basis.changes.clients.iter().find(|entry| entry.bound.wanted.address.name == address.name);
            let spoken = app().map(|entry| &entry.wanted.documents).or_else(|| of_client().map(|entry| &entry.bound.wanted.documents));
            let list = one_of(Kind::Grant, spoken.ok_or_else(unknown)?, "scopes", basis)?;
            list.gains(json!(scope), basis, files)
        }
        (Kind::GroupAssignment, [group]) => {
            let entry = app().ok_or_else(unknown)?;
            let list = one_of(Kind::GroupAssignment, &entry.wanted.documents, "groups", basis)?;
            // A name may be that of several groups: only those that documents name were looked for.
            list.gains(json!({"id": group}), basis, files)
        }
        (Kind::App, ["key", name]) => key(app().ok_or_else(unknown)?, name, basis, files),
        (Kind::App, ["secret", ..]) => Err("the value of a live secret cannot be had: declare one of your own, or prune it".to_owned()),
        _ => Err(format!(
            "it is an object of its own, which a new document would declare: `idpctl export` writes one, or `idpctl apply --prune` deletes it (as {address})"
        )),
    }
}

/// Returns the list of a document of some kind, among those that speak of an object: of the one that is called like it, if there are several.
fn one_of<'a>(kind: Kind, spoken: &[Address], list: &str, basis: &Basis<'a>) -> Result<Spot<'a>, String> {
    let found = documents(spoken, basis).into_iter().filter(|document| document.kind == kind);
    let document = found.min_by_key(|document| !spoken.iter().any(|other| other.kind != kind && other.name == document.name));
    let document =
        document.ok_or_else(|| format!("no {kind} document speaks of it: write one, or let `idpctl apply --prune` take it away"))?;
    Ok(Spot::new(document, Path::of(list)))
}

/// Adds the public key to those that a document lists.
fn key(entry: &AppChanges<'_>, name: &str, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let keys = entry.live.map(LiveApp::keys).unwrap_or_default();
    let live = keys.iter().find(|key| key_id(key) == name).ok_or_else(unknown)?;
    let places = [(Kind::App, "settings.oauthClient.jwks.keys"), (Kind::ClientCredentials, "jwks.keys")];
    for document in documents(&entry.wanted.documents, basis) {
        for (_, at) in places.iter().filter(|(kind, _)| *kind == document.kind) {
            let list = Spot::new(document, Path::of(at));
            if list.said().is_some() {
                let Some(Shape::List(row)) = list.row().map(|row| &row.shape) else { return Err(unknown()) };
                let members = live.as_object().into_iter().flatten();
                let known: Map<_, _> = members
                    .filter(|(name, value)| row.member(name).is_some() && !value.is_null())
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                return list.gains(Value::Object(known), basis, files);
            }
        }
    }
    Err("no manifest lists the keys: those in a file, or at an address, are not rewritten".to_owned())
}
