//! The three laws for every field of every kind.

use std::collections::BTreeMap;

use idpctl::address::{Address, Kind};
use idpctl::apply::{Outcome, Report};
use idpctl::plan::{Choices, Plan, write};
use idpctl_emulator::Config;
use serde_json::Value;

use crate::generate::{Dice, Generation, fields, generation};
use crate::world::{World, declared};

/// How often plan and apply ran.
#[derive(Default)]
struct Tally {
    cycles: usize,
    /// What happened to each field.
    seen: BTreeMap<String, [bool; 4]>,
}

const SET: usize = 0;
const CHANGED: usize = 1;
const NULLED: usize = 2;
const EMPTIED: usize = 3;

impl Tally {
    fn note(&mut self, made: &Generation, before: Option<&Generation>) {
        for (path, value) in &made.fields {
            let seen = self.seen.entry(path.clone()).or_default();
            let earlier = before.and_then(|b| b.fields.get(path));
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
    assert!(report.is_complete(), "{report:#?}\n{}\n{}", shown(&plan), serde_json::to_string_pretty(documents).unwrap());
    let (after, again) = world.plan(&desired, choices).await;
    assert!(after.is_empty(), "a plan after an apply is empty:\n{}\nafter\n{}", shown(&after), shown(&plan));
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
    serde_json::to_string_pretty(&plan.actions).unwrap()
}

fn histories(seeds: std::ops::Range<u64>, config: &Config, tally: &mut Tally) {
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let sort = ["web", "native", "browser", "service"][dice.below(4)];
        let world = World::new(config.clone());
        world.run(async |world| {
            let mut before: Option<Generation> = None;
            let mut sort = sort;
            for _ in 0..3 {
                if dice.below(12) == 0 {
                    sort = ["web", "native", "browser", "service"][dice.below(4)];
                }
                let made = generation(&mut dice, sort, before.as_ref());
                tally.note(&made, before.as_ref());
                let choices = Choices {
                    prune: dice.below(2) == 0 || made.secrets.as_ref().is_some_and(|s| s.len() == 2),
                    max_deletes: Some(100),
                    allow_replace: [Address::new(Kind::App, "web-portal")].into(),
                    ..Choices::default()
                };
                let documents = made.documents("web-portal");
                obeys_the_laws(world, &documents, &choices, tally).await;
                before = Some(made);
            }
        });
    }
}

#[test]
fn every_field_of_every_kind_obeys_the_three_laws() {
    let mut tally = Tally::default();
    histories(0..900, &Config::default(), &mut tally);
    assert!(tally.cycles >= 5000, "{} cycles", tally.cycles);
    let mut missing = Vec::new();
    for (path, field) in fields() {
        let seen = tally.seen.get(&path).copied().unwrap_or_default();
        let list = matches!(field.shape, idpctl::resource::Shape::List(_));
        let wanted = [true, true, field.rule.absent.is_some(), list];
        for (what, name) in [(SET, "set"), (CHANGED, "changed"), (NULLED, "nulled"), (EMPTIED, "emptied")] {
            if wanted[what] && !seen[what] {
                missing.push(format!("{path} {name}"));
            }
        }
    }
    insta::assert_snapshot!(missing.join("\n"), @"");
}
