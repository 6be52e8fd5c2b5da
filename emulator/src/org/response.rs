//! An answer of a family as HTTP: its body, and the headers that all answers have.

use http::{HeaderValue, Response, header};
use serde_json::Value;

use super::Org;
use crate::{answer::Answer, limits::Allowance};

impl Org {
    /// Writes an answer to the request of a number, with what its rate limit says.
    pub(super) fn response(&self, number: u64, answer: &Answer, allowance: Option<Allowance>) -> Response<Vec<u8>> {
        let text = answer.body.as_ref().map(|body| match body {
            Value::String(text) if answer.plain => text.clone(),
            body => body.to_string(),
        });
        let mut response = Response::new(text.unwrap_or_default().into_bytes());
        *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
        let headers = response.headers_mut();
        if answer.body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
        insert(headers, "date", &self.inner.clock.http_date());
        insert(headers, "x-okta-request-id", &self.inner.seed.request_id(number));
        if let Some(allowance) = allowance {
            let reset = self.inner.clock.since_epoch() + allowance.reset;
            // The window is over when the second that is named has begun.
            let reset = reset.as_secs() + u64::from(reset.subsec_nanos() > 0);
            insert(headers, "x-rate-limit-limit", &allowance.limit.to_string());
            insert(headers, "x-rate-limit-remaining", &allowance.remaining.to_string());
            insert(headers, "x-rate-limit-reset", &reset.to_string());
        }
        for link in &answer.links {
            if let Ok(link) = HeaderValue::from_str(link) {
                headers.append(header::LINK, link);
            }
        }
        for (name, value) in &answer.headers {
            insert(headers, name, value);
        }
        response
    }
}

fn insert(headers: &mut http::HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
