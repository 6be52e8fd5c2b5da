//! GitLab's template, its jobs chosen by their own rules and run as GitLab's runner runs them, from merge request to drift.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::forge::Forge;
use super::github::{root, yaml};
use super::is_possible;
use super::site::Site;

const TEMPLATE: &str = "ci/gitlab/idpctl.gitlab-ci.yml";

/// Names and values of variables.
type Variables = BTreeMap<String, String>;

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// GitLab, as far as one project is concerned.
struct Gitlab {
    site: Site,
    forge: Forge,
    /// What a project sets, by environment; protected ones are those of `idpctl-apply`.
    settings: BTreeMap<&'static str, Variables>,
    jobs: Cell<u64>,
}

/// What a job did.
struct Job {
    id: u64,
    status: i32,
    log: String,
    environment: Variables,
    artifacts: BTreeMap<String, PathBuf>,
}

/// What a pipeline did, by the names of its jobs.
struct Pipeline(BTreeMap<String, Job>);

impl Gitlab {
    fn new() -> Self {
        let (site, forge) = (Site::new(), Forge::new());
        // What the template's jobs fetch: the scripts, at a commit.
        fs::create_dir(site.path("tool")).unwrap();
        site.git_in("tool", &["init", "-q", "-b", "main"]);
        let copied = Command::new("cp").args(["-R", "--"]).arg(root().join("ci")).arg(site.path("tool/ci")).status().unwrap();
        assert!(copied.success());
        site.git_in("tool", &["add", "-A"]);
        site.git_in("tool", &["commit", "-q", "-m", "scripts"]);
        site.git_in("tool", &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        fs::create_dir(site.path("bin")).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_idpctl"), site.path("bin/idpctl")).unwrap();
        let org =
            [("OKTA_CLIENT_ORGURL", &site.url[..]), ("OKTA_CLIENT_TOKEN", &site.token), ("IDPCTL_WEB_SECRET", "kittiwake-over-the-bow")];
        let mut settings = BTreeMap::from([("idpctl-plan", variables(&org)), ("idpctl-apply", variables(&org))]);
        settings.insert("idpctl-comment", variables(&[("GITLAB_TOKEN", "glpat-comment")]));
        settings.entry("idpctl-apply").or_default().insert("GITLAB_TOKEN".to_owned(), "glpat-read".to_owned());
        let rights = |rights: &[&str]| rights.iter().map(|right| (*right).to_owned()).collect();
        forge.known().tokens.insert("glpat-comment".to_owned(), rights(&["pull-requests: write"]));
        forge.known().tokens.insert("glpat-read".to_owned(), rights(&["api: read"]));
        Self { site, forge, settings, jobs: Cell::new(100) }
    }

    /// Says what the API answers to a path below the project.
    fn page(&self, path: &str, answer: &impl ToString) {
        self.forge.known().pages.insert(format!("/api/v4/projects/7/{path}"), answer.to_string());
    }

    /// Plans what is on `main` and applies it, as a person does who starts both pipelines.
    fn apply_by_hand(&self, main: &str) {
        let by_hand = [("CI_PIPELINE_SOURCE", "web"), ("CI_COMMIT_BRANCH", "main")];
        let planned = self.run(main, &[&by_hand[..], &[("CTL_COMMAND", "plan")]].concat());
        assert_eq!(planned.names(), ["idpctl:plan"]);
        let plan = planned.job("idpctl:plan", 0);
        self.page(&format!("jobs/{}", plan.id), &plan.told());
        self.page(&format!("jobs/{}/artifacts/idpctl-plan/plan.json", plan.id), &plan.plan());
        let applied = self.run(main, &[&by_hand[..], &[("CTL_PLAN_JOB", &plan.id.to_string())]].concat());
        applied.job("idpctl:apply", 0);
    }

    /// Says that a merge request was merged, and which plan was made for its head; a newer pipeline was for another commit.
    fn merged(&self, head: &str, merge: &str, other: &str, plan: &Job) {
        let request = json!([{"iid": 3, "state": "merged", "source_project_id": 7, "merge_commit_sha": merge, "squash_commit_sha": null, "sha": head}]);
        self.page(&format!("repository/commits/{merge}/merge_requests"), &request);
        let pipelines = [(30, head), (32, other)].map(|(id, sha)| json!({"id": id, "sha": sha, "ref": "refs/merge-requests/3/head"}));
        self.page("merge_requests/3/pipelines", &json!(pipelines));
        self.page("pipelines/30/jobs", &json!([plan.told(), {"id": 1, "name": "idpctl:diff", "status": "success"}]));
        self.page(&format!("jobs/{}/artifacts/idpctl-plan/plan.json", plan.id), &plan.plan());
    }

    /// Runs the pipeline of a commit: the jobs whose rules hold, in order; what a pipeline knows of itself comes in variables.
    fn run(&self, commit: &str, known: &[(&str, &str)]) -> Pipeline {
        let template = yaml(TEMPLATE);
        let mut common = variables(&[
            ("CI", "true"),
            ("GITLAB_CI", "true"),
            ("CI_API_V4_URL", &format!("{}/api/v4", self.forge.url())),
            ("CI_PROJECT_ID", "7"),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_COMMIT_SHA", commit),
        ]);
        common.extend(
            template["variables"].as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())),
        );
        common.insert("CTL_SOURCE".to_owned(), format!("file://{}", self.site.path("tool").display()));
        common.insert("CTL_REVISION".to_owned(), self.site.git_in("tool", &["rev-parse", "HEAD"]));
        let is_fork = variables(known).get("CI_PROJECT_ID").is_some_and(|id| id != "7");
        let mut pipeline = Pipeline(BTreeMap::new());
        // Diff and plan, then what stands in a later stage.
        for stage in ["test", "deploy"] {
            for (name, job) in template.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("idpctl:")) {
                let job = merged(&template[job["extends"].as_str().unwrap()], job);
                let mut env = common.clone();
                env.extend(variables(known));
                let rules = job["rules"].as_array().unwrap();
                if job["stage"] != stage || !rules.iter().any(|rule| holds(rule["if"].as_str().unwrap(), &env)) {
                    continue;
                }
                for (name, value) in job["variables"].as_object().unwrap() {
                    // What a person gives a pipeline counts more than what the file says.
                    if !known.iter().any(|(given, _)| given == name) {
                        env.insert(name.clone(), value.as_str().unwrap().to_owned());
                    }
                }
                let environment = job["environment"]["name"].as_str().unwrap_or_default();
                let is_protected = environment == "idpctl-apply" && !env.contains_key("CI_COMMIT_BRANCH");
                if !is_fork && !is_protected {
                    env.extend(self.settings.get(environment).cloned().unwrap_or_default());
                }
                self.jobs.set(self.jobs.get() + 1);
                let done = self.job(&job, env, &pipeline);
                pipeline.0.insert(name.clone(), done);
            }
        }
        pipeline
    }

    fn job(&self, job: &Value, mut env: Variables, pipeline: &Pipeline) -> Job {
        let known =
            ["stage", "image", "interruptible", "before_script", "extends", "variables", "script", "artifacts", "rules", "environment"];
        let known = known.into_iter().chain(["needs", "resource_group"]);
        assert!(job.as_object().unwrap().keys().all(|key| known.clone().any(|it| it == key)), "{job}");
        let folder = match (env.get("GIT_STRATEGY").map(String::as_str), env.get("GIT_DEPTH").map(String::as_str)) {
            (Some("none"), _) => self.site.new_folder("project"),
            (None, depth) => self.site.checkout(&env["CI_COMMIT_SHA"], depth.map_or(20, |depth| depth.parse().unwrap())),
            (strategy, _) => panic!("{strategy:?}"),
        };
        for need in job["needs"].as_array().into_iter().flatten().filter_map(|need| need["job"].as_str()) {
            for (name, artifact) in &pipeline.0[need].artifacts {
                copy(artifact, &folder.join(name));
            }
        }
        env.insert("PATH".to_owned(), format!("{}:{}", self.site.path("bin").display(), std::env::var("PATH").unwrap()));
        env.insert("HOME".to_owned(), self.site.path("home").display().to_string());
        env.insert("GIT_CONFIG_GLOBAL".to_owned(), "/dev/null".to_owned());
        env.insert("CI_PROJECT_DIR".to_owned(), folder.display().to_string());
        let lines = ["before_script", "script"].into_iter().flat_map(|part| job[part].as_array().unwrap());
        let lines: Vec<_> = lines.map(|line| line.as_str().unwrap()).collect();
        let mut bash = Command::new("bash");
        bash.args(["-c", &format!("set -eo pipefail\n{}", lines.join("\n"))]).current_dir(&folder).env_clear().envs(&env);
        let output = bash.stdin(Stdio::null()).output().expect("bash runs");
        let log = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        let paths = job["artifacts"]["paths"].as_array().into_iter().flatten().map(|path| path.as_str().unwrap());
        let artifacts = paths.map(|path| (path.to_owned(), folder.join(path))).filter(|(_, path)| path.exists());
        Job { id: self.jobs.get(), status: output.status.code().unwrap_or(-1), log, environment: env, artifacts: artifacts.collect() }
    }
}

