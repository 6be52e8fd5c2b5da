//! Scopes and claims of authorization servers.

use serde_json::{Value, json};

use crate::support::{get, org, refusal, send, server, switched};

const DEFAULT: &str = "/api/v1/authorizationServers/default";

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|item| item["name"] == name).unwrap()
}

fn names(list: &Value) -> String {
    let names = list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap());
    names.collect::<Vec<_>>().join(" ")
}

fn scope(name: &str) -> Value {
    json!({"name": name})
}

fn claim(name: &str, kind: &str) -> Value {
    json!({"name": name, "claimType": kind, "valueType": "EXPRESSION", "value": "user.login"})
}

#[tokio::test]
async fn a_scope_is_created_read_replaced_and_deleted() {
    let org = org();
    let (id, _) = server(&org, "Billing").await;
    let path = format!("/api/v1/authorizationServers/{id}/scopes");
    let (status, made) = send(&org, "POST", &path, scope("api.read")).await;
    assert_eq!(status, 201);
    insta::assert_json_snapshot!(made, @r#"
    {
      "id": "scpf000011rVDZ7U55d7",
      "name": "api.read",
      "displayName": null,
      "description": null,
      "system": false,
      "metadataPublish": "NO_CLIENTS",
      "consent": "IMPLICIT",
      "optional": false,
      "apiResourceId": null,
      "default": false,
      "_links": {
        "self": {
          "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/scopes/scpf000011rVDZ7U55d7",
          "hints": {
            "allow": [
              "GET",
              "PUT",
              "DELETE"
            ]
          }
        }
      }
    }
    "#);
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(get(&org, &one).await, made);
    let sent = json!({
        "name": "api.read", "displayName": "", "description": "Reads", "consent": "REQUIRED", "default": true, "optional": true,
        "metadataPublish": "ALL_CLIENTS", "system": true,
    });
    let (status, after) = send(&org, "PUT", &one, sent.clone()).await;
    assert_eq!(status, 200);
    for name in ["displayName", "description", "consent", "default", "optional", "metadataPublish"] {
        assert_eq!(after[name], sent[name], "{name}");
    }
    assert_eq!(after["system"], false);
    assert_eq!(send(&org, "DELETE", &one, Value::Null).await, (204, Value::Null));
    let scope = made["id"].as_str().unwrap();
    let said = refusal(send(&org, "GET", &one, Value::Null).await);
    assert_eq!(said, format!("404 E0000007 Not found: Resource not found: {scope} (OAuth2Scope) []"));
}

#[tokio::test]
async fn every_server_has_the_system_s_scopes_after_its_own() {
    let org = org();
    let (id, _) = server(&org, "Billing").await;
    let path = format!("/api/v1/authorizationServers/{id}/scopes");
    for name in ["write", "admin", "read"] {
        send(&org, "POST", &path, scope(name)).await;
    }
    let listed = get(&org, &path).await;
    assert_eq!(names(&listed), "admin read write openid profile email address phone offline_access device_sso");
    assert!(listed.as_array().unwrap().iter().all(|scope| scope["id"].as_str().unwrap().starts_with("scp")));
    assert_eq!(names(&get(&org, &format!("{path}?q=REA")).await), "read");
    assert_eq!(names(&get(&org, &format!("{path}?filter=system%20eq%20%22false%22")).await), "admin read write");
    let page = get(&org, &format!("{path}?limit=2&after={}", named(&listed, "read")["id"].as_str().unwrap())).await;
    assert_eq!(names(&page), "write openid");
}

#[tokio::test]
async fn the_default_server_has_the_scopes_of_one_s_own_account_first() {
    let listed = get(&org(), &format!("{DEFAULT}/scopes")).await;
    let own = names(&listed);
    let (own, system) = own.split_once(" openid ").unwrap();
    assert_eq!(own.split(' ').count(), 20);
    assert!(own.split(' ').is_sorted() && own.split(' ').all(|name| name.starts_with("okta.myAccount.")), "{own}");
    assert_eq!(system, "profile email address phone offline_access device_sso");
    let one = named(&listed, "okta.myAccount.phone.manage");
    assert_eq!((&one["displayName"], &one["system"]), (&json!("Manage my account phone number"), &json!(false)));
    assert_eq!(one["description"], "Allows the end user to manage their phone numbers.");
}

#[tokio::test]
async fn a_scope_s_name_must_be_free_and_nobody_s_else() {
    let org = org();
    let path = format!("{DEFAULT}/scopes");
    send(&org, "POST", &path, scope("api.read")).await;
    let mut said = Vec::new();
    for name in ["api.read", "openid", "okta.apps.read", "OKTA", "*", "two words", "na\\me", ""] {
        said.push(refusal(send(&org, "POST", &path, scope(name)).await));
    }
    said.push(refusal(send(&org, "POST", &path, json!({"name": "new", "consent": "MAYBE"})).await));
    said.push(refusal(send(&org, "POST", &path, json!({"name": "new", "default": "yes"})).await));
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: name ["name: An object with this field already exists in the current organization"]
    400 E0000001 Api validation failed: name ["name: An object with this field already exists in the current organization"]
    400 E0000001 Api validation failed: name ["name: This name is reserved"]
    400 E0000001 Api validation failed: name ["name: This name is reserved"]
    400 E0000001 Api validation failed: name ["name: This name is reserved"]
    400 E0000001 Api validation failed: name ["name: must be printable ASCII without spaces, double quotes and backslashes"]
    400 E0000001 Api validation failed: name ["name: must be printable ASCII without spaces, double quotes and backslashes"]
    400 E0000001 Api validation failed: name ["name: The field cannot be left blank"]
    400 E0000001 Api validation failed: consent ["consent: must be one of IMPLICIT, REQUIRED, FLEXIBLE"]
    400 E0000003 The request body was not well-formed. []
    "#);
    // What the org itself named may be sent back.
    let own = named(&get(&org, &path).await, "okta.myAccount.read").clone();
    assert_eq!(send(&org, "PUT", &format!("{path}/{}", own["id"].as_str().unwrap()), own.clone()).await, (200, own));
}

#[tokio::test]
async fn system_scopes_stay_unless_the_org_lets_them_go() {
    for (switch, renaming, deletion) in [("fixed", 400, 403), ("free", 200, 204)] {
        let org = switched(&[("system-parts", switch)]);
        let path = format!("{DEFAULT}/scopes");
        let phone = named(&get(&org, &path).await, "phone")["id"].as_str().unwrap().to_owned();
        let one = format!("{path}/{phone}");
        assert_eq!(send(&org, "PUT", &one, scope("telephone")).await.0, renaming, "{switch}");
        assert_eq!(send(&org, "DELETE", &one, Value::Null).await.0, deletion, "{switch}");
    }
}

#[tokio::test]
async fn every_server_has_the_system_s_claims() {
    let org = org();
    let (id, _) = server(&org, "Billing").await;
    let listed = get(&org, &format!("/api/v1/authorizationServers/{id}/claims")).await;
    assert_eq!(
        names(&listed),
        "middle_name zoneinfo website updated_at profile preferred_username picture phone_number nickname name sub locale given_name \
         gender family_name email_verified email birthdate address"
    );
    insta::assert_json_snapshot!([named(&listed, "sub"), named(&listed, "address")], @r#"
    [
      {
        "id": "oclf00000jJyOzB3o5d7",
        "name": "sub",
        "status": "ACTIVE",
        "claimType": "RESOURCE",
        "valueType": "EXPRESSION",
        "value": "(appuser != null) ? appuser.userName : app.clientId",
        "conditions": {
          "scopes": []
        },
        "system": true,
        "alwaysIncludeInToken": true,
        "apiResourceId": null,
        "_links": {
          "self": {
            "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/claims/oclf00000jJyOzB3o5d7",
            "hints": {
              "allow": [
                "GET",
                "PUT",
                "DELETE"
              ]
            }
          }
        }
      },
      {
        "id": "oclf00000znmGZ1my5d7",
        "name": "address",
        "status": "ACTIVE",
        "claimType": "IDENTITY",
        "valueType": "SYSTEM",
        "conditions": {
          "scopes": [
            "address"
          ]
        },
        "system": true,
        "alwaysIncludeInToken": false,
        "apiResourceId": null,
        "_links": {
          "self": {
            "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/claims/oclf00000znmGZ1my5d7",
            "hints": {
              "allow": [
                "GET",
                "PUT",
                "DELETE"
              ]
            }
          }
        }
      }
    ]
    "#);
}

#[tokio::test]
async fn a_claim_is_created_read_replaced_and_deleted() {
    let org = org();
    let path = format!("{DEFAULT}/claims");
    let sent = json!({
        "name": "teams", "claimType": "IDENTITY", "valueType": "GROUPS", "value": "team-", "group_filter_type": "STARTS_WITH",
        "conditions": {"scopes": ["profile"]},
    });
    let (status, made) = send(&org, "POST", &path, sent).await;
    assert_eq!(status, 201);
    insta::assert_json_snapshot!(made, @r#"
    {
      "id": "oclf000008Eu208U75d7",
      "name": "teams",
      "status": "ACTIVE",
      "claimType": "IDENTITY",
      "valueType": "GROUPS",
      "value": "team-",
      "conditions": {
        "scopes": [
          "profile"
        ]
      },
      "system": false,
      "alwaysIncludeInToken": false,
      "apiResourceId": null,
      "group_filter_type": "STARTS_WITH",
      "_links": {
        "self": {
          "href": "https://org.example.com/api/v1/authorizationServers/default/claims/oclf000008Eu208U75d7",
          "hints": {
            "allow": [
              "GET",
              "PUT",
              "DELETE"
            ]
          }
        }
      }
    }
    "#);
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(get(&org, &one).await, made);
    let (status, after) = send(&org, "PUT", &one, claim("teams", "RESOURCE")).await;
    assert_eq!(status, 200);
    assert_eq!((&after["alwaysIncludeInToken"], &after["conditions"]), (&json!(true), &json!({"scopes": []})));
    assert!(after.get("group_filter_type").is_none());
    assert_eq!(send(&org, "DELETE", &one, Value::Null).await, (204, Value::Null));
    assert_eq!(send(&org, "GET", &one, Value::Null).await.0, 404);
}

#[tokio::test]
async fn what_is_no_claim_is_refused() {
    let org = org();
    let path = format!("{DEFAULT}/claims");
    let with = |name: &str, value: Value| {
        let mut sent = claim("team", "RESOURCE");
        sent[name] = value;
        sent
    };
    let sent = [
        with("name", Value::Null),
        with("name", json!("sub")),
        with("claimType", Value::Null),
        with("claimType", json!("OTHER")),
        with("valueType", json!("OTHER")),
        with("value", Value::Null),
        with("status", json!("ASLEEP")),
        with("conditions", json!({"scopes": "profile"})),
    ];
    let mut said = Vec::new();
    for sent in sent {
        said.push(refusal(send(&org, "POST", &path, sent).await));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: name ["name: The field cannot be left blank"]
    400 E0000001 Api validation failed: name ["name: An object with this field already exists in the current organization"]
    400 E0000001 Api validation failed: claimType ["claimType: The field cannot be left blank"]
    400 E0000001 Api validation failed: claimType ["claimType: must be one of IDENTITY, RESOURCE"]
    400 E0000001 Api validation failed: valueType ["valueType: must be one of EXPRESSION, GROUPS, SYSTEM"]
    400 E0000001 Api validation failed: value ["value: The field cannot be left blank"]
    400 E0000001 Api validation failed: status ["status: must be one of ACTIVE, INACTIVE"]
    400 E0000003 The request body was not well-formed. []
    "#);
    // The other sort of token has names of its own.
    assert_eq!(send(&org, "POST", &path, claim("sub", "IDENTITY")).await.0, 201);
}

#[tokio::test]
async fn of_a_system_claim_only_the_value_and_the_inclusion_change() {
    let org = org();
    let path = format!("{DEFAULT}/claims");
    let listed = get(&org, &path).await;
    let one = |name: &str| format!("{path}/{}", named(&listed, name)["id"].as_str().unwrap());
    let (_, subject) = send(&org, "PUT", &one("sub"), claim("subject", "IDENTITY")).await;
    let mut expected = named(&listed, "sub").clone();
    expected["value"] = json!("user.login");
    assert_eq!(subject, expected);
    let sent = json!({"name": "address", "claimType": "IDENTITY", "valueType": "SYSTEM", "alwaysIncludeInToken": true});
    let (_, address) = send(&org, "PUT", &one("address"), sent).await;
    let mut expected = named(&listed, "address").clone();
    expected["alwaysIncludeInToken"] = json!(true);
    assert_eq!(address, expected);
    assert_eq!(send(&org, "DELETE", &one("sub"), Value::Null).await.0, 403);
}
