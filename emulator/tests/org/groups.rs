//! Groups: what an answer holds, what names are free, and what a search finds.

use serde_json::{Value, json};

use crate::support::{create, get, org, refusal, send, switched, web};

async fn made(org: &idpctl_emulator::Org, profile: Value) -> String {
    let (status, group) = send(org, "POST", "/api/v1/groups", json!({"profile": profile})).await;
    assert_eq!(status, 200, "{group}");
    group["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_group_is_created_read_renamed_and_deleted() {
    let org = org();
    let sent = json!({"profile": {"name": "Sales", "description": "All who sell"}});
    let (status, group) = send(&org, "POST", "/api/v1/groups", sent).await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(group, @r#"
    {
      "id": "00gf000008EuhhLZ55d7",
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "lastMembershipUpdated": "2026-01-01T00:00:00.000Z",
      "objectClass": [
        "okta:user_group"
      ],
      "type": "OKTA_GROUP",
      "profile": {
        "name": "Sales",
        "description": "All who sell"
      },
      "_links": {
        "logo": [
          {
            "name": "medium",
            "href": "https://op3static2.oktacdn.com/assets/img/logos/groups/odyssey/okta-medium.30ce6d4085dff29412984e4c191bc874.png",
            "type": "image/png"
          },
          {
            "name": "large",
            "href": "https://op3static2.oktacdn.com/assets/img/logos/groups/odyssey/okta-large.c3cb8cda8ae0add1b4fe928f5844dbe3.png",
            "type": "image/png"
          }
        ],
        "owners": {
          "href": "https://org.example.com/api/v1/groups/00gf000008EuhhLZ55d7/owners"
        },
        "users": {
          "href": "https://org.example.com/api/v1/groups/00gf000008EuhhLZ55d7/users"
        },
        "apps": {
          "href": "https://org.example.com/api/v1/groups/00gf000008EuhhLZ55d7/apps"
        }
      }
    }
    "#);
    let path = format!("/api/v1/groups/{}", group["id"].as_str().unwrap());
    assert_eq!(get(&org, &path).await, group);
    let (status, renamed) = send(&org, "PUT", &path, json!({"profile": {"name": "Selling"}})).await;
    assert_eq!((status, &renamed["profile"]), (200, &json!({"name": "Selling", "description": null})));
    assert_eq!(send(&org, "DELETE", &path, Value::Null).await, (204, Value::Null));
    insta::assert_snapshot!(refusal(send(&org, "GET", &path, Value::Null).await), @"404 E0000007 Not found: Resource not found: 00gf000008EuhhLZ55d7 (UserGroup) []");
}

#[tokio::test]
async fn an_org_without_the_feature_of_group_owners_does_not_link_to_them() {
    let org = switched(&[("group-owners", "absent")]);
    let everyone = get(&org, "/api/v1/groups?q=Everyone").await;
    let links: Vec<_> = everyone[0]["_links"].as_object().unwrap().keys().collect();
    assert_eq!(links, ["logo", "users", "apps"]);
}

#[tokio::test]
async fn a_deleted_group_has_no_app_any_more() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let group = made(&org, json!({"name": "Sales"})).await;
    let path = format!("/api/v1/apps/{app}/groups");
    assert_eq!(send(&org, "PUT", &format!("{path}/{group}"), json!({})).await.0, 200);
    assert_eq!(send(&org, "DELETE", &format!("/api/v1/groups/{group}"), Value::Null).await.0, 204);
    assert_eq!(get(&org, &path).await, json!([]));
}

#[tokio::test]
async fn a_taken_name_a_missing_name_and_the_built_in_group_are_refused() {
    let org = org();
    made(&org, json!({"name": "Sales"})).await;
    let everyone = get(&org, "/api/v1/groups?q=Everyone").await[0]["id"].as_str().unwrap().to_owned();
    let refusals = [
        send(&org, "POST", "/api/v1/groups", json!({"profile": {"name": "Sales"}})).await,
        send(&org, "POST", "/api/v1/groups", json!({"profile": {}})).await,
        send(&org, "DELETE", &format!("/api/v1/groups/{everyone}"), Value::Null).await,
    ];
    insta::assert_snapshot!(refusals.map(refusal).join("\n"), @r#"
    400 E0000001 Api validation failed: name ["name: An object with this field already exists in the current organization"]
    400 E0000001 Api validation failed: name ["name: The field cannot be left blank"]
    400 E0000001 Api validation failed: group ["A built-in group cannot be deleted"]
    "#);
}

#[tokio::test]
async fn a_search_compares_whole_names_beginnings_and_parts() {
    let org = org();
    for name in ["Sales", "Sales EMEA", "Resales"] {
        made(&org, json!({"name": name, "description": "d"})).await;
    }
    let found = async |query: &str| {
        let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let groups = get(&org, &format!("/api/v1/groups?search={encoded}")).await;
        let names = groups.as_array().unwrap().iter().map(|group| group["profile"]["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(found(r#"profile.name eq "Sales""#).await, ["Sales"]);
    assert_eq!(found(r#"profile.name sw "Sales""#).await, ["Sales", "Sales EMEA"]);
    assert_eq!(found(r#"profile.name co "esa" and type eq "OKTA_GROUP""#).await, ["Resales"]);
    assert_eq!(found("not (profile.description pr)").await, Vec::<String>::new());
    assert_eq!(found(r#"created gt "2025-12-31T00:00:00.000Z" and not (type eq "OKTA_GROUP")"#).await, ["Everyone"]);
}
