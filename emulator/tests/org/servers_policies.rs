//! Policies of authorization servers, and their rules.

use serde_json::{Value, json};

use crate::support::{get, org, refusal, send, server, switched};

fn policy(name: &str) -> Value {
    json!({"type": "OAUTH_AUTHORIZATION_POLICY", "name": name, "description": "For all", "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}})
}

fn rule(name: &str) -> Value {
    json!({
        "type": "RESOURCE_ACCESS", "name": name,
        "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]}},
    })
}

/// Makes a server with a policy, and returns the path of the server's policies and of the policy.
async fn ground(org: &idpctl_emulator::Org) -> (String, String) {
    let (id, _) = server(org, "Billing").await;
    let path = format!("/api/v1/authorizationServers/{id}/policies");
    let (status, made) = send(org, "POST", &path, policy("First")).await;
    assert_eq!(status, 201, "{made}");
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    (path, one)
}

fn order(list: &Value) -> String {
    let items = list.as_array().unwrap().iter();
    items.map(|item| format!("{} {}", item["priority"], item["name"].as_str().unwrap())).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn a_policy_is_created_read_turned_replaced_and_deleted() {
    let org = org();
    let (path, one) = ground(&org).await;
    let made = get(&org, &one).await;
    insta::assert_json_snapshot!(made, @r#"
    {
      "id": "00pf000011rVB2k6P5d7",
      "status": "ACTIVE",
      "name": "First",
      "description": "For all",
      "priority": 1,
      "system": false,
      "conditions": {
        "clients": {
          "include": [
            "ALL_CLIENTS"
          ]
        }
      },
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "_links": {
        "self": {
          "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000011rVB2k6P5d7",
          "hints": {
            "allow": [
              "GET",
              "PUT",
              "DELETE"
            ]
          }
        },
        "rules": {
          "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000011rVB2k6P5d7/rules",
          "hints": {
            "allow": [
              "GET"
            ]
          }
        },
        "deactivate": {
          "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000011rVB2k6P5d7/lifecycle/deactivate",
          "hints": {
            "allow": [
              "POST"
            ]
          }
        }
      },
      "type": "OAUTH_AUTHORIZATION_POLICY"
    }
    "#);
    assert_eq!(send(&org, "POST", &format!("{one}/lifecycle/deactivate"), Value::Null).await, (204, Value::Null));
    let inactive = get(&org, &one).await;
    assert_eq!((&inactive["status"], inactive["_links"].get("deactivate")), (&json!("INACTIVE"), None));
    let sent = json!({"name": "Renamed", "description": "For one", "conditions": {"clients": {"include": ["0oa1"]}}});
    let (status, after) = send(&org, "PUT", &one, sent).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&after["status"], &after["priority"], &after["conditions"]["clients"]["include"]),
        (&json!("INACTIVE"), &json!(1), &json!(["0oa1"]))
    );
    send(&org, "POST", &format!("{one}/rules"), rule("Everything")).await;
    assert_eq!(send(&org, "DELETE", &one, Value::Null).await, (204, Value::Null));
    assert_eq!(get(&org, &path).await, json!([]));
    assert_eq!(send(&org, "GET", &format!("{one}/rules"), Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_rule_is_brought_into_okta_s_form() {
    let org = org();
    let (_, one) = ground(&org).await;
    let sent = json!({
        "type": "RESOURCE_ACCESS", "name": "People", "status": "ACTIVE", "priority": 1,
        "conditions": {
            "grantTypes": {"include": ["password", "implicit"]},
            "people": {"groups": {"include": ["EVERYONE"]}, "users": {}},
            "scopes": {},
        },
        "actions": {"token": {"accessTokenLifetimeMinutes": 30, "inlineHook": {"id": "cal1"}}},
    });
    let (status, made) = send(&org, "POST", &format!("{one}/rules"), sent).await;
    assert_eq!(status, 201);
    insta::assert_json_snapshot!(made, @r#"
    {
      "id": "0prf000013vEPofAj5d7",
      "status": "ACTIVE",
      "name": "People",
      "priority": 1,
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "system": false,
      "conditions": {
        "people": {
          "users": {
            "exclude": []
          },
          "groups": {
            "include": [
              "EVERYONE"
            ]
          }
        },
        "grantTypes": {
          "include": [
            "implicit",
            "password"
          ]
        },
        "scopes": {
          "include": []
        }
      },
      "actions": {
        "token": {
          "accessTokenLifetimeMinutes": 30,
          "refreshTokenLifetimeMinutes": 0,
          "refreshTokenWindowMinutes": 10080,
          "inlineHook": {
            "id": "cal1"
          }
        }
      },
      "_links": {
        "self": {
          "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000011rVB2k6P5d7/rules/0prf000013vEPofAj5d7",
          "hints": {
            "allow": [
              "GET",
              "PUT",
              "DELETE"
            ]
          }
        },
        "deactivate": {
          "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/policies/00pf000011rVB2k6P5d7/rules/0prf000013vEPofAj5d7/lifecycle/deactivate",
          "hints": {
            "allow": [
              "POST"
            ]
          }
        }
      },
      "type": "RESOURCE_ACCESS"
    }
    "#);
    let path = format!("{one}/rules/{}", made["id"].as_str().unwrap());
    assert_eq!(get(&org, &path).await, made);
    let (_, after) = send(&org, "PUT", &path, rule("Machines")).await;
    assert_eq!(
        after["actions"],
        json!({"token": {"accessTokenLifetimeMinutes": 60, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080}})
    );
    assert_eq!(after["conditions"]["people"], json!({"users": {"exclude": []}}));
    assert_eq!(send(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await.0, 204);
    assert_eq!(get(&org, &path).await["status"], "INACTIVE");
    assert_eq!(send(&org, "DELETE", &path, Value::Null).await, (204, Value::Null));
    let said = refusal(send(&org, "DELETE", &path, Value::Null).await);
    assert_eq!(said, format!("404 E0000007 Not found: Resource not found: {} (PolicyRule) []", made["id"].as_str().unwrap()));
}

#[tokio::test]
async fn the_default_server_lets_everybody_in_unless_its_org_is_newer() {
    let path = "/api/v1/authorizationServers/default/policies";
    let org = org();
    let policies = get(&org, path).await;
    assert_eq!(order(&policies), "1 Default Policy");
    let rules = get(&org, &format!("{path}/{}/rules", policies[0]["id"].as_str().unwrap())).await;
    insta::assert_json_snapshot!([&rules[0]["name"], &rules[0]["conditions"], &rules[0]["actions"]], @r#"
    [
      "Default Policy Rule",
      {
        "people": {
          "users": {
            "exclude": []
          },
          "groups": {
            "include": [
              "EVERYONE"
            ]
          }
        },
        "grantTypes": {
          "include": [
            "implicit",
            "client_credentials",
            "authorization_code",
            "password"
          ]
        },
        "scopes": {
          "include": [
            "*"
          ]
        }
      },
      {
        "token": {
          "accessTokenLifetimeMinutes": 60,
          "refreshTokenLifetimeMinutes": 0,
          "refreshTokenWindowMinutes": 10080
        }
      }
    ]
    "#);
    let org = switched(&[("default-server-policy", "absent")]);
    assert_eq!(get(&org, path).await, json!([]));
}

#[tokio::test]
async fn a_taken_priority_moves_the_others_down_and_a_gap_closes() {
    let org = org();
    let (_, one) = ground(&org).await;
    let path = format!("{one}/rules");
    let mut ids = Vec::new();
    for (name, priority) in [("A", Value::Null), ("B", json!(9)), ("C", json!(1)), ("D", json!(2))] {
        let mut sent = rule(name);
        sent["priority"] = priority;
        let (_, made) = send(&org, "POST", &path, sent).await;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(order(&get(&org, &path).await), "1 C, 2 D, 3 A, 4 B");
    let mut sent = rule("B");
    sent["priority"] = json!(1);
    send(&org, "PUT", &format!("{path}/{}", ids[1]), sent).await;
    assert_eq!(order(&get(&org, &path).await), "1 B, 2 C, 3 D, 4 A");
    send(&org, "PUT", &format!("{path}/{}", ids[2]), rule("C2")).await;
    send(&org, "DELETE", &format!("{path}/{}", ids[1]), Value::Null).await;
    assert_eq!(order(&get(&org, &path).await), "1 C2, 2 D, 3 A");
}

#[tokio::test]
async fn priorities_may_have_gaps_where_the_org_is_so() {
    let org = switched(&[("server-priorities", "gaps")]);
    let (path, one) = ground(&org).await;
    for (name, priority) in [("A", json!(5)), ("B", json!(3)), ("C", json!(3)), ("D", Value::Null), ("E", json!(1))] {
        let mut sent = policy(name);
        sent["priority"] = priority;
        assert_eq!(send(&org, "POST", &path, sent).await.0, 201);
    }
    assert_eq!(order(&get(&org, &path).await), "1 E, 2 First, 3 C, 4 B, 5 A, 6 D");
    send(&org, "DELETE", &one, Value::Null).await;
    assert_eq!(order(&get(&org, &path).await), "1 E, 3 C, 4 B, 5 A, 6 D");
}

#[tokio::test]
async fn what_is_no_policy_is_refused() {
    let org = org();
    let (path, one) = ground(&org).await;
    let with = |name: &str, value: Value| {
        let mut sent = policy("Second");
        sent[name] = value;
        sent
    };
    let sent = [
        with("type", json!("ACCESS_POLICY")),
        with("name", json!("First")),
        with("name", json!("x".repeat(101))),
        with("description", json!("")),
        with("description", json!("x".repeat(256))),
        with("status", json!("ASLEEP")),
        with("priority", json!("1")),
        with("conditions", json!({"clients": {"include": "ALL_CLIENTS"}})),
    ];
    let mut said = Vec::new();
    for sent in sent {
        said.push(refusal(send(&org, "POST", &path, sent).await));
    }
    said.push(refusal(send(&org, "PUT", &format!("{path}/00p0"), policy("Second")).await));
    said.push(refusal(send(&org, "POST", &one, policy("Second")).await));
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: type ["type: must be OAUTH_AUTHORIZATION_POLICY"]
    400 E0000001 Api validation failed: name ["name: An object with this field already exists in the current organization"]
    400 E0000001 Api validation failed: name ["name: must have 1 to 100 characters"]
    400 E0000001 Api validation failed: description ["description: must have 1 to 255 characters"]
    400 E0000001 Api validation failed: description ["description: must have 1 to 255 characters"]
    400 E0000001 Api validation failed: status ["status: must be one of ACTIVE, INACTIVE"]
    400 E0000003 The request body was not well-formed. []
    400 E0000003 The request body was not well-formed. []
    404 E0000007 Not found: Resource not found: 00p0 (Policy) []
    405 E0000022 The endpoint does not support the provided HTTP method []
    "#);
}

#[tokio::test]
async fn what_is_no_rule_is_refused() {
    let org = org();
    let (_, one) = ground(&org).await;
    let path = format!("{one}/rules");
    send(&org, "POST", &path, rule("First")).await;
    let with = |name: &str, value: Value| {
        let mut sent = rule("Second");
        sent[name] = value;
        sent
    };
    let token = |name: &str, minutes: i64| with("actions", json!({"token": {name: minutes}}));
    let sent = [
        with("type", Value::Null),
        with("name", json!("First")),
        with("conditions", Value::Null),
        with("conditions", json!({"grantTypes": {"include": ["client_credentials", "authorization_code"]}})),
        with("conditions", json!({"grantTypes": {"include": ["client-credentials"]}})),
        with("actions", json!({"scopes": {"include": ["*"]}})),
        token("accessTokenLifetimeMinutes", 4),
        token("accessTokenLifetimeMinutes", 1441),
        token("refreshTokenLifetimeMinutes", 59),
        token("refreshTokenLifetimeMinutes", -1),
        token("refreshTokenWindowMinutes", 9),
    ];
    let mut said = Vec::new();
    for sent in sent {
        said.push(refusal(send(&org, "POST", &path, sent).await));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: type ["type: The field cannot be left blank"]
    400 E0000001 Api validation failed: name ["name: An object with this field already exists in the current organization"]
    400 E0000001 Api validation failed: conditions ["conditions: The field cannot be left blank"]
    400 E0000001 Api validation failed: conditions.people ["conditions.people: users or groups must be included for grants that act for a person"]
    400 E0000001 Api validation failed: conditions.people ["conditions.people: users or groups must be included for grants that act for a person"]
    400 E0000001 Api validation failed: actions.scopes ["actions.scopes: Cannot add scopes to 'action.scopes', add to 'conditions.scopes.include' instead."]
    400 E0000001 Api validation failed: accessTokenLifetimeMinutes ["accessTokenLifetimeMinutes: must be from 5 to 1440"]
    400 E0000001 Api validation failed: accessTokenLifetimeMinutes ["accessTokenLifetimeMinutes: must be from 5 to 1440"]
    400 E0000001 Api validation failed: refreshTokenLifetimeMinutes ["refreshTokenLifetimeMinutes: must not be less than accessTokenLifetimeMinutes"]
    400 E0000001 Api validation failed: refreshTokenLifetimeMinutes ["refreshTokenLifetimeMinutes: must not be negative"]
    400 E0000001 Api validation failed: refreshTokenWindowMinutes ["refreshTokenWindowMinutes: must be from 10 to 2628000"]
    "#);
}
