//! One request to its final answer: gate, send, judge, and again if that is in order.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::auth::{Asking, ServiceApp, proof_header};
use super::bucket::Bucket;
use super::credentials::{Account, Credentials, Means, authorization};
use super::decode::{Decode, DecodeError};
use super::error::{Error, Kind, Spent};
use super::governor::Governor;
use super::mask::Mask;
use super::meter::{Reading, retry_after};
use super::problem::Problem;
use super::retry::{Failure, Pace, RetryPolicy, Safety, Verdict};
use super::transport::{Transport, TransportError};
use super::wire::{address, wire, wire_form};
use crate::address::System;
use crate::request::Request;
use crate::secret::Secret;

/// What all requests of a client have in common.
pub(super) struct Exchange {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) credentials: Credentials,
    pub(super) governor: Governor,
    pub(super) policy: RetryPolicy,
}

/// A good answer, not decoded yet, and what there is to say about how it came.
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) url: Url,
    pub(super) trail: Trail,
    body: Vec<u8>,
    status: StatusCode,
}

/// How a request says who sends it.
#[derive(Clone, Copy)]
pub(super) enum Signed<'a> {
    /// Not at all: it is about something public.
    No,
    /// With what signs us in where it goes.
    Yes,
    /// It is what signs an app in.
    As(&'a ServiceApp),
    /// It is a declared client's own request for a token.
    By(&'a Asking<'a>),
}

/// One request's way so far, from which its errors are made.
pub(super) struct Trail {
    request: String,
    system: System,
    by_app: bool,
    safety: Safety,
    mask: Mask,
    started: Instant,
    attempts: u32,
    failures: u32,
    request_id: Option<String>,
}

impl Trail {
    fn start(request: &Request, by_app: bool, safety: Safety, mask: Mask) -> Self {
        let system = request.system();
        let request = mask.quote(&request.to_string(), 500);
        Self { request, system, by_app, safety, mask, started: Instant::now(), attempts: 0, failures: 0, request_id: None }
    }

    /// Makes an error of what happened last.
    pub(super) fn error(&self, kind: Kind) -> Error {
        let spent = Spent { attempts: self.attempts, elapsed: self.started.elapsed() };
        Error::new(self.request.clone(), self.system, self.safety, self.request_id.clone(), spent, kind).by_app(self.by_app)
    }

    /// Makes a text of the server fit to be shown.
    pub(super) fn quote(&self, text: &str) -> String {
        self.mask.quote(text, 300)
    }

    fn note(&mut self, bucket: Bucket, sent: Instant, outcome: &Result<http::Response<Vec<u8>>, TransportError>) {
        self.request_id = outcome.as_ref().ok().and_then(|answer| text(answer.headers(), X_OKTA_REQUEST_ID, &self.mask));
        let ms = sent.elapsed().as_millis();
        let (request, attempt, id) = (&self.request, self.attempts, self.request_id.as_deref().unwrap_or("-"));
        match outcome {
            Ok(answer) => tracing::debug!(%request, status = answer.status().as_u16(), %ms, request_id = id, attempt, %bucket, "answered"),
            Err(error) => tracing::debug!(%request, %error, %ms, attempt, %bucket, "not answered"),
        }
    }
}

const DPOP: HeaderName = HeaderName::from_static("dpop");
const X_OKTA_REQUEST_ID: HeaderName = HeaderName::from_static("x-okta-request-id");
const X_OKTA_RETRY_FOR: HeaderName = HeaderName::from_static("x-okta-retry-for");
const X_OKTA_RETRY_COUNT: HeaderName = HeaderName::from_static("x-okta-retry-count");

