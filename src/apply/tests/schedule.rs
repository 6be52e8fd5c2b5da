//! The schedule of actions: what may start, what waits, what is skipped after a failure.

use std::num::NonZeroUsize;

use crate::address::{Address, Kind};
use crate::apply::Outcome;
use crate::apply::schedule::Board;
use crate::program::{Action, Body, Call, Probe, Step, Subject, Verb};
use crate::request::Method;

fn at(name: &str) -> Address {
    Address::new(Kind::App, name)
}

/// An action in the lane of the app that its name starts with.
fn action(name: &str, verb: Verb, after: &[&str]) -> Action {
    let lane = at(name.split('-').next().unwrap());
    Action { after: after.iter().map(|n| at(n)).collect(), ..Action::new(at(name), verb, name, Subject::Slot(lane)) }
}

/// Starts whatever can start.
fn started(board: &mut Board) -> Vec<Action> {
    std::iter::from_fn(|| board.next(NonZeroUsize::MAX)).collect()
}

fn names(actions: &[Action]) -> Vec<&str> {
    actions.iter().map(|a| a.address.name.as_str()).collect()
}

fn outcomes(board: &Board) -> Vec<String> {
    let said = |outcome: &Outcome| match outcome {
        Outcome::Skipped { why } => format!("skipped: {why}"),
        other => other.word().to_owned(),
    };
    board.report.outcomes.iter().map(|(address, outcome)| format!("{} {}", address.name, said(outcome))).collect()
}

#[test]
fn what_waits_for_nothing_starts_at_once_but_one_at_a_time_in_a_lane() {
    let create = |name, after: &[&str]| action(name, Verb::Create, after);
    let mut board = Board::new(&[create("a-1", &[]), create("a-2", &[]), create("b-1", &[]), create("c-1", &["b-1"])]);
    let first = started(&mut board);
    assert_eq!(names(&first), ["a-1", "b-1"]);
    board.finish(&first[0], Outcome::Applied);
    assert_eq!(names(&started(&mut board)), ["a-2"]);
    board.finish(&first[1], Outcome::Unchanged);
    assert_eq!(names(&started(&mut board)), ["c-1"]);
}

#[test]
fn deletions_wait_for_everything_else_but_for_those_that_make_room() {
    let plan = [
        action("a-1", Verb::Delete, &[]),
        action("b-1", Verb::Delete, &[]),
        action("c-1", Verb::Create, &["b-1"]),
        action("d-1", Verb::Update, &[]),
    ];
    let mut board = Board::new(&plan);
    let first = started(&mut board);
    assert_eq!(names(&first), ["b-1", "d-1"]);
    for done in &first {
        board.finish(done, Outcome::Applied);
    }
    let second = started(&mut board);
    assert_eq!(names(&second), ["c-1"]);
    board.finish(&second[0], Outcome::Applied);
    assert_eq!(names(&started(&mut board)), ["a-1"]);
}

#[test]
fn what_waits_for_a_failure_is_skipped_however_far_down() {
    let create = |name, after: &[&str]| action(name, Verb::Create, after);
    let mut board = Board::new(&[create("a-1", &[]), create("b-1", &["a-1"]), create("c-1", &["b-1"]), create("d-1", &[])]);
    let first = started(&mut board);
    assert_eq!(names(&first), ["a-1", "d-1"]);
    board.finish(&first[0], Outcome::Refused { why: "it changed".to_owned() });
    board.skip_hopeless(false);
    assert_eq!(names(&started(&mut board)), Vec::<&str>::new());
    board.finish(&first[1], Outcome::Applied);
    let expected = ["a-1 refused", "b-1 skipped: App/a-1 did not come about", "c-1 skipped: App/b-1 did not come about", "d-1 applied"];
    assert_eq!(outcomes(&board), expected);
}

#[test]
fn once_it_is_to_stop_nothing_new_starts() {
    let create = |name, after: &[&str]| action(name, Verb::Create, after);
    let mut board = Board::new(&[create("a-1", &[]), create("a-2", &[]), create("b-1", &["a-1"])]);
    let first = started(&mut board);
    board.skip_hopeless(true);
    board.finish(&first[0], Outcome::Applied);
    assert_eq!(names(&started(&mut board)), Vec::<&str>::new());
    let expected = ["a-1 applied", "a-2 skipped: interrupted before it was started", "b-1 skipped: interrupted before it was started"];
    assert_eq!(outcomes(&board), expected);
}

#[test]
fn the_last_place_is_for_a_bucket_that_has_none() {
    let sends = |name: &str, path: &str| {
        let call = Call { method: Method::Post, path: path.to_owned(), query: Vec::new(), body: Body::None };
        let probe = Probe::App(Subject::Slot(at(name)));
        Action { steps: vec![Step { call, probe, pre: Vec::new(), post: Vec::new() }], ..action(name, Verb::Update, &[]) }
    };
    let by_id = |name: &str| sends(name, &format!("/api/v1/apps/{{App/{name}}}"));
    let below = |name: &str| sends(name, &format!("/api/v1/apps/{{App/{name}}}/grants"));
    let plan = [by_id("a"), by_id("b"), by_id("c"), by_id("d"), below("e"), below("f")];
    let places = |n| NonZeroUsize::new(n).unwrap();
    let started = |board: &mut Board, n| std::iter::from_fn(|| board.next(places(n))).collect::<Vec<_>>();

    let mut board = Board::new(&plan);
    let first = started(&mut board, 3);
    assert_eq!(names(&first), ["a", "b", "e"]);
    board.finish(&first[2], Outcome::Applied);
    let second = started(&mut board, 3);
    assert_eq!(names(&second), ["f"]);
    board.finish(&second[0], Outcome::Applied);
    assert_eq!(names(&started(&mut board, 3)), ["c"], "nothing else is left for it");

    let mut board = Board::new(&plan);
    let order = std::iter::from_fn(|| {
        let action = board.next(NonZeroUsize::MIN)?;
        board.finish(&action, Outcome::Applied);
        Some(action)
    });
    assert_eq!(names(&order.collect::<Vec<_>>()), ["a", "b", "c", "d", "e", "f"], "one at a time, in order");
}

#[test]
fn deletions_that_wait_for_each_other_make_no_room_by_that() {
    let plan = [
        action("a-1", Verb::Delete, &["b-1"]),
        action("b-1", Verb::Delete, &[]),
        action("c-1", Verb::Delete, &["d-1"]),
        action("d-1", Verb::Delete, &[]),
        action("e-1", Verb::Create, &["c-1"]),
    ];
    let mut board = Board::new(&plan);
    for expected in ["d-1", "c-1", "e-1", "b-1", "a-1"] {
        let next = started(&mut board);
        assert_eq!(names(&next), [expected]);
        board.finish(&next[0], Outcome::Applied);
    }
    let order = crate::plan::ordered(plan.to_vec()).unwrap();
    assert_eq!(names(&order), ["d-1", "c-1", "e-1", "b-1", "a-1"]);
}
