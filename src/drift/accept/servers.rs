//! Authorization servers: where their parts stand in documents, and what a live part looks like in one.

use serde_json::{Map, Value, json};

use super::Basis;
use super::edits::{Change, Files};
use super::fields::unknown;
use super::place::{Spot, document};
use crate::address::Kind;
use crate::bind::{BoundApp, Extra};
use crate::desired::ServerPart;
use crate::diff::{FieldChange, PartChanges};
use crate::json::Path;
use crate::observed::{LivePart, Status};
use crate::resource::authorization_server::{Part, PolicyClient};
use crate::resource::{Facet, Leaf, Reference, every_leaf, leaves, same};

const CLIENTS: &str = "conditions.clients.include";
const PRIORITY: &str = "priority";

/// Returns the edits by which a field of a part comes to say what is live.
pub(super) fn field(entry: &PartChanges<'_>, change: &FieldChange, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    if change.path == Path::of(PRIORITY) {
        return priorities(entry, basis, files);
    }
    let place = spot(entry, basis).ok_or_else(unknown)?;
    let spot = Spot::new(place.document, place.at.join(&change.path));
    if entry.wanted.part == Part::Policy && change.path == Path::of(CLIENTS) {
        return clients(entry, &spot, basis, files);
    }
    if spot.said().is_none() {
        return Spot::new(spot.document, Path::of("additionalFields").join(&change.path)).becomes(change.before.as_ref(), basis, files);
    }
    spot.becomes(change.before.as_ref(), basis, files)
}

/// A priority says nothing but who comes before whom: all of a list that say one are told apart by what is live.
fn priorities(entry: &PartChanges<'_>, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let parent = |entry: &PartChanges<'_>| {
        let above = entry.policy.or(entry.server).map(|above| above.wanted.address.clone());
        (entry.wanted.part, above)
    };
    let siblings = basis.changes.servers.iter().filter(|other| parent(other) == parent(entry));
    let mut changes = Vec::new();
    for sibling in siblings {
        let (Some(said), Some(live)) = (sibling.wanted.value(PRIORITY), sibling.live.and_then(LivePart::priority)) else { continue };
        if *said != json!(live) {
            let place = spot(sibling, basis).ok_or_else(unknown)?;
            changes.extend(place.key(PRIORITY).becomes(Some(&json!(live)), basis, files)?);
        }
    }
    Ok(changes)
}

/// Returns where a part stands in its document; the root of a server.
pub(super) fn spot<'a>(entry: &PartChanges<'_>, basis: &Basis<'a>) -> Option<Spot<'a>> {
    let document = document(Kind::AuthorizationServer, &entry.wanted.address.name, basis)?;
    match entry.wanted.part {
        Part::Server => Some(Spot::new(document, Path::root())),
        Part::Rule => item(&list_of(&item(&Spot::new(document, Path::of("policies")), entry.policy?.wanted)?, Part::Rule), entry.wanted),
        part => item(&list_of(&Spot::new(document, Path::root()), part), entry.wanted),
    }
}

fn list_of<'a>(parent: &Spot<'a>, part: Part) -> Spot<'a> {
    parent.key(match part {
        Part::Scope => "scopes",
        Part::Claim => "claims",
        Part::Policy | Part::Server => "policies",
        Part::Rule => "rules",
    })
}

fn item<'a>(list: &Spot<'a>, wanted: &ServerPart) -> Option<Spot<'a>> {
    let index = list.said()?.as_array()?.iter().position(|item| wanted.part.key(item).as_ref() == Some(&wanted.key))?;
    Some(list.index(index))
}

/// Puts clients into the list that are live, as documents name them; those that are named already stay as they are.
fn clients(entry: &PartChanges<'_>, spot: &Spot<'_>, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let live = entry.live.and_then(|live| Path::of(CLIENTS).find(&live.body)).and_then(Value::as_array).ok_or_else(unknown)?;
    let mut left: Vec<&str> = live.iter().filter_map(Value::as_str).collect();
    let mut items = Vec::new();
    for item in spot.said().and_then(Value::as_array).into_iter().flatten() {
        let id = PolicyClient::read(item).and_then(|client| client_id(&client, basis));
        if let Some(place) = id.and_then(|id| left.iter().position(|live| *live == id)) {
            left.remove(place);
            items.push(item.clone());
        }
    }
    items.extend(left.into_iter().map(|id| named(id, basis)));
    spot.says(&Value::Array(items), basis, files)
}

