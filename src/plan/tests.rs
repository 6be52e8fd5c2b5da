//! Order, guards, approval and the file of a plan.

use serde_json::json;

use super::*;
use crate::address::Kind;
use crate::json::{Fingerprint, Path};
use crate::program::{Body, Call, ClientSlot, Expect, Line, Probe, SecretSlots, Step, Subject};
use crate::request::Method;

fn at(name: &str) -> Address {
    Address::new(Kind::App, name)
}

fn action(name: &str, verb: Verb, after: &[&str]) -> Action {
    Action { after: after.iter().map(|n| at(n)).collect(), lane: None, ..Action::new(at(name), verb, name, Subject::Slot(at(name))) }
}

fn names(actions: Vec<Action>) -> String {
    ordered(actions)
        .map_or_else(|cycle| cycle.to_string(), |order| order.iter().map(|a| a.address.name.as_str()).collect::<Vec<_>>().join(" "))
}

#[test]
fn what_must_come_first_comes_first_and_ties_break_by_address() {
    let create = |name, after: &[&str]| action(name, Verb::Create, after);
    assert_eq!(names(vec![create("c", &[]), create("a", &["b"]), create("b", &[]), create("d", &["not-in-the-plan"])]), "b c d a");
}

#[test]
fn deletions_come_last_and_in_reverse_unless_something_waits_for_them() {
    let plan = vec![action("b", Verb::Delete, &[]), action("a", Verb::Delete, &[]), action("z", Verb::Update, &[])];
    assert_eq!(names(plan), "z b a");
    let frees = vec![action("old", Verb::Delete, &[]), action("new", Verb::Create, &["old"]), action("other", Verb::Delete, &[])];
    assert_eq!(names(frees), "old new other");
}

#[test]
fn no_action_is_lost_that_has_the_address_of_another() {
    assert_eq!(names(vec![action("a", Verb::Delete, &[]), action("b", Verb::Create, &[]), action("a", Verb::Delete, &[])]), "b a a");
}

#[test]
fn a_cycle_names_its_members() {
    let cycle = vec![action("a", Verb::Create, &["b"]), action("b", Verb::Create, &["a"]), action("c", Verb::Create, &[])];
    assert_eq!(names(cycle), "these actions wait for each other: App/a, App/b");
}

fn step(path: &str, pre: Expect) -> Step {
    Step {
        call: Call { method: Method::Put, path: path.to_owned(), query: Vec::new(), body: Body::None },
        probe: Probe::App(Subject::Slot(at("web"))),
        pre: vec![pre],
        post: vec![Expect::PolicyIs(Some("rst1".to_owned()))],
    }
}

fn plan_of(actions: Vec<Action>, bindings: &[(&str, &str)]) -> Plan {
    Plan {
        format_version: FORMAT_VERSION,
        project: "payments".to_owned(),
        org: Some(Org { id: "00o1".to_owned(), url: "https://acme.okta.com".to_owned() }),
        portal: None,
        choices: Choices::default(),
        bindings: bindings.iter().map(|(name, id)| (at(name), Id((*id).to_owned()))).collect(),
        actions,
        guards: Vec::new(),
        findings: Vec::new(),
        left_alone: Vec::new(),
        not_compared: Vec::new(),
        notes: Vec::new(),
    }
}

fn with_steps(verb: Verb, steps: Vec<Step>) -> Action {
    Action { steps, ..action("web", verb, &[]) }
}

fn said(mismatches: &[Mismatch]) -> Vec<String> {
    mismatches.iter().map(|m| m.what.clone()).collect()
}

#[test]
fn an_unchanged_plan_is_covered_and_what_is_done_may_be_missing() {
    let update = with_steps(Verb::Update, vec![step("/api/v1/apps/{App/web}", Expect::BodyIs(Fingerprint::of(&json!(1))))]);
    let approved = plan_of(vec![update.clone(), action("other", Verb::Create, &[])], &[("web", "0oa1")]);
    assert_eq!(approve(&plan_of(vec![update], &[("web", "0oa1")]), &approved), []);
    assert_eq!(approve(&plan_of(vec![], &[]), &approved), []);
}

