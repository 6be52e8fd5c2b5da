//! Which authorization server a document is, and which of its children are whose.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Bound, Choices, Client, bind, details};
use crate::desired::Desired;
use crate::desired::server_tests::{declared, shown};
use crate::observed::{Children, Clean, Id, LiveApp, LivePart, Observed, Servers};
use crate::resource::authorization_server::Part;

/// A server of which some is there.
pub(crate) const ORDERS: &str = "metadata: {name: orders}
spec:
  name: orders
  audiences: [a]
  scopes: [{name: orders.read}, {name: openid}, {name: orders.new}]
  claims:
    - {name: groups, claimType: RESOURCE, valueType: EXPRESSION, value: x}
  policies:
    - name: workers
      conditions: {clients: {include: [billing-worker, {client_id: other}]}}
      rules: [{name: r, conditions: {}}, {name: s, conditions: {}}]
    - {name: new, conditions: {clients: {include: [ALL_CLIENTS]}}, rules: [{name: r, conditions: {}}]}
    - {name: loose}
";

/// Returns a live object that is in force unless it says otherwise.
pub(crate) fn live(part: Part, tree: &Value) -> LivePart {
    let mut whole = json!({"status": "ACTIVE"});
    whole.as_object_mut().unwrap().extend(tree.as_object().unwrap().clone());
    LivePart::read(part, &Clean::new(&whole)).expect("an object")
}

/// Returns live objects.
pub(crate) fn all(part: Part, trees: &Value) -> Vec<LivePart> {
    trees.as_array().unwrap().iter().map(|tree| live(part, tree)).collect()
}

/// An org with the built-in server and another, the children of which were read.
pub(crate) fn observed() -> Observed {
    let listed = json!([{"id": "aus0", "name": "default", "default": true}, {"id": "aus1", "name": "orders", "default": false}]);
    let children = Children {
        scopes: Some(all(
            Part::Scope,
            &json!([{"id": "scp1", "name": "orders.read"}, {"id": "scp2", "name": "openid"}, {"id": "scp3", "name": "email"}, {"id": "scp4", "name": "orders.old"}]),
        )),
        claims: Some(all(
            Part::Claim,
            &json!([{"id": "ocl1", "name": "groups", "claimType": "IDENTITY"}, {"id": "ocl2", "name": "groups", "claimType": "RESOURCE"}, {"id": "ocl3", "name": "sub", "claimType": "RESOURCE"}]),
        )),
        policies: Some(all(
            Part::Policy,
            &json!([{"id": "00p1", "name": "workers"}, {"id": "00p2", "name": "loose"}, {"id": "00p3", "name": "old"}, {"id": "00p4", "name": "Default", "system": true}]),
        )),
        rules: [(Id("00p1".to_owned()), all(Part::Rule, &json!([{"id": "0pr1", "name": "r"}, {"id": "0pr2", "name": "old"}])))].into(),
    };
    let below = [(Id("aus1".to_owned()), children)].into();
    Observed { servers: Servers { listed: all(Part::Server, &listed), below }, apps: vec![app("0oa9", "other")], ..Observed::default() }
}

/// Returns an app that no document declares, unless by its client id.
pub(crate) fn app(id: &str, client_id: &str) -> LiveApp {
    let tree = json!({"id": id, "name": "oidc_client", "label": "Elsewhere", "status": "ACTIVE",
        "credentials": {"oauthClient": {"client_id": client_id}}});
    LiveApp::read(&Clean::new(&tree)).expect("an app")
}

fn bound<'a>(desired: &'a Desired, observed: &'a Observed) -> Bound<'a> {
    bind(desired, observed, &Choices::default())
}

fn lines(bound: &Bound<'_>) -> String {
    let mut out = String::new();
    let id = |live: Option<&LivePart>| live.map_or("new".to_owned(), |live| live.id.0.clone());
    for server in &bound.servers {
        writeln!(out, "{} is {}", server.wanted.own.address, id(server.live)).unwrap();
        for child in &server.children {
            let below = child.policy.map(|policy| format!(" below {}", id(policy.live))).unwrap_or_default();
            writeln!(out, "{} is {}{below}", child.wanted.address, id(child.live)).unwrap();
            for client in child.clients.iter().flatten() {
                writeln!(out, "  for {client:?}").unwrap();
            }
        }
        for extra in &server.extras {
            let below = extra.policy.map(|policy| format!(" below {}", id(policy.live))).unwrap_or_default();
            writeln!(out, "{} {}{below} is nobody's, prunable: {}", extra.live.part.as_str(), extra.live.id, extra.prunable).unwrap();
        }
    }
    out + &shown(&bound.problems)
}

