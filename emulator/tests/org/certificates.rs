//! The certificates that apps' assertions are signed with.

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use idpctl_emulator::{Config, Data, Org};
use serde_json::{Value, json};

use crate::{
    logs::told,
    other_apps::{put, saml, turn},
    support::{create, frozen, get, org, refusal, send, switched, try_send, web},
};

/// The keys of an app, their material blotted out.
async fn keys(org: &Org, app: &str) -> Value {
    let mut keys = get(org, &format!("/api/v1/apps/{app}/credentials/keys")).await;
    keys.as_array_mut().unwrap().iter_mut().for_each(blot);
    keys
}

/// Blots out what is random of a key, once it has been found to be in order.
pub(crate) fn blot(key: &mut Value) {
    check(key);
    for random in ["n", "x5t#S256"] {
        key[random] = json!("…");
    }
    key["x5c"] = json!(["…"]);
}

/// Checks that a certificate is signed with the key beside it, and has the thumbprint beside it.
fn check(key: &Value) {
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let (n, e) = (number("n"), number("e"));
    assert_eq!((n.len(), &e[..]), (256, &[1, 0, 1][..]));
    let der = STANDARD.decode(key["x5c"][0].as_str().unwrap()).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(digest(&SHA256, &der)), key["x5t#S256"].as_str().unwrap());
    // What is signed is between the head of the whole and the name of the algorithm, which the signature follows.
    let (signed, signature) = (&der[4..der.len() - 276], &der[der.len() - 256..]);
    RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).unwrap();
}

async fn generate(org: &Org, app: &str) -> Value {
    let (status, key) = send(org, "POST", &format!("/api/v1/apps/{app}/credentials/keys/generate?validityYears=2"), Value::Null).await;
    assert_eq!(status, 201, "{key}");
    key
}

fn kid(key: &Value) -> &str {
    key["kid"].as_str().unwrap()
}

/// Asks for something that is not done.
async fn refused(org: &Org, path: &str) -> String {
    refusal(send(org, "POST", path, Value::Null).await)
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

#[tokio::test]
async fn the_orgs_key_set_has_the_keys_of_a_client_that_is_named() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let key = generate(&org, &app).await;
    let alone = get(&org, "/oauth2/v1/keys").await;
    let keys = get(&org, &format!("/oauth2/v1/keys?client_id={app}")).await;
    let own = json!({"kty": "RSA", "alg": "RS256", "kid": key["kid"], "use": "sig", "e": "AQAB", "n": key["n"]});
    assert_eq!(keys, json!({"keys": [alone["keys"][0], own]}));
    assert_eq!(get(&org, "/oauth2/v1/keys?client_id=none").await, alone);
    assert_eq!(get(&org, &format!("/oauth2/default/v1/keys?client_id={app}")).await["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_generated_key_is_one_of_the_apps_but_signs_nothing_yet() {
    let org = org();
    let (app, body) = create(&org, saml("Books")).await;
    let path = format!("/api/v1/apps/{app}/credentials/keys");
    let response = try_send(&org, "POST", &format!("{path}/generate?validityYears=2"), Value::Null).await.unwrap();
    let key: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], format!("https://org.example.com{path}/{}", kid(&key)));
    assert_eq!(get(&org, &format!("{path}/{}", kid(&key))).await, key);
    let listed = get(&org, &path).await;
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(listed.as_array().unwrap().contains(&key));
    assert_eq!(get(&org, &format!("/api/v1/apps/{app}")).await, body);
    let mut key = key;
    blot(&mut key);
    insta::assert_json_snapshot!(key, @r#"
    {
      "kty": "RSA",
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "expiresAt": "2028-01-01T00:00:00.000Z",
      "kid": "HD7VEj9FpC1K2drNCzna7B3Q2NgKIzBhe4rIvZT1ckI",
      "use": "sig",
      "x5c": [
        "…"
      ],
      "x5t#S256": "…",
      "e": "AQAB",
      "n": "…"
    }
    "#);
}

#[tokio::test]
async fn a_key_is_good_for_two_years_at_least_and_ten_at_most() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let path = format!("/api/v1/apps/{app}/credentials/keys/generate");
    let mut lines = Vec::new();
    for query in ["?validityYears=1", "?validityYears=11", "?validityYears=two", "?validityYears=", ""] {
        lines.push(refused(&org, &format!("{path}{query}")).await);
    }
    let (_, longest) = send(&org, "POST", &format!("{path}?validityYears=10"), json!({})).await;
    lines.push(longest["expiresAt"].to_string());
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 E0000001 Api validation failed: generateKey ["Validity years out of range. It should be 2 - 10 years."]
    400 E0000001 Api validation failed: generateKey ["Validity years out of range. It should be 2 - 10 years."]
    400 E0000001 Api validation failed: generateKey ["Validity years out of range. It should be 2 - 10 years."]
    400 E0000028 The request is missing a required parameter. ["validityYears: The field cannot be left blank"]
    400 E0000028 The request is missing a required parameter. ["validityYears: The field cannot be left blank"]
    "2036-01-01T00:00:00.000Z"
    "#);
}

