//! The fields of authorization servers and of what they consist of, and children that nobody declares.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::fields::Declaration;
use super::priority::{Sibling, to_be_sent};
use super::{Change, Changes, Choices, FieldChange, LeftAlone};
use crate::address::Address;
use crate::bind::{Bound, BoundChild, BoundServer, Client, Extra, Parent};
use crate::desired::ServerPart;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::CANNOT_UPDATE;
use crate::json::Path;
use crate::observed::{Aspect, LivePart, Observed, Status, Trace};
use crate::resource::Facet;
use crate::resource::authorization_server::{Part, PolicyClient, born_with};

/// Where a policy names its clients.
const CLIENTS: &str = "conditions.clients.include";

/// The differences of an authorization server, or of a child of one.
#[derive(Debug, Clone)]
pub struct PartChanges<'a> {
    /// What is declared.
    pub wanted: &'a ServerPart,
    /// The live object, if there is one.
    pub live: Option<&'a LivePart>,
    /// The server of a child; `None` of the server itself.
    pub server: Option<Parent<'a>>,
    /// The policy of a rule.
    pub policy: Option<Parent<'a>>,
    /// The difference; never a replacement.
    pub change: Option<Change>,
    /// The apps whose client ids a policy waits for.
    pub awaits: Vec<&'a Address>,
    /// Whether it is not there because its server is not, and will be there as soon as that is.
    pub born: bool,
}

/// A child of an authorization server that no document declares, and that is to go.
#[derive(Debug, Clone)]
pub struct Retired<'a> {
    /// Where it would stand if it were declared.
    pub address: Address,
    /// The child.
    pub live: &'a LivePart,
    /// Its server.
    pub server: Parent<'a>,
    /// The policy of a rule.
    pub policy: Option<Parent<'a>>,
}

impl PartChanges<'_> {
    /// Returns whether there is no difference at all.
    pub fn is_empty(&self) -> bool {
        let Self { wanted: _, live: _, server: _, policy: _, change, awaits: _, born: _ } = self;
        change.is_none()
    }
}

/// Compares everything that is declared of authorization servers. Apps are compared before: an app that is replaced gets another client id.
pub(super) fn compare<'a>(bound: &Bound<'a>, observed: &'a Observed, choices: &Choices, changes: &mut Changes<'a>) {
    let apps = apps(bound, changes);
    for server in &bound.servers {
        let own = Parent { wanted: &server.wanted.own, live: server.live };
        if choices.select.has(&own.wanted.address) {
            changes.servers.push(part(own, None, None, fields(own.wanted, own.live), Vec::new()));
        }
        let moved = moved(server, observed);
        for child in server.children.iter().filter(|child| choices.select.has(&child.wanted.address)) {
            let mut differing = fields(child.wanted, child.live);
            prioritise(child, moved.contains(&child.wanted.address), &mut differing);
            let (clients, awaits) = clients(child, &apps);
            differing.extend(clients);
            let entry = part(Parent { wanted: child.wanted, live: child.live }, Some(own), child.policy, differing, awaits);
            if let Some(problem) = cannot_be_made(&entry) {
                changes.problems.push(problem);
            }
            changes.servers.push(entry);
        }
        for extra in &server.extras {
            retire(own, extra, choices, changes);
        }
    }
}

fn part<'a>(
    own: Parent<'a>,
    server: Option<Parent<'a>>,
    policy: Option<Parent<'a>>,
    fields: Vec<FieldChange>,
    awaits: Vec<&'a Address>,
) -> PartChanges<'a> {
    let Parent { wanted, live } = own;
    let born = live.is_none() && server.is_some_and(|server| server.live.is_none()) && born_with::is_born_with(wanted.part, &wanted.key);
    let change = match live {
        None => Some(Change::Create { fields }),
        Some(_) => (!fields.is_empty()).then_some(Change::Update { fields }),
    };
    PartChanges { wanted, live, server, policy, change, awaits, born }
}

