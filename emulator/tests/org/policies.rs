//! Access policies: which apps have one, and whether it is active.

use serde_json::{Value, json};

use crate::support::{create, get, org, refusal, send, switched, web};

#[tokio::test]
async fn an_app_is_mapped_to_one_policy_at_a_time() {
    let org = org();
    let (app, made) = create(&org, web("Portal")).await;
    let default = made["_links"]["accessPolicy"]["href"].as_str().unwrap().replace("https://org.example.com", "");
    let (_, policy) = send(&org, "POST", "/api/v1/policies", json!({"type": "ACCESS_POLICY", "name": "Strict"})).await;
    let own = format!("/api/v1/policies/{}", policy["id"].as_str().unwrap());
    assert_eq!(get(&org, &format!("{own}/mappings")).await, json!([]));
    let before = get(&org, &format!("{default}/mappings")).await;
    assert_eq!(before.as_array().unwrap().len(), 1);

    let (status, mapping) =
        send(&org, "POST", &format!("{own}/mappings"), json!({"resourceType": "ACCESS_POLICY", "resourceId": app})).await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(mapping, @r#"
    {
      "id": "mapbGAgahYRsM5eYa5d7",
      "_links": {
        "application": {
          "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7",
          "hints": {
            "allow": [
              "GET",
              "PUT",
              "DELETE"
            ]
          }
        },
        "self": {
          "href": "https://org.example.com/api/v1/policies/rstf00000EQ5rX4Vi5d7/mappings/mapbGAgahYRsM5eYa5d7",
          "hints": {
            "allow": [
              "GET",
              "PUT",
              "DELETE"
            ]
          }
        },
        "policy": {
          "href": "https://org.example.com/api/v1/policies/rstf00000EQ5rX4Vi5d7",
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
    assert_eq!(get(&org, &format!("{own}/mappings")).await, json!([mapping]));
    let one = format!("{own}/mappings/{}", mapping["id"].as_str().unwrap());
    assert_eq!(get(&org, &one).await, mapping);
    let read = get(&org, &format!("/api/v1/apps/{app}")).await;
    assert_eq!(read["_links"]["accessPolicy"]["href"], format!("https://org.example.com{own}"));
    assert_eq!(get(&org, &format!("{own}/app")).await, json!([read]));
    assert_eq!(get(&org, &format!("{default}/mappings")).await, json!([]));
    assert_eq!(get(&org, &format!("{default}/app")).await, json!([]));

    assert_eq!(send(&org, "DELETE", &one, Value::Null).await, (204, Value::Null));
    assert_eq!(get(&org, &format!("{default}/mappings")).await, before);
    let refused = refusal(send(&org, "GET", &one, Value::Null).await);
    insta::assert_snapshot!(refused, @"404 E0000007 Not found: Resource not found: mapbGAgahYRsM5eYa5d7 (PolicyMapping) []");
    let events = get(&org, "/api/v1/logs?filter=eventType%20eq%20%22policy.mapping.create%22").await;
    let targets: Vec<_> = events.as_array().unwrap().iter().map(|event| event["target"][0]["displayName"].clone()).collect();
    assert_eq!(targets, ["Strict", "Any two factors"]);
}

#[tokio::test]
async fn a_mapping_of_nothing_or_at_nothing_is_refused() {
    let org = org();
    let (app, made) = create(&org, web("Portal")).await;
    let default = made["_links"]["accessPolicy"]["href"].as_str().unwrap().replace("https://org.example.com", "");
    let path = format!("{default}/mappings");
    let refusals = [
        send(&org, "POST", &path, json!({"resourceType": "APP", "resourceId": app})).await,
        send(&org, "POST", &path, json!({"resourceType": "ACCESS_POLICY"})).await,
        send(&org, "POST", &path, json!({"resourceType": "ACCESS_POLICY", "resourceId": 1})).await,
        send(&org, "POST", &path, json!({"resourceType": "ACCESS_POLICY", "resourceId": "0oa0"})).await,
        send(&org, "POST", "/api/v1/policies/rst0/mappings", json!({"resourceType": "ACCESS_POLICY", "resourceId": app})).await,
        send(&org, "GET", "/api/v1/policies/rst0/mappings", Value::Null).await,
        send(&org, "GET", "/api/v1/policies/rst0/app", Value::Null).await,
        send(&org, "DELETE", &format!("{path}/map0"), Value::Null).await,
    ];
    insta::assert_snapshot!(refusals.map(refusal).join("\n"), @r#"
    400 E0000001 Api validation failed: resourceType ["resourceType: must be ACCESS_POLICY"]
    400 E0000001 Api validation failed: resourceId ["resourceId: The field cannot be left blank"]
    400 E0000003 The request body was not well-formed. []
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    404 E0000007 Not found: Resource not found: rst0 (Policy) []
    404 E0000007 Not found: Resource not found: rst0 (Policy) []
    404 E0000007 Not found: Resource not found: rst0 (Policy) []
    404 E0000007 Not found: Resource not found: map0 (PolicyMapping) []
    "#);
}

#[tokio::test]
async fn the_mapping_to_the_default_policy_stays() {
    for (switch, expected) in [("refuse", 403), ("accept", 204)] {
        let org = switched(&[("default-policy-mapping", switch)]);
        let (_, made) = create(&org, web("Portal")).await;
        let default = made["_links"]["accessPolicy"]["href"].as_str().unwrap().replace("https://org.example.com", "");
        let mappings = get(&org, &format!("{default}/mappings")).await;
        let one = format!("{default}/mappings/{}", mappings[0]["id"].as_str().unwrap());
        assert_eq!(send(&org, "DELETE", &one, Value::Null).await.0, expected);
        assert_eq!(get(&org, &format!("{default}/mappings")).await, mappings);
    }
}

#[tokio::test]
async fn a_policy_is_deactivated_and_activated_again_but_for_the_systems_own() {
    let org = org();
    let (_, policy) = send(&org, "POST", "/api/v1/policies", json!({"type": "ACCESS_POLICY", "name": "Strict"})).await;
    let own = format!("/api/v1/policies/{}", policy["id"].as_str().unwrap());
    let mut told = Vec::new();
    for turn in ["deactivate", "deactivate", "activate"] {
        let (status, body) = send(&org, "POST", &format!("{own}/lifecycle/{turn}"), Value::Null).await;
        let read = get(&org, &own).await;
        let links: Vec<_> = read["_links"].as_object().unwrap().keys().cloned().collect();
        told.push(format!("{status} {body} {} {links:?}", read["status"]));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    204 null "INACTIVE" ["mappings", "self", "rules", "activate"]
    204 null "INACTIVE" ["mappings", "self", "rules", "activate"]
    204 null "ACTIVE" ["mappings", "self", "rules", "deactivate"]
    "#);
    let events = get(&org, "/api/v1/logs?filter=eventType%20sw%20%22policy.lifecycle%22").await;
    let kinds: Vec<_> = events.as_array().unwrap().iter().map(|event| event["eventType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["policy.lifecycle.create", "policy.lifecycle.deactivate", "policy.lifecycle.activate"]);

    let policies = get(&org, "/api/v1/policies?type=ACCESS_POLICY").await;
    let system = policies.as_array().unwrap().iter().find(|policy| policy["system"] == true).unwrap()["id"].as_str().unwrap();
    let strict = switched(&[("lifecycle-repeat", "refuse")]);
    let refusals = [
        send(&org, "POST", &format!("/api/v1/policies/{system}/lifecycle/deactivate"), Value::Null).await,
        send(&org, "POST", "/api/v1/policies/rst0/lifecycle/activate", Value::Null).await,
        send(&org, "POST", &format!("{own}/lifecycle/explode"), Value::Null).await,
        send(&strict, "POST", &format!("/api/v1/policies/{system}/lifecycle/activate"), Value::Null).await,
    ];
    insta::assert_snapshot!(refusals.map(refusal).join("\n"), @r#"
    403 E0000006 You do not have permission to perform the requested action []
    404 E0000007 Not found: Resource not found: rst0 (Policy) []
    404 E0000008 The requested path was not found []
    400 E0000001 Api validation failed: status ["status: The object is already ACTIVE"]
    "#);
}
