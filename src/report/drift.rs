//! Drift as a report: of a field, what is declared stands before what is live.

use super::{BlameLine, FieldView, ObjectView, Place, Remark, Report, Section, Shown, Subject, Turn};
use crate::drift::blame::{Blame, LogRead};
use crate::drift::{Cause, Item, Items, What};

/// Said once where a field differs.
const SIDES: &str = "Of each field, `-` is what the manifests declare, and `+` what is live.";

impl From<&Items> for Report {
    fn from(drift: &Items) -> Self {
        let Items { project, org, portal, items, findings, not_compared, log, reading: _ } = drift;
        let section = Section {
            project: project.clone(),
            is_empty: items.is_empty(),
            findings: findings.clone(),
            objects: items.chunk_by(|a, b| a.address == b.address).map(object).collect(),
            not_compared: not_compared
                .iter()
                .map(|(address, why)| Remark { address: Some(address.clone()), what: why.clone(), flag: None })
                .collect(),
            notes: log.iter().filter_map(log_remark).map(|what| Remark { address: None, what, flag: None }).collect(),
            ..Section::default()
        };
        Self {
            subject: Subject::Drift(Place { project: project.clone(), org: org.clone(), portal: portal.clone() }),
            summary: summary(drift),
            command: "idpctl drift".to_owned(),
            closing: section.objects.iter().any(|object| !object.fields.is_empty()).then_some(SIDES),
            sections: vec![section],
        }
    }
}

fn summary(drift: &Items) -> String {
    let Items { items, not_compared, .. } = drift;
    match (items.len(), not_compared.is_empty()) {
        (0, true) => "no drift".to_owned(),
        (0, false) => "no drift, as far as could be compared".to_owned(),
        (n, _) => format!("{n} item{} of drift: {}", if n == 1 { "" } else { "s" }, causes(items)),
    }
}

/// Returns how often who moved.
pub fn causes(items: &[Item]) -> String {
    let count = |cause| items.iter().filter(|item| item.cause == cause).count();
    let all = [Cause::ChangedLive, Cause::Pending, Cause::Either].into_iter().filter(|cause| count(*cause) > 0);
    all.map(|cause| format!("{} {}", count(cause), cause_word(cause))).collect::<Vec<_>>().join(", ")
}

/// Returns the words for who moved.
const fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::ChangedLive => "changed live",
        Cause::Pending => "pending (the manifest is newer than what was applied last)",
        Cause::Either => "either changed live or not applied yet",
    }
}

/// Returns what departs, in words; nothing of a field, which has values to show.
pub fn departure(what: &What) -> Option<String> {
    Some(match what {
        What::Field { .. } => return None,
        What::Missing => "is not there".to_owned(),
        What::Undeclared { what } => what.clone(),
        What::MarkLost => "bears no mark of ours: somebody's PUT erased it, or the app was never adopted".to_owned(),
        What::MarkDiffers => "bears another mark than the documents call for".to_owned(),
        What::Copy { id } => format!("the app {id} bears a copy of its mark: somebody cloned the app"),
        What::Foreign { why } => why.clone(),
    })
}

/// Returns who touched something, one sentence an entry, the latest first.
pub fn blame_lines(blame: &Blame) -> Vec<BlameLine> {
    let Blame { touches, more, remark } = blame;
    let entry = |what: String| BlameLine { what, link: None, search: None };
    let told = touches.iter().map(|touch| BlameLine { what: touch.words(), link: touch.link.clone(), search: Some(touch.search.clone()) });
    let more = (*more > 0).then(|| entry(format!("{more} earlier entries of the log are about it as well")));
    told.chain(more).chain(remark.clone().map(entry)).collect()
}

/// Returns what is to be known of how far the log was read, where that was not all.
pub fn log_remark(log: &LogRead) -> Option<String> {
    match log {
        LogRead { unread: Some(why), .. } => Some(format!("who did it is not known, because the org's log could not be read: {why}")),
        LogRead { cut: true, .. } => {
            Some("the org's log has more entries on these objects than were read: of some, nobody or not everybody is named".to_owned())
        }
        LogRead { unread: None, cut: false, since: _ } => None,
    }
}

fn object(about: &[Item]) -> ObjectView {
    let (turn, word) = about.iter().map(|item| turn(&item.what)).min_by_key(|(turn, _)| *turn).unwrap_or((Turn::Changed, "differs"));
    let fields = about.iter().filter_map(|item| match &item.what {
        What::Field { path, declared, live } => Some(FieldView {
            path: path.clone(),
            before: declared.clone().map(Shown::Value),
            after: live.clone().map(Shown::Value),
            remark: Some(item.cause.words().to_owned()),
            origin: item.origin.clone(),
        }),
        _ => None,
    });
    let notes = about.iter().filter_map(|item| Some(format!("{} ({})", departure(&item.what)?, item.cause.words())));
    let mut blame: Vec<BlameLine> = Vec::new();
    for line in about.iter().flat_map(|item| &item.blame).flat_map(blame_lines) {
        if !blame.contains(&line) {
            blame.push(line);
        }
    }
    ObjectView {
        address: about[0].address.clone(),
        title: None,
        turn,
        word,
        was: None,
        fields: fields.collect(),
        notes: notes.collect(),
        blame,
        origin: about.iter().find_map(|item| item.origin.clone()),
    }
}

const fn turn(what: &What) -> (Turn, &'static str) {
    match what {
        What::Missing => (Turn::Removed, "missing"),
        What::Undeclared { .. } => (Turn::Added, "undeclared"),
        What::Copy { .. } => (Turn::Added, "copied"),
        What::Foreign { .. } => (Turn::Changed, "somebody else's"),
        What::Field { .. } | What::MarkLost | What::MarkDiffers => (Turn::Changed, "differs"),
    }
}
