//! Faults and rate limits, as they are asked for.

use std::time::Duration;

use idpctl_emulator::{Config, Org, Reset};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::support::{create, frozen, get, org, refusal, send, try_send, web};

fn faulty(specs: &[&str]) -> Org {
    let faults = specs.iter().map(|spec| spec.parse().unwrap()).collect();
    Org::open(Config { faults, ..frozen() }).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_spent_limit_is_429_until_its_window_is_over() {
    let org = Org::open(Config { rate_limits: "apps=2".parse().unwrap(), ..frozen() }).unwrap();
    let ask = async || {
        let response = try_send(&org, "GET", "/api/v1/apps", Value::Null).await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let reset: u64 = header("x-rate-limit-reset").parse().unwrap();
        // The frozen clock says this second for ever.
        let left = reset - 1_767_225_600;
        (response.status().as_u16(), header("x-rate-limit-limit"), header("x-rate-limit-remaining"), left)
    };
    assert_eq!(ask().await, (200, "2".into(), "1".into(), 60));
    tokio::time::advance(Duration::from_secs(45)).await;
    assert_eq!(ask().await, (200, "2".into(), "0".into(), 15));
    assert_eq!(ask().await, (429, "2".into(), "0".into(), 15));
    insta::assert_snapshot!(refusal(send(&org, "GET", "/api/v1/apps", Value::Null).await), @"429 E0000047 API call exceeded rate limit due to too many requests. []");
    assert_eq!(send(&org, "GET", "/api/v1/apps/0oa0", Value::Null).await.0, 404);
    tokio::time::advance(Duration::from_secs(15)).await;
    assert_eq!(ask().await, (200, "2".into(), "1".into(), 60));
    let seen: Vec<_> = org.requests().iter().filter_map(|seen| seen.status).collect();
    assert_eq!(seen, [200, 200, 429, 429, 404, 200]);
}

#[tokio::test]
async fn custom_servers_share_a_limit_that_the_orgs_own_server_has_no_part_in() {
    let org = Org::open(Config { rate_limits: "oauth2=2,servers=1".parse().unwrap(), ..frozen() }).unwrap();
    let (server, _) = crate::support::server(&org, "Orders").await;
    let mut told = Vec::new();
    for path in ["/oauth2/default/v1/token", &format!("/oauth2/{server}/v1/token"), "/oauth2/v1/token", "/oauth2/v1/token"] {
        let response = try_send(&org, "POST", path, Value::Null).await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let (limit, left) = (header("x-rate-limit-limit"), header("x-rate-limit-remaining"));
        told.push(format!("{} {left} of {limit}", response.status().as_u16()));
    }
    assert_eq!(told, ["401 0 of 1", "429 0 of 1", "401 1 of 2", "401 0 of 2"]);
}

#[tokio::test]
async fn a_reset_before_leaves_nothing_and_one_after_leaves_all() {
    let org = faulty(&["POST /api/v1/apps reset-before x1", "POST /api/v1/apps reset-after after 1 x1"]);
    assert_eq!(try_send(&org, "POST", "/api/v1/apps", web("One")).await.err(), Some(Reset));
    assert_eq!(get(&org, "/api/v1/apps").await, json!([]));
    assert_eq!(try_send(&org, "POST", "/api/v1/apps", web("One")).await.err(), Some(Reset));
    assert_eq!(get(&org, "/api/v1/apps").await[0]["label"], "One");
    create(&org, web("Two")).await;
    let seen: Vec<_> = org.requests().into_iter().map(|seen| (seen.method, seen.status)).collect();
    assert_eq!(seen[0], ("POST".into(), None));
    assert_eq!(seen[2], ("POST".into(), Some(200)));
}

#[tokio::test]
async fn errors_on_purpose_do_nothing_and_pass() {
    let org = faulty(&["500 x1", "503 after 1 x1", "429=7 after 2 x1", "concurrency after 3 x1"]);
    insta::assert_snapshot!(refusal(send(&org, "POST", "/api/v1/apps", web("One")).await), @"500 E0000009 Internal Server Error []");
    let gateway = try_send(&org, "POST", "/api/v1/apps", web("One")).await.unwrap();
    assert_eq!((gateway.status().as_u16(), &gateway.headers()["content-type"]), (503, &"text/html".parse().unwrap()));
    let limited = try_send(&org, "POST", "/api/v1/apps", web("One")).await.unwrap();
    assert_eq!((limited.status().as_u16(), limited.headers()["x-rate-limit-reset"].to_str().unwrap()), (429, "1767225607"));
    let crowded = try_send(&org, "POST", "/api/v1/apps", web("One")).await.unwrap();
    assert_eq!((crowded.status().as_u16(), crowded.headers()["x-rate-limit-limit"].to_str().unwrap()), (429, "0"));
    assert_eq!(get(&org, "/api/v1/apps").await, json!([]));
}

/// Returns an answer as a client sees it: status, the headers that tell something, and the beginning of the body.
async fn seen_under(fault: &str, method: &str, path: &str, body: Value) -> String {
    let org = faulty(&[&format!("{fault} x1")]);
    let response = try_send(&org, method, path, body).await.unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| format!(" {name}: {}", value.to_str().unwrap()));
    let headers: String = ["content-type", "location", "link", "x-rate-limit-limit"].into_iter().filter_map(header).collect();
    let body = String::from_utf8_lossy(response.body());
    let done = if org.requests()[0].done { "done" } else { "not done" };
    assert_eq!(get(&org, "/api/v1/apps").await.as_array().unwrap().len(), usize::from(method == "POST" && done == "done"));
    format!("{fault}, {done}: {}{headers}\n    {}", response.status().as_u16(), body.trim_end().split("\"errorId").next().unwrap())
}

