//! `validate`: the manifests to what is wrong with them, and what is dangerous about them, without a network.

use clap::Args;

use super::super::args::{Format, Manifests, Review};
use super::super::declared::{Checked, Reach, check, show};
use super::super::error::CommandError;
use super::super::{Context, Exit};
use crate::findings;
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
    #[command(flatten)]
    review: Review,
    /// Choose the form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Runs the command.
pub(crate) fn run(args: &ValidateArgs, context: &Context) -> Result<Exit, CommandError> {
    let Checked { desired, documents, sources, diagnostics, .. } = check(&args.manifests, Reach::Offline, context);
    // Of manifests that are wrong nobody can say what they declare.
    let findings = if diagnostics.has_errors() { Vec::new() } else { findings::declared(&desired) };
    match args.format {
        Format::Json => context.printer.json(&render::diagnostics::json(&diagnostics, &findings))?,
        Format::Text => {
            show(&diagnostics, &sources, context.printer);
            if !diagnostics.has_errors() {
                let verdict = if documents == 1 { "1 document is valid.".to_owned() } else { format!("{documents} documents are valid.") };
                let dangers = render::findings::text(&findings, context.printer.data_style());
                context.printer.data(&format!("{dangers}{verdict}\n"))?;
            }
        }
    }
    let refused = args.review.refusal(&findings);
    if let Some(why) = &refused {
        context.printer.note(&format!("refused: {why}"));
    }
    Ok(match (diagnostics.has_errors(), refused.is_some()) {
        (true, _) => Exit::Error,
        (false, true) => Exit::Refused,
        (false, false) => Exit::Done,
    })
}
