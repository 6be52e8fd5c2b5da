//! The order of policies, and of the rules of one: a document that is given another's place moves that one down.

use serde_json::{Value, json};

use crate::{answer::Refusal, families::Exchange, store::Table, switches::ServerPriorities};

/// A sibling's key, and its place.
type Ranked<'a> = (&'a str, &'a Value, i64);

/// Makes room below `prefix` for the document `own`, and returns the place that it gets: the one that is wanted, or the last.
pub(super) fn make_room(x: &mut Exchange<'_>, table: Table, prefix: &str, own: &str, wanted: Option<i64>) -> Result<i64, Refusal> {
    let siblings = siblings(x, table, prefix, own);
    let mut places = Vec::new();
    let place = match x.switches.server_priorities() {
        ServerPriorities::Sequential => {
            let last = rank(siblings.len()) + 1;
            let place = wanted.unwrap_or(last).clamp(1, last);
            let ranks = (1..).filter(|rank| *rank != place);
            places.extend(ranks.take(siblings.len()));
            place
        }
        ServerPriorities::Gaps => {
            let after_all = siblings.last().map_or(1, |(.., place)| place + 1);
            let place = wanted.unwrap_or(after_all).max(0);
            let mut free = place;
            for (.., known) in &siblings {
                let moved = if *known == free && *known >= place { free + 1 } else { *known };
                free = free.max(if moved == *known { free } else { moved });
                places.push(moved);
            }
            place
        }
    };
    write(x, table, &siblings, &places)?;
    Ok(place)
}

/// Closes the gap that the document `own` leaves, unless gaps stay.
pub(super) fn close_gap(x: &mut Exchange<'_>, table: Table, prefix: &str, own: &str) -> Result<(), Refusal> {
    if x.switches.server_priorities() == ServerPriorities::Gaps {
        return Ok(());
    }
    let siblings = siblings(x, table, prefix, own);
    let places: Vec<_> = (1..).take(siblings.len()).collect();
    write(x, table, &siblings, &places)
}

/// Sorts documents as lists show them: by their place, and those of one place by age.
pub(super) fn sorted<'a>(rows: Vec<(&'a str, &'a Value)>) -> Vec<Ranked<'a>> {
    let mut ranked: Vec<_> = rows.into_iter().map(|(key, row)| (key, row, row["priority"].as_i64().unwrap_or_default())).collect();
    ranked.sort_by_key(|(.., place)| *place);
    ranked
}

fn siblings<'a>(x: &Exchange<'a>, table: Table, prefix: &str, own: &str) -> Vec<Ranked<'a>> {
    let rows = x.tx.starting_with(table, prefix).into_iter();
    sorted(rows.filter(|(_, row)| row["id"] != own).collect())
}

fn write(x: &mut Exchange<'_>, table: Table, siblings: &[Ranked<'_>], places: &[i64]) -> Result<(), Refusal> {
    for ((key, row, known), place) in siblings.iter().zip(places) {
        if known != place {
            let mut moved = (*row).clone();
            moved["priority"] = json!(place);
            x.tx.put(table, (*key).to_owned(), &moved)?;
        }
    }
    Ok(())
}

fn rank(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX - 1)
}
