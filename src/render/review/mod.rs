//! What differs between two revisions, as text for people, JSON for programs and Markdown for a comment.

mod markdown;
#[cfg(test)]
mod tests;

pub use markdown::markdown;

use serde_json::{Map, Value, json};

use super::plan::inert;
use super::style::{Style, Tone};
use super::value::{change, one_line, shortened};
use crate::address::Kind;
use crate::review::{Change, Comparison, Entry, FieldDiff, Identity, Presence, Review, Side, TargetReview};

/// The version of the JSON form.
const FORMAT_VERSION: u32 = 1;

/// What may have become of an object, in the order in which it is counted.
const WORDS: [&str; 5] = ["added", "changed", "renamed", "replaced", "removed"];

/// Said once where something was removed.
const REMOVED: &str = "What is removed here is declared no longer: it stays live until somebody prunes it (`--prune`).";

/// Returns a comparison as text.
pub fn text(comparison: &Comparison, style: Style) -> String {
    let Comparison { base, head, targets } = comparison;
    let title = format!("Difference between {} and {}", side(base), head.as_ref().map_or("the working tree".to_owned(), side));
    let mut sections = vec![vec![style.paint(Tone::Heading, title)]];
    sections.extend(base.is_empty.then(|| vec![empty(base)]));
    for target in targets {
        sections.extend(self::target(target, targets.len() > 1, style));
    }
    let removed = targets.iter().flat_map(|target| &target.review.entries).any(|entry| entry.change == Change::Removed);
    sections.extend(removed.then(|| vec![REMOVED.to_owned()]));
    let mut text = sections.iter().map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    text
}

/// Returns a comparison as JSON.
pub fn json(comparison: &Comparison) -> Value {
    let Comparison { base, head, targets } = comparison;
    let revision = |side: &Side| {
        let Side { name, commit, is_empty } = side;
        json!({"name": name, "commit": commit, "is_empty": is_empty})
    };
    let target = |target: &TargetReview| {
        let TargetReview { target, project, presence, review } = target;
        let counts = review.counts();
        let summary: Map<_, _> =
            WORDS.iter().map(|word| ((*word).to_owned(), json!(counts.get(word).copied().unwrap_or_default()))).collect();
        json!({
            "target": target,
            "project": project,
            "presence": presence,
            "settings": review.settings.iter().map(field_tree).collect::<Vec<_>>(),
            "findings": super::findings::json(&review.findings),
            "objects": review.entries.iter().map(entry_tree).collect::<Vec<_>>(),
            "summary": summary,
        })
    };
    json!({
        "format_version": FORMAT_VERSION,
        "base": revision(base),
        "head": head.as_ref().map(revision),
        "targets": targets.iter().map(target).collect::<Vec<_>>(),
    })
}

fn entry_tree(entry: &Entry) -> Value {
    let Entry { address, title, change, fields, base, head } = entry;
    let mut tree = json!({"address": address, "title": title, "change": change.word(), "base": base, "head": head});
    if let Change::Renamed { from, by } = change {
        tree["from"] = json!(from);
        tree["by"] = json!(by);
    }
    tree["fields"] = fields.iter().map(field_tree).collect();
    tree
}

/// A value that is not there is no null, which is a value.
fn field_tree(field: &FieldDiff) -> Value {
    let FieldDiff { path, before, after, base, head, immutable } = field;
    let mut tree = Map::new();
    tree.insert("path".to_owned(), json!(path.to_string()));
    let word = match (before, after) {
        (Some(_), None) => "released",
        (None, _) => "declared",
        (Some(_), Some(_)) => "changed",
    };
    tree.insert("change".to_owned(), json!(word));
    tree.extend(before.iter().map(|value| ("before".to_owned(), value.clone())));
    tree.extend(after.iter().map(|value| ("after".to_owned(), value.clone())));
    tree.insert("immutable".to_owned(), json!(immutable));
    tree.insert("base".to_owned(), json!(base));
    tree.insert("head".to_owned(), json!(head));
    Value::Object(tree)
}

