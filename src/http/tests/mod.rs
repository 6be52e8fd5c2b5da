//! The client against orgs that are functions.

mod budget;
#[cfg(feature = "emulator")]
mod emulated;
mod failures;
mod network;
mod signing_in;
mod window;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::*;
use crate::request::Request;
use crate::secret::Secret;

/// Any JSON, so that a test sees what came.
#[derive(Debug, Clone, PartialEq)]
struct Any(Value);

impl Decode for Any {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        Ok(Self(raw))
    }
}

fn credentials() -> Credentials {
    let org = BaseUrl::parse("https://acme.okta.com").unwrap();
    Credentials::ssws(org, Secret::new("00-token".to_owned())).unwrap()
}

/// No chance in the waits.
fn policy() -> RetryPolicy {
    RetryPolicy { jitter: Jitter::from_fn(|_| 0), ..RetryPolicy::default() }
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl std::fmt::Display) -> http::Response<Vec<u8>> {
    let mut response = http::Response::new(format!("{body}").into_bytes());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    let mut all: HeaderMap = headers.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect();
    all.entry("content-type").or_insert("application/json".parse().unwrap());
    *response.headers_mut() = all;
    response
}

type Outcome = Result<http::Response<Vec<u8>>, TransportError>;

/// An org that gives these answers in turn and keeps what it was sent.
struct Script {
    sent: Arc<Mutex<Vec<http::Request<Vec<u8>>>>>,
    writer: Writer,
}

impl Script {
    fn new(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        Self::with(outcomes, policy())
    }

    fn with(outcomes: impl IntoIterator<Item = Outcome>, policy: RetryPolicy) -> Self {
        let sent: Arc<Mutex<Vec<_>>> = Arc::default();
        let kept = Arc::clone(&sent);
        let outcomes = Mutex::new(outcomes.into_iter().collect::<Vec<_>>().into_iter());
        let transport = FnTransport(move |request| {
            kept.lock().unwrap().push(request);
            let outcome = outcomes.lock().unwrap().next().expect("the script has an answer left");
            async move {
                tokio::time::sleep(Duration::from_millis(100)).await;
                outcome
            }
        });
        let governor = Governor::new(Budget::default());
        Self { sent, writer: Writer::new(Arc::new(transport), credentials(), governor, policy) }
    }

    fn reader(&self) -> &Reader {
        self.writer.reader()
    }

    fn requests(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    fn header(&self, request: usize, name: &str) -> Option<String> {
        let sent = self.sent.lock().unwrap();
        sent[request].headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    }
}

/// An error as the command line shows it, with its causes.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str("\n  caused by: ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
