//! `docs/ci.md` is true: each of its shell blocks is run, as it stands there, in a repository that such a pipeline has.

use std::fs;
use std::process::{Command, Stdio};

use super::github::{root, yaml};
use super::is_possible;
use super::site::Site;

/// Returns the blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let begin = format!("\n```{language}\n");
    page.split(&begin).skip(1).map(|rest| rest[..rest.find("\n```").unwrap()].to_owned()).collect()
}

/// Runs a block in the clone; returns how it ended and what it said.
fn run(site: &Site, block: &str, env: &[(&str, &str)]) -> (i32, String) {
    let bin = site.path("bin");
    if !bin.exists() {
        fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_idpctl"), bin.join("idpctl")).unwrap();
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-euc", block]).current_dir(site.path("clone")).env_clear().env("PATH", path).env("HOME", site.path("home"));
    let output = shell.env("GIT_CONFIG_GLOBAL", "/dev/null").envs(env.iter().copied()).stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap_or(-1), site.steady(&said))
}

#[test]
fn what_the_page_shows_for_a_plain_shell_works() {
    if !is_possible() {
        return;
    }
    let blocks = blocks("sh");
    assert_eq!(blocks.len(), 5, "each block is run here");
    let site = Site::new();
    let org = [("OKTA_CLIENT_ORGURL", &site.url[..]), ("OKTA_CLIENT_TOKEN", &site.token), ("IDPCTL_WEB_SECRET", "kittiwake-over-the-bow")];
    let plan = || {
        let said = run(&site, &blocks[1], &org);
        assert_eq!(said.0, 0, "{}", said.1);
    };
    let apply = || run(&site, &blocks[2], &org);
    plan();
    assert_eq!(apply(), (0, "applied   create App/web\n\n1 applied.\n".to_owned()));

    site.branch("rename");
    site.edit("manifests/web.yaml", "label: Web", "label: Website");
    site.commit("rename");
    assert_eq!(run(&site, &blocks[0], &[]), (0, String::new()), "the review needs no credentials");
    let review = fs::read_to_string(site.path("clone/review.md")).unwrap();
    assert!(review.contains("+ label: \"Website\""), "{review}");
    // A danger refuses, is accepted as the page shows, and not in the change that brings it.
    let metadata = self::blocks("yaml")[1].clone();
    let accept = metadata.lines().find(|line| line.starts_with("  accept: ")).expect("the page accepts a danger").trim();
    site.edit("manifests/web.yaml", "https://web.", "http://web.");
    site.commit("dangerous");
    assert_eq!(run(&site, &blocks[0], &[]).0, 3);
    site.edit("manifests/web.yaml", "kind: App\nmetadata: {name: web}", &format!("kind: App\nmetadata: {{name: web, {accept}}}"));
    site.commit("accepted at once");
    assert_eq!(run(&site, &blocks[0], &[]).0, 3);
    site.edit("manifests/web.yaml", "http://web.", "https://web.");
    site.commit("accepted alone");
    site.git(&["push", "-q", "origin", "HEAD:main"]);
    site.edit("manifests/web.yaml", "https://web.", "http://web.");
    site.commit("dangerous and accepted");
    assert_eq!(run(&site, &blocks[0], &[]).0, 0);
    site.edit("manifests/web.yaml", "http://web.", "https://web.");
    plan();
    // The org changes between plan and apply.
    site.relabel("Web", "Somebody was here");
    let (status, said) = apply();
    assert_eq!((status, said.contains("the plan no longer fits, and nothing was changed")), (3, true), "{said}");
    plan();
    assert_eq!(apply().0, 0);
    assert_eq!(apply(), (0, "Nothing to do: the org is as declared.\n".to_owned()));

    assert_eq!(run(&site, &blocks[3], &org), (0, "the org is as declared\n".to_owned()));
    site.relabel("Website", "Somebody was here again");
    let (status, said) = run(&site, &blocks[3], &org);
    assert_eq!((status, said.contains("label: \"Website\" → \"Somebody was here again\"   (changed live)")), (0, true), "{said}");
    let (status, said) = run(&site, &blocks[3], &org[..1]);
    assert_eq!((status, said.starts_with("error: ")), (1, true), "{said}");
}

#[test]
fn the_workflows_are_copied_with_a_pinned_action() {
    if !is_possible() {
        return;
    }
    let site = Site::new();
    fs::create_dir(site.path("idpctl")).unwrap();
    fs::create_dir(site.path("idpctl/docs")).unwrap();
    let copied = Command::new("cp").args(["-R", "--"]).arg(root().join("docs/ci")).arg(site.path("idpctl/docs/ci")).status().unwrap();
    assert!(copied.success());
    for arguments in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", "idpctl"]] {
        site.git_in("idpctl", arguments);
    }
    let commit = site.git_in("idpctl", &["rev-parse", "HEAD"]);
    assert_eq!(run(&site, &blocks("sh")[4], &[]), (0, String::new()));
    let mut names: Vec<_> = fs::read_dir(site.path("clone/.github/workflows"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["apply", "comment", "drift", "plan", "pull-request"].map(|name| format!("idpctl-{name}.yml")));
    for name in names {
        let text = fs::read_to_string(site.path("clone/.github/workflows").join(&name)).unwrap();
        let source = fs::read_to_string(root().join("docs/ci/github").join(name.trim_start_matches("idpctl-"))).unwrap();
        assert_eq!(text, source.replace("OWNER/idpctl@REVISION", &format!("your-company/idpctl@{commit}")));
        assert!(text != source, "{name} does not use the action");
    }
    // The names by which workflows know one another are those of the copies.
    let comment = yaml("docs/ci/github/comment.yml");
    assert_eq!(comment["on"]["workflow_run"]["workflows"][0], yaml("docs/ci/github/pull-request.yml")["name"]);
    assert_eq!(yaml("action.yml")["inputs"]["plan-workflow"]["default"], "idpctl-plan.yml");
}

#[test]
fn what_the_page_includes_on_gitlab_is_what_the_template_knows() {
    let shown: serde_json::Value = serde_yaml::from_str(&blocks("yaml")[0]).unwrap();
    let template = yaml("ci/gitlab/idpctl.gitlab-ci.yml");
    assert!(root().join(shown["include"][0]["file"].as_str().unwrap()).is_file());
    for name in shown["variables"].as_object().unwrap().keys() {
        assert!(template["variables"].get(name).is_some(), "{name}");
    }
    assert_eq!(shown["include"][0]["ref"], shown["variables"]["CTL_REVISION"]);
}

#[test]
fn the_page_knows_every_environment_and_variable_of_the_jobs() {
    let page = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let template = yaml("ci/gitlab/idpctl.gitlab-ci.yml");
    let environments = template.as_object().unwrap().values().filter_map(|job| job["environment"]["name"].as_str());
    let workflows = ["plan", "apply", "drift"].map(|name| yaml(&format!("docs/ci/github/{name}.yml"))["jobs"][name]["environment"].clone());
    let variables = template["variables"].as_object().unwrap().keys().map(String::as_str);
    let told = environments.chain(workflows.iter().filter_map(serde_json::Value::as_str)).chain(variables);
    let untold: Vec<_> = told.filter(|name| !page.contains(*name)).collect();
    assert_eq!(untold, ["CTL_BINARY", "CTL_FOLDER"], "these the template itself explains");
}