/// Returns where the body and the status differ; everything that is declared if there is no live object.
fn fields(wanted: &ServerPart, live: Option<&LivePart>) -> Vec<FieldChange> {
    let declaration = Declaration { row: wanted.part.table(), body: &wanted.body, origins: &wanted.origins, origin: &wanted.origin };
    let find = live.map(|live| move |path: &Path| path.find(&live.body).cloned());
    let mut fields = declaration.differing(find.as_ref());
    if let Some((declared, origin)) = &wanted.status {
        let before = live.and_then(|live| live.status);
        // A new object is in force unless asked otherwise.
        if before.unwrap_or(Status::Active) != *declared {
            fields.push(FieldChange {
                path: Path::of("status"),
                facet: Facet::Status,
                before: before.map(|status| json!(status.as_str())),
                after: Some(json!(declared.as_str())),
                declared: json!(declared.as_str()),
                origin: Some(origin.clone()),
                immutable: false,
            });
        }
    }
    fields
}

/// Puts a priority among the differences if it must be sent, and takes it out if not.
fn prioritise(child: &BoundChild<'_>, moved: bool, differing: &mut Vec<FieldChange>) {
    let (Some(live), Some(declared)) = (child.live, child.wanted.value("priority")) else { return };
    let path = Path::of("priority");
    differing.retain(|field| field.path != path);
    if moved {
        let (before, after) = (live.body.get("priority").cloned(), Some(declared.clone()));
        let origin = Some(child.wanted.origin_of("priority"));
        differing.push(FieldChange { path, facet: Facet::Body, before, after, declared: declared.clone(), origin, immutable: false });
    }
}

/// Returns the policies and rules whose priorities must be sent.
fn moved<'a>(server: &BoundServer<'a>, observed: &'a Observed) -> BTreeSet<&'a Address> {
    let below = server.live.and_then(|live| observed.servers.below.get(&live.id));
    let mut lists: BTreeMap<(Part, Option<&Address>), Vec<&BoundChild<'a>>> = BTreeMap::new();
    for child in server.children.iter().filter(|child| matches!(child.wanted.part, Part::Policy | Part::Rule)) {
        lists.entry((child.wanted.part, child.policy.map(|policy| &policy.wanted.address))).or_default().push(child);
    }
    let mut moved = BTreeSet::new();
    for ((part, _), children) in lists {
        let policy = children.first().and_then(|child| child.policy?.live);
        let there: &[LivePart] = match (below, part, policy) {
            (Some(below), Part::Policy, _) => below.policies.as_deref().unwrap_or_default(),
            (Some(below), _, Some(policy)) => below.rules.get(&policy.id).map_or(&[], Vec::as_slice),
            _ => &[],
        };
        let declared = children.iter().map(|child| Sibling {
            declared: child.wanted.value("priority").and_then(Value::as_i64),
            live: child.live.and_then(LivePart::priority),
        });
        // Those that nobody declares stand in between, Okta's own among them.
        let others = there.iter().filter(|live| children.iter().all(|child| child.live.is_none_or(|known| known.id != live.id)));
        let siblings: Vec<_> = declared.chain(others.map(|live| Sibling { declared: None, live: live.priority() })).collect();
        moved.extend(to_be_sent(&siblings).into_iter().filter_map(|place| children.get(place)).map(|child| &child.wanted.address));
    }
    moved
}

/// Returns the client ids of declared apps that are there and stay as they are.
fn apps<'a>(bound: &Bound<'a>, changes: &Changes<'a>) -> BTreeMap<&'a str, &'a Address> {
    let renewed = |address: &Address| {
        let replaced = |app: &super::AppChanges<'_>| app.wanted.address == *address && matches!(app.change, Some(Change::Replace { .. }));
        changes.apps.iter().any(replaced)
    };
    let declared = bound.apps.iter().filter(|app| app.wanted().is_declared() && !renewed(&app.wanted().address));
    let apps = declared.filter_map(|app| Some((app.live()?.client_id.as_str(), &app.wanted().address)));
    let replaced = |address: &Address| changes.clients.iter().any(|entry| entry.bound.wanted.address == *address && entry.is_replaced());
    let clients = bound.clients.iter().filter_map(|client| Some((client.live?.0.id.0.as_str(), &client.wanted.address)));
    apps.chain(clients.filter(|(_, address)| !replaced(address))).collect()
}

