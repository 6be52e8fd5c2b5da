//! Requests that are long under way, or fail again and again, said on standard error meanwhile, so that a silent server is not taken for a
//! silent program.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::{Instant, interval_at};

use crate::http::{Sending, Transport, TransportError};
use crate::printable::printable_head;

/// After so long without an answer it is said what is waited for.
const SOON: Duration = Duration::from_secs(5);
/// And again this often, however many requests are waiting.
const EVERY: Duration = Duration::from_secs(10);

/// A transport that says when a good answer is long in coming.
pub(super) struct Attentive<F> {
    transport: Arc<dyn Transport>,
    say: F,
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    /// When something was last said.
    said: Option<Instant>,
    /// The requests that fail, since when, and how they did last.
    failing: BTreeMap<String, (Instant, String)>,
}

impl<F: Fn(&str) + Send + Sync> Attentive<F> {
    /// Returns the same transport, which says through a function what it waits for.
    pub(super) fn new(transport: Arc<dyn Transport>, say: F) -> Self {
        Self { transport, say, notes: Mutex::default() }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        // A panic elsewhere leaves notes that are whole after every statement.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, line: impl FnOnce() -> String) {
        let mut notes = self.notes();
        if notes.said.is_none_or(|said| said.elapsed() >= EVERY) {
            notes.said = Some(Instant::now());
            (self.say)(&line());
        }
    }

    /// Says how a request failed before, if that has been going on for long.
    fn begin(&self, what: &str) {
        let failing = self.notes().failing.get(what).cloned();
        if let Some((since, why)) = failing.filter(|(since, _)| since.elapsed() >= SOON) {
            self.tell(|| format!("Still trying to get {what}, after {} s: {why}.", since.elapsed().as_secs()));
        }
    }

    fn end(&self, what: String, since: Instant, answer: &Result<http::Response<Vec<u8>>, TransportError>) {
        let why = match answer {
            Err(error) => error.to_string(),
            Ok(answer) if answer.status().is_server_error() || answer.status() == StatusCode::TOO_MANY_REQUESTS => {
                format!("the last answer was {}", answer.status().as_u16())
            }
            Ok(_) => return drop(self.notes().failing.remove(&what)),
        };
        self.notes().failing.entry(what).or_insert((since, String::new())).1 = why;
    }
}

impl<F: Fn(&str) + Send + Sync> Transport for Attentive<F> {
    fn send(&self, request: http::Request<Vec<u8>>) -> Sending<'_> {
        let uri = request.uri();
        let host = uri.authority().map_or("", |authority| authority.as_str());
        let what = printable_head(&format!("{host} to answer `{} {}`", request.method(), uri.path()), 200);
        let mut answer = self.transport.send(request);
        Box::pin(async move {
            let since = Instant::now();
            let mut ticks = interval_at(since + SOON, SOON);
            self.begin(&what);
            loop {
                tokio::select! {
                    biased;
                    answer = &mut answer => {
                        self.end(what, since, &answer);
                        return answer;
                    }
                    _ = ticks.tick() => self.tell(|| format!("Still waiting for {what}, after {} s.", since.elapsed().as_secs())),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::FnTransport;

    /// Sends requests at once that are answered after so many seconds each, and returns what is said meanwhile, and when.
    async fn said(seconds: &[u64]) -> Vec<String> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (log, start) = (Arc::clone(&lines), Instant::now());
        let slow = FnTransport(|request: http::Request<Vec<u8>>| async move {
            let seconds = request.uri().path().trim_start_matches('/').parse().unwrap();
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            Ok(http::Response::new(Vec::new()))
        });
        let attentive =
            Attentive::new(Arc::new(slow), move |line: &str| log.lock().unwrap().push(format!("{} {line}", start.elapsed().as_secs())));
        let attentive = Arc::new(attentive);
        let sent = seconds.iter().map(|seconds| {
            let request = http::Request::get(format!("https://acme.okta.com/{seconds}?q=1")).body(Vec::new()).unwrap();
            let attentive = Arc::clone(&attentive);
            tokio::spawn(async move { attentive.send(request).await.unwrap() })
        });
        for sent in sent.collect::<Vec<_>>() {
            sent.await.unwrap();
        }
        std::mem::take(&mut *lines.lock().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_quick_answer_needs_no_word() {
        assert_eq!(said(&[0, 4]).await, [""; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_answer_is_waited_for_aloud() {
        insta::assert_snapshot!(said(&[31]).await.join("\n"), @"
        5 Still waiting for acme.okta.com to answer `GET /31`, after 5 s.
        15 Still waiting for acme.okta.com to answer `GET /31`, after 15 s.
        25 Still waiting for acme.okta.com to answer `GET /31`, after 25 s.
        ");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_fails_again_and_again_is_tried_aloud() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (log, start) = (Arc::clone(&lines), Instant::now());
        let failing = FnTransport(move |_: http::Request<Vec<u8>>| async move {
            match start.elapsed().as_secs() {
                0..10 => Err(TransportError::NotSent("connection refused".to_owned())),
                10..30 => Ok(http::Response::builder().status(503).body(Vec::new()).unwrap()),
                _ => Ok(http::Response::new(Vec::new())),
            }
        });
        let attentive =
            Attentive::new(Arc::new(failing), move |line: &str| log.lock().unwrap().push(format!("{} {line}", start.elapsed().as_secs())));
        for _ in 0..20 {
            let request = http::Request::get("https://acme.okta.com/api/v1/apps").body(Vec::new()).unwrap();
            drop(attentive.send(request).await);
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        insta::assert_snapshot!(lines.lock().unwrap().join("\n"), @"
        6 Still trying to get acme.okta.com to answer `GET /api/v1/apps`, after 6 s: could not connect: connection refused.
        16 Still trying to get acme.okta.com to answer `GET /api/v1/apps`, after 16 s: the last answer was 503.
        26 Still trying to get acme.okta.com to answer `GET /api/v1/apps`, after 26 s: the last answer was 503.
        ");
    }

    #[tokio::test(start_paused = true)]
    async fn many_slow_answers_are_one_line_at_a_time() {
        insta::assert_snapshot!(said(&[18, 19, 20, 21]).await.join("\n"), @"
        5 Still waiting for acme.okta.com to answer `GET /18`, after 5 s.
        15 Still waiting for acme.okta.com to answer `GET /18`, after 15 s.
        ");
    }
}
