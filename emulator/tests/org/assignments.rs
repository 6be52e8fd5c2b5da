//! Groups that apps are assigned to: pages by priority, what is embedded, changes by JSON Patch.

use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::support::{create, get, org, refusal, send, switched, try_send, web};

/// Makes an app with groups of these names, in this order.
async fn assigned(org: &Org, names: &[&str]) -> (String, Vec<String>) {
    let (app, _) = create(org, web("Portal")).await;
    let mut groups = Vec::new();
    for name in names {
        let (_, group) = send(org, "POST", "/api/v1/groups", json!({"profile": {"name": name}})).await;
        let group = group["id"].as_str().unwrap().to_owned();
        assert_eq!(send(org, "PUT", &format!("/api/v1/apps/{app}/groups/{group}"), json!({})).await.0, 200);
        groups.push(group);
    }
    (format!("/api/v1/apps/{app}/groups"), groups)
}

/// Returns the ids of a page, and the path of the next one.
async fn page(org: &Org, path: &str) -> (Vec<Value>, Option<String>) {
    let response = try_send(org, "GET", path, Value::Null).await.unwrap();
    let items: Vec<Value> = serde_json::from_slice(response.body()).unwrap();
    let mut links = response.headers().get_all("link").iter().map(|link| link.to_str().unwrap());
    let next = links.find_map(|link| link.strip_suffix(">; rel=\"next\""));
    (items.iter().map(|item| item["id"].clone()).collect(), next.map(|url| url.replace("<https://org.example.com", "")))
}

#[tokio::test]
async fn assignments_come_by_priority_and_a_page_goes_on_though_its_last_one_is_gone() {
    let org = org();
    let (path, groups) = assigned(&org, &["A", "B", "C", "D"]).await;
    send(&org, "PUT", &format!("{path}/{}", groups[0]), json!({"priority": 7})).await;
    let (shown, next) = page(&org, &format!("{path}?limit=2")).await;
    assert_eq!(shown, [json!(groups[1]), json!(groups[2])]);
    assert_eq!(send(&org, "DELETE", &format!("{path}/{}", groups[2]), Value::Null).await.0, 204);
    let (shown, next) = page(&org, &next.unwrap()).await;
    assert_eq!((shown, next), (vec![json!(groups[3]), json!(groups[0])], None));
}

