//! A service app that signs in with its key, and the scopes granted to it.

use serde_json::{Value, json};

use crate::fixture::{MODULUS, keys};
use crate::org::TestOrg;

const APP: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: billing-worker}
spec:
  label: Billing worker
  settings:
    oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: billing-worker}
spec:
  token_endpoint_auth_method: private_key_jwt
  jwks: {file: keys/billing-worker.json}
";

const OTHER: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: other}
spec:
  label: Other
  settings:
    oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}
";

fn grant(test: &TestOrg, scopes: &str) {
    let issuer = test.url();
    let manifest = format!(
        "apiVersion: idpctl/v1\nkind: Grant\nmetadata: {{name: billing-worker}}\nspec:\n  issuer: {issuer}\n  scopes: [{scopes}]\n"
    );
    test.write("manifests/grant.yaml", manifest);
}

fn declared(scopes: &str) -> TestOrg {
    let test = TestOrg::new();
    test.write("keys/billing-worker.json", keys().to_string());
    test.write("manifests/billing-worker.yaml", APP);
    grant(&test, scopes);
    test
}

fn scopes(test: &TestOrg) -> Vec<Value> {
    let grants = test.get(&format!("/api/v1/apps/{}/grants", test.id("Billing worker")));
    let mut scopes: Vec<_> = grants.as_array().unwrap().iter().map(|grant| grant["scopeId"].clone()).collect();
    scopes.sort_by_key(ToString::to_string);
    scopes
}

#[test]
fn a_service_app_comes_before_the_scope_that_is_granted_to_it() {
    let test = declared("okta.users.read");
    insta::assert_snapshot!(test.run("apply --auto-approve"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/billing-worker "Billing worker"
        label: "Billing worker"
        settings.oauthClient.application_type: "service"
        settings.oauthClient.grant_types: ["client_credentials"]
        settings.oauthClient.response_types: ["token"]
        settings.oauthClient.jwks.keys:
          + [
          +   {
          +     "e": "AQAB",
          +     "kid": "billing-2026",
          +     "kty": "RSA",
          +     "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4…(234 more characters, sha256 0726899f)…q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
          +     "use": "sig"
          +   }
          + ]
        credentials.oauthClient.token_endpoint_auth_method: "private_key_jwt"
        mark: none → default/billing-worker, manages grants and keys

    + create Grant/billing-worker/okta.users.read

    2 to create, with 2 requests.

    applied   create App/billing-worker
    applied   create Grant/billing-worker/okta.users.read

    2 applied.
    [exit status: 0]
    "#);
    let id = test.id("Billing worker");
    let app = test.app("Billing worker");
    let client = &app["settings"]["oauthClient"];
    assert_eq!(app["credentials"]["oauthClient"]["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!((&client["jwks"]["keys"][0]["kid"], &client["jwks"]["keys"][0]["n"]), (&json!("billing-2026"), &json!(MODULUS)));
    let grants = test.get(&format!("/api/v1/apps/{id}/grants"));
    assert_eq!((&grants[0]["scopeId"], &grants[0]["issuer"]), (&json!("okta.users.read"), &json!(test.url())));
    test.assert_laws("");
}

#[test]
fn the_requests_of_an_apply_follow_the_references() {
    let test = declared("okta.users.read, okta.groups.read");
    let applied = test.run("apply --auto-approve").ends_with(0);
    let id = test.id("Billing worker");
    let grant = format!("POST /api/v1/apps/{id}/grants");
    assert_eq!(applied.writes(), ["POST /api/v1/apps".to_owned(), grant.clone(), grant]);
    assert_eq!(scopes(&test), ["okta.groups.read", "okta.users.read"]);
    test.assert_laws("");
}

#[test]
fn a_scope_that_is_taken_out_is_left_alone_until_somebody_prunes() {
    let test = declared("okta.users.read, okta.groups.read");
    let _ = test.run("apply --auto-approve").ends_with(0);
    grant(&test, "okta.users.read");
    insta::assert_snapshot!(test.run("plan --detailed-exitcode"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    Left alone
      Grant/billing-worker/okta.groups.read: scope `okta.groups.read` is granted and not declared
          --prune

    Nothing to do: all that is declared is in the org.
    [exit status: 0]
    ");
    test.assert_laws("");
    assert_eq!(scopes(&test), ["okta.groups.read", "okta.users.read"]);
    insta::assert_snapshot!(test.run("apply --auto-approve --prune"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    - delete Grant/billing-worker/okta.groups.read

    1 to delete, with 1 request.

    applied   delete Grant/billing-worker/okta.groups.read

    1 applied.
    [exit status: 0]
    ");
    assert_eq!(scopes(&test), ["okta.users.read"]);
    test.assert_laws("--prune");
}

#[test]
fn scopes_whose_document_is_deleted_are_left_alone_until_somebody_prunes() {
    let test = declared("okta.users.read");
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.remove("manifests/grant.yaml");
    insta::assert_snapshot!(test.run("plan"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    Left alone
      Grant/billing-worker/okta.users.read: scope `okta.users.read` is granted and not declared
          --prune

    Nothing to do: all that is declared is in the org.
    [exit status: 0]
    ");
    let kept = test.run("apply --auto-approve").ends_with(0);
    assert!(!kept.writes().iter().any(|request| request.starts_with("DELETE")));
    assert_eq!(scopes(&test), ["okta.users.read"]);
    test.assert_laws("");
    let pruned = test.run("apply --auto-approve --prune").ends_with(0);
    assert_eq!(pruned.writes().iter().filter(|request| request.starts_with("DELETE")).count(), 1);
    assert_eq!(scopes(&test), [""; 0]);
    test.assert_laws("--prune");
}

#[test]
fn an_app_whose_documents_are_all_deleted_goes_with_its_grants_when_somebody_prunes() {
    let test = declared("okta.users.read");
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.remove("manifests/grant.yaml");
    test.write("manifests/billing-worker.yaml", OTHER);
    let id = test.id("Billing worker");
    let kept = test.run("apply --auto-approve").ends_with(0);
    assert_eq!(kept.writes(), ["POST /api/v1/apps"]);
    insta::assert_snapshot!(test.run("plan --prune"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    - delete App/billing-worker "Billing worker"
        note: the app 0oaf000008Euf57TO5d7 goes, with everything that hangs on it

    1 to delete, with 2 requests.
    [exit status: 0]
    "#);
    let pruned = test.run("apply --auto-approve --prune").ends_with(0);
    assert_eq!(pruned.writes(), [format!("POST /api/v1/apps/{id}/lifecycle/deactivate"), format!("DELETE /api/v1/apps/{id}")]);
    assert_eq!(test.try_send("GET", &format!("/api/v1/apps/{id}"), &Value::Null).0, 404);
    test.assert_laws("--prune");
}
