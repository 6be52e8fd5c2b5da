//! Manifests to what they will say: each file whole, and all of them or none.
//!
//! Everything that can fail for want of room or rights is done beside the files first. A process that is killed while the files are put into
//! their places leaves each of them as it was or as it is to be.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::CommandError;
use crate::drift::accept::Rewritten;
use crate::printable::printable;

/// A file that is ready to be put into its place.
struct Ready<'r> {
    file: &'r Rewritten,
    path: PathBuf,
    new: Option<NamedTempFile>,
    /// To put back, should another file fail.
    old: NamedTempFile,
}

/// Replaces files that still say what they did, or none of them.
pub(super) fn replace(root: &Path, files: &[Rewritten]) -> Result<(), CommandError> {
    let ready: Result<Vec<_>, _> = files.iter().map(|file| ready(root, file)).collect();
    let mut done = Vec::new();
    for Ready { file, path, new, old } in ready? {
        let outcome = match new {
            Some(new) => new.persist(&path).map(drop).map_err(|error| error.error),
            None => fs::remove_file(&path),
        };
        if let Err(error) = outcome {
            let back: Vec<_> = done.into_iter().filter_map(|(path, old): (PathBuf, NamedTempFile)| old.persist(path).err()).collect();
            let state = if back.is_empty() { "nothing was changed" } else { "some files were changed: see `git status`" };
            return Err(failed(file, error).hint(state));
        }
        done.push((path, old));
    }
    for folder in done.iter().filter_map(|(path, _)| path.parent()) {
        // Where a folder cannot be synced, the file system does it in its own time.
        drop(File::open(folder).and_then(|folder| folder.sync_all()));
    }
    Ok(())
}

fn ready<'r>(root: &Path, file: &'r Rewritten) -> Result<Ready<'r>, CommandError> {
    let failed = |error| failed(file, error);
    let path = root.join(&*file.name).canonicalize().map_err(failed)?;
    let shown = printable(&file.name);
    if !super::accepting::is_inside(root, &path) {
        return Err(CommandError::new(format!("`{shown}` lies outside the repository, and nothing was written"))
            .hint("run idpctl in the repository that the manifest belongs to"));
    }
    if fs::read(&path).map_err(failed)? != file.before.as_bytes() {
        let error = format!("`{shown}` was changed while the org was read, and nothing was written");
        return Err(CommandError::new(error).hint("run it again"));
    }
    // A file that may not be written is not replaced either, though its folder would allow it.
    let permissions = OpenOptions::new().write(true).open(&path).and_then(|file| file.metadata()).map_err(failed)?.permissions();
    let beside = |text: &str| -> io::Result<NamedTempFile> {
        let folder = path.parent().unwrap_or(root);
        let beside = tempfile::Builder::new().prefix(".idpctl-").suffix(".tmp").tempfile_in(folder)?;
        let mut file = beside.as_file();
        file.write_all(text.as_bytes())?;
        beside.as_file().set_permissions(permissions.clone())?;
        beside.as_file().sync_all()?;
        Ok(beside)
    };
    let old = beside(&file.before).map_err(failed)?;
    let new = file.after.as_deref().map(beside).transpose().map_err(failed)?;
    Ok(Ready { file, path, new, old })
}

fn failed(file: &Rewritten, error: io::Error) -> CommandError {
    CommandError::new(error).doing(format!("could not write `{}`, and nothing was written", printable(&file.name)))
}
