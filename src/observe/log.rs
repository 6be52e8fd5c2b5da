//! The org's System Log: followed from a place in it, or read between two times.
//!
//! Followed, it is complete and comes in the order in which the org kept it, which may be later than it happened; between two times it is
//! finite, comes in the order of the times, and may lack what was kept late (okta-api.md, section 9). The scope is `okta.logs.read`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::http::{Decode, DecodeError, Error, Reader};
use crate::observed::Event;
use crate::request::Request;

const LOGS: &str = "/api/v1/logs";
/// The most that a page holds.
const PAGE: &str = "1000";

/// A place in the log, from which it is followed. Made for the cache: it holds no more than the query of a link that the org gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(Vec<(String, String)>);

/// What came of following the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The events, in the order in which the org kept them.
    pub events: Vec<Event>,
    /// Where to go on the next time.
    pub cursor: Cursor,
    /// What time it was at the org before anything was read, in whole seconds, if its answer said so.
    pub at: Option<Timestamp>,
}

impl Cursor {
    /// Returns the place before all events from a time on, for those that a filter admits.
    pub fn since(at: Timestamp, filter: &str) -> Self {
        let pairs = [("since", time(at)), ("filter", filter.to_owned()), ("limit", PAGE.to_owned())];
        Self(pairs.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn request(self) -> Request {
        Request { query: self.0, ..Request::get(LOGS) }
    }
}

/// Returns the filter for events of which an attribute has one of some values. The values may hold anything.
pub fn any_of<'v>(attribute: &str, values: impl IntoIterator<Item = &'v str>) -> String {
    // A value of SCIM is written as in JSON (RFC 7644, section 3.4.2.2).
    let values = values.into_iter().map(|value| format!("{attribute} eq {}", json!(value)));
    values.collect::<Vec<_>>().join(" or ")
}

/// Follows the log to its end. An event may come a second time; its id tells.
pub async fn follow(reader: &Reader, cursor: Cursor) -> Result<Followed, Error> {
    let (events, next, date) = reader.follow(cursor.request()).await?;
    Ok(Followed { events, cursor: Cursor(next.query), at: date.and_then(|date| Timestamp::from_second(date).ok()) })
}

/// Reads the events between two times that a filter admits, the latest first.
pub async fn between(reader: &Reader, since: Timestamp, until: Timestamp, filter: &str) -> Result<Vec<Event>, Error> {
    reader.list(bounded(since, until, filter)).await
}

/// Reads the first pages of the same, and says whether there were more.
pub(super) async fn some_between(
    reader: &Reader,
    since: Timestamp,
    until: Timestamp,
    filter: &str,
    pages: usize,
) -> Result<(Vec<Event>, bool), Error> {
    reader.list_some(bounded(since, until, filter), pages).await
}

fn bounded(since: Timestamp, until: Timestamp, filter: &str) -> Request {
    let request = Request::get(LOGS).query("since", time(since)).query("until", time(until)).query("filter", filter);
    request.query("sortOrder", "DESCENDING").query("limit", PAGE)
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

impl Decode for Event {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        Self::read(&raw).ok_or(DecodeError::expected("an event with `uuid`, `published` and `eventType`"))
    }
}

#[cfg(test)]
#[cfg(feature = "emulator")]
mod tests {
    use std::sync::Arc;

    use idpctl_emulator::{Config, Org};

    use super::*;
    use crate::http::{BaseUrl, Budget, Credentials, Governor, InProcessTransport, RetryPolicy, Writer};
    use crate::secret::Secret;

    /// Returns what writes to an org that has nothing in it.
    fn org() -> Writer {
        let org = Org::open(Config::default()).unwrap();
        let credentials = Credentials::ssws(BaseUrl::parse("http://localhost").unwrap(), Secret::new(org.okta_token().to_owned()));
        let transport = Arc::new(InProcessTransport::new(org));
        Writer::new(transport, credentials.unwrap(), Governor::new(Budget::default()), RetryPolicy::default())
    }

    async fn group(org: &Writer, name: &str) {
        let request = Request::new(crate::request::Method::Post, "/api/v1/groups").body(json!({"profile": {"name": name}}));
        org.send::<()>(request).await.unwrap();
    }

    fn names(events: &[Event]) -> Vec<&str> {
        events.iter().flat_map(|event| &event.targets).filter_map(|target| target.name.as_deref()).collect()
    }

    #[tokio::test]
    async fn what_follows_a_place_comes_once_and_what_lies_between_two_times_comes_newest_first() {
        let (org, past, future) = (org(), "2020-01-01T00:00:00Z".parse().unwrap(), "2100-01-01T00:00:00Z".parse().unwrap());
        let hostile = "a \" or eventType sw \"";
        let filter = any_of("target.displayName", ["first", "second", "third", hostile]);
        insta::assert_snapshot!(filter, @r#"target.displayName eq "first" or target.displayName eq "second" or target.displayName eq "third" or target.displayName eq "a \" or eventType sw \"""#);
        let began = follow(org.reader(), Cursor::since(Timestamp::now(), &filter)).await.unwrap();
        assert_eq!((began.events.len(), began.at.is_some()), (0, true));
        for name in ["first", "other", "second", hostile] {
            group(&org, name).await;
        }
        let followed = follow(org.reader(), began.cursor).await.unwrap();
        assert_eq!(names(&followed.events), ["first", "second", hostile]);
        let event = &followed.events[0];
        assert_eq!((event.kind.as_str(), event.actor.kind.as_str(), event.succeeded), ("group.lifecycle.create", "User", true));
        assert_eq!((event.path.as_deref(), event.api_token.is_some()), (Some("/api/v1/groups"), true));
        // Kept and taken up again, as the cache does.
        let kept = serde_json::to_string(&followed.cursor).unwrap();
        group(&org, "third").await;
        let again = follow(org.reader(), serde_json::from_str(&kept).unwrap()).await.unwrap();
        assert_eq!(names(&again.events), ["third"]);
        let all = between(org.reader(), past, future, &filter).await;
        assert!(all.is_err(), "the log goes back no more than 180 days");
        let all = between(org.reader(), Timestamp::now() - jiff::SignedDuration::from_hours(1), future, &filter).await.unwrap();
        assert_eq!(names(&all), ["third", hostile, "second", "first"]);
    }
}
