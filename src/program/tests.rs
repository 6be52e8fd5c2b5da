//! Which requests carry out what differs, and which wait for which.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Action, Body, Program, program};
use crate::bind::fixture::{app, document, live, marked, with};
use crate::diff::fixture::{Case, granting, managing, secrets, with_secrets};
use crate::observed::AccessPolicy;
use crate::observed::Status::{Active, Inactive};

const METHOD: &str = "credentials.oauthClient.token_endpoint_auth_method";

fn programmed(case: &Case) -> Program {
    case.compared(program)
}

/// Returns each action with what it waits for, its requests with the places of what they send, and its notes.
fn shown(case: &Case) -> String {
    programmed(case).actions.iter().map(show).collect()
}

fn show(action: &Action) -> String {
    let mut out = format!("{:?} {}", action.verb, action.address);
    for before in &action.after {
        write!(out, ", after {before}").unwrap();
    }
    out.push('\n');
    for step in &action.steps {
        let sent: Vec<String> = match &step.call.body {
            Body::None => Vec::new(),
            Body::Json { tree, .. } => tree.as_object().unwrap().keys().cloned().collect(),
            Body::Edited { edits, .. } => edits.iter().map(|edit| edit.path.to_string()).collect(),
        };
        let secrets = step.call.body.secrets().map(|(path, reference)| format!("{path} of {reference}"));
        let sent = sent.into_iter().chain(secrets).collect::<Vec<_>>().join(", ");
        writeln!(out, "    {}", format!("{} {} {sent}", step.call.method.as_str(), step.call.path).trim_end()).unwrap();
    }
    for note in &action.notes {
        writeln!(out, "    note: {note}").unwrap();
    }
    out
}

fn with_method(documents: &[Value], method: &str) -> Vec<Value> {
    let [first, others @ ..] = documents else { panic!("an app comes first") };
    [&[with(first.clone(), &[(&format!("spec.{METHOD}"), json!(method))])], others].concat()
}

