//! Where real orgs, and this one with them, are known to depart from the published contract.
//!
//! [`TABLE`] is the one list of what the check lets pass. An entry names operations, the half of the exchange, and one thing that is
//! not as documented, as narrowly as the evidence goes; and it says what the evidence is. `tests/org/contract.rs` fails for an
//! entry that nothing needs any more.

mod list;

use serde_json::Value;

pub use self::list::TABLE;
use super::{
    check::Subject,
    violation::{Fault, Side, Violation},
};
use crate::faults::glob::matches;

/// One known difference between the contract and what orgs answer and take.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    /// The operations: a method, or `*`, and a documented path, in which `*` stands for a segment or a part of it, `**` for any
    /// number of them.
    pub on: &'static [&'static str],
    /// The half of the exchange.
    pub side: Side,
    /// What differs.
    pub what: What,
    /// How it is known, in the order of trust: recorded exchanges, okta-api.md, Okta's documentation.
    pub evidence: &'static str,
}

/// What differs from the contract.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// The contract has no such operation, and this is its success. The body is held to a form, if one is named.
    Operation(Option<&'static str>),
    /// Neither the operation nor its lack brings such a refusal: its status, the form of the contract that its body is held to,
    /// and its codes.
    Refusal(u16, &'static str, &'static [&'static str]),
    /// A body of just this text where none is documented.
    Body(u16, &'static str),
    /// A refusal of this status without a body, whether or not it is documented.
    Bare(u16),
    /// A success of this status with the body that is documented for another.
    Status(u16, u16),
    /// Values in the body: where they are, within the object or each of the list that the body is, with `*` and `**` as above;
    /// by which keyword of the schema they are refused; and what they are, as JSON, if only one value is meant.
    Field(&'static [&'static str], &'static str, Option<&'static str>),
    /// A parameter of the query.
    Parameter(&'static str),
}

impl Departure {
    fn is_about(&self, side: Side, method: &str, path: &str) -> bool {
        let is_on = |operation: &&str| {
            let (only, pattern) = operation.split_once(' ').unwrap_or(("*", operation));
            (only == "*" || only == method) && matches(pattern, path)
        };
        self.side == side && self.on.iter().any(is_on)
    }
}

/// Returns the entry that knows an answer which the contract does not have, and what its body is held to.
pub(super) fn form(subject: &Subject<'_>, body: &Value) -> Option<(usize, Option<&'static str>)> {
    let code = body["errorCode"].as_str().or_else(|| body["error"].as_str()).unwrap_or_default();
    let known = |departure: &Departure| match departure.what {
        What::Operation(form) if subject.operation.is_none() && subject.status == 200 => Some(form),
        What::Refusal(status, form, codes) if status == subject.status && codes.contains(&code) => Some(Some(form)),
        What::Bare(status) if status == subject.status && body.is_null() => Some(None),
        _ => None,
    };
    let is_concerned = |departure: &Departure| departure.is_about(Side::Answer, subject.method, subject.path);
    let mut concerned = TABLE.iter().enumerate().filter(|(_, departure)| is_concerned(departure));
    concerned.find_map(|(number, departure)| Some((number, known(departure)?)))
}

/// Says whether an entry knows an operation that the contract does not have.
pub(super) fn has_operation(subject: &Subject<'_>) -> bool {
    let is_known = |departure: &Departure| {
        matches!(departure.what, What::Operation(_)) && departure.is_about(Side::Answer, subject.method, subject.path)
    };
    TABLE.iter().any(is_known)
}

/// Returns the entry that knows a status which the contract does not have, and the status whose body it has.
pub(super) fn stand_in(subject: &Subject<'_>) -> Option<(usize, u16)> {
    TABLE.iter().enumerate().find_map(|(number, departure)| match departure.what {
        What::Status(status, other) if status == subject.status && departure.is_about(Side::Answer, subject.method, subject.path) => {
            Some((number, other))
        }
        _ => None,
    })
}

/// Returns the entries that excuse a violation, if any do.
pub(super) fn excusing(violation: &Violation) -> Option<Vec<usize>> {
    let Violation { method, path, side, status, fault } = violation;
    let concerned: Vec<_> = TABLE.iter().enumerate().filter(|(_, departure)| departure.is_about(*side, method, path)).collect();
    excused(&concerned, *status, fault)
}

fn excused(concerned: &[(usize, &Departure)], status: u16, fault: &Fault) -> Option<Vec<usize>> {
    if let Some((number, _)) = concerned.iter().find(|(_, departure)| is_meant(departure.what, status, fault)) {
        return Some(vec![*number]);
    }
    // Of several forms that a value may have, it is enough that it departs from one in known ways.
    let Fault::Field { branches, .. } = fault else { return None };
    branches.iter().find_map(|branch| {
        let numbers: Option<Vec<_>> = branch.iter().map(|fault| excused(concerned, status, fault)).collect();
        numbers.map(|numbers| numbers.concat()).filter(|numbers| !numbers.is_empty())
    })
}

fn is_meant(what: What, status: u16, fault: &Fault) -> bool {
    match (what, fault) {
        (What::Body(known, text), Fault::Body(body)) => known == status && text == body,
        (What::Bare(known), Fault::NoBody) => known == status,
        (What::Parameter(known), Fault::Parameter { name, .. }) => known == name,
        (What::Field(places, refused_by, only), Fault::Field { pointer, keyword, value, .. }) => {
            refused_by == keyword && places.iter().any(|place| matches(place, pointer)) && only.is_none_or(|text| is_value(text, value))
        }
        _ => false,
    }
}

fn is_value(text: &str, value: &Value) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|known| known == *value)
}
