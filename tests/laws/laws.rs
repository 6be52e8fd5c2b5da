//! The three laws for every field of every kind.

use std::collections::BTreeMap;

use idpctl::address::{Address, Kind};
use idpctl::apply::{Outcome, Report};
use idpctl::plan::{Choices, Plan, write};
use idpctl::resource::Shape;
use idpctl_emulator::Config;
use serde_json::Value;

use crate::generate::{Dice, GROUPS, Generation, fields, generation};
use crate::world::{World, declared};

/// How often plan and apply ran.
#[derive(Default)]
struct Tally {
    cycles: usize,
    /// Which switch of the emulator is set, for messages.
    under: String,
    /// What happened to each field.
    seen: BTreeMap<String, [bool; 4]>,
}

const SET: usize = 0;
const CHANGED: usize = 1;
const NULLED: usize = 2;
const EMPTIED: usize = 3;

impl Tally {
    fn note(&mut self, made: &Generation, before: Option<&Generation>) {
        for (path, value) in made.declared() {
            let (path, value) = (&path, &value);
            let seen = self.seen.entry(path.clone()).or_default();
            let earlier = before.and_then(|b| b.declared().remove(path));
            let earlier = earlier.as_ref();
            seen[SET] |= !value.is_null();
            seen[CHANGED] |= earlier.is_some_and(|e| !e.is_null() && !value.is_null() && e != value);
            seen[NULLED] |= value.is_null();
            seen[EMPTIED] |= value.as_array().is_some_and(Vec::is_empty);
        }
    }
}

async fn obeys_the_laws(world: &World, documents: &[Value], choices: &Choices, tally: &mut Tally) {
    let desired = declared(documents);
    let (plan, observation) = world.plan(&desired, choices).await;
    assert_eq!(write(&plan), write(&world.plan(&desired, choices).await.0), "the same input gives the same bytes");
    assert_eq!(plan.guards, [], "nothing here needs a flag");
    let report = world.apply(&plan, &observation).await;
    assert!(
        report.is_complete(),
        "{}{report:#?}\n{}\n{}",
        tally.under,
        shown(&plan),
        serde_json::to_string_pretty(documents).expect("JSON")
    );
    let (after, again) = world.plan(&desired, choices).await;
    assert!(after.is_empty(), "{}a plan after an apply is empty:\n{}\nafter\n{}", tally.under, shown(&after), shown(&plan));
    world.org.clear_requests();
    let twice = world.apply(&plan, &again).await;
    assert!(all_unchanged(&twice), "applying twice is applying once: {twice:#?}");
    let writes: Vec<_> = world.org.requests().into_iter().filter(|r| r.method != "GET").collect();
    assert!(writes.is_empty(), "{writes:?}");
    tally.cycles += 2;
}

fn all_unchanged(report: &Report) -> bool {
    report.outcomes.values().all(|o| matches!(o, Outcome::Unchanged))
}

fn shown(plan: &Plan) -> String {
    serde_json::to_string_pretty(&plan.actions).expect("JSON")
}

/// Runs histories of three generations each, every one in an org of its own.
fn histories(seeds: std::ops::Range<u64>, config: &Config, tally: &mut Tally) {
    for seed in seeds {
        let world = World::new(config.clone());
        world.run(async |world| history(seed, world, tally).await);
    }
}

async fn history(seed: u64, world: &World, tally: &mut Tally) {
    let mut history = History::new(seed, world).await;
    for _ in 0..3 {
        let before = history.made.clone();
        let (documents, choices) = history.goes_on(world);
        tally.note(history.made.as_ref().expect("a generation was made"), before.as_ref());
        obeys_the_laws(world, &documents, &choices, tally).await;
    }
}

/// What is declared for one app in the course of time, as a seed decides.
pub(crate) struct History {
    dice: Dice,
    policies: Vec<String>,
    groups: Vec<String>,
    sort: &'static str,
    made: Option<Generation>,
}

impl History {
    pub(crate) async fn new(seed: u64, world: &World) -> Self {
        let policies = world.policies().await;
        let groups = world.groups(&GROUPS).await;
        let mut dice = Dice::new(seed);
        let sort = SORTS[dice.below(4)];
        Self { dice, policies, groups, sort, made: None }
    }

    /// Returns what is declared next in such a way that an org with nothing in it can take it.
    pub(crate) fn begins_again(&mut self, world: &World) -> Vec<Value> {
        self.made = None;
        self.goes_on(world).0
    }

