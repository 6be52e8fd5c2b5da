//! Tokens described to clients, and revoked by them.

use std::time::Duration;

use http::Response;
use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};

use crate::{
    logs::events,
    support::{create, send, server, web},
    token_support::{BASE, Key, ORG_TOKEN, TOKEN, ask, basic, body, drawn, hash, header, keyed, post, post_keyed, secretive, tampered},
};

const INTROSPECT: &str = "/oauth2/default/v1/introspect";
const REVOKE: &str = "/oauth2/default/v1/revoke";

/// An org with two clients, and a token of the first at the built-in server.
async fn with_token() -> (Org, String) {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    create(&org, secretive("second", "client_secret_basic")).await;
    let token = token(&org, "machine").await;
    (org, token)
}

async fn token(org: &Org, client: &str) -> String {
    let (status, issued) = ask(org, TOKEN, client, "customScope").await;
    assert_eq!(status, 200, "{issued}");
    issued["access_token"].as_str().unwrap().to_owned()
}

async fn by(org: &Org, client: &str, path: &str, token: &str) -> Response<Vec<u8>> {
    post(org, path, &[("authorization", &basic(client))], &[("token", token)]).await
}

async fn described(org: &Org, client: &str, path: &str, token: &str) -> Value {
    let response = by(org, client, path, token).await;
    assert_eq!(response.status(), 200);
    body(&response)
}

