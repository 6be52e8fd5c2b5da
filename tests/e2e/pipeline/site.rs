//! What a pipeline is about: a git repository with manifests and its people, and the emulated org as a process of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The project that is reviewed, planned and applied.
const PROJECT: &str = "apiVersion: idpctl/v1
kind: Project
project: payments
targets:
  default: {vars: {host: example.com}}
";

const WEB: &str = "apiVersion: idpctl/v1
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
  token_endpoint_auth_method: client_secret_basic
  client_secrets: [{name: '2026-03', env: IDPCTL_WEB_SECRET}]
";

/// A repository at a forge, a clone of it, and an org.
pub(super) struct Site {
    folder: TempDir,
    org: Child,
    /// The address of the org.
    pub(super) url: String,
    /// The token of the org.
    pub(super) token: String,
}

impl Site {
    /// Makes the repository with one commit on `main`, and starts an org in which nothing is.
    pub(super) fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        for name in ["home", "origin", "clone", "org"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let mut org = Command::new(env!("CARGO_BIN_EXE_idpctl"));
        org.args(["emulator", "--port", "0", "--data"]).arg(folder.path().join("org")).env_clear().envs(crate::org::contract());
        let mut org = org.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary runs");
        let mut line = String::new();
        BufReader::new(org.stdout.take().expect("it is a pipe")).read_line(&mut line).expect("it says where it is");
        let told: Value = serde_json::from_str(&line).expect("it says so in JSON");
        let text = |name: &str| told[name].as_str().expect("a text").to_owned();
        let (url, token) = (text("okta"), text("okta_token"));
        let site = Self { folder, org, url, token };
        site.git_in("origin", &["init", "-q", "--bare", "-b", "main"]);
        // As a forge does: any commit can be fetched.
        site.git_in("origin", &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        site.git_in("clone", &["init", "-q", "-b", "main"]);
        site.git(&["remote", "add", "origin", &site.origin()]);
        site.write("idpctl.yaml", PROJECT);
        site.write("manifests/web.yaml", WEB);
        site.commit("first");
        site.git(&["push", "-q", "origin", "main"]);
        site
    }

    /// Returns the address of the repository.
    pub(super) fn origin(&self) -> String {
        format!("file://{}", self.path("origin").display())
    }

    /// Returns a path beside the repository.
    pub(super) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Makes a new folder beside the repository.
    pub(super) fn new_folder(&self, purpose: &str) -> PathBuf {
        tempfile::Builder::new().prefix(purpose).tempdir_in(self.folder.path()).expect("a folder").keep()
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path("clone").join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file can be written");
    }

    pub(super) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("clone").join(path)).expect("the file is there");
        assert!(text.contains(from), "{path} has no `{from}`");
        self.write(path, &text.replace(from, to));
    }

    /// Runs git in a folder, hermetically; returns what it says.
    pub(super) fn git_in(&self, folder: impl AsRef<Path>, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(self.path(folder)).env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", self.path("home"));
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "test").env(format!("GIT_{role}_EMAIL"), "test@example.com");
            git.env(format!("GIT_{role}_DATE"), "2026-01-01T00:00:00Z");
        }
        let output = git.output().expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        self.git_in("clone", arguments)
    }

    pub(super) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Begins a branch at what is on `main` now.
    pub(super) fn branch(&self, name: &str) {
        self.git(&["fetch", "-q", "origin", "main"]);
        self.git(&["checkout", "-q", "-B", name, "FETCH_HEAD"]);
    }

    /// Commits what was changed to `main` itself; returns the commit.
    pub(super) fn push_to_main(&self, message: &str) -> String {
        let commit = self.commit(message);
        self.git(&["push", "-q", "origin", "HEAD:main"]);
        commit
    }

    /// Returns the merge of a commit with what is on `main` now, made without touching any branch.
    pub(super) fn merge_of(&self, head: &str) -> String {
        self.git(&["fetch", "-q", "origin", "main"]);
        self.git(&["checkout", "-q", "--detach", "FETCH_HEAD"]);
        self.git(&["merge", "-q", "--no-ff", "-m", "merge", head]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Returns the commit that puts all that a branch did onto `main` at once, as squashing does.
    pub(super) fn squash_of(&self, head: &str) -> String {
        self.git(&["fetch", "-q", "origin", "main"]);
        self.git(&["checkout", "-q", "--detach", "FETCH_HEAD"]);
        self.git(&["merge", "-q", "--squash", head]);
        self.commit("squashed")
    }

    /// Checks a commit out into a new folder, with so many commits of its history.
    pub(super) fn checkout(&self, reference: &str, depth: u64) -> PathBuf {
        let folder = self.new_folder("workspace");
        self.git_in(&folder, &["init", "-q"]);
        self.git_in(&folder, &["remote", "add", "origin", &self.origin()]);
        let depth = format!("--depth={depth}");
        let mut fetch = vec!["fetch", "-q"];
        fetch.extend(Some(depth.as_str()).filter(|depth| *depth != "--depth=0"));
        self.git_in(&folder, &[&fetch[..], &["origin", reference]].concat());
        self.git_in(&folder, &["checkout", "-q", "FETCH_HEAD"]);
        folder
    }

    /// Asks the org, as somebody in its console would.
    pub(super) fn org(&self, method: &str, path: &str, body: &str) -> Value {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--fail-with-body", "-X", method, "-H", &format!("authorization: SSWS {}", self.token), "-H"]);
        curl.args(["content-type: application/json", "-H", "accept: application/json"]);
        if !body.is_empty() {
            curl.args(["-d", body]);
        }
        let output = curl.arg(format!("{}{path}", self.url)).output().expect("curl runs");
        assert!(output.status.success(), "{method} {path}: {}", String::from_utf8_lossy(&output.stdout));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// Returns the labels of the org's apps.
    pub(super) fn labels(&self) -> Vec<String> {
        let apps = self.org("GET", "/api/v1/apps?limit=200", "");
        let mut labels: Vec<_> =
            apps.as_array().expect("a list").iter().map(|app| app["label"].as_str().expect("a text").to_owned()).collect();
        labels.sort();
        labels
    }

    /// Gives an app another label, in the console.
    pub(super) fn relabel(&self, from: &str, to: &str) {
        let apps = self.org("GET", "/api/v1/apps?limit=200", "");
        let mut app = apps.as_array().expect("a list").iter().find(|app| app["label"] == from).expect("the app is there").clone();
        app["label"] = to.into();
        let id = app["id"].as_str().expect("an id").to_owned();
        self.org("PUT", &format!("/api/v1/apps/{id}"), &app.to_string());
    }

    /// Returns a text in which what differs from run to run does not.
    pub(super) fn steady(&self, text: &str) -> String {
        let text = text.replace(&self.url, "http://ORG").replace(&self.folder.path().display().to_string(), "FOLDER");
        let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
        let mut out = String::new();
        for word in words {
            let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let is_id = bare.len() == 20 && ["00o", "0oa", "ocs"].iter().any(|prefix| bare.starts_with(prefix));
            let is_commit = bare.len() >= 10 && bare.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
            out.push_str(&if is_id || is_commit { word.replace(bare, if is_id { "ID" } else { "COMMIT" }) } else { word.to_owned() });
        }
        out
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.org.kill());
        drop(self.org.wait());
    }
}
