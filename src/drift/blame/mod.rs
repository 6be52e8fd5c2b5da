//! Items and entries of the org's log to who touched what: of each item, the entries that touched it since it was last known good.
//!
//! The log says who and when, rarely what. That somebody updated an app does not say that it was this field, so whoever touched the same
//! part of the same object is named, the latest first. What failed or was denied has touched nothing.

mod link;
mod touch;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use touch::{Detail, Sort, Through, Touch, Way, Who};

use super::{Item, Items};
use crate::address::{Address, System};
use crate::observed::{Event, Term, event_type, touched};

/// So many touches of one item are told; of more, how many they are.
const MOST: usize = 5;

/// How far the log was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRead {
    /// Since when: what is older, the log has forgotten.
    pub since: Timestamp,
    /// Why it was not read, if it was not.
    pub unread: Option<String>,
    /// Whether there was more than was read.
    pub cut: bool,
}

/// Who touched one item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Blame {
    /// Who did what, the latest first.
    pub touches: Vec<Touch>,
    /// How many more there were before these.
    pub more: usize,
    /// What is to be known besides, above all where nobody could be named.
    pub remark: Option<String>,
}

/// What is known for blaming.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Entries of the log, in any order, some perhaps more than once.
    pub events: &'a [Event],
    /// How far the log was asked.
    pub log: &'a LogRead,
    /// The client id that signs us in, if one does.
    pub us: Option<&'a str>,
    /// Until when objects are known to have been good; nothing before that is told of them.
    pub good: &'a BTreeMap<Address, Timestamp>,
    /// How much is told.
    pub detail: Detail,
}

/// Returns what the log has to be asked for, to know who touched some items.
pub fn terms(items: &Items) -> BTreeSet<Term> {
    items.items.iter().flat_map(|item| item.trace.terms()).collect()
}

/// Says of each item who touched it, and of each finding on one who was the last.
#[must_use]
pub fn blame(mut items: Items, known: &Known<'_>) -> Items {
    let events = in_order(known.events);
    let org = items.org.as_ref().map(|org| org.url.clone());
    for item in &mut items.items {
        item.blame = Some(one(item, &events, known, org.as_deref()));
    }
    for finding in &mut items.findings {
        let about = items.items.iter().filter(|item| item.address == finding.address);
        if let Some(touch) = about.filter_map(|item| item.blame.as_ref()?.touches.first()).max_by_key(|touch| touch.at) {
            finding.remedy = format!("{}. The latest entry in the log: {}", finding.remedy.trim_end_matches('.'), touch.words());
        }
    }
    items.log = Some(known.log.clone());
    items
}

/// Returns the events, each once, the latest first.
fn in_order(events: &[Event]) -> Vec<Event> {
    let mut seen = BTreeSet::new();
    let mut events: Vec<_> = events.iter().filter(|event| seen.insert(&event.id)).cloned().collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events
}

fn one(item: &Item, events: &[Event], known: &Known<'_>, org: Option<&str>) -> Blame {
    let good = known.good.get(&item.address);
    let mut found = item.trace.among(events);
    found.retain(|event| good.is_none_or(|good| event.at > *good));
    // One request leaves several entries that say the same of one object (okta-api.md, section 9); those of the app say it more plainly than
    // those of its OAuth client.
    let what = |event: &Event| {
        let deed = event_type(&event.kind).map(|known| known.deed);
        event.transaction.clone().map(|transaction| (transaction, touched(&event.kind), deed))
    };
    let of_apps: BTreeSet<_> =
        found.iter().filter(|event| event.kind.starts_with("application.")).filter_map(|event| what(event)).collect();
    found.retain(|event| event.kind.starts_with("application.") || what(event).is_none_or(|what| !of_apps.contains(&what)));
    let mut told = BTreeSet::new();
    found.retain(|event| what(event).is_none_or(|what| told.insert(what)));
    let mut touches: Vec<_> = found.iter().map(|event| Touch::of(event, known.us, org, known.detail)).collect();
    // What we wrote ourselves was as somebody had declared it.
    if let Some(ours) = touches.iter().position(|touch| touch.who.sort == Sort::Ourselves) {
        touches.truncate(ours.max(1));
    }
    let more = touches.len().saturating_sub(MOST);
    touches.truncate(MOST);
    let remark = if touches.is_empty() { nobody(item, known) } else { None };
    Blame { touches, more, remark }
}

/// Says why nobody is named.
fn nobody(item: &Item, known: &Known<'_>) -> Option<String> {
    let maker = item.trace.made_by.as_ref().map(|id| format!("granted by {}, as the grant itself says", touch::quoted(id)));
    if known.log.unread.is_some() {
        return maker;
    }
    let none = if item.address.kind.system() == System::Portal {
        "the portal keeps no log that could be asked".to_owned()
    } else if item.trace.clues.is_empty() {
        return maker;
    } else {
        let rest = if known.log.cut { ", of which not all was read" } else { "" };
        format!(
            "no entry in the log since {}{rest}: it was done before that, never, or so lately that the log does not show it yet",
            touch::moment(known.good.get(&item.address).copied().unwrap_or(known.log.since))
        )
    };
    Some(maker.map_or_else(|| none.clone(), |maker| format!("{maker}; {none}")))
}

#[cfg(test)]
pub(crate) mod tests;