impl Exchange {
    /// Sends a request until it is answered well or given up.
    pub(super) async fn run(&self, request: &Request, safety: Safety, signed: Signed<'_>) -> Result<Answer, Error> {
        let mask = Mask::of(request.body.as_ref()).beside(self.credentials.hidden());
        let mask = self.credentials.tokens().fold(mask, Mask::and);
        let account = self.credentials.account(request.system());
        let by_app = account.is_some_and(|account| matches!(account.means, Means::App(_)));
        let mut trail = Trail::start(request, by_app, safety, mask);
        let account = account.ok_or_else(|| trail.error(Kind::Malformed { reason: "there are no credentials for where it goes" }))?;
        let url = address(&account.url, request).map_err(|reason| trail.error(Kind::Malformed { reason }))?;
        let bucket = Bucket::of(&request.path);
        loop {
            if self.is_over() {
                return Err(trail.error(Kind::TooLate));
            }
            let permit = self.governor.admit(bucket, self.policy.deadline).await;
            let permit = permit.map_err(|starved| trail.error(Kind::Starved { wait: starved.wait, left: starved.left }))?;
            // Made when it may be sent, and not before: token and proof age.
            let mut wire = self.wire(&url, request, account, signed, &mut trail).await?;
            if self.is_over() {
                return Err(trail.error(Kind::TooLate));
            }
            if let Some(id) = trail.request_id.as_deref().and_then(|id| id.parse().ok()) {
                wire.headers_mut().insert(X_OKTA_RETRY_FOR, id);
                wire.headers_mut().insert(X_OKTA_RETRY_COUNT, trail.attempts.into());
            }
            trail.attempts += 1;
            let sent = Instant::now();
            let outcome = until(self.policy.deadline, self.transport.send(wire)).await.ok_or_else(|| trail.error(Kind::TimedOut))?;
            trail.note(bucket, sent, &outcome);
            match (signed, &outcome) {
                (Signed::As(app), Ok(answer)) => app.heed(answer.headers()),
                (Signed::By(client), Ok(answer)) => client.heed(answer.headers()),
                _ => {}
            }
            let answer = outcome.map_err(Kind::Transport);
            let mut pause = None;
            let mut told = false;
            if let Ok(answer) = &answer {
                let reading = Reading::of(answer.status(), answer.headers());
                let limited = answer.status() == StatusCode::TOO_MANY_REQUESTS;
                told = limited && matches!(reading, Reading::Metered(_));
                pause = retry_after(answer.headers());
                permit.answered(reading, limited);
            } else {
                drop(permit);
            }
            let kind = match answer {
                Ok(answer) if answer.status().is_success() => {
                    let (parts, body) = answer.into_parts();
                    return Ok(Answer { headers: parts.headers, status: parts.status, url, trail, body });
                }
                Ok(answer) => refusal(&answer, &trail.mask),
                Err(kind) => kind,
            };
            self.pause(&mut trail, kind, told, pause).await?;
        }
    }

    fn is_over(&self) -> bool {
        self.policy.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Returns the request as it is sent this time.
    async fn wire(
        &self,
        url: &Url,
        request: &Request,
        account: &Account,
        signed: Signed<'_>,
        trail: &mut Trail,
    ) -> Result<http::Request<Vec<u8>>, Error> {
        let wire = match (signed, &account.means) {
            (Signed::No, _) => wire(url, request, None),
            (Signed::Yes, Means::Fixed(token, system)) => wire(url, request, Some(authorization(token, *system))),
            (Signed::Yes, Means::App(app)) => {
                let token = until(self.policy.deadline, app.token(async || self.sign_in(app).await));
                let token = token.await.ok_or_else(|| trail.error(Kind::TooLate))?;
                let token = token.map_err(|error| trail.error(Kind::NotSignedIn(error)))?;
                trail.mask.learn(token.value());
                let proof = app.proof_beside(&token, request.method.as_str(), url);
                wire(url, request, Some(token.authorization())).map(|wire| proven(wire, proof, trail))
            }
            // An assertion works once, so each attempt has its own.
            (Signed::As(app), _) => {
                let assertion = app.assertion(url);
                trail.mask.learn(&assertion);
                let proof = app.proof(url);
                wire_form(url, app.form(&assertion), None).map(|wire| proven(wire, proof, trail))
            }
            (Signed::By(client), _) => {
                let attempt = client.attempt(url);
                attempt.secrets.iter().for_each(|secret| trail.mask.learn(secret));
                wire_form(url, attempt.form, attempt.authorization).map(|wire| proven(wire, attempt.proof, trail))
            }
        };
        wire.map_err(|reason| trail.error(Kind::Malformed { reason }))
    }

    /// Waits before the next attempt, or gives the request up.
    async fn pause(&self, trail: &mut Trail, kind: Kind, told: bool, asked: Option<Duration>) -> Result<(), Error> {
        let failure = match &kind {
            Kind::Transport(error) => Failure::Transport(error.phase()),
            Kind::Status { status, problem } => Failure::Status { status: *status, code: problem.code.as_deref(), told },
            _ => return Err(trail.error(kind)),
        };
        trail.failures += u32::from(!told);
        match self.policy.verdict(trail.safety, failure, trail.failures) {
            Verdict::Stop => Err(trail.error(kind)),
            Verdict::Again(Pace::AsTold) => Ok(()),
            Verdict::Again(Pace::Backoff) => {
                let wait = self.policy.backoff(trail.failures).max(asked.unwrap_or_default());
                if self.policy.deadline.is_some_and(|deadline| deadline < Instant::now() + wait) {
                    return Err(trail.error(kind));
                }
                sleep(wait).await;
                // A busy machine may wake up too late: then what was answered is what there is to say.
                if self.is_over() { Err(trail.error(kind)) } else { Ok(()) }
            }
        }
    }
}

impl Answer {
    /// Decodes the body. Nothing of the raw tree remains. A body that says it is an error is one under any status.
    pub(super) fn decode<T: Decode>(self) -> Result<T, Error> {
        let misfit = |error, excerpt| Kind::Decode { rust_type: short_name::<T>(), error, excerpt };
        if !self.body.is_empty() && !self.is_json() {
            let content_type = text(&self.headers, header::CONTENT_TYPE, &self.trail.mask);
            return Err(self.trail.error(Kind::NotJson { status: self.status.as_u16(), content_type }));
        }
        let Some(decoded) = self.read() else {
            return Err(self.trail.error(misfit(DecodeError::expected("a whole JSON document"), None)));
        };
        if let Some(problem) = self.hidden_problem() {
            return Err(self.trail.error(Kind::Status { status: self.status.as_u16(), problem }));
        }
        // Only a body that does not fit is quoted, so it is read again then rather than kept as a tree always.
        decoded.map_err(|error| self.trail.error(misfit(error, self.json().map(|body| self.trail.mask.excerpt(&body)))))
    }

