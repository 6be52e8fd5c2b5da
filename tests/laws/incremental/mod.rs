//! What is read again equals what all of it is: over random histories of an org, with runs at any moment, and a System Log that is late, repeats
//! itself, comes in any order, goes by another clock, has gaps, or refuses.

mod changes;
mod log;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use idpctl::desired::Desired;
use idpctl::drift::Mode;
use idpctl::observe::{Because, Keep, Kept, Unusable};
use idpctl::observed::{Observed, Org};
use idpctl::pipeline::Watched;
use idpctl::plan::{Choices, SecretsMode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::generate::Dice;
use crate::story::{document, grant, with};
use crate::world::{World, declared};
use changes::Ids;
use log::{Ails, Log};

/// How many histories there are, unless `IDPCTL_HISTORIES` says how many.
const HISTORIES: u64 = 1000;
const MAX_AGE: SignedDuration = SignedDuration::from_hours(24);
/// So often something happens at least.
const SOMETIMES: Duration = Duration::from_hours(30 * 24);
/// After so long the log has caught up.
const CAUGHT_UP: Duration = Duration::from_secs(61);

/// What was kept, as it stands in a file.
#[derive(Default)]
pub(crate) struct Memory(Mutex<Option<Arc<str>>>);

impl Keep for Memory {
    fn take(&self, _: &Org) -> Result<Option<Kept<'static>>, Unusable> {
        let kept = self.0.lock().expect("nobody panics here").clone();
        kept.map(|text| serde_json::from_str(&text).map_err(Unusable::Misfit)).transpose()
    }

    fn put(&self, _: &Org, kept: &Kept<'_>) -> std::io::Result<()> {
        *self.0.lock().expect("nobody panics here") = Some(serde_json::to_string(kept)?.into());
        Ok(())
    }
}

/// An org with something of every kind, and manifests that it is as declared by; and others, by which something else is to be read.
struct Ground {
    world: World,
    ids: Ids,
    /// What is declared, in some ways, each with what is kept of a reading for it.
    desired: Vec<(Desired, Memory)>,
    /// When it was read.
    read: Instant,
    /// When something was done to it.
    touched: Instant,
}

fn worker(name: &str, label: &str) -> Value {
    let client = json!({"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"]});
    document("App", name, json!({"label": label, "settings": {"oauthClient": client}}))
}

