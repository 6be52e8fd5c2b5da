//! What differs between two revisions, as text for people and JSON for programs.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::plan::inert;
use super::style::{Style, Tone};
use super::value::{change, one_line, path_text};
use crate::report::{REMOVED, WORDS, caution, identity, presence_words, remark, short};
use crate::review::{Change, Comparison, Entry, FieldDiff, Presence, Review, Side, TargetReview};

/// The version of the JSON form.
const FORMAT_VERSION: u32 = 1;

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
    out.extend(caution(entry).map(|words| format!("    note: {}", inert(&words))));
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

fn field(field: &FieldDiff, entry: Option<&Entry>, style: Style) -> Vec<String> {
    let FieldDiff { path, before, after, .. } = field;
    let path = path_text(path);
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
