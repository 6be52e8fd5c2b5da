//! `drift --incremental`: what one run leaves to the next, and what becomes of that when it is damaged, forged, another's, or cannot be written.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use idpctl_emulator::{Config, Data, Org};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::org::{Output, TestOrg};
use crate::signing_in::keys;

const MANIFEST: &str = r"
apiVersion: idpctl/v1
kind: App
metadata: {name: worker}
spec:
  label: Worker
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}
---
apiVersion: idpctl/v1
kind: App
metadata: {name: web}
spec:
  label: Web
  settings:
    oauthClient: {application_type: web, grant_types: [authorization_code], response_types: [code], redirect_uris: [https://a.example.com/cb]}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: web}
spec: {client_secrets: [{name: only, env: IDPCTL_WEB}]}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: worker}
spec: {scopes: [okta.users.read]}
";

const SECRET: &str = "a-sentinel-that-nobody-keeps-0123456789";
/// The time that a frozen clock shows, as the places of the log have it.
const FROZEN: &str = "1767225600000";
const DRIFT: &str = "drift --incremental";

/// Returns an org that is as declared since long ago.
fn settled() -> TestOrg {
    let mut before = TestOrg::new();
    before.write("manifests/all.yaml", MANIFEST);
    before.set("IDPCTL_WEB", SECRET);
    let _ = before.run("apply --auto-approve").ends_with(0);
    // From here on its clock goes: what was done stands in the log of yesterday.
    let yesterday = (Timestamp::now() - SignedDuration::from_hours(24)).as_millisecond().to_string();
    let org = before.org.export().to_string().replace(FROZEN, &yesterday);
    let org = serde_json::from_str(&org).expect("it is still JSON");
    let mut test = TestOrg::serving(Org::import(Config::default(), &org).expect("it is imported"));
    test.write("manifests/all.yaml", MANIFEST);
    test.set("IDPCTL_WEB", SECRET);
    test
}

fn file(test: &TestOrg) -> PathBuf {
    // What a killed run was about to write may be left beside it.
    let names = test.names(".idpctl/cache").into_iter().filter(|name| !name.starts_with(".idpctl-"));
    let mut files: Vec<_> = names.map(|name| test.path(".idpctl/cache").join(name)).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

fn rename(test: &TestOrg, label: &str) {
    let mut app = test.app("Worker");
    app["label"] = json!(label);
    test.send("PUT", &format!("/api/v1/apps/{}", app["id"].as_str().expect("an id")), &app);
}

/// Returns what was said, but for times.
fn said(output: &Output) -> String {
    let text = output.to_string();
    let mut parts = text.split(" read at 2");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        said.push_str(" read at TIME");
        said.push_str(&part[19..]);
    }
    said
}

#[test]
fn an_org_is_read_whole_once_and_from_then_on_only_what_was_touched() {
    let test = settled();
    insta::assert_snapshot!(said(&test.run(DRIFT)), @"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    Not compared
      App/web/secret/only: the live secrets were not read (--secrets skip)

    No drift, as far as could be compared.

    Everything was read, in 5 requests: nothing is kept of an earlier run.
    [exit status: 0]
    ");
    let again = test.run(DRIFT);
    insta::assert_snapshot!(said(&again), @"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    Not compared
      App/web/secret/only: the live secrets were not read (--secrets skip)

    No drift, as far as could be compared.

    Read again of the org: 0 touched objects, in 3 requests; all of it was last read at TIME.
    [exit status: 0]
    ");
    assert_eq!(again.sent(), ["GET /.well-known/okta-organization", "GET /api/v1/logs", "GET /api/v1/logs"]);
    rename(&test, "Renamed by hand");
    let changed = test.run(DRIFT);
    insta::assert_snapshot!(said(&changed), @r#"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    App/worker
        label: "Worker" → "Renamed by hand"   (changed live)

    Not compared
      App/web/secret/only: the live secrets were not read (--secrets skip)

    1 item: 1 changed live.

    Read again of the org: 1 touched object, in 5 requests; all of it was last read at TIME.
    [exit status: 2]
    "#);
    let whole = test.run("drift --format json").json();
    let again = test.run("drift --incremental --format json").json();
    assert_eq!(again["items"], whole["items"]);
    let reading = |report: &Value| (report["reading"]["mode"].clone(), report["reading"]["touched"].clone());
    assert_eq!((reading(&again), reading(&whole)), ((json!("incremental"), json!(1)), (json!("full"), Value::Null)));
}

#[test]
fn what_is_kept_is_believed_of_who_wrote_it_alone_and_holds_no_secret() {
    let test = settled();
    let _ = test.run(DRIFT).ends_with(0);
    let path = file(&test);
    let kept = fs::read(&path).expect("it can be read");
    assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
    let text = String::from_utf8(kept.clone()).expect("text");
    let live = test.org.live_secrets(&test.id("Web"));
    let secrets = [SECRET.to_owned(), test.org.okta_token().to_owned(), test.org.portal_token().to_owned()];
    for secret in secrets.into_iter().chain(live.into_iter().map(|secret| secret.value)) {
        assert!(!text.contains(&secret), "the cache holds a secret");
    }
    let shown = test.get(&format!("/api/v1/apps/{}/credentials/secrets", test.id("Web")));
    assert!(!text.contains(shown[0]["secret_hash"].as_str().expect("a hash")), "the cache holds a hash");
    let mut told = Vec::new();
    let mut tried = |what: &str, bytes: &[u8]| {
        fs::write(&path, bytes).expect("it can be written");
        let output = test.run(DRIFT).ends_with(0);
        told.push(format!("{what}\n{}", output.stderr));
        let again = test.run("drift --incremental --format json").json();
        assert_eq!(again["reading"]["mode"], "incremental", "{what}: it is kept anew");
    };
    tried("cut off", &kept[..kept.len() / 2]);
    tried("altered", text.replacen("\"Web\"", "\"Wob\"", 1).as_bytes());
    tried("empty", b"");
    tried("of another version", text.replacen("idpctl-cache 1", "idpctl-cache 2", 1).as_bytes());
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Orgs in memory are all the same one.
    let other = TestOrg::with(Config { data: Data::Directory(folder.path().join("org")), ..Config::default() });
    other.write("manifests/all.yaml", MANIFEST);
    let _ = other.run(DRIFT);
    tried("another org's", &fs::read(file(&other)).expect("it can be read"));
    insta::assert_snapshot!(told.join("\n"), @"
    cut off
    warning: everything is read: what is kept of an earlier run cannot be used: it is damaged, was altered, or was written about another org or project or with another credential

    altered
    warning: everything is read: what is kept of an earlier run cannot be used: it is damaged, was altered, or was written about another org or project or with another credential

    empty
    warning: everything is read: what is kept of an earlier run cannot be used: it is no file that idpctl wrote

    of another version
    warning: everything is read: what is kept of an earlier run cannot be used: another version of idpctl wrote it

    another org's
    warning: everything is read: what is kept of an earlier run cannot be used: it is damaged, was altered, or was written about another org or project or with another credential
    ");
}

#[test]
fn what_cannot_be_kept_is_a_warning() {
    let test = settled();
    test.write("taken", "a file");
    let mut told = vec![test.run("drift --incremental --cache-dir taken").ends_with(0).stderr];
    told.push(test.run_after("ulimit -f 0", DRIFT).ends_with(0).stderr);
    assert_eq!(test.names(".idpctl/cache"), [""; 0], "nothing stays beside it");
    insta::assert_snapshot!(told.join("\n"), @"
    warning: everything is read: what is kept of an earlier run cannot be used: it cannot be read (Not a directory (os error 20))
    warning: what was read is not kept for the next run, which reads everything again: File exists (os error 17)

    warning: what was read is not kept for the next run, which reads everything again: File too large (os error 27)
    ");
    let _ = test.run(DRIFT).ends_with(0);
    let kept = fs::read(file(&test)).expect("it is there");
    let _ = test.run_after("ulimit -f 0", DRIFT).ends_with(0);
    assert_eq!(fs::read(file(&test)).expect("it is there"), kept, "what was kept stays whole");
}

#[test]
fn a_log_that_may_not_be_read_leads_to_a_full_sweep() {
    let mut test = settled();
    let keys = keys();
    let body = json!({"client_name": "idpctl", "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [keys.public]}});
    let client = test.send("POST", "/oauth2/v1/clients", &body)["client_id"].as_str().expect("an id").to_owned();
    let grant = |test: &TestOrg, scope: &str| {
        let body = json!({"scopeId": scope, "issuer": test.url()});
        test.send("POST", &format!("/api/v1/apps/{client}/grants"), &body);
    };
    grant(&test, "okta.apps.read");
    grant(&test, "okta.appGrants.read");
    test.unset("OKTA_CLIENT_TOKEN");
    for (name, value) in [("AUTHORIZATIONMODE", "PrivateKey"), ("CLIENTID", &client), ("PRIVATEKEY", &keys.pem)] {
        test.set(&format!("OKTA_CLIENT_{name}"), value);
    }
    insta::assert_snapshot!(said(&test.run(DRIFT)), @"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    Not compared
      App/web/secret/only: the live secrets were not read (--secrets skip)

    No drift, as far as could be compared.

    Everything was read, in 6 requests: the System Log cannot be read: it was not sent, as nobody is signed in: `POST /oauth2/v1/token` was answered 400: consent_required, You are not allowed any of the requested scopes, request id ID, 1 attempt in TIME s.
    ------- stderr -------
    warning: everything is read: the System Log cannot be read: it was not sent, as nobody is signed in: `POST /oauth2/v1/token` was answered 400: consent_required, You are not allowed any of the requested scopes, request id ID, 1 attempt in TIME s
    hint: grant `okta.logs.read` to the service app, and list it in OKTA_CLIENT_SCOPES if that is set; a token needs an administrator who may read the System Log
    [exit status: 0]
    ");
    grant(&test, "okta.logs.read");
    let modes = [(); 2].map(|()| test.run("drift --incremental --format json").ends_with(0).json()["reading"]["mode"].clone());
    assert_eq!(modes, ["full", "incremental"], "with a key as with a token");
}

#[test]
fn runs_at_once_and_runs_that_are_killed_leave_a_file_that_is_whole() {
    let test = settled();
    let runs = [(); 3].map(|()| test.start(DRIFT));
    for run in runs {
        let _ = run.end().ends_with(0);
    }
    for (n, request) in ["GET /.well-known", "GET /api/v1/logs", "GET /api/v1/apps"].into_iter().cycle().take(12).enumerate() {
        if n % 3 == 2 {
            fs::remove_file(file(&test)).expect("it is there");
        }
        let _ = test.kill_at(DRIFT, request, 1);
        let next = test.run(DRIFT).ends_with(0);
        assert!(!next.stderr.contains("warning"), "{next}");
    }
    let _ = file(&test);
}
