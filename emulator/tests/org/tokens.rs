//! Tokens for the clients' own sake: what is issued, with which claims, and by which rule.

use serde_json::{Value, json};

use crate::{
    support::{create, get, refusal, send},
    token_support::{Key, ORG_TOKEN, TOKEN, ask, basic, body, drawn, keyed, post, post_keyed, said, secretive, verified},
};

const SERVER: &str = "/api/v1/authorizationServers/default";

async fn made(org: &idpctl_emulator::Org, path: &str, sent: Value) -> String {
    let (status, answer) = send(org, "POST", path, sent).await;
    assert_eq!(status, 201, "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

fn policy(name: &str, priority: i64, clients: &[&str]) -> Value {
    json!({
        "type": "OAUTH_AUTHORIZATION_POLICY",
        "name": name,
        "description": "For the test",
        "priority": priority,
        "conditions": {"clients": {"include": clients}},
    })
}

fn rule(name: &str, priority: i64, scopes: &[&str], minutes: i64) -> Value {
    json!({
        "type": "RESOURCE_ACCESS",
        "name": name,
        "priority": priority,
        "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": scopes}},
        "actions": {"token": {"accessTokenLifetimeMinutes": minutes}},
    })
}

#[tokio::test]
async fn the_client_credentials_guide_works_word_by_word() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    let form = [("grant_type", "client_credentials"), ("scope", "customScope")];
    let response = post(&org, TOKEN, &[("authorization", &basic("machine"))], &form).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(
        (response.status().as_u16(), header("cache-control"), header("pragma")),
        (200, "no-cache, no-store".into(), "no-cache".into())
    );
    assert_eq!(header("x-rate-limit-limit"), "1000000");
    let mut issued = body(&response);
    let token = issued["access_token"].take();
    insta::assert_json_snapshot!(issued, @r#"
    {
      "token_type": "Bearer",
      "expires_in": 3600,
      "access_token": null,
      "scope": "customScope"
    }
    "#);
    let (mut header, claims) = verified(&org, "/oauth2/default/v1/keys", token.as_str().unwrap()).await;
    assert_eq!(header["kid"].take(), get(&org, SERVER).await["credentials"]["signing"]["kid"]);
    insta::assert_json_snapshot!([header, claims], @r#"
    [
      {
        "alg": "RS256",
        "kid": null
      },
      {
        "ver": 1,
        "jti": "AT.nMtgrWF4xsBmpz-fmm0EWQR2IdZlMDuwTck5QaVJQKg",
        "iss": "https://org.example.com/oauth2/default",
        "aud": "api://default",
        "iat": 1767225600,
        "exp": 1767229200,
        "cid": "machine",
        "scp": [
          "customScope"
        ],
        "sub": "machine"
      }
    ]
    "#);
}

#[tokio::test]
async fn the_orgs_own_server_gives_service_apps_the_scopes_that_they_were_granted() {
    let org = drawn().await;
    let key = Key::draw();
    keyed(&org, "automaton", &key, &["okta.apps.read", "okta.groups.read"], false).await;
    let form = [("grant_type", "client_credentials"), ("scope", "okta.groups.read okta.apps.read")];
    let response = post_keyed(&org, ORG_TOKEN, &[], &key.assertion("automaton", ORG_TOKEN, "1"), &form).await;
    let issued = body(&response);
    assert_eq!(said(&(response.status().as_u16(), issued.clone())), "200 \"Bearer\" 3600 s: \"okta.groups.read okta.apps.read\"");
    let (_, claims) = verified(&org, "/oauth2/v1/keys", issued["access_token"].as_str().unwrap()).await;
    insta::assert_json_snapshot!(claims, @r#"
    {
      "ver": 1,
      "jti": "AT.Frtvt6djjGAop5w6KeP5aYzxRZ_8LULjaBXaDmN3JGY",
      "iss": "https://org.example.com",
      "aud": "https://org.example.com",
      "iat": 1767225600,
      "exp": 1767229200,
      "cid": "automaton",
      "scp": [
        "okta.groups.read",
        "okta.apps.read"
      ],
      "sub": "automaton"
    }
    "#);
}

#[tokio::test]
async fn the_first_rule_of_the_first_policy_that_is_for_the_request_decides() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    create(&org, secretive("second-machine", "client_secret_basic")).await;
    let mut told = Vec::new();
    let mut note = async |what: &str| {
        let (own, others) = (ask(&org, TOKEN, "machine", "customScope").await, ask(&org, TOKEN, "second-machine", "customScope").await);
        told.push(format!("{what}: {} / {}", own.1["expires_in"], others.1["expires_in"]));
    };
    note("the default policy").await;
    let second = made(&org, &format!("{SERVER}/policies"), policy("Second", 1, &["ALL_CLIENTS"])).await;
    let rules = |policy: &str| format!("{SERVER}/policies/{policy}/rules");
    note("a policy without rules before it").await;
    made(&org, &rules(&second), rule("Any", 1, &["*"], 20)).await;
    note("with a rule").await;
    let first = made(&org, &format!("{SERVER}/policies"), policy("First", 1, &["machine"])).await;
    let late = made(&org, &rules(&first), rule("Late", 1, &["customScope"], 10)).await;
    note("a policy for one client before that").await;
    let early = made(&org, &rules(&first), rule("Early", 1, &["customScope", "more"], 5)).await;
    note("a rule before its rule").await;
    let turn = async |path: String| assert_eq!(send(&org, "POST", &path, Value::Null).await.0, 204);
    turn(format!("{}/{early}/lifecycle/deactivate", rules(&first))).await;
    note("that rule inactive").await;
    let (status, _) = send(&org, "PUT", &format!("{}/{late}", rules(&first)), rule("Late", 1, &["more"], 10)).await;
    assert_eq!(status, 200);
    note("the other one for another scope").await;
    turn(format!("{SERVER}/policies/{second}/lifecycle/deactivate")).await;
    note("the policy for all inactive").await;
    insta::assert_snapshot!(told.join("\n"), @"
    the default policy: 3600 / 3600
    a policy without rules before it: 3600 / 3600
    with a rule: 1200 / 1200
    a policy for one client before that: 600 / 1200
    a rule before its rule: 300 / 1200
    that rule inactive: 600 / 1200
    the other one for another scope: 1200 / 1200
    the policy for all inactive: 3600 / 3600
    ");
}

#[tokio::test]
async fn a_request_without_scopes_gets_the_default_ones() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    for scope in ["one", "two"] {
        made(&org, &format!("{SERVER}/scopes"), json!({"name": scope, "default": true})).await;
    }
    let form = [("grant_type", "client_credentials")];
    let response = post(&org, TOKEN, &[("authorization", &basic("machine"))], &form).await;
    assert_eq!(body(&response)["scope"], "one two");
}

#[tokio::test]
async fn a_servers_own_claims_are_in_the_token_if_they_can_be_told_and_their_scope_was_asked_for() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    made(&org, &format!("{SERVER}/scopes"), json!({"name": "other"})).await;
    let claim = |name: &str, value: &str, kind: &str, scopes: &[&str]| json!({"name": name, "claimType": kind, "valueType": "EXPRESSION", "value": value, "conditions": {"scopes": scopes}});
    for sent in [
        claim("region", "\"eu\"", "RESOURCE", &[]),
        claim("client", "app.clientId", "RESOURCE", &["customScope"]),
        claim("elsewhere", "'yes'", "RESOURCE", &["other"]),
        claim("login", "user.login", "RESOURCE", &[]),
        claim("identity", "'yes'", "IDENTITY", &[]),
    ] {
        made(&org, &format!("{SERVER}/claims"), sent).await;
    }
    let mut off = claim("off", "'yes'", "RESOURCE", &[]);
    off["status"] = json!("INACTIVE");
    made(&org, &format!("{SERVER}/claims"), off).await;
    let (_, issued) = ask(&org, TOKEN, "machine", "customScope").await;
    let (_, claims) = verified(&org, "/oauth2/default/v1/keys", issued["access_token"].as_str().unwrap()).await;
    let names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["ver", "jti", "iss", "aud", "iat", "exp", "cid", "scp", "sub", "region", "client"]);
    assert_eq!((&claims["region"], &claims["client"], &claims["sub"]), (&json!("eu"), &json!("machine"), &json!("machine")));
}

