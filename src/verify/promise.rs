//! Clients, grants and rules to the tokens that the manifests promise: which client gets one, of whom, for which scopes, for how long.
//!
//! Policies, then the rules of each, are tried in ascending priority, and the first that matches decides. So each scope is promised by the
//! first rule that has it, and each rule is tried with exactly the scopes that it is the first to have.

use std::collections::BTreeSet;

use super::client::{CLIENT_CREDENTIALS, Client};
use crate::address::Address;
use crate::bind::{self, Bound, BoundChild, BoundServer};
use crate::desired::{Grant, ServerPart};
use crate::observed::Status;
use crate::request::Issuer;
use crate::resource::authorization_server::{DEFAULT, Part, born_with};

/// How long the org's own tokens are good for, in seconds: nobody can change it (okta-api.md, section 6).
const ORG_LIFETIME: u64 = 3600;

/// A token that the manifests promise to a client.
#[derive(Debug, Clone)]
pub struct Promise<'a> {
    /// The client.
    pub client: &'a Client<'a>,
    /// What promises it.
    pub by: By<'a>,
    /// For which scopes; never empty.
    pub scopes: Vec<String>,
    /// For how many seconds; `None` if no manifest says.
    pub lifetime: Option<u64>,
}

/// What promises a token.
#[derive(Debug, Clone)]
pub enum By<'a> {
    /// Grants of the org's own scopes; never none.
    Grants(Vec<&'a Grant>),
    /// A rule of an authorization server.
    Rule {
        /// The server.
        server: &'a BoundServer<'a>,
        /// The policy.
        policy: &'a BoundChild<'a>,
        /// The rule.
        rule: &'a BoundChild<'a>,
    },
}

impl Promise<'_> {
    /// Returns the address of the authorization server; `None` for the org itself.
    pub fn server(&self) -> Option<&Address> {
        match &self.by {
            By::Grants(_) => None,
            By::Rule { server, .. } => Some(&server.wanted.own.address),
        }
    }

    /// Returns who is to be asked; `None` if the server is not there.
    pub fn issuer(&self) -> Option<Issuer> {
        match &self.by {
            By::Grants(_) => Some(Issuer::Org),
            By::Rule { server, .. } => {
                server.live.map(|live| Issuer::Server(if live.own { DEFAULT.to_owned() } else { live.id.0.clone() }))
            }
        }
    }

    /// Returns the documents whose objects it is about.
    pub fn documents(&self) -> BTreeSet<Address> {
        let mut documents = self.client.documents();
        match &self.by {
            By::Grants(grants) => documents.extend(grants.iter().map(|grant| grant.address.top())),
            By::Rule { server, .. } => drop(documents.insert(server.wanted.own.address.top())),
        }
        documents
    }
}

/// Returns every promise to some clients, in the order of client, server and rule.
pub fn promises<'a>(clients: &'a [Client<'a>], bound: &'a Bound<'a>) -> Vec<Promise<'a>> {
    let of = |client: &'a Client<'a>| {
        let servers =
            bound.servers.iter().filter(|server| server.wanted.own.status.as_ref().map(|(status, _)| *status) != Some(Status::Inactive));
        of_the_org(client).into_iter().chain(servers.flat_map(move |server| of_a_server(client, server)))
    };
    clients.iter().flat_map(of).collect()
}

fn of_the_org<'a>(client: &'a Client<'a>) -> Option<Promise<'a>> {
    let grants: Vec<_> = client.wanted.grants.iter().flatten().collect();
    let scopes: BTreeSet<_> = grants.iter().map(|grant| grant.scope.clone()).collect();
    let scopes: Vec<_> = scopes.into_iter().collect();
    (!scopes.is_empty()).then_some(Promise { client, by: By::Grants(grants), scopes, lifetime: Some(ORG_LIFETIME) })
}

fn of_a_server<'a>(client: &'a Client<'a>, server: &'a BoundServer<'a>) -> Vec<Promise<'a>> {
    let mut promised = BTreeSet::new();
    let mut promises = Vec::new();
    let policies = in_order(server.children.iter().filter(|child| child.wanted.part == Part::Policy));
    for policy in policies.into_iter().filter(|policy| is_for(policy, client)) {
        let below = |child: &&BoundChild<'_>| child.policy.is_some_and(|parent| parent.wanted.address == policy.wanted.address);
        for rule in in_order(server.children.iter().filter(below)) {
            let scopes = scopes_of(rule.wanted, server);
            let first: Vec<_> = scopes.into_iter().filter(|scope| promised.insert(scope.clone())).collect();
            if !first.is_empty() {
                let minutes = rule.wanted.value(LIFETIME).and_then(serde_json::Value::as_u64);
                let by = By::Rule { server, policy, rule };
                promises.push(Promise { client, by, scopes: first, lifetime: minutes.map(|minutes| minutes * 60) });
            }
        }
    }
    promises.sort_by(|a, b| a.rule_address().cmp(&b.rule_address()));
    promises
}

/// Where a rule says for how many minutes its tokens are good.
pub(super) const LIFETIME: &str = "actions.token.accessTokenLifetimeMinutes";

impl Promise<'_> {
    fn rule_address(&self) -> Option<&Address> {
        match &self.by {
            By::Grants(_) => None,
            By::Rule { rule, .. } => Some(&rule.wanted.address),
        }
    }
}

/// Returns those of some siblings that are declared to be in force, in the order in which they are tried.
fn in_order<'a>(siblings: impl Iterator<Item = &'a BoundChild<'a>>) -> Vec<&'a BoundChild<'a>> {
    let mut siblings: Vec<_> = siblings.filter(|child| !matches!(child.wanted.status, Some((Status::Inactive, _)))).collect();
    // Those that do not say where they stand come where they stand at the server, and otherwise last, where Okta puts them.
    siblings.sort_by_key(|child| {
        let declared = child.wanted.value("priority").and_then(serde_json::Value::as_i64);
        declared.or_else(|| child.live.and_then(crate::observed::LivePart::priority)).unwrap_or(i64::MAX)
    });
    siblings
}

/// Tells whether a policy names a client.
fn is_for(policy: &BoundChild<'_>, client: &Client<'_>) -> bool {
    policy.clients.iter().flatten().any(|named| match named {
        bind::Client::All => true,
        bind::Client::There(_, Some(address)) | bind::Client::ToBeMade(address) => *address == client.address(),
        bind::Client::There(id, None) => client.live.is_some_and(|live| live.client_id == *id),
    })
}

/// Returns the scopes that a rule gives clients, as far as a client can have them without somebody's consent. `*` is what the document
/// declares.
fn scopes_of(rule: &ServerPart, server: &BoundServer<'_>) -> Vec<String> {
    let grants = rule.list("conditions.grantTypes.include").unwrap_or_default();
    if !grants.contains(&CLIENT_CREDENTIALS) {
        return Vec::new();
    }
    let named = rule.list("conditions.scopes.include").unwrap_or_default();
    // Those of OpenID Connect are about people.
    let own = |scope: &str| born_with::is_born_with(Part::Scope, &[scope.to_owned()]);
    let scopes: BTreeSet<String> = if named.contains(&"*") {
        let declared = server.wanted.scopes.iter().flatten().filter(|scope| scope.text("consent") != Some("REQUIRED"));
        declared.map(|scope| scope.name().to_owned()).filter(|scope| !own(scope)).collect()
    } else {
        named.into_iter().filter(|scope| !own(scope)).map(str::to_owned).collect()
    };
    scopes.into_iter().collect()
}
