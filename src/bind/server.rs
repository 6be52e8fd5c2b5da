//! The rules of identity for authorization servers, which bear no mark, and for what they consist of.
//!
//! ```text
//! metadata.id ─▶ name, which of the built-in server is `default`
//! scope, policy: name   claim: sort of token and name   rule: name, within its policy
//! ```
//!
//! What Okta makes along with a server is found by these rules like anything else, and is never among what nobody declares.

use std::collections::BTreeMap;

use super::{AMBIGUOUS, Bound, BoundApp, BoundClient, NOT_THERE, TWICE};
use crate::address::Address;
use crate::desired::{Desired, Server, ServerPart};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin};
use crate::observed::{Children, Id, LiveApp, LivePart, Observed};
use crate::resource::Reference;
use crate::resource::authorization_server::PolicyClient;

/// A declared authorization server and its live counterpart.
#[derive(Debug, Clone)]
pub struct BoundServer<'a> {
    /// What is declared.
    pub wanted: &'a Server,
    /// The live server, if there is one.
    pub live: Option<&'a LivePart>,
    /// Its declared children, parents before children.
    pub children: Vec<BoundChild<'a>>,
    /// Live children that nobody declares, of those kinds that the document speaks of; without Okta's own.
    pub extras: Vec<Extra<'a>>,
}

/// A declared child of an authorization server and its live counterpart.
#[derive(Debug, Clone)]
pub struct BoundChild<'a> {
    /// What is declared.
    pub wanted: &'a ServerPart,
    /// The live object, if there is one.
    pub live: Option<&'a LivePart>,
    /// The policy that a rule belongs to.
    pub policy: Option<Parent<'a>>,
    /// The clients that a policy is for; `None` if it does not say.
    pub clients: Option<Vec<Client<'a>>>,
}

/// The policy that a rule belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Parent<'a> {
    /// What is declared.
    pub wanted: &'a ServerPart,
    /// The live policy, if there is one.
    pub live: Option<&'a LivePart>,
}

/// A live child that nobody declares.
#[derive(Debug, Clone, Copy)]
pub struct Extra<'a> {
    /// The child.
    pub live: &'a LivePart,
    /// The policy that a rule belongs to.
    pub policy: Option<Parent<'a>>,
    /// Whether it may be pruned: below the built-in server only if the document says so.
    pub prunable: bool,
}

/// A client that a policy is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Client<'a> {
    /// Every client.
    All,
    /// An app that is there; its client id. If a manifest declares it, with its address.
    There(&'a str, Option<&'a Address>),
    /// An app that is to be made.
    ToBeMade(&'a Address),
}

impl Extra<'_> {
    /// Returns where it would stand if it were declared, given the address of its server.
    pub fn address(&self, server: &Address) -> Address {
        let parent = self.policy.map_or(server, |policy| &policy.wanted.address);
        self.live.key.iter().fold(parent.below([self.live.part.as_str()]), |address, segment| address.below([segment.as_str()]))
    }
}

impl BoundServer<'_> {
    /// Returns the id of every declared object of it that is there.
    pub(super) fn ids(&self) -> impl Iterator<Item = (Address, Id)> {
        let own = self.live.map(|live| (self.wanted.own.address.clone(), live.id.clone()));
        let children = self.children.iter().filter_map(|child| Some((child.wanted.address.clone(), child.live?.id.clone())));
        own.into_iter().chain(children)
    }
}

