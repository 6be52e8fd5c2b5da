//! The page on which a person can watch what happens to the org.

use serde_json::{Value, json};

use crate::{
    support::{portal_ok, send, web},
    wire::{Server, serve},
};

async fn watched(server: &Server) -> Value {
    let answer = server.ask_without_token("GET /watch.json").await;
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
    let text = format!("{shown:#}");
    assert!(!text.contains("secret of") && !text.contains("another secret"), "{text}");
    insta::assert_snapshot!(text, @r#"
    {
      "apps": {
        "count": 1,
        "shown": [
          {
            "id": "0oaf000008Euf57TO5d7",
            "label": "<img src=x onerror=alert(1)>",
            "status": "ACTIVE",
            "signOnMode": "OPENID_CONNECT",
            "client_id": "watched",
            "method": "client_secret_post",
            "owner": "payments/web",
            "secrets": [
              "ACTIVE"
            ],
            "grants": [
              "okta.users.read"
            ],
            "updated": "2026-01-01T00:00:00.000Z"
          }
        ]
      },
      "providers": {
        "count": 1,
        "shown": [
          {
            "id": 1,
            "cid": "KgpQeo8HWYBQ8nTV6xW4Mi8Suho",
            "name": "Okta",
            "type": "Okta",
            "grants": null,
            "updated": "2026-01-01 00:00"
          }
        ]
      },
      "client_types": {
        "count": 1,
        "shown": [
          {
            "id": 1,
            "cid": "Dqky0jSIY3sno5FLe9opOHhDbUE",
            "name": "Web",
            "type": null,
            "grants": "authorization_code",
            "updated": "2026-01-01 00:00"
          }
        ]
      },
      "requests": [
        {
          "method": "DELETE",
          "path": "/api/v1/apps/0oaunknown",
          "status": 404
        },
        {
          "method": "POST",
          "path": "/portal-api/oauth-providers/1/client-types",
          "status": 200
        },
        {
          "method": "POST",
          "path": "/portal-api/oauth-providers",
          "status": 200
        },
        {
          "method": "POST",
          "path": "/api/v1/apps/0oaf000008Euf57TO5d7/grants",
          "status": 201
        },
        {
          "method": "POST",
          "path": "/api/v1/apps",
          "status": 200
        }
      ]
    }
    "#);
}
