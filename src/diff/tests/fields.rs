//! Fields of apps, their marks, and apps without a document.

use super::*;

/// Compares one app that is ours, declared and live with some fields.
fn compared(declared: &[(&str, Value)], there: &[(&str, Value)]) -> String {
    let document = document("App", "a", &[&[("label", json!("A"))], declared].concat());
    let there = [&[marked("payments/a")], there].concat();
    Case::new(&[document], vec![live("0oa1", "A", &there)]).shown()
}

#[test]
fn what_is_not_declared_is_not_compared() {
    assert_eq!(
        compared(&[], &[("settings.notes.admin", json!("theirs")), ("settings.oauthClient.redirect_uris", json!(["https://x.example"]))]),
        ""
    );
}

#[test]
fn fields_that_are_as_declared_are_no_change() {
    const GRANTS: &str = "settings.oauthClient.grant_types";
    assert_eq!(compared(&[("settings.notes.admin", json!("a"))], &[("settings.notes.admin", json!("a"))]), "");
    let turned = [(GRANTS, json!(["refresh_token", "authorization_code"]))];
    assert_eq!(compared(&turned, &[(GRANTS, json!(["authorization_code", "refresh_token"]))]), "", "a set has no order");
    assert_eq!(compared(&[("settings.notes.admin", Value::Null)], &[]), "", "cleared is absent");
    assert_eq!(compared(&[("settings.notes.admin", Value::Null)], &[("settings.notes.admin", Value::Null)]), "");
    assert_eq!(compared(&[("settings.oauthClient.post_logout_redirect_uris", json!([]))], &[]), "", "empty is absent");
}

