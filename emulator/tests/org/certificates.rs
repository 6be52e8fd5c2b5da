//! The certificates that apps' assertions are signed with.

use serde_json::{Value, json};

use crate::{
    other_apps::saml,
    support::{create, get, org, refusal, send, web},
};

/// The keys of an app, their material blotted out.
async fn keys(org: &idpctl_emulator::Org, app: &str) -> Value {
    let mut keys = get(org, &format!("/api/v1/apps/{app}/credentials/keys")).await;
    for key in keys.as_array_mut().unwrap() {
        assert_eq!(key["n"].as_str().unwrap().len(), 342);
        assert!(key["x5c"][0].as_str().unwrap().starts_with("MII"));
        for random in ["n", "x5t#S256"] {
            key[random] = json!("…");
        }
        key["x5c"] = json!(["…"]);
    }
    keys
}

#[tokio::test]
async fn an_app_of_ones_own_that_speaks_saml_has_a_key_of_its_own() {
    let org = org();
    let (app, body) = create(&org, saml("Books")).await;
    let keys = keys(&org, &app).await;
    assert_eq!(keys[0]["kid"], body["credentials"]["signing"]["kid"]);
    insta::assert_json_snapshot!(keys, @r#"
    [
      {
        "kty": "RSA",
        "created": "2026-01-01T00:00:00.000Z",
        "lastUpdated": "2026-01-01T00:00:00.000Z",
        "expiresAt": "2036-01-01T00:00:00.000Z",
        "kid": "0LT1c0pcW6kG1BDKz6mKYjF5WsVECD0vqZMqJ7aUZV4",
        "use": "sig",
        "x5c": [
          "…"
        ],
        "x5t#S256": "…",
        "e": "AQAB",
        "n": "…"
      }
    ]
    "#);
}

#[tokio::test]
async fn an_app_of_the_catalogue_has_the_orgs_key_as_well() {
    let org = org();
    let (one, _) = create(&org, json!({"name": "bookkeeping", "label": "Books", "signOnMode": "SAML_2_0"})).await;
    let (other, _) = create(&org, web("Portal")).await;
    let (both, shared) = (keys(&org, &one).await, keys(&org, &other).await);
    assert_eq!((both.as_array().unwrap().len(), shared.as_array().unwrap().len()), (2, 1));
    assert!(both.as_array().unwrap().contains(&shared[0]));
}

#[tokio::test]
async fn a_key_is_the_same_whenever_it_is_read() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let path = format!("/api/v1/apps/{app}/credentials/keys");
    let keys = get(&org, &path).await;
    assert_eq!(get(&org, &path).await, keys);
    assert_eq!(get(&org, &format!("{path}/{}", keys[0]["kid"].as_str().unwrap())).await, keys[0]);
    insta::assert_snapshot!(refusal(send(&org, "GET", &format!("{path}/none"), Value::Null).await), @"404 E0000007 Not found: Resource not found: none (JsonWebKey) []");
}

#[tokio::test]
async fn an_app_that_signs_nothing_has_no_keys() {
    let org = org();
    let bookmark = json!({
        "name": "bookmark",
        "label": "Home",
        "signOnMode": "BOOKMARK",
        "settings": {"app": {"url": "https://example.com"}},
    });
    let (app, _) = create(&org, bookmark).await;
    assert_eq!(keys(&org, &app).await, json!([]));
}

#[tokio::test]
async fn the_key_that_clients_share_is_the_one_that_the_orgs_tokens_are_signed_with() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let key = &get(&org, &format!("/api/v1/apps/{app}/credentials/keys")).await[0];
    let published = &get(&org, "/oauth2/v1/keys").await["keys"][0];
    assert_eq!([&published["kid"], &published["n"]], [&key["kid"], &key["n"]]);
}
