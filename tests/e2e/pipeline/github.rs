//! GitHub Actions in small: workflows, jobs, composite actions and their steps are read from the very files and run as they stand there.
//!
//! What is emulated besides `run:` is checkout and artifacts. Whatever a file uses that is not known here is a panic.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::expression::{evaluate, expand, holds, shown};
use super::forge::Forge;
use super::site::Site;

/// The repository that is reviewed.
pub(super) const REPOSITORY: &str = "acme/payments";

/// GitHub, as far as this project and its repository are concerned.
pub(super) struct Github {
    pub(super) site: Site,
    pub(super) forge: Forge,
    /// The variables and secrets of each environment, together: name to value.
    pub(super) environments: BTreeMap<&'static str, BTreeMap<String, String>>,
    artifacts: RefCell<BTreeMap<(u64, String), PathBuf>>,
}

/// Why a workflow runs.
pub(super) struct Event {
    /// What happened: `pull_request` and the like.
    pub(super) name: &'static str,
    /// What GitHub says about it.
    pub(super) payload: Value,
    /// What is checked out.
    pub(super) commit: String,
    /// What that is called.
    pub(super) reference: String,
    /// Where the head of it is: another repository if it is a fork.
    pub(super) head: Value,
    /// What a person typed in.
    pub(super) inputs: Value,
}

/// How a run of a workflow went.
#[derive(Default)]
pub(super) struct Run {
    /// Its number.
    pub(super) id: u64,
    /// Its log: what each step said.
    pub(super) log: String,
    /// What stands in the summary of its job.
    pub(super) summary: String,
    /// The statuses of the steps that failed.
    pub(super) failed: Vec<i32>,
    /// Whether the job ran at all.
    pub(super) ran: bool,
    /// Everything that was in the environment of any step.
    pub(super) environment: BTreeMap<String, String>,
    /// What the action put out.
    pub(super) outputs: Value,
}

/// What the steps of a job, or of a composite action in it, see.
struct Scope {
    contexts: Value,
    env: BTreeMap<String, String>,
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a file of this project that is YAML.
pub(super) fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl Event {
    /// Somebody opened a pull request, or pushed to its branch.
    pub(super) fn pull_request(pull: &Value) -> Self {
        let reference = format!("refs/pull/{}/merge", pull["number"]);
        let commit = pull["merge_commit_sha"].as_str().unwrap().to_owned();
        let payload = json!({"number": pull["number"], "pull_request": pull});
        Self { name: "pull_request", payload, commit, reference, head: pull["head"].clone(), inputs: Value::Null }
    }

    /// The branch `main` is a commit further.
    pub(super) fn push(commit: &str) -> Self {
        Self::on_main("push", commit, Value::Null)
    }

    /// A workflow of `main` runs for another reason.
    pub(super) fn on_main(name: &'static str, commit: &str, inputs: Value) -> Self {
        let head = json!({"repo": {"full_name": REPOSITORY}, "ref": "main", "sha": commit});
        Self { name, payload: json!({}), commit: commit.to_owned(), reference: "refs/heads/main".to_owned(), head, inputs }
    }

    /// Another workflow has ended.
    pub(super) fn workflow_run(run: &Value, main: &str) -> Self {
        Self { payload: json!({"workflow_run": run}), ..Self::on_main("workflow_run", main, Value::Null) }
    }
}

impl Github {
    pub(super) fn new() -> Self {
        Self { site: Site::new(), forge: Forge::new(), environments: BTreeMap::new(), artifacts: RefCell::default() }
    }

