//! A stand-in of a forge's REST API, as much of it as the pipeline uses: pull requests, comments, runs and pipelines, and what a token may do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::forge::{self, Request, Response, answer};
use crate::relay::Relay;

/// What a forge knows.
#[derive(Default)]
pub(super) struct Known {
    /// What each token may do: `pull-requests: read` and the like, as GitHub has them.
    pub(super) tokens: BTreeMap<String, BTreeSet<String>>,
    /// Pull requests by number, in GitHub's form.
    pub(super) pulls: BTreeMap<u64, Value>,
    /// Runs of workflows, in GitHub's form.
    pub(super) runs: Vec<Value>,
    /// The comments on each pull request.
    threads: BTreeMap<u64, forge::Forge>,
    /// Whatever else is answered to a GET of a path.
    pub(super) pages: BTreeMap<String, String>,
    /// Whether it takes comments from nobody.
    pub(super) takes_no_comments: bool,
    /// What was asked, in order, with the status of the answer.
    pub(super) log: Vec<String>,
}

/// A forge on loopback, for as long as it lives.
pub(super) struct Forge {
    known: Arc<Mutex<Known>>,
    relay: Relay,
}

impl Forge {
    pub(super) fn new() -> Self {
        let known = Arc::new(Mutex::new(Known::default()));
        let served = Arc::clone(&known);
        let relay = Relay::answering(move |request| {
            let mut known = served.lock().expect("nobody panics with it");
            let response = known.answer(&request);
            known.log.push(format!("{} {} {}", request.method(), request.uri().path(), response.status().as_u16()));
            Some(response)
        });
        Self { known, relay }
    }

    /// Returns the address of its API.
    pub(super) fn url(&self) -> String {
        self.relay.url()
    }

    /// Returns what it knows, to look at and to change.
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nobody panics with it")
    }

    /// Returns the comments on a pull request.
    pub(super) fn comments(&self, number: u64) -> Vec<String> {
        self.known().threads.get(&number).into_iter().flat_map(|thread| &thread.comments).map(|comment| comment.body.clone()).collect()
    }

    /// Tells whether anybody has commented on anything.
    pub(super) fn is_silent(&self) -> bool {
        self.known().threads.values().all(|thread| thread.comments.is_empty())
    }
}

impl Known {
    fn answer(&mut self, request: &Request) -> Response {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let token = header("authorization").map(|value| value.trim_start_matches("Bearer ")).or(header("private-token"));
        let Some(rights) = token.and_then(|token| self.tokens.get(token)) else {
            return answer(401, &json!({"message": "Bad credentials"}));
        };
        let path = request.uri().path().to_owned();
        let parts: Vec<_> = path.trim_start_matches("/api/v4").trim_matches('/').split('/').collect();
        let is_read = request.method() == "GET";
        // GitHub has comments under `issues`, GitLab has notes under `merge_requests`.
        let about = match parts[..] {
            ["user"] => return forge::Forge::default().answer(request),
            ["repos", _, _, "issues" | "pulls" | "commits", ..] | ["projects", _, "merge_requests", _, "notes", ..] => "pull-requests",
            ["repos", _, _, "actions", ..] => "actions",
            _ => "api",
        };
        let may = |right: &str| rights.contains(&format!("{about}: {right}"));
        if self.takes_no_comments && !is_read {
            return answer(503, &json!({"message": "Unavailable"}));
        }
        if !(may("write") || is_read && may("read")) {
            return answer(403, &json!({"message": "Resource not accessible by integration"}));
        }
        if let Some(page) = self.pages.get(&path).filter(|_| is_read) {
            return http::Response::builder().body(page.clone().into_bytes()).expect("an answer");
        }
        match parts[..] {
            ["repos", _, _, "issues", "comments", id] => {
                let id: u64 = id.parse().unwrap_or_default();
                let mut threads = self.threads.values_mut().filter(|thread| thread.comments.iter().any(|comment| comment.id == id));
                let thread = threads.next().expect("the comment is there");
                assert!(threads.next().is_none(), "two comments have one id");
                thread.answer(request)
            }
            ["repos", _, _, "issues", on, "comments"] | ["projects", _, "merge_requests", on, "notes", ..] => {
                self.threads.entry(on.parse().expect("a number")).or_default().answer(request)
            }
            _ => self
                .looked_up(&parts, request.uri().query().unwrap_or_default())
                .map_or_else(|| answer(404, &json!({"message": "Not Found"})), |found| answer(200, &found)),
        }
    }

    fn looked_up(&self, parts: &[&str], query: &str) -> Option<Value> {
        let asked = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        match *parts {
            ["repos", _, _, "pulls", number] => self.pulls.get(&number.parse().ok()?).cloned(),
            ["repos", _, _, "commits", sha, "pulls"] => {
                let about = |pull: &&Value| pull["merge_commit_sha"] == sha || pull["head"]["sha"] == sha;
                Some(self.pulls.values().filter(about).cloned().collect())
            }
            ["repos", _, _, "actions", "runs", id] => self.runs.iter().find(|run| run["id"].as_u64() == id.parse().ok()).cloned(),
            ["repos", _, _, "actions", "workflows", file, "runs"] => {
                let path = format!(".github/workflows/{file}");
                let fits = |run: &Value, name: &str| asked(name).is_none_or(|value| run[name] == value);
                let wanted = |run: &&Value| run["path"] == path && fits(run, "event") && fits(run, "head_sha");
                let runs: Vec<_> = self.runs.iter().rev().filter(wanted).cloned().collect();
                Some(json!({"total_count": runs.len(), "workflow_runs": runs}))
            }
            _ => None,
        }
    }
}
