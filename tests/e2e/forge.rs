//! Stand-ins of GitHub's and GitLab's REST APIs on loopback, as far as comments go, and the binary in a job there.
//!
//! What a request is answered with comes from a list of comments, unless a rule of the test answers first. The texts of errors are those that the
//! forges' documentation shows.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::org::Output;
use crate::relay::Relay;

pub(crate) type Request = http::Request<Vec<u8>>;
pub(crate) type Response = http::Response<Vec<u8>>;

/// The token of the job: it must be in no output.
pub(crate) const TOKEN: &str = "ghs_SentinelOfTheJob0123456789";
/// Who the token belongs to.
pub(crate) const US: u64 = 41_898_282;
/// Somebody else.
pub(crate) const STRANGER: u64 = 7;

/// What a rule says about a request.
pub(crate) enum Ruling {
    /// The list of comments answers.
    Pass,
    /// This is the answer.
    Answer(Response),
    /// The connection breaks, and nothing was done.
    Break,
    /// It is done, and then the connection breaks.
    BreakAfter,
}

type Rule = Box<dyn Fn(&Request) -> Ruling + Send + Sync>;

/// A comment as a stand-in keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: u64,
    pub(crate) author: u64,
    pub(crate) body: String,
}

/// What the stand-in knows.
#[derive(Default)]
pub(crate) struct Forge {
    pub(crate) comments: Vec<Stored>,
    next: u64,
    /// Who the token belongs to, if not to the pipeline itself.
    pub(crate) person: Option<u64>,
    /// Method, path and query of each request that came.
    pub(crate) asked: Vec<String>,
    /// The headers of the last request but the host, and with the token's value named.
    pub(crate) headers: BTreeMap<String, String>,
    address: String,
}

/// A stand-in, and the job that talks to it.
pub(crate) struct Job {
    pub(crate) forge: Arc<Mutex<Forge>>,
    relay: Relay,
    folder: TempDir,
    env: BTreeMap<String, String>,
}

pub(crate) fn answer(status: u16, body: &Value) -> Response {
    let response = http::Response::builder().status(status).header("content-type", "application/json; charset=utf-8");
    response.body(body.to_string().into_bytes()).expect("an answer")
}

impl Forge {
    /// Adds a comment, as somebody would in the browser.
    pub(crate) fn write(&mut self, author: u64, body: &str) -> u64 {
        self.next += 1;
        self.comments.push(Stored { id: 100 + self.next, author, body: body.to_owned() });
        100 + self.next
    }

    fn shown(&self, comment: &Stored, gitlab: bool) -> Value {
        let Stored { id, author, body } = comment;
        if gitlab {
            return json!({"id": id, "body": body, "author": {"id": author, "username": "project_4711_bot"}, "system": false});
        }
        let (login, kind) = if *author == US { ("github-actions[bot]", "Bot") } else { ("mallory", "User") };
        let page = format!("http://{}/acme/clients/pull/7#issuecomment-{id}", self.address);
        json!({"id": id, "html_url": page, "body": body, "user": {"id": author, "login": login, "type": kind}})
    }

