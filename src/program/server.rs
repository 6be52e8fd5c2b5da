//! Making, changing and removing authorization servers and what they consist of: one action for each object.
//!
//! ```text
//! server ─▶ scope ─▶ claim ─┐     policies of one server, and rules of one policy, are written one at a time,
//! App ─▶ policy ────────────┴▶ rule     those with priorities in ascending order
//! ```
//!
//! Declared objects stand in paths as slots, whether they are there or not. What Okta makes along with a server is found in its list and
//! then replaced, with the same request whether the server is there already or made by the plan.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::step::Declared;
use super::withheld::Withheld;
use super::{Action, Body, Call, ClientSlot, Edit, Expect, Probe, Program, Step, Subject, Verb, lines};
use crate::address::{Address, Kind};
use crate::desired::ServerPart;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::NOT_SELECTED;
use crate::diff::{Change, Changes, FieldChange, PartChanges, Retired};
use crate::json::Path;
use crate::observed::Status;
use crate::request::{Method, segment};
use crate::resource::authorization_server::born_with::is_born_with;
use crate::resource::authorization_server::{Part, SERVERS, claims_below, policies_below, rules_below, scopes_below};
use crate::resource::{Facet, leaves, merged};

/// Where a policy names its clients.
const CLIENTS: &str = "conditions.clients.include";
const PRIORITY: &str = "priority";

/// Adds the actions on servers and what they consist of.
pub(super) fn actions(changes: &Changes<'_>, program: &mut Program) {
    let made: BTreeSet<&Address> = changes.servers.iter().filter(|entry| !entry.is_empty()).map(|entry| &entry.wanted.address).collect();
    // By the list that siblings are in: those that a priority is sent to.
    let mut placed: BTreeMap<String, Vec<(i64, Address)>> = BTreeMap::new();
    let first = program.actions.len();
    for entry in &changes.servers {
        let Some(mut action) = action(entry, program) else { continue };
        let left_out = entry.awaits.iter().filter(|app| !is_made(app, changes));
        left_out.for_each(|app| program.problems.push(not_selected(entry.wanted, app)));
        action.after = waits(entry, &made);
        if let Some(priority) = sent_priority(entry) {
            placed.entry(list(entry)).or_default().push((priority, action.address.clone()));
        }
        program.actions.push(action);
    }
    let mut before = BTreeMap::new();
    for siblings in placed.values_mut() {
        siblings.sort();
        before.extend(siblings.windows(2).map(|pair| (pair[1].1.clone(), pair[0].1.clone())));
    }
    for action in &mut program.actions[first..] {
        action.after.extend(before.remove(&action.address));
    }
    for extra in &changes.retired {
        let mut action = retire(extra);
        let users = changes.retired.iter().filter(|other| other.server.wanted.address == extra.server.wanted.address && uses(other, extra));
        action.after = users.map(|user| user.address.clone()).collect();
        program.actions.push(action);
    }
}

/// Returns whether an app or a registered client is among what is made.
fn is_made(address: &Address, changes: &Changes<'_>) -> bool {
    let of_it = changes.apps.iter().filter(|app| app.wanted.address == *address);
    let clients = changes.clients.iter().filter(|entry| entry.bound.wanted.address == *address);
    let mut made = of_it.map(|app| &app.change).chain(clients.map(|entry| &entry.change));
    made.any(|change| matches!(change, Some(Change::Create { .. } | Change::Replace { .. })))
}

/// Returns the path of the list that an object is in; its parents stand in it as slots.
fn list(entry: &PartChanges<'_>) -> String {
    below(entry.wanted.part, entry.server.map(|server| &server.wanted.address), entry.policy.map(|policy| &policy.wanted.address))
}

fn below(part: Part, server: Option<&Address>, policy: Option<&Address>) -> String {
    let slot = |address: Option<&Address>| address.map(|address| format!("{{{address}}}")).unwrap_or_default();
    match part {
        Part::Server => SERVERS.to_owned(),
        Part::Scope => scopes_below(&slot(server)),
        Part::Claim => claims_below(&slot(server)),
        Part::Policy => policies_below(&slot(server)),
        Part::Rule => rules_below(&slot(server), &slot(policy)),
    }
}

/// Returns an action without steps, in the lane of the objects that it must not be written at the same time with.
fn new(part: Part, address: Address, verb: Verb, title: &str, server: Option<&Address>, policy: Option<&Address>) -> Action {
    // Okta numbers siblings anew while one is written, and refuses another in the meantime (E0000239).
    let lane = match part {
        Part::Server | Part::Scope | Part::Claim => None,
        Part::Policy => server,
        Part::Rule => policy,
    };
    let lane = lane.map(|address| Subject::Slot(address.clone()));
    Action { lane, ..Action::new(address.clone(), verb, title, Subject::Slot(address)) }
}

