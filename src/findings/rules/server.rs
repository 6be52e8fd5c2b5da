//! What authorization servers issue to whom.

use super::client::{IMPLICIT_WORDS, PASSWORD_WORDS};
use super::{Danger, listed};
use crate::diagnostic::codes::{ANY_CLIENT, ANY_SCOPE, IMPLICIT, LONG_LIVED, PASSWORD, SCOPE_CONSENT_DROPPED};
use crate::findings::view::View;
use crate::resource::authorization_server::PolicyClient;

const CLIENTS: &str = "conditions.clients.include";
const SCOPES: &str = "conditions.scopes.include";
const GRANTS: &str = "conditions.grantTypes.include";
const LIFETIME: &str = "actions.token.accessTokenLifetimeMinutes";
const CONSENT: &str = "consent";
/// A day, in minutes: the longest that Okta allows (okta-api.md, section 5).
const DAY: u64 = 24 * 60;

/// A policy for every client.
pub(super) fn any_client(view: &View<'_>, found: &mut Vec<Danger>) {
    listed(view, CLIENTS, PolicyClient::ALL, ANY_CLIENT, "the policy is open to every client there is and will be", found);
}

/// A rule for every scope.
pub(super) fn any_scope(view: &View<'_>, found: &mut Vec<Danger>) {
    listed(view, SCOPES, "*", ANY_SCOPE, "the rule lets clients have every scope that the server has and will have", found);
}

/// A rule for the implicit grant.
pub(super) fn implicit(view: &View<'_>, found: &mut Vec<Danger>) {
    listed(view, GRANTS, "implicit", IMPLICIT, IMPLICIT_WORDS, found);
}

/// A rule for the password grant.
pub(super) fn password(view: &View<'_>, found: &mut Vec<Danger>) {
    listed(view, GRANTS, "password", PASSWORD, PASSWORD_WORDS, found);
}

/// Access tokens that nobody can take back for a day.
pub(super) fn long_lived(view: &View<'_>, found: &mut Vec<Danger>) {
    if view.value(LIFETIME).and_then(|minutes| minutes.as_u64()).is_some_and(|minutes| minutes >= DAY) {
        let what = "access tokens live for a day, and whoever steals one has it for as long: nobody asks Okta whether it was revoked";
        found.push(Danger::at(LIFETIME, LONG_LIVED, what));
    }
}

/// A scope for which people were asked and are not any more.
pub(super) fn without_consent(before: &View<'_>, after: &View<'_>, found: &mut Vec<Danger>) {
    let asks = |view: &View<'_>| view.text(CONSENT).map(|consent| consent != "IMPLICIT");
    if (asks(before), asks(after)) == (Some(true), Some(false)) {
        found.push(Danger::at(CONSENT, SCOPE_CONSENT_DROPPED, "people are not asked any more before a client gets the scope"));
    }
}
