//! Secrets that the server makes to the files that manifests name for them: the only place where a secret is written down.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};

use tempfile::NamedTempFile;

use crate::observed::Written;
use crate::secret::Secret;

/// Okta's secrets have 64 characters, those that people choose 100 at most; what is reserved is as much as a file takes anyway.
const ROOM: usize = 4096;

/// The files below the secret directory that secrets may be written to.
///
/// # Guarantees
/// A file is made whole or not at all, in a folder that lies in the secret directory once every link is followed, for its owner's eyes alone,
/// and never in the place of one that is there.
#[derive(Debug, Clone, Default)]
pub struct Outputs {
    folder: Option<PathBuf>,
}

/// A file that a secret can be written to, with its room on the disk taken. It shows under its name only once it holds the secret.
#[derive(Debug)]
pub struct Reserved {
    beside: NamedTempFile,
    target: PathBuf,
}

/// Why no secret can be written to a file.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The place cannot be used, or is taken.
    #[error("the file `{file}` cannot hold a secret: {why}")]
    Unusable {
        /// The file, as the manifest names it.
        file: String,
        /// Why not.
        why: String,
    },
    /// The operating system refused.
    #[error("the file `{file}` could not be written")]
    Io {
        /// The file.
        file: String,
        /// What it said.
        #[source]
        source: io::Error,
    },
}

impl Outputs {
    /// Returns the files below a secret directory, if there is one.
    pub fn new(folder: Option<&Path>) -> Self {
        // A folder that is not there contains nothing: the path as it is written serves for saying so.
        Self { folder: folder.map(|folder| folder.canonicalize().unwrap_or_else(|_| folder.to_owned())) }
    }

    /// Looks whether a file is there.
    pub fn look(&self, file: &str) -> Written {
        self.place(file).and_then(|target| state(&target, self.folder.as_deref())).unwrap_or_else(Written::Unusable)
    }

    /// Makes a file ready to be written: what could go wrong does so now, rather than when there is a secret to be lost.
    pub fn reserve(&self, file: &str) -> Result<Reserved, OutputError> {
        let unusable = |why: String| OutputError::Unusable { file: file.to_owned(), why };
        let target = self.place(file).map_err(unusable)?;
        match state(&target, self.folder.as_deref()).map_err(unusable)? {
            Written::Missing => {}
            Written::There => return Err(unusable("it is there already".to_owned())),
            Written::Unusable(why) => return Err(unusable(why)),
        }
        beside(&target).map(|beside| Reserved { beside, target }).map_err(|source| OutputError::Io { file: file.to_owned(), source })
    }

    /// Returns where a file is, with every link of its folder followed.
    fn place(&self, file: &str) -> Result<PathBuf, String> {
        let folder = self.folder.as_deref().ok_or("it goes below `--secret-dir`, which is not given")?;
        let path = Path::new(file);
        let odd = |step: Component<'_>| matches!(step, Component::ParentDir | Component::Prefix(_)) || step.as_os_str() == ".git";
        if path.components().any(odd) || (path.is_absolute() && !path.starts_with(folder)) {
            return Err("the path leads out of the secret directory".to_owned());
        }
        let whole = folder.join(path);
        let name = path.file_name().filter(|_| whole.as_path() != folder);
        let (Some(parent), Some(name)) = (whole.parent(), name) else { return Err("it names no file".to_owned()) };
        match parent.canonicalize() {
            Ok(real) if real.starts_with(folder) => Ok(real.join(name)),
            Ok(_) => Err("a link leads out of the secret directory".to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err("its folder is not there".to_owned()),
            Err(error) => Err(format!("its folder cannot be looked at ({})", error.kind())),
        }
    }
}

fn state(target: &Path, folder: Option<&Path>) -> Result<Written, String> {
    let found = match fs::symlink_metadata(target) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Written::Missing),
        Err(error) => return Err(format!("it cannot be looked at ({})", error.kind())),
    };
    let found = if found.is_symlink() {
        // Files of a mounted secret are links within their folder.
        let inside = target.canonicalize().ok().filter(|real| folder.is_some_and(|folder| real.starts_with(folder)));
        inside.and_then(|real| fs::metadata(real).ok()).ok_or("it is a link that leads out of the secret directory, or nowhere")?
    } else {
        found
    };
    match (found.is_file(), found.len()) {
        (false, _) => Err("it is not a regular file".to_owned()),
        (true, 0) => Err("it is there and empty; delete it to have a new secret made".to_owned()),
        (true, _) => Ok(Written::There),
    }
}

fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.idpctl");
    // What a run that was killed left here may hold a secret, which has been replaced since or is about to be.
    match fs::remove_file(folder.join(&prefix)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600);
    let mut beside = tempfile::Builder::new().prefix(&prefix).rand_bytes(0).make_in(folder, |path| options.open(path))?;
    beside.as_file_mut().write_all(&[b' '; ROOM])?;
    beside.as_file().sync_all()?;
    Ok(beside)
}

impl Reserved {
    /// Writes the secret, and puts the file in its place.
    pub fn keep(self, secret: &Secret) -> Result<(), OutputError> {
        let Self { beside, target } = self;
        let file = target.display().to_string();
        written(beside, &target, secret).map_err(|source| OutputError::Io { file, source })
    }
}

fn written(mut beside: NamedTempFile, target: &Path, secret: &Secret) -> io::Result<()> {
    let file = beside.as_file_mut();
    file.rewind()?;
    file.write_all(secret.expose().as_bytes())?;
    file.set_len(secret.expose().len() as u64)?;
    file.sync_all()?;
    beside.persist_noclobber(target)?;
    // The name counts only once the folder is on the disk too.
    File::open(target.parent().unwrap_or(Path::new(".")))?.sync_all()
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

    #[test]
    fn a_secret_is_its_owners_alone_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::new(Some(folder.path()));
        assert_eq!(outputs.look("books"), Written::Missing);
        fs::write(folder.path().join(".books.idpctl"), "of a run that was killed").unwrap();
        let reserved = outputs.reserve("books").unwrap();
        assert_eq!((outputs.look("books"), names(folder.path())), (Written::Missing, vec![".books.idpctl".to_owned()]));
        reserved.keep(&Secret::new("made by the server".to_owned())).unwrap();
        let path = folder.path().join("books");
        assert_eq!(fs::read_to_string(&path).unwrap(), "made by the server");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!((outputs.look("books"), names(folder.path())), (Written::There, vec!["books".to_owned()]));
        drop(outputs.reserve("other").unwrap());
        assert_eq!(names(folder.path()), ["books"], "what was not needed goes");
    }

    #[test]
    fn nothing_is_overwritten_not_even_what_came_in_between() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::new(Some(folder.path()));
        let reserved = outputs.reserve("books").unwrap();
        fs::write(folder.path().join("books"), "somebody's").unwrap();
        insta::assert_snapshot!(outputs.reserve("books").unwrap_err(), @"the file `books` cannot hold a secret: it is there already");
        let error = reserved.keep(&Secret::new("made by the server".to_owned())).unwrap_err();
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("exists"), "{error:?}");
        assert_eq!((fs::read_to_string(folder.path().join("books")).unwrap().as_str(), names(folder.path()).len()), ("somebody's", 1));
    }

    #[test]
    fn nothing_is_written_out_of_the_secret_directory() {
        let [outside, folder] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        symlink(outside.path(), folder.path().join("out")).unwrap();
        symlink(outside.path().join("x"), folder.path().join("dangling")).unwrap();
        symlink("mounted", folder.path().join("link")).unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("mounted"), "a secret").unwrap();
        fs::write(folder.path().join("empty"), "").unwrap();
        let outputs = Outputs::new(Some(folder.path()));
        let inside = folder.path().join("in/a");
        assert_eq!(outputs.look(inside.to_str().unwrap()), Written::Missing);
        let files = ["in/a", "link", "out/a", "dangling", "../a", "in/../a", "/etc/a", ".git/a", "no/a", "in", "empty", ""];
        let told = files.map(|file| format!("{file}: {:?}", outputs.look(file)));
        insta::assert_snapshot!(told.join("\n"), @r#"
        in/a: Missing
        link: There
        out/a: Unusable("a link leads out of the secret directory")
        dangling: Unusable("it is a link that leads out of the secret directory, or nowhere")
        ../a: Unusable("the path leads out of the secret directory")
        in/../a: Unusable("the path leads out of the secret directory")
        /etc/a: Unusable("the path leads out of the secret directory")
        .git/a: Unusable("the path leads out of the secret directory")
        no/a: Unusable("its folder is not there")
        in: Unusable("it is not a regular file")
        empty: Unusable("it is there and empty; delete it to have a new secret made")
        : Unusable("it names no file")
        "#);
        insta::assert_snapshot!(format!("{:?}", Outputs::new(None).look("a")), @r#"Unusable("it goes below `--secret-dir`, which is not given")"#);
        assert_eq!(names(outside.path()), Vec::<String>::new());
    }
}
