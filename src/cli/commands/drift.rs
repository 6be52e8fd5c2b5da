//! `drift`: manifests and org to what changed behind our back. Sends GETs alone.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};

use super::super::args::{Manifests, Network, Review, Secrets};
use super::super::connect::{Connection, Signing, connect};
use super::super::declared::load_for_org;
use super::super::error::CommandError;
use super::super::format::{Lines, ReportFormat};
use super::super::planned::{mode, refuse};
use super::super::watch::Watch;
use super::super::{Context, Exit};
use crate::clock::{Clock as _, SystemClock};
use crate::diagnostic::Diagnostics;
use crate::drift::blame::{self, Detail, Known, LogRead, blame};
use crate::drift::{Items, Mode, Reading};
use crate::graph::graph;
use crate::http;
use crate::observe::{Touches, touches};
use crate::pipeline;
use crate::plan::{Choices, SecretsMode};
use crate::render;
use crate::report::Report;
use crate::scopes::Purpose;

/// Compares the org with the manifests, and says of each difference whether the org was changed or the manifest is newer. Nothing is written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl drift                           ends with 2 if there is any
  idpctl drift --format json
  idpctl drift --format markdown         for an issue or a comment
  idpctl drift --secrets compare         reads client secrets too, which the org logs
  idpctl drift --blame                   names who touched each object, after the org's System Log
  idpctl drift --blame=full              with logins, IP addresses and whole user agents
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
    /// Say who touched what drifted, when and through what, after the org's System Log (scope `okta.logs.read`); with `full` also login and IP
    #[arg(long, value_name = "DETAIL", num_args = 0..=1, require_equals = true, default_missing_value = "plain")]
    blame: Option<BlameDetail>,
    #[command(flatten)]
    review: Review,
    #[command(flatten)]
    watch: Watch,
    /// Choose the form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
}

/// How much is told of who touched something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BlameDetail {
    /// Names and ids
    Plain,
    /// Login, IP address and whole user agent as well
    Full,
}

impl From<BlameDetail> for Detail {
    fn from(detail: BlameDetail) -> Self {
        match detail {
            BlameDetail::Plain => Self::Plain,
            BlameDetail::Full => Self::Full,
        }
    }
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
    if let Some(detail) = args.blame {
        items = blamed(items, detail.into(), &connection).await;
    }
    let reading = Reading { mode: Mode::Full, as_of, requests: connection.requests() };
    items.reading = Some(reading.clone());
    let text = || render::drift::text(&items, printer.data_style());
    let lines = Lines { command: "drift", diagnostics: &Diagnostics::default(), sources: declared.sources() };
    args.format.print(
        printer,
        || Report::from(&items).with_graphs([Some(graph(&declared.desired))]),
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

/// How far back the org keeps its log (okta-api.md, section 9).
const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// By so much the org's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);

/// Says of each item who touched it. That the log cannot be read is told in the report, and changes nothing about how the command ends: what
/// drifted has been found all the same.
async fn blamed(items: Items, detail: Detail, connection: &Connection) -> Items {
    let now = SystemClock.now();
    let since = now.checked_sub(RETENTION).unwrap_or(Timestamp::MIN);
    let read = touches(&connection.log_reader(), &blame::terms(&items), since, now.checked_add(AHEAD).unwrap_or(now)).await;
    let (found, unread) = match read {
        Ok(found) => (found, None),
        Err(error) => (Touches::default(), Some(reason(&error))),
    };
    let log = LogRead { since, unread, cut: found.cut };
    blame(items, &Known { events: &found.events, log: &log, us: connection.client_id(), good: &BTreeMap::new(), detail })
}

/// Returns in one sentence why the log was not read, and what to do about it. What was asked for is long, and known from the items.
fn reason(error: &http::Error) -> String {
    let path = error.request().split('?').next().unwrap_or_default();
    let mut chain = error.to_string().replace(error.request(), path);
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        chain = format!("{chain}: {inner}");
        cause = inner.source();
    }
    let is_refused = error.is_forbidden() || matches!(error.kind(), http::Kind::NotSignedIn(_));
    let advice = if is_refused {
        Some("grant the service app the scope `okta.logs.read`, or use the token of an administrator who may see the System Log")
    } else {
        render::advice(error)
    };
    advice.map_or_else(|| chain.clone(), |advice| format!("{chain}; {advice}"))
}
