//! Files and links of a tree to a folder, and nothing outside of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use super::Error;
use super::git::Repository;
use super::tree::{Entry, Tree};

/// The folder's own folder for the tree.
pub(super) const ROOT: &str = "tree";
/// Beside it: what links that lead out lead to, so that they are refused as any others are.
const OUTSIDE: &str = "outside";
/// No more is read of any file than tells that it is too large.
const MOST_BYTES: u64 = 1024 * 1024 + 1;

/// Makes the folder, which is gone with the value.
pub(super) fn folder() -> Result<TempDir, Error> {
    let folder = tempfile::Builder::new().prefix("idpctl-revision-").tempdir()?;
    fs::create_dir(folder.path().join(ROOT))?;
    fs::write(folder.path().join(OUTSIDE), "")?;
    Ok(folder)
}

/// Writes files of a tree. Of one that is too large for a manifest the size alone is kept.
pub(super) async fn write(repository: &Repository, entries: Vec<&Entry>, root: &Path) -> Result<(), Error> {
    // Keys may be named twice, or stand in a file that is there as a manifest.
    let entries = entries.into_iter().filter(|entry| root.join(&entry.path).symlink_metadata().is_err());
    let (small, large): (Vec<_>, Vec<_>) = entries.partition(|entry| entry.size < MOST_BYTES);
    for entry in large {
        create(root, &entry.path)?.set_len(entry.size)?;
    }
    repository.blobs(&small, |index, bytes| Ok(create(root, &small[index].path)?.write_all(&bytes)?)).await
}

/// Makes a file that is not there yet: nothing is ever written through a link.
fn create(root: &Path, path: &str) -> io::Result<fs::File> {
    let path = root.join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::options().write(true).create_new(true).open(path)
}

/// Makes the links, after all files: those that stay inside as they are, the others so that they lead out as well, to nothing.
pub(super) fn link(tree: &Tree, texts: &BTreeMap<String, String>, root: &Path) -> Result<(), Error> {
    let outside = root.with_file_name(OUTSIDE);
    for (link, target) in texts {
        let path = root.join(link);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let target = if tree.end(link).is_some() { Path::new(target) } else { &outside };
        symlink(target, path)?;
    }
    Ok(())
}
