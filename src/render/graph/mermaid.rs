//! A graph as a Mermaid flowchart, which forges draw in Markdown.
//!
//! Mermaid reads a label as Markdown, then as HTML. So within a label letters, digits and single blanks stand for themselves, a few marks do between two of
//! these, and all else is an entity by its number (`#35;`), of which none of the two makes anything.

use std::fmt::Write as _;

use super::{Lines, clusters, cut, id, label, line};
use crate::graph::Graph;

/// How many edges Mermaid draws unless its page says otherwise.
const EDGES: usize = 500;

/// How long a text it reads unless its page says otherwise.
const CHARACTERS: usize = 50_000;

/// What Mermaid looks for when entities have become characters again, and how it is written instead: a line break, a formula, an icon, and the marks by
/// which it remembers entities. Seen in version 11.
const LATE: [(&str, &str); 5] = [("\\n", "\\u{a}"), ("$$", "$\\u{24}"), (":fa-", ":fa\\u{2d}"), ("ﬂ°", "ﬂ\\u{b0}"), ("¶ß", "¶\\u{df}")];

/// A graph that Mermaid refuses to draw unless its page says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Beyond {
    /// It has too many edges.
    #[error("Mermaid draws no more than {EDGES} arrows unless it is told to, and these are {0}")]
    Edges(usize),
    /// Its text is too long.
    #[error("Mermaid reads no more than {CHARACTERS} characters unless it is told to, and these are {0}")]
    Characters(usize),
}

/// Returns why Mermaid refuses to draw a graph, given its text, unless its page says otherwise.
pub fn beyond(graph: &Graph, text: &str) -> Option<Beyond> {
    let characters = text.chars().count();
    let edges = (graph.edges.len() > EDGES).then_some(Beyond::Edges(graph.edges.len()));
    edges.or_else(|| (characters > CHARACTERS).then_some(Beyond::Characters(characters)))
}

/// Returns a graph as the text of a flowchart.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = "flowchart LR\n".to_owned();
    let node = |place: usize| {
        let node = &graph.nodes[place];
        let text = Lines::of(node).all().map(escaped).collect::<Vec<_>>().join("<br/>");
        if node.address().is_some() { format!("{}[\"{text}\"]", id(place)) } else { format!("{}([\"{text}\"]):::elsewhere", id(place)) }
    };
    let (clusters, others) = clusters(graph);
    for (number, (cluster, places)) in clusters.iter().enumerate() {
        line(&mut out, format_args!("  subgraph s{}[\"{}\"]", number + 1, escaped(&cut(&cluster.name()))));
        for place in places {
            line(&mut out, format_args!("    {}", node(*place)));
        }
        line(&mut out, format_args!("  end"));
    }
    for place in others {
        line(&mut out, format_args!("  {}", node(place)));
    }
    for edge in &graph.edges {
        let arrow = if graph.nodes[edge.from].address().is_some() { "-->" } else { "-.->" };
        let label = label(edge.reason).map(|word| format!("|{word}|")).unwrap_or_default();
        line(&mut out, format_args!("  {} {arrow}{label} {}", id(edge.from), id(edge.to)));
    }
    if graph.nodes.iter().any(|node| node.address().is_none()) {
        line(&mut out, format_args!("  classDef elsewhere stroke-dasharray:4 3"));
    }
    out
}

/// Returns a printable text as it stands within a quoted label.
fn escaped(text: &str) -> String {
    let text = LATE.iter().fold(text.to_owned(), |text, (read, written)| text.replace(read, written));
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        if stands_for_itself(*c, before, chars.get(at + 1).copied()) && !is_after_www(&chars[..at]) {
            out.push(*c);
        } else {
            write!(out, "#{};", u32::from(*c)).expect("writing to a String does not fail");
        }
    }
    out
}

fn stands_for_itself(c: char, before: Option<char>, after: Option<char>) -> bool {
    let is_inner = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    match c {
        // A mark between two letters begins no list, heading, link or emphasis.
        '-' | '_' | '.' | '/' | ',' => is_inner(before) && is_inner(after) || c == ',' && is_inner(before) && after == Some(' '),
        // Two blanks may end a line, and four begin a block of code.
        ' ' => before.is_some_and(|before| before != ' ') && after.is_some(),
        c => c.is_alphanumeric(),
    }
}

/// Markdown makes a link of what looks like the name of a host.
fn is_after_www(before: &[char]) -> bool {
    before.len() >= 3 && before[before.len() - 3..].iter().all(|c| c.eq_ignore_ascii_case(&'w'))
}
