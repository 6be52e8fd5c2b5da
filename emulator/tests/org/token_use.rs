//! Tokens of the org's own server, as its management API takes them: issued at the real endpoint, and still good after a restart.

use http::Response;
use idpctl_emulator::{Config, Data, Org};
use serde_json::{Value, json};

use crate::{
    bearer::{ask, ask_as},
    support::{create, frozen, get, send, service},
    token_support::{Key, ORG_TOKEN, basic, body, drawn, hash, header, keyed, post, post_keyed, said, secretive, verified},
};

const APPS: &str = "/api/v1/apps";

/// Obtains a token for applications, bound to a key if one is given.
async fn obtained(org: &Org, own: &Key, bound: Option<&Key>) -> String {
    let form = [("grant_type", "client_credentials"), ("scope", "okta.apps.manage")];
    let ask = async |jti: &str, proof: Option<String>| {
        let headers: Vec<_> = proof.iter().map(|proof| ("dpop", proof.as_str())).collect();
        post_keyed(org, ORG_TOKEN, &headers, &own.assertion("automaton", ORG_TOKEN, jti), &form).await
    };
    let response = if let Some(key) = bound {
        let first = ask("first", Some(key.proof(ORG_TOKEN, &json!({})))).await;
        let nonce = header(&first, "dpop-nonce");
        ask("second", Some(key.proof(ORG_TOKEN, &json!({"nonce": nonce, "jti": "token"})))).await
    } else {
        ask("only", None).await
    };
    body(&response)["access_token"].as_str().unwrap().to_owned()
}

/// Asks for applications with a token and a proof by a key.
async fn with_proof(org: &Org, scheme: &str, token: &str, key: &Key, method: &str, jti: &str) -> Response<Vec<u8>> {
    let proof = key.proof(APPS, &json!({"htm": method, "jti": jti, "ath": hash(token)}));
    let authorization = format!("{scheme} {token}");
    let body = if method == "POST" { service("Second") } else { Value::Null };
    ask(org, method, APPS, &[("authorization", authorization.as_bytes()), ("dpop", proof.as_bytes())], body).await
}

/// What a refusal says that is told in a header.
fn reason(response: &Response<Vec<u8>>) -> String {
    let challenge = header(response, "www-authenticate");
    let (_, rest) = challenge.split_once("error=").unwrap();
    format!("{} {}", response.status().as_u16(), rest.split(", resource").next().unwrap())
}

#[tokio::test]
async fn a_token_of_the_org_opens_what_its_scope_is_for() {
    let org = drawn().await;
    let key = Key::draw();
    keyed(&org, "automaton", &key, &["okta.apps.manage"], false).await;
    let token = obtained(&org, &key, None).await;
    assert_eq!(ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await.status(), 200);
    assert_eq!(ask_as(&org, "Bearer", &token, "POST", APPS, service("Second")).await.status(), 200);
    let refused = ask_as(&org, "Bearer", &token, "GET", "/api/v1/groups", Value::Null).await;
    assert_eq!(reason(&refused).split(',').next(), Some("403 \"insufficient_scope\""));
    let revoke = "/oauth2/v1/revoke";
    post_keyed(&org, revoke, &[], &key.assertion("automaton", revoke, "revoke"), &[("token", &token)]).await;
    let refused = ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await;
    assert_eq!(reason(&refused), "401 \"invalid_token\", error_description=\"The access token has been revoked.\"");
}

