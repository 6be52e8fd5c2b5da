//! The line to an org whose System Log does what logs do: it is late, repeats itself, comes in any order, goes by another clock, has gaps, or
//! refuses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use idpctl::http::{InProcessTransport, Sending, Transport};
use idpctl_emulator::Org;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;

use crate::generate::Dice;

/// How late an event is at most, in seconds: a second less than is allowed, since the dates of answers are in whole seconds.
const LATEST: usize = 59;

/// What is the matter with the log.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each ail comes with any other")]
pub(crate) struct Ails {
    /// Whether events come late.
    pub(crate) late: bool,
    /// Whether one that comes late stands where it happened, rather than where it was kept.
    pub(crate) backdated: bool,
    /// Whether events come twice.
    pub(crate) twice: bool,
    /// Whether they come in any order.
    pub(crate) mixed: bool,
    /// By how many hours the org's clock is ahead of ours.
    pub(crate) hours: i64,
    /// Before when everything is gone, by the org's clock.
    pub(crate) gone: Option<Timestamp>,
    /// With which status the next requests are refused.
    pub(crate) refuses: Vec<u16>,
    /// Whether an event of a new type is there, and since when.
    pub(crate) new_type: Option<Timestamp>,
}

/// A line to an org in this process.
pub(crate) struct Log {
    org: InProcessTransport,
    pub(crate) ails: Mutex<Ails>,
    /// How many events of each type were shown.
    pub(crate) shown: Mutex<BTreeMap<String, usize>>,
    /// When the last event becomes known that is there and not shown yet, by the org's clock.
    pub(crate) held: Mutex<Option<Timestamp>>,
}

impl Log {
    pub(crate) fn new(org: Org, ails: Ails) -> Arc<Self> {
        let (shown, held) = (Mutex::default(), Mutex::default());
        Arc::new(Self { org: InProcessTransport::new(org), ails: Mutex::new(ails), shown, held })
    }

    fn ails(&self) -> Ails {
        self.ails.lock().expect("nobody panics here").clone()
    }

    /// Makes the request one that shows everything that may be shown, and returns from when on that is, and whether it is the latest events alone.
    fn widened(uri: &http::Uri, skew: SignedDuration) -> (String, Option<Timestamp>, bool) {
        let url = Url::parse(&format!("http://org{uri}")).expect("a path and a query");
        let (mut since, mut one) = (None, false);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("since", at) => {
                    let at = at.parse::<Timestamp>().expect("a time") - skew;
                    since = Some(at);
                    query.append_pair("since", &(at - SignedDuration::from_secs(60)).to_string());
                }
                ("limit", "200") => {
                    one = true;
                    query.append_pair("limit", "1000");
                }
                _ => drop(query.append_pair(&name, &value)),
            }
        }
        (format!("http://127.0.0.1:7/api/v1/logs?{}", query.finish()), since, one)
    }

    /// Returns what the log shows of the events that there are.
    fn shown(&self, ails: &Ails, events: Vec<Value>, since: Option<Timestamp>, now: Timestamp) -> Vec<Value> {
        let mut shown = Vec::new();
        for event in events {
            let text = |member: &str| event[member].as_str().expect("a text").to_owned();
            let at: Timestamp = text("published").parse().expect("a time");
            let kept = at + SignedDuration::from_secs(if ails.late { delay(&text("uuid")) } else { 0 });
            if kept > now {
                let mut held = self.held.lock().expect("nobody panics here");
                *held = (*held).max(Some(kept));
                continue;
            }
            let place = if ails.backdated { at } else { kept };
            let is_gone = ails.gone.is_some_and(|gone| at < gone);
            if !is_gone && since.is_none_or(|since| place >= since) {
                *self.shown.lock().expect("nobody panics here").entry(text("eventType")).or_default() += 1;
                shown.push(event);
            }
        }
        shown
    }
}

/// Returns how late an event is, in seconds.
fn delay(uuid: &str) -> i64 {
    let seed = uuid.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    i64::try_from(Dice::new(seed).below(LATEST + 1)).expect("a minute")
}

fn date(answer: &http::Response<Vec<u8>>) -> Timestamp {
    let text = answer.headers()["date"].to_str().expect("a text");
    jiff::fmt::rfc2822::parse(text).expect("a date").timestamp()
}

impl Transport for Log {
    fn send(&self, mut request: http::Request<Vec<u8>>) -> Sending<'_> {
        Box::pin(async move {
            let ails = self.ails();
            let skew = SignedDuration::from_hours(ails.hours);
            let is_log = request.uri().path() == "/api/v1/logs";
            let refused = is_log.then(|| self.ails.lock().expect("nobody panics here").refuses.pop()).flatten();
            if let Some(status) = refused {
                let body = json!({"errorCode": "E0000031", "errorSummary": "no", "errorLink": "", "errorId": "oae", "errorCauses": []});
                let answer = http::Response::builder().status(status).header("content-type", "application/json");
                return Ok(answer.body(body.to_string().into_bytes()).expect("an answer"));
            }
            let (mut since, mut one) = (None, false);
            if is_log {
                let (path, from, alone) = Self::widened(request.uri(), skew);
                (since, one) = (from, alone);
                *request.uri_mut() = path.parse().expect("a path");
            }
            let mut answer = self.org.send(request).await?;
            let now = date(&answer);
            if is_log && answer.status().is_success() {
                let events: Vec<Value> = serde_json::from_slice(answer.body()).expect("a list");
                let mut shown = self.shown(&ails, events, since, now);
                if let (Some(at), Some(since)) = (ails.new_type, since)
                    && at >= since
                {
                    shown
                        .push(json!({"uuid": format!("new-{at}"), "published": at.to_string(), "eventType": "application.lifecycle.merge",
                        "target": [{"id": "0oa1", "type": "AppInstance"}]}));
                }
                if ails.twice {
                    shown.extend(shown.clone().into_iter().step_by(2));
                }
                if ails.mixed && !one {
                    shown.reverse();
                }
                shown.truncate(if one { 200 } else { usize::MAX });
                for event in &mut shown {
                    let at: Timestamp = event["published"].as_str().expect("a text").parse().expect("a time");
                    event["published"] = json!((at + skew).to_string());
                }
                *answer.body_mut() = Value::from(shown).to_string().into_bytes();
            }
            let there = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&(now + skew)).expect("a date");
            answer.headers_mut().insert("date", there.parse().expect("a header"));
            Ok(answer)
        })
    }
}
