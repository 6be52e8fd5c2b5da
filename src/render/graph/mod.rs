//! A dependency graph as a picture: Mermaid for forges and wikis, DOT for Graphviz, SVG for pages and browsers.
//!
//! Nodes are numbered in the order of the graph, so no text of anybody's names anything in a picture: it stands in labels alone, cut at a length and inert by the
//! rules of each language. An arrow leads from what must be there first to what needs it, and says why unless that is its parent.

mod dot;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;

pub use dot::dot;
pub use mermaid::{Beyond, beyond, mermaid};
pub use svg::{STYLE, svg, svg_within};

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::graph::{Cluster, Graph, Node, Reason};
use crate::printable::{printable, printable_head};

/// How many characters of a text are shown.
const LENGTH: usize = 56;

/// How many facts of a node are shown.
const FACTS: usize = 8;

/// Returns a text as it is shown: printable, and cut at a length.
fn cut(text: &str) -> String {
    let head: String = text.chars().take(LENGTH + 1).collect();
    let shown = printable(&head);
    if shown.chars().count() <= LENGTH {
        return shown.into_owned();
    }
    shown.chars().take(LENGTH - 1).chain(['…']).collect()
}

/// What stands in a node, line by line.
struct Lines {
    name: String,
    title: Option<String>,
    facts: Vec<String>,
}

impl Lines {
    fn of(node: &Node) -> Self {
        let mut facts: Vec<_> = node.facts.iter().take(FACTS).map(|fact| cut(fact)).collect();
        if let Some(more) = node.facts.len().checked_sub(FACTS).filter(|more| *more > 0) {
            facts.push(format!("and {more} more"));
        }
        Self { name: cut(&node.name()), title: node.title.as_deref().map(cut), facts }
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        let Self { name, title, facts } = self;
        std::iter::once(name).chain(title).chain(facts).map(String::as_str)
    }
}

/// Returns the nodes by what they are drawn together with, those that belong to nobody last.
fn clusters(graph: &Graph) -> (BTreeMap<Cluster, Vec<usize>>, Vec<usize>) {
    let (mut clusters, mut others) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
    for (place, node) in graph.nodes.iter().enumerate() {
        match node.cluster() {
            Some(cluster) => clusters.entry(cluster).or_default().push(place),
            None => others.push(place),
        }
    }
    (clusters, others)
}

/// Returns what a node is called anywhere, as it is shown where there is room.
fn whole_name(node: &Node) -> String {
    printable_head(&node.full_name(), 4 * LENGTH)
}

/// Returns what an arrow says.
fn label(reason: Reason) -> Option<&'static str> {
    (reason != Reason::Parent).then(|| reason.word())
}

/// Returns what a node is called in a picture.
fn id(place: usize) -> String {
    format!("n{}", place + 1)
}

/// Adds a line to a text.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("writing to a String does not fail");
}
