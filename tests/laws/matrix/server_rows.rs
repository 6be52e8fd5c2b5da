//! Every route of authorization servers that the client uses, with a change of the manifests that needs it.

use idpctl::plan::Choices;
use serde_json::{Value, json};

use super::rows::{Phase, Row};
use super::table;
use crate::story::{document, pruning, web, with, with_client_id};

const LIST: &str = "/api/v1/authorizationServers";
const ONE: &str = "/api/v1/authorizationServers/*";
const SCOPES: &str = "/api/v1/authorizationServers/*/scopes";
const SCOPE: &str = "/api/v1/authorizationServers/*/scopes/*";
const CLAIMS: &str = "/api/v1/authorizationServers/*/claims";
const CLAIM: &str = "/api/v1/authorizationServers/*/claims/*";
const POLICIES: &str = "/api/v1/authorizationServers/*/policies";
const POLICY: &str = "/api/v1/authorizationServers/*/policies/*";
const RULES: &str = "/api/v1/authorizationServers/*/policies/*/rules";
const RULE: &str = "/api/v1/authorizationServers/*/policies/*/rules/*";

fn scope(name: &str) -> Value {
    json!({"name": name})
}

fn claim(name: &str, value: &str) -> Value {
    json!({"name": name, "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": value})
}

fn rule(name: &str, priority: u8) -> Value {
    json!({"name": name, "priority": priority, "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]}}})
}

fn policy(name: &str, priority: u8, rules: &[Value]) -> Value {
    json!({"name": name, "description": name, "priority": priority, "conditions": {"clients": {"include": ["portal"]}}, "rules": rules})
}

/// An app, and a server for it with two of everything, the last of which is there to be deleted.
fn base() -> Vec<Value> {
    let spec = json!({
        "name": "orders", "audiences": ["https://api.example.com"], "scopes": [scope("read"), scope("old")],
        "claims": [claim("team", "\"a\""), claim("old", "\"a\"")],
        "policies": [policy("workers", 1, &[rule("tokens", 1), rule("old", 2)]), policy("old", 2, &[])],
    });
    vec![with_client_id(web("portal", "Portal"), "portal-client"), document("AuthorizationServer", "orders", spec)]
}

/// Returns the base with something else in the server's document.
fn changed(path: &str, value: Value) -> Vec<Value> {
    let [app, server] = <[Value; 2]>::try_from(base()).expect("an app and a server");
    vec![app, with(server, &format!("spec.{path}"), value)]
}

/// Returns every route.
fn rows() -> Vec<Row> {
    let row = |name, (method, path): (&'static str, &'static str), phase, after: Vec<Value>| Row {
        name,
        method,
        path,
        passed: 0,
        phase,
        before: vec![base()],
        after,
        choices: Choices::default(),
    };
    let read = |name, path, after| row(name, ("GET", path), Phase::Plan, after);
    let looked = |name, path, after| row(name, ("GET", path), Phase::Apply, after);
    let write = |name, method, path, after| row(name, (method, path), Phase::Apply, after);
    let pruned = |row: Row| Row { choices: pruning(), ..row };
    let described = || changed("description", json!("Another"));
    let inactive = || changed("status", json!("INACTIVE"));
    let with_server = || {
        let new = document("AuthorizationServer", "new", json!({"name": "new", "audiences": ["https://new.example.com"]}));
        [base(), vec![new]].concat()
    };
    let scopes = |scopes: &[Value]| changed("scopes", json!(scopes));
    let claims = |claims: &[Value]| changed("claims", json!(claims));
    let policies = |policies: &[Value]| changed("policies", json!(policies));
    let rules = |rules: &[Value]| policies(&[policy("workers", 1, rules), policy("old", 2, &[])]);
    let (with_scope, with_claim) = (
        || scopes(&[scope("read"), scope("old"), scope("new")]),
        || claims(&[claim("team", "\"a\""), claim("old", "\"a\""), claim("new", "\"a\"")]),
    );
    let asked = || scopes(&[with(scope("read"), "consent", json!("FLEXIBLE")), scope("old")]);
    let valued = || claims(&[claim("team", "\"b\""), claim("old", "\"a\"")]);
    let workers = || policy("workers", 1, &[rule("tokens", 1), rule("old", 2)]);
    let with_policy = || policies(&[workers(), policy("old", 2, &[]), policy("new", 3, &[])]);
    let explained = || policies(&[with(workers(), "description", json!("Another")), policy("old", 2, &[])]);
    let idle = || policies(&[with(workers(), "status", json!("INACTIVE")), policy("old", 2, &[])]);
    let with_rule = || rules(&[rule("tokens", 1), rule("old", 2), rule("new", 3)]);
    let reordered = || rules(&[rule("tokens", 2), rule("old", 1)]);
    let idle_rule = || rules(&[with(rule("tokens", 1), "status", json!("INACTIVE")), rule("old", 2)]);
    vec![
        read("servers", LIST, described()),
        read("scopes", SCOPES, described()),
        read("claims", CLAIMS, described()),
        read("policies", POLICIES, described()),
        read("rules", RULES, described()),
        looked("servers before a create", LIST, with_server()),
        looked("scopes before a create", SCOPES, with_scope()),
        looked("claims before a create", CLAIMS, with_claim()),
        looked("policies before a create", POLICIES, with_policy()),
        looked("rules before a create", RULES, with_rule()),
        looked("a server before a write", ONE, described()),
        looked("a scope before a write", SCOPE, asked()),
        looked("a claim before a write", CLAIM, valued()),
        looked("a policy before a write", POLICY, explained()),
        looked("a rule before a write", RULE, idle_rule()),
        write("create a server", "POST", LIST, with_server()),
        write("update a server", "PUT", ONE, described()),
        write("deactivate a server", "POST", "/api/v1/authorizationServers/*/lifecycle/deactivate", inactive()),
        write("create a scope", "POST", SCOPES, with_scope()),
        write("update a scope", "PUT", SCOPE, asked()),
        pruned(write("delete a scope", "DELETE", SCOPE, scopes(&[scope("read")]))),
        write("create a claim", "POST", CLAIMS, with_claim()),
        write("update a claim", "PUT", CLAIM, valued()),
        pruned(write("delete a claim", "DELETE", CLAIM, claims(&[claim("team", "\"a\"")]))),
        write("create a policy", "POST", POLICIES, with_policy()),
        write("update a policy", "PUT", POLICY, explained()),
        write("deactivate a policy", "POST", "/api/v1/authorizationServers/*/policies/*/lifecycle/deactivate", idle()),
        pruned(write("delete a policy", "DELETE", POLICY, policies(&[workers()]))),
        write("create a rule", "POST", RULES, with_rule()),
        write("order rules", "PUT", RULE, reordered()),
        write("deactivate a rule", "POST", "/api/v1/authorizationServers/*/policies/*/rules/*/lifecycle/deactivate", idle_rule()),
        pruned(write("delete a rule", "DELETE", RULE, rules(&[rule("tokens", 1)]))),
    ]
}

#[test]
fn whatever_goes_wrong_on_any_route_of_authorization_servers_is_got_over_or_said() {
    insta::assert_snapshot!(table(rows()), @"
    servers: GET /api/v1/authorizationServers
    scopes: GET /api/v1/authorizationServers/*/scopes
    claims: GET /api/v1/authorizationServers/*/claims
    policies: GET /api/v1/authorizationServers/*/policies
        once   done 1: slow=1s
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   error 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always done 1: slow=1s
        always error 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always error 6: 423 500 503 reset-before reset-after cut-off
        always error 8: 429-bare concurrency
        always error 30: 429
    rules: GET /api/v1/authorizationServers/*/policies/*/rules
        once   done 2: slow=1s
        once   done 3: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   error 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always done 2: slow=1s
        always error 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always error 6: 423 500 503 reset-before reset-after cut-off
        always error 8: 429-bare concurrency
        always error 30: 429
    servers before a create: GET /api/v1/authorizationServers
    scopes before a create: GET /api/v1/authorizationServers/*/scopes
    claims before a create: GET /api/v1/authorizationServers/*/claims
    policies before a create: GET /api/v1/authorizationServers/*/policies
    rules before a create: GET /api/v1/authorizationServers/*/policies/*/rules
        once   done 1: slow=1s
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   failed 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always done 1: slow=1s
        always failed 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always failed 6: 423 500 503 reset-before reset-after cut-off
        always failed 8: 429-bare concurrency
        always failed 29: 429
    a server before a write: GET /api/v1/authorizationServers/*
    a scope before a write: GET /api/v1/authorizationServers/*/scopes/*
    a claim before a write: GET /api/v1/authorizationServers/*/claims/*
    a policy before a write: GET /api/v1/authorizationServers/*/policies/*
        once   done 1: slow=1s foreign-link
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   failed 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always done 1: slow=1s foreign-link
        always failed 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always failed 6: 423 500 503 reset-before reset-after cut-off
        always failed 8: 429-bare concurrency
        always failed 30: 429
    a rule before a write: GET /api/v1/authorizationServers/*/policies/*/rules/*
        once   done 2: slow=1s foreign-link
        once   done 3: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   failed 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always done 2: slow=1s foreign-link
        always failed 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always failed 6: 423 500 503 reset-before reset-after cut-off
        always failed 8: 429-bare concurrency
        always failed 30: 429
    create a server: POST /api/v1/authorizationServers
    create a scope: POST /api/v1/authorizationServers/*/scopes
    create a claim: POST /api/v1/authorizationServers/*/claims
    create a policy: POST /api/v1/authorizationServers/*/policies
    create a rule: POST /api/v1/authorizationServers/*/policies/*/rules
        once   done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        once   done 2: 429 429-bare concurrency 423 500 503 error-200 captive reset-before
        once   failed 1: redirect
        once   in doubt 1: slow=2m hold hold-after
        always done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        always failed 1: redirect
        always failed 4: 500 503 error-200 captive reset-before
        always failed 6: 423
        always failed 8: 429-bare concurrency
        always failed 29: 429
        always in doubt 1: slow=2m hold hold-after
    update a server: PUT /api/v1/authorizationServers/*
    deactivate a server: POST /api/v1/authorizationServers/*/lifecycle/deactivate
    update a scope: PUT /api/v1/authorizationServers/*/scopes/*
    delete a scope: DELETE /api/v1/authorizationServers/*/scopes/*
    update a claim: PUT /api/v1/authorizationServers/*/claims/*
    delete a claim: DELETE /api/v1/authorizationServers/*/claims/*
    update a policy: PUT /api/v1/authorizationServers/*/policies/*
    deactivate a policy: POST /api/v1/authorizationServers/*/policies/*/lifecycle/deactivate
    delete a policy: DELETE /api/v1/authorizationServers/*/policies/*
    order rules: PUT /api/v1/authorizationServers/*/policies/*/rules/*
    deactivate a rule: POST /api/v1/authorizationServers/*/policies/*/rules/*/lifecycle/deactivate
    delete a rule: DELETE /api/v1/authorizationServers/*/policies/*/rules/*
        once   done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        once   done 2: 429 429-bare concurrency 423 500 503 error-200 captive reset-before
        once   failed 1: redirect
        once   in doubt 1: slow=2m hold hold-after
        always done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        always failed 1: redirect
        always failed 4: 500 503 error-200 captive reset-before
        always failed 6: 423
        always failed 8: 429-bare concurrency
        always failed 30: 429
        always in doubt 1: slow=2m hold hold-after
    ");
}
