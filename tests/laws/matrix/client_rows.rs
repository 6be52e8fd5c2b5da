//! Every route of registered clients that the client uses, with a change of the manifests that needs it.

use idpctl::plan::Choices;
use serde_json::{Value, json};

use super::rows::{Phase, Row};
use super::table;
use crate::generate::key;
use crate::story::{document, grant, web, with, with_client_id};

const LIST: &str = "/oauth2/v1/clients";
const ONE: &str = "/oauth2/v1/clients/*";
const NEW_SECRET: &str = "/oauth2/v1/clients/*/lifecycle/newSecret";

fn client(name: &str, client_name: &str, fields: &Value) -> Value {
    let spec = json!({"client_name": client_name, "application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"],
        "redirect_uris": ["https://a.example.com/cb"]});
    let spec = fields.as_object().into_iter().flatten().fold(spec, |spec, (field, value)| with(spec, field, value.clone()));
    with(document("Client", name, spec), "metadata.adopt", json!(true))
}

fn secretive(name: &str, client_name: &str) -> Value {
    client(name, client_name, &json!({"client_secret_output": {"file": name}}))
}

fn signing() -> Value {
    client("worker", "Registered worker", &json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key("a")]}}))
}

/// An app, a client with a secret, and one with keys and two grants.
fn base() -> Vec<Value> {
    let portal = with_client_id(web("portal", "Portal"), "portal-client");
    vec![portal, secretive("books", "Books"), signing(), grant("worker", &["okta.users.read", "okta.groups.read"])]
}

/// Returns the base with one document in another form.
fn changed(index: usize, path: &str, value: Value) -> Vec<Value> {
    let mut documents = base();
    documents[index] = with(documents[index].clone(), path, value);
    documents
}

/// Returns every route.
fn rows() -> Vec<Row> {
    let described = || changed(1, "spec.policy_uri", json!("https://a.example.com/privacy"));
    let made = || [base(), vec![client("new", "New", &json!({"token_endpoint_auth_method": "none"}))]].concat();
    let elsewhere = || changed(1, "spec.client_secret_output.file", json!("elsewhere"));
    let third = || changed(3, "spec.scopes", json!(["okta.users.read", "okta.groups.read", "okta.logs.read"]));
    let one_grant = || changed(3, "spec.scopes", json!(["okta.users.read"]));
    let resorted = || {
        let mut documents = one_grant();
        documents[2] = with(documents[2].clone(), "spec.application_type", json!("native"));
        documents
    };
    let row = |name, (method, path): (&'static str, &'static str), phase, after: Vec<Value>| Row {
        name,
        method,
        path,
        passed: 0,
        phase,
        before: vec![base()],
        after,
        choices: Choices::default(),
    };
    let read = |name, path, after| row(name, ("GET", path), Phase::Plan, after);
    let looked = |name, path, after| row(name, ("GET", path), Phase::Apply, after);
    let write = |name, method, path, after| row(name, (method, path), Phase::Apply, after);
    let replacing = |row: Row| Row {
        choices: Choices { allow_replace: ["Client/worker".parse().expect("an address")].into(), ..Choices::default() },
        ..row
    };
    vec![
        read("clients", LIST, described()),
        read("grants of a client", "/api/v1/apps/*/grants", third()),
        looked("clients before one is registered", LIST, made()),
        looked("a client before a write", ONE, described()),
        looked("grants of a client before a write", "/api/v1/apps/*/grants", third()),
        write("register a client", "POST", LIST, made()),
        write("update a client", "PUT", ONE, described()),
        Row { before: vec![one_grant()], ..replacing(write("delete a client", "DELETE", ONE, resorted())) },
        write("make a new secret", "POST", NEW_SECRET, elsewhere()),
        write("grant a scope to a client", "POST", "/api/v1/apps/*/grants", third()),
    ]
}

#[test]
fn whatever_goes_wrong_on_any_route_of_registered_clients_is_got_over_or_said() {
    insta::assert_snapshot!(table(rows()), @"
    clients: GET /oauth2/v1/clients
    grants of a client: GET /api/v1/apps/*/grants
        once   done 1: slow=1s
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   error 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always done 1: slow=1s
        always error 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always error 6: 423 500 503 reset-before reset-after cut-off
        always error 8: 429-bare concurrency
        always error 30: 429
    clients before one is registered: GET /oauth2/v1/clients
    grants of a client before a write: GET /api/v1/apps/*/grants
        once   done 1: slow=1s
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   failed 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always done 1: slow=1s
        always failed 1: error-200 captive redirect slow=2m wrong-type foreign-link endless hold hold-after
        always failed 6: 423 500 503 reset-before reset-after cut-off
        always failed 8: 429-bare concurrency
        always failed 29: 429
    a client before a write: GET /oauth2/v1/clients/*
        once   done 1: slow=1s foreign-link
        once   done 2: 429 429-bare concurrency 423 500 503 reset-before reset-after cut-off
        once   failed 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always done 1: slow=1s foreign-link
        always failed 1: error-200 captive redirect slow=2m wrong-type endless hold hold-after
        always failed 6: 423 500 503 reset-before reset-after cut-off
        always failed 8: 429-bare concurrency
        always failed 30: 429
    register a client: POST /oauth2/v1/clients
    grant a scope to a client: POST /api/v1/apps/*/grants
        once   done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        once   done 2: 429 429-bare concurrency 423 500 503 error-200 captive reset-before
        once   failed 1: redirect
        once   in doubt 1: slow=2m hold hold-after
        always done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        always failed 1: redirect
        always failed 4: 500 503 error-200 captive reset-before
        always failed 6: 423
        always failed 8: 429-bare concurrency
        always failed 29: 429
        always in doubt 1: slow=2m hold hold-after
    update a client: PUT /oauth2/v1/clients/*
        once   done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        once   done 2: 429 429-bare concurrency 423 500 503 error-200 captive reset-before
        once   failed 1: redirect
        once   in doubt 1: slow=2m hold hold-after
        always done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        always failed 1: redirect
        always failed 4: 500 503 error-200 captive reset-before
        always failed 6: 423
        always failed 8: 429-bare concurrency
        always failed 30: 429
        always in doubt 1: slow=2m hold hold-after
    delete a client: DELETE /oauth2/v1/clients/*
        once   done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        once   done 2: 429 429-bare concurrency 423 500 503 error-200 captive reset-before
        once   skipped 1: redirect slow=2m hold hold-after
        always done 1: reset-after cut-off slow=1s wrong-type foreign-link endless
        always skipped 1: redirect slow=2m hold hold-after
        always skipped 4: 500 503 error-200 captive reset-before
        always skipped 6: 423
        always skipped 8: 429-bare concurrency
        always skipped 30: 429
    make a new secret: POST /oauth2/v1/clients/*/lifecycle/newSecret
        once   done 1: slow=1s foreign-link
        once   done 2: 429 429-bare concurrency 423 500 503 error-200 captive reset-before reset-after cut-off wrong-type endless
        once   failed 1: redirect slow=2m hold hold-after
        always done 1: slow=1s foreign-link
        always failed 1: redirect slow=2m hold hold-after
        always failed 4: 500 503 error-200 captive reset-before reset-after cut-off wrong-type endless
        always failed 6: 423
        always failed 8: 429-bare concurrency
        always failed 29: 429
    ");
}
