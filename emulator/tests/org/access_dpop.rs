//! Access tokens that are bound to a key, and the proofs that go with them.

use serde_json::Value;

use crate::{
    bearer::{Worker, ask, ask_as, told},
    support::{org, service},
};

const APPS: &str = "/api/v1/apps";

async fn ask_with(org: &idpctl_emulator::Org, token: &str, method: &str, path: &str, proofs: &[&str]) -> http::Response<Vec<u8>> {
    let authorization = format!("DPoP {token}");
    let mut headers = vec![("authorization", authorization.as_bytes())];
    headers.extend(proofs.iter().map(|proof| ("dpop", proof.as_bytes())));
    let body = if method == "POST" { service("Second") } else { Value::Null };
    ask(org, method, path, &headers, body).await
}

#[tokio::test]
async fn a_proof_is_good_for_one_request_whatever_its_query() {
    let org = org();
    let worker = Worker::of(&org).await;
    let token = worker.bound_token(&["okta.apps.read"]);
    let proof = worker.proof("GET", APPS, &token, "one");
    assert_eq!(ask_with(&org, &token, "GET", "/api/v1/apps?limit=5", &[&proof]).await.status(), 200);
    let replayed = ask_with(&org, &token, "GET", APPS, &[&proof]).await;
    insta::assert_snapshot!(told(&replayed), @r#"
    400
    DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512"
    authorization_uri="http://org.example.com/oauth2/v1/authorize"
    realm="http://org.example.com"
    scope="okta.apps.read"
    error="invalid_dpop_proof"
    error_description="The DPoP proof JWT has already been used."
    resource="/api/v1/apps"
    "#);
    let second = worker.proof("GET", APPS, &token, "two");
    assert_eq!(ask_with(&org, &token, "GET", APPS, &[&second]).await.status(), 200);
}

#[tokio::test]
async fn a_bound_token_needs_its_proof_and_its_scheme() {
    let org = org();
    let (worker, thief) = (Worker::of(&org).await, Worker::of(&org).await);
    let token = worker.bound_token(&["okta.apps.read"]);
    let another = worker.bound_token(&["okta.apps.read", "okta.groups.read"]);
    let proof = |jti: &str| worker.proof("GET", APPS, &token, jti);
    let (one, two) = (proof("one"), proof("two"));
    let answers = [
        ask_as(&org, "Bearer", &token, "GET", APPS, Value::Null).await,
        ask(&org, "GET", APPS, &[("authorization", format!("Bearer {token}").as_bytes()), ("dpop", one.as_bytes())], Value::Null).await,
        ask_with(&org, &token, "GET", APPS, &[]).await,
        ask_with(&org, &token, "GET", APPS, &[&one, &two]).await,
        ask_with(&org, &token, "GET", APPS, &["\u{e9}"]).await,
        ask_with(&org, &token, "GET", "/api/v1/groups", &[&one]).await,
        ask_with(&org, &token, "POST", APPS, &[&one]).await,
        ask_with(&org, &another, "GET", APPS, &[&one]).await,
        ask_with(&org, &token, "GET", APPS, &[&thief.proof("GET", APPS, &token, "one")]).await,
        ask_with(&org, &worker.token(&["okta.apps.read"]), "GET", APPS, &[&one]).await,
    ];
    let all: Vec<_> = answers
        .iter()
        .map(|answer| {
            let told = told(answer);
            let scheme = told.lines().nth(1).unwrap().split(' ').next().unwrap().to_owned();
            let error: Vec<_> = told.lines().filter(|line| line.starts_with("error")).collect();
            format!("{} {scheme} {}", answer.status().as_u16(), error.join(" "))
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    400 Bearer error="invalid_request" error_description="The resource request requires a DPoP proof."
    400 Bearer error="invalid_request" error_description="The resource request must use the DPoP authentication scheme when using a DPoP bound token."
    400 DPoP error="invalid_dpop_proof" error_description="The DPoP proof JWT header is missing."
    400 DPoP error="invalid_dpop_proof" error_description="Multiple DPoP proof JWT headers are not allowed."
    400 DPoP error="invalid_dpop_proof" error_description="The DPoP proof JWT cannot be parsed."
    400 DPoP error="invalid_dpop_proof" error_description="'htu' claim in the DPoP proof JWT is invalid."
    400 DPoP error="invalid_dpop_proof" error_description="'htm' claim in the DPoP proof JWT is invalid."
    400 DPoP error="invalid_dpop_proof" error_description="'ath' claim in the DPoP proof does not match the presented access_token."
    400 DPoP error="invalid_dpop_proof" error_description="The access_token is not bound to the provided DPoP proof."
    401 DPoP error="invalid_token" error_description="The presented access_token is not DPoP bound."
    "#);
    assert_eq!(ask_with(&org, &token, "GET", APPS, &[&one]).await.status(), 200, "a refused proof is not used up");
}

#[tokio::test]
async fn a_scope_is_asked_for_after_the_proof() {
    let org = org();
    let worker = Worker::of(&org).await;
    let token = worker.bound_token(&["okta.apps.read"]);
    let proof = worker.proof("GET", "/api/v1/policies", &token, "one");
    let refused = ask_with(&org, &token, "GET", "/api/v1/policies?type=ACCESS_POLICY", &[&proof]).await;
    insta::assert_snapshot!(told(&refused), @r#"
    403
    DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512"
    authorization_uri="http://org.example.com/oauth2/v1/authorize"
    realm="http://org.example.com"
    scope="okta.policies.read"
    error="insufficient_scope"
    error_description="The access token provided does not contain the required scopes."
    resource="/api/v1/policies"
    {"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action","errorLink":"E0000006","errorId":"oae","errorCauses":[]}
    "#);
}

#[tokio::test]
async fn a_proof_is_used_once_by_a_request_that_is_begun_anew_for_the_keys_that_it_draws() {
    let org = org();
    let worker = Worker::of(&org).await;
    let token = worker.bound_token(&["okta.authorizationServers.read"]);
    let path = "/api/v1/authorizationServers/default/credentials/keys";
    let proof = worker.proof("GET", path, &token, "one");
    assert_eq!(ask_with(&org, &token, "GET", path, &[&proof]).await.status(), 200);
    assert_eq!(ask_with(&org, &token, "GET", path, &[&proof]).await.status(), 400);
}
