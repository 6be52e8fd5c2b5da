//! What the org does by itself as time goes by, before a request is answered that would notice that it was not done.

use super::{Org, State, exchange::commit};
use crate::{answer::Refusal, families, store::Trees};

impl Org {
    /// Rotates the signing keys that should have rotated by now, of the servers that a path is about. Each rotation is a request
    /// of the org's own.
    pub(super) fn keep_up(&self, state: &mut State, segments: &[&str]) -> Result<(), Refusal> {
        let now = self.inner.clock.seconds();
        for server in families::overdue(state.store.tables(), &self.inner.seed, now, segments) {
            state.requests += 1;
            let (call, trees) = (families::rotation_call(&server), Trees::default());
            let mut exchange = self.exchange(state, &call, &trees);
            families::rotate_overdue(&mut exchange, &server)?;
            self.record(&mut exchange)?;
            let changes = exchange.tx.into_changes();
            commit(&mut state.store, changes)?;
        }
        Ok(())
    }
}