#[tokio::test]
async fn an_app_that_signs_nothing_is_given_no_keys() {
    let org = org();
    let bookmark =
        json!({"name": "bookmark", "label": "Home", "signOnMode": "BOOKMARK", "settings": {"app": {"url": "https://example.com"}}});
    let (app, body) = create(&org, bookmark.clone()).await;
    let (other, _) = create(&org, saml("Books")).await;
    let key = generate(&org, &other).await;
    let lines = [
        refused(&org, &format!("/api/v1/apps/{app}/credentials/keys/generate?validityYears=2")).await,
        refused(&org, &format!("/api/v1/apps/{other}/credentials/keys/{}/clone?targetAid={app}", kid(&key))).await,
        refused(&org, "/api/v1/apps/0oa0/credentials/keys/generate?validityYears=2").await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 E0000001 Api validation failed: generateKey ["The sign-on mode of the application has no key credentials."]
    400 E0000001 Api validation failed: cloneKey ["The sign-on mode of the application has no key credentials."]
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    "#);
    let mut chosen = bookmark;
    chosen["credentials"] = json!({"signing": {"kid": kid(&key)}});
    assert_eq!(put(&org, &app, chosen).await.1["credentials"], body["credentials"]);
}

#[tokio::test]
async fn a_cloned_key_is_the_targets_own_from_then_on() {
    let org = org();
    let (source, _) = create(&org, saml("Books")).await;
    let (target, _) = create(&org, web("Portal")).await;
    let key = generate(&org, &source).await;
    let path = format!("/api/v1/apps/{source}/credentials/keys/{}/clone", kid(&key));
    let response = try_send(&org, "POST", &format!("{path}?targetAid={target}"), Value::Null).await.unwrap();
    let own = format!("/api/v1/apps/{target}/credentials/keys/{}", kid(&key));
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], format!("https://org.example.com{own}"));
    assert_eq!(serde_json::from_slice::<Value>(response.body()).unwrap(), key);
    let lines = [
        refused(&org, &format!("{path}?targetAid={target}")).await,
        refused(&org, &format!("{path}?targetAid={source}")).await,
        refused(&org, &format!("{path}?targetAid=0oa0")).await,
        refused(&org, &path).await,
        refused(&org, &format!("/api/v1/apps/{source}/credentials/keys/none/clone?targetAid={target}")).await,
        refused(&org, &format!("/api/v1/apps/0oa0/credentials/keys/{}/clone?targetAid={target}", kid(&key))).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 E0000001 Api validation failed: cloneKey ["Key already exists in the list of key credentials for the target app."]
    400 E0000001 Api validation failed: cloneKey ["Key already exists in the list of key credentials for the target app."]
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    400 E0000028 The request is missing a required parameter. ["targetAid: The field cannot be left blank"]
    404 E0000007 Not found: Resource not found: none (JsonWebKey) []
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    "#);
    turn(&org, &source, "deactivate").await;
    send(&org, "DELETE", &format!("/api/v1/apps/{source}"), Value::Null).await;
    assert_eq!(get(&org, &own).await, key);
    // Nothing of the app that is gone is left.
    assert_eq!(
        org.export()["tables"]["certificates"].as_object().unwrap().keys().collect::<Vec<_>>(),
        [&format!("{target}/{}", kid(&key))]
    );
}

#[tokio::test]
async fn the_first_key_of_an_app_can_be_cloned_before_anybody_has_read_it() {
    let org = org();
    let (source, body) = create(&org, saml("Books")).await;
    let (target, _) = create(&org, saml("Papers")).await;
    let first = body["credentials"]["signing"]["kid"].as_str().unwrap();
    let path = format!("/api/v1/apps/{source}/credentials/keys/{first}");
    let (status, clone) = send(&org, "POST", &format!("{path}/clone?targetAid={target}"), Value::Null).await;
    assert_eq!(status, 201, "{clone}");
    assert_eq!(get(&org, &path).await, clone);
}

