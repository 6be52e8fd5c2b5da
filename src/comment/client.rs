//! One request to a forge to its final answer: send, judge, and again if that is in order.
//!
//! What only reads, and what can be done twice without harm, is sent again after a failure that may pass; a POST only if it certainly was not carried out.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::api::ApiUrl;
use super::error::{Error, Kind};
use super::limit::{limit, seconds};
use crate::forge::{Forge, Request, Verb, complaint};
use crate::http::{Failure, ForeignLink, Mask, RetryPolicy, Safety, Transport, Verdict, next_query};
use crate::secret::Secret;

/// No list has more pages than this: a hundred thousand comments.
const PAGES: usize = 1_000;

/// What sends requests to one forge, with one token.
pub struct Client {
    transport: Arc<dyn Transport>,
    forge: Forge,
    api: ApiUrl,
    token: Secret,
    policy: RetryPolicy,
    mask: Mask,
}

/// A good answer.
pub(super) struct Answer<'a> {
    trail: Trail<'a>,
    status: u16,
    headers: HeaderMap,
    body: Option<Value>,
    url: Url,
}

/// One request's way so far.
struct Trail<'a> {
    request: &'a Request,
    started: Instant,
    attempts: u32,
}

impl Trail<'_> {
    fn error(&self, kind: Kind) -> Error {
        Error::new(self.request.to_string(), self.request.verb, self.attempts, self.started.elapsed(), kind)
    }
}

impl Answer<'_> {
    /// Reads the body as what was asked for.
    pub(super) fn read<T>(self, expected: &'static str, read: impl FnOnce(&Value) -> Option<T>) -> Result<T, Error> {
        let read = self.body.as_ref().and_then(read);
        read.ok_or_else(|| self.trail.error(Kind::Garbled { status: self.status, expected }))
    }
}

impl Client {
    /// Returns a client of an API. The token is visible ASCII.
    pub fn new(transport: Arc<dyn Transport>, forge: Forge, api: ApiUrl, token: Secret, policy: RetryPolicy) -> Self {
        let mask = Mask::default().and(&token);
        Self { transport, forge, api, token, policy, mask }
    }

    /// Returns how long to wait after so many failures.
    pub(super) fn pause(&self, failures: u32) -> Duration {
        self.policy.backoff(failures)
    }

