//! Bytes to answers with headers of any sort, and through the client that heeds them, on a clock that stands still unless everybody waits.
//!
//! Laws: every request ends once the server answers well; nothing that a server says makes anybody wait longer than five minutes and a
//! second from one answer to the next request; nothing ends after its deadline; and errors are inert and without the token.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderName, HeaderValue, Response, StatusCode};
use idpctl::http::{BaseUrl, Budget, Credentials, FnTransport, Governor, Jitter, Reader, RetryPolicy, TransportError};
use idpctl::observed::Clean;
use idpctl::request::Request;
use idpctl::secret::Secret;
use tokio::time::{Instant, sleep};

use super::bytes::Bytes;
use super::plans::ORG;
use super::{HUSH, assert_inert, chain};

/// The longest wait: what the server may ask for, and the second that makes up for its whole seconds.
const LONGEST: Duration = Duration::from_secs(301);
const STATUSES: [u16; 12] = [429, 200, 200, 500, 503, 429, 204, 301, 400, 404, 409, 423];
const NAMES: [&str; 10] = [
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "date",
    "retry-after",
    "content-type",
    "link",
    "x-okta-request-id",
    "location",
    "x-rate-limit-reset",
];
/// 2026-11-21 03:11:15 UTC, and times around it.
const VALUES: [&str; 24] = [
    "1795230675",
    "1795230676",
    "1795230735",
    "1795230600",
    "0",
    "1",
    "2",
    "50",
    "100",
    "600",
    "-1",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "Sat, 21 Nov 2026 03:11:15 GMT",
    "Sat, 21 Nov 2026 03:11:16 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "application/json",
    "text/html",
    "<https://acme.okta.com/api/v1/apps?after=1>; rel=\"next\"",
    "</api/v1/apps?after=2>; rel=next",
    "<https://elsewhere.example.com/>; rel=\"next\"",
];

/// What has happened last, and how long nothing happened at most.
struct Gap {
    last: Instant,
    longest: Duration,
}

impl Gap {
    fn note(&mut self) {
        self.longest = self.longest.max(self.last.elapsed());
        self.last = Instant::now();
    }
}

pub(crate) fn run(data: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime starts");
    runtime.block_on(async {
        let mut bytes = Bytes::new(data);
        let budget = Budget::percent(1 + u32::from(bytes.byte()) % 100).expect("a share");
        let deadline = bytes.chance(40).then(|| Duration::from_secs(1 + 4 * u64::from(bytes.byte())));
        let requests = 1 + bytes.below(4);
        let answers: Vec<_> = (0..bytes.below(12)).map(|_| answer(&mut bytes)).collect();
        ends(answers, budget, deadline, requests).await;
    });
}

type Outcome = Result<Response<Vec<u8>>, TransportError>;

fn answer(bytes: &mut Bytes<'_>) -> (Duration, Outcome) {
    let after = Duration::from_millis(10 * u64::from(bytes.byte()));
    if bytes.chance(8) {
        let fault = [TransportError::NotSent("no route".to_owned()), TransportError::Broken("reset".to_owned())];
        return (after, Err(bytes.pick(&fault).clone()));
    }
    let mut response = Response::new(b"[]".to_vec());
    *response.status_mut() = StatusCode::from_u16(*bytes.pick(&STATUSES)).expect("a status");
    for _ in 0..bytes.below(8) {
        let name = HeaderName::from_static(bytes.pick::<&str>(&NAMES));
        let value = if bytes.chance(75) { bytes.pick(&VALUES).as_bytes().to_vec() } else { bytes.some(24).to_vec() };
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            response.headers_mut().append(name, value);
        }
    }
    (after, Ok(response))
}

/// Answers with a script, and with good answers from its end on.
async fn ends(answers: Vec<(Duration, Outcome)>, budget: Budget, deadline: Option<Duration>, requests: usize) {
    let began = Instant::now();
    let gap = Arc::new(Mutex::new(Gap { last: began, longest: Duration::ZERO }));
    let (noted, script) = (Arc::clone(&gap), Mutex::new(answers.into_iter()));
    let transport = FnTransport(move |_: http::Request<Vec<u8>>| {
        noted.lock().expect("no panic").note();
        let next = script.lock().expect("no panic").next();
        let noted = Arc::clone(&noted);
        async move {
            let (after, outcome) = next.unwrap_or_else(|| (Duration::from_millis(50), Ok(good())));
            sleep(after).await;
            noted.lock().expect("no panic").note();
            outcome
        }
    });
    let token = Secret::new(HUSH.to_owned());
    let credentials = Credentials::ssws(BaseUrl::parse(ORG).expect("an address"), token).expect("a token");
    let policy = RetryPolicy { jitter: Jitter::from_fn(|most| most), ..RetryPolicy::default() };
    let policy = deadline.map_or(policy.clone(), |after| policy.timeout(after));
    let reader = Reader::new(Arc::new(transport), credentials, Governor::new(budget), policy);
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..requests {
        let reader = reader.clone();
        running.spawn(async move { reader.list::<Clean>(Request::get("/api/v1/apps").query("limit", "200")).await });
    }
    for outcome in running.join_all().await {
        if let Err(error) = outcome {
            let text = chain(&error);
            assert!(!text.contains(HUSH), "{text}");
            assert_inert(&text);
        }
    }
    let mut gap = gap.lock().expect("no panic");
    gap.note();
    assert!(gap.longest <= LONGEST, "nothing happened for {:?}", gap.longest);
    assert!(deadline.is_none_or(|deadline| began.elapsed() <= deadline + Duration::from_millis(5)), "{:?}", began.elapsed());
}

fn good() -> Response<Vec<u8>> {
    let mut response = Response::new(b"[]".to_vec());
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}
