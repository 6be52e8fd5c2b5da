//! Where an org departs from what is declared of authorization servers.

use std::fmt::Write as _;

use serde_json::json;

use super::{Change, Changes, Choices, SecretHashes, diff};
use crate::bind;
use crate::bind::server_tests::{ORDERS, all, app, live, observed};
use crate::desired::Desired;
use crate::desired::server_tests::{declared, shown};
use crate::observed::{Children, Id, Observed, Servers};
use crate::resource::Facet;
use crate::resource::authorization_server::Part;

fn changed(desired: &Desired, observed: &Observed, prune: bool) -> String {
    let bound = bind::bind(desired, observed, &bind::Choices::default());
    assert_eq!(shown(&bound.problems), "");
    let choices = Choices { prune, ..Choices::default() };
    lines(&diff(desired, observed, &bound, &SecretHashes::new(), &choices))
}

fn lines(changes: &Changes<'_>) -> String {
    let mut out = String::new();
    for entry in &changes.servers {
        let address = &entry.wanted.address;
        let (verb, fields) = match &entry.change {
            None => continue,
            Some(Change::Create { fields }) if entry.born => ("is born", fields),
            Some(Change::Create { fields }) => ("create", fields),
            Some(Change::Update { fields }) => ("update", fields),
            Some(Change::Replace { .. }) => panic!("nothing of a server is replaced"),
        };
        let awaits: Vec<_> = entry.awaits.iter().map(|address| format!(" after {address}")).collect();
        writeln!(out, "{verb} {address}{}", awaits.concat()).unwrap();
        for field in fields {
            let value = |value: &Option<serde_json::Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
            let facet = if field.facet == Facet::Status { " (status)" } else { "" };
            writeln!(out, "  {}: {} → {}{facet}", field.path, value(&field.before), value(&field.after)).unwrap();
        }
    }
    for retired in &changes.retired {
        writeln!(out, "delete {} {}", retired.address, retired.live.id).unwrap();
    }
    for left in &changes.left_alone {
        writeln!(out, "leave {}: {} {:?}", left.address, left.what, left.flag).unwrap();
    }
    out + &shown(&changes.problems)
}

