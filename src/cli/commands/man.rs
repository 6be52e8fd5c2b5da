//! `man`: the definition of the command line to manual pages.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};

use super::super::args::Cli;
use super::super::error::CommandError;
use super::super::{Context, Exit};
use crate::printable::printable;

/// Prints the manual page of idpctl, or writes it and one for each command into a folder.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl man | man -l -
  idpctl man --out ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &ManArgs, context: &Context) -> Result<Exit, CommandError> {
    if let Some(folder) = &args.out {
        let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
        let doing = || format!("could not write to `{}`", printable(&folder.display().to_string()));
        written.map_err(|error| CommandError::new(error).doing(doing()))?;
        return Ok(Exit::Done);
    }
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
    rendered.map_err(|error| CommandError::new(error).doing("could not make the page"))?;
    context.printer.data(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
