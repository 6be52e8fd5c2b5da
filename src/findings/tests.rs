//! Dangers of plans and drifts: what is live is one side, what is declared over it the other.

use serde_json::json;

use super::*;
use crate::bind;
use crate::bind::server_tests::{all, live};
use crate::desired::server_tests::declared;
use crate::diff::{Choices, SecretHashes, diff};
use crate::observed::{Children, Id, Observed, Servers};
use crate::resource::authorization_server::Part;

/// Returns what is found where an org becomes as is declared of a policy and its rule.
fn found(observed: &Observed, policy: &str, rule: &str) -> Vec<String> {
    let text = format!(
        "metadata: {{name: orders}}\nspec:\n  name: orders\n  audiences: [a]\n  policies: [{{name: p, {policy}, rules: [{{name: r, {rule}}}]}}]\n"
    );
    let desired = declared(&text);
    let bound = bind::bind(&desired, observed, &bind::Choices::default());
    let changes = diff(&desired, observed, &bound, &SecretHashes::new(), &Choices::default());
    planned(&changes, &desired)
        .into_iter()
        .filter(|finding| finding.standing == Standing::New)
        .map(|finding| format!("{} {}", finding.code, finding.address.child.join("/")))
        .collect()
}

fn org(status: &str, clients: &[&str], scopes: &[&str]) -> Observed {
    let policies = json!([{"id": "00p1", "name": "p", "status": status, "conditions": {"clients": {"include": clients}}}]);
    let rules = json!([{"id": "0pr1", "name": "r", "status": status, "conditions": {"scopes": {"include": scopes}}}]);
    let rules = [(Id("00p1".to_owned()), all(Part::Rule, &rules))].into();
    let children = Children { policies: Some(all(Part::Policy, &policies)), rules, ..Children::default() };
    let server = live(Part::Server, &json!({"id": "aus1", "name": "orders", "audiences": ["a"], "default": false}));
    Observed { servers: Servers { listed: vec![server], below: [(Id("aus1".to_owned()), children)].into() }, ..Observed::default() }
}

const ALL: &str = "conditions: {clients: {include: [ALL_CLIENTS]}}";
const EVERY: &str = "conditions: {scopes: {include: ['*']}}";

#[test]
fn what_is_opened_is_found_and_what_was_open_is_not() {
    let both = ["IDP4201 policy/p", "IDP4202 policy/p/rule/r"];
    assert_eq!(found(&Observed::default(), ALL, EVERY), both);
    assert_eq!(found(&org("ACTIVE", &["x"], &["read"]), ALL, EVERY), both);
    assert_eq!(
        found(&org("INACTIVE", &["ALL_CLIENTS"], &["*"]), &format!("status: ACTIVE, {ALL}"), "status: ACTIVE, conditions: {}"),
        both
    );
    assert_eq!(
        found(&org("ACTIVE", &["ALL_CLIENTS"], &["*"]), &format!("description: d, {ALL}"), &format!("priority: 2, {EVERY}")),
        [""; 0]
    );
    let idle = |rest: &str| format!("status: INACTIVE, {rest}");
    assert_eq!(found(&Observed::default(), &idle(ALL), &idle(EVERY)), [""; 0]);
    let named = ("conditions: {clients: {include: [billing-worker]}}", "conditions: {scopes: {include: [read]}}");
    assert_eq!(found(&org("ACTIVE", &["ALL_CLIENTS"], &["*"]), named.0, named.1), [""; 0]);
}