#[test]
fn each_field_that_differs_is_told_with_both_sides() {
    let declared = [
        ("settings.notes.admin", json!("new")),
        ("settings.notes.enduser", Value::Null),
        ("settings.oauthClient.redirect_uris", json!(["https://a.example.com/cb"])),
        ("settings.oauthClient.post_logout_redirect_uris", json!([])),
        ("visibility.hide.iOS", json!(true)),
        ("profile.team", json!({"name": "payments"})),
    ];
    let there = [
        ("settings.notes.admin", json!("old")),
        ("settings.notes.enduser", json!("gone")),
        ("settings.oauthClient.post_logout_redirect_uris", json!(["https://a.example.com/out"])),
        ("visibility.hide.iOS", json!(false)),
        ("profile.team", json!("payments")),
        ("profile.cost_center", json!(7)),
    ];
    insta::assert_snapshot!(compared(&declared, &there), @r#"
    App/a is updated
        settings.notes.admin: "old" → "new"
        settings.notes.enduser: "gone" → null
        settings.oauthClient.redirect_uris: nothing → ["https://a.example.com/cb"]
        settings.oauthClient.post_logout_redirect_uris: ["https://a.example.com/out"] → []
        visibility.hide.iOS: false → true
        profile.team: "payments" → {"name":"payments"}
    "#);
}

#[test]
fn a_new_app_gets_every_declared_field_but_nulls() {
    let document = document("App", "a", &[("label", json!("A")), ("settings.notes.admin", Value::Null), ("status", json!("INACTIVE"))]);
    insta::assert_snapshot!(Case::new(&[document], Vec::new()).shown(), @r#"
    App/a is created
        label: nothing → "A"
        status: nothing → "INACTIVE"
    "#);
}

#[test]
fn the_status_is_compared_only_where_it_is_declared() {
    assert_eq!(compared(&[], &[("status", json!("INACTIVE"))]), "");
    insta::assert_snapshot!(compared(&[("status", json!("ACTIVE"))], &[("status", json!("INACTIVE"))]), @r#"
    App/a is updated
        status: "INACTIVE" → "ACTIVE"
    "#);
}

#[test]
fn keys_and_their_address_exclude_each_other() {
    let key = json!({"kty": "RSA", "kid": "k", "use": "sig", "e": "AQAB", "n": format!("v{}Q", "a".repeat(340))});
    let uri = "https://a.example.com/keys";
    let cleared =
        compared(&[("settings.oauthClient.jwks_uri", json!(uri))], &[("settings.oauthClient.jwks", json!({"keys": [key.clone()]}))]);
    assert!(cleared.contains("settings.oauthClient.jwks_uri: nothing → \"https://a.example.com/keys\""), "{cleared}");
    assert!(cleared.lines().any(|l| l.trim().starts_with("settings.oauthClient.jwks: {") && l.ends_with("→ nothing")), "{cleared}");
    let cleared = compared(&[("settings.oauthClient.jwks.keys", json!([key]))], &[("settings.oauthClient.jwks_uri", json!(uri))]);
    assert!(cleared.contains("settings.oauthClient.jwks_uri: \"https://a.example.com/keys\" → nothing"), "{cleared}");
    // Where one of them is declared to be nothing, or there is nothing of it, nothing is cleared.
    let no_keys = compared(&[("settings.oauthClient.jwks.keys", json!([]))], &[("settings.oauthClient.jwks_uri", json!(uri))]);
    insta::assert_snapshot!(no_keys, @r#"
    App/a is updated
        profile.idpctl: "payments/a" [] null → "payments/a" ["keys"] null
    "#);
    for nothing in [json!({"keys": []}), Value::Null] {
        insta::allow_duplicates!(
            insta::assert_snapshot!(compared(&[("settings.oauthClient.jwks_uri", json!(uri))], &[("settings.oauthClient.jwks", nothing)]), @r#"
            App/a is updated
                settings.oauthClient.jwks_uri: nothing → "https://a.example.com/keys"
            "#)
        );
    }
}

#[test]
fn an_immutable_field_makes_all_of_it_new() {
    let documents = [
        with(app_with_client_id("a", "A", "new-client"), &[("spec.settings.notes.admin", json!("same"))]),
        document("Grant", "a", &[("scopes", json!(["okta.users.read"]))]),
    ];
    let mut case = Case::new(&documents, vec![live("0oa1", "A", &[managing("a", &["grants"]), ("settings.notes.admin", json!("same"))])]);
    let granted = |scope: &str| LiveGrant {
        id: "oag1".to_owned(),
        scope: scope.to_owned(),
        issuer: "https://acme.okta.com".to_owned(),
        created_by: None,
    };
    case.observed.grants.insert(case.observed.apps[0].id.clone(), vec![granted("okta.users.read"), granted("okta.logs.read")]);
    insta::assert_snapshot!(case.pruning().shown(), @r#"
    App/a is replaced, because of
        credentials.oauthClient.client_id: "0oa1" → "new-client"
      by
        label: nothing → "A"
        credentials.oauthClient.client_id: nothing → "new-client"
        settings.notes.admin: nothing → "same"
    Grant/a/okta.users.read is granted
    "#);
}

#[test]
fn an_app_that_no_manifest_declares_is_changed_and_never_replaced() {
    let credentials = |spec: &[(&str, Value)]| document("ClientCredentials", "c", &[&[("app", json!({"id": "0oa1"}))], spec].concat());
    let apps = || vec![live("0oa1", "A", &[])];
    insta::assert_snapshot!(Case::new(&[credentials(&[("pkce_required", json!(true))])], apps()).shown(), @"
    ClientCredentials/c is updated
        credentials.oauthClient.pkce_required: nothing → true
    ");
    insta::assert_snapshot!(Case::new(&[credentials(&[("client_id", json!("new-client"))])], apps()).shown(), @r#"
    ClientCredentials/c is updated
        credentials.oauthClient.client_id: "0oa1" → "new-client"
    607 `credentials.oauthClient.client_id` of the app {id: 0oa1} cannot be changed, and no manifest declares that app
      help: declare the app in an App document to have it replaced, or take the field out
    "#);
}

#[test]
fn an_access_policy_is_meant_by_the_only_one_of_its_name() {
    let policy = |id: &str, name: &str| AccessPolicy { id: id.to_owned(), name: name.to_owned(), system: false };
    let case = |reference: Value, policies: &[AccessPolicy]| {
        let link = ("_links.accessPolicy.href", json!("https://acme.okta.com/api/v1/policies/rst1"));
        let mut case =
            Case::new(&[with(app("a", "A"), &[("spec.accessPolicy", reference)])], vec![live("0oa1", "A", &[marked("payments/a"), link])]);
        case.observed.policies = policies.to_vec();
        case.shown()
    };
    let both = [policy("rst1", "One"), policy("rst2", "Two")];
    assert_eq!(case(json!({"name": "One"}), &both), "");
    assert_eq!(case(json!({"id": "rst1"}), &[]), "");
    insta::assert_snapshot!(case(json!({"name": "Two"}), &both), @r#"
    App/a is updated
        accessPolicy: "One (rst1)" → "Two (rst2)"
    "#);
    insta::assert_snapshot!(case(json!({"name": "Three"}), &both), @"
    605 there is no access policy named `Three`
      help: the org has `One`, `Two`
    ");
    insta::assert_snapshot!(case(json!({"name": "Two"}), &[policy("rst2", "Two"), policy("rst3", "Two")]), @"
    605 2 access policies are named `Two`: rst2, rst3
      help: refer to it by `id`
    ");
}

#[test]
fn the_mark_is_written_for_its_own_sake_only_if_it_says_something_else() {
    let shown = |document: Value, mark: (&'static str, Value)| Case::new(&[document], vec![live("0oa1", "A", &[mark])]).shown();
    let other_digest = ("profile.idpctl", json!({"owner": "payments/a", "manages": [], "applied": "00"}));
    assert_eq!(shown(app("a", "A"), other_digest), "", "what was last applied costs no write");
    insta::assert_snapshot!(shown(with(app("a", "A"), &[("metadata.protected", json!(true))]), marked("payments/a")), @r#"
    App/a is updated
        profile.idpctl: "payments/a" [] null → "payments/a" [] true
    "#);
    insta::assert_snapshot!(shown(app_with_client_id("a", "A", "client"), ("credentials.oauthClient.client_id", json!("client"))), @r#"
    App/a is updated
        profile.idpctl: nothing → "payments/a" [] null
    "#);
}

#[test]
fn without_ownership_no_app_is_marked() {
    let mut case = Case::new(&[app("a", "A")], Vec::new());
    case.desired.ownership = false;
    insta::assert_snapshot!(case.shown(), @r#"
    App/a is created
        label: nothing → "A"
    "#);
}

#[test]
fn an_app_without_a_document_goes_only_if_asked() {
    let orphan = || vec![live("0oa1", "A", &[marked("payments/a")])];
    insta::assert_snapshot!(Case::new(&[app("b", "B")], orphan()).selecting("App/a").shown(), @"App/a is left alone: the app 0oa1 `A` is ours and no document declares it (--prune without --select)");
    insta::assert_snapshot!(Case::new(&[app("b", "B")], orphan()).selecting("App/a").pruning().shown(), @"App/a is left alone: the app 0oa1 `A` is ours and no document declares it (--prune without --select)");
    assert_eq!(Case::new(&[app("b", "B")], orphan()).selecting("App/c").pruning().shown(), "");
    let mut case = Case::new(&[app("b", "B")], [orphan(), vec![live("0oa2", "B", &[marked("payments/b")])]].concat());
    insta::assert_snapshot!(case.shown(), @"App/a is left alone: the app 0oa1 `A` is ours and no document declares it (--prune)");
    case.choices.prune = true;
    insta::assert_snapshot!(case.shown(), @"App/a: 0oa1 goes");
    let protected = ("profile.idpctl", json!({"owner": "payments/a", "manages": [], "protected": true}));
    insta::assert_snapshot!(Case::new(&[app("b", "B")], vec![live("0oa1", "A", &[protected])]).shown(), @r#"
    App/b is created
        label: nothing → "B"
    App/a is left alone: the app 0oa1 `A` is ours and no document declares it; it is protected (no flag)
    "#);
}

#[test]
fn a_copy_of_an_app_is_never_deleted_and_one_that_was_replaced_is() {
    let superseded = ("profile.idpctl", json!({"owner": "payments/a", "manages": [], "superseded": true}));
    let other = ("credentials.oauthClient.client_id", json!("client"));
    let replaced = || vec![live("0oa1", "A", std::slice::from_ref(&superseded)), live("0oa2", "A", &[marked("payments/a")])];
    insta::assert_snapshot!(Case::new(&[app("a", "A")], replaced()).shown(), @"App/a is left alone: the app 0oa1 `A` was replaced by another (--prune)");
    let mut allowed = Case::new(&[app("a", "A")], replaced());
    allowed.choices.allow_replace.insert(Address::new(crate::address::Kind::App, "a"));
    insta::assert_snapshot!(allowed.shown(), @"App/a: 0oa1 goes");
    let copied = vec![live("0oa1", "A", &[other, marked("payments/a")]), live("0oa2", "A", &[marked("payments/a")])];
    insta::assert_snapshot!(Case::new(&[app_with_client_id("a", "A", "client")], copied).pruning().shown(), @"App/a is left alone: the app 0oa2 `A` bears a copy of this mark: somebody cloned the app (no flag)");
}