#[test]
fn the_rest_of_an_interrupted_create_is_covered_by_its_approval() {
    let create = step("/api/v1/apps", Expect::NoApp);
    let assign = |pre| step("/api/v1/apps/{App/web}/policies/rst1", pre);
    let approved = plan_of(vec![with_steps(Verb::Create, vec![create, assign(Expect::AsCreated)])], &[]);
    let rest = with_steps(Verb::Update, vec![assign(Expect::PolicyIs(Some("rst0".to_owned())))]);
    assert_eq!(approve(&plan_of(vec![rest], &[("web", "0oa9")]), &approved), []);
}

#[test]
fn what_is_left_of_an_action_may_be_nothing_to_wait_for_any_more() {
    let create = step("/api/v1/apps", Expect::NoApp);
    let assign = |pre| step("/api/v1/apps/{App/web}/policies/rst1", pre);
    let whole = with_steps(Verb::Create, vec![create, assign(Expect::AsCreated)]);
    let approved = plan_of(vec![whole.clone(), action("other", Verb::Create, &["web"])], &[]);
    let rest = with_steps(Verb::Update, vec![assign(Expect::PolicyIs(Some("rst0".to_owned())))]);
    for after in [&[][..], &["web"]] {
        assert_eq!(approve(&plan_of(vec![rest.clone(), action("other", Verb::Create, after)], &[("web", "0oa9")]), &approved), []);
    }
    let unordered = plan_of(vec![whole, action("other", Verb::Create, &[])], &[]);
    assert_eq!(said(&approve(&unordered, &approved)), ["it differs from what was approved at `after`"]);
}

#[test]
fn what_number_a_policy_has_before_its_own_is_sent_is_for_people() {
    let policy = |before: i64, path: &str| {
        let (before, after) = (Some(json!(before)), Some(json!(2)));
        let line = Line { path: path.to_owned(), before, after, secret: false, forces_replacement: false, origin: None };
        let address = Address::new(Kind::AuthorizationServer, "orders").below(["policy", "workers"]);
        plan_of(vec![Action { fields: vec![line], ..Action::new(address.clone(), Verb::Update, "workers", Subject::Slot(address)) }], &[])
    };
    assert_eq!(approve(&policy(1, "priority"), &policy(3, "priority")), []);
    assert_eq!(approve(&policy(1, "other"), &policy(3, "other")).len(), 1);
}

#[test]
fn an_app_whose_client_id_is_sent_is_the_one_of_the_approval() {
    let slot = ClientSlot { path: Path::of("conditions.clients.include").index(0), app: at("web") };
    let mut sends = step("/api/v1/authorizationServers/aus1/policies", Expect::NoObject);
    sends.call.body = Body::Json { tree: json!({}), secrets: SecretSlots::new(), clients: vec![slot] };
    let plan = |id| plan_of(vec![with_steps(Verb::Update, vec![sends.clone()])], &[("web", id)]);
    assert_eq!(approve(&plan("0oa1"), &plan("0oa1")), []);
    insta::assert_snapshot!(said(&approve(&plan("0oa2"), &plan("0oa1"))).join("\n"), @"the live object is 0oa2, and was 0oa1 when the plan was approved");
}

#[test]
fn the_rest_of_an_interrupted_update_is_covered_by_its_approval() {
    let body = step("/api/v1/apps/{App/web}", Expect::BodyIs(Fingerprint::of(&json!(1))));
    let assign = step("/api/v1/apps/{App/web}/policies/rst1", Expect::PolicyIs(Some("rst0".to_owned())));
    let approved = plan_of(vec![with_steps(Verb::Update, vec![body, assign.clone()])], &[]);
    assert_eq!(approve(&plan_of(vec![with_steps(Verb::Update, vec![assign])], &[]), &approved), []);
}

