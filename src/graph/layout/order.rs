//! In which order nodes stand in their columns: each near the middle of what it is tied to, so that few edges cross.

/// How often each column is put in order by its neighbour, there and back.
const SWEEPS: usize = 6;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// A node.
    Node(usize),
    /// An edge that passes through.
    Passing(usize),
}

/// The columns, and what is tied to what in neighbouring ones.
pub(super) struct Layers {
    /// By rank, from top to bottom: places in `items`.
    pub(super) columns: Vec<Vec<usize>>,
    /// Everything that stands somewhere: the nodes, then the passing edges.
    pub(super) items: Vec<Item>,
    /// Of each item, those of the column to the left that it is tied to.
    pub(super) left: Vec<Vec<usize>>,
    /// Of each item, those of the column to the right.
    pub(super) right: Vec<Vec<usize>>,
    /// Of each edge, the items by which it goes, from left to right.
    pub(super) ways: Vec<Vec<usize>>,
}

/// Puts nodes of known ranks in order, with a place for each edge in every column that it passes through.
pub(super) fn layers(ranks: &[usize], edges: &[(usize, usize)]) -> Layers {
    let mut items: Vec<_> = (0..ranks.len()).map(Item::Node).collect();
    let mut columns = vec![Vec::new(); ranks.iter().max().map_or(0, |rank| rank + 1)];
    for (node, rank) in ranks.iter().enumerate() {
        columns[*rank].push(node);
    }
    let mut ways = Vec::with_capacity(edges.len());
    for (edge, (from, to)) in edges.iter().enumerate() {
        let (first, last) = if ranks[*from] <= ranks[*to] { (*from, *to) } else { (*to, *from) };
        let mut way = vec![first];
        for column in columns.iter_mut().take(ranks[last]).skip(ranks[first] + 1) {
            way.push(items.len());
            column.push(items.len());
            items.push(Item::Passing(edge));
        }
        way.push(last);
        ways.push(way);
    }
    let (mut left, mut right) = (vec![Vec::new(); items.len()], vec![Vec::new(); items.len()]);
    for way in &ways {
        // What stands in one column is tied, but does not put it in order.
        for pair in way.windows(2).filter(|pair| way.len() > 2 || ranks[pair[0]] != ranks[pair[1]]) {
            right[pair[0]].push(pair[1]);
            left[pair[1]].push(pair[0]);
        }
    }
    let mut layers = Layers { columns, items, left, right, ways };
    let mut best = (layers.crossings(), layers.columns.clone());
    for sweep in 0..2 * SWEEPS {
        layers.sweep(sweep % 2 == 0);
        let crossings = layers.crossings();
        // Of equals the later one: it is nearer to the middles.
        if crossings <= best.0 {
            best = (crossings, layers.columns.clone());
        }
    }
    layers.columns = best.1;
    layers
}

impl Layers {
    /// Counts how often ties between neighbouring columns cross.
    fn crossings(&self) -> usize {
        let mut at = vec![0_usize; self.items.len()];
        let mut crossings = 0;
        for column in &self.columns {
            for (place, item) in column.iter().enumerate() {
                at[*item] = place;
            }
            let mut ends: Vec<usize> = Vec::new();
            for item in column {
                let mut ties: Vec<_> = self.left[*item].iter().map(|tie| at[*tie]).collect();
                ties.sort_unstable();
                ends.extend(ties);
            }
            crossings += inversions(&mut ends);
        }
        crossings
    }

    /// Puts each column in the order of the one before it.
    fn sweep(&mut self, rightwards: bool) {
        let mut at = vec![0_usize; self.items.len()];
        let ties = if rightwards { &self.left } else { &self.right };
        let many = self.columns.len();
        for step in 0..many {
            let column = &mut self.columns[if rightwards { step } else { many - 1 - step }];
            let mut sorted: Vec<_> = column
                .iter()
                .enumerate()
                .map(|(place, item)| {
                    let ties = &ties[*item];
                    let sum: usize = ties.iter().map(|tie| at[*tie]).sum();
                    // In parts of an item, which is fine enough and has no rounding of its own.
                    (if ties.is_empty() { place * 1_024 } else { sum * 1_024 / ties.len() }, place, *item)
                })
                .collect();
            sorted.sort_unstable();
            *column = sorted.into_iter().map(|(_, _, item)| item).collect();
            for (place, item) in column.iter().enumerate() {
                at[*item] = place;
            }
        }
    }
}

/// Sorts numbers, and returns how many pairs stood in the wrong order.
fn inversions(numbers: &mut [usize]) -> usize {
    let middle = numbers.len() / 2;
    if middle == 0 {
        return 0;
    }
    let (left, right) = numbers.split_at_mut(middle);
    let mut found = inversions(left) + inversions(right);
    let mut taken = 0;
    for number in right.iter() {
        taken += left[taken..].partition_point(|other| other <= number);
        found += left.len() - taken;
    }
    numbers.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_in_the_wrong_order_are_counted() {
        let counted = [&[][..], &[1], &[1, 1, 2], &[3, 2, 1], &[2, 1, 4, 3, 0]].map(|numbers| inversions(&mut numbers.to_vec()));
        assert_eq!(counted, [0, 0, 0, 3, 6]);
    }

    #[test]
    fn a_sweep_that_makes_it_worse_is_undone() {
        let ranks = [0, 0, 0, 1, 1, 1];
        let edges = [(0, 5), (1, 4), (2, 3), (0, 4)];
        assert_eq!(layers(&ranks, &edges).crossings(), 0);
    }
}
