//! What is read of a state, and what is not.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::state::{Error, State};

const SENTINEL: &str = "s3ntinel";

/// A state as Terraform writes it, with secrets wherever one may stand.
fn state() -> Value {
    let app = |key: Value, id: &str| {
        json!({"index_key": key, "schema_version": 2, "attributes": {
            "id": id, "label": "Shop", "type": "web", "client_id": id, "grant_types": ["authorization_code"], "redirect_uris": [],
            "client_secret": SENTINEL, "client_basic_secret": SENTINEL, "client_basic_secret_wo": null, "omit_secret": false,
            "jwks": [{"kid": "a", "kty": "RSA", "e": "AQAB", "n": "n", "d": SENTINEL}], "profile": format!("{{\"key\":\"{SENTINEL}\"}}"),
            "app_settings_json": SENTINEL, "groups_claim": [{"name": "groups", "value": SENTINEL}], "logo": "", "users": null,
            "admin_note": SENTINEL, "tomorrow": SENTINEL,
        }, "sensitive_attributes": [[{"type": "get_attr", "value": "client_secret"}], [{"type": "get_attr", "value": "admin_note"}]],
        "private": SENTINEL, "dependencies": ["okta_group.x"]})
    };
    json!({
        "version": 4, "terraform_version": "1.9.8", "serial": 41, "lineage": "b5a3", "outputs": {"secret": {"value": SENTINEL, "type": "string", "sensitive": true}},
        "resources": [
            {"module": "module.eu[\"a\"]", "mode": "managed", "type": "okta_app_oauth", "name": "shop",
             "provider": "provider[\"registry.terraform.io/okta/okta\"]", "instances": [app(json!("x"), "0oa1"), app(json!("y"), "0oa2")]},
            {"mode": "managed", "type": "okta_app_oauth_api_scope", "name": "shop", "instances": [
                {"attributes": {"id": "0oa1", "app_id": "0oa1", "issuer": "https://a", "scopes": ["okta.users.read"]}}]},
            {"mode": "managed", "type": "okta_app_group_assignments", "name": "shop", "instances": [
                {"attributes": {"id": "0oa1", "app_id": "0oa1", "group": [{"id": "00g1", "priority": 1, "profile": SENTINEL}], "timeouts": null}}]},
            {"mode": "managed", "type": "okta_auth_server_policy_rule", "name": "r", "instances": [
                {"status": "tainted", "attributes": {"id": "0pr1", "auth_server_id": "default", "policy_id": "00p1", "name": "r"}},
                {"deposed": "00000001", "attributes": {"id": "0pr0", "auth_server_id": "default", "policy_id": "00p1", "name": "r"}}]},
            {"mode": "managed", "type": "okta_user", "name": "jo", "instances": [{"index_key": 0, "attributes": {"id": "00u1", "password": SENTINEL}}]},
            {"mode": "managed", "type": "okta_auth_server", "name": "lost", "instances": [
                {"attributes_flat": {"id": "aus1", "name": SENTINEL}},
                {"attributes": {"id": "aus2", "name": SENTINEL}, "sensitive_attributes": [SENTINEL]}]},
            {"mode": "managed", "type": "tls_private_key", "name": "k", "instances": [{"attributes": {"id": SENTINEL, "private_key_pem": SENTINEL}}]},
            {"mode": "data", "type": "okta_app_oauth", "name": "d", "instances": [{"attributes": {"id": "0oa9", "client_secret": SENTINEL}}]},
        ],
        "check_results": null,
    })
}

