//! What a run came to as a whole.

use crate::address::{Address, Kind};
use crate::apply::{Outcome, Report};

fn report(outcomes: &[Outcome]) -> Report {
    let named = outcomes.iter().enumerate().map(|(i, outcome)| (Address::new(Kind::App, format!("a{i}")), outcome.clone()));
    Report { outcomes: named.collect() }
}

#[test]
fn a_run_is_complete_when_all_is_as_it_was_to_be_and_refused_when_nothing_was_done() {
    let why = || "it changed".to_owned();
    let (refused, skipped, in_doubt) = (Outcome::Refused { why: why() }, Outcome::Skipped { why: why() }, Outcome::InDoubt { why: why() });
    let (applied, unchanged) = (Outcome::Applied, Outcome::Unchanged);
    let said = |outcomes: &[&Outcome]| {
        let report = report(&outcomes.iter().map(|o| (*o).clone()).collect::<Vec<_>>());
        (report.is_complete(), report.is_refused())
    };
    assert_eq!(said(&[]), (true, false));
    assert_eq!(said(&[&applied, &unchanged]), (true, false));
    assert_eq!(said(&[&unchanged]), (true, false));
    assert_eq!(said(&[&refused]), (false, true));
    assert_eq!(said(&[&refused, &skipped, &unchanged]), (false, true));
    assert_eq!(said(&[&refused, &applied]), (false, false));
    assert_eq!(said(&[&refused, &in_doubt]), (false, false));
    assert_eq!(said(&[&skipped, &unchanged]), (false, false));
    assert_eq!(said(&[&in_doubt]), (false, false));
}
