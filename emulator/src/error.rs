//! What can go wrong before an org answers: its store and the words of its settings.

use std::path::PathBuf;

/// Why an org could not be opened, or a setting not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process, or another handle in this one, has the store open.
    #[error("this org is already being served: {} is open elsewhere", path.display())]
    AlreadyServed {
        /// The store's file.
        path: PathBuf,
    },
    /// The directory or file of the store cannot be used.
    #[error("could not open the org in {}", path.display())]
    Store {
        /// The store's file or directory.
        path: PathBuf,
        /// What the file system or the database said.
        source: StoreError,
    },
    /// The store holds something that this version did not write.
    #[error("the org in {} holds a row that cannot be read: {row}", path.display())]
    Corrupt {
        /// The store's file.
        path: PathBuf,
        /// Table and key of the row.
        row: String,
    },
    /// A document cannot be made an org of.
    #[error("this is not an exported org: {problem}")]
    Import {
        /// What is wrong with it.
        problem: String,
    },
    /// An org was to be imported where there is one already.
    #[error("there is an org already in {}", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// An org was to be opened where there is none.
    #[error("there is no org in {}", path.display())]
    Absent {
        /// The directory.
        path: PathBuf,
    },
    /// No random bytes could be drawn for a new org.
    #[error("the system gave no random bytes for a new org")]
    Randomness,
    /// A fault is not written in the grammar of [`Fault`](crate::Fault).
    #[error("`{spec}` is not a fault: {problem}")]
    Fault {
        /// What was given.
        spec: String,
        /// What is wrong, and what is possible.
        problem: String,
    },
    /// Rate limits are neither a known name, nor a list, nor a readable file.
    #[error("`{spec}` does not say rate limits: {problem}")]
    RateLimits {
        /// What was given.
        spec: String,
        /// What is wrong, and what is possible.
        problem: String,
    },
    /// A switch or its value does not exist.
    #[error("no such switch as `{name}={value}`; {possible}")]
    Switch {
        /// The switch's name as given.
        name: String,
        /// The value as given.
        value: String,
        /// What there is.
        possible: String,
    },
}

/// What the layer below the store reported.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The database.
    #[error(transparent)]
    Database(redb::Error),
}

macro_rules! from_database {
    ($($kind:ty),+) => {$(
        impl From<$kind> for StoreError {
            fn from(error: $kind) -> Self {
                match error.into() {
                    redb::Error::Io(error) => Self::Io(error),
                    error => Self::Database(error),
                }
            }
        }
    )+};
}
from_database!(redb::DatabaseError, redb::TransactionError, redb::TableError, redb::StorageError, redb::CommitError);
