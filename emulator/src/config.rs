//! How an org is to be: where its state lives, how it behaves, what goes wrong in it.

use std::{path::PathBuf, time::Duration};

use crate::{faults::Fault, limits::RateLimits, switches::Switches};

/// Where an org keeps its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Data {
    /// In memory: gone with the last handle, the same every time.
    #[default]
    Memory,
    /// In a directory, made if it is not there. One process at a time can have it open.
    Directory(PathBuf),
}

impl Data {
    /// Returns the directory, or an empty path for an org in memory.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::Memory => PathBuf::new(),
            Self::Directory(directory) => directory.clone(),
        }
    }
}

/// The settings of an org. The default is an org in memory with nothing switched on.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where the state lives.
    pub data: Data,
    /// How many apps a new org is filled with.
    pub seed_apps: usize,
    /// How long every answer takes longer.
    pub latency: Duration,
    /// How many requests are admitted.
    pub rate_limits: RateLimits,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// How open questions about Okta are settled.
    pub switches: Switches,
    /// Whether time stands still at 2026-01-01T00:00:00Z.
    pub frozen_clock: bool,
    /// Whether method, path and status of each request are logged (`tracing`, level info, target `idpctl_emulator::requests`).
    pub log_requests: bool,
    /// The org's own address in its answers, instead of the one that the request was sent to.
    pub base: Option<String>,
}
