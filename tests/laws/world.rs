//! An emulated org in this process, and the pipeline over it.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use idpctl::apply::{self, NoJournal, Report};
use idpctl::desired::{Desired, KeySets, resolve};
use idpctl::diagnostic::{Diagnostics, Sources};
use idpctl::diff::SecretHashes;
use idpctl::http::{Budget, Credentials, Governor, InProcessTransport, OrgUrl, Reader, RetryPolicy, Writer};
use idpctl::manifest::{self, SourceFile, Variables};
use idpctl::observe::{Expected, Silent, Sweep};
use idpctl::pipeline::{self, Observation};
use idpctl::plan::{Choices, Plan};
use idpctl::secret::{Secret, SecretRef};
use idpctl_emulator::{Config, Org};
use tokio::sync::watch;

/// An org, and the values of the secrets that manifests may name.
pub(crate) struct World {
    pub(crate) org: Org,
    secrets: BTreeMap<SecretRef, Secret>,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let org = Org::open(config).expect("an org in memory opens");
        let secret =
            |name: &str| (SecretRef::Env(format!("IDPCTL_{name}")), Secret::new(format!("a secret that is called {name}, of good length")));
        Self { org, secrets: ["ONE", "TWO", "THREE"].map(secret).into() }
    }

    /// Runs something on a clock that stands still unless everybody waits.
    pub(crate) fn run<T>(&self, what: impl AsyncFnOnce(&Self) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime starts");
        runtime.block_on(what(self))
    }

    fn connection(&self) -> (Arc<InProcessTransport>, Credentials, Governor, RetryPolicy) {
        let url = OrgUrl::parse("http://127.0.0.1:7").expect("a loopback address");
        let token = Secret::new(self.org.okta_token().to_owned());
        let credentials = Credentials::ssws(url, token).expect("a token that can stand in a header");
        let budget = Budget::percent(100).expect("a share");
        (Arc::new(InProcessTransport::new(self.org.clone())), credentials, Governor::new(budget), RetryPolicy::default())
    }

    fn hashes(&self) -> SecretHashes {
        self.secrets.iter().map(|(reference, secret)| (reference.clone(), Ok(secret.hash()))).collect()
    }

    pub(crate) async fn observe(&self, desired: &Desired, choices: &Choices) -> Observation {
        let (transport, credentials, governor, policy) = self.connection();
        let reader = Reader::new(transport, credentials, governor, policy);
        let sweep = Sweep { reader, parallelism: NonZeroUsize::MIN, progress: Arc::new(Silent) };
        pipeline::observe(desired, &self.hashes(), choices, sweep, &Expected::default()).await.expect("the org is read")
    }

    pub(crate) async fn plan(&self, desired: &Desired, choices: &Choices) -> (Plan, Observation) {
        let observation = self.observe(desired, choices).await;
        match pipeline::plan(desired, &observation.observed, &self.hashes(), choices.clone()) {
            Ok(plan) => (plan, observation),
            Err(pipeline::Error::Problems(problems)) => panic!("{:#?}", problems.sorted()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn apply(&self, plan: &Plan, observation: &Observation) -> Report {
        let (transport, credentials, governor, policy) = self.connection();
        let options = apply::Options {
            parallelism: NonZeroUsize::MIN,
            settle: Duration::ZERO,
            observed_at: observation.at,
            stop: watch::channel(false).1,
            journal: Arc::new(NoJournal),
        };
        apply::apply(plan, Writer::new(transport, credentials, governor, policy), self.secrets.clone(), options).await
    }
}

/// Returns what some manifests declare; JSON is YAML.
pub(crate) fn declared(documents: &[serde_json::Value]) -> Desired {
    let text = documents.iter().map(|d| format!("---\n{d:#}\n")).collect::<Vec<_>>().concat();
    let file = SourceFile { name: "generated.yaml".into(), text: text.as_str().into() };
    let mut diagnostics = Diagnostics::default();
    let read = manifest::read(&[file], Some(&Variables::new()), &mut Sources::default(), &mut diagnostics);
    let desired = resolve("laws", true, &read, &KeySets::new(), &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{:#?}\n{text}", diagnostics.sorted());
    desired
}
