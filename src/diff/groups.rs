//! The groups that have an app: which group is meant, and where its assignment differs.
//!
//! Priorities are compared as numbers. Okta keeps the number that it is sent, gaps included (recorded), and gives the next free one to an
//! assignment that says none; that one is not compared. People report that an org may move other assignments along when one is put in
//! among them, so the numbers are written one after the other, smallest first: what is written later then never moves what was written before.

use super::fields::Declaration;
use super::retire::{forbidden, left_alone};
use super::{AppChanges, Changes, FieldChange, Scope};
use crate::address::{Address, Kind};
use crate::desired::{Assignment, GroupReference};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{GROUP_TWICE, GROUP_UNCLEAR};
use crate::json::Path;
use crate::observed::{Aspect, LiveApp, LiveAssignment, LiveGroup, Trace};
use crate::printable::printable_head;
use crate::resource::did_you_mean;
use crate::resource::group_assignment::row;
use crate::resource::marker::Facility;

/// The difference of one group's access.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupChange<'a> {
    /// A declared one that is not there.
    Assign {
        /// What is declared.
        wanted: &'a Assignment,
        /// The group.
        group: &'a LiveGroup,
        /// The declared fields.
        fields: Vec<FieldChange>,
    },
    /// A declared one that differs.
    Update {
        /// What is declared.
        wanted: &'a Assignment,
        /// What is there.
        live: &'a LiveAssignment,
        /// Where it differs; never empty.
        fields: Vec<FieldChange>,
    },
    /// One that is not declared.
    Withdraw(Address, &'a LiveAssignment),
}

/// Compares the groups that have an app.
pub(super) fn compare<'a>(entry: &mut AppChanges<'a>, live: Option<&'a LiveApp>, scope: &Scope<'a, '_>, changes: &mut Changes<'a>) {
    let noticed = live.and_then(|l| l.marker.as_ref()).is_some_and(|m| m.manages.contains(&Facility::Groups));
    if entry.wanted.groups.is_none() && !noticed {
        return;
    }
    let there = live.and_then(|app| scope.observed.assignments.get(&app.id)).map_or(&[][..], Vec::as_slice);
    let mut meant: Vec<(&LiveGroup, &Assignment)> = Vec::new();
    for wanted in entry.wanted.groups.iter().flatten() {
        let chosen = scope.select.has(&wanted.address);
        let candidates = named(wanted, &scope.observed.groups);
        let problem = match candidates.as_slice() {
            [group] => meant.iter().find(|(other, _)| other.id == group.id).map(|(_, first)| twice(wanted, first, group)),
            several => Some(unclear(wanted, several, &scope.observed.groups)),
        };
        if let Some(problem) = problem.filter(|_| chosen) {
            changes.problems.push(problem);
        } else if let (true, [group]) = (chosen, candidates.as_slice()) {
            entry.groups.extend(one(wanted, group, there.iter().find(|live| live.group == group.id)));
        }
        // What may be meant is not taken for undeclared.
        meant.extend(candidates.into_iter().map(|group| (group, wanted)));
    }
    entry.groups.sort_by_key(|change| match change {
        GroupChange::Assign { wanted, .. } | GroupChange::Update { wanted, .. } => (wanted.priority().is_none(), wanted.priority()),
        GroupChange::Withdraw(..) => (true, None),
    });
    for live in there.iter().filter(|live| !meant.iter().any(|(group, _)| group.id == live.group)) {
        let address = Address::new(Kind::GroupAssignment, entry.wanted.address.name.clone()).below([&live.group]);
        if !scope.select.has(&address) {
            continue;
        }
        match forbidden(entry, scope, Facility::Groups) {
            None if scope.prune => entry.groups.push(GroupChange::Withdraw(address, live)),
            why => {
                let trace = entry.live.map(|app| Trace::assignment(&app.names(), &live.group, Aspect::Being)).unwrap_or_default();
                changes.left_alone.push(left_alone(address, &undeclared(live), why, trace));
            }
        }
    }
}

/// Returns what is said of a group that has an app though nobody declares it.
pub fn undeclared(live: &LiveAssignment) -> String {
    let name = live.name.as_deref().map_or_else(String::new, |name| format!("`{}` ", printable_head(name, 100)));
    format!("the group {name}({}) is assigned and not declared", live.group)
}

fn named<'a>(wanted: &Assignment, groups: &'a [LiveGroup]) -> Vec<&'a LiveGroup> {
    let fits = |group: &&LiveGroup| match &wanted.group {
        GroupReference::Name(name) => group.name == *name,
        GroupReference::Id(id) => group.id == *id,
    };
    groups.iter().filter(fits).collect()
}

fn one<'a>(wanted: &'a Assignment, group: &'a LiveGroup, live: Option<&'a LiveAssignment>) -> Option<GroupChange<'a>> {
    let declaration = Declaration { row: row(), body: &wanted.body, origins: &wanted.origins, origin: &wanted.origin };
    let find = live.map(|live| move |path: &Path| path.find(&live.body).cloned());
    let fields = declaration.differing(find.as_ref());
    match live {
        None => Some(GroupChange::Assign { wanted, group, fields }),
        Some(live) => (!fields.is_empty()).then_some(GroupChange::Update { wanted, live, fields }),
    }
}

fn twice(wanted: &Assignment, first: &Assignment, group: &LiveGroup) -> Diagnostic {
    let message = format!("{} and {} are both the group {}", first.address, wanted.address, group.id);
    let (before, again) = if wanted.origin < first.origin { (wanted, first) } else { (first, wanted) };
    let error = Diagnostic::error(GROUP_TWICE, Some(again.origin.clone()), message);
    error.related(before.origin.clone(), "the first").help("remove one of the two")
}

fn unclear(wanted: &Assignment, candidates: &[&LiveGroup], groups: &[LiveGroup]) -> Diagnostic {
    let error = |message: String| Diagnostic::error(GROUP_UNCLEAR, Some(wanted.origin.clone()), message);
    match (&wanted.group, candidates) {
        (GroupReference::Id(id), _) => error(format!("there is no group with the id `{id}`")).help("correct the id, or name the group"),
        (GroupReference::Name(name), []) => {
            let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
            let begins =
                |other: &&&str| other.chars().zip(name.chars()).take_while(|(a, b)| a.to_lowercase().eq(b.to_lowercase())).count() > 2;
            let alike: Vec<_> = names.iter().filter(begins).take(10).map(|name| format!("`{}`", printable_head(name, 100))).collect();
            let help = match did_you_mean(name, names) {
                Some(near) => near,
                None if alike.is_empty() => "correct the name, or make the group; one made a moment ago may not be found yet".to_owned(),
                None => format!("the org has {}", alike.join(", ")),
            };
            error(format!("there is no group named `{name}`")).help(help)
        }
        (GroupReference::Name(name), several) => {
            let listed: Vec<_> = several.iter().map(|group| format!("{} ({})", group.id, printable_head(&group.sort, 40))).collect();
            error(format!("{} groups are named `{name}`: {}", listed.len(), listed.join(", "))).help("refer to it by `id`")
        }
    }
}
