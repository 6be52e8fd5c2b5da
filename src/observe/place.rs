//! Where the log goes on: from when it is followed, and which of its events are known from there on.
//!
//! The place is a time and not a link, because it lies back by the delay that the log is known to have: an event that comes late is found whether
//! the log puts it where it happened or where it was kept. One event of before is always among those that come again, as a witness: where it
//! does not come, the log has a gap; and where there was none, nobody can tell.
//!
//! What happened a moment ago counts as new once more at the next time: lists lag behind what was written (okta-api.md, section 8), so that what was read of an
//! object right after its event may be what it was before.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::observed::{Event, EventId};

/// How late an event may be in the log.
pub(super) const DELAY: SignedDuration = SignedDuration::from_secs(60);
/// How long the log keeps its events (okta-api.md, section 9).
pub(super) const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// From when on the log is followed.
    pub since: Timestamp,
    /// The events from there on that are known, but for those of the last moments.
    pub known: BTreeSet<EventId>,
    /// The latest event of all, which must come again, and when it happened; `None` if the log had none that is to come.
    pub witness: Option<(EventId, Timestamp)>,
}

/// What the log says since a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Since {
    /// These events, which were not known, in no particular order.
    New(Vec<Event>),
    /// Events are missing that were there.
    Gap,
    /// There was none that could be missing.
    Silent,
}

impl Place {
    /// Returns the place before what may still come, when it is some time at the org: with the events that the log shows from there on, of which
    /// the latest may be from before: some of them, where the log shows none.
    pub fn at(now: Timestamp, shown: &[Event], latest: &[Event]) -> Self {
        let all = || shown.iter().chain(latest);
        let last = all().max_by_key(|event| (event.at, &event.id));
        // The witness is to come again, unless it is about to be dropped for its age.
        let witness = last.filter(|event| now.duration_since(event.at) < RETENTION - SignedDuration::from_hours(24));
        // Whether the time itself is included, nobody says.
        let since = witness.map_or(now - DELAY, |event| (event.at - SignedDuration::from_secs(1)).min(now - DELAY));
        // Where it was kept counts, which is later than it happened.
        let settled = |event: &&Event| event.at >= since - DELAY * 2 && event.at < now - DELAY;
        let known = all().filter(settled).map(|event| event.id.clone()).collect();
        Self { since, known, witness: witness.map(|event| (event.id.clone(), event.at)) }
    }

    /// Returns which of the events that the log shows since this place are new.
    pub fn news(&self, shown: Vec<Event>) -> Since {
        let Some((witness, _)) = &self.witness else { return Since::Silent };
        if !shown.iter().any(|event| event.id == *witness) {
            return Since::Gap;
        }
        Since::New(shown.into_iter().filter(|event| !self.known.contains(&event.id)).collect())
    }
}
