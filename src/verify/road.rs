//! The road from a client to its token, walked over what was read of the org: everything on it that is not as the promise needs it.
//!
//! ```text
//! client (in force, its id, its method, its secret or key) ─▶ its grant types ─▶ its proofs ─▶ server
//!     ─▶ scopes, or grants of the org's own ─▶ policy (in force, for the client) ─▶ rule (in force, for the grant, with the scopes)
//! ```

use std::collections::BTreeSet;

use serde_json::Value;

use super::blame::Blame;
use super::client::{APPLICATION_TYPE, BOUND, CLIENT_CREDENTIALS, CLIENT_ID, Client, Credential, GRANT_TYPES, METHOD};
use super::key::{self, KeyFacts};
use super::promise::{By, Promise};
use crate::address::Kind;
use crate::bind::{BoundChild, BoundServer};
use crate::desired::Grant;
use crate::json::at;
use crate::observed::{LiveGrant, LivePart, LiveSecret, Observed, Status};
use crate::printable::printable_head;
use crate::resource::authorization_server::{Part, PolicyClient};
use crate::secret::SecretHash;

/// A stretch of the road, by what refuses whoever cannot pass it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stretch {
    /// Whether the client is who it says.
    Client,
    /// Whether it may ask by this grant.
    GrantType,
    /// Whether it proves to have the key that its token is bound to.
    Possession,
    /// Whether the server issues anything.
    Server,
    /// Whether there are such scopes for it.
    Scope,
    /// Whether a policy and a rule let it through.
    Policy,
}

impl Stretch {
    /// Tells whether it is about the client alone, rather than about what it asks for.
    pub(super) const fn is_of_client(self) -> bool {
        matches!(self, Self::Client | Self::GrantType | Self::Possession)
    }
}

/// What is known of the org and of what the client proved itself with.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The org.
    pub observed: &'a Observed,
    /// The client's live secrets, if they were read.
    pub secrets: Option<&'a [LiveSecret]>,
    /// The hash of the secret that was used.
    pub hash: Option<&'a SecretHash>,
    /// The key that was used.
    pub key: Option<&'a KeyFacts>,
}

/// Returns everything that stands in the way, in the order of the road.
pub(super) fn walk(promise: &Promise<'_>, credential: Credential<'_>, facts: &Facts<'_>) -> Vec<(Stretch, Blame)> {
    let client = promise.client;
    let on = |stretch: Stretch| move |blame: Blame| (stretch, blame);
    let mut found: Vec<_> = who(client).into_iter().chain(proof(client, credential, facts)).map(on(Stretch::Client)).collect();
    found.extend(grant_type(client).map(on(Stretch::GrantType)));
    found.extend(possession(client).map(on(Stretch::Possession)));
    match &promise.by {
        By::Grants(grants) => {
            found.extend(of_the_org(client).map(on(Stretch::Client)));
            found.extend(ungranted(client, grants, facts.observed).into_iter().map(on(Stretch::Scope)));
        }
        By::Rule { server, policy, rule } => {
            found.extend(down(server).map(on(Stretch::Server)));
            found.extend(scopes(promise, server, rule, facts.observed).into_iter().map(on(Stretch::Scope)));
            found.extend(outside_policy(client, policy).map(on(Stretch::Policy)));
            // A rule goes with its policy.
            let rule = policy.live.map(|_| outside_rule(promise, rule)).unwrap_or_default();
            found.extend(rule.into_iter().map(on(Stretch::Policy)));
        }
    }
    found
}

/// Whether the client is there, in force, and called what it should be.
fn who(client: &Client<'_>) -> Option<Blame> {
    let app = client.wanted;
    let Some(live) = client.live else { return Some(Blame::undone(&app.address, &app.origin, "it is not there")) };
    if live.status == Status::Inactive {
        return Some(Blame::inactive(&app.address, &app.origin, app.status.is_some()));
    }
    let id = client.client_id.as_deref().filter(|id| *id != live.client_id)?;
    let what = format!("its client id is `{}`, not `{}`", printable_head(&live.client_id, 100), printable_head(id, 100));
    Some(Blame::undone(&app.address, &client.origin(CLIENT_ID), what))
}

