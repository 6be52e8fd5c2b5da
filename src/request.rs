//! A request as a pure value: what would be sent, without anything that sends it.

use std::fmt;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::address::System;

/// An HTTP method that the two APIs use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or starts something.
    Post,
    /// Replaces.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// Returns the method as it goes over the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Method, path, query and JSON body, without host or credentials. Its `Debug` leaves the body out.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, already percent-encoded, starting with `/`.
    pub path: String,
    /// Query parameters in order, not encoded.
    pub query: Vec<(String, String)>,
    /// The JSON body.
    pub body: Option<Value>,
}

impl Request {
    /// Returns a GET of a path.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// Returns a request without query or body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: None }
    }

    /// Returns which of the two systems answers it: the portal has a path of its own (tyk-portal-api.md, section 1).
    pub fn system(&self) -> System {
        if self.path.starts_with("/portal-api/") { System::Portal } else { System::Okta }
    }

    /// Returns the same with one more query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Returns the same with a body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// Who issues tokens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Issuer {
    /// The org itself.
    Org,
    /// The authorization server with an id, or with the alias `default`.
    Server(String),
}

impl Issuer {
    /// Returns the path that ends its own name: after the org's address this is what tokens call it, but for the org itself.
    pub fn path(&self) -> String {
        match self {
            Self::Org => "/oauth2".to_owned(),
            Self::Server(id) => format!("/oauth2/{}", segment(id)),
        }
    }

    /// Returns where it issues tokens.
    pub fn token_path(&self) -> String {
        format!("{}/v1/token", self.path())
    }

    /// Returns where the keys are that it signs with.
    pub fn keys_path(&self) -> String {
        format!("{}/v1/keys", self.path())
    }
}

/// Returns a text as one segment of a path: whatever it holds, it cannot end the segment or begin a query.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a String does not fail");
        }
    }
    out
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)?;
        for (i, (name, value)) in self.query.iter().enumerate() {
            write!(f, "{}{name}={value}", if i == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_stays_one() {
        assert_eq!(segment("0oa1_-.~"), "0oa1_-.~");
        assert_eq!(segment("a/b?c#d%\\é"), "a%2Fb%3Fc%23d%25%5C%C3%A9");
    }
}
