//! The command line: arguments to one command, its result to an exit status.
//!
//! Everything that touches the process (its arguments, environment, streams) is here; what is below gets it handed in.

mod args;
mod commands;
mod connect;
mod declared;
mod error;
mod exit;
mod file;
mod format;
mod journal;
mod okta_yaml;
mod planned;
mod printer;
mod progress;
mod trace;
mod verified;
mod waiting;
mod watch;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use anstream::ColorChoice;
use clap::Parser as _;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

pub use exit::Exit;

use args::{Cli, Color, Command, Global};
use error::CommandError;
use printer::Printer;

use crate::env::Env;
use crate::observe::Progress;

/// What every command can rely on.
struct Context {
    printer: Printer,
    env: Env,
    /// The repository: where `idpctl.yaml` is looked for.
    root: PathBuf,
    verbose: bool,
}

impl Context {
    /// Returns who shows how far the reading has come.
    fn progress(&self) -> Arc<dyn Progress> {
        // A bar and log lines would draw over each other.
        if self.printer.is_watched() && !self.verbose {
            Arc::new(progress::Bar::new())
        } else {
            Arc::new(progress::Lines::new(self.printer))
        }
    }
}

/// Runs the command that some arguments ask for, and returns how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>, env: Env) -> Exit {
    let runtime = started();
    let Cli { global, command } = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let Global { color, verbose, log_format } = global;
    let choice = match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::AlwaysAnsi,
        Color::Never => ColorChoice::Never,
    };
    let printer = Printer::new(choice);
    trace::start(verbose, log_format);
    let context = Context { printer, env, root: PathBuf::from("."), verbose: verbose > 0 };
    let done = runtime.and_then(|runtime| {
        here()?;
        over(runtime, |runtime| dispatch(command, runtime, &context))
    });
    done.unwrap_or_else(|error| {
        printer.error(&error);
        error.exit
    })
}

/// The signal that a process is sent when a file would become longer than `ulimit -f` allows: the same number on Linux and macOS.
const FILE_TOO_LARGE: SignalKind = SignalKind::from_raw(25);

/// Starts what commands run on. From here on a write beyond the limit on the size of files is an error that can be told, where it would
/// otherwise end the process on the spot.
fn started() -> Result<Runtime, CommandError> {
    let failed = |error| CommandError::new(error).doing("could not start");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let entered = runtime.enter();
    drop(signal(FILE_TOO_LARGE).map_err(failed)?);
    drop(entered);
    Ok(runtime)
}

/// Does something on a runtime, and leaves it when that is over.
fn over<T>(runtime: Runtime, work: impl FnOnce(&Runtime) -> T) -> T {
    let outcome = work(&runtime);
    // A host's name may still be looked up, which nothing can stop: nobody waits for that when the command is over.
    runtime.shutdown_background();
    outcome
}

/// Makes sure that there is a working directory: the repository is looked for there.
fn here() -> Result<(), CommandError> {
    let here = std::env::current_dir().map_err(|error| CommandError::new(error).doing("the working directory cannot be used"));
    here.map(drop).map_err(|error| error.hint("it may have been deleted: change into the repository, and try again"))
}

/// Help and version are no errors, and wrong usage ends with 1 rather than with clap's 2, which means differences here.
fn usage(error: &clap::Error) -> Exit {
    let printed = Printer::written(error.print());
    if let Err(failed) = &printed {
        Printer::new(ColorChoice::Never).error(failed);
    }
    if error.use_stderr() || printed.is_err() { Exit::Error } else { Exit::Done }
}

fn dispatch(command: Command, runtime: &Runtime, context: &Context) -> Result<Exit, CommandError> {
    match command {
        Command::Validate(args) => commands::validate::run(&args, context),
        Command::Plan(args) => runtime.block_on(commands::plan::run(&args, context)),
        Command::Apply(args) => runtime.block_on(commands::apply::run(&args, context)),
        Command::Drift(args) => runtime.block_on(commands::drift::run(&args, context)),
        Command::Export(args) => runtime.block_on(commands::export::run(&args, context)),
        Command::Diff(args) => runtime.block_on(commands::diff::run(&args, context)),
        Command::Graph(args) => commands::graph::run(&args, context),
        Command::Comment(args) => runtime.block_on(commands::comment::run(&args, context)),
        Command::Verify(args) => runtime.block_on(commands::verify::run(&args, context)),
        Command::Output(args) => runtime.block_on(commands::output::run(&args, context)),
        Command::Schema(args) => commands::schema::run(&args, context),
        Command::Explain(args) => commands::explain::run(&args, context),
        Command::Auth(command) => runtime.block_on(commands::auth::run(&command, context)),
        #[cfg(feature = "emulator")]
        Command::Emulator(args) => runtime.block_on(commands::emulator::run(&args, context)),
        Command::Completions(args) => commands::completions::run(&args, context),
        Command::Man(args) => commands::man::run(&args, context),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_over_waits_for_nothing() {
        let (over, looked_up) = std::sync::mpsc::channel::<()>();
        let outcome = super::over(started().expect("it starts"), |runtime| {
            runtime.block_on(async move {
                let (begun, begins) = tokio::sync::oneshot::channel();
                tokio::task::spawn_blocking(move || {
                    begun.send(()).expect("somebody waits for it");
                    looked_up.recv()
                });
                begins.await.expect("it begins");
                Exit::Done
            })
        });
        assert_eq!(outcome, Exit::Done);
        over.send(()).expect("it is still being looked up");
    }
}
