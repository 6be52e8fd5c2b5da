//! `emulator` without a command: a local Okta org and Tyk portal, served until somebody ends them.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use idpctl_emulator::{Config, Data, Fault, Org, RateLimits, Switches};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use url::Url;

use super::super::super::args::duration;
use super::super::super::error::CommandError;
use super::super::super::{Context, Exit};
use super::fixture::imported;
use super::unopened;

/// How the org is served.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Listen on this port; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Keep the org's state in this folder; without it the org is gone at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Begin with the org that `emulator export` wrote to this file, in memory; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "seed_apps"])]
    import: Option<PathBuf>,
    /// Name the org by this address in answers, instead of by the one that a request was sent to
    ///
    /// Links, pages and issuers begin with it. It is for orgs that clients know under another name, behind a proxy or in a network of containers, and for answers that must be equal
    /// whatever port was free. The line that says that they are ready names the address that is listened on all the same.
    #[arg(long, value_name = "URL", value_parser = origin)]
    base: Option<String>,
    /// Make every answer take this much longer
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    latency: Option<Duration>,
    /// Admit so many requests: `okta`, `unlimited`, a list such as apps=25,window=60s, or a JSON file
    #[arg(long, value_name = "LIMITS", default_value = "unlimited")]
    rate_limits: RateLimits,
    /// Let something go wrong: [METHOD] [/PATH] KIND [after N] [xN | every N]; repeatable
    #[arg(long = "fault", value_name = "SPEC")]
    faults: Vec<Fault>,
    /// Settle an open question about Okta or the portal; repeatable
    #[arg(long = "switch", value_name = "NAME=VALUE")]
    switches: Vec<String>,
    /// Fill a new org with so many apps
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed_apps: usize,
    /// Let time stand still
    #[arg(long)]
    frozen_clock: bool,
    /// Log method, path and status of every request
    #[arg(long)]
    log_requests: bool,
}

/// Reads an address that is scheme, host and port alone.
fn origin(text: &str) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
    let bare = |url: &Url| url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    let url = url.filter(|url| bare(url) && url.path() == "/");
    let url = url.ok_or("write scheme, host and port alone, such as https://okta.example.test:8443")?;
    Ok(url.origin().ascii_serialization())
}

/// Runs the command.
pub(crate) async fn run(args: &ServeArgs, context: &Context) -> Result<Exit, CommandError> {
    let served = "end the other one, use what it serves, or keep this org in another folder with `--data`";
    let org = match &args.import {
        Some(file) => imported(file, config(args)?)?,
        None => Org::open(config(args)?).map_err(|error| unopened(error, served))?,
    };
    let listener = TcpListener::bind(("127.0.0.1", args.port)).await;
    let listener = listener.map_err(|error| CommandError::new(error).doing(format!("could not listen on port {}", args.port)))?;
    let address = listener.local_addr().map_err(CommandError::new)?;
    // Whoever reads the line may end us at once: be ready for it before.
    let ends = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    let [terminated, interrupted] = ends;
    let (terminated, interrupted) = (terminated.map_err(CommandError::new)?, interrupted.map_err(CommandError::new)?);
    let url = format!("http://{address}");
    let hello = json!({"okta": url, "okta_token": org.okta_token(), "tyk_portal": url, "tyk_portal_token": org.portal_token()});
    context.printer.data(&format!("{hello}\n"))?;
    let served = org.serve(listener, ended(terminated, interrupted)).await;
    served.map_err(|error| CommandError::new(error).doing("could not go on serving"))?;
    Ok(Exit::Done)
}

async fn ended(mut terminated: Signal, mut interrupted: Signal) {
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
}

fn config(args: &ServeArgs) -> Result<Config, CommandError> {
    let mut switches = Switches::default();
    for switch in &args.switches {
        let (name, value) = switch.split_once('=').ok_or_else(|| CommandError::new(format!("`--switch {switch}` is not NAME=VALUE")))?;
        switches.set(name, value).map_err(CommandError::new)?;
    }
    Ok(Config {
        data: args.data.clone().map_or(Data::Memory, Data::Directory),
        seed_apps: args.seed_apps,
        latency: args.latency.unwrap_or_default(),
        rate_limits: args.rate_limits.clone(),
        faults: args.faults.clone(),
        switches,
        frozen_clock: args.frozen_clock,
        log_requests: args.log_requests,
        base: args.base.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_an_address_without_anything_behind_it() {
        let read = ["https://okta.example.test", "HTTP://okta:8080/", "http://[::1]:80"].map(|text| origin(text).unwrap());
        assert_eq!(read, ["https://okta.example.test", "http://okta:8080", "http://[::1]"]);
        let wrong = [
            "okta.example.test",
            "okta:8080",
            "ftp://okta",
            "http://okta/api",
            "http://okta?x",
            "http://okta#x",
            "http://u:p@okta",
            "http://",
            "",
        ];
        for text in wrong {
            assert!(origin(text).is_err(), "{text}");
        }
    }
}