#[tokio::test]
async fn q_is_a_prefix_of_the_groups_name() {
    let org = org();
    let (path, groups) = assigned(&org, &["Sales", "Salespeople", "Resales"]).await;
    assert_eq!(page(&org, &format!("{path}?q=sales")).await, (vec![json!(groups[0]), json!(groups[1])], None));
    let response = try_send(&org, "GET", &format!("{path}?limit=1&q=sales"), Value::Null).await.unwrap();
    let links: Vec<_> = response.headers().get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    insta::assert_snapshot!(links.join("\n"), @r#"
    <https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/groups?limit=1&q=sales>; rel="self"
    <https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/groups?after=0_00gf00000EQ5hGY4X5d7&limit=1&q=sales>; rel="next"
    "#);
}

#[tokio::test]
async fn an_assignment_embeds_its_group_or_where_its_attributes_are_from() {
    let org = org();
    let (path, groups) = assigned(&org, &["Sales"]).await;
    let one = format!("{path}/{}", groups[0]);
    send(&org, "PUT", &one, json!({"profile": {"manager": "X"}})).await;
    let group = get(&org, &format!("{one}?expand=group")).await["_embedded"]["group"].clone();
    assert_eq!(group, get(&org, &format!("/api/v1/groups/{}", groups[0])).await);
    insta::assert_json_snapshot!(get(&org, &format!("{path}?expand=metadata")).await, @r#"
    [
      {
        "id": "00gf00000EQ5hGY4X5d7",
        "lastUpdated": "2026-01-01T00:00:00.000Z",
        "priority": 0,
        "profile": {
          "manager": "X"
        },
        "_links": {
          "app": {
            "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7"
          },
          "self": {
            "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/groups/00gf00000EQ5hGY4X5d7"
          },
          "group": {
            "href": "https://org.example.com/api/v1/groups/00gf00000EQ5hGY4X5d7"
          }
        },
        "_embedded": {
          "metadata": {
            "credentials": {},
            "profile": {
              "manager": {
                "source": {
                  "type": "USER",
                  "value": [
                    {
                      "id": "00uf000000003g7GZ5d7",
                      "self": {
                        "href": "https://org.example.com/api/v1/users/00uf000000003g7GZ5d7"
                      }
                    }
                  ]
                },
                "lastUpdated": null
              }
            }
          }
        }
      }
    ]
    "#);
    assert_eq!(get(&org, &one).await.get("_embedded"), None);
}

#[tokio::test]
async fn a_patch_replaces_and_removes_parts_of_an_assignment() {
    let org = org();
    let (path, groups) = assigned(&org, &["Sales"]).await;
    let one = format!("{path}/{}", groups[0]);
    send(&org, "PUT", &one, json!({"profile": {"manager": "X", "a/b": 1, "division": "top"}})).await;
    let patch = json!([
        {"op": "replace", "path": "/profile/manager", "value": "Y"},
        {"op": "replace", "path": "/profile/a~1b", "value": 2},
        {"op": "remove", "path": "/profile/division"},
        {"op": "replace", "path": "/priority", "value": 4},
    ]);
    let (status, patched) = send(&org, "PATCH", &one, patch).await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(patched, @r#"
    {
      "id": "00gf00000EQ5hGY4X5d7",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "priority": 4,
      "profile": {
        "manager": "Y",
        "a/b": 2
      },
      "_links": {
        "app": {
          "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7"
        },
        "self": {
          "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/groups/00gf00000EQ5hGY4X5d7"
        },
        "group": {
          "href": "https://org.example.com/api/v1/groups/00gf00000EQ5hGY4X5d7"
        }
      }
    }
    "#);
    assert_eq!(get(&org, &one).await, patched);
    let whole = json!([{"op": "replace", "path": "/profile", "value": {"team": "Z"}}]);
    assert_eq!(send(&org, "PATCH", &one, whole).await.1["profile"], json!({"team": "Z"}));
    let none = json!([{"op": "remove", "path": "/profile"}]);
    assert_eq!(send(&org, "PATCH", &one, none).await.1["profile"], json!({}));
    let before = get(&org, "/api/v1/logs").await.as_array().unwrap().len();
    assert_eq!(send(&org, "PATCH", &one, Value::Null).await, (200, get(&org, &one).await));
    assert_eq!(get(&org, "/api/v1/logs").await.as_array().unwrap().len(), before);
}

#[tokio::test]
async fn a_patch_that_cannot_be_done_changes_nothing() {
    let org = org();
    let (path, groups) = assigned(&org, &["Sales"]).await;
    let one = format!("{path}/{}", groups[0]);
    let before = get(&org, &one).await;
    let mut refusals = Vec::new();
    for patch in [
        json!({"op": "remove", "path": "/profile/manager"}),
        json!([{"op": "replace", "path": "/profile/manager", "value": "X"}, {"op": "add", "path": "/profile/manager", "value": "Y"}]),
        json!([{"op": "replace", "path": "/profile/manager"}]),
        json!([{"op": "replace", "path": "/priority", "value": -1}]),
        json!([{"op": "replace", "path": "/profile", "value": "X"}]),
        json!([{"op": "remove", "path": "/priority"}]),
        json!([{"op": "remove", "path": "/profile/a/b"}]),
        json!([{"op": "remove"}]),
    ] {
        refusals.push(refusal(send(&org, "PATCH", &one, patch).await));
    }
    refusals.push(refusal(send(&org, "PATCH", &format!("{path}/00g0"), json!([])).await));
    refusals.push(refusal(send(&org, "PUT", &one, json!({"priority": "first"})).await));
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    400 E0000003 The request body was not well-formed. []
    400 E0000001 Api validation failed: op ["op: must be one of replace, remove"]
    400 E0000001 Api validation failed: value ["value: The field cannot be left blank"]
    400 E0000001 Api validation failed: value ["value: a priority is a whole number from 0"]
    400 E0000001 Api validation failed: value ["value: a profile is an object"]
    400 E0000001 Api validation failed: path ["path: must be that of a priority or of an attribute of the profile"]
    400 E0000001 Api validation failed: path ["path: must be that of a priority or of an attribute of the profile"]
    400 E0000001 Api validation failed: path ["path: must be that of a priority or of an attribute of the profile"]
    404 E0000007 Not found: Resource not found: 00g0 (ApplicationGroupAssignment) []
    400 E0000003 The request body was not well-formed. []
    "#);
    assert_eq!(get(&org, &one).await, before);
}

#[tokio::test]
async fn an_attribute_that_is_not_there_is_set_or_by_choice_refused() {
    let patch = json!([{"op": "replace", "path": "/profile/manager", "value": "X"}]);
    let org = org();
    let (path, groups) = assigned(&org, &["Sales"]).await;
    let (_, patched) = send(&org, "PATCH", &format!("{path}/{}", groups[0]), patch.clone()).await;
    assert_eq!(patched["profile"], json!({"manager": "X"}));
    let strict = switched(&[("patch-absent-attribute", "refuse")]);
    let (path, groups) = assigned(&strict, &["Sales"]).await;
    insta::assert_snapshot!(refusal(send(&strict, "PATCH", &format!("{path}/{}", groups[0]), patch).await), @r#"400 E0000001 Api validation failed: path ["path: there is no such attribute"]"#);
}
