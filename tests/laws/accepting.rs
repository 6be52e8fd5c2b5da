//! What is live, accepted into manifests that somebody has written comments into: it is drift no more, and nothing else of them is touched.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use idpctl::address::Address;
use idpctl::desired::{Desired, resolve};
use idpctl::diagnostic::{Diagnostics, Sources};
use idpctl::drift::{Items, What};
use idpctl::manifest::write::{Style, block};
use idpctl::manifest::{self, Document, Project, SourceFile, Variables};
use idpctl::pipeline::{self, Manifests, Observation};
use idpctl::plan::{Choices, SecretsMode};
use idpctl_emulator::Config;
use serde_json::Value;

use crate::generate::Dice;
use crate::laws::History;
use crate::servers;
use crate::world::{World, declared};

/// Returns documents as somebody could have written them: in any style, with comments on and between their lines.
fn commented(documents: &[Value], dice: &mut Dice) -> String {
    let mut out = String::new();
    for document in documents {
        out += "---\n";
        let style = *dice.pick(&[Style::Block, Style::Fitting(60), Style::Open(100)]);
        // The lines of a text line by line, which no comment can stand between.
        let mut within: Option<usize> = None;
        for line in block(document, 0, style).lines() {
            let indent = line.len() - line.trim_start().len();
            if within.is_some_and(|around| line.is_empty() || indent > around) {
                writeln!(out, "{line}").expect("a text takes it");
                continue;
            }
            let dash = line.trim_start().starts_with("- ");
            within = line.ends_with(['|', '-']).then_some(indent + if dash { 2 } else { 0 }).filter(|_| line.contains(" |"));
            if dice.below(8) == 0 {
                writeln!(out, "{}# above {}", " ".repeat(indent), dice.below(1_000_000)).expect("a text takes it");
            }
            let behind =
                if dice.below(8) == 0 && within.is_none() { format!("   # behind {}", dice.below(1_000_000)) } else { String::new() };
            writeln!(out, "{line}{behind}").expect("a text takes it");
        }
    }
    out
}

fn read(text: &str) -> Result<(Desired, Vec<Document>, SourceFile), Vec<String>> {
    let file = SourceFile { name: "generated.yaml".into(), text: text.into() };
    let mut diagnostics = Diagnostics::default();
    let documents = manifest::read(std::slice::from_ref(&file), Some(&Variables::new()), &mut Sources::default(), &mut diagnostics);
    let desired = resolve("laws", true, &documents, &crate::generate::key_sets(), &mut diagnostics);
    if diagnostics.has_errors() {
        return Err(diagnostics.sorted().iter().map(|diagnostic| diagnostic.message.clone()).collect());
    }
    Ok((desired, documents, file))
}

/// What became of what was tried.
#[derive(Default)]
struct Tally {
    accepted: usize,
    /// What no document may say, by what is wrong with it.
    unsayable: usize,
    refused: BTreeMap<String, usize>,
}

fn drift(world: &World, desired: &Desired, observation: &Observation) -> Items {
    pipeline::drift(desired, &observation.observed, &world.hashes(), &unread()).expect("it can be compared")
}

/// As `drift` does, nobody reads secrets.
fn unread() -> Choices {
    Choices { secrets: SecretsMode::Skip, ..Choices::default() }
}

