//! What groups have: their apps, their users, and how many of each.

use serde_json::{Value, json};

use crate::support::{create, get, org, refusal, send, try_send, web};

#[tokio::test]
async fn the_apps_of_a_group_come_in_pages() {
    let org = org();
    let (_, group) = send(&org, "POST", "/api/v1/groups", json!({"profile": {"name": "Sales"}})).await;
    let path = format!("/api/v1/groups/{}/apps", group["id"].as_str().unwrap());
    assert_eq!(get(&org, &path).await, json!([]));
    let mut apps = Vec::new();
    for label in ["One", "Two", "Three"] {
        let (app, _) = create(&org, web(label)).await;
        let assignment = format!("/api/v1/apps/{app}/groups/{}", group["id"].as_str().unwrap());
        assert_eq!(send(&org, "PUT", &assignment, json!({})).await.0, 200);
        apps.push(get(&org, &format!("/api/v1/apps/{app}")).await);
    }
    create(&org, web("Another")).await;
    assert_eq!(get(&org, &path).await, json!(apps));
    let response = try_send(&org, "GET", &format!("{path}?limit=2"), Value::Null).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(response.body()).unwrap(), json!(apps[..2]));
    let links: Vec<_> = response.headers().get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    insta::assert_snapshot!(links.join("\n"), @r#"
    <https://org.example.com/api/v1/groups/00gf000008EuhhLZ55d7/apps?limit=2>; rel="self"
    <https://org.example.com/api/v1/groups/00gf000008EuhhLZ55d7/apps?after=0oaf00000GToTgl015d7&limit=2>; rel="next"
    "#);
    let next = links[1].replace("<https://org.example.com", "").replace(">; rel=\"next\"", "");
    assert_eq!(get(&org, &next).await, json!(apps[2..]));
}

#[tokio::test]
async fn the_one_user_is_in_everyone_and_in_no_other_group() {
    let org = org();
    let everyone = get(&org, "/api/v1/groups?q=Everyone").await[0]["id"].as_str().unwrap().to_owned();
    let (_, sales) = send(&org, "POST", "/api/v1/groups", json!({"profile": {"name": "Sales"}})).await;
    let sales = sales["id"].as_str().unwrap();
    let users = get(&org, &format!("/api/v1/groups/{everyone}/users")).await;
    assert_eq!(users, json!([get(&org, "/api/v1/users/me").await]));
    let response = try_send(&org, "GET", &format!("/api/v1/groups/{sales}/users?limit=200"), Value::Null).await.unwrap();
    assert_eq!(response.body(), b"[]");
    let link = response.headers()["link"].to_str().unwrap();
    assert_eq!(link, format!("<https://org.example.com/api/v1/groups/{sales}/users?limit=200>; rel=\"self\""));
    let owners = try_send(&org, "GET", &format!("/api/v1/groups/{sales}/owners"), Value::Null).await.unwrap();
    assert_eq!((owners.body().as_slice(), owners.headers().get("link")), (&b"[]"[..], None));
    let refusals = [
        send(&org, "GET", "/api/v1/groups/00g0/apps", Value::Null).await,
        send(&org, "GET", "/api/v1/groups/00g0/users", Value::Null).await,
        send(&org, "GET", "/api/v1/groups/00g0/owners", Value::Null).await,
    ];
    assert_eq!(refusals.map(refusal), [(); 3].map(|()| "404 E0000007 Not found: Resource not found: 00g0 (UserGroup) []"));
}

#[tokio::test]
async fn a_list_of_groups_counts_what_they_have_when_asked_to() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let everyone = get(&org, "/api/v1/groups?q=Everyone").await[0]["id"].as_str().unwrap().to_owned();
    send(&org, "PUT", &format!("/api/v1/apps/{app}/groups/{everyone}"), json!({})).await;
    insta::assert_json_snapshot!(get(&org, "/api/v1/groups?expand=stats").await[0]["_embedded"], @r#"
    {
      "stats": {
        "usersCount": 1,
        "appsCount": 1,
        "groupPushMappingsCount": 0,
        "hasAdminPrivilege": false,
        "_links": {
          "users": {
            "href": "https://org.example.com/api/v1/groups/00gf0000023jmnqub5d7/users"
          },
          "apps": {
            "href": "https://org.example.com/api/v1/groups/00gf0000023jmnqub5d7/apps"
          }
        }
      }
    }
    "#);
    assert_eq!(get(&org, "/api/v1/groups").await[0].get("_embedded"), None);
}

#[tokio::test]
async fn a_filter_knows_the_documented_times() {
    let org = org();
    let found = async |filter: &str| {
        let encoded: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        get(&org, &format!("/api/v1/groups?filter={encoded}")).await.as_array().unwrap().len()
    };
    assert_eq!(found(r#"type eq "BUILT_IN" and lastUpdated gt "2025-01-01T00:00:00.000Z""#).await, 1);
    assert_eq!(found(r#"lastMembershipUpdated lt "2025-01-01T00:00:00.000Z" or lastUpdated lt "2025-01-01T00:00:00.000Z""#).await, 0);
    insta::assert_snapshot!(refusal(send(&org, "GET", "/api/v1/groups?filter=created%20eq%20%22x%22", Value::Null).await), @r#"400 E0000031 Invalid search criteria. ["created cannot be filtered on"]"#);
}
