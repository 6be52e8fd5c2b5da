//! `apply`: a plan to its outcomes. The only command that changes anything.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::super::args::{Format, Manifests, Network, Planning};
use super::super::connect::Connection;
use super::super::declared::Declared;
use super::super::error::{CommandError, LONGER};
use super::super::journal::FileJournal;
use super::super::planned::{Planned, choices, planned};
use super::super::printer::Printer;
use super::super::verified::tried_after;
use super::super::{Context, Exit};
use crate::apply::{Options, Outcome, Report, apply, forecast};
use crate::clock::SystemClock;
use crate::desired::{self, Desired};
use crate::observed::Written;
use crate::plan::{Choices, Plan, SecretsMode, approve, read};
use crate::printable::printable;
use crate::render;
use crate::scopes::Purpose;
use crate::secret::SecretRef;
use crate::verify;

/// A wait shorter than this is not worth a word.
const WORTH_SAYING: Duration = Duration::from_secs(10);
/// What a saved plan decides; none of it can be given along with one. The flags that get past a guard can, and must be.
const CHOICES: [&str; 6] = ["target", "vars", "select", "prune", "secrets", "resend"];

/// Reads the manifests and the org, shows what would change, asks, and changes it. With a saved plan it does exactly what that plan says, or refuses.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl apply                           shows the plan and asks
  idpctl apply --auto-approve            for pipelines that approved otherwise
  idpctl plan --out plan.json            and, once approved:
  idpctl apply plan.json

Without a terminal to ask at, `apply` needs --auto-approve or a saved plan.

With --verify the clients that were changed, or are served by what was changed, must get what they are
promised (`idpctl verify --help`). If one does not, or cannot be tried with what a manifest names for it,
the exit status is 4.")]
pub(crate) struct ApplyArgs {
    /// Do what this saved plan says, with the choices that it was made with
    #[arg(value_name = "PLAN", conflicts_with_all = CHOICES)]
    plan: Option<PathBuf>,
    #[command(flatten)]
    manifests: Manifests,
    #[command(flatten)]
    planning: Planning,
    #[command(flatten)]
    network: Network,
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
    /// Then obtain the tokens that what was changed promises to clients, and check them
    #[arg(long)]
    verify: bool,
    /// Make an object only if it has been missing for this many seconds, because the org's lists lag [default: 3, on this machine 0]
    #[arg(long, value_name = "SECONDS")]
    settle: Option<u64>,
    /// Choose the form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &ApplyArgs, context: &Context) -> Result<Exit, CommandError> {
    let printer = context.printer;
    if args.plan.is_none() && !args.auto_approve && !printer.can_ask() {
        let error = CommandError::new("there is nobody to ask whether the plan may be applied");
        return Err(error.hint("approve a saved plan\n    idpctl plan --out plan.json\n    idpctl apply plan.json\n  or say that none is needed, with `--auto-approve`"));
    }
    let approved = args.plan.as_deref().map(saved).transpose()?;
    let (manifests, choices) = match &approved {
        None => (args.manifests.clone(), choices(&args.manifests, &args.planning)),
        Some(plan) => {
            let Choices { adopt, allow_replace, max_deletes, allow_own_app, fail_on, .. } = choices(&args.manifests, &args.planning);
            // The stricter of the two: a file that was edited cannot allow more than the command line does.
            let fail_on = [fail_on, plan.choices.fail_on].into_iter().flatten().min();
            let choices = Choices { adopt, allow_replace, max_deletes, allow_own_app, fail_on, ..plan.choices.clone() };
            let vars = choices.vars.clone().into_iter().collect();
            (Manifests { target: choices.target.clone(), vars, ..args.manifests.clone() }, choices)
        }
    };
    let planned = planned(&manifests, &args.network, choices, Purpose::Write, context).await?;
    match &approved {
        Some(approved) => compare(&planned.plan, approved)?,
        None => show(&planned.plan, args.format, printer)?,
    }
    refuse_guarded(&planned.plan)?;
    if !planned.plan.is_empty() && approved.is_none() && !args.auto_approve && !asked(printer)? {
        printer.note("Nothing was changed.");
        return Ok(Exit::Done);
    }
    carry_out(planned, args, context).await
}

