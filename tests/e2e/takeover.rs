//! Taking over an org that exists: `export`, and what plans make of what it writes.

use std::fs;

use serde_json::{Value, json};

use crate::org::TestOrg;

/// Makes an app by hand, and returns its id.
pub(crate) fn app(test: &TestOrg, label: &str, sort: &str, more: &[(&str, Value)]) -> String {
    let (grant, response) = if sort == "service" { ("client_credentials", "token") } else { ("authorization_code", "code") };
    let mut body = json!({"name": "oidc_client", "label": label, "signOnMode": "OPENID_CONNECT",
        "visibility": {"hide": {"iOS": true, "web": true}},
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic", "pkce_required": false}},
        "settings": {"oauthClient": {"application_type": sort, "grant_types": [grant], "response_types": [response], "issuer_mode": "ORG_URL",
            "redirect_uris": if sort == "service" { json!([]) } else { json!(["https://app.example.com/callback"]) }}}});
    for (pointer, value) in more {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        body.pointer_mut(parent).expect("it is there")[name] = value.clone();
    }
    test.send("POST", "/api/v1/apps", &body)["id"].as_str().expect("an id").to_owned()
}

/// Returns an org that people made by hand, with something of every kind.
pub(crate) fn grown() -> TestOrg {
    let test = TestOrg::new().with_portal();
    let portal = app(&test, "Web Portal", "web", &[("/credentials/oauthClient/client_id", json!("web_portal"))]);
    let worker = app(&test, "Billing worker", "service", &[("/settings/oauthClient/dpop_bound_access_tokens", json!(true))]);
    for twin in ["one", "two"] {
        app(
            &test,
            "Twin",
            "browser",
            &[
                ("/credentials/oauthClient/token_endpoint_auth_method", json!("none")),
                ("/credentials/oauthClient/pkce_required", json!(true)),
                ("/settings/notes", json!({"admin": format!("the {twin} of two: ${{var.x}} # \"{twin}\"")})),
            ],
        );
    }
    test.send("POST", &format!("/api/v1/apps/{worker}/grants"), &json!({"scopeId": "okta.users.read", "issuer": test.url()}));
    let group = test.send("POST", "/api/v1/groups", &json!({"profile": {"name": "Sales"}}))["id"].clone();
    test.send("PUT", &format!("/api/v1/apps/{portal}/groups/{}", group.as_str().expect("an id")), &json!({"profile": {"role": "seller"}}));
    let server =
        test.send("POST", "/api/v1/authorizationServers", &json!({"name": "Orders API", "audiences": ["https://api.example.com/orders"]}));
    let server = format!("/api/v1/authorizationServers/{}", server["id"].as_str().expect("an id"));
    test.send("POST", &format!("{server}/scopes"), &json!({"name": "orders.read", "description": "Read orders"}));
    let policy = json!({"type": "OAUTH_AUTHORIZATION_POLICY", "name": "workers", "description": "Machines", "priority": 1, "status": "ACTIVE",
        "conditions": {"clients": {"include": [worker, "web_portal"]}}});
    let policy = test.send("POST", &format!("{server}/policies"), &policy)["id"].as_str().expect("an id").to_owned();
    let rule = json!({"type": "RESOURCE_ACCESS", "name": "tokens", "priority": 1, "status": "ACTIVE",
        "conditions": {"people": {"groups": {"include": ["EVERYONE"]}}, "grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["orders.read"]}},
        "actions": {"token": {"accessTokenLifetimeMinutes": 30, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080}}});
    test.send("POST", &format!("{server}/policies/{policy}/rules"), &rule);
    let provider = json!({"Name": "Okta prod", "Type": "Okta", "WellKnownURL": "https://acme.okta.com/oauth2/default/.well-known/openid-configuration", "RegistrationAccessToken": "00-registers-clients"});
    test.send("POST", "/portal-api/oauth-providers", &provider);
    let client_type = json!({"Name": "Server-side", "ResponseTypes": "code", "GrantType": "authorization_code,refresh_token", "TokenEndpointAuthMethod": "client_secret_basic", "OktaAppType": "web"});
    test.send("POST", "/portal-api/oauth-providers/1/client-types", &client_type);
    test
}

/// Returns every file below a folder of the repository, with its text.
pub(crate) fn written(test: &TestOrg, folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(test.path(&folder)).expect("a folder").map(|entry| entry.expect("an entry")) {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() { open.push(name) } else { found.push((name.clone(), test.read(&name))) }
        }
    }
    found.sort();
    found
}

