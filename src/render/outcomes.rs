//! What became of a plan, as text for people and JSON for programs, in address order.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;

use serde_json::{Value, json};

use super::advice;
use super::plan::{inert, word};
use super::style::{Style, Tone};
use crate::apply::{Failure, Outcome, Report};
use crate::plan::Plan;

/// The version of the JSON form.
const FORMAT_VERSION: u32 = 1;
/// Every word for an outcome, in the order in which they are counted.
const WORDS: [&str; 6] = ["applied", "unchanged", "failed", "skipped", "refused", "in doubt"];

/// Returns the outcomes as text.
pub fn text(plan: &Plan, report: &Report, style: Style) -> String {
    let mut lines = Vec::new();
    // A hundred actions that fail for one reason need its remedy once.
    let hints: BTreeSet<_> = report.outcomes.values().filter_map(hint).collect();
    for (address, outcome) in &report.outcomes {
        let verb = plan.actions.iter().find(|action| action.address == *address).map_or("", |action| word(action.verb));
        let head = style.paint(tone(outcome), format_args!("{:<9}", outcome.word()));
        lines.push(format!("{head} {verb} {}", inert(address)));
        lines.extend(reasons(outcome).iter().map(|reason| format!("    {}", inert(reason))));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(style.paint(Tone::Heading, summary(report)));
    if !report.is_complete() {
        lines.push("What is done stays done: look at the reasons, then plan and apply again.".to_owned());
    }
    lines.extend(hints.iter().map(|hint| format!("hint: {hint}")));
    lines.join("\n") + "\n"
}

/// Returns the outcomes as JSON.
pub fn json(plan: &Plan, report: &Report) -> Value {
    let outcomes: Vec<_> = report
        .outcomes
        .iter()
        .map(|(address, outcome)| {
            let verb = plan.actions.iter().find(|action| action.address == *address).map(|action| action.verb);
            let hint = hint(outcome).map(|hint| format!("hint: {hint}"));
            let reasons: Vec<_> = reasons(outcome).into_iter().chain(hint).map(|reason| inert(&reason)).collect();
            json!({"address": address, "verb": verb, "outcome": name(outcome), "reasons": reasons})
        })
        .collect();
    let counts = counts(report);
    let summary: serde_json::Map<_, _> =
        WORDS.iter().map(|word| (word.replace(' ', "_"), json!(counts.get(word).copied().unwrap_or_default()))).collect();
    let mut tree =
        json!({"format_version": FORMAT_VERSION, "org": plan.org, "project": plan.project, "outcomes": outcomes, "summary": summary});
    if let Some(portal) = &plan.portal {
        tree["portal"] = json!(portal);
    }
    tree
}

fn name(outcome: &Outcome) -> String {
    outcome.word().replace(' ', "_")
}

fn counts(report: &Report) -> BTreeMap<&'static str, usize> {
    report.outcomes.values().fold(BTreeMap::new(), |mut counts, outcome| {
        *counts.entry(outcome.word()).or_default() += 1;
        counts
    })
}

fn summary(report: &Report) -> String {
    let counts = counts(report);
    let told: Vec<_> = WORDS.iter().filter_map(|word| Some(format!("{} {word}", counts.get(word)?))).collect();
    if told.is_empty() { "Nothing to do: the org is as declared.".to_owned() } else { format!("{}.", told.join(", ")) }
}

const fn tone(outcome: &Outcome) -> Tone {
    match outcome {
        Outcome::Applied => Tone::Added,
        Outcome::Unchanged => Tone::Faint,
        Outcome::Skipped { .. } => Tone::Changed,
        Outcome::Failed { .. } | Outcome::Refused { .. } | Outcome::InDoubt { .. } => Tone::Danger,
    }
}

/// What to do about a server that accepts a request and keeps something else.
const NOT_AS_ASKED: &str =
    "look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out";

/// Returns what to do about an outcome, where that is known.
fn hint(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Failed { why } => match &**why {
            Failure::Http { source, .. } => advice(source),
            Failure::NotAsAsked { .. } => Some(NOT_AS_ASKED),
            // It says itself to plan again.
            Failure::Midway { .. } | Failure::NotKept { .. } => None,
        },
        _ => None,
    }
}

