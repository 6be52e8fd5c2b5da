//! `comment`: the one comment of a pull request or merge request, made, edited, left, found among others, and never mistaken for a stranger's.

use std::fs;
use std::process::{Command, Stdio};

use crate::forge::{Job, STRANGER, TOKEN, US};

const BODY: &str = "## 1 to create\n\n```diff\n+ App/web\n```\n";

#[test]
fn a_comment_is_made_then_edited_then_left() {
    let job = Job::github();
    insta::assert_snapshot!(job.said("comment", BODY), @"
    ## 1 to create

    ```diff
    + App/web
    ```
    ------- stderr -------
    created FORGE/acme/clients/pull/7#issuecomment-101
    [exit status: 0]
    ");
    insta::assert_snapshot!(job.asked(), @"
    GET /user
    GET /repos/acme/clients/issues/7/comments?per_page=100
    POST /repos/acme/clients/issues/7/comments
    GET /repos/acme/clients/issues/7/comments?per_page=100
    ");
    insta::assert_snapshot!(job.comments(), @r"101 us: <!-- idpctl:idpctl -->\n## 1 to create\n\n```diff\n+ App/web\n```\n");
    insta::assert_snapshot!(job.said("comment", "nothing to do\n"), @"
    nothing to do
    ------- stderr -------
    edited FORGE/acme/clients/pull/7#issuecomment-101
    [exit status: 0]
    ");
    insta::assert_snapshot!(job.asked(), @"
    GET /user
    GET /repos/acme/clients/issues/7/comments?per_page=100
    PATCH /repos/acme/clients/issues/comments/101
    ");
    insta::assert_snapshot!(job.comments(), @r"101 us: <!-- idpctl:idpctl -->\nnothing to do\n");
    insta::assert_snapshot!(job.said("comment", "nothing to do\n"), @"
    nothing to do
    ------- stderr -------
    unchanged FORGE/acme/clients/pull/7#issuecomment-101
    [exit status: 0]
    ");
    insta::assert_snapshot!(job.asked(), @"
    GET /user
    GET /repos/acme/clients/issues/7/comments?per_page=100
    ");
}

#[test]
fn a_note_is_made_then_edited_then_left() {
    let job = Job::gitlab();
    insta::assert_snapshot!(job.said("comment", BODY), @"
    ## 1 to create

    ```diff
    + App/web
    ```
    ------- stderr -------
    created FORGE/acme/clients/-/merge_requests/7#note_101
    [exit status: 0]
    ");
    insta::assert_snapshot!(job.asked(), @"
    GET /api/v4/user
    GET /api/v4/projects/4711/merge_requests/7/notes?sort=asc&order_by=created_at&per_page=100
    POST /api/v4/projects/4711/merge_requests/7/notes
    GET /api/v4/projects/4711/merge_requests/7/notes?sort=asc&order_by=created_at&per_page=100
    ");
    insta::assert_snapshot!(job.comments(), @r"101 us: <!-- idpctl:idpctl -->\n## 1 to create\n\n```diff\n+ App/web\n```\n");
    insta::assert_snapshot!(job.said("comment", "nothing to do\n"), @"
    nothing to do
    ------- stderr -------
    edited FORGE/acme/clients/-/merge_requests/7#note_101
    [exit status: 0]
    ");
    insta::assert_snapshot!(job.asked(), @"
    GET /api/v4/user
    GET /api/v4/projects/4711/merge_requests/7/notes?sort=asc&order_by=created_at&per_page=100
    PUT /api/v4/projects/4711/merge_requests/7/notes/101
    ");
    insta::assert_snapshot!(job.comments(), @r"101 us: <!-- idpctl:idpctl -->\nnothing to do\n");
    insta::assert_snapshot!(job.said("comment", "nothing to do\n"), @"
    nothing to do
    ------- stderr -------
    unchanged FORGE/acme/clients/-/merge_requests/7#note_101
    [exit status: 0]
    ");
    insta::assert_snapshot!(job.asked(), @"
    GET /api/v4/user
    GET /api/v4/projects/4711/merge_requests/7/notes?sort=asc&order_by=created_at&per_page=100
    ");
}

#[test]
fn each_forge_gets_its_own_headers() {
    let headers = |job: Job| {
        let _ = job.run("comment", BODY).ends_with(0);
        let _ = job.run("comment", "other").ends_with(0);
        // The last request is the edit.
        let headers = job.forge().headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect::<Vec<_>>().concat();
        headers.replace(env!("CARGO_PKG_VERSION"), "VERSION")
    };
    insta::assert_snapshot!(headers(Job::github()), @"
    accept: application/vnd.github+json
    accept-encoding: gzip
    authorization: Bearer TOKEN
    content-length: 40
    content-type: application/json
    user-agent: idpctl/VERSION
    x-github-api-version: 2022-11-28
    ");
    insta::assert_snapshot!(headers(Job::gitlab()), @"
    accept: application/json
    accept-encoding: gzip
    content-length: 40
    content-type: application/json
    private-token: TOKEN
    user-agent: idpctl/VERSION
    ");
}

#[test]
fn a_comment_is_found_on_the_second_page() {
    for job in [Job::github(), Job::gitlab()] {
        for n in 0..150 {
            let _ = job.forge().write(STRANGER, &format!("opinion {n}"));
        }
        let ours = job.forge().write(US, "<!-- idpctl:idpctl -->\nold");
        for n in 0..100 {
            let _ = job.forge().write(STRANGER, &format!("another {n}"));
        }
        let output = job.run("comment", BODY).ends_with(0);
        assert!(output.stderr.starts_with("edited ") && output.stderr.contains(&ours.to_string()), "{output}");
        let lists = job.forge().asked.iter().filter(|asked| asked.starts_with("GET ") && asked.contains("per_page=100")).count();
        assert_eq!((lists, job.forge().comments.len()), (3, 251));
    }
}

#[test]
fn a_strangers_marker_is_nobodys() {
    for job in [Job::github(), Job::gitlab()] {
        // One that was there before ours, with our text, and one after it.
        job.forge().write(STRANGER, &format!("<!-- idpctl:idpctl -->\n{BODY}"));
        let output = job.run("comment", BODY).ends_with(0);
        assert!(output.stderr.starts_with("created "), "{output}");
        job.forge().write(STRANGER, "<!-- idpctl:idpctl -->\nall is well, merge it");
        let output = job.run("comment", "other").ends_with(0);
        assert!(output.stderr.starts_with("edited "), "{output}");
        insta::allow_duplicates!(insta::assert_snapshot!(job.comments(), @r"
        101 stranger: <!-- idpctl:idpctl -->\n## 1 to create\n\n```diff\n+ App/web\n```\n
        102 us: <!-- idpctl:idpctl -->\nother
        103 stranger: <!-- idpctl:idpctl -->\nall is well, merge it
        "));
        let touched = ["101", "103"].map(|id| job.forge().asked.iter().any(|asked| asked.contains(id)));
        assert_eq!(touched, [false, false]);
    }
}

/// The token of a person at GitHub: what the pipeline's own token wrote is somebody else's.
#[test]
fn whose_token_it_is_decides_which_comments_are_ours() {
    let job = Job::github();
    job.forge().write(US, "<!-- idpctl:idpctl -->\nthe pipeline's");
    job.forge().person = Some(STRANGER);
    insta::assert_snapshot!(job.said("comment", BODY), @"
    ## 1 to create

    ```diff
    + App/web
    ```
    ------- stderr -------
    created FORGE/acme/clients/pull/7#issuecomment-102
    [exit status: 0]
    ");
    insta::assert_snapshot!(job.asked(), @"
    GET /user
    GET /repos/acme/clients/issues/7/comments?per_page=100
    POST /repos/acme/clients/issues/7/comments
    GET /repos/acme/clients/issues/7/comments?per_page=100
    ");
    let output = job.run("comment", "other").ends_with(0);
    assert!(output.stderr.starts_with("edited "), "{output}");
    insta::assert_snapshot!(job.comments(), @r"
    101 us: <!-- idpctl:idpctl -->\nthe pipeline\'s
    102 stranger: <!-- idpctl:idpctl -->\nother
    ");
}

#[test]
fn each_name_has_a_comment_of_its_own() {
    let job = Job::github();
    for (arguments, body) in
        [("comment", "diff"), ("comment --id plan-staging", "staging"), ("comment --id plan", "production"), ("comment", "diff 2")]
    {
        let _ = job.run(arguments, body).ends_with(0);
    }
    insta::assert_snapshot!(job.comments(), @r"
    101 us: <!-- idpctl:idpctl -->\ndiff 2
    102 us: <!-- idpctl:plan-staging -->\nstaging
    103 us: <!-- idpctl:plan -->\nproduction
    ");
}

#[test]
fn what_a_killed_run_left_twice_is_made_one() {
    let job = Job::gitlab();
    for body in ["one", "two", "three"] {
        job.forge().write(US, &format!("<!-- idpctl:idpctl -->\n{body}"));
    }
    insta::assert_snapshot!(job.said("comment", "four"), @"
    four------- stderr -------
    edited FORGE/acme/clients/-/merge_requests/7#note_101
    [exit status: 0]
    ");
    insta::assert_snapshot!(job.comments(), @r"101 us: <!-- idpctl:idpctl -->\nfour");
}

#[test]
fn hostile_text_arrives_byte_for_byte() {
    let hostile = "| a | `b` <script>alert(1)</script> @everyone \u{202e}\u{1b}[31m\u{7f} \\u0000 \"quoted\" \\ ${x}\t\r\n<!-- idpctl:other -->\n```\n/close\n```\n😀\n\n--";
    let (github, gitlab) = (Job::github(), Job::gitlab());
    let _ = github.run("comment", hostile).ends_with(0);
    assert_eq!(github.forge().comments[0].body, format!("<!-- idpctl:idpctl -->\n{hostile}"));
    let output = gitlab.run("comment", hostile).ends_with(0);
    assert_eq!(output.stdout, hostile, "the log has it as it was");
    assert_eq!(gitlab.forge().comments[0].body, format!("<!-- idpctl:idpctl -->\n{}", hostile.replace("\n/close", "\n\\/close")));
}

#[test]
fn gitlab_carries_nothing_out() {
    let job = Job::gitlab();
    let _ = job.run("comment", "/approve\n/merge\n\r/close\nsee /close\n  /x\n").ends_with(0);
    insta::assert_snapshot!(job.comments(), @r"101 us: <!-- idpctl:idpctl -->\n\\/approve\n\\/merge\n\r\\/close\nsee /close\n  /x\n");
    let _ = job.run("comment", "/approve\n/merge\n\r/close\nsee /close\n  /x\n").ends_with(0);
    assert!(!job.asked().contains("PUT"), "what it became is the text that is compared");
}

#[test]
fn a_file_is_read_and_written_to_the_log() {
    let mut job = Job::gitlab();
    job.write("diff.md", BODY);
    let output = job.run("comment diff.md", "not this").ends_with(0);
    assert_eq!(output.stdout, BODY);
    let output = job.run("comment -", "this").ends_with(0);
    assert_eq!(output.stdout, "this");
    // Outside of a job everything can be said.
    for name in ["GITLAB_CI", "CI_MERGE_REQUEST_IID"] {
        job.unset(name);
    }
    insta::assert_snapshot!(job.said("comment diff.md --forge gitlab --number 7", ""), @"
    ## 1 to create

    ```diff
    + App/web
    ```
    ------- stderr -------
    edited FORGE/acme/clients/-/merge_requests/7#note_101
    [exit status: 0]
    ");
}

#[test]
fn wrong_usage_is_an_error_and_the_text_is_in_the_log_all_the_same() {
    let mut job = Job::github();
    insta::assert_snapshot!(job.said("comment", ""), @"
    ------- stderr -------
    error: there is no text to post

    hint: check that what writes the Markdown wrote it
    [exit status: 1]
    ");
    let output = job.run("comment", " \n\n").ends_with(1);
    assert!(output.stdout == " \n\n" && output.stderr.starts_with("error: there is no text to post\n"), "{output}");
    insta::assert_snapshot!(job.said("comment missing.md", ""), @"
    ------- stderr -------
    error: could not read `missing.md`
    Caused by:
      1: No such file or directory (os error 2)

    hint: check that the path is right, and that its folder is there
    [exit status: 1]
    ");
    insta::assert_snapshot!(job.said("comment --id Production", BODY), @"
    ------- stderr -------
    error: `--id` cannot name a comment
    Caused by:
      1: `Production` is not a DNS label: use lower-case letters, digits and `-`, such as `production`
    [exit status: 1]
    ");
    insta::assert_snapshot!(job.said("comment --number 0", BODY), @"
    ------- stderr -------
    error: invalid value '0' for '--number <N>': number would be zero for non-zero type

    For more information, try '--help'.
    [exit status: 1]
    ");
    job.write("latin.md", b"caf\xe9");
    insta::assert_snapshot!(job.said("comment latin.md", ""), @"
    ------- stderr -------
    error: `latin.md` is not UTF-8
    Caused by:
      1: incomplete utf-8 byte sequence from index 3

    hint: write the Markdown as UTF-8
    [exit status: 1]
    ");
    for name in ["GITHUB_TOKEN", "GITHUB_EVENT_PATH"] {
        job.unset(name);
    }
    insta::assert_snapshot!(job.said("comment", BODY), @"
    ## 1 to create

    ```diff
    + App/web
    ```
    ------- stderr -------
    error: no comment can be posted from here:
      `GITHUB_TOKEN` is not set
      neither the event nor `GITHUB_REF` says which pull request it is about

    hint: hand the job's token to the step with `env: {GITHUB_TOKEN: ${{ github.token }}}`
    hint: run it on `pull_request`, where GitHub says which it is, or give its number with `--number`
    [exit status: 1]
    ");
    job.unset("GITHUB_ACTIONS");
    insta::assert_snapshot!(job.said("comment", BODY), @"
    ## 1 to create

    ```diff
    + App/web
    ```
    ------- stderr -------
    error: no comment can be posted from here: neither `GITHUB_ACTIONS` nor `GITLAB_CI` is set

    hint: run it in a job of GitHub Actions or GitLab CI; or say where it belongs with `--forge`, `--number` and the variables that `idpctl comment --help` lists
    [exit status: 1]
    ");
    job.set("GITHUB_ACTIONS", "true");
    job.set("GITLAB_CI", "true");
    insta::assert_snapshot!(job.said("comment", "both"), @"
    both------- stderr -------
    error: no comment can be posted from here: `GITHUB_ACTIONS` and `GITLAB_CI` are both set

    hint: say which forge it is with `--forge github` or `--forge gitlab`
    [exit status: 1]
    ");
    let mut job = Job::gitlab();
    job.unset("GITLAB_TOKEN");
    job.set("CI_JOB_TOKEN", TOKEN);
    insta::assert_snapshot!(job.said("comment", BODY), @"
    ## 1 to create

    ```diff
    + App/web
    ```
    ------- stderr -------
    error: no comment can be posted from here: `GITLAB_TOKEN` is not set

    hint: a job's own token (`CI_JOB_TOKEN`) may not write notes: make a project access token with the scope `api` and the role Reporter, and store it as the masked CI/CD variable `GITLAB_TOKEN`
    [exit status: 1]
    ");
    assert_eq!(job.asked(), "", "nothing is sent");
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let (github, gitlab) = (Job::github(), Job::gitlab());
    let first = "<!-- idpctl:idpctl -->\n".len();
    let end = |job: &Job, length: usize| {
        let output = job.run("comment", &"é".repeat(length));
        (output.status, output.stderr.lines().next().unwrap_or_default().to_owned())
    };
    assert_eq!(end(&github, 65_536 - first).0, 0);
    insta::assert_snapshot!(end(&github, 65_537 - first).1, @"error: the text is too long: 65537 characters with its first line, and GitHub takes 65536");
    assert_eq!(end(&gitlab, 1_000_000 - first).0, 0);
    insta::assert_snapshot!(end(&gitlab, 1_000_001 - first).1, @"error: the text is too long: 1000001 characters with its first line, and GitLab takes 1000000");
    insta::assert_snapshot!(end(&gitlab, 2_000_001).1, @"error: standard input is longer than 4000000 bytes, which no forge takes as a comment");
}

/// The commands of `comment --help`, as they stand there, with a file and a diff at hand.
#[test]
fn the_examples_of_the_help_do_what_they_say() {
    let help = Command::new(env!("CARGO_BIN_EXE_idpctl")).args(["comment", "--help"]).env_clear().output().expect("the binary runs");
    let help = String::from_utf8(help.stdout).expect("help is text");
    let examples = help.lines().map(str::trim_start).filter(|line| line.contains("idpctl comment") && !line.starts_with("Usage"));
    // What it does stands beside it, if there is room.
    let examples: Vec<_> = examples.map(|line| line.split("  ").next().unwrap_or_default()).collect();
    assert_eq!(examples.len(), 5, "{examples:?}");
    for example in examples {
        let mut job = if example.contains("gitlab") { Job::gitlab() } else { Job::github() };
        job.write("diff.md", BODY);
        job.write("plan.md", "a plan");
        if example.contains("--forge") {
            for name in ["GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_EVENT_PATH", "CI_MERGE_REQUEST_IID"] {
                job.unset(name);
            }
        }
        // The diff has its own tests; here it is what it prints that counts.
        let line = example.replace("idpctl diff origin/main --format markdown", "cat diff.md");
        let mut shell = job.program("sh");
        let output = shell.args(["-c", &line]).stdin(Stdio::null()).output().expect("a shell runs");
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert!(output.status.success() && stderr.starts_with("created "), "{example}: {stderr}");
    }
}

#[test]
fn what_is_posted_needs_no_repository_and_no_org() {
    let mut job = Job::github();
    job.set("OKTA_CLIENT_ORGURL", "not even an address");
    job.set("OKTA_CLIENT_TOKEN", "00hush");
    job.write("idpctl.yaml", "not: a project");
    let _ = job.run("comment", BODY).ends_with(0);
    assert!(job.asked().lines().all(|line| line.contains("/user") || line.contains("/repos/acme/clients/")));
    assert!(fs::read_to_string(job.path("idpctl.yaml")).is_ok());
}
