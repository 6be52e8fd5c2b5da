//! What the org does by itself as time goes by, before a request is answered that would notice that it was not done.

use super::Org;
use crate::{answer::Refusal, families, rsa::Drawn, store::Trees};

impl Org {
    /// Rotates the signing keys that should have rotated by now, of the servers that a path is about. Each rotation is a request
    /// of the org's own.
    pub(super) fn keep_up(&self, segments: &[&str]) -> Result<(), Refusal> {
        let (state, now) = (&mut *self.state(), self.inner.clock.seconds());
        for server in families::overdue(state.store.tables(), &self.inner.seed, now, segments) {
            state.requests += 1;
            let (call, trees, keys) = (families::rotation_call(&server), Trees::default(), Drawn::default());
            let mut exchange = self.exchange(state, &call, &trees, state.requests, &keys);
            families::rotate_overdue(&mut exchange, &server)?;
            self.record(&mut exchange, state.requests)?;
            let changes = exchange.tx.into_changes();
            state.store.commit(changes);
        }
        Ok(())
    }
}
