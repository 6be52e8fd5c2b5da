//! `graph`: the manifests to a picture of what needs what. Nothing is sent, and no credential is looked at.

use clap::{Args, ValueEnum};

use super::super::args::Manifests;
use super::super::declared::{Checked, Reach, check, show};
use super::super::error::CommandError;
use super::super::{Context, Exit};
use crate::graph::graph;
use crate::render::graph::{beyond, dot, mermaid, svg};
use crate::select::Select;

/// Draws what the manifests declare, and which object needs which: an arrow leads from what must be there first to what needs it, and says why unless that is its
/// parent. An app stands with its credentials, a grant with its scopes. What is named and declared nowhere, such as a group, is dashed.
///
/// It needs no network and no credentials; it knows nothing of what is live.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl graph                           for Markdown: a block of the language `mermaid`
  idpctl graph --format dot | dot -Tpdf -o graph.pdf
                                         with Graphviz
  idpctl graph --format svg > graph.svg  for a browser, without any other program
  idpctl graph --select 'AuthorizationServer/*'
                                         the servers, what they need, and what needs them")]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    manifests: Manifests,
    /// Draw only what has to do with these: KIND/NAME, with globs; repeatable
    #[arg(long, value_name = "PATTERN")]
    select: Vec<String>,
    /// Choose the form of the picture
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    format: GraphFormat,
}

/// The form of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// A Mermaid flowchart
    Mermaid,
    /// The language of Graphviz
    Dot,
    /// An image
    Svg,
}

/// Runs the command.
pub(crate) fn run(args: &GraphArgs, context: &Context) -> Result<Exit, CommandError> {
    let GraphArgs { manifests, select, format } = args;
    let select = Select::new(select).map_err(CommandError::new)?;
    let Checked { desired, sources, diagnostics, .. } = check(manifests, Reach::Offline, context);
    show(&diagnostics, &sources, context.printer);
    if diagnostics.has_errors() {
        return Err(CommandError::shown());
    }
    let mut graph = graph(&desired);
    if select.is_narrow() {
        graph = graph.around(|address| select.has(address));
        if graph.nodes.is_empty() {
            let error = CommandError::new("no document that is declared has such an address");
            return Err(error.hint("`idpctl graph` without `--select` draws all of them"));
        }
    }
    let text = match format {
        GraphFormat::Mermaid => mermaid(&graph),
        GraphFormat::Dot => dot(&graph),
        GraphFormat::Svg => svg(&graph),
    };
    if let Some(beyond) = beyond(&graph, &text).filter(|_| *format == GraphFormat::Mermaid) {
        context
            .printer
            .note(&format!("note: {beyond}\nhint: choose a part of it with `--select`, or draw it with `--format dot` or `--format svg`"));
    }
    context.printer.data(&text)?;
    Ok(Exit::Done)
}
