//! Dynamically registered clients are tried like any other.

use std::fs;

use idpctl_emulator::Config;
use serde_json::{Value, json};

use crate::org::TestOrg;
use crate::signing_in::keys;

const MANIFEST: &str = "
apiVersion: idpctl/v1
kind: Client
metadata: {name: books}
spec:
  client_name: Books
  application_type: service
  grant_types: [client_credentials]
  response_types: [token]
  token_endpoint_auth_method: client_secret_basic
  client_secret_output: {file: books.secret}
---
apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: library}
spec:
  name: Library
  audiences: [https://library.example.com]
  scopes: [{name: books.read}]
  policies:
    - name: machines
      description: Machines
      priority: 1
      conditions: {clients: {include: [books]}}
      rules:
        - name: tokens
          priority: 1
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [books.read]}}
";

const KEYED: &str = "
---
apiVersion: idpctl/v1
kind: Client
metadata: {name: lender}
spec:
  client_name: Lender
  application_type: service
  grant_types: [client_credentials]
  response_types: [token]
  token_endpoint_auth_method: private_key_jwt
  jwks: {file: keys/lender.json}
  private_key: {env: IDPCTL_LENDER_KEY, kid: ours}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: lender}
spec: {scopes: [okta.users.read]}
";

#[test]
fn a_registered_client_gets_its_tokens_or_is_told_why_not() {
    // Assertions are dated by the machine's clock, and so must the org be.
    let mut test = TestOrg::with(Config::default());
    let keys = keys();
    test.set("IDPCTL_LENDER_KEY", keys.pem.clone());
    test.write("keys/lender.json", json!({"keys": [keys.public]}).to_string());
    test.write("manifests/clients.yaml", format!("{MANIFEST}{KEYED}"));
    fs::create_dir(test.path("secrets")).unwrap();
    let applied = test.run("apply --auto-approve --verify --secret-dir secrets").ends_with(0);
    let verified = applied.stdout.split("applied.\n\n").nth(1).unwrap_or_default();
    insta::assert_snapshot!(verified, @"
    ok            Client/books  token from library for books.read, 60 min
    ok            Client/lender  token from the org for okta.users.read, 60 min

    2 ok.
    ");
    let secret = test.read("secrets/books.secret");
    assert!(!applied.everything().contains(secret.trim()));
    let mut told = Vec::new();
    // Somebody else made a new secret.
    let listed = test.get("/oauth2/v1/clients?q=Books");
    let id = listed[0]["client_id"].as_str().unwrap();
    let _ = test.send("POST", &format!("/oauth2/v1/clients/{id}/lifecycle/newSecret"), &Value::Null);
    told.push(test.run("verify Client/books --secret-dir secrets").ends_with(1).to_string());
    test.remove("secrets/books.secret");
    told.push(test.run("verify Client/books --secret-dir secrets").ends_with(1).to_string());
    told.push(test.run("verify Client/books").ends_with(1).to_string());
    insta::assert_snapshot!(told.join("\n"), @"
    failed        Client/books  token from library for books.read
        the server said: 401 invalid_client, The client secret supplied for a confidential client is invalid
        Client/books/secret (manifests/clients.yaml:11:32): the value of {file: books.secret} is none of the client's secrets
        hint: put the right value there; or delete the file, and have a new secret made
            idpctl apply

    1 failed.
    [exit status: 1]
    not verified  Client/books  token from library for books.read
        Client/books/secret (manifests/clients.yaml:11:32): the file `books.secret` cannot be used: there is no such file
        hint: name the folder that it was written to, or have a new one made
            --secret-dir DIR
            idpctl apply

    1 not verified.
    [exit status: 1]
    not verified  Client/books  token from library for books.read
        Client/books/secret (manifests/clients.yaml:11:32): the file `books.secret` cannot be used: there is no such file
        hint: name the folder that it was written to, or have a new one made
            --secret-dir DIR
            idpctl apply

    1 not verified.
    [exit status: 1]
    ");
    let _ = test.run("apply --auto-approve --secret-dir secrets").ends_with(3);
    // It is taken for ours once somebody has said that it is.
    test.write(
        "manifests/clients.yaml",
        format!("{MANIFEST}{KEYED}").replace("metadata: {name: books}", "metadata: {name: books, adopt: true}"),
    );
    let _ = test.run("apply --auto-approve --verify --secret-dir secrets").ends_with(0);
    let _ = test.run("verify --secret-dir secrets").ends_with(0);
}