/// Accepts whatever can be accepted of the drift between manifests and an org, an object at a time.
async fn accepts(world: &World, text: String, under: &str, tally: &mut Tally) {
    let mut text = text;
    let (desired, ..) = read(&text).unwrap_or_else(|faults| panic!("{under}: {faults:?}\n{text}"));
    let first = world.observe(&desired, &unread()).await;
    let addresses: Vec<Address> = drift(world, &desired, &first).items.into_iter().map(|item| item.address).collect();
    for address in addresses {
        let (desired, documents, file) = read(&text).expect("it was read before");
        let observation = world.observe(&desired, &unread()).await;
        if drift(world, &desired, &observation).items.iter().all(|item| item.address != address) {
            continue;
        }
        let files = [file];
        let project = Project::default();
        let written = Manifests { desired: &desired, documents: &documents, files: &files, project: &project };
        let chosen = [address.to_string()];
        let accepted = pipeline::accept(written, &observation.observed, &world.hashes(), &unread(), &chosen);
        let accepted = match accepted.expect("it can be compared") {
            Ok(accepted) => accepted,
            Err(refusals) => {
                let why = |refusal: &idpctl::drift::accept::Refusal| refusal.why.split(':').next().unwrap_or_default().to_owned();
                for refusal in &refusals {
                    *tally.refused.entry(why(refusal)).or_default() += 1;
                }
                continue;
            }
        };
        let [rewritten] = accepted.files.as_slice() else { continue };
        let new = rewritten.after.as_deref().expect("there are other documents");
        let Ok((after, ..)) = read(new) else {
            tally.unsayable += 1;
            continue;
        };
        let (planned, observation) = world.try_plan(&after, &unread()).await;
        if planned.is_err() {
            tally.unsayable += 1;
            continue;
        }
        let left = drift(world, &after, &observation);
        let is_field = |item: &&idpctl::drift::Item| matches!(item.what, What::Field { .. } | What::Missing | What::Undeclared { .. });
        let same = |item: &&idpctl::drift::Item| {
            let path = if let What::Field { path, .. } = &item.what { Some(path.clone()) } else { None };
            accepted.items.contains(&(item.address.clone(), path))
        };
        let still: Vec<_> = left.items.iter().filter(is_field).filter(same).collect();
        assert!(still.is_empty(), "{under}: {still:#?}\n{text}\n=======\n{new}");
        untouched(&text, new, under);
        tally.accepted += accepted.items.len();
        text = new.to_owned();
    }
}

/// Asserts that of each line that stays, the comments above it do too, and that none is there that was not.
fn untouched(before: &str, after: &str, under: &str) {
    let mut new = after.lines().peekable();
    let known: Vec<_> = before.lines().collect();
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    for line in after.lines().filter(|line| is_comment(line)) {
        assert!(known.contains(&line), "{under}: nobody wrote {line}");
    }
    // Comments have numbers: what is left of them is in the order in which it was.
    for line in known.iter().filter(|line| is_comment(line) && after.lines().any(|other| other == **line)) {
        assert!(new.any(|other| other == *line), "{under}: {line} has moved\n{before}\n=======\n{after}");
    }
}

#[test]
fn what_is_accepted_of_an_app_is_drift_no_more() {
    let mut tally = Tally::default();
    for seed in 0..10 {
        let mut config = Config::default();
        config.switches.set("unknown-fields", "keep").expect("a switch of the emulator");
        World::new(config).run(async |world| {
            let mut dice = Dice::new(seed);
            let mut history = History::new(seed, world).await;
            let (earlier, _) = history.goes_on(world);
            let (documents, choices) = history.goes_on(world);
            let choices = Choices { prune: true, ..choices };
            for documents in [&earlier, &documents] {
                let (plan, observation) = world.plan(&declared(documents), &choices).await;
                assert!(world.apply(&plan, &observation).await.is_complete());
            }
            accepts(world, commented(&earlier, &mut dice), &format!("seed {seed}"), &mut tally).await;
        });
    }
    assert!(tally.accepted > 60, "{} were accepted, {} cannot be said", tally.accepted, tally.unsayable);
    insta::assert_snapshot!(format!("{:#?}", tally.refused), @r#"
    {
        "no Grant document speaks of it": 4,
        "no GroupAssignment document speaks of it": 2,
    }
    "#);
}

#[test]
fn what_is_accepted_of_an_authorization_server_is_drift_no_more() {
    let mut tally = Tally::default();
    for seed in 0..12 {
        let mut dice = Dice::new(seed);
        let (config, encryption) = servers::any_org(&mut dice);
        World::new(config).run(async |world| {
            let group = world.groups(&["Sales"]).await.remove(0);
            let people = ["00u1a2b3c4d5e6f7g8h9".to_owned(), group];
            let generations = [0, 1].map(|generation| servers::documents(&mut dice, generation, encryption, &people));
            let choices = Choices { prune: true, max_deletes: Some(100), ..Choices::default() };
            for documents in &generations {
                let (plan, observation) = world.plan(&declared(documents), &choices).await;
                assert!(world.apply(&plan, &observation).await.is_complete());
            }
            accepts(world, commented(&generations[0], &mut dice), &format!("seed {seed}"), &mut tally).await;
        });
    }
    assert!(tally.accepted > 60, "{} were accepted, {} cannot be said", tally.accepted, tally.unsayable);
    insta::assert_snapshot!(format!("{:#?}", tally.refused), @"{}");
}
