//! A client's secret is rotated in three pull requests while the client is at work: it gets every token that it asks for, though runs are
//! killed in between.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use idpctl_emulator::Org;

use crate::org::{TestOrg, frozen};

const OLD: &str = "old-secret-of-the-worker-2026-03";
const NEW: &str = "new-secret-of-the-worker-2026-11";

/// How long the client waits between two tokens.
const PAUSE: Duration = Duration::from_millis(100);

const MANIFEST: &str = "
apiVersion: idpctl/v1
kind: App
metadata: {name: worker}
spec:
  label: Worker
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}
---
apiVersion: idpctl/v1
kind: AuthorizationServer
metadata: {name: orders}
spec:
  name: Orders
  audiences: [https://api.example.com/orders]
  scopes: [{name: customScope}]
  policies:
    - name: workers
      description: Machines
      priority: 1
      conditions: {clients: {include: [worker]}}
      rules:
        - name: tokens
          priority: 1
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [customScope]}}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: worker}
spec:
  client_id: custom_client_id
  token_endpoint_auth_method: client_secret_basic
  client_secrets:
";
const OLD_ENTRY: &str = "    - {name: \"2026-03\", env: IDPCTL_WORKER_OLD}\n";
const OLD_RETIRED: &str = "    - {name: \"2026-03\", env: IDPCTL_WORKER_OLD, status: INACTIVE}\n";
const NEW_ENTRY: &str = "    - {name: \"2026-11\", env: IDPCTL_WORKER_NEW}\n";

/// Serves an org to a repository that knows the secrets.
fn repository(org: Org) -> TestOrg {
    let mut test = TestOrg::serving(org);
    test.set("IDPCTL_WORKER_OLD", OLD);
    test.set("IDPCTL_WORKER_NEW", NEW);
    test
}

/// Returns the repository before the rotation, applied.
fn before() -> TestOrg {
    let test = repository(Org::open(frozen()).expect("an org in memory opens"));
    declare(&test, &[OLD_ENTRY]);
    // One at a time: ids tell the order in which things were made.
    let _ = test.run("apply --auto-approve --parallelism 1").ends_with(0);
    test
}

fn declare(test: &TestOrg, secrets: &[&str]) {
    test.write("manifests/worker.yaml", format!("{MANIFEST}{}", secrets.concat()));
}

/// Returns the values of the client's live secrets.
fn secrets(test: &TestOrg) -> Vec<String> {
    test.org.live_secrets(&test.id("Worker")).into_iter().map(|secret| secret.value).collect()
}

/// The client, which fetches a token ten times a second until it is told to stop.
struct Consumer {
    secret: Arc<Mutex<&'static str>>,
    asked: Arc<AtomicUsize>,
    stop: Sender<()>,
    thread: JoinHandle<Vec<String>>,
}

impl Consumer {
    fn start(test: &TestOrg, secret: &'static str) -> Self {
        let servers = test.get("/api/v1/authorizationServers");
        let server = servers.as_array().expect("a list").iter().find(|server| server["name"] == "Orders").expect("it was made");
        let path = format!("/oauth2/{}/v1/token", server["id"].as_str().expect("an id"));
        let address = test.url().trim_start_matches("http://").to_owned();
        let secret = Arc::new(Mutex::new(secret));
        let (stop, stopped) = channel();
        let asked = Arc::<AtomicUsize>::default();
        let (current, count) = (Arc::clone(&secret), Arc::clone(&asked));
        let thread = thread::spawn(move || {
            let mut answers = Vec::new();
            loop {
                let secret = *current.lock().expect("nobody panicked");
                answers.push(token(&address, &path, secret));
                count.fetch_add(1, Ordering::SeqCst);
                if stopped.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
                    return answers;
                }
            }
        });
        Self { secret, asked, stop, thread }
    }

    /// The second pull request: the client is deployed with the new secret.
    fn switch(&self) {
        *self.secret.lock().expect("nobody panicked") = NEW;
    }

    /// Waits until it has asked three times more.
    fn goes_on(&self) {
        let so_far = self.asked.load(Ordering::SeqCst);
        while self.asked.load(Ordering::SeqCst) < so_far + 3 && !self.thread.is_finished() {
            thread::sleep(PAUSE);
        }
    }

    /// Ends it, and returns how many tokens it got, and what it was told instead of one.
    fn stop(self) -> (usize, Vec<String>) {
        self.stop.send(()).expect("it listens");
        let answers = self.thread.join().expect("it ends");
        let (tokens, refusals): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.starts_with("HTTP/1.1 200"));
        (tokens.len(), refusals)
    }
}

