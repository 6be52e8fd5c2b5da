//! What goes wrong on the way to the org: what is tried again, what is not, and what is said of it.

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::request::Method;

fn okta(status: u16, code: &str, summary: &str, causes: &[&str]) -> http::Response<Vec<u8>> {
    let causes: Vec<Value> = causes.iter().map(|cause| json!({"errorSummary": cause})).collect();
    let body = json!({"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "oaeError", "errorCauses": causes});
    answer(status, &[("x-okta-request-id", "req-1")], body)
}

fn broken() -> Outcome {
    Err(TransportError::Broken("connection reset by peer".to_owned()))
}

fn refused() -> Outcome {
    Err(TransportError::NotSent("connection refused".to_owned()))
}

async fn read(outcomes: Vec<Outcome>) -> String {
    chain(&Script::new(outcomes).reader().get::<Any>(Request::get("/api/v1/apps/0oa1")).await.unwrap_err())
}

#[tokio::test(start_paused = true)]
async fn an_error_says_what_okta_said() {
    let script =
        Script::new([Ok(okta(400, "E0000001", "Api validation failed: label", &["label: is blank", "label: \u{1b}[31mred\u{202e}"]))]);
    let error = script.writer.send::<Any>(Request::new(Method::Post, "/api/v1/apps").query("activate", "true")).await.unwrap_err();
    insta::assert_snapshot!(chain(&error), @r"`POST /api/v1/apps?activate=true` was answered 400: E0000001, Api validation failed: label (label: is blank; label: \u{1b}[31mred\u{202e}), request id req-1, 1 attempt in 0.1 s");
    assert!(error.is_invalid() && !error.is_ambiguous() && !error.is_not_found());
    assert_eq!((error.code(), error.request_id(), error.spent().attempts), (Some("E0000001"), Some("req-1"), 1));
}

#[tokio::test(start_paused = true)]
async fn each_way_to_fail_has_its_words() {
    let html = || answer(200, &[("content-type", "text/html; charset=utf-8")], "<html><title>Sign in to the wifi</title></html>");
    let mut texts = vec![
        read(vec![Ok(html())]).await,
        read(vec![Ok(answer(302, &[("location", "https://evil.example.com/\u{20}x")], ""))]).await,
        read(vec![Ok(answer(200, &[], "{\"id\": "))]).await,
        read(vec![Ok(answer(401, &[], json!({"error": "invalid_client", "error_description": "Client authentication failed."})))]).await,
        read(vec![Ok(answer(404, &[("content-type", "text/html")], "<h1>no</h1>"))]).await,
        read(vec![Err(TransportError::TooLarge { limit: 64 << 20 })]).await,
        read(vec![Err(TransportError::Untrusted("self-signed".to_owned()))]).await,
        read((0..6).map(|_| refused()).collect()).await,
        read((0..6).map(|_| Ok(answer(503, &[("content-type", "text/html")], "down"))).collect()).await,
    ];
    let script = Script::new([Ok(answer(200, &[], json!({"id": "0oa1", "client_secret": "hush"})))]);
    texts.push(chain(&script.reader().list::<Any>(Request::get("/api/v1/apps")).await.unwrap_err()));
    texts.push(chain(&script.reader().get::<Any>(Request::get("/api/v1/../x")).await.unwrap_err()));
    insta::assert_snapshot!(texts.join("\n"), @r#"
    `GET /api/v1/apps/0oa1` was answered 200 by `text/html; charset=utf-8`, not JSON, perhaps by something between us and the server, 1 attempt in 0.1 s
    `GET /api/v1/apps/0oa1` was answered 302, a redirect to `https://evil.example.com/ x`, which is not followed, 1 attempt in 0.1 s
    `GET /api/v1/apps/0oa1` was answered by what is no `Any`, 1 attempt in 0.1 s
      caused by: expected a whole JSON document
    `GET /api/v1/apps/0oa1` was answered 401: invalid_client, Client authentication failed, 1 attempt in 0.1 s
    `GET /api/v1/apps/0oa1` was answered 404 without a reason, 1 attempt in 0.1 s
    `GET /api/v1/apps/0oa1` was not read to its end, 1 attempt in 0.1 s
      caused by: the answer is longer than 64 MiB
    `GET /api/v1/apps/0oa1` was not sent, 1 attempt in 0.1 s
      caused by: the server's certificate is not trusted: self-signed
    `GET /api/v1/apps/0oa1` got no answer, 6 attempts in 8.3 s
      caused by: could not connect: connection refused
    `GET /api/v1/apps/0oa1` was answered 503 without a reason, 6 attempts in 8.3 s
    `GET /api/v1/apps` was answered by what is no `Vec<Any>`: {"id":"0oa1","client_secret":"(secret)"}, 1 attempt in 0.1 s
      caused by: expected a list
    `GET /api/v1/../x` cannot be sent: the path holds a `.` or `..` segment
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_and_says_what_it_repeats() {
    let ok = answer(200, &[], json!({"id": "0oa1"}));
    let script = Script::new([Ok(okta(500, "E0000009", "Internal Server Error", &[])), broken(), refused(), Ok(ok)]);
    let started = tokio::time::Instant::now();
    assert_eq!(script.reader().get::<Any>(Request::get("/api/v1/apps/0oa1")).await.unwrap(), Any(json!({"id": "0oa1"})));
    assert_eq!(script.requests(), 4);
    assert_eq!((script.header(0, "x-okta-retry-for"), script.header(0, "x-okta-retry-count")), (None, None));
    assert_eq!(script.header(1, "x-okta-retry-for").as_deref(), Some("req-1"));
    assert_eq!(script.header(1, "x-okta-retry-count").as_deref(), Some("1"));
    // Four answers of 100 ms, and 250, 500, 1000 ms between them.
    assert_eq!(started.elapsed(), Duration::from_millis(2150));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_may_have_been_done_is_not_repeated() {
    let html = answer(200, &[("content-type", "text/html")], "<html>");
    let unclear =
        [broken(), Ok(okta(500, "E0000009", "x", &[])), Ok(answer(503, &[], "")), Ok(html), Err(TransportError::TooLarge { limit: 1 })];
    for outcome in unclear {
        let text = format!("{outcome:?}");
        let script = Script::new([outcome]);
        let error = script.writer.send::<()>(Request::new(Method::Post, "/api/v1/apps")).await.unwrap_err();
        assert!(error.is_ambiguous(), "{text}");
        assert_eq!(script.requests(), 1, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_certainly_not_done_is_repeated() {
    let script = Script::new([
        refused(),
        Ok(okta(423, "E0000239", "x", &[])),
        Ok(okta(409, "E0000268", "x", &[])),
        Ok(okta(429, "E0000047", "x", &[])),
        Ok(answer(204, &[], "")),
    ]);
    script.writer.send::<()>(Request::new(Method::Delete, "/api/v1/apps/0oa1")).await.unwrap();
    assert_eq!(script.requests(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_error_under_a_status_that_says_done_is_an_error_and_leaves_open_what_was_done() {
    let script = Script::new([Ok(okta(200, "E0000009", "Internal Server Error", &[])), Ok(okta(200, "E0000007", "gone", &[]))]);
    let error = script.writer.send::<()>(Request::new(Method::Delete, "/api/v1/apps/0oa1")).await.unwrap_err();
    insta::assert_snapshot!(chain(&error), @"`DELETE /api/v1/apps/0oa1` was answered 200: E0000009, Internal Server Error, request id req-1, 1 attempt in 0.1 s");
    assert!(error.is_ambiguous());
    let error = script.reader().get::<Any>(Request::get("/api/v1/apps/0oa1")).await.unwrap_err();
    assert!(!error.is_not_found() && !error.is_ambiguous(), "nothing is taken for gone that may be there: {error}");
}

#[tokio::test(start_paused = true)]
async fn of_all_redirects_one_says_that_the_work_is_done() {
    for (status, ambiguous) in [(301, false), (302, false), (303, true), (307, false), (308, false)] {
        let script = Script::new([Ok(answer(status, &[("location", "/elsewhere")], ""))]);
        let error = script.writer.send::<()>(Request::new(Method::Post, "/api/v1/apps")).await.unwrap_err();
        assert_eq!((error.is_ambiguous(), script.requests()), (ambiguous, 1), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn predicates_tell_the_codes_apart() {
    let table = [
        okta(401, "E0000015", "feature", &[]),
        okta(401, "E0000011", "token", &[]),
        okta(403, "E0000006", "role", &[]),
        okta(404, "E0000007", "gone", &[]),
        okta(404, "E0000008", "path", &[]),
        okta(409, "E0000055", "taken", &[]),
    ];
    let mut lines = Vec::new();
    for outcome in table {
        let error = Script::new([Ok(outcome)]).reader().get::<Any>(Request::get("/api/v1/x")).await.unwrap_err();
        let told = [
            ("feature missing", error.is_feature_missing()),
            ("unauthenticated", error.is_unauthenticated()),
            ("forbidden", error.is_forbidden()),
            ("not found", error.is_not_found()),
            ("conflict", error.is_conflict()),
            ("ambiguous", error.is_ambiguous()),
        ];
        let true_ones: Vec<&str> = told.into_iter().filter_map(|(name, holds)| holds.then_some(name)).collect();
        lines.push(format!("{}: {}", error.code().unwrap(), if true_ones.is_empty() { "-".to_owned() } else { true_ones.join(", ") }));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    E0000015: feature missing
    E0000011: unauthenticated
    E0000006: forbidden
    E0000007: not found
    E0000008: -
    E0000055: conflict
    ");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_everything() {
    let timed = |millis| policy().timeout(Duration::from_millis(millis));
    let script = Script::with([Ok(answer(503, &[], "")), Ok(answer(503, &[], ""))], timed(900));
    let error = script.reader().get::<Any>(Request::get("/api/v1/x")).await.unwrap_err();
    assert!(matches!(error.kind(), Kind::Status { status: 503, .. }), "the last failure is told rather than that time is up: {error}");
    assert!(error.spent().elapsed < Duration::from_secs(1));

    let script = Script::with([Ok(answer(200, &[], "{}"))], policy().timeout(Duration::from_millis(50)));
    let error = script.writer.send::<Any>(Request::new(Method::Post, "/api/v1/x")).await.unwrap_err();
    insta::assert_snapshot!(error, @"`POST /api/v1/x` was not answered before the time was up, 1 attempt in 0.1 s");
    assert!(error.is_ambiguous());

    // What comes after the deadline is not sent, so nothing can have come of it.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = script.writer.send::<Any>(Request::new(Method::Post, "/api/v1/x")).await.unwrap_err();
    insta::assert_snapshot!(error, @"`POST /api/v1/x` was not sent before the time was up");
    assert!(!error.is_ambiguous());
    assert_eq!(script.requests(), 1);

    let rate = [
        ("date", "Sat, 21 Nov 2026 03:11:15 GMT"),
        ("x-rate-limit-limit", "100"),
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", "1795230700"),
    ];
    let script = Script::with([Ok(answer(429, &rate, ""))], timed(10_000));
    let error = script.reader().get::<Any>(Request::get("/api/v1/x")).await.unwrap_err();
    insta::assert_snapshot!(error, @"`GET /api/v1/x` would wait 26 s for the rate limit, and 9 s are left, 1 attempt in 0.1 s");
    assert!(!error.is_ambiguous());
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_the_server_repeats_is_not_in_the_error() {
    let script =
        Script::new([Ok(okta(400, "E0000001", "Api validation failed: hush-hush", &["client_secret: 'hush-hush' with 00-token"]))]);
    let body = json!({"credentials": {"oauthClient": {"client_secret": "hush-hush"}}});
    let error = script.writer.send::<Any>(Request::new(Method::Post, "/api/v1/apps").body(body)).await.unwrap_err();
    insta::assert_snapshot!(error, @"`POST /api/v1/apps` was answered 400: E0000001, Api validation failed: (secret) (client_secret: '(secret)' with (secret)), request id req-1, 1 attempt in 0.1 s");
    assert!(!format!("{error:?}").contains("hush"));
}

#[tokio::test(start_paused = true)]
async fn a_reader_does_not_write() {
    let script = Script::new([]);
    for request in [Request::new(Method::Post, "/api/v1/apps"), Request::new(Method::Delete, "/api/v1/apps/0oa1")] {
        assert!(matches!(script.reader().get::<()>(request.clone()).await.unwrap_err().kind(), Kind::Malformed { .. }));
        assert!(matches!(script.reader().list::<()>(request).await.unwrap_err().kind(), Kind::Malformed { .. }));
    }
    assert_eq!(script.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_a_public_read_goes_without_the_credential() {
    let script = Script::new([Ok(answer(200, &[], "{}")), Ok(answer(200, &[], "{}"))]);
    script.reader().get_public::<Any>(Request::get("/.well-known/okta-organization")).await.unwrap();
    script.reader().get::<Any>(Request::get("/api/v1/x")).await.unwrap();
    assert_eq!(script.header(0, "authorization"), None);
    assert_eq!(script.header(1, "authorization").as_deref(), Some("SSWS 00-token"));
    assert!(!format!("{:?}", script.sent.lock().unwrap()).contains("00-token"), "the header is marked sensitive");
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_to_its_end() {
    let next = |after: u32| format!("<https://acme.okta.com/api/v1/apps?after={after}&limit=2>; rel=\"next\"");
    let script = Script::new([
        Ok(answer(200, &[("link", &next(2))], json!([1, 2]))),
        Ok(answer(200, &[("link", &next(4))], json!([3, 4]))),
        Ok(answer(200, &[], json!([5]))),
    ]);
    let mut seen = Vec::new();
    let items = script.reader().list_pages::<Any>(Request::get("/api/v1/apps").query("limit", "2"), |n| seen.push(n)).await.unwrap();
    assert_eq!(items, [1, 2, 3, 4, 5].map(|n| Any(json!(n))));
    assert_eq!(seen, [2, 4, 5]);
    assert_eq!(script.sent.lock().unwrap()[2].uri(), "https://acme.okta.com/api/v1/apps?after=4&limit=2");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_leads_elsewhere_or_in_circles_is_given_up() {
    let page = |link: &str| Ok(answer(200, &[("link", &format!("<{link}>; rel=\"next\""))], json!([1])));
    let away = Script::new([page("https://evil.example.com/api/v1/apps")]);
    let round = Script::new([page("https://acme.okta.com/api/v1/apps?after=1"), page("https://acme.okta.com/api/v1/apps?after=1")]);
    let mut texts = Vec::new();
    for script in [away, round] {
        texts.push(chain(&script.reader().list::<Any>(Request::get("/api/v1/apps")).await.unwrap_err()));
    }
    insta::assert_snapshot!(texts.join("\n"), @r"
    `GET /api/v1/apps` was answered with a next page at `https://evil.example.com/api/v1/apps`, which is elsewhere, 1 attempt in 0.1 s
    `GET /api/v1/apps?after=1` was answered with a next page that was there before, 1 attempt in 0.1 s
    ");
}

#[tokio::test(start_paused = true)]
async fn reset_times_from_either_end_of_time_make_nobody_wait_long() {
    let told =
        |reset: &str| answer(429, &[("x-rate-limit-limit", "10"), ("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", reset)], "{}");
    let (first, last) = (i64::MIN.to_string(), i64::MAX.to_string());
    let script = Script::new([Ok(told("1795230675")), Ok(told(&first)), Ok(told(&last)), Ok(told(&first)), Ok(answer(200, &[], "[]"))]);
    let began = Instant::now();
    script.reader().get::<Any>(Request::get("/api/v1/apps")).await.unwrap();
    assert_eq!((script.requests(), began.elapsed().as_secs()), (5, 4 * 61));
}
