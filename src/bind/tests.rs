//! The rules of identity, one by one, and which of them wins.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::fixture::{app, app_with_client_id, desired, document, live, marked, observed, said, with};
use super::*;

/// Returns what was brought together, and what was not.
fn shown(bound: &Bound<'_>) -> String {
    let mut out = String::new();
    for app in &bound.apps {
        match app {
            BoundApp::New(wanted) => writeln!(out, "{} is new", wanted.address).unwrap(),
            BoundApp::Both(wanted, live, how) => writeln!(out, "{} is {} by {how:?}", wanted.address, live.id).unwrap(),
        }
    }
    for Orphan { address, live, marker: _, why } in &bound.orphans {
        writeln!(out, "{address} was {}: {why:?}", live.id).unwrap();
    }
    for Refusal { address, origin: _, live: _, why } in &bound.refused {
        writeln!(out, "{address} is refused: {why}").unwrap();
    }
    for (address, note) in &bound.notes {
        writeln!(out, "{address}: {note}").unwrap();
    }
    out + &said(&bound.problems)
}

fn bound_with(choices: &Choices, documents: &[Value], apps: Vec<LiveApp>) -> String {
    shown(&bind(&desired(documents), &observed(apps), choices))
}

fn bound(documents: &[Value], apps: Vec<LiveApp>) -> String {
    bound_with(&Choices::default(), documents, apps)
}

fn pinned(document: Value, id: &str) -> Value {
    with(document, &[("metadata.id", json!(id))])
}

fn adopting(document: Value) -> Value {
    with(document, &[("metadata.adopt", json!(true))])
}

fn client_id(id: &str) -> (&'static str, Value) {
    ("credentials.oauthClient.client_id", json!(id))
}

fn superseded(owner: &str) -> (&'static str, Value) {
    ("profile.idpctl", json!({"owner": owner, "manages": [], "superseded": true}))
}

