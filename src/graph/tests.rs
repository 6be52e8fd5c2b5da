//! What becomes of declared objects in the graph.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::bind::fixture::{app, desired, document};

/// Returns a graph line by line: the nodes, then what needs what.
fn shown(graph: &Graph) -> String {
    let mut out = String::new();
    for node in &graph.nodes {
        let cluster = node.cluster().map(|cluster| format!(" in {}", cluster.name())).unwrap_or_default();
        let title = node.title.as_ref().map(|title| format!(" `{title}`")).unwrap_or_default();
        writeln!(out, "{}{title} [{}]{cluster}", node.full_name(), node.facts.join(" | ")).unwrap();
    }
    for Edge { from, to, reason } in &graph.edges {
        writeln!(out, "{} -{}-> {}", graph.nodes[*from].full_name(), reason.word(), graph.nodes[*to].full_name()).unwrap();
    }
    out
}

fn of(documents: &[Value]) -> Graph {
    graph(&desired(documents))
}

fn server(changes: &[(&str, Value)]) -> Value {
    let mut spec = vec![("name", json!("Orders")), ("audiences", json!(["https://api.example.com"]))];
    spec.extend(changes.iter().cloned());
    document("AuthorizationServer", "orders", &spec)
}

#[test]
fn an_app_stands_with_its_credentials_and_above_its_grants_and_groups() {
    let graph = of(&[
        document(
            "App",
            "web",
            &[("label", json!("Web")), ("accessPolicy", json!({"name": "Any two factors"})), ("status", json!("INACTIVE"))],
        ),
        document(
            "ClientCredentials",
            "web",
            &[
                ("client_secrets", json!([{"name": "a", "env": "IDPCTL_A"}, {"name": "b", "env": "IDPCTL_B", "status": "INACTIVE"}])),
                ("token_endpoint_auth_method", json!("client_secret_basic")),
            ],
        ),
        document("Grant", "reading", &[("app", json!("web")), ("scopes", json!(["okta.users.read", "okta.groups.read"]))]),
        document("Grant", "web", &[("scopes", json!([]))]),
        document("GroupAssignment", "web", &[("groups", json!([{"name": "Everyone"}, {"id": "00g1234567890abcdefg"}]))]),
    ]);
    insta::assert_snapshot!(shown(&graph), @"
    App/web `Web` [client_secret_basic | 2 secrets, 1 inactive | INACTIVE] in Apps and clients
    Grant/reading [okta.groups.read | okta.users.read] in Apps and clients
    Grant/web [no scopes] in Apps and clients
    GroupAssignment/web [] in Apps and clients
    group Everyone, declared by no manifest []
    group {id: 00g1234567890abcdefg}, declared by no manifest []
    access policy Any two factors, declared by no manifest []
    App/web -parent-> Grant/reading
    App/web -parent-> Grant/web
    App/web -parent-> GroupAssignment/web
    group Everyone, declared by no manifest -group-> GroupAssignment/web
    group {id: 00g1234567890abcdefg}, declared by no manifest -group-> GroupAssignment/web
    access policy Any two factors, declared by no manifest -access policy-> App/web
    ");
}

#[test]
fn what_no_manifest_declares_stands_where_it_is_named() {
    let graph = of(&[
        document("ClientCredentials", "old", &[("app", json!({"label": "Old app"})), ("pkce_required", json!(true))]),
        document(
            "Grant",
            "old",
            &[("app", json!({"label": "Old app"})), ("issuer", json!("https://acme.okta.com")), ("scopes", json!(["okta.users.read"]))],
        ),
        document(
            "ClientType",
            "server",
            &[
                ("provider", json!({"Name": "Acme"})),
                ("Name", json!("Server")),
                ("ResponseTypes", json!(["code"])),
                ("GrantType", json!(["authorization_code"])),
                ("OktaAppType", json!("web")),
            ],
        ),
        document(
            "OAuthProvider",
            "okta",
            &[
                ("Name", json!("Okta")),
                ("Type", json!("Okta")),
                ("WellKnownURL", json!("https://acme.okta.com/.well-known/openid-configuration")),
            ],
        ),
    ]);
    insta::assert_snapshot!(shown(&graph), @"
    ClientCredentials/old [] in Apps and clients
    Grant/old [okta.users.read] in Apps and clients
    OAuthProvider/okta `Okta` [type Okta] in Developer portal
    ClientType/server `Server` [web, authorization_code] in Developer portal
    app {label: Old app}, declared by no manifest []
    provider {Name: Acme}, declared by no manifest []
    issuer https://acme.okta.com, declared by no manifest []
    app {label: Old app}, declared by no manifest -parent-> ClientCredentials/old
    app {label: Old app}, declared by no manifest -parent-> Grant/old
    provider {Name: Acme}, declared by no manifest -parent-> ClientType/server
    issuer https://acme.okta.com, declared by no manifest -issuer-> Grant/old
    issuer https://acme.okta.com, declared by no manifest -issuer-> OAuthProvider/okta
    ");
}

#[test]
fn a_server_stands_above_its_parts_and_they_below_what_they_name() {
    let rule = json!({
        "name": "people", "priority": 1,
        "conditions": {
            "grantTypes": {"include": ["authorization_code", "client_credentials"]},
            "scopes": {"include": ["read", "openid", "*"]},
            "people": {"groups": {"include": ["EVERYONE"]}, "users": {"exclude": ["00u1234567890abcdefg"]}},
        },
        "actions": {"token": {"accessTokenLifetimeMinutes": 60, "inlineHook": {"id": "cal1234567890abcdefg"}}},
    });
    let clients = json!(["web", "robot", {"client_id": "0oa1234567890abcdefg"}]);
    let graph = of(&[
        app("web", "Web"),
        document(
            "Client",
            "robot",
            &[
                ("client_name", json!("Robot")),
                ("application_type", json!("service")),
                ("grant_types", json!(["client_credentials"])),
                ("response_types", json!(["token"])),
            ],
        ),
        document("Grant", "robot", &[("scopes", json!(["okta.users.read"]))]),
        server(&[
            ("scopes", json!([{"name": "read"}, {"name": "write", "consent": "REQUIRED"}])),
            (
                "claims",
                json!([{"name": "team", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "user.team", "conditions": {"scopes": ["read"]}}]),
            ),
            (
                "policies",
                json!([
                    {"name": "few", "description": "few", "priority": 1, "conditions": {"clients": {"include": clients}}, "rules": [rule]},
                    {"name": "all", "description": "all", "status": "INACTIVE", "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}},
                ]),
            ),
        ]),
    ]);
    insta::assert_snapshot!(shown(&graph), @"
    App/web `Web` [] in Apps and clients
    Grant/robot [okta.users.read] in Apps and clients
    Client/robot `Robot` [service] in Apps and clients
    AuthorizationServer/orders `Orders` [https://api.example.com] in AuthorizationServer/orders
    AuthorizationServer/orders/claim/RESOURCE/team [RESOURCE] in AuthorizationServer/orders
    AuthorizationServer/orders/policy/all [INACTIVE] in AuthorizationServer/orders
    AuthorizationServer/orders/policy/few [priority 1] in AuthorizationServer/orders
    AuthorizationServer/orders/policy/few/rule/people [authorization_code + client_credentials, tokens for 60 min] in AuthorizationServer/orders
    AuthorizationServer/orders/scope/read [] in AuthorizationServer/orders
    AuthorizationServer/orders/scope/write [with consent] in AuthorizationServer/orders
    app {client_id: 0oa1234567890abcdefg}, declared by no manifest []
    scope * of AuthorizationServer/orders, declared by no manifest [] in AuthorizationServer/orders
    scope openid of AuthorizationServer/orders, declared by no manifest [] in AuthorizationServer/orders
    every client ALL_CLIENTS, declared by no manifest []
    group EVERYONE, declared by no manifest []
    user 00u1234567890abcdefg, declared by no manifest []
    inline hook {id: cal1234567890abcdefg}, declared by no manifest []
    App/web -client-> AuthorizationServer/orders/policy/few
    Client/robot -parent-> Grant/robot
    Client/robot -client-> AuthorizationServer/orders/policy/few
    AuthorizationServer/orders -parent-> AuthorizationServer/orders/claim/RESOURCE/team
    AuthorizationServer/orders -parent-> AuthorizationServer/orders/policy/all
    AuthorizationServer/orders -parent-> AuthorizationServer/orders/policy/few
    AuthorizationServer/orders -parent-> AuthorizationServer/orders/scope/read
    AuthorizationServer/orders -parent-> AuthorizationServer/orders/scope/write
    AuthorizationServer/orders/policy/few -parent-> AuthorizationServer/orders/policy/few/rule/people
    AuthorizationServer/orders/scope/read -scope-> AuthorizationServer/orders/claim/RESOURCE/team
    AuthorizationServer/orders/scope/read -scope-> AuthorizationServer/orders/policy/few/rule/people
    app {client_id: 0oa1234567890abcdefg}, declared by no manifest -client-> AuthorizationServer/orders/policy/few
    scope * of AuthorizationServer/orders, declared by no manifest -scope-> AuthorizationServer/orders/policy/few/rule/people
    scope openid of AuthorizationServer/orders, declared by no manifest -scope-> AuthorizationServer/orders/policy/few/rule/people
    every client ALL_CLIENTS, declared by no manifest -client-> AuthorizationServer/orders/policy/all
    group EVERYONE, declared by no manifest -people-> AuthorizationServer/orders/policy/few/rule/people
    user 00u1234567890abcdefg, declared by no manifest -not for-> AuthorizationServer/orders/policy/few/rule/people
    inline hook {id: cal1234567890abcdefg}, declared by no manifest -hook-> AuthorizationServer/orders/policy/few/rule/people
    ");
}

#[test]
fn a_part_has_what_it_needs_and_what_needs_it() {
    let graph = of(&[
        app("web", "Web"),
        app("other", "Other"),
        document("GroupAssignment", "web", &[("groups", json!([{"name": "Everyone"}]))]),
        document("GroupAssignment", "other", &[("groups", json!([{"name": "Everyone"}]))]),
        server(&[("policies", json!([{"name": "few", "description": "few", "conditions": {"clients": {"include": ["web"]}}}]))]),
    ]);
    let around = |address: &str| shown(&graph.around(|document| document.to_string() == address));
    insta::assert_snapshot!(around("App/web"), @"
    App/web `Web` [] in Apps and clients
    GroupAssignment/web [] in Apps and clients
    AuthorizationServer/orders/policy/few [] in AuthorizationServer/orders
    App/web -parent-> GroupAssignment/web
    App/web -client-> AuthorizationServer/orders/policy/few
    ");
    insta::assert_snapshot!(around("GroupAssignment/other"), @"
    App/other `Other` [] in Apps and clients
    GroupAssignment/other [] in Apps and clients
    group Everyone, declared by no manifest []
    App/other -parent-> GroupAssignment/other
    group Everyone, declared by no manifest -group-> GroupAssignment/other
    ");
    assert_eq!(graph.around(|_| true), graph);
    assert_eq!(graph.around(|_| false), Graph::default());
}

#[test]
fn the_order_of_documents_does_not_show() {
    let mut documents =
        vec![app("b", "B"), app("a", "A"), document("Grant", "b", &[("scopes", json!(["okta.users.read", "okta.apps.read"]))])];
    let first = of(&documents);
    documents.reverse();
    assert_eq!(of(&documents), first);
}
