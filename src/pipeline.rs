//! The one composition of the stages: what the command line, tests and benches run.

use std::collections::BTreeSet;
use std::io;

use tokio::time::Instant;

use crate::address::{Kind, System};
use crate::bind::{self, Bound, Details, bind};
use crate::desired::Desired;
use crate::diagnostic::Diagnostics;
use crate::diff::{self, SecretHashes, diff};
use crate::drift;
use crate::drift::accept::{self, Accepted, Basis, Refusal};
use crate::export::{self, Export, Repository, Sides};
use crate::manifest::{Document, Project, SourceFile};
use crate::observe::{self, Because, Begun, Expected, Incremental, Listed, Sweep};
use crate::observed::{Id, Observed};
use crate::plan::{self, Choices, Cycle, Plan, SecretsMode};
use crate::program::program;
use crate::secret::SecretRef;
use crate::select::{BadPattern, Select};
use crate::terraform::{self, State, Taken};

/// The org as it was read, and when the reading began.
#[derive(Debug, Clone)]
pub struct Observation {
    /// What was read.
    pub observed: Observed,
    /// When: a list that was read then may lack what was made shortly before.
    pub at: Instant,
}

/// An org of which only what has changed was read, if that could be told.
#[derive(Debug)]
pub struct Watched {
    /// The org.
    pub observation: Observation,
    /// How it was read.
    pub mode: drift::Mode,
    /// Why everything was read, if it was.
    pub because: Option<Because>,
    /// Why it is not kept for the next time, if it should have been.
    pub unkept: Option<io::Error>,
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
    let listed = sweep.list_for(desired, expected).await?;
    let (observed, _) = in_detail(listed, desired, hashes, choices).await?;
    Ok(Observation { observed, at })
}

/// Reads of the org what has changed since it was read last, by what the System Log shows, and all of it where that cannot be told. What comes
/// of it is the same.
pub async fn observe_again(
    desired: &Desired,
    hashes: &SecretHashes,
    choices: &Choices,
    sweep: Sweep,
    expected: &Expected,
    how: Incremental<'_>,
) -> Result<Watched, observe::Error> {
    let at = Instant::now();
    let Begun { org, base, next } = sweep.begin(desired, expected, how, choices.secrets == SecretsMode::Compare).await?;
    let (listed, mode, because) = match (base, org.clone()) {
        (Ok(base), Some(org)) => {
            let mode = drift::Mode::Incremental { touched: base.touched(), swept: base.swept() };
            (sweep.list_again(desired, expected, org, base).await?, mode, None)
        }
        (base, known) => {
            let because = base.err();
            let denied = matches!(because, Some(Because::Denied { .. }));
            let sweep = if denied { Sweep { reader: how.unlogged.clone(), ..sweep } } else { sweep };
            (sweep.list_known(desired, expected, known).await?, drift::Mode::Full, because)
        }
    };
    let (observed, needs) = in_detail(listed, desired, hashes, choices).await?;
    let kept = next.and_then(|next| next.kept(desired, &observed, &needs));
    let unkept = org.zip(kept).and_then(|(org, kept)| how.keep.put(&org, &kept).err());
    Ok(Watched { observation: Observation { observed, at }, mode, because, unkept })
}

/// Reads the details of a listed org that a comparison needs, and returns which these are.
async fn in_detail(
    mut listed: Listed,
    desired: &Desired,
    hashes: &SecretHashes,
    choices: &Choices,
) -> Result<(Observed, Details), observe::Error> {
    if desired.servers.is_empty() && bind::is_between(desired, listed.observed()) {
        listed = listed.with_issuers().await?;
    }
    let resolved: BTreeSet<SecretRef> = hashes.iter().filter(|(_, hash)| hash.is_ok()).map(|(reference, _)| reference.clone()).collect();
    let compared = (choices.secrets == SecretsMode::Compare).then_some(&resolved);
    let details = bind::details(desired, &bind(desired, listed.observed(), &adoptions(choices)), compared);
    let observed = listed.details(details.clone()).await?;
    Ok((observed, details))
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

/// Reads what an export of some choice is made from, beside what is declared already. GETs only; secrets only if asked for.
pub async fn observe_for_export(
    repository: &Repository<'_>,
    desired: &Desired,
    choice: &export::Choice,
    secrets: bool,
    sweep: Sweep,
    expected: &Expected,
) -> Result<Observed, observe::Error> {
    let okta = sweep.systems.contains(&System::Okta);
    let [app, credentials, grant, groups, client, server] =
        [Kind::App, Kind::ClientCredentials, Kind::Grant, Kind::GroupAssignment, Kind::Client, Kind::AuthorizationServer]
            .map(|kind| okta && choice.speaks_of(kind));
    // Policies of authorization servers are for clients of apps.
    let apps = app || credentials || grant || groups || server;
    let again = sweep.clone();
    let mut listed = if apps { sweep.list(expected).await? } else { sweep.list_without_apps(expected).await? };
    // An app may be declared as the client that it is.
    if client || (apps && !desired.clients.is_empty()) {
        listed = listed.with_all_clients().await?;
    }
    if server {
        listed = listed.with_any_servers().await?;
    }
    let details = export::details(sides(listed.observed(), desired, repository, &recognised(listed.observed(), desired)), choice, secrets);
    let observed = listed.details(details).await?;
    let details = export::further_details(&observed);
    if details == bind::Details::default() { Ok(observed) } else { Listed::resumed(again, observed).details(details).await }
}

/// Makes documents of what was read, beside those that are there already.
pub fn export(observed: &Observed, desired: &Desired, repository: &Repository<'_>, choice: &export::Choice) -> Export {
    export::export(sides(observed, desired, repository, &recognised(observed, desired)), repository, choice)
}

/// Returns the id of the built-in authorization server, if the org has one.
pub async fn default_server(sweep: Sweep, expected: &Expected) -> Result<Option<Id>, observe::Error> {
    let listed = sweep.list_without_apps(expected).await?.with_any_servers().await?;
    Ok(listed.observed().servers.listed.iter().find(|server| server.own).map(|server| server.id.clone()))
}

/// Reads what a Terraform state speaks of and an export did not need, because manifests declare it already. GETs only.
pub async fn observe_for_state(state: &State, sweep: Sweep, observed: Observed) -> Result<Observed, observe::Error> {
    let again = sweep.clone();
    let observed = Listed::resumed(sweep, observed.clone()).details(terraform::details(state, &observed)).await?;
    let details = terraform::further_details(state, &observed);
    if details == bind::Details::default() { Ok(observed) } else { Listed::resumed(again, observed).details(details).await }
}

/// Says what became of the resources of a Terraform state, once what was exported stands beside the manifests that are there.
pub fn taken<'s>(state: &'s State, observed: &Observed, repository: &Repository<'_>, export: &Export) -> Vec<Taken<'s>> {
    let desired = export::together(repository, &export.documents);
    terraform::taken(state, observed, &recognised(observed, &desired))
}

fn recognised<'a>(observed: &'a Observed, desired: &'a Desired) -> Bound<'a> {
    bind(desired, observed, &export::recognising(desired))
}

fn sides<'a>(observed: &'a Observed, desired: &'a Desired, repository: &Repository<'a>, bound: &'a Bound<'a>) -> Sides<'a> {
    Sides { observed, desired, bound, documents: repository.documents }
}

/// Returns which documents may be matched by label.
pub fn adoptions(choices: &Choices) -> bind::Choices {
    bind::Choices { adopt: choices.adopt.clone() }
}
