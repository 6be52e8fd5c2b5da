//! Every order in which the requests of several runs can reach a forge, with lost answers and killed runs among them.

use std::collections::BTreeSet;

use super::{Ask, Comment, Heard, Marker, Talk, Turn, What};

const US: u64 = 9;

/// A forge with the runs that talk to it, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    comments: Vec<Comment>,
    next: u64,
    runs: Vec<(Talk, Turn)>,
    /// Whether the forge says who the token belongs to.
    tells: bool,
    /// How many answers to a POST may still be lost.
    losses: u32,
    /// How many runs may still be killed.
    kills: u32,
    killed: bool,
}

fn marker() -> Marker {
    "plan".parse().unwrap()
}

fn text(run: usize) -> String {
    marker().mark(&format!("of run {run}"))
}

fn written(id: u64, author: u64, by_program: bool, text: &str) -> Comment {
    Comment { id, author: Some(author), by_program, body: text.to_owned(), page: None }
}

impl World {
    fn new(comments: Vec<Comment>, runs: usize) -> Self {
        let next = comments.iter().map(|comment| comment.id + 1).max().unwrap_or(1);
        let runs = (0..runs).map(|run| (Talk::new(marker(), text(run)), Turn::Ask(Ask::Who, 0))).collect();
        Self { comments, next, runs, tells: true, losses: 0, kills: 0, killed: false }
    }

    /// Answers as the forges do. Only what we wrote can be changed here, but for programs' comments where nobody says who we are.
    fn answer(&mut self, ask: Ask, text: &str) -> Heard {
        let ours = |comment: &Comment, id: u64| comment.id == id && comment.author == Some(US);
        match ask {
            Ask::Who => Heard::Me(self.tells.then_some(US)),
            Ask::List => Heard::List(self.comments.clone()),
            Ask::Create => {
                let comment = written(self.next, US, true, text);
                self.next += 1;
                self.comments.push(comment.clone());
                Heard::Made(comment)
            }
            Ask::Edit(id) => match self.comments.iter_mut().find(|comment| ours(comment, id)) {
                None => Heard::NotOurs,
                Some(comment) => {
                    text.clone_into(&mut comment.body);
                    Heard::Edited
                }
            },
            Ask::Delete(id) => {
                self.comments.retain(|comment| !ours(comment, id));
                Heard::Deleted
            }
        }
    }

    /// Returns what can come of the next request of a run.
    fn after(&self, run: usize) -> Vec<Self> {
        let (talk, Turn::Ask(ask, _)) = self.runs[run].clone() else { return Vec::new() };
        let mut worlds = Vec::new();
        let mut done = self.clone();
        let heard = done.answer(ask, talk.text());
        if ask == Ask::Create && self.losses > 0 {
            for before in [&done, self] {
                let mut lost = Self { losses: self.losses - 1, ..before.clone() };
                lost.hear(run, Heard::Unsure);
                worlds.push(lost);
            }
        }
        if self.kills > 0 {
            let mut killed = Self { kills: self.kills - 1, killed: true, ..done.clone() };
            killed.runs[run].1 = Turn::GiveUp;
            worlds.push(killed);
        }
        done.hear(run, heard);
        worlds.push(done);
        worlds
    }

    fn hear(&mut self, run: usize, heard: Heard) {
        let (talk, turn) = &mut self.runs[run];
        *turn = talk.hear(heard);
    }

    fn ours(&self) -> Vec<&Comment> {
        self.comments.iter().filter(|comment| comment.author == Some(US) && marker().marks(&comment.body)).collect()
    }

    /// Visits every world that can come about, and returns those in which all runs are over.
    fn ends(self) -> (Vec<Self>, usize) {
        let (mut seen, mut open, mut ends) = (BTreeSet::new(), vec![self], Vec::new());
        while let Some(world) = open.pop() {
            if !seen.insert(world.clone()) {
                continue;
            }
            let next: Vec<_> = (0..world.runs.len()).flat_map(|run| world.after(run)).collect();
            if next.is_empty() {
                ends.push(world);
            } else {
                open.extend(next);
            }
        }
        (ends, seen.len())
    }
}

/// Asserts that however the requests are ordered there is one comment at the end, and returns how many worlds were visited.
fn assert_one(start: World) -> usize {
    let strangers: Vec<_> = start.comments.iter().filter(|comment| comment.author != Some(US)).cloned().collect();
    let runs = start.runs.len();
    let (ends, visited) = start.ends();
    for mut end in ends {
        if end.killed {
            // What a killed run left is for the next one.
            end.runs.push((Talk::new(marker(), text(9)), Turn::Ask(Ask::Who, 0)));
            end.kills = 0;
            while let Some(next) = end.after(end.runs.len() - 1).pop() {
                end = next;
            }
        }
        let [one] = end.ours()[..] else { panic!("not one: {end:#?}") };
        assert!((0..runs).chain([9]).any(|run| one.body == text(run)), "{one:?}");
        for (_, turn) in &end.runs {
            match turn {
                Turn::Done(outcome) => assert!(outcome.comment.id == one.id && outcome.left.is_empty(), "{end:#?}"),
                Turn::GiveUp => assert!(end.killed, "{end:#?}"),
                Turn::Ask(..) => panic!("it is over: {end:#?}"),
            }
        }
        let left: Vec<_> = end.comments.iter().filter(|comment| comment.author != Some(US)).cloned().collect();
        assert_eq!(left, strangers);
    }
    visited
}

