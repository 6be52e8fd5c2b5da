//! What the portal answers: JSON as its framework writes it, or its refusal.
//!
//! Documented are the status codes and the shapes `{"errors": […]}` and `{"status": "…"}`. All texts within them are invented,
//! and so are the bodies of 401, 302 and 5xx: nobody may depend on them.

use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize as _;
use serde_json::{Value, json, ser::PrettyFormatter};

use crate::answer;

/// Where a browser without a session is sent: invented.
const LOGIN: &str = "/auth/login";

/// A success, or a failure that is to be answered as it is.
#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Json(Value),
    Page(&'static str),
    Empty,
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, body: Body::Json(body) }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    /// What was asked for is done, and there is nothing to show.
    pub(super) fn done() -> Self {
        Self::ok(json!({"status": "ok"}))
    }

    /// Turns the answer into HTTP.
    pub(crate) fn response(self, date: &str) -> Response<Vec<u8>> {
        let (bytes, content) = match self.body {
            Body::Json(body) => (tabbed(&body), Some("application/json")),
            Body::Page(page) => (page.as_bytes().to_vec(), Some("text/html; charset=utf-8")),
            Body::Empty => (Vec::new(), None),
        };
        let mut response = Response::new(bytes);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
        let headers = response.headers_mut();
        if let Some(content) = content {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if let Ok(date) = HeaderValue::from_str(date) {
            headers.insert(header::DATE, date);
        }
        if self.status == 302 {
            headers.insert(header::LOCATION, HeaderValue::from_static(LOGIN));
        }
        response
    }
}

/// Writes JSON as recorded answers of the portal have it: indented by tabs.
fn tabbed(body: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = serde_json::Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"\t"));
    body.serialize(&mut out).expect("JSON can always be written to memory");
    bytes
}

/// An answer after which nothing is written.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) Reply);

impl Refusal {
    pub(super) fn errors(status: u16, errors: &[String]) -> Self {
        Self(Reply::json(status, json!({"errors": errors})))
    }

    pub(super) fn error(status: u16, error: &str) -> Self {
        Self::errors(status, &[error.to_owned()])
    }

    /// A 404 of the older endpoints, in the other shape.
    pub(super) fn status_not_found() -> Self {
        Self(Reply::json(404, json!({"status": "not found"})))
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::error(404, &format!("{what} is not found"))
    }

    pub(super) fn no_such_path() -> Self {
        Self::error(404, "there is nothing at this path for this method")
    }

    /// 422 since 1.9.0.
    pub(super) fn malformed() -> Self {
        Self::error(422, "the body is not a JSON object")
    }

    pub(super) fn bad_token() -> Self {
        Self::error(401, "unauthorized")
    }

    pub(super) fn login() -> Self {
        Self(Reply { status: 302, body: Body::Page("<a href=\"/auth/login\">Found</a>.\n\n") })
    }

    /// What a panic in the portal looks like from outside.
    pub(super) fn crash() -> Self {
        Self(Reply { status: 500, body: Body::Empty })
    }

    pub(crate) fn internal() -> Self {
        Self::error(500, "internal server error")
    }

    pub(crate) fn too_many_requests() -> Self {
        Self::error(429, "too many requests")
    }

    pub(crate) fn locked() -> Self {
        Self::error(423, "somebody else is changing this")
    }

    /// An error whose status says that all is well.
    pub(crate) fn inside() -> Self {
        Self::error(200, "internal server error")
    }
}

impl From<answer::Refusal> for Refusal {
    /// The store speaks in Okta's refusals, and refuses only what must not happen.
    fn from(_: answer::Refusal) -> Self {
        Self::internal()
    }
}
