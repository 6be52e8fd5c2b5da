//! A git revision to a folder that holds its manifests as they would stand in a working tree, so that they are read as `plan` reads them.
//!
//! Git is asked for objects that it has and for nothing else: it gets no network, no credentials, no hooks, no pager and no lock, and what
//! it says is capped. Nothing that a tree holds is written outside of the folder.

mod checkout;
mod git;
mod tree;

use std::path::Path;

use tempfile::TempDir;

pub use git::Repository;

use tree::Tree;

/// A revision, with its manifests in a folder of its own.
#[derive(Debug)]
pub struct Revision {
    /// As it was asked for.
    pub name: String,
    /// Which commit it is.
    pub commit: String,
    tree: Tree,
    folder: TempDir,
}

impl Revision {
    /// Writes down the project file and every YAML file of a revision, its links, and what they lead to.
    pub async fn open(repository: &Repository, name: &str) -> Result<Self, Error> {
        let commit = repository.commit(name).await?;
        let mut tree = repository.tree(&commit).await?;
        let texts = repository.texts(tree.links()).await?;
        tree.follow(&texts);
        let folder = checkout::folder()?;
        let revision = Self { name: name.to_owned(), commit, tree, folder };
        checkout::write(repository, revision.tree.manifests(), &revision.root()).await?;
        checkout::link(&revision.tree, &texts, &revision.root())?;
        Ok(revision)
    }

    /// Writes down other files that manifests name, where they are there.
    pub async fn complete(&self, repository: &Repository, paths: &[String]) -> Result<(), Error> {
        checkout::write(repository, self.tree.named(paths), &self.root()).await
    }

    /// Returns the folder, which stands for the repository.
    pub fn root(&self) -> std::path::PathBuf {
        self.folder.path().join(checkout::ROOT)
    }

    /// Returns whether it holds neither a project file nor anything below some paths: nothing was declared then.
    pub fn declares_nothing(&self, paths: &[String]) -> bool {
        self.tree.is_without(paths)
    }
}

/// Why a revision cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is written so that git could take it for a flag.
    #[error("`{0}` is not a revision")]
    NotARevision(String),
    /// There is no git.
    #[error("could not run git")]
    NoGit(#[source] std::io::Error),
    /// Git does not know the revision.
    #[error("git has no revision `{name}`")]
    Missing {
        /// The revision.
        name: String,
        /// Whether the clone holds a part of the history alone.
        shallow: bool,
        /// What git says.
        source: Said,
    },
    /// Git could not do something else.
    #[error("git could not {doing}")]
    Git {
        /// What it was to do.
        doing: &'static str,
        /// What it says.
        source: Said,
    },
    /// What git gives back is not in the form that it should have.
    #[error("git gave back something unexpected: {0}")]
    Unexpected(&'static str),
    /// There is more than can be compared.
    #[error("the revision holds {0}")]
    TooMuch(String),
    /// It could not be written down.
    #[error("could not write down the revision's files")]
    Write(#[from] std::io::Error),
}

/// What git says is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Said(pub String);

/// Returns what to do about a missing revision: the command that fetches it.
pub fn advice(error: &Error) -> Option<String> {
    match error {
        Error::NotARevision(_) => Some("name a branch, a tag or a commit, for example `origin/main` or `HEAD~1`".to_owned()),
        Error::NoGit(_) => Some("install git, and make sure that it is found on PATH".to_owned()),
        Error::Missing { name, .. } if name.contains("..") => {
            Some("give the two revisions apart, `idpctl diff BASE HEAD`; for what a branch changed since it began, BASE is what `git merge-base` prints".to_owned())
        }
        Error::Missing { name, shallow, .. } => Some(fetching(name, *shallow)),
        _ => None,
    }
}

fn fetching(name: &str, shallow: bool) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c)) && !name.contains("..");
    let is_hash = name.len() >= 40 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let is_relative = name.contains(['~', '^']);
    if is_relative && !shallow {
        return "check the name: the history has no such commit".to_owned();
    }
    if is_relative {
        return "this clone holds a part of the history alone; fetch more of it\n    git fetch --deepen=50".to_owned();
    }
    let here = if shallow { "this clone holds a part of the history alone; fetch the revision" } else { "fetch the revision" };
    match name.strip_prefix("origin/") {
        _ if !plain => format!("{here}\n    git fetch --depth=1 origin BASE"),
        Some(branch) => format!("{here}\n    git fetch --depth=1 origin {branch}:refs/remotes/origin/{branch}"),
        None if is_hash => format!("{here}\n    git fetch --depth=1 origin {name}"),
        None => format!("{here}, and call it FETCH_HEAD then\n    git fetch --depth=1 origin {name}"),
    }
}

/// Returns whether a path of a tree, as git gives it, can be put below a folder: no step of it leads up, or into what git keeps for itself.
fn is_safe(path: &str) -> bool {
    !path.is_empty()
        && path.split('/').all(|step| !matches!(step, "" | "." | "..") && !step.eq_ignore_ascii_case(".git") && !step.contains('\0'))
}

/// Returns a link's end as a path in the tree; `None` if it leads out of it, or up again after it led down: what is really above the end of
/// another link is not to be told from its text.
fn end_of(link: &str, target: &str) -> Option<String> {
    if target.is_empty() || Path::new(target).is_absolute() || target.contains('\0') {
        return None;
    }
    let mut steps: Vec<&str> = link.split('/').collect();
    steps.pop();
    let mut led_down = false;
    for step in target.split('/').filter(|step| !step.is_empty() && *step != ".") {
        if step != ".." {
            led_down = true;
            steps.push(step);
        } else if led_down || steps.pop().is_none() {
            return None;
        }
    }
    Some(steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_revision_comes_with_the_command_that_fetches_it() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        let told = [("main", false), ("origin/main", true), (hash, true), ("HEAD~3", true), ("HEAD~3", false), ("$(x); y", false)];
        insta::assert_snapshot!(told.map(|(name, shallow)| fetching(name, shallow)).join("\n"), @"
        fetch the revision, and call it FETCH_HEAD then
            git fetch --depth=1 origin main
        this clone holds a part of the history alone; fetch the revision
            git fetch --depth=1 origin main:refs/remotes/origin/main
        this clone holds a part of the history alone; fetch the revision
            git fetch --depth=1 origin 0123456789abcdef0123456789abcdef01234567
        this clone holds a part of the history alone; fetch more of it
            git fetch --deepen=50
        check the name: the history has no such commit
        fetch the revision
            git fetch --depth=1 origin BASE
        ");
    }

    #[test]
    fn no_path_of_a_tree_leads_out_of_the_folder() {
        let paths = ["a/b.yaml", "../a.yaml", "a/../../b", "/etc/a.yaml", "a//b", ".GIT/config", "a/.git/b.yaml", "", "a/./b"];
        assert_eq!(paths.map(is_safe), [true, false, false, false, false, false, false, false, false]);
    }

    #[test]
    fn a_link_ends_inside_or_nowhere() {
        let links = [
            ("m/a.yaml", "../b.yaml"),
            ("a.yaml", "../b.yaml"),
            ("m/n/a", "../.././x/y"),
            ("a", "/etc"),
            ("m/a", "b/../../../c"),
            ("m/a", "b/../c"),
            ("m/a", ".."),
        ];
        let ends = links.map(|(link, target)| end_of(link, target));
        assert_eq!(ends.each_ref().map(Option::as_deref), [Some("b.yaml"), None, Some("x/y"), None, None, None, Some("")]);
    }
}
