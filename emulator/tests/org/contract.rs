//! Exchanges held to the published contract: what departs from it is told, and what is known to depart is needed.
//!
//! The contract and the recordings are no part of the repository. Where they are not at hand, nothing is held to them.

use std::{collections::BTreeSet, fs};

use http::Request;
use idpctl_emulator::{Org, contract};
use serde_json::{Value, json};

use crate::{
    bearer::{Worker, ask_as},
    other_apps_catalogue::office,
    recorded::folder,
    support::{create, get, key, org, refusal, send, service, switched, web},
    token_support::{Key, TOKEN, basic, drawn, header, post, secretive},
};

#[expect(clippy::print_stderr, reason = "says that nothing was checked")]
fn is_at_hand() -> bool {
    if !contract::is_at_hand() {
        eprintln!("skipped: no contract at hand, so no exchange of any test is held to it; name its folder's parent in IDPCTL_SHARED");
    }
    contract::is_at_hand()
}

/// What is said of an answer, a line a violation.
fn said(method: &str, path: &str, status: u16, body: &Value) -> String {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    contract::weigh(method, path, status, &body).0.join("\n")
}

#[test]
fn the_contract_is_at_hand_or_it_is_said_that_it_is_not() {
    assert_eq!(is_at_hand(), contract::weigh("GET", "/", 200, b"").0.len() == 1);
}

#[test]
fn an_answer_that_is_not_as_documented_is_told_with_its_operation_and_place() {
    if !is_at_hand() {
        return;
    }
    let mut app = json!({
        "name": "oidc_client", "label": 7, "signOnMode": "OPENID_CONNECT", "credentials": {"oauthClient": {"client_secret": "short"}},
        "settings": {"oauthClient": {"grant_types": ["guess"]}}, "created": "yesterday",
    });
    let mut lines = vec![said("GET", "/api/v1/apps/0oa1", 200, &app)];
    app["signOnMode"] = json!("GUESS");
    lines.push(said("GET", "/api/v1/apps", 200, &json!([app])));
    lines.push(said("GET", "/api/v1/apps", 418, &json!({})));
    lines.push(said("GET", "/api/v1/apps", 200, &Value::Null));
    lines.push(said("DELETE", "/api/v1/apps/0oa1", 204, &json!({})));
    lines.push(said("GET", "/api/v1/pears", 200, &json!([])));
    lines.push(said("GET", "/api/v1/pears", 404, &json!({"errorCode": 8})));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    GET /api/v1/apps/{appId} answered 200: `/label` (type): value is not of type "string"; it is 7
    GET /api/v1/apps/{appId} answered 200: `/created` (format): value is not a "date-time"; it is "yesterday"
    GET /api/v1/apps/{appId} answered 200: `/credentials/oauthClient/client_secret` (minLength): value is shorter than 14 characters; it is a secret
    GET /api/v1/apps/{appId} answered 200: `/settings/oauthClient/grant_types/0` (enum): value is not one of "authorization_code", "client_credentials" or 13 other candidates; it is "guess"
    GET /api/v1/apps answered 200: `/signOnMode` (enum): value is not one of "AUTO_LOGIN", "BASIC_AUTH" or 7 other candidates; it is "GUESS"
    GET /api/v1/apps answered 418: the status is not documented
    GET /api/v1/apps answered 200: a body of a documented kind is missing
    DELETE /api/v1/apps/{appId} answered 204: there is a body where none is documented: {}
    GET /api/v1/pears answered 200: the contract has no such operation
    GET /api/v1/pears answered 404: the contract has no such operation
    "#);
}

fn asked(org: &Org, path: &str) -> Request<Vec<u8>> {
    let request = Request::get(format!("http://127.0.0.1{path}")).header("user-agent", "idpctl/0.0.0");
    request.header("authorization", format!("SSWS {}", org.okta_token())).body(Vec::new()).unwrap()
}

async fn ends(org: &Org, path: &str) -> String {
    let (asking, request) = (org.clone(), asked(org, path));
    let end = tokio::spawn(async move { asking.call(request).await.is_ok() }).await;
    end.map_or_else(|end| end.into_panic().downcast_ref::<String>().cloned().unwrap_or_default(), |was_answered| was_answered.to_string())
}