    /// Returns what is declared next, and the choices that it takes to apply it.
    pub(crate) fn goes_on(&mut self, world: &World) -> (Vec<Value>, Choices) {
        let Self { dice, policies, groups, sort, made: before } = self;
        if dice.below(12) == 0 {
            *sort = SORTS[dice.below(4)];
        }
        let mut made = generation(dice, sort, before.as_ref());
        made.additional = made.additional.filter(|_| world.keeps_unknown_fields());
        made.policy_id = Some(policies[dice.below(policies.len())].clone()).filter(|_| dice.below(3) == 0);
        made.issuer = Some(world.url()).filter(|_| dice.below(3) == 0);
        for group in made.groups.iter_mut().flatten().filter(|_| dice.below(3) == 0) {
            let place = GROUPS.iter().position(|name| group["name"] == *name).expect("one of them");
            group.as_object_mut().expect("an object").remove("name");
            group["id"] = Value::from(groups[place].clone());
        }
        made.fields.retain(|path, _| !world.lacks(path));
        let choices = Choices {
            prune: dice.below(2) == 0 || made.secrets.as_ref().is_some_and(|s| s.len() == 2),
            max_deletes: Some(100),
            allow_replace: [Address::new(Kind::App, "web-portal")].into(),
            ..Choices::default()
        };
        let documents = made.documents("web-portal");
        *before = Some(made);
        (documents, choices)
    }
}

const SORTS: [&str; 4] = ["web", "native", "browser", "service"];

#[test]
fn every_field_of_every_kind_obeys_the_three_laws() {
    let mut tally = Tally::default();
    let mut config = Config::default();
    config.switches.set("unknown-fields", "keep").expect("a switch of the emulator");
    histories(0..900, &config, &mut tally);
    assert!(tally.cycles >= 5000, "{} cycles", tally.cycles);
    // What never happened must have a reason: there is one sign-on mode and one authorization server of the org, no client is without a
    // grant type, and here is one app to refer to.
    insta::assert_snapshot!(never(&tally), @"
    signOnMode changed
    settings.oauthClient.grant_types emptied
    issuer changed
    app changed
    ");
}

/// Returns what never happened to a field that it could happen to.
fn never(tally: &Tally) -> String {
    let mut missing = Vec::new();
    let of_table = fields().into_iter().map(|(path, field)| (path, field.rule.absent.is_some(), matches!(field.shape, Shape::List(_))));
    // What is declared in documents and is no field of the app's body.
    let others = [
        ("accessPolicy.name", false),
        ("accessPolicy.id", false),
        ("profile.team", false),
        ("additionalFields", false),
        ("settings.oauthClient.jwks.file", false),
        ("client_secrets", true),
        ("client_secrets.file", false),
        ("scopes", true),
        ("groups", true),
        ("groups.name", false),
        ("groups.id", false),
        ("groups.priority", false),
        ("groups.profile.role of Sales", false),
        ("issuer", false),
        ("app", false),
    ];
    for (path, nullable, list) in of_table.chain(others.map(|(path, list)| (path.to_owned(), path.starts_with("groups.profile"), list))) {
        let seen = tally.seen.get(&path).copied().unwrap_or_default();
        let wanted = [true, true, nullable, list];
        for (what, name) in [(SET, "set"), (CHANGED, "changed"), (NULLED, "nulled"), (EMPTIED, "emptied")] {
            if wanted[what] && !seen[what] {
                missing.push(format!("{path} {name}"));
            }
        }
    }
    missing.join("\n")
}

#[test]
fn the_laws_hold_whatever_okta_does_where_nobody_knows() {
    // No history here speaks to the portal.
    for switch in idpctl_emulator::switches::TABLE.iter().filter(|switch| !switch.name.starts_with("portal-")) {
        for value in &switch.values[1..] {
            let mut config = Config::default();
            config.switches.set(switch.name, value).expect("a switch of the emulator");
            let mut tally = Tally { under: format!("{} = {value}: ", switch.name), ..Tally::default() };
            histories(1000..1020, &config, &mut tally);
            assert_eq!(tally.cycles, 120);
        }
    }
}

#[test]
fn the_laws_hold_over_sockets() {
    let mut tally = Tally::default();
    for seed in 2000..2050 {
        let world = World::over_socket(Config::default());
        world.run(async |world| history(seed, world, &mut tally).await);
    }
    assert_eq!(tally.cycles, 300);
}
