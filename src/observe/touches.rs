//! The entries of the System Log that name some objects: one query for many of them, the latest first.
//!
//! Only entries that may be about what manifests declare are asked for: an app's sign-ons and tokens are entries, too.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::log::some_between;
use crate::http::{Error, Reader};
use crate::observed::{Event, Term, families_filter};

/// So many objects are asked for at once.
const TOGETHER: usize = 40;
/// So long is a filter at most: URLs have limits, and escaped it is up to three times as long.
const LONGEST: usize = 4_000;
/// So many pages of a thousand entries are read of one query.
const PAGES: usize = 5;

/// What was found of some objects.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Touches {
    /// The entries, query after query, the latest first in each; one may be there more than once.
    pub events: Vec<Event>,
    /// Whether there were more.
    pub cut: bool,
}

/// Reads the entries between two times that name any of some objects.
pub async fn touches(reader: &Reader, terms: &BTreeSet<Term>, since: Timestamp, until: Timestamp) -> Result<Touches, Error> {
    let mut all = Touches::default();
    for filter in filters(terms) {
        let (events, cut) = some_between(reader, since, until, &filter, PAGES).await?;
        all.events.extend(events);
        all.cut |= cut;
    }
    Ok(all)
}

/// Returns the filters that admit the entries of all of some objects, as few as there can be.
fn filters(terms: &BTreeSet<Term>) -> Vec<String> {
    let families = families_filter();
    let mut filters: Vec<(usize, String)> = Vec::new();
    for term in terms {
        let condition = match term {
            Term::Id(id) => super::any_of("target.id", [id.as_str()]),
            Term::Name(name) => super::any_of("target.displayName", [name.as_str()]),
        };
        match filters.last_mut() {
            Some((count, last)) if *count < TOGETHER && last.len() + condition.len() + families.len() + 20 < LONGEST => {
                *last = format!("{last} or {condition}");
                *count += 1;
            }
            _ => filters.push((1, condition)),
        }
    }
    filters.into_iter().map(|(_, terms)| format!("({terms}) and ({families})")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_objects_are_asked_for_at_once_and_a_name_cannot_end_the_filter() {
        let few = [Term::Id("0oa1".to_owned()), Term::Name("a \" or \\ b".to_owned())].into();
        let filter = filters(&few).join("\n");
        insta::assert_snapshot!(filter.split_once(" and (").unwrap().0, @r#"(target.id eq "0oa1" or target.displayName eq "a \" or \\ b")"#);
        let filters = filters(&(0..400).map(|n| Term::Id(format!("0oa{n:017}"))).collect());
        assert_eq!(filters.len(), 10);
        assert!(filters.iter().all(|filter| filter.len() < LONGEST));
        let long = (0..40).map(|n| Term::Name(format!("{n} {}", "long ".repeat(50)))).collect();
        assert!(super::filters(&long).iter().all(|filter| filter.len() < LONGEST));
    }
}
