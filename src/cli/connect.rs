//! The environment and the target to what requests are sent through.
//!
//! An address always comes with its credential: a target only asserts which org and which portal it must be.

use std::sync::Arc;
use std::time::Duration;

use super::Context;
use super::args::Network;
use super::declared::Declared;
use super::error::CommandError;
use super::okta_yaml::completed;
use super::waiting::Attentive;
use crate::address::System;
use crate::desired::Desired;
use crate::env::Env;
use crate::export::Choice;
use crate::http::{BaseUrl, Credentials, Governor, Reader, ReqwestTransport, RetryPolicy, Transport, Writer};
use crate::manifest::{Place, Target};
use crate::observe::{Expected, Sweep};
use crate::scopes::{LOGS, Purpose, chosen, exported, needed};
use crate::secret::Secret;

/// For how long something must have been heard of as missing before it is made, against a real org: its lists lag behind its writes.
const SETTLE: Duration = Duration::from_secs(3);

/// A way to an org, a portal, or both.
pub(super) struct Connection {
    transport: Arc<dyn Transport>,
    credentials: Credentials,
    governor: Governor,
    policy: RetryPolicy,
    timeout: Duration,
    /// What the target says about org and portal.
    pub(super) expected: Expected,
    /// Whether the target names an org, so that what is ours there is looked after even if no manifest speaks of it.
    names_org: bool,
    /// What to do instead of signing in, in words.
    otherwise: String,
    /// How the credentials sign in, in words.
    pub(super) how: &'static str,
    /// For how long a "not there" must stand before something is made.
    pub(super) settle: Duration,
}

/// Tells whether the environment, or the file that stands in for it, means a real org or portal, if perhaps incompletely.
pub(super) fn real_org_at_hand(env: &Env) -> bool {
    let credentials = completed(env).ok().and_then(|env| Credentials::from_env(&env).ok());
    credentials.is_none_or(|credentials| !credentials.is_empty())
}

/// What somebody signs in for.
#[derive(Clone, Copy)]
pub(super) enum Signing<'d> {
    /// For what a command does with what is declared, and no more than that.
    For(Purpose, &'d Desired),
    /// To see what can be done with the credentials.
    ToSee(&'d Desired),
    /// To read what is exported beside what is declared already.
    ToExport(&'d Choice, &'d Desired),
}

impl Signing<'_> {
    /// Returns the scopes to ask for, where some are configured or none.
    fn scopes(self, configured: &[String]) -> Vec<String> {
        match self {
            Self::For(purpose, desired) if configured.is_empty() => needed(desired, purpose).into_iter().collect(),
            Self::ToSee(desired) if configured.is_empty() => needed(desired, Purpose::Read).into_iter().collect(),
            Self::ToExport(choice, desired) if configured.is_empty() => exported(choice, desired).into_iter().collect(),
            Self::For(purpose, _) => chosen(configured, purpose),
            Self::ToExport(..) => chosen(configured, Purpose::Read),
            Self::ToSee(_) => configured.to_vec(),
        }
    }
}

/// Makes the connection to the target's org and portal. Nothing is sent.
pub(super) fn connect(target: &Target, signing: Signing<'_>, network: &Network, context: &Context) -> Result<Connection, CommandError> {
    let connection = match &target.place {
        Place::Emulator { data } => emulated(data, network, context),
        Place::Credentials { org_url, org_id, portal_url } => {
            let credentials = Credentials::from_env(&completed(&context.env)?);
            let credentials = credentials.map_err(|error| CommandError::new(error).doing("the environment gives no credentials"))?;
            let credentials = credentials.asking(|configured| signing.scopes(configured));
            let parsed = |what: &str, url: &Option<String>| {
                let url = url.as_deref().map(BaseUrl::parse).transpose();
                url.map_err(|error| CommandError::new(error).doing(format!("the target's `{what}` cannot be used")))
            };
            let expected = Expected {
                org_url: parsed("org_url", org_url)?,
                org_id: org_id.clone(),
                portal_url: parsed("tyk_portal.url", portal_url)?,
            };
            Ok(Connection { otherwise: otherwise(target), ..real(expected, credentials, network)? })
        }
    }?;
    let printer = context.printer;
    let transport = Arc::new(Attentive::new(connection.transport, move |line: &str| printer.interject(line)));
    Ok(Connection { transport, ..connection })
}

/// Says how to do without an org.
fn otherwise(target: &Target) -> String {
    match target.emulators.first() {
        Some(name) => format!("or try it on the emulator, with `--target {name}`"),
        None => "or define a target with an `emulator` in idpctl.yaml".to_owned(),
    }
}

fn real(expected: Expected, credentials: Credentials, network: &Network) -> Result<Connection, CommandError> {
    let transport = ReqwestTransport::new().map_err(|error| {
        let hint = "without the system's certificates no server can be trusted: install them (`ca-certificates`), or name a file of them in `SSL_CERT_FILE`";
        CommandError::new(error).doing("could not set up TLS").hint(hint)
    })?;
    let local = [credentials.org(), credentials.portal()].into_iter().flatten().all(is_loopback);
    let settle = if local { Duration::ZERO } else { SETTLE };
    let names_org = expected.org_url.is_some() || expected.org_id.is_some();
    let how = match credentials.client_id() {
        None => "an API token (SSWS)",
        Some(_) => "the private key of a service app (private_key_jwt)",
    };
    let connection = Connection::new(Arc::new(transport), credentials, how, network);
    Ok(Connection { expected, names_org, settle, ..connection })
}

/// A server on this machine is the emulated org or a test: its lists do not lag, unless they are told to.
fn is_loopback(server: &BaseUrl) -> bool {
    let url = server.to_string();
    ["http://127.", "http://localhost", "http://[::1]"].iter().any(|prefix| url.starts_with(prefix))
}

