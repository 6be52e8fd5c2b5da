//! What the files of the pipeline must never hold, and must always hold, read from the files themselves.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::github::{root, yaml};

const WORKFLOWS: [&str; 5] = ["pull-request", "comment", "plan", "apply", "drift"];

fn workflow(name: &str) -> Value {
    yaml(&format!("docs/ci/github/{name}.yml"))
}

fn scripts() -> Vec<String> {
    let folders = ["ci", "ci/github", "ci/gitlab"];
    let names =
        folders.into_iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap().map(move |entry| (folder, entry.unwrap())));
    let mut names: Vec<_> = names.map(|(folder, entry)| format!("{folder}/{}", entry.file_name().into_string().unwrap())).collect();
    names.retain(|name| std::path::Path::new(name).extension().is_some_and(|extension| extension == "sh"));
    names.sort();
    names
}

/// Returns every step of the action and of the workflows, with where it stands.
fn steps() -> Vec<(String, Value)> {
    let mut steps = Vec::new();
    let mut add = |place: &str, list: &Value| steps.extend(list.as_array().unwrap().iter().map(|step| (place.to_owned(), step.clone())));
    add("action.yml", &yaml("action.yml")["runs"]["steps"]);
    for name in WORKFLOWS {
        workflow(name)["jobs"].as_object().unwrap().values().for_each(|job| add(name, &job["steps"]));
    }
    steps
}

#[test]
fn every_workflow_that_is_there_is_looked_at() {
    let mut there: Vec<_> =
        fs::read_dir(root().join("docs/ci/github")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    there.sort();
    let mut known = WORKFLOWS.map(|name| format!("{name}.yml"));
    known.sort();
    assert_eq!(there, known);
}

#[test]
fn no_script_holds_an_expression() {
    let mut found = 0;
    for (place, step) in steps() {
        if let Some(script) = step["run"].as_str() {
            found += 1;
            assert!(!script.contains("${{"), "{place}: {script}");
            assert_eq!(step["shell"], "bash", "{place}: {script}");
        }
    }
    assert!(found >= 6);
    for name in scripts() {
        assert!(!fs::read_to_string(root().join(&name)).unwrap().contains("${{"), "{name}");
    }
}

#[test]
fn whatever_is_used_is_pinned_to_a_commit() {
    for (place, step) in steps() {
        let Some(used) = step["uses"].as_str().filter(|used| !used.starts_with("OWNER/idpctl@")) else { continue };
        let (name, revision) = used.split_once('@').unwrap_or_else(|| panic!("{place}: {used}"));
        assert!(["actions/checkout", "actions/upload-artifact", "actions/download-artifact"].contains(&name), "{place}: {used}");
        assert!(revision.len() == 40 && revision.chars().all(|c| c.is_ascii_hexdigit()), "{place}: {used}");
    }
}

#[test]
fn no_workflow_lends_its_rights_to_the_code_of_a_pull_request() {
    for name in WORKFLOWS {
        let file = workflow(name);
        assert!(file["on"].get("pull_request_target").is_none(), "{name}");
        assert_eq!(file["permissions"], serde_json::json!({}), "{name}: what a job may do is said by the job");
        for job in file["jobs"].as_object().unwrap().values() {
            assert!(job["permissions"].is_object(), "{name}");
            let text = job.to_string();
            assert_eq!(text.contains("secrets."), ["plan", "apply", "drift"].contains(&name), "{name}");
            assert_eq!(text.contains("secrets."), job["environment"].is_string(), "{name}: secrets belong to an environment");
        }
    }
    // A stranger's run may read this repository; the run that may write knows nothing of the stranger's files.
    assert_eq!(workflow("pull-request")["jobs"]["diff"]["permissions"], serde_json::json!({"contents": "read"}));
    let comment = workflow("comment");
    assert_eq!(comment["jobs"]["comment"]["permissions"], serde_json::json!({"actions": "read", "pull-requests": "write"}));
    assert!(!comment.to_string().contains("actions/checkout"));
    let plan = workflow("plan")["jobs"]["plan"]["if"].as_str().unwrap().to_owned();
    assert!(plan.contains("github.event.pull_request.head.repo.full_name == github.repository"));
}

#[test]
fn two_applies_are_never_under_way_at_once_and_none_is_cut_off() {
    assert_eq!(workflow("apply")["concurrency"], serde_json::json!({"group": "idpctl-apply", "cancel-in-progress": false}));
    let apply = &yaml("ci/gitlab/idpctl.gitlab-ci.yml")["idpctl:apply"];
    assert_eq!((&apply["resource_group"], &apply["interruptible"]), (&Value::from("idpctl-apply"), &Value::from(false)));
}

#[test]
fn a_token_reaches_the_steps_that_need_it_alone() {
    for (place, step) in steps().into_iter().filter(|(place, _)| place == "action.yml") {
        let script = step["run"].as_str().unwrap_or_default();
        let needs = ["comment.sh", "approved.sh", "received.sh"].iter().any(|name| script.contains(name));
        assert_eq!(step["env"].get("GITHUB_TOKEN").is_some(), needs, "{place}: {step}");
    }
    let template = yaml("ci/gitlab/idpctl.gitlab-ci.yml");
    for (name, job) in template.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("idpctl:")) {
        // GitLab gives a job the variables of its environment; without one, none of those that are limited to one.
        assert_eq!(job.get("environment").is_none(), name == "idpctl:diff", "{name}");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn the_scripts_are_sound() {
    let scripts = scripts();
    assert_eq!(scripts.len(), 8, "{scripts:?}");
    let check = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).args(&scripts).current_dir(root()).output();
        output.map(|output| (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
    };
    for script in &scripts {
        let output = Command::new("bash").args(["-n", script]).current_dir(root()).output().expect("bash runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = fs::read_to_string(root().join(script)).unwrap();
        assert!(script.ends_with("api.sh") || text.contains("\nset -euo pipefail\n"), "{script}");
        assert!(!text.contains("eval "), "{script}");
    }
    match check("shellcheck", &["--external-sources"]) {
        Ok((is_sound, said)) => assert!(is_sound, "{said}"),
        Err(_) => eprintln!("skipped: shellcheck is not installed"),
    }
}