#[tokio::test]
async fn a_put_lets_an_app_sign_with_another_of_its_keys() {
    let org = org();
    for sent in [saml("Books"), web("Portal")] {
        let (app, body) = create(&org, sent.clone()).await;
        let first = &body["credentials"]["signing"]["kid"];
        let key = generate(&org, &app).await;
        let mut chosen = sent.clone();
        chosen["credentials"]["signing"] = json!({"kid": key["kid"]});
        let (status, answer) = put(&org, &app, chosen).await;
        assert_eq!((status, &answer["credentials"]["signing"]), (200, &json!({"kid": key["kid"]})));
        // What is not sent is kept, and the first key is still one of the app's.
        assert_eq!(put(&org, &app, sent.clone()).await.1["credentials"]["signing"], answer["credentials"]["signing"]);
        let found = get(&org, &format!("/api/v1/apps?filter=credentials.signing.kid+eq+%22{}%22", kid(&key))).await;
        assert_eq!(found[0]["id"], app.as_str());
        let mut back = sent;
        back["credentials"]["signing"] = json!({"kid": first});
        assert_eq!(put(&org, &app, back).await.1["credentials"]["signing"]["kid"], *first);
    }
}

#[tokio::test]
async fn an_app_never_signs_with_the_key_of_another() {
    for (choice, is_refused) in [("ignore", false), ("refuse", true)] {
        let org = switched(&[("unknown-signing-key", choice)]);
        let (app, body) = create(&org, saml("Books")).await;
        let (other, _) = create(&org, saml("Papers")).await;
        let key = generate(&org, &other).await;
        let mut chosen = saml("Books");
        chosen["credentials"] = json!({"signing": {"kid": key["kid"]}});
        let answer = put(&org, &app, chosen.clone()).await;
        if is_refused {
            let told = refusal(answer).replace(kid(&key), "…");
            insta::assert_snapshot!(told, @r#"400 E0000001 Api validation failed: kid ["kid: The application has no key credential '…'."]"#);
        } else {
            assert_eq!((answer.0, &answer.1["credentials"]), (200, &body["credentials"]));
        }
        // A new app has its own first key, whatever it asks for.
        assert_ne!(create(&org, chosen).await.1["credentials"]["signing"]["kid"], key["kid"]);
        let mut malformed = saml("Books");
        malformed["credentials"] = json!({"signing": {"kid": 1}});
        assert_eq!(put(&org, &app, malformed).await.0, 400);
    }
}

#[tokio::test]
async fn what_happens_to_keys_is_in_the_log() {
    let org = org();
    let (books, _) = create(&org, saml("Books")).await;
    let (papers, _) = create(&org, saml("Papers")).await;
    let key = generate(&org, &books).await;
    send(&org, "POST", &format!("/api/v1/apps/{books}/credentials/keys/{}/clone?targetAid={papers}", kid(&key)), Value::Null).await;
    let mut chosen = saml("Papers");
    chosen["credentials"] = json!({"signing": {"kid": key["kid"]}});
    put(&org, &papers, chosen).await;
    // That a first key is made when it is asked for is nobody's doing.
    keys(&org, &books).await;
    turn(&org, &papers, "deactivate").await;
    send(&org, "DELETE", &format!("/api/v1/apps/{papers}"), Value::Null).await;
    let told = told(&org).await.replace(&books, "books").replace(&papers, "papers").replace(kid(&key), "KEY");
    insta::assert_snapshot!(told, @"
    application.lifecycle.create | /api/v1/apps | AppInstance Books
    application.lifecycle.create | /api/v1/apps | AppInstance Papers
    app.keys.generate | /api/v1/apps/books/credentials/keys/generate | AppInstance Books, JsonWebKey KEY
    app.keys.clone | /api/v1/apps/books/credentials/keys/KEY/clone | AppInstance Papers, JsonWebKey KEY
    application.lifecycle.update | /api/v1/apps/papers | AppInstance Papers
    app.keys.rotate | /api/v1/apps/papers | AppInstance Papers, JsonWebKey KEY
    application.lifecycle.deactivate | /api/v1/apps/papers/lifecycle/deactivate | AppInstance Papers
    application.lifecycle.delete | /api/v1/apps/papers | AppInstance Papers
    ");
}

#[tokio::test]
async fn keys_are_there_again_when_the_org_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Org::open(Config { data: Data::Directory(folder.path().to_owned()), ..frozen() }).unwrap();
    let org = open();
    let (app, _) = create(&org, saml("Books")).await;
    generate(&org, &app).await;
    let path = format!("/api/v1/apps/{app}/credentials/keys");
    let before = get(&org, &path).await;
    drop(org);
    assert_eq!(get(&open(), &path).await, before);
}