    /// Tells whether the time is up.
    pub(super) fn is_over(&self) -> bool {
        self.policy.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Reads a list over all its pages, and keeps of each what is worth it.
    pub(super) async fn all<T>(
        &self,
        first: &Request,
        expected: &'static str,
        keep: impl Fn(&Value) -> Option<Vec<T>>,
    ) -> Result<Vec<T>, Error> {
        let (mut kept, mut seen, mut request) = (Vec::new(), BTreeSet::new(), first.clone());
        loop {
            let answer = self.send(&request).await?;
            let next = self.next(&answer)?;
            if !seen.insert(answer.url.to_string()) {
                return Err(answer.trail.error(Kind::LinkLoop));
            }
            if seen.len() > PAGES {
                return Err(answer.trail.error(Kind::TooManyPages { pages: PAGES }));
            }
            kept.extend(answer.read(expected, &keep)?);
            match next {
                Some(query) => request.query = query,
                None => return Ok(kept),
            }
        }
    }

    /// Returns the query of the next page: by its number, as GitLab tells it, else as linked.
    fn next(&self, answer: &Answer<'_>) -> Result<Option<Vec<(String, String)>>, Error> {
        let number = answer.headers.get("x-next-page").and_then(|value| value.to_str().ok()).and_then(|value| value.parse::<u32>().ok());
        if let Some(number) = number {
            let others = answer.trail.request.query.iter().filter(|(name, _)| name != "page").cloned();
            return Ok(Some(others.chain([("page".to_owned(), number.to_string())]).collect()));
        }
        let linked = next_query(&answer.headers, &answer.url);
        linked.map_err(|ForeignLink(link)| answer.trail.error(Kind::ForeignLink { link: self.mask.quote(&link, 200) }))
    }

    /// Sends a request until it is answered well or given up.
    pub(super) async fn send<'r>(&self, request: &'r Request) -> Result<Answer<'r>, Error> {
        let url = self.api.join(request);
        let mut trail = Trail { request, started: Instant::now(), attempts: 0 };
        let mut failures = 0;
        loop {
            if self.is_over() {
                return Err(trail.error(Kind::TooLate));
            }
            trail.attempts += 1;
            let sent = Instant::now();
            let outcome = match self.policy.deadline {
                None => self.transport.send(self.wire(&url, request)).await,
                Some(deadline) => {
                    let answer = timeout_at(deadline, self.transport.send(self.wire(&url, request))).await;
                    answer.map_err(|_| trail.error(Kind::TimedOut))?
                }
            };
            let ms = sent.elapsed().as_millis();
            match &outcome {
                Ok(answer) => tracing::debug!(%request, status = answer.status().as_u16(), %ms, attempt = trail.attempts, "answered"),
                Err(error) => tracing::debug!(%request, %error, %ms, attempt = trail.attempts, "not answered"),
            }
            let (kind, told) = match outcome {
                Ok(answer) => match self.judge(answer) {
                    Ok((status, headers, body)) => return Ok(Answer { trail, status, headers, body, url }),
                    Err(refused) => refused,
                },
                Err(error) => (Kind::Transport(error), None),
            };
            failures += 1;
            let limited = matches!(told, Some(Pause::Limit(_)));
            if !limited && !self.again(request.verb, &kind, failures) {
                return Err(trail.error(kind));
            }
            let wait = self.pause(failures).max(told.map_or(Duration::ZERO, |(Pause::Limit(wait) | Pause::Retry(wait))| wait));
            let left = self.policy.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if let Some(left) = left.filter(|left| *left < wait) {
                return Err(trail.error(if limited { Kind::Limited { wait, left } } else { kind }));
            }
            tracing::debug!(%request, seconds = wait.as_secs_f64(), "waiting before it is sent again");
            sleep(wait).await;
        }
    }

    /// Decides about a failure that is not a limit, the so-many-th of this request.
    fn again(&self, verb: Verb, kind: &Kind, failures: u32) -> bool {
        let safety = if verb == Verb::Post { Safety::Write } else { Safety::Read };
        let failure = match kind {
            Kind::Transport(error) => Failure::Transport(error.phase()),
            Kind::Status { status, .. } => Failure::Status { status: *status, code: None, told: false },
            _ => return false,
        };
        self.policy.verdict(safety, failure, failures) != Verdict::Stop
    }

    /// Makes sense of an answer: its parts if it is good, else what is wrong with it and how long to wait.
    fn judge(&self, answer: http::Response<Vec<u8>>) -> Result<Good, Refused> {
        let (parts, body) = answer.into_parts();
        let body = serde_json::from_slice::<Value>(&body).ok();
        let status = parts.status.as_u16();
        if parts.status.is_success() {
            return Ok((status, parts.headers, body));
        }
        if parts.status.is_redirection() {
            let location = parts.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
            return Err((Kind::Redirect { status, location: location.map(|to| self.mask.quote(to, 200)) }, None));
        }
        let complaint = body.as_ref().and_then(complaint);
        let limit = limit(parts.status, &parts.headers, complaint.as_deref()).map(Pause::Limit);
        let retry = seconds(&parts.headers).map(Pause::Retry);
        let complaint = complaint.map(|said| self.mask.quote(&said, 300));
        Err((Kind::Status { status, complaint }, limit.or(retry)))
    }

    /// Returns the request as it is sent.
    fn wire(&self, url: &Url, request: &Request) -> http::Request<Vec<u8>> {
        let (name, value, accept) = match self.forge {
            Forge::GitHub => (header::AUTHORIZATION, format!("Bearer {}", self.token.expose()), "application/vnd.github+json"),
            Forge::GitLab => (HeaderName::from_static("private-token"), self.token.expose().to_owned(), "application/json"),
        };
        let mut token = HeaderValue::try_from(value).expect("a token is visible ASCII");
        token.set_sensitive(true);
        let mut builder =
            http::Request::builder().method(request.verb.as_str()).uri(url.as_str()).header(header::ACCEPT, accept).header(name, token);
        if self.forge == Forge::GitHub {
            builder = builder.header("x-github-api-version", "2022-11-28");
        }
        let body = request.text.as_ref().map(|text| json!({"body": text}).to_string().into_bytes());
        if body.is_some() {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
        }
        builder.body(body.unwrap_or_default()).expect("the address was read as one")
    }
}

/// Status, headers and JSON of a good answer.
type Good = (u16, HeaderMap, Option<Value>);
/// What is wrong with another, and how long to wait.
type Refused = (Kind, Option<Pause>);

/// How long the forge wants to be left alone.
#[derive(Clone, Copy)]
enum Pause {
    /// Because of a limit: the request was not carried out.
    Limit(Duration),
    /// Because it has trouble.
    Retry(Duration),
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("forge", &self.forge).field("api", &self.api).finish_non_exhaustive()
    }
}
