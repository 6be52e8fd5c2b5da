//! The one composition of the stages: what the command line, tests and benches run.

use std::collections::BTreeSet;

use tokio::time::Instant;

use crate::bind::{self, bind};
use crate::desired::Desired;
use crate::diagnostic::Diagnostics;
use crate::diff::{self, SecretHashes, diff};
use crate::drift;
use crate::drift::accept::{self, Accepted, Basis, Refusal};
use crate::manifest::{Document, Project, SourceFile};
use crate::observe::{self, Expected, Sweep};
use crate::observed::Observed;
use crate::plan::{self, Choices, Cycle, Plan, SecretsMode};
use crate::program::program;
use crate::secret::SecretRef;
use crate::select::{BadPattern, Select};

/// The org as it was read, and when the reading began.
#[derive(Debug, Clone)]
pub struct Observation {
    /// What was read.
    pub observed: Observed,
    /// When: a list that was read then may lack what was made shortly before.
    pub at: Instant,
}

/// Why no plan came about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Declarations that cannot be matched or carried out.
    #[error("the manifests do not fit the org")]
    Problems(Diagnostics),
    /// `--select` chooses nothing sensible.
    #[error(transparent)]
    Select(#[from] BadPattern),
    /// Actions that wait for each other.
    #[error("this is a bug in idpctl")]
    Cycle(#[from] Cycle),
}

/// Reads of the org what a comparison with the manifests needs. GETs only.
pub async fn observe(
    desired: &Desired,
    hashes: &SecretHashes,
    choices: &Choices,
    sweep: Sweep,
    expected: &Expected,
) -> Result<Observation, observe::Error> {
    let at = Instant::now();
    let mut listed = sweep.list_for(desired, expected).await?;
    if desired.servers.is_empty() && bind::is_between(desired, listed.observed()) {
        listed = listed.with_issuers().await?;
    }
    let resolved: BTreeSet<SecretRef> = hashes.iter().filter(|(_, hash)| hash.is_ok()).map(|(reference, _)| reference.clone()).collect();
    let compared = (choices.secrets == SecretsMode::Compare).then_some(&resolved);
    let details = bind::details(desired, &bind(desired, listed.observed(), &adoptions(choices)), compared);
    Ok(Observation { observed: listed.details(details).await?, at })
}

/// Plans: everything from the two sides to the ordered actions, without any I/O.
pub fn plan(desired: &Desired, observed: &Observed, hashes: &SecretHashes, choices: Choices) -> Result<Plan, Error> {
    let mut bound = bind(desired, observed, &adoptions(&choices));
    let select = Select::new(&choices.select)?;
    let asked =
        diff::Choices { prune: choices.prune, allow_replace: choices.allow_replace.clone(), resend: choices.resend.clone(), select };
    let mut changes = diff(desired, observed, &bound, hashes, &asked);
    let program = program(&changes);
    let mut problems = std::mem::take(&mut bound.problems);
    problems.append(std::mem::take(&mut changes.problems));
    problems.append(program.problems);
    if problems.has_errors() {
        return Err(Error::Problems(problems));
    }
    Ok(plan::plan(program.actions, &changes, &bound, observed, desired, choices)?)
}

/// Finds drift: the comparison that a plan makes, without the actions that would follow.
pub fn drift(desired: &Desired, observed: &Observed, hashes: &SecretHashes, choices: &Choices) -> Result<drift::Items, Error> {
    let mut bound = bind(desired, observed, &adoptions(choices));
    let select = Select::new(&choices.select)?;
    let asked = diff::Choices { prune: false, allow_replace: BTreeSet::new(), resend: BTreeSet::new(), select: select.clone() };
    let mut changes = diff(desired, observed, &bound, hashes, &asked);
    let mut problems = std::mem::take(&mut bound.problems);
    problems.append(std::mem::take(&mut changes.problems));
    if problems.has_errors() {
        return Err(Error::Problems(problems));
    }
    let places = (plan::Org::of(observed), plan::Portal::of(observed));
    Ok(drift::drift(&changes, &bound, &select, desired, places))
}

/// The manifests as they are written, with what they declare.
#[derive(Debug, Clone, Copy)]
pub struct Manifests<'a> {
    /// What they declare.
    pub desired: &'a Desired,
    /// The documents.
    pub documents: &'a [Document],
    /// The files that they and their patches are written in.
    pub files: &'a [SourceFile],
    /// The project.
    pub project: &'a Project,
}

/// Accepts drift: what becomes of the manifests when they declare what is live of some addresses.
pub fn accept(
    manifests: Manifests<'_>,
    observed: &Observed,
    hashes: &SecretHashes,
    choices: &Choices,
    chosen: &[String],
) -> Result<Result<Accepted, Vec<Refusal>>, Error> {
    let Manifests { desired, documents, files, project } = manifests;
    let items = drift(desired, observed, hashes, choices)?;
    let bound = bind(desired, observed, &adoptions(choices));
    let select = Select::new(&choices.select)?;
    let asked = diff::Choices { prune: false, allow_replace: BTreeSet::new(), resend: BTreeSet::new(), select };
    let changes = diff(desired, observed, &bound, hashes, &asked);
    let basis = Basis { desired, observed, bound: &bound, changes: &changes, items: &items, documents, files, project };
    Ok(accept::accept(chosen, &basis))
}

/// Returns which documents may be matched by label.
pub fn adoptions(choices: &Choices) -> bind::Choices {
    bind::Choices { adopt: choices.adopt.clone() }
}
