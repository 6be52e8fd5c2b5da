//! Lists: pages, links, filters and lag.

use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};

use crate::support::{create, frozen, get, org, send, try_send, web};

/// Follows the `next` links of a list and returns how many items each page had.
async fn pages(org: &Org, path: &str) -> Vec<usize> {
    let mut next = Some(path.to_owned());
    let mut sizes = Vec::new();
    while let Some(path) = next.take() {
        let response = try_send(org, "GET", &path, Value::Null).await.unwrap();
        let items: Vec<Value> = serde_json::from_slice(response.body()).unwrap();
        sizes.push(items.len());
        for link in response.headers().get_all("link") {
            let link = link.to_str().unwrap();
            if let Some(url) = link.strip_suffix(">; rel=\"next\"") {
                next = Some(url.replace("<https://org.example.com", ""));
            }
        }
    }
    sizes
}

#[tokio::test]
async fn a_list_comes_in_pages_until_there_is_no_next() {
    let org = Org::open(Config { seed_apps: 450, ..frozen() }).unwrap();
    assert_eq!(pages(&org, "/api/v1/apps?limit=200").await, [200, 200, 50]);
    assert_eq!(pages(&org, "/api/v1/apps?limit=150").await, [150, 150, 150]);
    assert_eq!(pages(&org, "/api/v1/apps").await.len(), 23);
    let filtered = "/api/v1/apps?limit=200&filter=name%20eq%20%22oidc_client%22%20and%20status%20eq%20%22INACTIVE%22";
    assert_eq!(pages(&org, filtered).await, [0]);
}

#[tokio::test]
async fn links_repeat_the_query_in_oktas_order() {
    let org = Org::open(Config { seed_apps: 3, ..frozen() }).unwrap();
    let path = "/api/v1/apps?filter=status%20eq%20%22ACTIVE%22&limit=1&q=Seeded";
    let response = try_send(&org, "GET", path, Value::Null).await.unwrap();
    let links: Vec<_> = response.headers().get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    insta::assert_snapshot!(links.join("\n"), @r#"
    <https://org.example.com/api/v1/apps?limit=1&q=Seeded&filter=status+eq+%22ACTIVE%22>; rel="self"
    <https://org.example.com/api/v1/apps?after=0oaf000008Euf57TO5d7&limit=1&q=Seeded&filter=status+eq+%22ACTIVE%22>; rel="next"
    "#);
}

#[tokio::test]
async fn q_is_a_prefix_of_the_label_and_labels_are_not_unique() {
    let org = org();
    for label in ["Portal", "Portal", "portal two", "Another Portal"] {
        create(&org, web(label)).await;
    }
    assert_eq!(get(&org, "/api/v1/apps?q=portal").await.as_array().unwrap().len(), 3);
    assert_eq!(get(&org, "/api/v1/apps?q=oidc_").await.as_array().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn under_list_lag_lists_are_old_and_objects_are_not() {
    let org = Org::open(Config { faults: vec!["list-lag=3s".parse().unwrap()], ..frozen() }).unwrap();
    let (id, app) = create(&org, web("Portal")).await;
    let listed = async || get(&org, "/api/v1/apps").await.as_array().unwrap().len();
    assert_eq!(listed().await, 0);
    assert_eq!(get(&org, &format!("/api/v1/apps/{id}")).await["label"], app["label"]);
    let secrets = format!("/api/v1/apps/{id}/credentials/secrets");
    assert_eq!(get(&org, &secrets).await, json!([]));
    tokio::time::advance(std::time::Duration::from_millis(2_999)).await;
    assert_eq!(listed().await, 0);
    let (_, second) = send(&org, "POST", &secrets, Value::Null).await;
    tokio::time::advance(std::time::Duration::from_millis(1)).await;
    assert_eq!(listed().await, 1);
    assert_eq!(get(&org, &secrets).await.as_array().unwrap().len(), 1);
    let one = format!("{secrets}/{}", second["id"].as_str().unwrap());
    assert_eq!(get(&org, &one).await["status"], "ACTIVE");
    tokio::time::advance(std::time::Duration::from_secs(3)).await;
    assert_eq!(get(&org, &secrets).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn groups_are_found_by_prefix_and_assigned_in_order() {
    let org = org();
    let mut ids = Vec::new();
    for name in ["Sales", "Sales EMEA"] {
        let (status, group) = send(&org, "POST", "/api/v1/groups", json!({"profile": {"name": name}})).await;
        assert_eq!(status, 200);
        ids.push(group["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(get(&org, "/api/v1/groups?q=sales").await.as_array().unwrap().len(), 2);
    assert_eq!(get(&org, "/api/v1/groups?search=profile.name%20eq%20%22Sales%22").await.as_array().unwrap().len(), 1);
    assert_eq!(get(&org, "/api/v1/groups?filter=type%20eq%20%22BUILT_IN%22").await[0]["profile"]["name"], "Everyone");
    let (app, _) = create(&org, web("Portal")).await;
    let path = format!("/api/v1/apps/{app}/groups");
    for id in &ids {
        assert_eq!(send(&org, "PUT", &format!("{path}/{id}"), json!({})).await.0, 200);
    }
    let assigned = get(&org, &path).await;
    let priorities = assigned.as_array().unwrap().iter().map(|group| &group["priority"]);
    assert_eq!(priorities.collect::<Vec<_>>(), [0, 1]);
    assert_eq!(send(&org, "DELETE", &format!("{path}/{}", ids[0]), Value::Null).await.0, 204);
    assert_eq!(get(&org, &path).await.as_array().unwrap().len(), 1);
}
