//! What differs between two revisions as a report.

use super::{FieldView, ObjectView, Report, Section, Shown, Subject, Turn, shell_word};
use crate::address::Kind;
use crate::review::{Change, Comparison, Entry, FieldDiff, Identity, Presence, Side, TargetReview};

/// What may have become of an object, in the order in which it is counted.
pub const WORDS: [&str; 5] = ["added", "changed", "renamed", "replaced", "removed"];

/// Said once where something was removed.
pub const REMOVED: &str = "What is removed here is declared no longer: it stays live until somebody prunes it (`--prune`).";

impl From<&Comparison> for Report {
    fn from(comparison: &Comparison) -> Self {
        let Comparison { base, head, targets } = comparison;
        let removed = targets.iter().flat_map(|target| &target.review.entries).any(|entry| entry.change == Change::Removed);
        Self {
            subject: Subject::Comparison { base: base.clone(), head: head.clone() },
            summary: summary(comparison),
            command: command(comparison),
            sections: targets.iter().map(section).collect(),
            closing: removed.then_some(REMOVED),
        }
    }
}

fn summary(comparison: &Comparison) -> String {
    let count = |word: &&str| comparison.targets.iter().filter_map(|target| target.review.counts().get(*word).copied()).sum::<usize>();
    let told: Vec<_> = WORDS.iter().filter(|word| count(word) > 0).map(|word| format!("{} {word}", count(word))).collect();
    match (told.is_empty(), comparison.is_empty()) {
        (true, true) => "no difference".to_owned(),
        (true, false) => "no object differs, but the project or its targets do".to_owned(),
        (false, _) => told.join(", "),
    }
}

fn command(comparison: &Comparison) -> String {
    let Comparison { base, head, targets } = comparison;
    let commit = |side: &Side| format!(" {}", short(&side.commit));
    let target = match targets.as_slice() {
        [] | [TargetReview { target: None, .. }] => String::new(),
        [TargetReview { target: Some(name), .. }] => format!(" --target {}", shell_word(name)),
        _ => " --all-targets".to_owned(),
    };
    format!("idpctl diff{}{}{target}", commit(base), head.as_ref().map(commit).unwrap_or_default())
}

/// Returns as much of a commit's name as people write.
pub fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

fn section(target: &TargetReview) -> Section {
    let TargetReview { target, project, presence, review } = target;
    Section {
        target: target.clone(),
        project: project.clone(),
        remark: presence_words(*presence),
        is_empty: review.is_empty() && *presence == Presence::Both,
        findings: review.findings.clone(),
        settings: review.settings.iter().map(|setting| field(setting, None)).collect(),
        objects: review.entries.iter().map(object).collect(),
        ..Section::default()
    }
}

fn object(entry: &Entry) -> ObjectView {
    let Entry { address, title, change, fields, base, head } = entry;
    let (turn, was) = match change {
        Change::Added => (Turn::Added, None),
        Change::Removed => (Turn::Removed, None),
        Change::Changed => (Turn::Changed, None),
        Change::Replaced => (Turn::Replaced, None),
        Change::Renamed { from, by } => (Turn::Renamed, Some((from.clone(), identity(*by)))),
    };
    ObjectView {
        address: address.clone(),
        title: title.clone(),
        turn,
        word: change.word(),
        was,
        fields: fields.iter().map(|diff| field(diff, Some(entry))).collect(),
        notes: caution(entry).into_iter().collect(),
        blame: Vec::new(),
        origin: head.as_ref().or(base.as_ref()).map(ToString::to_string),
    }
}

fn field(diff: &FieldDiff, entry: Option<&Entry>) -> FieldView {
    let FieldDiff { path, before, after, base, head, immutable: _ } = diff;
    FieldView {
        path: path.to_string(),
        before: before.clone().map(Shown::Value),
        after: after.clone().map(Shown::Value),
        remark: remark(diff, entry).map(str::to_owned),
        origin: head.as_ref().or(base.as_ref()).map(ToString::to_string),
    }
}

/// Returns what is to be known of a target that not both revisions have.
pub const fn presence_words(presence: Presence) -> Option<&'static str> {
    match presence {
        Presence::Both => None,
        Presence::New => Some("The target is new."),
        Presence::Gone => Some("The target is gone: nothing is planned for it any more, and what is live there stays."),
    }
}

/// Returns the word for what tells that an object is the same.
pub const fn identity(by: Identity) -> &'static str {
    match by {
        Identity::Id => "`metadata.id`",
        Identity::ClientId => "client_id",
        Identity::Cid => "CID",
        Identity::Name => "name",
        Identity::Label => "label",
    }
}

/// Returns what somebody must know who takes a rename for granted.
pub fn caution(entry: &Entry) -> Option<String> {
    let Change::Renamed { by: Identity::Label, .. } = entry.change else { return None };
    let address = &entry.address;
    Some(format!(
        "a label alone does not make it the same app: without `metadata.adopt: true` or `--adopt {address}` another is made, and the old one stays"
    ))
}

/// Returns what is to be known of a field's difference besides its values.
pub fn remark(field: &FieldDiff, entry: Option<&Entry>) -> Option<&'static str> {
    let is_whole = entry.is_some_and(|entry| matches!(entry.change, Change::Added | Change::Removed));
    match (field.before.is_some(), field.after.is_some()) {
        _ if is_whole => None,
        (true, false) if entry.is_none() => Some("no longer said"),
        (true, false) => Some("released: declared no longer, and the live value stays"),
        (false, _) if entry.is_none() => Some("newly said"),
        (false, _) if field.immutable => {
            Some("was not declared; it cannot be changed, so an object that has another value is replaced or refused")
        }
        (false, _) => Some("was not declared"),
        (true, true) if !field.immutable => None,
        (true, true) => Some(match entry.map(|entry| (entry.address.kind, &entry.change)) {
            Some((_, Change::Replaced)) => "cannot be changed: another takes its place",
            Some((Kind::ClientType, _)) if field.path.to_string() == "provider" => "another is made at that provider, and this one stays",
            _ => "cannot be changed: a plan refuses it",
        }),
    }
}
