//! What Okta would refuse of an authorization server, or make something else of (okta-api.md, section 5).

use std::collections::BTreeMap;

use serde_json::Value;

use super::identity::is_scope;
use super::keys;
use super::server_rule;
use crate::address::Kind;
use crate::desired::{Server, ServerPart};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Origin, codes};
use crate::json::Path;
use crate::manifest::Document;
use crate::resource::authorization_server::{Part, PolicyClient, born_with};

/// A check of one server with all that it consists of.
type Check = fn(&Server, &mut Diagnostics);

/// Every check of one server, by name.
const CHECKS: [(&str, Check); 10] = [
    ("siblings have different names", names),
    ("siblings have different priorities", priorities),
    ("one audience", audience),
    ("keys are given in one way, and can be", encryption),
    ("scopes can be scopes", scopes),
    ("values of claims", claims),
    ("clients of policies", clients),
    ("people of rules", server_rule::people),
    ("people of rules are ids", server_rule::ids),
    ("tokens of rules", server_rule::tokens),
];

/// Checks everything that is declared of authorization servers.
pub(super) fn run(servers: &[Server], documents: &[Document], diagnostics: &mut Diagnostics) {
    for server in servers {
        for (_, check) in CHECKS {
            check(server, diagnostics);
        }
    }
    alike(servers, documents, diagnostics);
    for document in documents.iter().filter(|document| document.kind == Kind::AuthorizationServer) {
        metadata(document, diagnostics);
    }
}

pub(super) fn fault(code: Code, origin: Origin, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, Some(origin), message).help(help)
}

/// Returns the lists of siblings.
fn siblings(server: &Server) -> impl Iterator<Item = Vec<&ServerPart>> {
    let policies = server.policies.iter().flatten();
    let rules = policies.clone().map(|policy| policy.rules.iter().flatten().collect());
    [server.scopes.iter().flatten().collect(), server.claims.iter().flatten().collect(), policies.map(|policy| &policy.own).collect()]
        .into_iter()
        .chain(rules)
}

/// Two children that would be found as one live object.
fn names(server: &Server, diagnostics: &mut Diagnostics) {
    for siblings in siblings(server) {
        let mut first: BTreeMap<&[String], &ServerPart> = BTreeMap::new();
        for part in siblings.into_iter().filter(|part| !part.key.is_empty()) {
            if let Some(before) = first.insert(&part.key, part) {
                let message = format!("the {} `{}` of {} is declared twice", part.part.as_str(), part.name(), server.own.address);
                let diagnostic = fault(codes::PART_TWICE, part.origin.clone(), message, "rename or remove one of the two");
                diagnostics.push(diagnostic.related(before.origin.clone(), "the first"));
            }
        }
    }
}

/// Two policies, or rules of one, in one place: which one is tried first would be the server's choice.
fn priorities(server: &Server, diagnostics: &mut Diagnostics) {
    for siblings in siblings(server) {
        let mut first: BTreeMap<i64, &ServerPart> = BTreeMap::new();
        for part in siblings {
            let Some(priority) = part.value("priority").and_then(Value::as_i64) else { continue };
            if let Some(before) = first.insert(priority, part) {
                let message = format!("the {} `{}` has the priority of `{}`", part.part.as_str(), part.name(), before.name());
                let help = "give each a priority of its own: the first that matches decides";
                let diagnostic = fault(codes::SAME_PLACE, part.origin_of("priority"), message, help);
                diagnostics.push(diagnostic.related(before.origin_of("priority"), "the first"));
            }
        }
    }
}

fn audience(server: &Server, diagnostics: &mut Diagnostics) {
    let place = || server.own.origin_of("audiences");
    match server.own.list("audiences").map(|audiences| audiences.len()) {
        Some(1) => {}
        Some(n) => {
            let message = format!("an authorization server has exactly one audience, and this one is given {n}");
            diagnostics.push(fault(codes::AUDIENCE, place(), message, "name one; an API of its own gets a server of its own"));
        }
        // A server that is pinned is there, and so is the built-in one.
        None if server.metadata.id.is_none() && !server.is_default() => {
            let message = format!("{} has no audience", server.own.address);
            diagnostics.push(fault(codes::AUDIENCE, place(), message, "add `audiences: [https://…]`, the address of the API it is for"));
        }
        None => {}
    }
}

fn encryption(server: &Server, diagnostics: &mut Diagnostics) {
    let keys = server.own.value("jwks.keys").and_then(Value::as_array);
    if keys.is_some_and(|keys| !keys.is_empty()) && server.own.text("jwks_uri").is_some() {
        let diagnostic = fault(codes::KEYS_TWICE, server.own.origin_of("jwks_uri"), "keys are given in two ways", "keep one of the two");
        diagnostics.push(diagnostic.related(server.own.origin_of("jwks.keys"), "the other"));
    }
    let list = Path::of("jwks.keys");
    for (_, message, help) in keys::each(keys.map_or(&[], Vec::as_slice), &list) {
        diagnostics.push(fault(codes::KEY_FORM, server.own.origin_of("jwks.keys"), message, help));
    }
    let active = |key: &&Value| key["status"] != "INACTIVE";
    if keys.is_some_and(|keys| keys.len() > 5 || keys.iter().filter(active).count() > 1) {
        let message = "a server has at most five encryption keys, of which at most one is ACTIVE";
        let help = "remove some, or say `status: INACTIVE` of all but one";
        diagnostics.push(fault(codes::KEY_FORM, server.own.origin_of("jwks.keys"), message, help));
    }
}

