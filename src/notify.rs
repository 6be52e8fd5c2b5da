//! A JSON text to a webhook: posted until it is taken or the time is up.
//!
//! # Guarantees
//! - It goes to the address in the environment and nowhere else: over https (in the clear to this machine itself only), and no redirect is followed.
//! - The address lets whoever knows it post there, so no error, log line or file holds more of it than its host.
//! - Of the answer nothing but the status counts, and no more than 64 KiB of it are read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::desired::OWN;
use crate::env::Env;
use crate::http::{Failure, ReqwestTransport, RetryPolicy, Safety, Transport, TransportError, Verdict, is_loopback};
use crate::secret::Secret;

/// Where the address comes from. No manifest may name it.
pub const VARIABLE: &str = OWN[0];
/// How long all attempts together may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much of an answer is read.
const CAP: usize = 64 << 10;
/// How often it is tried at most.
const ATTEMPTS: u32 = 4;

/// Why nothing was posted, or nobody took it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no address.
    #[error("`{VARIABLE}` is not set")]
    NotSet,
    /// What there is is none that anything is posted to.
    #[error("`{VARIABLE}` holds no address of a webhook: {0}")]
    Address(&'static str),
    /// It answered otherwise than well.
    #[error("{host} answered {status}")]
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
    },
    /// It did not answer.
    #[error("{host} did not take it")]
    Transport {
        /// The host.
        host: String,
        /// Why not.
        source: TransportError,
    },
    /// It did not answer in time.
    #[error("{host} did not answer within {} s", .after.as_secs())]
    TimedOut {
        /// The host.
        host: String,
        /// How long it had.
        after: Duration,
    },
}

/// Where reports are posted to. Its `Debug` shows the host alone.
pub struct Webhook {
    url: Secret,
    host: String,
    transport: Arc<dyn Transport>,
    policy: RetryPolicy,
}

impl Webhook {
    /// Returns the webhook of the environment.
    pub fn from_env(env: &Env, policy: RetryPolicy) -> Result<Self, Error> {
        let text = env.var(VARIABLE).ok_or(Error::NotSet)?;
        let transport = ReqwestTransport::with_cap(CAP);
        let transport = transport.map_err(|source| Error::Transport { host: "the webhook".to_owned(), source })?;
        Self::new(text, Arc::new(transport), policy)
    }

