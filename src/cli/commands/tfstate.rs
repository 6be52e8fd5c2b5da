//! `export --from-tfstate`: a Terraform state as the choice of what is exported, and what Terraform is told afterwards.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::super::error::CommandError;
use crate::printable::printable;
use crate::terraform::{Error, Fate, MAX_BYTES, Manages, Remark, State, Taken, remarks, removed};

/// Where the `removed` blocks are, below the folder of the export.
pub(super) const REMOVED: &str = "terraform/removed.tf";

/// What is told of a state beside its manifests.
#[derive(Debug)]
pub(super) struct Told {
    /// The `removed` blocks.
    pub(super) removed: Option<String>,
    /// What could not be carried over.
    pub(super) left: Vec<Remark>,
    differs: Vec<Remark>,
    summary: String,
}

/// Reads a state from a file, or from standard input if it is called `-`.
pub(super) fn read(file: &Path) -> Result<State, CommandError> {
    let is_input = file == Path::new("-");
    let shown = if is_input { "standard input".to_owned() } else { format!("`{}`", printable(&file.display().to_string())) };
    let failed = |error: io::Error| CommandError::new(error).doing(format!("could not read {shown}"));
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let read = if is_input {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(failed)?;
    if bytes.len() > MAX_BYTES {
        return Err(refused(Error::TooLarge, &shown));
    }
    // What is no UTF-8 is no JSON either, and is told as such.
    let text = String::from_utf8(bytes).unwrap_or_default();
    let state = State::read(&text).map_err(|error| refused(error, &shown))?;
    if state.resources.iter().all(|resource| resource.manages == Manages::Unknown) {
        let hint =
            "manifests are made of okta_app_oauth, okta_app_oauth_api_scope, okta_app_group_assignment(s) and okta_auth_server* resources";
        return Err(CommandError::new(format!("the state in {shown} has no resource that becomes a manifest")).hint(hint));
    }
    Ok(state)
}

fn refused(error: Error, shown: &str) -> CommandError {
    let hint = match error {
        Error::Encrypted => "OpenTofu writes it in clear with\n    tofu state pull | idpctl export --from-tfstate - --out DIR",
        Error::Version(..4) => "Terraform 0.12 or later brings it up to date with `terraform apply -refresh-only`",
        Error::Version(_) => "it may be from a later Terraform than this version of idpctl knows",
        Error::TooLarge => "name the state of the configuration that manages Okta",
        Error::Unreadable { .. } | Error::NoVersion | Error::Shown => {
            "Terraform writes the state with\n    terraform state pull | idpctl export --from-tfstate - --out DIR"
        }
    };
    CommandError::new(error).doing(format!("could not take {shown}")).hint(hint)
}

/// Says what became of a state; fails if nothing of it is in the org.
pub(super) fn told(state: &State, taken: &[Taken<'_>], org: &str) -> Result<Told, CommandError> {
    let count = |fits: &dyn Fn(&Taken<'_>) -> bool| taken.iter().filter(|one| fits(one)).count();
    let declared = count(&|one| matches!(one.fate, Fate::Declared(_)));
    let by_itself = count(&|one| one.fate == Fate::ByItself);
    let gone = count(&|one| one.fate == Fate::Gone);
    let elsewhere = count(&|one| matches!(one.fate, Fate::Elsewhere(_)));
    let left = elsewhere + count(&|one| matches!(one.fate, Fate::Left(_)));
    let missing = gone + elsewhere;
    let of_org = |one: &Taken<'_>| one.resource.manages.app().is_some() || one.resource.manages.server().is_some();
    if missing > 0 && missing == count(&of_org) {
        let of_what = "the state has of apps and authorization servers";
        let error = format!("nothing of the {missing} resources that {of_what} is in {}", printable(org));
        return Err(
            CommandError::new(error).hint("it is the state of another org: name that one in OKTA_CLIENT_ORGURL, with its credentials")
        );
    }
    let mut summary = format!("\nOf {} in the state, {declared} are declared", counted(taken.len(), "Okta resource"));
    let parts = [(by_itself, "as Okta makes them with their server"), (gone, "not in the org"), (left, "not carried over")];
    for (number, what) in parts.into_iter().filter(|(number, _)| *number > 0) {
        let _ = write!(summary, ", {number} {what}");
    }
    summary.push_str(".\n");
    if state.foreign > 0 {
        let _ = writeln!(summary, "{} of other providers: not looked at.", counted(state.foreign, "resource"));
    }
    let (left, differs) = remarks(taken);
    Ok(Told { removed: removed(taken), left, differs, summary })
}

impl Told {
    /// Adds what has changed, what came of it all, and what is next.
    pub(super) fn say(&self, folder: &Path, text: &mut String) {
        if !self.differs.is_empty() {
            text.push_str("\nOtherwise in the org than in the state; the manifests say what the org has:\n");
            for Remark { what, why } in &self.differs {
                let _ = writeln!(text, "  {}: {}", printable(what), printable(why));
            }
        }
        text.push_str(&self.summary);
        if self.removed.is_some() {
            let folder = folder.display().to_string();
            let _ = writeln!(
                text,
                "\nOnce these are applied, Terraform lets go of it with `{}/{REMOVED}`, which says how.",
                printable(&folder)
            );
        }
    }
}

fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
