//! A service app and the org that issues its tokens.

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::*;
use crate::clock::FixedClock;
use crate::http::auth::{ServiceApp, SigningKey};
use crate::render::advice;
use crate::request::Method;

const KEY: &str = r#"{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "kid": "mine",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

fn app() -> Credentials {
    let key = SigningKey::parse(KEY).unwrap().unwrap();
    let clock = FixedClock(jiff::Timestamp::from_second(1_767_225_600).unwrap());
    let scopes = ["okta.apps.read", "okta.groups.read"].map(str::to_owned).into();
    Credentials::service_app(
        BaseUrl::parse("https://acme.okta.com").unwrap(),
        ServiceApp::new("0oaUs".to_owned(), scopes, key, Arc::new(clock)),
    )
}

type Sent = Arc<Mutex<Vec<http::Request<Vec<u8>>>>>;

/// An org that answers token requests by one function and all others with an empty object, each after a tenth of a second.
fn org(issue: impl Fn(usize) -> http::Response<Vec<u8>> + Send + Sync + 'static) -> (Sent, Writer) {
    let sent: Sent = Arc::default();
    let kept = Arc::clone(&sent);
    let transport = FnTransport(move |request: http::Request<Vec<u8>>| {
        let mut kept = kept.lock().unwrap();
        let asks = |request: &http::Request<Vec<u8>>| request.uri().path() == "/oauth2/v1/token";
        let answer = if asks(&request) { issue(kept.iter().filter(|sent| asks(sent)).count()) } else { answer(200, &[], "{}") };
        kept.push(request);
        async move {
            sleep(Duration::from_millis(100)).await;
            Ok(answer)
        }
    });
    let policy = policy().timeout(Duration::from_hours(9));
    (sent, Writer::new(Arc::new(transport), app(), Governor::new(Budget::default()), policy))
}

fn issued(number: usize) -> http::Response<Vec<u8>> {
    answer(
        200,
        &[],
        json!({"token_type": "Bearer", "expires_in": 3600, "access_token": format!("token-{number}"), "scope": "okta.apps.read"}),
    )
}

async fn read(writer: &Writer) -> Result<Any, Error> {
    writer.reader().get(Request::get("/api/v1/groups/00g1")).await
}

fn lines(sent: &Sent) -> Vec<String> {
    let header = |request: &http::Request<Vec<u8>>| request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    sent.lock().unwrap().iter().map(|request| format!("{} {}", request.uri().path(), header(request).unwrap_or_default())).collect()
}

