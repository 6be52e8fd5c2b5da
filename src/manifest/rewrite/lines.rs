//! Where lines begin and end, and which comments belong to what stands on them.
//!
//! A comment behind something on its line belongs to it. So do the lines above it that hold nothing but comments that begin at its column,
//! without an empty line between, and those below it that begin deeper than it does.

use std::ops::Range;

/// Returns where the line begins that a place is on.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// Returns where the line ends that a place is on: before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    if end > at && text[..end].ends_with('\r') { end - 1 } else { end }
}

/// Returns where the next line begins; the end of the text if there is none.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found + 1)
}

/// Returns how many characters stand before a place on its line.
pub(super) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}

/// Returns whether nothing but blanks stands before a place on its line.
pub(super) fn leads(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].chars().all(|c| c == ' ')
}

/// Returns where what begins at a place begins together with the comments above that belong to it: at the start of a line.
pub(super) fn with_comments(text: &str, at: usize) -> usize {
    let column = column(text, at);
    let mut start = line_start(text, at);
    while start > 0 {
        let above = line_start(text, start - 1);
        if comment(&text[above..start]) != Some(column) {
            break;
        }
        start = above;
    }
    start
}

/// Returns where the line begins that follows what ends at a place, behind the comments below that belong to it, given its column.
pub(super) fn behind(text: &str, end: usize, column: usize) -> usize {
    let mut at = next_line(text, end);
    while at < text.len() && comment(&text[at..next_line(text, at)]).is_some_and(|deep| deep > column) {
        at = next_line(text, at);
    }
    at
}

/// Returns a place before the line break that ends there, if one does.
pub(super) fn before_break(text: &str, at: usize) -> usize {
    let text = &text[..at];
    text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text)).len()
}

/// Returns the comment at the end of the line that a place is on, blanks before it included.
pub(super) fn comment_behind(text: &str, at: usize) -> Option<Range<usize>> {
    let end = line_end(text, at);
    let rest = &text[at..end];
    (rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#')).then_some(at..end)
}

/// Returns whether something has its lines for itself, a comma and a comment aside.
pub(super) fn is_alone(text: &str, span: Range<usize>) -> bool {
    let rest = text[span.end..line_end(text, span.end)].trim_start();
    let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    leads(text, span.start) && (rest.is_empty() || rest.starts_with('#')) && line_end(text, span.end) < text.len()
}

/// Returns where the comma stands behind something in brackets, if one does.
pub(super) fn comma_behind(text: &str, end: usize) -> Option<usize> {
    let mut at = end;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if !text[at..].starts_with('#') {
            return text[at..].starts_with(',').then_some(at);
        }
        at = line_end(text, at);
    }
}

/// Returns how lines are broken around a place.
pub(super) fn line_break(text: &str, at: usize) -> &'static str {
    let near = text[..at].rfind('\n').or_else(|| text.find('\n'));
    if near.is_some_and(|found| text[..found].ends_with('\r')) { "\r\n" } else { "\n" }
}

/// Returns the column at which a line's comment begins, if it holds nothing else.
fn comment(line: &str) -> Option<usize> {
    let blank = line.chars().take_while(|c| matches!(c, ' ' | '\t')).count();
    line.trim_start().starts_with('#').then_some(blank)
}

/// Returns where the comment begins that a text ends with, if an empty line or nothing stands above it; else the end of the text.
pub(super) fn heading_at_end(text: &str) -> usize {
    let mut start = text.len();
    while start > 0 {
        let above = line_start(text, start - 1);
        if comment(&text[above..start]) != Some(0) {
            break;
        }
        start = above;
    }
    let apart = start == 0 || text[line_start(text, start - 1)..start].trim().is_empty();
    if apart { start } else { text.len() }
}
