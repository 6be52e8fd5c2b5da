//! Products, and the client types that they offer.

use serde_json::{Value, json};

use crate::support::{client_type, org, portal, portal_ok, product, provider};

const ATTACHED: &str = "/products/1/client_types";

async fn with_client_types() -> idpctl_emulator::Org {
    let org = org();
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    for name in ["Web", "Service"] {
        portal_ok(&org, "POST", "/oauth-providers/1/client-types", client_type(name)).await;
    }
    org
}

#[tokio::test]
async fn a_product_takes_ids_and_answers_names() {
    let org = with_client_types().await;
    let mut body = product("Payments API");
    body["Templates"] = json!([2, "1"]);
    body["Catalogues"] = json!([1]);
    body["Scopes"] = json!("read,write");
    body["DCREnabled"] = json!(true);
    let (status, made) = portal(&org, "POST", "/products", body).await;
    assert_eq!(status, 201);
    insta::assert_json_snapshot!(made, @r#"
    {
      "APIDetails": [],
      "AuthType": "",
      "AuthTypes": [],
      "CID": "7AuukiR9929oKtd5HLrAXIb1qB3",
      "Catalogues": [
        "Public catalogue"
      ],
      "Content": "",
      "CreatedAt": "2026-01-01 00:00",
      "DCREnabled": true,
      "Description": "",
      "DisplayName": "",
      "Feature": false,
      "ID": 1,
      "IsDocumentationOnly": false,
      "Logo": "",
      "Name": "Payments API",
      "Path": "payments-api",
      "Preview": "",
      "ProviderID": 1,
      "ReferenceID": "yQKhmcFPGSS56UDRJOsYZKs96Mh",
      "Scopes": "read,write",
      "Tags": [],
      "Templates": [
        "Service",
        "Web"
      ],
      "UpdatedAt": "2026-01-01 00:00"
    }
    "#);
    assert_eq!(portal_ok(&org, "GET", "/products/1", Value::Null).await, made);
    assert_eq!(portal_ok(&org, "GET", "/products", Value::Null).await, json!([made]));
    // What was read is not what can be written: the names name nothing.
    let changed = portal_ok(&org, "PUT", "/products/1", made).await;
    assert_eq!((&changed["Templates"], &changed["Catalogues"], &changed["Scopes"]), (&json!([]), &json!([]), &json!("read,write")));
    // A part is enough, and the rest stays.
    let changed = portal_ok(&org, "PUT", "/products/1", json!({"Templates": [1]})).await;
    assert_eq!((&changed["Templates"], &changed["Name"]), (&json!(["Web"]), &json!("Payments API")));
    assert_eq!(portal_ok(&org, "PUT", "/products/1", json!({"Templates": null})).await["Templates"], json!([]));
    assert_eq!(portal(&org, "DELETE", "/products/1", Value::Null).await, (200, json!({"status": "ok"})));
}

#[tokio::test]
async fn what_a_product_lacks_is_422_and_a_product_that_is_not_there_is_404_in_its_shape() {
    let org = with_client_types().await;
    let mut strange = product("Payments");
    strange["Templates"] = json!([1, 9]);
    strange["Catalogues"] = json!([7]);
    let mut seen = Vec::new();
    for (method, path, body) in [
        ("POST", "/products", json!({})),
        ("POST", "/products", json!({"Name": "Payments", "ProviderID": -1, "IsDocumentationOnly": "no", "Tags": 1})),
        ("POST", "/products", strange),
        ("POST", "/products", json!([])),
        ("PUT", "/products/9", product("Payments")),
        ("DELETE", "/products/9", Value::Null),
    ] {
        let (status, body) = portal(&org, method, path, body).await;
        seen.push(format!("{method} {path} {status} {body}"));
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    POST /products 422 {"errors":["Name can't be blank","ProviderID can't be blank","IsDocumentationOnly can't be blank"]}
    POST /products 422 {"errors":["ProviderID is not a number","IsDocumentationOnly is not true or false","Tags is not an array"]}
    POST /products 422 {"errors":["there is no client type 9","there is no catalogue 7"]}
    POST /products 422 {"errors":["the body is not a JSON object"]}
    PUT /products/9 422 {"errors":["product is not found"]}
    DELETE /products/9 404 {"status":"ok"}
    "#);
    let (status, zero) = portal(&org, "GET", "/products/9", Value::Null).await;
    assert_eq!((status, &zero["ID"], &zero["Name"], &zero["Templates"]), (404, &json!(0), &json!(""), &json!([])));
}

#[tokio::test]
async fn client_types_are_attached_listed_and_detached() {
    let org = with_client_types().await;
    portal_ok(&org, "POST", "/products", product("Payments")).await;
    let (status, detail) = portal(&org, "POST", ATTACHED, json!({"ID": 1})).await;
    assert_eq!(status, 201);
    insta::assert_json_snapshot!(detail, @r#"
    {
      "CreatedAt": "2026-01-01 00:00",
      "Description": "For servers",
      "GrantType": "authorization_code,refresh_token",
      "ID": 1,
      "Name": "Web",
      "OktaAppType": "web",
      "UpdatedAt": "2026-01-01 00:00"
    }
    "#);
    assert_eq!(portal(&org, "POST", ATTACHED, json!({"ID": 1})).await, (201, detail.clone()));
    portal_ok(&org, "POST", ATTACHED, json!({"ID": 2})).await;
    let listed = json!([{"ID": 2, "Name": "Service"}, {"ID": 1, "Name": "Web"}]);
    assert_eq!(portal_ok(&org, "GET", ATTACHED, Value::Null).await, listed);
    assert_eq!(portal_ok(&org, "GET", &format!("{ATTACHED}?page=2&per_page=1"), Value::Null).await, json!([listed[1]]));
    assert_eq!(portal_ok(&org, "GET", "/products/1", Value::Null).await["Templates"], json!(["Web", "Service"]));
    let cid = portal_ok(&org, "GET", "/oauth-providers/1/client-types/1", Value::Null).await["CID"].clone();
    assert_eq!(portal_ok(&org, "GET", &format!("{ATTACHED}/{}", cid.as_str().unwrap()), Value::Null).await, detail);
    assert_eq!(portal(&org, "DELETE", &format!("{ATTACHED}/1"), Value::Null).await, (200, json!({"status": "ok"})));
    assert_eq!(portal_ok(&org, "GET", ATTACHED, Value::Null).await, json!([listed[0]]));
    // Detaching is no more than that.
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers/1/client-types", Value::Null).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn attachments_have_refusals_of_their_own() {
    let org = with_client_types().await;
    portal_ok(&org, "POST", "/products", product("Payments")).await;
    let mut seen = Vec::new();
    for (method, path, body) in [
        ("POST", ATTACHED, json!({"ID": 9})),
        ("POST", ATTACHED, json!({})),
        ("POST", ATTACHED, json!([1])),
        ("POST", "/products/9/client_types", json!({"ID": 1})),
        ("GET", "/products/9/client_types", Value::Null),
        ("GET", "/products/1/client_types/1", Value::Null),
        ("GET", "/products/9/client_types/1", Value::Null),
        ("DELETE", "/products/1/client_types/1", Value::Null),
    ] {
        let (status, body) = portal(&org, method, path, body).await;
        seen.push(format!("{method} {path} {status} {body}"));
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    POST /products/1/client_types 422 {"errors":["there is no such client type"]}
    POST /products/1/client_types 422 {"errors":["there is no such client type"]}
    POST /products/1/client_types 422 {"errors":["the body is not a JSON object"]}
    POST /products/9/client_types 422 {"errors":["product is not found"]}
    GET /products/9/client_types 404 {"errors":["product is not found"]}
    GET /products/1/client_types/1 404 {"status":"not found"}
    GET /products/9/client_types/1 404 {"status":"not found"}
    DELETE /products/1/client_types/1 404 {"errors":["client type is not found"]}
    "#);
}
