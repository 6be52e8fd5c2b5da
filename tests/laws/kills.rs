//! A run that is stopped at any of its requests, or whose connection breaks at any of its writes: what comes next ends where an
//! undisturbed run would have ended, within what was approved, and nothing exists twice.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use idpctl::desired::Desired;
use idpctl::observed::Written;
use idpctl::plan::{self, Choices, Plan, approve};
use idpctl_emulator::switches::TABLE;
use idpctl_emulator::{Config, Fault};
use serde_json::Value;

use crate::generate::Dice;
use crate::laws::History;
use crate::line::{Line, Mishap, Phase};
use crate::scenario::{Contents, FoundApp, FoundProvider, FoundServer, Live, MAX_DELETES, OUTPUTS, REPLACED, Scenario};
use crate::story::outcomes;
use crate::world::{World, declared};

/// How long every answer takes, so that requests of several actions are on their way at once, and lists lag behind some writes and not
/// behind others.
const LATENCY: Duration = Duration::from_millis(15);

/// For how long lists lag, where they do.
const LAG: &str = "list-lag=2s";

/// For how long something must have been missing before it is made in an org whose lists lag: what the command does.
const SETTLE: Duration = Duration::from_secs(3);

/// Another way in which Okta may behave where nobody knows.
const OTHERWISE: [(&str, &str); 6] = [
    ("absent-client-secret", "regenerate"),
    ("put-secret-replaces", "oldest"),
    ("delete-after-deactivate", "fails-once"),
    ("duplicate-grant", "existing"),
    ("lifecycle-repeat", "refuse"),
    ("duplicate-client-id", "409"),
];

/// How many interruptions may go wrong before no more are tried.
const MOST_FAILURES: usize = 100;

/// The phases after which nothing of the run is under way.
const EACH: [Phase; 3] = [Phase::BeforeSending, Phase::Done, Phase::Answered];
const ANY: [Phase; 4] = [Phase::BeforeSending, Phase::Done, Phase::Answered, Phase::Late];

/// How many histories are made up whose every step is interrupted.
const GENERATED: u64 = 8;

/// How many histories of authorization servers are made up likewise.
const GENERATED_SERVERS: u64 = 3;

/// The furthest request at which a run is killed again.
const FURTHEST: usize = 110;

/// The circumstances of a run.
#[derive(Debug, Clone)]
struct Circumstances {
    parallelism: usize,
    lists_lag: bool,
    switches: Vec<(&'static str, &'static str)>,
}

const ONE_AT_A_TIME: Circumstances = Circumstances { parallelism: 1, lists_lag: false, switches: Vec::new() };
const EIGHT_AT_ONCE: Circumstances = Circumstances { parallelism: 8, lists_lag: false, switches: Vec::new() };

impl Circumstances {
    /// Returns the same in an org whose lists lag.
    fn lagging(self) -> Self {
        Self { lists_lag: true, ..self }
    }

    /// Returns the same in an org that behaves otherwise.
    fn otherwise(self) -> Self {
        Self { switches: OTHERWISE.into(), ..self }
    }

    /// Returns an org in which they hold, but for what is only to begin with the change.
    fn world(&self) -> World {
        let mut config = Config { frozen_clock: true, latency: LATENCY, ..Config::default() };
        for (name, value) in &self.switches {
            config.switches.set(name, value).expect("a switch of the emulator");
        }
        World::new(config)
    }

    /// Returns circumstances that a seed decides.
    fn any(dice: &mut Dice) -> Self {
        let mut switches = Vec::new();
        for switch in TABLE {
            switches.push((switch.name, switch.values[dice.below(switch.values.len())]));
        }
        Self { parallelism: [1, 8][dice.below(2)], lists_lag: dice.below(2) == 0, switches }
    }
}

/// An org before the change, and what undisturbed runs make of it.
struct Start {
    world: World,
    desired: Desired,
    choices: Choices,
    approved: Plan,
    expected: Contents,
    circumstances: Circumstances,
}

/// Returns what an org holds.
pub(crate) async fn contents(world: &World) -> Contents {
    let Value::Array(listed) = world.somebody("GET", "/api/v1/apps?limit=200", Value::Null).await else { panic!("apps are a list") };
    let mut apps = Vec::new();
    for app in listed {
        let id = app["id"].as_str().expect("an app has an id");
        let grants = world.somebody("GET", &format!("/api/v1/apps/{id}/grants"), Value::Null).await;
        let groups = world.somebody("GET", &format!("/api/v1/apps/{id}/groups"), Value::Null).await;
        let secrets = world.secrets_of(id);
        apps.push(FoundApp { app, grants, groups, secrets });
    }
    let Value::Array(listed) = world.in_portal("GET", "/oauth-providers", Value::Null).await else { panic!("providers are a list") };
    let mut providers = Vec::new();
    for provider in listed {
        let id = provider["ID"].to_string();
        let provider = world.in_portal("GET", &format!("/oauth-providers/{id}"), Value::Null).await;
        providers.push(FoundProvider { provider, token: world.org.live_registration_token(&id) });
    }
    let servers = servers(world).await;
    let written = OUTPUTS.into_iter().filter(|file| world.outputs().look(file) == Written::There).map(|file| (file, world.written(file)));
    Contents::of(&Live { apps, servers, providers, written: written.collect() })
}

