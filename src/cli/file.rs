//! A text to a file that somebody asked for: whole or not at all, and nothing else beside it.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::error::CommandError;
use crate::printable::printable;

/// Writes a file whole or not at all. What is there keeps its text if that fails.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), CommandError> {
    let written = if is_stream(path) { File::options().write(true).open(path).and_then(|file| fill(file, text)) } else { put(path, text) };
    let doing = || format!("could not write `{}`", printable(&path.display().to_string()));
    written.map_err(|error| CommandError::new(error).doing(doing()))
}

/// Writes a file with a mode that the umask narrows, whole or not at all. What is there already stays as it is, and is an error.
pub(super) fn write_new_file(path: &Path, text: &str, mode: u32) -> Result<(), CommandError> {
    if is_stream(path) {
        return write_file(path, text);
    }
    let shown = printable(&path.display().to_string()).into_owned();
    let written = filled(path, text, mode).and_then(|beside| Ok(beside.persist_noclobber(path)?));
    written.map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => CommandError::new(format!("`{shown}` is there already, and nothing was written"))
            .hint("name another file, or delete that one first"),
        _ => CommandError::new(error).doing(format!("could not write `{shown}`")),
    })
}

/// Writes beside the file, and puts the result in its place.
fn put(path: &Path, text: &str) -> io::Result<()> {
    // Like any file that a person makes: what may be read by whom is for the umask.
    filled(path, text, 0o666)?.persist(path)?;
    Ok(())
}

/// Writes beside a file.
fn filled(path: &Path, text: &str, mode: u32) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut options = File::options();
    options.write(true).create_new(true).mode(mode);
    // After a kill in between it can be told whose it was.
    let beside = tempfile::Builder::new().prefix(".idpctl-").suffix(".tmp").make_in(folder, |name| options.open(name))?;
    fill(beside.as_file(), text)?;
    beside.as_file().sync_all()?;
    Ok(beside)
}

fn fill(mut file: impl io::Write, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.flush()
}

/// Tells whether a path leads to what takes a text as it comes and must not be replaced: a pipe, or a device such as `/dev/null`. A link to
/// a file is replaced rather than followed, because a repository may hold links that somebody else made; those of the system are not.
fn is_stream(path: &Path) -> bool {
    let streams = fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo() || found.file_type().is_char_device());
    let is_link = path.is_symlink();
    streams || is_link && ["/dev", "/proc"].iter().any(|system| path.starts_with(system))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn refused(path: &Path, folder: &Path) -> String {
        let error = write_file(path, "new").expect_err("it cannot be written");
        error.lines().join("\n").replace(folder.to_str().unwrap(), "FOLDER")
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        fs::write(&path, "a longer text that was there").unwrap();
        write_file(&path, "new").unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(folder.path())), ("new", vec!["plan.json".to_owned()]));
    }

    #[test]
    fn what_cannot_be_written_is_said_without_the_name_of_anything_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("taken")).unwrap();
        let paths = ["nowhere/plan.json", "taken"].map(|path| refused(&folder.path().join(path), folder.path()));
        insta::assert_snapshot!(paths.join("\n\n"), @"
        error: could not write `FOLDER/nowhere/plan.json`
        Caused by:
          1: No such file or directory (os error 2)

        hint: check that the path is right, and that its folder is there

        error: could not write `FOLDER/taken`
        Caused by:
          1: Is a directory (os error 21)

        hint: name a file: this is a folder
        ");
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    #[cfg(feature = "emulator")]
    fn a_new_file_is_its_owners_alone_and_takes_no_ones_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("org.json");
        write_new_file(&path, "first", 0o600).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        symlink("nowhere", folder.path().join("link")).unwrap();
        for taken in ["org.json", "link"] {
            let error = write_new_file(&folder.path().join(taken), "second", 0o600).expect_err("it is there");
            let lines = error.lines().join("\n").replace(folder.path().to_str().unwrap(), "FOLDER").replace(taken, "TAKEN");
            insta::allow_duplicates!(insta::assert_snapshot!(lines, @"
            error: `FOLDER/TAKEN` is there already, and nothing was written

            hint: name another file, or delete that one first
            "));
        }
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("first", vec!["link".to_owned(), "org.json".to_owned()])
        );
    }

    #[test]
    fn a_device_takes_the_text_and_stays_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let link = |name: &str| {
            symlink(Path::new("/dev").join(name), folder.path().join(name)).unwrap();
            folder.path().join(name)
        };
        write_file(&link("null"), "new").unwrap();
        insta::assert_snapshot!(refused(&link("full"), folder.path()), @"
        error: could not write `FOLDER/full`
        Caused by:
          1: No space left on device (os error 28)

        hint: make room on the disk, then run it again
        ");
        let is_device = |name: &str| fs::metadata(folder.path().join(name)).unwrap().file_type().is_char_device();
        assert!(is_device("null") && is_device("full"));
        assert_eq!(names(folder.path()), ["full", "null"]);
    }

    #[test]
    fn a_link_in_the_repository_is_replaced_and_what_it_leads_to_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (elsewhere, path) = (folder.path().join("elsewhere"), folder.path().join("plan.json"));
        fs::write(&elsewhere, "somebody's file").unwrap();
        symlink(&elsewhere, &path).unwrap();
        write_file(&path, "new").unwrap();
        assert_eq!(
            ["elsewhere", "plan.json"].map(|name| fs::read_to_string(folder.path().join(name)).unwrap()),
            ["somebody's file", "new"]
        );
    }
}