#[test]
fn children_are_found_by_their_names_below_their_server() {
    let (desired, observed) = (declared(ORDERS), observed());
    insta::assert_snapshot!(lines(&bound(&desired, &observed)), @r#"
    AuthorizationServer/orders is aus1
    AuthorizationServer/orders/scope/orders.read is scp1
    AuthorizationServer/orders/scope/openid is scp2
    AuthorizationServer/orders/scope/orders.new is new
    AuthorizationServer/orders/claim/RESOURCE/groups is ocl2
    AuthorizationServer/orders/policy/workers is 00p1
      for There("other", None)
      for ToBeMade(Address { kind: App, name: "billing-worker", child: [] })
    AuthorizationServer/orders/policy/new is new
      for All
    AuthorizationServer/orders/policy/loose is 00p2
    AuthorizationServer/orders/policy/workers/rule/r is 0pr1 below 00p1
    AuthorizationServer/orders/policy/workers/rule/s is new below 00p1
    AuthorizationServer/orders/policy/new/rule/r is new below new
    scope scp4 is nobody's, prunable: true
    claim ocl1 is nobody's, prunable: true
    policy 00p3 is nobody's, prunable: true
    rule 0pr2 below 00p1 is nobody's, prunable: true
    "#);
}

#[test]
fn what_is_not_there_is_new_with_all_that_belongs_to_it() {
    let desired = declared(ORDERS);
    let observed = Observed { apps: vec![app("0oa9", "other"), app("0oa1", "billing_worker")], ..Observed::default() };
    let bound = bound(&desired, &observed);
    assert!(bound.servers[0].live.is_none() && bound.servers[0].children.iter().all(|child| child.live.is_none()));
    let clients = bound.servers[0].children.iter().find_map(|child| child.clients.as_ref()).unwrap();
    assert_eq!(clients, &[Client::There("billing_worker", Some(&desired.apps[0].address)), Client::There("other", None)]);
}

#[test]
fn of_a_server_is_read_what_its_document_speaks_of() {
    let (desired, observed) = (declared(ORDERS), observed());
    let read = |desired: &Desired| details(desired, &bound(desired, &observed), None).servers;
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let children = super::Children { scopes: true, claims: true, policies: Some(names(&["workers", "new"])) };
    assert_eq!(read(&desired), [(Id("aus1".to_owned()), children)].into());
    let empty = declared(
        "metadata: {name: a}\nspec: {name: default, scopes: []}\n---\nmetadata: {name: b}\nspec: {name: orders, audiences: [a]}\n",
    );
    let scopes = super::Children { scopes: true, ..super::Children::default() };
    assert_eq!(read(&empty), [(Id("aus0".to_owned()), scopes)].into());
}

#[test]
fn the_built_in_server_is_found_by_its_word_and_pruned_only_if_told() {
    let mut observed = observed();
    let children = observed.servers.below.remove(&Id("aus1".to_owned())).unwrap();
    observed.servers.below.insert(Id("aus0".to_owned()), children);
    let prunable = |text: &str| {
        let desired = declared(text);
        let bound = bound(&desired, &observed);
        let server = &bound.servers[0];
        assert_eq!(server.live.map(|live| live.id.0.as_str()), Some("aus0"));
        server.extras.iter().map(|extra| (extra.live.id.0.clone(), extra.prunable)).collect::<Vec<_>>()
    };
    let named = |prunable| vec![("scp1".to_owned(), prunable), ("scp4".to_owned(), prunable)];
    assert_eq!(prunable("metadata: {name: builtin}\nspec: {name: default, scopes: []}\n"), named(false));
    assert_eq!(prunable("metadata: {name: builtin, prune: true}\nspec: {name: default, scopes: []}\n"), named(true));
    assert_eq!(prunable("metadata: {name: builtin, id: aus0, prune: true}\nspec: {name: renamed, claims: []}\n").len(), 2);
}

#[test]
fn what_cannot_be_told_is_said_with_its_place() {
    let mut observed = observed();
    observed.servers.listed.push(live(Part::Server, &json!({"id": "aus2", "name": "twin", "default": false})));
    observed.servers.listed.push(live(Part::Server, &json!({"id": "aus3", "name": "twin", "default": false})));
    observed.servers.below.get_mut(&Id("aus1".to_owned())).unwrap().scopes =
        Some(all(Part::Scope, &json!([{"id": "scp1", "name": "twin"}, {"id": "scp2", "name": "twin"}])));
    observed.apps.push(app("0oa8", "another"));
    let desired = declared(
        "metadata: {name: a}
spec: {name: twin, audiences: [a]}
---
metadata: {name: b, id: aus9}
spec: {name: b}
---
metadata: {name: c}
spec:
  name: orders
  audiences: [a]
  scopes: [{name: twin}]
  policies: [{name: p, conditions: {clients: {include: [{id: 0oa0}, {label: Elsewhere}]}}}]
",
    );
    insta::assert_snapshot!(shown(&bound(&desired, &observed).problems), @"
    IDP0601 servers.yaml:2:14: 2 authorization servers have the name of AuthorizationServer/a: aus2, aus3
      pin the right one with `metadata.id`
    IDP0602 servers.yaml:7:14: AuthorizationServer/b is pinned to `aus9`, and there is no such authorization server
      correct `metadata.id`, or take it out to have the server found by its name, or made
    IDP0601 servers.yaml:15:19: 2 live objects have the name of AuthorizationServer/c/scope/twin: scp1, scp2
      rename or delete all but one at the server: a manifest cannot tell them apart
    IDP0602 servers.yaml:16:57: AuthorizationServer/c/policy/p is for the client {id: 0oa0}, and there is none
      correct the reference, or declare the app in an App document
    IDP0601 servers.yaml:16:69: AuthorizationServer/c/policy/p is for the client {label: Elsewhere}, and there are 2: 0oa9, 0oa8
      refer to it by `id`
    ");
    let twice =
        declared("metadata: {name: c}\nspec: {name: orders, audiences: [a]}\n---\nmetadata: {name: d, id: aus1}\nspec: {name: renamed}\n");
    insta::assert_snapshot!(shown(&bound(&twice, &observed).problems), @"
    IDP0603 servers.yaml:2:14: AuthorizationServer/c is the authorization server aus1, which is AuthorizationServer/d
      rename or remove one of the two
    ");
    observed.servers.listed.remove(0);
    insta::assert_snapshot!(shown(&bound(&declared("metadata: {name: a}\nspec: {name: default}\n"), &observed).problems), @"
    IDP0602 servers.yaml:2:14: AuthorizationServer/a is the built-in server, and this org has none
      give the server another name to have it made
    ");
}