#[cfg(feature = "emulator")]
fn emulated(data: &str, network: &Network, context: &Context) -> Result<Connection, CommandError> {
    use idpctl_emulator::{Config, Data, Org};

    use super::commands::emulator::unopened;
    use crate::http::InProcessTransport;

    let config = Config { data: Data::Directory(context.root.join(data)), ..Config::default() };
    let served =
        "wait until the other idpctl has ended, or end it; if it is an `idpctl emulator`, it printed what address and token to use instead";
    let org = Org::open(config).map_err(|error| unopened(error, served))?;
    let url = BaseUrl::parse("http://localhost").expect("the address is a constant");
    let portal = Credentials::portal_token(url.clone(), Secret::new(org.portal_token().to_owned()));
    let credentials = Credentials::ssws(url, Secret::new(org.okta_token().to_owned())).zip(portal);
    let (okta, portal) = credentials.expect("the emulator makes sound tokens");
    Ok(Connection::new(Arc::new(InProcessTransport::new(org)), okta.and(portal), "the emulator's own token", network))
}

#[cfg(not(feature = "emulator"))]
fn emulated(_: &str, _: &Network, _: &Context) -> Result<Connection, CommandError> {
    Err(CommandError::new("the target is the emulator, which this idpctl was built without"))
}

impl Connection {
    /// Returns the `client_id` of the app that the credentials sign in as, if they do.
    pub(super) fn client_id(&self) -> Option<&str> {
        self.credentials.client_id()
    }

    /// Returns how many requests were sent so far.
    pub(super) fn requests(&self) -> u32 {
        self.governor.counters().values().map(|counters| counters.requests).fold(0, u32::saturating_add)
    }

    fn new(transport: Arc<dyn Transport>, credentials: Credentials, how: &'static str, network: &Network) -> Self {
        Self {
            transport,
            credentials,
            governor: Governor::new(network.rate_budget),
            policy: RetryPolicy::default().timeout(network.timeout),
            timeout: network.timeout,
            expected: Expected::default(),
            names_org: false,
            otherwise: String::new(),
            how,
            settle: Duration::ZERO,
        }
    }

    /// Returns the same, which shows none of some values even where the org repeats them.
    #[must_use]
    pub(super) fn hiding(self, values: impl IntoIterator<Item = Secret>) -> Self {
        Self { credentials: self.credentials.hiding(values), ..self }
    }

    /// Returns what sends GETs and nothing else.
    pub(super) fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.transport), self.credentials.clone(), self.governor.clone(), self.policy.clone())
    }

    /// Returns what reads the org's System Log. It signs in for that alone, unless the scope is among those that were configured: a log that
    /// cannot be read must keep nobody from reading the rest.
    pub(super) fn log_reader(&self) -> Reader {
        let credentials = self.credentials.clone().asking(|scopes| {
            let logs = |scope: &String| scope == LOGS;
            if scopes.iter().any(logs) { scopes.to_vec() } else { vec![LOGS.to_owned()] }
        });
        Reader::new(Arc::clone(&self.transport), credentials, self.governor.clone(), self.policy.clone())
    }

    /// Returns what can change the org. For `apply` alone. Its time begins now: how long somebody thought about the plan does not count.
    pub(super) fn writer(&self) -> Writer {
        let policy = self.policy.clone().timeout(self.timeout);
        Writer::new(Arc::clone(&self.transport), self.credentials.clone(), self.governor.clone(), policy)
    }

    /// Tells whether there are credentials for a system.
    pub(super) fn reaches(&self, system: System) -> bool {
        match system {
            System::Okta => self.credentials.org().is_some(),
            System::Portal => self.credentials.portal().is_some(),
        }
    }

    /// Fails if there are no credentials for what is needed.
    pub(super) fn must_have(&self, okta: bool, portal: bool) -> Result<(), CommandError> {
        const OKTA: &str = "set the org and a token of it,\n    export OKTA_CLIENT_ORGURL=https://acme.okta.com OKTA_CLIENT_TOKEN=…";
        const PORTAL: &str = "set the portal and a token of it,\n    export TYK_PORTAL_URL=https://portal.example.com TYK_PORTAL_TOKEN=…";
        let needs = [(okta, self.credentials.org(), "org", OKTA), (portal, self.credentials.portal(), "portal", PORTAL)];
        let missing: Vec<_> = needs.into_iter().filter(|(needed, there, ..)| *needed && there.is_none()).collect();
        let what = match missing.as_slice() {
            [] => return Ok(()),
            _ if self.credentials.is_empty() => String::new(),
            several => format!(" for the {}", several.iter().map(|(.., what, _)| *what).collect::<Vec<_>>().join(" and the ")),
        };
        let hints: Vec<_> = missing.iter().map(|(.., hint)| *hint).collect();
        let hint = format!("{}\n  {}", hints.join("\n  "), self.otherwise);
        Err(CommandError::new(format!("there are no credentials{what} in the environment")).hint(hint))
    }

    /// Returns how org and portal are read: each if some manifest speaks of it, and the org also if the target names it. Fails if there
    /// are no credentials for one that must be.
    pub(super) fn sweep(&self, declared: &Declared, network: &Network, context: &Context) -> Result<Sweep, CommandError> {
        let [org, portal] = [System::Okta, System::Portal].map(|system| declared.desired.speaks_of(system));
        let okta = org || !portal || (self.names_org && self.credentials.org().is_some());
        self.must_have(okta, portal)?;
        let systems = [(okta, System::Okta), (portal, System::Portal)].into_iter().filter_map(|(read, system)| read.then_some(system));
        Ok(Sweep { reader: self.reader(), systems: systems.collect(), parallelism: network.parallelism, progress: context.progress() })
    }
}
