//! `diff`: the manifests of two git revisions to what differs between them. Nothing is sent, and no credential is looked at.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::args::{Manifests, Review as Reviewed};
use super::super::declared::{Resolved, read, show};
use super::super::error::CommandError;
use super::super::{Context, Exit};
use crate::desired::Desired;
use crate::diagnostic::{Diagnostics, Sources};
use crate::manifest::{Target, Wish, stays_inside, targets};
use crate::printable::printable;
use crate::render;
use crate::review::{self, Comparison, Presence, Review, Side, TargetReview, review};
use crate::revision::{self, Repository, Revision};
use crate::secrets::key_files;

/// Compares the manifests of two git revisions as `plan` would read them: with variables, defaults and overlays, object by object. It needs
/// no network and no credentials, so it is safe where a pull request comes from a fork; it knows nothing of what is live.
///
/// A field that is declared no longer is released: its live value stays. A document under a new name is recognised by its `client_id` or label.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl diff origin/main                what differs between origin/main and the working tree
  idpctl diff HEAD~1 HEAD --all-targets  what the last commit changed, for every target
  idpctl diff \"$(git merge-base origin/main HEAD)\"
                                         what this branch changed, whatever happened on main since
  idpctl diff origin/main --format markdown --exit-code
                                         for a comment; ends with 2 if there is any difference")]
pub(crate) struct DiffArgs {
    /// The earlier revision: a branch, a tag or a commit
    #[arg(value_name = "BASE")]
    base: String,
    /// The later revision [default: the working tree]
    #[arg(value_name = "HEAD")]
    head: Option<String>,
    #[command(flatten)]
    manifests: Manifests,
    /// Compare for every target that either revision has
    #[arg(long, conflicts_with = "target")]
    all_targets: bool,
    /// End with 2 if there is any difference
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    reviewed: Reviewed,
    /// Choose the form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DiffFormat,
}

/// The form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request: at most 65,000 characters
    Markdown,
}

/// One of the two sides: where its manifests are.
struct Place<'a> {
    root: PathBuf,
    /// Which revision it is; `None` for the working tree.
    revision: Option<&'a Revision>,
}

/// What is wrong on either side.
#[derive(Default)]
struct Faults {
    diagnostics: Diagnostics,
    sources: Sources,
}

/// What one side declares for a target.
struct Declared {
    desired: Desired,
    /// `None` if there are errors.
    target: Option<Target>,
}

/// Runs the command.
pub(crate) async fn run(args: &DiffArgs, context: &Context) -> Result<Exit, CommandError> {
    let DiffArgs { base, head, manifests, all_targets, exit_code, reviewed, format } = args;
    if let Some(path) = manifests.files.iter().find(|path| !stays_inside(path)) {
        let error = CommandError::new(format!("`{}` lies outside of the repository, so no revision has it", printable(path)));
        return Err(error.hint("name files and folders by their paths in the repository"));
    }
    let repository = Repository::new(&context.root, &context.env);
    let base = Revision::open(&repository, base).await.map_err(unavailable)?;
    let head = match head {
        Some(name) => Some(Revision::open(&repository, name).await.map_err(unavailable)?),
        None => None,
    };
    let mut comparison =
        Comparison { base: side(&base, manifests), head: head.as_ref().map(|head| side(head, manifests)), targets: Vec::new() };
    let earlier = Place { root: base.root(), revision: Some(&base) };
    let later = Place { root: head.as_ref().map_or_else(|| context.root.clone(), Revision::root), revision: head.as_ref() };
    let wanted = if *all_targets { every_target(&earlier.root, &later.root) } else { vec![(manifests.target.clone(), Presence::Both)] };
    let mut faults = Faults::default();
    for (name, presence) in wanted {
        let manifests = Manifests { target: name, ..manifests.clone() };
        // A revision from before there were manifests declares nothing, which is no mistake.
        let was_there = presence != Presence::New && !comparison.base.is_empty;
        let before = if was_there { Some(earlier.declared(&manifests, &repository, &mut faults).await?) } else { None };
        let after = if presence == Presence::Gone { None } else { Some(later.declared(&manifests, &repository, &mut faults).await?) };
        comparison.targets.push(compared(presence, before.as_ref(), after.as_ref()));
    }
    show(&faults.diagnostics, &faults.sources, context.printer);
    if faults.diagnostics.has_errors() {
        return Err(CommandError::shown());
    }
    match format {
        DiffFormat::Text => context.printer.data(&render::review::text(&comparison, context.printer.data_style()))?,
        DiffFormat::Json => context.printer.json(&render::review::json(&comparison))?,
        DiffFormat::Markdown => context.printer.data(&render::review::markdown(&comparison))?,
    }
    let refused = reviewed.refusal(comparison.targets.iter().flat_map(|target| &target.review.findings));
    if let Some(why) = &refused {
        context.printer.note(&format!("refused: {why}"));
    }
    Ok(match (refused.is_some(), *exit_code && !comparison.is_empty()) {
        (true, _) => Exit::Refused,
        (false, true) => Exit::Differences,
        (false, false) => Exit::Done,
    })
}

