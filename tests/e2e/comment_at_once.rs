//! Several pipelines post the same comment at once: the stand-in holds each request until it is its turn, and every order of turns leaves one comment.
//!
//! That no order whatever leaves another number is shown for the decisions alone in `src/forge/talk_tests.rs`; here it is the binary.

use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::forge::{Job, Request, Ruling, TOKEN};

/// Who waits to be answered, and who may go.
#[derive(Default)]
struct Turns {
    waiting: Vec<usize>,
    next: Option<usize>,
}

/// Holds requests until it is their run's turn.
#[derive(Default)]
struct Gate {
    turns: Mutex<Turns>,
    changed: Condvar,
}

impl Gate {
    fn pass(&self, run: usize) {
        let mut turns = self.turns.lock().expect("nobody panics with it");
        turns.waiting.push(run);
        self.changed.notify_all();
        let mut turns = self.changed.wait_while(turns, |turns| turns.next != Some(run)).expect("nobody panics with it");
        turns.next = None;
        turns.waiting.retain(|waiting| *waiting != run);
    }

    /// Waits until a run has sent a request, or is over.
    fn settle(&self, run: usize, child: &mut Child) -> bool {
        loop {
            let turns = self.turns.lock().expect("nobody panics with it");
            if turns.waiting.contains(&run) && turns.next.is_none() {
                return true;
            }
            if child.try_wait().expect("it is a child").is_some() {
                return false;
            }
            drop(self.changed.wait_timeout(turns, Duration::from_millis(2)).expect("nobody panics with it"));
        }
    }

    fn grant(&self, run: usize) {
        self.turns.lock().expect("nobody panics with it").next = Some(run);
        self.changed.notify_all();
    }
}

/// Which run sent a request: its token ends with its number.
fn run_of(request: &Request) -> usize {
    let token = ["authorization", "private-token"].into_iter().find_map(|name| request.headers().get(name)).expect("a token");
    token.to_str().expect("text").chars().last().and_then(|last| last.to_digit(10)).expect("a number") as usize
}

/// Runs as many pipelines as take turns, in the order of the turns and then one after the other, and returns the comments at the end.
fn at_once(turns: &[usize], job: impl Fn(Box<dyn Fn(&Request) -> Ruling + Send + Sync>) -> Job) -> Job {
    let runs = turns.iter().max().expect("some run") + 1;
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let mut job = job(Box::new(move |request: &Request| {
        // Who asks who it is changes nothing, so it may do so at any time.
        if request.uri().path() != "/user" && request.uri().path() != "/api/v4/user" {
            held.pass(run_of(request));
        }
        Ruling::Pass
    }));
    let mut children: Vec<Child> = (0..runs)
        .map(|run| {
            job.write(&format!("{run}.md"), format!("of run {run}"));
            for name in ["GITHUB_TOKEN", "GITLAB_TOKEN"] {
                job.set(name, &format!("{TOKEN}{run}"));
            }
            job.command(&format!("comment {run}.md --strict")).stdin(Stdio::null()).spawn().expect("the binary runs")
        })
        .collect();
    let mut open: Vec<bool> = children.iter_mut().enumerate().map(|(run, child)| gate.settle(run, child)).collect();
    for run in turns.iter().copied().chain((0..runs).cycle()) {
        if open[run] {
            gate.grant(run);
            // What it asked for is done when it asks for the next thing.
            open[run] = gate.settle(run, &mut children[run]);
        }
        if open.iter().all(|open| !open) {
            break;
        }
    }
    for child in children {
        let output = child.wait_with_output().expect("the child is gone");
        assert!(output.status.success(), "{turns:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    job
}

fn assert_one(job: &Job, turns: &[usize]) {
    let comments = job.comments();
    let bodies = turns.iter().map(|run| format!("us: <!-- idpctl:idpctl -->\\nof run {run}"));
    assert!(bodies.into_iter().any(|body| comments.split_once(' ').is_some_and(|(_, it)| it == body)), "{turns:?}: {comments}");
}

/// Returns every order of so many turns of two runs, of which the first has the first.
fn orders(length: u32) -> impl Iterator<Item = Vec<usize>> {
    (0..1_usize << (length - 1)).map(move |bits| (0..length).map(|turn| bits >> turn & 1).collect())
}

#[test]
fn two_pipelines_at_once_leave_one_comment_at_github() {
    for mut turns in orders(6) {
        turns.push(1);
        assert_one(&at_once(&turns, Job::github_with), &turns);
    }
}

#[test]
fn two_pipelines_at_once_leave_one_note_at_gitlab() {
    for mut turns in orders(5) {
        turns.push(1);
        assert_one(&at_once(&turns, Job::gitlab_with), &turns);
    }
}

#[test]
fn three_pipelines_at_once_leave_one_comment() {
    for turns in [[0, 1, 2, 0, 1, 2, 0, 1, 2], [0, 1, 2, 2, 1, 0, 0, 1, 2], [0, 1, 2, 2, 1, 0, 1, 1, 1], [2, 1, 0, 0, 0, 1, 1, 2, 2]] {
        assert_one(&at_once(&turns, Job::github_with), &turns);
    }
}
