//! Which requests carry out what differs of authorization servers, and which wait for which.

use std::fmt::Write as _;

use serde_json::json;

use super::{Action, Body, Expect, Program, Verb, program};
use crate::bind;
use crate::bind::server_tests::{all, app, live};
use crate::desired::Desired;
use crate::desired::server_tests::{declared, shown};
use crate::diff::{Choices, SecretHashes, diff};
use crate::observed::{Children, Id, Observed, Servers};
use crate::resource::authorization_server::Part;

const ORDERS: &str = "metadata: {name: orders}
spec:
  name: orders
  audiences: [a]
  status: INACTIVE
  scopes: [{name: openid, metadataPublish: ALL_CLIENTS}, {name: read, consent: FLEXIBLE}]
  claims:
    - {name: team, claimType: RESOURCE, valueType: EXPRESSION, value: x, conditions: {scopes: [read]}}
  policies:
    - {name: second, priority: 2, conditions: {clients: {include: [ALL_CLIENTS]}}}
    - name: first
      priority: 1
      conditions: {clients: {include: [billing-worker, {client_id: other}]}}
      rules:
        - {name: 'b {/}', priority: 7, conditions: {}}
        - {name: a, priority: 9, status: INACTIVE, conditions: {scopes: {include: [read, openid]}}}
";

fn programmed(desired: &Desired, observed: &Observed, prune: bool) -> Program {
    let bound = bind::bind(desired, observed, &bind::Choices::default());
    assert_eq!(shown(&bound.problems), "");
    program(&diff(desired, observed, &bound, &SecretHashes::new(), &Choices { prune, ..Choices::default() }))
}

/// Returns what is done with authorization servers: each action with its lane and what it waits for, its requests with what they send and
/// what must hold before and after.
fn done(desired: &Desired, observed: &Observed, prune: bool) -> String {
    let program = programmed(desired, observed, prune);
    program.actions.iter().filter(|action| !action.address.to_string().starts_with("App/")).map(show).collect()
}

fn show(action: &Action) -> String {
    let mut out = format!("{:?} {}", action.verb, action.address);
    if let Some(lane) = &action.lane {
        write!(out, " in {lane}").unwrap();
    }
    for before in &action.after {
        write!(out, ", after {before}").unwrap();
    }
    out.push('\n');
    for step in &action.steps {
        writeln!(out, "    {} {}", step.call.method.as_str(), step.call.path).unwrap();
        match &step.call.body {
            Body::None => {}
            Body::Json { tree, .. } => writeln!(out, "      {tree}").unwrap(),
            Body::Edited { edits, .. } => {
                for edit in edits {
                    let value = edit.value.as_ref().map_or("taken out".to_owned(), ToString::to_string);
                    writeln!(out, "      {} = {value}", edit.path).unwrap();
                }
            }
        }
        for slot in step.call.body.clients() {
            writeln!(out, "      {} is the client id of {}", slot.path, slot.app).unwrap();
        }
        writeln!(out, "      {} ⇒ {}", all_of(&step.pre), all_of(&step.post)).unwrap();
    }
    for note in &action.notes {
        writeln!(out, "    note: {note}").unwrap();
    }
    out
}

fn all_of(expected: &[Expect]) -> String {
    let one = |expect: &Expect| match expect {
        Expect::BodyIs(_) => "as planned for".to_owned(),
        Expect::Fields(fields) => fields.iter().map(|field| field.path.to_string()).collect::<Vec<_>>().join(", "),
        other => format!("{other:?}"),
    };
    expected.iter().map(one).collect::<Vec<_>>().join(" & ")
}

/// An org with nothing but an app that no document declares.
fn empty() -> Observed {
    Observed { apps: vec![app("0oa9", "other")], ..Observed::default() }
}

