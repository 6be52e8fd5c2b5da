//! A real git repository with manifests, and the real binary in it: no org, no credentials, no network.

use std::fs;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::org::Output;

/// A git repository, and nothing else: no org, no credentials, no network.
pub(crate) struct Scratch {
    folder: TempDir,
}

pub(crate) const PROJECT: &str = "apiVersion: idpctl/v1
kind: Project
project: payments
defaults: {App: {visibility: {hide: {iOS: true, web: true}}}}
targets:
  default: {vars: {host: example.com}}
  staging: {vars: {host: staging.example.com}, overlays: [overlays/staging]}
";

pub(crate) const WEB: &str = "apiVersion: idpctl/v1
kind: App
metadata: {name: web}
spec:
  label: Web
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code]
      response_types: [code]
      redirect_uris: ['https://web.${var.host}/callback']
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: web}
spec:
  client_id: web-client
  client_secrets: [{name: '2026-03', env: IDPCTL_WEB_SECRET}]
";

pub(crate) const WORKER: &str = "apiVersion: idpctl/v1
kind: App
metadata: {name: worker}
spec:
  label: Worker
  status: ACTIVE
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token], jwks: {file: keys/worker.json}}}
---
apiVersion: idpctl/v1
kind: Grant
metadata: {name: worker}
spec: {scopes: [okta.users.read]}
";

pub(crate) const STAGING: &str = "apiVersion: idpctl/v1
kind: App
metadata: {name: web}
patch: {label: Web (staging)}
";

impl Scratch {
    /// Makes a repository with one commit.
    pub(crate) fn new() -> Self {
        let scratch = Self { folder: TempDir::new().expect("a temporary folder") };
        fs::create_dir_all(scratch.path("home")).expect("a home");
        fs::create_dir_all(scratch.path("repository")).expect("a repository");
        scratch.git("init -q -b main");
        scratch.write("idpctl.yaml", PROJECT);
        scratch.write("manifests/web.yaml", WEB);
        scratch.write("manifests/worker.yaml", WORKER);
        scratch.write("keys/worker.json", &keys("one"));
        scratch.write("overlays/staging/web.yaml", STAGING);
        scratch.commit("first");
        scratch
    }

    pub(crate) fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path("repository").join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("repository").join(path)).expect("the file is there");
        assert!(text.contains(from), "{path} has no `{from}`");
        self.write(path, &text.replace(from, to));
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path("repository").join(path)).expect("the file is there");
    }

    /// Runs git in the repository.
    pub(crate) fn git(&self, arguments: &str) {
        self.git_in("repository", &arguments.split(' ').collect::<Vec<_>>());
    }

    pub(crate) fn git_in(&self, folder: &str, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(self.path(folder)).env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", self.path("home"));
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "test").env(format!("GIT_{role}_EMAIL"), "test@example.com");
            git.env(format!("GIT_{role}_DATE"), "2026-01-01T00:00:00Z");
        }
        let output = git.output().expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git("add -A");
        self.git_in("repository", &["commit", "-q", "-m", message]);
    }

    /// Runs the binary in the repository, without any credentials.
    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.run_in("repository", &arguments.split_whitespace().collect::<Vec<_>>(), &[])
    }

    pub(crate) fn run_in(&self, folder: &str, arguments: &[&str], env: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idpctl"));
        let path = std::env::var_os("PATH").expect("git is found on it");
        command.args(arguments).current_dir(self.path(folder)).env_clear().env("PATH", path).env("HOME", self.path("home"));
        let output =
            command.env("GIT_CONFIG_GLOBAL", "/dev/null").envs(env.iter().copied()).stdin(Stdio::null()).output().expect("the binary runs");
        Output::of(output.status.code(), &output.stdout, &output.stderr, self.folder.path())
    }
}

fn keys(kid: &str) -> String {
    format!(r#"{{"keys": [{{"kty": "RSA", "kid": "{kid}", "e": "AQAB", "n": "{}"}}]}}"#, "x".repeat(342))
}

/// A repository in which everything that can become of an object has.
pub(crate) fn changed() -> Scratch {
    let scratch = Scratch::new();
    scratch.edit("manifests/web.yaml", "application_type: web", "application_type: native");
    scratch.edit("manifests/web.yaml", "[{name: '2026-03', env: IDPCTL_WEB_SECRET}]", "[{name: '2026-09', env: IDPCTL_WEB_SECRET_NEW}]");
    scratch.edit("manifests/worker.yaml", "  status: ACTIVE\n", "");
    scratch.edit("manifests/worker.yaml", "okta.users.read", "okta.users.manage");
    scratch.edit("manifests/worker.yaml", "name: worker", "name: robot");
    scratch.edit("overlays/staging/web.yaml", "Web (staging)", "Web on staging");
    scratch.commit("second");
    scratch
}