#[test]
fn what_is_missing_is_made_and_what_nobody_declares_is_left_alone_or_pruned() {
    let (desired, observed) = (declared(ORDERS), observed());
    insta::assert_snapshot!(changed(&desired, &observed, false), @r#"
    update AuthorizationServer/orders
      audiences: - → ["a"]
    create AuthorizationServer/orders/scope/orders.new
      name: - → "orders.new"
    update AuthorizationServer/orders/claim/RESOURCE/groups
      valueType: - → "EXPRESSION"
      value: - → "x"
    update AuthorizationServer/orders/policy/workers after App/billing-worker
      conditions.clients.include: - → ["other","{App/billing-worker}"]
    create AuthorizationServer/orders/policy/new
      name: - → "new"
      conditions.clients.include: - → ["ALL_CLIENTS"]
    create AuthorizationServer/orders/policy/workers/rule/s
      name: - → "s"
    create AuthorizationServer/orders/policy/new/rule/r
      name: - → "r"
    leave AuthorizationServer/orders/claim/IDENTITY/groups: the claim `groups` (ocl1) is not declared Some("--prune")
    leave AuthorizationServer/orders/policy/old: the policy `old` (00p3) is not declared Some("--prune")
    leave AuthorizationServer/orders/policy/workers/rule/old: the rule `old` (0pr2) is not declared Some("--prune")
    leave AuthorizationServer/orders/scope/orders.old: the scope `orders.old` (scp4) is not declared Some("--prune")
    "#);
    let pruned = changed(&desired, &observed, true);
    insta::assert_snapshot!(pruned.lines().filter(|line| line.starts_with("delete")).collect::<Vec<_>>().join("\n"), @"
    delete AuthorizationServer/orders/scope/orders.old scp4
    delete AuthorizationServer/orders/claim/IDENTITY/groups ocl1
    delete AuthorizationServer/orders/policy/old 00p3
    delete AuthorizationServer/orders/policy/workers/rule/old 0pr2
    ");
}

#[test]
fn from_an_empty_org_everything_is_made_but_what_a_server_is_born_with() {
    let desired = declared(
        "metadata: {name: orders}
spec:
  name: orders
  description: null
  audiences: [a]
  status: INACTIVE
  scopes: [{name: openid, metadataPublish: ALL_CLIENTS}, {name: read, consent: FLEXIBLE, displayName: null}]
  claims: [{name: address, claimType: IDENTITY, valueType: SYSTEM, alwaysIncludeInToken: true}]
  policies:
    - name: p
      status: ACTIVE
      priority: 1
      conditions: {clients: {include: [billing-worker]}}
      rules: [{name: r, priority: 1, status: INACTIVE, conditions: {grantTypes: {include: [client_credentials]}}}]
",
    );
    insta::assert_snapshot!(changed(&desired, &Observed::default(), false), @r#"
    create AuthorizationServer/orders
      name: - → "orders"
      audiences: - → ["a"]
      status: - → "INACTIVE" (status)
    is born AuthorizationServer/orders/scope/openid
      name: - → "openid"
      metadataPublish: - → "ALL_CLIENTS"
    create AuthorizationServer/orders/scope/read
      name: - → "read"
      consent: - → "FLEXIBLE"
    is born AuthorizationServer/orders/claim/IDENTITY/address
      name: - → "address"
      claimType: - → "IDENTITY"
      valueType: - → "SYSTEM"
      alwaysIncludeInToken: - → true
    create AuthorizationServer/orders/policy/p after App/billing-worker
      name: - → "p"
      priority: - → 1
      conditions.clients.include: - → ["{App/billing-worker}"]
    create AuthorizationServer/orders/policy/p/rule/r
      name: - → "r"
      priority: - → 1
      conditions.grantTypes.include: - → ["client_credentials"]
      status: - → "INACTIVE" (status)
    "#);
}

/// A server with one policy for the declared app, and two rules.
fn tidy() -> Observed {
    let children = Children {
        policies: Some(all(
            Part::Policy,
            &json!([{"id": "00p1", "name": "p", "priority": 1, "conditions": {"clients": {"include": ["0oa9", "billing_worker"]}}}]),
        )),
        rules: [(
            Id("00p1".to_owned()),
            all(
                Part::Rule,
                &json!([
                    {"id": "0pr1", "name": "r", "priority": 1, "conditions": {"grantTypes": {"include": ["implicit", "password"]}, "people": {"users": {"exclude": []}}}},
                    {"id": "0pr2", "name": "s", "priority": 2, "actions": {"token": {"inlineHook": {"id": "cal1"}}}},
                ]),
            ),
        )]
        .into(),
        ..Children::default()
    };
    let server = json!({"id": "aus1", "name": "orders", "audiences": ["a"], "credentials": {"signing": {"kid": "k", "rotationMode": "AUTO"}}, "default": false});
    let servers = Servers { listed: vec![live(Part::Server, &server)], below: [(Id("aus1".to_owned()), children)].into() };
    Observed { servers, apps: vec![app("0oa1", "billing_worker"), app("0oa9", "0oa9")], ..Observed::default() }
}

fn orders(server: &str, policy: &str, rules: &str) -> Desired {
    declared(&format!(
        "metadata: {{name: orders}}\nspec:\n  name: orders\n  audiences: [a]\n{server}  policies: [{{name: p, {policy}rules: [{rules}]}}]\n"
    ))
}

#[test]
fn what_is_there_in_another_order_is_no_difference() {
    let same = orders(
        "  status: ACTIVE\n  credentials: {signing: {rotationMode: AUTO, use: sig}}\n",
        "priority: 10, status: ACTIVE, conditions: {clients: {include: [billing-worker, {client_id: 0oa9}]}}, ",
        "{name: r, priority: 10, conditions: {grantTypes: {include: [password, implicit]}, people: {users: {include: []}}}}, {name: s, priority: 20, conditions: {}}",
    );
    assert_eq!(changed(&same, &tidy(), false), "");
}

#[test]
fn each_declared_field_that_differs_is_a_difference_of_its_own_object() {
    let other = orders(
        "  status: INACTIVE\n  credentials: {signing: {rotationMode: MANUAL}}\n",
        "status: INACTIVE, conditions: {clients: {include: [ALL_CLIENTS]}}, ",
        "{name: r, priority: 2, conditions: {grantTypes: {include: [password]}}}, {name: s, priority: 1, conditions: {}, actions: {token: {inlineHook: null}}}",
    );
    insta::assert_snapshot!(changed(&other, &tidy(), false), @r#"
    update AuthorizationServer/orders
      credentials.signing.rotationMode: "AUTO" → "MANUAL"
      status: "ACTIVE" → "INACTIVE" (status)
    update AuthorizationServer/orders/policy/p
      status: "ACTIVE" → "INACTIVE" (status)
      conditions.clients.include: ["0oa9","{App/billing-worker}"] → ["ALL_CLIENTS"]
    update AuthorizationServer/orders/policy/p/rule/r
      conditions.grantTypes.include: ["implicit","password"] → ["password"]
      priority: 1 → 2
    update AuthorizationServer/orders/policy/p/rule/s
      actions.token.inlineHook: {"id":"cal1"} → -
      priority: 2 → 1
    "#);
}

#[test]
fn a_declared_client_stands_by_its_name_whether_it_comes_or_goes() {
    let other = orders("", "conditions: {clients: {include: [{client_id: new}]}}, ", "");
    let mut observed = tidy();
    observed.apps.push(app("0oa5", "new"));
    insta::assert_snapshot!(changed(&other, &observed, false), @r#"
    update AuthorizationServer/orders/policy/p
      conditions.clients.include: ["0oa9","{App/billing-worker}"] → ["new"]
    leave AuthorizationServer/orders/policy/p/rule/r: the rule `r` (0pr1) is not declared Some("--prune")
    leave AuthorizationServer/orders/policy/p/rule/s: the rule `s` (0pr2) is not declared Some("--prune")
    "#);
}

#[test]
fn a_claim_of_oktas_own_cannot_be_made() {
    let mut observed = tidy();
    observed.servers.below.entry(Id("aus1".to_owned())).or_default().claims = Some(Vec::new());
    let desired = declared(
        "metadata: {name: orders}
spec:
  name: orders
  audiences: [a]
  claims: [{name: address, claimType: IDENTITY, valueType: SYSTEM}]
",
    );
    insta::assert_snapshot!(changed(&desired, &observed, false), @r#"
    create AuthorizationServer/orders/claim/IDENTITY/address
      name: - → "address"
      claimType: - → "IDENTITY"
      valueType: - → "SYSTEM"
    IDP0607 servers.yaml:5:19: AuthorizationServer/orders/claim/IDENTITY/address is Okta's own, and the server has no such claim
      take it out, or declare a claim with a `value` of your own
    "#);
}
