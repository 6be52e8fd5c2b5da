//! States that are hostile, out of date, of another org, or none.

use serde_json::{Value, json};

use crate::takeover::written;
use crate::tfstate::{Configured, SENTINEL};

#[test]
fn what_cannot_be_carried_over_is_told_and_what_changed_since() {
    let mut configured = Configured::new();
    let shop = configured.app(("", "shop", Value::Null), "Shop", "web", &[]);
    let gone = configured.app(("", "gone", Value::Null), "Gone", "web", &[]);
    configured.test.send("POST", &format!("/api/v1/apps/{gone}/lifecycle/deactivate"), &Value::Null);
    configured.test.send("DELETE", &format!("/api/v1/apps/{gone}"), &Value::Null);
    let scopes = json!(["okta.users.read", "okta.apps.read"]);
    configured.test.send(
        "POST",
        &format!("/api/v1/apps/{shop}/grants"),
        &json!({"scopeId": "okta.users.read", "issuer": configured.test.url()}),
    );
    configured
        .manage(("", "okta_app_oauth_api_scope", "shop", Value::Null), json!({"id": shop, "app_id": shop, "issuer": "", "scopes": scopes}));
    // A group of a resource whose other instance is of an app that is no OpenID Connect app.
    let group = configured.test.send("POST", "/api/v1/groups", &json!({"profile": {"name": "Sales"}}))["id"].clone();
    configured.test.send("PUT", &format!("/api/v1/apps/{shop}/groups/{}", group.as_str().unwrap()), &json!({}));
    for (key, app) in [("shop", shop.as_str()), ("it's", "0oaSaml")] {
        configured.manage(("", "okta_app_group_assignment", "sales", json!(key)), json!({"id": group, "app_id": app, "group_id": group}));
    }
    configured.manage(("", "okta_app_group_assignment", "lost", Value::Null), json!({"id": null, "app_id": shop}));
    configured.manage(("", "okta_app_saml", "wiki", Value::Null), json!({"id": "0oaSaml", "key_id": SENTINEL}));
    let mut state: Value = {
        configured.write(&[]);
        serde_json::from_str(&configured.test.read("terraform.tfstate")).unwrap()
    };
    let app = &mut state["resources"][0]["instances"][0];
    app["attributes"]["label"] = json!(format!("Shop of {SENTINEL}"));
    app["attributes"]["groups_claim"] = json!([{"name": "groups", "type": "FILTER", "value": SENTINEL}]);
    app["status"] = json!("tainted");
    configured.test.write("terraform.tfstate", state.to_string());
    insta::assert_snapshot!(configured.test.run("export --from-tfstate terraform.tfstate --out manifests").ends_with(0), @"");
    insta::assert_snapshot!(configured.test.read("manifests/terraform/removed.tf"), @"");
    configured.test.write("manifests/terraform/removed.tf", "# mine");
    insta::assert_snapshot!(configured.test.run("export --from-tfstate terraform.tfstate --out manifests").ends_with(1), @"");
}

#[test]
fn hostile_names_are_inert_in_files_blocks_and_messages() {
    let mut configured = Configured::new();
    let names = [
        "../../etc/passwd",
        "web\n}\nresource \"null_resource\" \"x\" {\n  provisioner",
        "\u{1b}[31mred\u{202e}",
        "\u{65e5}\u{672c}",
        "con",
        "${path.module}",
    ];
    for (index, name) in names.into_iter().enumerate() {
        let label = format!("App {index}");
        let module = if index == 4 { "module.a[\"\\\"]\\n}\\nresource x {\"]" } else { "" };
        configured.app(
            (module, name, json!(format!("key\n}}\n'; rm -rf / #{index}"))),
            &label,
            "browser",
            &[("/credentials/oauthClient/token_endpoint_auth_method", json!("none"))],
        );
    }
    configured.manage(("", "okta_evil\n}\u{1b}[2J", "x", Value::Null), json!({"id": "../../users"}));
    configured.manage(
        ("", "okta_app_group_assignments", "x", Value::Null),
        json!({"id": "../../users", "app_id": "../../users/me", "group": [{"id": "x"}]}),
    );
    configured.write(&[]);
    let output = configured.test.run("export --from-tfstate terraform.tfstate --out manifests").ends_with(0);
    assert!(!output.stderr.chars().any(|c| c == '\u{1b}' || c == '\u{202e}'));
    insta::assert_snapshot!(output, @"");
    let files = written(&configured.test, "manifests");
    insta::assert_snapshot!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("\n"), @"");
    insta::assert_snapshot!(configured.test.read("manifests/terraform/removed.tf").lines().filter(|line| !line.starts_with("# ") || line.contains("App/")).collect::<Vec<_>>().join("\n"), @"");
    let _ = configured.test.run("validate").ends_with(0);
}

#[test]
fn a_state_of_another_org_or_of_none_is_refused() {
    let mut configured = Configured::new();
    configured.manage(("", "okta_app_oauth", "web", Value::Null), json!({"id": "0oaElsewhere", "label": "Web", "client_secret": SENTINEL}));
    configured.manage(("", "okta_auth_server", "api", Value::Null), json!({"id": "ausElsewhere", "name": "api"}));
    configured.write(&[]);
    insta::assert_snapshot!(configured.test.run("export --from-tfstate terraform.tfstate --out manifests").ends_with(1), @"");
    let test = &configured.test;
    let mut told = String::new();
    for text in [
        r#"{"version": 3, "modules": []}"#,
        r#"{"version": 4, "resources": [{"mode": "managed", "type": "okta_user", "name": "a", "instances": [{"attributes": {"id": "00u1", "password": "s3ntinel-of-the-state"}}]}]}"#,
        r#"{"encrypted_data": "s3ntinel-of-the-state", "meta": {}, "encryption_version": "v0"}"#,
        r#"{"format_version": "1.0", "values": {}}"#,
        "resource \"okta_app_oauth\" \"s3ntinel-of-the-state\" {}",
        "\u{1f}\u{8b}",
    ] {
        test.write("terraform.tfstate", text);
        let output = test.run("export --from-tfstate terraform.tfstate --out manifests").ends_with(1);
        assert!(output.requests.is_empty());
        told.push_str(&output.stderr);
    }
    assert!(!told.contains(SENTINEL));
    insta::assert_snapshot!(told, @"");
    insta::assert_snapshot!(test.run("export --from-tfstate nowhere.tfstate --out manifests"), @"");
    insta::assert_snapshot!(test.run("export --from-tfstate terraform.tfstate"), @"");
    assert_eq!(written(test, "manifests"), []);
}
