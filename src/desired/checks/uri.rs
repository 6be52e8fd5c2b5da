//! URIs that Okta would refuse.

use url::Url;

use super::fault;
use crate::desired::draft::Draft;
use crate::diagnostic::{Diagnostics, codes};
use crate::json::Path;

const LISTS: [&str; 2] = ["settings.oauthClient.redirect_uris", "settings.oauthClient.post_logout_redirect_uris"];
const PAGES: [&str; 8] = [
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "initiate_login_uri",
    "jwks_uri",
    "frontchannel_logout_uri",
    "sector_identifier_uri",
];

fn each<'d>(draft: &'d Draft<'_>, lists: &'d [&str]) -> impl Iterator<Item = (Path, &'d str)> {
    lists.iter().flat_map(|list| {
        let uris = draft.list(list).unwrap_or_default();
        uris.into_iter().enumerate().map(move |(index, uri)| (Path::of(list).index(index), uri))
    })
}

pub(super) fn redirects(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    for (path, uri) in each(draft, &LISTS) {
        let wrong = match Url::parse(&uri.replace('*', "wildcard")) {
            _ if uri.contains(char::is_whitespace) => Some("it holds white space"),
            Err(url::ParseError::RelativeUrlWithoutBase) => Some("it is not absolute"),
            Err(_) => Some("it is not a URI"),
            Ok(url) if url.fragment().is_some() => Some("it has a fragment"),
            Ok(_) => None,
        };
        if let Some(wrong) = wrong {
            let diagnostic = fault(draft, codes::URI_FORM, &path, format!("`{}` cannot be used: {wrong}", draft.place(&path)));
            diagnostics.push(diagnostic.help("write the whole URI with its scheme and without `#`"));
        }
    }
}

pub(super) fn wildcards(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let switch = Path::of("settings.oauthClient.wildcard_redirect");
    let off = switch.find(&draft.body).is_some_and(|value| value.is_null() || value == "DISABLED");
    for (path, uri) in each(draft, &LISTS).filter(|(_, uri)| uri.contains('*')) {
        if let Err(wrong) = wildcard(uri) {
            let diagnostic =
                fault(draft, codes::WILDCARD, &path, format!("`{}` has a wildcard where there can be none: {wrong}", draft.place(&path)));
            diagnostics.push(diagnostic.help("list the URIs without a wildcard"));
        } else if off {
            let diagnostic = fault(
                draft,
                codes::WILDCARD,
                &path,
                format!("`{}` has a wildcard, and `wildcard_redirect` does not allow it", draft.place(&path)),
            );
            let diagnostic = diagnostic.related(draft.origin(&switch), "not allowed here");
            diagnostics.push(diagnostic.help("list the URIs without a wildcard, or set `wildcard_redirect: SUBDOMAIN`"));
        }
    }
}

/// Holds a URI with a wildcard to Okta's rules for `SUBDOMAIN`.
fn wildcard(uri: &str) -> Result<(), &'static str> {
    let rest = uri.strip_prefix("https://").ok_or("the scheme is not https")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if rest.matches('*').count() > 1 {
        return Err("there is more than one `*`");
    }
    let host = authority.split(':').next().unwrap_or_default();
    let mut labels = host.split('.');
    if !labels.next().is_some_and(|lowest| lowest.contains('*')) {
        return Err("it is not in the lowest label of the host");
    }
    if labels.count() < 2 { Err("there is no label between it and the top-level domain") } else { Ok(()) }
}

pub(super) fn pages(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let Some(client) = draft.value("settings.oauthClient") else { return };
    for field in PAGES {
        let Some(text) = client.get(field).and_then(|value| value.as_str()) else { continue };
        let path = Path::of("settings.oauthClient").key(field);
        // Okta takes a wildcard in the address of a logout (recorded: `https://*.example.com/logout`).
        let readable = text.replace('*', "wildcard");
        if !Url::parse(&readable).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            let diagnostic = fault(draft, codes::URI_FORM, &path, format!("`{}` is not an http or https URL", draft.place(&path)));
            diagnostics.push(diagnostic.help("write the whole URL, starting with `https://`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_in_the_lowest_label_of_an_https_host() {
        for uri in ["https://*.example.com/cb", "https://app-*.example.com:8443", "https://*-x.eu.example.com/?a"] {
            assert_eq!(wildcard(uri), Ok(()), "{uri}");
        }
        let refused =
            ["http://*.example.com", "https://*.com", "https://a.*.example.com", "https://*.*.example.com", "https://a.example.com/*", "*"];
        insta::assert_snapshot!(refused.map(|uri| format!("{uri}: {}", wildcard(uri).unwrap_err())).join("\n"), @"
        http://*.example.com: the scheme is not https
        https://*.com: there is no label between it and the top-level domain
        https://a.*.example.com: it is not in the lowest label of the host
        https://*.*.example.com: there is more than one `*`
        https://a.example.com/*: it is not in the lowest label of the host
        *: the scheme is not https
        ");
    }
}
