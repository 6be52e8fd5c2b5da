//! Carries out a plan: the only writer.
//!
//! # Expected flow
//! Actions run as soon as what they wait for is done, several at once, one at a time in each lane. Each step reads what it is about
//! to change: if the step's outcome is there already it is *unchanged*, if the world is still the one that was planned for the request is
//! sent, and if neither it is *refused*.
//!
//! # Guarantees
//! - Nothing is sent that does not stand in the plan, and nothing at all before every secret that the plan needs is at hand, and every
//!   file ready that a secret goes to.
//! - A request whose answer never came is sent again only after a look has shown, twice over a settling time, that it had no effect.
//! - Lists lag behind what was written. What one shows counts only a settling time after the org was read, and what it shows that fits
//!   neither side of a step only once it has been heard again a settling time later: this run itself may have done what is missing.
//! - After a write, what the server answers is compared with what was asked: a dropped or changed field fails the action.
//! - A failure stops the actions that wait for it, and no others. Every action has an outcome, in address order.

mod answer;
mod client;
mod cost;
mod expect;
mod fill;
mod journal;
mod outcome;
mod probe;
mod schedule;
mod step;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

pub use cost::forecast;
pub use journal::{Entry, Journal, NoJournal};
pub use outcome::{Failure, Outcome, Report};

use crate::address::Address;
use crate::http::Writer;
use crate::observed::{Id, Written};
use crate::plan::Plan;
use crate::secret::{Secret, SecretRef};
use crate::secrets::{Outputs, Reserved};

/// How a plan is carried out.
#[derive(Clone)]
pub struct Options {
    /// How many actions run at once at most.
    pub parallelism: NonZeroUsize,
    /// For how long something must have been heard of as missing before it is made: Okta's lists lag behind its writes.
    pub settle: Duration,
    /// When the org was read for the plan.
    pub observed_at: Instant,
    /// Becomes true when no new action is to be started.
    pub stop: watch::Receiver<bool>,
    /// The files that secrets which the server makes are written to.
    pub outputs: Outputs,
    /// Where people can read afterwards what was done.
    pub journal: Arc<dyn Journal>,
}

/// Carries out a plan with the values of the secrets that it needs.
pub async fn apply(plan: &Plan, writer: Writer, secrets: BTreeMap<SecretRef, Secret>, options: Options) -> Report {
    let missing: Vec<_> = plan.secrets_needed().into_iter().filter(|reference| !secrets.contains_key(reference)).collect();
    if !missing.is_empty() {
        let why = missing.iter().map(|r| format!("the value of {r} is not at hand")).collect::<Vec<_>>().join("; ");
        return Report::all(&plan.actions, &Outcome::Refused { why });
    }
    let reserved = match reserve(plan, &options.outputs) {
        Ok(reserved) => reserved,
        Err(why) => return Report::all(&plan.actions, &Outcome::Refused { why }),
    };
    let run = Run {
        reserved: Mutex::new(reserved),
        writer,
        secrets,
        options,
        bindings: Mutex::new(plan.bindings.clone()),
        clients: Mutex::default(),
    };
    schedule::run(&plan.actions, Arc::new(run)).await
}

/// Makes every file ready that a secret is to be written to: a full disk is found before there is a secret to be lost.
fn reserve(plan: &Plan, outputs: &Outputs) -> Result<BTreeMap<String, Reserved>, String> {
    let mut reserved = BTreeMap::new();
    let mut problems = Vec::new();
    for file in plan.outputs() {
        if outputs.look(file) == Written::There {
            continue;
        }
        match outputs.reserve(file) {
            Ok(ready) => drop(reserved.insert(file.to_owned(), ready)),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                problems.push(format!("{error}{cause}"));
            }
        }
    }
    if problems.is_empty() { Ok(reserved) } else { Err(problems.join("; ")) }
}

/// What all steps of one run share.
struct Run {
    writer: Writer,
    secrets: BTreeMap<SecretRef, Secret>,
    options: Options,
    reserved: Mutex<BTreeMap<String, Reserved>>,
    bindings: Mutex<BTreeMap<Address, Id>>,
    /// The client ids of apps, as far as they were needed or made.
    clients: Mutex<BTreeMap<Address, String>>,
}

impl Run {
    /// Returns the object that an address stands for, once it is there.
    fn bound(&self, address: &Address) -> Option<Id> {
        self.bindings.lock().unwrap_or_else(PoisonError::into_inner).get(address).cloned()
    }

    /// Remembers the object that an address stands for.
    fn bind(&self, address: &Address, id: Id) {
        self.bindings.lock().unwrap_or_else(PoisonError::into_inner).insert(address.clone(), id);
    }

    /// Returns the client id of an app, if it is known.
    fn client(&self, app: &Address) -> Option<String> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).get(app).cloned()
    }

    /// Remembers the client id of an app.
    fn know_client(&self, app: &Address, client_id: String) {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).insert(app.clone(), client_id);
    }
}

#[cfg(test)]
mod tests;
