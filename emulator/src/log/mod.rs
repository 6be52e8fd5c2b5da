//! The System Log: what a request has written becomes events, which are stored with it in the same step.
//!
//! Events are made from the rows that change, so that no write can go without one and none is there for what did not happen.
//! Reading leaves none, unless a client secret is read.
//! They are kept in the order in which they were written, under keys that are never given out twice, and never hold a secret.

mod apps;
mod catalogue;
mod changes;
mod glance;
mod render;
mod servers;
mod tokens;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::glance::{glance, is_event};
pub(crate) use self::render::Rendering;
use crate::{
    access::{Caller, Client},
    answer::Refusal,
    families::{ADMIN_NAME, Exchange},
    store::{Table, Tx},
};
use catalogue::Kind;

/// Returns the types of all events that there can be, by Okta's names.
pub fn event_types() -> impl Iterator<Item = &'static str> {
    catalogue::NAMES.iter().copied()
}

/// How long events are kept.
const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How much of a user agent is kept.
const LONGEST_AGENT: usize = 512;

/// An event as it is stored: as text, which takes far less room than a document, since there can be a great many.
#[derive(Serialize, Deserialize)]
struct Stored {
    kind: String,
    targets: Vec<Value>,
    /// The id and the path of the request.
    request: String,
    path: String,
    agent: Option<String>,
    #[serde(default, skip_serializing_if = "Actor::is_owner")]
    actor: Actor,
}

/// Whose doing an event is, as it is stored. Events of earlier versions do not say: they are the owner's.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Actor {
    #[default]
    Owner,
    Client {
        id: String,
        label: String,
    },
    /// The org itself.
    System,
}

impl Actor {
    fn name(&self) -> &str {
        match self {
            Self::Owner => ADMIN_NAME,
            Self::Client { label, .. } => label,
            Self::System => "Okta System",
        }
    }

    fn of(caller: &Caller) -> Self {
        match caller {
            Caller::Nobody => Self::System,
            Caller::Owner => Self::Owner,
            Caller::Client(Client { id, label }) => Self::Client { id: id.clone(), label: label.clone() },
        }
    }

    fn is_owner(&self) -> bool {
        matches!(self, Self::Owner)
    }
}

/// Something that happened, and what it happened to.
struct Event {
    kind: Kind,
    targets: Vec<Value>,
}

/// Writes the events of what a request has written. `at` is the time in milliseconds, `request` the id of the request.
pub(crate) fn record(x: &mut Exchange<'_>, at: i64, request: &str) -> Result<(), Refusal> {
    let events = changes::events(x);
    if events.is_empty() {
        return Ok(());
    }
    let (at, mut number) = place(&x.tx, at);
    let agent = x.call.user_agent.as_deref().map(|agent| agent.chars().take(LONGEST_AGENT).collect::<String>());
    for Event { kind, targets } in events {
        let (kind, path) = (kind.name().to_owned(), x.call.path.clone());
        let actor = Actor::of(&x.caller);
        let stored = Stored { kind, targets, request: request.to_owned(), path, agent: agent.clone(), actor };
        let text = serde_json::to_string(&stored).map_err(|_| Refusal::internal())?;
        x.tx.put(Table::Logs, key(at, number), &text)?;
        number += 1;
    }
    forget(&mut x.tx, at);
    Ok(())
}

/// Returns the key of an event: when it was written, and its number within the millisecond.
fn key(at: i64, number: u32) -> String {
    format!("{}_{number:08}", start(at))
}

/// Returns what comes before all keys of a time and after those of earlier ones.
pub(crate) fn start(at: i64) -> String {
    format!("{:013}", at.max(0))
}

/// Reads time and number back from a key.
pub(crate) fn read_key(key: &str) -> Option<(i64, u32)> {
    let (at, number) = key.split_once('_')?;
    Some((at.parse().ok()?, number.parse().ok()?))
}

/// Returns the next free place. The clock may go back, the log does not.
fn place(tx: &Tx<'_>, at: i64) -> (i64, u32) {
    match tx.last_key(Table::Logs).and_then(read_key) {
        Some((last, number)) if last >= at => (last, number + 1),
        _ => (at, 1),
    }
}

fn forget(tx: &mut Tx<'_>, at: i64) {
    let Ok(oldest) = Timestamp::from_millisecond(at).and_then(|now| now.checked_sub(RETENTION)) else {
        return;
    };
    for key in tx.keys_before(Table::Logs, &start(oldest.as_millisecond())) {
        tx.remove(Table::Logs, key);
    }
}