#[tokio::test]
async fn a_bound_token_opens_it_with_proofs_by_its_key_alone() {
    let org = drawn().await;
    let (own, key, thief) = (Key::draw(), Key::draw(), Key::draw());
    keyed(&org, "automaton", &own, &["okta.apps.manage"], true).await;
    let token = obtained(&org, &own, Some(&key)).await;
    for (method, jti) in [("GET", "one"), ("POST", "two")] {
        assert_eq!(with_proof(&org, "DPoP", &token, &key, method, jti).await.status(), 200);
    }
    let proof = key.proof(APPS, &json!({"htm": "GET", "jti": "three"}));
    let authorization = format!("DPoP {token}");
    let without_hash =
        ask(&org, "GET", APPS, &[("authorization", authorization.as_bytes()), ("dpop", proof.as_bytes())], Value::Null).await;
    let told = [
        reason(&ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await),
        reason(&with_proof(&org, "Bearer", &token, &key, "GET", "four").await),
        reason(&ask_as(&org, "DPoP", &token, "GET", APPS, Value::Null).await),
        reason(&without_hash),
        reason(&with_proof(&org, "DPoP", &token, &thief, "GET", "five").await),
        reason(&with_proof(&org, "DPoP", &token, &key, "GET", "one").await),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
    400 "invalid_request", error_description="The resource request requires a DPoP proof."
    400 "invalid_request", error_description="The resource request must use the DPoP authentication scheme when using a DPoP bound token."
    400 "invalid_dpop_proof", error_description="The DPoP proof JWT header is missing."
    400 "invalid_dpop_proof", error_description="'ath' claim in the DPoP proof does not match the presented access_token."
    400 "invalid_dpop_proof", error_description="The access_token is not bound to the provided DPoP proof."
    400 "invalid_dpop_proof", error_description="The DPoP proof JWT has already been used."
    "#);
}

#[tokio::test]
async fn tokens_and_their_ends_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Org::open(Config { data: Data::Directory(folder.path().to_owned()), ..frozen() }).unwrap();
    let org = open();
    let key = Key::draw();
    keyed(&org, "automaton", &key, &["okta.apps.read"], false).await;
    let form = [("grant_type", "client_credentials"), ("scope", "okta.apps.read")];
    let issued = async |org: &Org, jti: &str| {
        let answer = body(&post_keyed(org, ORG_TOKEN, &[], &key.assertion("automaton", ORG_TOKEN, jti), &form).await);
        answer["access_token"].as_str().unwrap().to_owned()
    };
    let (kept, revoked) = (issued(&org, "1").await, issued(&org, "2").await);
    let revoke = "/oauth2/v1/revoke";
    post_keyed(&org, revoke, &[], &key.assertion("automaton", revoke, "3"), &[("token", &revoked)]).await;
    drop(org);
    let org = open();
    assert_eq!(ask_as(&org, "Bearer", &kept, "GET", APPS, Value::Null).await.status(), 200);
    assert_eq!(ask_as(&org, "Bearer", &revoked, "GET", APPS, Value::Null).await.status(), 401);
    let (_, old) = verified(&org, "/oauth2/v1/keys", &kept).await;
    let (_, new) = verified(&org, "/oauth2/v1/keys", &issued(&org, "4").await).await;
    assert_ne!(old["jti"], new["jti"], "no id comes again");
}

#[tokio::test]
async fn a_server_knows_its_old_tokens_while_their_key_is_published() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    let authorization = basic("machine");
    let headers = [("authorization", authorization.as_str())];
    let form = [("grant_type", "client_credentials"), ("scope", "customScope")];
    let issued = body(&post(&org, "/oauth2/default/v1/token", &headers, &form).await);
    let token = issued["access_token"].as_str().unwrap();
    let mut told = Vec::new();
    for _ in 0..3 {
        let kid = kid(token);
        let set = get(&org, "/oauth2/default/v1/keys").await;
        let published = set["keys"].as_array().unwrap().iter().any(|key| key["kid"] == kid);
        let active = body(&post(&org, "/oauth2/default/v1/introspect", &headers, &[("token", token)]).await)["active"].clone();
        told.push((published, active));
        let rotate = "/api/v1/authorizationServers/default/credentials/lifecycle/keyRotate";
        assert_eq!(send(&org, "POST", rotate, json!({"use": "sig"})).await.0, 200);
    }
    assert_eq!(told, [(true, json!(true)), (true, json!(true)), (false, json!(false))]);
}

/// The id of the key that a token is signed with.
fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn what_a_client_may_have_is_what_it_was_granted_when_it_asks() {
    let org = drawn().await;
    let key = Key::draw();
    let id = keyed(&org, "automaton", &key, &["okta.apps.read", "okta.groups.read"], false).await;
    let form = [("grant_type", "client_credentials"), ("scope", "okta.apps.read okta.groups.read")];
    let ask = async |jti: &str| {
        let response = post_keyed(&org, ORG_TOKEN, &[], &key.assertion("automaton", ORG_TOKEN, jti), &form).await;
        said(&(response.status().as_u16(), body(&response)))
    };
    assert_eq!(ask("1").await, "200 \"Bearer\" 3600 s: \"okta.apps.read okta.groups.read\"");
    let grants = format!("/api/v1/apps/{id}/grants");
    let granted = get(&org, &grants).await;
    let grant = granted.as_array().unwrap().iter().find(|grant| grant["scopeId"] == "okta.groups.read").unwrap();
    let path = format!("{grants}/{}", grant["id"].as_str().unwrap());
    assert_eq!(send(&org, "DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(ask("2").await, "400 consent_required: You are not allowed any of the requested scopes.");
}
