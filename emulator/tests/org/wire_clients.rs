//! What clients of all sorts send over a socket: proxies' requests, other methods, bodies in parts, many requests on one connection.

use serde_json::Value;

use crate::{
    support::web,
    wire::{Server, serve},
};

/// The first line of an answer, and its error code if it is a refusal.
fn short(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let code = body["errorCode"].as_str().map(|code| format!(" {code}")).unwrap_or_default();
    format!("{}{code}", head.lines().next().unwrap_or_default())
}

fn body(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

const SIGNED: &str = "authorization: SSWS TOKEN\r\nconnection: close\r\n";

async fn posted(server: &Server, headers: &str, body: &str) -> String {
    let length = body.len();
    server.raw(&format!("POST /api/v1/apps HTTP/1.1\r\nhost: ORG\r\n{SIGNED}{headers}content-length: {length}\r\n\r\n{body}")).await
}

#[tokio::test]
async fn a_request_by_way_of_a_proxy_is_answered_as_any_other() {
    let server = serve(&[]).await;
    let asked = |line: &str, host: &str| {
        format!("GET {line} HTTP/1.1\r\nhost: {host}\r\nproxy-authorization: Basic c3RyYXk6aGVhZGVy\r\n{SIGNED}\r\n")
    };
    let plain = server.raw(&asked("/api/v1/users/me", "ORG")).await;
    let absolute = server.raw(&asked("http://ORG/api/v1/users/me", "ORG")).await;
    assert_eq!(body(&plain), body(&absolute));
    let me = |answer: &str| body(answer)["_links"]["self"]["href"].as_str().unwrap().split("/api").next().unwrap().to_owned();
    assert_eq!(me(&plain), format!("http://{}", server.address));
    // What the request line names counts, not what `Host` does (RFC 9112, 3.2.2).
    for (line, known) in [
        ("http://okta.example.test:8080/api/v1/users/me", "http://okta.example.test:8080"),
        ("https://okta.example.test/api/v1/users/me", "https://okta.example.test"),
        ("http://user:word@okta.example.test/api/v1/users/me", "http://okta.example.test"),
    ] {
        assert_eq!(me(&server.raw(&asked(line, "elsewhere.example.test")).await), known);
    }
    let page = server.raw(&asked("http://ORG/", "ORG")).await;
    assert!(page.contains("<title>Emulated org</title>"), "{page}");
}

#[tokio::test]
async fn a_request_says_once_and_legibly_whom_it_is_for() {
    let server = serve(&[]).await;
    let asked =
        async |version: &str, hosts: &str| short(&server.raw(&format!("GET /api/v1/users/me HTTP/{version}\r\n{hosts}{SIGNED}\r\n")).await);
    let answers = [
        asked("1.1", "host: ORG\r\n").await,
        asked("1.1", "").await,
        asked("1.1", "host: ORG\r\nhost: other\r\n").await,
        asked("1.1", "host: a b\r\n").await,
        asked("1.1", "host: user@org\r\n").await,
        asked("1.1", "host: org/api\r\n").await,
        asked("1.0", "").await,
    ];
    insta::assert_snapshot!(answers.join("\n"), @"
    HTTP/1.1 200 OK
    HTTP/1.1 400 Bad Request
    HTTP/1.1 400 Bad Request
    HTTP/1.1 400 Bad Request
    HTTP/1.1 400 Bad Request
    HTTP/1.1 400 Bad Request
    HTTP/1.0 200 OK
    ");
}

#[tokio::test]
async fn what_the_terraform_provider_asks_besides_is_there() {
    let server = serve(&[]).await;
    let app = body(&posted(&server, "content-type: application/json\r\n", &web("Portal").to_string()).await);
    let get = async |path: &str| server.raw(&format!("GET {path} HTTP/1.1\r\nhost: ORG\r\n{SIGNED}\r\n")).await;
    let settings = format!("/api/v1/internal/apps/{}/settings/oauth/idToken", app["id"].as_str().unwrap());
    let answers = [
        get("/api/v1/users/me").await,
        get("/.well-known/okta-organization").await,
        get(&settings).await,
        get("/api/v1/policies?type=ACCESS_POLICY").await,
    ];
    for answer in &answers {
        assert_eq!(short(answer), "HTTP/1.1 200 OK");
    }
    assert_eq!(body(&answers[0])["profile"]["login"], "admin@example.com");
    assert_eq!(body(&answers[1])["pipeline"], "idx");
    let policies = body(&answers[3]);
    assert!(policies.as_array().unwrap().iter().all(|policy| policy["type"] == "ACCESS_POLICY"), "{policies}");
    insta::assert_snapshot!(format!("{:#}", body(&answers[2])).replace(&server.address, "ORG"), @r#"
    {
      "issuer": "http://ORG",
      "orgUrl": null,
      "customUrl": null,
      "audience": "0oaf000008Euf57TO5d7",
      "issuerMode": "ORG_URL"
    }
    "#);
}

#[tokio::test]
async fn a_method_that_a_resource_has_not_is_told_apart_from_a_resource_that_is_not_there() {
    let server = serve(&[]).await;
    let mut answers = Vec::new();
    for line in [
        "PUT /api/v1/apps",
        "DELETE /api/v1/apps",
        "PATCH /api/v1/apps/0oa1",
        "POST /api/v1/users/me",
        "DELETE /.well-known/okta-organization",
        "OPTIONS /api/v1/apps",
        "OPTIONS *",
        "TRACE /api/v1/apps",
        "BREW /api/v1/apps",
        "PUT /api/v1/nothing",
        "GET /api/v1/nothing",
    ] {
        let answer = server.raw(&format!("{line} HTTP/1.1\r\nhost: ORG\r\n{SIGNED}content-length: 0\r\n\r\n")).await;
        answers.push(format!("{line}: {}", short(&answer)));
    }
    let preflight = "OPTIONS /api/v1/apps HTTP/1.1\r\nhost: ORG\r\norigin: https://app.example.com\r\naccess-control-request-method: GET\r\nconnection: close\r\n\r\n";
    let preflight = server.raw(preflight).await;
    answers.push(format!("a preflight: {}", short(&preflight)));
    assert!(!preflight.to_lowercase().contains("access-control-allow"), "no origin is trusted: {preflight}");
    for method in ["POST", "PUT"] {
        let unsized_ = server.raw(&format!("{method} /api/v1/apps HTTP/1.1\r\nhost: ORG\r\n{SIGNED}\r\n")).await;
        answers.push(format!("{method} without a length: {}", short(&unsized_)));
    }
    insta::assert_snapshot!(answers.join("\n"), @"
    PUT /api/v1/apps: HTTP/1.1 405 Method Not Allowed E0000022
    DELETE /api/v1/apps: HTTP/1.1 405 Method Not Allowed E0000022
    PATCH /api/v1/apps/0oa1: HTTP/1.1 405 Method Not Allowed E0000022
    POST /api/v1/users/me: HTTP/1.1 405 Method Not Allowed E0000022
    DELETE /.well-known/okta-organization: HTTP/1.1 405 Method Not Allowed E0000022
    OPTIONS /api/v1/apps: HTTP/1.1 405 Method Not Allowed E0000022
    OPTIONS *: HTTP/1.1 404 Not Found E0000008
    TRACE /api/v1/apps: HTTP/1.1 405 Method Not Allowed E0000022
    BREW /api/v1/apps: HTTP/1.1 405 Method Not Allowed E0000022
    PUT /api/v1/nothing: HTTP/1.1 404 Not Found E0000008
    GET /api/v1/nothing: HTTP/1.1 404 Not Found E0000008
    a preflight: HTTP/1.1 401 Unauthorized E0000011
    POST without a length: HTTP/1.1 411 Length Required
    PUT without a length: HTTP/1.1 411 Length Required
    ");
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let server = serve(&[]).await;
    let ask = async |method: &str| {
        server.raw(&format!("{method} /api/v1/policies?type=ACCESS_POLICY HTTP/1.1\r\nhost: ORG\r\n{SIGNED}\r\n")).await
    };
    let (get, head) = (ask("GET").await, ask("HEAD").await);
    let names = |answer: &str| {
        let lines = answer.split_once("\r\n\r\n").unwrap().0.lines();
        let varies = |line: &&str| ["date", "x-okta-request-id", "x-rate-limit"].iter().all(|name| !line.starts_with(name));
        lines.filter(varies).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&get), names(&head));
    assert!(head.ends_with("\r\n\r\n") && head.contains("\r\ncontent-length: "), "{head}");
    let in_process = http::Request::head("http://org/api/v1/users/me").header("authorization", format!("SSWS {}", server.org.okta_token()));
    let in_process = server.org.call(in_process.body(Vec::new()).unwrap()).await.unwrap();
    assert_eq!((in_process.status().as_u16(), in_process.body().len()), (200, 0));
    assert_eq!(server.org.requests().iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>(), ["GET", "HEAD", "HEAD"]);
}

#[tokio::test]
async fn a_body_comes_in_parts_or_after_a_go_ahead() {
    let server = serve(&[]).await;
    let app = web("Portal").to_string();
    let (one, other) = app.split_at(50);
    let chunked = format!(
        "POST /api/v1/apps HTTP/1.1\r\nhost: ORG\r\n{SIGNED}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{one}\r\n{:x};ext=1\r\n{other}\r\n0\r\ntrailer: x\r\n\r\n",
        one.len(),
        other.len()
    );
    assert_eq!(short(&server.raw(&chunked).await), "HTTP/1.1 200 OK");
    let waiting = posted(&server, "expect: 100-continue\r\ncontent-type: application/json\r\n", &app).await;
    let (go_ahead, answer) = waiting.split_once("\r\n\r\n").unwrap();
    assert_eq!((go_ahead, short(answer).as_str()), ("HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_connection_is_kept_and_requests_may_come_before_the_answers() {
    let server = serve(&[]).await;
    let me = "GET /api/v1/users/me HTTP/1.1\r\nhost: ORG\r\nauthorization: SSWS TOKEN\r\n\r\n";
    let missing = "GET /api/v1/apps/0oanone HTTP/1.1\r\nhost: ORG\r\nauthorization: SSWS TOKEN\r\n\r\n";
    let last = format!("GET /api/v1/groups/00gnone HTTP/1.1\r\nhost: ORG\r\n{SIGNED}\r\n");
    let answers = server.raw(&[me, missing, me, &last].concat()).await;
    let lines: Vec<_> = answers.match_indices("HTTP/1.1 ").map(|(at, _)| &answers[at..at + 12]).collect();
    assert_eq!(lines, ["HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 200", "HTTP/1.1 404"]);
    assert_eq!(server.org.requests().len(), 4);
}

#[tokio::test]
async fn a_body_that_says_it_is_not_json_is_refused_and_one_that_says_nothing_is_read() {
    let server = serve(&[]).await;
    let app = web("Portal").to_string();
    let mut answers = Vec::new();
    for headers in [
        "content-type: application/json; charset=utf-8\r\n",
        "content-type: Application/JSON\r\n",
        "",
        "content-type: application/x-www-form-urlencoded\r\n",
        "content-type: text/plain\r\n",
        "content-type: application/xml\r\n",
        "content-type: \r\n",
        "accept: text/html, */*;q=0.1\r\n",
        "accept: application/*\r\n",
        "accept: application/xml\r\n",
        "accept: application/ion+json\r\n",
    ] {
        answers.push(format!("{}: {}", headers.trim_end(), short(&posted(&server, headers, &app).await)));
    }
    answers.push(format!("no JSON: {}", short(&posted(&server, "content-type: application/json\r\n", "{\"label\"").await)));
    let empty = "POST /api/v1/apps/0oanone/lifecycle/activate HTTP/1.1\r\nhost: ORG\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n";
    let empty = server.raw(&format!("{empty}{SIGNED}\r\n")).await;
    answers.push(format!("no body: {}", short(&empty)));
    insta::assert_snapshot!(answers.join("\n"), @"
    content-type: application/json; charset=utf-8: HTTP/1.1 200 OK
    content-type: Application/JSON: HTTP/1.1 200 OK
    : HTTP/1.1 200 OK
    content-type: application/x-www-form-urlencoded: HTTP/1.1 400 Bad Request E0000021
    content-type: text/plain: HTTP/1.1 400 Bad Request E0000021
    content-type: application/xml: HTTP/1.1 400 Bad Request E0000021
    content-type:: HTTP/1.1 400 Bad Request E0000021
    accept: text/html, */*;q=0.1: HTTP/1.1 200 OK
    accept: application/*: HTTP/1.1 200 OK
    accept: application/xml: HTTP/1.1 400 Bad Request E0000019
    accept: application/ion+json: HTTP/1.1 200 OK
    no JSON: HTTP/1.1 400 Bad Request E0000003
    no body: HTTP/1.1 404 Not Found E0000007
    ");
}
