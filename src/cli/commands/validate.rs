//! `validate`: the manifests to what is wrong with them, without a network.

use clap::Args;

use super::super::args::{Format, Manifests};
use super::super::declared::{Checked, Reach, check, show};
use super::super::error::CommandError;
use super::super::{Context, Exit};
use crate::render;

/// Reads every manifest and reports everything that is wrong with them, each mistake with file, line and column. Nothing is sent.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl validate
  idpctl validate -f manifests/web-portal.yaml
  idpctl validate --format json")]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    manifests: Manifests,
    /// Choose the form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Runs the command.
pub(crate) fn run(args: &ValidateArgs, context: &Context) -> Result<Exit, CommandError> {
    let Checked { documents, sources, diagnostics, .. } = check(&args.manifests, Reach::Offline, context);
    match args.format {
        Format::Json => context.printer.json(&render::diagnostics::json(&diagnostics))?,
        Format::Text => {
            show(&diagnostics, &sources, context.printer);
            if !diagnostics.has_errors() {
                let verdict = if documents == 1 { "1 document is valid.".to_owned() } else { format!("{documents} documents are valid.") };
                context.printer.data(&format!("{verdict}\n"))?;
            }
        }
    }
    Ok(if diagnostics.has_errors() { Exit::Error } else { Exit::Done })
}
