//! `emulator`: a local Okta org and Tyk portal, served until somebody ends them.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use idpctl_emulator::{Config, Data, Error, Fault, Org, RateLimits, StoreError, Switches, switches};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use url::Url;

use super::super::args::duration;
use super::super::error::CommandError;
use super::super::{Context, Exit};

/// What can go wrong, for the help.
const FAULTS: &str = "\
Faults: 429[=SECONDS], 429-bare, concurrency, 423, 500, 503, error-200, captive, redirect, reset-before, reset-after, cut-off, \
    slow=DURATION, wrong-type, foreign-link, endless, hold, hold-after, list-lag=DURATION";

/// Serves a local Okta org and Tyk portal at 127.0.0.1 and prints one line of JSON when they are ready: address and token of each. Ctrl-C or SIGTERM ends it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl emulator --port 8080 --data .idpctl/emulator
  idpctl emulator --fault 'POST /api/v1/apps reset-after x1'
  idpctl emulator --rate-limits okta --latency 15ms --seed-apps 1000", after_long_help = long_help())]
pub(crate) struct EmulatorArgs {
    /// Listen on this port; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Keep the org's state in this folder; without it the org is gone at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
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

fn long_help() -> String {
    let entries =
        switches::TABLE.iter().map(|switch| format!("\n  {} = {}\n      {}", switch.name, switch.values.join(" | "), switch.about));
    format!("{FAULTS}\n\nSwitches, the first value being the default:{}", entries.collect::<Vec<_>>().concat())
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
pub(crate) async fn run(args: &EmulatorArgs, context: &Context) -> Result<Exit, CommandError> {
    let served = "end the other one, use what it serves, or keep this org in another folder with `--data`";
    let org = Org::open(config(args)?).map_err(|error| unopened(error, served))?;
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

async fn ended(mut terminated: Signal, mut interrupted: Signal) {
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
}

fn config(args: &EmulatorArgs) -> Result<Config, CommandError> {
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
