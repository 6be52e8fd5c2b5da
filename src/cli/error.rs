//! Every error of every module becomes one: how the command ends, what went wrong with all its causes, and what to do.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt;
use std::io::{self, ErrorKind};

use super::exit::Exit;
use crate::observe;
use crate::printable::printable;
use crate::render::advice;

/// Why a command could not do what it was asked to.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// How the command ends.
    pub(crate) exit: Exit,
    error: Box<dyn StdError + Send + Sync>,
    hints: Vec<String>,
    /// Whether it was shown already, as diagnostics are.
    pub(crate) shown: bool,
}

impl CommandError {
    /// Returns an error that ends the command with status 1.
    pub(crate) fn new(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { exit: Exit::Error, error: error.into(), hints: Vec::new(), shown: false }
    }

    /// Returns a refusal, which ends the command with status 3.
    pub(crate) fn refused(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { exit: Exit::Refused, ..Self::new(error) }
    }

    /// Returns the error of an apply that was left half done, which ends the command with status 4.
    pub(crate) fn incomplete(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { exit: Exit::Incomplete, ..Self::new(error) }
    }

    /// Returns an error that somebody was told of already.
    pub(crate) fn shown() -> Self {
        Self { shown: true, ..Self::new("the manifests have errors") }
    }

    /// Returns the same under a sentence that says what was being done.
    #[must_use]
    pub(crate) fn doing(self, doing: impl Into<String>) -> Self {
        Self { error: Box::new(Doing { doing: doing.into(), source: self.error }), ..self }
    }

    /// Returns the same with something to do about it. A hint of several lines may hold a command, alone on an indented line.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the message, its causes and what to do, as lines for people.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("error: {}", inert(&self.error.to_string()))];
        let mut causes = Vec::new();
        let mut cause = self.error.source();
        while let Some(inner) = cause {
            causes.push(inert(&inner.to_string()));
            cause = inner.source();
        }
        if !causes.is_empty() {
            lines.push("Caused by:".to_owned());
            lines.extend(causes.iter().enumerate().map(|(i, cause)| format!("  {}: {cause}", i + 1)));
        }
        let known = self.hints.is_empty().then(|| remedy(&*self.error)).flatten();
        let hints: Vec<_> = self.hints.iter().map(String::as_str).chain(known).map(|hint| format!("hint: {}", inert(hint))).collect();
        if !hints.is_empty() {
            lines.push(String::new());
        }
        lines.extend(hints);
        lines
    }
}

/// Returns what to do about the system's own error among the causes, where that does not depend on what was being done.
fn remedy(error: &(dyn StdError + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if let Some(system) = inner.downcast_ref::<io::Error>() {
            return match system.kind() {
                ErrorKind::StorageFull => Some("make room on the disk, then run it again"),
                ErrorKind::QuotaExceeded => Some("make room within the disk quota, then run it again"),
                ErrorKind::FileTooLarge => Some("the limit on the size of files is too low: raise it with `ulimit -f`, then run it again"),
                ErrorKind::PermissionDenied => Some("check which user this runs as, and what it may read and write there"),
                ErrorKind::ReadOnlyFilesystem => Some("nothing can be written there: name a place that can be written to"),
                ErrorKind::NotFound => Some("check that the path is right, and that its folder is there"),
                ErrorKind::IsADirectory => Some("name a file: this is a folder"),
                ErrorKind::NotADirectory => Some("check the path: what should be a folder in it is a file"),
                ErrorKind::AlreadyExists => Some("what is there is no folder: name another, or make room for one"),
                ErrorKind::AddrInUse => {
                    Some("something else listens there: end it, or choose another port (`--port 0` takes any that is free)")
                }
                _ => None,
            };
        }
        cause = inner.source();
    }
    None
}

/// Makes text inert but for its line breaks, which are ours: what came from outside was made inert where it entered a message.
fn inert(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// An error below a sentence that says what was being done.
#[derive(Debug)]
struct Doing {
    doing: String,
    source: Box<dyn StdError + Send + Sync>,
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.doing)
    }
}

impl StdError for Doing {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

/// What to do about a run that takes longer than it may.
pub(super) const LONGER: &str = "give it more time with `--timeout 2h`, or a larger share of the rate limits with `--rate-budget`";

impl From<observe::Error> for CommandError {
    fn from(error: observe::Error) -> Self {
        let hints: Vec<_> = match &error {
            observe::Error::WrongPlace { .. } => {
                let hint = "choose the target that belongs to the credentials with `--target`, or set `OKTA_CLIENT_ORGURL` and `OKTA_CLIENT_TOKEN`, or `TYK_PORTAL_URL` and `TYK_PORTAL_TOKEN`, for this one";
                return Self::refused(error).hint(hint);
            }
            observe::Error::TooLong { .. } => {
                return Self::new(error).hint(LONGER);
            }
            observe::Error::Unread { failures, .. } => failures.iter().flat_map(hints).collect(),
        };
        // Ten reads that fail for one reason need its remedy once.
        let once: BTreeSet<_> = hints.iter().copied().collect();
        let in_order = hints.into_iter().filter({
            let mut left = once;
            move |hint| left.remove(hint)
        });
        in_order.fold(Self::new(error), Self::hint)
    }
}

/// Returns what to do about something that could not be read.
fn hints(failure: &observe::Failure) -> Vec<&'static str> {
    let forbidden = failure.source.is_forbidden();
    let about_secrets = matches!(failure.subject, observe::Subject::Secrets { .. });
    let all = forbidden.then_some("see what can be read, and what that is needed for\n    idpctl auth check");
    let fewer = (forbidden && about_secrets).then_some("or do without reading secrets, with `--secrets skip`");
    advice(&failure.source).into_iter().chain(fewer).chain(all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_causes_and_what_to_do() {
        let cause = std::io::Error::other("disk\u{1b}[31m full");
        let error = CommandError::new(cause).doing("could not write `plan.json`").hint("make room, then run\n    idpctl plan");
        insta::assert_snapshot!(error.lines().join("\n"), @r"
        error: could not write `plan.json`
        Caused by:
          1: disk\u{1b}[31m full

        hint: make room, then run
            idpctl plan
        ");
    }

    #[test]
    fn another_org_is_a_refusal() {
        let error = observe::Error::WrongPlace { what: "org_id", expected: "00o1".to_owned(), found: "00o2".to_owned() };
        assert_eq!(CommandError::from(error).exit, Exit::Refused);
    }
}