#[test]
fn a_state_says_which_objects_there_are_and_nothing_secret() {
    let state = State::read(&state().to_string()).unwrap();
    let resources = state.resources.iter().map(|resource| {
        let beyond: Vec<_> = resource.beyond.iter().map(|(name, _)| name).collect();
        let values: Vec<_> = resource.values.keys().collect();
        format!("{}{}: {:?} {values:?} {beyond:?}", resource.address, if resource.tainted { " (tainted)" } else { "" }, resource.manages)
    });
    let told = format!("{}\n{} of others", resources.collect::<Vec<_>>().join("\n"), state.foreign);
    insta::assert_snapshot!(told, @r#"
    okta_app_group_assignments.shop: Groups(Id("0oa1"), {"00g1"}) [] []
    okta_app_oauth_api_scope.shop: Grants(Id("0oa1"), {"okta.users.read"}) [] []
    okta_auth_server.lost: Untold [] []
    okta_auth_server.lost: Server(Id("aus2")) [] []
    okta_auth_server_policy_rule.r (tainted): Part { part: Rule, server: Id("default"), policy: Some(Id("00p1")), id: Id("0pr1") } ["name"] []
    okta_auth_server_policy_rule.r: Deposed [] []
    okta_user.jo[0]: Unknown [] []
    module.eu["a"].okta_app_oauth.shop["x"]: App(Id("0oa1")) ["client_id", "grant_types", "label", "type"] ["groups_claim"]
    module.eu["a"].okta_app_oauth.shop["y"]: App(Id("0oa2")) ["client_id", "grant_types", "label", "type"] ["groups_claim"]
    1 of others
    "#);
    assert!(!format!("{state:?}").contains(SENTINEL));
}

#[test]
fn what_is_no_state_that_can_be_read_is_told_apart() {
    let errors = [
        "",
        "\u{1f}\u{8b}",
        "{\"version\": 4",
        "[]",
        "{}",
        "resource \"okta_app_oauth\" {}",
        r#"{"version": 3, "modules": [{"resources": {}}]}"#,
        r#"{"version": 5}"#,
        r#"{"version": "s3ntinel"}"#,
        r#"{"serial": 1, "lineage": "a", "meta": {}, "encrypted_data": "s3ntinel", "encryption_version": "v0"}"#,
        r#"{"format_version": "1.0", "values": {"root_module": {"resources": ["s3ntinel"]}}}"#,
        r#"{"version": 4, "resources": "s3ntinel"}"#,
        r#"{"version": 4, "resources": [{"mode": "managed", "type": "okta_app_oauth", "name": "a", "instances": "s3ntinel"}]}"#,
        r#"{"version": 4, "resources": [{"mode": "managed", "type": "okta_app_oauth", "name": "a", "instances": [{"attributes": "s3ntinel"}]}]}"#,
        &format!("{{\"version\": 4, \"resources\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000)),
        r#"{"version": 4, "version": 4, "resources": []}"#,
    ];
    let told: Vec<_> =
        errors.into_iter().map(|text| State::read(text).map_or_else(|error| error.to_string(), |state| format!("{state:?}"))).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    it is no Terraform state: it ends too early at line 1, column 0
    it is no Terraform state: it is no JSON, or nested too deeply, at line 1, column 1
    it is no Terraform state: it ends too early at line 1, column 13
    it is no Terraform state: something has not the form that Terraform gives it at line 1, column 2
    it is no Terraform state: it names no version
    it is no Terraform state: it is no JSON, or nested too deeply, at line 1, column 1
    it is a state of version 3, and only version 4 (Terraform 0.12 and later, OpenTofu) is known
    it is a state of version 5, and only version 4 (Terraform 0.12 and later, OpenTofu) is known
    it is no Terraform state: it names no version
    it is an encrypted state
    it is what `terraform show -json` writes, and not a state
    it is no Terraform state: something has not the form that Terraform gives it at line 1, column 38
    it is no Terraform state: something has not the form that Terraform gives it at line 1, column 111
    it is no Terraform state: something has not the form that Terraform gives it at line 1, column 127
    it is no Terraform state: something has not the form that Terraform gives it at line 1, column 30
    it is no Terraform state: something has not the form that Terraform gives it at line 1, column 24
    ");
    assert_eq!(State::read(&" ".repeat(super::MAX_BYTES + 1)), Err(Error::TooLarge));
}

#[test]
fn a_state_without_resources_is_one() {
    assert_eq!(State::read("\u{feff}{\"version\": 4, \"resources\": null}"), Ok(State::default()));
}

/// Returns every place in a tree.
fn places(tree: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match tree {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), out)),
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| places(member, &format!("{at}/{}", name.replace('/', "~1")), out));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Wherever something else stands than Terraform writes, whatever is read or told of it holds no secret.
    #[test]
    fn a_damaged_state_shows_no_secret(pick in any::<prop::sample::Index>(), what in 0usize..6, cut in any::<prop::sample::Index>()) {
        let mut tree = state();
        let mut all = Vec::new();
        places(&tree, "", &mut all);
        let place = &all[pick.index(all.len())];
        // A label or a description is no secret place: what is read of these is what Terraform has people write there.
        let values = [json!(SENTINEL), json!([SENTINEL]), json!({SENTINEL: SENTINEL}), json!(1.5e300), Value::Null, json!([[SENTINEL]])];
        if let Some(found) = tree.pointer_mut(place) {
            *found = values[what].clone();
        }
        let text = tree.to_string();
        for text in [text.as_str(), &text[..text.floor_char_boundary(cut.index(text.len()))]] {
            if let Err(error) = State::read(text) {
                prop_assert!(!format!("{error} {error:?}").contains(SENTINEL), "{place}: {error}");
            }
        }
    }
}