/// Whether it authenticates in this way, with something that the org knows.
fn proof(client: &Client<'_>, credential: Credential<'_>, facts: &Facts<'_>) -> Option<Blame> {
    let method = client.live_text(METHOD).filter(|method| *method != client.method);
    if let Some(method) = method {
        let what = format!("it authenticates with `{}` at the server, not with `{}`", printable_head(&method, 60), client.method);
        return Some(Blame::undone(client.address(), &client.origin(METHOD), what));
    }
    match credential {
        Credential::Key(key) => key::unknown(client, key, facts.key?),
        Credential::Secret(secret) => {
            let (hash, live) = (facts.hash?, facts.secrets?);
            let active = |secret: &LiveSecret| secret.status == Status::Active;
            match live.iter().filter(|live| live.hash == *hash).collect::<Vec<_>>().as_slice() {
                [] => {
                    let what = format!("the value of {} is none of the client's secrets", secret.reference);
                    let remedy = match client.address().kind {
                        // A file that is there is never overwritten.
                        Kind::Client => "put the right value there; or delete the file, and have a new secret made\n    idpctl apply",
                        _ => "put the right value there; or, if it is to be a secret of the client, have it added\n    idpctl apply",
                    };
                    Some(Blame::new(&secret.address, &secret.origin, what, remedy))
                }
                known if known.iter().any(|live| active(live)) => None,
                _ => Some(Blame::undone(&secret.address, &secret.origin, "it is INACTIVE")),
            }
        }
    }
}

fn grant_type(client: &Client<'_>) -> Option<Blame> {
    let Some(Value::Array(grants)) = client.live_value(GRANT_TYPES) else { return None };
    let may = grants.iter().any(|grant| grant == CLIENT_CREDENTIALS);
    (!may).then(|| Blame::undone(client.address(), &client.origin(GRANT_TYPES), format!("its grant types lack `{CLIENT_CREDENTIALS}`")))
}

fn possession(client: &Client<'_>) -> Option<Blame> {
    let bound = client.live_value(BOUND) == Some(Value::Bool(true));
    (bound && !client.bound)
        .then(|| Blame::undone(client.address(), &client.origin(BOUND), "its tokens are bound to keys (DPoP) at the server"))
}

/// What the org's own server demands of a client, which no other does.
fn of_the_org(client: &Client<'_>) -> Option<Blame> {
    if client.method != "private_key_jwt" {
        let what = format!("it authenticates with `{}`, and the org itself issues tokens for `private_key_jwt` alone", client.method);
        let remedy = "set `token_endpoint_auth_method: private_key_jwt` with keys, or take its grants out";
        return Some(Blame::new(client.address(), &client.origin(METHOD), what, remedy));
    }
    let sort = client.live_text(APPLICATION_TYPE).filter(|sort| sort != "service")?;
    let what = format!("it is a `{}` application, and the org itself issues tokens to services alone", printable_head(&sort, 60));
    let remedy = "make it an app of `application_type: service`, which is another app, or take its grants out";
    Some(Blame::new(client.address(), &client.origin(APPLICATION_TYPE), what, remedy))
}

fn ungranted(client: &Client<'_>, grants: &[&Grant], observed: &Observed) -> Vec<Blame> {
    let live = client.live.and_then(|live| observed.grants.get(&live.id)).map(Vec::as_slice).unwrap_or_default();
    let is_granted = |scope: &str| live.iter().any(|live: &LiveGrant| live.scope == scope);
    let missing = grants.iter().filter(|grant| !is_granted(&grant.scope));
    missing.map(|grant| Blame::undone(&grant.address, &grant.origin, "the scope is not granted")).collect()
}

/// Whether the server is there, and in force.
pub(super) fn down(server: &BoundServer<'_>) -> Option<Blame> {
    let own = &server.wanted.own;
    match server.live.map(|live| live.status) {
        None => Some(Blame::undone(&own.address, &own.origin, "it is not there")),
        Some(Some(Status::Inactive)) => Some(inactive(own)),
        Some(_) => None,
    }
}

fn inactive(part: &crate::desired::ServerPart) -> Blame {
    let origin = part.status.as_ref().map_or(&part.origin, |(_, origin)| origin);
    Blame::inactive(&part.address, origin, part.status.is_some())
}

