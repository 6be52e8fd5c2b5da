//! The `Link` header of a list to its next page, which must be another page of the same list at the same origin.

use http::{HeaderMap, header};
use url::Url;

use crate::request::Request;

/// A link that is not followed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ForeignLink(pub(crate) String);

/// Returns the request for the next page, if there is one.
pub(super) fn next_page(headers: &HeaderMap, asked: &Url, request: &Request) -> Result<Option<Request>, ForeignLink> {
    Ok(next_query(headers, asked)?.map(|query| Request { query, ..request.clone() }))
}

/// Returns the query of the next page, if there is one.
pub(crate) fn next_query(headers: &HeaderMap, asked: &Url) -> Result<Option<Vec<(String, String)>>, ForeignLink> {
    let Some(link) = headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_link) else {
        return Ok(None);
    };
    let next = asked.join(link).ok().filter(|next| next.origin() == asked.origin() && next.path() == asked.path());
    let next = next.filter(|next| next.username().is_empty() && next.password().is_none());
    let Some(next) = next else { return Err(ForeignLink(link.to_owned())) };
    Ok(Some(next.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()))
}

/// Returns the target of `rel="next"` in one header value, which may hold several links.
fn next_link(value: &str) -> Option<&str> {
    let mut rest = value;
    while let Some(start) = rest.find('<') {
        let (target, after) = rest[start + 1..].split_once('>')?;
        // A comma inside a quoted parameter does not end the link, but then no `<` follows it either.
        let parameters = after.split('<').next().unwrap_or_default();
        let is_next = parameters.split(';').any(|parameter| {
            parameter.trim().trim_end_matches(',').trim_end().split_once('=').is_some_and(|(name, value)| {
                name.trim_end().eq_ignore_ascii_case("rel")
                    && value.trim().trim_matches('"').split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
            })
        });
        if is_next {
            return Some(target);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(links: &[&str]) -> Result<Option<String>, ForeignLink> {
        let headers = links.iter().map(|link| (header::LINK, link.parse().unwrap())).collect();
        let asked = Url::parse("https://acme.okta.com/api/v1/apps?limit=200").unwrap();
        next_page(&headers, &asked, &Request::get("/api/v1/apps").query("limit", "200")).map(|next| next.map(|next| next.to_string()))
    }

    #[test]
    fn the_next_page_is_found_among_several_links() {
        let wanted = Ok(Some("GET /api/v1/apps?after=0oa1&limit=200&filter=name eq \"oidc_client\"".to_owned()));
        let link = "<https://acme.okta.com/api/v1/apps?after=0oa1&limit=200&filter=name+eq+%22oidc_client%22>; rel=\"next\"";
        let this = "<https://acme.okta.com/api/v1/apps?limit=200>; rel=\"self\"";
        assert_eq!(next(&[this, link]), wanted);
        assert_eq!(next(&[&format!("{this}, {link}")]), wanted);
        assert_eq!(next(&[&format!("{link}, {this}")]), wanted);
        assert_eq!(next(&["</api/v1/apps?after=1>; title=\"a; b\"; REL=next"]), Ok(Some("GET /api/v1/apps?after=1".to_owned())));
    }

    #[test]
    fn no_next_link_is_the_last_page() {
        for links in [vec![], vec!["<https://acme.okta.com/api/v1/apps>; rel=\"self\""], vec!["<nonsense"], vec!["rel=next"]] {
            assert_eq!(next(&links), Ok(None), "{links:?}");
        }
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_refused() {
        for target in [
            "https://evil.example.com/api/v1/apps?after=1",
            "http://acme.okta.com/api/v1/apps?after=1",
            "https://acme.okta.com:8443/api/v1/apps?after=1",
            "https://acme.okta.com/api/v1/apps/0oa1/credentials/secrets",
            "//evil.example.com/api/v1/apps",
            "https://acme.okta.com@evil.example.com/api/v1/apps",
            "https://user@acme.okta.com/api/v1/apps",
            "javascript:alert(1)",
        ] {
            assert_eq!(next(&[&format!("<{target}>; rel=\"next\"")]), Err(ForeignLink(target.to_owned())));
        }
    }
}
