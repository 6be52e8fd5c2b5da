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
use crate::plan::freeing;
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
///
/// No step looks at everything that waits: actions are known by their places in the plan, and move as those that they wait for finish.
pub(super) struct Board {
    waiting: BTreeMap<usize, (Bucket, Action)>,
    /// Of those, the ones that wait for no action any more, and at most for their lane.
    ready: BTreeSet<usize>,
    /// Deletions that would be ready if they did not come last.
    held_back: BTreeSet<usize>,
    /// Those with a forerunner that did not come about.
    hopeless: BTreeSet<usize>,
    /// By address, the actions that wait for it.
    followers: BTreeMap<Address, Vec<usize>>,
    /// The deletions that make room for something.
    freeing: BTreeSet<Address>,
    /// By place, how many unfinished actions it waits for.
    unmet: Vec<usize>,
    busy: BTreeSet<Subject>,
    /// The buckets of the actions that run.
    running: Vec<Bucket>,
    pub(super) report: Report,
    /// How many actions that delete nothing are not finished.
    constructive: usize,
}

impl Board {
    pub(super) fn new(actions: &[Action]) -> Self {
        let planned: BTreeSet<_> = actions.iter().map(|a| &a.address).collect();
        let mut followers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut unmet = vec![0; actions.len()];
        for (place, action) in actions.iter().enumerate() {
            for first in action.after.iter().filter(|first| planned.contains(first)) {
                followers.entry(first.clone()).or_default().push(place);
                unmet[place] += 1;
            }
        }
        let mut board = Self {
            waiting: actions.iter().map(|action| (slowest(action), action.clone())).enumerate().collect(),
            ready: BTreeSet::new(),
            held_back: BTreeSet::new(),
            hopeless: BTreeSet::new(),
            followers,
            freeing: freeing(actions).into_iter().cloned().collect(),
            unmet,
            busy: BTreeSet::new(),
            running: Vec::new(),
            report: Report::default(),
            constructive: actions.iter().filter(|a| a.verb != Verb::Delete).count(),
        };
        for place in (0..actions.len()).filter(|place| board.unmet[*place] == 0).collect::<Vec<_>>() {
            board.offer(place);
        }
        board
    }

    /// Takes out the next action that can start when so many run at once at most.
    pub(super) fn next(&mut self, at_once: NonZeroUsize) -> Option<Action> {
        let free = at_once.get().saturating_sub(self.running.len());
        let place = match free {
            0 => return None,
            1 => self.first(|bucket| !self.running.contains(&bucket)).or_else(|| self.first(|_| true)),
            _ => self.first(|_| true),
        };
        let (bucket, action) = self.take(place?)?;
        self.busy.extend(action.lane.clone());
        self.running.push(bucket);
        Some(action)
    }

    /// Returns the place of the first action that can start and has a bucket that fits.
    fn first(&self, fits: impl Fn(Bucket) -> bool) -> Option<usize> {
        let lane_free = |action: &Action| action.lane.as_ref().is_none_or(|lane| !self.busy.contains(lane));
        let can = |place: &usize| self.waiting.get(place).is_some_and(|(bucket, action)| fits(*bucket) && lane_free(action));
        self.ready.iter().copied().find(can)
    }

    /// Takes note that an action waits for no other any more.
    fn offer(&mut self, place: usize) {
        let Some((_, action)) = self.waiting.get(&place) else { return };
        // Deletions come last, but for those that make room for something.
        let last = action.verb == Verb::Delete && !self.freeing.contains(&action.address);
        if last && self.constructive > 0 {
            self.held_back.insert(place)
        } else {
            self.ready.insert(place)
        };
    }

    fn take(&mut self, place: usize) -> Option<(Bucket, Action)> {
        self.ready.remove(&place);
        self.held_back.remove(&place);
        self.hopeless.remove(&place);
        self.waiting.remove(&place)
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
        if self.constructive == 0 {
            self.ready.append(&mut self.held_back);
        }
        let came_about = came_about(&outcome);
        self.report.outcomes.insert(action.address.clone(), outcome);
        for place in self.followers.get(&action.address).cloned().unwrap_or_default() {
            self.unmet[place] -= 1;
            if self.unmet[place] == 0 {
                self.offer(place);
            }
            if !came_about && self.waiting.contains_key(&place) {
                self.hopeless.insert(place);
            }
        }
    }

    /// Gives up on actions whose forerunner did not come about, and on all of them once no new one is to be started.
    pub(super) fn skip_hopeless(&mut self, stopped: bool) {
        loop {
            let first = if stopped { self.waiting.keys().next() } else { self.hopeless.first() };
            let Some((_, action)) = first.copied().and_then(|place| self.take(place)) else { return };
            let why = match blocker(&action, &self.report.outcomes) {
                Some(first) => format!("{first} did not come about"),
                None => "interrupted before it was started".to_owned(),
            };
            self.settle(&action, Outcome::Skipped { why });
        }
    }
}

fn came_about(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Applied | Outcome::Unchanged)
}

fn blocker<'a>(action: &'a Action, outcomes: &BTreeMap<Address, Outcome>) -> Option<&'a Address> {
    action.after.iter().find(|first| outcomes.get(first).is_some_and(|o| !came_about(o)))
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
