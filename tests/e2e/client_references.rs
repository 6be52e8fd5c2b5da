//! What refers to clients that are registered dynamically: grants, policies, and documents that mean the same object.

use serde_json::json;

use crate::clients::{CLIENT, World};

const KEYED: &str = "
apiVersion: idpctl/v1
kind: Client
metadata: {name: sync, adopt: true}
spec:
  client_name: Sync
  application_type: service
  grant_types: [client_credentials]
  response_types: [token]
  token_endpoint_auth_method: private_key_jwt
  jwks: {keys: [{kty: EC, kid: new, crv: P-256, x: eA, y: eQ}]}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: sync}
spec: {scopes: [okta.users.read]}
";

#[test]
fn grants_and_keys_that_nobody_declares_go_when_that_is_asked_for() {
    let world = World::new();
    world.org.write("manifests/client.yaml", KEYED);
    insta::assert_snapshot!(world.run("apply --auto-approve").ends_with(0), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create Client/sync "Sync"
        client_name: "Sync"
        application_type: "service"
        grant_types: ["client_credentials"]
        response_types: ["token"]
        token_endpoint_auth_method: "private_key_jwt"
        jwks.keys: [{"kty":"EC","kid":"new","crv":"P-256","x":"eA","y":"eQ"}]

    + create Grant/sync/okta.users.read

    2 to create, with 2 requests.

    applied   create Grant/sync/okta.users.read
    applied   create Client/sync

    2 applied.
    [exit status: 0]
    "#);
    let id = world.client()["client_id"].as_str().expect("an id").to_owned();
    let issuer = world.org.url();
    world.org.send("POST", &format!("/api/v1/apps/{id}/grants"), &json!({"scopeId": "okta.logs.read", "issuer": issuer}));
    world.edit(|client| {
        client["jwks"]["keys"]
            .as_array_mut()
            .expect("keys")
            .insert(0, json!({"kty": "EC", "kid": "old", "crv": "P-256", "x": "eA", "y": "eQ"}));
    });
    insta::assert_snapshot!(world.run("plan --detailed-exitcode").ends_with(0), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    Left alone
      Grant/sync/okta.logs.read: scope `okta.logs.read` is granted and not declared
          --prune
      Client/sync/key/old: the public key `old` is not declared
          --prune

    Nothing to do: all that is declared is in the org.
    [exit status: 0]
    ");
    insta::assert_snapshot!(world.run("apply --auto-approve --prune").ends_with(0), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update Client/sync "Sync"
        jwks.keys:
              {
                "crv": "P-256",
          -     "kid": "old",
          -     "kty": "EC",
          -     "use": null,
          -     "x": "eA",
          -     "y": "eQ"
          -   },
          -   {
          -     "crv": "P-256",
                "kid": "new",
                "kty": "EC",

    - delete Grant/sync/okta.logs.read

    1 to update, 1 to delete, with 2 requests.

    applied   delete Grant/sync/okta.logs.read
    applied   update Client/sync

    2 applied.
    [exit status: 0]
    "#);
    assert_eq!(world.client()["jwks"]["keys"].as_array().map(Vec::len), Some(1));
    let _ = world.run("plan --detailed-exitcode --prune").ends_with(0);
    world.org.remove("manifests/client.yaml");
    world.org.write("manifests/other.yaml", CLIENT);
    let _ = world.run("apply --auto-approve --prune").ends_with(0);
    assert_eq!(world.clients().len(), 2, "a client without a document is nobody's to delete");
}

#[test]
fn an_app_and_a_client_cannot_be_one_object() {
    let world = World::new();
    let _ = world.run("apply --auto-approve").ends_with(0);
    let id = world.client()["client_id"].as_str().expect("an id").to_owned();
    world.org.write(
        "manifests/app.yaml",
        format!("apiVersion: idpctl/v1\nkind: Grant\nmetadata: {{name: users}}\nspec: {{app: {{id: {id}}}, scopes: [okta.users.read]}}\n"),
    );
    insta::assert_snapshot!(world.run("plan").ends_with(1).to_string().replace(&id, "0oaID"), @"
    ------- stderr -------
    error[IDP0603]: Grant/users and Client/reporting are one live object, the client 0oaID
     --> manifests/client.yaml:4:18
      |
    4 | metadata: {name: reporting, adopt: true}
      |                  ^^^^^^^^^
      |
     ::: manifests/app.yaml:3:18
      |
    3 | metadata: {name: users}
      |                  ----- the app
      |
      = help: an app and its client are one object: take one of the documents out, or pin the client that is meant with `metadata.id`

    1 error
    [exit status: 1]
    ");
}

const SERVER: &str = "
apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: orders}
spec:
  name: orders
  audiences: [https://api.example.com/orders]
  scopes: [{name: orders.read}]
  policies:
    - {name: reports, description: Reports, priority: 1, conditions: {clients: {include: [reporting]}}}
";

#[test]
fn a_policy_is_for_a_registered_client_by_the_name_of_its_document() {
    let world = World::new();
    world.org.write("manifests/server.yaml", SERVER);
    let _ = world.run("apply --auto-approve").ends_with(0);
    let server = world.org.run("output AuthorizationServer/orders").ends_with(0).json();
    let server = server["objects"]["AuthorizationServer/orders"]["id"].as_str().expect("an id").to_owned();
    let is_for =
        || world.org.get(&format!("/api/v1/authorizationServers/{server}/policies"))[0]["conditions"]["clients"]["include"].clone();
    let first = world.client()["client_id"].clone();
    assert_eq!(is_for(), json!([first]));
    let _ = world.run("plan --detailed-exitcode").ends_with(0);
    world.forget();
    world.org.replace("manifests/client.yaml", "application_type: web", "application_type: native");
    world.org.replace("manifests/client.yaml", "authorization_code, client_credentials", "authorization_code");
    let replaced = world.run("apply --auto-approve --allow-replace Client/reporting").ends_with(0);
    assert_ne!(is_for(), json!([first]), "{replaced}");
    assert_eq!(is_for(), json!([world.client()["client_id"]]));
    let _ = world.run("plan --detailed-exitcode").ends_with(0);
}
