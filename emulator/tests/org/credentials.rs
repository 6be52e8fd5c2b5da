//! Client secrets and keys, with all their rules.

use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::support::{MODULUS, create, get, key, org, refusal, send, service, switched, web};

const CUSTOM: &str = "cust0mC1ient$secret";

async fn with_secret(org: &Org) -> String {
    let mut body = web("Portal");
    body["credentials"]["oauthClient"]["client_secret"] = json!(CUSTOM);
    let (id, app) = create(org, body).await;
    assert_eq!(app["credentials"]["oauthClient"]["client_secret"], CUSTOM);
    id
}

/// What the org holds: status and value of each secret.
fn held(org: &Org, id: &str) -> Vec<(String, String)> {
    let secrets = org.live_secrets(id).into_iter();
    secrets.map(|secret| (secret.status, secret.value)).collect()
}

fn put(method: &str, secret: Option<Value>) -> Value {
    let mut body = web("Portal");
    let client = &mut body["credentials"]["oauthClient"];
    client["token_endpoint_auth_method"] = json!(method);
    if let Some(secret) = secret {
        client["client_secret"] = secret;
    }
    body
}

#[tokio::test]
async fn who_reads_a_secret_is_in_the_log() {
    let org = org();
    let id = with_secret(&org).await;
    let (keyed, _) = create(&org, service("Jobs")).await;
    let path = format!("/api/v1/apps/{id}/credentials/secrets");
    let secrets = get(&org, &path).await;
    get(&org, &format!("{path}/{}", secrets[0]["id"].as_str().unwrap())).await;
    send(&org, "GET", &format!("{path}/ocs0"), Value::Null).await;
    get(&org, &format!("/api/v1/apps/{keyed}/credentials/secrets")).await;
    get(&org, &format!("/api/v1/apps/{id}")).await;
    let events = get(&org, "/api/v1/logs?filter=eventType%20eq%20%22app.oauth2.client.read_client_secret%22").await;
    let told = events.as_array().unwrap().iter().map(|event| {
        let uri = event["debugContext"]["debugData"]["requestUri"].as_str().unwrap();
        format!("{} | {} | {uri} | {}", event["displayMessage"], event["actor"]["type"], event["target"])
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
    "Read secret of OAuth client" | "User" | /api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets | [{"id":"0oaf000008Euf57TO5d7","type":"AppInstance","alternateId":"Portal","displayName":"Portal","detailEntry":null}]
    "Read secret of OAuth client" | "User" | /api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets/ocsf00000AIdisDmC5d7 | [{"id":"0oaf000008Euf57TO5d7","type":"AppInstance","alternateId":"Portal","displayName":"Portal","detailEntry":null}]
    "#);
}

#[tokio::test]
async fn a_secret_is_listed_in_clear_with_its_hash() {
    let org = org();
    let id = with_secret(&org).await;
    let secrets = get(&org, &format!("/api/v1/apps/{id}/credentials/secrets")).await;
    insta::assert_json_snapshot!(secrets, @r#"
    [
      {
        "id": "ocsf00000AIdisDmC5d7",
        "status": "ACTIVE",
        "client_secret": "cust0mC1ient$secret",
        "secret_hash": "nwIzpFAzNq50mx4suQv17g",
        "created": "2026-01-01T00:00:00.000Z",
        "lastUpdated": "2026-01-01T00:00:00.000Z",
        "_links": {
          "deactivate": {
            "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets/ocsf00000AIdisDmC5d7/lifecycle/deactivate",
            "hints": {
              "allow": [
                "POST"
              ]
            }
          }
        }
      }
    ]
    "#);
    let one = format!("/api/v1/apps/{id}/credentials/secrets/{}", secrets[0]["id"].as_str().unwrap());
    assert_eq!(get(&org, &one).await, secrets[0]);
}

#[tokio::test]
async fn two_secrets_are_the_most_and_one_stays_active() {
    let org = org();
    let id = with_secret(&org).await;
    let path = format!("/api/v1/apps/{id}/credentials/secrets");
    let (status, second) = send(&org, "POST", &path, json!({"client_secret": "the second secret"})).await;
    assert_eq!((status, &second["status"]), (201, &json!("ACTIVE")));
    insta::assert_snapshot!(refusal(send(&org, "POST", &path, Value::Null).await), @r#"400 E0000001 Api validation failed: OAuth2ClientSecretMediated ["You've reached the maximum number of client secrets per client."]"#);
    let first = get(&org, &path).await[0]["id"].as_str().unwrap().to_owned();
    let second = second["id"].as_str().unwrap();
    insta::assert_snapshot!(refusal(send(&org, "DELETE", &format!("{path}/{first}"), Value::Null).await), @r#"400 E0000001 Api validation failed: OAuth2ClientSecretMediated ["You can't delete an active client secret. Deactivate the secret before deleting it."]"#);
    let (status, turned) = send(&org, "POST", &format!("{path}/{first}/lifecycle/deactivate"), Value::Null).await;
    assert_eq!((status, &turned["status"]), (200, &json!("INACTIVE")));
    assert!(turned["_links"].get("delete").is_some());
    insta::assert_snapshot!(refusal(send(&org, "POST", &format!("{path}/{second}/lifecycle/deactivate"), Value::Null).await), @r#"400 E0000001 Api validation failed: OAuth2ClientSecretMediated ["You can't deactivate the only active client secret."]"#);
    assert_eq!(send(&org, "DELETE", &format!("{path}/{first}"), Value::Null).await.0, 204);
    assert_eq!(held(&org, &id), [("ACTIVE".into(), "the second secret".into())]);
    assert_eq!(send(&org, "GET", &format!("{path}/{first}"), Value::Null).await.0, 404);
}

#[tokio::test]
async fn secrets_have_lengths_and_letters() {
    let org = org();
    let id = with_secret(&org).await;
    let path = format!("/api/v1/apps/{id}/credentials/secrets");
    let mut said = Vec::new();
    for secret in ["too short", "fourteen chär!", &"x".repeat(101)] {
        said.push(refusal(send(&org, "POST", &path, json!({"client_secret": secret})).await));
    }
    let method = put("client_secret_jwt", Some(json!("fourteen chars")));
    said.push(refusal(send(&org, "PUT", &format!("/api/v1/apps/{id}"), method).await));
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: client_secret ["client_secret: 'client_secret' must be at least '14' characters long."]
    400 E0000001 Api validation failed: client_secret ["client_secret: ''client_secret'' must only contain printable ASCII: [x20-x7E]+"]
    400 E0000001 Api validation failed: client_secret ["client_secret: 'client_secret' can't be more than '100' characters long."]
    400 E0000001 Api validation failed: client_secret ["client_secret: 'client_secret' must be at least '32' characters long when 'token_endpoint_auth_method' is 'client_secret_jwt'."]
    "#);
    assert_eq!(held(&org, &id), [("ACTIVE".into(), CUSTOM.into())]);
}

#[tokio::test]
async fn a_put_keeps_replaces_or_regenerates_the_secret() {
    let org = org();
    let id = with_secret(&org).await;
    let path = format!("/api/v1/apps/{id}");
    let put = async |method: &str, secret: Option<Value>| {
        let (status, app) = send(&org, "PUT", &path, put(method, secret)).await;
        assert_eq!(status, 200, "{app}");
        app["credentials"]["oauthClient"]["client_secret"].as_str().map(str::to_owned)
    };
    let basic = "client_secret_basic";
    assert_eq!(put(basic, None).await.as_deref(), Some(CUSTOM));
    assert_eq!(put(basic, Some(Value::Null)).await.as_deref(), Some(CUSTOM));
    assert_eq!(put(basic, Some(json!(""))).await.as_deref(), Some(CUSTOM));
    assert_eq!(put(basic, Some(json!(CUSTOM))).await.as_deref(), Some(CUSTOM));
    assert_eq!(put(basic, Some(json!("another secret"))).await.as_deref(), Some("another secret"));
    assert_eq!(held(&org, &id).len(), 1);
    assert_eq!(put("client_secret_post", Some(json!("sent with the method"))).await.as_deref(), Some("sent with the method"));
    let regenerated = put(basic, Some(json!(""))).await.unwrap();
    assert_eq!(regenerated.len(), 64);
    assert_eq!(held(&org, &id), [("ACTIVE".into(), regenerated)]);
}

#[tokio::test]
async fn an_absent_secret_can_be_switched_to_regenerate() {
    let org = switched(&[("absent-client-secret", "regenerate")]);
    let id = with_secret(&org).await;
    let path = format!("/api/v1/apps/{id}");
    send(&org, "PUT", &path, put("client_secret_basic", Some(json!("")))).await;
    assert_eq!(held(&org, &id), [("ACTIVE".into(), CUSTOM.into())]);
    send(&org, "PUT", &path, put("client_secret_basic", None)).await;
    assert_ne!(held(&org, &id), [("ACTIVE".into(), CUSTOM.into())]);
}

#[tokio::test]
async fn which_of_two_secrets_a_put_overwrites_is_a_switch() {
    for (switch, kept) in [("newest", CUSTOM), ("oldest", "the second secret")] {
        let org = switched(&[("put-secret-replaces", switch)]);
        let id = with_secret(&org).await;
        let secrets = format!("/api/v1/apps/{id}/credentials/secrets");
        send(&org, "POST", &secrets, json!({"client_secret": "the second secret"})).await;
        let body = put("client_secret_basic", Some(json!("the third secret")));
        send(&org, "PUT", &format!("/api/v1/apps/{id}"), body).await;
        let values: Vec<_> = held(&org, &id).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, [kept, "the third secret"], "{switch}");
    }
}

#[tokio::test]
async fn a_client_that_uses_no_secret_has_none() {
    let org = org();
    let id = with_secret(&org).await;
    let path = format!("/api/v1/apps/{id}");
    let mut body = put("private_key_jwt", None);
    body["settings"]["oauthClient"]["jwks"] = json!({"keys": [key("first")]});
    let (status, app) = send(&org, "PUT", &path, body).await;
    assert_eq!(status, 200, "{app}");
    assert!(app["credentials"]["oauthClient"].get("client_secret").is_none());
    assert_eq!(app["_links"]["clientCredentials"][0]["name"], "jwks");
    assert_eq!(held(&org, &id), []);
    insta::assert_snapshot!(refusal(send(&org, "POST", &format!("{path}/credentials/secrets"), Value::Null).await), @r#"400 E0000001 Api validation failed: client_secret ["'client_secret' can't be used when 'token_endpoint_auth_method' is 'private_key_jwt'."]"#);
    let (_, app) = send(&org, "PUT", &path, put("client_secret_basic", None)).await;
    assert_eq!(app["credentials"]["oauthClient"]["client_secret"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn keys_are_normalised_and_keep_their_id() {
    let org = org();
    let mut body = service("Worker");
    let ec = json!({"kty": "EC", "kid": "second", "x": "aaaa", "y": "bbbb", "use": "sig"});
    body["settings"]["oauthClient"]["jwks"]["keys"].as_array_mut().unwrap().push(ec);
    let (id, app) = create(&org, body.clone()).await;
    let path = format!("/api/v1/apps/{id}");
    let mut keys = app["settings"]["oauthClient"]["jwks"]["keys"].clone();
    keys[0]["n"] = json!("…");
    insta::assert_json_snapshot!(keys, @r#"
    [
      {
        "kty": "RSA",
        "id": "pksf00000AIdE3Prj5d7",
        "status": "ACTIVE",
        "kid": "first",
        "use": null,
        "e": "AQAB",
        "n": "…"
      },
      {
        "kty": "EC",
        "id": "pksf00000CMMt82bF5d7",
        "status": "ACTIVE",
        "kid": "second",
        "use": "sig",
        "x": "aaaa",
        "y": "bbbb",
        "crv": null
      }
    ]
    "#);
    body["settings"]["oauthClient"]["jwks"]["keys"].as_array_mut().unwrap().reverse();
    let (_, app) = send(&org, "PUT", &path, body.clone()).await;
    let after = &app["settings"]["oauthClient"]["jwks"]["keys"];
    assert_eq!((&after[0]["id"], &after[1]["id"]), (&keys[1]["id"], &keys[0]["id"]));
    body["settings"]["oauthClient"].as_object_mut().unwrap().remove("jwks");
    body["settings"]["oauthClient"]["jwks_uri"] = json!("https://app.example.com/jwks");
    let (_, app) = send(&org, "PUT", &path, body).await;
    assert!(app["settings"]["oauthClient"].get("jwks").is_none());
}

#[tokio::test]
async fn keys_can_be_managed_one_at_a_time() {
    let org = org();
    let (id, _) = create(&org, service("Worker")).await;
    let path = format!("/api/v1/apps/{id}/credentials/jwks");
    let (status, added) = send(&org, "POST", &path, key("second")).await;
    assert_eq!((status, &added["status"]), (201, &json!("ACTIVE")));
    insta::assert_snapshot!(refusal(send(&org, "POST", &path, key("second")).await), @r#"400 E0000001 Api validation failed: JsonWebKey ["All keys in the 'jwks' must have a unique `kid`."]"#);
    insta::assert_snapshot!(refusal(send(&org, "POST", &path, json!({"kty": "RSA", "e": "AQAB", "n": MODULUS})).await), @r#"400 E0000001 Api validation failed: JsonWebKey ["Each key should have a unique kid when adding multiple keys. Use the Apps API to update the JWKS to add a kid for the existing key, or delete the existing key and re-add the key with a kid using the JWKS APIs."]"#);
    let listed = get(&org, &path).await;
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let (first, second) = (listed[0]["id"].as_str().unwrap(), listed[1]["id"].as_str().unwrap());
    insta::assert_snapshot!(refusal(send(&org, "DELETE", &format!("{path}/{first}"), Value::Null).await), @r#"400 E0000001 Api validation failed: JsonWebKey ["You can't delete an active JSON Web Key. Deactivate the key before deleting it."]"#);
    let turn = |key: &str| format!("{path}/{key}/lifecycle/deactivate");
    assert_eq!(send(&org, "POST", &turn(first), Value::Null).await.0, 200);
    insta::assert_snapshot!(refusal(send(&org, "POST", &turn(second), Value::Null).await), @r#"400 E0000001 Api validation failed: JsonWebKey ["Can't deactivate the only active JSON Web Key when the value for `token_endpoint_auth_method` is `private_key_jwt`."]"#);
    let app = get(&org, &format!("/api/v1/apps/{id}")).await;
    assert_eq!(app["settings"]["oauthClient"]["jwks"]["keys"][0]["status"], "INACTIVE");
    assert_eq!(send(&org, "DELETE", &format!("{path}/{first}"), Value::Null).await.0, 204);
    let app = get(&org, &format!("/api/v1/apps/{id}")).await;
    let kids = app["settings"]["oauthClient"]["jwks"]["keys"].as_array().unwrap().iter();
    assert_eq!(kids.map(|key| &key["kid"]).collect::<Vec<_>>(), ["second"]);
}

#[tokio::test]
async fn activating_an_encryption_key_deactivates_the_other() {
    let org = org();
    let (id, _) = create(&org, service("Worker")).await;
    let path = format!("/api/v1/apps/{id}/credentials/jwks");
    let encryption = |kid: &str, status: &str| {
        let mut key = key(kid);
        key["use"] = json!("enc");
        key["status"] = json!(status);
        key
    };
    send(&org, "POST", &path, encryption("old", "ACTIVE")).await;
    insta::assert_snapshot!(refusal(send(&org, "POST", &path, encryption("new", "ACTIVE")).await), @r#"400 E0000001 Api validation failed: JsonWebKey ["The client can have only one active encryption key in the 'jwks'."]"#);
    let (_, new) = send(&org, "POST", &path, encryption("new", "INACTIVE")).await;
    let turn = format!("{path}/{}/lifecycle/activate", new["id"].as_str().unwrap());
    assert_eq!(send(&org, "POST", &turn, Value::Null).await.1["status"], "ACTIVE");
    let listed = get(&org, &path).await;
    let statuses = listed.as_array().unwrap().iter().map(|key| key["status"].as_str().unwrap());
    assert_eq!(statuses.collect::<Vec<_>>(), ["ACTIVE", "INACTIVE", "ACTIVE"]);
}
