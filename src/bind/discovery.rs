//! Which issuer of the org the discovery document of a portal's provider is: where the two systems meet.
//!
//! An org answers at its own address and at those of its custom domains, which the issuers of its authorization servers tell.

use url::{Origin, Url};

use super::BoundPortal;
use crate::address::Kind;
use crate::desired::{Desired, PortalObject};
use crate::observed::{LivePart, LivePortal, Observed};

/// Where discovery documents are (RFC 8414 and OpenID Connect Discovery), below the issuer.
const DOCUMENTS: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

/// Returns the issuer, or its path, whose discovery document is at a URL, or at a path; `None` if it is that of no discovery document.
pub fn issuer_at(document: &str) -> Option<&str> {
    DOCUMENTS.iter().find_map(|place| document.strip_suffix(place))
}

/// A declared provider of the type `Okta`, and what its `WellKnownURL` discovers.
#[derive(Debug, Clone, Copy)]
pub struct Discovered<'a> {
    /// The provider.
    pub provider: &'a PortalObject,
    /// The live provider, if there is one.
    pub live: Option<&'a LivePortal>,
    /// The issuer, seen from the org that was read.
    pub issuer: Issuer<'a>,
}

/// What a `WellKnownURL` discovers.
#[derive(Debug, Clone, Copy)]
pub enum Issuer<'a> {
    /// The org's own authorization server, which has no scopes of anybody's own.
    Org,
    /// One of the org's other authorization servers.
    Server(&'a LivePart),
    /// An authorization server that the org has not.
    NoServer,
    /// Nothing: it is an address of the org, but of no discovery document.
    NoDocument,
    /// Something elsewhere.
    Elsewhere,
    /// Nobody knows: the org's authorization servers may not be listed.
    Unread,
}

/// Tells whether anything is declared that org and portal must agree in, and both were read.
pub fn is_between(desired: &Desired, observed: &Observed) -> bool {
    observed.org.is_some() && observed.portal.is_some() && providers(desired).next().is_some()
}

/// Returns what the declared providers of the type `Okta` discover.
pub(super) fn discoveries<'a>(desired: &'a Desired, observed: &'a Observed, portal: &[BoundPortal<'a>]) -> Vec<Discovered<'a>> {
    if !is_between(desired, observed) {
        return Vec::new();
    }
    let discovered = |(provider, url): (&'a PortalObject, &str)| {
        let live = portal.iter().find(|object| object.wanted.address == provider.address).and_then(|object| object.live);
        Some(Discovered { provider, live, issuer: issuer(url, observed)? })
    };
    providers(desired).filter_map(discovered).collect()
}

fn providers(desired: &Desired) -> impl Iterator<Item = (&PortalObject, &str)> {
    let of_okta = |object: &&PortalObject| object.kind() == Kind::OAuthProvider && object.text("Type") == Some("Okta");
    desired.portal.iter().filter(of_okta).filter_map(|provider| Some((provider, provider.text("WellKnownURL")?)))
}

fn issuer<'a>(url: &str, observed: &'a Observed) -> Option<Issuer<'a>> {
    let servers = &observed.servers.listed;
    if observed.denied.is_some() && servers.is_empty() {
        return Some(Issuer::Unread);
    }
    let org = observed.org.as_ref()?;
    let own = std::iter::once(org.url.as_str()).chain(servers.iter().filter_map(|server| server.issuer.as_deref()));
    let own: Vec<Origin> = own.filter_map(|url| Url::parse(url).ok()).map(|url| url.origin()).collect();
    let url = Url::parse(url).ok()?;
    if !own.contains(&url.origin()) {
        return Some(Issuer::Elsewhere);
    }
    let Some(path) = issuer_at(url.path()) else { return Some(Issuer::NoDocument) };
    let Some(server) = path.strip_prefix("/oauth2/") else {
        return Some(if path.is_empty() { Issuer::Org } else { Issuer::NoDocument });
    };
    // The built-in server answers to `default` as to its id (okta-api.md, section 5).
    let found = servers.iter().find(|live| live.id.0 == server || live.own && server == "default");
    Some(found.map_or(Issuer::NoServer, Issuer::Server))
}