#[tokio::test]
async fn a_request_of_our_client_that_is_not_as_documented_ends_the_org_and_its_forks() {
    if !is_at_hand() {
        return;
    }
    let org = org();
    let before = org.fork();
    let lines = [
        ends(&org, "/api/v1/apps?limit=200").await,
        ends(&org, "/api/v1/apps?limit=201&pears=1").await,
        ends(&before, "/api/v1/apps").await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    true
    this is not as the contract says: GET /api/v1/apps as our client sends it: the parameter `limit` is 201: value is greater than the maximum of 200
    GET /api/v1/apps as our client sends it: the parameter `pears` is not documented
    this is not as the contract says: GET /api/v1/apps as our client sends it: the parameter `limit` is 201: value is greater than the maximum of 200
    GET /api/v1/apps as our client sends it: the parameter `pears` is not documented
    ");
}

#[tokio::test]
async fn what_a_fault_puts_in_the_place_of_an_answer_is_not_checked() {
    let org = org();
    org.set_faults(vec!["/api/v1/apps 423".parse().unwrap()]);
    assert_eq!(send(&org, "GET", "/api/v1/apps", Value::Null).await.0, 423);
    assert_eq!(send(&org, "GET", "/api/v1/groups", Value::Null).await.0, 200);
}

/// The known departures in what real orgs answered, and what else departs, of the paths that this org serves.
async fn recorded() -> (BTreeSet<usize>, BTreeSet<String>) {
    let (org, mut known, mut unknown) = (org(), BTreeSet::new(), BTreeSet::new());
    let files = fs::read_dir(folder()).into_iter().flatten().map(|file| file.unwrap().path());
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")) {
        for line in fs::read_to_string(path).unwrap().lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| exchange[name].as_str().unwrap_or_default();
            if exchange.get("same_as").is_some() {
                continue;
            }
            let served = refusal(send(&org, text("method"), text("path"), Value::Null).await);
            if served.contains(" E0000008 ") || served.contains(" E0000022 ") {
                continue;
            }
            let written = exchange["response_text"]["head"].as_str().unwrap_or_else(|| text("response_text"));
            let body = if exchange["response"].is_null() { written.to_owned() } else { exchange["response"].to_string() };
            let status = u16::try_from(exchange["status"].as_u64().unwrap()).unwrap();
            let (violations, departures) = contract::weigh(text("method"), text("path"), status, body.as_bytes());
            known.extend(departures);
            unknown.extend(violations.iter().map(|violation| format!("{}/{}: {violation}", text("cassette"), exchange["seq"])));
        }
    }
    (known, unknown)
}

#[tokio::test]
async fn recorded_answers_depart_from_the_contract_in_known_ways_only() {
    if is_at_hand() {
        assert_eq!(recorded().await.1, BTreeSet::new());
    }
}

/// The known departures that this org shows when it is asked for them.
async fn shown() -> BTreeSet<usize> {
    let org = org();
    for path in ["/api/v1/pears", "/api/v1/policies", "/api/v1/users/me", "/.well-known/oauth-authorization-server", "/oauth2/aus1/v1/keys"]
    {
        send(&org, "GET", path, Value::Null).await;
    }
    send(&org, "PATCH", "/api/v1/apps", Value::Null).await;
    send(&org, "POST", "/api/v1/apps/0oa1/credentials/jwks", key("first")).await;
    let as_page = Request::get("http://127.0.0.1/api/v1/apps/0oa1/credentials/csrs/1").header("accept", "text/html");
    let as_page = as_page.header("authorization", format!("SSWS {}", org.okta_token())).body(Vec::new()).unwrap();
    assert_eq!(org.call(as_page).await.unwrap().status(), 400);
    for path in ["/api/v1/apps", "/api/v1/pears"] {
        let request = Request::get(format!("http://127.0.0.1{path}")).body(Vec::new()).unwrap();
        assert_eq!(org.call(request).await.unwrap().status(), 401);
    }
    let groups = send(&org, "GET", "/api/v1/groups", Value::Null).await.1;
    send(&org, "DELETE", &format!("/api/v1/groups/{}", groups[0]["id"].as_str().unwrap()), Value::Null).await;
    let mut manual = office("WS_FEDERATION");
    manual["settings"]["app"]["wsFedConfigureType"] = json!("MANUAL");
    create(&org, manual).await;
    let lenient = switched(&[("incomplete-settings", "accept")]);
    create(&lenient, json!({"label": "Form", "signOnMode": "AUTO_LOGIN", "settings": {}})).await;
    let strict = switched(&[("without-provisioning", "400"), ("lifecycle-repeat", "refuse")]);
    let (app, _) = create(&strict, web("Portal")).await;
    send(&strict, "GET", &format!("/api/v1/apps/{app}/connections/default"), Value::Null).await;
    let policies = get(&strict, "/api/v1/policies?type=ACCESS_POLICY").await;
    send(&strict, "POST", &format!("/api/v1/policies/{}/lifecycle/activate", policies[0]["id"].as_str().unwrap()), Value::Null).await;
    let others = [lenient.departures(), strict.departures(), shown_to_clients().await, shown_of_clients().await, shown_of_tokens().await];
    others.into_iter().flatten().chain(org.departures()).collect()
}

/// The known departures that this org shows to service apps.
async fn shown_to_clients() -> BTreeSet<usize> {
    let mut met = BTreeSet::new();
    for (form, status) in [("empty", "403"), ("error", "404")] {
        let org = switched(&[("oauth-refusal-body", form), ("client-as-user", status)]);
        let worker = Worker::of(&org).await;
        let (good, bound) = (worker.token(&["okta.users.read"]), worker.bound_token(&["okta.apps.read"]));
        for (token, path) in [(&good, "/api/v1/users/me"), (&good, "/api/v1/apps"), (&bound, "/api/v1/apps")] {
            ask_as(&org, "Bearer", token, "GET", path, Value::Null).await;
        }
        let path = format!("/api/v1/internal/apps/{}/settings/oauth/idToken", worker.client_id);
        ask_as(&org, "Bearer", &worker.token(&["okta.apps.manage"]), "GET", &path, Value::Null).await;
        met.extend(org.departures());
    }
    met
}

