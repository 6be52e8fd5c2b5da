//! The tables in a database file, so that what was answered is still there after a crash.
//!
//! One request is one transaction, and it is on the disk before the request is answered. Only one process can have the file
//! open. Directory and file can be read by their owner alone: they hold client secrets, as the org's own database would.

use std::{
    fs::{DirBuilder, OpenOptions},
    path::{Path, PathBuf},
};

use redb::{Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, TableDefinition};

use super::{Changes, Table, Tables};
use crate::error::{Error, StoreError};

const FILE: &str = "org.redb";
const COUNTS: TableDefinition<'static, &str, u64> = TableDefinition::new("counts");
const GIVEN_OUT: &str = "given out";

fn definition(table: Table) -> TableDefinition<'static, &'static str, &'static [u8]> {
    TableDefinition::new(table.name())
}

/// Tells whether a directory has a file, or something that keeps this from being told.
pub(super) fn is_in(directory: &Path) -> bool {
    directory.join(FILE).try_exists().unwrap_or(true)
}

/// Removes the file from a directory, if it is there.
pub(super) fn remove(directory: &Path) {
    match std::fs::remove_file(directory.join(FILE)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "could not remove a store that was not filled")
        }
        _ => {}
    }
}

pub(super) struct File {
    path: PathBuf,
    /// None after a failure, until the file could be opened again.
    database: Option<Database>,
}

impl File {
    /// Opens the file in a directory and reads all that it holds.
    pub(super) fn open(directory: &Path) -> Result<(Self, Tables), Error> {
        let path = directory.join(FILE);
        make_private_directory(directory).map_err(|error| Error::Store { path: directory.to_owned(), source: error.into() })?;
        let (database, tables) = opened(&path)?;
        Ok((Self { path, database: Some(database) }, tables))
    }

    /// Closes the file after a failure, opens it again, and reads what it holds: the database takes no more writes otherwise, though there may
    /// be room again. If that fails too, it is tried after the next write that fails for it.
    pub(super) fn reopen(&mut self) -> Option<Tables> {
        // Only one can have it open, so the old one goes first.
        self.database = None;
        let (database, tables) = opened(&self.path).inspect_err(|error| tracing::error!(%error, "could not open the store again")).ok()?;
        self.database = Some(database);
        Some(tables)
    }

    /// Writes the changes of one request, and returns when they are on the disk.
    pub(super) fn write(&self, changes: &Changes) -> Result<(), StoreError> {
        let database = self.database.as_ref().ok_or(StoreError::Database(redb::Error::PreviousIo))?;
        let transaction = database.begin_write()?;
        transaction.open_table(COUNTS)?.insert(GIVEN_OUT, changes.count)?;
        for ((table, key), row) in &changes.rows {
            let mut table = transaction.open_table(definition(*table))?;
            match row {
                Some(row) => table.insert(key.as_str(), row.to_string().as_bytes())?,
                None => table.remove(key.as_str())?,
            };
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Opens a file, new or old, and reads all that it holds.
fn opened(path: &Path) -> Result<(Database, Tables), Error> {
    let refuse = |source: StoreError| Error::Store { path: path.to_owned(), source };
    let file = private_file(path).map_err(|error| refuse(error.into()))?;
    let database = match Database::builder().create_file(file) {
        Ok(database) => database,
        Err(DatabaseError::DatabaseAlreadyOpen) => return Err(Error::AlreadyServed { path: path.to_owned() }),
        Err(error) => return Err(refuse(error.into())),
    };
    make_tables(&database).map_err(refuse)?;
    let tables = read(&database, path)?;
    Ok((database, tables))
}

fn make_tables(database: &Database) -> Result<(), StoreError> {
    let transaction = database.begin_write()?;
    for &table in Table::ALL {
        transaction.open_table(definition(table))?;
    }
    transaction.open_table(COUNTS)?;
    transaction.commit()?;
    Ok(())
}

fn read(database: &Database, path: &Path) -> Result<Tables, Error> {
    let refuse = |source: StoreError| Error::Store { path: path.to_owned(), source };
    let corrupt = |table: Table, key: &str| Error::Corrupt { path: path.to_owned(), row: format!("{}/{key}", table.name()) };
    let transaction = database.begin_read().map_err(|e| refuse(e.into()))?;
    let counts = transaction.open_table(COUNTS).map_err(|e| refuse(e.into()))?;
    let given_out = counts.get(GIVEN_OUT).map_err(|e| refuse(e.into()))?;
    let mut tables = Tables { count: given_out.map_or(0, |count| count.value()), ..Tables::default() };
    for &table in Table::ALL {
        let stored = transaction.open_table(definition(table)).map_err(|e| refuse(e.into()))?;
        for entry in stored.iter().map_err(|e| refuse(e.into()))? {
            let (key, row) = entry.map_err(|e| refuse(e.into()))?;
            let row = serde_json::from_slice::<serde_json::Value>(row.value()).map_err(|_| corrupt(table, key.value()))?;
            tables.table_mut(table).insert(key.value().to_owned(), row.into());
        }
    }
    Ok(tables)
}

fn make_private_directory(directory: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
