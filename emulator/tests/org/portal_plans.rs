//! Plans, which name a scope.

use serde_json::{Value, json};

use crate::support::{org, portal, portal_ok};

#[tokio::test]
async fn a_plan_keeps_what_it_is_given_and_names_what_it_lacks() {
    let org = org();
    let (status, made) = portal(&org, "POST", "/plans", json!({"Name": "Gold", "ProviderID": 1, "JWTScope": "gold"})).await;
    assert_eq!(status, 201);
    insta::assert_json_snapshot!(made, @r#"
    {
      "AutoApproveAccessRequests": false,
      "CID": "24QLOGY1DkqaORUufxZRT6wda3S",
      "CreatedAt": "2026-01-01 00:00",
      "Description": "",
      "DisplayName": "",
      "ID": 1,
      "JWTScope": "gold",
      "Name": "Gold",
      "ProviderID": 1,
      "ReferenceID": "GMYnaQbio9ppX3vpI5sEtVFQASv",
      "UpdatedAt": "2026-01-01 00:00"
    }
    "#);
    assert_eq!(portal_ok(&org, "GET", "/plans/1", Value::Null).await, made);
    assert_eq!(portal_ok(&org, "GET", "/plans", Value::Null).await, json!([made]));
    let changed = portal_ok(&org, "PUT", "/plans/1", json!({"JWTScope": "silver"})).await;
    assert_eq!((&changed["JWTScope"], &changed["Name"]), (&json!("silver"), &json!("Gold")));
    let refused = portal(&org, "POST", "/plans", json!({"JWTScope": 1})).await;
    insta::assert_snapshot!(format!("{} {}", refused.0, refused.1), @r#"422 {"errors":["Name can't be blank","ProviderID can't be blank","JWTScope is not a string"]}"#);
    assert_eq!(portal(&org, "DELETE", "/plans/1", Value::Null).await, (200, json!({"status": "ok"})));
    for method in ["GET", "DELETE"] {
        assert_eq!(portal(&org, method, "/plans/1", Value::Null).await.0, 404);
    }
    assert_eq!(portal(&org, "PUT", "/plans/1", json!({})).await.0, 422);
}