#[tokio::test]
async fn what_stands_between_a_client_and_the_org_answers_in_its_own_way() {
    let mut lines = Vec::new();
    for fault in ["429-bare", "423", "503", "error-200", "captive", "redirect"] {
        lines.push(seen_under(fault, "POST", "/api/v1/apps", web("One")).await);
    }
    for fault in ["wrong-type", "foreign-link"] {
        lines.push(seen_under(fault, "GET", "/api/v1/apps", Value::Null).await);
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    429-bare, not done: 429 content-type: application/json
        {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047",
    423, not done: 423 content-type: application/json x-rate-limit-limit: 1000000
        {"errorCode":"E0000239","errorSummary":"Policy priorities are being reconciled. Please try again later.","errorLink":"E0000239",
    503, not done: 503 content-type: text/html
        <html><body><h1>503 Service Unavailable</h1></body></html>
    error-200, not done: 200 content-type: application/json x-rate-limit-limit: 1000000
        {"errorCode":"E0000009","errorSummary":"Internal Server Error","errorLink":"E0000009",
    captive, not done: 200 content-type: text/html
        <html><body><h1>Welcome to this network</h1><form method=post>Sign in to go on</form></body></html>
    redirect, not done: 302 content-type: text/html location: https://elsewhere.example.net/api/v1/apps
        <html><body><h1>302 Found</h1></body></html>
    wrong-type, done: 200 content-type: text/plain link: <https://org.example.com/api/v1/apps?limit=20>; rel="self" x-rate-limit-limit: 1000000
        []
    foreign-link, done: 200 content-type: application/json link: <https://elsewhere.example.net/api/v1/apps?after=elsewhere>; rel="next" x-rate-limit-limit: 1000000
        []
    "#);
}

#[tokio::test]
async fn the_answer_of_work_that_is_done_may_be_useless() {
    let org = faulty(&["POST wrong-type x1", "POST endless after 1 x1"]);
    let mistyped = try_send(&org, "POST", "/api/v1/apps", web("One")).await.unwrap();
    assert_eq!(mistyped.headers()["content-type"], "text/plain");
    let endless = try_send(&org, "POST", "/api/v1/apps", web("Two")).await.unwrap();
    assert_eq!(endless.body().len(), 65 << 20, "in process it must be held in memory");
    assert_eq!(serde_json::from_slice::<Value>(endless.body()).unwrap()["label"], "Two", "blanks take nothing from an answer");
    assert_eq!(get(&org, "/api/v1/apps").await.as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn held_requests_never_end_and_slow_ones_late() {
    let org = faulty(&["POST hold x1", "POST hold-after after 1 x1", "GET slow=5s x1"]);
    for _ in 0..2 {
        let held = try_send(&org, "POST", "/api/v1/apps", web("One"));
        assert!(timeout(Duration::from_hours(1), held).await.is_err());
    }
    let start = Instant::now();
    assert_eq!(get(&org, "/api/v1/apps").await.as_array().unwrap().len(), 1);
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn latency_is_added_to_every_answer() {
    let org = Org::open(Config { latency: Duration::from_millis(15), ..frozen() }).unwrap();
    let start = Instant::now();
    for _ in 0..3 {
        get(&org, "/api/v1/apps").await;
    }
    assert_eq!(start.elapsed(), Duration::from_millis(45));
}

#[tokio::test]
async fn faults_can_be_changed_while_the_org_is_open() {
    let org = org();
    org.set_faults(vec!["500".parse().unwrap()]);
    assert_eq!(send(&org, "GET", "/api/v1/apps", Value::Null).await.0, 500);
    org.set_faults(Vec::new());
    org.clear_requests();
    assert_eq!(get(&org, "/api/v1/apps").await, json!([]));
    assert_eq!(org.requests().len(), 1);
}
