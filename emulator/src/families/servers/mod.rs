//! `/api/v1/authorizationServers`: custom authorization servers with their scopes, claims, policies, rules and keys.
//!
//! A server, and each of its parts, is a document of its own; the parts' keys start with the server's id. Every org has the
//! built-in server `default`, and every server the scopes and claims that [`found`] lists.

mod associates;
mod claims;
mod conditions;
mod document;
mod encryption;
mod found;
pub(super) mod keys;
mod metadata;
mod names;
mod part;
mod policies;
mod priority;
mod refresh_tokens;
mod resource;
mod rotation;
mod rules;
mod scopes;
mod sent;
mod server;

use serde::Serialize;
use serde_json::{Value, json};

use self::{claims::Claim, policies::Policy, rules::Rule};
pub(crate) use self::{
    document::Server,
    found::{SUBJECT, found},
    metadata::{Protocol, document, key_set},
    resource::Resource,
    rotation::{call as rotation_call, catch_up as rotate_overdue, overdue},
    scopes::{Scope, now as scopes_now},
    server::find,
};
use super::Exchange;
use crate::{
    answer::{Answer, Refusal},
    route::Turn,
    switches::{ApiAccessManagement, LifecycleRepeat, SystemParts},
};

/// Answers a request on a server or a part of one.
pub(super) fn answer(resource: Resource<'_>, x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    if x.switches.api_access_management() == ApiAccessManagement::Absent {
        return Err(Refusal::no_such_feature());
    }
    match (resource, x.call.method.as_str()) {
        (Resource::Servers, "GET") => server::list(x),
        (Resource::Servers, "POST") => server::create(x),
        (Resource::Server(id), "GET") => server::read(x, id),
        (Resource::Server(id), "PUT") => server::replace(x, id),
        (Resource::Server(id), "DELETE") => server::delete(x, id),
        (Resource::ServerLifecycle(id, turn), "POST") => server::turn(x, id, turn),
        (Resource::Scopes(server), "GET") => scopes::list(x, server),
        (Resource::Scopes(server), "POST") => part::create::<Scope>(x, server),
        (Resource::Scope(server, id), "GET") => part::read::<Scope>(x, server, id),
        (Resource::Scope(server, id), "PUT") => part::replace::<Scope>(x, server, id),
        (Resource::Scope(server, id), "DELETE") => part::delete::<Scope>(x, server, id),
        (Resource::Claims(server), "GET") => claims::list(x, server),
        (Resource::Claims(server), "POST") => part::create::<Claim>(x, server),
        (Resource::Claim(server, id), "GET") => part::read::<Claim>(x, server, id),
        (Resource::Claim(server, id), "PUT") => part::replace::<Claim>(x, server, id),
        (Resource::Claim(server, id), "DELETE") => part::delete::<Claim>(x, server, id),
        (Resource::Policies(server), "GET") => policies::list(x, server),
        (Resource::Policies(server), "POST") => part::create::<Policy>(x, server),
        (Resource::Policy(server, id), "GET") => part::read::<Policy>(x, server, id),
        (Resource::Policy(server, id), "PUT") => part::replace::<Policy>(x, server, id),
        (Resource::Policy(server, id), "DELETE") => part::delete::<Policy>(x, server, id),
        (Resource::PolicyLifecycle(server, id, turn), "POST") => part::turn::<Policy>(x, server, id, turn),
        (Resource::Rules(server, policy), "GET") => rules::list(x, server, policy),
        (Resource::Rules(server, policy), "POST") => part::create::<Rule>(x, (server, policy)),
        (Resource::Rule(server, policy, id), "GET") => part::read::<Rule>(x, (server, policy), id),
        (Resource::Rule(server, policy, id), "PUT") => part::replace::<Rule>(x, (server, policy), id),
        (Resource::Rule(server, policy, id), "DELETE") => part::delete::<Rule>(x, (server, policy), id),
        (Resource::RuleLifecycle(server, policy, id, turn), "POST") => part::turn::<Rule>(x, (server, policy), id, turn),
        (Resource::Keys(server), "GET") => keys::list(x, server),
        (Resource::Key(server, kid), "GET") => keys::read(x, server, kid),
        (Resource::KeyRotation(server), "POST") => keys::rotate(x, server),
        (Resource::EncryptionKeys(server), "GET") => encryption::list(x, server),
        (Resource::EncryptionKeys(server), "POST") => encryption::create(x, server),
        (Resource::EncryptionKey(server, id), "GET") => encryption::read(x, server, id),
        (Resource::EncryptionKey(server, id), "DELETE") => encryption::delete(x, server, id),
        (Resource::EncryptionKeyLifecycle(server, id, turn), "POST") => encryption::turn(x, server, id, turn),
        (Resource::Clients(server), "GET") => refresh_tokens::clients(x, server),
        (Resource::RefreshTokens(server, client), "GET") => refresh_tokens::list(x, server, client),
        (Resource::RefreshTokens(server, client), "DELETE") => refresh_tokens::revoke_all(x, server, client),
        (Resource::RefreshToken(server, client, token), "GET" | "DELETE") => refresh_tokens::one(x, server, client, token),
        (Resource::Associates(server), "GET") => associates::list(x, server),
        (Resource::Associates(server), "POST") => associates::create(x, server),
        (Resource::Associate(server, other), "DELETE") => associates::delete(x, server, other),
        _ => Err(Refusal::no_such_method()),
    }
}

/// Says whether a lifecycle operation changes anything, or refuses one that does not if the org is so.
fn is_turned(x: &Exchange<'_>, status: &str, turn: Turn) -> Result<bool, Refusal> {
    let changes = status != turn.status();
    if !changes && x.switches.lifecycle_repeat() == LifecycleRepeat::Refuse {
        return Err(Refusal::invalid("status", format!("status: The object is already {status}")));
    }
    Ok(changes)
}

/// Refuses to change what the org made, unless it is so that it can be.
fn refuse_fixed(x: &Exchange<'_>, is_system: bool) -> Result<(), Refusal> {
    if is_system && x.switches.system_parts() == SystemParts::Fixed { Err(Refusal::not_permitted()) } else { Ok(()) }
}

/// Returns a document with its link to itself.
fn with_self(document: &impl Serialize, own: &str) -> Result<Value, Refusal> {
    let mut body = serde_json::to_value(document).map_err(|_| Refusal::internal())?;
    body["_links"] = json!({"self": link(own, &["GET", "PUT", "DELETE"])});
    Ok(body)
}

fn link(href: &str, allow: &[&str]) -> Value {
    json!({"href": href, "hints": {"allow": allow}})
}

/// Returns the link to the lifecycle operation that an object of this status can go through.
fn turn_link(own: &str, status: &str) -> (&'static str, Value) {
    let name = if status == "ACTIVE" { "deactivate" } else { "activate" };
    (name, link(&format!("{own}/lifecycle/{name}"), &["POST"]))
}
