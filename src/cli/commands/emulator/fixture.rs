//! `emulator export` and `emulator import`: an org that is kept in a folder to one JSON document, and back.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use idpctl_emulator::{Config, Data, Error, Org};
use serde_json::Value;

use super::super::super::error::CommandError;
use super::super::super::file::write_new_file;
use super::super::super::{Context, Exit};
use super::unopened;
use crate::printable::printable;

/// What stands for standard input and standard output.
const STREAM: &str = "-";
/// The longest document that is read: more than a hundred thousand apps make.
const LONGEST: u64 = 1 << 30;

/// What can be done with an org's data but to serve it.
#[derive(Debug, Subcommand)]
pub(crate) enum FixtureCommand {
    /// Write an org as one JSON document
    Export(ExportArgs),
    /// Make an org of such a document
    Import(ImportArgs),
}

/// Writes an org that is kept in a folder, and the portal beside it, as one JSON document: a fixture, of which `import` and `--import` make the same org. It holds the tokens and client secrets in clear.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl emulator export --data .idpctl/emulator --out org.json
  idpctl emulator export --data .idpctl/emulator | jq '.tables.apps[].body.label'")]
pub(crate) struct ExportArgs {
    /// Read the org in this folder
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Write to this file, which must not be there yet; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = STREAM)]
    out: PathBuf,
}

/// Makes an org of what `export` has written: the same objects with the same ids, secrets and tokens, and a log that goes on. Ids that were given out are not given out again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl emulator import org.json --data .idpctl/emulator
  idpctl emulator --import org.json          serve it from memory, without a folder")]
pub(crate) struct ImportArgs {
    /// Read this document; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Keep the org in this folder, which must not have one yet
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// Runs the command.
pub(crate) fn run(command: &FixtureCommand, context: &Context) -> Result<Exit, CommandError> {
    match command {
        FixtureCommand::Export(args) => export(args, context),
        FixtureCommand::Import(args) => import(args, context),
    }
}

fn export(args: &ExportArgs, context: &Context) -> Result<Exit, CommandError> {
    let org = Org::open_kept(kept_in(&args.data)).map_err(|error| match error {
        Error::Absent { .. } => CommandError::new(error).hint("name the folder that `idpctl emulator --data DIR` was given"),
        error => unopened(error, "end what serves it, then export: what it has answered is all there"),
    })?;
    let text = format!("{:#}\n", org.export());
    drop(org);
    if is_stream(&args.out) {
        context.printer.data(&text)?;
    } else {
        write_new_file(&args.out, &text, 0o600)?;
    }
    context.printer.note("The document holds the tokens and client secrets of the emulated org in clear: keep it as you keep those.");
    Ok(Exit::Done)
}

fn import(args: &ImportArgs, context: &Context) -> Result<Exit, CommandError> {
    drop(imported(&args.file, kept_in(&args.data))?);
    let folder = args.data.display().to_string();
    context.printer.note(&format!("The org is in the folder. To serve it:\n    idpctl emulator --data {}", printable(&folder)));
    Ok(Exit::Done)
}

fn kept_in(folder: &Path) -> Config {
    Config { data: Data::Directory(folder.to_owned()), ..Config::default() }
}

fn is_stream(path: &Path) -> bool {
    path == Path::new(STREAM)
}

/// Makes an org of a document in a file.
pub(super) fn imported(file: &Path, config: Config) -> Result<Org, CommandError> {
    let name = if is_stream(file) { "standard input".to_owned() } else { format!("`{}`", printable(&file.display().to_string())) };
    let document = document(file, &name)?;
    Org::import(config, &document).map_err(|error| match error {
        Error::Import { .. } => CommandError::new(error).doing(format!("could not import {name}")).hint(WRITE_ONE),
        Error::NotEmpty { .. } => {
            CommandError::new(error).hint("name another folder with `--data`, or delete that one if nothing in it is needed")
        }
        error => unopened(error, "an import makes a new org: name a folder that has none"),
    })
}

const WRITE_ONE: &str = "what can be imported is what this wrote:\n    idpctl emulator export --data DIR --out FILE";

fn document(file: &Path, name: &str) -> Result<Value, CommandError> {
    let read = if is_stream(file) { whole(io::stdin().lock()) } else { File::open(file).and_then(whole) };
    let bytes = read.map_err(|error| CommandError::new(error).doing(format!("could not read {name}")))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err(CommandError::new(format!("{name} has more than a gigabyte, which no exported org has")).hint(WRITE_ONE));
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        let place = format!("{}:{}:{}", name.trim_matches('`'), error.line(), error.column());
        let said = error.to_string();
        let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
        CommandError::new(format!("{place}: this is not JSON: {what}")).hint(WRITE_ONE)
    })
}

/// Reads to the end, or as far as it is worth it.
fn whole(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
