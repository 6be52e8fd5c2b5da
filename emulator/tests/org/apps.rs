//! Apps: what is filled in, kept, dropped and refused.

use serde_json::{Value, json};

use crate::support::{create, get, lines, org, refusal, send, service, switched, web};

#[tokio::test]
async fn a_minimal_app_is_answered_with_every_default_in_oktas_order() {
    let org = org();
    let (_, app) = create(&org, web("Portal")).await;
    insta::assert_snapshot!(lines(&app), @r#"
    id: "0oaf000008Euf57TO5d7"
    orn: "orn:okta:idp:00of00000000j617U5d7:apps:oidc_client:0oaf000008Euf57TO5d7"
    name: "oidc_client"
    label: "Portal"
    status: "ACTIVE"
    lastUpdated: "2026-01-01T00:00:00.000Z"
    created: "2026-01-01T00:00:00.000Z"
    accessibility: {"selfService":false,"errorRedirectUrl":null,"loginRedirectUrl":null}
    visibility: {"autoLaunch":false,"autoSubmitToolbar":false,"hide":{"iOS":true,"web":true},"appLinks":{"oidc_client_link":true}}
    features: []
    signOnMode: "OPENID_CONNECT"
    credentials: {"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{"kid":"CmBbjcSD419D0uAizpzac6GzntO0fVb8om7DxmUNTqU"},"oauthClient":{"autoKeyRotation":true,"client_id":"0oaf000008Euf57TO5d7","client_secret":"_12LPleK3yUVcfTPVd0KhWKMh8sN3ILW-EIVk7AzoRXfaMhAlOSY359K1BdTmwoJ","token_endpoint_auth_method":"client_secret_basic","pkce_required":false}}
    universalLogout: null
    settings.app: {}
    settings.notifications: {"vpn":{"network":{"connection":"DISABLED"},"message":null,"helpUrl":null}}
    settings.manualProvisioning: false
    settings.implicitAssignment: false
    settings.emOptInStatus: "NONE"
    settings.notes: {"admin":null,"enduser":null}
    settings.oauthClient: {"client_uri":null,"logo_uri":null,"redirect_uris":["https://app.example.com/callback"],"response_types":["code"],"grant_types":["authorization_code"],"application_type":"web","consent_method":"TRUSTED","issuer_mode":"ORG_URL","idp_initiated_login":{"mode":"DISABLED","default_scope":[]},"wildcard_redirect":"DISABLED","dpop_bound_access_tokens":false,"participate_slo":false}
    _links.uploadLogo: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/logo","hints":{"allow":["POST"]}}
    _links.appLinks: [{"name":"oidc_client_link","href":"https://org.example.com/home/oidc_client/0oaf000008Euf57TO5d7/aln177a159h7Zf52X0g8","type":"text/html"}]
    _links.profileEnrollment: {"href":"https://org.example.com/api/v1/policies/rstf00000000FzPG15d7"}
    _links.policies: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/policies","hints":{"allow":["PUT"]}}
    _links.groups: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/groups"}
    _links.logo: [{"name":"medium","href":"https://op3static2.oktacdn.com/assets/img/logos/default.6770228fb0dab49a1695ef440a5279bb.png","type":"image/png"}]
    _links.clientCredentials: [{"name":"secrets","href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets"}]
    _links.accessPolicy: {"href":"https://org.example.com/api/v1/policies/rstf00000000FzPG15d7"}
    _links.users: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/users"}
    _links.deactivate: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/deactivate"}
    "#);
}

#[tokio::test]
async fn a_get_never_shows_the_secret() {
    let org = org();
    let (id, mut created) = create(&org, web("Portal")).await;
    let client = created["credentials"]["oauthClient"].as_object_mut().unwrap();
    assert_eq!(client.remove("client_secret").unwrap().as_str().unwrap().len(), 64);
    assert_eq!(get(&org, &format!("/api/v1/apps/{id}")).await, created);
    assert_eq!(get(&org, "/api/v1/apps").await, json!([created]));
}

#[tokio::test]
async fn a_put_replaces_what_is_sent_and_resets_the_rest() {
    let org = org();
    let mut body = web("Portal");
    body["profile"] = json!({"team": "payments", "tier": 1});
    body["settings"]["notes"] = json!({"admin": "ours"});
    body["settings"]["oauthClient"]["network"] = json!({"connection": "ANYWHERE"});
    body["settings"]["notifications"] = json!({"vpn": {"network": {"connection": "ANYWHERE"}, "message": "vpn", "helpUrl": null}});
    let (id, _) = create(&org, body).await;
    let mut body = web("Portal 2");
    body["profile"] = json!({"tier": 2});
    let path = format!("/api/v1/apps/{id}");
    let (_, after) = send(&org, "PUT", &path, body).await;
    assert_eq!(after["label"], "Portal 2");
    assert_eq!(after["profile"], json!({"tier": 2}));
    assert_eq!(after["settings"]["notes"], json!({"admin": null, "enduser": null}));
    assert!(after["settings"]["oauthClient"].get("network").is_none());
    assert_eq!(after["settings"]["notifications"]["vpn"]["message"], "vpn");
    let (_, after) = send(&org, "PUT", &path, web("Portal 2")).await;
    assert!(after.get("profile").is_none());
}

#[tokio::test]
async fn an_app_is_deleted_only_when_inactive_and_takes_its_children_along() {
    let org = org();
    let mut body = web("Portal");
    body["credentials"]["oauthClient"]["client_id"] = json!("custom_client_id");
    let (id, _) = create(&org, body.clone()).await;
    let path = format!("/api/v1/apps/{id}");
    insta::assert_snapshot!(refusal(send(&org, "DELETE", &path, Value::Null).await), @"403 E0000056 Delete application forbidden. []");
    let (status, body_of_turn) = send(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await;
    assert_eq!((status, body_of_turn), (200, json!({})));
    assert_eq!(get(&org, &path).await["status"], "INACTIVE");
    assert_eq!(send(&org, "DELETE", &path, Value::Null).await, (204, Value::Null));
    let gone = refusal(send(&org, "GET", &path, Value::Null).await);
    assert_eq!(gone.replace(&id, "ID"), "404 E0000007 Not found: Resource not found: ID (AppInstance) []");
    create(&org, body).await;
}

#[tokio::test]
async fn a_delete_can_fail_once_after_deactivation() {
    let org = switched(&[("delete-after-deactivate", "fails-once")]);
    let (id, _) = create(&org, web("Portal")).await;
    let path = format!("/api/v1/apps/{id}");
    send(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await;
    insta::assert_snapshot!(refusal(send(&org, "DELETE", &path, Value::Null).await), @"500 E0000009 Internal Server Error []");
    assert_eq!(send(&org, "DELETE", &path, Value::Null).await.0, 204);
}

#[tokio::test]
async fn an_app_can_be_created_inactive_and_a_put_leaves_its_status() {
    let org = org();
    let (_, app) = send(&org, "POST", "/api/v1/apps?activate=false", web("Portal")).await;
    assert_eq!(app["status"], "INACTIVE");
    assert!(app["_links"].get("activate").is_some() && app["_links"].get("deactivate").is_none());
    let path = format!("/api/v1/apps/{}", app["id"].as_str().unwrap());
    let mut body = web("Portal");
    body["status"] = json!("ACTIVE");
    assert_eq!(send(&org, "PUT", &path, body).await.1["status"], "INACTIVE");
}

/// A body with one fault.
async fn refused(change: impl Fn(&mut Value)) -> String {
    let mut body = web("Portal");
    change(&mut body);
    refusal(send(&org(), "POST", "/api/v1/apps", body).await)
}

#[tokio::test]
async fn what_okta_does_not_accept_is_refused_with_the_field() {
    let mut said = Vec::new();
    macro_rules! refuse {
        ($($path:literal = $value:tt),+ $(,)?) => {$(
            let text = refused(|body| {
                let (parent, name) = $path.rsplit_once('/').unwrap();
                body.pointer_mut(parent).unwrap()[name] = json!($value);
            });
            said.push(format!("{} = {}\n    {}", $path, json!($value), text.await));
        )+};
    }
    refuse! {
        "/label" = "",
        "/signOnMode" = "SAML_2_0",
        "/label" = 7,
        "/settings/oauthClient" = null,
        "/settings/oauthClient/grant_types" = [],
        "/settings/oauthClient/grant_types" = ["password"],
        "/settings/oauthClient/response_types" = ["token"],
        "/settings/oauthClient/redirect_uris" = ["/callback"],
        "/settings/oauthClient/redirect_uris" = [],
        "/settings/oauthClient/consent_method" = "NEVER",
        "/settings/oauthClient/refresh_token" = {"rotation_type": "ROTATE"},
        "/settings/oauthClient/idp_initiated_login" = {"mode": "SPEC"},
        "/settings/oauthClient/jwks" = {"keys": [{"kty": "RSA", "e": "AQAB", "n": "AQAB"}]},
        "/credentials/oauthClient/client_id" = "short",
        "/credentials/oauthClient/client_id" = "with a space",
        "/credentials/oauthClient/client_secret" = "thirteen char",
        "/credentials/oauthClient/token_endpoint_auth_method" = "none",
        "/credentials/oauthClient/token_endpoint_auth_method" = "private_key_jwt",
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    /label = ""
        400 E0000001 Api validation failed: label ["label: The field cannot be left blank"]
    /signOnMode = "SAML_2_0"
        400 E0000001 Api validation failed: mediated ["Invalid signOnMode"]
    /label = 7
        400 E0000003 The request body was not well-formed. []
    /settings/oauthClient = null
        400 E0000001 Api validation failed: mediated ["The settings.oauthClient object is required for an OPENID_CONNECT app"]
    /settings/oauthClient/grant_types = []
        400 E0000001 Api validation failed: grant_types ["grant_types: The field cannot be left blank", "response_types: 'code' needs one of the grant types authorization_code, password, refresh_token."]
    /settings/oauthClient/grant_types = ["password"]
        400 E0000001 Api validation failed: grant_types ["grant_types: 'password' is not allowed when 'application_type' is 'web'.", "grant_types: 'authorization_code' is required when 'application_type' is 'web'."]
    /settings/oauthClient/response_types = ["token"]
        400 E0000001 Api validation failed: response_types ["response_types: 'token' needs one of the grant types implicit, client_credentials."]
    /settings/oauthClient/redirect_uris = ["/callback"]
        400 E0000001 Api validation failed: redirect_uris ["redirect_uris: '/callback' must be an absolute URI."]
    /settings/oauthClient/redirect_uris = []
        400 E0000001 Api validation failed: redirect_uris ["redirect_uris: The field cannot be left blank"]
    /settings/oauthClient/consent_method = "NEVER"
        400 E0000001 Api validation failed: consent_method ["consent_method: 'NEVER' is none of TRUSTED, REQUIRED"]
    /settings/oauthClient/refresh_token = {"rotation_type":"ROTATE"}
        400 E0000001 Api validation failed: App Instance ["''refresh_token'' grant type is required to configure the refresh token settings."]
    /settings/oauthClient/idp_initiated_login = {"mode":"SPEC"}
        400 E0000001 Api validation failed: initiate_login_uri ["initiate_login_uri: is required when the login mode is 'SPEC'."]
    /settings/oauthClient/jwks = {"keys":[{"kty":"RSA","e":"AQAB","n":"AQAB"}]}
        400 E0000001 Api validation failed: JsonWebKey ["RSA key length in the 'jwks' is less than '2,048' bits for the given key."]
    /credentials/oauthClient/client_id = "short"
        400 E0000001 Api validation failed: client_id ["client_id: must be between 6 and 100 characters long"]
    /credentials/oauthClient/client_id = "with a space"
        400 E0000001 Api validation failed: client_id ["client_id: may only hold alphanumerics and $-_.+!*'(), and is not ALL_CLIENTS"]
    /credentials/oauthClient/client_secret = "thirteen char"
        400 E0000001 Api validation failed: client_secret ["client_secret: 'client_secret' must be at least '14' characters long."]
    /credentials/oauthClient/token_endpoint_auth_method = "none"
        400 E0000001 Api validation failed: pkce_required ["pkce_required: 'pkce_required' must be true when 'token_endpoint_auth_method' is 'none'."]
    /credentials/oauthClient/token_endpoint_auth_method = "private_key_jwt"
        400 E0000001 Api validation failed: jwks ["jwks: 'jwks' or 'jwks_uri' is required when 'token_endpoint_auth_method' is 'private_key_jwt'."]
    "#);
}

#[tokio::test]
async fn a_client_id_is_taken_once_and_never_changes() {
    let org = org();
    let mut body = web("Portal");
    body["credentials"]["oauthClient"]["client_id"] = json!("custom_client_id");
    let (id, _) = create(&org, body.clone()).await;
    let path = format!("/api/v1/apps/{id}");
    insta::assert_snapshot!(refusal(send(&org, "POST", "/api/v1/apps", body.clone()).await), @r#"400 E0000001 Api validation failed: client_id ["client_id: An OAuth 2.0 client with this client_id already exists."]"#);
    body["credentials"]["oauthClient"]["client_id"] = json!("another_client_id");
    insta::assert_snapshot!(refusal(send(&org, "PUT", &path, body).await), @r#"400 E0000001 Api validation failed: client_id ["client_id: The client_id of an existing client can't be changed."]"#);
    let by_client_id = send(&org, "GET", "/api/v1/apps/custom_client_id", Value::Null).await;
    assert_eq!(by_client_id.0, 404);
}

#[tokio::test]
async fn refresh_token_settings_follow_their_grant() {
    let org = org();
    let settings = |grants: Value, sent: Value| {
        let mut body = web("Portal");
        let client = &mut body["settings"]["oauthClient"];
        client["grant_types"] = grants;
        client["refresh_token"] = sent;
        body
    };
    let grants = json!(["authorization_code", "refresh_token"]);
    let (id, app) = create(&org, settings(grants.clone(), json!({"rotation_type": "STATIC", "leeway": 0}))).await;
    assert_eq!(app["settings"]["oauthClient"]["refresh_token"], json!({"rotation_type": "STATIC"}));
    let path = format!("/api/v1/apps/{id}");
    let (_, app) = send(&org, "PUT", &path, settings(grants.clone(), json!({"rotation_type": "ROTATE"}))).await;
    let rotating = json!({"rotation_type": "ROTATE", "leeway": 30});
    assert_eq!(app["settings"]["oauthClient"]["refresh_token"], rotating);
    let (_, app) = send(&org, "PUT", &path, settings(grants, Value::Null)).await;
    assert_eq!(app["settings"]["oauthClient"]["refresh_token"], rotating);
    let (_, app) = send(&org, "PUT", &path, web("Portal")).await;
    assert!(app["settings"]["oauthClient"].get("refresh_token").is_none());
}

#[tokio::test]
async fn switches_settle_what_is_not_known() {
    let org = switched(&[
        ("consent-method", "absent"),
        ("participate-slo", "absent"),
        ("hide-default", "visible"),
        ("issuer-mode-default", "DYNAMIC"),
        ("null-fields", "null"),
        ("unknown-fields", "keep"),
        ("client-id-in-path", "accept"),
    ]);
    let mut body = web("Portal");
    body["settings"]["oauthClient"]["tos_uri"] = Value::Null;
    body["settings"]["oauthClient"]["tomorrow"] = json!({"a": 1});
    body["nextYear"] = json!(true);
    body["credentials"]["oauthClient"]["client_id"] = json!("custom_client_id");
    create(&org, body).await;
    let app = get(&org, "/api/v1/apps/custom_client_id").await;
    let client = &app["settings"]["oauthClient"];
    assert!(client.get("consent_method").is_none() && client.get("participate_slo").is_none());
    assert_eq!(client["issuer_mode"], "DYNAMIC");
    assert_eq!(client.get("tos_uri"), Some(&Value::Null));
    assert_eq!(client["tomorrow"], json!({"a": 1}));
    assert_eq!(app["nextYear"], true);
    assert_eq!(app["visibility"]["hide"], json!({"iOS": false, "web": false}));
}

#[tokio::test]
async fn an_access_policy_is_the_systems_until_another_is_assigned() {
    let org = org();
    let (id, app) = create(&org, service("Worker")).await;
    let policies = get(&org, "/api/v1/policies?type=ACCESS_POLICY").await;
    let system = policies.as_array().unwrap().iter().find(|policy| policy["system"] == true);
    assert_eq!(app["_links"]["accessPolicy"], json!({"href": system.unwrap()["_links"]["self"]["href"]}));
    let wanted = json!({"type": "ACCESS_POLICY", "name": "Machines", "priority": 1});
    let (status, policy) = send(&org, "POST", "/api/v1/policies", wanted).await;
    assert_eq!(status, 200);
    let policy_id = policy["id"].as_str().unwrap();
    let assigned = send(&org, "PUT", &format!("/api/v1/apps/{id}/policies/{policy_id}"), Value::Null).await;
    assert_eq!(assigned, (204, Value::Null));
    let app = get(&org, &format!("/api/v1/apps/{id}")).await;
    assert_eq!(app["_links"]["accessPolicy"]["href"], format!("https://org.example.com/api/v1/policies/{policy_id}"));
    insta::assert_snapshot!(refusal(send(&org, "PUT", &format!("/api/v1/apps/{id}/policies/rst0"), Value::Null).await), @"404 E0000007 Not found: Resource not found: rst0 (Policy) []");
}

#[tokio::test]
async fn paths_methods_and_tokens_are_refused_as_okta_does() {
    let org = org();
    insta::assert_snapshot!(refusal(send(&org, "GET", "/api/v1/pears", Value::Null).await), @"404 E0000008 The requested path was not found []");
    insta::assert_snapshot!(refusal(send(&org, "PATCH", "/api/v1/apps", Value::Null).await), @"405 E0000022 The endpoint does not support the provided HTTP method []");
    insta::assert_snapshot!(refusal(send(&org, "POST", "/api/v1/apps", json!([])).await), @"400 E0000003 The request body was not well-formed. []");
    let request = http::Request::get("http://127.0.0.1/api/v1/apps").body(Vec::new()).unwrap();
    let response = org.call(request).await.unwrap();
    assert_eq!(response.status(), 401);
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["errorCode"], "E0000011");
    let request = http::Request::get("http://127.0.0.1/.well-known/okta-organization").body(Vec::new()).unwrap();
    let response = org.call(request).await.unwrap();
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!((&body["id"], &body["pipeline"]), (&json!(org.org_id()), &json!("idx")));
    assert!(response.headers().get("x-rate-limit-limit").is_none());
}