#[test]
fn each_facet_of_an_app_has_its_own_request() {
    let declared = document("App", "a", &[("label", json!("New")), ("status", json!("INACTIVE")), ("accessPolicy.name", json!("Strict"))]);
    let mut case = Case::new(&[declared], vec![live("0oa1", "A", &[marked("payments/a")])]);
    case.observed.policies = vec![AccessPolicy { id: "rst1".to_owned(), name: "Strict".to_owned(), system: false }];
    insta::assert_snapshot!(shown(&case), @"
    Update App/a
        PUT /api/v1/apps/{App/a} label, profile.idpctl, credentials.oauthClient.client_secret
        PUT /api/v1/apps/{App/a}/policies/rst1
        POST /api/v1/apps/{App/a}/lifecycle/deactivate
    ");
}

#[test]
fn the_secret_of_a_client_is_kept_where_it_has_one() {
    let relabelled = |there: &str| {
        let there = [(METHOD, json!(there)), marked("payments/a")];
        shown(&Case::new(&[app("a", "New")], vec![live("0oa1", "A", &there)]))
    };
    insta::assert_snapshot!(relabelled("client_secret_post"), @"
    Update App/a
        PUT /api/v1/apps/{App/a} label, profile.idpctl, credentials.oauthClient.client_secret
    ");
    insta::assert_snapshot!(relabelled("private_key_jwt"), @"
    Update App/a
        PUT /api/v1/apps/{App/a} label, profile.idpctl
    ");
}

#[test]
fn what_was_last_applied_is_not_shown() {
    let case =
        Case::new(&[with(app("a", "New"), &[("metadata.protected", json!(true))])], vec![live("0oa1", "A", &[marked("payments/a")])]);
    let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "none".to_owned(), Value::to_string);
    let program = programmed(&case);
    let lines = program.actions[0].fields.iter().map(|line| format!("{}: {} → {}\n", line.path, side(&line.before), side(&line.after)));
    insta::assert_snapshot!(lines.collect::<String>(), @r#"
    label: "A" → "New"
    profile.idpctl: {"owner":"payments/a","manages":[]} → {"owner":"payments/a","manages":[],"protected":true}
    "#);
}

#[test]
fn a_client_that_has_no_secrets_any_more_is_told_unless_others_look_after_them() {
    let told = |documents: &[Value], mark: &[&str]| {
        let documents = with_method(documents, "private_key_jwt");
        shown(&Case::new(&documents, vec![live("0oa1", "A", &[managing("a", mark)])]))
    };
    insta::assert_snapshot!(told(&[app("a", "A")], &[]), @"
    Update App/a
        PUT /api/v1/apps/{App/a} credentials.oauthClient.token_endpoint_auth_method, profile.idpctl
        note: Okta removes the client's secrets: it no longer authenticates with one
    ");
    insta::assert_snapshot!(told(&[app("a", "A")], &["secrets"]), @"
    Update App/a
        PUT /api/v1/apps/{App/a} credentials.oauthClient.token_endpoint_auth_method, profile.idpctl
        note: Okta removes the client's secrets: it no longer authenticates with one
    ");
    insta::assert_snapshot!(told(&with_secrets(&[]), &["secrets"]), @"
    Update App/a
        PUT /api/v1/apps/{App/a} credentials.oauthClient.token_endpoint_auth_method, profile.idpctl
        note: Okta removes the client's secrets: it no longer authenticates with one
    ");
    insta::assert_snapshot!(told(&with_secrets(&[]), &[]), @"
    Update App/a
        PUT /api/v1/apps/{App/a} credentials.oauthClient.token_endpoint_auth_method, profile.idpctl
    ");
}

#[test]
fn new_secrets_come_before_old_ones_go_as_far_as_there_is_room() {
    let case = |declared: &[(&str, &str)], there: &[(&str, _)]| shown(&secrets(&with_secrets(declared), there).pruning());
    insta::assert_snapshot!(case(&[("one", "ACTIVE"), ("two", "ACTIVE")], &[]), @"
    Create App/a/secret/one
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_ONE}
    Create App/a/secret/two
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_TWO}
    ");
    insta::assert_snapshot!(case(&[("one", "ACTIVE")], &[("x", Active)]), @"
    Delete App/a/secret/ocs0, after App/a/secret/one
        POST /api/v1/apps/{App/a}/credentials/secrets/ocs0/lifecycle/deactivate
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs0
    Create App/a/secret/one
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_ONE}
    ");
    insta::assert_snapshot!(case(&[("one", "ACTIVE")], &[("x", Active), ("y", Inactive)]), @"
    Delete App/a/secret/ocs0, after App/a/secret/one
        POST /api/v1/apps/{App/a}/credentials/secrets/ocs0/lifecycle/deactivate
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs0
    Delete App/a/secret/ocs1
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs1
    Create App/a/secret/one, after App/a/secret/ocs1
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_ONE}
    ");
    insta::assert_snapshot!(case(&[("one", "ACTIVE"), ("two", "ACTIVE")], &[("x", Active), ("y", Inactive)]), @"
    Delete App/a/secret/ocs0, after App/a/secret/one
        POST /api/v1/apps/{App/a}/credentials/secrets/ocs0/lifecycle/deactivate
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs0
    Delete App/a/secret/ocs1
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs1
    Create App/a/secret/one, after App/a/secret/ocs1
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_ONE}
    Create App/a/secret/two, after App/a/secret/ocs0
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_TWO}
    ");
    insta::assert_snapshot!(case(&[("one", "ACTIVE")], &[("one", Inactive), ("y", Active)]), @"
    Delete App/a/secret/ocs1, after App/a/secret/one
        POST /api/v1/apps/{App/a}/credentials/secrets/ocs1/lifecycle/deactivate
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs1
    Update App/a/secret/one
        POST /api/v1/apps/{App/a}/credentials/secrets/ocs0/lifecycle/activate
    ");
}

#[test]
fn another_way_of_using_a_secret_waits_for_the_new_ones() {
    let case = |method: &str, declared: &[(&str, &str)], there: &[(&str, _)]| {
        shown(&secrets(&with_method(&with_secrets(declared), method), there).pruning())
    };
    let (other, same) = ("client_secret_post", "client_secret_basic");
    insta::assert_snapshot!(case(other, &[("one", "ACTIVE")], &[("x", Active), ("y", Inactive)]), @"
    Update App/a, after App/a/secret/ocs1, after App/a/secret/one
        PUT /api/v1/apps/{App/a} credentials.oauthClient.token_endpoint_auth_method, profile.idpctl, credentials.oauthClient.client_secret of {env: IDPCTL_ONE}
    Delete App/a/secret/ocs0, after App/a, after App/a/secret/one
        POST /api/v1/apps/{App/a}/credentials/secrets/ocs0/lifecycle/deactivate
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs0
    Delete App/a/secret/ocs1
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs1
    Create App/a/secret/one, after App/a/secret/ocs1
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_ONE}
    ");
    insta::assert_snapshot!(case(other, &[("one", "ACTIVE"), ("two", "ACTIVE")], &[("x", Active), ("y", Inactive)]), @"
    Update App/a, after App/a/secret/ocs0, after App/a/secret/ocs1, after App/a/secret/one, after App/a/secret/two
        PUT /api/v1/apps/{App/a} credentials.oauthClient.token_endpoint_auth_method, profile.idpctl, credentials.oauthClient.client_secret of {env: IDPCTL_ONE}
    Delete App/a/secret/ocs0, after App/a/secret/one
        POST /api/v1/apps/{App/a}/credentials/secrets/ocs0/lifecycle/deactivate
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs0
    Delete App/a/secret/ocs1
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs1
    Create App/a/secret/one, after App/a/secret/ocs1
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_ONE}
    Create App/a/secret/two, after App/a/secret/ocs0
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_TWO}
    ");
    insta::assert_snapshot!(case(other, &[("one", "ACTIVE")], &[("one", Active), ("y", Inactive)]), @"
    Update App/a
        PUT /api/v1/apps/{App/a} credentials.oauthClient.token_endpoint_auth_method, profile.idpctl, credentials.oauthClient.client_secret of {env: IDPCTL_ONE}
    Delete App/a/secret/ocs1, after App/a
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs1
    ");
    insta::assert_snapshot!(case(other, &[], &[("x", Active), ("y", Inactive)]), @"
    Update App/a, after App/a/secret/ocs1
        PUT /api/v1/apps/{App/a} credentials.oauthClient.token_endpoint_auth_method, profile.idpctl, credentials.oauthClient.client_secret
        note: Okta makes a new client secret when the way of authenticating changes: consumers must be told
    Delete App/a/secret/ocs1
        DELETE /api/v1/apps/{App/a}/credentials/secrets/ocs1
    ");
    let mut relabelled = secrets(&with_method(&with_secrets(&[("one", "ACTIVE")]), same), &[("x", Active)]);
    relabelled.observed.apps[0] = live("0oa1", "Old", &[managing("a", &["secrets"])]);
    insta::assert_snapshot!(shown(&relabelled), @"
    Update App/a
        PUT /api/v1/apps/{App/a} label, profile.idpctl, credentials.oauthClient.client_secret
    Create App/a/secret/one, after App/a
        POST /api/v1/apps/{App/a}/credentials/secrets status, client_secret of {env: IDPCTL_ONE}
    ");
}

#[test]
fn apps_of_one_mark_that_no_document_declares_go_under_addresses_of_their_own() {
    let mut case = Case::new(&[app("b", "B")], ["0oa1", "0oa2"].map(|id| live(id, "A", &[marked("payments/a")])).to_vec()).pruning();
    case.observed.apps[1].status = Inactive;
    insta::assert_snapshot!(shown(&case), @"
    Delete App/a
        POST /api/v1/apps/0oa1/lifecycle/deactivate
        DELETE /api/v1/apps/0oa1
        note: the app 0oa1 goes, with everything that hangs on it
    Delete App/a/0oa2
        DELETE /api/v1/apps/0oa2
        note: the app 0oa2 goes, with everything that hangs on it
    Create App/b
        POST /api/v1/apps name, label, signOnMode, credentials, visibility, profile
    ");
}

#[test]
fn what_is_left_of_a_replacement_comes_before_the_old_app_goes() {
    let superseded = ("profile.idpctl", json!({"owner": "payments/a", "manages": [], "superseded": true}));
    let there = vec![live("0oa1", "A", &[superseded]), live("0oa2", "A", &[managing("a", &["grants"])])];
    let mut case = Case::new(&granting(&["okta.users.read"]), there.clone()).pruning();
    case.observed.grants.insert(there[1].id.clone(), Vec::new());
    insta::assert_snapshot!(shown(&case), @"
    Delete App/a/0oa1
        POST /api/v1/apps/0oa1/lifecycle/deactivate
        DELETE /api/v1/apps/0oa1
        note: the app 0oa1 goes, with everything that hangs on it
    Create Grant/a/okta.users.read
        POST /api/v1/apps/{App/a}/grants scopeId, issuer
    ");
    insta::assert_snapshot!(shown(&Case::new(&[app("a", "New")], there).pruning()), @"
    Update App/a
        PUT /api/v1/apps/{App/a} label, profile.idpctl, credentials.oauthClient.client_secret
    Delete App/a/0oa1, after App/a
        POST /api/v1/apps/0oa1/lifecycle/deactivate
        DELETE /api/v1/apps/0oa1
        note: the app 0oa1 goes, with everything that hangs on it
    ");
}
