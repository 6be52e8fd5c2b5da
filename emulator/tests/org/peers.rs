//! What other people's clients of Okta need, each found by running one against the org (`tests/peers`).

use http::Request;
use serde_json::{Value, json};

use crate::support::{create, get, key, org, refusal, send, switched, web};

#[tokio::test]
async fn a_token_may_follow_its_scheme_without_a_space() {
    let org = org();
    let status = async |authorization: String| {
        let request = Request::get("http://127.0.0.1/api/v1/users/me").header("authorization", authorization);
        org.call(request.body(Vec::new()).unwrap()).await.unwrap().status().as_u16()
    };
    let token = org.okta_token();
    assert_eq!(status(format!("SSWS{token}")).await, 200);
    assert_eq!(status(format!("SSWS {token}")).await, 200);
    assert_eq!(status("SSWS".into()).await, 401);
    assert_eq!(status(token.to_owned()).await, 401);
}

#[tokio::test]
async fn the_list_of_keys_has_the_form_that_the_switch_says() {
    let mut forms = Vec::new();
    for form in ["array", "wrapped", "keys"] {
        let org = switched(&[("jwks-list", form)]);
        let (app, _) = create(&org, web("Booking")).await;
        let path = format!("/api/v1/apps/{app}/credentials/jwks");
        send(&org, "POST", &path, key("first")).await;
        forms.push(get(&org, &path).await);
    }
    let kids = |list: &Value| list.as_array().map(|keys| keys.iter().map(|key| key["kid"].clone()).collect::<Vec<_>>());
    let first = Some(vec![json!("first")]);
    assert_eq!(kids(&forms[0]), first);
    assert_eq!(kids(&forms[1]["jwks"]["keys"]), first);
    assert_eq!(kids(&forms[2]["keys"]), first);
}

#[tokio::test]
async fn a_key_is_for_what_keys_are_for_and_says_so_in_text() {
    let org = org();
    let (app, _) = create(&org, web("Booking")).await;
    let path = format!("/api/v1/apps/{app}/credentials/jwks");
    let with = |name: &str, value: Value| {
        let mut sent = key("first");
        sent["use"] = json!("sig");
        sent[name] = value;
        sent
    };
    let mut answers = Vec::new();
    for (name, value) in [("alg", json!("ROT13")), ("alg", json!(5)), ("use", json!("decoration")), ("use", json!(true)), ("kid", json!(1))]
    {
        answers.push(refusal(send(&org, "POST", &path, with(name, value)).await));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
    400 E0000001 Api validation failed: alg ["alg: must be one of ES256, ES384, ES512, HS256, HS384, HS512, RS256, RS384, RS512"]
    400 E0000003 The request body was not well-formed. []
    400 E0000001 Api validation failed: use ["use: must be sig or enc"]
    400 E0000003 The request body was not well-formed. []
    400 E0000003 The request body was not well-formed. []
    "#);
    assert_eq!(send(&org, "POST", &path, with("alg", json!("ES512"))).await.0, 201);
}
