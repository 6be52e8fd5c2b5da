//! Boxes and what needs what to places on a plane: what must be there first stands to the left of what needs it.
//!
//! Nodes that have nothing to do with each other are laid out by themselves and then put into rows. All arithmetic is in whole units, and ties break by the
//! order of the input: the same graph always has the same picture. A cycle is no error here, its last edge runs backwards.

mod order;
mod place;
mod rank;

/// A length, in no particular unit.
pub type Unit = i64;

/// How large a box must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Size {
    pub width: Unit,
    pub height: Unit,
}

/// A place on the plane; `y` grows downwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Point {
    pub x: Unit,
    pub y: Unit,
}

/// Where everything is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// How much room all of it takes, from the origin on.
    pub width: Unit,
    /// See `width`.
    pub height: Unit,
    /// The left upper corner of each box, in the order of the input.
    pub corners: Vec<Point>,
    /// The way of each edge, from the right side of the one box to the left side of the other, in the order of the input. Between two points of one height it
    /// passes other boxes by; between others there are none.
    pub ways: Vec<Vec<Point>>,
}

/// The room between two ranks, for the edges.
const ACROSS: Unit = 84;
/// The room between two boxes of a rank.
const BETWEEN: Unit = 16;
/// The room between parts that have nothing to do with each other.
const APART: Unit = 32;
/// How wide a picture of small parts may be at least.
const WIDE: Unit = 960;

/// Places boxes, given what must be to the left of what.
pub fn layout(sizes: &[Size], edges: &[(usize, usize)]) -> Layout {
    let mut layout = Layout { corners: vec![Point::default(); sizes.len()], ways: vec![Vec::new(); edges.len()], ..Layout::default() };
    let mut parts: Vec<_> = parts(sizes.len(), edges).into_iter().map(|nodes| Part::new(nodes, sizes, edges)).collect();
    // Of one height, what comes first in the input comes first.
    parts.sort_by_key(|part| std::cmp::Reverse(part.height));
    let area: Unit = parts.iter().map(|part| (part.width + APART) * (part.height + APART)).sum();
    let widest = parts.iter().map(|part| part.width).max().unwrap_or_default();
    let limit = widest.max(WIDE).max((area * 3 / 2).isqrt());
    let (mut at, mut row) = (Point::default(), 0);
    for part in parts {
        if at.x > 0 && at.x + part.width > limit {
            at = Point { x: 0, y: at.y + row + APART };
            row = 0;
        }
        layout.width = layout.width.max(at.x + part.width);
        layout.height = layout.height.max(at.y + part.height);
        row = row.max(part.height);
        let moved = |point: Point| Point { x: point.x + at.x, y: point.y + at.y };
        for (node, corner) in part.corners {
            layout.corners[node] = moved(corner);
        }
        for (edge, way) in part.ways {
            layout.ways[edge] = way.into_iter().map(moved).collect();
        }
        at.x += part.width + APART;
    }
    layout
}

/// Nodes that have to do with each other, laid out by themselves.
struct Part {
    width: Unit,
    height: Unit,
    corners: Vec<(usize, Point)>,
    ways: Vec<(usize, Vec<Point>)>,
}

impl Part {
    fn new(Members { nodes, edges: own }: Members, sizes: &[Size], edges: &[(usize, usize)]) -> Self {
        let local: Vec<_> = own.iter().map(|edge| edges[*edge]).map(|(from, to)| (place_of(&nodes, from), place_of(&nodes, to))).collect();
        let sizes: Vec<_> = nodes.iter().map(|node| sizes[*node]).collect();
        let ranks = rank::ranks(nodes.len(), &local);
        let layers = order::layers(&ranks, &local);
        let place::Placed { width, height, corners, ways } = place::placed(&sizes, &ranks, &local, &layers);
        Self { width, height, corners: nodes.into_iter().zip(corners).collect(), ways: own.into_iter().zip(ways).collect() }
    }
}

/// The nodes and edges of a part, in the order of the input.
struct Members {
    nodes: Vec<usize>,
    edges: Vec<usize>,
}

fn place_of(nodes: &[usize], node: usize) -> usize {
    nodes.partition_point(|other| *other < node)
}

/// Returns the nodes that have to do with each other, part by part.
fn parts(many: usize, edges: &[(usize, usize)]) -> Vec<Members> {
    let mut root: Vec<usize> = (0..many).collect();
    for (a, b) in edges {
        let (a, b) = (find(&mut root, *a), find(&mut root, *b));
        root[a.max(b)] = a.min(b);
    }
    let roots: Vec<_> = (0..many).map(|node| find(&mut root, node)).collect();
    let mut parts: std::collections::BTreeMap<usize, Members> = std::collections::BTreeMap::new();
    for (node, root) in roots.iter().enumerate() {
        parts.entry(*root).or_insert_with(|| Members { nodes: Vec::new(), edges: Vec::new() }).nodes.push(node);
    }
    for (edge, (from, _)) in edges.iter().enumerate() {
        if let Some(part) = parts.get_mut(&roots[*from]) {
            part.edges.push(edge);
        }
    }
    parts.into_values().collect()
}

fn find(root: &mut [usize], mut node: usize) -> usize {
    while root[node] != node {
        root[node] = root[root[node]];
        node = root[node];
    }
    node
}

#[cfg(test)]
mod tests;