#[test]
fn the_rest_of_an_interrupted_action_is_covered_word_for_word_only() {
    let create = step("/api/v1/apps", Expect::NoApp);
    let assign = step("/api/v1/apps/{App/web}/policies/rst1", Expect::AsCreated);
    let update = step("/api/v1/apps/{App/web}", Expect::BodyIs(Fingerprint::of(&json!(1))));
    let approved = plan_of(vec![with_steps(Verb::Create, vec![create, assign.clone(), update.clone()])], &[]);
    let refused = |step: Step| {
        let fresh = plan_of(vec![with_steps(Verb::Update, vec![step])], &[]);
        let mismatches = said(&approve(&fresh, &approved));
        assert!(matches!(mismatches.as_slice(), [one] if one.ends_with("is not in the approved plan in this form")), "{mismatches:?}");
    };
    for known in [assign, update.clone()] {
        let call = |call: Call| Step { call, ..known.clone() };
        refused(call(Call { path: "/api/v1/apps/0oa2".to_owned(), ..known.call.clone() }));
        refused(call(Call { method: Method::Delete, ..known.call.clone() }));
        refused(call(Call { query: vec![("activate".to_owned(), "true".to_owned())], ..known.call.clone() }));
        refused(call(Call {
            body: Body::Json { tree: json!({}), secrets: SecretSlots::new(), clients: Vec::new() },
            ..known.call.clone()
        }));
        refused(Step { probe: Probe::App(Subject::Slot(at("other"))), ..known.clone() });
        refused(Step { post: Vec::new(), ..known.clone() });
    }
    refused(Step { pre: vec![Expect::BodyIs(Fingerprint::of(&json!(2)))], ..update.clone() });
    refused(Step { pre: Vec::new(), ..update });
}

#[test]
fn what_waited_for_something_that_is_done_is_covered_without_the_waiting() {
    let child = |after: &[&str]| action("child", Verb::Create, after);
    let approved = plan_of(vec![action("parent", Verb::Create, &[]), child(&["parent"])], &[]);
    assert_eq!(approve(&plan_of(vec![child(&[])], &[]), &approved), []);
    let other = plan_of(vec![action("parent", Verb::Create, &[]), child(&[])], &[]);
    assert_eq!(said(&approve(&other, &approved)), ["it differs from what was approved at `after`"]);
    let forged = plan_of(vec![child(&["stranger"])], &[]);
    assert_eq!(said(&approve(&plan_of(vec![child(&[])], &[]), &forged)), ["it differs from what was approved at `after`"]);
}

#[test]
fn anything_else_is_a_mismatch_that_says_where() {
    let update = |path: &str| with_steps(Verb::Update, vec![step(path, Expect::AsCreated)]);
    let approved = plan_of(vec![update("/api/v1/apps/{App/web}")], &[("web", "0oa1")]);
    let other_path = plan_of(vec![update("/api/v1/apps/0oa2")], &[]);
    assert_eq!(said(&approve(&other_path, &approved)), ["it differs from what was approved at `steps[0].call.path`"]);
    let other_app = plan_of(vec![update("/api/v1/apps/{App/web}")], &[("web", "0oa2")]);
    assert_eq!(said(&approve(&other_app, &approved)), ["the live object is 0oa2, and was 0oa1 when the plan was approved"]);
    let more = plan_of(vec![action("new", Verb::Create, &[])], &[]);
    assert_eq!(said(&approve(&more, &approved)), ["this action is not in the approved plan"]);
    let mut other_org = plan_of(vec![], &[]);
    other_org.org = Some(Org { id: "00o2".to_owned(), url: String::new() });
    assert_eq!(said(&approve(&other_org, &approved)), ["the plan was approved for the org 00o1 and this is 00o2"]);
}

