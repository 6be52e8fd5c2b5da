//! A graph as an SVG image: a file of its own, or a part of a page.
//!
//! It holds no script, loads nothing and styles nothing by itself: looks come from classes and presentation attributes, so that it may stand in a page
//! whose policy forbids inline styles. Whoever embeds it puts [`STYLE`] into the page.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::super::markdown::html as escaped;
use super::{Lines, cut, label, line, whole_name};
use crate::address::Address;
use crate::graph::layout::{Layout, Point, Size, Unit, layout};
use crate::graph::{Cluster, Edge, Graph, Node};

/// The looks of a graph, for the page or the file that it stands in.
pub const STYLE: &str = "\
.idpctl-graph{--text:#1b1f24;--faint:#57606a;--line:#8c959f;--clients:#ddf4ff;--server:#fbefff;--portal:#dafbe1;--page:#ffffff;\
font:12px ui-sans-serif,system-ui,sans-serif;max-width:100%;height:auto}
@media (prefers-color-scheme:dark){.idpctl-graph{--text:#e6edf3;--faint:#9da7b3;--line:#6e7681;--clients:#10304f;--server:#3a2358;--portal:#12381f;--page:#0d1117}}
@media print{.idpctl-graph{--text:#000;--faint:#333;--line:#555;--clients:#fff;--server:#fff;--portal:#fff;--page:#fff}}
.idpctl-graph .node rect{stroke:var(--line);fill:none}
.idpctl-graph .clients rect{fill:var(--clients)}
.idpctl-graph .server rect{fill:var(--server)}
.idpctl-graph .portal rect{fill:var(--portal)}
.idpctl-graph .elsewhere rect{stroke-dasharray:4 3;fill:var(--page)}
.idpctl-graph a:hover rect,.idpctl-graph a:focus rect{stroke:var(--text);stroke-width:2}
.idpctl-graph text{fill:var(--faint)}
.idpctl-graph .name{fill:var(--text);font-weight:600}
.idpctl-graph .title{fill:var(--text)}
.idpctl-graph .edge path{fill:none;stroke:var(--line)}
.idpctl-graph .edge .tip{fill:var(--line)}
.idpctl-graph .edge .dashed{stroke-dasharray:4 3}
.idpctl-graph .edge text{font-size:10px;stroke:var(--page);stroke-width:3px;paint-order:stroke}
.idpctl-graph .page{fill:var(--page)}
";

/// The room around everything.
const MARGIN: Unit = 16;
/// The room around the text of a node.
const PADDING: Unit = 9;
/// From one line of text to the next.
const LINE: Unit = 16;
/// From the top of a line to where its letters stand.
const BASELINE: Unit = 12;
/// How long the tip of an arrow is.
const TIP: Unit = 7;

/// Returns a graph as an image that is a file of its own.
pub fn svg(graph: &Graph) -> String {
    let mut picture = Picture::of(graph);
    let style = format!("<style>\n{STYLE}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    picture.text.insert_str(0, &style);
    picture.finished("img")
}

/// Returns a graph as a part of a page, in which `anchor` says the id of the element that an object's node leads to.
pub fn svg_within(graph: &Graph, anchor: impl Fn(&Address) -> Option<String>) -> String {
    // What is an image has no parts that anybody could follow.
    let leads = graph.nodes.iter().any(|node| node.address().and_then(&anchor).is_some());
    Picture::with(graph, &anchor).finished(if leads { "group" } else { "img" })
}

struct Picture<'a> {
    graph: &'a Graph,
    layout: Layout,
    sizes: Vec<Size>,
    text: String,
}

impl<'a> Picture<'a> {
    fn of(graph: &'a Graph) -> Self {
        Self::with(graph, &|_| None)
    }

    fn with(graph: &'a Graph, anchor: &impl Fn(&Address) -> Option<String>) -> Self {
        let mut lines: Vec<_> = graph.nodes.iter().map(Lines::of).collect();
        // Where there are several servers their parts have no frame around them that would say whose they are.
        let servers: BTreeSet<_> = graph.nodes.iter().filter_map(Node::server).collect();
        for (node, lines) in graph.nodes.iter().zip(&mut lines).filter(|_| servers.len() > 1) {
            lines.facts.extend(node.server().map(|server| cut(&format!("of {}", server.name))));
        }
        let sizes: Vec<_> = lines.iter().map(size).collect();
        let edges: Vec<_> = graph.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let layout = layout(&sizes, &edges);
        let mut picture = Self { graph, layout, sizes, text: String::new() };
        // Labels of edges stand over the lines of others.
        (0..edges.len()).for_each(|edge| picture.edge(edge));
        (0..edges.len()).for_each(|edge| picture.label(edge));
        for (place, lines) in lines.iter().enumerate() {
            let anchor = graph.nodes[place].address().and_then(anchor);
            picture.node(place, lines, anchor.as_deref());
        }
        picture
    }

    fn finished(self, role: &str) -> String {
        let Self { graph, layout, sizes: _, text } = self;
        let (width, height) = (layout.width + 2 * MARGIN, layout.height + 2 * MARGIN);
        let counted = |number: usize, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
        let (objects, arrows) = (counted(graph.nodes.len(), "object", "objects"), counted(graph.edges.len(), "dependency", "dependencies"));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"idpctl-graph\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             role=\"{role}\" aria-label=\"Dependency graph: {objects}, {arrows}\">\n{text}</svg>\n"
        )
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        line(&mut self.text, text);
    }

    fn node(&mut self, place: usize, lines: &Lines, anchor: Option<&str>) {
        let (node, Size { width, height }) = (&self.graph.nodes[place], self.sizes[place]);
        let Point { x, y } = within(self.layout.corners[place]);
        if let Some(anchor) = anchor {
            self.line(format_args!("<a href=\"#{}\">", escaped(anchor)));
        }
        self.line(format_args!("<g class=\"node {}\"><title>{}</title>", class(node), escaped(&whole_name(node))));
        self.line(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{}\"/>", corner(node)));
        let classes = std::iter::once("name").chain(lines.title.as_ref().map(|_| "title")).chain(std::iter::repeat("fact"));
        for ((words, class), y) in lines.all().zip(classes).zip((y + PADDING + BASELINE..).step_by(16)) {
            self.line(format_args!("<text class=\"{class}\" x=\"{}\" y=\"{y}\">{}</text>", x + PADDING, escaped(words)));
        }
        self.line(format_args!("</g>{}", if anchor.is_some() { "</a>" } else { "" }));
    }

    fn edge(&mut self, edge: usize) {
        let Edge { from, to, reason } = self.graph.edges[edge];
        let [from_name, to_name] = [from, to].map(|place| whole_name(&self.graph.nodes[place]));
        let title = format!("{to_name} needs {from_name} ({})", reason.word());
        let dashed = if self.graph.nodes[from].address().is_some() { "" } else { " class=\"dashed\"" };
        let way = drawn(&self.layout.ways[edge]);
        let Point { x, y } = within(self.layout.ways[edge].last().copied().unwrap_or_default());
        self.line(format_args!("<g class=\"edge\"><title>{}</title><path{dashed} d=\"{way}\"/>", escaped(&title)));
        self.line(format_args!("<path class=\"tip\" d=\"M{x} {y}l-{TIP} -3v6z\"/></g>"));
    }

    fn label(&mut self, edge: usize) {
        let Some(word) = label(self.graph.edges[edge].reason) else { return };
        // In the middle of the first stretch that has room for it: between two columns.
        let way = &self.layout.ways[edge];
        let Some([a, b]) = way.array_windows().find(|[a, b]| a.y != b.y).or_else(|| way.array_windows().last()) else { return };
        let (a, b) = (within(*a), within(*b));
        let (x, y) = (a.x.midpoint(b.x), a.y.midpoint(b.y) + 3);
        self.line(format_args!("<g class=\"edge\"><text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{word}</text></g>"));
    }
}

fn size(lines: &Lines) -> Size {
    let count = Unit::try_from(lines.all().count()).unwrap_or(1);
    let names = width(&lines.name, 79);
    let others = lines.all().skip(1).map(|line| width(line, 69)).max().unwrap_or_default();
    Size { width: names.max(others) + 2 * PADDING, height: count * LINE + 2 * PADDING - 2 }
}

/// Returns about how wide a text is, given how wide a letter is in tenths. Nobody knows the font that it will be shown in.
fn width(text: &str, letter: Unit) -> Unit {
    let of = |c: char| match c {
        'i' | 'l' | 'j' | 'I' | '.' | ',' | ':' | '/' | '\'' | '|' => letter * 6 / 10,
        'm' | 'w' | 'M' | 'W' | '@' => letter * 14 / 10,
        c if c.is_ascii_uppercase() => letter * 11 / 10,
        // Ideographs and their like are twice as wide.
        c if c >= '\u{1100}' => letter * 2,
        _ => letter,
    };
    text.chars().map(of).sum::<Unit>() / 10
}

fn within(Point { x, y }: Point) -> Point {
    Point { x: x + MARGIN, y: y + MARGIN }
}

/// Returns a way as the data of a path: straight past boxes, curved between columns.
fn drawn(way: &[Point]) -> String {
    let mut out = String::new();
    let mut before = None;
    for (place, point) in way.iter().enumerate() {
        let Point { mut x, y } = within(*point);
        if place + 1 == way.len() {
            x -= TIP;
        }
        match before {
            None => write!(out, "M{x} {y}"),
            Some(Point { y: above, .. }) if above == y => write!(out, "H{x}"),
            Some(Point { x: left, y: above }) => {
                let middle = left.midpoint(x);
                write!(out, "C{middle} {above} {middle} {y} {x} {y}")
            }
        }
        .expect("writing to a String does not fail");
        before = Some(Point { x, y });
    }
    out
}

fn class(node: &Node) -> &'static str {
    match (node.address(), node.cluster()) {
        (None, _) | (_, None) => "elsewhere",
        (_, Some(Cluster::Clients)) => "clients",
        (_, Some(Cluster::Server(_))) => "server",
        (_, Some(Cluster::Portal)) => "portal",
    }
}

const fn corner(node: &Node) -> Unit {
    match node.key {
        crate::graph::Key::Declared(_) => 4,
        crate::graph::Key::Elsewhere { .. } => 12,
    }
}
