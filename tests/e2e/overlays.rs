//! Defaults under documents and patches over them.

use serde_json::Value;

use crate::org::TestOrg;

const PROJECT: &str = "
apiVersion: idpctl/v1
kind: Project
defaults:
  App: {visibility: {autoLaunch: false, hide: {iOS: true, web: true}}}
targets:
  default: {vars: {name: Shop}}
  staging: {vars: {name: Shop}, overlays: [overlays/all, overlays/staging]}
";

const APP: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: shop}
spec:
  label: ${var.name}
  status: ACTIVE
  visibility: {hide: {web: false}}
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code, refresh_token]
      response_types: [code]
      redirect_uris: [https://shop.example/callback]
      logo_uri: https://shop.example/logo.png
---
apiVersion: idpctl/v1
kind: App
metadata: {name: desk}
spec:
  label: Desk
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}
";

const ALL: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: shop, protected: true}
patch: {label: '${var.name} (test)', settings: {oauthClient: {redirect_uris: [https://test.example/callback], logo_uri: null}}}
";

const STAGING: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: shop}
patch: {label: '${var.name} (staging)'}
unset: [status]
";

/// What the documents say for staging, in one piece.
const WRITTEN_OUT: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: shop, protected: true}
spec:
  label: Shop (staging)
  visibility: {autoLaunch: false, hide: {iOS: true, web: false}}
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code, refresh_token]
      response_types: [code]
      redirect_uris: [https://test.example/callback]
      logo_uri: null
---
apiVersion: idpctl/v1
kind: App
metadata: {name: desk}
spec:
  label: Desk
  visibility: {autoLaunch: false, hide: {iOS: true, web: true}}
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}
";

fn layered() -> TestOrg {
    let test = TestOrg::new();
    test.write("idpctl.yaml", PROJECT);
    test.write("manifests/shop.yaml", APP);
    test.write("overlays/all/shop.yaml", ALL);
    test.write("overlays/staging/shop.yaml", STAGING);
    test
}

#[test]
fn documents_in_layers_are_what_they_would_be_in_one_piece() {
    let test = layered();
    let plan = test.run("plan --target staging --format json").ends_with(0).json();
    let whole = TestOrg::new();
    whole.write("manifests/shop.yaml", WRITTEN_OUT);
    let expected = whole.run("plan --format json").ends_with(0).json();
    // What is sent, in whatever order the texts have it; where it is written differs.
    let sorted = |plan: &Value| {
        let actions = plan["actions"].as_array().expect("a list");
        let fields = actions.iter().flat_map(|action| action["fields"].as_array().expect("a list"));
        let mut lines: Vec<_> = fields.map(|field| format!("{}: {}", field["path"], field["after"])).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&plan), sorted(&expected));
    let _ = test.run("apply --target staging --auto-approve").ends_with(0);
    test.assert_laws("--target staging");
    // In one piece it is the same.
    test.remove("overlays/all/shop.yaml");
    test.remove("overlays/staging/shop.yaml");
    test.write("idpctl.yaml", "apiVersion: idpctl/v1\nkind: Project\n");
    test.write("manifests/shop.yaml", WRITTEN_OUT);
    let _ = test.run("plan --detailed-exitcode").ends_with(0);
}

#[test]
fn a_target_without_overlays_has_the_defaults_alone() {
    let test = layered();
    insta::assert_snapshot!(test.run("plan --target default"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/desk "Desk"
        label: "Desk"
        settings.oauthClient.application_type: "service"
        settings.oauthClient.grant_types: ["client_credentials"]
        settings.oauthClient.response_types: ["token"]
        visibility.autoLaunch: false
        visibility.hide.iOS: true
        visibility.hide.web: true
        mark: none → default/desk

    + create App/shop "Shop"
        label: "Shop"
        visibility.hide.web: false
        visibility.hide.iOS: true
        visibility.autoLaunch: false
        settings.oauthClient.application_type: "web"
        settings.oauthClient.grant_types: ["authorization_code", "refresh_token"]
        settings.oauthClient.response_types: ["code"]
        settings.oauthClient.redirect_uris: ["https://shop.example/callback"]
        settings.oauthClient.logo_uri: "https://shop.example/logo.png"
        mark: none → default/shop

    2 to create, with 2 requests.
    [exit status: 0]
    "#);
}

#[test]
fn of_files_that_are_named_some_documents_are_missing_on_purpose() {
    let test = layered();
    test.write("desk.yaml", APP.split("---\n").nth(1).expect("two documents"));
    let _ = test.run("validate --target staging -f desk.yaml").ends_with(0);
    insta::assert_snapshot!(test.run("validate --target staging -f overlays/staging/shop.yaml"), @"
    ------- stderr -------
    error[IDP0209]: `spec` is missing
     --> overlays/staging/shop.yaml:2:1
      |
    2 | apiVersion: idpctl/v1
      | ^^^^^^^^^^^
      |
      = help: write `spec:` and the fields below it; `spec: {}` manages none

    error[IDP0202]: unknown key `patch`
     --> overlays/staging/shop.yaml:5:1
      |
    5 | patch: {label: '${var.name} (staging)'}
      | ^^^^^
      |
      = help: a patch belongs into a folder that a target names under `overlays`, apart from the manifests

    error[IDP0202]: unknown key `unset`
     --> overlays/staging/shop.yaml:6:1
      |
    6 | unset: [status]
      | ^^^^^
      |
      = help: a patch belongs into a folder that a target names under `overlays`, apart from the manifests

    3 errors
    [exit status: 1]
    ");
}