/// Which of the scopes the server does not have, or not for a client by itself.
fn scopes(promise: &Promise<'_>, server: &BoundServer<'_>, rule: &BoundChild<'_>, observed: &Observed) -> Vec<Blame> {
    let there = server.live.and_then(|live| observed.servers.below.get(&live.id)).and_then(|below| below.scopes.as_deref());
    let Some(there) = there else { return Vec::new() };
    let mut found = Vec::new();
    for scope in &promise.scopes {
        let declared = server.wanted.scopes.iter().flatten().find(|part| part.name() == scope);
        let address = declared.map_or_else(|| server.wanted.own.address.below(["scope", scope]), |part| part.address.clone());
        let origin = declared.map_or_else(|| rule.wanted.origin_of("conditions.scopes.include"), |part| part.origin.clone());
        let live = there.iter().find(|live| live.name() == scope);
        match (live, declared) {
            (None, Some(_)) => found.push(Blame::undone(&address, &origin, "it is not there")),
            (None, None) => {
                let (what, remedy) = (
                    "no manifest declares it, and it is not there",
                    "declare it among the server's `scopes`, and have that applied\n    idpctl apply",
                );
                found.push(Blame::new(&address, &origin, what, remedy));
            }
            (Some(live), _) if live.body["consent"] == "REQUIRED" => {
                let origin = declared.map_or(origin, |part| part.origin_of("consent"));
                let what = "it needs the consent of somebody, and a client that asks for itself has nobody";
                let is_otherwise = declared.and_then(|part| part.text("consent")).is_some_and(|consent| consent != "REQUIRED");
                let open = "say `consent: FLEXIBLE` of it, and have that applied\n    idpctl apply";
                let blame = Blame::undone(&address, &origin, what);
                found.push(if is_otherwise { blame } else { Blame { remedy: open.to_owned(), ..blame } });
            }
            (Some(_), _) => {}
        }
    }
    found
}

fn outside_policy(client: &Client<'_>, policy: &BoundChild<'_>) -> Option<Blame> {
    let wanted = policy.wanted;
    let Some(live) = policy.live else { return Some(Blame::undone(&wanted.address, &wanted.origin, "it is not there")) };
    if live.status == Some(Status::Inactive) {
        return Some(inactive(wanted));
    }
    let id = client.client_id.as_deref().unwrap_or_default();
    let named = wanted.clients.iter().flatten();
    // Where the client is named is more to the point than where the list begins.
    let origin = named.clone().find(|(named, _)| *named == PolicyClient::App(client.wanted.reference.clone()));
    let origin = origin.or(wanted.clients.iter().flatten().next()).map_or(&wanted.origin, |(_, origin)| origin);
    (!is_for(live, id)).then(|| Blame::undone(&wanted.address, origin, format!("it is not for the client {}", client.address())))
}

/// Tells whether a live policy is for a client.
pub(super) fn is_for(policy: &LivePart, client_id: &str) -> bool {
    let named = texts(&policy.body, "conditions.clients.include");
    named.contains(PolicyClient::ALL) || named.contains(client_id)
}

fn outside_rule(promise: &Promise<'_>, rule: &BoundChild<'_>) -> Vec<Blame> {
    let wanted = rule.wanted;
    let undone = |origin, what: String| Blame::undone(&wanted.address, &origin, what);
    let Some(live) = rule.live else { return vec![undone(wanted.origin.clone(), "it is not there".to_owned())] };
    if live.status == Some(Status::Inactive) {
        return vec![inactive(wanted)];
    }
    let mut found = Vec::new();
    if !takes_clients(live) {
        found.push(undone(wanted.origin_of("conditions.grantTypes.include"), format!("it is not for the grant `{CLIENT_CREDENTIALS}`")));
    }
    let lacks = lacks(live, &promise.scopes);
    if !lacks.is_empty() {
        let names: Vec<_> = lacks.iter().map(|scope| format!("`{scope}`")).collect();
        let what = format!("it does not have the scope{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "));
        found.push(undone(wanted.origin_of("conditions.scopes.include"), what));
    }
    found
}

/// Tells whether a live rule is for clients that ask for themselves.
pub(super) fn takes_clients(rule: &LivePart) -> bool {
    texts(&rule.body, "conditions.grantTypes.include").contains(CLIENT_CREDENTIALS)
}

/// Returns those of some scopes that a live rule does not have.
pub(super) fn lacks<'s>(rule: &LivePart, scopes: &'s [String]) -> Vec<&'s str> {
    let held = texts(&rule.body, "conditions.scopes.include");
    let all = held.contains("*");
    scopes.iter().map(String::as_str).filter(|scope| !all && !held.contains(*scope)).collect()
}

fn texts(tree: &Value, path: &str) -> BTreeSet<String> {
    let list = at(tree, path).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns the live children of a sort, as far as they were read.
pub(super) fn policies<'o>(server: &BoundServer<'_>, observed: &'o Observed) -> Vec<&'o LivePart> {
    let below = server.live.and_then(|live| observed.servers.below.get(&live.id));
    let mut policies: Vec<_> = below.and_then(|below| below.policies.as_ref()).into_iter().flatten().collect();
    debug_assert!(policies.iter().all(|policy| policy.part == Part::Policy));
    policies.sort_by_key(|policy| policy.priority().unwrap_or(i64::MAX));
    policies
}
