//! `drift`: manifests and org to what changed behind our back. Sends GETs alone.

use clap::Args;

use super::super::accepting::accept;
use super::super::args::{Manifests, Network, Review, Secrets};
use super::super::connect::{Signing, connect};
use super::super::declared::load_for_org;
use super::super::error::CommandError;
use super::super::format::{Lines, ReportFormat};
use super::super::planned::{mode, refuse};
use super::super::watch::Watch;
use super::super::{Context, Exit};
use crate::clock::{Clock as _, SystemClock};
use crate::diagnostic::Diagnostics;
use crate::drift::{Mode, Reading};
use crate::graph::graph;
use crate::pipeline;
use crate::plan::{Choices, SecretsMode};
use crate::printable::printable;
use crate::render;
use crate::report::Report;
use crate::scopes::Purpose;

/// Compares the org with the manifests, and says of each difference whether the org was changed or the manifest is newer. Nothing is written to the
/// org; to manifests, only what is accepted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl drift                           ends with 2 if there is any
  idpctl drift --format json
  idpctl drift --format markdown         for an issue or a comment
  idpctl drift --secrets compare         reads client secrets too, which the org logs
  idpctl drift --accept App/web          rewrites the manifests to what is live of the app, its comments and order kept
  idpctl drift --accept 'Grant/web/*'    the same of the scopes that were granted or revoked
  idpctl drift --metrics-file /var/lib/node_exporter/idpctl.prom --notify=slack
                                         for a clock: metrics for Prometheus, and a message whenever something is new")]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    manifests: Manifests,
    #[command(flatten)]
    network: Network,
    /// Look at these objects only: KIND/NAME, with globs; repeatable
    #[arg(long, value_name = "PATTERN")]
    select: Vec<String>,
    /// Say whether live client secrets are read and compared; each read is an entry in the org's log
    #[arg(long, value_name = "MODE", default_value = "skip")]
    secrets: Secrets,
    /// Rewrite the manifests to what is live at these addresses and below them, with globs; repeatable. Only what differs is edited, all of it or
    /// nothing, and what is left is reported
    #[arg(long, value_name = "ADDRESS")]
    accept: Vec<String>,
    #[command(flatten)]
    review: Review,
    #[command(flatten)]
    watch: Watch,
    /// Choose the form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
}

/// Runs the command.
pub(crate) async fn run(args: &DriftArgs, context: &Context) -> Result<Exit, CommandError> {
    let printer = context.printer;
    let webhook = args.watch.webhook(context)?;
    let declared = load_for_org(&args.manifests, context)?;
    let connection =
        connect(&declared.target, Signing::For(Purpose::Read, &declared.desired), &args.network, context)?.hiding(declared.at_hand());
    let secrets = mode(Some(args.secrets)).unwrap_or(SecretsMode::Skip);
    let choices = Choices { secrets, select: args.select.clone(), ..Choices::default() };
    let as_of = SystemClock.now();
    let sweep = connection.sweep(&declared, &args.network, context)?;
    let mut observation = pipeline::observe(&declared.desired, &declared.hashes, &choices, sweep, &connection.expected).await?;
    observation.observed.outputs = declared.written();
    let items = pipeline::drift(&declared.desired, &observation.observed, &declared.hashes, &choices);
    let mut items = items.map_err(|error| refuse(error, &declared, printer))?;
    let mut desired = None;
    if !args.accept.is_empty() {
        let done = accept(&args.accept, &args.manifests, &declared, &observation.observed, &choices, context)?;
        (items, desired) = (done.left, Some(done.desired));
        let diff = |style| render::rewritten::text(&done.accepted.files, style);
        if args.format == ReportFormat::Text {
            printer.data(&format!("{}\n", diff(printer.data_style())))?;
        } else {
            printer.note(diff(printer.note_style()).trim_end());
        }
        for (address, what) in &done.accepted.notes {
            printer.note(&printable(&format!("note: {address}: {what}")));
        }
    }
    let reading = Reading { mode: Mode::Full, as_of, requests: connection.requests() };
    items.reading = Some(reading.clone());
    let text = || render::drift::text(&items, printer.data_style());
    let lines = Lines { command: "drift", diagnostics: &Diagnostics::default(), sources: declared.sources() };
    args.format.print(
        printer,
        || Report::from(&items).with_graphs([Some(graph(desired.as_ref().unwrap_or(&declared.desired)))]),
        text,
        || render::drift::json(&items),
        &lines,
    )?;
    args.watch.tell(&items, &reading, declared.target.name.as_deref(), webhook.as_ref(), context).await?;
    let refused = args.review.refusal(&items.findings);
    if let Some(why) = &refused {
        printer.note(&format!("refused: {why}"));
    }
    Ok(match (refused.is_some(), items.items.is_empty()) {
        (true, _) => Exit::Refused,
        (false, false) => Exit::Differences,
        (false, true) => Exit::Done,
    })
}