/// Returns the authorization servers of an org.
pub(crate) async fn servers(world: &World) -> Vec<FoundServer> {
    let read = async |path: &str| world.somebody("GET", path, Value::Null).await;
    let Value::Array(listed) = world.call("GET", "/api/v1/authorizationServers", &Value::Null).await.1 else {
        // Not every org has the feature.
        return Vec::new();
    };
    let mut servers = Vec::new();
    // The built-in server is no manifest's here, and most of the org.
    for server in listed.into_iter().filter(|server| server["default"] == false) {
        let path = format!("/api/v1/authorizationServers/{}", server["id"].as_str().expect("a server has an id"));
        let [scopes, claims, policies] = ["scopes", "claims", "policies"].map(|list| format!("{path}/{list}"));
        let children = [read(&scopes).await, read(&claims).await, read(&policies).await];
        let mut rules = BTreeMap::new();
        for policy in children[2].as_array().into_iter().flatten() {
            let id = policy["id"].as_str().expect("a policy has an id");
            rules.insert(id.to_owned(), read(&format!("{policies}/{id}/rules")).await);
        }
        servers.push(FoundServer { server, children, rules });
    }
    servers
}

impl Start {
    /// Returns an org before everything changes at once.
    async fn of_everything(world: &World, circumstances: Circumstances) -> Self {
        let Scenario { groups, by_hand, history, now } = Scenario::everything();
        world.groups(groups).await;
        for body in by_hand {
            world.made(body).await;
        }
        for documents in history {
            world.does(&documents, &Choices::default()).await;
        }
        let replacing: BTreeSet<_> = REPLACED.into_iter().map(|address| address.parse().expect("an address")).collect();
        let choices = Choices { prune: true, allow_replace: replacing, max_deletes: Some(MAX_DELETES), ..Choices::default() };
        let start = Self::new(world, &now, choices, circumstances).await;
        assert!(start.approved.actions.len() >= 20, "{} actions", start.approved.actions.len());
        start
    }

    /// Returns an org before it becomes as some documents say.
    async fn new(world: &World, documents: &[Value], choices: Choices, circumstances: Circumstances) -> Self {
        let desired = declared(documents);
        let undisturbed = world.fork();
        let (approved, observation) = undisturbed.plan(&desired, &choices).await;
        let report = undisturbed.apply(&approved, &observation).await;
        assert!(report.is_complete(), "{}", outcomes(&approved, &report));
        let approved = plan::read(&plan::write(&approved)).expect("a plan that was written can be read");
        Self { expected: contents(&undisturbed).await, world: world.fork(), desired, choices, approved, circumstances }
    }

    /// Returns the org before the change, in the circumstances.
    fn fork(&self) -> World {
        let mut world = self.world.fork();
        world.parallelism = NonZeroUsize::new(self.circumstances.parallelism).expect("at least one request at a time");
        if self.circumstances.lists_lag {
            world.settle = SETTLE;
            world.org.set_faults(vec![LAG.parse::<Fault>().expect("a fault")]);
        }
        world
    }

    /// Plans and applies; says what went wrong.
    async fn runs(&self, world: &World) -> Result<(), String> {
        let (planned, observation) = world.try_plan(&self.desired, &self.choices).await;
        let plan = planned?;
        let (guards, mismatches) = (&plan.guards, approve(&plan, &self.approved));
        if !guards.is_empty() || !mismatches.is_empty() {
            return Err(format!("the rest of the plan is not approved: {guards:?} {mismatches:#?}"));
        }
        let report = world.apply(&plan, &observation).await;
        if report.is_complete() { Ok(()) } else { Err(outcomes(&plan, &report)) }
    }

    /// Says what an org lacks to be as an undisturbed run leaves it.
    async fn is_done(&self, world: &World) -> Result<(), String> {
        // What comes late has come, and lists show it.
        tokio::time::sleep(SETTLE).await;
        world.org.set_faults(Vec::new());
        let faults = contents(world).await.faults(&self.expected);
        if !faults.is_empty() {
            return Err(faults.join("\n"));
        }
        let plan = world.try_plan(&self.desired, &self.choices).await.0?;
        if plan.is_empty() { Ok(()) } else { Err(format!("there is more to do: {}", crate::story::text(&plan))) }
    }

