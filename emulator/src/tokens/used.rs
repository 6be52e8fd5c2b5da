//! What may be used once: the ids of proofs and of client assertions.
//!
//! An entry is kept for as long as the thing itself would be accepted, and goes as soon as that time is over.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use aws_lc_rs::digest::{SHA256, digest};

/// The name of an entry.
type Mark = [u8; 32];

/// A memory of what was used. A request that only reads writes here too.
///
/// # Guarantees
/// What is remembered is a hash, so that an entry is small however long its name was. A request that is begun anew uses again what it
/// has used.
#[derive(Clone, Debug, Default)]
pub(crate) struct UsedOnce(RefCell<Entries>);

#[derive(Clone, Debug, Default)]
struct Entries {
    /// The entries with the number of the request that used each.
    known: BTreeMap<Mark, Option<u64>>,
    /// The number of the request that is being answered.
    by: Option<u64>,
    /// The same entries with the last second of each, the first to go in front.
    order: BTreeSet<(i64, Mark)>,
}

impl UsedOnce {
    /// Says by its number which request is being answered from here on.
    pub(crate) fn begin(&self, request: u64) {
        self.0.borrow_mut().by = Some(request);
    }

    /// Remembers a use, and says whether it is the first. The parts together name what is used; `until` is the last second in
    /// which it would be accepted, and `now` the current one.
    pub(crate) fn admit(&self, parts: &[&str], now: i64, until: i64) -> bool {
        let mut entries = self.0.borrow_mut();
        entries.forget(now);
        let mark = mark(parts);
        let by = entries.by;
        if let Some(first) = entries.known.get(&mark) {
            return by.is_some() && *first == by;
        }
        entries.known.insert(mark, by);
        entries.order.insert((until.max(now), mark));
        true
    }
}

impl Entries {
    fn forget(&mut self, now: i64) {
        while let Some(&(until, mark)) = self.order.first()
            && until < now
        {
            self.order.pop_first();
            self.known.remove(&mark);
        }
    }
}

/// Names the parts so that no other parts have the same name.
fn mark(parts: &[&str]) -> Mark {
    let mut text = Vec::new();
    for part in parts {
        text.extend(part.len().to_be_bytes());
        text.extend(part.as_bytes());
    }
    let mut mark = Mark::default();
    mark.copy_from_slice(digest(&SHA256, &text).as_ref());
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_use_is_refused_until_the_thing_itself_is_over() {
        let used = UsedOnce::default();
        assert!(used.admit(&["a"], 100, 110));
        assert!(!used.admit(&["a"], 110, 120));
        assert!(used.admit(&["a"], 111, 120));
        assert_eq!(used.0.borrow().order.len(), 1);
    }

    #[test]
    fn a_request_that_is_begun_anew_uses_again_what_it_has_used() {
        let used = UsedOnce::default();
        used.begin(1);
        assert!(used.admit(&["a"], 100, 110));
        used.begin(2);
        assert!(!used.admit(&["a"], 100, 110));
        used.begin(1);
        assert!(used.admit(&["a"], 100, 110));
    }

    #[test]
    fn parts_do_not_run_into_one_another() {
        let used = UsedOnce::default();
        assert!(used.admit(&["ab", "c"], 1, 2));
        assert!(used.admit(&["a", "bc"], 1, 2));
        assert!(used.admit(&["abc"], 1, 2));
    }

    #[test]
    fn entries_go_with_their_time_so_that_the_memory_is_bounded() {
        let used = UsedOnce::default();
        for at in 0..1_000 {
            assert!(used.admit(&[&at.to_string()], at, at + 10));
            assert!(used.0.borrow().order.len() <= 11);
        }
        let entries = used.0.borrow();
        assert_eq!(entries.known.len(), entries.order.len());
    }
}
