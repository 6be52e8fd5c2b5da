//! A graph in DOT, the language of Graphviz.
//!
//! Labels are quoted texts, never HTML: a quote and a backslash are escaped, and so is `&`, which Graphviz would read as the begin of an entity.

use super::{Lines, clusters, cut, id, label, line, whole_name};
use crate::graph::Graph;

/// Returns a graph as the text of a directed graph.
pub fn dot(graph: &Graph) -> String {
    let mut out = "digraph idpctl {\n  rankdir=LR\n  node [shape=box, fontname=\"sans-serif\", fontsize=11]\n  \
                   edge [fontname=\"sans-serif\", fontsize=9]\n"
        .to_owned();
    let node = |place: usize| {
        let node = &graph.nodes[place];
        // Each line ends with the mark that has it begin at the left.
        let text: String = Lines::of(node).all().map(|line| escaped(line) + "\\l").collect();
        let style = if node.address().is_some() { "" } else { ", style=\"dashed,rounded\"" };
        format!("{} [label=\"{text}\", tooltip=\"{}\"{style}]", id(place), escaped(&whole_name(node)))
    };
    let (clusters, others) = clusters(graph);
    for (number, (cluster, places)) in clusters.iter().enumerate() {
        let title = escaped(&cut(&cluster.name()));
        line(&mut out, format_args!("  subgraph cluster_{} {{\n    label=\"{title}\"", number + 1));
        for place in places {
            line(&mut out, format_args!("    {}", node(*place)));
        }
        line(&mut out, format_args!("  }}"));
    }
    for place in others {
        line(&mut out, format_args!("  {}", node(place)));
    }
    for edge in &graph.edges {
        let label = label(edge.reason).map(|word| format!("label=\"{word}\", ")).unwrap_or_default();
        let style = if graph.nodes[edge.from].address().is_some() { "" } else { ", style=dashed" };
        let (from, to) = (id(edge.from), id(edge.to));
        line(&mut out, format_args!("  {from} -> {to} [{label}tooltip=\"{}\"{style}]", edge.reason.word()));
    }
    line(&mut out, format_args!("}}"));
    out
}

/// Returns a printable text as it stands within a quoted one.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