#[tokio::test(start_paused = true)]
async fn the_org_is_asked_once_for_all_who_wait_and_again_before_the_token_expires() {
    let (sent, writer) = org(issued);
    let [a, b, c] = [read(&writer), read(&writer), read(&writer)];
    let (a, b, c) = tokio::join!(a, b, c);
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(lines(&sent)[0], "/oauth2/v1/token ");
    assert_eq!(lines(&sent)[1..], ["/api/v1/groups/00g1 Bearer token-0"; 3]);
    sleep(Duration::from_secs(3290)).await;
    read(&writer).await.unwrap();
    sleep(Duration::from_secs(20)).await;
    writer.send::<Any>(Request::new(Method::Post, "/api/v1/groups").body(json!({}))).await.unwrap();
    assert_eq!(lines(&sent)[4..], ["/api/v1/groups/00g1 Bearer token-0", "/oauth2/v1/token ", "/api/v1/groups Bearer token-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_request_is_a_form_with_an_assertion_of_its_own() {
    let (sent, writer) = org(|number| if number == 0 { answer(503, &[], "") } else { issued(number) });
    read(&writer).await.unwrap();
    let sent = sent.lock().unwrap();
    let form =
        |request: &http::Request<Vec<u8>>| -> Vec<(String, String)> { url::form_urlencoded::parse(request.body()).into_owned().collect() };
    let [first, second] = [form(&sent[0]), form(&sent[1])];
    assert_eq!(sent[0].uri(), "https://acme.okta.com/oauth2/v1/token");
    assert_eq!(sent[0].headers()["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(first[..3], second[..3]);
    let part = |assertion: &str, part: usize| {
        let bytes =
            base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, assertion.split('.').nth(part).unwrap()).unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };
    let names: Vec<_> =
        first.iter().map(|(name, value)| format!("{name}={}", if name == "client_assertion" { "…" } else { value })).collect();
    let mut claims = [part(&first[3].1, 1), part(&second[3].1, 1)];
    assert_ne!(claims[0]["jti"], claims[1]["jti"], "an assertion works once");
    claims[0]["jti"] = json!("…");
    insta::assert_snapshot!(format!("{}\n{}\n{}", names.join("\n"), part(&first[3].1, 0), claims[0]), @r#"
    grant_type=client_credentials
    scope=okta.apps.read okta.groups.read
    client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer
    client_assertion=…
    {"typ":"JWT","alg":"ES256","kid":"mine"}
    {"iss":"0oaUs","sub":"0oaUs","aud":"https://acme.okta.com/oauth2/v1/token","exp":1767225900,"jti":"…"}
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_fails_all_who_wait_and_shows_neither_assertion_nor_token() {
    let (sent, writer) =
        org(|_| answer(401, &[], json!({"error": "invalid_client", "error_description": "The client_assertion signature is invalid."})));
    let (a, b) = tokio::join!(read(&writer), read(&writer));
    assert_eq!(sent.lock().unwrap().len(), 1);
    let [a, b] = [a, b].map(Result::unwrap_err);
    assert_eq!(chain(&a), chain(&b));
    assert!(a.is_unauthenticated() && advice(&a).unwrap().contains("private_key_jwt"));
    insta::assert_snapshot!(chain(&a), @"
    `GET /api/v1/groups/00g1` was not sent, as nobody is signed in
      caused by: `POST /oauth2/v1/token` was answered 401: invalid_client, The client_assertion signature is invalid, 1 attempt in 0.1 s
    ");
    let (_, echo) = {
        let sent: Sent = Arc::default();
        let kept = Arc::clone(&sent);
        let transport = FnTransport(move |request: http::Request<Vec<u8>>| {
            let body = String::from_utf8(request.body().clone()).unwrap();
            kept.lock().unwrap().push(request);
            async move { Ok(answer(400, &[], json!({"error": "invalid_request", "error_description": body}))) }
        });
        (sent, Writer::new(Arc::new(transport), app(), Governor::new(Budget::default()), policy()))
    };
    let shown = chain(&read(&echo).await.unwrap_err());
    assert!(shown.contains("client_assertion=(secret)") && !shown.contains("eyJ"), "{shown}");
}

/// What a proof, or an assertion, says.
fn claims(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, part).unwrap()).unwrap()
}

/// An org that wants proofs, and nonces in them: another one for each token.
fn proving(number: usize, proof: Option<&Value>) -> http::Response<Vec<u8>> {
    let nonce = if number < 4 { "one" } else { "two" };
    let refused = |error: &str| answer(400, &[("dpop-nonce", nonce)], json!({"error": error, "error_description": "No."}));
    match proof {
        None => answer(400, &[], json!({"error": "invalid_dpop_proof", "error_description": "The DPoP proof JWT header is missing."})),
        Some(proof) if proof["nonce"] != nonce => refused("use_dpop_nonce"),
        Some(_) => answer(200, &[], json!({"token_type": "DPoP", "expires_in": 3600, "access_token": format!("token-{number}")})),
    }
}

#[tokio::test(start_paused = true)]
async fn an_org_that_wants_proofs_is_given_one_with_every_request() {
    let sent: Sent = Arc::default();
    let kept = Arc::clone(&sent);
    let transport = FnTransport(move |request: http::Request<Vec<u8>>| {
        let mut kept = kept.lock().unwrap();
        let proof = request.headers().get("dpop").map(|proof| claims(proof.to_str().unwrap()));
        let answer = match request.uri().path() {
            "/oauth2/v1/token" => proving(kept.len(), proof.as_ref()),
            _ if kept.iter().filter(|sent| sent.method() == "GET").count() == 0 => answer(503, &[], "{}"),
            _ => answer(200, &[], "{}"),
        };
        kept.push(request);
        async move { Ok(answer) }
    });
    let writer = Writer::new(Arc::new(transport), app(), Governor::new(Budget::default()), policy());
    read(&writer).await.unwrap();
    sleep(Duration::from_hours(1)).await;
    read(&writer).await.unwrap();
    let sent = sent.lock().unwrap();
    let told = sent.iter().map(|request| {
        let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap());
        assert!(["dpop", "authorization"].iter().all(|name| request.headers().get(*name).is_none_or(http::HeaderValue::is_sensitive)));
        let proof = header("dpop").map(|proof| {
            let mut claims = claims(proof);
            assert!(claims["jti"].as_str().unwrap().len() > 20);
            claims["jti"] = json!("…");
            claims.to_string()
        });
        format!("{} {}: {}", request.uri().path(), header("authorization").unwrap_or("-"), proof.as_deref().unwrap_or("-"))
    });
    let mut proofs: Vec<_> = sent.iter().filter_map(|request| request.headers().get("dpop")).collect();
    let all = proofs.len();
    proofs.sort_by_key(|proof| proof.as_bytes());
    proofs.dedup();
    assert_eq!(proofs.len(), all, "a proof works once");
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
    /oauth2/v1/token -: -
    /oauth2/v1/token -: {"htm":"POST","htu":"https://acme.okta.com/oauth2/v1/token","iat":1767225600,"jti":"…"}
    /oauth2/v1/token -: {"htm":"POST","htu":"https://acme.okta.com/oauth2/v1/token","iat":1767225600,"jti":"…","nonce":"one"}
    /api/v1/groups/00g1 DPoP token-2: {"htm":"GET","htu":"https://acme.okta.com/api/v1/groups/00g1","iat":1767225600,"jti":"…","ath":"D2v_qWYctd0vP3spKfMwYfWKe6f91olTCxowb47Y8-w"}
    /api/v1/groups/00g1 DPoP token-2: {"htm":"GET","htu":"https://acme.okta.com/api/v1/groups/00g1","iat":1767225600,"jti":"…","ath":"D2v_qWYctd0vP3spKfMwYfWKe6f91olTCxowb47Y8-w"}
    /oauth2/v1/token -: {"htm":"POST","htu":"https://acme.okta.com/oauth2/v1/token","iat":1767225600,"jti":"…","nonce":"one"}
    /oauth2/v1/token -: {"htm":"POST","htu":"https://acme.okta.com/oauth2/v1/token","iat":1767225600,"jti":"…","nonce":"two"}
    /api/v1/groups/00g1 DPoP token-6: {"htm":"GET","htu":"https://acme.okta.com/api/v1/groups/00g1","iat":1767225600,"jti":"…","ath":"Rwdt6gOeyduU_FVpT2hkoc_kfU-T5BwBDkUh4zeIiOU"}
    "#);
}

#[tokio::test(start_paused = true)]
async fn an_org_that_is_never_content_with_a_proof_is_asked_no_more() {
    let (sent, writer) = org(|number| answer(400, &[("dpop-nonce", &format!("nonce-{number}"))], json!({"error": "use_dpop_nonce"})));
    let error = read(&writer).await.unwrap_err();
    assert!(error.is_unauthenticated());
    assert_eq!(sent.lock().unwrap().len(), 4);
    let (sent, writer) = org(|_| {
        answer(400, &[], json!({"error": "invalid_dpop_proof", "error_description": "The DPoP proof JWT is issued in the future."}))
    });
    let error = read(&writer).await.unwrap_err();
    assert_eq!((sent.lock().unwrap().len(), advice(&error).unwrap()), (2, "check the machine's clock: proofs are good for five minutes"));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_token_is_not_used() {
    for body in [
        json!({"token_type": "mac", "expires_in": 3600, "access_token": "hush"}),
        json!({"token_type": "Bearer", "access_token": "hush"}),
        json!({"token_type": "Bearer", "expires_in": 0, "access_token": "hush"}),
        json!({"token_type": "Bearer", "expires_in": 3600, "access_token": "hush\nX-Evil: 1"}),
        json!([]),
    ] {
        let text = body.to_string();
        let (_, writer) = org(move |_| answer(200, &[], &text));
        let shown = chain(&read(&writer).await.unwrap_err());
        assert!(shown.contains("was answered by what is no `Issued`") && !shown.contains("hush"), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_feature_is_not_a_matter_of_credentials() {
    let body = json!({"errorCode": "E0000015", "errorSummary": "You do not have permission to access the feature you are requesting", "errorCauses": []});
    let script = Script::new([Ok(answer(401, &[], body))]);
    let began = Instant::now();
    let error = script.reader().get::<Any>(Request::get("/api/v1/authorizationServers")).await.unwrap_err();
    assert!(error.is_feature_missing() && !error.is_unauthenticated() && began.elapsed() < Duration::from_secs(1));
    insta::assert_snapshot!(advice(&error).unwrap(), @"this is not about the credentials: the org lacks a feature, such as API Access Management for custom authorization servers; have Okta switch it on, or leave out the documents that need it");
}
