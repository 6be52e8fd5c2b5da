//! Requests that are long under way, said on standard error while they are, so that a silent server is not taken for a silent program.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, interval_at};

use crate::http::{Sending, Transport};
use crate::printable::printable_head;

/// After so long without an answer it is said what is waited for.
const SOON: Duration = Duration::from_secs(5);
/// And again this often, however many requests are waiting.
const EVERY: Duration = Duration::from_secs(10);

/// A transport that says when an answer is long in coming.
pub(super) struct Attentive<F> {
    transport: Arc<dyn Transport>,
    say: F,
    said: Mutex<Option<Instant>>,
}

impl<F: Fn(&str) + Send + Sync> Attentive<F> {
    /// Returns the same transport, which says through a function what it waits for.
    pub(super) fn new(transport: Arc<dyn Transport>, say: F) -> Self {
        Self { transport, say, said: Mutex::new(None) }
    }

    fn tell(&self, what: &str, since: Instant) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_none_or(|said| said.elapsed() >= EVERY) {
            *said = Some(Instant::now());
            (self.say)(&format!("Still waiting for {what}, after {} s.", since.elapsed().as_secs()));
        }
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
            loop {
                tokio::select! {
                    biased;
                    answer = &mut answer => return answer,
                    _ = ticks.tick() => self.tell(&what, since),
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
    async fn many_slow_answers_are_one_line_at_a_time() {
        insta::assert_snapshot!(said(&[18, 19, 20, 21]).await.join("\n"), @"
        5 Still waiting for acme.okta.com to answer `GET /18`, after 5 s.
        15 Still waiting for acme.okta.com to answer `GET /18`, after 15 s.
        ");
    }
}
