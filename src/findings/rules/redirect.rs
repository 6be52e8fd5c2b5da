//! Redirect URIs that somebody else may answer at.

use url::{Host, Url};

use super::{Danger, quoted};
use crate::diagnostic::codes::{REDIRECT_ADDRESS, REDIRECT_HTTP, REDIRECT_WILDCARD};
use crate::findings::view::View;

const REDIRECTS: &str = "settings.oauthClient.redirect_uris";

/// A wildcard: whoever gets hold of one host below it is sent codes and tokens.
pub(super) fn wildcard(view: &View<'_>, found: &mut Vec<Danger>) {
    for (index, uri) in uris(view) {
        if authority(&uri).contains('*') {
            let what =
                format!("the redirect URI {} holds a wildcard: whoever has one host below it is sent codes and tokens", quoted(&uri));
            found.push(Danger::item(REDIRECTS, index, &uri, REDIRECT_WILDCARD, what));
        }
    }
}

/// Plain http to another machine: whoever is on the way reads the code.
pub(super) fn plain_http(view: &View<'_>, found: &mut Vec<Danger>) {
    for (index, uri) in uris(view) {
        if uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:")) && !is_loopback(&uri) {
            let what = format!("the redirect URI {} is plain http to another machine: whoever is on the way reads the code", quoted(&uri));
            found.push(Danger::item(REDIRECTS, index, &uri, REDIRECT_HTTP, what));
        }
    }
}

/// The address of another machine: it may be somebody else's tomorrow.
pub(super) fn address(view: &View<'_>, found: &mut Vec<Danger>) {
    for (index, uri) in uris(view) {
        let is_address = matches!(Url::parse(&uri).ok().as_ref().and_then(Url::host), Some(Host::Ipv4(_) | Host::Ipv6(_)));
        if is_address && !is_loopback(&uri) {
            let what = format!("the redirect URI {} is the address of a machine, which may be another's tomorrow", quoted(&uri));
            found.push(Danger::item(REDIRECTS, index, &uri, REDIRECT_ADDRESS, what));
        }
    }
}

fn uris(view: &View<'_>) -> impl Iterator<Item = (usize, String)> + use<> {
    view.list(REDIRECTS).unwrap_or_default().into_iter().enumerate()
}

/// Returns what stands between the scheme and the path.
fn authority(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn is_loopback(uri: &str) -> bool {
    match Url::parse(uri).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
