//! An emulated org in this process, and the pipeline over it.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use idpctl::address::System;
use idpctl::apply::{self, NoJournal, Report};
use idpctl::desired::{Desired, resolve};
use idpctl::diagnostic::{Diagnostic, Diagnostics, Sources};
use idpctl::diff::SecretHashes;
use idpctl::export::{self, Repository};
use idpctl::http::{
    BaseUrl, Budget, Credentials, Governor, InProcessTransport, Jitter, Reader, ReqwestTransport, RetryPolicy, Sending, Transport, Writer,
};
use idpctl::manifest::{self, SourceFile, Variables};
use idpctl::observe::{self, Expected, Silent, Sweep};
use idpctl::observed::Observed;
use idpctl::pipeline::{self, Observation};
use idpctl::plan::{Choices, Plan};
use idpctl::secret::{Secret, SecretRef};
use idpctl::secrets::Outputs;
use idpctl_emulator::{Config, Org};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::scenario::SECRETS;
pub(crate) use crate::scenario::secret_value;

/// An org, and the values of the secrets that manifests may name.
pub(crate) struct World {
    pub(crate) org: Org,
    config: Config,
    socket: Option<std::net::TcpListener>,
    secrets: Mutex<BTreeMap<SecretRef, Secret>>,
    /// Where secrets go that the org makes.
    folder: TempDir,
    /// The bodies that were sent to the portal, each with its method and path.
    pub(crate) sent: Sent,
    /// For how long something must have been missing before it is made.
    pub(crate) settle: Duration,
    /// When a reading of the org, and an apply, are given up.
    pub(crate) timeout: Option<Duration>,
    /// How many requests are on their way at once at most.
    pub(crate) parallelism: NonZeroUsize,
    /// What requests go through, if not straight to the org.
    pub(crate) line: Option<Arc<dyn Transport>>,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let org = Org::open(config.clone()).expect("an org in memory opens");
        let secret = |name: &str| {
            let places = [SecretRef::Env(format!("IDPCTL_{name}")), SecretRef::File(format!("secrets/{name}"))];
            places.map(|place| (place, Secret::new(secret_value(name))))
        };
        Self {
            org,
            config,
            socket: None,
            secrets: Mutex::new(SECRETS.into_iter().flat_map(secret).collect()),
            folder: TempDir::new().expect("a temporary folder"),
            sent: Sent::default(),
            settle: Duration::ZERO,
            timeout: None,
            parallelism: NonZeroUsize::MIN,
            line: None,
        }
    }

    /// Returns a copy whose org goes its own way from here.
    pub(crate) fn fork(&self) -> Self {
        let Self { org, config, socket: _, secrets, folder, sent: _, settle, timeout, parallelism, line: _ } = self;
        let secrets = Mutex::new(secrets.lock().expect("nobody panics here").clone());
        let copy = Self { org: org.fork(), secrets, ..Self::new(config.clone()) };
        for file in fs::read_dir(folder.path()).expect("the folder is there").map(|entry| entry.expect("an entry")) {
            fs::copy(file.path(), copy.folder.path().join(file.file_name())).expect("a file can be copied");
        }
        Self { settle: *settle, timeout: *timeout, parallelism: *parallelism, ..copy }
    }

    /// Returns a world whose org is reached over a socket rather than in the process.
    pub(crate) fn over_socket(config: Config) -> Self {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        socket.set_nonblocking(true).expect("a socket can be made to wait for nobody");
        Self { socket: Some(socket), ..Self::new(config) }
    }

    /// Returns the files that secrets go to which the org makes.
    pub(crate) fn outputs(&self) -> Outputs {
        Outputs::new(Some(self.folder.path()))
    }

    /// Returns the secret in a file.
    pub(crate) fn written(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).expect("the secret is written")
    }

    /// Returns every file that holds a secret, with the secret.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder is there").map(|entry| entry.expect("an entry").file_name());
        entries.map(|name| name.into_string().expect("a name in UTF-8")).map(|name| (name.clone(), self.written(&name))).collect()
    }

    /// Deletes the file of a secret, if it is there.
    pub(crate) fn forget(&self, file: &str) {
        if self.folder.path().join(file).exists() {
            fs::remove_file(self.folder.path().join(file)).expect("a file can be deleted");
        }
    }

    /// Returns whether the org keeps members that nobody documented.
    pub(crate) fn keeps_unknown_fields(&self) -> bool {
        format!("{:?}", self.config.switches.unknown_fields()) == "Keep"
    }

    /// Returns whether the org lacks the feature that a field belongs to, and so drops the field: declaring it is an error there.
    pub(crate) fn lacks(&self, path: &str) -> bool {
        let switches = &self.config.switches;
        let absent = [
            ("settings.oauthClient.consent_method", format!("{:?}", switches.consent_method())),
            ("settings.oauthClient.participate_slo", format!("{:?}", switches.participate_slo())),
        ];
        absent.iter().any(|(field, value)| path == *field && value == "Absent")
    }

    /// Runs something, on a clock that stands still unless everybody waits if no socket is in between.
    pub(crate) fn run<T>(&self, what: impl AsyncFnOnce(&Self) -> T) -> T {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().start_paused(self.socket.is_none()).build().expect("a runtime starts");
        runtime.block_on(async {
            if let Some(socket) = &self.socket {
                let socket = socket.try_clone().and_then(tokio::net::TcpListener::from_std).expect("the runtime takes a socket");
                let org = self.org.clone();
                tokio::spawn(async move { org.serve(socket, std::future::pending()).await });
            }
            self.add_policy().await;
            what(self).await
        })
    }

    /// Returns the org's address, under which its own authorization server grants scopes.
    pub(crate) fn url(&self) -> String {
        let port = self.socket.as_ref().map_or(7, |s| s.local_addr().expect("a bound socket").port());
        format!("http://127.0.0.1:{port}")
    }

    /// Returns the ids of the org's access policies.
    pub(crate) async fn policies(&self) -> Vec<String> {
        let policies = self.somebody("GET", "/api/v1/policies?type=ACCESS_POLICY", serde_json::Value::Null).await;
        self.org.clear_requests();
        policies.as_array().expect("a list").iter().filter_map(|policy| policy["id"].as_str().map(str::to_owned)).collect()
    }

    /// Makes the groups of some names that are not there, and returns the ids of all of them.
    pub(crate) async fn groups(&self, names: &[&str]) -> Vec<String> {
        let mut ids = Vec::new();
        for name in names {
            let listed = self.somebody("GET", "/api/v1/groups", serde_json::Value::Null).await;
            let there = listed.as_array().expect("a list").iter().find(|group| group["profile"]["name"] == **name).cloned();
            let group = match there {
                Some(group) => group,
                None => self.somebody("POST", "/api/v1/groups", serde_json::json!({"profile": {"name": name}})).await,
            };
            ids.push(group["id"].as_str().expect("a group has an id").to_owned());
        }
        self.org.clear_requests();
        ids
    }

    /// Makes the access policy that manifests may name besides the org's own.
    pub(crate) async fn add_policy(&self) {
        let body = serde_json::json!({"type": "ACCESS_POLICY", "name": "One factor", "description": "for tests"});
        self.somebody("POST", "/api/v1/policies", body).await;
        self.org.clear_requests();
    }

    fn connection(&self) -> (Arc<dyn Transport>, Credentials, Governor, RetryPolicy) {
        let url = BaseUrl::parse(&self.url()).expect("a loopback address");
        let token = Secret::new(self.org.okta_token().to_owned());
        let portal = Secret::new(self.org.portal_token().to_owned());
        let portal = Credentials::portal_token(url.clone(), portal).expect("a token that can stand in a header");
        let credentials = Credentials::ssws(url, token).expect("a token that can stand in a header").and(portal);
        let transport: Arc<dyn Transport> = match (&self.line, &self.socket) {
            (Some(line), _) => Arc::clone(line),
            (None, None) => Arc::new(Recording(InProcessTransport::new(self.org.clone()), Arc::clone(&self.sent))),
            (None, Some(_)) => Arc::new(ReqwestTransport::new().expect("a client")),
        };
        // Without chance, a run takes the same time every time.
        let policy = RetryPolicy { jitter: Jitter::from_fn(|most| most / 2), ..RetryPolicy::default() };
        let policy = if let Some(timeout) = self.timeout { policy.timeout(timeout) } else { policy };
        (transport, credentials, Governor::new(Budget::percent(100).expect("a share")), policy)
    }

    /// Returns what reads the org.
    pub(crate) fn reader(&self) -> Reader {
        let (transport, credentials, governor, policy) = self.connection();
        Reader::new(transport, credentials, governor, policy)
    }

    pub(crate) fn hashes(&self) -> SecretHashes {
        let unset = (SecretRef::Env("IDPCTL_UNSET".to_owned()), Err("the variable IDPCTL_UNSET is not set".to_owned()));
        self.secrets().iter().map(|(reference, secret)| (reference.clone(), Ok(secret.hash()))).chain([unset]).collect()
    }

    pub(crate) async fn observe(&self, desired: &Desired, choices: &Choices) -> Observation {
        self.try_observe(desired, choices).await.expect("the org is read")
    }

    /// Returns what there is, or why that could not be read.
    pub(crate) async fn try_observe(&self, desired: &Desired, choices: &Choices) -> Result<Observation, observe::Error> {
        let (transport, credentials, governor, policy) = self.connection();
        let reader = Reader::new(transport, credentials, governor, policy);
        let [org, portal] = [System::Okta, System::Portal].map(|system| desired.speaks_of(system));
        let kinds = [(System::Okta, org || !portal), (System::Portal, portal)];
        let systems = kinds.into_iter().filter_map(|(system, speaks)| speaks.then_some(system)).collect();
        let sweep = Sweep { reader, systems, parallelism: self.parallelism, progress: Arc::new(Silent) };
        let mut observation = pipeline::observe(desired, &self.hashes(), choices, sweep, &Expected::default()).await?;
        let files = desired.clients.iter().filter_map(|client| Some(client.output.as_ref()?.file.clone()));
        observation.observed.outputs = files.map(|file| (file.clone(), self.outputs().look(&file))).collect();
        Ok(observation)
    }

    /// Reads org and portal for an export beside some manifests.
    pub(crate) async fn observe_for_export(
        &self,
        repository: &Repository<'_>,
        desired: &Desired,
        choice: &export::Choice,
        secrets: bool,
    ) -> Observed {
        let (transport, credentials, governor, policy) = self.connection();
        let reader = Reader::new(transport, credentials, governor, policy);
        let systems = [System::Okta, System::Portal].into();
        let sweep = Sweep { reader, systems, parallelism: self.parallelism, progress: Arc::new(Silent) };
        let observed = pipeline::observe_for_export(repository, desired, choice, secrets, sweep, &Expected::default()).await;
        observed.expect("the org is read")
    }

    /// Gives some variables values.
    pub(crate) fn give(&self, variables: impl IntoIterator<Item = (String, String)>) {
        let variables = variables.into_iter().map(|(name, value)| (SecretRef::Env(name), Secret::new(value)));
        self.secrets.lock().expect("nobody panics here").extend(variables);
    }

    fn secrets(&self) -> BTreeMap<SecretRef, Secret> {
        self.secrets.lock().expect("nobody panics here").clone()
    }

    pub(crate) async fn plan(&self, desired: &Desired, choices: &Choices) -> (Plan, Observation) {
        let (planned, observation) = self.try_plan(desired, choices).await;
        (planned.unwrap_or_else(|problems| panic!("{problems}")), observation)
    }

    /// Returns the plan, or what is wrong with the manifests in this org.
    pub(crate) async fn try_plan(&self, desired: &Desired, choices: &Choices) -> (Result<Plan, String>, Observation) {
        let observation = self.observe(desired, choices).await;
        (self.plan_of(desired, choices, &observation), observation)
    }

    /// Returns the plan that an observation gives, or what is wrong with the manifests in this org.
    pub(crate) fn plan_of(&self, desired: &Desired, choices: &Choices, observation: &Observation) -> Result<Plan, String> {
        pipeline::plan(desired, &observation.observed, &self.hashes(), choices.clone()).map_err(|error| match error {
            pipeline::Error::Problems(problems) => {
                let said = |d: &&Diagnostic| format!("{}\n  help: {}\n", d.message, d.help.as_deref().unwrap_or("none"));
                problems.sorted().iter().map(said).collect()
            }
            error => format!("{error}\n"),
        })
    }

    pub(crate) async fn apply(&self, plan: &Plan, observation: &Observation) -> Report {
        let (transport, credentials, governor, policy) = self.connection();
        let writer = Writer::new(transport, credentials, governor, policy);
        apply::apply(plan, writer, self.secrets(), self.options(observation)).await
    }

    /// Returns how a plan is carried out.
    pub(crate) fn options(&self, observation: &Observation) -> apply::Options {
        apply::Options {
            parallelism: self.parallelism,
            settle: self.settle,
            observed_at: observation.at,
            stop: watch::channel(false).1,
            outputs: self.outputs(),
            journal: Arc::new(NoJournal),
        }
    }
}

