//! How far the reading has come, told to whoever shows it.

use std::time::Duration;

/// Hears how far the reading has come.
pub trait Progress: Send + Sync {
    /// Takes note of a step. Called often, and from several threads.
    fn tell(&self, step: Step);
}

/// One step of the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One more page of the list of apps is in.
    Listed {
        /// The apps so far.
        apps: usize,
    },
    /// It is known what is left to read.
    Remaining {
        /// How many requests.
        requests: u32,
        /// How long they wait for the rate budget at least.
        wait: Duration,
    },
    /// One more of the remaining requests is done.
    Done {
        /// How many are.
        requests: u32,
        /// Of how many.
        of: u32,
    },
    /// One more token was asked for.
    Asked {
        /// How many were.
        tokens: u32,
        /// Of how many.
        of: u32,
    },
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn tell(&self, _: Step) {}
}
