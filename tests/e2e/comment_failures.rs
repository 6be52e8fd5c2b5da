//! `comment` where the forge does not take it: refused, limited, in trouble, gone, or answering nonsense. The text is in the log, the exit status is 0, the
//! warning says what to do, and the token is in no output.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};

use serde_json::json;

use crate::forge::{Job, Request, Response, Ruling, STRANGER, TOKEN, US, answer};

const BODY: &str = "## 1 to create\n";

/// Answers requests of a method with a status and a message.
fn refusing(method: &'static str, status: u16, message: &'static str) -> impl Fn(&Request) -> Ruling + Send + Sync + 'static {
    move |request| {
        let user = request.uri().path().ends_with("/user");
        if request.method() == method && !user { Ruling::Answer(answer(status, &json!({"message": message}))) } else { Ruling::Pass }
    }
}

/// Answers the list of comments, or whatever comes after it.
fn listing(response: impl Fn() -> Response + Send + Sync + 'static) -> impl Fn(&Request) -> Ruling + Send + Sync + 'static {
    move |request| if request.uri().path().ends_with("/comments") { Ruling::Answer(response()) } else { Ruling::Pass }
}

#[test]
fn a_token_that_is_not_accepted_is_said_so() {
    let unauthorised = |message: &'static str| move |_: &Request| Ruling::Answer(answer(401, &json!({"message": message})));
    insta::assert_snapshot!(Job::github_with(unauthorised("Bad credentials")).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /user` was answered 401: Bad credentials, 1 attempt in TIME s

    hint: GitHub does not accept `GITHUB_TOKEN`: a job's token ends with the job, and others expire or are revoked; hand in the job's own with `${{ github.token }}`
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    insta::assert_snapshot!(Job::gitlab_with(unauthorised("401 Unauthorized")).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to 4711!7 at FORGE/api/v4
    Caused by:
      1: `GET /user` was answered 401: 401 Unauthorized, 1 attempt in TIME s

    hint: GitLab does not accept `GITLAB_TOKEN`: it may have expired or been revoked; a job's own token (`CI_JOB_TOKEN`) may not write notes: make a project access token with the scope `api`
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
}

#[test]
fn a_token_that_may_not_write_is_said_so() {
    let github = Job::github_with(refusing("POST", 403, "Resource not accessible by integration"));
    insta::assert_snapshot!(github.said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `POST /repos/acme/clients/issues/7/comments` was answered 403: Resource not accessible by integration, 1 attempt in TIME s

    hint: give the job `permissions: {pull-requests: write}`; the token of a pull request from a fork or from Dependabot can only read, whatever the job says: post from a second workflow, on `workflow_run`
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    insta::assert_snapshot!(github.said("comment --strict", BODY), @"
    ## 1 to create
    ------- stderr -------
    error: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `POST /repos/acme/clients/issues/7/comments` was answered 403: Resource not accessible by integration, 1 attempt in TIME s

    hint: give the job `permissions: {pull-requests: write}`; the token of a pull request from a fork or from Dependabot can only read, whatever the job says: post from a second workflow, on `workflow_run`
    hint: the text stands above, on standard output
    [exit status: 1]
    ");
    insta::assert_snapshot!(Job::gitlab_with(refusing("POST", 403, "403 Forbidden")).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to 4711!7 at FORGE/api/v4
    Caused by:
      1: `POST /projects/4711/merge_requests/7/notes` was answered 403: 403 Forbidden, 1 attempt in TIME s

    hint: check that the merge request is there, and that `GITLAB_TOKEN` has the scope `api` and at least the role Reporter in its project; a variable that is protected is not there in pipelines of other branches
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
}

#[test]
fn a_request_that_is_not_there_is_said_so() {
    insta::assert_snapshot!(Job::github_with(refusing("GET", 404, "Not Found")).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /repos/acme/clients/issues/7/comments` was answered 404: Not Found, 1 attempt in TIME s

    hint: check that the pull request is there, and give the job `permissions: {pull-requests: write}`, without which its token cannot see it either
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    insta::assert_snapshot!(Job::gitlab_with(refusing("GET", 404, "404 Not found")).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to 4711!7 at FORGE/api/v4
    Caused by:
      1: `GET /projects/4711/merge_requests/7/notes` was answered 404: 404 Not found, 1 attempt in TIME s

    hint: check that the merge request is there, and that `GITLAB_TOKEN` has the scope `api` and at least the role Reporter in its project; a variable that is protected is not there in pipelines of other branches
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
}

#[test]
fn a_limit_is_waited_for_and_said_if_it_lasts_too_long() {
    let limited = |status, wait: &'static str, times: usize| {
        let left = AtomicUsize::new(times);
        move |request: &Request| {
            if request.method() != "POST" || left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_err() {
                return Ruling::Pass;
            }
            let mut answer = answer(status, &json!({"message": "You have exceeded a secondary rate limit"}));
            answer.headers_mut().insert("retry-after", wait.parse().expect("a header"));
            Ruling::Answer(answer)
        }
    };
    for job in [Job::github_with(limited(403, "1", 1)), Job::gitlab_with(limited(429, "0", 2))] {
        let output = job.run("comment", BODY).ends_with(0);
        assert!(output.stderr.starts_with("created "), "{output}");
        assert_eq!(job.forge().comments.len(), 1);
    }
    let job = Job::github_with(limited(429, "900", usize::MAX));
    insta::assert_snapshot!(job.said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `POST /repos/acme/clients/issues/7/comments` would wait 900 s for the rate limit, and 119 s are left, 1 attempt in TIME s

    hint: run the job again later, or give it more time with `--timeout 10m`
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    let first = job.forge().asked.iter().filter(|asked| asked.starts_with("POST")).count();
    assert_eq!(first, 1, "who is told to wait does not ask");
}

#[test]
fn what_passes_is_tried_again() {
    for fault in [500, 502, 503, 0] {
        let failed = Mutex::new(Vec::new());
        let job = Job::github_with(move |request: &Request| {
            // Each request fails once.
            let key = format!("{} {}", request.method(), request.uri());
            let mut failed = failed.lock().expect("nobody panics with it");
            if failed.contains(&key) {
                return Ruling::Pass;
            }
            failed.push(key);
            if fault == 0 { Ruling::Break } else { Ruling::Answer(answer(fault, &json!({"message": "Server Error"}))) }
        });
        job.forge().write(US, "<!-- idpctl:idpctl -->\nold");
        job.forge().write(US, "<!-- idpctl:idpctl -->\ndouble");
        let output = job.run("comment", BODY).ends_with(0);
        assert!(output.stderr.starts_with("edited "), "{fault}: {output}");
        assert_eq!(job.forge().comments.len(), 1);
    }
}

#[test]
fn a_comment_whose_answer_was_lost_is_looked_for_before_it_is_made_again() {
    for done in [true, false] {
        let lost = AtomicUsize::new(0);
        let job = Job::gitlab_with(move |request: &Request| {
            if request.method() != "POST" || lost.fetch_add(1, Ordering::AcqRel) > 0 {
                Ruling::Pass
            } else if done {
                Ruling::BreakAfter
            } else {
                Ruling::Break
            }
        });
        let _ = job.run("comment", BODY).ends_with(0);
        assert_eq!(job.comments(), "101 us: <!-- idpctl:idpctl -->\\n## 1 to create\\n");
        let posts = job.forge().asked.iter().filter(|asked| asked.starts_with("POST")).count();
        assert_eq!(posts, if done { 1 } else { 2 });
    }
}

#[test]
fn a_forge_in_trouble_is_no_failure_of_the_pipeline() {
    let job = Job::github_with(refusing("POST", 502, "Server Error"));
    insta::assert_snapshot!(job.said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `POST /repos/acme/clients/issues/7/comments` was answered 502: Server Error, 1 attempt in TIME s

    hint: the forge has trouble: run the job again later
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    insta::assert_snapshot!(job.asked(), @"
    GET /user
    GET /repos/acme/clients/issues/7/comments?per_page=100
    POST /repos/acme/clients/issues/7/comments
    GET /repos/acme/clients/issues/7/comments?per_page=100
    POST /repos/acme/clients/issues/7/comments
    GET /repos/acme/clients/issues/7/comments?per_page=100
    POST /repos/acme/clients/issues/7/comments
    ");
    let job = Job::gitlab_with(|_: &Request| Ruling::Answer(answer(503, &json!({}))));
    insta::assert_snapshot!(job.said("comment --timeout 1s", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to 4711!7 at FORGE/api/v4
    Caused by:
      1: `GET /user` was answered 503 without a reason, N attempts in TIME s

    hint: the forge has trouble: run the job again later
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    let job = Job::github_with(|_: &Request| Ruling::Break);
    insta::assert_snapshot!(job.said("comment --timeout 1s", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /user` got no answer, N attempts in TIME s
      2: the connection broke: connection closed before message completed

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
}

#[test]
fn a_forge_that_is_not_there_is_no_failure_of_the_pipeline() {
    let mut job = Job::github();
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("it is bound").port();
    job.set("GITHUB_API_URL", &format!("http://127.0.0.1:{port}"));
    insta::assert_snapshot!(job.said("comment --timeout 1s", BODY).replace(&port.to_string(), "PORT"), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at http://127.0.0.1:PORT
    Caused by:
      1: `GET /user` got no answer, N attempts in TIME s
      2: could not connect: tcp connect error: Connection refused (os error 111)

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    job.set("GITHUB_API_URL", &format!("https://127.0.0.1:{port}"));
    let output = job.run("comment --timeout 1s --strict", BODY).ends_with(1);
    assert!(output.stderr.starts_with("error: the comment was not posted to acme/clients#7"), "{output}");
}

#[test]
fn a_forge_that_does_not_answer_is_given_up_in_time() {
    // Dropped at the end of the test, which lets the held request go.
    let (held, hold) = mpsc::channel::<()>();
    let hold = Mutex::new(hold);
    let job = Job::github_with(move |_: &Request| {
        let _ = hold.lock().expect("nobody panics with it").recv();
        Ruling::Break
    });
    insta::assert_snapshot!(job.said("comment --timeout 1s", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /user` was not answered before the time was up, 1 attempt in TIME s

    hint: run the job again later, or give it more time with `--timeout 10m`
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    drop(held);
}

#[test]
fn nonsense_is_not_taken_for_an_answer() {
    let text = |status: u16, text: &'static str| {
        move || http::Response::builder().status(status).header("content-type", "text/html").body(text.into()).expect("an answer")
    };
    insta::assert_snapshot!(Job::github_with(listing(text(200, "<html>Sign in"))).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /repos/acme/clients/issues/7/comments` was answered 200 by what is not a list of comments, 1 attempt in TIME s

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    insta::assert_snapshot!(Job::github_with(listing(|| answer(200, &json!({"message": "ok"})))).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /repos/acme/clients/issues/7/comments` was answered 200 by what is not a list of comments, 1 attempt in TIME s

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    insta::assert_snapshot!(Job::github_with(listing(|| answer(200, &json!([{"id": "1", "body": 2}])))).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /repos/acme/clients/issues/7/comments` was answered 200 by what is not a list of comments, 1 attempt in TIME s

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    insta::assert_snapshot!(Job::github_with(listing(text(422, "not JSON \u{1b}[31m"))).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /repos/acme/clients/issues/7/comments` was answered 422 without a reason, 1 attempt in TIME s

    hint: the forge does not take the comment as it is: its own words above say why
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    let made = |request: &Request| if request.method() == "POST" { Ruling::Answer(answer(201, &json!({}))) } else { Ruling::Pass };
    insta::assert_snapshot!(Job::github_with(made).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `POST /repos/acme/clients/issues/7/comments` was answered 201 by what is not a comment, 1 attempt in TIME s

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
}

#[test]
fn an_answer_that_is_too_long_is_not_read_to_its_end() {
    let huge = || http::Response::builder().status(200).body(vec![b' '; (64 << 20) + 1]).expect("an answer");
    insta::assert_snapshot!(Job::github_with(listing(huge)).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /repos/acme/clients/issues/7/comments` was not read to its end, 1 attempt in TIME s
      2: the answer is longer than 64 MiB

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
}

#[test]
fn nobody_is_followed_elsewhere() {
    let elsewhere = Job::github();
    elsewhere.forge().write(STRANGER, "not asked");
    let url = elsewhere.env("GITHUB_API_URL");
    let to = |status: u16, header: &'static str, value: String| {
        move || {
            let response = http::Response::builder().status(status).header("content-type", "application/json").header(header, &value);
            response.body(b"[]".to_vec()).expect("an answer")
        }
    };
    let path = "/repos/acme/clients/issues/7/comments";
    let hidden = |said: String| said.replace(&url, "ELSEWHERE");
    insta::assert_snapshot!(hidden(Job::github_with(listing(to(307, "location", format!("{url}{path}")))).said("comment", BODY)), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /repos/acme/clients/issues/7/comments` was answered 307, a redirect to `ELSEWHERE/repos/acme/clients/issues/7/comments`, which is not followed, 1 attempt in TIME s

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    let link = format!("<{url}{path}?page=2>; rel=\"next\"");
    insta::assert_snapshot!(hidden(Job::github_with(listing(to(200, "link", link))).said("comment", BODY)), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /repos/acme/clients/issues/7/comments` was answered with a next page at `ELSEWHERE/repos/acme/clients/issues/7/comments?page=2`, which is elsewhere, 1 attempt in TIME s

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    let link = format!("<{path}?per_page=100>; rel=\"next\"");
    insta::assert_snapshot!(Job::github_with(listing(to(200, "link", link))).said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    warning: the comment was not posted to acme/clients#7 at FORGE
    Caused by:
      1: `GET /repos/acme/clients/issues/7/comments` was answered with a next page that was there before, 1 attempt in TIME s

    hint: check that `GITHUB_API_URL` is the API's own address, the network, and `HTTPS_PROXY` if there is a proxy
    hint: the text stands above, on standard output
    [exit status: 0]
    ");
    assert_eq!(elsewhere.asked(), "", "no token was taken there");
}

#[test]
fn the_token_is_in_no_output() {
    let repeating = |request: &Request| {
        let token = ["authorization", "private-token"].into_iter().find_map(|name| request.headers().get(name)).expect("a token");
        let mut answer = answer(422, &json!({"message": format!("what is {}?", token.to_str().expect("text"))}));
        answer.headers_mut().insert("location", token.clone());
        if request.method() == "POST" {
            *answer.status_mut() = http::StatusCode::TEMPORARY_REDIRECT;
        }
        if request.method() == "GET" && !request.uri().path().ends_with("/user") { Ruling::Pass } else { Ruling::Answer(answer) }
    };
    let passing = |_: &Request| Ruling::Pass;
    // `run` looks for the token in everything that is said.
    for flags in ["", "-vvv", "-vvv --log-format json", "--strict -vvv"] {
        for job in [Job::github_with(repeating), Job::gitlab_with(repeating), Job::github_with(passing), Job::gitlab_with(passing)] {
            let output = job.run(&format!("comment {flags}"), BODY);
            assert!(output.everything().contains("## 1 to create"), "{output}");
        }
    }
    let mut job = Job::github();
    job.set("GITHUB_TOKEN", &format!("{TOKEN} {TOKEN}"));
    let output = job.run("comment -vvv", BODY).ends_with(1);
    assert!(output.stderr.contains("`GITHUB_TOKEN` holds what no token does"), "{output}");
    job.set("GITHUB_TOKEN", TOKEN);
    job.set("GITHUB_API_URL", &format!("https://x:{TOKEN}@api.github.com"));
    let output = job.run("comment -vvv", BODY).ends_with(1);
    assert!(output.stderr.contains("`GITHUB_API_URL` cannot be used"), "{output}");
}

#[test]
fn what_may_be_read_and_not_be_removed_is_told() {
    let job = Job::gitlab_with(refusing("DELETE", 403, "403 Forbidden"));
    for body in ["one", "two"] {
        job.forge().write(US, &format!("<!-- idpctl:idpctl -->\n{body}"));
    }
    insta::assert_snapshot!(job.said("comment", BODY), @"
    ## 1 to create
    ------- stderr -------
    edited FORGE/acme/clients/-/merge_requests/7#note_101
    warning: another comment of this name, 102, could not be removed
    [exit status: 0]
    ");
}
