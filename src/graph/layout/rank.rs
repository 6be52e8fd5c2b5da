//! Which column each node stands in: to the right of all that it needs, by the longest way there, and as near as that allows to what needs it.

use std::collections::BTreeSet;

/// Returns the rank of each node. Where nodes need each other, the first of them is taken as if it needed nothing more.
pub(super) fn ranks(many: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut followers = vec![Vec::new(); many];
    let mut unmet = vec![0_usize; many];
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        followers[*from].push(*to);
        unmet[*to] += 1;
    }
    let mut ranks = vec![0; many];
    let mut waiting: BTreeSet<usize> = (0..many).collect();
    let mut ready: BTreeSet<usize> = waiting.iter().copied().filter(|node| unmet[*node] == 0).collect();
    let mut taken = Vec::with_capacity(many);
    while let Some(node) = ready.pop_first().or_else(|| waiting.first().copied()) {
        waiting.remove(&node);
        taken.push(node);
        for follower in &followers[node] {
            unmet[*follower] = unmet[*follower].saturating_sub(1);
            if waiting.contains(follower) {
                ranks[*follower] = ranks[*follower].max(ranks[node] + 1);
                if unmet[*follower] == 0 {
                    ready.insert(*follower);
                }
            }
        }
    }
    for node in taken.into_iter().rev() {
        let nearest = followers[node].iter().map(|follower| ranks[*follower]).min();
        ranks[node] = nearest.map_or(0, |rank: usize| rank.saturating_sub(1)).max(ranks[node]);
    }
    ranks
}
