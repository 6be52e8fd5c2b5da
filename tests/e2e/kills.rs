//! The binary killed with no warning, a hundred times, at requests all over its run: the next run ends where an undisturbed one would
//! have ended, with nothing there twice, whether or not the working directory remembers anything.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};

use crate::org::{TestOrg, frozen};
use crate::scenario::{
    Contents, FoundApp, FoundProvider, FoundServer, Live, MAX_DELETES, OUTPUTS, REPLACED, SECRETS, Scenario, secret_value,
};

/// How many runs are killed.
const KILLS: usize = 100;

/// How many are on their way at once.
const WORKERS: usize = 4;

/// Where the secrets of clients go.
const SECRET_DIR: &str = "--secret-dir ../secrets";

/// What is deleted before every other next run.
const MEMORY: &str = ".idpctl";

/// An org before the change, and what an undisturbed run makes of it.
struct Start {
    org: Org,
    now: Vec<Value>,
    expected: Contents,
    requests: usize,
    /// The secrets of clients, by their files.
    written: Vec<(&'static str, String)>,
}

/// Where and how a run is killed, and what comes next.
#[derive(Debug)]
struct Kill {
    /// The request at which it is killed.
    at: usize,
    /// What the server does with that request: `hold` nothing, `hold-after` what it says; otherwise it is answered.
    hold: Option<&'static str>,
    parallelism: usize,
    /// Whether a saved plan is applied.
    approved: bool,
    /// Whether what the killed run left in the working directory is deleted.
    forgotten: bool,
}

impl Kill {
    /// Returns one of the kills: they are spread evenly over a run of so many requests, and every way meets every other.
    fn nth(n: usize, requests: usize) -> Self {
        let hold = [Some("hold"), Some("hold-after"), None][n % 3];
        let parallelism = [1, 8][n / 2 % 2];
        // With several requests at once their number differs by a few from run to run.
        let reliable = requests - (parallelism - 1);
        Self { at: 1 + n * reliable / KILLS, hold, parallelism, approved: (n / 4).is_multiple_of(2), forgotten: n.is_multiple_of(2) }
    }
}

/// Serves an org, to a repository with some manifests.
fn repository(org: Org, documents: &[Value], written: &[(&str, String)]) -> TestOrg {
    let mut test = TestOrg::serving(org).with_portal();
    for name in SECRETS {
        test.set(&format!("IDPCTL_{name}"), secret_value(name));
    }
    declare(&test, documents);
    test.write("../secrets/.keep", "");
    for (file, secret) in written {
        test.write(&format!("../secrets/{file}"), secret);
    }
    test
}

fn declare(test: &TestOrg, documents: &[Value]) {
    let documents: Vec<_> = documents.iter().map(|document| format!("---\n{document:#}\n")).collect();
    test.write("manifests/all.yaml", documents.concat());
}

/// Returns the flags that get past the guards.
fn allowing() -> String {
    let replacing = REPLACED.map(|name| format!("--allow-replace {name}"));
    format!("{} --max-deletes {MAX_DELETES} {SECRET_DIR}", replacing.join(" "))
}

fn contents(test: &TestOrg) -> Contents {
    let Value::Array(listed) = test.get("/api/v1/apps?limit=200") else { panic!("apps are a list") };
    let found = |app: Value| {
        let id = app["id"].as_str().expect("an app has an id");
        let grants = test.get(&format!("/api/v1/apps/{id}/grants"));
        let groups = test.get(&format!("/api/v1/apps/{id}/groups"));
        let secrets = test.org.live_secrets(id).into_iter().map(|secret| (secret.status, secret.value)).collect();
        FoundApp { app, grants, groups, secrets }
    };
    let apps = listed.into_iter().map(found);
    let Value::Array(listed) = test.get("/portal-api/oauth-providers") else { panic!("providers are a list") };
    let found = |provider: Value| {
        let id = provider["ID"].to_string();
        let token = test.org.live_registration_token(&id);
        FoundProvider { provider: test.get(&format!("/portal-api/oauth-providers/{id}")), token }
    };
    let providers = listed.into_iter().map(found);
    let Value::Array(listed) = test.get("/api/v1/authorizationServers") else { panic!("servers are a list") };
    // The built-in server is no manifest's here, and most of the org.
    let servers = listed.into_iter().filter(|server| server["default"] == false).map(|server| found_server(test, server));
    Contents::of(&Live { apps: apps.collect(), servers: servers.collect(), providers: providers.collect(), written: written(test) })
}

/// Returns the secrets in the files that are there.
fn written(test: &TestOrg) -> Vec<(&'static str, String)> {
    let there = OUTPUTS.into_iter().filter(|file| test.path(format!("../secrets/{file}")).exists());
    there.map(|file| (file, test.read(&format!("../secrets/{file}")))).collect()
}

fn found_server(test: &TestOrg, server: Value) -> FoundServer {
    let path = format!("/api/v1/authorizationServers/{}", server["id"].as_str().expect("a server has an id"));
    let children = ["scopes", "claims", "policies"].map(|list| test.get(&format!("{path}/{list}")));
    let id = |policy: &Value| policy["id"].as_str().expect("a policy has an id").to_owned();
    let rules =
        children[2].as_array().into_iter().flatten().map(|policy| (id(policy), test.get(&format!("{path}/policies/{}/rules", id(policy)))));
    FoundServer { rules: rules.collect(), server, children }
}

impl Start {
    fn new() -> Self {
        let Scenario { groups, by_hand, history, now } = Scenario::everything();
        let config = Config { latency: Duration::from_millis(1), ..frozen() };
        let before = repository(Org::open(config).expect("an org in memory opens"), &[], &[]);
        before.send("POST", "/api/v1/policies", &json!({"type": "ACCESS_POLICY", "name": "One factor"}));
        for name in groups {
            before.send("POST", "/api/v1/groups", &json!({"profile": {"name": name}}));
        }
        for body in &by_hand {
            before.send("POST", "/api/v1/apps", body);
        }
        for documents in &history {
            declare(&before, documents);
            let _ = before.run(&format!("apply --auto-approve {SECRET_DIR}")).ends_with(0);
        }
        let written = written(&before);
        let undisturbed = repository(before.org.fork(), &now, &written);
        let run = undisturbed.run(&format!("apply --auto-approve --prune {} --parallelism 1", allowing())).ends_with(0);
        Self { expected: contents(&undisturbed), requests: run.sent().len(), org: before.org.fork(), now, written }
    }

