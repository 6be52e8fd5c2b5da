//! Members and items that go, with their lines and the comments that belong to them.

use serde_json::json;

use super::Splice;
use super::layout::{Form, Node};
use super::lines::{behind, column, comma_behind, comment_behind, is_alone, leads, line_end, next_line, with_comments};
use crate::json::Path;

/// Returns how what stands at a place is taken out. The last of a collection leaves an empty one.
pub(super) fn splices(text: &str, root: &Node, path: &Path) -> Option<Vec<Splice>> {
    let way = root.way(path)?;
    let (node, place) = *way.last()?;
    let is_list = matches!(node.form, Form::BlockList | Form::FlowList);
    match node.form {
        Form::Pair => None,
        _ if node.entries.len() == 1 => {
            let empty = if is_list { json!([]) } else { json!({}) };
            super::replace::splices(text, root, &path.parent()?, &empty)
        }
        Form::BlockList | Form::BlockMap => Some(vec![lines(text, node, place)]),
        _ => Some(from_brackets(text, node, place)),
    }
}

fn lines(text: &str, node: &Node, place: usize) -> Splice {
    let entry = &node.entries[place];
    if leads(text, entry.start) {
        return Splice::new(with_comments(text, entry.start)..behind(text, entry.end(), column(text, entry.start)), "");
    }
    // The first one stands behind the dash of what holds it, and the next one takes its place unless it has a comment above.
    let next = node.entries[place + 1].start;
    if with_comments(text, next) < super::lines::line_start(text, next) {
        let start = text[..entry.start].trim_end_matches(' ').len();
        return Splice::new(start..line_end(text, entry.end()), "");
    }
    Splice::new(entry.start..next, "")
}

fn from_brackets(text: &str, node: &Node, place: usize) -> Vec<Splice> {
    let entry = &node.entries[place];
    let (start, end) = (entry.start, entry.end());
    let comma = comma_behind(text, end);
    // The comma before the last one goes with it, unless they are all followed by one.
    let before = place.checked_sub(1).map(|before| &node.entries[before]);
    let comma_before = before.filter(|_| comma.is_none()).and_then(|before| comma_behind(text, before.end()));
    if is_alone(text, start..end) {
        let mut splices = vec![Splice::new(with_comments(text, start)..next_line(text, end), "")];
        splices.extend(comma_before.map(|at| Splice::new(at..at + 1, "")));
        return splices;
    }
    match (before, comma_before, comma) {
        (Some(before), Some(at), _) if text[at..start].contains('#') => {
            let blanks = text[..start].trim_end_matches(' ').len();
            vec![Splice::new(at..at + 1, ""), Splice::new(blanks.max(before.end())..end, "")]
        }
        (Some(before), Some(_), _) => vec![Splice::new(before.end()..end, "")],
        (_, _, Some(at)) => {
            let behind = comment_behind(text, at + 1).map_or(at + 1, |comment| comment.end);
            let blanks = text[behind..].len() - text[behind..].trim_start_matches(' ').len();
            vec![Splice::new(start..behind + blanks, "")]
        }
        (_, _, None) => vec![Splice::new(start..end, "")],
    }
}
