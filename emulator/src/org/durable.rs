//! What is answered is on the disk: whoever was answered from the tables waits until they are.

use tokio::task::{JoinError, spawn_blocking};

use super::Org;
use crate::{
    answer::Refusal,
    store::{Batch, Turn},
};

impl Org {
    /// Waits until what a request has seen of the tables is on the disk, and refuses it if that was lost.
    pub(super) async fn kept(&self, batch: Option<Batch>) -> Result<(), Refusal> {
        let Some(batch) = batch else { return Ok(()) };
        loop {
            tokio::select! {
                biased;
                is_kept = batch.is_kept() => return is_kept.then_some(()).ok_or_else(Refusal::internal),
                turn = batch.turn() => self.write(turn).await.map_err(|_| Refusal::internal())?,
            }
        }
    }

    /// Writes what waits, apart from where requests are answered: others are meanwhile.
    async fn write(&self, mut turn: Turn) -> Result<(), JoinError> {
        let Some(changes) = self.state().store.begin_writing() else { return Ok(()) };
        let org = self.clone();
        let write = move || {
            let written = turn.write(&changes);
            org.state().store.end_writing(&mut turn, &written);
        };
        spawn_blocking(write).await
    }
}
