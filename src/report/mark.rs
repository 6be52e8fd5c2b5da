//! The mark of an app in words: it is one entry among many in a profile, and worth one line.

use serde::Deserialize as _;
use serde_json::Value;

use crate::resource::marker::{Facility, Marker};

/// Returns a mark in words; the owner is anybody's text.
pub fn words(marker: &Marker) -> String {
    let Marker { owner, manages, protected, superseded, applied: _ } = marker;
    let mut words = owner.to_string();
    let facilities: Vec<_> = manages.iter().map(|facility| facility_word(*facility)).collect();
    if !facilities.is_empty() {
        words.push_str(", manages ");
        words.push_str(&facilities.join(" and "));
    }
    for (said, word) in [(protected, ", protected"), (superseded, ", replaced by another app")] {
        words.push_str(if *said { word } else { "" });
    }
    words
}

/// Returns in words what stands in the place of a mark.
pub fn of(value: Option<&Value>) -> String {
    match value {
        None => "none".to_owned(),
        Some(value) => Marker::deserialize(value).map_or_else(|_| "unreadable".to_owned(), |marker| words(&marker)),
    }
}

const fn facility_word(facility: Facility) -> &'static str {
    match facility {
        Facility::Grants => "grants",
        Facility::Groups => "groups",
        Facility::Keys => "keys",
        Facility::Secrets => "secrets",
    }
}
