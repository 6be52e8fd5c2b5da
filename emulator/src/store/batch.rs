//! Changes on their way to the disk: those that are made while others are being written go there together, in one transaction.
//!
//! The tables have them already. Whoever has seen the tables meanwhile waits for the batch before saying so to anybody, and is
//! refused if it was lost: what is answered is on the disk.

use std::{io, sync::Arc};

use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use super::{Changes, Store, StoreError, Tables, file::File, org};

/// What one transaction will write, or has written.
#[derive(Clone)]
pub(crate) struct Batch {
    file: Arc<Mutex<File>>,
    /// Whether it is on the disk; none while nobody knows.
    outcome: Arc<watch::Sender<Option<bool>>>,
}

impl Batch {
    /// Waits for the turn to write to the file. Whoever has it writes what waits by then.
    pub(crate) async fn turn(&self) -> Turn {
        Turn(self.file.clone().lock_owned().await)
    }

    /// Waits for what becomes of it.
    pub(crate) async fn is_kept(&self) -> bool {
        let mut outcome = self.outcome.subscribe();
        // The sender is this batch's own, so it cannot go away meanwhile.
        outcome.wait_for(Option::is_some).await.is_ok_and(|outcome| *outcome == Some(true))
    }
}

/// The right to write to the file.
pub(crate) struct Turn(OwnedMutexGuard<File>);

impl Turn {
    /// Writes changes, and returns when they are on the disk.
    pub(crate) fn write(&self, changes: &Changes) -> Result<(), StoreError> {
        self.0.write(changes)
    }
}

/// The file of a store, and what has not been written to it yet.
pub(super) struct Disk {
    file: Arc<Mutex<File>>,
    writing: Option<Open>,
    waiting: Option<Open>,
}

/// A batch that nobody knows the outcome of.
struct Open {
    batch: Batch,
    changes: Arc<Changes>,
    /// What makes the tables what they were before it.
    undo: Changes,
}

impl Disk {
    pub(super) fn new(file: File) -> Self {
        Self { file: Arc::new(Mutex::new(file)), writing: None, waiting: None }
    }

    /// Adds changes that the tables are about to have to those that wait.
    pub(super) fn add(&mut self, changes: &Changes, tables: &Tables) {
        let open = self.waiting.get_or_insert_with(|| Open {
            batch: Batch { file: self.file.clone(), outcome: Arc::new(watch::Sender::new(None)) },
            changes: Arc::default(),
            undo: Changes { count: tables.count, ..Changes::default() },
        });
        let sum = Arc::make_mut(&mut open.changes);
        for ((table, key), row) in &changes.rows {
            let place = (*table, key.clone());
            open.undo.rows.entry(place.clone()).or_insert_with(|| tables.table(*table).get(key).cloned());
            sum.rows.insert(place, row.clone());
        }
        sum.count = changes.count;
    }
}

impl Store {
    /// Returns the newest batch that the tables have and whose outcome is open.
    pub(crate) fn unsettled(&self) -> Option<Batch> {
        let disk = self.disk.as_ref()?;
        disk.waiting.as_ref().or(disk.writing.as_ref()).map(|open| open.batch.clone())
    }

    /// Returns what is to be written now, by whoever has the turn.
    pub(crate) fn begin_writing(&mut self) -> Option<Arc<Changes>> {
        let disk = self.disk.as_mut()?;
        // What somebody began to write and did not end is written again: it says what is to be there, not how to come there.
        if disk.writing.is_none() {
            disk.writing = disk.waiting.take();
        }
        disk.writing.as_ref().map(|open| open.changes.clone())
    }

    /// Takes note of how the writing that began last has ended. If nothing was written, the tables are again what the file holds.
    pub(crate) fn end_writing(&mut self, turn: &mut Turn, written: &Result<(), StoreError>) {
        let Some(disk) = &mut self.disk else { return };
        let writing = disk.writing.take();
        // What was made of what is lost is lost as well.
        let lost = if written.is_ok() { None } else { disk.waiting.take() };
        if let Err(error) = written {
            tracing::error!(%error, "could not store a write");
            for open in [&lost, &writing].into_iter().flatten() {
                self.tables.apply(open.undo.clone());
            }
            self.past.clear();
            let file = &mut turn.0;
            // Whatever came of it, what the file holds is what the org is; unless somebody has put another org there.
            match file.reopen() {
                Some(tables) if org(&tables) == org(&self.tables) => self.tables = tables,
                Some(_) => file.close(),
                None => {}
            }
        }
        for open in writing.into_iter().chain(lost) {
            open.batch.outcome.send_replace(Some(written.is_ok()));
        }
    }

    /// Writes what waits, while nobody else can have the store.
    pub(super) fn write_now(&mut self) -> Result<(), StoreError> {
        let Some(file) = self.disk.as_ref().map(|disk| disk.file.clone()) else { return Ok(()) };
        let file = file.try_lock_owned().map_err(|_| io::Error::from(io::ErrorKind::WouldBlock))?;
        let Some(changes) = self.begin_writing() else { return Ok(()) };
        let mut turn = Turn(file);
        let written = turn.write(&changes);
        self.end_writing(&mut turn, &written);
        written
    }
}
