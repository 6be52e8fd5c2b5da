//! Checks of what documents declare together: whatever the server would refuse, or change without a word (okta-api.md, 1.3, 1.4, 2;
//! tyk-portal-api.md, 3, 4).
//!
//! A check speaks of what is declared and of nothing else: a field that no document of the app declares may have any value at the server.

mod client;
mod combination;
mod credentials;
mod groups;
mod identity;
mod keys;
mod portal;
mod server;
mod server_rule;
mod uri;

use super::draft::Draft;
use super::{PortalObject, Server};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::json::Path;
use crate::manifest::Document;

/// A check of one app.
type Check = fn(&Draft<'_>, &mut Diagnostics);

/// Every check of one app, by name.
const CHECKS: [(&str, Check); 22] = [
    ("grant types of the application type", combination::grant_types),
    ("response types of the grant types", combination::response_types),
    ("refresh token settings have their grant", combination::refresh_token),
    ("a leeway goes with rotation", combination::leeway),
    ("backchannel settings have their grant", combination::backchannel),
    ("sign-in started by Okta can work", combination::idp_initiated),
    ("grants that redirect have a redirect URI", combination::redirect_missing),
    ("front-channel logout suits the application type", combination::logout),
    ("redirect URIs are absolute", uri::redirects),
    ("wildcards stand where they may", uri::wildcards),
    ("addresses of pages are URLs", uri::pages),
    ("client id", credentials::client_id),
    ("public clients use PKCE", credentials::pkce),
    ("secrets suit the method", credentials::secrets_unused),
    ("a private key suits the method", credentials::private_key_unused),
    ("two secrets at most", credentials::secrets_too_many),
    ("secrets differ", credentials::secrets_alike),
    ("keys are given in one way", credentials::keys_twice),
    ("keys are well-formed", keys::well_formed),
    ("scopes are granted once, by the org", identity::scopes),
    ("groups are assigned once, in an order", groups::assigned_once),
    ("groups decide who has access", groups::decide),
];

/// Runs every check.
pub(super) fn run(
    drafts: &[Draft<'_>],
    clients: &[Draft<'_>],
    portal: &[PortalObject],
    servers: &[Server],
    documents: &[Document],
    diagnostics: &mut Diagnostics,
) {
    for draft in drafts {
        for (_, check) in CHECKS {
            check(draft, diagnostics);
        }
    }
    client::run(clients, drafts, diagnostics);
    identity::documents(drafts, clients, documents, diagnostics);
    identity::client_ids(drafts, diagnostics);
    identity::ids(drafts, diagnostics);
    portal::run(portal, documents, diagnostics);
    server::run(servers, documents, diagnostics);
}

/// Returns an error about a declared field.
fn fault(draft: &Draft<'_>, code: Code, path: &Path, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, Some(draft.origin(path)), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_have_different_names() {
        let names: std::collections::BTreeSet<_> = CHECKS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), CHECKS.len());
        let names: std::collections::BTreeSet<_> = client::CHECKS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), client::CHECKS.len());
    }
}