fn scopes(server: &Server, diagnostics: &mut Diagnostics) {
    // One without a name has been reported.
    for scope in server.scopes.iter().flatten().filter(|scope| !scope.key.is_empty()) {
        let reserved = matches!(scope.name(), "okta" | "*") || scope.name().starts_with("okta.");
        if !is_scope(scope.name()) {
            let message = format!("`{}` cannot be a scope", scope.name());
            diagnostics.push(fault(codes::SCOPE_FORM, scope.origin.clone(), message, "use printable ASCII without spaces"));
        } else if reserved && !server.is_default() {
            let message = format!("Okta keeps the scope `{}` for itself", scope.name());
            diagnostics.push(fault(codes::SCOPE_RESERVED, scope.origin.clone(), message, "choose a name that does not start with `okta.`"));
        }
    }
}

fn claims(server: &Server, diagnostics: &mut Diagnostics) {
    for claim in server.claims.iter().flatten() {
        let (sort, value) = (claim.text("valueType").unwrap_or_default(), claim.text("value"));
        let mut refuse = |place: &str, message: String, help: &str| {
            diagnostics.push(fault(codes::CLAIM, claim.origin_of(place), message, help));
        };
        match sort {
            "SYSTEM" if !born_with::is_born_with(Part::Claim, &claim.key) => {
                refuse(
                    "valueType",
                    format!("the claim `{}` is none of Okta's own", claim.name()),
                    "say `valueType: EXPRESSION` and a `value`",
                );
            }
            "SYSTEM" if value.is_some() => refuse("value", "a claim of Okta's own has no value".to_owned(), "take `value` out"),
            "EXPRESSION" | "GROUPS" if value.is_none() => {
                refuse(
                    "name",
                    format!("the claim `{}` has no value", claim.name()),
                    "add `value`: the expression, or the filter of groups",
                );
            }
            _ => {}
        }
        if sort != "GROUPS" && claim.text("group_filter_type").is_some() {
            let help = "take it out, or say `valueType: GROUPS`";
            refuse("group_filter_type", "`group_filter_type` is for claims about groups only".to_owned(), help);
        }
        if claim.text("claimType") == Some("RESOURCE") && claim.value("alwaysIncludeInToken") == Some(&Value::Bool(false)) {
            refuse("alwaysIncludeInToken", "claims of access tokens are always included".to_owned(), "take it out, or say true");
        }
    }
}

fn clients(server: &Server, diagnostics: &mut Diagnostics) {
    for policy in server.policies.iter().flatten() {
        let clients = policy.own.clients.as_deref().unwrap_or_default();
        for (index, (client, origin)) in clients.iter().enumerate() {
            if let Some((_, before)) = clients[..index].iter().find(|(before, _)| before == client) {
                let message = format!("the client {client} is named twice");
                let diagnostic = fault(codes::CLIENTS, origin.clone(), message, "remove one of the two");
                diagnostics.push(diagnostic.related(before.clone(), "the first"));
            } else if *client == PolicyClient::All && clients.len() > 1 {
                let message = format!("`{client}` stands beside other clients");
                diagnostics.push(fault(codes::CLIENTS, origin.clone(), message, "keep it alone, or take it out"));
            }
        }
    }
}

/// Two documents that would be found as one live server.
fn alike(servers: &[Server], documents: &[Document], diagnostics: &mut Diagnostics) {
    let id_of = |server: &Server| {
        let document = documents.iter().find(|document| document.address() == server.own.address);
        document.map_or_else(|| server.own.origin.clone(), |document| document.positions.value(&Path::of("metadata.id")))
    };
    let (mut ids, mut names) = (BTreeMap::new(), BTreeMap::new());
    for server in servers {
        if let Some(id) = &server.metadata.id
            && let Some(before) = ids.insert(id, server)
        {
            let message = format!("{} and {} are pinned to the same object", before.own.address, server.own.address);
            let diagnostic = fault(codes::SAME_ID, id_of(server), message, "remove or correct one of the two");
            diagnostics.push(diagnostic.related(id_of(before), "the first"));
        }
        if let Some(before) = names.insert(server.own.name(), server) {
            let message = format!("{} and {} have the same `name`", before.own.address, server.own.address);
            let diagnostic = fault(codes::SAME_ID, server.own.origin.clone(), message, "rename or remove one of the two");
            diagnostics.push(diagnostic.related(before.own.origin.clone(), "the first"));
        }
    }
}

fn metadata(document: &Document, diagnostics: &mut Diagnostics) {
    for (member, said) in [("adopt", document.metadata.adopt), ("protected", document.metadata.protected)] {
        if said {
            let path = Path::of("metadata").key(member);
            let message = format!("`{path}` has no effect in a document of kind {}", document.kind);
            let help = match member {
                "adopt" => "take it out: an authorization server is found by its name, without being asked",
                _ => "take it out: an authorization server bears no mark, so it is never deleted",
            };
            diagnostics.push(fault(codes::METADATA_NO_EFFECT, document.positions.key(&path), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_have_different_names() {
        let names: std::collections::BTreeSet<_> = CHECKS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), CHECKS.len());
    }
}
