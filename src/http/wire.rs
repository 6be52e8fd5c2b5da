//! A request as a value becomes the request that is sent: address, headers, body.
//!
//! It always goes to the org's own origin, below exactly the path that the value names.

use http::{HeaderValue, header};
use url::Url;

use super::base_url::BaseUrl;
use crate::request::{Method, Request};

/// Returns the address of a request, or why it has none.
pub(super) fn address(org: &BaseUrl, request: &Request) -> Result<Url, &'static str> {
    let path = &request.path;
    if !path.starts_with('/') || path.starts_with("//") {
        return Err("the path does not start with a single `/`");
    }
    // An id from a manifest must not lead out of the path it was put into: `..` would, once the address is normalised.
    if path.chars().any(|c| matches!(c, '?' | '#' | '\\') || !c.is_ascii_graphic()) {
        return Err("the path holds characters that are not percent-encoded");
    }
    if path.split('/').any(|segment| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")) {
        return Err("the path holds a `.` or `..` segment");
    }
    let mut url = org.join(path);
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    Ok(url)
}

/// Returns the request as it is sent.
pub(super) fn wire(url: &Url, request: &Request, authorization: Option<HeaderValue>) -> Result<http::Request<Vec<u8>>, &'static str> {
    let body = request.body.as_ref().map(|body| body.to_string().into_bytes());
    let mut builder = http::Request::builder().method(request.method.as_str()).uri(url.as_str()).header(header::ACCEPT, "application/json");
    if let Some(authorization) = authorization {
        builder = builder.header(header::AUTHORIZATION, authorization);
    }
    builder = match (&body, request.method) {
        (Some(_), _) => builder.header(header::CONTENT_TYPE, "application/json"),
        // Okta's edge answers 411 to a POST or PUT without a length (okta-api.md 0).
        (None, Method::Post | Method::Put) => {
            builder.header(header::CONTENT_TYPE, "application/json").header(header::CONTENT_LENGTH, HeaderValue::from_static("0"))
        }
        (None, Method::Get | Method::Delete) => builder,
    };
    builder.body(body.unwrap_or_default()).map_err(|_| UNSENDABLE)
}

/// Returns a form as it is sent to a token endpoint.
pub(super) fn wire_form(url: &Url, form: Vec<u8>, authorization: Option<HeaderValue>) -> Result<http::Request<Vec<u8>>, &'static str> {
    let mut builder = http::Request::post(url.as_str()).header(header::ACCEPT, "application/json");
    if let Some(authorization) = authorization {
        builder = builder.header(header::AUTHORIZATION, authorization);
    }
    builder.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form).map_err(|_| UNSENDABLE)
}

const UNSENDABLE: &str = "the address is not one that can be sent to";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(request: &Request) -> String {
        let org = BaseUrl::parse("https://acme.okta.com/").unwrap();
        let url = match address(&org, request) {
            Ok(url) => url,
            Err(why) => return why.to_owned(),
        };
        let mut authorization = HeaderValue::from_static("SSWS x");
        authorization.set_sensitive(true);
        let request = wire(&url, request, Some(authorization)).unwrap();
        let body = String::from_utf8_lossy(request.body()).into_owned();
        format!("{} {}\n{:?}\n{body}", request.method(), request.uri(), request.headers())
    }

    #[test]
    fn a_read_has_no_body_and_its_query_is_encoded() {
        insta::assert_snapshot!(sent(&Request::get("/api/v1/apps").query("filter", "name eq \"oidc_client\"").query("limit", "200")), @r#"
        GET https://acme.okta.com/api/v1/apps?filter=name+eq+%22oidc_client%22&limit=200
        {"accept": "application/json", "authorization": Sensitive}
        "#);
    }

    #[test]
    fn a_write_without_a_body_says_so() {
        insta::assert_snapshot!(sent(&Request::new(Method::Post, "/api/v1/apps/0oa1/lifecycle/activate")), @r#"
        POST https://acme.okta.com/api/v1/apps/0oa1/lifecycle/activate
        {"accept": "application/json", "authorization": Sensitive, "content-type": "application/json", "content-length": "0"}
        "#);
    }

    #[test]
    fn a_body_is_json() {
        insta::assert_snapshot!(sent(&Request::new(Method::Put, "/api/v1/apps/0oa1").body(json!({"label": "ø"}))), @r#"
        PUT https://acme.okta.com/api/v1/apps/0oa1
        {"accept": "application/json", "authorization": Sensitive, "content-type": "application/json"}
        {"label":"ø"}
        "#);
    }

    #[test]
    fn a_path_cannot_lead_elsewhere() {
        for path in
            ["api", "//evil.example.com/x", "/api/../x", "/api/%2e%2E/x", "/api/./x", "/a?b", "/a#b", "/a\\..\\b", "/a b", "/ø", "/a\n"]
        {
            assert!(sent(&Request::get(path)).starts_with("the path"), "{path}");
        }
    }
}
