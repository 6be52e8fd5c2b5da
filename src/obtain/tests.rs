//! Tokens as an issuer may answer them, and what is kept of each.

use std::sync::Mutex;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::*;
use crate::clock::FixedClock;
use crate::http::{BaseUrl, Budget, ClientMeans, Credentials, FnTransport, Governor, RetryPolicy};
use crate::observe::Silent;
use crate::secret::Secret;

type Answer = http::Response<Vec<u8>>;

fn json_answer(status: u16, body: &Value) -> Answer {
    http::Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
        .body(body.to_string().into_bytes())
        .unwrap()
}

/// A key of an issuer: what signs, and what is published.
fn key(kid: &str) -> (EncodingKey, Value) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let key = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
    let mut public = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap()).unwrap();
    public["kid"] = json!(kid);
    (key, public)
}

fn token(kid: &str, key: &EncodingKey) -> Answer {
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) };
    let token = encode(&header, &json!({"cid": "c"}), key).unwrap();
    json_answer(200, &json!({"token_type": "Bearer", "expires_in": 60, "access_token": token, "scope": "a"}))
}

fn request(issuer: Issuer) -> TokenRequest {
    let means = ClientMeans::Post(Secret::new("hush-hush".to_owned()));
    TokenRequest { issuer, client_id: "c".to_owned(), means, scopes: vec!["a".to_owned()], bound: false }
}

/// Asks issuers for tokens, which a function answers, given the path and how often that was asked for; returns what came, in a line each,
/// and the requests.
async fn asked(issuers: &[Issuer], answer: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> (Vec<String>, Vec<String>) {
    let sent: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&sent);
    let transport = FnTransport(move |request: http::Request<Vec<u8>>| {
        let line = format!("{} {}", request.method(), request.uri().path());
        let mut log = log.lock().unwrap();
        log.push(line.clone());
        let times = log.iter().filter(|sent| **sent == line).count();
        let answer = answer(request.uri().path(), times);
        async move { Ok(answer) }
    });
    let org = BaseUrl::parse("https://acme.okta.com").unwrap();
    let credentials = Credentials::ssws(org, Secret::new("00token".to_owned())).unwrap();
    let reader = Reader::new(
        Arc::new(transport),
        credentials,
        Governor::new(Budget::default()),
        RetryPolicy { failures: 2, ..RetryPolicy::default() },
    );
    let clock = FixedClock(jiff::Timestamp::from_second(1).unwrap());
    let parallelism = NonZeroUsize::new(1).unwrap();
    let obtaining = Obtaining { reader, clock: Arc::new(clock), parallelism, progress: Arc::new(Silent) };
    let obtained = obtaining.all(issuers.iter().cloned().map(request).collect()).await;
    let told = obtained.iter().map(|obtained| format!("{obtained:?}"));
    let told: Vec<_> = told.inspect(|told| assert!(!told.contains("eyJ") && !told.contains("hush"), "{told}")).collect();
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    (told, sent)
}

fn servers(ids: &[&str]) -> Vec<Issuer> {
    ids.iter().map(|id| Issuer::Server((*id).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn the_keys_of_an_issuer_are_read_once_and_again_for_one_that_is_new() {
    let ((old, old_public), (new, new_public)) = (key("old"), key("new"));
    let issuers = [servers(&["aus1", "aus1", "aus1"]), vec![Issuer::Org]].concat();
    let (told, sent) = asked(&issuers, move |path, times| match (path, times) {
        ("/oauth2/aus1/v1/keys", 1) => json_answer(200, &json!({"keys": [old_public]})),
        (path, _) if path.ends_with("/keys") => json_answer(200, &json!({"keys": [old_public, new_public]})),
        ("/oauth2/aus1/v1/token", 3) => token("new", &new),
        _ => token("old", &old),
    })
    .await;
    let brought = "Brought { lifetime: 60, thumbprint: None, at: 1767225600 }";
    assert_eq!(told, [(); 4].map(|()| format!("Token(Ok(Claims {{ .. }}), {brought})")));
    let keys: Vec<_> = sent.into_iter().filter(|sent| sent.starts_with("GET")).collect();
    assert_eq!(keys, ["GET /oauth2/aus1/v1/keys", "GET /oauth2/aus1/v1/keys", "GET /oauth2/v1/keys"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_token_and_no_refusal_says_nothing_of_the_client() {
    let (signing, _) = key("k");
    let (told, _) = asked(&servers(&["a", "b", "c", "d", "e", "f", "g"]), move |path, _| match path.split('/').nth(2).unwrap() {
        "a" => json_answer(401, &json!({"error": "invalid_client", "error_description": "The secret hush-hush is wrong."})),
        "b" => json_answer(404, &json!({"errorCode": "E0000007", "errorSummary": "Not found"})),
        "c" => json_answer(403, &json!({})),
        "d" => json_answer(500, &json!({})),
        "e" => json_answer(200, &json!({"token_type": "Bearer", "expires_in": 60})),
        "f" => json_answer(200, &json!({"token_type": "mac", "access_token": "x", "expires_in": 60})),
        _ if path.ends_with("/keys") => json_answer(200, &json!({"nothing": []})),
        _ => token("k", &signing),
    })
    .await;
    let told: Vec<_> = told.iter().map(|told| told.split(", system").next().unwrap()).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    Refused(Refusal { status: 401, code: Some("invalid_client"), summary: Some("The secret (secret) is wrong.") })
    Refused(Refusal { status: 404, code: Some("E0000007"), summary: Some("Not found") })
    Untold(Error(Inner { request: "POST /oauth2/c/v1/token"
    Untold(Error(Inner { request: "POST /oauth2/d/v1/token"
    Untold(Error(Inner { request: "POST /oauth2/e/v1/token"
    Untold(Error(Inner { request: "POST /oauth2/f/v1/token"
    Untold(Error(Inner { request: "GET /oauth2/g/v1/keys"
    "#);
}
