//! Who may call the management API: access tokens as Bearer, what they are good for, and what is said of bad ones.

use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::{
    bearer::{BASE, NOW, Worker, ask, ask_as, told},
    support::{frozen, get, org, send, service, switched},
    token_support::tampered,
};

const APPS: &str = "/api/v1/apps";

#[tokio::test]
async fn a_read_scope_reads_but_may_not_write() {
    let org = org();
    let worker = Worker::of(&org).await;
    let token = worker.token(&["okta.apps.read"]);
    let listed = ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await;
    assert_eq!(listed.status(), 200);
    assert_eq!(serde_json::from_slice::<Value>(listed.body()).unwrap(), get(&org, APPS).await);
    let refused = ask_as(&org, "Bearer", &token, "POST", APPS, service("Second")).await;
    insta::assert_snapshot!(told(&refused), @r#"
    403
    Bearer authorization_uri="http://org.example.com/oauth2/v1/authorize"
    realm="http://org.example.com"
    scope="okta.apps.manage"
    error="insufficient_scope"
    error_description="The access token provided does not contain the required scopes."
    resource="/api/v1/apps"
    {"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action","errorLink":"E0000006","errorId":"oae","errorCauses":[]}
    "#);
    assert_eq!(get(&org, APPS).await.as_array().unwrap().len(), 1, "nothing was done");
}

#[tokio::test]
async fn a_manage_scope_writes_and_reads_what_it_is_for_and_nothing_else() {
    let org = org();
    let worker = Worker::of(&org).await;
    let token = worker.token(&["okta.apps.manage"]);
    let path = format!("{APPS}/{}", worker.client_id);
    let mut statuses = Vec::new();
    for (method, path, body) in [
        ("GET", APPS, Value::Null),
        ("POST", APPS, service("Second")),
        ("GET", &format!("{path}/credentials/jwks"), Value::Null),
        ("GET", &format!("{path}/grants"), Value::Null),
        ("GET", "/api/v1/groups", Value::Null),
        ("GET", "/api/v1/authorizationServers", Value::Null),
        ("GET", "/api/v1/policies?type=ACCESS_POLICY", Value::Null),
        ("GET", "/api/v1/logs", Value::Null),
        ("GET", "/oauth2/v1/clients", Value::Null),
        ("GET", &format!("/oauth2/v1/clients/{}/roles", worker.client_id), Value::Null),
        ("PATCH", APPS, Value::Null),
        ("GET", "/api/v1/nowhere", Value::Null),
        ("GET", &format!("/api/v1/internal/apps/{}/settings/oauth/idToken", worker.client_id), Value::Null),
    ] {
        let answer = ask_as(&org, "Bearer", &token, method, path, body).await;
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let code = body["errorCode"].as_str().unwrap_or_default();
        let path = path.replace(&worker.client_id, "{id}");
        statuses.push(format!("{method} {path} {} {code}", answer.status().as_u16()).trim_end().to_owned());
    }
    insta::assert_snapshot!(statuses.join("\n"), @"
    GET /api/v1/apps 200
    POST /api/v1/apps 200
    GET /api/v1/apps/{id}/credentials/jwks 200
    GET /api/v1/apps/{id}/grants 403 E0000006
    GET /api/v1/groups 403 E0000006
    GET /api/v1/authorizationServers 403 E0000006
    GET /api/v1/policies?type=ACCESS_POLICY 403 E0000006
    GET /api/v1/logs 403 E0000006
    GET /oauth2/v1/clients 403 E0000006
    GET /oauth2/v1/clients/{id}/roles 403 E0000006
    PATCH /api/v1/apps 405 E0000022
    GET /api/v1/nowhere 404 E0000008
    GET /api/v1/internal/apps/{id}/settings/oauth/idToken 403 E0000005
    ");
}

#[tokio::test]
async fn a_token_that_is_no_good_is_refused_and_told_why() {
    let first = org();
    let worker = Worker::of(&first).await;
    let other = Worker::of(&self::org()).await;
    let mut document = first.export();
    document["tables"]["revoked_tokens"][format!("{:013}/AT.revoked", NOW + 3600)] = json!("org");
    let org = Org::import(frozen(), &document).unwrap();
    let of = |claims: Value| worker.token_with(&["okta.apps.read"], &claims);
    let tokens = [
        of(json!({"exp": NOW})),
        of(json!({"jti": "AT.revoked"})),
        of(json!({"iss": "https://elsewhere.example.com"})),
        of(json!({"aud": "api://default"})),
        of(json!({"cid": "0oanobody"})),
        other.token(&["okta.apps.read"]),
        tampered(&of(json!({}))),
        "not-a-token".into(),
        org.okta_token().to_owned(),
    ];
    let mut all = Vec::new();
    for token in tokens {
        let answer = ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await;
        assert_eq!(answer.status(), 401);
        let told = told(&answer);
        all.push(told.lines().filter(|line| line.starts_with("error")).collect::<Vec<_>>().join(" "));
    }
    insta::assert_snapshot!(all.join("\n"), @r#"
    error="invalid_token" error_description="The token has expired."
    error="invalid_token" error_description="The access token has been revoked."
    error="invalid_token" error_description="The access token provided has an invalid issuer."
    error="invalid_token" error_description="The access token provided is not intended for Okta."
    error="invalid_token" error_description="The access token is invalid."
    error="invalid_token" error_description="The access token is invalid."
    error="invalid_token" error_description="The access token is invalid."
    error="invalid_token" error_description="The access token is invalid."
    error="invalid_token" error_description="The access token is invalid."
    "#);
    let whole = ask_as(&org, "Bearer", "not-a-token", "GET", APPS, Value::Null).await;
    insta::assert_snapshot!(told(&whole), @r#"
    401
    Bearer authorization_uri="http://org.example.com/oauth2/v1/authorize"
    realm="http://org.example.com"
    scope="okta.apps.read"
    error="invalid_token"
    error_description="The access token is invalid."
    resource="/api/v1/apps"
    {"errorCode":"E0000011","errorSummary":"Invalid token provided","errorLink":"E0000011","errorId":"oae","errorCauses":[]}
    "#);
}

#[tokio::test]
async fn a_token_is_of_no_use_once_its_app_is_inactive_or_gone() {
    let org = org();
    let worker = Worker::of(&org).await;
    let token = worker.token(&["okta.apps.read"]);
    let path = format!("{APPS}/{}", worker.client_id);
    for (method, path) in [("POST", format!("{path}/lifecycle/deactivate")), ("DELETE", path)] {
        assert!(send(&org, method, &path, Value::Null).await.0 < 300);
        assert_eq!(ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await.status(), 401);
    }
}

#[tokio::test]
async fn an_admin_role_is_needed_where_the_org_is_so() {
    let org = switched(&[("client-admin-roles", "required")]);
    let worker = Worker::of(&org).await;
    let token = worker.token(&["okta.apps.manage"]);
    let roles = format!("/oauth2/v1/clients/{}/roles", worker.client_id);
    let refused = ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await;
    insta::assert_snapshot!(told(&refused), @r#"
    403
    {"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action","errorLink":"E0000006","errorId":"oae","errorCauses":[]}
    "#);
    let mut statuses = Vec::new();
    for role in ["READ_ONLY_ADMIN", "APP_ADMIN"] {
        assert_eq!(send(&org, "POST", &roles, json!({"type": role})).await.0, 201);
        let reads = ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await.status().as_u16();
        let writes = ask_as(&org, "Bearer", &token, "POST", APPS, service("Second")).await.status().as_u16();
        statuses.push((role, reads, writes));
    }
    assert_eq!(statuses, [("READ_ONLY_ADMIN", 200, 403), ("APP_ADMIN", 200, 200)]);
}

#[tokio::test]
async fn a_refusal_can_say_all_in_its_header() {
    let org = switched(&[("oauth-refusal-body", "empty")]);
    let worker = Worker::of(&org).await;
    let token = worker.token(&["okta.groups.manage"]);
    let refused = ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await;
    insta::assert_snapshot!(told(&refused), @r#"
    403
    Bearer authorization_uri="http://org.example.com/oauth2/v1/authorize"
    realm="http://org.example.com"
    scope="okta.apps.read"
    error="insufficient_scope"
    error_description="The access token provided does not contain the required scopes."
    resource="/api/v1/apps"
    "#);
    assert_eq!(refused.headers().get("content-type"), None);
}

#[tokio::test]
async fn a_client_is_no_user() {
    for (switch, code) in [("404", "E0000007"), ("403", "E0000005")] {
        let org = switched(&[("client-as-user", switch)]);
        let worker = Worker::of(&org).await;
        let token = worker.token(&["okta.users.read"]);
        let answer = ask_as(&org, "Bearer", &token, "GET", "/api/v1/users/me", Value::Null).await;
        assert_eq!(answer.status().as_str(), switch);
        assert!(told(&answer).contains(code));
    }
}

#[tokio::test]
async fn headers_that_nobody_should_send_are_refused_and_end_nowhere() {
    let org = org();
    let worker = Worker::of(&org).await;
    let good = format!("Bearer {}", worker.token(&["okta.apps.read"]));
    let ssws = format!("SSWS {}", org.okta_token());
    let huge = format!("Bearer {}", "a".repeat(60_000));
    let headers: [&[(&str, &[u8])]; 10] = [
        &[],
        &[("authorization", b"")],
        &[("authorization", b"Bearer")],
        &[("authorization", b"Bearer ")],
        &[("authorization", b"Basic YTpi")],
        &[("authorization", "Bearer \u{e9}\u{1f600}".as_bytes())],
        &[("authorization", b"Bearer \xff\xfe")],
        &[("authorization", huge.as_bytes())],
        &[("authorization", ssws.as_bytes()), ("authorization", good.as_bytes())],
        &[("authorization", good.as_bytes()), ("authorization", good.as_bytes())],
    ];
    for headers in headers {
        let answer = ask(&org, "GET", APPS, headers, Value::Null).await;
        assert_eq!(answer.status(), 401);
        assert!(told(&answer).contains("E0000011"));
    }
    let odd = ask(&org, "GET", "/api/v1/apps/a%22b\"c", &[("authorization", b"Bearer x")], Value::Null).await;
    assert!(told(&odd).contains(r#"resource="/api/v1/apps/a%22b%22c""#), "{}", told(&odd));
    assert_eq!(ask(&org, "GET", APPS, &[("authorization", b"bearer x")], Value::Null).await.status(), 401);
    let lower = good.replacen("Bearer", "bearer", 1);
    assert_eq!(ask(&org, "GET", APPS, &[("authorization", lower.as_bytes())], Value::Null).await.status(), 200);
}

#[tokio::test]
async fn what_a_service_app_does_is_in_the_log_as_its_own() {
    let org = org();
    let worker = Worker::of(&org).await;
    let token = worker.token(&["okta.appGrants.manage"]);
    let grants = format!("{APPS}/{}/grants", worker.client_id);
    let body = json!({"scopeId": "okta.groups.read", "issuer": BASE});
    let made = ask_as(&org, "Bearer", &token, "POST", &grants, body).await;
    assert_eq!(made.status(), 201);
    let made: Value = serde_json::from_slice(made.body()).unwrap();
    assert_eq!(made["createdBy"], json!({"id": worker.client_id, "type": "PublicClientApp"}));
    let events = get(&org, "/api/v1/logs?filter=eventType+eq+%22app.oauth2.admin.consent.grant%22").await;
    insta::assert_json_snapshot!(json!([events[0]["actor"], events[0]["client"]["id"], events[0]["transaction"]["detail"]]), @r#"
    [
      {
        "id": "0oaf000008Euf57TO5d7",
        "type": "PublicClientApp",
        "alternateId": "0oaf000008Euf57TO5d7",
        "displayName": "Worker",
        "detailEntry": null
      },
      "0oaf000008Euf57TO5d7",
      {}
    ]
    "#);
    let by_token = get(&org, "/api/v1/logs?filter=transaction.detail.requestApiTokenId+pr").await;
    let kinds: Vec<_> = by_token.as_array().unwrap().iter().map(|event| event["eventType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["application.lifecycle.create", "app.oauth2.client.lifecycle.create"]);
    let by_client = get(&org, "/api/v1/logs?filter=actor.type+eq+%22PublicClientApp%22").await;
    assert_eq!(by_client, events);
}
