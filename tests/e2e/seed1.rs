//! A web app with a client id and a secret of one's own choosing.

use serde_json::{Value, json};

use crate::org::TestOrg;

const SECRET: &str = "cust0mC1ient$secret";

const MANIFEST: &str = r#"
apiVersion: idpctl/v1
kind: App
metadata: {name: web-portal}
spec:
  label: Custom id/secret Web App
  status: ACTIVE
  accessibility: {selfService: false, errorRedirectUrl: null, loginRedirectUrl: null}
  visibility: {autoLaunch: false, autoSubmitToolbar: false, hide: {iOS: true, web: true}, appLinks: {oidc_client_link: true}}
  credentials:
    userNameTemplate: {template: "${source.login}", type: BUILT_IN}
  settings:
    notifications:
      vpn: {network: {connection: DISABLED}, message: null, helpUrl: null}
    manualProvisioning: false
    implicitAssignment: false
    notes: {admin: null, enduser: null}
    oauthClient:
      application_type: web
      client_uri: null
      logo_uri: null
      grant_types: [authorization_code, refresh_token]
      response_types: [code]
      redirect_uris: [http://localhost:8080/authorization-code/callback]
      post_logout_redirect_uris: [http://localhost:8080]
      consent_method: REQUIRED
      issuer_mode: DYNAMIC
      idp_initiated_login: {mode: DISABLED, default_scope: []}
      wildcard_redirect: DISABLED
      dpop_bound_access_tokens: false
      refresh_token: {rotation_type: ROTATE, leeway: 30}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: web-portal}
spec:
  client_id: custom_client_id
  client_secrets: [{name: "2026-09", env: IDPCTL_WEB_PORTAL_SECRET}]
  token_endpoint_auth_method: client_secret_basic
  pkce_required: false
  autoKeyRotation: true
"#;

/// The request that makes such an app without idpctl, but for its secret.
fn request() -> Value {
    json!({
        "name": "oidc_client",
        "label": "Custom id/secret Web App",
        "signOnMode": "OPENID_CONNECT",
        "accessibility": {"selfService": false, "errorRedirectUrl": null, "loginRedirectUrl": null},
        "visibility": {"autoLaunch": false, "autoSubmitToolbar": false, "hide": {"iOS": true, "web": true}, "appLinks": {"oidc_client_link": true}},
        "credentials": {
            "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"},
            "oauthClient": {
                "client_id": "custom_client_id",
                "token_endpoint_auth_method": "client_secret_basic",
                "pkce_required": false,
                "autoKeyRotation": true,
            },
        },
        "settings": {
            "notifications": {"vpn": {"network": {"connection": "DISABLED"}, "message": null, "helpUrl": null}},
            "app": {},
            "manualProvisioning": false,
            "implicitAssignment": false,
            "notes": {"admin": null, "enduser": null},
            "oauthClient": {
                "application_type": "web",
                "client_uri": null,
                "logo_uri": null,
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "redirect_uris": ["http://localhost:8080/authorization-code/callback"],
                "post_logout_redirect_uris": ["http://localhost:8080"],
                "consent_method": "REQUIRED",
                "issuer_mode": "DYNAMIC",
                "idp_initiated_login": {"mode": "DISABLED", "default_scope": []},
                "wildcard_redirect": "DISABLED",
                "dpop_bound_access_tokens": false,
                "refresh_token": {"rotation_type": "ROTATE", "leeway": 30},
            },
        },
    })
}

fn declared() -> TestOrg {
    let mut test = TestOrg::new();
    test.set("IDPCTL_WEB_PORTAL_SECRET", SECRET);
    test.write("manifests/web-portal.yaml", MANIFEST);
    test
}

/// Asserts that an object holds every field and value of another.
fn assert_holds(live: &Value, asked: &Value, at: &str) {
    match asked.as_object() {
        Some(fields) => fields.iter().for_each(|(name, value)| assert_holds(&live[name], value, &format!("{at}.{name}"))),
        None => assert_eq!(live, asked, "{at}"),
    }
}