impl Pipeline {
    fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    fn job(&self, name: &str, status: i32) -> &Job {
        let job = &self.0[name];
        assert_eq!(job.status, status, "{name}: {}", job.log);
        job
    }
}

impl Job {
    /// Returns what it told whoever looks at its log.
    fn refusal(&self) -> String {
        self.log.lines().skip_while(|line| !line.starts_with("Refused")).collect::<Vec<_>>().join("\n")
    }

    /// Returns what GitLab says about it.
    fn told(&self) -> Value {
        json!({"id": self.id, "name": "idpctl:plan", "status": "success"})
    }

    fn plan(&self) -> String {
        fs::read_to_string(self.artifacts["idpctl-plan"].join("plan.json")).unwrap()
    }

    fn report(&self) -> String {
        let (_, folder) = self.artifacts.iter().next().expect("the job has an artifact");
        fs::read_to_string(folder.join("report.md")).unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").args(["-R", "--"]).args([from, to]).status().unwrap();
    assert!(copied.success());
}

/// Puts a job over what it extends: mappings member by member.
fn merged(base: &Value, job: &Value) -> Value {
    match (base, job) {
        (Value::Object(base), Value::Object(job)) => {
            let mut all = base.clone();
            for (name, value) in job {
                let value = all.get(name).map_or_else(|| value.clone(), |below| merged(below, value));
                all.insert(name.clone(), value);
            }
            Value::Object(all)
        }
        _ => job.clone(),
    }
}

/// Tells whether the condition of a rule holds: comparisons of variables with variables and texts, all of which must be true.
fn holds(condition: &str, env: &Variables) -> bool {
    let value = |word: &str| match word.strip_prefix('$') {
        Some(name) => env.get(name).cloned().unwrap_or_default(),
        None => word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or_else(|| panic!("{word}")).to_owned(),
    };
    condition.split(" && ").all(|comparison| match &comparison.split(' ').collect::<Vec<_>>()[..] {
        [one, "==", other] => value(one) == value(other),
        [one, "!=", other] => value(one) != value(other),
        _ => panic!("`{comparison}` is not known here"),
    })
}

/// What a merge-request pipeline knows of itself.
fn request<'a>(number: &'a str, base: &'a str, source: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_PROJECT_ID", source),
        ("CI_MERGE_REQUEST_IID", number),
        ("CI_MERGE_REQUEST_PROJECT_ID", "7"),
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", source),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base),
    ]
}

