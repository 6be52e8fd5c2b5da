//! What every picture keeps to, and how small ones look.

use std::collections::BTreeSet;

use super::*;

const BOX: Size = Size { width: 100, height: 30 };

fn placed(many: usize, edges: &[(usize, usize)]) -> Layout {
    layout(&vec![BOX; many], edges)
}

fn corners(layout: &Layout) -> Vec<(Unit, Unit)> {
    layout.corners.iter().map(|corner| (corner.x, corner.y)).collect()
}

/// Checks that no box covers another one or leaves the picture, and that each edge leads from its box to its box past all others.
fn assert_sound(sizes: &[Size], edges: &[(usize, usize)], layout: &Layout) {
    let boxes: Vec<_> = layout.corners.iter().zip(sizes).collect();
    for (i, (a, of_a)) in boxes.iter().enumerate() {
        assert!(a.x >= 0 && a.y >= 0 && a.x + of_a.width <= layout.width && a.y + of_a.height <= layout.height, "{i} leaves the picture");
        for (j, (b, of_b)) in boxes.iter().enumerate().skip(i + 1) {
            let apart = a.x + of_a.width <= b.x || b.x + of_b.width <= a.x || a.y + of_a.height <= b.y || b.y + of_b.height <= a.y;
            assert!(apart, "{i} and {j} cover each other");
        }
    }
    for ((from, to), way) in edges.iter().zip(&layout.ways) {
        let side = |node: usize, right: Unit| {
            let (corner, size) = boxes[node];
            Point { x: corner.x + right * size.width, y: corner.y + size.height / 2 }
        };
        let (first, last) = (way[0], way[way.len() - 1]);
        let forwards = (first, last) == (side(*from, 1), side(*to, 0));
        assert!(forwards || (first, last) == (side(*from, 0), side(*to, 1)), "{from} to {to} begins or ends elsewhere");
        for level in way.windows(2).filter(|pair| pair[0].y == pair[1].y) {
            let (left, right, y) = (level[0].x.min(level[1].x), level[0].x.max(level[1].x), level[0].y);
            for (corner, size) in boxes.iter().enumerate().filter(|(node, _)| node != from && node != to).map(|(_, each)| each) {
                let hits = left < corner.x + size.width && right > corner.x && y > corner.y && y < corner.y + size.height;
                assert!(!hits, "{from} to {to} runs through another box");
            }
        }
    }
}

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn nothing_takes_no_room() {
    assert_eq!(placed(0, &[]), Layout::default());
}

#[test]
fn what_must_be_there_first_stands_to_the_left() {
    let layout = placed(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]);
    assert_eq!(corners(&layout), [(0, 16), (184, 0), (368, 32), (184, 64)]);
    assert_eq!(layout.ways[2].len(), 4, "it passes the column in between");
    assert_sound(&[BOX; 4], &[(0, 1), (1, 2), (0, 2), (3, 2)], &layout);
}

#[test]
fn what_has_nothing_to_do_with_each_other_stands_in_rows() {
    let layout = placed(12, &[(0, 11)]);
    let rows: BTreeSet<_> = corners(&layout).into_iter().map(|(_, y)| y).collect();
    assert_eq!(rows.len(), 2, "{layout:?}");
    assert_sound(&[BOX; 12], &[(0, 11)], &layout);
}

#[test]
fn edges_that_need_not_cross_do_not() {
    // Three apps with a grant each, named the other way round, below one policy.
    let layout = placed(7, &[(0, 1), (0, 2), (0, 3), (1, 6), (2, 5), (3, 4)]);
    let y = |node: usize| layout.corners[node].y;
    assert_eq!(y(1) < y(2), y(6) < y(5));
    assert_eq!(y(2) < y(3), y(5) < y(4));
}

#[test]
fn a_cycle_is_drawn_all_the_same() {
    for edges in [
        vec![(0, 0)],
        vec![(0, 1), (1, 0)],
        vec![(0, 1), (1, 2), (2, 0), (2, 3), (3, 2)],
        vec![(3, 2), (2, 3), (1, 0), (0, 1), (0, 3), (3, 0)],
    ] {
        let layout = placed(4, &edges);
        assert_eq!(layout.ways.len(), edges.len());
        assert!(layout.ways.iter().all(|way| way.len() >= 2), "{edges:?}: {layout:?}");
    }
}

#[test]
fn pictures_of_any_graph_are_sound_and_the_same_every_time() {
    let mut chance = Chance(1);
    for round in 0..200 {
        let many = 1 + chance.below(40);
        let sizes: Vec<_> = (0..many)
            .map(|_| Size {
                width: Unit::try_from(20 + chance.below(200)).unwrap(),
                height: 20 + 2 * Unit::try_from(chance.below(40)).unwrap(),
            })
            .collect();
        let edges: BTreeSet<_> =
            (0..chance.below(2 * many)).map(|_| (chance.below(many), chance.below(many))).filter(|(a, b)| a < b).collect();
        let edges: Vec<_> = edges.into_iter().collect();
        let layout = layout(&sizes, &edges);
        assert_sound(&sizes, &edges, &layout);
        assert_eq!(layout, super::layout(&sizes, &edges), "round {round}");
    }
}

#[test]
fn five_hundred_nodes_are_placed() {
    let mut chance = Chance(7);
    // In columns, as apps, policies and rules are.
    let edges: Vec<_> =
        (100..500).flat_map(|node| [(chance.below(node.min(300)), node), (node - 100, node)]).filter(|(a, b)| a < b).collect();
    let sizes = vec![BOX; 500];
    assert_sound(&sizes, &edges, &layout(&sizes, &edges));
}