    fn new(text: &str, transport: Arc<dyn Transport>, policy: RetryPolicy) -> Result<Self, Error> {
        let url = Url::parse(text).map_err(|_| Error::Address("it is no URL"))?;
        let host = url.host_str().ok_or(Error::Address("it has no host"))?.to_owned();
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&host)) {
            return Err(Error::Address("it must begin with https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::Address("it may not hold a user name or a password"));
        }
        Ok(Self { url: Secret::new(url.to_string()), host, transport, policy })
    }

    /// Returns a stamp of something that was posted here. Nobody who does not know the address can make one.
    pub fn stamp(&self, posted: &Value) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.url.expose().as_bytes());
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, posted.to_string().as_bytes()))
    }

    /// Posts a text. That it comes twice, after an answer that was lost, does no harm.
    pub async fn post(&self, body: &Value) -> Result<(), Error> {
        let posted = timeout(PATIENCE, self.until_taken(body.to_string().into_bytes())).await;
        posted.unwrap_or_else(|_| Err(Error::TimedOut { host: self.host.clone(), after: PATIENCE }))
    }

    async fn until_taken(&self, body: Vec<u8>) -> Result<(), Error> {
        let mut failures = 0;
        loop {
            let error = match self.attempt(body.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            failures += 1;
            if failures == ATTEMPTS || !self.is_passing(&error, failures) {
                return Err(error);
            }
            tracing::debug!(host = %self.host, %error, "posting it again");
            sleep(self.policy.backoff(failures)).await;
        }
    }

    async fn attempt(&self, body: Vec<u8>) -> Result<(), Error> {
        let request = http::Request::post(self.url.expose()).header(header::CONTENT_TYPE, "application/json").body(body);
        let request = request.map_err(|_| Error::Address("it is no URL"))?;
        let answer = self.transport.send(request).await.map_err(|source| Error::Transport { host: self.host.clone(), source })?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(Error::Status { host: self.host.clone(), status: status.as_u16() }) }
    }

    fn is_passing(&self, error: &Error, failures: u32) -> bool {
        let failure = match error {
            Error::NotSet | Error::Address(_) | Error::TimedOut { .. } => return false,
            Error::Status { status, .. } => Failure::Status { status: *status, code: None, told: false },
            Error::Transport { source, .. } => Failure::Transport(source.phase()),
        };
        self.policy.verdict(Safety::Read, failure, failures) != Verdict::Stop
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("host", &self.host).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;
    use tokio::time::Instant;

    use super::*;
    use crate::http::{FnTransport, Jitter};

    fn webhook(transport: impl Transport + 'static) -> Webhook {
        let policy = RetryPolicy { jitter: Jitter::from_fn(|_| 0), ..RetryPolicy::default() };
        Webhook::new("https://hooks.example.com/services/T0/B0/s3cretPath", Arc::new(transport), policy).expect("an address")
    }

    /// Posts to something that answers with these statuses in turn, and returns how it ended and how many requests came.
    async fn posted(statuses: &[u16]) -> (Result<(), Error>, usize) {
        let left = Arc::new(Mutex::new(statuses.iter().rev().copied().collect::<Vec<_>>()));
        let answers = Arc::clone(&left);
        let webhook = webhook(FnTransport(move |_| {
            let status = answers.lock().unwrap().pop().expect("another answer");
            async move { Ok(http::Response::builder().status(status).body(Vec::new()).unwrap()) }
        }));
        let outcome = webhook.post(&json!({"text": "drift"})).await;
        let asked = statuses.len() - left.lock().unwrap().len();
        (outcome, asked)
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_again_and_what_may_not_is_an_error_that_names_the_host_alone() {
        assert_eq!(posted(&[500, 429, 503, 204]).await, (Ok(()), 4));
        for (statuses, asked) in [(&[400, 200][..], 1), (&[404, 200], 1), (&[302, 200], 1), (&[500, 500, 500, 500, 200], 4)] {
            let (outcome, seen) = posted(statuses).await;
            let error = outcome.expect_err("nobody took it");
            assert_eq!((error.to_string(), seen), (format!("hooks.example.com answered {}", statuses[0]), asked));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_never_answers_is_left_when_the_time_is_up() {
        let silent = webhook(FnTransport(|_| std::future::pending()));
        let began = Instant::now();
        let error = silent.post(&json!({})).await.expect_err("it never answers");
        assert_eq!((error.to_string().as_str(), began.elapsed()), ("hooks.example.com did not answer within 20 s", PATIENCE));
        assert!(!format!("{silent:?} {error:?}").contains("s3cretPath"));
    }

    #[test]
    fn only_an_address_that_nobody_can_listen_in_on_is_posted_to() {
        let refusal = |text: &str| {
            let env = [(VARIABLE.to_owned(), text.to_owned())].into_iter().collect();
            Webhook::from_env(&env, RetryPolicy::default()).err().map(|error| error.to_string())
        };
        let texts = [
            "",
            "hooks",
            "http://hooks.example.com/x",
            "ftp://hooks.example.com",
            "https://user:s3cret@hooks.example.com/",
            "file:///etc/passwd",
        ];
        insta::assert_snapshot!(texts.map(|text| refusal(text).expect("it is refused")).join("\n"), @"
        `IDPCTL_NOTIFY_URL` is not set
        `IDPCTL_NOTIFY_URL` holds no address of a webhook: it is no URL
        `IDPCTL_NOTIFY_URL` holds no address of a webhook: it must begin with https://
        `IDPCTL_NOTIFY_URL` holds no address of a webhook: it must begin with https://
        `IDPCTL_NOTIFY_URL` holds no address of a webhook: it may not hold a user name or a password
        `IDPCTL_NOTIFY_URL` holds no address of a webhook: it has no host
        ");
        for text in ["https://hooks.example.com/x?y=z", "http://127.0.0.1:1/x", "http://localhost/x"] {
            assert_eq!(refusal(text), None);
        }
    }

    #[test]
    fn a_stamp_is_of_the_report_and_of_the_address() {
        let stamp = |path: &str, report: &str| {
            let transport = Arc::new(FnTransport(|_| std::future::pending()));
            Webhook::new(&format!("https://hooks.example.com/{path}"), transport, RetryPolicy::default()).unwrap().stamp(&json!(report))
        };
        assert_eq!(stamp("a", "x"), stamp("a", "x"));
        assert!(stamp("a", "x") != stamp("a", "y") && stamp("a", "x") != stamp("b", "x"));
    }
}
