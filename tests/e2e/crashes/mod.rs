//! The emulator killed with no warning while several write to it, two hundred times and always on the same folder: what was acknowledged is
//! there, nothing is half there, and nothing is given out twice.

pub(crate) mod line;
mod random;
mod tables;
pub(crate) mod victim;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use self::line::{Line, Server};
use self::random::Random;
use self::tables::Tables;
use self::victim::Victim;
use self::writer::Writer;

/// How many servers are killed.
const ROUNDS: u64 = 200;

/// How many write at once.
const WRITERS: u64 = 4;

/// How often a server is killed before it is ready.
const EARLY: u64 = 10;

/// How long a server lives at most once it is ready, and before.
const LIFE: Duration = Duration::from_millis(60);

/// The events of the System Log so far, each type for each object.
#[derive(Default)]
struct Log {
    next: Option<String>,
    events: BTreeMap<String, usize>,
    uuids: BTreeSet<String>,
}

impl Log {
    /// Reads on from where it stopped.
    fn follow(&mut self, server: &Server) {
        let mut line = Line::to(server);
        loop {
            let at = self.next.clone().unwrap_or_else(|| "/api/v1/logs?limit=1000".to_owned());
            let (page, next) = line.page(&at).expect("the server lives");
            self.next = next;
            let events = page.as_array().expect("events are a list");
            for event in events {
                let uuid = event["uuid"].as_str().expect("an event has a UUID");
                assert!(self.uuids.insert(uuid.to_owned()), "two events have the id {uuid}");
                if let Some(event) = subject(event) {
                    *self.events.entry(event).or_default() += 1;
                }
            }
            if events.len() < 1000 {
                return;
            }
        }
    }
}

/// Names an event as its writer does; there are others that follow from the same writes.
fn subject(event: &Value) -> Option<String> {
    let kind = event["eventType"].as_str().expect("an event has a type");
    let target = |n: usize| event["target"][n]["id"].as_str().expect("an event is about something");
    Some(match kind {
        "app.oauth2.admin.consent.grant" | "app.oauth2.admin.consent.revoke" | "group.application_assignment.add" => {
            format!("{kind} {} {}", target(0), target(1))
        }
        _ if kind.starts_with("app.oauth2.credentials.") => format!("{kind} {}", target(1)),
        _ if kind.starts_with("app.oauth2.client.") => return None,
        _ => format!("{kind} {}", target(0)),
    })
}

fn seed() -> u64 {
    std::env::var("IDPCTL_CRASH_SEED").ok().map_or(7, |seed| seed.parse().expect("a number"))
}

#[test]
fn two_hundred_kills_lose_no_acknowledged_write_and_corrupt_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let seed = seed();
    let mut random = Random::new(seed);
    let mut writers: Vec<_> = (0..WRITERS).map(|n| Writer::new(&format!("writer {n}"), seed * WRITERS + n)).collect();
    let (mut log, mut tables) = (Log::default(), Tables::default());
    for n in 0..ROUNDS {
        let round = format!("round {n} of seed {seed}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_idpctl"));
        command.args(["emulator", "--data", "data"]).current_dir(folder.path()).env_clear();
        let mut victim = Victim::start(command);
        // How long a server takes to be ready differs from machine to machine: some are killed before, some soon after.
        let life = Duration::from_micros(random.below(u64::try_from(LIFE.as_micros()).expect("it is short")));
        if n % EARLY == 0 {
            thread::sleep(life);
            victim.kill();
            continue;
        }
        let server = victim.ready();
        thread::scope(|scope| {
            for writer in &mut writers {
                scope.spawn(|| writer.check(&server, &round));
            }
        });
        log.follow(&server);
        let told: BTreeMap<_, _> = writers.iter().flat_map(|writer| writer.told.clone()).collect();
        assert_eq!(log.events, told, "{round}: the log tells of what was written and of nothing else");
        found(&server);
        thread::scope(|scope| {
            for writer in &mut writers {
                scope.spawn(|| writer.write(&server));
            }
            thread::sleep(life);
            victim.kill();
        });
        tables.check(folder.path(), &round);
    }
    let acknowledged: usize = writers.iter().map(|writer| writer.acknowledged).sum();
    assert!(acknowledged > 500, "{acknowledged} writes were acknowledged, which are too few to show anything");
}

/// Makes the provider that client types belong to, if there is none.
fn found(server: &Server) {
    let mut line = Line::to(server);
    let (_, providers) = line.ask("GET", "/portal-api/oauth-providers", &Value::Null).expect("the server lives");
    if providers == json!([]) {
        let body = json!({"Name": "Okta", "Type": "Okta", "WellKnownURL": "https://org.example.com/.well-known/openid-configuration",
            "RegistrationAccessToken": "00made-up", "SSLInsecureSkipVerify": false});
        let (status, made) = line.ask("POST", "/portal-api/oauth-providers", &body).expect("the server lives");
        assert!((200..300).contains(&status) && made["ID"] == 1, "{made}");
    }
}
