//! Grants of scopes, groups and access policies.

use serde_json::{Value, json};

use crate::support::{create, get, org, refusal, send, service, switched};

fn grant(scope: &str) -> Value {
    json!({"scopeId": scope, "issuer": "https://org.example.com"})
}

#[tokio::test]
async fn a_grant_is_created_listed_read_and_revoked() {
    let org = org();
    let (id, _) = create(&org, service("Worker")).await;
    let path = format!("/api/v1/apps/{id}/grants");
    let (status, made) = send(&org, "POST", &path, grant("okta.users.read")).await;
    assert_eq!(status, 201);
    insta::assert_json_snapshot!(made, @r#"
    {
      "id": "oagf00000CMM0sFU15d7",
      "status": "ACTIVE",
      "created": "2026-01-01T00:00:00.000Z",
      "createdBy": {
        "id": "00uf000000003g7GZ5d7",
        "type": "User"
      },
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "issuer": "https://org.example.com",
      "clientId": "0oaf000008Euf57TO5d7",
      "scopeId": "okta.users.read",
      "source": "ADMIN",
      "_embedded": {
        "scope": {
          "id": "okta.users.read"
        }
      },
      "_links": {
        "app": {
          "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7",
          "title": "Worker"
        },
        "self": {
          "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/grants/oagf00000CMM0sFU15d7",
          "hints": {
            "allow": [
              "GET",
              "DELETE"
            ]
          }
        },
        "client": {
          "href": "https://org.example.com/oauth2/v1/clients/0oaf000008Euf57TO5d7",
          "title": "Worker"
        }
      }
    }
    "#);
    assert_eq!(get(&org, &path).await, json!([made]));
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(get(&org, &one).await, made);
    assert_eq!(refusal(send(&org, "PUT", &one, grant("okta.apps.read")).await).split(' ').nth(1), Some("E0000022"));
    assert_eq!(send(&org, "DELETE", &one, Value::Null).await, (204, Value::Null));
    assert_eq!(get(&org, &path).await, json!([]));
    assert_eq!(send(&org, "DELETE", &one, Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_scope_an_issuer_or_an_app_that_does_not_exist_is_refused() {
    let org = org();
    let (id, _) = create(&org, service("Worker")).await;
    let path = format!("/api/v1/apps/{id}/grants");
    let elsewhere = json!({"scopeId": "okta.users.read", "issuer": "https://org.example.com/oauth2/default"});
    let said = [
        refusal(send(&org, "POST", &path, grant("okta.pears.read")).await),
        refusal(send(&org, "POST", &path, elsewhere).await),
        refusal(send(&org, "POST", &path, json!({"issuer": "https://org.example.com"})).await),
        refusal(send(&org, "POST", "/api/v1/apps/0oa0/grants", grant("okta.users.read")).await),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: scopeId ["scopeId: 'okta.pears.read' is not a scope of the org authorization server."]
    400 E0000001 Api validation failed: issuer ["issuer: The issuer must be the org authorization server of this org."]
    400 E0000001 Api validation failed: scopeId ["scopeId: The field cannot be left blank"]
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    "#);
}

#[tokio::test]
async fn granting_twice_is_refused_or_answered_with_what_is_there() {
    for (switch, expected) in [("refuse", 400), ("existing", 201)] {
        let org = switched(&[("duplicate-grant", switch)]);
        let (id, _) = create(&org, service("Worker")).await;
        let path = format!("/api/v1/apps/{id}/grants");
        send(&org, "POST", &path, grant("okta.users.read")).await;
        assert_eq!(send(&org, "POST", &path, grant("okta.users.read")).await.0, expected);
        assert_eq!(get(&org, &path).await.as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn grants_go_with_their_app() {
    let org = org();
    let (id, _) = create(&org, service("Worker")).await;
    let path = format!("/api/v1/apps/{id}");
    send(&org, "POST", &format!("{path}/grants"), grant("okta.users.read")).await;
    send(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await;
    assert_eq!(send(&org, "DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(send(&org, "GET", &format!("{path}/grants"), Value::Null).await.0, 404);
}
