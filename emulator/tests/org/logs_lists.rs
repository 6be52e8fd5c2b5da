//! The System Log as a list: followed, paged through, filtered, and refused.

use std::collections::BTreeSet;

use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};

use crate::{
    logs::events,
    support::{create, frozen, org, refusal, send, try_send, web},
};

/// A page of the log, its `self` link, and the one that leads on.
async fn page(org: &Org, path: &str) -> (Vec<Value>, String, Option<String>) {
    let response = try_send(org, "GET", path, Value::Null).await.unwrap();
    assert_eq!(response.status(), 200);
    let links: Vec<_> = response.headers().get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    let found = |relation: &str| {
        let link = links.iter().find_map(|link| link.strip_suffix(&format!(">; rel=\"{relation}\"")));
        link.map(|link| link.replace("<https://org.example.com", ""))
    };
    (serde_json::from_slice(response.body()).unwrap(), found("self").unwrap(), found("next"))
}

/// All pages of a list that ends.
async fn pages(org: &Org, path: &str) -> Vec<Vec<Value>> {
    let mut next = Some(path.to_owned());
    let mut pages = Vec::new();
    while let Some(path) = next {
        let (events, _, link) = page(org, &path).await;
        pages.push(events);
        next = link;
    }
    pages
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The labels of the apps that the found events are about.
async fn found(org: &Org, query: &str) -> Vec<String> {
    let (events, ..) = page(org, &format!("/api/v1/logs?{query}")).await;
    let kind = |event: &Value| event["eventType"].as_str().unwrap().split('.').next().unwrap().to_owned();
    events.iter().map(|event| format!("{} {}", kind(event), event["target"][0]["displayName"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn following_the_log_while_it_grows_loses_nothing_and_doubles_nothing() {
    for limit in [1, 2, 3, 5, 1000] {
        let org = org();
        let mut next = format!("/api/v1/logs?limit={limit}");
        let mut seen = Vec::new();
        for round in 0..20 {
            if round % 3 != 0 && round < 12 {
                create(&org, web(&format!("App {round}"))).await;
            }
            // Two pages a round, so that some are full, some are not, and some are empty.
            for _ in 0..2 {
                let (events, _, link) = page(&org, &next).await;
                assert!(events.len() <= limit);
                seen.extend(events);
                next = link.unwrap();
            }
        }
        let all = events(&org).await;
        assert_eq!(all.len(), 16);
        assert_eq!(seen, all);
        let uuids: BTreeSet<_> = all.iter().map(|event| event["uuid"].as_str().unwrap()).collect();
        assert_eq!(uuids.len(), all.len());
    }
}

#[tokio::test]
async fn a_filtered_log_is_followed_in_the_same_way() {
    let org = org();
    let mut next = format!("/api/v1/logs?limit=1&filter={}", encoded(r#"eventType sw "application.""#));
    let mut seen = Vec::new();
    for round in 0..10 {
        if round < 4 {
            create(&org, web(&format!("App {round}"))).await;
        }
        let (events, _, link) = page(&org, &next).await;
        seen.extend(events.iter().map(|event| event["target"][0]["displayName"].as_str().unwrap().to_owned()));
        next = link.unwrap();
    }
    assert_eq!(seen, ["App 0", "App 1", "App 2", "App 3"]);
}

#[tokio::test]
async fn a_log_that_is_followed_always_leads_on_and_one_with_an_end_does_not() {
    let org = org();
    let mut links = Vec::new();
    let mut look = async |path: &str| {
        let (events, own, next) = page(&org, path).await;
        links.push(format!("{} events\n  {own}\n  {}", events.len(), next.unwrap_or_else(|| "no next".into())));
    };
    look("/api/v1/logs").await;
    create(&org, web("Portal")).await;
    look("/api/v1/logs").await;
    look("/api/v1/logs?after=1767225600000_00000002").await;
    look("/api/v1/logs?limit=0").await;
    look("/api/v1/logs?limit=1&since=2025-12-31T00:00:00Z&q=app").await;
    look("/api/v1/logs?limit=1&since=2025-12-31T00:00:00Z&until=2026-01-02T00:00:00Z").await;
    look("/api/v1/logs?limit=2&since=2025-12-31T00:00:00Z&until=2026-01-02T00:00:00Z").await;
    look("/api/v1/logs?limit=1&since=2025-12-31T00:00:00Z&sortOrder=DESCENDING").await;
    look("/api/v1/logs?sortOrder=DESCENDING").await;
    insta::assert_snapshot!(links.join("\n"), @"
    0 events
      /api/v1/logs?limit=100
      /api/v1/logs?limit=100&after=1766620800000
    2 events
      /api/v1/logs?limit=100
      /api/v1/logs?limit=100&after=1767225600000_00000002
    0 events
      /api/v1/logs?limit=100&after=1767225600000_00000002
      /api/v1/logs?limit=100&after=1767225600000_00000002
    0 events
      /api/v1/logs?limit=0
      /api/v1/logs?limit=0&after=1766620800000
    1 events
      /api/v1/logs?q=app&since=2025-12-31T00%3A00%3A00Z&limit=1
      /api/v1/logs?q=app&limit=1&after=1767225600000_00000001
    1 events
      /api/v1/logs?since=2025-12-31T00%3A00%3A00Z&until=2026-01-02T00%3A00%3A00Z&limit=1
      /api/v1/logs?until=2026-01-02T00%3A00%3A00Z&limit=1&after=1767225600000_00000001
    2 events
      /api/v1/logs?since=2025-12-31T00%3A00%3A00Z&until=2026-01-02T00%3A00%3A00Z&limit=2
      no next
    1 events
      /api/v1/logs?sortOrder=DESCENDING&since=2025-12-31T00%3A00%3A00Z&limit=1
      /api/v1/logs?sortOrder=DESCENDING&limit=1&after=1767225600000_00000002_1767139200000
    2 events
      /api/v1/logs?sortOrder=DESCENDING&limit=100
      no next
    ");
}

#[tokio::test(start_paused = true)]
async fn a_log_between_two_times_comes_in_pages_from_either_end() {
    let org = Org::open(Config { frozen_clock: false, ..frozen() }).unwrap();
    for label in ["Before", "First", "Second", "After"] {
        create(&org, web(label)).await;
        tokio::time::advance(std::time::Duration::from_hours(1)).await;
    }
    let all = events(&org).await;
    let (since, until) = (all[2]["published"].as_str().unwrap(), all[6]["published"].as_str().unwrap());
    let path = format!("/api/v1/logs?limit=3&since={since}&until={until}");
    assert_eq!(pages(&org, &path).await, [&all[2..5], &all[5..6]]);
    let backwards: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(pages(&org, &format!("{path}&sortOrder=DESCENDING")).await, [&backwards[2..5], &backwards[5..6]]);
    assert_eq!(pages(&org, "/api/v1/logs?limit=5&sortOrder=DESCENDING").await, [&backwards[..5], &backwards[5..]]);
    assert_eq!(pages(&org, &format!("/api/v1/logs?limit=3&since={since}&sortOrder=DESCENDING")).await.concat(), backwards[..6]);
}

#[tokio::test(start_paused = true)]
async fn a_log_without_a_beginning_goes_back_a_week() {
    let org = Org::open(Config { frozen_clock: false, ..frozen() }).unwrap();
    create(&org, web("Old")).await;
    tokio::time::advance(std::time::Duration::from_hours(8 * 24)).await;
    create(&org, web("New")).await;
    assert_eq!(found(&org, "").await, ["application New", "app New"]);
    assert_eq!(found(&org, "sortOrder=DESCENDING").await, ["app New", "application New"]);
}

#[tokio::test]
async fn events_are_found_by_filter_and_by_words() {
    let org = org();
    let (portal, _) = create(&org, web("Portal")).await;
    create(&org, web("Gate of Portals")).await;
    let filter = async |filter: &str| found(&org, &format!("filter={}", encoded(filter))).await;
    assert_eq!(filter(&format!(r#"target.id eq "{portal}""#)).await, ["application Portal", "app Portal"]);
    let chosen = r#"eventType sw "app.oauth2" and not (target.displayName eq "Portal") or uuid eq "none""#;
    assert_eq!(filter(chosen).await, ["app Gate of Portals"]);
    assert_eq!(filter(r#"actor.type ne "User""#).await, Vec::<String>::new());
    assert_eq!(filter("transaction.detail.requestApiTokenId pr").await.len(), 4);
    assert_eq!(found(&org, "q=portal").await.len(), 4);
    assert_eq!(found(&org, "q=gate+OAUTH2").await, ["app Gate of Portals"]);
}

#[tokio::test]
async fn what_the_log_cannot_answer_is_refused() {
    let org = org();
    let eleven = "a+".repeat(11);
    let long = "x".repeat(41);
    let mut refusals = Vec::new();
    for query in [
        r#"filter=published gt "2026-01-01""#,
        r#"filter=target.changeDetails.from.label eq "x""#,
        r#"filter=target[id eq "x"]"#,
        r#"filter=shoe eq "x""#,
        "since=2025-01-01T00:00:00Z",
        "since=yesterday",
        "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
        "since=2026-01-01T00:00:00Z&after=1767225600000_00000002",
        "after=somewhere",
        "limit=1001",
        "sortOrder=UP",
        &format!("q={eleven}"),
        &format!("q={long}"),
    ] {
        let query = query.replace(' ', "%20").replace('"', "%22");
        refusals.push(refusal(send(&org, "GET", &format!("/api/v1/logs?{query}"), Value::Null).await));
    }
    refusals.push(refusal(send(&org, "POST", "/api/v1/logs", json!({})).await));
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    400 E0000053 Invalid SCIM filter. ["published cannot be filtered on"]
    400 E0000053 Invalid SCIM filter. ["target.changeDetails.from.label cannot be filtered on"]
    400 E0000053 Invalid SCIM filter. ["target[id cannot be filtered on"]
    400 E0000053 Invalid SCIM filter. ["shoe cannot be filtered on"]
    400 E0000053 Invalid SCIM filter. ["since: The log goes back no more than 180 days"]
    400 E0000001 Api validation failed: since ["since: must be a time such as 2026-01-01T00:00:00.000Z"]
    400 E0000001 Api validation failed: since ["since: must not be after until"]
    400 E0000001 Api validation failed: after ["after: cannot be used together with since"]
    400 E0000001 Api validation failed: after ["after: is not from a link of this list"]
    400 E0000001 Api validation failed: limit ["limit: must be a number from 0 to 1000"]
    400 E0000001 Api validation failed: sortOrder ["sortOrder: must be ASCENDING or DESCENDING"]
    400 E0000001 Api validation failed: q ["q: at most 10 words of at most 40 characters"]
    400 E0000001 Api validation failed: q ["q: at most 10 words of at most 40 characters"]
    405 E0000022 The endpoint does not support the provided HTTP method []
    "#);
}

#[tokio::test]
async fn the_log_has_a_bucket_of_its_own() {
    let org = Org::open(Config { rate_limits: "logs=2,api=50".parse().unwrap(), ..frozen() }).unwrap();
    let mut left = Vec::new();
    for path in ["/api/v1/logs", "/api/v1/policies?type=ACCESS_POLICY", "/api/v1/logs", "/api/v1/logs"] {
        let response = try_send(&org, "GET", path, Value::Null).await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        left.push(format!("{} {}/{}", response.status(), header("x-rate-limit-remaining"), header("x-rate-limit-limit")));
    }
    assert_eq!(left, ["200 OK 1/2", "200 OK 49/50", "200 OK 0/2", "429 Too Many Requests 0/2"]);
}
