//! Which action runs when: after what it waits for, one at a time in a lane, so many at once.
//!
//! No rate-limit bucket has all places to itself while there is work for another one: actions that wait for the budget of theirs must not
//! hold up those that have a budget left.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::cost::slowest;
use super::step::{Done, Stop};
use super::{Entry, Failure, Outcome, Report, Run};
use crate::address::Address;
use crate::http::Bucket;
use crate::program::{Action, Subject, Verb};

/// Runs all actions.
pub(super) async fn run(actions: &[Action], run: Arc<Run>) -> Report {
    let mut board = Board::new(actions);
    let mut running = JoinSet::new();
    loop {
        board.skip_hopeless(*run.options.stop.borrow());
        while let Some(action) = board.next(run.options.parallelism) {
            let run = Arc::clone(&run);
            running.spawn(async move {
                let outcome = run.action(&action).await;
                (action, outcome)
            });
        }
        let Some(joined) = running.join_next().await else { return board.report };
        // No task is ever aborted, so what is not an outcome is a panic, which goes on here.
        let (action, outcome) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        board.finish(&action, outcome);
    }
}

/// What waits, what is busy, what is done.
pub(super) struct Board {
    waiting: Vec<(Bucket, Action)>,
    busy: BTreeSet<Subject>,
    /// The buckets of the actions that run.
    running: Vec<Bucket>,
    pub(super) report: Report,
    planned: BTreeSet<Address>,
    /// What some action waits for.
    awaited: BTreeSet<Address>,
    /// How many actions that delete nothing are not finished.
    constructive: usize,
}

impl Board {
    pub(super) fn new(actions: &[Action]) -> Self {
        Self {
            waiting: actions.iter().map(|action| (slowest(action), action.clone())).collect(),
            busy: BTreeSet::new(),
            running: Vec::new(),
            report: Report::default(),
            planned: actions.iter().map(|a| a.address.clone()).collect(),
            awaited: actions.iter().flat_map(|a| a.after.iter().cloned()).collect(),
            constructive: actions.iter().filter(|a| a.verb != Verb::Delete).count(),
        }
    }

    /// Takes out the next action that can start when so many run at once at most.
    pub(super) fn next(&mut self, at_once: NonZeroUsize) -> Option<Action> {
        let free = at_once.get().saturating_sub(self.running.len());
        let ready = match free {
            0 => return None,
            1 => self.position(|bucket| !self.running.contains(&bucket)).or_else(|| self.position(|_| true)),
            _ => self.position(|_| true),
        };
        let (bucket, action) = self.waiting.remove(ready?);
        self.busy.extend(action.lane.clone());
        self.running.push(bucket);
        Some(action)
    }

    fn position(&self, fits: impl Fn(Bucket) -> bool) -> Option<usize> {
        self.waiting.iter().position(|(bucket, action)| fits(*bucket) && self.is_ready(action))
    }

    fn is_ready(&self, action: &Action) -> bool {
        let lane_free = action.lane.as_ref().is_none_or(|lane| !self.busy.contains(lane));
        // Deletions come last, but for those that make room for something.
        let held_back = action.verb == Verb::Delete && self.constructive > 0 && !self.awaited.contains(&action.address);
        let unfinished = |first: &Address| self.planned.contains(first) && !self.report.outcomes.contains_key(first);
        lane_free && !held_back && !action.after.iter().any(unfinished)
    }

    pub(super) fn finish(&mut self, action: &Action, outcome: Outcome) {
        if let Some(lane) = &action.lane {
            self.busy.remove(lane);
        }
        let bucket = slowest(action);
        if let Some(place) = self.running.iter().position(|running| *running == bucket) {
            self.running.swap_remove(place);
        }
        self.settle(action, outcome);
    }

    fn settle(&mut self, action: &Action, outcome: Outcome) {
        self.constructive -= usize::from(action.verb != Verb::Delete);
        self.report.outcomes.insert(action.address.clone(), outcome);
    }

    /// Gives up on actions whose forerunner did not come about, and on all of them once no new one is to be started.
    pub(super) fn skip_hopeless(&mut self, stopped: bool) {
        loop {
            let outcomes: &BTreeMap<_, _> = &self.report.outcomes;
            let hopeless = self.waiting.iter().position(|(_, action)| stopped || blocker(action, outcomes).is_some());
            let Some(index) = hopeless else { return };
            let (_, action) = self.waiting.remove(index);
            let why = match blocker(&action, &self.report.outcomes) {
                Some(first) => format!("{first} did not come about"),
                None => "interrupted before it was started".to_owned(),
            };
            self.settle(&action, Outcome::Skipped { why });
        }
    }
}

fn blocker<'a>(action: &'a Action, outcomes: &BTreeMap<Address, Outcome>) -> Option<&'a Address> {
    action.after.iter().find(|first| outcomes.get(first).is_some_and(|o| !matches!(o, Outcome::Applied | Outcome::Unchanged)))
}

impl Run {
    async fn action(&self, action: &Action) -> Outcome {
        let mut done = Done::Before;
        let mut outcome = None;
        for step in &action.steps {
            match self.step(&action.address, step).await {
                Ok(Done::Before) => {}
                Ok(Done::Now) => done = Done::Now,
                Err(stop) => {
                    outcome = Some(match stop {
                        Stop::Refused(why) if done == Done::Before => Outcome::Refused { why },
                        // Part of the action is done: that is no clean refusal any more.
                        Stop::Refused(why) => Outcome::Failed { why: Arc::new(Failure::Midway { why }) },
                        Stop::Failed(why) => Outcome::Failed { why: Arc::new(why) },
                        Stop::InDoubt(why) => Outcome::InDoubt { why },
                    });
                    break;
                }
            }
        }
        let outcome = outcome.unwrap_or(if done == Done::Now { Outcome::Applied } else { Outcome::Unchanged });
        self.options.journal.record(&Entry { address: action.address.clone(), request: None, event: outcome.word(), detail: None });
        outcome
    }
}
