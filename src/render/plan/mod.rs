//! A plan as text for people and as JSON for programs.
//!
//! Everything that somebody must know before saying yes is in both; secrets are in neither, because they are not in the plan.

mod action;
mod request;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::style::{Style, Tone, counted};
use crate::address::Address;
use crate::plan::{Guard, Note, Org, Plan, Portal};
use crate::printable::printable_head;
use crate::program::Verb;
use crate::report::VERBS;

/// Messages longer than this are cut: a label may be a megabyte long.
const LONGEST: usize = 600;

/// Returns a plan as text.
pub fn text(plan: &Plan, style: Style) -> String {
    let Plan {
        format_version: _,
        project,
        org,
        portal,
        choices: _,
        bindings: _,
        actions,
        guards,
        findings,
        left_alone,
        not_compared,
        notes,
    } = plan;
    let head = format!("Plan for `{}` in {}", inert(project), places(org.as_ref(), portal.as_ref()));
    let mut was_short = false;
    let mut sections = vec![vec![style.paint(Tone::Heading, head)]];
    for lines in actions.iter().map(|each| action::lines(each, style)) {
        match sections.last_mut() {
            // Actions without details need no room between them.
            Some(above) if was_short && lines.len() == 1 => above.extend(lines),
            _ => {
                was_short = lines.len() == 1;
                sections.push(lines);
            }
        }
    }
    sections.extend(super::findings::sections(findings, style));
    sections.extend(list("Refused", Tone::Danger, guards.iter().map(guard), style));
    sections.extend(list("Left alone", Tone::Heading, left_alone.iter().map(note), style));
    sections.extend(list(
        "Not compared",
        Tone::Heading,
        not_compared_lines(not_compared.iter().map(|n| (&n.address, n.what.as_str()))),
        style,
    ));
    sections.extend(list("Notes", Tone::Heading, notes.iter().map(note), style));
    sections.push(vec![style.paint(Tone::Heading, summary(plan))]);
    let mut text = sections.iter().map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    text
}

/// Returns a plan as JSON: the same object that `plan --out` writes, with a summary and what is known of each finding.
pub fn json(plan: &Plan) -> Value {
    let mut tree = json!(plan);
    tree["findings"] = super::findings::json(&plan.findings);
    let counts = plan.counts();
    let count = |verb| counts.get(&verb).copied().unwrap_or_default();
    tree["summary"] = json!({
        "create": count(Verb::Create),
        "update": count(Verb::Update),
        "replace": count(Verb::Replace),
        "delete": count(Verb::Delete),
        "requests": plan.writes(),
        "findings": plan.findings.len(),
        "guards": plan.guards.len(),
        "left_alone": plan.left_alone.len(),
        "not_compared": plan.not_compared.len(),
    });
    tree
}

/// Returns how many actions do what, in one sentence.
pub fn summary(plan: &Plan) -> String {
    let counts = plan.counts();
    let told: Vec<_> = VERBS.iter().filter_map(|verb| Some(format!("{} to {}", counts.get(verb)?, word(*verb)))).collect();
    let refused = match plan.guards.len() {
        0 => "",
        1 => " It is refused; what would allow it is said above.",
        _ => " It is refused for several reasons; what would allow it is said above.",
    };
    match (told.is_empty(), plan.not_compared.is_empty()) {
        (true, _) if !refused.is_empty() => format!("Nothing is planned.{refused}"),
        (true, true) if !plan.left_alone.is_empty() => "Nothing to do: all that is declared is in the org.".to_owned(),
        (true, true) => "Nothing to do: the org is as declared.".to_owned(),
        (true, false) => "Nothing to do, as far as could be compared.".to_owned(),
        (false, _) => format!("{}, with {}.{refused}", told.join(", "), counted(plan.writes(), "request")),
    }
}

/// Returns a verb's word.
pub(super) const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Replace => "replace",
        Verb::Delete => "delete",
    }
}

/// Returns in words which org and portal something is about.
pub(super) fn places(org: Option<&Org>, portal: Option<&Portal>) -> String {
    let org = org.map(|Org { id, url }| format!("{} ({})", inert(url), inert(id)));
    let portal = portal.map(|Portal { url }| format!("the portal {}", inert(url)));
    org.into_iter().chain(portal).collect::<Vec<_>>().join(" and ")
}

/// Returns a text from outside, made inert and not too long.
pub(super) fn inert(text: &(impl ToString + ?Sized)) -> String {
    printable_head(&text.to_string(), LONGEST)
}

/// Returns a section with a heading; none if nothing is in it.
pub(super) fn list(heading: &str, tone: Tone, entries: impl Iterator<Item = Vec<String>>, style: Style) -> Option<Vec<String>> {
    let mut lines = vec![style.paint(tone, heading)];
    lines.extend(entries.flatten().map(|line| format!("  {line}")));
    (lines.len() > 1).then_some(lines)
}

/// Returns lines on what could not be compared. What many have in common is said once: a run that leaves secrets alone leaves all of them.
pub(super) fn not_compared_lines<'a>(entries: impl Iterator<Item = (&'a Address, &'a str)>) -> impl Iterator<Item = Vec<String>> {
    let mut reasons: BTreeMap<&str, Vec<&Address>> = BTreeMap::new();
    for (address, why) in entries {
        reasons.entry(why).or_default().push(address);
    }
    let lines = reasons.into_iter().map(|(why, addresses)| match addresses.as_slice() {
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            vec![format!("{}, {}, {} and {} more: {}", inert(first), inert(second), inert(third), rest.len(), inert(why))]
        }
        few => few.iter().map(|address| format!("{}: {}", inert(address), inert(why))).collect(),
    });
    lines.collect::<Vec<_>>().into_iter()
}

fn guard(guard: &Guard) -> Vec<String> {
    let Guard { address, rule: _, why, flag } = guard;
    let about = address.as_ref().map(|address| format!("{}: ", inert(address))).unwrap_or_default();
    with_flag(format!("{about}{}", inert(why)), flag.as_deref())
}

fn note(note: &Note) -> Vec<String> {
    let Note { address, what, flag } = note;
    with_flag(format!("{}: {}", inert(address), inert(what)), flag.as_deref())
}

/// A flag stands alone on its line, to be copied.
fn with_flag(line: String, flag: Option<&str>) -> Vec<String> {
    let mut lines = vec![line];
    lines.extend(flag.map(|flag| format!("    {}", inert(flag))));
    lines
}
