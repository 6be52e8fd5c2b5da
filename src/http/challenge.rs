//! The `WWW-Authenticate` header of a refusal to what it says is wrong and which scope is needed (RFC 6750, section 3).

use http::{HeaderMap, header};

/// What a server says about the access token that it refused. Its texts are as they came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) error: Option<String>,
    pub(super) description: Option<String>,
    pub(super) scope: Option<String>,
}

impl Challenge {
    /// Reads the header of an answer; what is not there stays empty.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let of = |name: &str| parameters(text).find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let error = of("error");
        // The scope is what was missing only if that is what is wrong: Okta names it whatever is.
        let scope = of("scope").filter(|_| error.as_deref() == Some("insufficient_scope"));
        Self { error, description: of("error_description"), scope }
    }
}

/// Returns the quoted parameters of a challenge.
fn parameters(text: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (before, after) = rest.split_once("=\"")?;
        let name = before.rsplit([' ', ',', '\t']).next().unwrap_or_default();
        let mut value = String::new();
        let mut escaped = false;
        let end = after.char_indices().find(|(_, c)| {
            if escaped || !matches!(c, '"' | '\\') {
                value.push(*c);
                escaped = false;
                return false;
            }
            escaped = *c == '\\';
            !escaped
        });
        rest = end.map_or("", |(at, _)| &after[at + 1..]);
        Some((name, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Challenge {
        Challenge::of(&[(header::WWW_AUTHENTICATE, text.parse().unwrap())].into_iter().collect())
    }

    #[test]
    fn the_missing_scope_is_named() {
        let challenge = of(
            r#"Bearer authorization_uri="http://acme.okta.com/oauth2/v1/authorize", realm="http://acme.okta.com", scope="okta.apps.read", error="insufficient_scope", error_description="The \"token\" lacks, it", resource="/api/v1/apps""#,
        );
        let [error, description, scope] =
            ["insufficient_scope", "The \"token\" lacks, it", "okta.apps.read"].map(|text| Some(text.to_owned()));
        assert_eq!(challenge, Challenge { error, description, scope });
    }

    #[test]
    fn a_scope_that_is_not_what_is_wrong_is_not_missing() {
        assert_eq!(of(r#"Bearer scope="okta.apps.read", error="invalid_token""#).scope, None);
        for text in ["", "Bearer", "Negotiate abc==", r#"Bearer error="open"#, "=\"", "Bearer error=bare"] {
            assert_eq!(of(text).scope, None, "{text}");
        }
    }
}
