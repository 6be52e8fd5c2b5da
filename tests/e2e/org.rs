//! One environment for every scenario: a temporary repository, an emulated org on loopback, and the real binary between them.
//!
//! What differs from one run to the next (port, folder, times, request ids) is filtered out of all output here and nowhere else.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use idpctl_emulator::{Config, Org, Seen};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// An emulated org and a repository whose manifests are about it.
pub(crate) struct TestOrg {
    /// The org itself, to look into and to break.
    pub(crate) org: Org,
    url: String,
    folder: TempDir,
    env: BTreeMap<String, String>,
    runtime: Runtime,
}

/// What a run of the binary said, how it ended, and what it sent.
#[must_use = "either snapshot the output or assert how it ended"]
pub(crate) struct Output {
    /// Standard output, as it was written.
    pub(crate) stdout: String,
    /// Standard error, as it was written.
    pub(crate) stderr: String,
    /// The exit status.
    pub(crate) status: i32,
    /// The requests that the org saw.
    pub(crate) requests: Vec<Seen>,
    volatile: Vec<(String, &'static str)>,
}

/// What a frozen org in memory is made from: the same ids, dates and secrets every time.
pub(crate) fn frozen() -> Config {
    Config { frozen_clock: true, ..Config::default() }
}

impl TestOrg {
    /// Serves a new, frozen org.
    pub(crate) fn new() -> Self {
        Self::with(frozen())
    }

    /// Serves a new org made from some settings.
    pub(crate) fn with(config: Config) -> Self {
        Self::serving(Org::open(config).expect("an org in memory opens"))
    }

    /// Serves an org, on a port that the operating system chooses, for as long as the test lasts.
    pub(crate) fn serving(org: Org) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        listener.set_nonblocking(true).expect("a listener can be made to wait for nobody");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime starts");
        let served = org.clone();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("the runtime takes a listener");
            served.serve(listener, std::future::pending()).await
        });
        let folder = TempDir::new().expect("a temporary folder");
        fs::create_dir_all(folder.path().join("home")).expect("a home");
        fs::create_dir_all(folder.path().join("repository/manifests")).expect("a repository");
        let env = [("OKTA_CLIENT_ORGURL", url.clone()), ("OKTA_CLIENT_TOKEN", org.okta_token().to_owned())];
        let env = env.map(|(name, value)| (name.to_owned(), value)).into();
        Self { org, url, folder, env, runtime }
    }

    /// Returns the org's address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns a path in the repository.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join("repository").join(path)
    }

    /// Writes a file of the repository.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    /// Reads a file of the repository.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("the file is there")
    }

    /// Deletes a file of the repository.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("the file is there");
    }

    /// Sets a variable for the runs to come.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.env.insert(name.to_owned(), value.into());
    }

    /// Takes a variable from the runs to come.
    pub(crate) fn unset(&mut self, name: &str) {
        self.env.remove(name);
    }

    /// Gives the runs to come credentials for the portal.
    pub(crate) fn with_portal(mut self) -> Self {
        let (url, token) = (self.url.clone(), self.org.portal_token().to_owned());
        self.set("TYK_PORTAL_URL", url);
        self.set("TYK_PORTAL_TOKEN", token);
        self
    }

    /// Takes the org's credentials from the runs to come.
    pub(crate) fn without_org(mut self) -> Self {
        self.env.retain(|name, _| !name.starts_with("OKTA_"));
        self
    }

    /// Makes requests fail.
    pub(crate) fn faults(&self, specs: &[&str]) {
        self.org.set_faults(specs.iter().map(|spec| spec.parse().expect("a fault")).collect());
    }

    /// Asks the org directly, as its administrator.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.try_send(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// Asks the org directly, for the status and what it says.
    pub(crate) fn try_send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request =
            request.header("authorization", self.authorization(path)).header("accept", "application/json").body(bytes).expect("a request");
        let answer = self.runtime.block_on(self.org.call(request)).expect("an answer");
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
    }

    fn authorization(&self, path: &str) -> String {
        if path.starts_with("/portal-api/") { self.org.portal_token().to_owned() } else { format!("SSWS {}", self.org.okta_token()) }
    }

    /// Reads something of the org directly.
    pub(crate) fn get(&self, path: &str) -> Value {
        self.send("GET", path, &Value::Null)
    }

    /// Returns the app with a label, which there must be one of.
    pub(crate) fn app(&self, label: &str) -> Value {
        let apps = self.get("/api/v1/apps?limit=200");
        let mut found = apps.as_array().expect("a list").iter().filter(|app| app["label"] == label);
        let app = found.next().unwrap_or_else(|| panic!("no app is called {label}"));
        assert!(found.next().is_none(), "two apps are called {label}");
        self.get(&format!("/api/v1/apps/{}", app["id"].as_str().expect("an id")))
    }

    /// Returns the id of the app with a label.
    pub(crate) fn id(&self, label: &str) -> String {
        self.app(label)["id"].as_str().expect("an id").to_owned()
    }

    /// Runs the binary with arguments that are separated by spaces.
    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.run_with(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs the binary.
    pub(crate) fn run_with(&self, arguments: &[&str]) -> Output {
        self.org.clear_requests();
        let output = self.command(arguments).output().expect("the binary runs");
        self.output(output.status.code(), &output.stdout, &output.stderr)
    }

    /// Runs the binary until the org has seen as many requests like `METHOD /path` as are told, and kills it then, with no warning.
    pub(crate) fn kill_at(&self, arguments: &str, request: &str, times: usize) -> Output {
        self.org.clear_requests();
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        let mut child = self.command(&arguments).spawn().expect("the binary runs");
        let seen = || self.org.requests().iter().filter(|seen| format!("{} {}", seen.method, seen.path).contains(request)).count();
        let arrived = self.runtime.block_on(async {
            let mut ticks = tokio::time::interval(Duration::from_millis(2));
            let arrival = async {
                while seen() < times && is_alive(&mut child) {
                    ticks.tick().await;
                }
            };
            tokio::time::timeout(Duration::from_mins(1), arrival).await
        });
        child.kill().expect("the child can be killed");
        let output = child.wait_with_output().expect("the child is gone");
        assert!(arrived.is_ok() && seen() >= times, "{request} was not seen: {}", String::from_utf8_lossy(&output.stderr));
        self.output(output.status.code(), &output.stdout, &output.stderr)
    }

    /// Runs the binary with so much memory to be had and no more. Each thread reserves some that it does not use, so there are few.
    pub(crate) fn run_within(&self, mebibytes: u32, arguments: &str) -> Output {
        self.org.clear_requests();
        let limited = format!("ulimit -v {} && exec \"$0\" \"$@\"", mebibytes * 1024);
        let mut command = vec!["-c", &limited, env!("CARGO_BIN_EXE_idpctl")];
        command.extend(arguments.split_whitespace());
        let output = self.program("/bin/sh", &command).env("TOKIO_WORKER_THREADS", "2").output().expect("the binary runs");
        self.output(output.status.code(), &output.stdout, &output.stderr)
    }

    /// Returns the binary with arguments, ready to be run in this environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.program(env!("CARGO_BIN_EXE_idpctl"), arguments)
    }

    /// Returns a program with arguments, ready to be run in this environment.
    pub(crate) fn program(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(&self.env).env("HOME", self.folder.path().join("home")).env("LC_ALL", "C.UTF-8");
        command.envs(contract());
        command.current_dir(self.path(".")).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Makes an output of what a run said and how it ended.
    pub(crate) fn output(&self, status: Option<i32>, stdout: &[u8], stderr: &[u8]) -> Output {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("all output is UTF-8");
        let folder = self.folder.path().display().to_string();
        let volatile = vec![(self.url.clone(), "http://ORG"), (self.url.replace("http://", ""), "ORG"), (folder, "FOLDER")];
        let (stdout, stderr) = (text(stdout), text(stderr));
        Output { stdout, stderr, status: status.unwrap_or(-1), requests: self.org.requests(), volatile }
    }

    /// Asserts the three laws of what is applied: a plan is empty, another apply writes nothing, the same input gives the same bytes.
    pub(crate) fn assert_laws(&self, flags: &str) {
        let again = self.run(&format!("apply --auto-approve {flags}")).ends_with(0);
        assert_eq!(again.writes(), [""; 0], "apply twice equals once");
        let plans = [(); 2].map(|()| self.run(&format!("plan --detailed-exitcode --format json {flags}")).ends_with(0));
        assert_eq!(plans[0].stdout, plans[1].stdout, "the same input gives the same bytes");
        assert_eq!(plans[0].json()["actions"].as_array().map(Vec::len), Some(0), "a plan after an apply is empty");
    }
}