#[test]
fn every_rule_finds_the_app_that_it_is_about() {
    let documents =
        [pinned(app("a", "A"), "0oa1"), app("b", "B"), app_with_client_id("c", "C", "client-c"), adopting(app("d", "D")), app("e", "E")];
    let apps = vec![
        live("0oa4", "D", &[]),
        live("0oa3", "x", &[client_id("client-c")]),
        live("0oa2", "x", &[marked("payments/b")]),
        live("0oa1", "x", &[]),
    ];
    insta::assert_snapshot!(bound(&documents, apps), @"
    App/a is 0oa1 by Id
    App/b is 0oa2 by Marker
    App/c is 0oa3 by ClientId
    App/d is 0oa4 by Label
    App/e is new
    App/c: the app 0oa3 has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark
    ");
}

#[test]
fn a_stronger_rule_of_another_document_goes_first() {
    let by_mark = [app_with_client_id("a", "A", "client"), app("b", "B")];
    insta::assert_snapshot!(bound(&by_mark, vec![live("0oa1", "A", &[client_id("client"), marked("payments/b")])]), @"
    App/b is 0oa1 by Marker
    603 App/a declares client_id `client`, and the app that has it (0oa1) is already App/b
      help: give one of them another client_id, or take one of the documents out
    ");
    let by_client_id = [adopting(app("a", "Same")), app_with_client_id("b", "Same", "client")];
    insta::assert_snapshot!(bound(&by_client_id, vec![live("0oa1", "Same", &[client_id("client")])]), @"
    App/a is new
    App/b is 0oa1 by ClientId
    App/b: the app 0oa1 has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark
    ");
}

#[test]
fn a_pin_must_lead_to_an_app_that_is_ours_to_take() {
    insta::assert_snapshot!(bound(&[pinned(app("a", "A"), "0oa9")], vec![live("0oa1", "A", &[])]), @"
    602 App/a is pinned to `0oa9`, and there is no such OIDC app
      help: correct `metadata.id`, or take it out to have the app created
    ");
    insta::assert_snapshot!(bound(&[pinned(app("a", "A"), "0oa1")], vec![live("0oa1", "A", &[marked("theirs/a")])]), @"App/a is refused: the app 0oa1 belongs to project `theirs` (as a)");
    insta::assert_snapshot!(bound(&[pinned(app("a", "A"), "0oa1"), app("b", "B")], vec![live("0oa1", "A", &[marked("payments/b")])]), @"
    App/b is 0oa1 by Marker
    App/a is refused: the app 0oa1 bears the mark of App/b, which is still declared
    ");
    insta::assert_snapshot!(bound(&[pinned(app("a", "A"), "0oa1")], vec![live("0oa1", "A", &[marked("payments/a")])]), @"App/a is 0oa1 by Id");
    insta::assert_snapshot!(bound(&[pinned(app("a", "A"), "0oa1")], vec![live("0oa1", "A", &[marked("payments/gone")])]), @"
    App/a is 0oa1 by Id
    App/a: was App/gone until now: the document was renamed
    ");
}

#[test]
fn of_copies_of_a_mark_the_declared_client_id_tells_the_right_one() {
    let apps = || vec![live("0oa1", "A", &[client_id("the-first"), marked("payments/a")]), live("0oa2", "A", &[marked("payments/a")])];
    insta::assert_snapshot!(bound(&[app_with_client_id("a", "A", "the-first")], apps()), @"
    App/a is 0oa1 by Marker
    App/a was 0oa2: Copy
    ");
    insta::assert_snapshot!(bound(&[app("a", "A")], apps()), @"
    App/a was 0oa1: Copy
    App/a was 0oa2: Copy
    601 2 live apps bear the mark of App/a: 0oa1 (client_id the-first, ACTIVE), 0oa2 (client_id 0oa2, ACTIVE)
      help: one of them is a copy that somebody made: declare the `client_id` of the right one, or pin it with `metadata.id`
    ");
    insta::assert_snapshot!(bound(&[app_with_client_id("a", "A", "the-third")], apps()), @"
    App/a was 0oa1: Copy
    App/a was 0oa2: Copy
    601 2 live apps bear the mark of App/a: 0oa1 (client_id the-first, ACTIVE), 0oa2 (client_id 0oa2, ACTIVE)
      help: one of them is a copy that somebody made: declare the `client_id` of the right one, or pin it with `metadata.id`
    ");
    insta::assert_snapshot!(bound(&[pinned(app("a", "A"), "0oa2")], apps()), @"
    App/a is 0oa2 by Id
    App/a was 0oa1: Copy
    ");
}

#[test]
fn of_two_marked_apps_the_one_that_is_not_superseded_is_the_one() {
    let old = || live("0oa1", "A", &[superseded("payments/a")]);
    insta::assert_snapshot!(bound(&[app("a", "A")], vec![old(), live("0oa2", "A", &[marked("payments/a")])]), @"
    App/a is 0oa2 by Marker
    App/a was 0oa1: Superseded
    ");
    insta::assert_snapshot!(bound(&[app("a", "A")], vec![old()]), @"App/a is 0oa1 by Marker");
}

#[test]
fn a_marked_app_and_one_with_the_client_id_are_too_many() {
    let apps = vec![live("0oa1", "A", &[marked("payments/a")]), live("0oa2", "B", &[client_id("client")])];
    insta::assert_snapshot!(bound(&[app_with_client_id("a", "A", "client")], apps), @"
    App/a was 0oa1: Copy
    601 2 live apps fit App/a: the first bears its mark, the second has its client_id: 0oa1 (client_id 0oa1, ACTIVE), 0oa2 (client_id client, ACTIVE)
      help: pin the right one with `metadata.id`
    ");
}

#[test]
fn a_new_client_id_alone_leaves_the_marked_app_in_place() {
    let apps = vec![live("0oa1", "A", &[marked("payments/a")])];
    insta::assert_snapshot!(bound(&[app_with_client_id("a", "A", "client")], apps), @"App/a is 0oa1 by Marker");
}

#[test]
fn what_bears_the_mark_of_another_project_is_never_taken() {
    let theirs = || vec![live("0oa1", "A", &[client_id("client"), marked("theirs/a")])];
    insta::assert_snapshot!(bound(&[app_with_client_id("a", "A", "client")], theirs()), @"App/a is refused: the app 0oa1 belongs to project `theirs` (as a)");
    insta::assert_snapshot!(bound(&[adopting(app("a", "A"))], theirs()), @"App/a is refused: the app 0oa1 belongs to project `theirs` (as a)");
    insta::assert_snapshot!(bound(&[app("a", "A")], theirs()), @"App/a is new");
}

#[test]
fn a_label_is_enough_only_for_whoever_asked_to_adopt() {
    let apps = || vec![live("0oa1", "A", &[]), live("0oa2", "B", &[])];
    insta::assert_snapshot!(bound(&[app("a", "A")], apps()), @"
    App/a is new
    App/a: an app with this label is there already (0oa1); to take it over instead of making another: --adopt App/a
    ");
    let choices = Choices { adopt: [Address::new(Kind::App, "a")].into() };
    insta::assert_snapshot!(bound_with(&choices, &[app("a", "A"), app("b", "B")], apps()), @"
    App/a is 0oa1 by Label
    App/b is new
    App/b: an app with this label is there already (0oa2); to take it over instead of making another: --adopt App/b
    ");
    let twins = vec![live("0oa1", "A", &[]), live("0oa2", "A", &[])];
    insta::assert_snapshot!(bound(&[adopting(app("a", "A"))], twins), @"
    601 2 live apps have the label of App/a, which is to adopt one: 0oa1 (client_id 0oa1, ACTIVE), 0oa2 (client_id 0oa2, ACTIVE)
      help: pin the right one with `metadata.id`
    ");
}

#[test]
fn marks_say_nothing_where_ownership_is_switched_off() {
    let documents = [app("a", "A"), app_with_client_id("b", "B", "client")];
    let unowned = Desired { ownership: false, ..desired(&documents) };
    let apps = vec![
        live("0oa1", "x", &[marked("payments/a")]),
        live("0oa2", "x", &[client_id("client"), marked("theirs/b")]),
        live("0oa3", "x", &[marked("payments/gone")]),
    ];
    insta::assert_snapshot!(shown(&bind(&unowned, &observed(apps), &Choices::default())), @"
    App/a is new
    App/b is 0oa2 by ClientId
    ");
}

#[test]
fn marked_apps_without_a_document_are_orphans_and_those_of_others_are_not() {
    let apps = vec![
        live("0oa3", "x", &[marked("payments/z")]),
        live("0oa2", "x", &[marked("payments/b")]),
        live("0oa1", "x", &[marked("theirs/c")]),
        live("0oa0", "x", &[]),
    ];
    insta::assert_snapshot!(bound(&[app("a", "A")], apps), @"
    App/a is new
    App/b was 0oa2: DocumentGone
    App/z was 0oa3: DocumentGone
    ");
}

fn grants(name: &str, reference: Value) -> Value {
    document("Grant", name, &[("app", reference), ("scopes", json!(["okta.users.read"]))])
}

#[test]
fn an_app_that_no_manifest_declares_is_found_by_what_refers_to_it() {
    let documents = [
        grants("by-id", json!({"id": "0oa1"})),
        grants("by-client-id", json!({"client_id": "client"})),
        grants("by-label", json!({"label": "C"})),
    ];
    let apps = || vec![live("0oa1", "A", &[]), live("0oa2", "B", &[client_id("client"), marked("theirs/b")]), live("0oa3", "C", &[])];
    insta::assert_snapshot!(bound(&documents, apps()), @"
    Grant/by-client-id is 0oa2 by Reference
    Grant/by-id is 0oa1 by Reference
    Grant/by-label is 0oa3 by Reference
    ");
}

#[test]
fn a_reference_that_leads_nowhere_or_to_several_is_an_error() {
    insta::assert_snapshot!(bound(&[grants("g", json!({"label": "A"}))], vec![live("0oa1", "B", &[])]), @"
    602 Grant/g refers to the app {label: A}, and there is none
      help: correct the reference, or declare the app in an App document
    ");
    insta::assert_snapshot!(bound(&[grants("g", json!({"label": "A"}))], vec![live("0oa1", "A", &[]), live("0oa2", "A", &[])]), @"
    601 Grant/g refers to the app {label: A}, and there are 2: 0oa1, 0oa2
      help: refer to it by `id`
    ");
    let declared = [app_with_client_id("a", "A", "client"), grants("g", json!({"id": "0oa1"}))];
    insta::assert_snapshot!(bound(&declared, vec![live("0oa1", "A", &[client_id("client")])]), @"
    App/a is 0oa1 by ClientId
    App/a: the app 0oa1 has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark
    603 Grant/g refers to the app 0oa1, which is App/a
      help: refer to it by its name: `app: a`
    ");
}

#[test]
fn children_are_read_only_where_a_document_or_the_mark_manages_them() {
    let secret = |name: &str, env: &str| json!([{"name": name, "env": env}]);
    let documents = [
        app("plain", "x"),
        app("granted", "x"),
        document("Grant", "granted", &[("scopes", json!([]))]),
        document("GroupAssignment", "granted", &[("groups", json!([{"name": "Sales"}, {"id": "00g1"}]))]),
        document("GroupAssignment", "known", &[("groups", json!([{"name": "Sales"}]))]),
        app("remembered", "x"),
        app("known", "x"),
        document("ClientCredentials", "known", &[("client_secrets", secret("a", "IDPCTL_A"))]),
        app("unknown", "x"),
        document("ClientCredentials", "unknown", &[("client_secrets", secret("b", "IDPCTL_B"))]),
        app("none", "x"),
        document("ClientCredentials", "none", &[("client_secrets", json!([]))]),
    ];
    let manages = ("profile.idpctl", json!({"owner": "payments/remembered", "manages": ["grants", "groups", "secrets"]}));
    let mark = |name: &str| [marked(&format!("payments/{name}"))];
    let mut apps: Vec<_> = ["plain", "granted", "known", "unknown", "none"].iter().map(|name| live(name, "x", &mark(name))).collect();
    apps.push(live("remembered", "x", &[manages]));
    let (desired, observed) = (desired(&documents), observed(apps));
    let bound = bind(&desired, &observed, &Choices::default());
    let names = |ids: &BTreeSet<Id>| ids.iter().map(|id| id.0.clone()).collect::<Vec<_>>().join(" ");

    let resolved = [crate::secret::SecretRef::Env("IDPCTL_A".to_owned())].into();
    let read = details(&desired, &bound, Some(&resolved));
    assert_eq!(names(&read.grants), "granted remembered");
    assert_eq!(names(&read.assignments), "granted known remembered");
    let groups: Vec<_> = read.groups.iter().map(crate::desired::GroupReference::text).collect();
    assert_eq!(groups, ["Sales", "00g1"], "each is looked for once");
    assert_eq!(names(&read.secrets), "known none remembered", "a read of secrets whose declared value is unknown would be for nothing");
    assert!(!read.policies, "nobody names one");
    assert_eq!(names(&details(&desired, &bound, None).secrets), "", "--secrets skip");
}