/// The known departures in the tokens that this org issues.
async fn shown_of_tokens() -> BTreeSet<usize> {
    let org = drawn().await;
    create(&org, secretive("machine", "client_secret_basic")).await;
    let (key, mut claims) = (Key::draw(), json!({}));
    for status in [400, 200] {
        let form = [("grant_type", "client_credentials"), ("scope", "customScope")];
        let headers = [("authorization", &*basic("machine")), ("dpop", &key.proof(TOKEN, &claims))];
        let response = post(&org, TOKEN, &headers, &form).await;
        assert_eq!(response.status(), status);
        if status == 400 {
            claims = json!({"nonce": header(&response, "dpop-nonce"), "jti": "one"});
        }
    }
    org.departures()
}

/// The known departures in what this org tells of clients.
async fn shown_of_clients() -> BTreeSet<usize> {
    let org = switched(&[("jwks-list", "keys"), ("unknown-client", "401")]);
    let (app, _) = create(&org, web("Portal")).await;
    send(&org, "GET", "/oauth2/v1/clients/pears", Value::Null).await;
    send(&org, "POST", &format!("/api/v1/apps/{app}/credentials/jwks"), key("first")).await;
    send(&org, "GET", &format!("/api/v1/apps/{app}/credentials/jwks"), Value::Null).await;
    send(&org, "POST", &format!("/oauth2/v1/clients/{app}/roles"), json!({"type": "SUPER_ADMIN"})).await;
    let (worker, _) = create(&org, service("Worker")).await;
    for _ in 0..2 {
        send(&org, "POST", &format!("/oauth2/v1/clients/{worker}/roles"), json!({"type": "APP_ADMIN"})).await;
    }
    send(&org, "POST", &format!("/oauth2/v1/clients/{worker}/lifecycle/newSecret"), Value::Null).await;
    let client = json!({
        "client_name": "Shop", "application_type": "web", "redirect_uris": ["https://shop.example.com/callback"],
        "post_logout_redirect_uris": ["https://shop.example.com/"],
    });
    assert_eq!(send(&org, "POST", "/oauth2/v1/clients", client).await.0, 201);
    put_of_our_client(&org).await;
    registered_by_our_client(&org).await;
    org.departures()
}

/// Replaces an app as our client does: its secret stays.
async fn put_of_our_client(org: &Org) {
    let (id, mut app) = create(org, web("Kept")).await;
    app["credentials"]["oauthClient"]["client_secret"] = json!("");
    let request = Request::put(format!("http://127.0.0.1/api/v1/apps/{id}")).header("user-agent", "idpctl/0.0.0");
    let request = request.header("authorization", format!("SSWS {}", org.okta_token()));
    assert_eq!(org.call(request.body(app.to_string().into_bytes()).unwrap()).await.unwrap().status(), 200);
}

/// Registers a client and replaces it as our client does: its lists are lists, and its keys go back as they are shown.
async fn registered_by_our_client(org: &Org) {
    let ours = async |method: &str, path: &str, body: Value| {
        let request = Request::builder().method(method).uri(format!("http://127.0.0.1/oauth2/v1/clients{path}"));
        let request = request.header("user-agent", "idpctl/0.0.0").header("authorization", format!("SSWS {}", org.okta_token()));
        let response = org.call(request.body(body.to_string().into_bytes()).unwrap()).await.unwrap();
        assert!(response.status().is_success());
        serde_json::from_slice::<Value>(response.body()).unwrap()
    };
    let body = json!({
        "client_name": "Ours", "application_type": "web", "redirect_uris": ["https://shop.example.com/callback"],
        "post_logout_redirect_uris": ["https://shop.example.com/"], "jwks": {"keys": [key("first")]},
    });
    let mut client = ours("POST", "", body).await;
    let path = format!("/{}", client["client_id"].as_str().unwrap());
    client.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "client_id" | "client_secret") && !name.ends_with("_at"));
    ours("PUT", &path, client).await;
}

#[tokio::test]
async fn every_known_departure_is_one_that_orgs_show() {
    if !is_at_hand() {
        return;
    }
    let (met, shown) = (recorded().await.0, shown().await);
    let unmet = contract::TABLE.iter().enumerate().filter(|(number, _)| !met.contains(number) && !shown.contains(number));
    let unmet: Vec<_> = unmet.map(|(_, departure)| format!("{departure:?}")).collect();
    assert_eq!(unmet, [""; 0], "no org shows these");
    let without_evidence = contract::TABLE.iter().filter(|departure| departure.evidence.len() < 20).count();
    assert_eq!(without_evidence, 0);
}
