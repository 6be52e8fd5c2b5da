//! Where boxes stand in their columns: as near as they can to the middle of what they are tied to, without touching.

use super::order::{Item, Layers};
use super::{ACROSS, BETWEEN, Point, Size, Unit};

/// How often each column is moved by its neighbours, there and back.
const SWEEPS: usize = 4;

/// The room that a passing edge takes in a column.
const PASSING: Unit = 2;

/// A part of the picture, from the origin on.
pub(super) struct Placed {
    pub(super) width: Unit,
    pub(super) height: Unit,
    pub(super) corners: Vec<Point>,
    pub(super) ways: Vec<Vec<Point>>,
}

/// Places nodes whose columns are in order.
pub(super) fn placed(sizes: &[Size], ranks: &[usize], edges: &[(usize, usize)], layers: &Layers) -> Placed {
    let height = |item: usize| match layers.items[item] {
        Item::Node(node) => sizes[node].height,
        Item::Passing(_) => PASSING,
    };
    let mut middles = vec![0; layers.items.len()];
    for column in &layers.columns {
        stack(column, &height, &mut middles, |_, _| 0);
    }
    let mean = |ties: &[usize], middles: &[Unit]| {
        let many = Unit::try_from(ties.len()).unwrap_or(Unit::MAX);
        (!ties.is_empty()).then(|| ties.iter().map(|tie| middles[*tie]).sum::<Unit>().div_euclid(many))
    };
    for _ in 0..SWEEPS {
        for column in &layers.columns {
            stack(column, &height, &mut middles, |item, middles| mean(&layers.left[item], middles).unwrap_or(middles[item]));
        }
        for column in layers.columns.iter().rev() {
            stack(column, &height, &mut middles, |item, middles| mean(&layers.right[item], middles).unwrap_or(middles[item]));
        }
    }
    let top = (0..middles.len()).map(|item| middles[item] - height(item) / 2).min().unwrap_or_default();
    for middle in &mut middles {
        *middle -= top;
    }
    let bottom = (0..middles.len()).map(|item| middles[item] - height(item) / 2 + height(item)).max().unwrap_or_default();

    let widths: Vec<Unit> =
        layers.columns.iter().map(|column| column.iter().map(|item| width(layers, sizes, *item)).max().unwrap_or(0)).collect();
    let mut lefts = Vec::with_capacity(widths.len());
    let mut x = 0;
    for width in &widths {
        lefts.push(x);
        x += width + ACROSS;
    }
    let corner = |node: usize| Point { x: lefts[ranks[node]], y: middles[node] - sizes[node].height / 2 };
    let way = |edge: usize| {
        let (items, (from, to)) = (&layers.ways[edge], edges[edge]);
        let column = |step: usize| ranks[items[0]] + step;
        let mut points = Vec::with_capacity(2 * items.len());
        for (step, item) in items.iter().enumerate().take(items.len() - 1) {
            let (rank, y) = (column(step), middles[*item]);
            let begin = if step == 0 { lefts[rank] + width(layers, sizes, *item) } else { lefts[rank] };
            points.extend([begin, lefts[rank] + widths[rank]].map(|x| Point { x, y }));
        }
        let last = items[items.len() - 1];
        points.push(Point { x: lefts[ranks[last]], y: middles[last] });
        points.dedup();
        // One that runs backwards is the same way, walked from its other end.
        if ranks[from] > ranks[to] {
            points.reverse();
        }
        points
    };
    Placed {
        width: (x - ACROSS).max(0),
        height: bottom,
        corners: (0..sizes.len()).map(corner).collect(),
        ways: (0..edges.len()).map(way).collect(),
    }
}

fn width(layers: &Layers, sizes: &[Size], item: usize) -> Unit {
    match layers.items[item] {
        Item::Node(node) => sizes[node].width,
        Item::Passing(_) => 0,
    }
}

/// Moves a column's items to where they want to be, as far as their order and the room between them allow: the sum of the squares of what is
/// missing is the least that there is (pool adjacent violators).
fn stack(column: &[usize], height: &impl Fn(usize) -> Unit, middles: &mut [Unit], wanted: impl Fn(usize, &[Unit]) -> Unit) {
    let mut below = 0;
    let mut pools: Vec<(Unit, Unit)> = Vec::with_capacity(column.len());
    let mut offsets = Vec::with_capacity(column.len());
    for item in column {
        let offset = below + height(*item) / 2;
        below += height(*item) + BETWEEN;
        offsets.push(offset);
        let mut pool = (wanted(*item, middles) - offset, 1);
        while let Some((sum, many)) = pools.pop_if(|(sum, many)| *sum * pool.1 >= pool.0 * *many) {
            pool = (pool.0 + sum, pool.1 + many);
        }
        pools.push(pool);
    }
    let shifts = pools.into_iter().flat_map(|(sum, many)| std::iter::repeat_n(sum.div_euclid(many), usize::try_from(many).unwrap_or(0)));
    for ((item, offset), shift) in column.iter().zip(offsets).zip(shifts) {
        middles[*item] = offset + shift;
    }
}
