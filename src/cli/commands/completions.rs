//! `completions`: the definition of the command line to a script that completes it.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::super::args::Cli;
use super::super::error::CommandError;
use super::super::{Context, Exit};

/// Prints a script that completes idpctl's commands and flags in a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl completions bash > ~/.local/share/bash-completion/completions/idpctl
  idpctl completions zsh > ~/.zfunc/_idpctl
  idpctl completions fish > ~/.config/fish/completions/idpctl.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(args: &CompletionsArgs, context: &Context) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "idpctl", &mut script);
    context.printer.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