#[tokio::test]
async fn a_good_token_is_described_to_any_client() {
    let (org, token) = with_token().await;
    let own = described(&org, "machine", INTROSPECT, &token).await;
    insta::assert_json_snapshot!(own, @r#"
    {
      "active": true,
      "token_type": "Bearer",
      "scope": "customScope",
      "client_id": "machine",
      "username": "machine",
      "exp": 1767229200,
      "iat": 1767225600,
      "sub": "machine",
      "aud": "api://default",
      "iss": "https://org.example.com/oauth2/default",
      "jti": "AT.BuKttJCpNcimVBs48AbZJ_yTFVcJc4QNlJysB7ay16M"
    }
    "#);
    assert_eq!(described(&org, "second", INTROSPECT, &token).await, own);
    for hint in ["access_token", "refresh_token", "device_secret"] {
        let form = [("token", token.as_str()), ("token_type_hint", hint)];
        assert_eq!(body(&post(&org, INTROSPECT, &[("authorization", &basic("machine"))], &form).await), own, "{hint}");
    }
}

#[tokio::test]
async fn a_public_client_names_itself_in_the_url() {
    let (org, token) = with_token().await;
    let mut public = web("In a browser");
    public["credentials"]["oauthClient"] = json!({"client_id": "public", "token_endpoint_auth_method": "none", "pkce_required": true});
    public["settings"]["oauthClient"]["application_type"] = json!("browser");
    create(&org, public).await;
    let response = post(&org, &format!("{INTROSPECT}?client_id=public"), &[], &[("token", &token)]).await;
    assert_eq!(body(&response)["active"], true);
    let response = post(&org, &format!("{INTROSPECT}?client_id=machine"), &[], &[("token", &token)]).await;
    assert_eq!(body(&response)["error"], "invalid_client");
}

#[tokio::test]
async fn a_bound_token_is_described_with_its_key() {
    let org = drawn().await;
    let key = Key::draw();
    keyed(&org, "automaton", &key, &["okta.apps.read"], true).await;
    let form = [("grant_type", "client_credentials"), ("scope", "okta.apps.read")];
    let ask = async |claims: Value, jti: &str| {
        let proof = key.proof(ORG_TOKEN, &claims);
        post_keyed(&org, ORG_TOKEN, &[("dpop", &proof)], &key.assertion("automaton", ORG_TOKEN, jti), &form).await
    };
    let nonce = header(&ask(json!({}), "1").await, "dpop-nonce").to_owned();
    let issued = body(&ask(json!({"nonce": nonce, "jti": "one"}), "2").await);
    let path = "/oauth2/v1/introspect";
    let assertion = key.assertion("automaton", path, "3");
    let told = body(&post_keyed(&org, path, &[], &assertion, &[("token", issued["access_token"].as_str().unwrap())]).await);
    assert_eq!(told["cnf"], json!({"jkt": key.thumbprint()}));
    assert_eq!((&told["active"], &told["token_type"], &told["aud"]), (&json!(true), &json!("Bearer"), &json!(BASE)));
}

#[tokio::test]
async fn what_is_no_good_token_of_the_issuer_is_not_active_and_nothing_else_is_told() {
    let (org, token) = with_token().await;
    let (id, _) = server(&org, "Own").await;
    let changed = tampered(&token);
    let cases = [
        (INTROSPECT, "not-a-token"),
        (INTROSPECT, &changed),
        (INTROSPECT, org.okta_token()),
        ("/oauth2/v1/introspect", &token),
        (&format!("/oauth2/{id}/v1/introspect"), &token),
    ];
    for (path, token) in cases {
        assert_eq!(described(&org, "machine", path, token).await, json!({"active": false}), "{path}");
    }
    assert_eq!(described(&org, "machine", INTROSPECT, &token).await["active"], true);
}

#[tokio::test]
async fn a_client_revokes_its_own_tokens_at_their_issuer_and_is_told_nothing_about_others() {
    let (org, token) = with_token().await;
    let is_active = async || described(&org, "second", INTROSPECT, &token).await["active"] == true;
    for (client, path, sent) in [
        ("second", REVOKE, token.as_str()),
        ("machine", "/oauth2/v1/revoke", &token),
        ("machine", REVOKE, "not-a-token"),
        ("machine", REVOKE, org.okta_token()),
    ] {
        let response = by(&org, client, path, sent).await;
        assert_eq!((response.status().as_u16(), response.body().len()), (200, 0), "{client} {path}");
        assert!(is_active().await, "{client} {path}");
    }
    for _ in 0..2 {
        let response = by(&org, "machine", REVOKE, &token).await;
        assert_eq!((response.status().as_u16(), response.body().len()), (200, 0));
        assert!(!response.headers().contains_key("content-type"));
        assert_eq!(described(&org, "second", INTROSPECT, &token).await, json!({"active": false}));
    }
    let next = self::token(&org, "machine").await;
    assert_eq!(described(&org, "machine", INTROSPECT, &next).await["active"], true, "the next token is another one");
}

#[tokio::test]
async fn who_does_not_prove_who_it_is_learns_and_revokes_nothing() {
    let (org, token) = with_token().await;
    for path in [INTROSPECT, REVOKE, "/oauth2/v1/introspect", "/oauth2/v1/revoke"] {
        let response = post(&org, path, &[], &[("token", &token)]).await;
        assert_eq!((response.status().as_u16(), &body(&response)["error"]), (401, &json!("invalid_client")), "{path}");
        let by_token = post(&org, path, &[("authorization", &format!("Bearer {token}"))], &[("token", &token)]).await;
        assert_eq!(by_token.status(), 401, "{path}");
    }
    assert_eq!(described(&org, "machine", INTROSPECT, &token).await["active"], true);
}

#[tokio::test(start_paused = true)]
async fn what_was_revoked_is_forgotten_once_it_has_expired() {
    let org = Org::open(Config { base: Some(BASE.into()), ..Config::default() }).unwrap();
    create(&org, secretive("machine", "client_secret_basic")).await;
    let scopes = "/api/v1/authorizationServers/default/scopes";
    assert_eq!(send(&org, "POST", scopes, json!({"name": "customScope"})).await.0, 201);
    let remembered = || org.export()["tables"]["revoked_tokens"].as_object().map_or(0, serde_json::Map::len);
    for count in 1..=2 {
        let token = token(&org, "machine").await;
        by(&org, "machine", REVOKE, &token).await;
        assert_eq!(remembered(), count);
    }
    let kept = token(&org, "machine").await;
    tokio::time::advance(Duration::from_mins(61)).await;
    assert_eq!(described(&org, "machine", INTROSPECT, &kept).await, json!({"active": false}), "expired");
    by(&org, "machine", REVOKE, &kept).await;
    assert_eq!(remembered(), 2, "what has expired need not be revoked");
    let token = token(&org, "machine").await;
    by(&org, "machine", REVOKE, &token).await;
    assert_eq!(remembered(), 1);
}

#[tokio::test]
async fn the_log_tells_of_tokens_that_were_granted_and_revoked_by_whom() {
    let (org, token) = with_token().await;
    let key = Key::draw();
    keyed(&org, "automaton", &key, &["okta.apps.read"], false).await;
    let form = [("grant_type", "client_credentials"), ("scope", "okta.apps.read")];
    let issued = body(&post_keyed(&org, ORG_TOKEN, &[], &key.assertion("automaton", ORG_TOKEN, "1"), &form).await);
    let own = issued["access_token"].as_str().unwrap();
    for _ in 0..2 {
        by(&org, "machine", REVOKE, &token).await;
    }
    post_keyed(&org, "/oauth2/v1/revoke", &[], &key.assertion("automaton", "/oauth2/v1/revoke", "2"), &[("token", own)]).await;
    let mut events = events(&org).await;
    events.retain(|event| event["eventType"].as_str().unwrap().contains(".token."));
    let hashes: Vec<_> = events.iter_mut().map(|event| event["target"][0]["detailEntry"]["hash"].take()).collect();
    assert_eq!(hashes, [json!(hash(&token)), json!(hash(own)), json!(""), json!("")]);
    let told = events.iter().map(|event| {
        let requests = &event["debugContext"]["debugData"]["requestUri"];
        format!("{} {requests}\n    {}\n    {}", event["eventType"], event["actor"], event["target"])
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
    "app.oauth2.as.token.grant.access_token" "/oauth2/default/v1/token"
        {"id":"machine","type":"PublicClientApp","alternateId":"machine","displayName":"machine","detailEntry":null}
        [{"id":"AT.BuKttJCpNcimVBs48AbZJ_yTFVcJc4QNlJysB7ay16M","type":"access_token","alternateId":null,"displayName":"Access Token","detailEntry":{"expires":"2026-01-01T01:00:00.000Z","subject":null,"hash":null}}]
    "app.oauth2.token.grant.access_token" "/oauth2/v1/token"
        {"id":"automaton","type":"PublicClientApp","alternateId":"automaton","displayName":"automaton","detailEntry":null}
        [{"id":"AT.GU6tma2bpg3wFa3kjHf2UNjJtY_tg8ChggseUnU2IV8","type":"access_token","alternateId":null,"displayName":"Access Token","detailEntry":{"expires":"2026-01-01T01:00:00.000Z","subject":null,"hash":null}}]
    "app.oauth2.as.token.revoke" "/oauth2/default/v1/revoke"
        {"id":"machine","type":"PublicClientApp","alternateId":"machine","displayName":"machine","detailEntry":null}
        [{"id":"AT.BuKttJCpNcimVBs48AbZJ_yTFVcJc4QNlJysB7ay16M","type":"access_token","alternateId":null,"displayName":"Access Token","detailEntry":{"expires":"2026-01-01T01:00:00.000Z","subject":null,"hash":null}}]
    "app.oauth2.token.revoke" "/oauth2/v1/revoke"
        {"id":"automaton","type":"PublicClientApp","alternateId":"automaton","displayName":"automaton","detailEntry":null}
        [{"id":"AT.GU6tma2bpg3wFa3kjHf2UNjJtY_tg8ChggseUnU2IV8","type":"access_token","alternateId":null,"displayName":"Access Token","detailEntry":{"expires":"2026-01-01T01:00:00.000Z","subject":null,"hash":null}}]
    "#);
}
