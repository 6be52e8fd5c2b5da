//! The tables in a database file, so that what was answered is still there after a crash.
//!
//! What some requests write at once is one transaction, and it is on the disk before any of them is answered. Only one process can have the file
//! open. Directory and file can be read by their owner alone: they hold client secrets, as the org's own database would.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use redb::{Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, TableDefinition, TableError};
use serde::de::IgnoredAny;

use super::{Changes, Row, Table, Tables};
use crate::error::{Error, StoreError};

const FILE: &str = "org.redb";
const COUNTS: TableDefinition<'static, &str, u64> = TableDefinition::new("counts");
const GIVEN_OUT: &str = "given out";
/// How much of the file the database keeps in memory, in bytes. Little is read again: the tables are in memory already.
const CACHE: usize = 4 << 20;

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
            tracing::warn!(%error, "could not remove a store that was not filled");
        }
        _ => {}
    }
}

pub(super) struct File {
    path: PathBuf,
    identity: Identity,
    /// None after a failure, until the file could be opened again.
    database: Option<Database>,
}

impl File {
    /// Opens the file in a directory and reads all that it holds.
    pub(super) fn open(directory: &Path) -> Result<(Self, Tables), Error> {
        let path = directory.join(FILE);
        make_private_directory(directory).map_err(|error| Error::Store { path: directory.to_owned(), source: error.into() })?;
        let file = private_file(&path, true).map_err(|error| Error::Store { path: path.clone(), source: error.into() })?;
        let (database, identity, tables) = opened(&path, file)?;
        Ok((Self { path, identity, database: Some(database) }, tables))
    }

    /// Closes the file after a failure, opens it again, and reads what it holds: the database takes no more writes otherwise, though there may
    /// be room again. If that fails too, it is tried after the next write that fails for it.
    pub(super) fn reopen(&mut self) -> Option<Tables> {
        // Only one can have it open, so the old one goes first.
        self.database = None;
        let again = || {
            // A new file would be an org without anything in it.
            let file = private_file(&self.path, false).map_err(|error| Error::Store { path: self.path.clone(), source: error.into() })?;
            opened(&self.path, file)
        };
        let (database, identity, tables) = again().inspect_err(|error| tracing::error!(%error, "could not open the store again")).ok()?;
        (self.database, self.identity) = (Some(database), identity);
        Some(tables)
    }

    /// Lets go of a file that is not this org's. No write is taken until it could be opened again.
    pub(super) fn close(&mut self) {
        self.database = None;
    }

    /// Writes changes in one transaction, and returns when they are on the disk.
    pub(super) fn write(&self, changes: &Changes) -> Result<(), StoreError> {
        // A file that was deleted takes writes until it is closed, and is gone then.
        if fs::metadata(&self.path).map(|found| identity(&found))? != self.identity {
            return Err(io::Error::new(io::ErrorKind::NotFound, "another file is in its place").into());
        }
        let database = self.database.as_ref().ok_or(StoreError::Database(redb::Error::PreviousIo))?;
        let transaction = database.begin_write()?;
        transaction.open_table(COUNTS)?.insert(GIVEN_OUT, changes.count)?;
        for ((table, key), row) in &changes.rows {
            let mut table = transaction.open_table(definition(*table))?;
            match row {
                Some(row) => table.insert(key.as_str(), row.text().as_bytes())?,
                None => table.remove(key.as_str())?,
            };
        }
        transaction.commit()?;
        Ok(())
    }
}

/// What tells a file from another at the same path.
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(found: &fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;

    (found.dev(), found.ino())
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Identity {
    // An open file cannot be deleted there.
    (0, 0)
}

/// Opens a database in a file, new or old, and reads all that it holds.
fn opened(path: &Path, file: fs::File) -> Result<(Database, Identity, Tables), Error> {
    let refuse = |source: StoreError| Error::Store { path: path.to_owned(), source };
    discard_unfinished(&file).map_err(|error| refuse(error.into()))?;
    let found = file.metadata().map_err(|error| refuse(error.into()))?;
    let database = match Database::builder().set_cache_size(CACHE).create_file(file) {
        Ok(database) => database,
        Err(DatabaseError::DatabaseAlreadyOpen) => return Err(Error::AlreadyServed { path: path.to_owned() }),
        Err(error) => return Err(refuse(error.into())),
    };
    if found.len() == 0
        && let Some(directory) = path.parent()
    {
        keep_entries(directory).map_err(|error| refuse(error.into()))?;
    }
    let tables = read(&database, path)?;
    Ok((database, identity(&found), tables))
}

/// Empties a file that its maker was killed over: the database writes the mark at its beginning when all else is there, and takes nothing
/// but an empty file or one with the mark.
fn discard_unfinished(file: &fs::File) -> io::Result<()> {
    let mut mark = [0; 9];
    // Whoever has the file open, and may be making it just now, has locked it.
    if file.metadata()?.len() == 0 || file.try_lock().is_err() {
        return Ok(());
    }
    let (mut from_start, mut length) = (file, 0);
    while let read @ 1.. = from_start.read(&mut mark[length..])? {
        length += read;
    }
    if mark == [0; 9] {
        file.set_len(0)?;
    }
    file.unlock()
}

fn read(database: &Database, path: &Path) -> Result<Tables, Error> {
    let refuse = |source: StoreError| Error::Store { path: path.to_owned(), source };
    let corrupt = |table: Table, key: &str| Error::Corrupt { path: path.to_owned(), row: format!("{}/{key}", table.name()) };
    let transaction = database.begin_read().map_err(|e| refuse(e.into()))?;
    let mut tables = Tables::default();
    if let Some(counts) = existing(transaction.open_table(COUNTS)).map_err(refuse)? {
        tables.count = counts.get(GIVEN_OUT).map_err(|e| refuse(e.into()))?.map_or(0, |count| count.value());
    }
    for &table in Table::ALL {
        let Some(stored) = existing(transaction.open_table(definition(table))).map_err(refuse)? else { continue };
        for entry in stored.iter().map_err(|e| refuse(e.into()))? {
            let (key, row) = entry.map_err(|e| refuse(e.into()))?;
            let text = std::str::from_utf8(row.value()).map_err(|_| corrupt(table, key.value()))?;
            serde_json::from_str::<IgnoredAny>(text).map_err(|_| corrupt(table, key.value()))?;
            tables.table_mut(table).insert(key.value().to_owned(), Row::of(text));
        }
    }
    Ok(tables)
}

/// Returns a table if it is there: it is made with its first row.
fn existing<T>(opened: Result<T, TableError>) -> Result<Option<T>, StoreError> {
    match opened {
        Ok(table) => Ok(Some(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes a directory, and those above it that are missing, and has the disk keep that they are there.
fn make_private_directory(directory: &Path) -> io::Result<()> {
    let missing: Vec<_> = directory.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists()).collect();
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    missing.iter().filter_map(|made| made.parent()).try_for_each(keep_entries)
}

/// Has the disk keep what is in a directory: a file is lost with its name, however well its contents are kept.
fn keep_entries(directory: &Path) -> io::Result<()> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    match fs::File::open(directory)?.sync_all() {
        // Not every file system can be told so.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        kept => kept,
    }
}

fn private_file(path: &Path, make: bool) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(make).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
