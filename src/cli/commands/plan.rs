//! `plan`: manifests and org to what would change. Sends GETs alone.

use std::path::PathBuf;

use clap::Args;

use super::super::args::{Manifests, Network, Planning};
use super::super::error::CommandError;
use super::super::file::write_file;
use super::super::format::{Lines, ReportFormat};
use super::super::planned::{Planned, choices, planned};
use super::super::{Context, Exit};
use crate::diagnostic::Diagnostics;
use crate::graph::graph;
use crate::plan::{Plan, write};
use crate::printable::printable;
use crate::render::{self, Style};
use crate::report::Report;
use crate::scopes::Purpose;

/// Reads the manifests and the org, and shows what `apply` would change, field by field. Nothing is written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl plan
  idpctl plan --prune --select 'App/web-*'
  idpctl plan --out plan.json            then, once approved: idpctl apply plan.json
  idpctl plan --detailed-exitcode        ends with 2 if there is anything to do
  idpctl plan --requests                 shows every request that would be sent
  idpctl plan --format markdown          for a comment on a pull request
  idpctl plan --format html > plan.html  to be read in a browser")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    manifests: Manifests,
    #[command(flatten)]
    planning: Planning,
    #[command(flatten)]
    network: Network,
    /// Save the plan, so that `apply FILE` does exactly this or refuses; it holds no secret
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// End with 2 if there is anything to do
    #[arg(long)]
    detailed_exitcode: bool,
    /// Show every request, and what must hold for it to be sent
    #[arg(long)]
    requests: bool,
    /// Choose the form of the plan
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
}

/// Runs the command.
pub(crate) async fn run(args: &PlanArgs, context: &Context) -> Result<Exit, CommandError> {
    let Planned { plan, declared, .. } =
        planned(&args.manifests, &args.network, choices(&args.manifests, &args.planning), Purpose::Read, context).await?;
    let style = Style { requests: args.requests, ..context.printer.data_style() };
    let text = || render::plan::text(&plan, style);
    let lines = Lines { command: "plan", diagnostics: &Diagnostics::default(), sources: declared.sources() };
    args.format.print(
        context.printer,
        || Report::from(&plan).with_graphs([Some(graph(&declared.desired))]),
        text,
        || render::plan::json(&plan),
        &lines,
    )?;
    // Only now: what nobody could see is not to be approved.
    if let Some(path) = &args.out {
        write_file(path, &write(&plan))?;
    }
    if let Some(path) = args.out.as_ref().filter(|_| plan.guards.is_empty() && !plan.is_empty()) {
        let path = printable(&path.display().to_string()).into_owned();
        let flags = plan.choices.guard_flags();
        let flags = printable(&flags);
        context
            .printer
            .note(&format!("The plan is saved. To apply it, or be refused if it no longer fits:\n    idpctl apply {path}{flags}"));
    }
    for why in declared.missing(plan.secrets_needed()) {
        context.printer.note(&format!("warning: `apply` will need a secret that cannot be had here: {}", printable(&why)));
    }
    let exit = exit(&plan, args.detailed_exitcode);
    // The process is about to end: to take thousands of trees apart piece by piece before would be a tenth of its work.
    std::mem::forget((plan, declared.desired));
    Ok(exit)
}

fn exit(plan: &Plan, detailed: bool) -> Exit {
    match (plan.guards.is_empty(), plan.is_empty()) {
        (false, _) => Exit::Refused,
        (true, false) if detailed => Exit::Differences,
        (true, _) => Exit::Done,
    }
}
