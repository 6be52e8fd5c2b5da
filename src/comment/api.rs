//! A text to the address of a forge's API, or what is wrong with it: https, or plain http to this machine itself.

use std::fmt;

use url::Url;

use crate::forge::Request;
use crate::http::is_loopback;
use crate::printable::printable_head;

/// The address below which all paths of an API are. It ends in no slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(String);

/// A text that is no API's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiUrlError {
    /// It is no URL of a server.
    #[error("it is not a URL such as https://api.github.com")]
    NotAUrl,
    /// It is not https.
    #[error("`{0}` is not https, which is only left out for this machine itself")]
    NotHttps(String),
    /// It has more than an address has.
    #[error("it must be the address alone, without user, query or fragment")]
    TooMuch,
}

impl ApiUrl {
    /// Reads an address; a slash at the end makes no difference.
    pub fn parse(text: &str) -> Result<Self, ApiUrlError> {
        let url = Url::parse(text).ok().filter(|url| !url.cannot_be_a_base()).ok_or(ApiUrlError::NotAUrl)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(ApiUrlError::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            // What stands before an `@` or after a `?` may be a credential: it is not repeated.
            return Err(ApiUrlError::TooMuch);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            _ => return Err(ApiUrlError::NotHttps(printable_head(text, 200))),
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// Returns the address of a request.
    pub(super) fn join(&self, request: &Request) -> Url {
        let mut url = Url::parse(&format!("{}{}", self.0, request.path)).expect("a path can follow an address");
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_https_or_this_machine() {
        let table = [
            "https://api.github.com",
            "https://ghe.example.com/api/v3/",
            "https://gitlab.example.com:8443/gitlab/api/v4",
            "http://127.0.0.1:8080/api/v4",
            "http://[::1]:1",
            "http://api.github.com",
            "http://127.0.0.1.example.com",
            "ftp://api.github.com",
            "https://user:hush@api.github.com",
            "https://api.github.com?token=hush",
            "api.github.com",
            "mailto:x@example.com",
            "",
        ]
        .map(|text| ApiUrl::parse(text).map_or_else(|error| error.to_string(), |api| api.to_string()));
        insta::assert_snapshot!(table.join("\n"), @"
        https://api.github.com
        https://ghe.example.com/api/v3
        https://gitlab.example.com:8443/gitlab/api/v4
        http://127.0.0.1:8080/api/v4
        http://[::1]:1
        `http://api.github.com` is not https, which is only left out for this machine itself
        `http://127.0.0.1.example.com` is not https, which is only left out for this machine itself
        `ftp://api.github.com` is not https, which is only left out for this machine itself
        it must be the address alone, without user, query or fragment
        it must be the address alone, without user, query or fragment
        it is not a URL such as https://api.github.com
        it is not a URL such as https://api.github.com
        it is not a URL such as https://api.github.com
        ");
    }
}