#[test]
fn from_an_empty_org_each_object_is_made_after_what_it_needs() {
    let actions = programmed(&declared(ORDERS), &empty(), false).actions;
    let written = serde_json::to_string(&actions).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Action>>(&written).unwrap(), actions, "a plan file holds all of it");
    insta::assert_snapshot!(done(&declared(ORDERS), &empty(), false), @r#"
    Create AuthorizationServer/orders
        POST /api/v1/authorizationServers
          {"name":"orders","audiences":["a"]}
          NoObject ⇒ name, audiences
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/lifecycle/deactivate
          StatusIs(Active) ⇒ StatusIs(Inactive)
    Create AuthorizationServer/orders/claim/RESOURCE/team, after AuthorizationServer/orders, after AuthorizationServer/orders/scope/read
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/claims
          {"name":"team","claimType":"RESOURCE","valueType":"EXPRESSION","value":"x","conditions":{"scopes":["read"]}}
          NoObject ⇒ name, claimType, valueType, value, conditions.scopes
    Create AuthorizationServer/orders/policy/first in {AuthorizationServer/orders}, after App/billing-worker, after AuthorizationServer/orders
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/policies
          {"type":"OAUTH_AUTHORIZATION_POLICY","name":"first","priority":1,"conditions":{"clients":{"include":["other","{App/billing-worker}"]}}}
          conditions.clients.include[1] is the client id of App/billing-worker
          NoObject ⇒ name, conditions.clients.include
    Create AuthorizationServer/orders/policy/first/rule/a in {AuthorizationServer/orders/policy/first}, after AuthorizationServer/orders, after AuthorizationServer/orders/policy/first, after AuthorizationServer/orders/policy/first/rule/b %7B%2F%7D, after AuthorizationServer/orders/scope/openid, after AuthorizationServer/orders/scope/read
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/first}/rules
          {"type":"RESOURCE_ACCESS","conditions":{"scopes":{"include":["read","openid"]}},"name":"a","priority":9,"status":"INACTIVE"}
          NoObject ⇒ name, conditions.scopes.include
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/first}/rules/{AuthorizationServer/orders/policy/first/rule/a}/lifecycle/deactivate
          StatusIs(Active) ⇒ StatusIs(Inactive)
    Create AuthorizationServer/orders/policy/first/rule/b %7B%2F%7D in {AuthorizationServer/orders/policy/first}, after AuthorizationServer/orders, after AuthorizationServer/orders/policy/first
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/first}/rules
          {"type":"RESOURCE_ACCESS","conditions":{},"name":"b {/}","priority":7}
          NoObject ⇒ name
    Create AuthorizationServer/orders/policy/second in {AuthorizationServer/orders}, after AuthorizationServer/orders, after AuthorizationServer/orders/policy/first
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/policies
          {"type":"OAUTH_AUTHORIZATION_POLICY","name":"second","priority":2,"conditions":{"clients":{"include":["ALL_CLIENTS"]}}}
          NoObject ⇒ name, conditions.clients.include
    Create AuthorizationServer/orders/scope/openid, after AuthorizationServer/orders
        PUT /api/v1/authorizationServers/{AuthorizationServer/orders}/scopes/{AuthorizationServer/orders/scope/openid}
          name = "openid"
          metadataPublish = "ALL_CLIENTS"
          AsCreated ⇒ name, metadataPublish
        note: Okta makes it along with the server; it is found and changed
    Create AuthorizationServer/orders/scope/read, after AuthorizationServer/orders
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/scopes
          {"name":"read","consent":"FLEXIBLE"}
          NoObject ⇒ name, consent
    "#);
}

