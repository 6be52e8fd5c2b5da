//! The order of policies, and of the rules of one, to the priorities that are to be sent.
//!
//! A priority says what is tried before what, and nothing else. Whether an org numbers without gaps whatever it is sent, or keeps what it is
//! sent and moves who stands in the way, is not documented: comparing numbers would find a difference for ever in the one case. So what is
//! compared is the order of those that declare a priority, and it is brought about by sending them in ascending order, which does it
//! in either case and whatever stands between them.

use std::collections::BTreeSet;

/// One of a list of siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sibling {
    /// The declared priority, if there is one.
    pub(super) declared: Option<i64>,
    /// The live one; `None` if it is to be made.
    pub(super) live: Option<i64>,
}

/// How an org numbers siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbering {
    /// From 1 without gaps.
    Dense,
    /// As sent.
    AsSent,
}

/// Returns which of the siblings that are there must be sent the priority that they declare, by their places in the list: as few from the
/// end of the declared order as bring all of them into order, next to those that are made.
///
/// Since they are sent in ascending order, what is left of a run that was stopped is such an end as well, and never more than was chosen
/// before: the rest of an approved plan is approved. Choosing as few as possible from anywhere would not be so.
pub(super) fn to_be_sent(siblings: &[Sibling]) -> BTreeSet<usize> {
    let mut declared: Vec<(i64, usize)> = siblings.iter().enumerate().filter_map(|(place, one)| Some((one.declared?, place))).collect();
    declared.sort_unstable();
    let there = |place: usize| siblings[place].live.is_some();
    let end = |from: usize| declared[from..].iter().map(|(_, place)| *place).filter(|place| there(*place)).collect::<BTreeSet<_>>();
    let brings_order = |chosen: &BTreeSet<usize>| {
        let sent: Vec<_> = declared.iter().copied().filter(|(_, place)| !there(*place) || chosen.contains(place)).collect();
        [Numbering::Dense, Numbering::AsSent].into_iter().all(|numbering| {
            let numbers = after(siblings, &sent, numbering);
            declared.is_sorted_by(|(_, before), (_, behind)| numbers[*before] < numbers[*behind])
        })
    };
    (0..=declared.len()).rev().map(end).find(brings_order).unwrap_or_else(|| end(0))
}

/// Returns the numbers that siblings have after some priorities were sent, one after the other; those that are not there have none.
fn after(siblings: &[Sibling], sent: &[(i64, usize)], numbering: Numbering) -> Vec<Option<i64>> {
    match numbering {
        Numbering::Dense => {
            let mut order: Vec<(i64, usize)> = siblings.iter().enumerate().filter_map(|(place, one)| Some((one.live?, place))).collect();
            order.sort_unstable();
            let mut order: Vec<usize> = order.into_iter().map(|(_, place)| place).collect();
            for (priority, place) in sent {
                order.retain(|other| other != place);
                let at = usize::try_from(priority.saturating_sub(1)).unwrap_or(0).min(order.len());
                order.insert(at, *place);
            }
            let number = |place: usize| order.iter().zip(1..).find(|(other, _)| **other == place).map(|(_, number)| number);
            (0..siblings.len()).map(number).collect()
        }
        Numbering::AsSent => {
            let mut numbers: Vec<Option<i64>> = siblings.iter().map(|one| one.live).collect();
            for (priority, place) in sent {
                numbers[*place] = None;
                let mut taken = *priority;
                // Who has the number goes one further, and so on.
                let mut moving = numbers.iter().position(|number| *number == Some(taken));
                numbers[*place] = Some(taken);
                while let Some(moved) = moving {
                    taken += 1;
                    moving = numbers.iter().position(|number| *number == Some(taken));
                    numbers[moved] = Some(taken);
                }
            }
            numbers
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sibling(declared: impl Into<Option<i64>>, live: impl Into<Option<i64>>) -> Sibling {
        Sibling { declared: declared.into(), live: live.into() }
    }

    fn sent(siblings: &[Sibling]) -> Vec<usize> {
        to_be_sent(siblings).into_iter().collect()
    }

    #[test]
    fn an_order_that_is_there_is_not_sent_whatever_its_numbers() {
        assert_eq!(sent(&[sibling(10, 1), sibling(20, 2)]), [0; 0]);
        assert_eq!(sent(&[sibling(1, 2), sibling(None, 1), sibling(3, 7)]), [0; 0]);
        assert_eq!(sent(&[sibling(None, 2), sibling(None, 1)]), [0; 0]);
    }

    #[test]
    fn an_order_that_is_not_there_is_sent() {
        assert_eq!(sent(&[sibling(1, 2), sibling(2, 1)]), [0, 1]);
        assert_eq!(sent(&[sibling(1, 1), sibling(2, 5), sibling(3, 4)]), [1, 2]);
    }

    #[test]
    fn one_that_is_made_in_its_place_moves_nobody() {
        assert_eq!(sent(&[sibling(1, 1), sibling(2, None)]), [0; 0]);
        assert_eq!(sent(&[sibling(1, None), sibling(2, 1)]), [0; 0]);
        assert_eq!(sent(&[sibling(3, 1), sibling(2, None)]), [0], "it would be put behind");
    }

    /// Every way in which up to four siblings can stand, with priorities declared of some of them and some still to be made.
    #[test]
    fn whatever_is_sent_leaves_nothing_to_be_sent() {
        let mut tried = 0;
        for case in 0..7_u32.pow(4) {
            let states = [sibling(1, None), sibling(2, 1), sibling(3, 2), sibling(None, 3), sibling(5, 4), sibling(4, 6), sibling(7, 5)];
            let digits: Vec<usize> = (0..4).map(|digit| (case / 7_u32.pow(digit) % 7) as usize).collect();
            if (1..4).any(|place| digits[..place].contains(&digits[place])) {
                continue;
            }
            let start: Vec<Sibling> = digits.iter().map(|digit| states[*digit]).collect();
            let chosen = to_be_sent(&start);
            let mut writes: Vec<(i64, usize)> = start
                .iter()
                .enumerate()
                .filter(|(place, one)| one.live.is_none() || chosen.contains(place))
                .filter_map(|(place, one)| Some((one.declared?, place)))
                .collect();
            writes.sort_unstable();
            for numbering in [Numbering::Dense, Numbering::AsSent] {
                for done in 0..=writes.len() {
                    let numbers = after(&start, &writes[..done], numbering);
                    let now: Vec<Sibling> = start.iter().zip(numbers).map(|(one, live)| Sibling { live, ..*one }).collect();
                    let rest = to_be_sent(&now);
                    assert!(done < writes.len() || rest.is_empty(), "{start:?} becomes {now:?} by {writes:?}");
                    // A run that is stopped in between is finished within what was approved.
                    assert!(rest.is_subset(&chosen), "{start:?} with {:?} of {writes:?}: {now:?} needs {rest:?}", &writes[..done]);
                }
            }
            tried += 1;
        }
        assert_eq!(tried, 7 * 6 * 5 * 4);
    }
}
