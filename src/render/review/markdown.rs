//! A comparison as Markdown for a comment on a pull request: what it comes to first, then one block an object.
//!
//! A comment that is too long is refused by the forge, so whole objects are left out until it fits, and named: what can do most harm is
//! left out last.

use serde_json::Value;

use super::super::markdown::{code_span, diff_block, html_code};
use super::super::plan::inert;
use super::super::style::counted;
use super::super::value::{difference_lines, one_line, shortened};
use super::{WORDS, caution, identity, presence_words, remark, short, symbol};
use crate::printable::printable_head;
use crate::review::{Change, Comparison, Entry, FieldDiff, Presence, Side, TargetReview};

/// Forges refuse comments of more than 65,536 characters.
const LONGEST: usize = 65_000;
/// Longer values are shown on several lines.
const ONE_LINE: usize = 100;
/// So many of the objects that are left out are named, each by so many characters.
const NAMED: (usize, usize) = (20, 100);

/// One object, ready to be put in or left out.
struct Block<'a> {
    entry: &'a Entry,
    text: String,
    /// How many characters that are.
    length: usize,
}

/// Returns a comparison as Markdown of at most 65,000 characters.
pub fn markdown(comparison: &Comparison) -> String {
    let targets = &comparison.targets;
    let blocks: Vec<Vec<Block<'_>>> = targets.iter().map(|target| target.review.entries.iter().map(block).collect()).collect();
    let frames: Vec<_> = targets.iter().map(frame).collect();
    let framed: usize = frames.iter().map(|frame| length(frame)).sum();
    // Where what stands above the objects leaves no room for any of them, it goes first.
    let frames = if framed < LONGEST / 2 { frames } else { vec![String::new(); targets.len()] };
    let mut room = LONGEST;
    loop {
        let (kept, left_out) = cut(&blocks, room);
        let text = put_together(comparison, &frames, &kept, &left_out);
        match length(&text).checked_sub(LONGEST) {
            // What is said around the objects grows a little with what is left out.
            Some(excess) if room > 0 => room = room.saturating_sub(excess + 1),
            _ => return text,
        }
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn put_together(comparison: &Comparison, frames: &[String], kept: &[Vec<&Block<'_>>], left_out: &[&Entry]) -> String {
    let Comparison { base, head, targets } = comparison;
    let mut out = format!("{}\n", headline(comparison));
    if base.is_empty {
        out.extend(["\n", &code_span(&inert(&base.name)), " holds no manifests yet.\n"]);
    }
    for (frame, blocks) in frames.iter().zip(kept) {
        out.push_str(frame);
        out.extend(blocks.iter().map(|block| block.text.as_str()));
    }
    if !left_out.is_empty() {
        out.push_str(&rest(left_out, base, head.as_ref()));
    }
    if targets.iter().flat_map(|target| &target.review.entries).any(|entry| entry.change == Change::Removed) {
        out.extend(["\n", super::REMOVED, "\n"]);
    }
    out
}

/// Chooses the objects for which there is room, those that can do most harm first; returns the others as well.
fn cut<'b, 'a>(blocks: &'b [Vec<Block<'a>>], room: usize) -> (Vec<Vec<&'b Block<'a>>>, Vec<&'a Entry>) {
    let places =
        blocks.iter().enumerate().flat_map(|(target, blocks)| blocks.iter().enumerate().map(move |(at, block)| (target, at, block)));
    let mut order: Vec<_> = places.collect();
    order.sort_by_key(|(target, at, block)| (harm(&block.entry.change), *target, *at));
    let (mut used, mut kept, mut left_out) = (0, Vec::new(), Vec::new());
    for (target, at, block) in order {
        if used + block.length <= room {
            used += block.length;
            kept.push((target, at, block));
        } else {
            left_out.push(block.entry);
        }
    }
    kept.sort_by_key(|(target, at, _)| (*target, *at));
    let of = |target| kept.iter().filter(|(of, ..)| *of == target).map(|(.., block)| *block).collect();
    ((0..blocks.len()).map(of).collect(), left_out)
}

/// Smaller is worse.
const fn harm(change: &Change) -> usize {
    match change {
        Change::Replaced => 0,
        Change::Removed => 1,
        Change::Renamed { .. } => 2,
        Change::Changed => 3,
        Change::Added => 4,
    }
}

fn headline(comparison: &Comparison) -> String {
    let Comparison { base, head, targets } = comparison;
    let count = |word: &&&str| targets.iter().filter_map(|target| target.review.counts().get(**word).copied()).sum::<usize>();
    let told: Vec<_> = WORDS.iter().filter(|word| count(word) > 0).map(|word| format!("{} {word}", count(&word))).collect();
    let what = match (told.is_empty(), comparison.is_empty()) {
        (true, true) => "no difference".to_owned(),
        (true, false) => "no object differs, but the project or its targets do".to_owned(),
        (false, _) => told.join(", "),
    };
    let head = head.as_ref().map_or_else(|| "the working tree".to_owned(), side);
    let of = match targets.as_slice() {
        [TargetReview { target: Some(name), .. }] => format!(", for the target {}", code_span(&inert(name))),
        [_] => String::new(),
        several => format!(", for {} targets", several.len()),
    };
    format!("**idpctl: {what}** between {} and {head}{of}", side(base))
}

fn side(side: &Side) -> String {
    format!("{} ({})", code_span(&inert(&side.name)), short(&side.commit))
}

/// What stands above the objects of one target.
fn frame(target: &TargetReview) -> String {
    let TargetReview { target, project, presence, review } = target;
    let mut out = String::new();
    if let Some(name) = target {
        out.extend(["\n#### Target ", &code_span(&inert(name)), " of ", &code_span(&inert(project)), "\n"]);
    }
    out.extend(presence_words(*presence).map(|words| format!("\n{words}\n")));
    if !review.settings.is_empty() {
        let lines: Vec<_> = review.settings.iter().flat_map(|setting| field(setting, None)).collect();
        out.extend(["\n", &diff_block(&lines)]);
    }
    if review.is_empty() && *presence == Presence::Both && target.is_some() {
        out.push_str("\nNo difference.\n");
    }
    out
}

fn block(entry: &Entry) -> Block<'_> {
    let (symbol, ..) = symbol(&entry.change);
    let title = entry.title.as_ref().map(|title| format!(" {}", html_code(&shortened(title)))).unwrap_or_default();
    let was = match &entry.change {
        Change::Renamed { from, by } => format!(" (was {}, known by its {})", html_code(&inert(from)), identity(*by).replace('`', "")),
        _ => String::new(),
    };
    let summary = format!("{symbol} {} {}{title}{was}", html_code(&inert(&entry.address)), entry.change.word());
    let lines: Vec<_> = entry.fields.iter().flat_map(|field| self::field(field, Some(entry))).collect();
    let fields = if lines.is_empty() { String::new() } else { format!("\n{}", diff_block(&lines)) };
    let note = caution(entry).map(|words| format!("\n{}\n", code_span(&words))).unwrap_or_default();
    // Without an empty line, what follows a line of HTML would be HTML too.
    let text = format!("\n<details><summary>{summary}</summary>\n{fields}{note}\n</details>\n");
    Block { entry, length: length(&text), text }
}

/// Returns the lines of a field: what goes begins with `-`, what comes with `+`.
fn field(field: &FieldDiff, entry: Option<&Entry>) -> Vec<String> {
    let FieldDiff { path, before, after, .. } = field;
    let path = shortened(&path.to_string());
    let remark = remark(field, entry).map(|words| format!("   ({words})")).unwrap_or_default();
    let fits = |value: &Option<Value>| value.as_ref().is_none_or(|value| one_line(value).chars().count() <= ONE_LINE);
    // Of two lists the items are compared, each on its own line.
    let are_lists = [before, after].iter().all(|side| side.as_ref().and_then(Value::as_array).is_some_and(|items| !items.is_empty()));
    if fits(before) && fits(after) && !are_lists {
        let line = |sign: char, value: &Value| format!("{sign} {path}: {}", one_line(value));
        let mut lines: Vec<_> = before.iter().map(|value| line('-', value)).chain(after.iter().map(|value| line('+', value))).collect();
        if let Some(last) = lines.last_mut() {
            last.push_str(&remark);
        }
        return lines;
    }
    let mut lines = vec![format!("  {path}:{remark}")];
    lines.extend(difference_lines(&path, before.as_ref(), after.as_ref()).into_iter().map(|line| indented(&line)));
    lines
}

/// Moves the text of a diff's line in, and leaves its sign at the margin.
fn indented(line: &str) -> String {
    let (sign, text) = match line.get(..2) {
        Some(sign @ ("- " | "+ " | "  ")) => (sign, &line[2..]),
        _ => ("  ", line),
    };
    format!("{sign}  {text}")
}

fn rest(left_out: &[&Entry], base: &Side, head: Option<&Side>) -> String {
    let (most, longest) = NAMED;
    let name = |entry: &&Entry| format!("{} {}", code_span(&printable_head(&entry.address.to_string(), longest)), entry.change.word());
    let named: Vec<_> = left_out.iter().take(most).map(name).collect();
    let more = if left_out.len() > most { format!(" and {} more", left_out.len() - most) } else { String::new() };
    let command =
        format!("idpctl diff {}{}", short(&base.commit), head.map(|head| format!(" {}", short(&head.commit))).unwrap_or_default());
    let what = counted(left_out.len(), "object");
    format!("\n**{what} left out, for want of room in a comment:** {}{more}. Everything: {}\n", named.join(", "), code_span(&command))
}
