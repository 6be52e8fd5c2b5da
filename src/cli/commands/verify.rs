//! `verify`: manifests and org to whether clients get the tokens that they are promised. Sends GETs and requests for tokens alone.

use std::collections::BTreeSet;

use clap::Args;

use super::super::args::{Format, Manifests, Network};
use super::super::connect::{Signing, connect};
use super::super::declared::load_for_org;
use super::super::error::CommandError;
use super::super::verified::{tried, trying};
use super::super::{Context, Exit};
use crate::address::Address;
use crate::render;
use crate::scopes::Purpose;
use crate::select::Select;

/// Obtains a token with each declared client that can use `client_credentials`, at each server and for each scope that the manifests promise it, and checks signature, issuer, audience, client, scopes and lifetime. If there is none, or another, it says which object is to blame. Nothing is written, and tokens are dropped.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl verify                               every client
  idpctl verify App/orders-worker             one client, wherever it may get a token
  idpctl verify AuthorizationServer/orders    every client of one server
  idpctl verify --format json

What is promised:
  a rule of an AuthorizationServer for the grant `client_credentials` promises its scopes to the clients
  of its policy, and a Grant promises an app its scopes at the org itself

What clients prove themselves with:
  the values of `client_secrets` that are ACTIVE, or the key of `private_key` in ClientCredentials
    private_key: {env: IDPCTL_ORDERS_WORKER_KEY}    a PEM or a JWK, used by `verify` alone

The credentials that idpctl itself signs in with need the scopes that `plan` needs (`idpctl auth check`).

A client whose secret or key no manifest names is not tried, which is no failure unless there is no other.

Exit status: 0 if every promise that was tried is kept; 1 if one is not or could not be tried, if none was, or if the org was not read.")]
pub(crate) struct VerifyArgs {
    /// Verify what has to do with these only: KIND/NAME, with globs
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// The same as an ADDRESS; repeatable
    #[arg(long, value_name = "PATTERN")]
    select: Vec<String>,
    #[command(flatten)]
    manifests: Manifests,
    #[command(flatten)]
    network: Network,
    /// Choose the form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &VerifyArgs, context: &Context) -> Result<Exit, CommandError> {
    let printer = context.printer;
    let patterns: Vec<_> = args.addresses.iter().chain(&args.select).cloned().collect();
    let select = Select::new(&patterns).map_err(CommandError::new)?;
    let declared = load_for_org(&args.manifests, context)?;
    let signing = Signing::For(Purpose::Read, &declared.desired);
    let connection = connect(&declared.target, signing, &args.network, context)?.hiding(declared.at_hand());
    connection.must_have(true, false)?;
    let obtaining = trying(connection.reader(), &args.network, context);
    let chosen = |documents: &BTreeSet<Address>| documents.iter().any(|document| select.has(document));
    let report = tried(&declared, &connection, obtaining, args.manifests.secret_dir.as_deref(), context, &chosen).await?;
    if report.checks.is_empty() && select.is_narrow() {
        let hint = "`idpctl verify` without an address tries every client that can use `client_credentials`";
        return Err(CommandError::new("no client that asks for tokens of its own has to do with such an address").hint(hint));
    }
    match args.format {
        Format::Json => printer.json(&render::verify::json(&declared.desired.project, &report))?,
        Format::Text => printer.data(&render::verify::text(&report, printer.data_style()))?,
    }
    Ok(if report.is_verified() && !report.is_idle() { Exit::Done } else { Exit::Error })
}