const PUSH: [(&str, &str); 2] = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main")];
const SCHEDULE: [(&str, &str); 2] = [("CI_PIPELINE_SOURCE", "schedule"), ("CI_COMMIT_BRANCH", "main")];

#[test]
fn a_change_is_planned_merged_applied_and_watched_on_gitlab() {
    if !is_possible() {
        return;
    }
    let gitlab = Gitlab::new();
    let main = gitlab.site.git(&["rev-parse", "HEAD"]);
    gitlab.apply_by_hand(&main);
    assert_eq!(gitlab.site.labels(), ["Web"]);

    // A merge request from a branch of the project.
    gitlab.site.branch("rename");
    gitlab.site.edit("manifests/web.yaml", "label: Web", "label: Website");
    let head = gitlab.site.commit("rename");
    gitlab.site.git(&["push", "-q", "origin", "rename"]);
    let pipeline = gitlab.run(&head, &request("3", &main, "7"));
    assert_eq!(pipeline.names(), ["idpctl:comment", "idpctl:diff", "idpctl:plan"]);
    insta::assert_snapshot!(gitlab.site.steady(&pipeline.job("idpctl:diff", 0).report()), @r#"
    **idpctl: 1 changed** between `COMMIT` (COMMIT) and `HEAD` (COMMIT), for the target `default`

    #### Target `default` of `payments`

    <details><summary>~ <code>App/web</code> changed <code>Website</code></summary>

    ```diff
    - label: "Web"
    + label: "Website"
    ```

    </details>
    "#);
    let plan = pipeline.job("idpctl:plan", 0);
    insta::assert_snapshot!(gitlab.site.steady(&plan.report()), @r#"
    **idpctl: 1 to update, with 1 request** in `http://ORG` (`ID`), for `payments`

    #### Target `default` of `payments`

    <details><summary>~ <code>App/web</code> to update <code>Web</code></summary>

    ```diff
    - label: "Web"
    + label: "Website"
    ```

    </details>
    "#);
    pipeline.job("idpctl:comment", 0);
    let comments = gitlab.forge.comments(3);
    assert_eq!(comments.len(), 2, "one of the diff and one of the plan: {comments:?}");
    for (job, secret) in [
        ("idpctl:diff", "OKTA_CLIENT_TOKEN"),
        ("idpctl:diff", "GITLAB_TOKEN"),
        ("idpctl:plan", "GITLAB_TOKEN"),
        ("idpctl:comment", "OKTA_CLIENT_TOKEN"),
    ] {
        assert!(!pipeline.0[job].environment.contains_key(secret), "{job} has {secret}");
    }

    // It is merged, and what was planned is applied; a second time there is nothing left of it.
    let merge = gitlab.site.merge_of(&head);
    gitlab.site.git(&["push", "-q", "origin", &format!("{merge}:main")]);
    gitlab.merged(&head, &merge, &main, plan);
    let applied = gitlab.run(&merge, &PUSH);
    assert_eq!(applied.names(), ["idpctl:apply"]);
    insta::assert_snapshot!(gitlab.site.steady(&applied.job("idpctl:apply", 0).report()), @"
    **idpctl: `apply`**

    ```text
    applied   update App/web

    1 applied.
    ```
    ");
    assert_eq!(gitlab.site.labels(), ["Website"]);
    insta::assert_snapshot!(gitlab.site.steady(&gitlab.run(&merge, &PUSH).job("idpctl:apply", 0).report()), @"
    **idpctl: `apply`**

    ```text
    Nothing to do: the org is as declared.
    ```
    ");

    gitlab.run(&merge, &SCHEDULE).job("idpctl:drift", 0);
    gitlab.site.relabel("Website", "Somebody was here");
    let watched = gitlab.run(&merge, &SCHEDULE);
    assert_eq!(watched.names(), ["idpctl:drift"]);
    insta::assert_snapshot!(gitlab.site.steady(&watched.job("idpctl:drift", 2).report()), @r#"
    **idpctl: 1 item of drift: 1 changed live** in `http://ORG` (`ID`), for `payments`

    <details><summary>~ <code>App/web</code> differs</summary>

    ```diff
    - label: "Website"
    + label: "Somebody was here"   (changed live)
    ```

    </details>

    <details><summary>Not compared (1)</summary>

    - `App/web/secret/2026-03`: the live secrets were not read (`--secrets` skip)

    </details>

    Of each field, `-` is what the manifests declare, and `+` what is live.
    "#);
    // What was approved was a change from another state: it is not applied over what somebody did meanwhile.
    insta::assert_snapshot!(gitlab.site.steady(&gitlab.run(&merge, &PUSH).job("idpctl:apply", 3).report()), @r#"
    **idpctl: `apply` ended with 3**

    ```text
    error: the plan no longer fits, and nothing was changed:
      App/web: `label` would change "Somebody was here" → "Website", and "Web" → "Website" was approved

    hint: look at what would be done now, and have it approved
        idpctl plan --out plan.json
    ```
    "#);
    assert_eq!(gitlab.site.labels(), ["Somebody was here"]);

    // A commit that no merge request brought.
    gitlab.page(&format!("repository/commits/{main}/merge_requests"), &json!([]));
    let refused = gitlab.run(&main, &PUSH);
    insta::assert_snapshot!(gitlab.site.steady(&refused.job("idpctl:apply", 3).refusal()), @"
    Refused, and nothing was changed: no merge request of this project was merged as the commit COMMIT, so nobody approved a plan for it.
    Run a pipeline on this branch with CTL_COMMAND=plan, look at its plan, and run another with CTL_PLAN_JOB, the id of that plan job.
    ");
}

#[test]
fn a_merge_request_from_a_fork_is_reviewed_without_any_credential() {
    if !is_possible() {
        return;
    }
    let gitlab = Gitlab::new();
    let main = gitlab.site.git(&["rev-parse", "HEAD"]);
    gitlab.site.branch("fork");
    gitlab.site.edit("manifests/web.yaml", "label: Web", "label: Website");
    let head = gitlab.site.commit("fork");
    gitlab.site.git(&["push", "-q", "origin", "fork"]);
    let pipeline = gitlab.run(&head, &request("4", &main, "9"));
    assert_eq!(pipeline.names(), ["idpctl:diff"]);
    let job = pipeline.job("idpctl:diff", 0);
    assert!(job.report().contains("+ label: \"Website\""), "{}", job.report());
    let secrets = ["OKTA_CLIENT_TOKEN", "GITLAB_TOKEN", "IDPCTL_WEB_SECRET"];
    assert!(secrets.iter().all(|name| !job.environment.contains_key(*name)));
    // The same where a member of the project runs the pipeline in the project itself.
    let mut known = request("4", &main, "9");
    known[1] = ("CI_PROJECT_ID", "7");
    assert_eq!(gitlab.run(&head, &known).names(), ["idpctl:diff"]);
}
