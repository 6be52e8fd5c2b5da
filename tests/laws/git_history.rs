//! Forty commits of manifests in a real git repository: what the binary says of any two is what the documents say in memory. It has neither
//! network nor credentials.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use idpctl::render;
use idpctl::review::{Comparison, Presence, Side, TargetReview, review};
use idpctl_emulator::Config;
use serde_json::Value;

use crate::generate::key_sets;
use crate::laws::History;
use crate::review::others;
use crate::world::{World, declared};

/// How many commits there are.
const COMMITS: usize = 40;
/// Besides each commit with the next: with those that are this far apart, in either direction.
const FURTHER: [usize; 2] = [9, 31];

#[test]
fn what_git_has_of_two_revisions_is_compared_as_the_documents_are() {
    let mut documents = Vec::new();
    World::new(Config::default()).run(async |world| {
        let mut history = History::new(3042, world).await;
        documents = (0..COMMITS).map(|n| [history.begins_again(world), others(n)].concat()).collect();
    });
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    git(root, &["init", "-q", "-b", "main"]);
    fs::write(root.join("idpctl.yaml"), "apiVersion: idpctl/v1\nkind: Project\nproject: laws\n").expect("a file");
    for (file, keys) in key_sets() {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        fs::write(path, serde_json::json!({"keys": keys.expect("a set of keys")}).to_string()).expect("a file");
    }
    for (n, revision) in documents.iter().enumerate() {
        let folder = root.join("manifests");
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("an old revision goes");
        }
        fs::create_dir(&folder).expect("a folder");
        for document in revision {
            let name = format!("{}-{}.yaml", document["kind"], document["metadata"]["name"]).replace('"', "");
            fs::write(folder.join(name), format!("{document:#}")).expect("a file");
        }
        git(root, &["add", "-A"]);
        git(root, &["commit", "-q", "-m", &format!("revision {n}")]);
        git(root, &["tag", &format!("r{n}")]);
    }
    let pairs = std::iter::once(1).chain(FURTHER).flat_map(|apart| (0..COMMITS).map(move |at| (at, (at + apart) % COMMITS)));
    let mut differing = 0;
    for (base, head) in pairs {
        let output = idpctl(root, &["diff", &format!("r{base}"), &format!("r{head}"), "--format", "json"]);
        assert!(output.status.success(), "{base} to {head}: {}", String::from_utf8_lossy(&output.stderr));
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let expected = compared(&documents[base], &documents[head]);
        assert_eq!(placeless(&said["targets"]), placeless(&expected["targets"]), "{base} to {head}");
        differing += usize::from(said["targets"][0]["objects"] != Value::Array(Vec::new()));
    }
    assert_eq!(differing, COMMITS * (1 + FURTHER.len()), "no two revisions declare the same");
}

fn compared(base: &[Value], head: &[Value]) -> Value {
    let side = |name: &str| Side { name: name.to_owned(), commit: String::new(), is_empty: false };
    let review = review(&declared(base), &declared(head));
    let target = TargetReview { target: None, project: "laws".to_owned(), presence: Presence::Both, review };
    render::review::json(&Comparison { base: side("base"), head: Some(side("head")), targets: vec![target] })
}

/// Returns the same without places: one has a file a document.
fn placeless(tree: &Value) -> Value {
    match tree {
        Value::Array(items) => items.iter().map(placeless).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !["base", "head", "origin"].contains(&name.as_str()));
            Value::Object(kept.map(|(name, value)| (name.clone(), placeless(value))).collect())
        }
        other => other.clone(),
    }
}

/// Runs the binary without any credentials and, where the system lets us, without a network.
fn idpctl(root: &Path, arguments: &[&str]) -> Output {
    let path = std::env::var_os("PATH").expect("git is found on it");
    let binary = env!("CARGO_BIN_EXE_idpctl");
    let cut_off = Command::new("unshare").args(["-rn", "true"]).output().is_ok_and(|output| output.status.success());
    let mut command = if cut_off { Command::new("unshare") } else { Command::new(binary) };
    command.args(cut_off.then_some(["-rn", binary]).iter().flatten());
    // Who has no network may still have an address to be led to.
    command.args(arguments).current_dir(root).env_clear().env("PATH", path).env("HOME", root).env("HTTPS_PROXY", "http://127.0.0.1:1");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().expect("the binary runs")
}

fn git(root: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(root).env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", root);
    for role in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{role}_NAME"), "test").env(format!("GIT_{role}_EMAIL"), "test@example.com");
    }
    let output = git.output().expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