impl Output {
    /// Makes an output of what a run said that had no org to talk to, below some folder.
    pub(crate) fn of(status: Option<i32>, stdout: &[u8], stderr: &[u8], folder: &Path) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("all output is UTF-8");
        let volatile = vec![(folder.display().to_string(), "FOLDER")];
        Self { stdout: text(stdout), stderr: text(stderr), status: status.unwrap_or(-1), requests: Vec::new(), volatile }
    }

    /// Asserts how the run ended.
    pub(crate) fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Returns the requests that were sent, without queries.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.requests.iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
    }

    /// Returns the requests that were not GET, in the order in which they came.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.sent().into_iter().filter(|request| !request.starts_with("GET ")).collect()
    }

    /// Returns standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}:\n{self}"))
    }

    /// Returns everything that was written.
    pub(crate) fn everything(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stderr = if self.stderr.is_empty() { String::new() } else { format!("------- stderr -------\n{}", self.stderr) };
        let text = format!("{}{stderr}[exit status: {}]", self.stdout, self.status);
        f.write_str(&steady(text, &self.volatile))
    }
}

/// Returns the variable by which an org that the binary serves finds the contract that it is held to in tests, if it is set here.
pub(crate) fn contract() -> Option<(&'static str, PathBuf)> {
    let shared = std::env::var_os("IDPCTL_SHARED")?;
    Some(("IDPCTL_SHARED", fs::canonicalize(shared).ok()?))
}

fn is_alive(child: &mut Child) -> bool {
    matches!(child.try_wait(), Ok(None))
}

/// Takes out of a text what is never the same twice.
fn steady(mut text: String, volatile: &[(String, &str)]) -> String {
    for (from, to) in volatile {
        text = text.replace(from, to);
    }
    let text = without(&text, " in ", |c| c.is_ascii_digit() || c == '.', " s", "TIME");
    let text = without(&text, ", ", |c| c.is_ascii_digit(), " attempts", "N");
    without(&text, "request id ", |c| c.is_ascii_alphanumeric() || c == '-' || c == '_', "", "ID")
}

/// Puts a word for whatever stands between two texts and is made of some characters.
fn without(text: &str, before: &str, of: impl Fn(char) -> bool, after: &str, word: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split(before);
    out.extend(parts.next());
    for part in parts {
        out.push_str(before);
        let end = part.find(|c| !of(c)).unwrap_or(part.len());
        if end > 0 && part[end..].starts_with(after) {
            out.push_str(word);
            out.push_str(&part[end..]);
        } else {
            out.push_str(part);
        }
    }
    out
}
