//! Exit statuses: the only place where they are defined.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or in sync.
    Done,
    /// An error, wrong usage, invalid manifests, or something that could not be read.
    Error,
    /// Differences were found.
    Differences,
    /// Refused: a guard, or a plan that no longer fits.
    Refused,
    /// Something failed, was skipped or is in doubt.
    Incomplete,
}

impl Exit {
    /// Returns the status as scripts see it.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Differences => 2,
            Self::Refused => 3,
            Self::Incomplete => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