/// The same server, with much of it otherwise.
fn there() -> Observed {
    let children = Children {
        scopes: Some(all(
            Part::Scope,
            &json!([{"id": "scp1", "name": "openid", "metadataPublish": "NO_CLIENTS"}, {"id": "scp2", "name": "read", "consent": "FLEXIBLE"}, {"id": "scp3", "name": "old"}]),
        )),
        claims: Some(all(Part::Claim, &json!([{"id": "ocl1", "name": "old", "claimType": "RESOURCE", "conditions": {"scopes": ["old"]}}]))),
        policies: Some(all(
            Part::Policy,
            &json!([
                {"id": "00p1", "name": "second", "priority": 1, "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}},
                {"id": "00p2", "name": "first", "priority": 2, "conditions": {"clients": {"include": ["other"]}}},
                {"id": "00p3", "name": "old", "priority": 3},
            ]),
        )),
        rules: [(
            Id("00p2".to_owned()),
            all(
                Part::Rule,
                &json!([
                    {"id": "0pr1", "name": "a", "priority": 1, "status": "INACTIVE", "conditions": {"scopes": {"include": ["openid", "read"]}}},
                    {"id": "0pr2", "name": "old", "priority": 2, "status": "INACTIVE"},
                ]),
            ),
        )]
        .into(),
    };
    let server = json!({"id": "aus1", "name": "orders", "audiences": ["b"], "default": false});
    let servers = Servers { listed: vec![live(Part::Server, &server)], below: [(Id("aus1".to_owned()), children)].into() };
    Observed { servers, apps: vec![app("0oa1", "billing_worker"), app("0oa9", "other")], ..Observed::default() }
}

#[test]
fn what_is_there_is_replaced_from_its_live_body_and_what_goes_is_deactivated_first() {
    insta::assert_snapshot!(done(&declared(ORDERS), &there(), true), @r#"
    Update AuthorizationServer/orders
        PUT /api/v1/authorizationServers/{AuthorizationServer/orders}
          audiences = ["a"]
          as planned for ⇒ name, audiences
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/lifecycle/deactivate
          StatusIs(Active) ⇒ StatusIs(Inactive)
    Delete AuthorizationServer/orders/claim/RESOURCE/old
        DELETE /api/v1/authorizationServers/{AuthorizationServer/orders}/claims/ocl1
          as planned for ⇒ NoObject
    Create AuthorizationServer/orders/claim/RESOURCE/team, after AuthorizationServer/orders
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/claims
          {"name":"team","claimType":"RESOURCE","valueType":"EXPRESSION","value":"x","conditions":{"scopes":["read"]}}
          NoObject ⇒ name, claimType, valueType, value, conditions.scopes
    Update AuthorizationServer/orders/policy/first in {AuthorizationServer/orders}, after AuthorizationServer/orders
        PUT /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/first}
          priority = 1
          conditions.clients.include = ["other","{App/billing-worker}"]
          conditions.clients.include[1] is the client id of App/billing-worker
          as planned for ⇒ name, conditions.clients.include & Placed(1)
    Update AuthorizationServer/orders/policy/first/rule/a in {AuthorizationServer/orders/policy/first}, after AuthorizationServer/orders, after AuthorizationServer/orders/policy/first, after AuthorizationServer/orders/policy/first/rule/b %7B%2F%7D, after AuthorizationServer/orders/scope/openid
        PUT /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/first}/rules/{AuthorizationServer/orders/policy/first/rule/a}
          priority = 9
          as planned for ⇒ name, conditions.scopes.include & Placed(9)
    Create AuthorizationServer/orders/policy/first/rule/b %7B%2F%7D in {AuthorizationServer/orders/policy/first}, after AuthorizationServer/orders, after AuthorizationServer/orders/policy/first
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/first}/rules
          {"type":"RESOURCE_ACCESS","conditions":{},"name":"b {/}","priority":7}
          NoObject ⇒ name
    Delete AuthorizationServer/orders/policy/first/rule/old in {AuthorizationServer/orders/policy/first}
        DELETE /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/first}/rules/0pr2
          as planned for & StatusIs(Inactive) ⇒ NoObject
    Delete AuthorizationServer/orders/policy/old in {AuthorizationServer/orders}
        POST /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/00p3/lifecycle/deactivate
          as planned for & StatusIs(Active) ⇒ PartRetired
        DELETE /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/00p3
          as planned for & StatusIs(Inactive) ⇒ NoObject
        note: its rules go with it
    Update AuthorizationServer/orders/policy/second in {AuthorizationServer/orders}, after AuthorizationServer/orders, after AuthorizationServer/orders/policy/first
        PUT /api/v1/authorizationServers/{AuthorizationServer/orders}/policies/{AuthorizationServer/orders/policy/second}
          priority = 2
          as planned for ⇒ name & Placed(2)
    Delete AuthorizationServer/orders/scope/old, after AuthorizationServer/orders/claim/RESOURCE/old, after AuthorizationServer/orders/policy/old
        DELETE /api/v1/authorizationServers/{AuthorizationServer/orders}/scopes/scp3
          as planned for ⇒ NoObject
    Update AuthorizationServer/orders/scope/openid, after AuthorizationServer/orders
        PUT /api/v1/authorizationServers/{AuthorizationServer/orders}/scopes/{AuthorizationServer/orders/scope/openid}
          name = "openid"
          metadataPublish = "ALL_CLIENTS"
          as planned for ⇒ name, metadataPublish
    "#);
}