/// What was sent to the portal.
pub(crate) type Sent = Arc<std::sync::Mutex<Vec<String>>>;

/// Writes down what is sent to the portal.
struct Recording(InProcessTransport, Sent);

impl Transport for Recording {
    fn send(&self, request: http::Request<Vec<u8>>) -> Sending<'_> {
        if request.method() != "GET" && request.uri().path().starts_with("/portal-api/") {
            let body = String::from_utf8_lossy(request.body()).into_owned();
            let line = format!("{} {} {body}", request.method(), request.uri().path());
            self.1.lock().expect("nobody panics here").push(line.trim_end().to_owned());
        }
        self.0.send(request)
    }
}

/// Returns what some manifests declare; JSON is YAML.
pub(crate) fn declared(documents: &[serde_json::Value]) -> Desired {
    declared_by("laws", documents)
}

/// Returns what some manifests of a project declare.
pub(crate) fn declared_by(project: &str, documents: &[serde_json::Value]) -> Desired {
    let text = documents.iter().map(|d| format!("---\n{d:#}\n")).collect::<Vec<_>>().concat();
    declared_text(project, &text)
}

/// Returns what the text of some manifests declares.
pub(crate) fn declared_text(project: &str, text: &str) -> Desired {
    let file = SourceFile { name: "generated.yaml".into(), text: text.into() };
    let mut diagnostics = Diagnostics::default();
    let read = manifest::read(&[file], Some(&Variables::new()), &mut Sources::default(), &mut diagnostics);
    let desired = resolve(project, true, &read, &crate::generate::key_sets(), &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{:#?}\n{text}", diagnostics.sorted());
    desired
}