    /// Kills a run at a request, and runs it again. Returns whether it came to that request.
    async fn killed(&self, phase: Phase, at: usize) -> Result<bool, String> {
        let mut world = self.fork();
        let line = Line::new(world.org.clone(), Mishap::Killed(phase), at);
        world.line = Some(line.clone());
        let killed = tokio::select! {
            biased;
            () = line.is_killed() => true,
            outcome = self.runs(&world) => outcome.map(|()| false)?,
        };
        world.line = None;
        if killed {
            self.runs(&world).await?;
        }
        self.is_done(&world).await.map(|()| killed)
    }

    /// Kills one run after another, each at some request, until one comes to its end. Returns how many were killed.
    async fn killed_again_and_again(&self, seed: u64) -> Result<usize, String> {
        let mut dice = Dice::new(seed);
        let mut world = self.fork();
        let mut kills = 0;
        loop {
            // A run that waits for nothing to settle cannot know what is still under way.
            let phases = if self.circumstances.lists_lag { &ANY[..] } else { &EACH };
            let phase = *dice.pick(phases);
            let line = Line::new(world.org.clone(), Mishap::Killed(phase), 1 + dice.below(FURTHEST));
            world.line = Some(line.clone());
            let ended = tokio::select! {
                biased;
                () = line.is_killed() => None,
                outcome = self.runs(&world) => Some(outcome),
            };
            world.line = None;
            if let Some(outcome) = ended {
                outcome?;
                return self.is_done(&world).await.map(|()| kills);
            }
            kills += 1;
        }
    }

    /// Breaks the connection at a write, which the run must get over. Returns whether it came to that write.
    async fn reset(&self, phase: Phase, at: usize) -> Result<bool, String> {
        let mut world = self.fork();
        let line = Line::new(world.org.clone(), Mishap::Reset(phase), at);
        world.line = Some(line.clone());
        self.runs(&world).await?;
        world.line = None;
        self.is_done(&world).await.map(|()| line.has_come_to_it())
    }

    /// Lets the so-many-th request of a method go wrong, which the run must get over. Returns whether it came to that request.
    async fn fails(&self, kind: &str, method: &str, at: usize) -> Result<bool, String> {
        let world = self.fork();
        let after = if at == 1 { String::new() } else { format!("after {}", at - 1) };
        world.suffers(&[&format!("{method} {kind} {after} x1")]);
        self.runs(&world).await?;
        let met = world.org.requests().iter().filter(|request| request.method == method).count();
        self.is_done(&world).await.map(|()| met >= at)
    }
}

/// Counts what was tried, and keeps what went wrong.
#[derive(Default)]
struct Tally {
    tried: usize,
    failures: Vec<String>,
}

impl Tally {
    /// Lets something happen at the first request, the second and so on, until a run ends before it comes to it.
    async fn at_every_request(&mut self, what: &str, happens: impl AsyncFn(usize) -> Result<bool, String>) {
        for at in 1.. {
            match happens(at).await {
                Ok(true) => self.tried += 1,
                Ok(false) => break,
                Err(_) if self.failures.len() == MOST_FAILURES => break,
                Err(why) => self.failures.push(format!("{what}, request {at}: {why}")),
            }
        }
    }

    /// Kills runs at every request, as far as each of some phases.
    async fn kills(&mut self, start: &Start, phases: &[Phase]) {
        for phase in phases {
            self.at_every_request(&format!("{phase:?}"), async |at| start.killed(*phase, at).await).await;
        }
    }

    /// Breaks the connection at every write, before and after the server has done it.
    async fn resets(&mut self, start: &Start) {
        for phase in [Phase::BeforeSending, Phase::Done] {
            self.at_every_request(&format!("reset, {phase:?}"), async |at| start.reset(phase, at).await).await;
        }
    }

    /// Lets every write go wrong once in each of some ways.
    async fn faults(&mut self, start: &Start, kinds: &[&str]) {
        for kind in kinds {
            for method in ["POST", "PUT", "DELETE"] {
                self.at_every_request(&format!("{method} {kind}"), async |at| start.fails(kind, method, at).await).await;
            }
        }
    }

    /// Tells how much was tried, and fails if anything went wrong.
    #[expect(clippy::print_stderr, reason = "how much was tried is worth knowing")]
    fn tell(self, of: &str) {
        let Self { tried, failures } = self;
        eprintln!("{of}: interrupted {tried} times");
        assert!(failures.is_empty(), "{} failures, such as\n{}", failures.len(), failures[..failures.len().min(5)].join("\n"));
    }
}

/// Tries something with the change of everything.
fn everywhere(circumstances: &Circumstances, tries: impl AsyncFnOnce(&Start, &mut Tally)) {
    circumstances.world().run(async |world| {
        let start = Start::of_everything(world, circumstances.clone()).await;
        let mut tally = Tally::default();
        tries(&start, &mut tally).await;
        assert!(tally.tried > start.approved.actions.len() || !tally.failures.is_empty(), "each action makes at least one request");
        tally.tell(&format!("{} actions, {circumstances:?}", start.approved.actions.len()));
    });
}