/// Finds the live object of each declared server, and of all that is declared of it. Apps are bound before.
pub(super) fn bind<'a>(desired: &'a Desired, observed: &'a Observed, bound: &mut Bound<'a>) {
    let mut taken: BTreeMap<&Id, &Server> = BTreeMap::new();
    let mut problems = Diagnostics::default();
    let pinned_first = |server: &&Server| server.metadata.id.is_none();
    let mut servers: Vec<&Server> = desired.servers.iter().collect();
    servers.sort_by_key(pinned_first);
    for wanted in servers {
        let live = match found(wanted, &observed.servers.listed) {
            Ok(live) => live,
            Err(problem) => {
                bound.problems.push(*problem);
                continue;
            }
        };
        if let Some(live) = live
            && let Some(other) = taken.insert(&live.id, wanted)
        {
            let message = format!("{} is the authorization server {}, which is {}", wanted.own.address, live.id, other.own.address);
            let diagnostic = Diagnostic::error(TWICE, Some(wanted.own.origin.clone()), message);
            bound.problems.push(diagnostic.related(other.own.origin.clone(), "declared here").help("rename or remove one of the two"));
            continue;
        }
        let there = live.and_then(|live| observed.servers.below.get(&live.id));
        let mut server = BoundServer { wanted, live, children: Vec::new(), extras: Vec::new() };
        server.fill(there, &mut |policy| clients(policy, observed, &bound.apps, &bound.clients, &mut bound.problems), &mut problems);
        bound.servers.push(server);
    }
    bound.problems.append(problems);
    bound.servers.sort_by(|a, b| a.wanted.own.address.cmp(&b.wanted.own.address));
}

/// Returns the live server of a document, if there is one.
fn found<'a>(wanted: &Server, listed: &'a [LivePart]) -> Result<Option<&'a LivePart>, Box<Diagnostic>> {
    let error = |code, message: String| Diagnostic::error(code, Some(wanted.own.origin.clone()), message);
    if let Some(id) = &wanted.metadata.id {
        let message = || format!("{} is pinned to `{id}`, and there is no such authorization server", wanted.own.address);
        let help = "correct `metadata.id`, or take it out to have the server found by its name, or made";
        let live = listed.iter().find(|live| live.id.0 == *id);
        return live.map(Some).ok_or_else(|| Box::new(error(NOT_THERE, message()).help(help)));
    }
    // Another server may have been given the name of the built-in one.
    let fits = |live: &&LivePart| if wanted.is_default() { live.own } else { live.name() == wanted.own.name() };
    match listed.iter().filter(fits).collect::<Vec<_>>().as_slice() {
        [] if wanted.is_default() => {
            let message = format!("{} is the built-in server, and this org has none", wanted.own.address);
            Err(Box::new(error(NOT_THERE, message).help("give the server another name to have it made")))
        }
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several => {
            let ids: Vec<_> = several.iter().map(|live| live.id.0.as_str()).collect();
            let message = format!("{} authorization servers have the name of {}: {}", ids.len(), wanted.own.address, ids.join(", "));
            Err(Box::new(error(AMBIGUOUS, message).help("pin the right one with `metadata.id`")))
        }
    }
}

