//! The environment and the target to what requests are sent through.
//!
//! The address always comes with the credential: a target only asserts which org it must be.

use std::sync::Arc;
use std::time::Duration;

use super::Context;
use super::args::Network;
use super::error::CommandError;
use super::waiting::Attentive;
use crate::env::Env;
use crate::http::{BaseUrl, Credentials, Governor, Reader, ReqwestTransport, RetryPolicy, Transport, Writer};
use crate::manifest::{Place, Target};
use crate::observe::{Expected, Sweep};
use crate::secret::Secret;

/// For how long something must have been heard of as missing before it is made, against a real org: its lists lag behind its writes.
const SETTLE: Duration = Duration::from_secs(3);

/// A way to an org.
pub(super) struct Connection {
    transport: Arc<dyn Transport>,
    credentials: Credentials,
    governor: Governor,
    policy: RetryPolicy,
    timeout: Duration,
    /// What the target says about the org.
    pub(super) expected: Expected,
    /// How the credentials sign in, in words.
    pub(super) how: &'static str,
    /// For how long a "not there" must stand before something is made.
    pub(super) settle: Duration,
}

/// Tells whether the environment means a real org, if perhaps incompletely.
pub(super) fn real_org_at_hand(env: &Env) -> bool {
    !matches!(Credentials::from_env(env), Ok(None))
}

/// Makes the connection to the target's org. Nothing is sent.
pub(super) fn connect(target: &Target, network: &Network, context: &Context) -> Result<Connection, CommandError> {
    let connection = match &target.place {
        Place::Emulator { data } => emulated(data, network, context),
        Place::Credentials { org_url, org_id, portal_url: _ } => {
            let Some(credentials) = credentials(context)? else { return Err(nobody(target)) };
            real(org_url.as_deref(), org_id.clone(), credentials, network)
        }
    }?;
    let printer = context.printer;
    let transport = Arc::new(Attentive::new(connection.transport, move |line: &str| printer.interject(line)));
    Ok(Connection { transport, ..connection })
}

fn credentials(context: &Context) -> Result<Option<Credentials>, CommandError> {
    Credentials::from_env(&context.env).map_err(|error| CommandError::new(error).doing("the environment gives no credentials"))
}

/// Says how to sign in, or how to do without an org.
fn nobody(target: &Target) -> CommandError {
    let without = match target.emulators.first() {
        Some(name) => format!("or try it on the emulator, with `--target {name}`"),
        None => "or define a target with an `emulator` in idpctl.yaml".to_owned(),
    };
    CommandError::new("there are no credentials in the environment").hint(format!(
        "set the org and a token of it,\n    export OKTA_CLIENT_ORGURL=https://acme.okta.com OKTA_CLIENT_TOKEN=…\n  {without}"
    ))
}

fn real(org_url: Option<&str>, org_id: Option<String>, credentials: Credentials, network: &Network) -> Result<Connection, CommandError> {
    let org_url =
        org_url.map(BaseUrl::parse).transpose().map_err(|error| CommandError::new(error).doing("the target's `org_url` cannot be used"))?;
    let transport = ReqwestTransport::new().map_err(|error| {
        let hint = "without the system's certificates no server can be trusted: install them (`ca-certificates`), or name a file of them in `SSL_CERT_FILE`";
        CommandError::new(error).doing("could not set up TLS").hint(hint)
    })?;
    let settle = if is_loopback(credentials.org()) { Duration::ZERO } else { SETTLE };
    let expected = Expected { org_url, org_id };
    Ok(Connection { expected, settle, ..Connection::new(Arc::new(transport), credentials, "an API token (SSWS)", network) })
}

/// A server on this machine is the emulated org or a test: its lists do not lag, unless they are told to.
fn is_loopback(org: &BaseUrl) -> bool {
    let url = org.to_string();
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
    let credentials = Credentials::ssws(url, Secret::new(org.okta_token().to_owned())).expect("the emulator makes sound tokens");
    Ok(Connection::new(Arc::new(InProcessTransport::new(org)), credentials, "the emulator's own token", network))
}

#[cfg(not(feature = "emulator"))]
fn emulated(_: &str, _: &Network, _: &Context) -> Result<Connection, CommandError> {
    Err(CommandError::new("the target is the emulator, which this idpctl was built without"))
}

impl Connection {
    fn new(transport: Arc<dyn Transport>, credentials: Credentials, how: &'static str, network: &Network) -> Self {
        Self {
            transport,
            credentials,
            governor: Governor::new(network.rate_budget),
            policy: RetryPolicy::default().timeout(network.timeout),
            timeout: network.timeout,
            expected: Expected::default(),
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

    /// Returns what can change the org. For `apply` alone. Its time begins now: how long somebody thought about the plan does not count.
    pub(super) fn writer(&self) -> Writer {
        let policy = self.policy.clone().timeout(self.timeout);
        Writer::new(Arc::clone(&self.transport), self.credentials.clone(), self.governor.clone(), policy)
    }

    /// Returns how the org is read.
    pub(super) fn sweep(&self, network: &Network, context: &Context) -> Sweep {
        Sweep { reader: self.reader(), parallelism: network.parallelism, progress: context.progress() }
    }
}
