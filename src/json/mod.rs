//! JSON trees as the pure core handles them: paths into them, edits of them, digests of them.

mod fingerprint;
mod path;

pub use fingerprint::{Fingerprint, canonical};
pub use path::{Path, Step};