fn action(entry: &PartChanges<'_>, program: &mut Program) -> Option<Action> {
    let wanted = entry.wanted;
    let (verb, fields) = match entry.change.as_ref()? {
        Change::Create { fields } => (Verb::Create, fields),
        Change::Update { fields } => (Verb::Update, fields),
        Change::Replace { .. } => unreachable!("nothing of an authorization server is immutable, so nothing of one is replaced"),
    };
    let (server, policy) = (entry.server.map(|server| &server.wanted.address), entry.policy.map(|policy| &policy.wanted.address));
    let mut action = new(wanted.part, wanted.address.clone(), verb, wanted.name(), server, policy);
    action.fields = lines(fields);
    let path = format!("{}/{{{}}}", list(entry), wanted.address);
    if entry.born {
        action.notes.push("Okta makes it along with the server; it is found and changed".to_owned());
    }
    if verb == Verb::Create && !entry.born {
        action.steps.push(create(entry, fields));
    } else if fields.iter().any(|field| field.facet == Facet::Body) {
        let problem = entry.live.and_then(|live| {
            let ServerPart { address, origin, .. } = wanted;
            let help = "change it in Okta's Admin Console";
            Withheld { address, origin, sort: live.part.as_str(), id: &live.id, places: &live.withheld, help }.problem()
        });
        if let Some(problem) = problem {
            program.problems.push(problem);
        }
        action.steps.push(update(entry, fields, &path));
    }
    if fields.iter().any(|field| field.facet == Facet::Status)
        && let Some((status, _)) = &wanted.status
    {
        let there = entry.live.and_then(|live| live.status).unwrap_or(Status::Active);
        let pre = vec![Expect::StatusIs(there)];
        action.steps.push(lifecycle(wanted.part, &path, *status, pre, Expect::StatusIs(*status)));
    }
    Some(action)
}

fn create(entry: &PartChanges<'_>, fields: &[FieldChange]) -> Step {
    let wanted = entry.wanted;
    let mut tree = json!({});
    if let Some((member, value)) = wanted.part.implied() {
        tree[member] = json!(value);
    }
    if wanted.part == Part::Rule {
        // Okta requires the member, whatever is in it (okta-api.md, section 5).
        tree["conditions"] = json!({});
    }
    // A status goes along where there is one in the body, so that what is not to be in force never is.
    let sent = fields.iter().filter(|field| field.facet == Facet::Body || matches!(wanted.part, Part::Policy | Part::Rule));
    for field in sent {
        if let Some(value) = &field.after {
            field.path.set(&mut tree, value.clone());
        }
    }
    let list = list(entry);
    Step {
        call: Call {
            method: Method::Post,
            path: list.clone(),
            query: Vec::new(),
            body: Body::Json { tree, secrets: [].into(), clients: clients(fields) },
        },
        probe: Probe::FindPart { part: wanted.part, list, key: wanted.key.clone() },
        pre: vec![Expect::NoObject],
        post: vec![declared(wanted, fields)],
    }
}

fn update(entry: &PartChanges<'_>, fields: &[FieldChange], path: &str) -> Step {
    let wanted = entry.wanted;
    let own = is_born_with(wanted.part, &wanted.key);
    let mut edits: Vec<_> = if own {
        // All that is declared: what of it differs is not known before the server is there.
        let there = |path: &Path| entry.live.and_then(|live| path.find(&live.body));
        let leaves = leaves(wanted.part.table(), &wanted.body).into_iter();
        leaves.map(|leaf| Edit { path: Path::clone(&leaf.path), value: merged(&leaf, there(&leaf.path)) }).collect()
    } else {
        let body = fields.iter().filter(|field| field.facet == Facet::Body);
        body.map(|field| Edit { path: field.path.clone(), value: field.after.clone() }).collect()
    };
    // A filter is of claims about groups alone: one that becomes another has none (okta-api.md, section 5).
    let filter = Path::of("group_filter_type");
    if wanted.text("valueType").is_some_and(|sort| sort != "GROUPS") && entry.live.is_some_and(|live| filter.find(&live.body).is_some()) {
        edits.push(Edit { path: filter, value: None });
    }
    let mut post = vec![declared(wanted, fields)];
    post.extend(sent_priority(entry).map(Expect::Placed));
    let pre = entry.live.map_or(Expect::AsCreated, |live| Expect::BodyIs(live.fingerprint()));
    let probe = if own {
        Probe::FindPart { part: wanted.part, list: list(entry), key: wanted.key.clone() }
    } else {
        Probe::PartByPath { part: wanted.part, path: path.to_owned() }
    };
    let body = Body::Edited { edits, secrets: [].into(), clients: clients(fields) };
    Step { call: Call { method: Method::Put, path: path.to_owned(), query: Vec::new(), body }, probe, pre: vec![pre], post }
}

fn lifecycle(part: Part, path: &str, status: Status, pre: Vec<Expect>, post: Expect) -> Step {
    let verb = if status == Status::Active { "activate" } else { "deactivate" };
    Step {
        call: Call { method: Method::Post, path: format!("{path}/lifecycle/{verb}"), query: Vec::new(), body: Body::None },
        probe: Probe::PartByPath { part, path: path.to_owned() },
        pre,
        post: vec![post],
    }
}