impl<'a> BoundServer<'a> {
    /// Matches everything below the server.
    fn fill(
        &mut self,
        there: Option<&'a Children>,
        clients: &mut impl FnMut(&'a ServerPart) -> Option<Vec<Client<'a>>>,
        problems: &mut Diagnostics,
    ) {
        let Server { own: _, metadata: _, scopes, claims, policies } = self.wanted;
        let live = |of: fn(&Children) -> &Option<Vec<LivePart>>| there.and_then(|there| of(there).as_deref()).unwrap_or_default();
        if let Some(scopes) = scopes {
            self.siblings(&scopes.iter(), live(|there| &there.scopes), None, problems);
        }
        if let Some(claims) = claims {
            self.siblings(&claims.iter(), live(|there| &there.claims), None, problems);
        }
        let Some(policies) = policies else { return };
        self.siblings(&policies.iter().map(|policy| &policy.own), live(|there| &there.policies), None, problems);
        for policy in policies {
            // One that is ambiguous has been reported.
            let Some(own) = self.children.iter_mut().find(|child| child.wanted.address == policy.own.address) else { continue };
            own.clients = clients(&policy.own);
            let parent = Parent { wanted: &policy.own, live: own.live };
            let rules = own.live.and_then(|live| there?.rules.get(&live.id));
            if let Some(declared) = &policy.rules {
                self.siblings(&declared.iter(), rules.map_or(&[][..], Vec::as_slice), Some(parent), problems);
            }
        }
    }

    /// Matches the declared and the live ones of one list.
    fn siblings(
        &mut self,
        declared: &(impl Iterator<Item = &'a ServerPart> + Clone),
        there: &'a [LivePart],
        policy: Option<Parent<'a>>,
        problems: &mut Diagnostics,
    ) {
        for wanted in declared.clone() {
            match there.iter().filter(|live| live.key == wanted.key).collect::<Vec<_>>().as_slice() {
                [] => self.children.push(BoundChild { wanted, live: None, policy, clients: None }),
                [only] => self.children.push(BoundChild { wanted, live: Some(only), policy, clients: None }),
                several => {
                    let ids: Vec<_> = several.iter().map(|live| live.id.0.as_str()).collect();
                    let message = format!("{} live objects have the name of {}: {}", ids.len(), wanted.address, ids.join(", "));
                    let diagnostic = Diagnostic::error(AMBIGUOUS, Some(wanted.origin.clone()), message);
                    problems.push(diagnostic.help("rename or delete all but one at the server: a manifest cannot tell them apart"));
                }
            }
        }
        let prunable = self.wanted.metadata.prune || self.live.is_some_and(|live| !live.own);
        let extras = there.iter().filter(|live| !live.own && declared.clone().all(|wanted| wanted.key != live.key));
        self.extras.extend(extras.map(|live| Extra { live, policy, prunable }));
    }
}

/// Returns who the clients of a policy are at the server.
fn clients<'a>(
    policy: &'a ServerPart,
    observed: &'a Observed,
    apps: &[BoundApp<'a>],
    registered: &[BoundClient<'a>],
    problems: &mut Diagnostics,
) -> Option<Vec<Client<'a>>> {
    let mut clients = Vec::new();
    for (client, origin) in policy.clients.as_ref()? {
        match client {
            PolicyClient::All => clients.push(Client::All),
            PolicyClient::Registered(name) => {
                let client = registered.iter().find(|client| client.wanted.address.name == *name);
                clients.extend(client.map(|client| {
                    let address = &client.wanted.address;
                    client.live.map_or(Client::ToBeMade(address), |(live, _)| Client::There(&live.id.0, Some(address)))
                }));
            }
            PolicyClient::App(Reference::Name(name)) => {
                // An app that could not be told has been reported.
                let app = apps.iter().find(|app| app.wanted().is_declared() && app.wanted().address.name == *name);
                clients.extend(app.map(|app| {
                    let address = &app.wanted().address;
                    app.live().map_or(Client::ToBeMade(address), |live| Client::There(&live.client_id, Some(address)))
                }));
            }
            PolicyClient::App(reference) => match elsewhere(policy, reference, origin, &observed.apps) {
                Ok(live) => clients.push(Client::There(&live.client_id, None)),
                Err(problem) => problems.push(*problem),
            },
        }
    }
    clients.sort();
    Some(clients)
}

/// Returns the app that no manifest declares and that a policy names.
fn elsewhere<'a>(policy: &ServerPart, reference: &Reference, origin: &Origin, apps: &'a [LiveApp]) -> Result<&'a LiveApp, Box<Diagnostic>> {
    let fits = |live: &&LiveApp| match reference {
        Reference::Name(_) => false,
        Reference::Id(id) => live.id.0 == *id,
        Reference::ClientId(id) => live.client_id == *id,
        Reference::Label(label) => live.label == *label,
    };
    let error = |code, message: String| Diagnostic::error(code, Some(origin.clone()), message);
    match apps.iter().filter(fits).collect::<Vec<_>>().as_slice() {
        [only] => Ok(only),
        [] => {
            let message = format!("{} is for the client {reference}, and there is none", policy.address);
            Err(Box::new(error(NOT_THERE, message).help("correct the reference, or declare the app in an App document")))
        }
        several => {
            let ids: Vec<_> = several.iter().map(|live| live.id.0.as_str()).collect();
            let message = format!("{} is for the client {reference}, and there are {}: {}", policy.address, ids.len(), ids.join(", "));
            Err(Box::new(error(AMBIGUOUS, message).help("refer to it by `id`")))
        }
    }
}
