//! What apps could have and those of this org have not: refresh tokens and provisioning.

use serde_json::{Value, json};

use crate::support::{create, get, org, refusal, send, switched, try_send, web};

#[tokio::test]
async fn a_client_has_no_refresh_tokens_and_revoking_all_of_them_works() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let path = format!("/api/v1/apps/{app}/tokens");
    let response = try_send(&org, "GET", &path, Value::Null).await.unwrap();
    assert_eq!(response.body(), b"[]");
    assert_eq!(response.headers()["link"], format!("<https://org.example.com{path}?limit=20>; rel=\"self\""));
    assert_eq!(send(&org, "DELETE", &path, Value::Null).await, (204, Value::Null));
    let bookmark = json!({"name": "bookmark", "label": "B", "signOnMode": "BOOKMARK", "settings": {"app": {"url": "https://example.com"}}});
    let (bookmark, _) = create(&org, bookmark).await;
    let refusals = [
        send(&org, "GET", &format!("{path}/oar1"), Value::Null).await,
        send(&org, "DELETE", &format!("{path}/oar1"), Value::Null).await,
        send(&org, "GET", &format!("/api/v1/apps/{bookmark}/tokens"), Value::Null).await,
        send(&org, "GET", "/api/v1/apps/0oa0/tokens", Value::Null).await,
        send(&org, "DELETE", "/api/v1/apps/0oa0/tokens", Value::Null).await,
    ];
    insta::assert_snapshot!(refusals.map(refusal).join("\n"), @"
    404 E0000007 Not found: Resource not found: oar1 (OAuth2RefreshToken) []
    404 E0000007 Not found: Resource not found: oar1 (OAuth2RefreshToken) []
    404 E0000007 Not found: Resource not found: 0oaf00000EQ54pKwA5d7 (OAuth2AppInstance) []
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    ");
}

#[tokio::test]
async fn everything_about_provisioning_is_refused() {
    for switch in ["404", "400"] {
        let org = switched(&[("without-provisioning", switch)]);
        let (app, _) = create(&org, web("Portal")).await;
        let own = format!("/api/v1/apps/{app}");
        let connection = format!("{own}/connections/default");
        let mut told = Vec::new();
        for (method, path, body) in [
            ("GET", format!("{own}/features"), Value::Null),
            ("GET", format!("{own}/features/USER_PROVISIONING"), Value::Null),
            ("PUT", format!("{own}/features/USER_PROVISIONING"), json!({"create": {}})),
            ("PUT", format!("{own}/features/USER_PROVISIONING"), Value::Null),
            ("GET", format!("{own}/features/PEARS"), Value::Null),
            ("GET", connection.clone(), Value::Null),
            ("POST", connection.clone(), json!({"profile": {"authScheme": "TOKEN", "token": "made-up"}})),
            ("POST", format!("{connection}/lifecycle/activate"), Value::Null),
            ("GET", format!("{connection}/jwks"), Value::Null),
            ("GET", "/api/v1/apps/0oa0/features".to_owned(), Value::Null),
            ("POST", format!("{connection}/lifecycle/explode"), Value::Null),
        ] {
            told.push(refusal(send(&org, method, &path, body).await));
        }
        if switch == "404" {
            insta::assert_snapshot!(told.join("\n"), @r#"
            400 E0000001 Api validation failed: feature ["Provisioning is not enabled for the app instance."]
            404 E0000007 Not found: Resource not found: USER_PROVISIONING (ApplicationFeature) []
            400 E0000001 Api validation failed: feature ["Provisioning is not enabled for the app instance."]
            400 E0000003 The request body was not well-formed. []
            404 E0000007 Not found: Resource not found: PEARS (ApplicationFeature) []
            404 E0000007 Not found: Resource not found: default (ProvisioningConnection) []
            400 E0000001 Api validation failed: connection ["Provisioning is not enabled for the app instance."]
            404 E0000007 Not found: Resource not found: default (ProvisioningConnection) []
            404 E0000007 Not found: Resource not found: default (ProvisioningConnection) []
            404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
            404 E0000008 The requested path was not found []
            "#);
        } else {
            let differ = [1, 5, 7, 8].map(|at: usize| told[at].clone());
            insta::assert_snapshot!(differ.join("\n"), @r#"
            400 E0000001 Api validation failed: feature ["Provisioning is not enabled for the app instance."]
            400 E0000001 Api validation failed: connection ["Provisioning is not enabled for the app instance."]
            400 E0000001 Api validation failed: connection ["Provisioning is not enabled for the app instance."]
            400 E0000001 Api validation failed: connection ["Provisioning is not enabled for the app instance."]
            "#);
        }
        assert_eq!(get(&org, &own).await["features"], json!([]));
    }
}
