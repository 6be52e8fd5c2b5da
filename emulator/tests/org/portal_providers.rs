//! OAuth2.0 providers.

use serde_json::{Value, json};

use crate::support::{client_type, org, portal, portal_ok, product, provider};

#[tokio::test]
async fn a_provider_is_created_read_changed_and_deleted() {
    let org = org();
    let (status, made) = portal(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(made, @r#"
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
    portal_ok(&org, "POST", "/oauth-providers/1/client-types", client_type("Web")).await;
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers", Value::Null).await, json!([made]));
    insta::assert_json_snapshot!(portal_ok(&org, "GET", "/oauth-providers/1", Value::Null).await, @r#"
    {
      "CID": "KgpQeo8HWYBQ8nTV6xW4Mi8Suho",
      "ClientTypes": [
        {
          "CID": "Dqky0jSIY3sno5FLe9opOHhDbUE",
          "CreatedAt": "2026-01-01 00:00",
          "Description": "For servers",
          "GrantType": "authorization_code,refresh_token",
          "ID": 1,
          "Name": "Web",
          "OktaAppType": "web",
          "ResponseTypes": "token,code",
          "TokenEndpointAuthMethod": "client_secret_basic",
          "UpdatedAt": "2026-01-01 00:00"
        }
      ],
      "CreatedAt": "2026-01-01 00:00",
      "ID": 1,
      "Name": "Okta prod",
      "SSLInsecureSkipVerify": false,
      "Type": "Okta",
      "UpdatedAt": "2026-01-01 00:00",
      "WellKnownURL": "https://org.example.com/oauth2/default/.well-known/openid-configuration"
    }
    "#);
    let mut changed = provider("Okta");
    changed["Type"] = json!("Other");
    changed["SSLInsecureSkipVerify"] = json!(true);
    changed["RegistrationAccessToken"] = json!("00another");
    let (status, shown) = portal(&org, "PUT", "/oauth-providers/1", changed).await;
    assert_eq!(
        (status, &shown["Name"], &shown["Type"], &shown["SSLInsecureSkipVerify"]),
        (200, &json!("Okta"), &json!("Other"), &json!(true))
    );
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers/1", Value::Null).await, shown);
    assert_eq!(org.live_registration_token("1").as_deref(), Some("00another"));
    assert_eq!(portal(&org, "DELETE", "/oauth-providers/1", Value::Null).await, (200, json!({"status": "ok"})));
    for (method, body) in [("GET", Value::Null), ("PUT", provider("Okta")), ("DELETE", Value::Null)] {
        let (status, refused) = portal(&org, method, "/oauth-providers/1", body).await;
        assert_eq!((status, refused["errors"].as_array().map(Vec::len)), (404, Some(1)), "{method}");
    }
}

#[tokio::test]
async fn required_keys_are_required_by_post_and_by_put_and_all_mistakes_are_told() {
    let org = org();
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    let table = [
        json!({}),
        json!({"Name": "", "Type": null, "WellKnownURL": "https://org.example.com"}),
        json!({"Name": 7, "Type": "okta", "WellKnownURL": [], "SSLInsecureSkipVerify": "yes", "RegistrationAccessToken": {}, "CID": 1}),
    ];
    let mut seen = Vec::new();
    for body in table {
        let (status, refused) = portal(&org, "POST", "/oauth-providers", body.clone()).await;
        assert_eq!((status, &refused), (400, &portal(&org, "PUT", "/oauth-providers/1", body).await.1));
        seen.push(refused.to_string());
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    {"errors":["Name can't be blank","Type can't be blank","WellKnownURL can't be blank"]}
    {"errors":["Name can't be blank","Type can't be blank"]}
    {"errors":["Name is not a string","Type has no value `okta`","WellKnownURL is not a string","RegistrationAccessToken is not a string","SSLInsecureSkipVerify is not true or false","CID is not a string"]}
    "#);
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers", Value::Null).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_registration_token_is_in_no_answer() {
    let org = org();
    let mut answers = vec![portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await];
    answers.push(portal_ok(&org, "GET", "/oauth-providers", Value::Null).await);
    answers.push(portal_ok(&org, "GET", "/oauth-providers/1", Value::Null).await);
    answers.push(portal_ok(&org, "PUT", "/oauth-providers/1", provider("Okta")).await);
    let text = json!(answers).to_string();
    assert!(!text.contains("made-up") && !text.contains("RegistrationAccessToken"), "{text}");
    assert_eq!(org.live_registration_token("1").as_deref(), Some("00made-up"));
    assert_eq!(org.live_registration_token(answers[0]["CID"].as_str().unwrap()).as_deref(), Some("00made-up"));
    assert_eq!(org.live_registration_token("2"), None);
    for unset in [json!(""), Value::Null] {
        let mut body = provider("Okta");
        body["RegistrationAccessToken"] = unset;
        portal_ok(&org, "PUT", "/oauth-providers/1", body).await;
        assert_eq!(org.live_registration_token("1"), None);
        portal_ok(&org, "PUT", "/oauth-providers/1", provider("Okta")).await;
    }
}

#[tokio::test]
async fn a_provider_is_named_by_its_id_or_its_cid() {
    let org = org();
    let generated = portal_ok(&org, "POST", "/oauth-providers", provider("Generated")).await;
    let mut own = provider("Own");
    own["CID"] = json!("2NdFY0jPAUuYVgEBcKm2ReSbsOn");
    assert_eq!(portal_ok(&org, "POST", "/oauth-providers", own.clone()).await["CID"], own["CID"]);
    assert_eq!(portal(&org, "POST", "/oauth-providers", own.clone()).await.0, 400);
    for cid in [generated["CID"].as_str().unwrap(), own["CID"].as_str().unwrap()] {
        assert_eq!(portal_ok(&org, "GET", &format!("/oauth-providers/{cid}"), Value::Null).await["CID"], cid);
    }
    // What a PUT says of it is ignored.
    let mut other = provider("Own");
    other["CID"] = json!("another");
    assert_eq!(portal_ok(&org, "PUT", "/oauth-providers/2NdFY0jPAUuYVgEBcKm2ReSbsOn", other).await["CID"], own["CID"]);
    assert_eq!(portal_ok(&org, "DELETE", "/oauth-providers/2NdFY0jPAUuYVgEBcKm2ReSbsOn", Value::Null).await["status"], "ok");
    assert_eq!(portal(&org, "GET", "/oauth-providers/2", Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_provider_in_use_is_deleted_by_force_alone_and_its_client_types_with_it() {
    let org = org();
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta test")).await;
    for path in ["/oauth-providers/1/client-types", "/oauth-providers/1/client-types", "/oauth-providers/2/client-types"] {
        portal_ok(&org, "POST", path, client_type("Web")).await;
    }
    portal_ok(&org, "POST", "/products", product("Payments")).await;
    for id in [2, 3] {
        portal_ok(&org, "POST", "/products/1/client_types", json!({"ID": id})).await;
    }
    for path in ["/oauth-providers/1", "/oauth-providers/1?force=false", "/oauth-providers/1?force="] {
        let (status, refused) = portal(&org, "DELETE", path, Value::Null).await;
        assert_eq!((status, refused["errors"].as_array().map(Vec::len)), (400, Some(1)));
    }
    assert_eq!(portal(&org, "DELETE", "/oauth-providers/1?force=true", Value::Null).await, (200, json!({"status": "ok"})));
    assert_eq!(portal_ok(&org, "GET", "/products/1/client_types", Value::Null).await, json!([{"ID": 3, "Name": "Web"}]));
    assert_eq!(portal(&org, "GET", "/oauth-providers/1/client-types", Value::Null).await.0, 404);
    assert_eq!(portal(&org, "POST", "/products/1/client_types", json!({"ID": 1})).await.0, 422);
    portal_ok(&org, "DELETE", "/products/1/client_types/3", Value::Null).await;
    portal_ok(&org, "DELETE", "/oauth-providers/2", Value::Null).await;
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers", Value::Null).await, json!([]));
}
