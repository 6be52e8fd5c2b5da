//! `/api/v1/logs`: the System Log, followed as it grows or read between two times.
//!
//! Without `until` and in ascending order it is polled: a `next` link is always there, and following it loses nothing and
//! shows nothing twice. Otherwise the list is finite, and its last page has no such link.

use std::ops::Bound;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::Exchange;
use crate::{
    answer::{Answer, Refusal},
    filter::Filter,
    log,
    store::{Row, Table},
};

const DEFAULT_LIMIT: usize = 100;
const MOST: usize = 1_000;
/// How far back a list goes that does not say since when.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far back a list may ask.
const OLDEST: SignedDuration = SignedDuration::from_hours(180 * 24);
const MOST_WORDS: usize = 10;
const LONGEST_WORD: usize = 40;
/// The members of an event that can be filtered on; `published` and what has changed cannot.
const ROOTS: &[&str] = &[
    "actor",
    "authenticationContext",
    "client",
    "debugContext",
    "device",
    "displayMessage",
    "eventType",
    "legacyEventType",
    "outcome",
    "request",
    "securityContext",
    "severity",
    "target",
    "transaction",
    "uuid",
    "version",
];

/// What of the log was asked for.
struct Asked<'a> {
    /// The place to go on from, and for a list that goes back the time where it ends.
    after: Option<(&'a str, Option<i64>)>,
    since: i64,
    until: Option<i64>,
    limit: usize,
    descending: bool,
    filter: Option<Filter>,
    words: Vec<String>,
}

impl<'a> Asked<'a> {
    fn of(x: &'a Exchange<'_>) -> Result<Self, Refusal> {
        let query = &x.call.query;
        let given = |name: &str| query.value(name).filter(|text| !text.is_empty());
        let now = x.now.parse::<Timestamp>().map_err(|_| Refusal::internal())?;
        let until = given("until").map(|text| time("until", text)).transpose()?;
        let since = given("since").map(|text| time("since", text)).transpose()?;
        if since.is_some_and(|since| since < now - OLDEST) {
            return Err(Refusal::bad_filter("since: The log goes back no more than 180 days").of_the_log());
        }
        if since.zip(until).is_some_and(|(since, until)| since > until) {
            return Err(Refusal::invalid("since", "since: must not be after until"));
        }
        let after = given("after").map(cursor).transpose()?;
        if after.is_some() && since.is_some() {
            return Err(Refusal::invalid("after", "after: cannot be used together with since"));
        }
        Ok(Self {
            after,
            since: since.unwrap_or_else(|| until.unwrap_or(now) - WEEK).as_millisecond(),
            until: until.map(Timestamp::as_millisecond),
            limit: limit(given("limit"))?,
            descending: descending(given("sortOrder"))?,
            filter: given("filter").map(|text| Filter::parse_full(text, &knows).map_err(Refusal::of_the_log)).transpose()?,
            words: words(given("q").unwrap_or_default())?,
        })
    }

    fn is_polled(&self) -> bool {
        self.until.is_none() && !self.descending
    }

    fn wants(&self, event: &Value) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.admits(event)) && self.words.iter().all(|word| says(event, word))
    }

    /// Returns the places between which the log is read.
    fn bounds(&self) -> (Bound<String>, Bound<String>) {
        let end = self.until.map_or(Bound::Unbounded, |until| Bound::Excluded(log::start(until)));
        match self.after {
            Some((place, since)) if self.descending => {
                (Bound::Included(log::start(since.unwrap_or(self.since))), Bound::Excluded(place.to_owned()))
            }
            Some((place, _)) => (Bound::Excluded(place.to_owned()), end),
            None => (Bound::Included(log::start(self.since)), end),
        }
    }
}

