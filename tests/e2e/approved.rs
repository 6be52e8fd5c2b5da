//! Saved plans: executed as they were approved, or refused.

use idpctl_emulator::{Config, Data, Org};
use serde_json::{Value, json};

use crate::fixture::SECRET;
use crate::org::{Output, TestOrg};

/// Two apps in the org, and an approved plan that changes a label, adds a logout address and takes a scope away.
fn approved_update() -> TestOrg {
    let test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.replace("manifests/web-portal.yaml", "label: Web portal", "label: Customer portal");
    test.replace("manifests/web-portal.yaml", "      response_types", "      client_uri: https://portal.example.com\n      response_types");
    test.replace("manifests/billing-worker.yaml", "[okta.users.read, okta.groups.read]", "[okta.users.read]");
    let _ = test.run("plan --prune --out plan.json").ends_with(0);
    test
}

/// Asserts that a saved plan is refused and that nothing but GET was sent.
fn refused(test: &TestOrg) -> Output {
    let output = test.run("apply plan.json").ends_with(3);
    assert_eq!(output.writes(), [""; 0], "{output}");
    output
}

fn apps(test: &TestOrg) -> usize {
    let apps = test.get("/api/v1/apps?limit=200&filter=name%20eq%20%22oidc_client%22");
    apps.as_array().unwrap().len()
}

