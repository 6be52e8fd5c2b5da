//! Commands that cannot write, whatever they are answered.

use std::thread;

use crate::liar::Liar;
use crate::org::TestOrg;

/// Every command that reads the org, after the one that does not even do that: a request that a command gave up may still reach the org
/// while the next one runs.
const READING: [&str; 9] = [
    "validate",
    "plan --timeout 1s",
    "plan --timeout 1s --prune --max-deletes 100 --requests",
    "plan --timeout 1s --out plan.json --format json",
    "drift --timeout 1s --secrets compare",
    "drift --timeout 1s --format json",
    "output --timeout 1s",
    "verify --timeout 1s",
    "auth check --timeout 1s",
];

/// An org in which everything is to be done: something to create, to change, to revoke, to delete.
fn drifted() -> TestOrg {
    let test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.edit("Web portal", |app| app["label"] = "Another label".into());
    test.replace("manifests/billing-worker.yaml", "name: billing-worker", "name: other-worker");
    test.replace("manifests/billing-worker.yaml", "label: Billing worker", "label: Other worker");
    test
}

#[test]
fn whatever_reads_the_org_sends_nothing_but_get() {
    let faults: [&[&str]; 9] = [
        &[],
        &["500"],
        &["503"],
        &["429=60s"],
        &["concurrency"],
        &["reset-before"],
        &["cut-off"],
        &["/api/v1/apps/** 500"],
        &["/api/v1/apps/** hold"],
    ];
    // Most of the time goes by waiting for retries.
    thread::scope(|scope| faults.iter().for_each(|faults| drop(scope.spawn(|| assert_reads_only(faults)))));
}

fn assert_reads_only(faults: &[&str]) {
    let test = drifted();
    for command in READING {
        test.faults(faults);
        let output = test.run(command);
        assert_eq!(output.writes(), [""; 0], "{command} under {faults:?}: {output}");
        assert_ne!(output.sent().is_empty(), command != "validate", "{command} under {faults:?}: {output}");
    }
}

#[test]
fn whatever_reads_the_org_sends_nothing_but_get_to_a_server_that_lies() {
    let mut test = drifted();
    let json = ("content-type", "application/json");
    let metadata = br#"{"id": "00o1", "_links": {"organization": {"href": "http://127.0.0.1:1"}}, "pipeline": "idx"}"#;
    let liars = [
        Liar::new("200 OK", &[json], b"[]"),
        Liar::new("200 OK", &[json], b"{}"),
        Liar::new("200 OK", &[json], b"null"),
        Liar::new("200 OK", &[json], metadata),
        Liar::new("200 OK", &[json], b"[{\"id\": \"0oa1\", \"name\": \"oidc_client\", \"_links\": 7}, 1, null]"),
        Liar::new("200 OK", &[json], b"\xff\xfe not json"),
        Liar::new("200 OK", &[("content-type", "text/html")], b"<form method=post>Sign in</form>"),
        Liar::new("200 OK", &[json, ("link", "<http://127.0.0.1:1/api/v1/apps?after=1>; rel=\"next\"")], b"[]"),
        Liar::new("302 Found", &[("location", "http://127.0.0.1:1/login")], b""),
        Liar::new("307 Temporary Redirect", &[("location", "/api/v1/apps")], b""),
        Liar::new("401 Unauthorized", &[json], br#"{"errorCode": "E0000011", "errorSummary": "Invalid token provided"}"#),
        Liar::new("403 Forbidden", &[json], br#"{"errorCode": "E0000006", "errorSummary": "You do not have permission"}"#),
        Liar::new("404 Not Found", &[json], br#"{"errorCode": "E0000007", "errorSummary": "Not found"}"#),
        Liar::new("405 Method Not Allowed", &[json, ("allow", "POST")], b"{}"),
        Liar::new("500 Internal Server Error", &[json], b"{}"),
    ];
    for liar in &liars {
        test.set("OKTA_CLIENT_ORGURL", liar.url());
        for command in READING {
            let output = test.run(command);
            let asked = liar.asked();
            assert!(asked.iter().all(|request| request.starts_with("GET ")), "{command}: {asked:?}");
            assert_ne!(asked.is_empty(), command != "validate", "{command}: {output}");
            assert!([0, 1, 2, 3].contains(&output.status), "{command}: {output}");
        }
    }
    assert_eq!(test.org.requests(), [], "nobody was led to another server");
}
