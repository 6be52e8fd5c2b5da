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

#[tokio::test]
async fn the_key_sets_hold_what_the_servers_sign_with() {
    let org = org();
    let (id, _) = server(&org, "Billing").await;
    let listed = get(&org, &format!("/api/v1/authorizationServers/{id}/credentials/keys")).await;
    let published = anybody(&org, &format!("/oauth2/{id}/v1/keys")).await;
    let expected: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|key| json!({"kty": "RSA", "alg": "RS256", "kid": key["kid"], "use": "sig", "e": "AQAB", "n": key["n"]}))
        .collect();
    assert_eq!(published, json!({"keys": expected}));
    let own = anybody(&org, "/oauth2/v1/keys").await;
    assert_eq!(own["keys"].as_array().unwrap().len(), 1);
    assert_eq!(anybody(&org, "/oauth2/v1/keys").await, own);
    let (_, app) = crate::support::create(&org, crate::support::web("Portal")).await;
    assert_eq!(own["keys"][0]["kid"], app["credentials"]["signing"]["kid"]);
    let gone = org.call(http::Request::get("http://127.0.0.1/oauth2/aus0/v1/keys").body(Vec::new()).unwrap()).await.unwrap();
    assert_eq!(gone.status(), 404);
}

/// Asks for what needs no token.
async fn anybody(org: &Org, path: &str) -> Value {
    let request = http::Request::get(format!("http://127.0.0.1{path}")).body(Vec::new()).unwrap();
    let response = org.call(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    assert!(!response.headers().contains_key("x-rate-limit-limit"));
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn the_org_tells_anybody_how_to_use_it() {
    let org = org();
    let open_id = anybody(&org, "/.well-known/openid-configuration").await;
    insta::assert_snapshot!(shown(&open_id), @r#"
    issuer "https://org.example.com"
    authorization_endpoint "https://org.example.com/oauth2/v1/authorize"
    token_endpoint "https://org.example.com/oauth2/v1/token"
    userinfo_endpoint "https://org.example.com/oauth2/v1/userinfo"
    registration_endpoint "https://org.example.com/oauth2/v1/clients"
    jwks_uri "https://org.example.com/oauth2/v1/keys"
    response_types_supported ["code","id_token","code id_token","code token","id_token token","code id_token token"]
    response_modes_supported ["query","fragment","form_post","okta_post_message"]
    grant_types_supported ["authorization_code","implicit","refresh_token","password","urn:ietf:params:oauth:grant-type:device_code"]
    subject_types_supported ["public"]
    id_token_signing_alg_values_supported ["RS256"]
    scopes_supported ["openid","email","profile","address","phone","offline_access","groups"]
    token_endpoint_auth_methods_supported ["client_secret_basic","client_secret_post","client_secret_jwt","private_key_jwt","none"]
    claims_supported ["iss","ver","sub","aud","iat","exp","jti","auth_time","amr","idp","nonce","name","nickname","preferred_username","given_name","middle_name","family_name","email","email_verified","profile","zoneinfo","locale","address","phone_number","picture","website","gender","birthdate","updated_at","at_hash","c_hash"]
    code_challenge_methods_supported ["S256"]
    introspection_endpoint "https://org.example.com/oauth2/v1/introspect"
    introspection_endpoint_auth_methods_supported ["client_secret_basic","client_secret_post","client_secret_jwt","private_key_jwt","none"]
    revocation_endpoint "https://org.example.com/oauth2/v1/revoke"
    revocation_endpoint_auth_methods_supported ["client_secret_basic","client_secret_post","client_secret_jwt","private_key_jwt","none"]
    end_session_endpoint "https://org.example.com/oauth2/v1/logout"
    request_parameter_supported true
    request_object_signing_alg_values_supported ["HS256","HS384","HS512","RS256","RS384","RS512","ES256","ES384","ES512"]
    device_authorization_endpoint "https://org.example.com/oauth2/v1/device/authorize"
    pushed_authorization_request_endpoint "https://org.example.com/oauth2/v1/par"
    dpop_signing_alg_values_supported ["RS256","RS384","RS512","ES256","ES384","ES512"]
    "#);
    let oauth = anybody(&org, "/.well-known/oauth-authorization-server").await;
    assert_eq!(oauth["issuer"], "https://org.example.com");
    assert!(oauth["grant_types_supported"].as_array().unwrap().contains(&json!("client_credentials")));
    assert!(oauth.get("userinfo_endpoint").is_none());
}

#[tokio::test]
async fn a_server_tells_anybody_how_to_use_it() {
    let org = org();
    let (id, _) = server(&org, "Billing").await;
    let scopes = format!("/api/v1/authorizationServers/{id}/scopes");
    send(&org, "POST", &scopes, json!({"name": "shown", "metadataPublish": "ALL_CLIENTS"})).await;
    send(&org, "POST", &scopes, json!({"name": "hidden"})).await;
    let oauth = anybody(&org, &format!("/oauth2/{id}/.well-known/oauth-authorization-server")).await;
    insta::assert_snapshot!(shown(&oauth), @r#"
    issuer "https://org.example.com/oauth2/ausf000008EuxowR85d7"
    authorization_endpoint "https://org.example.com/oauth2/ausf000008EuxowR85d7/v1/authorize"
    token_endpoint "https://org.example.com/oauth2/ausf000008EuxowR85d7/v1/token"
    registration_endpoint "https://org.example.com/oauth2/v1/clients"
    jwks_uri "https://org.example.com/oauth2/ausf000008EuxowR85d7/v1/keys"
    response_types_supported ["code","token","id_token","code id_token","code token","id_token token","code id_token token"]
    response_modes_supported ["query","fragment","form_post","okta_post_message"]
    grant_types_supported ["authorization_code","implicit","refresh_token","password","client_credentials","urn:ietf:params:oauth:grant-type:device_code"]
    subject_types_supported ["public"]
    scopes_supported ["shown","openid","profile","email","address","phone","offline_access","device_sso"]
    token_endpoint_auth_methods_supported ["client_secret_basic","client_secret_post","client_secret_jwt","private_key_jwt","none"]
    claims_supported ["ver","jti","iss","aud","iat","exp","cid","uid","scp","sub"]
    code_challenge_methods_supported ["S256"]
    introspection_endpoint "https://org.example.com/oauth2/ausf000008EuxowR85d7/v1/introspect"
    introspection_endpoint_auth_methods_supported ["client_secret_basic","client_secret_post","client_secret_jwt","private_key_jwt","none"]
    revocation_endpoint "https://org.example.com/oauth2/ausf000008EuxowR85d7/v1/revoke"
    revocation_endpoint_auth_methods_supported ["client_secret_basic","client_secret_post","client_secret_jwt","private_key_jwt","none"]
    end_session_endpoint "https://org.example.com/oauth2/ausf000008EuxowR85d7/v1/logout"
    request_parameter_supported true
    request_object_signing_alg_values_supported ["HS256","HS384","HS512","RS256","RS384","RS512","ES256","ES384","ES512"]
    device_authorization_endpoint "https://org.example.com/oauth2/ausf000008EuxowR85d7/v1/device/authorize"
    pushed_authorization_request_endpoint "https://org.example.com/oauth2/ausf000008EuxowR85d7/v1/par"
    dpop_signing_alg_values_supported ["RS256","RS384","RS512","ES256","ES384","ES512"]
    "#);
    let builtin = anybody(&org, "/oauth2/default/.well-known/openid-configuration").await;
    assert_eq!(builtin["issuer"], "https://org.example.com/oauth2/default");
    assert_eq!(builtin["jwks_uri"], "https://org.example.com/oauth2/default/v1/keys");
    assert_eq!(builtin["id_token_encryption_enc_values_supported"], json!(["A256GCM"]));
    assert_eq!(builtin["scopes_supported"].as_array().unwrap().len(), 27);
}

/// Writes a document with one member a line.
fn shown(document: &Value) -> String {
    document.as_object().unwrap().iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join("\n")
}
