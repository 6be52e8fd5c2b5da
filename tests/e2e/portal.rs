//! The developer portal, alone and beside the org.

use serde_json::json;

use crate::org::{TestOrg, frozen};

const PORTAL: &str = "
apiVersion: idpctl/v1
kind: OAuthProvider
metadata: {name: okta-prod}
spec:
  Name: Okta prod
  Type: Okta
  WellKnownURL: https://acme.okta.com/oauth2/default/.well-known/openid-configuration
  RegistrationAccessToken: {env: IDPCTL_REGISTRATION}
---
apiVersion: idpctl/v1
kind: ClientType
metadata: {name: server-side}
spec:
  provider: okta-prod
  Name: Server-side application
  ResponseTypes: [code]
  GrantType: [authorization_code, refresh_token]
  TokenEndpointAuthMethod: client_secret_basic
  OktaAppType: web
";

const REGISTRATION: &str = "00-registers-clients-at-okta";

/// Returns a portal without an org, with manifests about it.
pub(crate) fn portal() -> TestOrg {
    let mut test = TestOrg::new().with_portal().without_org();
    test.write("manifests/portal.yaml", PORTAL);
    test.set("IDPCTL_REGISTRATION", REGISTRATION);
    test
}

#[test]
fn a_portal_needs_no_org() {
    let test = portal();
    insta::assert_snapshot!(test.run("apply --auto-approve"), @r#"
    Plan for `default` in the portal http://ORG

    + create OAuthProvider/okta-prod "Okta prod"
        Name: "Okta prod"
        Type: "Okta"
        WellKnownURL: "https://acme.okta.com/oauth2/default/.well-known/openid-configuration"
        RegistrationAccessToken: (secret)

    + create ClientType/server-side "Server-side application"
        Name: "Server-side application"
        ResponseTypes: "code"
        GrantType: "authorization_code,refresh_token"
        TokenEndpointAuthMethod: "client_secret_basic"
        OktaAppType: "web"

    2 to create, with 2 requests.

    applied   create OAuthProvider/okta-prod
    applied   create ClientType/server-side

    2 applied.
    [exit status: 0]
    "#);
    test.assert_laws("");
    let again = test.run("plan");
    assert!(again.sent().iter().all(|request| request.starts_with("GET /portal-api/")), "{:?}", again.sent());
    insta::assert_snapshot!(test.run("output --format shell"), @"
    IDPCTL_OAUTHPROVIDER_OKTA_PROD_ID='1'
    IDPCTL_CLIENTTYPE_SERVER_SIDE_ID='1'
    [exit status: 0]
    ");
    insta::assert_snapshot!(test.run("auth check"), @"
    Portal       http://ORG
    providers    can be read
    [exit status: 0]
    ");
    assert_eq!(test.org.live_registration_token("1").as_deref(), Some(REGISTRATION));
}

#[test]
fn a_target_that_names_another_portal_is_refused_before_anything_is_sent() {
    let test = portal();
    test.write(
        "idpctl.yaml",
        "apiVersion: idpctl/v1\nkind: Project\ntargets:\n  prod:\n    tyk_portal: {url: https://portal.example.com}\n",
    );
    let output = test.run("plan");
    assert_eq!(output.sent(), [""; 0]);
    insta::assert_snapshot!(output, @"
    ------- stderr -------
    error: the credentials are for another portal: the target's `tyk_portal.url` is `https://portal.example.com`, theirs is `http://ORG`

    hint: choose the target that belongs to the credentials with `--target`, or set `OKTA_CLIENT_ORGURL` and `OKTA_CLIENT_TOKEN`, or `TYK_PORTAL_URL` and `TYK_PORTAL_TOKEN`, for this one
    [exit status: 3]
    ");
}

#[test]
fn an_org_that_the_target_names_is_looked_after_beside_the_portal() {
    let test = TestOrg::new().with_portal();
    test.write("manifests/portal.yaml", PORTAL);
    let alone = test.run("plan").ends_with(0);
    assert!(alone.sent().iter().all(|request| request.starts_with("GET /portal-api/")), "{:?}", alone.sent());
    let project = format!("apiVersion: idpctl/v1\nkind: Project\ntargets:\n  prod:\n    okta: {{org_url: '{}'}}\n", test.url());
    test.write("idpctl.yaml", project);
    let both = test.run("plan").ends_with(0);
    assert!(both.sent().contains(&"GET /api/v1/apps".to_owned()), "{:?}", both.sent());
}

#[test]
fn credentials_that_are_missing_for_what_is_declared_are_asked_for() {
    let mut test = TestOrg::new();
    test.write("manifests/portal.yaml", PORTAL);
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error: there are no credentials for the portal in the environment

    hint: set the portal and a token of it,
        export TYK_PORTAL_URL=https://portal.example.com TYK_PORTAL_TOKEN=…
      or define a target with an `emulator` in idpctl.yaml
    [exit status: 1]
    ");
    test = TestOrg::new().with_portal().without_org();
    test.write("manifests/app.yaml", "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\nspec: {label: Web}\n");
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error: there are no credentials for the org in the environment

    hint: set the org and a token of it,
        export OKTA_CLIENT_ORGURL=https://acme.okta.com OKTA_CLIENT_TOKEN=…
      or define a target with an `emulator` in idpctl.yaml
    [exit status: 1]
    ");
    test.set("TYK_PORTAL_TOKEN", "");
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error: the environment gives no credentials
    Caused by:
      1: `TYK_PORTAL_TOKEN` is not set, but `TYK_PORTAL_URL` is: set both
    [exit status: 1]
    ");
    test = TestOrg::new().without_org();
    test.write("manifests/portal.yaml", PORTAL);
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error: there are no credentials in the environment

    hint: set the portal and a token of it,
        export TYK_PORTAL_URL=https://portal.example.com TYK_PORTAL_TOKEN=…
      or define a target with an `emulator` in idpctl.yaml
    [exit status: 1]
    ");
}

#[test]
fn a_token_that_the_portal_does_not_accept_is_told_with_what_to_do() {
    for way in ["401", "302"] {
        let mut config = frozen();
        config.switches.set("portal-bad-token", way).unwrap();
        let mut test = TestOrg::with(config).with_portal().without_org();
        test.write("manifests/portal.yaml", PORTAL);
        test.set("TYK_PORTAL_TOKEN", "eyJ.another");
        let output = test.run("plan").ends_with(1);
        assert!(output.stderr.ends_with("hint: the portal does not accept the token: set `TYK_PORTAL_TOKEN` to the `API credential` in the profile of an admin of this portal\n"), "{output}");
        assert!(!output.everything().contains("eyJ.another"), "{output}");
    }
}

#[test]
fn what_cannot_be_read_of_both_is_told_together() {
    let test = TestOrg::new().with_portal();
    test.write("manifests/portal.yaml", PORTAL);
    test.write("manifests/app.yaml", "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\nspec: {label: Web}\n");
    test.faults(&["/api/v1/apps 500", "/portal-api/** 500"]);
    insta::assert_snapshot!(test.run("plan --timeout 1s"), @r#"
    ------- stderr -------
    error: 2 reads failed
      the list of apps: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was answered 500: E0000009, Internal Server Error, request id ID, N attempts in TIME s
      the list of the portal's providers: `GET /portal-api/oauth-providers?page=1&per_page=100` was answered 500: internal server error, N attempts in TIME s
    [exit status: 1]
    "#);
}

#[test]
fn a_registration_token_is_in_no_file_and_no_output() {
    let test = portal();
    let mut everything = test.run("plan --out plan.json --requests -vv").everything();
    everything += &test.run("apply plan.json -vv").ends_with(0).everything();
    everything += &test.run("apply --auto-approve --resend OAuthProvider/okta-prod -vv --format json").ends_with(0).everything();
    test.faults(&["PUT /portal-api/** 500"]);
    everything += &test.run("apply --auto-approve --resend OAuthProvider/okta-prod -vv").everything();
    assert!(!everything.contains(REGISTRATION), "{everything}");
    assert!(!everything.contains(test.org.portal_token()), "{everything}");
    for entry in std::fs::read_dir(test.path(".idpctl/journal")).unwrap() {
        assert!(!std::fs::read_to_string(entry.unwrap().path()).unwrap().contains(REGISTRATION));
    }
    assert!(!test.read("plan.json").contains(REGISTRATION));
}

#[test]
fn without_its_token_a_provider_is_planned_and_not_written() {
    let mut test = portal();
    test.set("IDPCTL_REGISTRATION", "");
    assert!(test.run("plan").ends_with(0).stderr.contains("warning: `apply` will need a secret that cannot be had here"));
    let refused = test.run("apply --auto-approve").ends_with(1);
    assert_eq!(refused.writes(), [""; 0]);
}

#[test]
fn an_approved_plan_of_both_is_finished_after_a_kill() {
    let mut test = TestOrg::new().with_portal();
    test.write("manifests/portal.yaml", PORTAL);
    test.write(
        "manifests/app.yaml",
        "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\nspec: {label: Web, settings: {oauthClient: {application_type: web, grant_types: [authorization_code], response_types: [code], redirect_uris: [https://a.example.com/]}}}\n",
    );
    test.set("IDPCTL_REGISTRATION", REGISTRATION);
    drop(test.run("plan --out plan.json").ends_with(0));
    test.faults(&["POST /portal-api/** hold-after"]);
    drop(test.kill_at("apply plan.json --parallelism 1", "POST /portal-api/oauth-providers", 1));
    test.faults(&[]);
    drop(test.run("apply plan.json").ends_with(0));
    test.assert_laws("");
    assert_eq!(test.get("/portal-api/oauth-providers").as_array().map(Vec::len), Some(1));
    assert_eq!(test.get("/portal-api/oauth-providers/1/client-types").as_array().map(Vec::len), Some(1));
    let another = json!({"Name": "Okta prod", "Type": "Other", "WellKnownURL": "https://idp.example.com"});
    test.send("POST", "/portal-api/oauth-providers", &another);
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error[IDP0601]: 2 live objects have the name of OAuthProvider/okta-prod: 2 (CID zRmmEiSgX7NVI71l31bj9W4yd7x), 1 (CID KgpQeo8HWYBQ8nTV6xW4Mi8Suho)
     --> manifests/portal.yaml:4:18
      |
    4 | metadata: {name: okta-prod}
      |                  ^^^^^^^^^
      |
      = help: pin the right one with `metadata.id`

    1 error
    [exit status: 1]
    ");
}