pub(crate) fn names(test: &TestOrg, folder: &str) -> String {
    written(test, folder).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_org_becomes_manifests_that_a_person_could_have_written() {
    let test = grown();
    insta::assert_snapshot!("exported", test.run("export"));
}

#[test]
fn with_what_was_written_a_plan_only_adopts_and_another_export_has_nothing_to_do() {
    let test = grown();
    insta::assert_snapshot!(test.run("export --out manifests"), @"
    ------- stderr -------
    Wrote 7 files into `manifests`:
      apps/billing-worker.yaml: App/billing-worker, ClientCredentials/billing-worker, Grant/billing-worker
      apps/twin-iak5d7.yaml: App/twin-iak5d7
      apps/twin-jjz5d7.yaml: App/twin-jjz5d7
      apps/web-portal.yaml: App/web-portal, ClientCredentials/web-portal, GroupAssignment/web-portal
      authorization-servers/default.yaml: AuthorizationServer/default
      authorization-servers/orders-api.yaml: AuthorizationServer/orders-api
      providers/okta-prod.yaml: OAuthProvider/okta-prod, ClientType/server-side

    No manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:
      IDPCTL_BILLING_WORKER_SECRET  the client's secret `current` of ClientCredentials/billing-worker
      IDPCTL_OKTA_PROD_TOKEN  the token that the portal registers clients with of OAuthProvider/okta-prod
      IDPCTL_WEB_PORTAL_SECRET  the client's secret `current` of ClientCredentials/web-portal

    Pinned with `metadata.id`, because nothing else tells which object is meant; for another org take that out:
      App/twin-iak5d7
      App/twin-jjz5d7

    To see that they change nothing but whose the objects are:
        idpctl plan
    [exit status: 0]
    ");
    insta::assert_snapshot!(names(&test, "manifests"), @"
    manifests/apps/billing-worker.yaml
    manifests/apps/twin-iak5d7.yaml
    manifests/apps/twin-jjz5d7.yaml
    manifests/apps/web-portal.yaml
    manifests/authorization-servers/default.yaml
    manifests/authorization-servers/orders-api.yaml
    manifests/providers/okta-prod.yaml
    ");
    let _ = test.run("validate").ends_with(0);
    insta::assert_snapshot!(test.run("plan --secrets skip"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7) and the portal http://ORG

    ~ update App/billing-worker "Billing worker"
        mark: none → default/billing-worker, manages grants and secrets

    ~ update App/twin-iak5d7 "Twin"
        mark: none → default/twin-iak5d7

    ~ update App/twin-jjz5d7 "Twin"
        mark: none → default/twin-jjz5d7

    ~ update App/web-portal "Web Portal"
        mark: none → default/web-portal, manages groups and secrets

    Findings
      high IDP4101 OAuthProvider/okta-prod (manifests/providers/okta-prod.yaml:10:17): `WellKnownURL` leads elsewhere than to the org http://ORG, so the portal registers clients elsewhere
          Write the discovery document of one of the org's issuers, for example http://ORG/oauth2/default/.well-known/openid-configuration.
          https://www.rfc-editor.org/rfc/rfc9700#section-2.6
      medium IDP4002 App/billing-worker (manifests/apps/billing-worker.yaml:6:9): the app 0oaf00000EQ54pKwA5d7 is recognised by its label alone and taken over
          Compare the app's id with the one that you mean, and pin it with `metadata.id`.
          https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/

    Not compared
      OAuthProvider/okta-prod: the registration token is not verifiable: the portal never shows it; to send it again: --resend OAuthProvider/okta-prod
      App/billing-worker/secret/current: the variable `IDPCTL_BILLING_WORKER_SECRET` is not set
      App/web-portal/secret/current: the variable `IDPCTL_WEB_PORTAL_SECRET` is not set

    Notes
      App/web-portal: the app 0oaf000008Euf57TO5d7 has its client_id and bears no mark: either it was never ours, or a change of its profile lost the mark

    4 to update, with 4 requests.
    [exit status: 0]
    "#);
    let before = written(&test, "manifests");
    insta::assert_snapshot!(test.run("export --out manifests"), @"
    ------- stderr -------
    8 objects are declared already, and were left alone.

    There is nothing to export.
    [exit status: 0]
    ");
    assert_eq!(written(&test, "manifests"), before);
    assert_eq!(test.run("export --out manifests").writes(), [""; 0]);
}
