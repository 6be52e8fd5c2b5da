//! Tokens for the clients' own sake: what is issued, by which rule, and what is refused.

use serde_json::{Value, json};

use crate::{
    support::{create, get, refusal, send, server, switched, web},
    token_support::{Key, ORG_TOKEN, TOKEN, ask, basic, body, drawn, keyed, post, post_keyed, said, secretive, verified},
};

const SERVER: &str = "/api/v1/authorizationServers/default";

/// Where a form is sent, by whom, and the form.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

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
async fn a_client_is_refused_in_the_words_of_the_catalogue() {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    create(&org, secretive("posting", "client_secret_post")).await;
    let mut person = web("For people");
    person["credentials"]["oauthClient"]["client_id"] = json!("person");
    person["credentials"]["oauthClient"]["client_secret"] = json!("a-secret-of-more-than-32-characters");
    create(&org, person).await;
    made(&org, &format!("{SERVER}/scopes"), json!({"name": "asks.first", "consent": "REQUIRED"})).await;
    made(&org, &format!("{SERVER}/scopes"), json!({"name": "asks.too", "consent": "REQUIRED"})).await;
    let (bare, _) = server(&org, "Bare").await;
    made(&org, &format!("/api/v1/authorizationServers/{bare}/scopes"), json!({"name": "lone"})).await;
    let bare = format!("/oauth2/{bare}/v1/token");
    let grant = ("grant_type", "client_credentials");
    let rows: &[Row<'_>] = &[
        (TOKEN, "machine", &[]),
        (TOKEN, "machine", &[("grant_type", "")]),
        (TOKEN, "machine", &[("grant_type", "magic")]),
        (TOKEN, "machine", &[("grant_type", "password")]),
        (TOKEN, "person", &[grant, ("scope", "customScope")]),
        (TOKEN, "person", &[("grant_type", "authorization_code"), ("code", "guessed")]),
        (TOKEN, "machine", &[grant]),
        (TOKEN, "machine", &[grant, ("scope", "nobody.knows")]),
        (TOKEN, "machine", &[grant, ("scope", "openid")]),
        (TOKEN, "machine", &[grant, ("scope", "customScope offline_access")]),
        (TOKEN, "machine", &[grant, ("scope", "customScope asks.too asks.first")]),
        (&bare, "machine", &[grant, ("scope", "lone")]),
        ("/oauth2/nowhere/v1/token", "machine", &[grant]),
        (ORG_TOKEN, "machine", &[grant, ("scope", "okta.apps.read")]),
        (TOKEN, "posting", &[grant, ("scope", "customScope")]),
    ];
    let mut told = Vec::new();
    for (path, client, form) in rows {
        let response = post(&org, path, &[("authorization", &basic(client))], form).await;
        let asked: Vec<_> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = (response.status().as_u16(), body(&response));
        told.push(format!("{client} ?{}\n    {}", asked.join("&"), said(&answer)));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    machine ?
        400 invalid_request: The token request must specify a 'grant_type'. Valid values: [authorization_code, refresh_token, password, client_credentials, urn:ietf:params:oauth:grant-type:device_code]
    machine ?grant_type=
        400 invalid_request: The token request must specify a 'grant_type'. Valid values: [authorization_code, refresh_token, password, client_credentials, urn:ietf:params:oauth:grant-type:device_code]
    machine ?grant_type=magic
        400 unsupported_grant_type: The authorization grant type is not supported by the authorization server. Configured grant types: [authorization_code, refresh_token, password, client_credentials, urn:ietf:params:oauth:grant-type:device_code].
    machine ?grant_type=password
        400 unauthorized_client: The client is not authorized to use the provided grant type. Configured grant types: [client_credentials].
    person ?grant_type=client_credentials&scope=customScope
        400 unauthorized_client: The client is not authorized to use the provided grant type. Configured grant types: [authorization_code].
    person ?grant_type=authorization_code&code=guessed
        400 invalid_grant: The authorization code is invalid or has expired.
    machine ?grant_type=client_credentials
        400 invalid_scope: The authorization server resource does not have any configured default scopes, 'scope' must be provided.
    machine ?grant_type=client_credentials&scope=nobody.knows
        400 invalid_scope: One or more scopes are not configured for the authorization server resource.
    machine ?grant_type=client_credentials&scope=openid
        400 invalid_scope: Cannot request 'openid' scopes using client credentials.
    machine ?grant_type=client_credentials&scope=customScope offline_access
        400 invalid_scope: Cannot request 'openid' scopes using client credentials.
    machine ?grant_type=client_credentials&scope=customScope asks.too asks.first
        400 consent_required: The following scopes require user consent and cannot be granted for the client credentials grant type: [asks.too, asks.first].
    machine ?grant_type=client_credentials&scope=lone
        401 access_denied: Policy evaluation failed for this request, please check the policy configurations.
    machine ?grant_type=client_credentials
        404 "E0000007" "Not found: Resource not found: nowhere (AuthorizationServer)"
    machine ?grant_type=client_credentials&scope=okta.apps.read
        401 invalid_client: Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.
    posting ?grant_type=client_credentials&scope=customScope
        401 invalid_client: Client authentication failed. Either the client or the client credentials are invalid.
    "#);
}

#[tokio::test]
async fn the_orgs_own_server_is_for_service_apps_with_keys_and_granted_scopes() {
    let org = drawn().await;
    let key = Key::draw();
    keyed(&org, "automaton", &key, &["okta.apps.read", "okta.groups.read"], false).await;
    let mut person = web("For people");
    person["credentials"]["oauthClient"] = json!({"client_id": "person", "token_endpoint_auth_method": "private_key_jwt"});
    person["settings"]["oauthClient"]["grant_types"] = json!(["authorization_code", "client_credentials"]);
    let mut public = key.public();
    public["kid"] = json!("own");
    person["settings"]["oauthClient"]["jwks"] = json!({"keys": [public]});
    create(&org, person).await;
    let mut told = Vec::new();
    let mut issued = Value::Null;
    let scopes = [
        "",
        "okta.apps.read",
        "okta.apps.read okta.users.read",
        "okta.pears.read",
        "customScope",
        "openid",
        "okta.groups.read okta.apps.read",
    ];
    for (n, scope) in scopes.into_iter().enumerate() {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let response = post_keyed(&org, ORG_TOKEN, &[], &key.assertion("automaton", ORG_TOKEN, &n.to_string()), &form).await;
        issued = body(&response);
        told.push(format!("automaton ?{scope}\n    {}", said(&(response.status().as_u16(), issued.clone()))));
    }
    let form = [("grant_type", "client_credentials"), ("scope", "okta.apps.read")];
    let response = post_keyed(&org, ORG_TOKEN, &[], &key.assertion("person", ORG_TOKEN, "p"), &form).await;
    told.push(format!("person\n    {}", said(&(response.status().as_u16(), body(&response)))));
    insta::assert_snapshot!(told.join("\n"), @r#"
    automaton ?
        400 invalid_scope: No scopes were requested.
    automaton ?okta.apps.read
        200 "Bearer" 3600 s: "okta.apps.read"
    automaton ?okta.apps.read okta.users.read
        400 consent_required: You are not allowed any of the requested scopes.
    automaton ?okta.pears.read
        400 invalid_scope: One or more scopes are not configured for the authorization server resource.
    automaton ?customScope
        400 invalid_scope: Custom scopes are not allowed for this request.
    automaton ?openid
        400 invalid_scope: Cannot request 'openid' scopes using client credentials.
    automaton ?okta.groups.read okta.apps.read
        200 "Bearer" 3600 s: "okta.groups.read okta.apps.read"
    person
        401 invalid_client: Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.
    "#);
    let (_, claims) = verified(&org, "/oauth2/v1/keys", issued["access_token"].as_str().unwrap()).await;
    insta::assert_json_snapshot!(claims, @r#"
    {
      "ver": 1,
      "jti": "AT.JttfZpq0E9jjEyea2oRw3BGqOiprvF0kP-I-FpS1ldw",
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
async fn what_no_rule_has_is_refused_as_the_switches_say() {
    let mut told = Vec::new();
    for switches in [&[][..], &[("no-matching-policy", "400")], &[("scopes-outside-rules", "denied")]] {
        let org = switched(switches);
        create(&org, secretive("machine", "client_secret_basic")).await;
        let (id, _) = server(&org, "Own").await;
        let own = format!("/api/v1/authorizationServers/{id}");
        for scope in ["read", "write"] {
            made(&org, &format!("{own}/scopes"), json!({"name": scope})).await;
        }
        let only = made(&org, &format!("{own}/policies"), policy("Only", 1, &["machine"])).await;
        made(&org, &format!("{own}/policies/{only}/rules"), rule("Reading", 1, &["read"], 10)).await;
        let path = format!("/oauth2/{id}/v1/token");
        for scope in ["write", "read write"] {
            told.push(format!("{switches:?} {scope}\n    {}", said(&ask(&org, &path, "machine", scope).await)));
        }
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    [] write
        401 access_denied: Policy evaluation failed for this request, please check the policy configurations.
    [] read write
        401 access_denied: Policy evaluation failed for this request, please check the policy configurations.
    [("no-matching-policy", "400")] write
        400 access_denied: Policy evaluation failed for this request, please check the policy configurations.
    [("no-matching-policy", "400")] read write
        400 access_denied: Policy evaluation failed for this request, please check the policy configurations.
    [("scopes-outside-rules", "denied")] write
        400 access_denied: Policy evaluation succeeded, but all the requested scopes were rejected.
    [("scopes-outside-rules", "denied")] read write
        400 access_denied: Some of the requested scopes were denied by the policy. Denied scopes: [write].
    "#);
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
