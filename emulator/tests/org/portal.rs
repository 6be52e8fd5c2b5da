//! The portal as a whole: who is let in, what every answer looks like, paging, faults, and the store that it shares.

use std::time::Duration;

use http::{Request, Response};
use idpctl_emulator::{Config, Data, Org, Reset};
use serde_json::{Value, json};

use crate::support::{client_type, create, frozen, get, org, portal, portal_ok, provider, switched, try_send, web};

/// Sends a request with exactly these headers.
async fn ask(org: &Org, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Response<Vec<u8>>, Reset> {
    let request = Request::builder().method(method).uri(format!("http://127.0.0.1{path}"));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    org.call(request.body(body.as_bytes().to_vec()).unwrap()).await
}

/// Writes down an answer: status, headers but the date, body.
fn whole(response: &Response<Vec<u8>>) -> String {
    let headers = response.headers().iter().filter(|(name, _)| *name != "date");
    let headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    let body = String::from_utf8_lossy(response.body());
    format!("{}\n{}\n\n{}", response.status().as_u16(), headers.join("\n"), body.trim_end())
}

#[tokio::test]
async fn the_portal_says_that_it_is_ready_to_anybody() {
    let response = ask(&org(), "GET", "/ready", &[], "").await.unwrap();
    insta::assert_snapshot!(whole(&response), @r#"
    200
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {
    	"message": "Success"
    }
    "#);
}

#[tokio::test]
async fn answers_have_the_portals_headers_and_none_of_oktas() {
    let org = org();
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    let headers = [("authorization", org.portal_token()), ("accept", "application/json")];
    let response = ask(&org, "GET", "/portal-api/oauth-providers", &headers, "").await.unwrap();
    assert_eq!(response.headers()["date"], "Thu, 01 Jan 2026 00:00:00 GMT");
    insta::assert_snapshot!(whole(&response), @r#"
    200
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    [
    	{
    		"CID": "KgpQeo8HWYBQ8nTV6xW4Mi8Suho",
    		"CreatedAt": "2026-01-01 00:00",
    		"ID": 1,
    		"Name": "Okta prod",
    		"SSLInsecureSkipVerify": false,
    		"Type": "Okta",
    		"UpdatedAt": "2026-01-01 00:00",
    		"WellKnownURL": "https://org.example.com/oauth2/default/.well-known/openid-configuration"
    	}
    ]
    "#);
}

#[tokio::test]
async fn only_the_raw_portal_token_opens_the_portal_and_it_opens_nothing_else() {
    let org = org();
    let (okta, raw) = (org.okta_token().to_owned(), org.portal_token().to_owned());
    let mut seen = Vec::new();
    for given in [raw.clone(), format!("Bearer {raw}"), format!("SSWS {raw}"), okta.clone(), format!("SSWS {okta}"), String::new()] {
        let response = ask(&org, "GET", "/portal-api/oauth-providers", &[("authorization", &given)], "").await.unwrap();
        seen.push(response.status().as_u16());
    }
    assert_eq!(seen, [200, 401, 401, 401, 401, 401]);
    for given in [raw.clone(), format!("SSWS {raw}")] {
        let response = ask(&org, "GET", "/api/v1/apps", &[("authorization", &given)], "").await.unwrap();
        assert_eq!(response.status(), 401);
    }
}

#[tokio::test]
async fn a_bad_token_is_refused_or_shown_to_the_login_page() {
    let refused = ask(&switched(&[("portal-bad-token", "401")]), "GET", "/portal-api/products", &[], "").await.unwrap();
    let shown = ask(&switched(&[("portal-bad-token", "302")]), "GET", "/portal-api/products", &[], "").await.unwrap();
    insta::assert_snapshot!(format!("{}\n--\n{}", whole(&refused), whole(&shown)), @r#"
    401
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {
    	"errors": [
    		"unauthorized"
    	]
    }
    --
    302
    content-type: text/html; charset=utf-8
    cache-control: no-store
    pragma: no-cache
    location: /auth/login

    <a href="/auth/login">Found</a>.
    "#);
}

#[tokio::test]
async fn a_request_without_accept_is_answered_or_crashes_the_portal() {
    for (switch, status) in [("200", 200), ("500", 500)] {
        let org = switched(&[("portal-missing-accept", switch)]);
        let response = ask(&org, "GET", "/portal-api/oauth-providers", &[("authorization", org.portal_token())], "").await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.body().is_empty(), status == 500);
        assert_eq!(portal(&org, "GET", "/oauth-providers", Value::Null).await.0, 200);
    }
}

#[tokio::test]
async fn a_second_bootstrap_an_unknown_path_and_an_unknown_method_are_refused() {
    let org = org();
    let bootstrap = json!({"username": "admin@example.com", "password": "made-up", "first_name": "A", "last_name": "B"});
    let bootstrapped = ask(&org, "POST", "/portal-api/bootstrap", &[], &bootstrap.to_string()).await.unwrap();
    assert_eq!(bootstrapped.status(), 400);
    let table = [
        ("GET", "/apps"),
        ("GET", ""),
        ("PATCH", "/oauth-providers/1"),
        ("GET", "/bootstrap"),
        ("PUT", "/products"),
        ("GET", "/oauth-providers/"),
    ];
    for (method, path) in table {
        let (status, body) = portal(&org, method, path, json!({})).await;
        assert_eq!((status, body["errors"].as_array().map(Vec::len)), (404, Some(1)), "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_422() {
    let org = org();
    let paths = [("POST", ""), ("PUT", "/1"), ("POST", "/1/client-types"), ("PUT", "/1/client-types/1")];
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    portal_ok(&org, "POST", "/oauth-providers/1/client-types", client_type("Web")).await;
    let headers = [("authorization", org.portal_token()), ("accept", "application/json")];
    for (method, path) in paths {
        for body in ["", "{\"Name\":", "[]", "\"Name\"", "null"] {
            let response = ask(&org, method, &format!("/portal-api/oauth-providers{path}"), &headers, body).await.unwrap();
            assert_eq!(response.status(), 422, "{method} {path} {body}");
            assert!(serde_json::from_slice::<Value>(response.body()).unwrap()["errors"][0].is_string());
        }
    }
}

#[tokio::test]
async fn lists_are_bare_arrays_newest_first_in_pages_of_twenty() {
    let org = org();
    for n in 1..=21 {
        portal_ok(&org, "POST", "/oauth-providers", provider(&format!("Provider {n}"))).await;
        portal_ok(&org, "POST", "/oauth-providers/1/client-types", client_type(&format!("Type {n}"))).await;
    }
    let ids = async |path: &str| {
        let list = portal_ok(&org, "GET", path, Value::Null).await;
        list.as_array().unwrap().iter().map(|item| item["ID"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    for path in ["/oauth-providers", "/oauth-providers/1/client-types"] {
        assert_eq!(ids(path).await, (2..=21).rev().collect::<Vec<_>>());
        assert_eq!(ids(&format!("{path}?page=2")).await, [1]);
        assert_eq!(ids(&format!("{path}?page=3")).await, [0_u64; 0]);
        assert_eq!(ids(&format!("{path}?page=2&per_page=8&limit=2")).await, [13, 12]);
        assert_eq!(ids(&format!("{path}?per_page=100")).await.len(), 21);
        assert_eq!(portal(&org, "GET", &format!("{path}?per_page=0"), Value::Null).await, (500, Value::Null));
    }
    let embedded = portal_ok(&org, "GET", "/oauth-providers/1", Value::Null).await;
    assert_eq!(embedded["ClientTypes"].as_array().unwrap().len(), 21);
}

#[tokio::test]
async fn faults_befall_the_portal_by_path_and_leave_no_trace_of_okta() {
    let faults = [
        "/portal-api/** 429=7 x1",
        "/portal-api/** concurrency after 1 x1",
        "/portal-api/** 500 after 2 x1",
        "/portal-api/** 503 after 3 x1",
        "/portal-api/** 423 after 4 x1",
        "/portal-api/** error-200 after 5 x1",
    ];
    let org = Org::open(Config { faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(), ..frozen() }).unwrap();
    assert_eq!(get(&org, "/api/v1/apps").await, json!([]));
    let headers = [("authorization", org.portal_token()), ("accept", "application/json")];
    let mut seen = Vec::new();
    for _ in 0..7 {
        let body = provider("Okta prod").to_string();
        seen.push(whole(&ask(&org, "POST", "/portal-api/oauth-providers", &headers, &body).await.unwrap()));
    }
    insta::assert_snapshot!(seen.join("\n--\n"), @r#"
    429
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {
    	"errors": [
    		"too many requests"
    	]
    }
    --
    429
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {
    	"errors": [
    		"too many requests"
    	]
    }
    --
    500
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {
    	"errors": [
    		"internal server error"
    	]
    }
    --
    503
    content-type: text/html

    <html><body><h1>503 Service Unavailable</h1></body></html>
    --
    423
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {
    	"errors": [
    		"somebody else is changing this"
    	]
    }
    --
    200
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {
    	"errors": [
    		"internal server error"
    	]
    }
    --
    200
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {
    	"CID": "KgpQeo8HWYBQ8nTV6xW4Mi8Suho",
    	"CreatedAt": "2026-01-01 00:00",
    	"ID": 1,
    	"Name": "Okta prod",
    	"SSLInsecureSkipVerify": false,
    	"Type": "Okta",
    	"UpdatedAt": "2026-01-01 00:00",
    	"WellKnownURL": "https://org.example.com/oauth2/default/.well-known/openid-configuration"
    }
    "#);
    let statuses: Vec<_> = org.requests().into_iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [200, 429, 429, 500, 503, 423, 200, 200].map(Some));
}

#[tokio::test]
async fn a_reset_before_leaves_nothing_and_one_after_leaves_all() {
    let faults = ["POST /portal-api/** reset-before x1", "POST /portal-api/** reset-after after 1 x1"];
    let org = Org::open(Config { faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(), ..frozen() }).unwrap();
    let headers = [("authorization", org.portal_token()), ("accept", "application/json")];
    let body = provider("Okta prod").to_string();
    for left in [0, 1] {
        assert!(ask(&org, "POST", "/portal-api/oauth-providers", &headers, &body).await.is_err());
        assert_eq!(portal_ok(&org, "GET", "/oauth-providers", Value::Null).await.as_array().unwrap().len(), left);
    }
}

#[tokio::test(start_paused = true)]
async fn list_lag_does_not_touch_the_portal_whose_times_are_minutes() {
    let config = Config { faults: vec!["list-lag=3s".parse().unwrap()], ..Config::default() };
    let org = Org::open(config).unwrap();
    let made = portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers", Value::Null).await, json!([made]));
    tokio::time::advance(Duration::from_mins(2)).await;
    let changed = portal_ok(&org, "PUT", "/oauth-providers/1", provider("Okta")).await;
    assert_eq!(changed["CreatedAt"], made["CreatedAt"]);
    let time = changed["UpdatedAt"].as_str().unwrap();
    let form: String = time.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    assert_eq!(form, "9999-99-99 99:99");
    assert!(time > made["UpdatedAt"].as_str().unwrap(), "{made} {changed}");
}

#[tokio::test]
async fn the_portals_objects_are_there_again_after_a_crash_and_forks_share_none_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..Config::default() };
    let org = Org::open(config()).unwrap();
    portal_ok(&org, "POST", "/oauth-providers", provider("First")).await;
    portal_ok(&org, "POST", "/oauth-providers", provider("Second")).await;
    portal_ok(&org, "DELETE", "/oauth-providers/2", Value::Null).await;
    let (token, made) = (org.portal_token().to_owned(), portal_ok(&org, "GET", "/oauth-providers/1", Value::Null).await);
    drop(org);
    let org = Org::open(config()).unwrap();
    assert_eq!(org.portal_token(), token);
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers/1", Value::Null).await, made);
    assert_eq!(org.live_registration_token("1").as_deref(), Some("00made-up"));
    let fork = org.fork();
    assert_eq!(fork.portal_token(), token);
    // An id is not given out again, even if its object is gone.
    assert_eq!(portal_ok(&fork, "POST", "/oauth-providers", provider("Third")).await["ID"], 3);
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers", Value::Null).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn okta_and_the_portal_number_their_objects_apart() {
    let (alone, both) = (org(), org());
    portal_ok(&both, "POST", "/oauth-providers", provider("Okta prod")).await;
    assert_eq!(create(&alone, web("Portal")).await, create(&both, web("Portal")).await);
    let okta = try_send(&both, "GET", "/api/v1/apps", Value::Null).await.unwrap();
    assert!(okta.headers().contains_key("x-rate-limit-limit"));
}
