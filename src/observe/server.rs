//! One read each of what the sweep, and apply after it, look at of authorization servers.
//!
//! Only the lists of servers and scopes have pages, of 200 at most; the other lists come whole (okta-api.md, section 0).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::decode::is_id;
use crate::http::{Decode, DecodeError, Error, Reader};
use crate::observed::{Clean, Id, LivePart};
use crate::request::{Request, segment};
use crate::resource::authorization_server::{Part, SERVERS, claims_below, policies_below, rules_below, scopes_below};

/// Reads all authorization servers.
pub(super) async fn servers(reader: &Reader) -> Result<Vec<LivePart>, Error> {
    part_list(reader, Part::Server, SERVERS).await
}

/// Reads one server by its id.
pub(super) async fn server(reader: &Reader, id: &Id) -> Result<LivePart, Error> {
    part_object(reader, Part::Server, &format!("{SERVERS}/{}", segment(&id.0))).await
}

/// Reads a server's scopes.
pub(super) async fn scopes(reader: &Reader, server: &Id) -> Result<Vec<LivePart>, Error> {
    part_list(reader, Part::Scope, &scopes_below(&segment(&server.0))).await
}

/// Reads a server's claims.
pub(super) async fn claims(reader: &Reader, server: &Id) -> Result<Vec<LivePart>, Error> {
    part_list(reader, Part::Claim, &claims_below(&segment(&server.0))).await
}

/// A server's policies, and the rules of some of them by their policy's id.
pub(super) type Policies = (Vec<LivePart>, Rules);

/// The rules of policies, by the policy's id.
pub(super) type Rules = BTreeMap<Id, Vec<LivePart>>;

/// Reads the policies of a server, then the rules of those that are named.
pub(super) async fn policies(reader: &Reader, server: &Id, with_rules: &BTreeSet<String>) -> Result<Policies, Error> {
    let policies = part_list(reader, Part::Policy, &policies_below(&segment(&server.0))).await?;
    let named = policies.iter().filter(|policy| with_rules.contains(policy.name())).map(|policy| policy.id.clone()).collect();
    let rules = rules(reader, server, &named).await?;
    Ok((policies, rules))
}

/// Reads the rules of some policies of a server.
pub(super) async fn rules(reader: &Reader, server: &Id, policies: &BTreeSet<Id>) -> Result<Rules, Error> {
    let mut rules = BTreeMap::new();
    for policy in policies {
        let below = rules_below(&segment(&server.0), &segment(&policy.0));
        rules.insert(policy.clone(), part_list(reader, Part::Rule, &below).await?);
    }
    Ok(rules)
}

/// Reads a whole list by its path.
pub async fn part_list(reader: &Reader, part: Part, path: &str) -> Result<Vec<LivePart>, Error> {
    let request = Request::get(path);
    let request = if matches!(part, Part::Server | Part::Scope) { request.query("limit", "200") } else { request };
    match part {
        Part::Server => reader.list::<Server>(request).await.map(|all| all.into_iter().map(|Server(one)| one).collect()),
        Part::Scope => reader.list::<Scope>(request).await.map(|all| all.into_iter().map(|Scope(one)| one).collect()),
        Part::Claim => reader.list::<Claim>(request).await.map(|all| all.into_iter().map(|Claim(one)| one).collect()),
        Part::Policy => reader.list::<Policy>(request).await.map(|all| all.into_iter().map(|Policy(one)| one).collect()),
        Part::Rule => reader.list::<Rule>(request).await.map(|all| all.into_iter().map(|Rule(one)| one).collect()),
    }
}

/// Reads one object by its path.
pub async fn part_object(reader: &Reader, part: Part, path: &str) -> Result<LivePart, Error> {
    let request = Request::get(path);
    match part {
        Part::Server => reader.get(request).await.map(|Server(one)| one),
        Part::Scope => reader.get(request).await.map(|Scope(one)| one),
        Part::Claim => reader.get(request).await.map(|Claim(one)| one),
        Part::Policy => reader.get(request).await.map(|Policy(one)| one),
        Part::Rule => reader.get(request).await.map(|Rule(one)| one),
    }
}

/// An answer does not say what it is about: each sort of object is decoded by a type of its own.
macro_rules! parts {
    ($($name:ident: $expected:literal),+ $(,)?) => {$(
        struct $name(LivePart);

        impl Decode for $name {
            fn decode(raw: Value) -> Result<Self, DecodeError> {
                read(Part::$name, &raw, $expected).map(Self)
            }
        }
    )+};
}

parts! {
    Server: "an authorization server with id, name and status",
    Scope: "a scope with id and name",
    Claim: "a claim with id, name and claimType",
    Policy: "a policy with id, name and status",
    Rule: "a rule with id, name and status",
}

fn read(part: Part, raw: &Value, expected: &'static str) -> Result<LivePart, DecodeError> {
    let live = LivePart::read(part, &Clean::new(raw)).ok_or(DecodeError::expected(expected))?;
    if is_id(&live.id.0) { Ok(live) } else { Err(super::decode::NO_ID.at("id")) }
}