#[test]
fn an_approved_plan_is_executed_in_an_unchanged_world() {
    let test = approved_update();
    insta::assert_snapshot!(test.run("apply plan.json"), @"
    applied   update App/web-portal
    applied   delete Grant/billing-worker/okta.groups.read

    2 applied.
    [exit status: 0]
    ");
    test.assert_laws("--prune");
    let again = test.run("apply plan.json").ends_with(0);
    assert_eq!(again.writes(), [""; 0]);
}

#[test]
fn an_approved_plan_holds_no_secret_and_is_the_same_every_time() {
    let test = TestOrg::with_both();
    let _ = test.run("plan --out one.json").ends_with(0);
    let _ = test.run("plan --out two.json").ends_with(0);
    let plan = test.read("one.json");
    assert_eq!(plan, test.read("two.json"));
    assert!(!plan.contains(SECRET));
}

#[test]
fn what_is_left_of_an_approved_plan_is_executed_wherever_it_was_killed() {
    let writes = {
        let test = TestOrg::with_both();
        test.run("apply --auto-approve").ends_with(0).writes().len()
    };
    assert_eq!(writes, 4, "two apps and two grants");
    for done in 0..writes {
        for kind in ["hold", "hold-after"] {
            let test = TestOrg::with_both();
            let _ = test.run("plan --out plan.json").ends_with(0);
            test.faults(&[&format!("POST {kind} after {done} x1").replace(" after 0", "")]);
            let killed = test.kill_at("apply plan.json --parallelism 1", "POST ", done + 1);
            assert_eq!(killed.writes().len(), done + 1, "{kind} after {done}");
            test.faults(&[]);
            let rest = test.run("apply plan.json").ends_with(0);
            let undone = writes - done - usize::from(kind == "hold-after");
            assert_eq!(rest.writes().len(), undone, "{kind} after {done}: {rest}");
            assert_eq!(apps(&test), 2, "{kind} after {done}");
            assert_eq!(test.org.live_secrets(&test.id("Web portal")).len(), 1);
            test.assert_laws("");
        }
    }
}

#[test]
fn what_is_left_of_an_approved_update_is_executed_wherever_it_was_killed() {
    for done in 0..2 {
        for kind in ["hold", "hold-after"] {
            let test = approved_update();
            let faults = ["PUT", "DELETE"].map(|method| format!("{method} {kind} x1"));
            // The grant goes last: deletions do.
            test.faults(&[&faults[done]]);
            let _ = test.kill_at("apply plan.json --parallelism 1", ["PUT ", "DELETE "][done], 1);
            test.faults(&[]);
            let rest = test.run("apply plan.json").ends_with(0);
            assert_eq!(rest.writes().len(), 2 - done - usize::from(kind == "hold-after"), "{kind} after {done}: {rest}");
            test.assert_laws("--prune");
        }
    }
}

#[test]
fn a_connection_that_breaks_after_the_work_was_done_makes_nothing_twice() {
    let test = TestOrg::with_both();
    test.faults(&["POST reset-after every 2"]);
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.faults(&[]);
    assert_eq!(apps(&test), 2);
    test.assert_laws("");
}

#[test]
fn a_plan_is_refused_when_the_live_object_has_changed_in_a_declared_field() {
    let test = approved_update();
    test.edit("Web portal", |app| app["label"] = json!("Somebody's portal"));
    insta::assert_snapshot!(refused(&test), @r#"
    ------- stderr -------
    error: the plan no longer fits, and nothing was changed:
      App/web-portal: `label` would change "Somebody's portal" → "Customer portal", and "Web portal" → "Customer portal" was approved

    hint: look at what would be done now, and have it approved
        idpctl plan --out plan.json
    [exit status: 3]
    "#);
}

#[test]
fn a_plan_is_refused_when_the_live_object_has_changed_in_a_field_that_nobody_declares() {
    let test = approved_update();
    test.edit("Web portal", |app| app["settings"]["notes"]["admin"] = json!("added by hand"));
    insta::assert_snapshot!(refused(&test), @"
    ------- stderr -------
    error: the plan no longer fits, and nothing was changed:
      App/web-portal: the live object has changed since the plan was made, in fields that the plan does not touch

    hint: look at what would be done now, and have it approved
        idpctl plan --out plan.json
    [exit status: 3]
    ");
}

#[test]
fn a_plan_is_refused_when_there_is_more_to_do_by_now() {
    let test = approved_update();
    let grants = format!("/api/v1/apps/{}/grants", test.id("Billing worker"));
    test.send("POST", &grants, &json!({"scopeId": "okta.apps.manage", "issuer": test.url()}));
    insta::assert_snapshot!(refused(&test), @"
    ------- stderr -------
    error: the plan no longer fits, and nothing was changed:
      Grant/billing-worker/okta.apps.manage: this action is not in the approved plan

    hint: look at what would be done now, and have it approved
        idpctl plan --out plan.json
    [exit status: 3]
    ");
}

#[test]
fn a_plan_is_refused_when_the_manifests_have_changed() {
    let test = approved_update();
    test.replace("manifests/web-portal.yaml", "Customer portal", "Portal of the customers");
    insta::assert_snapshot!(refused(&test), @r#"
    ------- stderr -------
    error: the plan no longer fits, and nothing was changed:
      App/web-portal: `label` would change "Web portal" → "Portal of the customers", and "Web portal" → "Customer portal" was approved

    hint: look at what would be done now, and have it approved
        idpctl plan --out plan.json
    [exit status: 3]
    "#);
    test.replace("manifests/web-portal.yaml", "Portal of the customers", "Customer portal");
    test.replace("manifests/billing-worker.yaml", "[okta.users.read]", "[okta.users.read, okta.apps.read]");
    insta::assert_snapshot!(refused(&test), @"
    ------- stderr -------
    error: the plan no longer fits, and nothing was changed:
      Grant/billing-worker/okta.apps.read: this action is not in the approved plan

    hint: look at what would be done now, and have it approved
        idpctl plan --out plan.json
    [exit status: 3]
    ");
}

#[test]
fn a_plan_with_a_comment_above_a_document_is_still_the_same_plan() {
    let test = approved_update();
    let manifest = test.read("manifests/web-portal.yaml");
    test.write("manifests/web-portal.yaml", format!("# who to ask: the portal team\n{manifest}"));
    let _ = test.run("apply plan.json").ends_with(0);
    test.assert_laws("--prune");
}

#[test]
fn a_plan_is_refused_in_another_org() {
    let here = TestOrg::with_both();
    let _ = here.run("plan --out plan.json").ends_with(0);
    let folder = tempfile::tempdir().unwrap();
    let mut there = TestOrg::serving(Org::open(Config { data: Data::Directory(folder.path().into()), ..Config::default() }).unwrap());
    there.declare_both();
    there.write("plan.json", here.read("plan.json"));
    let output = refused(&there);
    assert!(output.stderr.contains("was approved for the org"), "{output}");
    assert!(output.stderr.contains(here.org.org_id()) && output.stderr.contains(there.org.org_id()), "{output}");
}

#[test]
fn a_plan_in_a_newer_format_is_refused_before_anything_is_sent() {
    let test = approved_update();
    test.replace("plan.json", "\"format_version\": 1", "\"format_version\": 2");
    let output = refused(&test);
    assert_eq!(output.sent(), [""; 0]);
    insta::assert_snapshot!(output, @"
    ------- stderr -------
    error: the plan `plan.json` cannot be applied
    Caused by:
      1: it has format version 2, and this idpctl knows versions up to 1: apply it with the idpctl that made it
    [exit status: 3]
    ");
}

#[test]
fn what_is_no_plan_is_refused_before_anything_is_sent() {
    let test = approved_update();
    for text in ["", "{}", "[]", "null", "{\"format_version\": 1}", "apiVersion: idpctl/v1", "\u{0}\u{1b}[31m"] {
        test.write("plan.json", text);
        assert_eq!(refused(&test).sent(), [""; 0], "{text:?}");
    }
    test.write("plan.json", "{}");
    insta::assert_snapshot!(refused(&test), @"
    ------- stderr -------
    error: the plan `plan.json` cannot be applied
    Caused by:
      1: it is not a plan written by `idpctl plan --out`: its top level does not fit
    [exit status: 3]
    ");
    test.remove("plan.json");
    insta::assert_snapshot!(test.run("apply plan.json"), @"
    ------- stderr -------
    error: could not read the plan `plan.json`
    Caused by:
      1: No such file or directory (os error 2)

    hint: check that the path is right, and that its folder is there
    [exit status: 1]
    ");
}

/// Every place of a tree that holds something other than members or elements.
fn leaves(tree: &Value, at: &str) -> Vec<String> {
    match tree {
        Value::Object(members) => {
            members.iter().flat_map(|(name, value)| leaves(value, &format!("{at}/{}", name.replace('/', "~1")))).collect()
        }
        Value::Array(elements) => elements.iter().enumerate().flat_map(|(i, value)| leaves(value, &format!("{at}/{i}"))).collect(),
        _ => vec![at.to_owned()],
    }
}

#[test]
fn a_plan_whose_actions_are_edited_in_any_place_can_only_be_refused() {
    let test = approved_update();
    let approved: Value = serde_json::from_str(&test.read("plan.json")).unwrap();
    let places = leaves(&approved["actions"], "/actions");
    // Where something is declared is for people, and may have moved since.
    let places: Vec<_> = places.into_iter().filter(|place| !place.ends_with("/origin")).collect();
    assert!(places.len() > 30, "{places:?}");
    for place in places {
        let mut edited = approved.clone();
        let leaf = edited.pointer_mut(&place).unwrap();
        *leaf = match leaf {
            Value::String(old) => json!(format!("{old}x")),
            Value::Bool(flag) => json!(!*flag),
            Value::Number(number) => json!(number.as_i64().unwrap() + 1),
            _ => json!("x"),
        };
        test.write("plan.json", edited.to_string());
        let output = test.run("apply plan.json");
        assert_eq!((output.status, output.writes().len()), (3, 0), "{place}: {output}");
    }
}

#[test]
fn a_plan_that_is_altered_consistently_everywhere_is_refused_too() {
    let test = approved_update();
    test.replace("plan.json", "Customer portal", "Portal of a stranger");
    let _ = refused(&test);
    let test = approved_update();
    test.replace("plan.json", "{App/web-portal}", &test.id("Billing worker"));
    let _ = refused(&test);
    let test = approved_update();
    test.replace("plan.json", &test.id("Web portal"), &test.id("Billing worker"));
    let _ = refused(&test);
}

#[test]
fn a_forged_plan_does_nothing_that_the_manifests_do_not_call_for() {
    let test = approved_update();
    let mut forged: Value = serde_json::from_str(&test.read("plan.json")).unwrap();
    // One action more, consistent in itself: the app of the worker is to be deleted.
    let mut action = forged["actions"].as_array().unwrap().last().unwrap().clone();
    action["address"] = json!("App/billing-worker");
    action["steps"][0]["call"]["path"] = json!(format!("/api/v1/apps/{}", test.id("Billing worker")));
    forged["actions"].as_array_mut().unwrap().push(action);
    test.write("plan.json", forged.to_string());
    let output = test.run("apply plan.json").ends_with(0);
    assert_eq!(output.writes().len(), 2, "what was planned anyway: {output}");
    assert_eq!(apps(&test), 2);
    test.assert_laws("--prune");
}

#[test]
fn a_wish_to_prune_that_is_written_into_a_plan_is_refused() {
    let test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.replace("manifests/billing-worker.yaml", "[okta.users.read, okta.groups.read]", "[okta.users.read]");
    let _ = test.run("plan --out plan.json").ends_with(0);
    test.replace("plan.json", "\"prune\": false", "\"prune\": true");
    insta::assert_snapshot!(refused(&test), @"
    ------- stderr -------
    error: the plan no longer fits, and nothing was changed:
      Grant/billing-worker/okta.groups.read: this action is not in the approved plan

    hint: look at what would be done now, and have it approved
        idpctl plan --out plan.json
    [exit status: 3]
    ");
}

#[test]
fn apply_changes_nothing_when_nobody_can_say_yes() {
    let test = TestOrg::with_both();
    let output = test.run("apply");
    assert_eq!(output.sent(), [""; 0]);
    insta::assert_snapshot!(output, @"
    ------- stderr -------
    error: there is nobody to ask whether the plan may be applied

    hint: approve a saved plan
        idpctl plan --out plan.json
        idpctl apply plan.json
      or say that none is needed, with `--auto-approve`
    [exit status: 1]
    ");
}

#[test]
fn nobody_gets_past_a_guard_by_editing_a_plan() {
    let test = approved_update();
    let _ = test.run("apply plan.json").ends_with(0);
    test.replace("manifests/web-portal.yaml", "client_id: web-portal", "client_id: other-portal");
    let _ = test.run("plan --out plan.json").ends_with(3);
    let mut forged: Value = serde_json::from_str(&test.read("plan.json")).unwrap();
    forged["guards"] = json!([]);
    for (name, value) in [("allow_replace", json!(["App/web-portal"])), ("max_deletes", json!(100)), ("adopt", json!(["App/web-portal"]))] {
        let mut forged = forged.clone();
        test.write("plan.json", forged.to_string());
        let _ = refused(&test);
        forged["choices"][name] = value;
        test.write("plan.json", forged.to_string());
        let _ = refused(&test);
    }
}

#[test]
fn a_plan_that_got_past_a_guard_is_applied_with_the_same_flag() {
    let test = approved_update();
    let _ = test.run("apply plan.json").ends_with(0);
    test.replace("manifests/web-portal.yaml", "client_id: web-portal", "client_id: other-portal");
    let saved = test.run("plan --out plan.json --allow-replace App/web-portal").ends_with(0).everything();
    assert!(saved.contains("\n    idpctl apply plan.json --allow-replace App/web-portal\n"), "{saved}");
    let _ = refused(&test);
    let _ = test.run("apply plan.json --allow-replace App/web-portal").ends_with(0);
    test.assert_laws("");
    assert_eq!(apps(&test), 2);
}
