//! One field's two sides as rows that stand side by side, with what differs within a line marked.
//!
//! Two different values never look the same, however long they are.

use serde_json::Value;
use similar::{ChangeTag, DiffOp, TextDiff};

use super::super::value::{digest, lines, shortened};
use super::Part;
use crate::printable::printable;
use crate::report::{FieldView, Shown};

/// Values of more lines than this are not compared line by line.
const MOST_LINES: usize = 2_000;
/// So many rows are shown at most.
const MOST_ROWS: usize = 120;

/// A field and its rows.
pub(super) struct Field {
    /// Step by step, for a line may break between steps.
    pub(super) path: Vec<String>,
    pub(super) remark: Option<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// One side of a row.
pub(super) struct Cell {
    pub(super) class: &'static str,
    pub(super) parts: Vec<Part>,
}

impl Cell {
    fn plain(class: &'static str, text: impl Into<String>) -> Self {
        Self { class, parts: vec![Part { text: text.into(), strong: false }] }
    }

    const fn empty() -> Self {
        Self { class: "none", parts: Vec::new() }
    }
}

/// Which sides the fields of an object have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sides {
    Both,
    Before,
    After,
}

impl Sides {
    /// Returns the sides that there is anything on.
    pub(super) fn of(fields: &[FieldView]) -> Self {
        match (fields.iter().all(|field| field.before.is_none()), fields.iter().all(|field| field.after.is_none())) {
            (true, false) => Self::After,
            (false, true) => Self::Before,
            _ => Self::Both,
        }
    }

    /// Returns what there is of two.
    pub(super) fn pick<T>(self, [before, after]: [T; 2]) -> Vec<T> {
        match self {
            Self::Both => vec![before, after],
            Self::Before => vec![before],
            Self::After => vec![after],
        }
    }
}

/// Returns a field as rows.
pub(super) fn field(field: &FieldView, sides: Sides) -> Field {
    let FieldView { path, before, after, remark, origin: _ } = field;
    Field {
        path: shortened(path).split_inclusive('.').map(str::to_owned).collect(),
        remark: remark.as_ref().map(|words| shortened(words)),
        rows: rows(path, before.as_ref(), after.as_ref()).into_iter().map(|row| sides.pick(row)).collect(),
    }
}

fn rows(path: &str, before: Option<&Shown>, after: Option<&Shown>) -> Vec<[Cell; 2]> {
    let (before_lines, after_lines) = (side(before, path), side(after, path));
    if before_lines.len() + after_lines.len() > MOST_LINES {
        let sum = |class, lines: &[String]| match lines {
            [] => Cell::empty(),
            lines => Cell::plain(class, format!("{} lines, {}", lines.len(), digest(&lines.join("\n")))),
        };
        return vec![[sum("gone", &before_lines), sum("come", &after_lines)]];
    }
    let diff = {
        let (before, after): (Vec<_>, Vec<_>) =
            (before_lines.iter().map(String::as_str).collect(), after_lines.iter().map(String::as_str).collect());
        TextDiff::from_slices(&before, &after).ops().to_vec()
    };
    let mut rows: Vec<_> = diff.iter().flat_map(|op| of(*op, &before_lines, &after_lines)).collect();
    if rows.is_empty() {
        let none = |shown: Option<&Shown>| if shown.is_some() { Cell::plain("none", "(empty)") } else { Cell::empty() };
        rows.push([none(before), none(after)]);
    }
    if rows.len() > MOST_ROWS {
        let rest = rows.len() - MOST_ROWS;
        rows.truncate(MOST_ROWS);
        rows.push([Cell::plain("skipped", format!("… {rest} more lines")), Cell::empty()]);
    }
    rows
}

/// Returns one side line by line; of a text on one line, in the quotes that tell it from a number.
fn side(shown: Option<&Shown>, path: &str) -> Vec<String> {
    match shown {
        None => Vec::new(),
        Some(Shown::Words(words)) => vec![words.clone()],
        Some(Shown::Value(Value::String(text))) if !text.contains('\n') => vec![Value::from(text.as_str()).to_string()],
        Some(Shown::Value(Value::Array(items))) if items.is_empty() => vec!["[]".to_owned()],
        Some(Shown::Value(value)) => lines(Some(value), path),
    }
}

fn of(op: DiffOp, before: &[String], after: &[String]) -> Vec<[Cell; 2]> {
    match op {
        DiffOp::Equal { old_index, len, .. } => equal(&before[old_index..old_index + len]),
        DiffOp::Delete { old_index, old_len, .. } => {
            before[old_index..old_index + old_len].iter().map(|line| [Cell::plain("gone", shortened(line)), Cell::empty()]).collect()
        }
        DiffOp::Insert { new_index, new_len, .. } => {
            after[new_index..new_index + new_len].iter().map(|line| [Cell::empty(), Cell::plain("come", shortened(line))]).collect()
        }
        DiffOp::Replace { old_index, old_len, new_index, new_len } => {
            let (before, after) = (&before[old_index..old_index + old_len], &after[new_index..new_index + new_len]);
            (0..old_len.max(new_len)).map(|at| pair(before.get(at), after.get(at))).collect()
        }
    }
}

/// Lines that are on both sides; of many, the first and the last.
fn equal(lines: &[String]) -> Vec<[Cell; 2]> {
    let both = |line: &String| [Cell::plain("same", shortened(line)), Cell::plain("same", shortened(line))];
    match lines {
        [first, between @ .., last] if between.len() > 3 => {
            let skipped = || Cell::plain("skipped", format!("… {} lines that are the same", between.len()));
            vec![both(first), [skipped(), skipped()], both(last)]
        }
        few => few.iter().map(both).collect(),
    }
}

fn pair(before: Option<&String>, after: Option<&String>) -> [Cell; 2] {
    let (Some(before), Some(after)) = (before, after) else {
        let alone = |class, line: Option<&String>| line.map_or_else(Cell::empty, |line| Cell::plain(class, shortened(line)));
        return [alone("gone", before), alone("come", after)];
    };
    let (before, after) = (shortened(before), shortened(after));
    let diff = TextDiff::from_unicode_words(before.as_str(), after.as_str());
    // Of lines that have little in common, what they have in common is chance.
    if diff.ratio() < 0.5 {
        return [Cell::plain("gone", before), Cell::plain("come", after)];
    }
    let cell = |class, own: ChangeTag| {
        let mut parts: Vec<Part> = Vec::new();
        for change in diff.iter_all_changes().filter(|change| change.tag() == own || change.tag() == ChangeTag::Equal) {
            let strong = change.tag() == own;
            match parts.last_mut() {
                Some(last) if last.strong == strong => last.text.push_str(change.value()),
                _ => parts.push(Part { text: change.value().to_owned(), strong }),
            }
        }
        Cell { class, parts }
    };
    [cell("gone", ChangeTag::Delete), cell("come", ChangeTag::Insert)]
}

/// Returns a sentence in parts: what stands in backticks is code.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let text = printable(text);
    let parts = text.split('`').enumerate().map(|(at, part)| Part { text: part.to_owned(), strong: at % 2 == 1 });
    parts.filter(|part| !part.text.is_empty()).collect()
}
