//! What other people's clients of Okta need, each found by running one against the org (`tests/peers`).

use http::Request;
use serde_json::{Value, json};

use crate::support::{create, get, key, org, send, switched, web};

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
