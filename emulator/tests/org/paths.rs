//! Ids that arrive percent-encoded, and paths that cannot be read.

use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};

use crate::support::{create, frozen, get, portal, refusal, send, server, service, web};

/// Escapes every byte.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |done, byte| format!("{done}%{byte:02X}"))
}

#[tokio::test]
async fn an_id_is_the_same_however_it_is_written() {
    let org = crate::support::org();
    let (app, made) = create(&org, web("Portal")).await;
    let (issuer, _) = server(&org, "Orders").await;
    let plain = get(&org, &format!("/api/v1/apps/{app}")).await;
    assert_eq!(get(&org, &format!("/api/v1/apps/%30{}", &app[1..])).await, plain);
    assert_eq!(get(&org, &format!("/api/v1/%61pps/{}", escaped(&app))).await, plain);
    let client = made["credentials"]["oauthClient"]["client_id"].as_str().unwrap();
    assert_eq!(get(&org, &format!("/oauth2/v1/clients/{}", escaped(client))).await["client_id"], client);
    let scopes = get(&org, &format!("/api/v1/authorizationServers/{issuer}/scopes")).await;
    assert_eq!(get(&org, &format!("/api/v1/authorizationServers/{}/scopes", escaped(&issuer))).await, scopes);
}

#[tokio::test]
async fn a_write_at_an_encoded_path_is_in_the_log_as_any_other() {
    let org = crate::support::org();
    let (app, made) = create(&org, web("Portal")).await;
    let (status, _) = send(&org, "PUT", &format!("/api/v1/apps/{}", escaped(&app)), made).await;
    assert_eq!(status, 200);
    let events = get(&org, "/api/v1/logs").await;
    let kinds: Vec<_> = events.as_array().unwrap().iter().filter_map(|event| event["eventType"].as_str()).collect();
    insta::assert_snapshot!(kinds.join("\n"), @"
    application.lifecycle.create
    app.oauth2.client.lifecycle.create
    application.lifecycle.update
    app.oauth2.client.lifecycle.update
    ");
}

#[tokio::test]
async fn an_escaped_slash_is_part_of_an_id_and_an_escape_is_read_once() {
    let org = crate::support::org();
    let (app, _) = create(&org, service("Jobs")).await;
    let refusals = [
        send(&org, "GET", &format!("/api/v1/apps/{app}%2Fgrants"), Value::Null).await,
        send(&org, "GET", &format!("/api/v1/apps%2F{app}"), Value::Null).await,
        send(&org, "GET", &format!("/api/v1/apps/%2530{}", &app[1..]), Value::Null).await,
        send(&org, "GET", &format!("/api/v1/apps/{app}/grants/caf%C3%A9+%3F"), Value::Null).await,
    ];
    insta::assert_snapshot!(refusals.map(refusal).join("\n"), @"
    404 E0000007 Not found: Resource not found: 0oaf000008Euf57TO5d7/grants (AppInstance) []
    404 E0000008 The requested path was not found []
    404 E0000007 Not found: Resource not found: %30oaf000008Euf57TO5d7 (AppInstance) []
    404 E0000007 Not found: Resource not found: café+? (OAuth2ScopeConsentGrant) []
    ");
}

#[tokio::test]
async fn a_path_that_cannot_be_read_names_nothing() {
    let org = crate::support::org();
    let (app, _) = create(&org, web("Portal")).await;
    for garbled in ["%zz", "%4", "%", "%FF"] {
        let (status, refused) = send(&org, "DELETE", &format!("/api/v1/apps/{app}{garbled}"), Value::Null).await;
        assert_eq!(refusal((status, refused)), "404 E0000008 The requested path was not found []");
    }
    let (status, refused) = portal(&org, "GET", "/oauth-providers/%zz", Value::Null).await;
    insta::assert_snapshot!(format!("{status} {refused}"), @r#"404 {"errors":["provider is not found"]}"#);
}

#[tokio::test]
async fn the_portal_reads_ids_as_the_org_does() {
    let org = crate::support::org();
    let (status, made) = portal(&org, "POST", "/oauth-providers", crate::support::provider("Okta")).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(
        portal(&org, "GET", "/oauth-providers/%31", Value::Null).await,
        portal(&org, "GET", "/oauth-providers/1", Value::Null).await
    );
}

#[tokio::test]
async fn an_encoded_path_falls_into_its_bucket() {
    let org = Org::open(Config { rate_limits: "app=7,apps=50".parse().unwrap(), ..frozen() }).unwrap();
    let (app, _) = create(&org, web("Portal")).await;
    let response = crate::support::try_send(&org, "GET", &format!("/api/v1/%61pps/{}", escaped(&app)), json!(null)).await.unwrap();
    let of = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((of("x-rate-limit-limit"), of("x-rate-limit-remaining")), ("7".into(), "6".into()));
}
