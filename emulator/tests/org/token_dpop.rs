//! Tokens that are bound to a key: the nonce, the proof, and the token that comes of them.

use std::time::Duration;

use http::Response;
use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};

use crate::{
    support::{create, get, send},
    token_support::{Key, NOW, ORG_TOKEN, TOKEN, basic, body, drawn, header, keyed, post, post_keyed, said, secretive, verified, whole},
};

const FORM: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "customScope")];

/// Asks for a token with a client that authenticates with a secret in the header, and a proof.
async fn ask(org: &Org, client: &str, proof: &str) -> Response<Vec<u8>> {
    post(org, TOKEN, &[("authorization", &basic(client)), ("dpop", proof)], &FORM).await
}

#[tokio::test]
async fn a_proof_with_the_nonce_that_was_told_binds_the_token_to_its_key() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    let key = Key::draw();
    // The first proof may lack what the second one needs.
    let first = ask(&org, "machine", &key.proof(TOKEN, &json!({}))).await;
    insta::assert_snapshot!(whole("first", &first), @r#"
    first
        400 {"error":"use_dpop_nonce","error_description":"Authorization server requires nonce in DPoP proof."}
    "#);
    let nonce = header(&first, "dpop-nonce");
    assert_eq!(nonce.len(), 32, "{nonce}");
    let second = ask(&org, "machine", &key.proof(TOKEN, &json!({"nonce": nonce, "jti": "one"}))).await;
    assert!(!second.headers().contains_key("dpop-nonce"));
    let mut issued = body(&second);
    let token = issued["access_token"].take();
    insta::assert_snapshot!(issued, @r#"{"token_type":"DPoP","expires_in":3600,"access_token":null,"scope":"customScope"}"#);
    let (_, claims) = verified(&org, "/oauth2/default/v1/keys", token.as_str().unwrap()).await;
    assert_eq!(claims["cnf"], json!({"jkt": key.thumbprint()}));
}

#[tokio::test]
async fn the_id_of_a_proof_is_its_keys_own() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    let (one, other) = (Key::draw(), Key::draw());
    let nonce = header(&ask(&org, "machine", &one.proof(TOKEN, &json!({}))).await, "dpop-nonce").to_owned();
    let proof = |key: &Key| key.proof(TOKEN, &json!({"nonce": nonce, "jti": "same"}));
    assert_eq!(ask(&org, "machine", &proof(&one)).await.status(), 200);
    assert_eq!(ask(&org, "machine", &proof(&other)).await.status(), 200);
    assert_eq!(ask(&org, "machine", &proof(&one)).await.status(), 400);
}

#[tokio::test]
async fn a_client_whose_tokens_need_not_be_bound_gets_them_either_way() {
    let org = drawn().await;
    let (id, app) = create(&org, secretive("machine", "client_secret_basic")).await;
    assert_eq!(app["settings"]["oauthClient"]["dpop_bound_access_tokens"], false);
    let plain = async || {
        let response = post(&org, TOKEN, &[("authorization", &basic("machine"))], &FORM).await;
        said(&(response.status().as_u16(), body(&response)))
    };
    assert_eq!(plain().await, "200 \"Bearer\" 3600 s: \"customScope\"");
    let mut changed = get(&org, &format!("/api/v1/apps/{id}")).await;
    changed["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(true);
    assert_eq!(send(&org, "PUT", &format!("/api/v1/apps/{id}"), changed).await.0, 200);
    assert_eq!(plain().await, "400 invalid_dpop_proof: The DPoP proof JWT header is missing.");
}

#[tokio::test]
async fn an_assertion_with_an_id_is_used_up_when_the_nonce_is_told_and_one_without_is_not() {
    let org = drawn().await;
    let key = Key::draw();
    keyed(&org, "automaton", &key, &["okta.apps.read"], true).await;
    let form = [("grant_type", "client_credentials"), ("scope", "okta.apps.read")];
    let ask = async |assertion: &str, claims: Value| {
        let response = post_keyed(&org, ORG_TOKEN, &[("dpop", &key.proof(ORG_TOKEN, &claims))], assertion, &form).await;
        let nonce = response.headers().get("dpop-nonce").map(|nonce| nonce.to_str().unwrap().to_owned());
        (said(&(response.status().as_u16(), body(&response))), nonce)
    };
    let (first, second) = (key.assertion("automaton", ORG_TOKEN, "1"), key.assertion("automaton", ORG_TOKEN, "2"));
    let claims = json!({"iss": "automaton", "sub": "automaton", "aud": format!("https://org.example.com{ORG_TOKEN}"), "exp": NOW + 60});
    let nameless = key.sign(&json!({"alg": "ES256", "kid": "own"}), &claims);
    let (refused, nonce) = ask(&first, json!({})).await;
    let nonce = nonce.unwrap();
    let told = [
        refused,
        ask(&first, json!({"nonce": nonce, "jti": "a"})).await.0,
        ask(&second, json!({"nonce": nonce, "jti": "b"})).await.0,
        ask(&nameless, json!({})).await.0,
        ask(&nameless, json!({"nonce": nonce, "jti": "c"})).await.0,
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
    400 use_dpop_nonce: Authorization server requires nonce in DPoP proof.
    401 invalid_client: The client_assertion token has already been used.
    200 "DPoP" 3600 s: "okta.apps.read"
    400 use_dpop_nonce: Authorization server requires nonce in DPoP proof.
    200 "DPoP" 3600 s: "okta.apps.read"
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_nonce_is_told_for_a_day_and_good_for_three_more() {
    let config = Config { base: Some("https://org.example.com".into()), ..Config::default() };
    let org = Org::open(config).unwrap();
    create(&org, secretive("machine", "client_secret_basic")).await;
    let scopes = "/api/v1/authorizationServers/default/scopes";
    assert_eq!(send(&org, "POST", scopes, json!({"name": "customScope"})).await.0, 201);
    let key = Key::draw();
    let ask = async |nonce: &str| {
        let date = header(&post(&org, TOKEN, &[], &[]).await, "date").to_owned();
        let now = jiff::fmt::rfc2822::parse(&date).unwrap().timestamp().as_second();
        let claims = json!({"iat": now, "nonce": nonce, "jti": format!("{nonce} {now}")});
        let response = ask(&org, "machine", &key.proof(TOKEN, &claims)).await;
        (response.status().as_u16(), response.headers().get("dpop-nonce").map(|nonce| nonce.to_str().unwrap().to_owned()))
    };
    let (_, first) = ask("").await;
    let first = first.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(ask(&first).await.0);
        tokio::time::advance(Duration::from_hours(24)).await;
    }
    let (status, last) = ask(&first).await;
    assert_eq!((statuses, status), (vec![200; 4], 400));
    let last = last.unwrap();
    assert_ne!(last, first);
    assert_eq!(ask(&last).await.0, 200);
}
