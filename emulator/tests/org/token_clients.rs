//! What the token endpoints say to clients that do not prove who they are, whole: the first group of okta-api.md section 6.

use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::{
    support::{create, frozen, send, switches, web},
    token_support::{
        BASE, GRANT, Key, NOW, ORG_TOKEN, Pairs, SECRET, TOKEN, basic, by_machine, drawn, keyed, post, post_keyed, sealed, secretive,
        whole, with_clients,
    },
};

#[tokio::test]
async fn credentials_that_prove_nothing_are_refused() {
    let org = with_clients().await;
    let (asleep, _) = create(&org, secretive("asleep", "client_secret_basic")).await;
    assert_eq!(send(&org, "POST", &format!("/api/v1/apps/{asleep}/lifecycle/deactivate"), Value::Null).await.0, 200);
    let wrong = basic("machine").replace("Basic ", "Basic A");
    let rows: &[(&str, Option<&str>, Pairs<'_>)] = &[
        ("nothing", None, &[GRANT]),
        ("an id that nobody has", Some(&basic("nobody")), &[GRANT]),
        ("an id that nobody has, in the form", None, &[GRANT, ("client_id", "nobody"), ("client_secret", SECRET)]),
        ("no pair", Some("Basic bm8tcGFpcg=="), &[GRANT]),
        ("another scheme", Some("Bearer token"), &[GRANT]),
        ("no base64", Some(&wrong), &[GRANT]),
        ("a wrong secret", None, &[GRANT, ("client_id", "posting"), ("client_secret", "guessed")]),
        ("a header instead of a form", Some(&basic("posting")), &[GRANT]),
        ("a form instead of a header", None, &[GRANT, ("client_id", "machine"), ("client_secret", SECRET)]),
        ("no secret", None, &[GRANT, ("client_id", "posting")]),
        ("an inactive client", Some(&basic("asleep")), &[GRANT]),
    ];
    let mut told = Vec::new();
    for (what, authorization, form) in rows {
        let headers: Vec<_> = authorization.iter().map(|header| ("authorization", *header)).collect();
        told.push(whole(what, &post(&org, TOKEN, &headers, form).await));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    nothing
        401 {"error":"invalid_client","error_description":"No client credentials found."}
    an id that nobody has
        401 {"error":"invalid_client","error_description":"Invalid value for 'client_id' parameter."}
    an id that nobody has, in the form
        401 {"error":"invalid_client","error_description":"Invalid value for 'client_id' parameter."}
    no pair
        401 {"error":"invalid_client","error_description":"Found Authentication header but was not valid client credentials."}
    another scheme
        401 {"error":"invalid_client","error_description":"Found Authentication header but was not valid client credentials."}
    no base64
        401 {"error":"invalid_client","error_description":"Found Authentication header but was not valid client credentials."}
    a wrong secret
        401 {"error":"invalid_client","error_description":"The client secret supplied for a confidential client is invalid."}
    a header instead of a form
        401 {"error":"invalid_client","error_description":"Client authentication failed. Either the client or the client credentials are invalid."}
    a form instead of a header
        401 {"error":"invalid_client","error_description":"Client authentication failed. Either the client or the client credentials are invalid."}
    no secret
        401 {"error":"invalid_client","error_description":"Client authentication failed. Either the client or the client credentials are invalid."}
    an inactive client
        401 {"error":"invalid_client","error_description":"Client authentication failed. Either the client or the client credentials are invalid."}
    "#);
}

#[tokio::test]
async fn every_fault_of_an_assertion_is_told() {
    let org = drawn().await;
    let (key, other) = (Key::draw(), Key::draw());
    keyed(&org, "automaton", &key, &["okta.apps.read"], false).await;
    let good = json!({"iss": "automaton", "sub": "automaton", "aud": format!("{BASE}{ORG_TOKEN}"), "exp": NOW + 300});
    let head = json!({"alg": "ES256", "kid": "own"});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.sign(&head, &claims)
    };
    let rows = [
        ("no token", "a.b.c".to_owned()),
        ("an issuer that nobody is", with("iss", json!("nobody"))),
        ("another subject", with("sub", json!("nobody"))),
        ("the issuer as audience", with("aud", json!(BASE))),
        ("another endpoint as audience", with("aud", json!(format!("{BASE}/oauth2/v1/introspect")))),
        ("no expiry", with("exp", Value::Null)),
        ("expired", with("exp", json!(NOW))),
        ("good for more than an hour", with("exp", json!(NOW + 3_601))),
        ("issued in the future", with("iat", json!(NOW + 1))),
        ("no algorithm", key.sign(&json!({"alg": "none"}), &good)),
        ("an unknown key", key.sign(&json!({"alg": "ES256", "kid": "unknown"}), &good)),
        ("the key of another", other.sign(&head, &good)),
        ("a seal of a client with keys", sealed(&good, SECRET)),
        ("first use", with("jti", json!("once"))),
        ("second use", with("jti", json!("once"))),
    ];
    let form = [GRANT, ("scope", "okta.users.read")];
    let mut told = Vec::new();
    for (what, assertion) in rows {
        told.push(whole(what, &post_keyed(&org, ORG_TOKEN, &[], &assertion, &form).await));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    no token
        401 {"error":"invalid_client","error_description":"The parsing of the client_assertion failed."}
    an issuer that nobody is
        401 {"error":"invalid_client","error_description":"The issuer claim for client_assertion is not a valid client_id."}
    another subject
        401 {"error":"invalid_client","error_description":"The subject claim for client_assertion is not a valid client_id."}
    the issuer as audience
        401 {"error":"invalid_client","error_description":"The audience claim for client_assertion must be the endpoint invoked for the request."}
    another endpoint as audience
        401 {"error":"invalid_client","error_description":"The audience claim for client_assertion must be the endpoint invoked for the request."}
    no expiry
        401 {"error":"invalid_client","error_description":"The client_assertion must contain the 'exp' claim as seconds since epoch."}
    expired
        401 {"error":"invalid_client","error_description":"The client_assertion token is expired."}
    good for more than an hour
        401 {"error":"invalid_client","error_description":"The client_assertion token has an expiration too far into the future."}
    issued in the future
        401 {"error":"invalid_client","error_description":"The client_assertion token must be issued before the current time."}
    no algorithm
        401 {"error":"invalid_client","error_description":"The client_assertion JWT signature algorithm is invalid."}
    an unknown key
        401 {"error":"invalid_client","error_description":"The client_assertion JWT kid is invalid."}
    the key of another
        401 {"error":"invalid_client","error_description":"The client_assertion signature is invalid."}
    a seal of a client with keys
        401 {"error":"invalid_client","error_description":"Client authentication failed. Either the client or the client credentials are invalid."}
    first use
        400 {"error":"consent_required","error_description":"You are not allowed any of the requested scopes."}
    second use
        401 {"error":"invalid_client","error_description":"The client_assertion token has already been used."}
    "#);
}

/// A service app that is to authenticate with keys and has none.
fn keyless(client_id: &str) -> Value {
    let mut app = secretive(client_id, "private_key_jwt");
    app["credentials"]["oauthClient"].as_object_mut().unwrap().remove("client_secret");
    app
}

#[tokio::test]
async fn what_a_client_lacks_for_its_assertion_is_told() {
    let first = drawn().await;
    first.set_switches(switches(&[("private-key-jwt-without-keys", "accept")]));
    let key = Key::draw();
    let mut public = key.public();
    public["kid"] = json!("own");
    public["use"] = json!("enc");
    create(&first, keyless("keyless")).await;
    let mut elsewhere = keyless("elsewhere");
    elsewhere["settings"]["oauthClient"]["jwks_uri"] = json!("https://app.example.com/keys");
    create(&first, elsewhere).await;
    let (encrypting, _) = create(&first, keyless("encrypting")).await;
    let (short, _) = create(&first, secretive("short-secret", "client_secret_jwt")).await;
    let (without, _) = create(&first, secretive("without-secret", "client_secret_jwt")).await;
    // What the API lets nobody make, an org of a fixture may have.
    let mut document = first.export();
    let apps = &mut document["tables"]["apps"];
    apps[&short]["secrets"][0]["value"] = json!("fourteen-chars");
    apps[&without]["secrets"] = json!([]);
    public["status"] = json!("ACTIVE");
    apps[&encrypting]["body"]["settings"]["oauthClient"]["jwks"] = json!({"keys": [public]});
    let org = Org::import(frozen(), &document).unwrap();
    let claims = |name: &str| json!({"iss": name, "sub": name, "aud": format!("{BASE}{TOKEN}"), "exp": NOW + 300});
    let signed = |name: &str| key.sign(&json!({"alg": "ES256", "kid": "own"}), &claims(name));
    let rows = [
        ("no keys", signed("keyless")),
        ("keys elsewhere, which are never fetched", signed("elsewhere")),
        ("a key to encrypt with", signed("encrypting")),
        ("a short secret", sealed(&claims("short-secret"), "fourteen-chars")),
        ("no secret", sealed(&claims("without-secret"), SECRET)),
    ];
    let mut told = Vec::new();
    for (what, assertion) in rows {
        told.push(whole(what, &post_keyed(&org, TOKEN, &[], &assertion, &[GRANT]).await));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    no keys
        401 {"error":"invalid_client","error_description":"The client does not have a JWKSet configured, but the client_assertion requires one."}
    keys elsewhere, which are never fetched
        401 {"error":"invalid_client","error_description":"Error retrieving the client JWKSet from jwks_uri."}
    a key to encrypt with
        401 {"error":"invalid_client","error_description":"The client_assertion JWT needs to be signed using a signing key."}
    a short secret
        401 {"error":"invalid_client","error_description":"The client secret is too short to verify a JWT HMAC."}
    no secret
        401 {"error":"invalid_client","error_description":"The issuer and subject claim for client_assertion is invalid because the client does not have a client secret."}
    "#);
}

#[tokio::test]
async fn the_orgs_own_server_is_for_services_with_keys() {
    let org = with_clients().await;
    let key = Key::draw();
    let mut person = web("For people");
    person["credentials"]["oauthClient"] = json!({"client_id": "person", "token_endpoint_auth_method": "private_key_jwt"});
    person["settings"]["oauthClient"]["grant_types"] = json!(["authorization_code", "client_credentials"]);
    let mut public = key.public();
    public["kid"] = json!("own");
    person["settings"]["oauthClient"]["jwks"] = json!({"keys": [public]});
    create(&org, person).await;
    let form = [GRANT, ("scope", "okta.apps.read")];
    let by_person = post_keyed(&org, ORG_TOKEN, &[], &key.assertion("person", ORG_TOKEN, "p"), &form).await;
    let told = [by_machine(&org, ORG_TOKEN, &[&form]).await, whole("no service", &by_person)];
    insta::assert_snapshot!(told.join("\n"), @r#"
    grant_type=client_credentials&scope=okta.apps.read
        401 {"error":"invalid_client","error_description":"Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method."}
    no service
        401 {"error":"invalid_client","error_description":"Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server."}
    "#);
}
