//! Pull requests from strangers: reviewed without any credential, and what they leave behind is taken as what it is.

use std::fs;
use std::os::unix::fs::symlink;

use super::github::{Event, Github, REPOSITORY, Run};
use super::is_possible;

const STRANGER: &str = "stranger/payments";

/// A pull request from a fork, and what the run for it found.
fn reviewed(github: &Github) -> Run {
    github.site.branch("fork");
    github.site.edit("manifests/web.yaml", "label: Web", "label: Website");
    let head = github.site.commit("fork");
    let pull = github.pull(7, STRANGER, "fork", &head);
    github.run("pull-request", &Event::pull_request(&pull))
}

fn posted(github: &Github, run: u64) -> Run {
    let main = github.site.git_in("origin", &["rev-parse", "main"]);
    let run = github.run("comment", &Event::workflow_run(&github.told(run), &main));
    assert!(run.ran && run.failed.is_empty(), "{}", run.log);
    run
}

#[test]
fn a_pull_request_from_a_fork_is_reviewed_without_any_credential() {
    if !is_possible() {
        return;
    }
    let mut github = Github::new();
    let secrets = [("OKTA_CLIENT_ORGURL", github.site.url.clone()), ("OKTA_CLIENT_TOKEN", github.site.token.clone())];
    github.environments.insert("idpctl-plan", secrets.map(|(name, value)| (name.to_owned(), value)).into());
    let run = reviewed(&github);
    assert!(run.ran && run.failed.is_empty(), "{}", run.log);
    insta::assert_snapshot!(github.site.steady(&run.summary), @r#"
    **idpctl: 1 changed** between `HEAD^1` (COMMIT) and `HEAD` (COMMIT), for the target `default`

    #### Target `default` of `payments`

    <details><summary>~ <code>App/web</code> changed <code>Website</code></summary>

    ```diff
    - label: "Web"
    + label: "Website"
    ```

    </details>
    "#);
    let secret = |value: &String| *value == github.site.token || value.starts_with("ghs_") || *value == github.site.url;
    let leaked: Vec<_> = run.environment.iter().filter(|(_, value)| secret(value)).collect();
    assert!(leaked.is_empty(), "{leaked:?}");
    assert_eq!(github.forge.known().log, [""; 0], "the forge is not asked for anything");

    // The second run has the token, and nothing of the pull request but its report.
    let log = posted(&github, run.id).log;
    let comments = github.forge.comments(7);
    assert_eq!(comments.len(), 1, "{log}");
    assert!(comments[0].contains("> Written by [the run for this pull request](https://github.example/"), "{comments:?}");
    assert!(comments[0].contains("+ label: \"Website\""), "{comments:?}");

    // Somebody pushes again: the comment is edited.
    github.site.git(&["checkout", "-q", "fork"]);
    github.site.edit("manifests/web.yaml", "label: Website", "label: Portal");
    let head = github.site.commit("again");
    let pull = github.pull(7, STRANGER, "fork", &head);
    let again = github.run("pull-request", &Event::pull_request(&pull));
    // Late news of a head that is not the head any more is not told.
    let _ = posted(&github, run.id);
    assert_eq!(github.forge.comments(7), comments);
    let _ = posted(&github, again.id);
    let comments = github.forge.comments(7);
    assert_eq!((comments.len(), comments[0].contains("+ label: \"Portal\"")), (1, true), "{comments:?}");
}

#[test]
fn manifests_that_are_broken_are_told_in_the_comment() {
    if !is_possible() {
        return;
    }
    let github = Github::new();
    github.site.branch("broken");
    github.site.edit("manifests/web.yaml", "label: Web", "lable: '```'");
    let head = github.site.commit("broken");
    let pull = github.pull(8, REPOSITORY, "broken", &head);
    let run = github.run("pull-request", &Event::pull_request(&pull));
    assert_eq!(run.failed, [1], "{}", run.log);
    assert_eq!(run.outputs["summary"], "error[IDP0301]: unknown field `lable`");
    insta::assert_snapshot!(github.site.steady(&run.summary), @"
    **idpctl: `diff` ended with 1**

    ````text
    error[IDP0301]: unknown field `lable`
     --> HEAD:manifests/web.yaml:5:3
      |
    5 |   lable: '```'
      |   ^^^^^ did you mean `label`?
      |
      = help: write `label`

    1 error
    ````
    ");
    let _ = posted(&github, run.id);
    assert_eq!(github.forge.comments(8).len(), 1);
}

#[test]
fn a_danger_fails_the_run_and_is_told_in_the_comment() {
    if !is_possible() {
        return;
    }
    let github = Github::new();
    github.site.branch("danger");
    github.site.edit("manifests/web.yaml", "https://web.", "http://web.");
    let head = github.site.commit("danger");
    let pull = github.pull(5, STRANGER, "danger", &head);
    let run = github.run("pull-request", &Event::pull_request(&pull));
    assert_eq!(run.failed, [3], "{}", run.log);
    insta::assert_snapshot!(github.site.steady(&run.summary), @r#"
    **idpctl: 1 changed; findings: 1 high** between `HEAD^1` (COMMIT) and `HEAD` (COMMIT), for the target `default`

    #### Target `default` of `payments`

    **Findings**

    - **high** [IDP4302](https://www.rfc-editor.org/rfc/rfc9700#section-2.6) a redirect URI that is plain http to another machine: `App/web` `settings.oauthClient.redirect_uris[0]`, at `manifests/web.yaml:11:23`
      the redirect URI `http://web.example.com/callback` is plain http to another machine: whoever is on the way reads the code.
      _What to do:_ Use https.

    <details><summary>~ <code>App/web</code> changed <code>Web</code></summary>

    ```diff
      settings.oauthClient.redirect_uris:
    -   "https://web.example.com/callback"
    +   "http://web.example.com/callback"
    ```

    </details>

    ```text
    refused: 1 finding of severity high (`--fail-on`): put it right, or accept it with a reason in `metadata.accept` of the document
    ```
    "#);
    let annotations: Vec<_> = run.log.lines().filter(|line| line.starts_with("::") && line.contains("file=")).collect();
    insta::assert_snapshot!(annotations.join("\n"), @"::error file=manifests/web.yaml,line=11,col=23,endColumn=55,title=IDP4302%3A a redirect URI that is plain http to another machine::App/web: the redirect URI `http://web.example.com/callback` is plain http to another machine: whoever is on the way reads the code%0AUse https.");
    let _ = posted(&github, run.id);
    assert!(github.forge.comments(5)[0].ends_with(&run.summary));
}

#[test]
fn what_a_stranger_leaves_is_posted_to_their_own_pull_request_or_nowhere() {
    if !is_possible() {
        return;
    }
    let github = Github::new();
    let run = reviewed(&github);
    github.site.branch("other");
    github.site.edit("manifests/web.yaml", "label: Web", "label: Other");
    let head = github.site.commit("other");
    github.pull(6, REPOSITORY, "other", &head);
    // The same commit, and the same name of a branch, of somebody else.
    let theirs = github.forge.known().pulls[&7]["head"]["sha"].as_str().expect("a commit").to_owned();
    github.pull(9, REPOSITORY, "fork", &theirs);
    let leave = |number: &str, report: &str| {
        let folder = github.site.new_folder("left");
        fs::write(folder.join("number"), number).expect("a file");
        fs::write(folder.join("report.md"), report).expect("a file");
        github.leave(run.id, "idpctl-diff", folder.clone());
        folder
    };
    let mut said = Vec::new();
    let mut refused = || {
        let log = posted(&github, run.id).log;
        said.extend(log.lines().filter_map(|line| line.strip_prefix("::warning title=idpctl::")).map(str::to_owned));
        assert!(github.forge.is_silent(), "{log}");
    };
    for number in ["6", "9", "404", "../6", "7 6", "7\n6", "-7", "07", "", "77777777777", "$(id)", "7;id"] {
        leave(number, "hostile");
        refused();
    }
    for report in ["x".repeat(262_145), "x".repeat(65_001), "ø".repeat(65_001)] {
        leave("7", &report);
        refused();
    }
    let folder = leave("7", "");
    fs::write(folder.join("report.md"), b"\xff\xfe").expect("a file");
    refused();
    let folder = leave("7", "hostile");
    fs::remove_file(folder.join("report.md")).expect("it was there");
    symlink(github.site.path("clone/idpctl.yaml"), folder.join("report.md")).expect("a link");
    refused();
    fs::remove_file(folder.join("report.md")).expect("it was there");
    refused();
    insta::assert_snapshot!(said.join("\n"), @"
    Nothing was posted: the run was not for the head of pull request 6, which may have moved on meanwhile.
    Nothing was posted: the run was not for the head of pull request 9, which may have moved on meanwhile.
    Nothing was posted: there is no pull request 404.
    Nothing was posted: what the run left for the number of a pull request is no number.
    Nothing was posted: what the run left for the number of a pull request is no number.
    Nothing was posted: what the run left for the number of a pull request is no number.
    Nothing was posted: what the run left for the number of a pull request is no number.
    Nothing was posted: what the run left for the number of a pull request is no number.
    Nothing was posted: what the run left for the number of a pull request is no number.
    Nothing was posted: the run left no number of a pull request.
    Nothing was posted: what the run left for the number of a pull request is no number.
    Nothing was posted: what the run left for the number of a pull request is no number.
    Nothing was posted: the run left no report, or one of more than 256 KiB.
    Nothing was posted: the report is longer than a comment can be.
    Nothing was posted: the report is longer than a comment can be.
    Nothing was posted: what the run left is no text.
    Nothing was posted: the run left no report, or one of more than 256 KiB.
    Nothing was posted: the run left no report, or one of more than 256 KiB.
    ");
}
