//! Secrets, grants and keys.

use Status::{Active, Inactive};

use super::*;
use crate::diff::fixture::{ORG, env, granting, grants, keys, secrets, with_secrets};

#[test]
fn secrets_are_matched_by_their_hash_and_never_by_their_name() {
    let declared = with_secrets(&[("one", "ACTIVE"), ("two", "INACTIVE")]);
    assert_eq!(secrets(&declared, &[("two", Inactive), ("one", Active)]).shown(), "");
    insta::assert_snapshot!(secrets(&declared, &[("two", Active), ("one", Inactive)]).shown(), @"
    App/a/secret/one is activated as ocs1
    App/a/secret/two is deactivated as ocs0
    ");
    insta::assert_snapshot!(secrets(&declared, &[("x", Active)]).shown(), @"
    App/a/secret/one is added
    App/a/secret/ocs0 is left alone: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared (--prune)
    ");
}

#[test]
fn a_retired_secret_that_is_gone_is_not_made_again() {
    assert_eq!(secrets(&with_secrets(&[("one", "ACTIVE"), ("two", "INACTIVE")]), &[("one", Active)]).shown(), "");
}

#[test]
fn a_secret_that_nobody_declares_goes_only_if_asked_and_never_the_last_in_force() {
    let one = with_secrets(&[("one", "ACTIVE")]);
    insta::assert_snapshot!(secrets(&one, &[("x", Active), ("one", Active)]).shown(), @"App/a/secret/ocs0 is left alone: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared (--prune)");
    insta::assert_snapshot!(secrets(&one, &[("x", Active), ("one", Active)]).pruning().shown(), @"App/a/secret/ocs0 is deleted, ACTIVE");
    insta::assert_snapshot!(secrets(&with_secrets(&[]), &[("x", Active), ("y", Active)]).pruning().shown(), @"
    App/a/secret/ocs0 is deleted, ACTIVE
    App/a/secret/ocs1 is left alone: a client secret (ACTIVE, made 2026-02-01T00:00:00.000Z) that is not declared: it is what the client lives on: no declared secret is in force (no flag)
    ");
    insta::assert_snapshot!(secrets(&[app("a", "A")], &[("x", Inactive), ("y", Active)]).pruning().shown(), @"
    App/a/secret/ocs0 is deleted, INACTIVE
    App/a/secret/ocs1 is left alone: a client secret (ACTIVE, made 2026-02-01T00:00:00.000Z) that is not declared: it is what the client lives on: no declared secret is in force (no flag)
    ");
}

#[test]
fn adopting_a_client_retires_none_of_its_secrets() {
    let mut case = secrets(&with_secrets(&[("one", "ACTIVE")]), &[("x", Active), ("one", Active)]).pruning();
    case.desired.apps[0].metadata.id = Some("0oa1".to_owned());
    case.observed.apps[0] = live("0oa1", "A", &[]);
    insta::assert_snapshot!(case.shown(), @r#"
    App/a is updated
        profile.idpctl: nothing → "payments/a" ["secrets"] null
    App/a/secret/ocs0 is left alone: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared: adopting a client never retires its credentials (no flag)
    "#);
}

#[test]
fn a_third_secret_has_no_place_and_the_error_says_what_could_go() {
    let declared = with_secrets(&[("one", "ACTIVE"), ("two", "ACTIVE")]);
    insta::assert_snapshot!(secrets(&declared, &[("x", Inactive), ("one", Active)]).shown(), @"
    App/a/secret/two is added
    App/a/secret/ocs0 is left alone: a client secret (INACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared (--prune)
    604 App/a has 2 secrets already, and Okta keeps 2 a client
      help: retire one first that is not declared: ocs0 (INACTIVE, made 2026-01-01T00:00:00.000Z); with --prune, or in Okta
    ");
    insta::assert_snapshot!(secrets(&declared, &[("x", Inactive), ("one", Active)]).pruning().shown(), @"
    App/a/secret/two is added
    App/a/secret/ocs0 is deleted, INACTIVE
    ");
    insta::assert_snapshot!(secrets(&declared, &[("x", Active), ("y", Active)]).pruning().shown(), @"
    App/a/secret/one is added
    App/a/secret/two is added
    App/a/secret/ocs0 is deleted, ACTIVE
    App/a/secret/ocs1 is deleted, ACTIVE
    ");
    // One of them may be the other declared one, so that pruning makes no room.
    let mut case = secrets(&declared, &[("x", Active), ("y", Active)]).pruning();
    case.hashes.insert(SecretRef::Env(env("two")), Err("IDPCTL_TWO is not set".to_owned()));
    insta::assert_snapshot!(case.shown(), @"
    App/a/secret/one is added
    App/a/secret/ocs0 is left alone: a client secret (ACTIVE, made 2026-01-01T00:00:00.000Z) that is not declared: a declared secret could not be looked up, and this may be it (no flag)
    App/a/secret/ocs1 is left alone: a client secret (ACTIVE, made 2026-02-01T00:00:00.000Z) that is not declared: a declared secret could not be looked up, and this may be it (no flag)
    App/a/secret/two is not compared: IDPCTL_TWO is not set
    604 App/a has 2 secrets already, and Okta keeps 2 a client
      help: retire one first that is not declared: ocs0 (ACTIVE, made 2026-01-01T00:00:00.000Z), ocs1 (ACTIVE, made 2026-02-01T00:00:00.000Z); in Okta
    ");
}

#[test]
fn a_secret_whose_value_is_not_at_hand_is_not_compared_and_protects_the_others() {
    let mut case = secrets(&with_secrets(&[("one", "ACTIVE"), ("two", "ACTIVE")]), &[("one", Active), ("x", Active)]).pruning();
    case.hashes.insert(SecretRef::Env(env("two")), Err("IDPCTL_TWO is not set".to_owned()));
    insta::assert_snapshot!(case.shown(), @"
    App/a/secret/ocs1 is left alone: a client secret (ACTIVE, made 2026-02-01T00:00:00.000Z) that is not declared: a declared secret could not be looked up, and this may be it (no flag)
    App/a/secret/two is not compared: IDPCTL_TWO is not set
    ");
    case.observed.secrets.clear();
    insta::assert_snapshot!(case.shown(), @"
    App/a/secret/one is not compared: the live secrets were not read (--secrets skip)
    App/a/secret/two is not compared: IDPCTL_TWO is not set
    ");
}

#[test]
fn scopes_that_are_not_granted_are_and_others_are_left_alone() {
    let there = [("okta.users.read", ORG), ("okta.logs.read", ORG)];
    let declared = granting(&["okta.users.read", "okta.groups.read"]);
    insta::assert_snapshot!(grants(&declared, &["grants"], &there).shown(), @"
    Grant/a/okta.groups.read is granted
    Grant/a/okta.logs.read is left alone: scope `okta.logs.read` is granted and not declared (--prune)
    ");
    insta::assert_snapshot!(grants(&declared, &["grants"], &there).pruning().shown(), @"
    Grant/a/okta.groups.read is granted
    Grant/a/okta.logs.read is revoked as oag1
    ");
}

#[test]
fn scopes_of_a_document_that_is_gone_are_noticed_by_the_mark_alone() {
    let there = [("okta.users.read", ORG)];
    insta::assert_snapshot!(grants(&[app("a", "A")], &["grants"], &there).shown(), @"Grant/a/okta.users.read is left alone: scope `okta.users.read` is granted and not declared (--prune)");
    insta::assert_snapshot!(grants(&[app("a", "A")], &["grants"], &there).pruning().shown(), @"Grant/a/okta.users.read is revoked as oag0");
    assert_eq!(grants(&[app("a", "A")], &[], &there).pruning().shown(), "", "nobody ever managed them");
}

#[test]
fn the_org_is_one_issuer_under_all_of_its_names() {
    let there = [("okta.users.read", "https://id.example.com")];
    assert_eq!(grants(&granting(&["okta.users.read"]), &["grants"], &there).shown(), "");
    let named =
        |issuer: &str| vec![app("a", "A"), document("Grant", "a", &[("scopes", json!(["okta.users.read"])), ("issuer", json!(issuer))])];
    assert_eq!(grants(&named("https://acme.okta.com/"), &["grants"], &there).shown(), "");
    assert_eq!(grants(&named("https://id.example.com"), &["grants"], &there).shown(), "");
}

#[test]
fn a_choice_of_grants_leaves_the_app_out() {
    let mut documents = granting(&["okta.users.read"]);
    documents[0] = app("a", "Another label");
    insta::assert_snapshot!(grants(&documents, &["grants"], &[("okta.logs.read", ORG)]).selecting("Grant/a").pruning().shown(), @"
    Grant/a/okta.users.read is granted
    Grant/a/okta.logs.read is revoked as oag0
    ");
    insta::assert_snapshot!(grants(&documents, &["grants"], &[("okta.logs.read", ORG)]).selecting("App/a").pruning().shown(), @r#"
    App/a is updated
        label: "A" → "Another label"
    "#);
}

#[test]
fn scopes_of_an_app_that_is_not_ours_are_revoked_only_if_the_document_allows_it() {
    let refers = |prune: bool| {
        let grant = document("Grant", "g", &[("app", json!({"id": "0oa1"})), ("scopes", json!([]))]);
        vec![with(grant, &[("metadata.prune", json!(prune))])]
    };
    let there = [("okta.users.read", ORG)];
    insta::assert_snapshot!(grants(&refers(false), &[], &there).pruning().shown(), @"Grant/g/okta.users.read is left alone: scope `okta.users.read` is granted and not declared: the app is not ours; `metadata.prune: true` in the document would allow it (no flag)");
    insta::assert_snapshot!(grants(&refers(true), &[], &there).pruning().shown(), @"Grant/g/okta.users.read is revoked as oag0");
}

#[test]
fn a_key_that_nobody_declares_goes_only_if_asked() {
    let there = [("a", "ACTIVE"), ("b", "INACTIVE"), ("c", "ACTIVE")];
    insta::assert_snapshot!(keys(Some(&["c"]), &there).shown(), @"
    App/a/key/a is left alone: the public key `a` is not declared (--prune)
    App/a/key/b is left alone: the public key `b` is not declared (--prune)
    ");
    insta::assert_snapshot!(keys(Some(&["c"]), &there).pruning().shown(), @"
    App/a/key/a is deleted as pks-a, in force: true
    App/a/key/b is deleted as pks-b, in force: false
    ");
}

#[test]
fn the_only_key_in_force_stays_when_none_is_declared() {
    insta::assert_snapshot!(keys(None, &[("a", "ACTIVE"), ("b", "ACTIVE"), ("c", "INACTIVE")]).pruning().shown(), @"
    App/a/key/a is deleted as pks-a, in force: true
    App/a/key/c is deleted as pks-c, in force: false
    App/a/key/b is left alone: the public key `b` is not declared: it is the only one in force (no flag)
    ");
}

#[test]
fn the_mark_remembers_children_that_no_document_speaks_of_any_more_while_there_may_be_some() {
    let undeclared = || vec![app("a", "A")];
    let held = [("x", Active), ("y", Inactive)];
    assert_eq!(secrets(&undeclared(), &held).remembered(), r#"["secrets"]"#);
    assert_eq!(secrets(&undeclared(), &held[..1]).remembered(), "[]", "Okta keeps the last one whatever is pruned");
    let mut unread = secrets(&undeclared(), &held[..1]);
    unread.observed.secrets.clear();
    assert_eq!(unread.remembered(), r#"["secrets"]"#);

    assert_eq!(grants(&undeclared(), &["grants"], &[("okta.users.read", ORG)]).remembered(), r#"["grants"]"#);
    assert_eq!(grants(&undeclared(), &["grants"], &[]).remembered(), "[]");
    assert_eq!(grants(&granting(&["okta.users.read"]), &["keys"], &[]).remembered(), r#"["grants"]"#);

    let both = [("a", "ACTIVE"), ("b", "ACTIVE")];
    assert_eq!(keys(None, &both).remembered(), r#"["keys"]"#);
    assert_eq!(keys(None, &both[..1]).remembered(), "[]", "the only one stays");
    let mut clearing = keys(None, &both);
    clearing.desired = desired(&[with(app("a", "A"), &[("spec.settings.notes.admin", Value::Null)])]);
    let noted = [("settings.oauthClient.jwks.keys", json!(clearing.observed.apps[0].keys())), ("settings.notes.admin", json!("x"))];
    clearing.observed.apps[0] = live("0oa1", "A", &[&[managing("a", &["keys"])], &noted[..]].concat());
    assert_eq!(clearing.remembered(), r#"["keys"]"#, "something else is cleared");
    let with_address = |mut case: Case| {
        let document = with(app("a", "A"), &[("spec.settings.oauthClient.jwks_uri", json!("https://a.example.com/keys"))]);
        case.desired = desired(&[document]);
        case.remembered()
    };
    assert_eq!(with_address(keys(None, &both)), "[]", "the address clears the keys");
    assert_eq!(with_address(secrets(&undeclared(), &held)), r#"["secrets"]"#, "and nothing else");
}