    /// Returns the error that a good answer really is. Only a body that speaks of errors is looked at: most are long lists of something else.
    fn hidden_problem(&self) -> Option<Problem> {
        let says = |word: &[u8]| self.body.windows(word.len()).any(|part| part == word);
        let speaks = self.body.trim_ascii_start().first() == Some(&b'{') && (says(b"\"errorCode\"") || says(b"\"errors\""));
        if speaks { Problem::inside(&self.json()?, &self.trail.mask) } else { None }
    }

    fn is_json(&self) -> bool {
        let content_type = text(&self.headers, header::CONTENT_TYPE, &self.trail.mask).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    }

    /// Reads the body; `None` if it is not JSON.
    fn read<T: Decode>(&self) -> Option<Result<T, DecodeError>> {
        if self.body.is_empty() {
            return Some(T::decode(Value::Null));
        }
        let mut text = serde_json::Deserializer::from_slice(&self.body);
        let decoded = T::read(&mut text).ok()?;
        text.end().is_ok().then_some(decoded)
    }

    fn json(&self) -> Option<Value> {
        if self.body.is_empty() { Some(Value::Null) } else { serde_json::from_slice(&self.body).ok() }
    }
}

/// Returns a request with a proof, if there is one.
fn proven(mut wire: http::Request<Vec<u8>>, proof: Option<Secret>, trail: &mut Trail) -> http::Request<Vec<u8>> {
    if let Some(proof) = proof {
        trail.mask.learn(&proof);
        wire.headers_mut().insert(DPOP, proof_header(&proof));
    }
    wire
}

/// Makes sense of an answer that is not good.
fn refusal(answer: &http::Response<Vec<u8>>, mask: &Mask) -> Kind {
    let status = answer.status().as_u16();
    if answer.status().is_redirection() {
        let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        return Kind::Redirect { status, location: location.map(|to| mask.quote(to, 200)) };
    }
    Kind::Status { status, problem: Problem::of(answer.body(), mask).beside(answer.headers(), mask) }
}

async fn until<T>(deadline: Option<Instant>, future: impl Future<Output = T>) -> Option<T> {
    match deadline {
        None => Some(future.await),
        Some(deadline) => timeout_at(deadline, future).await.ok(),
    }
}

fn text(headers: &HeaderMap, name: HeaderName, mask: &Mask) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(|text| mask.quote(text, 100))
}

/// Returns the name of a type without the modules it and its parameters are in.
fn short_name<T>() -> String {
    let name = std::any::type_name::<T>();
    let last = |path: &str| path.rsplit("::").next().unwrap_or_default().to_owned();
    name.split_inclusive(['<', '>', ',', ' ']).map(last).collect()
}