    /// Runs a workflow of `docs/ci/github`, as it is after it was copied.
    pub(super) fn run(&self, workflow: &str, event: &Event) -> Run {
        let file = yaml(&format!("docs/ci/github/{workflow}.yml"));
        assert!(file["on"].get(event.name).is_some(), "{workflow} does not run on {}", event.name);
        let id = 1 + self.forge.known().runs.len() as u64;
        let mut run = Run { id, ..Run::default() };
        let is_fork = event.head["repo"]["full_name"] != REPOSITORY;
        for (name, job) in file["jobs"].as_object().unwrap() {
            let token = format!("ghs_{id}_{name}");
            let permissions = job.get("permissions").or(file.get("permissions")).expect("permissions are said").as_object().unwrap();
            let rights = permissions.iter().map(|(of, right)| {
                let right = right.as_str().unwrap();
                // Whatever a workflow asks for, a run for a fork can only read.
                format!("{of}: {}", if is_fork { "read" } else { right })
            });
            self.forge.known().tokens.insert(token.clone(), rights.collect());
            let environment = job.get("environment").and_then(Value::as_str).and_then(|name| self.environments.get(name));
            let secrets = json!(environment.filter(|_| !is_fork).cloned().unwrap_or_default());
            let temp = self.site.new_folder("temp");
            let mut payload = event.payload.clone();
            payload["inputs"] = event.inputs.clone();
            let github = json!({
                "event": payload, "event_name": event.name, "token": token, "repository": REPOSITORY, "ref": event.reference, "sha": event.commit, "run_id": id,
            });
            let contexts = json!({
                "github": github, "inputs": event.inputs, "steps": {}, "runner": {"temp": temp}, "secrets": secrets, "vars": secrets,
            });
            fs::write(temp.join("event.json"), payload.to_string()).unwrap();
            let env = [
                ("PATH", self.path()),
                ("HOME", self.site.path("home").display().to_string()),
                ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
                ("CI", "true".to_owned()),
                ("GITHUB_ACTIONS", "true".to_owned()),
                ("GITHUB_API_URL", self.forge.url()),
                ("GITHUB_EVENT_NAME", event.name.to_owned()),
                ("GITHUB_EVENT_PATH", temp.join("event.json").display().to_string()),
                ("GITHUB_REPOSITORY", REPOSITORY.to_owned()),
                ("GITHUB_SHA", event.commit.clone()),
                ("GITHUB_REF", event.reference.clone()),
                ("RUNNER_TEMP", temp.display().to_string()),
            ];
            let mut scope = Scope { contexts, env: env.map(|(name, value)| (name.to_owned(), value)).into() };
            if job.get("if").is_none_or(|condition| scope.holds(condition)) {
                run.ran = true;
                let mut workspace = self.site.new_folder("empty");
                self.steps(&job["steps"], &mut scope, &mut workspace, &mut run);
            }
        }
        self.forge.known().runs.push(json!({
            "id": id, "run_number": id, "event": event.name, "path": format!(".github/workflows/idpctl-{workflow}.yml"), "name": file["name"],
            "conclusion": if run.failed.is_empty() { "success" } else { "failure" }, "html_url": format!("https://github.example/{REPOSITORY}/actions/runs/{id}"),
            "head_sha": event.head["sha"], "head_branch": event.head["ref"], "head_repository": event.head["repo"],
        }));
        run
    }

    /// Returns what GitHub says about a run.
    pub(super) fn told(&self, id: u64) -> Value {
        self.forge.known().runs.iter().find(|run| run["id"] == id).unwrap().clone()
    }

    /// Leaves an artifact at a run, as somebody could who has changed its workflow.
    pub(super) fn leave(&self, run: u64, name: &str, folder: PathBuf) {
        self.artifacts.borrow_mut().insert((run, name.to_owned()), folder);
    }

    /// Returns a file of an artifact.
    pub(super) fn artifact(&self, run: u64, name: &str, file: &str) -> String {
        fs::read_to_string(self.artifacts.borrow()[&(run, name.to_owned())].join(file)).unwrap()
    }

    /// Opens a pull request for a commit, from this repository or another, or says that it has moved on to this commit.
    pub(super) fn pull(&self, number: u64, from: &str, branch: &str, head: &str) -> Value {
        let merge = self.site.merge_of(head);
        let references = [format!("+{head}:refs/pull/{number}/head"), format!("+{merge}:refs/pull/{number}/merge")];
        self.site.git(&["push", "-q", "origin", &references[0], &references[1]]);
        let pull = json!({
            "number": number, "state": "open", "merged_at": null, "merge_commit_sha": merge,
            "head": {"ref": branch, "sha": head, "repo": {"full_name": from}}, "base": {"ref": "main"},
        });
        self.forge.known().pulls.insert(number, pull.clone());
        pull
    }

