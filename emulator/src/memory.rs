//! What the org remembers of requests without writing it down: which single-use tokens were used.
//!
//! An entry lives as long as the token that it stands for would be good, so that there are never more than were used in that
//! time. A restart forgets them all.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The single-use tokens that were used.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    used: Mutex<Used>,
}

#[derive(Clone, Debug, Default)]
struct Used {
    /// By the name of each, the second after which it may be forgotten.
    until: BTreeMap<String, i64>,
    /// The same, the first to be forgotten first.
    ends: BTreeSet<(i64, String)>,
}

impl Memory {
    /// Notes the use of a token, by a name that no other token has, and says whether it is the first. `now` and `until`, to
    /// which the token is good, are seconds since 1970.
    pub(crate) fn is_first_use(&self, token: String, now: i64, until: i64) -> bool {
        let mut used = self.used();
        while let Some((_, over)) = used.ends.first().filter(|(end, _)| *end < now).cloned() {
            used.ends.pop_first();
            used.until.remove(&over);
        }
        if used.until.contains_key(&token) {
            return false;
        }
        used.ends.insert((until, token.clone()));
        used.until.insert(token, until);
        true
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Memory {
    fn clone(&self) -> Self {
        Self { used: Mutex::new(self.used().clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_used_once_until_it_may_be_forgotten() {
        let memory = Memory::default();
        assert!(memory.is_first_use("a".into(), 100, 160));
        assert!(!memory.is_first_use("a".into(), 160, 220));
        assert!(memory.is_first_use("b".into(), 160, 220));
        let copy = memory.clone();
        assert!(!copy.is_first_use("b".into(), 200, 260));
        assert!(memory.is_first_use("a".into(), 221, 280), "what is over is forgotten");
    }
}