fn side(revision: &Revision, manifests: &Manifests) -> Side {
    let usual = ["manifests".to_owned()];
    let paths = if manifests.files.is_empty() { &usual[..] } else { &manifests.files };
    Side { name: revision.name.clone(), commit: revision.commit.clone(), is_empty: revision.declares_nothing(paths) }
}

fn unavailable(error: revision::Error) -> CommandError {
    let advice = revision::advice(&error);
    advice.into_iter().fold(CommandError::new(error), CommandError::hint)
}

/// Returns every target of either side, by name; where neither names any, the one without a name.
fn every_target(base: &Path, head: &Path) -> Vec<(Option<String>, Presence)> {
    let (base, head): (BTreeSet<_>, BTreeSet<_>) = (targets(base).into_iter().collect(), targets(head).into_iter().collect());
    let presence = |name: &String| match (base.contains(name), head.contains(name)) {
        (false, _) => Presence::New,
        (_, false) => Presence::Gone,
        _ => Presence::Both,
    };
    let named: Vec<_> = base.union(&head).map(|name| (Some(name.clone()), presence(name))).collect();
    if named.is_empty() { vec![(None, Presence::Both)] } else { named }
}

impl Place<'_> {
    /// Reads and resolves what is declared there; what is wrong says which revision it is about.
    async fn declared(&self, manifests: &Manifests, repository: &Repository, faults: &mut Faults) -> Result<Declared, CommandError> {
        let wish = Wish { target: manifests.target.clone(), variables: manifests.variables(), real_org_at_hand: false };
        let read = read(&self.root, manifests, &wish);
        if let Some(revision) = self.revision {
            let files: Vec<_> = key_files(&read.loaded.documents).map(str::to_owned).collect();
            revision.complete(repository, &files).await.map_err(unavailable)?;
        }
        let Resolved { desired, target, sources, diagnostics, .. } = read.resolved();
        let (diagnostics, sources) = match self.revision {
            Some(revision) => {
                let name = printable(&revision.name);
                (diagnostics.of_revision(&name), sources.of_revision(&name))
            }
            None => (diagnostics, sources),
        };
        faults.diagnostics.append(diagnostics);
        faults.sources.append(sources);
        Ok(Declared { desired, target })
    }
}

fn compared(presence: Presence, before: Option<&Declared>, after: Option<&Declared>) -> TargetReview {
    let review = match (before, after) {
        (Some(before), Some(after)) => {
            let mut found = review(&before.desired, &after.desired);
            let places = before.target.as_ref().zip(after.target.as_ref());
            found.settings.extend(places.map(|(before, after)| review::targets(before, after)).unwrap_or_default());
            found
        }
        (None, Some(Declared { desired, .. })) => {
            let nothing = Desired { project: desired.project.clone(), ownership: desired.ownership, ..Desired::default() };
            review(&nothing, desired)
        }
        (_, None) => Review::default(),
    };
    let target = after.or(before).and_then(|declared| declared.target.as_ref());
    let project = target.map(|target| target.project.clone()).unwrap_or_default();
    TargetReview { target: target.and_then(|target| target.name.clone()), project, presence, review }
}