    /// Answers as the forges do. People's comments cannot be changed with the token here.
    pub(crate) fn answer(&mut self, request: &Request) -> Response {
        let gitlab = request.uri().path().starts_with("/api/v4/");
        let us = self.person.unwrap_or(US);
        let path = request.uri().path().trim_start_matches("/api/v4");
        let text = || serde_json::from_slice::<Value>(request.body()).ok()?.get("body")?.as_str().map(str::to_owned);
        let id = path.rsplit('/').next().and_then(|last| last.parse::<u64>().ok());
        let found = self.comments.iter().position(|comment| Some(comment.id) == id);
        let not_found = || answer(404, &json!({"message": if gitlab { "404 Not found" } else { "Not Found" }}));
        match (request.method().as_str(), path) {
            ("GET", "/user") if gitlab => answer(200, &json!({"id": US, "username": "project_4711_bot"})),
            ("GET", "/user") if self.person.is_some() => answer(200, &json!({"id": us, "login": "mallory", "type": "User"})),
            ("GET", "/user") => answer(403, &json!({"message": "Resource not accessible by integration"})),
            ("GET", _) if path.ends_with("/comments") || path.ends_with("/notes") => self.page(request, gitlab),
            ("POST", _) if path.ends_with("/comments") || path.ends_with("/notes") => {
                let id = self.write(us, &text().expect("a text"));
                let made = self.comments.iter().find(|comment| comment.id == id).expect("it was made");
                answer(201, &self.shown(made, gitlab))
            }
            ("PATCH" | "PUT" | "DELETE", _) => match found {
                None => not_found(),
                Some(at) if self.comments[at].author != us => answer(403, &json!({"message": "Forbidden"})),
                Some(at) if request.method() == "DELETE" => {
                    self.comments.remove(at);
                    http::Response::builder().status(204).body(Vec::new()).expect("an answer")
                }
                Some(at) => {
                    self.comments[at].body = text().expect("a text");
                    answer(200, &self.shown(&self.comments[at], gitlab))
                }
            },
            _ => not_found(),
        }
    }

    /// Answers with one page of a hundred.
    fn page(&self, request: &Request, gitlab: bool) -> Response {
        let query = request.uri().query().unwrap_or_default();
        let page: usize = query.split('&').find_map(|pair| pair.strip_prefix("page=")?.parse().ok()).unwrap_or(1);
        let shown: Vec<_> = self.comments.iter().skip((page - 1) * 100).take(100).map(|comment| self.shown(comment, gitlab)).collect();
        let mut response = answer(200, &json!(shown));
        let more = self.comments.len() > page * 100;
        if gitlab {
            let next = if more { (page + 1).to_string() } else { String::new() };
            response.headers_mut().insert("x-next-page", next.parse().expect("a header"));
        } else if more {
            let link = format!("<http://{}{}?per_page=100&page={}>; rel=\"next\"", self.address, request.uri().path(), page + 1);
            response.headers_mut().insert("link", link.parse().expect("a header"));
        }
        response
    }
}

impl Job {
    /// Starts a job on a pull request at GitHub.
    pub(crate) fn github() -> Self {
        Self::github_with(|_| Ruling::Pass)
    }

