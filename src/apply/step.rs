//! One step: look, send if it must be, and make sure.

use std::error::Error as _;
use std::fmt::Display;

use tokio::time::{Instant, sleep_until};

use super::answer::Answer;
use super::expect::{differences, hindrances};
use super::probe::{Seen, failed, is_list, recognises};
use super::{Entry, Failure, Run};
use crate::address::Address;
use crate::http::Error;
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

/// Returns what is said when the effect of a request could not be read.
fn unread(what: &dyn Display, stop: &Stop) -> Stop {
    let mut why = match stop {
        Stop::Refused(why) | Stop::InDoubt(why) => why.clone(),
        Stop::Failed(failure) => failure.to_string(),
    };
    let mut cause = if let Stop::Failed(failure) = stop { failure.source() } else { None };
    while let Some(inner) = cause {
        why = format!("{why}: {inner}");
        cause = inner.source();
    }
    Stop::InDoubt(format!("{what}, and whether it was done could not be read ({why}); plan again to see"))
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
        let filled = self.with_clients(step).await?;
        let step = filled.as_ref();
        let mut seen = self.look_before(step).await?;
        let mut attempt = 0;
        loop {
            if self.holds(&step.post, &seen) {
                self.remember(action, step, &seen);
                return Ok(if attempt == 0 { Done::Before } else { Done::Now });
            }
            let unmet = if attempt == 0 { differences(&step.pre, &seen, &self.secrets) } else { hindrances(step, &seen, &self.secrets) };
            if !unmet.is_empty() {
                return Err(Stop::Refused(unmet.join("; ")));
            }
            self.must_be_unwritten(step)?;
            attempt += 1;
            // What was made along with something else gets its address here: the path of the request has it.
            self.remember(action, step, &seen);
            let request = self.fill(&step.call, &seen)?;
            self.note(action, &request, "sending", None);
            match self.writer.send::<Answer>(request.clone()).await {
                Ok(answer) => {
                    self.note(action, &request, "answered", None);
                    return self.make_sure(action, step, &request, &answer).await;
                }
                Err(error) => {
                    self.note(action, &request, "failed", Some(error.to_string()));
                    seen = self.look_after_failure(step, &request, error, attempt).await?;
                }
            }
        }
    }

    /// Looks whether a request that failed had an effect all the same. Returns what is there if it had, or if it may be sent again.
    async fn look_after_failure(&self, step: &Step, request: &Request, error: Error, attempt: u32) -> Result<Seen, Stop> {
        let ambiguous = error.is_ambiguous();
        if ambiguous && !recognises(&step.probe) {
            let why = format!(
                "the answer to {request} never came ({error}), and what it makes bears nothing to know it by; look in Okta before trying again"
            );
            return Err(Stop::InDoubt(why));
        }
        match self.look_again(step, ambiguous).await {
            Ok(seen) if self.holds(&step.post, &seen) => return Ok(seen),
            Ok(seen) if ambiguous => {
                let unmet = hindrances(step, &seen, &self.secrets);
                if !unmet.is_empty() {
                    let why = format!("{error}, and what is there now is neither what was planned for nor what was asked: ");
                    return Err(Stop::InDoubt(why + &unmet.join("; ")));
                }
                if attempt < ATTEMPTS {
                    return Ok(seen);
                }
            }
            Err(stop) if ambiguous => return Err(unread(&error, &stop)),
            Ok(_) | Err(_) => {}
        }
        let sent = if attempt == 1 { String::new() } else { format!(", which was sent {attempt} times") };
        Err(failed(format!("could not do {request}{sent}"), error))
    }

    fn holds(&self, expected: &[Expect], seen: &Seen) -> bool {
        differences(expected, seen, &self.secrets).is_empty()
    }

    /// Looks what there is before a step. A list may not show yet what was done a moment ago: what was done before the plan shows a
    /// settling time after the org was read, and what this run did a settling time from now, so what fits neither side of the step is
    /// looked at again.
    async fn look_before(&self, step: &Step) -> Result<Seen, Stop> {
        if is_list(&step.probe) {
            self.rest_until(self.options.observed_at + self.options.settle).await;
        }
        let seen = self.look(&step.probe).await?;
        if !is_list(&step.probe) || self.holds(&step.post, &seen) || self.holds(&step.pre, &seen) {
            return Ok(seen);
        }
        self.rest_until(Instant::now() + self.options.settle).await;
        self.look(&step.probe).await
    }

    /// Looks again. What may only be late counts as missing when that was heard twice.
    async fn look_again(&self, step: &Step, may_be_late: bool) -> Result<Seen, Stop> {
        if may_be_late { self.look_for(&step.probe, &step.post).await } else { self.look(&step.probe).await }
    }

    /// Looks for what is expected, and once more after a settling time if it is not there.
    async fn look_for(&self, probe: &Probe, expected: &[Expect]) -> Result<Seen, Stop> {
        let seen = self.look(probe).await?;
        if self.holds(expected, &seen) {
            return Ok(seen);
        }
        self.rest_until(Instant::now() + self.options.settle).await;
        self.look(probe).await
    }

    /// Waits, but not for longer than there is any use in it.
    async fn rest_until(&self, time: Instant) {
        let deadline = self.writer.reader().deadline();
        sleep_until(deadline.map_or(time, |deadline| deadline.min(time))).await;
    }

    async fn make_sure(&self, action: &Address, step: &Step, request: &Request, answer: &Answer) -> Result<Done, Stop> {
        if let Probe::SecretFile(file) = &step.probe {
            return self.keep(file, request, answer);
        }
        let unconfirmed = |stop| unread(&format_args!("`{request}` was answered"), &stop);
        let seen = match answer.seen(step) {
            Some(seen) => seen,
            // A deletion that was answered with nothing is done; lists may still show what is gone.
            None if step.call.method == Method::Delete && answer.is_empty() => return Ok(Done::Now),
            None if matches!(
                step.probe,
                Probe::Find { .. } | Probe::FindClient { .. } | Probe::FindListed { .. } | Probe::FindPart { .. }
            ) =>
            {
                return Err(Stop::InDoubt(format!("the answer to {request} does not show what was made")));
            }
            None => self.look(&step.probe).await.map_err(unconfirmed)?,
        };
        let mut differences = answer.faults(step, request, &seen, &self.secrets);
        if let (Seen::App(Some(app)), [_, ..]) = (&seen, answer.unconfirmed(step, &self.secrets).as_slice()) {
            let held = |reference: &SecretRef| Expect::SecretHeld { reference: reference.clone(), status: Status::Active };
            let wanted: Vec<_> = answer.unconfirmed(step, &self.secrets).into_iter().map(held).collect();
            let there = self.look_for(&Probe::Secrets(Subject::Id(app.id.clone())), &wanted).await.map_err(unconfirmed)?;
            differences.extend(self::differences(&wanted, &there, &self.secrets));
        }
        if !differences.is_empty() {
            // What was made is there all the same, and must be found by whatever comes next.
            self.remember(action, step, &seen);
            return Err(Stop::Failed(Failure::NotAsAsked { request: request.to_string(), differences }));
        }
        self.remember(action, step, &seen);
        Ok(Done::Now)
    }

    /// A create tells which object its address stands for.
    fn remember(&self, action: &Address, step: &Step, seen: &Seen) {
        match (&step.probe, seen) {
            (Probe::Find { .. }, Seen::App(Some(app))) => {
                self.bind(action, app.id.clone());
                self.know_client(action, app.client_id.clone());
            }
            (Probe::FindClient { .. }, Seen::Client(Some(client))) => {
                self.bind(action, client.id.clone());
                self.know_client(action, client.id.0.clone());
            }
            (Probe::FindPart { .. }, Seen::Part(Some(part))) => self.bind(action, part.id.clone()),
            (Probe::FindListed { .. }, Seen::Object(Some(object))) => self.bind(action, object.id.clone()),
            _ => {}
        }
    }

    fn note(&self, action: &Address, request: &Request, event: &'static str, detail: Option<String>) {
        let request = Some(format!("{} {}", request.method.as_str(), request.path));
        self.options.journal.record(&Entry { address: action.clone(), request, event, detail });
    }
}
