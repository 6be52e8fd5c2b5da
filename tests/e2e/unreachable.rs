//! An org that cannot be reached, does not answer, may not be asked, or has another time: what is said, and what to do about it.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use idpctl_emulator::Config;

use crate::org::TestOrg;
use crate::portal::portal;
use crate::relay::forbidden;

/// Runs a command where some requests, such as `GET /grants`, are answered 403.
fn without(test: &mut TestOrg, denied: &'static [&'static str], command: &str) -> String {
    let relay = test.behind(move |request, org| {
        let asked = format!("{} {}", request.method(), request.uri().path());
        let is_denied = |rule: &&str| rule.split_once(' ').is_some_and(|(method, end)| asked.starts_with(method) && asked.ends_with(end));
        if denied.iter().any(is_denied) { forbidden() } else { org.pass(request) }
    });
    relay.shown(&test.run(command))
}

/// Both apps as they are declared, made in the same order every time.
fn applied() -> TestOrg {
    let test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve --parallelism 1").ends_with(0);
    test
}

#[test]
fn a_token_that_may_not_read_grants_is_told_so() {
    insta::assert_snapshot!(without(&mut applied(), &["GET /grants"], "plan"), @"
    ------- stderr -------
    error: could not read the grants of app `Billing worker` (0oaf000008Euf57TO5d7)
    Caused by:
      1: `GET /api/v1/apps/0oaf000008Euf57TO5d7/grants` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s

    hint: the token may do what the administrator who made it may do, and that one lacks a role for this
    hint: see what can be read, and what that is needed for
        idpctl auth check
    [exit status: 1]
    ");
}

#[test]
fn a_token_that_may_not_read_secrets_can_do_without_them() {
    let mut test = applied();
    insta::assert_snapshot!(without(&mut test, &["GET /secrets"], "plan"), @"
    ------- stderr -------
    error: could not read the secrets of app `Web portal` (0oaf00000CMM7IIuL5d7)
    Caused by:
      1: `GET /api/v1/apps/0oaf00000CMM7IIuL5d7/credentials/secrets` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s

    hint: the token may do what the administrator who made it may do, and that one lacks a role for this
    hint: or do without reading secrets, with `--secrets skip`
    hint: see what can be read, and what that is needed for
        idpctl auth check
    [exit status: 1]
    ");
    insta::assert_snapshot!(without(&mut test, &["GET /secrets"], "plan --secrets skip"), @"
    Plan for `default` in http://RELAY (00of00000000j617U5d7)

    Not compared
      App/web-portal/secret/2026-09: the live secrets were not read (--secrets skip)

    Nothing to do, as far as could be compared.
    [exit status: 0]
    ");
}

#[test]
fn a_token_that_may_not_read_policies_is_told_so() {
    let mut test = applied();
    test.replace("manifests/web-portal.yaml", "  label: Web portal\n", "  label: Web portal\n  accessPolicy: {name: Any two factors}\n");
    insta::assert_snapshot!(without(&mut test, &["GET /policies"], "plan"), @"
    ------- stderr -------
    error: could not read the list of access policies
    Caused by:
      1: `GET /api/v1/policies?type=ACCESS_POLICY` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s

    hint: the token may do what the administrator who made it may do, and that one lacks a role for this
    hint: see what can be read, and what that is needed for
        idpctl auth check
    [exit status: 1]
    ");
}

#[test]
fn all_that_a_token_may_not_read_is_told_at_once() {
    let mut test = applied();
    insta::assert_snapshot!(without(&mut test, &["GET /grants", "GET /secrets"], "apply --auto-approve"), @"
    ------- stderr -------
    error: 2 reads failed
      the grants of app `Billing worker` (0oaf000008Euf57TO5d7): `GET /api/v1/apps/0oaf000008Euf57TO5d7/grants` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s
      the secrets of app `Web portal` (0oaf00000CMM7IIuL5d7): `GET /api/v1/apps/0oaf00000CMM7IIuL5d7/credentials/secrets` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s

    hint: the token may do what the administrator who made it may do, and that one lacks a role for this
    hint: see what can be read, and what that is needed for
        idpctl auth check
    hint: or do without reading secrets, with `--secrets skip`
    [exit status: 1]
    ");
    insta::assert_snapshot!(without(&mut test, &["GET /grants", "GET /secrets"], "auth check"), @"
    Org          http://RELAY (00of00000000j617U5d7)
    Credentials  an API token (SSWS)
    Signed in as admin@example.com
    apps         can be read
    clients      can be read
    grants       CANNOT be read (for manifests with a Grant): `GET /api/v1/apps/0oaf000008Euf57TO5d7/grants` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s
                 the token may do what the administrator who made it may do, and that one lacks a role for this
    secrets      CANNOT be read (for manifests with client_secrets, unless --secrets skip): `GET /api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s
                 the token may do what the administrator who made it may do, and that one lacks a role for this
    policies     can be read
    groups       can be read
    servers      can be read
    [exit status: 1]
    ");
}

#[test]
fn a_token_that_may_not_write_changes_nothing_and_says_which_right_it_lacks() {
    let mut test = TestOrg::with_both();
    let report = without(&mut test, &["POST /apps", "POST /grants"], "apply --auto-approve --parallelism 1");
    insta::assert_snapshot!(report[report.find("4 to create").unwrap()..], @"
    4 to create, with 4 requests.

    failed    create App/billing-worker
        could not do POST /api/v1/apps?activate=true
        caused by: `POST /api/v1/apps?activate=true` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s
    failed    create App/web-portal
        could not do POST /api/v1/apps?activate=true
        caused by: `POST /api/v1/apps?activate=true` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s
    skipped   create Grant/billing-worker/okta.groups.read
        App/billing-worker did not come about
    skipped   create Grant/billing-worker/okta.users.read
        App/billing-worker did not come about

    2 failed, 2 skipped.
    What is done stays done: look at the reasons, then plan and apply again.
    hint: the token may do what the administrator who made it may do, and that one lacks a role for this
    [exit status: 4]
    ");
    let report = without(&mut test, &["POST /grants"], "apply --auto-approve --parallelism 1");
    insta::assert_snapshot!(report[report.find("4 to create").unwrap()..], @"
    4 to create, with 4 requests.

    applied   create App/billing-worker
    applied   create App/web-portal
    failed    create Grant/billing-worker/okta.groups.read
        could not do POST /api/v1/apps/0oaf000008Euf57TO5d7/grants
        caused by: `POST /api/v1/apps/0oaf000008Euf57TO5d7/grants` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s
    failed    create Grant/billing-worker/okta.users.read
        could not do POST /api/v1/apps/0oaf000008Euf57TO5d7/grants
        caused by: `POST /api/v1/apps/0oaf000008Euf57TO5d7/grants` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s

    2 applied, 2 failed.
    What is done stays done: look at the reasons, then plan and apply again.
    hint: the token may do what the administrator who made it may do, and that one lacks a role for this
    [exit status: 4]
    ");
    test.set("OKTA_CLIENT_ORGURL", test.url().to_owned());
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.assert_laws("");
}

/// Listens on loopback for TLS, reads one whole record, and says what it is told to before it hangs up. Ends with the test's process.
fn answering_hello_with(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 5];
            if stream.read_exact(&mut head).is_ok() {
                let mut rest = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
                // Whoever hangs up before that has no answer.
                drop(stream.read_exact(&mut rest).and_then(|()| stream.write_all(bytes)));
            }
        }
    });
    address
}

fn over_tls(address: &str, command: &str) -> String {
    let mut test = TestOrg::with_both();
    test.set("OKTA_CLIENT_ORGURL", format!("https://{address}"));
    let output = test.run(command);
    assert_eq!(output.sent(), [""; 0]);
    assert!(!test.path(".idpctl").exists(), "nothing is written");
    output.to_string().replace(address, "ELSEWHERE")
}

#[test]
fn a_port_that_does_not_speak_tls_is_not_asked_again_and_again() {
    let plain = TestOrg::new();
    insta::assert_snapshot!(over_tls(&plain.url().replace("http://", ""), "apply --auto-approve"), @"
    ------- stderr -------
    error: could not read which org `https://ELSEWHERE` is
    Caused by:
      1: `GET /.well-known/okta-organization` was not sent, 1 attempt in TIME s
      2: no TLS could be agreed on: received corrupt message of type InvalidContentType

    hint: check that `OKTA_CLIENT_ORGURL` is the org's own address, and what answers there: it does not speak TLS as Okta does
    [exit status: 1]
    ");
}

#[test]
fn a_server_that_wants_another_tls_is_not_asked_again_and_again() {
    // A fatal alert: handshake failure.
    insta::assert_snapshot!(over_tls(&answering_hello_with(&[0x15, 3, 3, 0, 2, 2, 40]), "apply --auto-approve"), @"
    ------- stderr -------
    error: could not read which org `https://ELSEWHERE` is
    Caused by:
      1: `GET /.well-known/okta-organization` was not sent, 1 attempt in TIME s
      2: no TLS could be agreed on: received fatal alert: HandshakeFailure

    hint: check that `OKTA_CLIENT_ORGURL` is the org's own address, and what answers there: it does not speak TLS as Okta does
    [exit status: 1]
    ");
}

#[test]
fn a_server_that_hangs_up_in_the_handshake_is_given_up_in_time() {
    insta::assert_snapshot!(over_tls(&answering_hello_with(b""), "apply --auto-approve --timeout 2s"), @"
    ------- stderr -------
    error: could not read which org `https://ELSEWHERE` is
    Caused by:
      1: `GET /.well-known/okta-organization` got no answer, N attempts in TIME s
      2: could not connect: tls handshake eof

    hint: check `OKTA_CLIENT_ORGURL`, the network, and `HTTPS_PROXY` if there is a proxy
    [exit status: 1]
    ");
}

#[test]
fn a_machine_without_certificates_is_told_what_it_lacks() {
    let mut test = TestOrg::with_both();
    test.set("SSL_CERT_FILE", "nowhere.pem");
    test.set("SSL_CERT_DIR", "nowhere");
    insta::assert_snapshot!(test.run("apply --auto-approve"), @"
    ------- stderr -------
    error: could not set up TLS
    Caused by:
      1: unexpected error: No CA certificates were loaded from the system

    hint: without the system's certificates no server can be trusted: install them (`ca-certificates`), or name a file of them in `SSL_CERT_FILE`
    [exit status: 1]
    ");
}

#[test]
fn an_org_that_never_answers_is_waited_for_aloud() {
    let test = TestOrg::with_both();
    test.faults(&["hold"]);
    insta::assert_snapshot!(test.run("apply --auto-approve --timeout 7s"), @"
    ------- stderr -------
    Still waiting for ORG to answer `GET /.well-known/okta-organization`, after 5 s.
    error: could not read which org `http://ORG` is
    Caused by:
      1: `GET /.well-known/okta-organization` was not answered before the time was up, 1 attempt in TIME s

    hint: check `OKTA_CLIENT_ORGURL` and the network, or give it more time with `--timeout`
    [exit status: 1]
    ");
    assert!(!test.path(".idpctl").exists(), "nothing is written");
}

#[test]
fn a_connection_that_breaks_each_time_is_given_up_in_time() {
    let test = TestOrg::with_both();
    test.faults(&["reset-before"]);
    insta::assert_snapshot!(test.run("apply --auto-approve --timeout 2s"), @"
    ------- stderr -------
    error: could not read which org `http://ORG` is
    Caused by:
      1: `GET /.well-known/okta-organization` got no answer, N attempts in TIME s
      2: the connection broke: connection closed before message completed

    hint: the org, or a proxy before it, gave up the connection: try again, and check `OKTA_CLIENT_ORGURL` and the network if it stays so
    [exit status: 1]
    ");
}

/// The clocks of machine and org an hour apart, either way. What a rate limit asks to wait comes from the org's clock alone.
#[test]
fn clocks_an_hour_apart_change_no_wait() {
    for hour in [-3_600, 3_600] {
        let limits = "apps=4,window=1s".parse().unwrap();
        let mut test = TestOrg::with(Config { rate_limits: limits, seed_apps: 900, ..Config::default() });
        test.declare_both();
        let relay = test.behind(move |request, org| {
            let mut answer = org.pass(request);
            let headers = answer.headers_mut();
            let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(headers["date"].to_str().unwrap()).unwrap();
            let moved = jiff::Timestamp::from_second(date.as_second() + hour).unwrap();
            let moved = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&moved).unwrap();
            headers.insert("date", moved.parse().unwrap());
            if let Some(reset) = headers.get("x-rate-limit-reset") {
                let reset: i64 = reset.to_str().unwrap().parse().unwrap();
                headers.insert("x-rate-limit-reset", (reset + hour).to_string().parse().unwrap());
            }
            answer
        });
        let output = test.run("plan --timeout 1m --format json").ends_with(0);
        assert_eq!(output.sent().len(), 6, "{}", relay.shown(&output));
        assert!(output.requests.iter().all(|seen| seen.status == Some(200)), "nothing is refused: {:?}", output.requests);
    }
}

/// The portal where it is not, or not as it should be: the same words, about the portal's own variables.
#[test]
fn a_portal_that_cannot_be_asked_is_told_with_its_own_variables() {
    let hello = answering_hello_with(&[0x15, 3, 3, 0, 2, 2, 40]);
    let mut test = portal();
    test.set("TYK_PORTAL_URL", format!("https://{hello}"));
    insta::assert_snapshot!(test.run("apply --auto-approve").to_string().replace(&hello, "ELSEWHERE"), @"
    ------- stderr -------
    error: could not read the list of the portal's providers
    Caused by:
      1: `GET /portal-api/oauth-providers?page=1&per_page=100` was not sent, 1 attempt in TIME s
      2: no TLS could be agreed on: received fatal alert: HandshakeFailure

    hint: check `TYK_PORTAL_URL`, and what answers there: it speaks no TLS, or none that is spoken here
    [exit status: 1]
    ");
    let mut test = portal();
    let relay = test.behind(|_, _| forbidden());
    test.set("TYK_PORTAL_URL", relay.url());
    insta::assert_snapshot!(relay.shown(&test.without_org().run("apply --auto-approve")), @"
    ------- stderr -------
    error: could not read the list of the portal's providers
    Caused by:
      1: `GET /portal-api/oauth-providers?page=1&per_page=100` was answered 403: E0000006, You do not have permission to perform the requested action, request id ID, 1 attempt in TIME s

    hint: the portal does not accept the token: set `TYK_PORTAL_TOKEN` to the `API credential` in the profile of an admin of this portal
    [exit status: 1]
    ");
    let test = portal();
    test.faults(&["reset-before"]);
    insta::assert_snapshot!(test.run("apply --auto-approve --timeout 2s"), @"
    ------- stderr -------
    error: could not read the list of the portal's providers
    Caused by:
      1: `GET /portal-api/oauth-providers?page=1&per_page=100` got no answer, N attempts in TIME s
      2: the connection broke: connection closed before message completed

    hint: the portal, or a proxy before it, gave up the connection: try again, and check `TYK_PORTAL_URL` and the network if it stays so
    [exit status: 1]
    ");
}
