//! The keys that authorization servers encrypt access tokens with.

use serde_json::{Value, json};

use crate::support::{MODULUS, get, org, refusal, send, server};

fn key(kid: &str) -> Value {
    json!({"kty": "RSA", "use": "enc", "kid": kid, "e": "AQAB", "n": MODULUS})
}

#[tokio::test]
async fn an_encryption_key_is_added_inactive_and_activated_in_place_of_another() {
    let org = org();
    let (id, _) = server(&org, "Billing").await;
    let path = format!("/api/v1/authorizationServers/{id}/resourceservercredentials/keys");
    let (status, mut first) = send(&org, "POST", &path, key("first")).await;
    assert_eq!(status, 201);
    first["n"] = json!("…");
    insta::assert_json_snapshot!(first, @r#"
    {
      "id": "apkf000011rVNWNfA5d7",
      "kid": "first",
      "kty": "RSA",
      "use": "enc",
      "e": "AQAB",
      "n": "…",
      "status": "INACTIVE",
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "_links": {
        "activate": {
          "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/resourceservercredentials/keys/apkf000011rVNWNfA5d7/lifecycle/activate",
          "hints": {
            "allow": [
              "POST"
            ]
          }
        },
        "delete": {
          "href": "https://org.example.com/api/v1/authorizationServers/ausf000008EuxowR85d7/resourceservercredentials/keys/apkf000011rVNWNfA5d7",
          "hints": {
            "allow": [
              "DELETE"
            ]
          }
        }
      }
    }
    "#);
    let first = format!("{path}/{}", first["id"].as_str().unwrap());
    let (_, second) = send(&org, "POST", &path, key("second")).await;
    let second = format!("{path}/{}", second["id"].as_str().unwrap());
    for one in [&first, &second] {
        let (status, turned) = send(&org, "POST", &format!("{one}/lifecycle/activate"), Value::Null).await;
        assert_eq!((status, &turned["status"]), (200, &json!("ACTIVE")));
    }
    assert_eq!(get(&org, &first).await["status"], "INACTIVE");
    let shown = get(&org, &format!("/api/v1/authorizationServers/{id}")).await;
    let listed = shown["jwks"]["keys"].as_array().unwrap().iter();
    assert_eq!(
        listed.map(|key| format!("{} {}", key["kid"], key["status"])).collect::<Vec<_>>(),
        [r#""first" "INACTIVE""#, r#""second" "ACTIVE""#]
    );
    assert_eq!(
        refusal(send(&org, "DELETE", &second, Value::Null).await),
        "400 E0000001 Api validation failed: JsonWebKey [\"''ACTIVE'' keys cannot be deleted. Activate another key before deleting this one.\"]"
    );
    assert_eq!(send(&org, "DELETE", &first, Value::Null).await, (204, Value::Null));
    assert_eq!(send(&org, "GET", &first, Value::Null).await.0, 404);
    assert_eq!(send(&org, "POST", &format!("{second}/lifecycle/deactivate"), Value::Null).await.0, 200);
    assert_eq!(send(&org, "DELETE", &second, Value::Null).await.0, 204);
    assert_eq!(get(&org, &path).await, json!([]));
}

#[tokio::test]
async fn keys_that_cannot_encrypt_are_refused() {
    let org = org();
    let path = "/api/v1/authorizationServers/default/resourceservercredentials/keys";
    send(&org, "POST", path, key("first")).await;
    let with = |name: &str, value: Value| {
        let mut sent = key("second");
        sent[name] = value;
        sent
    };
    let sent = [
        with("kid", json!("first")),
        with("kty", json!("EC")),
        with("use", json!("sig")),
        with("n", json!("AQAB")),
        with("status", json!("ACTIVE")),
    ];
    let mut said = Vec::new();
    for sent in sent {
        said.push(refusal(send(&org, "POST", path, sent).await));
    }
    for number in 2..=5 {
        assert_eq!(send(&org, "POST", path, key(&number.to_string())).await.0, 201);
    }
    said.push(refusal(send(&org, "POST", path, key("sixth")).await));
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: JsonWebKey ["Each key must have a unique ''kid''."]
    400 E0000001 Api validation failed: kty ["kty: must be one of RSA"]
    400 E0000001 Api validation failed: use ["use: must be one of enc"]
    400 E0000001 Api validation failed: JsonWebKey ["RSA key length in the 'jwks' is less than '2,048' bits for the given key."]
    400 E0000001 Api validation failed: JsonWebKey ["Keys cannot be created with an ''ACTIVE'' status. Create an ''INACTIVE'' key and then activate it."]
    400 E0000001 Api validation failed: JsonWebKey ["You can't create a new key. You have reached the maximum number of keys allowed (5). To add another key, you must first delete an existing one."]
    "#);
}

#[tokio::test]
async fn a_server_s_own_request_turns_encryption_on() {
    let org = org();
    let (id, _) = server(&org, "Billing").await;
    let path = format!("/api/v1/authorizationServers/{id}");
    let keys = format!("{path}/resourceservercredentials/keys");
    let (_, known) = send(&org, "POST", &keys, key("first")).await;
    let sent = json!({
        "name": "Billing", "audiences": ["api://billing"], "accessTokenEncryptedResponseAlgorithm": "RSA-OAEP-256",
        "jwks": {"keys": [key("first")]}, "jwks_uri": "https://api.example.com/jwks",
    });
    let (status, shown) = send(&org, "PUT", &path, sent.clone()).await;
    assert_eq!(status, 200);
    assert_eq!(shown["accessTokenEncryptedResponseAlgorithm"], "RSA-OAEP-256");
    assert_eq!(shown["jwks_uri"], "https://api.example.com/jwks");
    assert_eq!((&shown["jwks"]["keys"][0]["id"], &shown["jwks"]["keys"][0]["status"]), (&known["id"], &json!("ACTIVE")));
    let deactivate = format!("{keys}/{}/lifecycle/deactivate", known["id"].as_str().unwrap());
    assert_eq!(
        refusal(send(&org, "POST", &deactivate, Value::Null).await),
        "400 E0000001 Api validation failed: JsonWebKey [\"You cannot deactivate the active key when access token encryption is enabled.\"]"
    );
    let mut twice = sent;
    twice["jwks"]["keys"] = json!([key("first"), key("second")]);
    assert_eq!(send(&org, "PUT", &path, twice).await.0, 400);
    assert_eq!(get(&org, &path).await, shown);
}
