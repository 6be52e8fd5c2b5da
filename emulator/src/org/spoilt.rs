//! Answers that are not the org's own, and what becomes of its own on the way: what gateways, captive portals and proxies do.
//!
//! None of them knows of the org's headers, so an answer that is not its own has neither its request id nor its rate limit.

use http::{HeaderValue, Response, StatusCode, header};

use crate::faults::FaultKind;

/// Another origin than any org's.
const ELSEWHERE: &str = "https://elsewhere.example.net";
/// How long an endless answer is in process, where it is held in memory: more than anybody should take in.
const LONG: usize = 65 << 20;

/// Who answers in the org's place.
#[derive(Clone, Copy)]
pub(super) enum Foreign {
    /// A gateway that does not reach it.
    Gateway,
    /// A network that wants somebody to sign in first.
    Captive,
    /// A proxy that sends us elsewhere.
    Redirect,
}

impl Foreign {
    /// Returns who answers under a fault, if anybody but the org does.
    pub(super) fn of(fault: FaultKind) -> Option<Self> {
        match fault {
            FaultKind::Unavailable => Some(Self::Gateway),
            FaultKind::Captive => Some(Self::Captive),
            FaultKind::Redirect => Some(Self::Redirect),
            _ => None,
        }
    }

    pub(super) fn response(self, path: &str) -> Response<Vec<u8>> {
        let (status, page) = match self {
            Self::Gateway => (StatusCode::SERVICE_UNAVAILABLE, "<h1>503 Service Unavailable</h1>"),
            Self::Captive => (StatusCode::OK, "<h1>Welcome to this network</h1><form method=post>Sign in to go on</form>"),
            Self::Redirect => (StatusCode::FOUND, "<h1>302 Found</h1>"),
        };
        let mut response = Response::new(format!("<html><body>{page}</body></html>\n").into_bytes());
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        if let (Self::Redirect, Ok(location)) = (self, HeaderValue::try_from(format!("{ELSEWHERE}{path}"))) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// Returns an answer that no longer says that it is JSON.
pub(super) fn mistyped(mut response: Response<Vec<u8>>) -> Response<Vec<u8>> {
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

/// Returns an answer whose next page is at another origin.
pub(super) fn misled(mut response: Response<Vec<u8>>, path: &str) -> Response<Vec<u8>> {
    if let Ok(link) = HeaderValue::try_from(format!("<{ELSEWHERE}{path}?after=elsewhere>; rel=\"next\"")) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// Returns an answer with as many blanks behind its body as an answer can have in process.
pub(super) fn lengthened(mut response: Response<Vec<u8>>) -> Response<Vec<u8>> {
    response.body_mut().resize(LONG, b' ');
    response
}
