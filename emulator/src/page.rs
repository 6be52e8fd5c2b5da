//! Lists in pages: how many items, after which one, and the `Link` headers that lead on.

use url::form_urlencoded::Serializer;

use crate::{answer::Refusal, call::Call};

/// The part of a list that was asked for.
pub(crate) struct Page<'a> {
    call: &'a Call,
    limit: usize,
}

impl<'a> Page<'a> {
    /// Reads `limit` and `after`. Okta takes a negative limit for its default, and no page is larger than `most`.
    pub(crate) fn of(call: &'a Call, default: usize, most: usize) -> Result<Self, Refusal> {
        let limit = match call.query.value("limit") {
            None | Some("") => default,
            Some(text) => match text.parse::<i64>() {
                Ok(number) if number <= 0 => default,
                Ok(number) => usize::try_from(number).unwrap_or(most).min(most),
                Err(_) => return Err(Refusal::invalid("limit", "limit: must be a number")),
            },
        };
        Ok(Self { call, limit })
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn after(&self) -> &'a str {
        self.call.query.value("after").unwrap_or_default()
    }

    /// Returns the links of this page: itself, and the one after `cursor` if there is more.
    pub(crate) fn links(&self, cursor: Option<&str>) -> Vec<String> {
        let this = self.call.query.value("after");
        let mut links = vec![self.link("self", this)];
        links.extend(cursor.map(|cursor| self.link("next", Some(cursor))));
        links
    }

    /// The order is the one that recorded links have, whatever the order of the request was.
    fn link(&self, relation: &str, after: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        query.append_pair("limit", &self.limit.to_string());
        for name in ["q", "filter", "search", "expand", "includeNonDeleted"] {
            if let Some(value) = self.call.query.value(name) {
                query.append_pair(name, value);
            }
        }
        let Call { base, path, .. } = self.call;
        format!("<{base}{path}?{}>; rel=\"{relation}\"", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(uri: &str) -> Call {
        let request = http::Request::get(uri).body(Vec::new()).unwrap();
        Call::new(request, None)
    }

    #[test]
    fn links_have_oktas_order_and_encoding() {
        let call = call("http://org/api/v1/apps?filter=status%20eq%20%22ACTIVE%22&limit=1&q=billing");
        let page = Page::of(&call, 20, 200).unwrap();
        insta::assert_snapshot!(page.links(Some("0oa1")).join("\n"), @r#"
        <http://org/api/v1/apps?limit=1&q=billing&filter=status+eq+%22ACTIVE%22>; rel="self"
        <http://org/api/v1/apps?after=0oa1&limit=1&q=billing&filter=status+eq+%22ACTIVE%22>; rel="next"
        "#);
    }

    #[test]
    fn a_page_is_never_larger_than_the_most() {
        assert_eq!(Page::of(&call("http://org/x?limit=5000"), 20, 200).unwrap().limit(), 200);
        assert_eq!(Page::of(&call("http://org/x?limit=-1"), 20, 200).unwrap().limit(), 20);
        assert!(Page::of(&call("http://org/x?limit=many"), 20, 200).is_err());
    }
}
