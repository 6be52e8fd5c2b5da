//! The command line: arguments to one command, its result to an exit status.
//!
//! Everything that touches the process (its arguments, environment, streams) is here; what is below gets it handed in.

mod args;
mod commands;
mod connect;
mod declared;
mod error;
mod exit;
mod journal;
mod planned;
mod printer;
mod progress;
mod trace;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use anstream::ColorChoice;
use clap::Parser as _;

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
    dispatch(command, &context).unwrap_or_else(|error| {
        printer.error(&error);
        error.exit
    })
}

/// Help and version are no errors, and wrong usage ends with 1 rather than with clap's 2, which means differences here.
fn usage(error: &clap::Error) -> Exit {
    // Where its own message cannot be written there is nowhere left to say so.
    drop(error.print());
    if error.use_stderr() { Exit::Error } else { Exit::Done }
}

fn dispatch(command: Command, context: &Context) -> Result<Exit, CommandError> {
    match command {
        Command::Validate(args) => commands::validate::run(&args, context),
        Command::Plan(args) => wait(commands::plan::run(&args, context)),
        Command::Apply(args) => wait(commands::apply::run(&args, context)),
        Command::Drift(args) => wait(commands::drift::run(&args, context)),
        Command::Output(args) => wait(commands::output::run(&args, context)),
        Command::Schema(args) => commands::schema::run(&args, context),
        Command::Explain(args) => commands::explain::run(&args, context),
        Command::Auth(command) => wait(commands::auth::run(&command, context)),
        #[cfg(feature = "emulator")]
        Command::Emulator(args) => wait(commands::emulator::run(&args, context)),
        Command::Completions(args) => commands::completions::run(&args, context),
        Command::Man(args) => commands::man::run(&args, context),
    }
}

fn wait(command: impl Future<Output = Result<Exit, CommandError>>) -> Result<Exit, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CommandError::new(error).doing("could not start"))?;
    let outcome = runtime.block_on(command);
    // A host's name may still be looked up, which nothing can stop: nobody waits for that when the command is over.
    runtime.shutdown_background();
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_over_waits_for_nothing() {
        let (over, looked_up) = std::sync::mpsc::channel::<()>();
        let outcome = wait(async move {
            let (begun, begins) = tokio::sync::oneshot::channel();
            tokio::task::spawn_blocking(move || {
                begun.send(()).expect("somebody waits for it");
                looked_up.recv()
            });
            begins.await.expect("it begins");
            Ok(Exit::Done)
        });
        assert_eq!(outcome.expect("it is done"), Exit::Done);
        over.send(()).expect("it is still being looked up");
    }
}
