//! Paths to the texts of files. The only part of the module that touches the file system.
//!
//! Whatever a manifest folder holds, no link in it can have a file outside the repository read, and no file is read beyond the cap.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Origin, codes};

const MAX_BYTES: u64 = 1024 * 1024;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path as it is shown.
    pub name: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
}

/// Who names the files and folders that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// The command line: they may lie anywhere.
    ByUser,
    /// The project file, which a pull request can edit as well as put a link in its place: they lie in the repository.
    ByProject,
}

/// Texts that stand in for those of files, by the names that are shown; `None` for a file that is not there.
pub type Instead = BTreeMap<Arc<str>, Option<Arc<str>>>;

/// Reads one file below the repository's root, if it is there.
pub(super) fn file(root: &Path, name: &str, diagnostics: &mut Diagnostics) -> Option<SourceFile> {
    let path = root.join(name);
    path.symlink_metadata().ok()?;
    let mut search = Search::new(root, diagnostics);
    let within = search.root.clone();
    search.file(&path, name, &within);
    search.found.pop()
}

/// Finds the `.yaml` and `.yml` files below the given files and folders, in order, each once. Hidden folders and the project file are left
/// out. Paths are relative to the root, which is the repository.
pub(super) fn find(root: &Path, paths: &[String], named: Named, instead: &Instead, diagnostics: &mut Diagnostics) -> Vec<SourceFile> {
    let mut search = Search { instead: Some(instead), ..Search::new(root, diagnostics) };
    for given in paths {
        let path = root.join(given);
        let shown = display(given);
        match path.canonicalize() {
            Ok(real) => {
                // Links below what the user names have to stay below it, or inside the repository.
                let within = if named == Named::ByUser { real.clone() } else { search.root.clone() };
                if real.is_dir() { search.folder(&path, &shown, &within, &mut vec![]) } else { search.file(&path, &shown, &within) }
            }
            Err(error) if path.is_symlink() => {
                search.push(codes::UNREADABLE, format!("`{shown}` cannot be read: {error}"), "check where the link leads");
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let message = format!("there is no file or folder `{shown}`");
                search.push(codes::PATH_MISSING, message, "correct the path, or make the folder");
            }
            Err(error) => search.push(codes::UNREADABLE, format!("`{shown}` cannot be read: {error}"), "check its permissions"),
        }
    }
    search.found
}

