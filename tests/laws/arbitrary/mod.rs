//! What holds whatever comes in: bytes to an input of one reader each, and what must be true of what it makes of it.
//!
//! The gate runs these on a few thousand inputs; the fuzz targets in `fuzz/` run the same functions for as long as one likes. None of
//! them panics, hangs or lets anything out, and each states the laws that it holds its reader to.

pub(crate) mod answers;
pub(crate) mod bytes;
pub(crate) mod manifest;
mod org;
pub(crate) mod plan_file;
pub(crate) mod plans;
pub(crate) mod rate_headers;
pub(crate) mod trees;
pub(crate) mod walker;

use idpctl::printable::printable;

/// A value that no text for people may hold.
pub(crate) const HUSH: &str = "hush-7Qz4mW9xLd2";

/// Fails if a text could move a cursor, colour, reorder or hide anything on a terminal.
pub(crate) fn assert_inert(text: &str) {
    if let Some(line) = text.split('\n').find(|line| printable(line) != *line) {
        panic!("this line is not inert: {line:?}");
    }
}

/// Returns an error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push('\n');
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