fn side(side: &Side) -> String {
    format!("`{}` ({})", inert(&side.name), short(&side.commit))
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

fn empty(base: &Side) -> String {
    format!("`{}` holds no manifests yet.", inert(&base.name))
}

fn target(target: &TargetReview, is_one_of_many: bool, style: Style) -> Vec<Vec<String>> {
    let TargetReview { target, project, presence, review } = target;
    let mut sections = Vec::new();
    if let Some(name) = target {
        let heading = format!("Target `{}` of `{}`", inert(name), inert(project));
        sections.push(vec![style.paint(Tone::Heading, heading)]);
    }
    sections.extend(presence_words(*presence).map(|words| vec![words.to_owned()]));
    if !review.settings.is_empty() {
        sections.push(review.settings.iter().flat_map(|setting| field(setting, None, style)).collect());
    }
    let mut was_short = false;
    for lines in review.entries.iter().map(|each| entry(each, style)) {
        match sections.last_mut() {
            Some(above) if was_short && lines.len() == 1 => above.extend(lines),
            _ => {
                was_short = lines.len() == 1;
                sections.push(lines);
            }
        }
    }
    sections.extend(super::findings::sections(&review.findings, style));
    if *presence == Presence::Both || !review.is_empty() {
        let words = summary(review);
        let tone = if is_one_of_many { Tone::Faint } else { Tone::Heading };
        sections.push(vec![style.paint(tone, words)]);
    }
    sections
}

const fn presence_words(presence: Presence) -> Option<&'static str> {
    match presence {
        Presence::Both => None,
        Presence::New => Some("The target is new."),
        Presence::Gone => Some("The target is gone: nothing is planned for it any more, and what is live there stays."),
    }
}

/// Returns how many objects became what, in one sentence.
fn summary(review: &Review) -> String {
    let counts = review.counts();
    let told: Vec<_> = WORDS.iter().filter_map(|word| Some(format!("{} {word}", counts.get(word)?))).collect();
    match (told.is_empty(), review.settings.is_empty()) {
        (true, true) => "No difference: both declare the same.".to_owned(),
        (true, false) => "No object differs.".to_owned(),
        (false, _) => format!("{}.", told.join(", ")),
    }
}

fn entry(entry: &Entry, style: Style) -> Vec<String> {
    let (symbol, verb, tone) = symbol(&entry.change);
    let mut out = vec![style.paint(tone, format_args!("{symbol} {verb} {}{}", inert(&entry.address), title(entry))) + &origin_words(entry)];
    let narrow = Style { width: style.width.saturating_sub(4), ..style };
    // Of what goes nobody has to check the fields; JSON and Markdown have them.
    let fields = entry.fields.iter().filter(|_| entry.change != Change::Removed);
    out.extend(fields.flat_map(|field| self::field(field, Some(entry), narrow)).map(|line| format!("    {line}")));
    out.extend(caution(entry).map(|words| format!("    note: {words}")));
    out
}

const fn symbol(change: &Change) -> (char, &'static str, Tone) {
    match change {
        Change::Added => ('+', "add", Tone::Added),
        Change::Removed => ('-', "remove", Tone::Removed),
        Change::Changed => ('~', "change", Tone::Changed),
        Change::Replaced => ('±', "replace", Tone::Replaced),
        Change::Renamed { .. } => ('~', "rename", Tone::Changed),
    }
}

fn title(entry: &Entry) -> String {
    entry.title.as_ref().map(|title| format!(" {}", one_line(&Value::from(title.as_str())))).unwrap_or_default()
}

fn origin_words(entry: &Entry) -> String {
    match &entry.change {
        Change::Renamed { from, by } => format!("   (was {}, known by its {})", inert(from), identity(*by)),
        _ => String::new(),
    }
}

const fn identity(by: Identity) -> &'static str {
    match by {
        Identity::Id => "`metadata.id`",
        Identity::ClientId => "client_id",
        Identity::Cid => "CID",
        Identity::Name => "name",
        Identity::Label => "label",
    }
}

/// Returns what somebody must know who takes a rename for granted.
fn caution(entry: &Entry) -> Option<String> {
    let Change::Renamed { by: Identity::Label, .. } = entry.change else { return None };
    let address = inert(&entry.address);
    Some(format!(
        "a label alone does not make it the same app: without `metadata.adopt: true` or `--adopt {address}` another is made, and the old one stays"
    ))
}

fn field(field: &FieldDiff, entry: Option<&Entry>, style: Style) -> Vec<String> {
    let FieldDiff { path, before, after, .. } = field;
    let path = shortened(&path.to_string());
    let mut lines = match (before, after) {
        (Some(before), None) => change(&path, None, Some(before), true, style),
        (None, after) => change(&path, None, after.as_ref(), true, style),
        (before, after) => change(&path, before.as_ref(), after.as_ref(), false, style),
    };
    // The remark belongs to the field, however many lines it has.
    if let (Some(remark), Some(first)) = (remark(field, entry), lines.first_mut()) {
        first.extend(["   (", remark, ")"]);
    }
    lines
}

/// Returns what is to be known of a field's difference besides its values.
fn remark(field: &FieldDiff, entry: Option<&Entry>) -> Option<&'static str> {
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
