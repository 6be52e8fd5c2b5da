//! What a variable says a private key is (the key, or the path of its file) to the key.
//!
//! A file that every user of the machine can read is refused: a key that others may have is no key.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};

use zeroize::Zeroizing;

use super::{KeyError, SigningKey};
use crate::printable::printable_head;

/// More than any key needs.
const LONGEST: u64 = 64 << 10;

/// Reads a key that is given as it is, or by its path.
pub(crate) fn read(value: &str) -> Result<SigningKey, KeyError> {
    if let Some(key) = SigningKey::parse(value) {
        return key;
    }
    // The value may be a key that was cut off: only the path of a file that is there is ever repeated.
    let unrecognised = |error: std::io::Error| KeyError::Unrecognised(error.kind());
    let file = File::open(value.trim()).map_err(unrecognised)?;
    let metadata = file.metadata().map_err(unrecognised)?;
    let path = || printable_head(value.trim(), 200);
    if is_world_readable(&metadata) {
        return Err(KeyError::WorldReadable { path: path() });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST).read_to_string(&mut text).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => KeyError::NotAKey { path: path() },
        other => KeyError::Unrecognised(other),
    })?;
    SigningKey::parse(&text).unwrap_or_else(|| Err(KeyError::NotAKey { path: path() }))
}

/// Tells whether a file is one that every user of the machine can read.
#[cfg(unix)]
pub fn is_world_readable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.is_file() && metadata.permissions().mode() & 0o004 != 0
}

/// Tells whether a file is one that every user of the machine can read, as far as this can be known here.
#[cfg(not(unix))]
pub fn is_world_readable(_: &Metadata) -> bool {
    false
}