    /// Merges a pull request into `main`, with a merge or by squashing; returns the commit.
    pub(super) fn merge(&self, number: u64, is_squashed: bool) -> String {
        let head = self.forge.known().pulls[&number]["head"]["sha"].as_str().unwrap().to_owned();
        let commit = if is_squashed { self.site.squash_of(&head) } else { self.site.merge_of(&head) };
        self.site.git(&["push", "-q", "origin", &format!("{commit}:main")]);
        let mut known = self.forge.known();
        let pull = known.pulls.get_mut(&number).unwrap();
        pull["merged_at"] = json!("2026-01-01T00:00:00Z");
        pull["state"] = json!("closed");
        pull["merge_commit_sha"] = json!(commit);
        commit
    }

    fn path(&self) -> String {
        let bin = self.site.path("bin");
        if !bin.exists() {
            fs::create_dir(&bin).unwrap();
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_idpctl"), bin.join("idpctl")).unwrap();
        }
        format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
    }

    /// Runs steps in order; after one that failed, none.
    fn steps(&self, steps: &Value, scope: &mut Scope, workspace: &mut PathBuf, run: &mut Run) {
        for step in steps.as_array().unwrap() {
            if !run.failed.is_empty() || !step.get("if").is_none_or(|condition| scope.holds(condition)) {
                continue;
            }
            let known = ["id", "name", "if", "uses", "with", "run", "shell", "env"];
            assert!(step.as_object().unwrap().keys().all(|key| known.contains(&&key[..])), "{step}");
            let mut env = scope.env.clone();
            env.extend(scope.expanded(&step["env"]));
            let with = scope.expanded(&step["with"]);
            let outputs = match step["uses"].as_str() {
                Some(used) => self.used(used, &with, env, scope, workspace, run),
                None => self.script(step["run"].as_str().unwrap(), &env, workspace, run),
            };
            if let Some(id) = step["id"].as_str() {
                scope.contexts["steps"][id] = json!({"outputs": outputs});
            }
        }
    }

    fn used(
        &self,
        used: &str,
        with: &BTreeMap<String, String>,
        env: BTreeMap<String, String>,
        scope: &Scope,
        workspace: &mut PathBuf,
        run: &mut Run,
    ) -> Value {
        let only = |known: &[&str]| assert!(with.keys().all(|name| known.contains(&&name[..])), "{used} with {with:?}");
        match used.split_once('@').expect("a revision is said").0 {
            "actions/checkout" => {
                only(&["fetch-depth", "persist-credentials"]);
                assert_eq!(with["persist-credentials"], "false", "what is checked out is not to hold a token");
                let depth = with.get("fetch-depth").map_or(1, |depth| depth.parse().unwrap());
                *workspace = self.site.checkout(scope.contexts["github"]["sha"].as_str().unwrap(), depth);
            }
            "actions/upload-artifact" => {
                only(&["name", "path", "if-no-files-found", "overwrite"]);
                let path = PathBuf::from(&with["path"]);
                assert!(fs::read_dir(&path).unwrap().next().is_some(), "{} is empty", path.display());
                self.leave(run.id, &with["name"], path);
            }
            "actions/download-artifact" => {
                only(&["name", "path", "run-id", "github-token"]);
                let rights = self.forge.known().tokens[&with["github-token"]].clone();
                assert!(rights.contains("actions: read"), "the artifact of another run needs `actions: read`: {rights:?}");
                match self.artifacts.borrow().get(&(with["run-id"].parse().unwrap(), with["name"].clone())) {
                    Some(folder) => {
                        let copied = Command::new("cp").args(["-R", "--"]).arg(folder).arg(&with["path"]).status().unwrap();
                        assert!(copied.success());
                    }
                    None => run.failed.push(1),
                }
            }
            "OWNER/idpctl" => return self.composite(with, env, scope, workspace, run),
            _ => panic!("`{used}` is not known here"),
        }
        json!({})
    }