fn client_id(client: &PolicyClient, basis: &Basis<'_>) -> Option<String> {
    let reference = match client {
        PolicyClient::All => return Some(PolicyClient::ALL.to_owned()),
        PolicyClient::App(reference) => reference,
        PolicyClient::Registered(_) => return None,
    };
    if let Reference::Name(name) = reference {
        let app = basis.bound.apps.iter().find(|app| app.wanted().is_declared() && app.wanted().address.name == *name);
        let registered = basis.bound.clients.iter().find(|client| client.wanted.address.name == *name);
        let app = app.and_then(BoundApp::live).map(|live| live.client_id.clone());
        return app.or_else(|| Some(registered?.live?.0.id.0.clone()));
    }
    let fits = |live: &&crate::observed::LiveApp| match reference {
        Reference::Name(_) => false,
        Reference::Id(id) => live.id.0 == *id,
        Reference::ClientId(id) => live.client_id == *id,
        Reference::Label(label) => live.label == *label,
    };
    basis.observed.apps.iter().find(fits).map(|live| live.client_id.clone())
}

/// Returns a client as a document names it.
fn named(id: &str, basis: &Basis<'_>) -> Value {
    if id == PolicyClient::ALL {
        return json!(id);
    }
    let apps = basis.bound.apps.iter().filter(|app| app.wanted().is_declared());
    let app = apps.filter(|app| app.live().is_some_and(|live| live.client_id == id)).map(|app| &app.wanted().address.name);
    let clients = basis.bound.clients.iter().filter(|client| client.live.is_some_and(|(live, _)| live.id.0 == id));
    match app.chain(clients.map(|client| &client.wanted.address.name)).next() {
        Some(name) => json!(name),
        None => json!({"client_id": id}),
    }
}

/// Returns the edits by which a document comes to declare a part that is live.
pub(super) fn declared(extra: &Extra<'_>, server: &ServerPart, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
    let document = document(Kind::AuthorizationServer, &server.address.name, basis).ok_or_else(unknown)?;
    let root = Spot::new(document, Path::root());
    let parent = match extra.policy {
        Some(policy) => item(&list_of(&root, Part::Policy), policy.wanted).ok_or_else(unknown)?,
        None => root,
    };
    let list = list_of(&parent, extra.live.part);
    let mut tree = as_declared(extra.live, basis);
    let below = basis.bound.servers.iter().find(|bound| bound.wanted.own.address == server.address).and_then(|bound| bound.live);
    let rules = below.and_then(|live| basis.observed.servers.below.get(&live.id)?.rules.get(&extra.live.id));
    if let (Part::Policy, Some(rules)) = (extra.live.part, rules) {
        let rules: Vec<_> = rules.iter().filter(|rule| !rule.own).map(|rule| as_declared(rule, basis)).collect();
        if !rules.is_empty() {
            tree["rules"] = Value::Array(rules);
        }
    }
    list.gains(tree, basis, files)
}

/// Returns a live part as a document declares it: known fields alone, without what the server has where nothing is said.
fn as_declared(live: &LivePart, basis: &Basis<'_>) -> Value {
    let mut tree = Value::Object(Map::new());
    // In the order of the table: what it is called comes first.
    let order: Vec<_> = every_leaf(live.part.table()).into_iter().map(|(path, _)| path).collect();
    let mut known = leaves(live.part.table(), &live.body);
    known.retain(|leaf| leaf.field.is_some_and(|field| !field.rule.ours && field.rule.facet == Facet::Body) && !leaf.value.is_null());
    known.sort_by_key(|leaf| order.iter().position(|path| *path == leaf.path));
    for Leaf { path, field, value, free: _ } in known {
        let is_default = field.is_some_and(|field| field.rule.absent.is_some() && same(Some(field), value, None));
        if live.part == Part::Policy && path == Path::of(CLIENTS) {
            let ids = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            path.set(&mut tree, ids.map(|id| named(id, basis)).collect());
        } else if !is_default {
            path.set(&mut tree, value.clone());
        }
    }
    if live.part.has_lifecycle() && live.status == Some(Status::Inactive) {
        tree["status"] = json!(Status::Inactive.as_str());
    }
    if live.part == Part::Rule && tree.get("conditions").is_none() {
        tree["conditions"] = json!({});
    }
    tree
}