/// Returns why it came to an outcome, the nearest cause first.
fn reasons(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Applied | Outcome::Unchanged => Vec::new(),
        Outcome::Skipped { why } | Outcome::Refused { why } | Outcome::InDoubt { why } => vec![why.clone()],
        Outcome::Failed { why } => {
            let mut reasons = vec![why.to_string()];
            let mut cause = why.source();
            while let Some(inner) = cause {
                reasons.push(format!("caused by: {inner}"));
                cause = inner.source();
            }
            reasons
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use super::*;
    use crate::address::{Address, Kind};
    use crate::plan::{Choices, Org};
    use crate::program::{Action, Verb};

    fn plan_and_report() -> (Plan, Report) {
        let app = |name: &str| Address::new(Kind::App, name);
        let why = "it is no longer what was planned for: label\u{1b}[31m".to_owned();
        let failure = Failure::NotAsAsked {
            request: "PUT /api/v1/apps/0oa1".to_owned(),
            differences: vec!["`label` is \"x\"".to_owned(), "`status` is missing".to_owned()],
        };
        let outcomes: BTreeMap<_, _> = [
            (app("a"), Outcome::Applied),
            (app("b"), Outcome::Unchanged),
            (app("c"), Outcome::Failed { why: Arc::new(failure) }),
            (Address::new(Kind::Grant, "c").below(["okta.users.read"]), Outcome::Skipped { why: "App/c did not come about".to_owned() }),
            (app("d"), Outcome::Refused { why }),
            (app("e"), Outcome::InDoubt { why: "no answer came".to_owned() }),
        ]
        .into();
        let action = |address: &Address| {
            let (fields, steps, notes) = (Vec::new(), Vec::new(), Vec::new());
            Action {
                address: address.clone(),
                verb: Verb::Create,
                title: String::new(),
                fields,
                steps,
                after: BTreeSet::new(),
                lane: None,
                notes,
            }
        };
        let none = || Vec::new();
        let plan = Plan {
            format_version: 1,
            project: "payments".to_owned(),
            org: Some(Org { id: "00o1".to_owned(), url: "https://acme.okta.com".to_owned() }),
            portal: None,
            choices: Choices::default(),
            bindings: BTreeMap::new(),
            actions: outcomes.keys().map(action).collect(),
            guards: Vec::new(),
            findings: Vec::new(),
            left_alone: none(),
            not_compared: none(),
            notes: none(),
        };
        (plan, Report { outcomes })
    }

    #[test]
    fn every_outcome_is_told_with_its_reasons() {
        let (plan, report) = plan_and_report();
        insta::assert_snapshot!(text(&plan, &report, Style::default()), @r#"
        applied   create App/a
        unchanged create App/b
        failed    create App/c
            the server accepted PUT /api/v1/apps/0oa1 and did not do what was asked: `label` is "x"; `status` is missing
        refused   create App/d
            it is no longer what was planned for: label\u{1b}[31m
        in doubt  create App/e
            no answer came
        skipped   create Grant/c/okta.users.read
            App/c did not come about

        1 applied, 1 unchanged, 1 failed, 1 skipped, 1 refused, 1 in doubt.
        What is done stays done: look at the reasons, then plan and apply again.
        hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out
        "#);
        insta::assert_snapshot!(super::super::json_text(&json(&plan, &report)), @r#"
        {
          "format_version": 1,
          "org": {
            "id": "00o1",
            "url": "https://acme.okta.com"
          },
          "project": "payments",
          "outcomes": [
            {
              "address": "App/a",
              "verb": "create",
              "outcome": "applied",
              "reasons": []
            },
            {
              "address": "App/b",
              "verb": "create",
              "outcome": "unchanged",
              "reasons": []
            },
            {
              "address": "App/c",
              "verb": "create",
              "outcome": "failed",
              "reasons": [
                "the server accepted PUT /api/v1/apps/0oa1 and did not do what was asked: `label` is \"x\"; `status` is missing",
                "hint: look what it holds now; if it lacks a feature or does not know a value, declare what it keeps or leave the field out"
              ]
            },
            {
              "address": "App/d",
              "verb": "create",
              "outcome": "refused",
              "reasons": [
                "it is no longer what was planned for: label\\u{1b}[31m"
              ]
            },
            {
              "address": "App/e",
              "verb": "create",
              "outcome": "in_doubt",
              "reasons": [
                "no answer came"
              ]
            },
            {
              "address": "Grant/c/okta.users.read",
              "verb": "create",
              "outcome": "skipped",
              "reasons": [
                "App/c did not come about"
              ]
            }
          ],
          "summary": {
            "applied": 1,
            "unchanged": 1,
            "failed": 1,
            "skipped": 1,
            "refused": 1,
            "in_doubt": 1
          }
        }
        "#);
    }

    #[test]
    fn a_complete_apply_suggests_nothing() {
        let (plan, mut report) = plan_and_report();
        report.outcomes.retain(|_, outcome| matches!(outcome, Outcome::Applied));
        insta::assert_snapshot!(text(&plan, &report, Style::default()), @"
        applied   create App/a

        1 applied.
        ");
        assert_eq!(text(&plan, &Report::default(), Style::default()), "Nothing to do: the org is as declared.\n");
    }
}
