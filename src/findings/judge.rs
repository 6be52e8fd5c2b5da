//! The two sides of an object's change to findings.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{self, Danger};
use super::view::{Sort, View};
use super::{Finding, Standing};
use crate::address::Address;
use crate::diagnostic::{Code, Origin};
use crate::json::Path;

/// Why dangers were accepted, by their codes.
pub(super) type Reasons<'a> = BTreeMap<Code, &'a str>;

/// An object that a change is about.
pub(super) struct Pair<'a> {
    /// Its address.
    pub(super) address: &'a Address,
    /// What it was; `None` if it was not there.
    pub(super) before: Option<View<'a>>,
    /// What it will be.
    pub(super) after: View<'a>,
    /// Where a place in it is declared.
    pub(super) origin: &'a dyn Fn(&Path) -> Option<Origin>,
    /// What is accepted.
    pub(super) accepted: Reasons<'a>,
    /// What was accepted before, where there is a before.
    pub(super) accepted_before: Option<Reasons<'a>>,
}

/// Adds what is dangerous about an object.
pub(super) fn judge(pair: &Pair<'_>, findings: &mut Vec<Finding>) {
    let Pair { address, before, after, origin, accepted, accepted_before } = pair;
    if !after.is_active() {
        return;
    }
    let dangers = rules::dangers(after);
    // Where there is no danger nobody has to know what there was.
    let earlier = before.iter().filter(|view| !dangers.is_empty() && view.is_active());
    let known: BTreeSet<_> = earlier.flat_map(rules::dangers).map(|danger| (danger.code, danger.item)).collect();
    let standing = |danger: &Danger| if known.contains(&(danger.code, danger.item.clone())) { Standing::Before } else { Standing::New };
    let there = dangers.into_iter().map(|danger| (standing(&danger), danger));
    let made = before.iter().flat_map(|before| rules::weakened(before, after)).map(|danger| (Standing::New, danger));
    for (standing, Danger { code, path, item: _, what }) in there.chain(made) {
        // Of a grant nothing changes but its client: what it was, it is, and nobody has touched it.
        if after.sort == Sort::Grant && standing == Standing::Before {
            continue;
        }
        let found = Finding { standing, path: Some(after.place(&path)), ..Finding::new(code, (*address).clone(), what) };
        findings.push(found.at(origin(&path)).accepted(accepted, accepted_before.as_ref()));
    }
}
