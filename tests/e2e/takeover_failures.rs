//! Exports of what is hostile, and exports that cannot be.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::org::{TestOrg, frozen};
use crate::takeover::{app, grown, names, written};

#[test]
fn hostile_labels_are_inert_in_names_manifests_and_messages() {
    let test = TestOrg::new();
    let labels = [
        "../../etc/passwd",
        "con",
        "a\nb: c\u{1b}[31m\u{202e}# --- \"",
        "\u{65e5}\u{672c}",
        "${var.HOME} $${x}",
        "- &a !!x yes",
        "okta: {a: 1}",
    ];
    for label in labels {
        app(&test, label, "service", &[("/settings/notes", json!({"admin": label}))]);
    }
    app(&test, "profile", "service", &[("/settings/oauthClient/client_uri", json!("not a url \u{7}"))]);
    let output = test.run("export --out manifests").ends_with(0);
    insta::assert_snapshot!(output, @"
    ------- stderr -------
    Wrote 9 files into `manifests`:
      apps/a-b-c-31m.yaml: App/a-b-c-31m, ClientCredentials/a-b-c-31m
      apps/a-x-yes.yaml: App/a-x-yes, ClientCredentials/a-x-yes
      apps/app.yaml: App/app, ClientCredentials/app
      apps/con-.yaml: App/con, ClientCredentials/con
      apps/etc-passwd.yaml: App/etc-passwd, ClientCredentials/etc-passwd
      apps/okta-a-1.yaml: App/okta-a-1, ClientCredentials/okta-a-1
      apps/profile.yaml: App/profile, ClientCredentials/profile
      apps/var-home-x.yaml: App/var-home-x, ClientCredentials/var-home-x
      authorization-servers/default.yaml: AuthorizationServer/default

    No manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:
      IDPCTL_APP_SECRET  the client's secret `current` of ClientCredentials/app
      IDPCTL_A_B_C_31M_SECRET  the client's secret `current` of ClientCredentials/a-b-c-31m
      IDPCTL_A_X_YES_SECRET  the client's secret `current` of ClientCredentials/a-x-yes
      IDPCTL_CON_SECRET  the client's secret `current` of ClientCredentials/con
      IDPCTL_ETC_PASSWD_SECRET  the client's secret `current` of ClientCredentials/etc-passwd
      IDPCTL_OKTA_A_1_SECRET  the client's secret `current` of ClientCredentials/okta-a-1
      IDPCTL_PROFILE_SECRET  the client's secret `current` of ClientCredentials/profile
      IDPCTL_VAR_HOME_X_SECRET  the client's secret `current` of ClientCredentials/var-home-x

    Left out:
      App/profile settings.oauthClient.client_uri: `settings.oauthClient.client_uri` is not an http or https URL

    To see that they change nothing but whose the objects are:
        idpctl plan
    [exit status: 0]
    ");
    insta::assert_snapshot!(names(&test, "manifests"), @"
    manifests/apps/a-b-c-31m.yaml
    manifests/apps/a-x-yes.yaml
    manifests/apps/app.yaml
    manifests/apps/con-.yaml
    manifests/apps/etc-passwd.yaml
    manifests/apps/okta-a-1.yaml
    manifests/apps/profile.yaml
    manifests/apps/var-home-x.yaml
    manifests/authorization-servers/default.yaml
    ");
    let texts: String = written(&test, "manifests").into_iter().map(|(_, text)| text).filter(|text| text.contains("notes")).collect();
    let notes = texts.lines().filter(|line| line.contains("admin:") || line.contains("label:")).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(notes, @r#"
    label: "a\nb: c\u001b[31m\u202e# --- \""
        admin: "a\nb: c\u001b[31m\u202e# --- \""
    label: "- &a !!x yes"
        admin: "- &a !!x yes"
    label: 日本
        admin: 日本
    label: con
        admin: con
    label: ../../etc/passwd
        admin: ../../etc/passwd
    label: "okta: {a: 1}"
        admin: "okta: {a: 1}"
    label: $${var.HOME} $$${x}
        admin: $${var.HOME} $$${x}
    "#);
    assert!(!output.everything().contains(['\u{1b}', '\u{202e}', '\u{7}']));
    let plan = test.run("plan --secrets skip --format json").ends_with(0).json();
    let fields: Vec<_> = plan["actions"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|action| action["fields"].as_array().cloned().unwrap_or_default())
        .collect();
    assert!(fields.iter().all(|field| field["path"] == "profile.idpctl"), "{fields:#?}");
}

#[test]
fn what_cannot_be_read_or_written_is_said() {
    let mut test = grown();
    test.write("taken", "a file");
    insta::assert_snapshot!(test.run("export --out taken").ends_with(1), @"
    ------- stderr -------
    error: could not write into `taken`
    Caused by:
      1: File exists (os error 17)

    hint: what is there is no folder: name another, or make room for one
    [exit status: 1]
    ");
    fs::create_dir_all(test.path("linked")).expect("a folder");
    symlink(test.path("manifests"), test.path("linked/apps")).expect("a link");
    insta::assert_snapshot!(test.run("export --out linked App/web-portal").ends_with(1), @"
    ------- stderr -------
    error: `apps` in `linked` is a link to another place

    hint: remove the link, or export into another folder
    [exit status: 1]
    ");
    insta::assert_snapshot!(test.run("export web").ends_with(1), @"
    ------- stderr -------
    error: `web` is not a pattern of addresses: write KIND/NAME, for example 'App/web-*' or '*/billing'
    [exit status: 1]
    ");
    test.faults(&["GET /api/v1/apps/*/grants 503"]);
    let _ = test.run("export --timeout 1s Grant/*").ends_with(1);
    test.faults(&[]);
    test.write("manifests/broken.yaml", "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: x}\nspec: {lable: x}\n");
    insta::assert_snapshot!(test.run("export").ends_with(1), @"
    ------- stderr -------
    error[IDP0301]: unknown field `lable`
     --> manifests/broken.yaml:4:8
      |
    4 | spec: {lable: x}
      |        ^^^^^ did you mean `label`?
      |
      = help: write `label`

    1 error
    [exit status: 1]
    ");
    test.remove("manifests/broken.yaml");
    test.set("OKTA_CLIENT_TOKEN", "00wrong");
    insta::assert_snapshot!(test.run("export App/*").ends_with(1), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was answered 401: E0000011, Invalid token provided, request id ID, 1 attempt in TIME s

    hint: the org does not accept the token: it may have expired or been revoked; make one in the Admin Console under Security > API > Tokens
    [exit status: 1]
    "#);
    test.set("OKTA_CLIENT_ORGURL", "http://127.0.0.1:1");
    insta::assert_snapshot!(test.run("export --timeout 1s App/*").ends_with(1), @"
    ------- stderr -------
    error: could not read which org `http://127.0.0.1:1` is
    Caused by:
      1: `GET /.well-known/okta-organization` got no answer, N attempts in TIME s
      2: could not connect: tcp connect error: Connection refused (os error 111)

    hint: check `OKTA_CLIENT_ORGURL`, the network, and `HTTPS_PROXY` if there is a proxy
    [exit status: 1]
    ");
    insta::assert_snapshot!(test.without_org().run("export App/*").ends_with(1), @"
    ------- stderr -------
    error: there are no credentials for the org in the environment

    hint: set the org and a token of it,
        export OKTA_CLIENT_ORGURL=https://acme.okta.com OKTA_CLIENT_TOKEN=…
      or define a target with an `emulator` in idpctl.yaml
    [exit status: 1]
    ");
}

#[test]
fn an_org_without_authorization_servers_of_its_own_has_none_to_export() {
    let mut config = frozen();
    config.switches.set("api-access-management", "absent").expect("a switch of the emulator");
    let test = TestOrg::with(config);
    app(&test, "Alone", "service", &[]);
    insta::assert_snapshot!(test.run("export --out manifests"), @"
    ------- stderr -------
    Wrote 1 file into `manifests`:
      apps/alone.yaml: App/alone, ClientCredentials/alone

    No manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:
      IDPCTL_ALONE_SECRET  the client's secret `current` of ClientCredentials/alone

    To see that they change nothing but whose the objects are:
        idpctl plan
    [exit status: 0]
    ");
}

#[test]
fn a_document_that_may_mean_an_app_is_left_alone_with_it() {
    let test = grown();
    test.write("manifests/own.yaml", "apiVersion: idpctl/v1\nkind: App\nmetadata: {name: own}\nspec: {label: Billing worker}\n---\napiVersion: idpctl/v1\nkind: App\nmetadata: {name: twins, adopt: true}\nspec: {label: Twin}\n");
    insta::assert_snapshot!(test.run("export --out manifests"), @r#"
    ------- stderr -------
    Wrote 4 files into `manifests`:
      apps/web-portal.yaml: App/web-portal, ClientCredentials/web-portal, GroupAssignment/web-portal
      authorization-servers/default.yaml: AuthorizationServer/default
      authorization-servers/orders-api.yaml: AuthorizationServer/orders-api
      providers/okta-prod.yaml: OAuthProvider/okta-prod, ClientType/server-side

    No manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:
      IDPCTL_OKTA_PROD_TOKEN  the token that the portal registers clients with of OAuthProvider/okta-prod
      IDPCTL_WEB_PORTAL_SECRET  the client's secret `current` of ClientCredentials/web-portal

    Left out:
      the app 0oaf00000EQ54pKwA5d7 "Billing worker": App/own has its label: say `metadata.adopt: true` there if it means this app
      the app 0oaf00000KbGVhIak5d7 "Twin": App/twins may mean it: say which app that document is with `metadata.id`
      the app 0oaf00000Mez0DjJZ5d7 "Twin": App/twins may mean it: say which app that document is with `metadata.id`

    To see that they change nothing but whose the objects are:
        idpctl plan
    [exit status: 0]
    "#);
}

#[test]
fn defaults_of_the_project_are_said_otherwise_where_an_app_is() {
    let test = TestOrg::new();
    app(&test, "Defaulted", "service", &[]);
    test.write("idpctl.yaml", "apiVersion: idpctl/v1\nkind: Project\ndefaults:\n  App: {visibility: {autoLaunch: true, hide: {web: false}}, profile: {team: a}, credentials: {oauthClient: {autoKeyRotation: false}}}\n");
    let output = test.run("export --out manifests App/*").ends_with(0);
    insta::assert_snapshot!(test.read("manifests/apps/defaulted.yaml"), @"
    # `apply` needs these variables, each with the value that is in use:
    #   IDPCTL_DEFAULTED_SECRET  the client's secret `current` of ClientCredentials/defaulted
    apiVersion: idpctl/v1
    kind: App
    metadata:
      name: defaulted
      adopt: true
    spec:
      label: Defaulted
      visibility:
        autoLaunch: false
        hide:
          iOS: true
          web: true
      credentials:
        oauthClient:
          autoKeyRotation: true
      settings:
        oauthClient:
          application_type: service
          grant_types:
            - client_credentials
          response_types:
            - token
          issuer_mode: ORG_URL
      profile:
        team: null
    ---
    apiVersion: idpctl/v1
    kind: ClientCredentials
    metadata:
      name: defaulted
    spec:
      client_secrets:
        - name: current
          env: IDPCTL_DEFAULTED_SECRET
      token_endpoint_auth_method: client_secret_basic
      pkce_required: false
    ");
    assert!(!output.stderr.contains("Left out"), "{output}");
    insta::assert_snapshot!(test.run("plan --secrets skip"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update App/defaulted "Defaulted"
        mark: none → default/defaulted, manages secrets

    Findings
      medium IDP4002 App/defaulted (manifests/apps/defaulted.yaml:6:9): the app 0oaf000008Euf57TO5d7 is recognised by its label alone and taken over
          Compare the app's id with the one that you mean, and pin it with `metadata.id`.
          https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/

    Not compared
      App/defaulted/secret/current: the variable `IDPCTL_DEFAULTED_SECRET` is not set

    1 to update, with 1 request.
    [exit status: 0]
    "#);
}