#[test]
fn a_difference_of_fields_is_told_with_both_changes() {
    let line =
        |path: &str, before, after| Line { path: path.to_owned(), before, after, secret: false, forces_replacement: false, origin: None };
    let update = |fields| Action { fields, ..with_steps(Verb::Update, vec![step("/x", Expect::BodyIs(Fingerprint::of(&json!(1))))]) };
    let approved = update(vec![line("label", Some(json!("a")), Some(json!("b"))), line("visibility", None, Some(json!(null)))]);
    let label = line("label", Some(json!("c\u{1b}")), Some(json!("b")));
    let more = line("profile", None, Some(json!("x".repeat(1_000))));
    let told = |now: Action| said(&approve(&plan_of(vec![now], &[]), &plan_of(vec![approved.clone()], &[]))).join("; ");
    let mut moved = approved.clone();
    moved.steps[0].pre = vec![Expect::BodyIs(Fingerprint::of(&json!(2)))];
    insta::assert_snapshot!([
        told(approved.clone()),
        told(update(vec![label, approved.fields[1].clone()])),
        told(update(vec![approved.fields[0].clone()])),
        told(update(vec![approved.fields[0].clone(), more, approved.fields[1].clone()])),
        told(moved),
    ].join("\n"), @r#"
    `label` would change "c\u001b" → "b", and "a" → "b" was approved
    `visibility` would not change any more, and none → null was approved
    `profile` would change too (none → "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (902 more characters)), which was not approved
    the live object has changed since the plan was made, in fields that the plan does not touch
    "#);
}

#[test]
fn numbers_in_a_file_are_read_back_to_the_last_digit() {
    let numbers = json!([31.245_270_191_439_438, 5e-324, 1.797_693_134_862_315_7e308, u64::MAX, i64::MIN, -0.1]);
    let line =
        Line { path: "profile".to_owned(), before: None, after: Some(numbers), secret: false, forces_replacement: false, origin: None };
    let plan = plan_of(vec![Action { fields: vec![line], ..action("web", Verb::Update, &[]) }], &[]);
    assert_eq!(read(&write(&plan)).unwrap(), plan);
}

#[test]
fn a_file_reads_back_as_the_plan_and_a_newer_one_is_refused() {
    let mut create = with_steps(Verb::Create, vec![step("/x", Expect::NoApp)]);
    let line = |before, after| Line { path: "x".to_owned(), before, after, secret: false, forces_replacement: false, origin: None };
    create.fields = vec![line(None, Some(json!(null))), line(Some(json!(null)), None)];
    let plan = plan_of(vec![create], &[("web", "0oa1")]);
    let text = write(&plan);
    assert_eq!(read(&text).unwrap(), plan);
    assert!(!text.contains("\"body\""), "nobody must review the body of a request that has none: {text}");
    let newer = text.replace("\"format_version\": 1", "\"format_version\": 2");
    assert_eq!(
        read(&newer).unwrap_err().to_string(),
        "it has format version 2, and this idpctl knows versions up to 1: apply it with the idpctl that made it"
    );
    let refused = ["", "[]", "{}", "7", &text.replace("\"actions\"", "\"acts\""), &text.replace("\"verb\": \"create\"", "\"verb\": 7")];
    let refused = refused.map(|broken| {
        let BadPlan::Form(place) = read(broken).unwrap_err() else { return "no JSON".to_owned() };
        place
    });
    insta::assert_snapshot!(refused.join("\n"), @"
    no JSON
    its top level
    its top level
    its top level
    `acts`
    `actions[0].verb`
    ");
}

#[test]
fn the_flags_of_a_saved_plan_are_those_that_get_past_its_guards() {
    assert_eq!(Choices::default().guard_flags(), "");
    let choices = Choices {
        prune: true,
        adopt: [at("a"), at("b")].into(),
        allow_replace: [at("c")].into(),
        max_deletes: Some(9),
        ..Choices::default()
    };
    assert_eq!(choices.guard_flags(), " --adopt App/a --adopt App/b --allow-replace App/c --max-deletes 9");
}
