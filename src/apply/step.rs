//! One step: look, send if it must be, and make sure.

use tokio::time::{sleep, sleep_until};

use super::answer::Answer;
use super::expect::differences;
use super::probe::{Seen, failed, is_list, recognises};
use super::{Entry, Failure, Run};
use crate::address::Address;
use crate::observed::Status;
use crate::program::{Expect, Probe, Step, Subject};
use crate::request::{Method, Request};
use crate::secret::SecretRef;

/// How often a request is sent whose answers never come.
const ATTEMPTS: u32 = 4;

/// Why a step did not come about.
#[derive(Debug)]
pub(super) enum Stop {
    /// The world is not the one that was planned for.
    Refused(String),
    /// A request failed, or did not do what was asked.
    Failed(Failure),
    /// Whether it was done cannot be told.
    InDoubt(String),
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// It was done already.
    Before,
    /// It was done.
    Now,
}

impl Run {
    /// Carries out a step of an action.
    pub(super) async fn step(&self, action: &Address, step: &Step) -> Result<Done, Stop> {
        let mut seen = self.look_before(step).await?;
        if self.holds(&step.post, &seen) {
            self.remember(action, step, &seen);
            return Ok(Done::Before);
        }
        let mut attempt = 0;
        loop {
            attempt += 1;
            let unmet = differences(&step.pre, &seen, &self.secrets);
            if !unmet.is_empty() {
                return Err(Stop::Refused(unmet.join("; ")));
            }
            let request = self.fill(&step.call, &seen)?;
            self.note(action, &request, "sending", None);
            match self.writer.send::<Answer>(request.clone()).await {
                Ok(answer) => {
                    self.note(action, &request, "answered", None);
                    return self.make_sure(action, step, &request, &answer).await;
                }
                Err(error) => {
                    self.note(action, &request, "failed", Some(error.to_string()));
                    let ambiguous = error.is_ambiguous();
                    if ambiguous && !recognises(&step.probe) {
                        let why = format!(
                            "the answer to {request} never came ({error}), and what it makes bears nothing to know it by; look in Okta before trying again"
                        );
                        return Err(Stop::InDoubt(why));
                    }
                    seen = self.look_again(step, ambiguous).await?;
                    if self.holds(&step.post, &seen) {
                        self.remember(action, step, &seen);
                        return Ok(Done::Now);
                    }
                    if !ambiguous || attempt == ATTEMPTS {
                        let sent = if attempt == 1 { String::new() } else { format!(", which was sent {attempt} times") };
                        return Err(failed(format!("could not do {request}{sent}"), error));
                    }
                }
            }
        }
    }

    fn holds(&self, expected: &[Expect], seen: &Seen) -> bool {
        differences(expected, seen, &self.secrets).is_empty()
    }

    /// Looks what there is before a step. A list may not show yet what was done a moment ago: what was done before the plan shows a
    /// settling time after the org was read, and what this run did a settling time from now, so what fits neither side of the step is
    /// looked at again.
    async fn look_before(&self, step: &Step) -> Result<Seen, Stop> {
        if is_list(&step.probe) {
            sleep_until(self.options.observed_at + self.options.settle).await;
        }
        let seen = self.look(&step.probe).await?;
        if !is_list(&step.probe) || self.holds(&step.post, &seen) || self.holds(&step.pre, &seen) {
            return Ok(seen);
        }
        sleep(self.options.settle).await;
        self.look(&step.probe).await
    }

    /// Looks whether a request that failed had an effect all the same. A "no" counts only after it was heard again.
    async fn look_again(&self, step: &Step, ambiguous: bool) -> Result<Seen, Stop> {
        if ambiguous { self.look_for(&step.probe, &step.post).await } else { self.look(&step.probe).await }
    }

    /// Looks for what is expected, and once more after a settling time if it is not there.
    async fn look_for(&self, probe: &Probe, expected: &[Expect]) -> Result<Seen, Stop> {
        let seen = self.look(probe).await?;
        if self.holds(expected, &seen) {
            return Ok(seen);
        }
        sleep(self.options.settle).await;
        self.look(probe).await
    }

    async fn make_sure(&self, action: &Address, step: &Step, request: &Request, answer: &Answer) -> Result<Done, Stop> {
        let seen = match answer.seen(step) {
            Some(seen) => seen,
            // A deletion that was answered is done; lists may still show what is gone.
            None if step.call.method == Method::Delete => return Ok(Done::Now),
            None if matches!(step.probe, Probe::Find { .. }) => {
                return Err(Stop::InDoubt(format!("the answer to {request} does not show what was made")));
            }
            None => self.look(&step.probe).await?,
        };
        let mut differences = answer.faults(step, request, &seen, &self.secrets);
        if let (Seen::App(Some(app)), [_, ..]) = (&seen, answer.unconfirmed(step, &self.secrets).as_slice()) {
            let held = |reference: &SecretRef| Expect::SecretHeld { reference: reference.clone(), status: Status::Active };
            let wanted: Vec<_> = answer.unconfirmed(step, &self.secrets).into_iter().map(held).collect();
            let there = self.look_for(&Probe::Secrets(Subject::Id(app.id.clone())), &wanted).await?;
            differences.extend(self::differences(&wanted, &there, &self.secrets));
        }
        if !differences.is_empty() {
            // What was made is there all the same, and must be found by whatever comes next.
            self.remember(action, step, &seen);
            return Err(Stop::Failed(Failure::NotAsAsked { differences }));
        }
        self.remember(action, step, &seen);
        Ok(Done::Now)
    }

    /// A create tells which app its address stands for.
    fn remember(&self, action: &Address, step: &Step, seen: &Seen) {
        if let (Probe::Find { .. }, Seen::App(Some(app))) = (&step.probe, seen)
            && step.pre == [Expect::NoApp]
        {
            self.bind(action, app.id.clone());
        }
    }

    fn note(&self, action: &Address, request: &Request, event: &'static str, detail: Option<String>) {
        let request = Some(format!("{} {}", request.method.as_str(), request.path));
        self.options.journal.record(&Entry { address: action.clone(), request, event, detail });
    }
}