    /// Kills a run and runs it again. Returns whether the killed run left something in the working directory that was deleted.
    fn survives(&self, kill: &Kill) -> bool {
        let test = repository(self.org.fork(), &self.now, &self.written);
        let allowing = allowing();
        let apply = if kill.approved {
            let _ = test.run(&format!("plan --prune {allowing} --out plan.json")).ends_with(0);
            format!("apply plan.json {allowing}")
        } else {
            format!("apply --auto-approve --prune {allowing}")
        };
        if let Some(hold) = kill.hold {
            let after = if kill.at == 1 { String::new() } else { format!("after {}", kill.at - 1) };
            test.faults(&[&format!("{hold} {after} x1")]);
        }
        let killed = test.kill_at(&format!("{apply} --parallelism {}", kill.parallelism), "", kill.at);
        assert!(kill.hold.is_none() || killed.status == -1, "{kill:?} ended by itself: {killed}");
        test.faults(&[]);
        let forgotten = kill.forgotten && test.path(MEMORY).exists();
        if forgotten {
            fs::remove_dir_all(test.path(MEMORY)).expect("it can be deleted");
        }
        let next = test.run(&apply);
        assert_eq!(next.status, 0, "{kill:?}: {next}");
        assert_eq!(contents(&test).faults(&self.expected), [""; 0], "{kill:?}");
        let plan = test.run(&format!("plan --detailed-exitcode --prune {allowing}"));
        assert_eq!(plan.status, 0, "{kill:?}: there is more to do: {plan}");
        forgotten
    }
}

#[test]
fn a_hundred_kills_lose_nothing_and_make_nothing_twice() {
    let start = Start::new();
    let (next, forgotten) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let n = next.fetch_add(1, Ordering::SeqCst)
                    && n < KILLS
                {
                    let deleted = start.survives(&Kill::nth(n, start.requests));
                    forgotten.fetch_add(usize::from(deleted), Ordering::SeqCst);
                }
            });
        }
    });
    assert!(forgotten.into_inner() > KILLS / 3, "kills while the plan is made leave nothing behind, and those are few");
}

#[test]
fn connections_that_break_again_and_again_lose_nothing_and_make_nothing_twice() {
    let start = Start::new();
    for (kind, nth) in [("reset-before", 2), ("reset-before", 3), ("reset-after", 2), ("reset-after", 3)] {
        let test = repository(start.org.fork(), &start.now, &start.written);
        let faults = ["POST", "PUT", "DELETE"].map(|method| format!("{method} {kind} every {nth}"));
        test.faults(&faults.each_ref().map(String::as_str));
        // One at a time, so that no write meets all the resets.
        let run = test.run(&format!("apply --auto-approve --prune {} --parallelism 1", allowing()));
        assert_eq!(run.status, 0, "{kind} every {nth}: {run}");
        test.faults(&[]);
        assert_eq!(contents(&test).faults(&start.expected), [""; 0], "{kind} every {nth}");
    }
}