async fn carry_out(planned: Planned, args: &ApplyArgs, context: &Context) -> Result<Exit, CommandError> {
    let Planned { plan, declared, connection, observation } = planned;
    let secrets = declared.values(needed(&plan, &declared.desired))?;
    must_be_writable(&plan, &declared)?;
    in_time(&plan, &connection, args, context.printer)?;
    let (interrupt, stop) = watch::channel(false);
    let signals = Signals::both()?;
    let report = if plan.is_empty() {
        Report::default()
    } else {
        let options = Options {
            parallelism: args.network.parallelism,
            settle: args.settle.map_or(connection.settle, Duration::from_secs),
            observed_at: observation.at,
            stop,
            outputs: declared.outputs.clone(),
            journal: Arc::new(FileJournal::begin(&context.root, SystemClock, context.printer)),
        };
        tokio::select! {
            report = apply(&plan, connection.writer(), secrets, options) => report,
            stopped = interrupted(signals, &interrupt, context.printer) => return Err(stopped),
        }
    };
    let exit = match (report.is_complete(), report.is_refused()) {
        (true, _) => Exit::Done,
        (false, true) => Exit::Refused,
        (false, false) => Exit::Incomplete,
    };
    let printer = context.printer;
    let untold = |mut error: CommandError| {
        // What was done must be told, if not where it was asked for.
        printer.note(&render::outcomes::text(&plan, &report, printer.note_style()));
        error.exit = if exit == Exit::Done { error.exit } else { exit };
        error.hint("the outcomes stand above instead")
    };
    if args.format == Format::Text {
        tell(&plan, &report, args.plan.is_some(), printer).map_err(untold)?;
    }
    let verified =
        if args.verify && report.is_complete() { verified(&report, &declared, &connection, args, context).await } else { Ok(None) };
    match (args.format, &verified) {
        (Format::Text, Ok(Some(verified))) => printer.data(&format!("\n{}", render::verify::text(verified, printer.data_style())))?,
        (Format::Text, _) => {}
        // Standard output holds one document.
        (Format::Json, verified) => {
            let mut tree = render::outcomes::json(&plan, &report);
            if let Ok(Some(verified)) = verified {
                tree["verification"] = render::verify::json(&plan.project, verified);
            }
            printer.json(&tree).map_err(untold)?;
        }
    }
    Ok(if verified?.is_some_and(|verified| !verified.is_verified()) { Exit::Incomplete } else { exit })
}

/// Tries what was changed; nothing if nothing was.
async fn verified(
    report: &Report,
    declared: &Declared,
    connection: &Connection,
    args: &ApplyArgs,
    context: &Context,
) -> Result<Option<verify::Report>, CommandError> {
    let applied = report.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Applied));
    let changed: BTreeSet<_> = applied.map(|(address, _)| address.top()).collect();
    if changed.is_empty() {
        context.printer.note("Nothing was changed, so there is nothing to verify; `idpctl verify` verifies everything.");
        return Ok(None);
    }
    // The signals were taken over: without somebody who hears them the process could not be stopped.
    let mut signals = Signals::both()?;
    let secret_dir = args.manifests.secret_dir.as_deref();
    let tried = tokio::select! {
        tried = tried_after(&changed, declared, connection, &args.network, secret_dir, context) => tried,
        () = signals.next() => Err(CommandError::new("stopped before everything was tried")),
    };
    tried.map(Some).map_err(|error| {
        let mut error = error.doing("everything was applied, and it could not be verified");
        error.exit = Exit::Incomplete;
        error.hint("try again what is left to do\n    idpctl verify")
    })
}

/// Tells the outcomes as text.
fn tell(plan: &Plan, report: &Report, is_saved: bool, printer: Printer) -> Result<(), CommandError> {
    // The plan that was shown has said so.
    if plan.is_empty() && !is_saved {
        return Ok(());
    }
    let gap = if is_saved { "" } else { "\n" };
    printer.data(&format!("{gap}{}", render::outcomes::text(plan, report, printer.data_style())))
}

/// Refuses to begin while a file cannot be used that the secret of a client goes to, or that nobody could look for.
fn must_be_writable(plan: &Plan, declared: &Declared) -> Result<(), CommandError> {
    let open = |client: &&desired::Client| plan.not_compared.iter().any(|note| note.address == client.secret());
    let unseen = declared.desired.clients.iter().filter(open).filter_map(|client| client.output.as_ref());
    let files: BTreeSet<&str> = unseen.map(|output| output.file.as_str()).chain(plan.outputs()).collect();
    let unusable = files.into_iter().filter_map(|file| match declared.outputs.look(file) {
        Written::Unusable(why) => Some(format!("`{}`: {why}", printable(file))),
        Written::There | Written::Missing => None,
    });
    let unusable: Vec<_> = unusable.collect();
    if unusable.is_empty() {
        return Ok(());
    }
    let error = format!("nothing was changed, because files for the secrets of clients cannot be used: {}", unusable.join("; "));
    Err(CommandError::new(error).hint(
        "name the folder that they go to
    --secret-dir DIR",
    ))
}

/// Says how long a plan takes if that is long; refuses to begin what cannot end in time.
fn in_time(plan: &Plan, connection: &Connection, args: &ApplyArgs, printer: Printer) -> Result<(), CommandError> {
    let takes = forecast(plan, connection.reader().governor());
    let minutes = |time: Duration| time.as_secs().div_ceil(60);
    if takes > args.network.timeout {
        let error = format!(
            "nothing was changed: the plan takes about {} min within the rate budget, and `--timeout` allows {} min",
            minutes(takes),
            minutes(args.network.timeout)
        );
        return Err(CommandError::new(error).hint(LONGER));
    }
    if takes >= WORTH_SAYING {
        printer.note(&format!("The rate limits make this take about {} min.", minutes(takes)));
    }
    Ok(())
}

