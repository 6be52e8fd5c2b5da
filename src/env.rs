//! The process environment as a value, read once at the start, so that nothing below reads it by itself.

use std::collections::BTreeMap;
use std::fmt;

/// Environment variables. Its `Debug` shows names only: values may be credentials.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// Returns the value of a variable; an empty one counts as unset.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// Returns the same with others where it has none.
    #[must_use]
    pub fn or(&self, others: impl IntoIterator<Item = (String, String)>) -> Self {
        let others = others.into_iter().filter(|(name, _)| self.var(name).is_none());
        Self(self.0.clone().into_iter().chain(others.collect::<Vec<_>>()).collect())
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
