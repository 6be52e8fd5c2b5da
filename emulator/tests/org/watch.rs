//! The page on which a person can watch what happens to the org.

use idpctl_emulator::Config;
use serde_json::{Value, json};

use crate::{
    support::{create, portal_ok, send, web},
    wire::{Server, of, serve},
};

async fn watched(server: &Server) -> Value {
    json_of(&server.ask_without_token("GET /watch.json").await)
}

fn json_of(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere_and_no_token() {
    let server = serve(&["500"]).await;
    let page = server.ask_without_token("GET /").await;
    assert!(page.starts_with("HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none';"), "{page}");
    for outside in ["http://", "https://", "src=", "@import", "url(", "innerHTML"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(server.org.requests(), [], "watching is no request to the org");
    let other = server.ask_without_token("POST /").await;
    assert!(!other.contains("<html"), "{other}");
    let head = server.ask_without_token("HEAD /").await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("\r\n\r\n"), "{head}");
}

#[tokio::test]
async fn who_knows_already_what_there_is_gets_its_number_alone() {
    let server = serve(&[]).await;
    let since = async |revision: &Value| json_of(&server.ask_without_token(&format!("GET /watch.json?since={revision}")).await);
    let first = watched(&server).await;
    let revision = first["revision"].clone();
    assert_eq!(since(&revision).await, json!({"revision": revision}));
    create(&server.org, web("Portal")).await;
    let next = since(&revision).await;
    assert_eq!((&next["apps"]["count"], next["revision"] == revision), (&json!(1), false));
    assert_eq!(since(&next["revision"]).await, json!({"revision": next["revision"]}));
    assert_eq!(since(&json!(-1)).await, next);
    server.org.clear_requests();
    assert_eq!(since(&next["revision"]).await["requests"], json!([]));
}

#[tokio::test]
async fn of_many_objects_and_events_the_newest_are_shown_in_order() {
    let server = of(Config { seed_apps: 450, frozen_clock: true, ..Config::default() }).await;
    let mut made = Vec::new();
    for label in ["Bow", "Stern"] {
        made.push(create(&server.org, web(label)).await.0);
    }
    for number in 0..120 {
        send(&server.org, "POST", "/api/v1/groups", json!({"profile": {"name": format!("Crew {number}")}})).await;
        send(&server.org, "PUT", &format!("/api/v1/apps/{}", made[1]), web("Stern")).await;
    }
    let shown = watched(&server).await;
    let (apps, events) = (&shown["apps"], &shown["events"]);
    let ids: Vec<_> = apps["shown"].as_array().unwrap().iter().map(|app| app["id"].as_str().unwrap()).collect();
    assert_eq!((&apps["count"], ids.len(), ids[0], ids[1]), (&json!(452), 200, &*made[1], &*made[0]));
    assert!(ids.is_sorted_by(|one, other| one > other), "{ids:?}");
    let keys: Vec<_> = events["shown"].as_array().unwrap().iter().map(|event| event["key"].as_str().unwrap()).collect();
    assert!(events["count"].as_u64().unwrap() > 200 && keys.len() == 200 && keys.is_sorted_by(|one, other| one > other), "{keys:?}");
    assert_eq!(shown["requests"].as_array().unwrap().len(), 200);
}

/// What is shown, an object a line.
fn lines(shown: &Value) -> String {
    let items = |value: &Value| value.as_array().unwrap().iter().map(|item| format!("\n  {item}")).collect::<Vec<_>>().concat();
    let section = |(name, value): (&String, &Value)| match (&value["shown"], value) {
        (Value::Array(_), _) => format!("{name}, {} in all:{}", value["count"], items(&value["shown"])),
        (_, Value::Array(_)) => format!("{name}:{}", items(value)),
        _ => format!("{name}: {value}"),
    };
    shown.as_object().unwrap().iter().map(section).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_page_shows_what_is_there_and_was_asked_and_no_secret() {
    let server = serve(&[]).await;
    let mut app = web("<img src=x onerror=alert(1)>");
    app["credentials"] = json!({"oauthClient": {"client_id": "watched", "client_secret": "a secret of enough length", "token_endpoint_auth_method": "client_secret_post"}});
    app["profile"] = json!({"idpctl": {"owner": "payments/web"}});
    let (_, made) = send(&server.org, "POST", "/api/v1/apps", app).await;
    let grant = json!({"scopeId": "okta.users.read", "issuer": "http://127.0.0.1"});
    send(&server.org, "POST", &format!("/api/v1/apps/{}/grants", made["id"].as_str().unwrap()), grant).await;
    let provider =
        json!({"Name": "Okta", "Type": "Okta", "WellKnownURL": "https://idp.example.com", "RegistrationAccessToken": "another secret"});
    portal_ok(&server.org, "POST", "/oauth-providers", provider).await;
    let types = json!({"Name": "Web", "ResponseTypes": "code", "GrantType": "authorization_code"});
    portal_ok(&server.org, "POST", "/oauth-providers/1/client-types", types).await;
    send(&server.org, "DELETE", "/api/v1/apps/0oaunknown", Value::Null).await;
    let shown = watched(&server).await;
    let text = shown.to_string();
    assert!(!text.contains("secret of") && !text.contains("another secret"), "{text}");
    insta::assert_snapshot!(lines(&shown), @r#"
    org: "00of00000000j617U5d7"
    apps, 1 in all:
      {"id":"0oaf000008Euf57TO5d7","label":"<img src=x onerror=alert(1)>","status":"ACTIVE","signOnMode":"OPENID_CONNECT","client_id":"watched","method":"client_secret_post","owner":"payments/web","secrets":["ACTIVE"],"grants":["okta.users.read"],"updated":"2026-01-01T00:00:00.000Z"}
    servers, 1 in all:
      {"id":"ausf00000000fqmQG5d7","name":"default","status":"ACTIVE","audiences":["api://default"],"scopes":27,"updated":"2026-01-01T00:00:00.000Z"}
    providers, 1 in all:
      {"id":1,"cid":"KgpQeo8HWYBQ8nTV6xW4Mi8Suho","name":"Okta","type":"Okta","grants":null,"updated":"2026-01-01 00:00"}
    client_types, 1 in all:
      {"id":1,"cid":"Dqky0jSIY3sno5FLe9opOHhDbUE","name":"Web","type":null,"grants":"authorization_code","updated":"2026-01-01 00:00"}
    events, 3 in all:
      {"key":"1767225600000_00000003","published":"2026-01-01T00:00:00.000Z","type":"app.oauth2.admin.consent.grant","message":"Grant scope to OAuth client","actor":"Org Admin","targets":[{"type":"AppInstance","name":"<img src=x onerror=alert(1)>"},{"type":"OAuth2Scope","name":"okta.users.read"}]}
      {"key":"1767225600000_00000002","published":"2026-01-01T00:00:00.000Z","type":"app.oauth2.client.lifecycle.create","message":"Create OAuth client","actor":"Org Admin","targets":[{"type":"AppInstance","name":"<img src=x onerror=alert(1)>"}]}
      {"key":"1767225600000_00000001","published":"2026-01-01T00:00:00.000Z","type":"application.lifecycle.create","message":"Create application","actor":"Org Admin","targets":[{"type":"AppInstance","name":"<img src=x onerror=alert(1)>"}]}
    requests:
      {"method":"DELETE","path":"/api/v1/apps/0oaunknown","status":404}
      {"method":"POST","path":"/portal-api/oauth-providers/1/client-types","status":200}
      {"method":"POST","path":"/portal-api/oauth-providers","status":200}
      {"method":"POST","path":"/api/v1/apps/0oaf000008Euf57TO5d7/grants","status":201}
      {"method":"POST","path":"/api/v1/apps","status":200}
    revision: 5
    "#);
}