fn server() -> Value {
    let rule = json!({"name": "tokens", "priority": 1, "conditions": {"grantTypes": {"include": ["client_credentials"]},
        "scopes": {"include": ["orders.read"]}, "people": {"groups": {"include": ["EVERYONE"]}}}, "actions": {"token": {"accessTokenLifetimeMinutes": 60}}});
    let policy = json!({"name": "workers", "description": "Machines", "priority": 1, "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}, "rules": [rule]});
    let claim = json!({"name": "team", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "user.department"});
    let spec = json!({"name": "orders", "audiences": ["https://a.example.com"], "scopes": [{"name": "orders.read"}], "claims": [claim], "policies": [policy]});
    document("AuthorizationServer", "orders", spec)
}

fn documents() -> Vec<Value> {
    let client = json!({"client_name": "Registered", "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
        "token_endpoint_auth_method": "client_secret_basic", "client_secret_output": {"file": "registered"}});
    let assigned = json!({"groups": [{"name": "Sales", "priority": 0}, {"name": "Staff"}]});
    vec![
        with(worker("worker-0", "Worker 0"), "spec.accessPolicy", json!({"name": "One factor"})),
        worker("worker-1", "Worker 1"),
        worker("worker-2", "Worker 2"),
        grant("worker-0", &["okta.users.read"]),
        grant("worker-1", &["okta.users.read", "okta.groups.read"]),
        document("GroupAssignment", "worker-2", assigned),
        document("Client", "registered", client),
        server(),
    ]
}

impl Ground {
    async fn prepare(world: &World) -> Self {
        world.groups(&["Sales", "Staff"]).await;
        let all = documents();
        let desired = declared(&all);
        let choices = Choices { max_deletes: Some(100), ..Choices::default() };
        let (plan, observation) = world.plan(&desired, &choices).await;
        let report = world.apply(&plan, &observation).await;
        assert!(report.is_complete(), "{report:#?}");
        let but = |kinds: &[&str]| {
            let rest: Vec<_> =
                all.iter().filter(|document| !kinds.contains(&document["kind"].as_str().unwrap_or_default())).cloned().collect();
            declared(&rest)
        };
        let mut more = all.clone();
        more.push(grant("worker-2", &["okta.apps.read"]));
        more[7]["spec"]["policies"].as_array_mut().expect("a list").push(json!({"name": "by hand", "description": "x", "priority": 2,
            "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}, "rules": []}));
        let only = |kinds: &[&str]| {
            let some: Vec<_> =
                all.iter().filter(|document| kinds.contains(&document["kind"].as_str().unwrap_or_default())).cloned().collect();
            declared(&some)
        };
        let ways = vec![
            only(&["App", "Grant"]),
            only(&["App", "GroupAssignment"]),
            only(&["AuthorizationServer"]),
            only(&["Client"]),
            but(&["AuthorizationServer"]),
            declared(&more),
            desired,
        ];
        sleep(Duration::from_mins(10)).await;
        let mine = world.with_org(world.org.clone());
        let desired = ways.into_iter().map(|way| (way, Memory::default())).collect();
        let mut ground = Self { ids: Ids::of(&mine).await, world: mine, desired, read: Instant::now(), touched: Instant::now() };
        ground.read().await;
        ground
    }

    /// Reads it in every way, for the histories to go on from. They take place one after the other, and a day is over soon; after a quarter of a
    /// year the log would have nothing left of how the org was made, unless now and then something happens.
    async fn read(&mut self) {
        if self.touched.elapsed() > SOMETIMES {
            let id = self.world.groups(&["Sales"]).await.remove(0);
            self.world.call("PUT", &format!("/api/v1/groups/{id}"), &json!({"profile": {"name": "Sales"}})).await;
            self.touched = Instant::now();
            sleep(Duration::from_mins(10)).await;
        }
        for (way, memory) in &self.desired {
            *memory.0.lock().expect("nobody panics here") = None;
            let first = self.world.observe_again(way, &skipping(), memory, MAX_AGE).await.expect("the org is read");
            assert_eq!(name(&first.mode, first.because.as_ref()), "full First");
        }
        self.read = Instant::now();
        sleep(Duration::from_mins(10)).await;
    }
}

/// Of secrets nothing is kept.
fn skipping() -> Choices {
    Choices { secrets: SecretsMode::Skip, ..Choices::default() }
}

/// What was met with.
#[derive(Debug, Default)]
struct Tally {
    runs: usize,
    modes: BTreeMap<String, usize>,
    ails: BTreeMap<&'static str, usize>,
    events: BTreeMap<String, usize>,
    /// Runs that were behind the org, because the log was.
    behind: usize,
}

fn name(mode: &Mode, because: Option<&Because>) -> String {
    let because = because.map(|because| format!("{because:?}")).unwrap_or_default();

    let because = because.split([' ', '(', '{']).next().unwrap_or_default();
    format!("{} {because}", mode.word()).trim_end().to_owned()
}

fn ails(dice: &mut Dice, tally: &mut Tally) -> Ails {
    let mut one = |name, of| {
        let is = dice.below(of) == 0;
        *tally.ails.entry(name).or_default() += usize::from(is);
        is
    };
    let (late, backdated, twice, mixed, skewed) = (one("late", 2), one("backdated", 2), one("twice", 3), one("mixed", 3), one("skewed", 3));
    let hours = if skewed { 13 - i64::try_from(dice.below(26)).expect("few") } else { 0 };
    Ails { late, backdated, twice, mixed, hours, ..Ails::default() }
}

/// One org, what happens to it, and what is kept of it.
struct History<'g> {
    ground: &'g Ground,
    world: World,
    log: Arc<Log>,
    memory: Memory,
    dice: Dice,
    ids: Ids,
    /// Which of the ways of declaring it.
    which: usize,
}

impl<'g> History<'g> {
    fn new(seed: u64, ground: &'g Ground, tally: &mut Tally) -> Self {
        let mut dice = Dice::new(seed);
        let mut world = ground.world.with_org(ground.world.org.fork());
        let log = Log::new(world.org.clone(), ails(&mut dice, tally));
        world.line = Some(Arc::clone(&log) as _);
        let which = dice.below(ground.desired.len());
        // Most go on from what somebody else has read, by the same clock.
        let skewed = log.ails.lock().expect("nobody panics here").hours != 0;
        let kept = if skewed || dice.below(6) == 0 { None } else { ground.desired[which].1.0.lock().expect("nobody panics here").clone() };
        Self { ground, world, log, memory: Memory(Mutex::new(kept)), dice, ids: ground.ids.clone(), which }
    }

    async fn goes(mut self, seed: u64, tally: &mut Tally) {
        for _ in 0..2 + self.dice.below(4) {
            match self.dice.below(60) {
                0..=27 => self.ids.change(&self.world, &mut self.dice).await,
                28..=36 => sleep(Duration::from_secs(u64::try_from(self.dice.below(90)).expect("few"))).await,
                37 => sleep(Duration::from_hours(25)).await,
                38..=42 => self.ail(tally).await,
                _ => {
                    // Now and then the manifests are others.
                    if self.dice.below(4) == 0 {
                        self.which = self.dice.below(self.ground.desired.len());
                    }
                    let compared = self.dice.below(3) == 0;
                    self.run(seed, compared, tally).await;
                }
            }
        }
        sleep(CAUGHT_UP).await;
        self.run(seed, true, tally).await;
        assert!(self.log.held.lock().expect("nobody panics here").is_none(), "seed {seed}: the log has caught up");
        for (event, count) in std::mem::take(&mut *self.log.shown.lock().expect("nobody panics here")) {
            *tally.events.entry(event).or_default() += count;
        }
    }

    /// Something else is the matter with the log from here on.
    async fn ail(&mut self, tally: &mut Tally) {
        sleep(Duration::from_secs(1)).await;
        let now = self.now().await;
        let mut ails = self.log.ails.lock().expect("nobody panics here");
        let (name, sort) = *self.dice.pick(&[("gap", 0), ("refused", 1), ("denied", 2), ("broken", 3), ("new type", 4)]);
        match sort {
            0 => ails.gone = Some(now),
            1 => ails.refuses = vec![400],
            2 => ails.refuses = vec![403],
            3 => ails.refuses = vec![400, 400],
            _ => ails.new_type = Some(now),
        }
        *tally.ails.entry(name).or_default() += 1;
    }

    /// Returns what time it is at the org, but for what its clock is ahead of ours.
    async fn now(&self) -> Timestamp {
        let request = http::Request::builder().uri("http://127.0.0.1:7/.well-known/okta-organization").body(Vec::new()).expect("a request");
        let answer = self.world.org.call(request).await.expect("an answer");
        jiff::fmt::rfc2822::parse(answer.headers()["date"].to_str().expect("a text")).expect("a date").timestamp()
    }

    /// Reads what has changed, and makes sure that it is what all of it is, unless the log holds something back.
    async fn run(&self, seed: u64, compared: bool, tally: &mut Tally) {
        let (desired, choices) = (&self.ground.desired[self.which].0, skipping());
        *self.log.held.lock().expect("nobody panics here") = None;
        let watched = self.world.observe_again(desired, &choices, &self.memory, MAX_AGE).await;
        let Watched { observation, mode, because, unkept } = watched.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert!(unkept.is_none(), "memory takes everything");
        tally.runs += 1;
        *tally.modes.entry(name(&mode, because.as_ref())).or_default() += 1;
        if !compared {
            return;
        }
        let whole = self.world.observe(desired, &choices).await;
        let is_held = self.log.held.lock().expect("nobody panics here").is_some();
        let difference = difference(&observation.observed, &whole.observed);
        if is_held && mode != Mode::Full {
            tally.behind += usize::from(difference.is_some());
            return;
        }
        assert!(difference.is_none(), "seed {seed}, {mode:?}, {because:?}: {}", difference.unwrap_or_default());
        let [again, all] = [&observation, &whole].map(|it| self.world.drift(desired, &it.observed, &choices));
        assert_eq!(again, all, "seed {seed}, {mode:?}");
    }
}

/// Returns in what two readings differ.
fn difference(again: &Observed, whole: &Observed) -> Option<String> {
    let apps = |observed: &Observed| {
        let mut apps = observed.apps.clone();
        apps.sort_by(|a, b| a.id.cmp(&b.id));
        apps
    };
    let clients = |observed: &Observed| {
        let mut clients = observed.clients.clone();
        clients.sort_by(|a, b| a.id.cmp(&b.id));
        clients
    };
    let unequal = [
        ("org", again.org == whole.org),
        ("apps", apps(again) == apps(whole)),
        ("clients", clients(again) == clients(whole)),
        ("grants", again.grants == whole.grants),
        ("assignments", again.assignments == whole.assignments),
        ("groups", again.groups == whole.groups),
        ("policies", again.policies == whole.policies),
        ("servers", again.servers == whole.servers),
        ("denied", again.denied == whole.denied),
    ];
    let names: Vec<_> = unequal.iter().filter(|(_, equal)| !equal).map(|(name, _)| *name).collect();
    (!names.is_empty()).then(|| format!("{names:?} differ:\n{again:#?}\nand\n{whole:#?}"))
}

#[expect(clippy::print_stderr, reason = "figures for whoever asks for them with --nocapture")]
#[test]
fn what_is_read_again_is_what_all_of_it_is() {
    let histories = std::env::var("IDPCTL_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(HISTORIES);
    let mut tally = Tally::default();
    World::new(idpctl_emulator::Config::default()).run(async |world| {
        sleep(Duration::from_hours(1)).await;
        let mut ground = Ground::prepare(world).await;
        for seed in 0..histories {
            if ground.read.elapsed() > Duration::from_hours(10) {
                ground.read().await;
            }
            History::new(seed, &ground, &mut tally).goes(seed, &mut tally).await;
        }
    });
    eprintln!("{histories} histories: {tally:#?}");
}

#[test]
fn a_log_that_had_nothing_to_lose_is_not_gone_on_from() {
    World::new(idpctl_emulator::Config::default()).run(async |world| {
        sleep(Duration::from_hours(1)).await;
        let ground = Ground::prepare(world).await;
        sleep(Duration::from_hours(91 * 24)).await;
        let mut tally = Tally::default();
        // The apps and their groups.
        let history = History { memory: Memory::default(), which: 1, ..History::new(0, &ground, &mut tally) };
        *history.log.ails.lock().expect("nobody panics here") = Ails::default();
        history.run(0, true, &mut tally).await;
        let id = history.world.groups(&["Sales"]).await.remove(0);
        history.world.call("PUT", &format!("/api/v1/groups/{id}"), &json!({"profile": {"name": "Renamed"}})).await;
        sleep(Duration::from_secs(1)).await;
        let now = history.now().await;
        history.log.ails.lock().expect("nobody panics here").gone = Some(now);
        sleep(CAUGHT_UP).await;
        history.run(0, true, &mut tally).await;
        assert_eq!(tally.modes.into_keys().collect::<Vec<_>>(), ["full First", "full Silent"]);
    });
}
