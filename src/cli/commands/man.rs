//! `man`: the definition of the command line to manual pages.

use std::path::PathBuf;
use std::{fs, io};

use clap::{Args, CommandFactory as _};
use clap_mangen::Man;

use super::super::args::Cli;
use super::super::error::CommandError;
use super::super::file::write_file;
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
    let failed = |error| CommandError::new(error).doing("could not make the page");
    let Some(folder) = &args.out else {
        context.printer.data(&page(&Man::new(Cli::command())).map_err(failed)?)?;
        return Ok(Exit::Done);
    };
    let doing = || format!("could not make the folder `{}`", printable(&folder.display().to_string()));
    fs::create_dir_all(folder).map_err(|error| CommandError::new(error).doing(doing()))?;
    let mut whole = Cli::command();
    // Only now do the commands know their full names.
    whole.build();
    for command in with_its_commands(whole) {
        let man = Man::new(command);
        write_file(&folder.join(man.get_filename()), &page(&man).map_err(failed)?)?;
    }
    Ok(Exit::Done)
}

fn with_its_commands(command: clap::Command) -> Vec<clap::Command> {
    let below: Vec<_> = command.get_subcommands().cloned().flat_map(with_its_commands).collect();
    [vec![command], below].concat()
}

fn page(man: &Man) -> io::Result<String> {
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
