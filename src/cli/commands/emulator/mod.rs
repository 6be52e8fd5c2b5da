//! `emulator`: a local Okta org and Tyk portal to be served, and their data to be written down and read back.

mod fixture;
mod serve;

use std::io;

use clap::Args;
use idpctl_emulator::{Error, StoreError, faults, switches};

use super::super::error::CommandError;
use super::super::{Context, Exit};
use fixture::FixtureCommand;
use serve::ServeArgs;

const EXAMPLES: &str = "\
Examples:
  idpctl emulator --port 8080 --data .idpctl/emulator
  idpctl emulator --fault 'POST /api/v1/apps reset-after x1'
  idpctl emulator --rate-limits okta --latency 15ms --seed-apps 1000
  idpctl emulator export --data .idpctl/emulator --out org.json
  idpctl emulator --import org.json";

/// What is asked with the token that was printed, and what else is there.
const MORE: &str = "\
Asking it, once it has printed {\"okta\": ADDRESS, \"okta_token\": TOKEN, …}:
  curl -H 'Authorization: SSWS TOKEN' ADDRESS/api/v1/apps
  OKTA_CLIENT_ORGURL=ADDRESS OKTA_CLIENT_TOKEN=TOKEN idpctl plan
  and ADDRESS in a browser shows what happens to it, live

Faults strike every request, or those that METHOD and PATH name (`*` is a part of a segment, `**` any number of them), from the first, or `after N` of them, always, `xN` times or `every N`th:
  --fault 503                                          every request fails
  --fault 'GET 429=30 every 10'                        every tenth GET is one too many for thirty seconds
  --fault 'POST /api/v1/apps reset-after x1'           the first app is made, and nobody is told
  --fault '/api/v1/apps/*/credentials/** 500 after 3'  secrets and keys fail, but for the first three times";

/// Serves a local Okta org and Tyk portal at 127.0.0.1 and prints one line of JSON when they are ready: address and token of each. Ctrl-C or SIGTERM ends it.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES, after_long_help = long_help())]
pub(crate) struct EmulatorArgs {
    #[command(subcommand)]
    command: Option<FixtureCommand>,
    #[command(flatten)]
    serve: ServeArgs,
}

fn long_help() -> String {
    let kinds = faults::KINDS.iter().map(|(form, what)| format!("\n  {form}\n      {what}"));
    let entries =
        switches::TABLE.iter().map(|switch| format!("\n  {} = {}\n      {}", switch.name, switch.values.join(" | "), switch.about));
    let (kinds, entries): (String, String) = (kinds.collect(), entries.collect());
    format!("{EXAMPLES}\n\n{MORE}\n\nKinds of faults:{kinds}\n\nSwitches, the first value being the default:{entries}")
}

/// Runs the command.
pub(crate) async fn run(args: &EmulatorArgs, context: &Context) -> Result<Exit, CommandError> {
    match &args.command {
        Some(command) => fixture::run(command, context),
        None => serve::run(&args.serve, context).await,
    }
}

/// Says why an org could not be opened, and what to do; what to do if another process has it open is told.
pub(crate) fn unopened(error: Error, served: &str) -> CommandError {
    match error {
        Error::AlreadyServed { .. } => CommandError::new(error).hint(served),
        Error::Store { path, source: StoreError::Io(source) } if source.kind() != io::ErrorKind::InvalidData => {
            CommandError::new(source).doing(format!("could not open the org in {}", path.display()))
        }
        Error::Store { .. } | Error::Corrupt { .. } => {
            CommandError::new(error).hint("if nothing in it is needed, delete it: a new org is made in its place")
        }
        error => CommandError::new(error),
    }
}