/// What a forge can hold before the first request: nothing, ours, two of ours that a killed run left, and strangers' comments with the marker.
fn beginnings() -> Vec<Vec<Comment>> {
    let old = marker().mark("of an earlier run");
    let (person, program) = (written(2, 7, false, &text(0)), written(3, 8, true, &old));
    let strangers = vec![person, program];
    let ours = |id, body: &str| written(id, US, true, body);
    vec![
        Vec::new(),
        strangers.clone(),
        vec![ours(5, &old)],
        vec![ours(5, &text(0))],
        [strangers.clone(), vec![ours(5, &old), ours(6, &old)]].concat(),
        [vec![ours(1, &old)], strangers, vec![ours(6, &text(1))]].concat(),
    ]
}

#[test]
fn two_and_three_runs_at_once_leave_one_comment() {
    let mut visited = 0;
    for comments in beginnings() {
        for runs in [1, 2, 3] {
            for tells in [true, false] {
                visited += assert_one(World { tells, ..World::new(comments.clone(), runs) });
            }
        }
    }
    assert!(visited > 10_000, "{visited} worlds are too few to be all");
}

#[test]
fn lost_answers_and_killed_runs_leave_one_comment() {
    for comments in beginnings() {
        for tells in [true, false] {
            assert_one(World { tells, losses: 2, ..World::new(comments.clone(), 2) });
            assert_one(World { tells, losses: 1, kills: 1, ..World::new(comments.clone(), 2) });
            assert_one(World { tells, losses: 1, kills: 2, ..World::new(comments.clone(), 2) });
        }
    }
}

/// Gives a run some answers, one after the other, and returns what it asks and how it ends.
fn asked(talk: &mut Talk, answers: Vec<Heard>) -> Vec<Turn> {
    answers.into_iter().map(|heard| talk.hear(heard)).collect()
}

#[test]
fn a_list_that_lags_behind_is_asked_for_again() {
    let made = written(5, US, true, &text(0));
    let mut talk = Talk::new(marker(), text(0));
    let answers =
        vec![Heard::Me(Some(US)), Heard::List(Vec::new()), Heard::Made(made.clone()), Heard::List(Vec::new()), Heard::List(vec![made])];
    let turns = asked(&mut talk, answers);
    let Turn::Done(outcome) = &turns[4] else { panic!("{turns:?}") };
    assert_eq!((&turns[3], outcome.what), (&Turn::Ask(Ask::List, 1), What::Created));
}

#[test]
fn what_another_run_removed_for_an_older_one_is_not_waited_for() {
    let (older, made) = (written(4, US, true, &text(1)), written(5, US, true, &text(0)));
    let mut talk = Talk::new(marker(), text(0));
    let turns = asked(&mut talk, vec![Heard::Me(Some(US)), Heard::List(Vec::new()), Heard::Made(made), Heard::List(vec![older])]);
    assert_eq!(turns[3], Turn::Ask(Ask::Edit(4), 0));
}

#[test]
fn what_was_made_and_never_shows_is_made_all_the_same() {
    let made = written(5, US, true, &text(0));
    let mut talk = Talk::new(marker(), text(0));
    let empty = || Heard::List(Vec::new());
    let turns = asked(&mut talk, vec![Heard::Me(None), empty(), Heard::Made(made.clone()), empty(), empty(), empty(), empty(), empty()]);
    let Turn::Done(outcome) = turns.last().unwrap() else { panic!("{turns:?}") };
    assert_eq!((outcome.what, &outcome.comment), (What::Created, &made));
}

#[test]
fn others_are_not_removed_for_one_that_is_gone() {
    let (made, younger) = (written(5, US, true, &text(0)), written(6, US, true, &text(1)));
    let mut talk = Talk::new(marker(), text(0));
    let list = || Heard::List(vec![younger.clone()]);
    let turns =
        asked(&mut talk, vec![Heard::Me(Some(US)), Heard::List(Vec::new()), Heard::Made(made), list(), list(), list(), list(), list()]);
    assert_eq!(turns.last().unwrap(), &Turn::Ask(Ask::Edit(6), 0));
}

#[test]
fn a_forge_that_never_says_whether_it_made_one_is_given_up() {
    let mut talk = Talk::new(marker(), text(0));
    let empty = || Heard::List(Vec::new());
    let turns = asked(&mut talk, vec![Heard::Me(None), empty(), Heard::Unsure, empty(), Heard::Unsure, empty(), Heard::Unsure]);
    let expected = [Ask::List, Ask::Create, Ask::List, Ask::Create, Ask::List, Ask::Create].into_iter().zip([0, 0, 1, 0, 2, 0]);
    let expected: Vec<_> = expected.map(|(ask, after)| Turn::Ask(ask, after)).chain([Turn::GiveUp]).collect();
    assert_eq!(turns, expected);
}

#[test]
fn what_may_not_be_removed_is_told() {
    let (old, double) = (written(5, US, true, &text(0)), written(6, US, true, &text(1)));
    let mut talk = Talk::new(marker(), text(0));
    let turns = asked(&mut talk, vec![Heard::Me(Some(US)), Heard::List(vec![old, double]), Heard::NotOurs]);
    let Turn::Done(outcome) = &turns[2] else { panic!("{turns:?}") };
    assert_eq!((outcome.what, &outcome.left[..]), (What::Unchanged, &[6][..]));
}

#[test]
fn line_ends_and_blanks_at_the_end_make_no_other_text() {
    let mut talk = Talk::new(marker(), marker().mark("a\nb\n"));
    let stored = written(5, US, true, "<!-- idpctl:plan -->\r\na\r\nb");
    let turns = asked(&mut talk, vec![Heard::Me(Some(US)), Heard::List(vec![stored])]);
    let Turn::Done(outcome) = &turns[1] else { panic!("{turns:?}") };
    assert_eq!(outcome.what, What::Unchanged);
}
