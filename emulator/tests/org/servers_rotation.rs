//! Keys that rotate as time goes by, and how long a key set is good.

use std::time::Duration;

use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};

use crate::support::{get, send, server};

const DAY: Duration = Duration::from_hours(24);
const TERM: i64 = 90 * 24 * 60 * 60;

/// An org whose clock goes with the time of the test.
fn moving() -> Org {
    Org::open(Config { base: Some("https://org.example.com".into()), ..Config::default() }).unwrap()
}

async fn kids(org: &Org, id: &str) -> Vec<String> {
    let keys = get(org, &format!("/api/v1/authorizationServers/{id}/credentials/keys")).await;
    keys.as_array().unwrap().iter().map(|key| format!("{} {}", key["status"].as_str().unwrap(), key["kid"].as_str().unwrap())).collect()
}

/// Returns for how many seconds a key set is good.
async fn good_for(org: &Org, path: &str) -> i64 {
    let request = http::Request::get(format!("http://127.0.0.1{path}")).body(Vec::new()).unwrap();
    let response = org.call(request).await.unwrap();
    let header = response.headers()["cache-control"].to_str().unwrap();
    header.strip_prefix("max-age=").unwrap().strip_suffix(", must-revalidate").unwrap().parse().unwrap()
}

fn seconds(time: &Value) -> i64 {
    time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second()
}

#[tokio::test(start_paused = true)]
async fn the_keys_of_a_server_rotate_by_themselves_when_they_said_they_would() {
    let org = moving();
    let (id, made) = server(&org, "Billing").await;
    let before = kids(&org, &id).await;
    tokio::time::advance(89 * DAY).await;
    assert_eq!(kids(&org, &id).await, before);

    tokio::time::advance(2 * DAY).await;
    let after = kids(&org, &id).await;
    let kid = |text: &str| text.split(' ').next_back().unwrap().to_owned();
    assert_eq!(after.len(), 3);
    assert_eq!((&after[0], &after[2]), (&format!("ACTIVE {}", kid(&before[1])), &format!("EXPIRED {}", kid(&before[0]))));
    let own = format!("/api/v1/authorizationServers/{id}");
    let signing = get(&org, &own).await["credentials"]["signing"].clone();
    assert_eq!(signing["kid"], kid(&before[1]));
    let promised = &made["credentials"]["signing"]["nextRotation"];
    assert_eq!(&signing["lastRotated"], promised);
    assert_eq!(seconds(&signing["nextRotation"]), seconds(promised) + TERM);
    assert_eq!(get(&org, &own).await["lastUpdated"], made["lastUpdated"]);
}

#[tokio::test(start_paused = true)]
async fn what_rotated_while_nobody_looked_is_in_the_log_as_the_orgs_own_doing() {
    let org = moving();
    let (id, _) = server(&org, "Billing").await;
    let rotations = "/api/v1/logs?filter=eventType%20eq%20%22app.oauth2.as.key.rollover%22%20and%20target.displayName%20eq%20%22Billing%22";
    assert_eq!(get(&org, rotations).await, json!([]));
    tokio::time::advance(91 * DAY).await;
    let events = get(&org, rotations).await;
    let mut event = events[0].clone();
    assert_eq!(events.as_array().unwrap().len(), 1);
    assert_eq!(
        event["debugContext"]["debugData"]["requestUri"],
        format!("/api/v1/authorizationServers/{id}/credentials/lifecycle/keyRotate")
    );
    for volatile in ["published", "uuid", "debugContext", "transaction", "authenticationContext", "securityContext", "request", "client"] {
        event.as_object_mut().unwrap().remove(volatile);
    }
    insta::assert_json_snapshot!(event, @r#"
    {
      "actor": {
        "id": "00uezzzzzxwHHHyLt5d7",
        "type": "SystemPrincipal",
        "alternateId": "system@okta.com",
        "displayName": "Okta System",
        "detailEntry": null
      },
      "severity": "INFO",
      "device": null,
      "version": "0",
      "displayMessage": "Rotate keys of authorization server",
      "eventType": "app.oauth2.as.key.rollover",
      "outcome": {
        "result": "SUCCESS",
        "reason": null
      },
      "target": [
        {
          "id": "ausf000008EuxowR85d7",
          "type": "AuthorizationServer",
          "alternateId": "Billing",
          "displayName": "Billing",
          "detailEntry": null
        }
      ],
      "legacyEventType": null
    }
    "#);
    assert_eq!(get(&org, rotations).await.as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn rotations_that_were_missed_are_made_up_for_and_manual_ones_are_nobodys_but_the_callers() {
    let org = moving();
    let (auto, made) = server(&org, "Billing").await;
    let (manual, _) = server(&org, "Orders").await;
    let mut sent = get(&org, &format!("/api/v1/authorizationServers/{manual}")).await;
    sent["credentials"]["signing"]["rotationMode"] = json!("MANUAL");
    assert_eq!(send(&org, "PUT", &format!("/api/v1/authorizationServers/{manual}"), sent).await.0, 200);
    let before = (kids(&org, &auto).await, kids(&org, &manual).await);
    tokio::time::advance(365 * DAY).await;

    let after = kids(&org, &auto).await;
    assert!(after.iter().all(|key| !before.0.contains(key)), "{after:?}");
    let signing = get(&org, &format!("/api/v1/authorizationServers/{auto}")).await["credentials"]["signing"].clone();
    assert_eq!(seconds(&signing["lastRotated"]), seconds(&made["created"]) + 4 * TERM);
    assert_eq!(kids(&org, &manual).await, before.1);
    let set = get(&org, &format!("/oauth2/{auto}/v1/keys")).await;
    assert_eq!(set["keys"].as_array().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_key_set_is_good_until_the_keys_rotate() {
    let org = moving();
    let (id, _) = server(&org, "Billing").await;
    let path = format!("/oauth2/{id}/v1/keys");
    assert!((TERM - 5..=TERM).contains(&good_for(&org, &path).await));
    tokio::time::advance(30 * DAY).await;
    assert!((TERM * 2 / 3 - 5..=TERM * 2 / 3).contains(&good_for(&org, &path).await));
    assert!((TERM * 2 / 3 - 5..=TERM * 2 / 3).contains(&good_for(&org, "/oauth2/v1/keys").await));
    let rotated =
        send(&org, "POST", &format!("/api/v1/authorizationServers/{id}/credentials/lifecycle/keyRotate"), json!({"use": "sig"})).await;
    assert_eq!(rotated.0, 200);
    assert!((TERM - 5..=TERM).contains(&good_for(&org, &path).await));
    tokio::time::advance(91 * DAY).await;
    let left = TERM * 89 / 90;
    assert!((left - 5..=left).contains(&good_for(&org, &path).await));
}