#[test]
fn what_is_left_of_a_half_done_plan_reads_as_it_did() {
    let desired = declared(ORDERS);
    let whole = programmed(&desired, &empty(), false);
    let mut half = there();
    let below = half.servers.below.entry(Id("aus1".to_owned())).or_default();
    below.policies = Some(Vec::new());
    below.claims = Some(Vec::new());
    below.rules.clear();
    let rest = programmed(&desired, &half, false);
    let mut compared = 0;
    for action in rest.actions.iter().filter(|action| action.address.child.len() > 1) {
        let before = whole.actions.iter().find(|before| before.address == action.address).expect("it was planned before");
        assert_eq!(before.verb, Verb::Create);
        for (before, now) in before.steps.iter().zip(&action.steps) {
            assert_eq!((&before.call, &before.probe, &before.post), (&now.call, &now.probe, &now.post));
            compared += 1;
        }
    }
    assert_eq!(compared, 7, "a scope, a claim, two policies and two rules, one of which is deactivated besides");
}

#[test]
fn what_carries_a_secret_is_not_replaced() {
    let mut observed = there();
    observed.servers.listed =
        vec![live(Part::Server, &json!({"id": "aus1", "name": "orders", "audiences": ["b"], "default": false, "client_secret": "s"}))];
    insta::assert_snapshot!(shown(&programmed(&declared(ORDERS), &observed, false).problems), @"
    IDP0607 servers.yaml:3:9: AuthorizationServer/orders cannot be updated: the live server aus1 carries `client_secret`, which looks like a secret and so is not kept in memory; a PUT would lose it
      change it in Okta's Admin Console
    ");
}

#[test]
fn an_app_that_is_left_out_and_not_there_is_named() {
    let desired = declared(ORDERS);
    let selected = |pattern: &str, observed: &Observed| {
        let select = crate::select::Select::new(&[pattern.to_owned()]).unwrap();
        let bound = bind::bind(&desired, observed, &bind::Choices::default());
        let choices = Choices { select, ..Choices::default() };
        shown(&program(&diff(&desired, observed, &bound, &SecretHashes::new(), &choices)).problems)
    };
    insta::assert_snapshot!(selected("AuthorizationServer/*", &empty()), @"
    IDP0609 servers.yaml:13:40: AuthorizationServer/orders/policy/first is for App/billing-worker, which is not there and not selected
      select it too, with `--select App/billing-worker`, or apply it first
    ");
    assert!(!selected("*/*", &empty()).contains("IDP0609"));
    let mut there = empty();
    there.apps.push(app("0oa1", "billing_worker"));
    assert_eq!(selected("AuthorizationServer/*", &there), "");
}