struct Search<'a> {
    root: PathBuf,
    seen: BTreeSet<OsString>,
    found: Vec<SourceFile>,
    instead: Option<&'a Instead>,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Search<'a> {
    fn new(root: &Path, diagnostics: &'a mut Diagnostics) -> Self {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        Self { root, seen: BTreeSet::new(), found: Vec::new(), instead: None, diagnostics }
    }

    fn folder(&mut self, path: &Path, shown: &str, within: &Path, above: &mut Vec<PathBuf>) {
        let Some(real) = self.contained(path, shown, within) else { return };
        if above.contains(&real) {
            return self.push(codes::LINK_LOOP, format!("the link `{shown}` leads back to a folder above it"), "remove the link");
        }
        let entries = match fs::read_dir(&real).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return self.push(codes::UNREADABLE, format!("`{shown}` cannot be read: {error}"), "check its permissions"),
        };
        let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|sort| sort.is_file());
        let mut entries: Vec<_> = entries.into_iter().map(|entry| (entry.file_name(), is_file(&entry))).collect();
        entries.sort();
        for (file_name, is_file) in entries {
            let child = path.join(&file_name);
            let name = file_name.to_string_lossy();
            let shown = if shown == "." { name.to_string() } else { format!("{shown}/{name}") };
            let is_manifest = name.ends_with(".yaml") || name.ends_with(".yml");
            if name.starts_with('.') || (name == super::project::PROJECT_FILE && child == self.root.join(super::project::PROJECT_FILE)) {
                continue;
            }
            // A file in a folder that is contained is contained too, unless it is a link.
            if is_file && is_manifest {
                self.text(&real.join(&file_name), &shown);
            } else if !is_file && child.is_dir() {
                above.push(real.clone());
                self.folder(&child, &shown, within, above);
                above.pop();
            } else if is_manifest || is_unknown(&child) {
                self.file(&child, &shown, within);
            }
        }
    }

    fn file(&mut self, path: &Path, shown: &str, within: &Path) {
        let Some(real) = self.contained(path, shown, within) else { return };
        // Opening a pipe would wait for ever.
        if !real.is_file() {
            return self.push(codes::UNREADABLE, format!("`{shown}` is not a regular file"), "name a file or a folder");
        }
        self.text(&real, shown);
    }

    /// Reads a regular file that is contained, once.
    fn text(&mut self, real: &Path, shown: &str) {
        if !self.seen.insert(real.as_os_str().to_owned()) {
            return;
        }
        if let Some(text) = self.instead.and_then(|instead| instead.get(shown)) {
            self.found.extend(text.clone().map(|text| SourceFile { name: shown.into(), text }));
            return;
        }
        let outcome = fs::File::open(real).and_then(|file| {
            let length = usize::try_from(file.metadata()?.len().min(MAX_BYTES)).unwrap_or_default();
            // One byte more shows the end of the file without another look for room.
            let mut bytes = Vec::with_capacity(length + 1);
            file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        });
        let bytes = match outcome {
            Ok(bytes) => bytes,
            Err(error) => return self.push(codes::UNREADABLE, format!("`{shown}` cannot be read: {error}"), "check its permissions"),
        };
        if bytes.len() as u64 > MAX_BYTES {
            return self.push(codes::FILE_TOO_LARGE, format!("`{shown}` is larger than 1 MiB"), "split the file");
        }
        match String::from_utf8(bytes) {
            Ok(text) => self.found.push(SourceFile { name: shown.into(), text: text.into() }),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let before = String::from_utf8_lossy(&bytes[..at]);
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                let origin = Origin { file: shown.into(), start: short(at), end: short(at), line: short(line), column: short(column) };
                let diagnostic = Diagnostic::error(codes::NOT_UTF8, Some(origin), "the file is not UTF-8 from here on");
                self.diagnostics.push(diagnostic.help("save the file as UTF-8"));
            }
        }
    }

    /// Returns where a path leads in the end, if that is inside the repository or inside what the user named.
    fn contained(&mut self, path: &Path, shown: &str, within: &Path) -> Option<PathBuf> {
        match path.canonicalize() {
            Ok(real) if real.starts_with(&self.root) || real.starts_with(within) => Some(real),
            Ok(_) => {
                let message = format!("the link `{shown}` leads out of the repository");
                self.push(codes::LINK_OUTSIDE, message, "put the file itself into the repository");
                None
            }
            Err(error) => {
                let denied = error.kind() == io::ErrorKind::PermissionDenied;
                let help = if denied { "check its permissions" } else { "check where the link leads" };
                self.push(codes::UNREADABLE, format!("`{shown}` cannot be read: {error}"), help);
                None
            }
        }
    }

    fn push(&mut self, code: Code, message: impl Into<String>, help: &str) {
        self.diagnostics.push(Diagnostic::error(code, None, message).help(help));
    }
}

/// Tells whether nobody can say what a path is: a link whose end is not there, or something that may not be looked at. It may be a folder of
/// manifests, whatever it is called: what they declare would be gone without a word.
fn is_unknown(path: &Path) -> bool {
    path.metadata().is_err_and(|error| path.is_symlink() || error.kind() != io::ErrorKind::NotFound)
}

