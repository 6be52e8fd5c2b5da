//! The commands, one file each: its flags, and what it does with them.

pub(super) mod apply;
pub(super) mod auth;
pub(super) mod comment;
pub(super) mod completions;
pub(super) mod diff;
pub(super) mod drift;
#[cfg(feature = "emulator")]
pub(super) mod emulator;
pub(super) mod explain;
pub(super) mod export;
pub(super) mod graph;
pub(super) mod man;
pub(super) mod output;
pub(super) mod plan;
pub(super) mod schema;
mod tfstate;
pub(super) mod validate;
pub(super) mod verify;
