//! Client types of providers.

use serde_json::{Value, json};

use crate::support::{client_type, org, portal, portal_ok, product, provider};

const PATH: &str = "/oauth-providers/1/client-types";

#[tokio::test]
async fn a_client_type_is_created_read_changed_and_deleted() {
    let org = org();
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    let (status, made) = portal(&org, "POST", PATH, client_type("Web")).await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(made, @r#"
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
    "#);
    assert_eq!(portal_ok(&org, "GET", PATH, Value::Null).await, json!([made]));
    let one = format!("{PATH}/{}", made["CID"].as_str().unwrap());
    assert_eq!(portal_ok(&org, "GET", &one, Value::Null).await, made);
    let mut changed = client_type("Browser");
    changed["OktaAppType"] = json!("browser");
    changed["Description"] = json!("");
    let shown = portal_ok(&org, "PUT", &one, changed).await;
    assert_eq!((&shown["OktaAppType"], &shown["Description"], &shown["ID"]), (&json!("browser"), &json!(""), &json!(1)));
    assert_eq!(portal_ok(&org, "GET", &one, Value::Null).await, shown);
    assert_eq!(portal(&org, "DELETE", &one, Value::Null).await, (200, json!({"status": "ok"})));
    for (method, body) in [("GET", Value::Null), ("PUT", client_type("Web")), ("DELETE", Value::Null)] {
        let (status, refused) = portal(&org, method, &one, body).await;
        assert_eq!((status, refused["errors"].as_array().map(Vec::len)), (404, Some(1)), "{method}");
    }
    assert_eq!(portal_ok(&org, "POST", PATH, client_type("Web")).await["ID"], 2);
}

#[tokio::test]
async fn required_keys_are_required_by_post_and_by_put_and_all_mistakes_are_told() {
    let org = org();
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    portal_ok(&org, "POST", PATH, client_type("Web")).await;
    let table = [
        json!({}),
        json!({"Name": "Web", "ResponseTypes": "", "GrantType": " ,"}),
        json!({"Name": "Web", "ResponseTypes": "code,pear", "GrantType": "urn:x", "TokenEndpointAuthMethod": "none", "OktaAppType": "Web"}),
        json!({"Name": ["Web"], "ResponseTypes": [1], "GrantType": {}, "Description": 7}),
    ];
    let mut seen = Vec::new();
    for body in table {
        let (status, refused) = portal(&org, "POST", PATH, body.clone()).await;
        assert_eq!((status, &refused), (400, &portal(&org, "PUT", &format!("{PATH}/1"), body).await.1));
        seen.push(refused.to_string());
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    {"errors":["Name can't be blank","ResponseTypes can't be blank","GrantType can't be blank"]}
    {"errors":["ResponseTypes can't be blank","GrantType can't be blank"]}
    {"errors":["ResponseTypes has no value `pear`","GrantType has no value `urn:x`","TokenEndpointAuthMethod has no value `none`","OktaAppType has no value `Web`"]}
    {"errors":["Name is not a string","Description is not a string","ResponseTypes is not a string","GrantType is not a string"]}
    "#);
    assert_eq!(portal_ok(&org, "GET", PATH, Value::Null).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_client_type_is_found_below_its_own_provider_only() {
    let org = org();
    for name in ["Okta prod", "Okta test"] {
        portal_ok(&org, "POST", "/oauth-providers", provider(name)).await;
    }
    let made = portal_ok(&org, "POST", PATH, client_type("Web")).await;
    let cid = made["CID"].as_str().unwrap();
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers/2/client-types", Value::Null).await, json!([]));
    for reference in ["1", cid] {
        assert_eq!(portal(&org, "GET", &format!("/oauth-providers/2/client-types/{reference}"), Value::Null).await.0, 404);
    }
    assert_eq!(portal(&org, "POST", "/oauth-providers/9/client-types", client_type("Web")).await.0, 404);
    let mut taken = client_type("Web");
    taken["CID"] = json!(cid);
    assert_eq!(portal(&org, "POST", "/oauth-providers/2/client-types", taken).await.0, 400);
    assert_eq!(portal_ok(&org, "POST", "/oauth-providers/2/client-types", client_type("Web")).await["ID"], 2);
}

#[tokio::test]
async fn a_client_type_in_use_is_deleted_by_force_alone() {
    let org = org();
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    for name in ["Web", "Service"] {
        portal_ok(&org, "POST", PATH, client_type(name)).await;
    }
    portal_ok(&org, "POST", "/products", product("Payments")).await;
    for id in [1, 2] {
        portal_ok(&org, "POST", "/products/1/client_types", json!({"ID": id})).await;
    }
    let one = format!("{PATH}/1");
    insta::assert_json_snapshot!(portal(&org, "DELETE", &one, Value::Null).await, @r#"
    [
      400,
      {
        "errors": [
          "it is used in the API product Payments"
        ]
      }
    ]
    "#);
    assert_eq!(portal(&org, "DELETE", &format!("{one}?force=true"), Value::Null).await, (200, json!({"status": "ok"})));
    assert_eq!(portal_ok(&org, "GET", "/products/1/client_types", Value::Null).await, json!([{"ID": 2, "Name": "Service"}]));
}
