//! Rules that make a plan refuse until somebody says that it is meant, and dangers that it brings.

use super::own_app;
use super::{Choices, Guard, GuardRule, MAX_DELETES};
use crate::address::Address;
use crate::bind::{Bound, How};
use crate::diagnostic::codes::{CUTOVER, LABEL_ADOPTION};
use crate::diff::{AppChanges, Change, Changes, ClientChanges, SecretChange};
use crate::findings::{CUTOVER_WORDS, Finding, refusal};
use crate::program::{Action, Verb};

/// Returns every rule that the actions hit, sorted.
pub(super) fn guards(actions: &[Action], changes: &Changes<'_>, bound: &Bound<'_>, findings: &[Finding], choices: &Choices) -> Vec<Guard> {
    let mut guards: Vec<_> = bound
        .refused
        .iter()
        .map(|r| guard(Some(&r.address), GuardRule::Foreign, format!("{}; it is not taken over (declared at {})", r.why, r.origin), None))
        .collect();
    for entry in &changes.apps {
        guards.extend(replacement(entry, choices));
    }
    for entry in &changes.clients {
        guards.extend(client(entry, choices));
    }
    for orphan in changes.orphans.iter().filter(|o| o.marker.protected) {
        let why = format!(
            "the app {} is protected, and stays so after its document is gone; to delete it, declare it again without `protected`, apply, and take it out then",
            orphan.live.id
        );
        guards.push(guard(Some(&orphan.address), GuardRule::Protected, why, None));
    }
    let deletions = actions.iter().filter(|a| a.verb == Verb::Delete).count();
    let most = choices.max_deletes.unwrap_or(MAX_DELETES);
    if deletions > most {
        let why = format!("{deletions} deletions, more than the {most} allowed");
        guards.push(guard(None, GuardRule::MaxDeletes, why, Some(format!("--max-deletes {deletions}"))));
    }
    guards.extend(own_app::guard(changes, choices));
    let dangerous = choices.fail_on.and_then(|severity| refusal(findings, severity));
    guards.extend(dangerous.map(|why| guard(None, GuardRule::Findings, why, None)));
    guards.sort();
    guards
}

fn replacement(entry: &AppChanges<'_>, choices: &Choices) -> Vec<Guard> {
    let Some(Change::Replace { because, .. }) = &entry.change else { return Vec::new() };
    let address = &entry.wanted.address;
    let mut guards = Vec::new();
    if entry.wanted.metadata.protected || entry.live.and_then(|l| l.marker.as_ref()).is_some_and(|m| m.protected) {
        let why = "it is protected, and would be replaced; take `protected` out and apply first".to_owned();
        guards.push(guard(Some(address), GuardRule::Protected, why, None));
    }
    if entry.wanted.metadata.id.is_some() {
        let why = "it is pinned by `metadata.id`, and its replacement would have another id; take the pin out first".to_owned();
        guards.push(guard(Some(address), GuardRule::Replacement, why, None));
    } else if !choices.allow_replace.contains(address) {
        let fields: Vec<_> = because.iter().map(|f| format!("`{}`", f.path)).collect();
        let why = format!(
            "{} cannot be changed: the app would be deleted and made anew, losing its users, groups, access policy and logo",
            fields.join(", ")
        );
        guards.push(guard(Some(address), GuardRule::Replacement, why, Some(format!("--allow-replace {address}"))));
    }
    guards
}

fn client(entry: &ClientChanges<'_>, choices: &Choices) -> Vec<Guard> {
    let wanted = entry.bound.wanted;
    let address = &wanted.address;
    let mut guards = Vec::new();
    if let Some((live, _)) = entry.bound.live.filter(|_| entry.is_unasked()) {
        let why = format!(
            "the client {} is recognised by its name alone, and would be changed; if it is the one, pin it with `metadata.id: {}`, say `metadata.adopt: true`, or",
            live.id, live.id
        );
        guards.push(guard(Some(address), GuardRule::Adoption, why, Some(format!("--adopt {address}"))));
    }
    // Whether a client that no list shows is there nobody can tell before it is to be made.
    let is_there = entry.bound.live.is_some();
    if let (true, Some(output)) = (is_there && entry.secret && entry.written, &wanted.output) {
        let why = format!(
            "a new secret would be made, and the file `{}` that it goes to is there; delete the file, which says that its secret may end",
            output.file
        );
        guards.push(guard(Some(address), GuardRule::SecretFile, why, None));
    }
    let Some(Change::Replace { because, .. }) = &entry.change else { return guards };
    if wanted.metadata.protected {
        let why = "it is protected, and would be replaced; take `protected` out first".to_owned();
        guards.push(guard(Some(address), GuardRule::Protected, why, None));
    }
    if wanted.metadata.id.is_some() {
        let why = "it is pinned by `metadata.id`, and its replacement would have another id; take the pin out first".to_owned();
        guards.push(guard(Some(address), GuardRule::Replacement, why, None));
    } else if !choices.allow_replace.contains(address) {
        let fields: Vec<_> = because.iter().map(|f| format!("`{}`", f.path)).collect();
        let why = format!(
            "{} cannot be changed: the client would be deleted and made anew, with another client id, losing its users, groups and grants",
            fields.join(", ")
        );
        guards.push(guard(Some(address), GuardRule::Replacement, why, Some(format!("--allow-replace {address}"))));
    }
    guards
}

fn guard(address: Option<&Address>, rule: GuardRule, why: String, flag: Option<String>) -> Guard {
    Guard { address: address.cloned(), rule, why, flag }
}

/// Returns the dangers that lie in how something is carried out.
pub(super) fn findings(changes: &Changes<'_>, choices: &Choices) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in &changes.apps {
        let found = |code, what: String| Finding::new(code, entry.wanted.address.clone(), what);
        let adds = entry.secrets.iter().find_map(|s| if let SecretChange::Add(wanted) = s { Some(&wanted.origin) } else { None });
        let retires = entry.secrets.iter().any(|s| matches!(s, SecretChange::Deactivate(..) | SecretChange::Delete(..)));
        if let (Some(origin), true, Some(_)) = (adds, retires, entry.live) {
            findings.push(found(CUTOVER, CUTOVER_WORDS.to_owned()).at(Some(origin.clone())));
        }
        if entry.how == Some(How::Label) {
            let id = entry.live.map(|live| live.id.to_string()).unwrap_or_default();
            let what = format!("the app {id} is recognised by its label alone and taken over");
            findings.push(found(LABEL_ADOPTION, what).at(Some(entry.wanted.origin.clone())));
        }
    }
    for entry in changes.clients.iter().filter(|entry| !entry.is_empty()) {
        let wanted = entry.bound.wanted;
        let found = |code, what: String| Finding::new(code, wanted.address.clone(), what);
        let Some((live, _)) = entry.bound.live else { continue };
        if entry.secret && !entry.is_replaced() {
            let what = "a new secret takes the place of the one in force in one go (cutover): consumers break until they have it";
            let origin = wanted.output.as_ref().map_or(&wanted.origin, |output| &output.origin);
            findings.push(found(CUTOVER, what.to_owned()).at(Some(origin.clone())));
        }
        if choices.adopt.contains(&wanted.address) && wanted.metadata.id.is_none() {
            let what = format!("the client {} is recognised by its name alone and taken over", live.id);
            findings.push(found(LABEL_ADOPTION, what).at(Some(wanted.origin.clone())));
        }
    }
    findings
}