pub(super) fn list(x: &Exchange<'_>) -> Result<Answer, Refusal> {
    let asked = Asked::of(x)?;
    let rows = x.tx.listed_between(Table::Logs, asked.bounds());
    let rows: Box<dyn Iterator<Item = (&str, &Row)>> = if asked.descending { Box::new(rows.rev()) } else { Box::new(rows) };
    let mut rendering = log::Rendering::new();
    let (mut shown, mut last, mut more) = (Vec::new(), None, false);
    for (key, row) in rows {
        // One that is followed need not know what comes behind a full page.
        if shown.len() == asked.limit && asked.is_polled() {
            break;
        }
        let event = rendering.render(x, key, row)?;
        if !asked.wants(event) {
            continue;
        }
        if shown.len() == asked.limit {
            more = true;
            break;
        }
        shown.push(event.clone());
        last = Some(key.to_owned());
    }
    let full = shown.len() == asked.limit;
    let next = if asked.is_polled() {
        // Whatever came before the end of the log was looked at, unless the page was full.
        let begin = asked.after.map_or_else(|| log::start(asked.since), |(place, _)| place.to_owned());
        let end = if full { last } else { x.tx.last_listed(Table::Logs).map(str::to_owned) };
        Some(end.map_or(begin.clone(), |end| end.max(begin)))
    } else if more {
        let since = asked.after.and_then(|(_, since)| since).unwrap_or(asked.since);
        last.map(|last| if asked.descending { format!("{last}_{since}") } else { last })
    } else {
        None
    };
    let mut links = vec![link(x, &asked, "self", None)];
    links.extend(next.map(|next| link(x, &asked, "next", Some(&next))));
    Ok(Answer::list(shown, links))
}

/// A link onwards has its place instead of the time to start from.
fn link(x: &Exchange<'_>, asked: &Asked<'_>, relation: &str, next: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    for name in ["q", "filter", "sortOrder", "since", "until"] {
        if let Some(value) = x.call.query.value(name).filter(|_| next.is_none() || name != "since") {
            query.append_pair(name, value);
        }
    }
    query.append_pair("limit", &asked.limit.to_string());
    if let Some(place) = next.or_else(|| x.call.query.value("after")) {
        query.append_pair("after", place);
    }
    format!("<{}?{}>; rel=\"{relation}\"", x.url("/api/v1/logs"), query.finish())
}

fn time(name: &str, text: &str) -> Result<Timestamp, Refusal> {
    text.parse().map_err(|_| Refusal::invalid(name, format!("{name}: must be a time such as 2026-01-01T00:00:00.000Z")))
}

/// Reads the place that a `next` link has given: a time, a number, and where to end.
fn cursor(text: &str) -> Result<(&str, Option<i64>), Refusal> {
    let parts: Vec<_> = text.split('_').collect();
    let numbers = parts.iter().all(|part| !part.is_empty() && part.len() <= 16 && part.bytes().all(|byte| byte.is_ascii_digit()));
    match parts[..] {
        [_] | [_, _] if numbers => Ok((text, None)),
        [at, number, since] if numbers => Ok((&text[..=at.len() + number.len()], since.parse().ok())),
        _ => Err(Refusal::invalid("after", "after: is not from a link of this list")),
    }
}

fn limit(text: Option<&str>) -> Result<usize, Refusal> {
    let Some(text) = text else {
        return Ok(DEFAULT_LIMIT);
    };
    let limit = text.parse().ok().filter(|limit| *limit <= MOST);
    limit.ok_or_else(|| Refusal::invalid("limit", format!("limit: must be a number from 0 to {MOST}")))
}

fn descending(text: Option<&str>) -> Result<bool, Refusal> {
    match text {
        None | Some("ASCENDING") => Ok(false),
        Some("DESCENDING") => Ok(true),
        Some(_) => Err(Refusal::invalid("sortOrder", "sortOrder: must be ASCENDING or DESCENDING")),
    }
}

fn knows(path: &str) -> bool {
    let mut parts = path.split('.');
    parts.next().is_some_and(|root| ROOTS.contains(&root))
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && parts.all(|part| part != "changeDetails")
}

fn words(text: &str) -> Result<Vec<String>, Refusal> {
    let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
    if words.len() > MOST_WORDS || words.iter().any(|word| word.chars().count() > LONGEST_WORD) {
        return Err(Refusal::invalid("q", format!("q: at most {MOST_WORDS} words of at most {LONGEST_WORD} characters")));
    }
    Ok(words)
}

/// Says whether a word is somewhere in a value, whatever the case of its letters.
fn says(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase().contains(word),
        Value::Array(items) => items.iter().any(|item| says(item, word)),
        Value::Object(members) => members.iter().any(|(name, value)| name != "changeDetails" && says(value, word)),
        _ => false,
    }
}
