//! Paths that manifests name to texts, inside the repository and the secret directory only.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

/// The files that a manifest may name.
///
/// # Guarantees
/// Nothing is read whose path, once every link on it is followed, lies outside the repository and the secret directory; nor anything below
/// `.git`, where a checkout may keep its own credentials.
#[derive(Debug, Clone)]
pub struct Files {
    repository: PathBuf,
    secrets: Option<PathBuf>,
}

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The path leads out as it is written.
    #[error("the path leads out of the repository")]
    Outside,
    /// A link on the path leads out.
    #[error("a link leads out of the repository and the secret directory")]
    Link,
    /// The path leads to what git keeps for itself.
    #[error("it lies in `.git`")]
    Git,
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// It is a folder, a pipe or a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// It is larger than what is read from it could be.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// It is not text.
    #[error("it is not text in UTF-8, or holds a NUL")]
    NotText,
    /// The operating system refused.
    #[error("it cannot be read ({0})")]
    Unreadable(io::ErrorKind),
}

impl FileError {
    /// Returns whether the path itself is refused, whatever is there.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Outside | Self::Link | Self::Git)
    }
}

impl Files {
    /// Returns the files below a repository and, if it is given, a secret directory.
    pub fn new(repository: &Path, secrets: Option<&Path>) -> Self {
        // A folder that is not there contains nothing: the path as it is written serves for saying so.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Self { repository: real(repository), secrets: secrets.map(real) }
    }

    /// Reads a text that a manifest names. A relative path is looked for in the secret directory first.
    pub fn read(&self, path: &str, max_bytes: u64) -> Result<String, FileError> {
        let real = self.find(Path::new(path))?;
        // Opening a pipe would wait for ever.
        if !real.is_file() {
            return Err(FileError::NotAFile);
        }
        let mut bytes = Vec::new();
        let file = fs::File::open(&real).map_err(|error| FileError::Unreadable(error.kind()))?;
        file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(|error| FileError::Unreadable(error.kind()))?;
        if bytes.len() as u64 > max_bytes {
            return Err(FileError::TooLarge(max_bytes));
        }
        // The error of the conversion holds the bytes, which may be a secret: it is dropped.
        let text = String::from_utf8(bytes).map_err(|_| FileError::NotText)?;
        if text.contains('\0') { Err(FileError::NotText) } else { Ok(text) }
    }

    /// Returns what is known of a file that a manifest names.
    pub fn metadata(&self, path: &str) -> Result<fs::Metadata, FileError> {
        self.find(Path::new(path))?.metadata().map_err(|error| FileError::Unreadable(error.kind()))
    }

    fn find(&self, path: &Path) -> Result<PathBuf, FileError> {
        if path.as_os_str().is_empty() || path.components().any(|step| matches!(step, Component::ParentDir | Component::Prefix(_))) {
            return Err(FileError::Outside);
        }
        let roots = || self.secrets.iter().chain([&self.repository]);
        if path.is_absolute() && !roots().any(|root| path.starts_with(root)) {
            return Err(FileError::Outside);
        }
        for root in roots() {
            match root.join(path).canonicalize() {
                Ok(real) => return self.contained(real),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(FileError::Unreadable(error.kind())),
            }
        }
        Err(FileError::Missing)
    }

    fn contained(&self, real: PathBuf) -> Result<PathBuf, FileError> {
        let below = |root: &PathBuf| real.strip_prefix(root).ok();
        if let Some(inside) = below(&self.repository) {
            return if inside.components().any(|step| step.as_os_str() == ".git") { Err(FileError::Git) } else { Ok(real) };
        }
        if self.secrets.as_ref().and_then(below).is_some() { Ok(real) } else { Err(FileError::Link) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_outside_the_repository_and_the_secret_directory_is_read() {
        let [outside, repository, secrets] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let write = |dir: &tempfile::TempDir, name: &str, text: &[u8]| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(&outside, "x", b"outside");
        write(&repository, "in/repo", b"in the repository");
        write(&repository, ".git/config", b"token");
        write(&repository, "nul", b"a\0b");
        write(&repository, "latin", b"\xe4");
        write(&repository, "big", &[b'a'; 101]);
        write(&secrets, "s", b"in the secret directory");
        write(&secrets, "..data/v", b"mounted");
        symlink(outside.path().join("x"), repository.path().join("link")).unwrap();
        symlink(outside.path(), repository.path().join("folder")).unwrap();
        symlink("in/repo", repository.path().join("inner")).unwrap();
        symlink(".git", repository.path().join("git")).unwrap();
        symlink("..data/v", secrets.path().join("v")).unwrap();

        let files = Files::new(repository.path(), Some(secrets.path()));
        let absolute = secrets.path().join("s");
        let outside = outside.path().join("x");
        let line = |path: &str| match files.read(path, 100) {
            Ok(text) => text,
            Err(error) => format!("{error}"),
        };
        assert_eq!(line(absolute.to_str().unwrap()), "in the secret directory");
        assert_eq!(line(outside.to_str().unwrap()), "the path leads out of the repository");
        let paths = [
            "in/repo",
            "inner",
            "s",
            "v",
            "link",
            "folder/x",
            "../x",
            "in/../in/repo",
            "/etc/passwd",
            ".git/config",
            "git/config",
            "in",
            "none",
            "",
            "nul",
            "latin",
            "big",
        ];
        let lines: Vec<_> = paths.into_iter().map(|path| format!("{path}: {}", line(path))).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        in/repo: in the repository
        inner: in the repository
        s: in the secret directory
        v: mounted
        link: a link leads out of the repository and the secret directory
        folder/x: a link leads out of the repository and the secret directory
        ../x: the path leads out of the repository
        in/../in/repo: the path leads out of the repository
        /etc/passwd: the path leads out of the repository
        .git/config: it lies in `.git`
        git/config: it lies in `.git`
        in: it is not a regular file
        none: there is no such file
        : the path leads out of the repository
        nul: it is not text in UTF-8, or holds a NUL
        latin: it is not text in UTF-8, or holds a NUL
        big: it is larger than 100 bytes
        ");
    }
}
