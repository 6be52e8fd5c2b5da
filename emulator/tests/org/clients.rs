//! Dynamic registration: apps under the names of RFC 7591.

use http::Request;
use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::support::{create, get, key, org, refusal, send, service, switched, web};

const CLIENTS: &str = "/oauth2/v1/clients";

fn wanted(name: &str) -> Value {
    json!({
        "client_name": name,
        "redirect_uris": ["https://app.example.com/callback"],
        "post_logout_redirect_uris": ["https://app.example.com/"],
        "token_endpoint_auth_method": "client_secret_post",
        "initiate_login_uri": "https://app.example.com/login",
    })
}

async fn register(org: &Org, body: Value) -> Value {
    let (status, client) = send(org, "POST", CLIENTS, body).await;
    assert_eq!(status, 201, "{client}");
    client
}

fn path(client: &Value) -> String {
    format!("{CLIENTS}/{}", client["client_id"].as_str().unwrap())
}

/// What a PUT that changes nothing sends: the client as it is shown, without its times.
async fn unchanged(org: &Org, client: &Value) -> Value {
    let mut body = get(org, &path(client)).await;
    let members = body.as_object_mut().unwrap();
    members.retain(|name, _| !matches!(name.as_str(), "client_id_issued_at" | "client_secret_expires_at"));
    body
}