#[test]
fn a_new_app_is_planned_with_every_field_that_is_declared() {
    let test = declared();
    insta::assert_snapshot!(test.run("plan --out plan.json"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/web-portal "Custom id/secret Web App"
        label: "Custom id/secret Web App"
        accessibility.selfService: false
        visibility.autoLaunch: false
        visibility.autoSubmitToolbar: false
        visibility.hide.iOS: true
        visibility.hide.web: true
        visibility.appLinks.oidc_client_link: true
        credentials.userNameTemplate.template: "${source.login}"
        credentials.userNameTemplate.type: "BUILT_IN"
        credentials.oauthClient.client_id: "custom_client_id"
        credentials.oauthClient.token_endpoint_auth_method: "client_secret_basic"
        credentials.oauthClient.pkce_required: false
        credentials.oauthClient.autoKeyRotation: true
        settings.notifications.vpn.network.connection: "DISABLED"
        settings.manualProvisioning: false
        settings.implicitAssignment: false
        settings.oauthClient.application_type: "web"
        settings.oauthClient.grant_types: ["authorization_code", "refresh_token"]
        settings.oauthClient.response_types: ["code"]
        settings.oauthClient.redirect_uris: ["http://localhost:8080/authorization-code/callback"]
        settings.oauthClient.post_logout_redirect_uris: ["http://localhost:8080"]
        settings.oauthClient.consent_method: "REQUIRED"
        settings.oauthClient.issuer_mode: "DYNAMIC"
        settings.oauthClient.idp_initiated_login.mode: "DISABLED"
        settings.oauthClient.idp_initiated_login.default_scope: []
        settings.oauthClient.wildcard_redirect: "DISABLED"
        settings.oauthClient.dpop_bound_access_tokens: false
        settings.oauthClient.refresh_token.rotation_type: "ROTATE"
        settings.oauthClient.refresh_token.leeway: 30
        client_secrets.2026-09: (secret)
        mark: none → default/web-portal, manages secrets

    1 to create, with 1 request.
    ------- stderr -------
    The plan is saved. To apply it, or be refused if it no longer fits:
        idpctl apply plan.json
    [exit status: 0]
    "#);
    assert!(!test.read("plan.json").contains(SECRET));
}

#[test]
fn an_app_with_its_id_and_secret_is_made_in_one_post_and_holds_all_that_was_asked_for() {
    let test = declared();
    let applied = test.run("apply --auto-approve").ends_with(0);
    assert_eq!(applied.writes(), ["POST /api/v1/apps"]);
    let app = test.app("Custom id/secret Web App");
    assert_holds(&app, &request(), "");
    assert_eq!(app["status"], "ACTIVE");
    let secrets = test.org.live_secrets(app["id"].as_str().unwrap());
    assert_eq!(secrets.iter().map(|s| (s.value.as_str(), s.status.as_str())).collect::<Vec<_>>(), [(SECRET, "ACTIVE")]);
    test.assert_laws("");
}

#[test]
fn an_app_made_by_hand_is_recognised_by_its_client_id_and_gets_the_mark_alone() {
    let test = declared();
    let mut body = request();
    body["credentials"]["oauthClient"]["client_secret"] = json!(SECRET);
    let before = test.send("POST", "/api/v1/apps", &body);
    insta::assert_snapshot!(test.run("plan"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update App/web-portal "Custom id/secret Web App"
        mark: none → default/web-portal, manages secrets

    Notes
      App/web-portal: the app 0oaf000008Euf57TO5d7 has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark

    1 to update, with 1 request.
    [exit status: 0]
    "#);
    let applied = test.run("apply --auto-approve").ends_with(0);
    assert_eq!(applied.writes(), [format!("PUT /api/v1/apps/{}", before["id"].as_str().unwrap())]);
    let mut after = test.app("Custom id/secret Web App");
    assert_eq!(after["profile"]["idpctl"]["owner"], "default/web-portal");
    // The answer to a create shows the secret, and the profile is the mark.
    after.as_object_mut().unwrap().remove("profile");
    let mut before = before;
    before["credentials"]["oauthClient"].as_object_mut().unwrap().remove("client_secret");
    assert_eq!(after, before);
    test.assert_laws("");
}

#[test]
fn an_app_that_was_fetched_and_posted_under_another_name_changes_no_plan() {
    let test = declared();
    let _ = test.run("apply --auto-approve").ends_with(0);
    let mut copy = test.app("Custom id/secret Web App");
    for read_only in ["id", "orn", "created", "lastUpdated", "status", "features", "_links"] {
        copy.as_object_mut().unwrap().remove(read_only);
    }
    copy["label"] = json!("Second custom app");
    copy["credentials"]["oauthClient"]["client_id"] = json!("custom_client_id_2");
    copy["credentials"]["oauthClient"]["client_secret"] = json!("another$ecret0fth1s");
    let second = test.send("POST", "/api/v1/apps", &copy);
    assert_eq!(second["profile"]["idpctl"]["owner"], "default/web-portal", "the mark is copied along");
    insta::assert_snapshot!(test.run("plan --prune --detailed-exitcode"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    Left alone
      App/web-portal: the app 0oaf00000CMM7IIuL5d7 `Second custom app` bears a copy of this mark: somebody cloned the app

    Nothing to do: all that is declared is in the org.
    [exit status: 0]
    ");
    test.assert_laws("--prune");
    assert_eq!(test.app("Second custom app")["status"], "ACTIVE");
}
