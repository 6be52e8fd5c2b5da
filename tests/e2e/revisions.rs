//! What `diff` makes of git: revisions that are missing, empty or no revisions, links, folders, large files, and an environment full of other things.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::scratch::{Scratch, WORKER, changed};

#[test]
fn a_revision_from_before_there_were_manifests_declares_nothing() {
    let scratch = Scratch::new();
    scratch.git("checkout -q --orphan old");
    scratch.git("rm -rfq .");
    scratch.write("README.md", "nothing yet");
    scratch.commit("before");
    scratch.git("checkout -q main");
    insta::assert_snapshot!(scratch.run("diff old main --target default"), @r#"
    Difference between `old` (042e02da45) and `main` (963703362d)

    `old` holds no manifests yet.

    Target `default` of `payments`

    + add App/web "Web"
        label: "Web"
        settings.oauthClient.application_type: "web"
        settings.oauthClient.grant_types: ["authorization_code"]
        settings.oauthClient.response_types: ["code"]
        settings.oauthClient.redirect_uris: ["https://web.example.com/callback"]
        visibility.hide.iOS: true
        visibility.hide.web: true
        credentials.oauthClient.client_id: "web-client"

    + add App/web/secret/2026-03
        value: {"env":"IDPCTL_WEB_SECRET"}

    + add App/worker "Worker"
        label: "Worker"
        settings.oauthClient.application_type: "service"
        settings.oauthClient.grant_types: ["client_credentials"]
        settings.oauthClient.response_types: ["token"]
        settings.oauthClient.jwks.keys:
          + [
          +   {
          +     "e": "AQAB",
          +     "kid": "one",
          +     "kty": "RSA",
          +     "n": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…(233 more characters, sha256 24b50212)…xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          +   }
          + ]
        visibility.hide.iOS: true
        visibility.hide.web: true
        status: "ACTIVE"

    + add Grant/worker/okta.users.read

    4 added.
    [exit status: 0]
    "#);
    insta::assert_snapshot!(scratch.run("diff main old"), @"
    ------- stderr -------
    error[IDP0130]: in `old`, there is no file or folder `manifests`
     |
     = help: correct the path, or make the folder

    1 error
    [exit status: 1]
    ");
}

#[test]
fn a_missing_revision_says_how_to_fetch_it() {
    let scratch = changed();
    let url = format!("file://{}", scratch.path("repository").display());
    scratch.git_in(".", &["clone", "-q", "--depth", "1", &url, "clone"]);
    insta::assert_snapshot!(scratch.run_in("clone", &["diff", "HEAD~1"], &[]), @"
    ------- stderr -------
    error: git has no revision `HEAD~1`
    Caused by:
      1: Not a valid object name HEAD~1

    hint: this clone holds a part of the history alone; fetch more of it
        git fetch --deepen=50
    [exit status: 1]
    ");
    insta::assert_snapshot!(scratch.run_in("clone", &["diff", "origin/release"], &[]), @"
    ------- stderr -------
    error: git has no revision `origin/release`
    Caused by:
      1: Not a valid object name origin/release

    hint: this clone holds a part of the history alone; fetch the revision
        git fetch --depth=1 origin release:refs/remotes/origin/release
    [exit status: 1]
    ");
    scratch.git("branch release HEAD~1");
    scratch.git_in("clone", &["fetch", "-q", "--depth=1", "origin", "release:refs/remotes/origin/release"]);
    let fetched = scratch.run_in("clone", &["diff", "origin/release", "--target", "default"], &[]).ends_with(0);
    let whole = scratch.run("diff release --target default").ends_with(0);
    assert_eq!(fetched.stdout, whole.stdout.replace("`release`", "`origin/release`"));
    insta::assert_snapshot!(scratch.run_in("home", &["diff", "main"], &[]), @"
    ------- stderr -------
    error: git could not find a repository here
    Caused by:
      1: not a git repository (or any of the parent directories): .git
    [exit status: 1]
    ");
}

#[test]
fn nothing_that_stands_for_a_revision_is_taken_for_a_flag() {
    let scratch = Scratch::new();
    let refused = |arguments: &[&str]| scratch.run_in("repository", arguments, &[]).ends_with(1).stderr;
    insta::assert_snapshot!(refused(&["diff", "--", "--output=x"]), @"
    error: `--output=x` is not a revision

    hint: name a branch, a tag or a commit, for example `origin/main` or `HEAD~1`
    ");
    insta::assert_snapshot!(refused(&["diff", "HEAD", "--", "-x"]), @"
    error: `-x` is not a revision

    hint: name a branch, a tag or a commit, for example `origin/main` or `HEAD~1`
    ");
    insta::assert_snapshot!(refused(&["diff", "HEAD~0..HEAD"]), @"
    error: git has no revision `HEAD~0..HEAD`
    Caused by:
      1: Not a valid object name HEAD~0..HEAD

    hint: give the two revisions apart, `idpctl diff BASE HEAD`; for what a branch changed since it began, BASE is what `git merge-base` prints
    ");
    insta::assert_snapshot!(refused(&["diff", "HEAD", "-f", "../web.yaml"]), @"
    error: `../web.yaml` lies outside of the repository, so no revision has it

    hint: name files and folders by their paths in the repository
    ");
    insta::assert_snapshot!(refused(&["diff", "a\nb\u{1b}[31m"]), @r"
    error: `a\nb\u{1b}[31m` is not a revision

    hint: name a branch, a tag or a commit, for example `origin/main` or `HEAD~1`
    ");
    assert!(!scratch.path("repository/x").exists());
}

#[test]
fn links_are_followed_inside_the_repository_and_refused_where_they_lead_out() {
    let scratch = Scratch::new();
    let root = scratch.path("repository");
    fs::write(scratch.path("outside.yaml"), WORKER.replace("worker", "stranger")).expect("a file beside the repository");
    scratch.write("templates/worker.txt", WORKER);
    scratch.remove("manifests/worker.yaml");
    symlink("../templates/worker.txt", root.join("manifests/worker.yaml")).expect("a link");
    fs::create_dir(root.join("k")).expect("a folder");
    fs::rename(root.join("keys/worker.json"), root.join("k/worker.json")).expect("a file moves");
    fs::remove_dir(root.join("keys")).expect("a folder goes");
    symlink("k", root.join("keys")).expect("a link");
    scratch.commit("links");
    insta::assert_snapshot!(scratch.run("diff HEAD~1 HEAD --target default"), @"
    Difference between `HEAD~1` (963703362d) and `HEAD` (8f3722920d)

    Target `default` of `payments`

    No difference: both declare the same.
    [exit status: 0]
    ");
    symlink("../../outside.yaml", root.join("manifests/out.yaml")).expect("a link");
    symlink(scratch.path("outside.yaml"), root.join("manifests/absolute.yaml")).expect("a link");
    symlink("../keys/../../outside.yaml", root.join("manifests/round.yaml")).expect("a link");
    scratch.commit("out");
    insta::assert_snapshot!(scratch.run("diff HEAD~1 HEAD --target default"), @"
    ------- stderr -------
    error[IDP0132]: in `HEAD`, the link `manifests/absolute.yaml` leads out of the repository
     |
     = help: put the file itself into the repository

    error[IDP0132]: in `HEAD`, the link `manifests/out.yaml` leads out of the repository
     |
     = help: put the file itself into the repository

    error[IDP0132]: in `HEAD`, the link `manifests/round.yaml` leads out of the repository
     |
     = help: put the file itself into the repository

    3 errors
    [exit status: 1]
    ");
}

#[test]
fn a_project_may_stand_in_a_folder_of_the_repository() {
    let scratch = changed();
    fs::create_dir(scratch.path("repository/iam")).expect("a folder");
    scratch.git("mv idpctl.yaml manifests keys overlays iam");
    scratch.commit("moved");
    scratch.edit("iam/manifests/web.yaml", "label: Web", "label: Website");
    let output = scratch.run_in("repository/iam", &["diff", "HEAD", "--target", "default"], &[]).ends_with(0);
    insta::assert_snapshot!(output, @r#"
    Difference between `HEAD` (b61fd8ab00) and the working tree

    Target `default` of `payments`

    ~ change App/web "Website"
        label: "Web" → "Website"

    1 changed.
    [exit status: 0]
    "#);
}

#[test]
fn neither_credentials_nor_the_environment_of_git_are_used() {
    let scratch = changed();
    let elsewhere = Scratch::new();
    let plain = scratch.run("diff HEAD~1 HEAD --target default").ends_with(0);
    let other = elsewhere.path("repository/.git").display().to_string();
    let env = [
        ("OKTA_CLIENT_ORGURL", "https://unreachable.invalid"),
        ("OKTA_CLIENT_TOKEN", "a-token-that-nobody-may-see"),
        ("IDPCTL_WEB_SECRET", "a-secret-that-nobody-may-see"),
        ("GIT_DIR", other.as_str()),
        ("GIT_EXTERNAL_DIFF", "/bin/false"),
        ("GIT_TRACE", "1"),
        ("GIT_PAGER", "/bin/false"),
    ];
    let arguments = ["diff", "HEAD~1", "HEAD", "--target", "default"];
    let output = scratch.run_in("repository", &arguments, &env).ends_with(0);
    assert_eq!(output.everything(), plain.everything());
}

#[test]
fn a_file_that_is_too_large_is_told_and_not_read() {
    let scratch = Scratch::new();
    scratch.write("manifests/big.yaml", &"#\n".repeat(600 * 1024));
    scratch.commit("big");
    insta::assert_snapshot!(scratch.run("diff HEAD HEAD~1 --target default"), @"
    ------- stderr -------
    error[IDP0102]: in `HEAD`, `manifests/big.yaml` is larger than 1 MiB
     |
     = help: split the file

    1 error
    [exit status: 1]
    ");
}

#[test]
fn nothing_of_a_revision_is_left_behind() {
    let scratch = changed();
    let temporary = scratch.path("temporary");
    fs::create_dir(&temporary).expect("a folder");
    let env = [("TMPDIR", temporary.to_str().expect("UTF-8"))];
    let _ = scratch.run_in("repository", &["diff", "HEAD~1", "HEAD", "--target", "default"], &env).ends_with(0);
    let _ = scratch.run_in("repository", &["diff", "HEAD~1", "nope"], &env).ends_with(1);
    let left = |folder: &Path| fs::read_dir(folder).expect("the folder").count();
    assert_eq!(left(&temporary), 0);
}