/// A refusal in the form of RFC 6749 in one line.
fn oauth((status, body): (u16, Value)) -> String {
    format!("{status} {} {}", body["error"].as_str().unwrap_or("no error"), body["error_description"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn a_client_is_registered_with_defaults_and_shows_its_secret_once() {
    let org = org();
    let client = register(&org, wanted("Portal")).await;
    insta::assert_json_snapshot!(client, @r#"
    {
      "client_id": "0oaf000008Euf57TO5d7",
      "client_secret": "_12LPleK3yUVcfTPVd0KhWKMh8sN3ILW-EIVk7AzoRXfaMhAlOSY359K1BdTmwoJ",
      "client_id_issued_at": 1767225600,
      "client_secret_expires_at": 0,
      "client_name": "Portal",
      "client_uri": null,
      "logo_uri": null,
      "redirect_uris": [
        "https://app.example.com/callback"
      ],
      "post_logout_redirect_uris": [
        "https://app.example.com/"
      ],
      "response_types": [
        "code"
      ],
      "grant_types": [
        "authorization_code"
      ],
      "token_endpoint_auth_method": "client_secret_post",
      "application_type": "web",
      "initiate_login_uri": "https://app.example.com/login"
    }
    "#);
    let mut shown = client.clone();
    shown.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(get(&org, &path(&client)).await, shown);
    assert_eq!(get(&org, CLIENTS).await, json!([shown]));
}

#[tokio::test]
async fn a_client_with_keys_shows_them_without_the_ids_of_the_org() {
    let org = org();
    let client = register(
        &org,
        json!({
            "client_name": "Worker",
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [key("first"), {"kty": "EC", "kid": "second", "use": "sig", "alg": "ES256", "crv": "P-256", "x": "eA", "y": "eQ"}]},
        }),
    )
    .await;
    let text = client.to_string().replace(key("first")["n"].as_str().unwrap(), "…");
    insta::assert_snapshot!(text, @r#"{"client_id":"0oaf000008Euf57TO5d7","client_id_issued_at":1767225600,"client_name":"Worker","client_uri":null,"logo_uri":null,"redirect_uris":[],"response_types":["token"],"grant_types":["client_credentials"],"token_endpoint_auth_method":"private_key_jwt","application_type":"service","jwks":{"keys":[{"kty":"RSA","kid":"first","use":null,"e":"AQAB","n":"…"},{"kty":"EC","kid":"second","use":"sig","alg":"ES256","x":"eA","y":"eQ","crv":"P-256"}]}}"#);
}

#[tokio::test]
async fn a_registered_client_is_an_app_and_an_app_is_a_client() {
    let org = org();
    let client = register(&org, wanted("Portal")).await;
    let app = get(&org, &format!("/api/v1/apps/{}", client["client_id"].as_str().unwrap())).await;
    let oauth = &app["settings"]["oauthClient"];
    assert_eq!((&app["label"], &app["status"], &oauth["consent_method"]), (&json!("Portal"), &json!("ACTIVE"), &json!("REQUIRED")));
    let mut body = web("Books");
    body["credentials"]["oauthClient"]["client_id"] = json!("custom_client_id");
    body["profile"] = json!({"team": "payments"});
    let (id, _) = create(&org, body).await;
    let client = get(&org, "/oauth2/v1/clients/custom_client_id").await;
    assert_eq!((&client["client_name"], &client["redirect_uris"]), (&json!("Books"), &json!(["https://app.example.com/callback"])));
    let mut body = unchanged(&org, &client).await;
    body["client_name"] = json!("Ledger");
    assert_eq!(send(&org, "PUT", &path(&client), body).await.0, 200);
    let app = get(&org, &format!("/api/v1/apps/{id}")).await;
    let kept = (&app["label"], &app["profile"], &app["settings"]["oauthClient"]["consent_method"]);
    assert_eq!(kept, (&json!("Ledger"), &json!({"team": "payments"}), &json!("TRUSTED")));
    assert_eq!(refusal(send(&org, "GET", &format!("{CLIENTS}/{id}"), Value::Null).await).split(' ').nth(1), Some("E0000007"));
}

#[tokio::test]
async fn a_put_says_everything_but_times_and_secret() {
    let org = org();
    let client = register(&org, wanted("Portal")).await;
    let at = path(&client);
    let mut body = unchanged(&org, &client).await;
    body["post_logout_redirect_uris"] = json!([]);
    body["tos_uri"] = json!("https://app.example.com/terms");
    let (status, after) = send(&org, "PUT", &at, body.clone()).await;
    assert_eq!((status, &after["client_secret"]), (200, &client["client_secret"]));
    insta::assert_json_snapshot!(after, @r#"
    {
      "client_id": "0oaf000008Euf57TO5d7",
      "client_secret": "_12LPleK3yUVcfTPVd0KhWKMh8sN3ILW-EIVk7AzoRXfaMhAlOSY359K1BdTmwoJ",
      "client_id_issued_at": 1767225600,
      "client_secret_expires_at": 0,
      "client_name": "Portal",
      "client_uri": null,
      "logo_uri": null,
      "tos_uri": "https://app.example.com/terms",
      "redirect_uris": [
        "https://app.example.com/callback"
      ],
      "post_logout_redirect_uris": [],
      "response_types": [
        "code"
      ],
      "grant_types": [
        "authorization_code"
      ],
      "token_endpoint_auth_method": "client_secret_post",
      "application_type": "web",
      "initiate_login_uri": "https://app.example.com/login"
    }
    "#);
    body["client_secret"] = client["client_secret"].clone();
    assert_eq!(send(&org, "PUT", &at, body.clone()).await, (200, after.clone()));
    let without = |name: &str| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };
    let mut said = Vec::new();
    for body in [
        without("logo_uri"),
        without("client_name"),
        with("client_id_issued_at", json!(1)),
        with("client_secret_expires_at", Value::Null),
        with("client_id", json!("another_client")),
        with("client_secret", json!("a secret of my own")),
        with("application_type", json!("native")),
    ] {
        said.push(oauth(send(&org, "PUT", &at, body).await));
    }
    insta::assert_snapshot!(said.join("\n"), @"
    400 invalid_client_metadata logo_uri: The field is missing. All settings must be specified in an update.
    400 invalid_client_metadata client_name: The field cannot be left blank
    400 invalid_client_metadata client_id_issued_at: The field can't be included in an update.
    400 invalid_client_metadata client_secret_expires_at: The field can't be included in an update.
    400 invalid_client_metadata client_id: The client_id is assigned by the org and can't be chosen.
    400 invalid_client_metadata client_secret: The client_secret is generated by the org and can't be chosen.
    400 invalid_client_metadata application_type: The application_type can't be changed.
    ");
    assert_eq!(get(&org, &at).await["tos_uri"], "https://app.example.com/terms");
}

#[tokio::test]
async fn bad_metadata_is_refused_in_the_form_of_oauth() {
    let org = org();
    let with = |name: &str, value: Value| {
        let mut body = wanted("Portal");
        body[name] = value;
        body
    };
    let mut said = Vec::new();
    for body in [
        with("client_name", json!("")),
        with("client_name", json!(7)),
        with("redirect_uris", json!(["/callback"])),
        with("grant_types", json!(["password"])),
        with("client_id", json!("custom_client_id")),
        with("client_secret", json!("a secret of my own")),
        with("token_endpoint_auth_method", json!("private_key_jwt")),
        json!([]),
    ] {
        said.push(oauth(send(&org, "POST", CLIENTS, body).await));
    }
    insta::assert_snapshot!(said.join("\n"), @"
    400 invalid_client_metadata client_name: The field cannot be left blank
    400 invalid_client_metadata The request body was not well-formed.
    400 invalid_client_metadata redirect_uris: '/callback' must be an absolute URI.
    400 invalid_client_metadata grant_types: 'password' is not allowed when 'application_type' is 'web'. grant_types: 'authorization_code' is required when 'application_type' is 'web'.
    400 invalid_client_metadata client_id: The client_id is assigned by the org and can't be chosen.
    400 invalid_client_metadata client_secret: The client_secret is generated by the org and can't be chosen.
    400 invalid_client_metadata jwks: 'jwks' or 'jwks_uri' is required when 'token_endpoint_auth_method' is 'private_key_jwt'.
    400 invalid_client_metadata The request body was not well-formed.
    ");
    assert_eq!(get(&org, CLIENTS).await, json!([]));
}

#[tokio::test]
async fn clients_are_listed_in_pages_by_the_start_of_their_names() {
    let org = org();
    for n in 0..22 {
        create(&org, web(&format!("App {n:02}"))).await;
    }
    create(
        &org,
        json!({"name": "bookmark", "label": "App mark", "signOnMode": "BOOKMARK", "settings": {"app": {"url": "https://example.com"}}}),
    )
    .await;
    let list = async |query: &str| {
        let request =
            Request::get(format!("http://127.0.0.1{CLIENTS}{query}")).header("authorization", format!("SSWS {}", org.okta_token()));
        let response = org.call(request.body(Vec::new()).unwrap()).await.unwrap();
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        let names: Vec<_> = body.as_array().unwrap().iter().map(|client| client["client_name"].as_str().unwrap().to_owned()).collect();
        let links: Vec<_> = response.headers().get_all("link").iter().map(|link| link.to_str().unwrap().to_owned()).collect();
        (names, links)
    };
    let (names, links) = list("").await;
    assert_eq!((names.len(), names[0].as_str(), names[19].as_str()), (20, "App 00", "App 19"));
    insta::assert_snapshot!(links.join("\n"), @r#"
    <https://org.example.com/oauth2/v1/clients?limit=20>; rel="self"
    <https://org.example.com/oauth2/v1/clients?after=0oaf000021fH82i1u5d7&limit=20>; rel="next"
    "#);
    let next = links[1].split(['<', '>']).nth(1).unwrap().split_once("clients").unwrap().1.to_owned();
    let (names, links) = list(&next).await;
    assert_eq!((names.join(" "), links.len()), ("App 20 App 21".to_owned(), 1));
    assert_eq!(list("?limit=500").await.0.len(), 22);
    assert_eq!(list("?q=app%2002").await.0, ["App 02"]);
}

#[tokio::test]
async fn a_client_is_deleted_while_it_is_active() {
    let org = org();
    let client = register(&org, wanted("Portal")).await;
    assert_eq!(send(&org, "DELETE", &path(&client), Value::Null).await, (204, Value::Null));
    assert_eq!(get(&org, "/api/v1/apps").await, json!([]));
    let gone = send(&org, "GET", &path(&client), Value::Null).await;
    insta::assert_snapshot!(refusal(gone), @"404 E0000007 Not found: Resource not found: 0oaf000008Euf57TO5d7 (PublicClientApp) []");
}

#[tokio::test]
async fn a_new_secret_takes_the_place_of_the_old_one() {
    let org = org();
    let client = register(&org, wanted("Portal")).await;
    let at = format!("{}/lifecycle/newSecret", path(&client));
    let (status, after) = send(&org, "POST", &at, Value::Null).await;
    assert_eq!(status, 200);
    assert_ne!(after["client_secret"], client["client_secret"]);
    let secrets = org.live_secrets(client["client_id"].as_str().unwrap());
    assert_eq!(secrets.iter().map(|secret| secret.value.as_str()).collect::<Vec<_>>(), [after["client_secret"].as_str().unwrap()]);
    let (id, _) = create(&org, service("Worker")).await;
    let said = [
        oauth(send(&org, "POST", &format!("{CLIENTS}/{id}/lifecycle/newSecret"), Value::Null).await),
        refusal(send(&org, "POST", &format!("{CLIENTS}/0oa0/lifecycle/newSecret"), Value::Null).await),
        refusal(send(&org, "GET", &at, Value::Null).await),
    ];
    insta::assert_snapshot!(said.join("\n"), @"
    400 invalid_client_metadata token_endpoint_auth_method: A secret can't be generated when 'token_endpoint_auth_method' is 'private_key_jwt'.
    404 E0000007 Not found: Resource not found: 0oa0 (PublicClientApp) []
    405 E0000022 The endpoint does not support the provided HTTP method []
    ");
}

#[tokio::test]
async fn switches_settle_what_registration_does_where_nobody_knows() {
    let org = switched(&[
        ("unknown-client", "401"),
        ("chosen-client-credentials", "ignore"),
        ("omitted-client-settings", "reset"),
        ("duplicate-client-names", "refuse"),
    ]);
    let mut body = wanted("Portal");
    body["client_id"] = json!("custom_client_id");
    body["client_secret"] = json!("a secret of my own");
    let client = register(&org, body.clone()).await;
    assert!(client["client_id"] != "custom_client_id" && client["client_secret"] != "a secret of my own");
    let (status, after) =
        send(&org, "PUT", &path(&client), json!({"client_name": "Portal", "redirect_uris": ["https://app.example.com/2"]})).await;
    assert_eq!((status, after.get("initiate_login_uri")), (200, None));
    let said = [oauth(send(&org, "GET", "/oauth2/v1/clients/0oa0", Value::Null).await), oauth(send(&org, "POST", CLIENTS, body).await)];
    insta::assert_snapshot!(said.join("\n"), @"
    401 invalid_client Invalid value for 'client_id' parameter.
    400 invalid_client_metadata client_name: An object with this field already exists in the current organization
    ");
}

#[tokio::test]
async fn the_log_tells_of_registered_clients_as_of_apps() {
    let org = org();
    let client = register(&org, wanted("Portal")).await;
    let body = unchanged(&org, &client).await;
    send(&org, "PUT", &path(&client), body).await;
    send(&org, "POST", &format!("{}/lifecycle/newSecret", path(&client)), Value::Null).await;
    send(&org, "DELETE", &path(&client), Value::Null).await;
    let events = get(&org, "/api/v1/logs").await;
    let lines: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            format!("{} {}", event["eventType"].as_str().unwrap(), event["debugContext"]["debugData"]["requestUri"].as_str().unwrap())
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    application.lifecycle.create /oauth2/v1/clients
    app.oauth2.client.lifecycle.create /oauth2/v1/clients
    application.lifecycle.update /oauth2/v1/clients/0oaf000008Euf57TO5d7
    app.oauth2.client.lifecycle.update /oauth2/v1/clients/0oaf000008Euf57TO5d7
    app.oauth2.credentials.lifecycle.create /oauth2/v1/clients/0oaf000008Euf57TO5d7/lifecycle/newSecret
    app.oauth2.credentials.lifecycle.delete /oauth2/v1/clients/0oaf000008Euf57TO5d7/lifecycle/newSecret
    application.lifecycle.delete /oauth2/v1/clients/0oaf000008Euf57TO5d7
    app.oauth2.client.lifecycle.delete /oauth2/v1/clients/0oaf000008Euf57TO5d7
    ");
}