/// A path as it is shown: with forward slashes, without `./`.
fn display(path: &str) -> String {
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.is_empty() { ".".to_owned() } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn found(root: &Path, paths: &[&str]) -> String {
        let mut diagnostics = Diagnostics::default();
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let files = find(root, &paths, Named::ByUser, &Instead::new(), &mut diagnostics);
        let mut lines: Vec<String> = files.iter().map(|file| file.name.to_string()).collect();
        lines.extend(diagnostics.sorted().iter().map(|d| format!("{}: {}", d.code, d.message)));
        lines.join("\n")
    }

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "a: 1\n").unwrap();
        }
        dir
    }

    #[test]
    fn manifests_are_found_in_order_and_once() {
        let dir = folder(&["m/b.yaml", "m/a/z.yml", "m/c.txt", "m/.hidden/x.yaml", "m/.x.yaml", "idpctl.yaml", "other.conf"]);
        assert_eq!(found(dir.path(), &["./m/", "m/b.yaml"]), "m/a/z.yml\nm/b.yaml");
        assert_eq!(found(dir.path(), &["."]), "m/a/z.yml\nm/b.yaml");
        assert_eq!(found(dir.path(), &["other.conf"]), "other.conf", "a file that is named is read whatever it is called");
        assert_eq!(found(dir.path(), &["n", "m/b.yaml"]), "m/b.yaml\nIDP0130: there is no file or folder `n`");
    }

    #[test]
    fn no_link_leads_out_of_the_repository_or_round_in_circles() {
        let outside = folder(&["secret.yaml", "d/e.yaml"]);
        let dir = folder(&["m/a.yaml", "n/b.yaml"]);
        symlink(outside.path().join("secret.yaml"), dir.path().join("m/link.yaml")).unwrap();
        symlink(outside.path().join("d"), dir.path().join("m/folder")).unwrap();
        symlink(dir.path().join("n"), dir.path().join("m/inside")).unwrap();
        symlink(dir.path().join("m"), dir.path().join("m/loop")).unwrap();
        symlink("nowhere.yaml", dir.path().join("m/broken.yaml")).unwrap();
        symlink("nowhere", dir.path().join("m/team")).unwrap();
        symlink("ring-b", dir.path().join("m/ring-a")).unwrap();
        symlink("ring-a", dir.path().join("m/ring-b")).unwrap();
        insta::assert_snapshot!(found(dir.path(), &["m"]), @"
        m/a.yaml
        m/inside/b.yaml
        IDP0131: `m/broken.yaml` cannot be read: No such file or directory (os error 2)
        IDP0131: `m/ring-a` cannot be read: Too many levels of symbolic links (os error 40)
        IDP0131: `m/ring-b` cannot be read: Too many levels of symbolic links (os error 40)
        IDP0131: `m/team` cannot be read: No such file or directory (os error 2)
        IDP0132: the link `m/folder` leads out of the repository
        IDP0132: the link `m/link.yaml` leads out of the repository
        IDP0133: the link `m/loop` leads back to a folder above it
        ");
        insta::assert_snapshot!(found(dir.path(), &["m/ring-a", "m/team"]), @"
        IDP0131: `m/ring-a` cannot be read: Too many levels of symbolic links (os error 40)
        IDP0131: `m/team` cannot be read: No such file or directory (os error 2)
        ");
    }

    #[test]
    fn a_link_in_the_place_of_what_the_project_names_leads_nowhere_else() {
        let outside = folder(&["secret.yaml"]);
        let dir = folder(&["m/a.yaml"]);
        symlink(outside.path(), dir.path().join("manifests")).unwrap();
        symlink(outside.path().join("secret.yaml"), dir.path().join("one.yaml")).unwrap();
        let paths = ["manifests", "one.yaml", "m"].map(str::to_owned);
        let read = |named| {
            let mut diagnostics = Diagnostics::default();
            let files = find(dir.path(), &paths, named, &Instead::new(), &mut diagnostics);
            let names = files.iter().map(|file| file.name.to_string());
            names.chain(diagnostics.sorted().iter().map(|d| d.message.clone())).collect::<Vec<_>>()
        };
        assert_eq!(read(Named::ByUser), ["manifests/secret.yaml", "m/a.yaml"]);
        let refused = ["the link `manifests` leads out of the repository", "the link `one.yaml` leads out of the repository"];
        assert_eq!(read(Named::ByProject), ["m/a.yaml", refused[0], refused[1]]);
    }

    #[test]
    fn only_regular_utf8_files_within_the_cap_are_read() {
        let dir = folder(&["m/a.yaml"]);
        fs::write(dir.path().join("m/big.yaml"), vec![b'#'; 1024 * 1024 + 1]).unwrap();
        fs::write(dir.path().join("m/full.yaml"), vec![b'#'; 1024 * 1024]).unwrap();
        fs::write(dir.path().join("m/latin.yaml"), b"a: 1\nb: \xe4\n").unwrap();
        let socket = std::os::unix::net::UnixListener::bind(dir.path().join("m/socket.yaml")).unwrap();
        insta::assert_snapshot!(found(dir.path(), &["m"]), @"
        m/a.yaml
        m/full.yaml
        IDP0102: `m/big.yaml` is larger than 1 MiB
        IDP0131: `m/socket.yaml` is not a regular file
        IDP0104: the file is not UTF-8 from here on
        ");
        drop(socket);
    }
}
