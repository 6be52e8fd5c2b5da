//! What stands between us and the org, over a socket: portals, proxies, gateways, and answers that do not end or do not come.

use std::time::Duration;

use tokio::time::Instant;

use crate::org::{Output, TestOrg};

/// Returns what a run that could not read the org said; nothing was written.
fn unread(fault: &str, command: &str) -> String {
    let test = TestOrg::with_both();
    test.faults(&[fault]);
    let output = test.run(command).ends_with(1);
    assert_eq!(output.writes(), [""; 0]);
    assert!(!test.path(".idpctl").exists(), "nothing is written");
    output.to_string()
}

#[test]
fn an_answer_that_does_not_end_is_given_up_with_little_memory() {
    let test = TestOrg::with_both();
    test.faults(&["/api/v1/apps endless"]);
    insta::assert_snapshot!(test.run_within(512, "plan"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was not read to its end, 1 attempt in TIME s
      2: the answer is longer than 64 MiB
    [exit status: 1]
    "#);
}

#[test]
fn a_page_of_something_in_between_is_no_list_of_apps() {
    insta::assert_snapshot!(unread("/api/v1/apps captive", "apply --auto-approve"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was answered 200 by `text/html`, not JSON, perhaps by something between us and the server, 1 attempt in TIME s

    hint: check that `OKTA_CLIENT_ORGURL` is the org's own address, such as https://acme.okta.com
    [exit status: 1]
    "#);
    insta::assert_snapshot!(unread("/api/v1/apps redirect", "apply --auto-approve"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was answered 302, a redirect to `https://elsewhere.example.net/api/v1/apps`, which is not followed, 1 attempt in TIME s

    hint: check that `OKTA_CLIENT_ORGURL` is the org's own address, such as https://acme.okta.com
    [exit status: 1]
    "#);
    insta::assert_snapshot!(unread("/api/v1/apps error-200", "apply --auto-approve"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was answered 200: E0000009, Internal Server Error, request id ID, 1 attempt in TIME s
    [exit status: 1]
    "#);
    insta::assert_snapshot!(unread("/api/v1/apps wrong-type", "apply --auto-approve"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was answered 200 by `text/plain`, not JSON, perhaps by something between us and the server, request id ID, 1 attempt in TIME s

    hint: check that `OKTA_CLIENT_ORGURL` is the org's own address, such as https://acme.okta.com
    [exit status: 1]
    "#);
    insta::assert_snapshot!(unread("/api/v1/apps foreign-link", "apply --auto-approve"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` was answered with a next page at `https://elsewhere.example.net/api/v1/apps?after=elsewhere`, which is elsewhere, request id ID, 1 attempt in TIME s
    [exit status: 1]
    "#);
    insta::assert_snapshot!(unread("/api/v1/apps cut-off", "apply --auto-approve --timeout 1s"), @r#"
    ------- stderr -------
    error: could not read the list of apps
    Caused by:
      1: `GET /api/v1/apps?filter=name eq "oidc_client"&limit=200` got no answer, N attempts in TIME s
      2: the connection broke: error reading a body from connection: end of file before message length reached

    hint: the org, or a proxy before it, gave up the connection: try again, and check `OKTA_CLIENT_ORGURL` and the network if it stays so
    [exit status: 1]
    "#);
}

/// Returns what an apply said of its actions.
fn outcomes(output: &Output) -> String {
    let text = output.to_string();
    text[text.find(" requests.\n\n").expect("a plan ends with its requests")..].trim_start_matches(" requests.\n\n").to_owned()
}

#[test]
fn writes_whose_answers_are_useless_are_done_once() {
    for kinds in [["endless", "wrong-type", "cut-off", "reset-after"], ["error-200", "captive", "reset-before", "423"]] {
        let test = TestOrg::with_both();
        let faults: Vec<_> =
            kinds.iter().enumerate().map(|(i, kind)| format!("POST {kind} after {i} x1").replace(" after 0", "")).collect();
        test.faults(&faults.iter().map(String::as_str).collect::<Vec<_>>());
        let output = test.run_within(512, "apply --auto-approve --parallelism 1").ends_with(0);
        let done = output.requests.iter().filter(|seen| seen.method == "POST" && seen.done).count();
        assert_eq!(done, 4, "{kinds:?}: {output}");
        test.faults(&[]);
        test.assert_laws("");
    }
}

#[test]
fn a_portal_that_answers_a_deletion_has_deleted_nothing() {
    for kind in ["captive", "error-200", "redirect"] {
        let test = TestOrg::with_both();
        let _ = test.run("apply --auto-approve").ends_with(0);
        test.remove("manifests/billing-worker.yaml");
        test.faults(&[&format!("DELETE {kind}")]);
        let output = test.run("apply --auto-approve --prune").ends_with(4);
        let text = outcomes(&output);
        assert!(text.starts_with("failed    delete App/billing-worker\n    could not do DELETE /api/v1/apps/"), "{text}");
        assert_eq!(test.app("Billing worker")["status"], "INACTIVE");
        test.faults(&[]);
        let _ = test.run("apply --auto-approve --prune").ends_with(0);
        test.assert_laws("--prune");
    }
}

#[test]
fn what_is_never_answered_ends_with_the_time_that_it_was_given() {
    for (fault, exit) in
        [("/.well-known/** hold", 1), ("/api/v1/apps hold", 1), ("POST hold", 4), ("POST hold-after", 4), ("POST slow=1m", 4)]
    {
        let test = TestOrg::with_both();
        test.faults(&[fault]);
        let begun = Instant::now();
        let output = test.run("apply --auto-approve --timeout 2s").ends_with(exit);
        assert!(begun.elapsed() < Duration::from_secs(10), "{fault}: {:?}", begun.elapsed());
        assert!(output.everything().contains("before the time was up"), "{fault}: {output}");
        test.faults(&[]);
        let _ = test.run("apply --auto-approve").ends_with(0);
        test.assert_laws("");
    }
}

#[test]
fn a_write_that_was_not_answered_in_time_is_in_doubt_and_found_by_the_next_run() {
    let test = TestOrg::with_both();
    test.faults(&["POST hold-after"]);
    let output = test.run("apply --auto-approve --timeout 2s --parallelism 1").ends_with(4);
    insta::assert_snapshot!(outcomes(&output), @r#"
    in doubt  create App/billing-worker
        `POST /api/v1/apps?activate=true` was not answered before the time was up, 1 attempt in TIME s, and whether it was done could not be read (could not look for the app in the list: `GET /api/v1/apps?q=Billing worker&filter=name eq "oidc_client"&limit=200` was not sent before the time was up); plan again to see
    failed    create App/web-portal
        could not look for the app in the list
        caused by: `GET /api/v1/apps?q=Web portal&filter=name eq "oidc_client"&limit=200` was not sent before the time was up
    skipped   create Grant/billing-worker/okta.groups.read
        App/billing-worker did not come about
    skipped   create Grant/billing-worker/okta.users.read
        App/billing-worker did not come about

    1 failed, 2 skipped, 1 in doubt.
    What is done stays done: look at the reasons, then plan and apply again.
    hint: check `OKTA_CLIENT_ORGURL` and the network, or give it more time with `--timeout`
    [exit status: 4]
    "#);
    test.faults(&[]);
    insta::assert_snapshot!(outcomes(&test.run("apply --auto-approve --parallelism 1")), @"
    applied   create App/web-portal
    applied   create Grant/billing-worker/okta.groups.read
    applied   create Grant/billing-worker/okta.users.read

    3 applied.
    [exit status: 0]
    ");
}
