//! `drift --accept`: the manifests are rewritten to what is live, in their files, if that is then in sync.

use std::path::Path;

use super::Context;
use super::args::Manifests;
use super::declared::{Declared, Reach, Read, Resolved, read, read_instead, show, wish};
use super::error::CommandError;
use super::planned::refuse;
use super::replace::replace;
use crate::drift::accept::{Accepted, Refusal};
use crate::drift::{Items, What};
use crate::manifest::{Instead, SourceFile, targets};
use crate::observed::{LiveAssignment, LiveGroup, Observed};
use crate::pipeline;
use crate::plan::Choices;
use crate::printable::printable;

/// What was accepted, and what is left.
pub(super) struct Done {
    pub(super) accepted: Accepted,
    /// The drift that is left.
    pub(super) left: Items,
    /// What the manifests declare now.
    pub(super) desired: crate::desired::Desired,
}

/// Rewrites the manifests so that they declare what is live of some addresses. Nothing is written unless all of it can be.
pub(super) fn accept(
    chosen: &[String],
    manifests: &Manifests,
    declared: &Declared,
    observed: &Observed,
    choices: &Choices,
    context: &Context,
) -> Result<Done, CommandError> {
    let wish = wish(manifests, Reach::Org, context);
    let Read { loaded, files } = read(&context.root, manifests, &wish);
    let (texts, project) = (loaded.files.clone(), loaded.project.clone());
    let Resolved { desired, documents, .. } = Read { loaded, files }.resolved();
    if desired != declared.desired {
        return Err(CommandError::new("the manifests were changed while the org was read, and nothing was written").hint("run it again"));
    }
    let written = pipeline::Manifests { desired: &desired, documents: &documents, files: &texts, project: &project };
    let accepted = pipeline::accept(written, observed, &declared.hashes, choices, chosen);
    let accepted = accepted.map_err(|error| refuse(error, declared, context.printer))?.map_err(|refusals| refused(&refusals))?;
    let (left, desired) = checked(&accepted, &texts, manifests, declared, observed, choices, context)?;
    replace(&context.root, &accepted.files)?;
    if targets(&context.root).len() > 1 {
        let target = declared.target.name.as_deref().unwrap_or("default");
        context.printer.note(&format!(
            "note: only the target `{target}` was looked at; `idpctl diff HEAD --all-targets` shows what becomes of the others"
        ));
    }
    Ok(Done { accepted, left, desired })
}

fn refused(refusals: &[Refusal]) -> CommandError {
    let lines = refusals.iter().map(|Refusal { chosen, why }| format!("\n  {}: {}", printable(chosen), printable(why)));
    CommandError::new(format!("what was chosen cannot be accepted, and nothing was written:{}", lines.collect::<String>()))
}

/// Reads the manifests as they will be, and finds what is left of the drift.
fn checked(
    accepted: &Accepted,
    texts: &[SourceFile],
    manifests: &Manifests,
    declared: &Declared,
    observed: &Observed,
    choices: &Choices,
    context: &Context,
) -> Result<(Items, crate::desired::Desired), CommandError> {
    let unchanged = texts.iter().map(|file| (file.name.clone(), Some(file.text.clone())));
    let changed = accepted.files.iter().map(|file| (file.name.clone(), file.after.clone()));
    let instead: Instead = unchanged.chain(changed).collect();
    let wish = wish(manifests, Reach::Org, context);
    let Resolved { desired, sources, diagnostics, .. } = read_instead(&context.root, manifests, &wish, &instead).resolved();
    if diagnostics.has_errors() {
        show(&diagnostics, &sources, context.printer);
        let error = "no manifests say what is live, as the errors above tell of what they would be; nothing was written";
        return Err(CommandError::new(error).hint("accept less, or more, or edit the manifests by hand"));
    }
    let observed = &with_groups(observed);
    let left = pipeline::drift(&desired, observed, &declared.hashes, choices).map_err(|error| match error {
        pipeline::Error::Problems(problems) => {
            show(&problems, &sources, context.printer);
            CommandError::new("the manifests would not fit the org, as the errors above tell; nothing was written")
        }
        error => CommandError::new(error),
    })?;
    let still = left.items.iter().find(|item| {
        let path = if let What::Field { path, .. } = &item.what { Some(path.clone()) } else { None };
        let is_mark = matches!(item.what, What::MarkLost | What::MarkDiffers | What::Copy { .. });
        !is_mark && accepted.items.contains(&(item.address.clone(), path))
    });
    match still {
        Some(item) => {
            let error = format!("{} would still differ from what is live: this is a bug in idpctl; nothing was written", item.address);
            Err(CommandError::new(printable(&error).into_owned()))
        }
        None => Ok((left, desired)),
    }
}

/// Returns the same with the groups of live assignments among the org's groups, of which only those that documents spoke of were looked up.
fn with_groups(observed: &Observed) -> Observed {
    let mut known = observed.clone();
    let group =
        |live: &LiveAssignment| LiveGroup { id: live.group.clone(), name: live.name.clone().unwrap_or_default(), sort: String::new() };
    for group in observed.assignments.values().flatten().map(group) {
        if known.groups.iter().all(|other| other.id != group.id) {
            known.groups.push(group);
        }
    }
    known
}

/// Returns whether a path leads to something inside the repository.
pub(super) fn is_inside(root: &Path, path: &Path) -> bool {
    root.canonicalize().is_ok_and(|root| path.starts_with(root))
}
