//! JSON trees as the pure core handles them: paths into them, edits of them, digests of them, and how many are kept.

mod fingerprint;
mod packed;
mod path;

pub use fingerprint::{Fingerprint, canonical};
pub use packed::Packed;
pub use path::{Path, Step, Way, at, compact};