fn killed_anywhere(circumstances: &Circumstances, phases: &[Phase]) {
    everywhere(circumstances, async |start, tally| tally.kills(start, phases).await);
}

fn reset_anywhere(circumstances: &Circumstances) {
    everywhere(circumstances, async |start, tally| tally.resets(start).await);
}

fn fails_anywhere(circumstances: &Circumstances, kinds: &[&str]) {
    everywhere(circumstances, async |start, tally| tally.faults(start, kinds).await);
}

#[test]
fn a_run_that_is_killed_anywhere_is_finished_by_the_next() {
    killed_anywhere(&ONE_AT_A_TIME, &EACH);
}

#[test]
fn a_run_of_many_actions_at_once_that_is_killed_anywhere_is_finished_by_the_next() {
    killed_anywhere(&EIGHT_AT_ONCE, &EACH);
}

#[test]
fn a_run_that_is_killed_anywhere_is_finished_by_the_next_though_lists_lag() {
    killed_anywhere(&ONE_AT_A_TIME.lagging(), &EACH);
}

#[test]
fn a_run_of_many_actions_at_once_that_is_killed_anywhere_is_finished_by_the_next_though_lists_lag() {
    killed_anywhere(&EIGHT_AT_ONCE.lagging(), &EACH);
}

#[test]
fn a_run_that_is_killed_anywhere_is_finished_by_the_next_where_okta_behaves_otherwise() {
    killed_anywhere(&ONE_AT_A_TIME.otherwise(), &[Phase::Done]);
}

#[test]
fn what_a_killed_run_has_sent_may_arrive_while_the_next_is_reading() {
    killed_anywhere(&EIGHT_AT_ONCE.lagging(), &[Phase::Late]);
}

#[test]
fn a_run_may_be_killed_any_number_of_times() {
    everywhere(&EIGHT_AT_ONCE.lagging(), async |start, tally| {
        for seed in 0..40 {
            match start.killed_again_and_again(seed).await {
                Ok(kills) => tally.tried += kills,
                Err(why) => tally.failures.push(format!("seed {seed}: {why}")),
            }
        }
    });
}

#[test]
fn a_connection_may_break_at_any_write() {
    reset_anywhere(&ONE_AT_A_TIME);
    reset_anywhere(&EIGHT_AT_ONCE);
    reset_anywhere(&ONE_AT_A_TIME.otherwise());
}

#[test]
fn a_connection_may_break_at_any_write_though_lists_lag() {
    reset_anywhere(&ONE_AT_A_TIME.lagging());
    reset_anywhere(&EIGHT_AT_ONCE.lagging());
}

#[test]
fn any_write_may_go_wrong_once() {
    fails_anywhere(&ONE_AT_A_TIME, &["cut-off", "503", "429"]);
    fails_anywhere(&ONE_AT_A_TIME.otherwise(), &["500"]);
}

#[test]
fn whatever_is_declared_of_authorization_servers_a_run_that_is_killed_anywhere_is_finished_by_the_next() {
    let mut tally = Tally::default();
    for seed in 0..GENERATED_SERVERS {
        let mut dice = Dice::new(seed);
        let (config, encryption) = crate::servers::any_org(&mut dice);
        World::new(Config { latency: LATENCY, ..config }).run(async |world| {
            let people = ["00u1a2b3c4d5e6f7g8h9".to_owned(), world.groups(&["Sales"]).await.remove(0)];
            let choices = Choices { prune: true, max_deletes: Some(MAX_DELETES), ..Choices::default() };
            for generation in 0..3 {
                let documents = crate::servers::documents(&mut dice, generation, encryption, &people);
                let start = Start::new(world, &documents, choices.clone(), EIGHT_AT_ONCE).await;
                tally.kills(&start, &[Phase::Done]).await;
                world.tries(&documents, &choices).await;
            }
        });
    }
    tally.tell(&format!("{GENERATED_SERVERS} generated histories"));
}

#[test]
fn whatever_is_declared_a_run_that_is_killed_anywhere_is_finished_by_the_next() {
    let mut tally = Tally::default();
    for seed in 0..GENERATED {
        let circumstances = Circumstances::any(&mut Dice::new(seed));
        circumstances.world().run(async |world| {
            let mut history = History::new(seed, world).await;
            for _ in 0..3 {
                let (documents, choices) = history.goes_on(world);
                let start = Start::new(world, &documents, choices.clone(), circumstances.clone()).await;
                tally.kills(&start, &EACH).await;
                tally.resets(&start).await;
                world.does(&documents, &choices).await;
            }
        });
    }
    tally.tell(&format!("{GENERATED} generated histories"));
}
