//! The keys that authorization servers sign with.

use idpctl_emulator::{Config, Data, Org};
use serde_json::{Value, json};

use crate::support::{frozen, get, org, refusal, send, server};

fn statuses(keys: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    keys.as_array().unwrap().iter().map(|key| (text(&key["status"]), text(&key["kid"]))).collect()
}

#[tokio::test]
async fn a_server_has_an_active_key_and_a_next_one() {
    let org = org();
    let (id, made) = server(&org, "Billing").await;
    let path = format!("/api/v1/authorizationServers/{id}/credentials/keys");
    let keys = get(&org, &path).await;
    let mut shown = keys.clone();
    for key in shown.as_array_mut().unwrap() {
        // 2,048 bits, drawn at random.
        assert_eq!(key["n"].as_str().unwrap().len(), 342);
        key["n"] = json!("…");
    }
    insta::assert_json_snapshot!(shown, @r#"
    [
      {
        "status": "ACTIVE",
        "alg": "RS256",
        "e": "AQAB",
        "n": "…",
        "kid": "3zRoBaj7Rn8zmWiT_sKnUJK3Kgp0_a0lZMvlo6nA6sQ",
        "kty": "RSA",
        "use": "sig",
        "_links": {
          "self": {
            "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/credentials/keys/3zRoBaj7Rn8zmWiT_sKnUJK3Kgp0_a0lZMvlo6nA6sQ",
            "hints": {
              "allow": [
                "GET"
              ]
            }
          }
        }
      },
      {
        "status": "NEXT",
        "alg": "RS256",
        "e": "AQAB",
        "n": "…",
        "kid": "W0dPY4bOsiPOBUNTNwNu2iZAu9z4j8yk00ZrR5pP5ZE",
        "kty": "RSA",
        "use": "sig",
        "_links": {
          "self": {
            "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/credentials/keys/W0dPY4bOsiPOBUNTNwNu2iZAu9z4j8yk00ZrR5pP5ZE",
            "hints": {
              "allow": [
                "GET"
              ]
            }
          }
        }
      }
    ]
    "#);
    assert_eq!(made["credentials"]["signing"]["kid"], keys[0]["kid"]);
    assert_ne!(keys[0]["n"], keys[1]["n"]);
    let one = format!("{path}/{}", keys[1]["kid"].as_str().unwrap());
    assert_eq!(get(&org, &one).await, keys[1]);
    assert_eq!(
        refusal(send(&org, "GET", &format!("{path}/mine"), Value::Null).await),
        "404 E0000007 Not found: Resource not found: mine (JsonWebKey) []"
    );
}

#[tokio::test]
async fn a_rotation_moves_every_key_on() {
    let org = org();
    let (id, _) = server(&org, "Billing").await;
    let path = format!("/api/v1/authorizationServers/{id}");
    let before = get(&org, &format!("{path}/credentials/keys")).await;
    let rotate = format!("{path}/credentials/lifecycle/keyRotate");
    let said = refusal(send(&org, "POST", &rotate, json!({"use": "enc"})).await);
    assert_eq!(said, "400 E0000001 Api validation failed: rotateKeys [\"Invalid value specified for key 'use' parameter\"]");
    let (status, after) = send(&org, "POST", &rotate, json!({"use": "sig"})).await;
    assert_eq!(status, 200);
    let (old, new) = (statuses(&before), statuses(&after));
    assert_eq!(new.iter().map(|(status, _)| status.as_str()).collect::<Vec<_>>(), ["ACTIVE", "NEXT", "EXPIRED"]);
    assert_eq!((&new[0].1, &new[2].1), (&old[1].1, &old[0].1));
    assert_eq!((&after[0]["n"], &after[2]["n"]), (&before[1]["n"], &before[0]["n"]));
    assert_eq!(get(&org, &path).await["credentials"]["signing"]["kid"], after[0]["kid"]);
    let (_, again) = send(&org, "POST", &rotate, json!({"use": "sig"})).await;
    let kids: Vec<_> = statuses(&again).into_iter().map(|(_, kid)| kid).collect();
    assert_eq!(kids[0], new[1].1);
    assert!(!kids.contains(&old[0].1), "{kids:?}");
}

#[tokio::test]
async fn keys_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config { data: Data::Directory(folder.path().to_owned()), ..frozen() };
    let path = "/api/v1/authorizationServers/default/credentials/keys";
    let org = Org::open(config()).unwrap();
    let keys = get(&org, path).await;
    drop(org);
    assert_eq!(get(&Org::open(config()).unwrap(), path).await, keys);
}
