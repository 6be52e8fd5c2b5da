//! From manifests to a plan: what `plan` and `apply` have in common.

use super::Context;
use super::args::{Manifests, Network, Planning, Secrets};
use super::connect::{Connection, Signing, connect};
use super::declared::{Declared, load_for_org};
use super::error::CommandError;
use super::printer::Printer;
use crate::pipeline::{self, Observation};
use crate::plan::{Choices, Plan, SecretsMode};
use crate::scopes::Purpose;

/// A plan and everything that it was made from.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) declared: Declared,
    pub(super) connection: Connection,
    pub(super) observation: Observation,
}

/// Returns the choices that the command line makes.
pub(super) fn choices(manifests: &Manifests, planning: &Planning) -> Choices {
    let Planning { select, prune, secrets, max_deletes, allow_replace, allow_own_app, adopt, resend, review } = planning.clone();
    Choices {
        target: manifests.target.clone(),
        vars: manifests.variables(),
        prune,
        secrets: mode(secrets).unwrap_or_default(),
        resend: resend.into_iter().collect(),
        select,
        adopt: adopt.into_iter().collect(),
        allow_replace: allow_replace.into_iter().collect(),
        max_deletes,
        allow_own_app,
        fail_on: review.fail_on(),
        ..Choices::default()
    }
}

/// Returns what `--secrets` says.
pub(super) fn mode(secrets: Option<Secrets>) -> Option<SecretsMode> {
    secrets.map(|secrets| match secrets {
        Secrets::Compare => SecretsMode::Compare,
        Secrets::Skip => SecretsMode::Skip,
    })
}

/// Reads the manifests and the org, and plans.
pub(super) async fn planned(
    manifests: &Manifests,
    network: &Network,
    choices: Choices,
    purpose: Purpose,
    context: &Context,
) -> Result<Planned, CommandError> {
    let declared = load_for_org(manifests, context)?;
    let connection = connect(&declared.target, Signing::For(purpose, &declared.desired), network, context)?.hiding(declared.at_hand());
    let own_client = connection.client_id().map(str::to_owned);
    let choices = Choices { target: declared.target.name.clone(), own_client, ..choices };
    let sweep = connection.sweep(&declared, network, context)?;
    let mut observation = pipeline::observe(&declared.desired, &declared.hashes, &choices, sweep, &connection.expected).await?;
    observation.observed.outputs = declared.written();
    let plan = pipeline::plan(&declared.desired, &observation.observed, &declared.hashes, choices);
    let plan = plan.map_err(|error| refuse(error, &declared, context.printer))?;
    Ok(Planned { plan, declared, connection, observation })
}

/// Shows why there is no plan.
pub(super) fn refuse(error: pipeline::Error, declared: &Declared, printer: Printer) -> CommandError {
    match error {
        pipeline::Error::Problems(problems) => declared.refuse(&problems, printer),
        error => CommandError::new(error),
    }
}
