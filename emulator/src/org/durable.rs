//! What is answered is on the disk: whoever was answered from the tables waits until they are.

use super::Org;
use crate::{answer::Refusal, store::Batch};

impl Org {
    /// Waits until what a request has seen of the tables is on the disk, and refuses it if that was lost.
    pub(super) async fn kept(&self, batch: Option<Batch>) -> Result<(), Refusal> {
        let Some(batch) = batch else { return Ok(()) };
        let is_kept = tokio::select! {
            biased;
            is_kept = batch.is_kept() => is_kept,
            mut turn = batch.turn() => {
                let changes = self.state().store.begin_writing();
                if let Some(changes) = changes {
                    let written = turn.write(&changes);
                    self.state().store.end_writing(&mut turn, &written);
                }
                batch.is_kept().await
            }
        };
        is_kept.then_some(()).ok_or_else(Refusal::internal)
    }
}
