//! The System Log: which events writes leave, and what they say.

use idpctl_emulator::{Config, Data, Org};
use serde_json::{Value, json};

use crate::support::{create, frozen, get, key, org, portal_ok, provider, send, service, switched, try_send, web};

pub(crate) async fn events(org: &Org) -> Vec<Value> {
    get(org, "/api/v1/logs?limit=1000").await.as_array().unwrap().clone()
}

/// An event in one line: its type, the path of the request, its targets, and what has changed.
fn line(event: &Value) -> String {
    let path = event["debugContext"]["debugData"]["requestUri"].as_str().unwrap();
    let targets = event["target"].as_array().unwrap().iter().map(|target| {
        let details = target.get("changeDetails").map(|details| format!(" from {} to {}", details["from"], details["to"]));
        let name = target["displayName"].as_str().unwrap();
        format!("{} {name}{}", target["type"].as_str().unwrap(), details.unwrap_or_default())
    });
    format!("{} | {path} | {}", event["eventType"].as_str().unwrap(), targets.collect::<Vec<_>>().join(", "))
}

/// The events of an org, a line each. All that lines leave out is the same in all events.
pub(crate) async fn told(org: &Org) -> String {
    let events = events(org).await;
    let rest = |event: &Value| {
        let mut event = event.clone();
        for part in ["eventType", "displayMessage", "published", "uuid", "target", "debugContext", "transaction"] {
            assert!(!event[part].is_null(), "{part}");
            event[part] = Value::Null;
        }
        event
    };
    assert!(events.windows(2).all(|pair| rest(&pair[0]) == rest(&pair[1])));
    events.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(crate) async fn done(org: &Org, method: &str, path: &str, body: Value) -> Value {
    let (status, body) = send(org, method, path, body).await;
    assert!((200..300).contains(&status), "{method} {path}: {status} {body}");
    body
}

pub(crate) fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

#[tokio::test]
async fn an_event_says_who_did_what_to_what_and_by_which_request() {
    let org = org();
    let request = http::Request::post("http://127.0.0.1/api/v1/apps?activate=false")
        .header("authorization", format!("SSWS {}", org.okta_token()))
        .header("user-agent", "reconciler/1.0");
    let response = org.call(request.body(web("Portal").to_string().into_bytes()).unwrap()).await.unwrap();
    let events = events(&org).await;
    assert_eq!(events[0]["transaction"]["id"], response.headers()["x-okta-request-id"].to_str().unwrap());
    insta::assert_json_snapshot!(events[0], @r#"
    {
      "actor": {
        "id": "00uf000000003g7GZ5d7",
        "type": "User",
        "alternateId": "admin@example.com",
        "displayName": "Org Admin",
        "detailEntry": null
      },
      "client": {
        "userAgent": {
          "rawUserAgent": "reconciler/1.0",
          "os": "Unknown",
          "browser": "UNKNOWN"
        },
        "zone": null,
        "device": "Unknown",
        "id": null,
        "ipAddress": "127.0.0.1",
        "geographicalContext": null
      },
      "device": null,
      "authenticationContext": {
        "authenticationProvider": null,
        "credentialProvider": null,
        "credentialType": null,
        "issuer": null,
        "interface": null,
        "authenticationStep": 0,
        "rootSessionId": null,
        "externalSessionId": null
      },
      "displayMessage": "Create application",
      "eventType": "application.lifecycle.create",
      "outcome": {
        "result": "SUCCESS",
        "reason": null
      },
      "published": "2026-01-01T00:00:00.000Z",
      "securityContext": {
        "asNumber": null,
        "asOrg": null,
        "isp": null,
        "domain": null,
        "isProxy": null
      },
      "severity": "INFO",
      "debugContext": {
        "debugData": {
          "requestId": "NwC8c5bNNV-u6WJIAdwzlQe1z6MO92Ss",
          "requestUri": "/api/v1/apps",
          "url": "/api/v1/apps"
        }
      },
      "legacyEventType": null,
      "transaction": {
        "type": "WEB",
        "id": "NwC8c5bNNV-u6WJIAdwzlQe1z6MO92Ss",
        "detail": {
          "requestApiTokenId": "00Tf000000007wCKg5d7"
        }
      },
      "uuid": "20763b7c-f38b-4968-9a0d-68d906e06a23",
      "version": "0",
      "request": {
        "ipChain": [
          {
            "ip": "127.0.0.1",
            "geographicalContext": null,
            "version": "V4",
            "source": null
          }
        ]
      },
      "target": [
        {
          "id": "0oaf000008Euf57TO5d7",
          "type": "AppInstance",
          "alternateId": "Portal",
          "displayName": "Portal",
          "detailEntry": null
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn writes_to_an_app_leave_events_of_the_application_and_of_the_client() {
    let org = org();
    let (app, mut body) = create(&org, web("Portal")).await;
    let path = format!("/api/v1/apps/{app}");
    done(&org, "PUT", &path, body.clone()).await;
    body["label"] = json!("Gate");
    body["settings"]["notes"]["admin"] = json!("see the wiki");
    body["settings"]["implicitAssignment"] = json!(true);
    body["settings"]["oauthClient"]["client_uri"] = json!("https://gate.example.com");
    done(&org, "PUT", &path, body).await;
    let policies = get(&org, "/api/v1/policies?type=ACCESS_POLICY").await;
    done(&org, "PUT", &format!("{path}/policies/{}", id(&policies[1])), Value::Null).await;
    done(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await;
    done(&org, "POST", &format!("{path}/lifecycle/activate"), Value::Null).await;
    done(&org, "POST", &format!("/api/v1/internal/apps/{app}/settings/oauth/idToken"), json!({"issuerMode": "ORG_URL"})).await;
    done(&org, "POST", &format!("{path}/lifecycle/deactivate"), Value::Null).await;
    done(&org, "DELETE", &path, Value::Null).await;
    insta::assert_snapshot!(told(&org).await, @r#"
    application.lifecycle.create | /api/v1/apps | AppInstance Portal
    app.oauth2.client.lifecycle.create | /api/v1/apps | AppInstance Portal
    application.lifecycle.update | /api/v1/apps/0oaf000008Euf57TO5d7 | AppInstance Portal
    app.oauth2.client.lifecycle.update | /api/v1/apps/0oaf000008Euf57TO5d7 | AppInstance Portal
    application.lifecycle.update | /api/v1/apps/0oaf000008Euf57TO5d7 | AppInstance Gate from {"label":"Portal","settings":{"implicitAssignment":false,"notes":{"admin":null}}} to {"label":"Gate","settings":{"implicitAssignment":true,"notes":{"admin":"see the wiki"}}}
    app.oauth2.client.lifecycle.update | /api/v1/apps/0oaf000008Euf57TO5d7 | AppInstance Gate
    application.configuration.enable_fed_broker_mode | /api/v1/apps/0oaf000008Euf57TO5d7 | AppInstance Gate
    policy.mapping.create | /api/v1/apps/0oaf000008Euf57TO5d7/policies/rstf0000047SM0XDa5d7 | PolicyEntity Okta Admin Console, AppInstance Gate
    application.lifecycle.deactivate | /api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/deactivate | AppInstance Gate
    app.oauth2.client.lifecycle.deactivate | /api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/deactivate | AppInstance Gate
    application.lifecycle.activate | /api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/activate | AppInstance Gate
    app.oauth2.client.lifecycle.activate | /api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/activate | AppInstance Gate
    application.lifecycle.update | /api/v1/internal/apps/0oaf000008Euf57TO5d7/settings/oauth/idToken | AppInstance Gate
    app.oauth2.client.lifecycle.update | /api/v1/internal/apps/0oaf000008Euf57TO5d7/settings/oauth/idToken | AppInstance Gate
    application.lifecycle.deactivate | /api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/deactivate | AppInstance Gate
    app.oauth2.client.lifecycle.deactivate | /api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/deactivate | AppInstance Gate
    application.lifecycle.delete | /api/v1/apps/0oaf000008Euf57TO5d7 | AppInstance Gate
    app.oauth2.client.lifecycle.delete | /api/v1/apps/0oaf000008Euf57TO5d7 | AppInstance Gate
    "#);
}

#[tokio::test]
async fn an_app_that_is_no_client_leaves_events_of_the_application_alone() {
    let org = org();
    let bookmark =
        json!({"name": "bookmark", "label": "Home", "signOnMode": "BOOKMARK", "settings": {"app": {"url": "https://example.com"}}});
    create(&org, bookmark).await;
    insta::assert_snapshot!(told(&org).await, @"application.lifecycle.create | /api/v1/apps | AppInstance Home");
}

#[tokio::test]
async fn secrets_keys_and_grants_leave_events_with_what_they_are() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let secrets = format!("/api/v1/apps/{app}/credentials/secrets");
    let second = done(&org, "POST", &secrets, Value::Null).await;
    let second = format!("{secrets}/{}", id(&second));
    done(&org, "POST", &format!("{second}/lifecycle/deactivate"), Value::Null).await;
    done(&org, "POST", &format!("{second}/lifecycle/activate"), Value::Null).await;
    done(&org, "POST", &format!("{second}/lifecycle/deactivate"), Value::Null).await;
    done(&org, "DELETE", &second, Value::Null).await;
    let (worker, _) = create(&org, service("Worker")).await;
    let keys = format!("/api/v1/apps/{worker}/credentials/jwks");
    let second = done(&org, "POST", &keys, key("second")).await;
    done(&org, "POST", &format!("{keys}/{}/lifecycle/deactivate", id(&second)), Value::Null).await;
    done(&org, "DELETE", &format!("{keys}/{}", id(&second)), Value::Null).await;
    let grants = format!("/api/v1/apps/{worker}/grants");
    let grant = json!({"scopeId": "okta.users.read", "issuer": "https://org.example.com"});
    let made = done(&org, "POST", &grants, grant.clone()).await;
    done(&org, "DELETE", &format!("{grants}/{}", id(&made)), Value::Null).await;
    done(&org, "POST", &grants, grant).await;
    done(&org, "POST", &format!("/api/v1/apps/{worker}/lifecycle/deactivate"), Value::Null).await;
    done(&org, "DELETE", &format!("/api/v1/apps/{worker}"), Value::Null).await;
    insta::assert_snapshot!(told(&org).await, @"
    application.lifecycle.create | /api/v1/apps | AppInstance Portal
    app.oauth2.client.lifecycle.create | /api/v1/apps | AppInstance Portal
    app.oauth2.credentials.lifecycle.create | /api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets | AppInstance Portal, ClientSecret ocsf00000GToBaxJY5d7
    app.oauth2.credentials.lifecycle.deactivate | /api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets/ocsf00000GToBaxJY5d7/lifecycle/deactivate | AppInstance Portal, ClientSecret ocsf00000GToBaxJY5d7
    app.oauth2.credentials.lifecycle.activate | /api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets/ocsf00000GToBaxJY5d7/lifecycle/activate | AppInstance Portal, ClientSecret ocsf00000GToBaxJY5d7
    app.oauth2.credentials.lifecycle.deactivate | /api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets/ocsf00000GToBaxJY5d7/lifecycle/deactivate | AppInstance Portal, ClientSecret ocsf00000GToBaxJY5d7
    app.oauth2.credentials.lifecycle.delete | /api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets/ocsf00000GToBaxJY5d7 | AppInstance Portal, ClientSecret ocsf00000GToBaxJY5d7
    application.lifecycle.create | /api/v1/apps | AppInstance Worker
    app.oauth2.client.lifecycle.create | /api/v1/apps | AppInstance Worker
    app.oauth2.credentials.lifecycle.create | /api/v1/apps/0oaf00000IXXYwgYH5d7/credentials/jwks | AppInstance Worker, JsonWebKey pksf00000MezMTcjH5d7
    app.oauth2.credentials.lifecycle.deactivate | /api/v1/apps/0oaf00000IXXYwgYH5d7/credentials/jwks/pksf00000MezMTcjH5d7/lifecycle/deactivate | AppInstance Worker, JsonWebKey pksf00000MezMTcjH5d7
    app.oauth2.credentials.lifecycle.delete | /api/v1/apps/0oaf00000IXXYwgYH5d7/credentials/jwks/pksf00000MezMTcjH5d7 | AppInstance Worker, JsonWebKey pksf00000MezMTcjH5d7
    app.oauth2.admin.consent.grant | /api/v1/apps/0oaf00000IXXYwgYH5d7/grants | AppInstance Worker, OAuth2Scope okta.users.read
    app.oauth2.admin.consent.revoke | /api/v1/apps/0oaf00000IXXYwgYH5d7/grants/oagf00000Oii2m73u5d7 | AppInstance Worker, OAuth2Scope okta.users.read
    app.oauth2.admin.consent.grant | /api/v1/apps/0oaf00000IXXYwgYH5d7/grants | AppInstance Worker, OAuth2Scope okta.users.read
    application.lifecycle.deactivate | /api/v1/apps/0oaf00000IXXYwgYH5d7/lifecycle/deactivate | AppInstance Worker
    app.oauth2.client.lifecycle.deactivate | /api/v1/apps/0oaf00000IXXYwgYH5d7/lifecycle/deactivate | AppInstance Worker
    application.lifecycle.delete | /api/v1/apps/0oaf00000IXXYwgYH5d7 | AppInstance Worker
    app.oauth2.client.lifecycle.delete | /api/v1/apps/0oaf00000IXXYwgYH5d7 | AppInstance Worker
    ");
}

#[tokio::test]
async fn groups_assignments_and_policies_leave_events() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let group = done(&org, "POST", "/api/v1/groups", json!({"profile": {"name": "Sales"}})).await;
    let group = format!("/api/v1/groups/{}", id(&group));
    let assignment = format!("/api/v1/apps/{app}/groups/{}", group.rsplit('/').next().unwrap());
    done(&org, "PUT", &group, json!({"profile": {"name": "Selling"}})).await;
    done(&org, "PUT", &assignment, json!({})).await;
    done(&org, "PUT", &assignment, json!({"priority": 3})).await;
    done(&org, "DELETE", &assignment, Value::Null).await;
    done(&org, "PUT", &assignment, json!({})).await;
    done(&org, "DELETE", &group, Value::Null).await;
    let policy = done(&org, "POST", "/api/v1/policies", json!({"type": "ACCESS_POLICY", "name": "Strict"})).await;
    let path = format!("/api/v1/policies/{}", id(&policy));
    done(&org, "PUT", &format!("/api/v1/apps/{app}/policies/{}", id(&policy)), Value::Null).await;
    done(&org, "PUT", &path, json!({"type": "ACCESS_POLICY", "name": "Stricter"})).await;
    done(&org, "DELETE", &path, Value::Null).await;
    insta::assert_snapshot!(told(&org).await, @r#"
    application.lifecycle.create | /api/v1/apps | AppInstance Portal
    app.oauth2.client.lifecycle.create | /api/v1/apps | AppInstance Portal
    group.lifecycle.create | /api/v1/groups | UserGroup Sales
    group.profile.update | /api/v1/groups/00gf00000EQ5hGY4X5d7 | UserGroup Selling
    group.application_assignment.add | /api/v1/apps/0oaf000008Euf57TO5d7/groups/00gf00000EQ5hGY4X5d7 | UserGroup Selling, AppInstance Portal
    group.application_assignment.update | /api/v1/apps/0oaf000008Euf57TO5d7/groups/00gf00000EQ5hGY4X5d7 | UserGroup Selling, AppInstance Portal
    group.application_assignment.remove | /api/v1/apps/0oaf000008Euf57TO5d7/groups/00gf00000EQ5hGY4X5d7 | UserGroup Selling, AppInstance Portal
    group.application_assignment.add | /api/v1/apps/0oaf000008Euf57TO5d7/groups/00gf00000EQ5hGY4X5d7 | UserGroup Selling, AppInstance Portal
    group.lifecycle.delete | /api/v1/groups/00gf00000EQ5hGY4X5d7 | UserGroup Selling
    group.application_assignment.remove | /api/v1/groups/00gf00000EQ5hGY4X5d7 | UserGroup Selling, AppInstance Portal
    policy.lifecycle.create | /api/v1/policies | PolicyEntity Strict
    policy.mapping.create | /api/v1/apps/0oaf000008Euf57TO5d7/policies/rstf00000GToSNCIx5d7 | PolicyEntity Strict, AppInstance Portal
    policy.lifecycle.update | /api/v1/policies/rstf00000GToSNCIx5d7 | PolicyEntity Stricter from {"name":"Strict"} to {"name":"Stricter"}
    policy.mapping.create | /api/v1/policies/rstf00000GToSNCIx5d7 | PolicyEntity Any two factors, AppInstance Portal
    policy.lifecycle.delete | /api/v1/policies/rstf00000GToSNCIx5d7 | PolicyEntity Stricter
    "#);
}

#[tokio::test]
async fn events_of_one_request_share_its_transaction_and_no_others() {
    let org = org();
    create(&org, web("Portal")).await;
    create(&org, web("Gate")).await;
    let events = events(&org).await;
    let ids: Vec<_> = events.iter().map(|event| &event["transaction"]["id"]).collect();
    assert!(ids[0] == ids[1] && ids[1] != ids[2] && ids[2] == ids[3]);
}

#[tokio::test]
async fn the_log_never_holds_a_secret() {
    let org = org();
    let mut body = web("Portal");
    body["credentials"]["oauthClient"]["client_secret"] = json!("chosen-at-the-start");
    let (app, _) = create(&org, body.clone()).await;
    body["credentials"]["oauthClient"]["client_secret"] = json!("chosen-some-time-later");
    done(&org, "PUT", &format!("/api/v1/apps/{app}"), body).await;
    done(&org, "POST", &format!("/api/v1/apps/{app}/credentials/secrets"), Value::Null).await;
    let log = json!(events(&org).await).to_string();
    let secrets = org.live_secrets(&app);
    assert_eq!(secrets.len(), 2);
    let listed = get(&org, &format!("/api/v1/apps/{app}/credentials/secrets")).await;
    let hashes: Vec<_> = listed.as_array().unwrap().iter().map(|secret| secret["secret_hash"].as_str().unwrap()).collect();
    let known = secrets.iter().map(|secret| secret.value.as_str()).chain(hashes).chain(["chosen-at-the-start", org.okta_token()]);
    for secret in known {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn what_changes_nothing_is_refused_or_belongs_to_the_portal_leaves_no_event() {
    let org = org();
    let (app, _) = create(&org, web("Portal")).await;
    let before = events(&org).await;
    get(&org, &format!("/api/v1/apps/{app}/credentials/keys")).await;
    assert_eq!(send(&org, "POST", "/api/v1/apps", json!({})).await.0, 400);
    done(&org, "POST", &format!("/api/v1/apps/{app}/lifecycle/activate"), Value::Null).await;
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta")).await;
    assert_eq!(events(&org).await, before);
}

#[tokio::test]
async fn an_event_is_there_if_and_only_if_its_write_is() {
    let org = org();
    org.set_faults(vec!["POST reset-before x1".parse().unwrap()]);
    assert!(try_send(&org, "POST", "/api/v1/apps", web("Lost")).await.is_err());
    org.set_faults(vec!["POST reset-after x1".parse().unwrap()]);
    assert!(try_send(&org, "POST", "/api/v1/apps", web("Made")).await.is_err());
    insta::assert_snapshot!(told(&org).await, @"
    application.lifecycle.create | /api/v1/apps | AppInstance Made
    app.oauth2.client.lifecycle.create | /api/v1/apps | AppInstance Made
    ");
}

#[tokio::test]
async fn a_switch_says_which_events_a_write_to_a_client_leaves() {
    for (chosen, kind) in [("application", "application.lifecycle.create"), ("client", "app.oauth2.client.lifecycle.create")] {
        let org = switched(&[("client-app-events", chosen)]);
        create(&org, web("Portal")).await;
        let events = events(&org).await;
        assert_eq!((events.len(), &events[0]["eventType"]), (1, &json!(kind)));
    }
}

#[tokio::test(start_paused = true)]
async fn events_are_kept_for_ninety_days() {
    let org = Org::open(Config { frozen_clock: false, ..frozen() }).unwrap();
    create(&org, web("Old")).await;
    tokio::time::advance(std::time::Duration::from_hours(89 * 24)).await;
    create(&org, web("New")).await;
    let since = get(&org, "/api/v1/users/me").await["created"].as_str().unwrap().to_owned();
    let all = async || get(&org, &format!("/api/v1/logs?since={since}")).await.as_array().unwrap().len();
    assert_eq!(all().await, 4);
    tokio::time::advance(std::time::Duration::from_hours(2 * 24)).await;
    create(&org, web("Newest")).await;
    assert_eq!(all().await, 4);
}

#[tokio::test]
async fn an_org_that_lasts_goes_on_with_its_log_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Org::open(Config { data: Data::Directory(folder.path().to_owned()), frozen_clock: false, ..frozen() }).unwrap();
    let org = open();
    create(&org, web("Portal")).await;
    let before = events(&org).await;
    drop(org);
    let org = open();
    assert_eq!(events(&org).await, before);
    create(&org, web("Gate")).await;
    let after = events(&org).await;
    assert_eq!(after[..2], before);
    assert!(before[0]["published"].as_str() <= after[2]["published"].as_str());
    assert_ne!(before[0]["transaction"], after[2]["transaction"]);
}
