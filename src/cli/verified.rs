//! Declared clients tried: what `verify` and `apply --verify` have in common.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::Context;
use super::args::Network;
use super::connect::Connection;
use super::declared::Declared;
use super::error::CommandError;
use crate::address::{Address, Kind};
use crate::clock::SystemClock;
use crate::http::{ClientMeans, Reader};
use crate::obtain::{Means, Obtaining, Trial, TrialError};
use crate::secrets::{Files, PrivateKeyError, Resolution, Resolver};
use crate::verify::{Client, Credential, Report};

/// Returns how tokens are asked for.
pub(super) fn trying(reader: Reader, network: &Network, context: &Context) -> Obtaining {
    Obtaining { reader, clock: Arc::new(SystemClock), parallelism: network.parallelism, progress: context.progress() }
}

/// Tries to obtain what is promised and concerns what was chosen.
pub(super) async fn tried(
    declared: &Declared,
    connection: &Connection,
    obtaining: Obtaining,
    secret_dir: Option<&Path>,
    context: &Context,
    concerns: &dyn Fn(&BTreeSet<Address>) -> bool,
) -> Result<Report, CommandError> {
    let files = Files::new(&context.root, secret_dir);
    let resolver = Resolver::new(&context.env, &files);
    let means = |client: &Client<'_>, credential: Credential<'_>| means(client, credential, declared, &resolver);
    let trial = Trial { obtaining, expected: &connection.expected, means: &means, concerns };
    trial.run(&declared.desired).await.map_err(|error| match error {
        TrialError::Problems(problems) => declared.refuse(&problems, context.printer),
        TrialError::Unread(error) => error.into(),
    })
}

/// How often what was applied is tried where the org's own parts may not have heard of it yet.
const TRIES: usize = 3;

/// Tries what was changed: every promise that one of some documents has a part in. An org whose parts lag behind its writes is given time.
pub(super) async fn tried_after(
    changed: &BTreeSet<Address>,
    declared: &Declared,
    connection: &Connection,
    network: &Network,
    secret_dir: Option<&Path>,
    context: &Context,
) -> Result<Report, CommandError> {
    let concerns = |documents: &BTreeSet<Address>| !documents.is_disjoint(changed);
    let mut tries = 0;
    loop {
        tries += 1;
        tokio::time::sleep(connection.settle).await;
        // A writer's time begins when it is made: what was applied has taken its own.
        let obtaining = trying(connection.writer().reader().clone(), network, context);
        let report = tried(declared, connection, obtaining, secret_dir, context, &concerns).await;
        let is_final = tries == TRIES || connection.settle.is_zero() || report.as_ref().is_ok_and(Report::is_verified);
        if is_final {
            return report;
        }
    }
}

/// Returns what a client proves itself with, in the way that it is to.
fn means(client: &Client<'_>, credential: Credential<'_>, declared: &Declared, resolver: &Resolver<'_>) -> Means {
    const SET: &str = "set the variable, for example with a secret manager's `run` command around idpctl, or provide the file";
    const MADE: &str = "name the folder that it was written to, or have a new one made\n    --secret-dir DIR\n    idpctl apply";
    match credential {
        Credential::Key(key) => resolver.private_key(key).map(ClientMeans::KeyJwt).map_err(|why| {
            let remedy = if matches!(why, PrivateKeyError::Unresolved(_)) { SET } else { "" };
            Box::new(credential.blame(why.in_full(), remedy))
        }),
        Credential::Secret(secret) => {
            let value = if client.address().kind == Kind::Client {
                // Nobody has read it for this run: apply writes it, and nothing but its file has it.
                match resolver.resolve(&secret.reference) {
                    Resolution::Resolved(value) => Ok(value),
                    Resolution::Unresolved(why) => Err(Box::new(credential.blame(why.in_full(), MADE))),
                }?
            } else {
                declared.value(&secret.reference).map_err(|why| Box::new(credential.blame(why, SET)))?
            };
            Ok(match client.method.as_str() {
                "client_secret_post" => ClientMeans::Post(value),
                "client_secret_jwt" => ClientMeans::SecretJwt(value),
                _ => ClientMeans::Basic(value),
            })
        }
    }
}