/// Asks for a token as Okta's client-credentials guide does, and returns the answer.
fn token(address: &str, path: &str, secret: &str) -> String {
    let basic = BASE64_STANDARD.encode(format!("custom_client_id:{secret}"));
    let body = "grant_type=client_credentials&scope=customScope";
    let mut stream = TcpStream::connect(address).expect("the org listens");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\naccept: application/json\r\nauthorization: Basic {basic}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("the org takes it");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the org answers");
    answer
}

const APPLY: &str = "apply --auto-approve --prune";

#[test]
fn a_rotation_in_three_pull_requests_costs_no_client_a_token() {
    let test = before();
    let consumer = Consumer::start(&test, OLD);
    declare(&test, &[OLD_ENTRY, NEW_ENTRY]);
    insta::assert_snapshot!(test.run(APPLY), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/worker/secret/2026-11
        client_secret: (secret)

    1 to create, with 1 request.

    applied   create App/worker/secret/2026-11

    1 applied.
    [exit status: 0]
    ");
    consumer.switch();
    consumer.goes_on();
    declare(&test, &[NEW_ENTRY]);
    insta::assert_snapshot!(test.run(APPLY), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    - delete App/worker/secret/ocsf00000AIdisDmC5d7

    1 to delete, with 2 requests.

    applied   delete App/worker/secret/ocsf00000AIdisDmC5d7

    1 applied.
    [exit status: 0]
    ");
    consumer.goes_on();
    let (tokens, refusals) = consumer.stop();
    assert_eq!(refusals, [""; 0]);
    assert!(tokens >= 6, "it was at work throughout");
    test.assert_laws("--prune");
    assert_eq!(secrets(&test), [NEW]);
}

/// What is declared at each step, and the secret that the client has meanwhile: it switches after the first. Some retire the old secret by
/// declaring it inactive before they take it out.
const STEPS: [(&[&str], &str); 3] = [(&[OLD_ENTRY, NEW_ENTRY], OLD), (&[OLD_RETIRED, NEW_ENTRY], NEW), (&[NEW_ENTRY], NEW)];

#[test]
fn killed_at_any_write_it_costs_no_client_a_token_either() {
    let mut done = before();
    let mut kills = 0;
    for (declared, secret) in STEPS {
        let undisturbed = repository(done.org.fork());
        declare(&undisturbed, declared);
        let writes = undisturbed.run(APPLY).ends_with(0).writes();
        assert!(!writes.is_empty(), "{declared:?}");
        for (write, hold) in writes.iter().flat_map(|write| [(write, "hold"), (write, "hold-after")]) {
            let test = repository(done.org.fork());
            declare(&test, declared);
            let consumer = Consumer::start(&test, secret);
            test.faults(&[&format!("{write} {hold} x1")]);
            let killed = test.kill_at(APPLY, write, 1);
            assert_eq!(killed.status, -1, "{write} {hold}: {killed}");
            test.faults(&[]);
            let _ = test.run(APPLY).ends_with(0);
            consumer.goes_on();
            let (tokens, refusals) = consumer.stop();
            assert_eq!(refusals, [""; 0], "{write} {hold}");
            assert!(tokens >= 3);
            let _ = test.run("plan --prune --detailed-exitcode").ends_with(0);
            assert_eq!(secrets(&test), secrets(&undisturbed), "{write} {hold}");
            kills += 1;
        }
        done = undisturbed;
    }
    assert_eq!((kills, secrets(&done)), (6, vec![NEW.to_owned()]));
}

#[test]
fn a_cutover_in_one_step_is_a_finding() {
    let test = before();
    declare(&test, &[NEW_ENTRY]);
    insta::assert_snapshot!(test.run("plan --prune"), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create App/worker/secret/2026-11
        client_secret: (secret)

    - delete App/worker/secret/ocsf00000AIdisDmC5d7

    Findings
      high IDP4001 App/worker (manifests/worker.yaml:33:14): a secret is added and another retired in one go (cutover): consumers break until they have the new one
          Apply the new secret first; retire the old one in another change, when every consumer has switched.
          https://developer.okta.com/docs/guides/client-secret-rotation-key/main/

    1 to create, 1 to delete, with 3 requests.
    [exit status: 0]
    ");
    let _ = test.run(APPLY).ends_with(0);
    let consumer = Consumer::start(&test, OLD);
    consumer.goes_on();
    assert_eq!(consumer.stop().0, 0, "the old secret is good for nothing");
}
