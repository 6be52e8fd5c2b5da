//! The few things that git is asked for, and how it is run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use super::tree::{Entry, Tree};
use super::{Error, Said};
use crate::env::Env;
use crate::printable::printable_head;

/// No more is read of what git says of a tree.
const MOST_LISTED: u64 = 256 * 1024 * 1024;
/// No more is read of what else it says.
const MOST_SAID: u64 = 64 * 1024;
/// So much of what it says is wrong is shown.
const SHOWN: usize = 400;

/// Variables that git and the user's settings of it need; it is given no others, so that it never sees a credential of ours.
const KEPT: [&str; 10] = [
    "PATH",
    "HOME",
    "XDG_CONFIG_HOME",
    "TMPDIR",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
];

/// What keeps git from reaching out, waiting for somebody, or running anything of the repository's.
const FIXED: [(&str, &str); 7] = [
    ("LC_ALL", "C"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    // Older versions fetch what a partial clone lacks all the same: no way of doing so is allowed.
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_ADVICE", "0"),
];

/// A repository, or a folder in one.
#[derive(Debug, Clone)]
pub struct Repository {
    folder: PathBuf,
    env: Vec<(&'static str, String)>,
}

impl Repository {
    /// Returns the repository that a folder is in. Paths are relative to that folder, which need not be the top of the working tree.
    pub fn new(folder: &Path, env: &Env) -> Self {
        let kept = KEPT.into_iter().filter_map(|name| Some((name, env.var(name)?.to_owned())));
        let env = kept.chain(FIXED.into_iter().map(|(name, value)| (name, value.to_owned()))).collect();
        Self { folder: folder.to_owned(), env }
    }

    /// Returns the commit that a revision names.
    pub(super) async fn commit(&self, name: &str) -> Result<String, Error> {
        if name.is_empty() || name.starts_with('-') || name.contains(|c: char| c.is_control()) {
            return Err(Error::NotARevision(printable_head(name, SHOWN)));
        }
        let commit = format!("{name}^{{commit}}");
        let output = self.run(&["rev-parse", "--verify", &commit]).await?;
        if output.status.success() {
            let hash = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            let is_hash = matches!(hash.len(), 40 | 64) && hash.bytes().all(|b| b.is_ascii_hexdigit());
            return if is_hash { Ok(hash) } else { Err(Error::Unexpected("a commit's name")) };
        }
        let inside = self.run(&["rev-parse", "--is-shallow-repository"]).await?;
        if !inside.status.success() {
            return Err(Error::Git { doing: "find a repository here", source: said(&inside) });
        }
        let shallow = inside.stdout.starts_with(b"true");
        // `rev-parse` says no more than that it needs a revision.
        let why = self.run(&["cat-file", "-e", name]).await?;
        let source = if why.status.success() || why.stderr.is_empty() { said(&output) } else { said(&why) };
        Err(Error::Missing { name: name.to_owned(), shallow, source })
    }

    /// Lists a commit's files below the folder.
    pub(super) async fn tree(&self, commit: &str) -> Result<Tree, Error> {
        let output = self.capped(&["ls-tree", "-r", "-z", "-l", commit], MOST_LISTED).await?;
        if !output.status.success() {
            return Err(Error::Git { doing: "list the files of a revision", source: said(&output) });
        }
        Tree::read(&output.stdout)
    }

    /// Reads files, each by its object; hands each to somebody in the order in which they are asked for.
    pub(super) async fn blobs(&self, entries: &[&Entry], mut take: impl FnMut(usize, Vec<u8>) -> Result<(), Error>) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut child = self.command(&["cat-file", "--batch"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(Error::NoGit)?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::Unexpected("no pipe to it"));
        };
        let asked: String = entries.iter().flat_map(|entry| [entry.object.as_str(), "\n"]).collect();
        let asking = async move {
            // Whether it listens shows in what it says.
            drop(stdin.write_all(asked.as_bytes()).await);
            drop(stdin);
        };
        let reading = async {
            let mut stdout = BufReader::new(stdout);
            for (index, entry) in entries.iter().enumerate() {
                let mut header = String::new();
                (&mut stdout).take(MOST_SAID).read_line(&mut header).await?;
                if header.trim_end() != format!("{} blob {}", entry.object, entry.size) {
                    let missing = header.trim_end().ends_with(" missing");
                    return Err(Error::Unexpected(if missing {
                        "an object is missing, and is not fetched"
                    } else {
                        "an object of another size"
                    }));
                }
                let size = usize::try_from(entry.size).map_err(|_| Error::Unexpected("an object without end"))?;
                let mut bytes = vec![0; size + 1];
                stdout.read_exact(&mut bytes).await?;
                // A line break follows each.
                bytes.truncate(size);
                take(index, bytes)?;
            }
            Ok(())
        };
        let ((), outcome) = tokio::join!(asking, reading);
        // It ends by itself when nothing more is asked.
        drop(child.wait().await);
        outcome
    }

    /// Reads what links say.
    pub(super) async fn texts(&self, links: Vec<&Entry>) -> Result<BTreeMap<String, String>, Error> {
        let mut texts = BTreeMap::new();
        self.blobs(&links, |index, bytes| {
            // What is no text names no file that could be there.
            texts.insert(links[index].path.clone(), String::from_utf8(bytes).unwrap_or_default());
            Ok(())
        })
        .await?;
        Ok(texts)
    }

    async fn run(&self, arguments: &[&str]) -> Result<Output, Error> {
        self.capped(arguments, MOST_SAID).await
    }

    async fn capped(&self, arguments: &[&str], most: u64) -> Result<Output, Error> {
        let mut child = self.command(arguments).stdin(Stdio::null()).spawn().map_err(Error::NoGit)?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(Error::Unexpected("no pipe to it"));
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let (mut stdout, mut stderr) = (stdout.take(most + 1), stderr.take(MOST_SAID));
        let read = tokio::join!(stdout.read_to_end(&mut out), stderr.read_to_end(&mut err));
        read.0.and(read.1)?;
        if out.len() as u64 > most {
            return Err(Error::TooMuch("more files than can be listed".to_owned()));
        }
        // Who has more to say of what is wrong than is read must not wait for it.
        drop((stdout, stderr));
        let status = child.wait().await?;
        Ok(Output { status, stdout: out, stderr: err })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(["--no-pager", "--literal-pathspecs", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]).args(arguments);
        command.current_dir(&self.folder).env_clear().envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// Returns the first thing that git says is wrong.
fn said(output: &Output) -> Said {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it does not say why");
    Said(printable_head(line.strip_prefix("fatal: ").unwrap_or(line), SHOWN))
}
