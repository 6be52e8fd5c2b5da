//! What `drift` does for a clock: metrics in a file, and a message to a webhook when something is new.

use std::fs;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::liar::Liar;
use crate::org::TestOrg;
use crate::relay::Relay;

/// The secret part of the webhook's address: it must be in no output and no file.
const PATH: &str = "/services/T0/B0/SentinelOfTheWebhook";

/// A webhook that answers with a status, and what was posted to it.
struct Hook {
    posted: Arc<Mutex<Vec<Value>>>,
    relay: Relay,
}

impl Hook {
    fn new(status: u16) -> Self {
        let posted: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = Arc::clone(&posted);
        let relay = Relay::answering(move |request| {
            assert_eq!((request.method().as_str(), request.uri().path()), ("POST", PATH));
            kept.lock().expect("nobody panics with it").push(serde_json::from_slice(request.body()).expect("JSON"));
            Some(http::Response::builder().status(status).body(b"ok".to_vec()).expect("an answer"))
        });
        Self { posted, relay }
    }

    /// Returns what was posted since the last call.
    fn posted(&self) -> Vec<Value> {
        std::mem::take(&mut *self.posted.lock().expect("nobody panics with it"))
    }
}

/// An org as declared, and a webhook.
fn watched(url: &str) -> TestOrg {
    let mut test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.set("IDPCTL_NOTIFY_URL", format!("{url}{PATH}"));
    test
}

/// Everything below a folder as one text.
fn everything(test: &TestOrg, folder: &str) -> String {
    let names = test.names(folder);
    names.iter().map(|name| String::from_utf8_lossy(&fs::read(test.path(folder).join(name)).expect("a file")).into_owned()).collect()
}

