//! An HTTP request, taken apart the way the families need it.

use std::borrow::Cow;

use serde_json::Value;

use crate::{answer::Refusal, path::Segments};

const TRANSFER_ENCODING: http::HeaderName = http::HeaderName::from_static("content-transfer-encoding");

/// One request to the org.
pub(crate) struct Call {
    pub(crate) method: String,
    /// As it was sent.
    pub(crate) path: String,
    segments: Segments,
    pub(crate) query: Query,
    pub(crate) authorization: Option<String>,
    /// Whether there is more than one `Authorization` header.
    pub(crate) authorization_repeated: bool,
    /// The `DPoP` headers; none for one that is not text.
    pub(crate) proofs: Vec<Option<String>>,
    pub(crate) accept: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) content_type: Option<String>,
    /// `Content-Transfer-Encoding`, a header that HTTP does not know and Okta does.
    pub(crate) transfer_encoding: Option<String>,
    pub(crate) body: Vec<u8>,
    /// The org's own address as the caller knows it, without a slash at the end.
    pub(crate) base: String,
}

impl Call {
    /// Takes a request apart. The address comes from `base`, else from the request line, else from the `Host` header: a request in absolute form
    /// is meant for what it names, whatever `Host` says (RFC 9112, 3.2.2).
    pub(crate) fn new(request: http::Request<Vec<u8>>, base: Option<&str>) -> Self {
        let (parts, body) = request.into_parts();
        let header = |name: http::HeaderName| parts.headers.get(name)?.to_str().ok();
        let asked = || match parts.uri.authority() {
            Some(authority) => format!("{}://{}", parts.uri.scheme_str().unwrap_or("http"), without_user(authority)),
            None => format!("http://{}", header(http::header::HOST).unwrap_or("localhost")),
        };
        let base = base.map_or_else(asked, |base| base.trim_end_matches('/').to_owned());
        Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            segments: Segments::of(parts.uri.path()),
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            authorization: header(http::header::AUTHORIZATION).map(str::to_owned),
            authorization_repeated: parts.headers.get_all(http::header::AUTHORIZATION).iter().count() > 1,
            proofs: parts.headers.get_all("dpop").iter().map(|proof| proof.to_str().ok().map(str::to_owned)).collect(),
            accept: header(http::header::ACCEPT).map(str::to_owned),
            user_agent: header(http::header::USER_AGENT).map(str::to_owned),
            content_type: header(http::header::CONTENT_TYPE).map(str::to_owned),
            transfer_encoding: header(TRANSFER_ENCODING).map(str::to_owned),
            body,
            base,
        }
    }

    /// Returns what the segments of the path say.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.segments.iter().collect()
    }

    /// Says whether there is a segment that says nothing, because it cannot be decoded.
    pub(crate) fn is_garbled(&self) -> bool {
        self.segments.are_garbled()
    }

    /// Refuses a body that says that it is not JSON. What is not said is taken to be right.
    pub(crate) fn must_send_json(&self) -> Result<(), Refusal> {
        let blank = self.body.iter().all(u8::is_ascii_whitespace);
        if !blank && self.content_type.as_deref().is_some_and(|kind| !is_json(&kind_of(kind))) {
            return Err(Refusal::media_type_not_supported());
        }
        Ok(())
    }

    /// Refuses a caller who takes neither JSON nor another of the forms that there are. What is not said is taken to be right.
    pub(crate) fn must_take(&self, others: &[&str]) -> Result<(), Refusal> {
        let fits = |kind: String| is_any(&kind) || is_json(&kind) || others.contains(&kind.as_str());
        if self.accept.as_deref().is_some_and(|ranges| !ranges.split(',').map(kind_of).any(fits)) {
            return Err(Refusal::media_type_not_acceptable());
        }
        Ok(())
    }

    /// Says whether the caller named a form before JSON.
    pub(crate) fn rather_takes(&self, form: &str) -> bool {
        let mut kinds = self.accept.as_deref().unwrap_or_default().split(',').map(kind_of);
        kinds.find(|kind| kind == form || is_any(kind) || is_json(kind)).is_some_and(|kind| kind == form)
    }

    /// Returns the body as JSON, or `None` if there is none.
    pub(crate) fn json(&self) -> Result<Option<Value>, Refusal> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        serde_json::from_slice(&self.body).map(Some).map_err(|_| Refusal::malformed())
    }

    /// Returns the body, which must be a JSON object.
    pub(crate) fn object(&self) -> Result<Value, Refusal> {
        match self.json()? {
            Some(body) if body.is_object() => Ok(body),
            _ => Err(Refusal::malformed()),
        }
    }
}

/// Returns a media type, or a range of them, without its parameters.
fn kind_of(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

fn is_any(kind: &str) -> bool {
    ["", "*/*", "application/*"].contains(&kind)
}

/// Returns host and port.
fn without_user(authority: &http::uri::Authority) -> &str {
    authority.as_str().rsplit_once('@').map_or(authority.as_str(), |(_, host)| host)
}

/// The parameters of a request, in the order they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    text: String,
    parameters: Vec<(String, String)>,
}

impl Query {
    fn parse(text: &str) -> Self {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        Self {
            text: text.to_owned(),
            parameters: pairs.map(|(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned())).collect(),
        }
    }

    /// Returns the query as it was sent.
    pub(crate) fn as_sent(&self) -> &str {
        &self.text
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }
}