#[tokio::test]
async fn an_inactive_server_is_not_found_and_other_methods_are_not_there() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    assert_eq!(said(&ask(&org, TOKEN, "machine", "customScope").await), "200 \"Bearer\" 3600 s: \"customScope\"");
    assert_eq!(
        refusal(send(&org, "GET", TOKEN, Value::Null).await),
        "405 E0000022 The endpoint does not support the provided HTTP method []"
    );
    assert_eq!(send(&org, "POST", &format!("{SERVER}/lifecycle/deactivate"), Value::Null).await.0, 204);
    let refused = ask(&org, TOKEN, "machine", "customScope").await;
    assert_eq!(said(&refused), "404 \"E0000007\" \"Not found: Resource not found: default (AuthorizationServer)\"");
    assert_eq!(send(&org, "GET", "/oauth2/v1/clients", Value::Null).await.0, 200);
}

#[tokio::test]
async fn both_of_two_secrets_work_until_one_is_deactivated() {
    let org = drawn().await;
    let (id, _) = create(&org, secretive("machine", "client_secret_post")).await;
    let secrets = format!("/api/v1/apps/{id}/credentials/secrets");
    let (status, second) = send(&org, "POST", &secrets, json!({"client_secret": "another-secret-of-32-characters-or-more"})).await;
    assert_eq!(status, 201, "{second}");
    let outcome = async |secret: &str| {
        let form = [("grant_type", "client_credentials"), ("scope", "customScope"), ("client_id", "machine"), ("client_secret", secret)];
        post(&org, TOKEN, &[], &form).await.status().as_u16()
    };
    let (old, new) = ("a-secret-of-more-than-32-characters", "another-secret-of-32-characters-or-more");
    assert_eq!([outcome(old).await, outcome(new).await], [200, 200]);
    let first = org.live_secrets(&id)[0].id.clone();
    send(&org, "POST", &format!("{secrets}/{first}/lifecycle/deactivate"), Value::Null).await;
    assert_eq!([outcome(old).await, outcome(new).await], [401, 200]);
}

#[tokio::test]
async fn tokens_of_before_a_key_rotation_can_be_checked_after_it() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    let (_, before) = ask(&org, TOKEN, "machine", "customScope").await;
    let rotate = format!("{SERVER}/credentials/lifecycle/keyRotate");
    assert_eq!(send(&org, "POST", &rotate, json!({"use": "sig"})).await.0, 200);
    let (_, after) = ask(&org, TOKEN, "machine", "customScope").await;
    let mut kids = Vec::new();
    for token in [before, after] {
        let (header, _) = verified(&org, "/oauth2/default/v1/keys", token["access_token"].as_str().unwrap()).await;
        kids.push(header["kid"].clone());
    }
    assert_ne!(kids[0], kids[1]);
    assert_eq!(kids[1], get(&org, SERVER).await["credentials"]["signing"]["kid"]);
}
