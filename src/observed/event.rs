//! Entries of the org's System Log: what happened, when, through what, and by whose hand.
//!
//! The log says who and when, rarely what (okta-api.md, section 9): that two events look alike tells nothing of the object's state.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An entry of the System Log, as far as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id (`uuid`), by which one that is delivered twice is known.
    pub id: EventId,
    /// When it happened (`published`), by the org's clock.
    pub at: Timestamp,
    /// Its type, for example `application.lifecycle.update`.
    pub kind: String,
    /// Whether it succeeded; what failed or was denied has changed nothing.
    pub succeeded: bool,
    /// Who did it.
    pub actor: Actor,
    /// The id of the API token that was used (`transaction.detail.requestApiTokenId`): with one it was no person at the Admin Console.
    pub api_token: Option<String>,
    /// What the request came through.
    pub agent: Option<String>,
    /// Which address the request came from.
    pub ip: Option<String>,
    /// The path of the request (`debugContext.debugData.requestUri`).
    pub path: Option<String>,
    /// What the events of one request have in common.
    pub transaction: Option<String>,
    /// What it happened to, in the order of the entry, which means nothing: a type tells what is what.
    pub targets: Vec<EventTarget>,
}

/// The id of an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub String);

/// Who did something. The names are their bearer's own choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The id: of a user `00u…`, of a service app its client id.
    pub id: String,
    /// The type: `User`, `PublicClientApp` (a service app) or `SystemPrincipal` (Okta) are known.
    pub kind: String,
    /// The login (`alternateId`), of people usually their e-mail address.
    pub login: Option<String>,
    /// What it is called.
    pub name: Option<String>,
}

/// What something happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTarget {
    /// The id.
    pub id: String,
    /// The type, for example `AppInstance`.
    pub kind: String,
    /// What it is called: of an app its label.
    pub name: Option<String>,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Event {
    /// Returns the event of an answer; `None` if it lacks what every event has. Who did it is `null` where nobody is known to have.
    pub fn read(answer: &Value) -> Option<Self> {
        let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let targets = answer.get("target").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        Some(Self {
            id: EventId(text("/uuid")?),
            at: text("/published")?.parse().ok()?,
            kind: text("/eventType")?,
            // Okta's words are SUCCESS, FAILURE, SKIPPED, ALLOW, DENY, CHALLENGE, UNKNOWN and more: only what is known to have failed has.
            succeeded: !matches!(text("/outcome/result").as_deref(), Some("FAILURE" | "DENY" | "SKIPPED")),
            actor: Actor {
                id: text("/actor/id").unwrap_or_default(),
                kind: text("/actor/type").unwrap_or_default(),
                login: text("/actor/alternateId"),
                name: text("/actor/displayName"),
            },
            api_token: text("/transaction/detail/requestApiTokenId"),
            agent: text("/client/userAgent/rawUserAgent"),
            ip: text("/client/ipAddress"),
            path: text("/debugContext/debugData/requestUri"),
            transaction: text("/transaction/id"),
            targets: targets.iter().filter_map(EventTarget::read).collect(),
        })
    }
}

impl EventTarget {
    fn read(answer: &Value) -> Option<Self> {
        let text = |member: &str| answer.get(member).and_then(Value::as_str).map(str::to_owned);
        Some(Self { id: text("id")?, kind: text("type").unwrap_or_default(), name: text("displayName") })
    }
}