    /// The same, with a rule that sees requests first.
    pub(crate) fn github_with(rule: impl Fn(&Request) -> Ruling + Send + Sync + 'static) -> Self {
        let mut job = Self::new(Box::new(rule));
        let (url, event) = (job.relay.url(), job.folder.path().join("event.json"));
        fs::write(&event, r#"{"number": 7, "pull_request": {"number": 7}}"#).expect("a file can be written");
        let event = event.to_str().expect("text").to_owned();
        for (name, value) in [("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/clients"), ("GITHUB_TOKEN", TOKEN)] {
            job.set(name, value);
        }
        job.set("GITHUB_API_URL", &url);
        job.set("GITHUB_EVENT_PATH", &event);
        job
    }

    /// Starts a job on a merge request at GitLab.
    pub(crate) fn gitlab() -> Self {
        Self::gitlab_with(|_| Ruling::Pass)
    }

    /// The same, with a rule that sees requests first.
    pub(crate) fn gitlab_with(rule: impl Fn(&Request) -> Ruling + Send + Sync + 'static) -> Self {
        let mut job = Self::new(Box::new(rule));
        let url = job.relay.url();
        for (name, value) in [("GITLAB_CI", "true"), ("CI_PROJECT_ID", "4711"), ("CI_MERGE_REQUEST_IID", "7"), ("GITLAB_TOKEN", TOKEN)] {
            job.set(name, value);
        }
        job.set("CI_API_V4_URL", &format!("{url}/api/v4"));
        job.set("CI_PROJECT_URL", &format!("{url}/acme/clients"));
        job
    }

    fn new(rule: Rule) -> Self {
        let forge = Arc::new(Mutex::new(Forge::default()));
        let served = Arc::clone(&forge);
        let relay = Relay::answering(move |request| {
            {
                let mut forge = locked(&served);
                forge.asked.push(format!("{} {}", request.method(), request.uri()));
                let headers = request.headers().iter().filter(|(name, _)| *name != "host");
                let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().expect("text").replace(TOKEN, "TOKEN")));
                forge.headers = headers.collect();
            }
            // Not locked here: a rule may hold a request for as long as it likes.
            match rule(&request) {
                Ruling::Pass => Some(locked(&served).answer(&request)),
                Ruling::Answer(answer) => Some(answer),
                Ruling::Break => None,
                Ruling::BreakAfter => {
                    drop(locked(&served).answer(&request));
                    None
                }
            }
        });
        relay.url().trim_start_matches("http://").clone_into(&mut locked(&forge).address);
        Self { forge, relay, folder: TempDir::new().expect("a temporary folder"), env: BTreeMap::new() }
    }

    pub(crate) fn forge(&self) -> MutexGuard<'_, Forge> {
        locked(&self.forge)
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.env.remove(name);
    }

    /// Writes a file where the binary runs.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), text).expect("a file can be written");
    }

    /// Returns a path where the binary runs.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns a variable of the job.
    pub(crate) fn env(&self, name: &str) -> String {
        self.env.get(name).cloned().unwrap_or_default()
    }

    /// Returns the binary with arguments, ready to be run in the job.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_idpctl"));
        command.args(arguments.split_whitespace());
        command
    }

    /// Returns a program, ready to be run in the job, which finds the binary as `idpctl`.
    pub(crate) fn program(&self, program: &str) -> Command {
        let bin = Path::new(env!("CARGO_BIN_EXE_idpctl")).parent().expect("the binary is in a folder");
        let usual = std::env::var_os("PATH").unwrap_or_default();
        let path = [bin.to_path_buf()].into_iter().chain(std::env::split_paths(&usual));
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_clear().envs(&self.env).env("PATH", std::env::join_paths(path).expect("a path"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the binary with a text on standard input.
    pub(crate) fn run(&self, arguments: &str, text: &str) -> Output {
        self.forge().asked.clear();
        let mut child = self.command(arguments).spawn().expect("the binary runs");
        let mut stdin = child.stdin.take().expect("it is a pipe");
        // Who is told what is wrong at once may not read it all.
        drop(stdin.write_all(text.as_bytes()));
        drop(stdin);
        let output = child.wait_with_output().expect("the child is gone");
        let output = Output::of(output.status.code(), &output.stdout, &output.stderr, self.folder.path());
        assert!(!output.everything().contains("SentinelOfTheJob"), "{output}");
        output
    }

    /// Returns what a run said, without what differs from run to run.
    pub(crate) fn said(&self, arguments: &str, text: &str) -> String {
        self.shown(&self.run(arguments, text))
    }

    /// Returns an output as it is shown.
    pub(crate) fn shown(&self, output: &Output) -> String {
        self.relay.shown(output).replace("http://RELAY", "FORGE")
    }

    /// Returns the comments with their authors.
    pub(crate) fn comments(&self) -> String {
        let forge = self.forge();
        let who = |author| if author == US { "us" } else { "stranger" };
        let shown = forge.comments.iter().map(|comment| format!("{} {}: {}", comment.id, who(comment.author), comment.body.escape_debug()));
        shown.collect::<Vec<_>>().join("\n")
    }

    /// Returns the requests of the last run.
    pub(crate) fn asked(&self) -> String {
        self.forge().asked.join("\n")
    }
}

fn locked(forge: &Mutex<Forge>) -> MutexGuard<'_, Forge> {
    forge.lock().expect("nobody panics with it")
}