    fn composite(
        &self,
        with: &BTreeMap<String, String>,
        mut env: BTreeMap<String, String>,
        outer: &Scope,
        workspace: &mut PathBuf,
        run: &mut Run,
    ) -> Value {
        let action = yaml("action.yml");
        let declared = action["inputs"].as_object().unwrap();
        assert!(with.keys().all(|name| declared.contains_key(name)), "{with:?}");
        let inputs = declared.iter().map(|(name, input)| {
            let value = with.get(name).cloned().or_else(|| input["default"].as_str().map(|text| outer.expand(text)));
            (name.clone(), Value::String(value.unwrap_or_else(|| panic!("`{name}` is required"))))
        });
        let inputs: Value = Value::Object(inputs.collect());
        env.insert("GITHUB_ACTION_PATH".to_owned(), root().display().to_string());
        // Secrets and variables of the repository are not to be had in an action.
        let contexts = json!({"github": outer.contexts["github"], "inputs": inputs, "steps": {}, "runner": outer.contexts["runner"]});
        let mut scope = Scope { contexts, env };
        assert_eq!(action["runs"]["using"], "composite");
        self.steps(&action["runs"]["steps"], &mut scope, workspace, run);
        let outputs = action["outputs"].as_object().unwrap().iter();
        run.outputs = outputs.map(|(name, output)| (name.clone(), json!(scope.expand(output["value"].as_str().unwrap())))).collect();
        run.outputs.clone()
    }

    /// Runs a script as GitHub does where `shell: bash` is said.
    fn script(&self, script: &str, env: &BTreeMap<String, String>, workspace: &Path, run: &mut Run) -> Value {
        assert!(!script.contains("${{"), "{script}");
        let folder = self.site.new_folder("step");
        let files = ["script", "output", "summary"].map(|name| folder.join(name));
        fs::write(&files[0], script).unwrap();
        fs::write(&files[1], "").unwrap();
        fs::write(&files[2], "").unwrap();
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&files[0]).current_dir(workspace).env_clear().envs(env);
        bash.env("GITHUB_OUTPUT", &files[1]).env("GITHUB_STEP_SUMMARY", &files[2]).stdin(Stdio::null());
        let output = bash.output().expect("bash runs");
        for bytes in [output.stdout, output.stderr] {
            run.log.push_str(&String::from_utf8(bytes).expect("all output is UTF-8"));
        }
        run.environment.extend(env.clone());
        run.summary.push_str(&fs::read_to_string(&files[2]).unwrap());
        if !output.status.success() {
            run.failed.push(output.status.code().unwrap_or(-1));
        }
        let lines = fs::read_to_string(&files[1]).unwrap();
        lines
            .lines()
            .map(|line| line.split_once('=').expect("an output is one line"))
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect()
    }
}

impl Scope {
    fn look(&self, path: &[&str]) -> Value {
        let known = self.contexts.get(path[0]).unwrap_or_else(|| panic!("`{}` cannot be had here", path.join(".")));
        // What an event does not have is nothing, as on GitHub; what is misspelt elsewhere is a mistake.
        let may_be_absent = ["github", "secrets", "vars", "inputs", "steps"].contains(&path[0]);
        let found = path[1..].iter().try_fold(known, |value, name| value.get(*name));
        assert!(found.is_some() || may_be_absent, "`{}` is not there", path.join("."));
        found.cloned().unwrap_or_default()
    }

    fn holds(&self, condition: &Value) -> bool {
        holds(&evaluate(condition.as_str().expect("a condition is a text"), &|path| self.look(path)))
    }

    fn expand(&self, text: &str) -> String {
        expand(text, &|path| self.look(path))
    }

    fn expanded(&self, values: &Value) -> BTreeMap<String, String> {
        let values = values.as_object().into_iter().flatten();
        values.map(|(name, value)| (name.clone(), self.expand(&shown(value)))).collect()
    }
}
