//! What goes wrong: said once, with what to do, and nothing is written.

use std::net::TcpListener;

use idpctl_emulator::Config;
use serde_json::json;

use crate::liar::Liar;
use crate::org::{TestOrg, frozen};

/// An address where nobody answers.
fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn against(url: &str, command: &str) -> String {
    let mut test = TestOrg::with_both();
    test.set("OKTA_CLIENT_ORGURL", url);
    let output = test.run(command);
    assert!(!test.path(".idpctl").exists(), "nothing is written");
    assert_eq!(test.org.requests(), []);
    output.to_string().replace(url, "http://ELSEWHERE")
}

#[test]
fn an_org_that_does_not_answer_is_named_with_what_to_check() {
    insta::assert_snapshot!(against(&nowhere(), "apply --auto-approve --timeout 2s"), @"
    ------- stderr -------
    error: could not read which org `http://ELSEWHERE` is
    Caused by:
      1: `GET /.well-known/okta-organization` got no answer, N attempts in TIME s
      2: could not connect: tcp connect error: Connection refused (os error 111)

    hint: check `OKTA_CLIENT_ORGURL`, the network, and `HTTPS_PROXY` if there is a proxy
    [exit status: 1]
    ");
}

#[test]
fn a_token_that_the_org_does_not_accept_is_said_once() {
    let mut test = TestOrg::with_both();
    test.set("OKTA_CLIENT_TOKEN", "00notATokenOfThisOrg");
    insta::assert_snapshot!(test.run("apply --auto-approve"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was answered 401: E0000011, Invalid token provided, request id ID, 1 attempt in TIME s

    hint: the org does not accept the token: it may have expired or been revoked; make one in the Admin Console under Security > API > Tokens
    [exit status: 1]
    "#);
    insta::assert_snapshot!(test.run("auth check"), @r#"
    ------- stderr -------
    error: the credentials sign nobody in
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=1` was answered 401: E0000011, Invalid token provided, request id ID, 1 attempt in TIME s

    hint: the org does not accept the token: it may have expired or been revoked; make one in the Admin Console under Security > API > Tokens
    [exit status: 1]
    "#);
    assert!(!test.path(".idpctl").exists());
}

#[test]
fn a_token_that_lacks_the_right_is_said_with_where_to_look() {
    let body = br#"{"errorCode": "E0000006", "errorSummary": "You do not have permission to perform the requested action", "errorLink": "E0000006", "errorId": "oaeX", "errorCauses": []}"#;
    let liar = Liar::new("403 Forbidden", &[("content-type", "application/json")], body);
    insta::assert_snapshot!(against(liar.url(), "apply --auto-approve"), @"
    ------- stderr -------
    error: could not read which org `http://ELSEWHERE` is
    Caused by:
      1: `GET /.well-known/okta-organization` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s

    hint: the token may do what the administrator who made it may do, and that one lacks a role for this
    hint: see what can be read, and what that is needed for
        idpctl auth check
    [exit status: 1]
    ");
}

#[test]
fn a_sign_in_page_of_the_network_is_recognised_as_one() {
    let page = b"<html><body><form action=/login>Welcome to the hotel's network</form></body></html>";
    let liar = Liar::new("200 OK", &[("content-type", "text/html; charset=utf-8")], page);
    insta::assert_snapshot!(against(liar.url(), "apply --auto-approve"), @"
    ------- stderr -------
    error: could not read which org `http://ELSEWHERE` is
    Caused by:
      1: `GET /.well-known/okta-organization` was answered 200 by `text/html; charset=utf-8`, not JSON, perhaps by something between us and the server, 1 attempt in TIME s

    hint: check that `OKTA_CLIENT_ORGURL` is the org's own address, such as https://acme.okta.com
    [exit status: 1]
    ");
}

#[test]
fn a_redirect_is_not_followed() {
    let liar = Liar::new("302 Found", &[("location", "https://login.example.net/?back=1")], b"");
    insta::assert_snapshot!(against(liar.url(), "apply --auto-approve"), @"
    ------- stderr -------
    error: could not read which org `http://ELSEWHERE` is
    Caused by:
      1: `GET /.well-known/okta-organization` was answered 302, a redirect to `https://login.example.net/?back=1`, which is not followed, 1 attempt in TIME s

    hint: check that `OKTA_CLIENT_ORGURL` is the org's own address, such as https://acme.okta.com
    [exit status: 1]
    ");
}

#[test]
fn an_org_that_keeps_failing_is_given_up_in_time() {
    let test = TestOrg::with_both();
    test.faults(&["/api/v1/apps 500"]);
    insta::assert_snapshot!(test.run("apply --auto-approve --timeout 1s"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was answered 500: E0000009, Internal Server Error, request id ID, N attempts in TIME s
    [exit status: 1]
    "#);
    assert!(!test.path(".idpctl").exists());
}

#[test]
fn credentials_for_another_org_than_the_target_says_are_refused_after_one_public_request() {
    let test = TestOrg::with_both();
    test.write(
        "idpctl.yaml",
        "apiVersion: idpctl/v1\nkind: Project\nproject: payments\ntargets:\n  staging: {okta: {org_id: 00o1a2b3c4d5e6f7g8h9}}\n",
    );
    let output = test.run("apply --auto-approve");
    assert_eq!(output.sent(), ["GET /.well-known/okta-organization"]);
    insta::assert_snapshot!(output, @"
    ------- stderr -------
    error: the credentials are for another org: the target's `org_id` is `00o1a2b3c4d5e6f7g8h9`, theirs is `00of00000000j617U5d7`

    hint: choose the target that belongs to the credentials with `--target`, or set `OKTA_CLIENT_ORGURL` and `OKTA_CLIENT_TOKEN`, or `TYK_PORTAL_URL` and `TYK_PORTAL_TOKEN`, for this one
    [exit status: 3]
    ");
}

#[test]
fn the_emulator_is_not_chosen_while_credentials_for_an_org_are_at_hand() {
    let test = TestOrg::with_both();
    test.write(
        "idpctl.yaml",
        "apiVersion: idpctl/v1\nkind: Project\nproject: payments\ntargets:\n  emulator: {emulator: {data: .idpctl/emulator}}\n",
    );
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error[IDP0232]: the target `emulator` is the emulator, but credentials for a real org are in the environment
     |
     = help: write `--target emulator` for the emulator, or define a target for the org; unset the variables that start with `OKTA_` and `TYK_` if they are not meant

    1 error
    [exit status: 1]
    ");
}

#[test]
fn credentials_that_are_not_there_are_asked_for_by_name() {
    let mut test = TestOrg::with_both();
    test.set("OKTA_CLIENT_TOKEN", "");
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error: the environment gives no credentials
    Caused by:
      1: `OKTA_CLIENT_TOKEN` is not set, but `OKTA_CLIENT_ORGURL` is: set both
    [exit status: 1]
    ");
    test.set("OKTA_CLIENT_ORGURL", "");
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error: there are no credentials in the environment

    hint: set the org and a token of it,
        export OKTA_CLIENT_ORGURL=https://acme.okta.com OKTA_CLIENT_TOKEN=…
      or define a target with an `emulator` in idpctl.yaml
    [exit status: 1]
    ");
    test.set("OKTA_CLIENT_ORGURL", "http://acme.okta.com");
    test.set("OKTA_CLIENT_TOKEN", "00abc");
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error: the environment gives no credentials
    Caused by:
      1: the address in `OKTA_CLIENT_ORGURL` cannot be used
      2: `http://acme.okta.com` is not https, which is only left out for this machine itself
    [exit status: 1]
    ");
}

/// Both apps declared, where the server drops a field of the service app and knows nothing of one scope of the web app's.
fn half_impossible() -> TestOrg {
    let test = TestOrg::with_both();
    test.replace(
        "manifests/billing-worker.yaml",
        "  settings:",
        "  additionalFields: {settings: {oauthClient: {field_of_tomorrow: 1}}}\n  settings:",
    );
    test.write(
        "manifests/grant.yaml",
        "apiVersion: idpctl/v1\nkind: Grant\nmetadata: {name: web-portal}\nspec: {scopes: [okta.users.read, okta.unheard-of.read]}\n",
    );
    test
}

#[test]
fn one_action_that_fails_stops_what_depends_on_it_and_nothing_else() {
    let test = half_impossible();
    let output = test.run("apply --auto-approve --parallelism 1");
    let report = output.to_string();
    insta::assert_snapshot!(report[report.find("6 to create").unwrap()..], @"
    6 to create, with 6 requests.

    failed    create App/billing-worker
        the server accepted POST /api/v1/apps?activate=true and did not do what was asked: `settings.oauthClient.field_of_tomorrow` is absent and not 1
    applied   create App/web-portal
    skipped   create Grant/billing-worker/okta.groups.read
        App/billing-worker did not come about
    skipped   create Grant/billing-worker/okta.users.read
        App/billing-worker did not come about
    failed    create Grant/web-portal/okta.unheard-of.read
        could not do POST /api/v1/apps/0oaf00000CMM7IIuL5d7/grants
        caused by: `POST /api/v1/apps/0oaf00000CMM7IIuL5d7/grants` was answered 400: E0000001, Api validation failed: scopeId (scopeId: 'okta.unheard-of.read' is not a scope of the org authorization server.), request id ID, 1 attempt in TIME s
    applied   create Grant/web-portal/okta.users.read

    2 applied, 2 failed, 2 skipped.
    What is done stays done: look at the reasons, then plan and apply again.
    hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
    [exit status: 4]
    ");
    assert_eq!(output.status, 4);
    // The server's mistake is found again rather than forgotten.
    let _ = test.run("plan --detailed-exitcode").ends_with(2);
}

#[test]
fn an_outcome_is_told_to_programs_too() {
    let output = half_impossible().run("apply --auto-approve --format json").ends_with(4);
    let summary = &output.json()["summary"];
    assert_eq!(*summary, json!({"applied": 2, "unchanged": 0, "failed": 2, "skipped": 2, "refused": 0, "in_doubt": 0}), "{output}");
}

#[test]
fn a_write_that_fails_for_a_moment_is_tried_again_once_it_is_known_not_to_be_done() {
    let test = TestOrg::with_both();
    test.faults(&["POST /api/v1/apps 500 x1", "POST /api/v1/apps/*/grants 503 x1", "429 every 5"]);
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.faults(&[]);
    test.assert_laws("");
}

#[test]
fn a_manifest_with_mistakes_sends_nothing() {
    let test = TestOrg::with_both();
    test.replace("manifests/web-portal.yaml", "redirect_uris", "redirect_urls");
    for command in ["plan", "apply --auto-approve", "drift", "verify", "output"] {
        let output = test.run(command).ends_with(1);
        assert_eq!(output.sent(), [""; 0], "{command}");
    }
    insta::assert_snapshot!(test.run("plan"), @"
    ------- stderr -------
    error[IDP0301]: unknown field `redirect_urls`
      --> manifests/web-portal.yaml:13:7
       |
    13 |       redirect_urls: [https://portal.example.com/callback]
       |       ^^^^^^^^^^^^^ did you mean `redirect_uris`?
       |
       = help: write `redirect_uris`

    1 error
    [exit status: 1]
    ");
}

#[test]
fn secrets_that_cannot_be_had_stop_an_apply_before_its_first_write() {
    let mut test = TestOrg::with_both();
    test.set("IDPCTL_WEB_PORTAL_SECRET", "");
    insta::assert_snapshot!(test.run("plan"), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/billing-worker "Billing worker"
        label: "Billing worker"
        settings.oauthClient.application_type: "service"
        settings.oauthClient.grant_types: ["client_credentials"]
        settings.oauthClient.response_types: ["token"]
        settings.oauthClient.jwks.keys:
          + [
          +   {
          +     "e": "AQAB",
          +     "kid": "billing-2026",
          +     "kty": "RSA",
          +     "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4…(234 more characters, sha256 0726899f)…q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
          +     "use": "sig"
          +   }
          + ]
        credentials.oauthClient.token_endpoint_auth_method: "private_key_jwt"
        mark: none → default/billing-worker, manages grants and keys

    + create App/web-portal "Web portal"
        label: "Web portal"
        visibility.hide.iOS: true
        visibility.hide.web: true
        settings.oauthClient.application_type: "web"
        settings.oauthClient.grant_types: ["authorization_code"]
        settings.oauthClient.response_types: ["code"]
        settings.oauthClient.redirect_uris: ["https://portal.example.com/callback"]
        credentials.oauthClient.client_id: "web-portal"
        client_secrets.2026-09: (secret)
        mark: none → default/web-portal, manages secrets

    + create Grant/billing-worker/okta.groups.read
    + create Grant/billing-worker/okta.users.read

    4 to create, with 4 requests.
    ------- stderr -------
    warning: `apply` will need a secret that cannot be had here: the variable `IDPCTL_WEB_PORTAL_SECRET` is not set
    [exit status: 0]
    "#);
    let output = test.run("apply --auto-approve");
    assert_eq!(output.writes(), [""; 0]);
    insta::assert_snapshot!(output, @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/billing-worker "Billing worker"
        label: "Billing worker"
        settings.oauthClient.application_type: "service"
        settings.oauthClient.grant_types: ["client_credentials"]
        settings.oauthClient.response_types: ["token"]
        settings.oauthClient.jwks.keys:
          + [
          +   {
          +     "e": "AQAB",
          +     "kid": "billing-2026",
          +     "kty": "RSA",
          +     "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4…(234 more characters, sha256 0726899f)…q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
          +     "use": "sig"
          +   }
          + ]
        credentials.oauthClient.token_endpoint_auth_method: "private_key_jwt"
        mark: none → default/billing-worker, manages grants and keys

    + create App/web-portal "Web portal"
        label: "Web portal"
        visibility.hide.iOS: true
        visibility.hide.web: true
        settings.oauthClient.application_type: "web"
        settings.oauthClient.grant_types: ["authorization_code"]
        settings.oauthClient.response_types: ["code"]
        settings.oauthClient.redirect_uris: ["https://portal.example.com/callback"]
        credentials.oauthClient.client_id: "web-portal"
        client_secrets.2026-09: (secret)
        mark: none → default/web-portal, manages secrets

    + create Grant/billing-worker/okta.groups.read
    + create Grant/billing-worker/okta.users.read

    4 to create, with 4 requests.
    ------- stderr -------
    error: nothing was changed, because declared secrets cannot be had: the variable `IDPCTL_WEB_PORTAL_SECRET` is not set

    hint: set the variables, for example with a secret manager's `run` command around idpctl
    [exit status: 1]
    "#);
}

/// Many small services, each with a grant, in an org that admits few requests a minute.
fn many(count: usize) -> TestOrg {
    let test = TestOrg::with(Config { rate_limits: "apps=20,window=60s".parse().unwrap(), ..frozen() });
    let manifest = |n: usize| {
        format!(
            "---\napiVersion: idpctl/v1\nkind: App\nmetadata: {{name: service-{n}}}\nspec:\n  label: Service {n}\n  settings: {{oauthClient: {{application_type: service, grant_types: [client_credentials], response_types: [token]}}}}\n"
        )
    };
    test.write("manifests/services.yaml", (0..count).map(manifest).collect::<String>());
    test
}

#[test]
fn what_cannot_end_in_time_is_not_begun() {
    let test = many(30);
    let output = test.run("apply --auto-approve --timeout 90s").ends_with(1);
    assert_eq!(output.writes(), [""; 0]);
    insta::assert_snapshot!(output.stderr, @"
    error: nothing was changed: the plan takes about 7 min within the rate budget, and `--timeout` allows 2 min

    hint: give it more time with `--timeout 2h`, or a larger share of the rate limits with `--rate-budget`
    ");
}