/// The signals that ask to stop: Ctrl-C, and what a system or a pipeline sends before it kills.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn both() -> Result<Self, CommandError> {
        Ok(Self { interrupt: heard(SignalKind::interrupt())?, terminate: heard(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Takes a signal over: it ends the process no more.
fn heard(kind: SignalKind) -> Result<Signal, CommandError> {
    signal(kind).map_err(|error| CommandError::new(error).doing("could not listen for Ctrl-C"))
}

/// Waits to be interrupted. The first time, what is in flight is finished and nothing more is started; the second time it returns.
async fn interrupted(mut signals: Signals, stop: &watch::Sender<bool>, printer: Printer) -> CommandError {
    signals.next().await;
    printer.note("Interrupted: what is in flight is finished, and nothing more is started. Once more stops at once.");
    stop.send_replace(true);
    signals.next().await;
    CommandError::incomplete("stopped with requests in flight")
        .hint("look what is left to do; what was done is not done again\n    idpctl plan")
}

/// Returns the secrets whose values must be at hand: those that the plan sends, and those that could not be compared for want of a
/// value, without which nobody could say that the org is as declared.
fn needed(plan: &Plan, desired: &Desired) -> BTreeSet<SecretRef> {
    let compared = plan.choices.secrets == SecretsMode::Compare;
    let open = |secret: &&desired::Secret| compared && plan.not_compared.iter().any(|note| note.address == secret.address);
    let secrets = desired.apps.iter().flat_map(|app| app.secrets.iter().flatten());
    secrets.filter(open).map(|secret| secret.reference.clone()).chain(plan.secrets_needed()).collect()
}

/// Reads a saved plan. One that cannot be used is refused.
fn saved(path: &Path) -> Result<Plan, CommandError> {
    let shown = printable(&path.display().to_string()).into_owned();
    let text = fs::read_to_string(path).map_err(|error| CommandError::new(error).doing(format!("could not read the plan `{shown}`")))?;
    read(&text).map_err(|error| CommandError::refused(error).doing(format!("the plan `{shown}` cannot be applied")))
}

/// Refuses unless everything that would be done was approved.
fn compare(fresh: &Plan, approved: &Plan) -> Result<(), CommandError> {
    let mismatches = approve(fresh, approved);
    if mismatches.is_empty() {
        return Ok(());
    }
    let lines = mismatches.iter().map(|mismatch| match &mismatch.address {
        Some(address) => format!("\n  {}: {}", printable(&address.to_string()), printable(&mismatch.what)),
        None => format!("\n  {}", printable(&mismatch.what)),
    });
    let error = format!("the plan no longer fits, and nothing was changed:{}", lines.collect::<String>());
    Err(CommandError::refused(error).hint("look at what would be done now, and have it approved\n    idpctl plan --out plan.json"))
}

fn refuse_guarded(plan: &Plan) -> Result<(), CommandError> {
    if plan.guards.is_empty() {
        return Ok(());
    }
    let reasons = plan.guards.iter().map(|guard| {
        let about = guard.address.as_ref().map(|address| format!("{}: ", printable(&address.to_string()))).unwrap_or_default();
        let flag = guard.flag.as_deref().map(|flag| format!("\n      {}", printable(flag))).unwrap_or_default();
        format!("\n  {about}{}{flag}", printable(&guard.why))
    });
    Err(CommandError::refused(format!("the plan is refused, and nothing was changed:{}", reasons.collect::<String>())))
}

fn show(plan: &Plan, format: Format, printer: Printer) -> Result<(), CommandError> {
    match format {
        // Standard output holds one JSON document: the report.
        Format::Json => printer.note(&render::plan::text(plan, printer.note_style())),
        Format::Text => printer.data(&render::plan::text(plan, printer.data_style()))?,
    }
    Ok(())
}

fn asked(printer: Printer) -> Result<bool, CommandError> {
    if !printer.can_ask() {
        return Ok(false);
    }
    let question = dialoguer::Confirm::new().with_prompt("Apply this plan?").default(false);
    // From here on Ctrl-C is a no: ended by it in the midst of the question, the process would leave a terminal without a cursor.
    let heard = heard(SignalKind::interrupt())?;
    let answer = question.interact_opt();
    drop(heard);
    match answer {
        Ok(answer) => Ok(answer.unwrap_or(false)),
        Err(dialoguer::Error::IO(error)) if error.kind() == io::ErrorKind::Interrupted => {
            drop(dialoguer::console::Term::stderr().show_cursor());
            printer.note("\n");
            Ok(false)
        }
        Err(error) => Err(CommandError::new(error).doing("could not ask")),
    }
}