/// Compares the clients of a policy; returns with the difference the apps whose client ids are not known yet.
fn clients<'a>(child: &BoundChild<'a>, apps: &BTreeMap<&str, &Address>) -> (Option<FieldChange>, Vec<&'a Address>) {
    let Some(clients) = &child.clients else { return (None, Vec::new()) };
    let mut awaits = Vec::new();
    // A declared app stands as a slot whether it is there or not: a half-done plan reads as the whole one did.
    let slot = |address: &Address| format!("{{{address}}}");
    let (mut wanted, mut known) = (Vec::new(), Vec::new());
    for client in clients {
        match client {
            Client::All => wanted.push(PolicyClient::ALL.to_owned()),
            Client::There(id, None) => wanted.push((*id).to_owned()),
            Client::There(_, Some(address)) | Client::ToBeMade(address) => wanted.push(slot(address)),
        }
        match client {
            Client::All => known.push(PolicyClient::ALL),
            Client::There(id, Some(address)) if apps.get(id).is_none_or(|app| app != address) => awaits.push(*address),
            Client::There(id, _) => known.push(*id),
            Client::ToBeMade(address) => awaits.push(*address),
        }
    }
    wanted.sort();
    known.sort_unstable();
    known.dedup();
    let path = Path::of(CLIENTS);
    let live = child.live.and_then(|live| path.find(&live.body)).and_then(Value::as_array).map(|live| {
        let mut texts: Vec<&str> = live.iter().filter_map(Value::as_str).collect();
        texts.sort_unstable();
        texts.dedup();
        texts
    });
    if awaits.is_empty() && live.as_ref() == Some(&known) {
        return (None, awaits);
    }
    // Who is declared stands by its name on both sides, so that people see who comes and who goes.
    let before = live.map(|live| {
        let named = live.into_iter().map(|id| apps.get(id).map_or_else(|| id.to_owned(), |app| slot(app)));
        named.collect::<BTreeSet<_>>()
    });
    let origin = child.wanted.clients.iter().flatten().map(|(_, origin)| origin.clone()).next();
    let (after, declared) = (Some(json!(wanted)), json!(wanted));
    let origin = Some(origin.unwrap_or_else(|| child.wanted.origin.clone()));
    let before = before.map(|before| json!(before));
    (Some(FieldChange { path, facet: Facet::Body, before, after, declared, origin, immutable: false }), awaits)
}

/// Returns an error for a claim of Okta's own that is missing from a server: nobody else can make it.
fn cannot_be_made(entry: &PartChanges<'_>) -> Option<Diagnostic> {
    let PartChanges { wanted, live, born, .. } = entry;
    let own = wanted.part == Part::Claim && wanted.text("valueType") == Some("SYSTEM");
    (own && live.is_none() && !born).then(|| {
        let message = format!("{} is Okta's own, and the server has no such claim", wanted.address);
        let diagnostic = Diagnostic::error(CANNOT_UPDATE, Some(wanted.origin.clone()), message);
        diagnostic.help("take it out, or declare a claim with a `value` of your own")
    })
}

/// Decides what becomes of a child that no document has.
fn retire<'a>(server: Parent<'a>, extra: &Extra<'a>, choices: &Choices, changes: &mut Changes<'a>) {
    let Extra { live, policy, prunable } = *extra;
    let address = extra.address(&server.wanted.address);
    if !choices.select.has(&address) {
        return;
    }
    if prunable && choices.prune {
        changes.retired.push(Retired { address, live, server, policy });
        return;
    }
    let what = format!("the {} `{}` ({}) is not declared", live.part.as_str(), live.name(), live.id);
    let (what, flag) = if prunable {
        (what, Some("--prune".to_owned()))
    } else {
        (format!("{what}; `metadata.prune: true` in the document would allow pruning below the built-in server"), None)
    };
    let ids: Vec<_> = policy.iter().chain([&server]).filter_map(|parent| Some(&parent.live?.id)).collect();
    let trace = Trace::part(live.part, &live.id, &ids, Aspect::Being);
    changes.left_alone.push(LeftAlone { address, what, flag, trace });
}