#[test]
fn a_message_is_posted_when_something_is_new_and_only_then() {
    let hook = Hook::new(200);
    let test = watched(&hook.relay.url());
    let told = |flags: &str, status: i32| {
        let output = test.run(&format!("drift {flags} -vvv")).ends_with(status);
        assert!(!output.everything().contains("SentinelOfTheWebhook"), "{output}");
        hook.posted()
    };
    assert_eq!(told("--notify=slack", 0), Vec::<Value>::new(), "nobody is told that all is well");
    let hostile = "Web <!channel> `portal`\u{202e}";
    test.edit("Web portal", |app| app["label"] = hostile.into());
    let first = told("--notify=slack", 2);
    insta::assert_snapshot!(first[0]["text"].as_str().expect("a text").replace(test.url(), "http://ORG"), @"
    *1 item of drift of `default` in `http://ORG`: 1 changed live*
    • `App/web-portal`: `label` (changed live)
    `idpctl drift` shows the values, `idpctl drift --blame` who changed them.
    ");
    assert_eq!((first.len(), told("--notify=slack", 2).len(), told("--notify", 2).len()), (1, 0, 0), "it is no news any more");
    let again = told("--notify --notify-always", 2);
    assert_eq!((&again[0]["event"], &again[0]["report"]["items"][0]["path"]), (&json!("drift"), &json!("label")), "{again:?}");
    test.edit(hostile, |app| app["label"] = "Another".into());
    assert_eq!(told("--notify", 2).len(), 1, "the same field has another value");
    test.edit("Another", |app| app["label"] = "Web portal".into());
    let over = told("--notify=slack", 0);
    assert_eq!((over.len(), told("--notify=slack", 0).len()), (1, 0), "that it is over is news once");
    assert!(over[0]["text"].as_str().is_some_and(|text| text.starts_with("*No drift of")), "{over:?}");
    let kept = everything(&test, ".idpctl/cache");
    assert!(!kept.is_empty() && !kept.contains("Sentinel") && !kept.contains("Web"), "{kept}");
}

#[test]
fn what_was_not_taken_is_an_error_and_is_posted_the_next_time() {
    let refusing = Hook::new(404);
    let mut test = watched(&refusing.relay.url());
    test.edit("Web portal", |app| app["label"] = "Another".into());
    let output = test.run("drift --notify=slack").ends_with(1);
    insta::assert_snapshot!(output, @r#"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    App/web-portal
        label: "Web portal" → "Another"   (changed live)

    Not compared
      App/web-portal/secret/2026-09: the live secrets were not read (--secrets skip)

    1 item: 1 changed live.
    ------- stderr -------
    error: could not post the report
    Caused by:
      1: 127.0.0.1 answered 404

    hint: check `IDPCTL_NOTIFY_URL`, and that what listens there takes this form: --notify=slack and --notify=json differ
    [exit status: 1]
    "#);
    assert_eq!(refusing.posted().len(), 1, "what it does not take is not posted again and again");
    let taking = Hook::new(200);
    test.set("IDPCTL_NOTIFY_URL", format!("{}{PATH}", taking.relay.url()));
    let _ = test.run("drift --notify=slack").ends_with(2);
    assert_eq!(taking.posted().len(), 1);
    test.unset("IDPCTL_NOTIFY_URL");
    let output = test.run("drift --notify").ends_with(1);
    assert_eq!(output.sent(), [""; 0], "that there is no address is said before anything is read");
    insta::assert_snapshot!(output, @"
    ------- stderr -------
    error: `IDPCTL_NOTIFY_URL` is not set

    hint: set the address that whoever receives the messages gave you,
        export IDPCTL_NOTIFY_URL=https://hooks.example.com/…
    [exit status: 1]
    ");
}

#[test]
fn a_hostile_answer_does_no_harm() {
    let elsewhere = Liar::new("200 OK", &[], b"");
    let location = format!("{}/stolen", elsewhere.url());
    let huge = vec![b'x'; 4 << 20];
    let escapes = b"\x1b[31m::error::x\n##[add-mask]y SentinelOfTheWebhook".as_slice();
    let answers = [
        ("302 Found", &[("location", location.as_str())][..], &b""[..], 1),
        ("307 Temporary Redirect", &[("location", location.as_str())], b"", 1),
        ("200 OK", &[], &huge, 1),
        ("200 OK", &[("content-type", "text/plain")], escapes, 2),
        ("400 Bad Request", &[], escapes, 1),
    ];
    for (status, headers, body, ends) in answers {
        let liar = Liar::new(status, headers, body);
        let test = watched(liar.url());
        test.edit("Web portal", |app| app["label"] = "Another".into());
        let output = test.run("drift --notify -vvv").ends_with(ends);
        assert!(output.stdout.contains("1 item: 1 changed live"), "the report is whole: {output}");
        assert!(!output.everything().contains("Sentinel") && !output.everything().contains('\u{1b}'), "{output}");
        assert_eq!(liar.asked(), [format!("POST {PATH}")], "{status}");
    }
    assert_eq!(elsewhere.asked(), [""; 0], "no redirect is followed");
}

#[test]
fn metrics_are_replaced_whole_and_only_by_a_run_that_came_to_its_end() {
    let test = TestOrg::with_both();
    let _ = test.run("apply --auto-approve").ends_with(0);
    test.write("idpctl.prom", "what was there");
    test.edit("Web portal", |app| app["settings"]["oauthClient"]["redirect_uris"] = json!(["http://portal.example.com/callback"]));
    let _ = test.run("drift --metrics-file idpctl.prom").ends_with(2);
    let text = test.read("idpctl.prom");
    // Zeros and times are looked at elsewhere.
    let shown = text.lines().filter(|line| !line.starts_with('#') && !line.ends_with(" 0") && !line.contains("timestamp"));
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r#"
    idpctl_drift_items{project="default",target="",org_id="00of00000000j617U5d7",portal="",kind="App",severity="high"} 1
    idpctl_drift_items_by_cause{project="default",target="",org_id="00of00000000j617U5d7",portal="",cause="changed_live"} 1
    idpctl_drift_findings{project="default",target="",org_id="00of00000000j617U5d7",portal="",severity="high"} 1
    idpctl_drift_not_compared{project="default",target="",org_id="00of00000000j617U5d7",portal=""} 1
    idpctl_drift_requests{project="default",target="",org_id="00of00000000j617U5d7",portal=""} 3
    idpctl_drift_full_sweep{project="default",target="",org_id="00of00000000j617U5d7",portal=""} 1
    "#);
    assert_eq!(test.names("."), [".idpctl", "idpctl.prom", "keys", "manifests"], "nothing is left beside it");
    test.faults(&["500"]);
    let _ = test.run("drift --metrics-file idpctl.prom --timeout 1s").ends_with(1);
    assert_eq!(test.read("idpctl.prom"), text, "a run that failed leaves the last one's");
    test.faults(&[]);
    let full = test.run("drift --metrics-file /dev/full").ends_with(1);
    assert!(full.stdout.contains("1 item"), "{full}");
    insta::assert_snapshot!(full.stderr, @"
    error: could not write `/dev/full`
    Caused by:
      1: No space left on device (os error 28)

    hint: make room on the disk, then run it again
    ");
}

/// Returns the arguments that a file to be copied gives the binary, with the file of metrics where this test wants it.
fn arguments<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let word = |word: &str| if word.starts_with("--metrics-file=") { "--metrics-file=idpctl.prom".to_owned() } else { word.to_owned() };
    words.into_iter().map(word).collect()
}

#[test]
fn what_is_to_be_copied_runs() {
    let document = |text: &str| {
        let first = serde_yaml::Deserializer::from_str(text).next().expect("a document");
        <Value as serde::Deserialize>::deserialize(first).expect("YAML")
    };
    let job = document(include_str!("../../docs/drift/kubernetes.yaml"));
    let container = job.pointer("/spec/jobTemplate/spec/template/spec/containers/0").expect("a container");
    let cron = arguments(container["args"].as_array().expect("arguments").iter().filter_map(Value::as_str));
    let service = include_str!("../../docs/drift/idpctl-drift.service");
    let line = service.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/idpctl ")).expect("a command");
    let hook = Hook::new(200);
    let test = watched(&hook.relay.url());
    test.write("idpctl.yaml", "apiVersion: idpctl/v1\nkind: Project\nproject: default\ntargets: {default: {}}\n");
    test.edit("Web portal", |app| app["label"] = "Another".into());
    for arguments in [cron, arguments(line.split(' '))] {
        test.write("idpctl.prom", "");
        let output = test.run_with(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).ends_with(2);
        assert!(output.stdout.contains("1 item"), "{output}");
        assert!(test.read("idpctl.prom").contains("idpctl_drift_items{"));
    }
    assert_eq!(hook.posted().len(), 1, "the second finds what the first has told");
    let metrics = test.read("idpctl.prom");
    let told = |name: &str| metrics.lines().any(|line| line.starts_with(&format!("{name}{{")));
    let rules = document(include_str!("../../docs/drift/rules.yaml"));
    for rule in rules["groups"][0]["rules"].as_array().expect("rules") {
        let expression = rule["expr"].as_str().expect("an expression");
        let name = expression.split(|c: char| !c.is_ascii_lowercase() && c != '_').find(|word| word.starts_with("idpctl_"));
        assert!(name.is_some_and(told), "{expression}");
    }
}
