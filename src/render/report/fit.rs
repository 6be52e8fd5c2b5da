//! Pieces of a comment to as many of them as there is room for. A comment that is too long is refused by the forge, so whole pieces are left out
//! until it fits, and named: what matters most is left out last, and nothing takes the place of a finding.

use std::collections::BTreeSet;

use super::super::markdown::code_span;
use crate::findings::Severity;
use crate::printable::printable_head;
use crate::report::Turn;

/// Forges refuse comments of more than 65,536 characters.
const LONGEST: usize = 65_000;
/// A command is shown up to so many characters.
const COMMAND: usize = 600;
/// So many of what is left out is named, each by so many characters.
const NAMED: (usize, usize) = (20, 100);

/// What a piece is, in the order in which pieces are put in; the least is left out last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// A danger.
    Finding(std::cmp::Reverse<Severity>),
    /// Why a plan is refused.
    Guard,
    /// What differs besides objects.
    Setting,
    /// An object.
    Object(Turn),
    /// What is worth knowing besides.
    Note,
}

impl Sort {
    const fn word(self) -> &'static str {
        match self {
            Self::Finding(_) => "finding",
            Self::Guard => "refusal",
            Self::Setting => "setting",
            Self::Object(_) => "object",
            Self::Note => "note",
        }
    }

    /// Whether nothing less may take its place.
    const fn is_first(self) -> bool {
        matches!(self, Self::Finding(_) | Self::Guard)
    }
}

/// A part of a comment that is put in or left out whole.
pub(super) struct Piece {
    pub(super) sort: Sort,
    pub(super) text: String,
    /// What it is called where it is left out, and a word on it.
    pub(super) name: (String, &'static str),
}

/// Pieces that stand together, with what stands around them if any of them is there.
#[derive(Default)]
pub(super) struct Group {
    pub(super) open: String,
    pub(super) pieces: Vec<Piece>,
    pub(super) close: String,
}

/// Groups about one thing, under a heading that is there if any of them is.
pub(super) struct Chapter {
    pub(super) heading: String,
    pub(super) groups: Vec<Group>,
}

/// What stands around all pieces.
pub(super) struct Frame {
    pub(super) head: String,
    pub(super) foot: String,
    /// The command that shows everything.
    pub(super) command: String,
}

/// Which group of which chapter a piece is in, and the how manieth it is there.
type Spot = (usize, usize, usize);

/// Returns a comment of at most 65,000 characters.
pub(super) fn fitted(frame: &Frame, chapters: &[Chapter]) -> String {
    let mut order = Vec::new();
    for (chapter, Chapter { heading: _, groups }) in chapters.iter().enumerate() {
        for (group, Group { pieces, .. }) in groups.iter().enumerate() {
            order.extend(pieces.iter().enumerate().map(|(at, piece)| ((piece.sort, (chapter, group, at)), piece)));
        }
    }
    order.sort_by_key(|(key, _)| *key);
    let order: Vec<_> = order.into_iter().map(|((_, spot), piece)| (spot, piece, length(&piece.text))).collect();
    let mut room = LONGEST;
    loop {
        let kept = chosen(&order, room);
        let left_out: Vec<_> = order.iter().filter(|(spot, ..)| !kept.contains(spot)).map(|(_, piece, _)| *piece).collect();
        let text = put_together(frame, chapters, &kept, &left_out);
        match length(&text).checked_sub(LONGEST) {
            // What is said around the pieces is not counted among them.
            Some(excess) if room > 0 => room = room.saturating_sub(excess + 1),
            _ => return text,
        }
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Chooses the pieces for which there is room.
fn chosen(order: &[(Spot, &Piece, usize)], room: usize) -> BTreeSet<Spot> {
    let (mut kept, mut used, mut full) = (BTreeSet::new(), 0, None);
    for (spot, piece, length) in order {
        if full.is_some_and(|full| piece.sort > full) {
            break;
        }
        if used + length <= room {
            used += length;
            kept.insert(*spot);
        } else if piece.sort.is_first() {
            full = Some(piece.sort);
        }
    }
    kept
}

fn put_together(frame: &Frame, chapters: &[Chapter], kept: &BTreeSet<Spot>, left_out: &[&Piece]) -> String {
    let mut out = frame.head.clone();
    for (chapter, Chapter { heading, groups }) in chapters.iter().enumerate() {
        if kept.range((chapter, 0, 0)..(chapter + 1, 0, 0)).next().is_none() {
            continue;
        }
        out.push_str(heading);
        for (group, Group { open, pieces, close }) in groups.iter().enumerate() {
            let pieces: Vec<_> =
                kept.range((chapter, group, 0)..(chapter, group + 1, 0)).map(|(.., at)| pieces[*at].text.as_str()).collect();
            if !pieces.is_empty() {
                out.push_str(open);
                out.extend(pieces);
                out.push_str(close);
            }
        }
    }
    if !left_out.is_empty() {
        out.push_str(&rest(left_out, &frame.command));
    }
    out.push_str(&frame.foot);
    out
}

fn rest(left_out: &[&Piece], command: &str) -> String {
    let (most, longest) = NAMED;
    let counted: Vec<_> = left_out
        .chunk_by(|a, b| a.sort.word() == b.sort.word())
        .map(|same| super::super::style::counted(same.len(), same[0].sort.word()))
        .collect();
    let named: Vec<_> = left_out.iter().take(most).map(|piece| name(&piece.name, longest)).collect();
    let more = if left_out.len() > most { format!(" and {} more", left_out.len() - most) } else { String::new() };
    let what = counted.join(", ");
    format!(
        "\n**{what} left out, for want of room in a comment:** {}{more}. Everything: {}\n",
        named.join(", "),
        code_span(&printable_head(command, COMMAND))
    )
}

fn name((code, word): &(String, &'static str), longest: usize) -> String {
    let room = if word.is_empty() { "" } else { " " };
    format!("{}{room}{word}", code_span(&printable_head(code, longest)))
}
