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
    insta::assert_snapshot!(configured.test.run("export --from-tfstate terraform.tfstate --out manifests").ends_with(0), @r#"
    ------- stderr -------
    Wrote 2 files into `manifests`:
      apps/shop.yaml: App/shop, ClientCredentials/shop, Grant/shop, GroupAssignment/shop
      terraform/removed.tf: `removed` blocks for Terraform

    No manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:
      IDPCTL_SHOP_SECRET  the client's secret `current` of ClientCredentials/shop

    Not carried over:
      okta_app_group_assignment.lost: the state does not say which object it is: bring it up to date with `terraform apply -refresh-only`
      okta_app_group_assignment.sales["it's"]: the org has no app 0oaSaml of OpenID Connect: another sort of app keeps what Terraform manages of it
      `groups_claim` of okta_app_oauth.shop: it is behind an API that only the provider uses; it stays as it is in the org, and a claim of an authorization server can take its place
      okta_app_saml.wiki: no manifest declares such a resource; Terraform keeps it

    Otherwise in the org than in the state; the manifests say what the org has:
      okta_app_oauth.gone: the org has no app 0oaf00000EQ54pKwA5d7 of OpenID Connect
      okta_app_oauth.shop: `label`
      okta_app_oauth.shop: it is tainted: Terraform would replace it
      okta_app_oauth_api_scope.shop: `okta.apps.read`, which the app does not have

    Of 7 Okta resources in the state, 3 are declared, 1 not in the org, 3 not carried over.

    Once these are applied, Terraform lets go of it with `manifests/terraform/removed.tf`, which says how.

    To see that they change nothing but whose the objects are:
        idpctl plan
    [exit status: 0]
    "#);
    insta::assert_snapshot!(configured.test.read("manifests/terraform/removed.tf"), @r#"
    # Terraform lets go of what manifests of idpctl declare now, and destroys none of it. In this order:
    #
    # 1. Review the manifests, and put them into git.
    # 2. `idpctl plan` shows nothing but adoption; then `idpctl apply`.
    # 3. Put this file into the configuration's root module, and delete the `resource` blocks that it names: Terraform
    #    refuses a `removed` block beside them. What refers to them, such as outputs, needs another source then.
    # 4. `terraform plan` says that each "will no longer be managed by Terraform", and to destroy 0; then `terraform apply`.
    # 5. Delete this file.
    #
    # `removed` needs Terraform 1.7.

    # okta_app_group_assignment.sales stays, because no manifest declares some of its instances. Let go of the others with:
    #   terraform state rm 'okta_app_group_assignment.sales["shop"]'

    # App/shop, ClientCredentials/shop
    removed {
      from = okta_app_oauth.shop

      lifecycle {
        destroy = false
      }
    }

    # Grant/shop
    removed {
      from = okta_app_oauth_api_scope.shop

      lifecycle {
        destroy = false
      }
    }
    "#);
    configured.test.write("manifests/terraform/removed.tf", "# mine");
    insta::assert_snapshot!(configured.test.run("export --from-tfstate terraform.tfstate --out manifests").ends_with(1), @"
    ------- stderr -------
    error: `manifests/terraform/removed.tf` is there already, and nothing was written

    hint: name another folder, or delete that file first
    [exit status: 1]
    ");
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
            &[
                ("/credentials/oauthClient/token_endpoint_auth_method", json!("none")),
                ("/credentials/oauthClient/pkce_required", json!(true)),
            ],
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
    insta::assert_snapshot!(output, @r#"
    ------- stderr -------
    Wrote 7 files into `manifests`:
      apps/31mred.yaml: App/31mred
      apps/con-.yaml: App/con
      apps/etc-passwd.yaml: App/etc-passwd
      apps/key-rm-rf-3.yaml: App/key-rm-rf-3
      apps/path-module.yaml: App/path-module
      apps/web-resource-null-resource-x-provisioner.yaml: App/web-resource-null-resource-x-provisioner
      terraform/removed.tf: `removed` blocks for Terraform

    Not carried over:
      okta_app_group_assignments.x: the org has no app ../../users/me of OpenID Connect: another sort of app keeps what Terraform manages of it
      okta_app_oauth.\u{1b}[31mred\u{202e}["key\n}\n'; rm -rf / #2"]: its name is none in Terraform's language, so that no `removed` block can be about it
      okta_app_oauth.${path.module}["key\n}\n'; rm -rf / #5"]: its name is none in Terraform's language, so that no `removed` block can be about it
      okta_app_oauth.../../etc/passwd["key\n}\n'; rm -rf / #0"]: its name is none in Terraform's language, so that no `removed` block can be about it
      okta_app_oauth.web\n}\nresource "null_resource" "x" {\n  provisioner["key\n}\n'; rm -rf / #1"]: its name is none in Terraform's language, so that no `removed` block can be about it
      okta_evil\n}\u{1b}[2J.x: no manifest declares such a resource; Terraform keeps it

    Of 8 Okta resources in the state, 6 are declared, 2 not carried over.

    Once these are applied, Terraform lets go of it with `manifests/terraform/removed.tf`, which says how.

    To see that they change nothing but whose the objects are:
        idpctl plan
    [exit status: 0]
    "#);
    let files = written(&configured.test, "manifests");
    insta::assert_snapshot!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("\n"), @"
    manifests/apps/31mred.yaml
    manifests/apps/con-.yaml
    manifests/apps/etc-passwd.yaml
    manifests/apps/key-rm-rf-3.yaml
    manifests/apps/path-module.yaml
    manifests/apps/web-resource-null-resource-x-provisioner.yaml
    manifests/terraform/removed.tf
    ");
    insta::assert_snapshot!(configured.test.read("manifests/terraform/removed.tf").lines().filter(|line| !line.starts_with("# ") || line.contains("App/")).collect::<Vec<_>>().join("\n"), @"
    #
    #

    # App/con
    removed {
      from = module.a.okta_app_oauth.con

      lifecycle {
        destroy = false
      }
    }

    # App/key-rm-rf-3
    removed {
      from = okta_app_oauth.日本

      lifecycle {
        destroy = false
      }
    }
    ");
    let _ = configured.test.run("validate").ends_with(0);
}

#[test]
fn a_state_of_another_org_or_of_none_is_refused() {
    let mut configured = Configured::new();
    configured.manage(("", "okta_app_oauth", "web", Value::Null), json!({"id": "0oaElsewhere", "label": "Web", "client_secret": SENTINEL}));
    configured.manage(("", "okta_auth_server", "api", Value::Null), json!({"id": "ausElsewhere", "name": "api"}));
    configured.write(&[]);
    insta::assert_snapshot!(configured.test.run("export --from-tfstate terraform.tfstate --out manifests").ends_with(1), @"
    ------- stderr -------
    error: nothing of the 2 resources that the state has of apps and authorization servers is in http://ORG

    hint: it is the state of another org: name that one in OKTA_CLIENT_ORGURL, with its credentials
    [exit status: 1]
    ");
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
    insta::assert_snapshot!(told, @"
    error: could not take `terraform.tfstate`
    Caused by:
      1: it is a state of version 3, and only version 4 (Terraform 0.12 and later, OpenTofu) is known

    hint: Terraform 0.12 or later brings it up to date with `terraform apply -refresh-only`
    error: the state in `terraform.tfstate` has no resource that becomes a manifest

    hint: manifests are made of okta_app_oauth, okta_app_oauth_api_scope, okta_app_group_assignment(s) and okta_auth_server* resources
    error: could not take `terraform.tfstate`
    Caused by:
      1: it is an encrypted state

    hint: OpenTofu writes it in clear with
        tofu state pull | idpctl export --from-tfstate - --out DIR
    error: could not take `terraform.tfstate`
    Caused by:
      1: it is what `terraform show -json` writes, and not a state

    hint: Terraform writes the state with
        terraform state pull | idpctl export --from-tfstate - --out DIR
    error: could not take `terraform.tfstate`
    Caused by:
      1: it is no Terraform state: it is no JSON, or nested too deeply, at line 1, column 1

    hint: Terraform writes the state with
        terraform state pull | idpctl export --from-tfstate - --out DIR
    error: could not take `terraform.tfstate`
    Caused by:
      1: it is no Terraform state: it is no JSON, or nested too deeply, at line 1, column 1

    hint: Terraform writes the state with
        terraform state pull | idpctl export --from-tfstate - --out DIR
    ");
    insta::assert_snapshot!(test.run("export --from-tfstate nowhere.tfstate --out manifests"), @"
    ------- stderr -------
    error: could not read `nowhere.tfstate`
    Caused by:
      1: No such file or directory (os error 2)

    hint: check that the path is right, and that its folder is there
    [exit status: 1]
    ");
    insta::assert_snapshot!(test.run("export --from-tfstate terraform.tfstate"), @"
    ------- stderr -------
    error: the following required arguments were not provided:
      --out <DIR>

    Usage: idpctl export --out <DIR> --from-tfstate <FILE> [ADDRESS]...

    For more information, try '--help'.
    [exit status: 1]
    ");
    assert_eq!(written(test, "manifests"), []);
}