/// Returns the action that takes a child out of force and then away.
fn retire(extra: &Retired<'_>) -> Action {
    let Retired { address, live, server, policy } = extra;
    let (server, policy) = (Some(&server.wanted.address), policy.map(|policy| &policy.wanted.address));
    let mut action = new(live.part, address.clone(), Verb::Delete, live.name(), server, policy);
    if live.part == Part::Policy {
        action.notes.push("its rules go with it".to_owned());
    }
    let path = format!("{}/{}", below(live.part, server, policy), segment(&live.id.0));
    let is_planned = Expect::BodyIs(live.fingerprint());
    let mut pre = vec![is_planned.clone()];
    if live.part.has_lifecycle() {
        if live.status == Some(Status::Active) {
            let pre = vec![is_planned, Expect::StatusIs(Status::Active)];
            action.steps.push(lifecycle(live.part, &path, Status::Inactive, pre, Expect::PartRetired));
        }
        pre.push(Expect::StatusIs(Status::Inactive));
    }
    action.steps.push(Step {
        call: Call { method: Method::Delete, path: path.clone(), query: Vec::new(), body: Body::None },
        probe: Probe::PartByPath { part: live.part, path },
        pre,
        post: vec![Expect::NoObject],
    });
    action
}

/// Returns whether a child that is to go needs another one that is to go: it names the scope, or may have a rule that does.
fn uses(child: &Retired<'_>, other: &Retired<'_>) -> bool {
    let names = |list: &str| {
        let scopes = Path::of(list).find(&child.live.body).and_then(Value::as_array);
        scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope == other.live.name()))
    };
    other.live.part == Part::Scope
        && match child.live.part {
            Part::Claim => names("conditions.scopes"),
            Part::Rule => names("conditions.scopes.include"),
            Part::Policy => true,
            Part::Server | Part::Scope => false,
        }
}

/// Returns that everything which is declared is so, whether this plan changes it or not, but for the priority.
fn declared(wanted: &ServerPart, fields: &[FieldChange]) -> Expect {
    let body = leaves(wanted.part.table(), &wanted.body).into_iter().filter(|leaf| leaf.path != Path::of(PRIORITY));
    let body = body.map(|leaf| Declared { path: Path::clone(&leaf.path), value: leaf.value.clone() });
    let clients = fields.iter().filter(|field| field.path == Path::of(CLIENTS));
    Expect::Fields(body.chain(clients.map(|field| Declared { path: field.path.clone(), value: field.declared.clone() })).collect())
}

/// Returns the places of a policy's clients where the client id of a declared app comes.
fn clients(fields: &[FieldChange]) -> Vec<ClientSlot> {
    let list = Path::of(CLIENTS);
    let sent = fields.iter().filter(|field| field.path == list).filter_map(|field| field.after.as_ref()?.as_array());
    let slots = sent.flatten().enumerate().filter_map(|(index, client)| {
        let slot = client.as_str()?.strip_prefix('{')?.strip_suffix('}')?;
        let app = slot.parse::<Address>().ok().filter(|address| matches!(address.kind, Kind::App | Kind::Client))?;
        Some(ClientSlot { path: list.index(index), app })
    });
    slots.collect()
}

/// Returns the priority that the request on an object sends.
fn sent_priority(entry: &PartChanges<'_>) -> Option<i64> {
    let (Change::Create { fields } | Change::Update { fields }) = entry.change.as_ref()? else { return None };
    let field = fields.iter().find(|field| field.path == Path::of(PRIORITY))?;
    field.after.as_ref().and_then(Value::as_i64)
}

/// Returns what must be done before: parents, the scopes that a claim or rule names, and the apps that a policy is for.
fn waits(entry: &PartChanges<'_>, made: &BTreeSet<&Address>) -> BTreeSet<Address> {
    let server = entry.server.map(|server| &server.wanted.address);
    let parents = server.into_iter().chain(entry.policy.map(|policy| &policy.wanted.address)).cloned();
    let scopes = entry.wanted.scopes().into_iter().filter_map(|scope| Some(server?.below([Part::Scope.as_str(), scope])));
    let apps = entry.awaits.iter().copied().cloned();
    parents.chain(scopes).filter(|address| made.contains(address)).chain(apps).collect()
}

/// Returns an error for a client that is to be made, and not by this plan.
fn not_selected(policy: &ServerPart, app: &Address) -> Diagnostic {
    let origin = policy.clients.iter().flatten().find(|(client, _)| client.address().as_ref() == Some(app));
    let origin = origin.map_or_else(|| policy.origin.clone(), |(_, origin)| origin.clone());
    let message = format!("{} is for {app}, which is not there and not selected", policy.address);
    Diagnostic::error(NOT_SELECTED, Some(origin), message).help(format!("select it too, with `--select {app}`, or apply it first"))
}
