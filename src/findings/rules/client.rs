//! How a client gets its tokens, and proves that it is the one.

use super::{Danger, listed, quoted};
use crate::diagnostic::codes::{
    CONSENT_DROPPED, DPOP_OFF, IMPLICIT, NO_AUTHENTICATION, NO_PKCE, NO_ROTATION, PASSWORD, SYMMETRIC, WEAKER_METHOD,
};
use crate::findings::view::View;

const SORT: &str = "settings.oauthClient.application_type";
const GRANTS: &str = "settings.oauthClient.grant_types";
const METHOD: &str = "credentials.oauthClient.token_endpoint_auth_method";
const PKCE: &str = "credentials.oauthClient.pkce_required";
const ROTATION: &str = "settings.oauthClient.refresh_token.rotation_type";
const DPOP: &str = "settings.oauthClient.dpop_bound_access_tokens";
const CONSENT: &str = "settings.oauthClient.consent_method";
/// Algorithms by which the client signs what it asks for.
const ALGORITHMS: [&str; 2] =
    ["settings.oauthClient.request_object_signing_alg", "settings.oauthClient.backchannel_authentication_request_signing_alg"];

/// What is said of the implicit grant, wherever it is allowed.
pub(super) const IMPLICIT_WORDS: &str =
    "the implicit grant puts tokens into URLs, where histories, logs and other sites read them, and binds them to nobody";
/// What is said of the password grant, wherever it is allowed.
pub(super) const PASSWORD_WORDS: &str = "the password grant teaches people to type their password into clients, and knows no second factor";

/// The implicit grant.
pub(super) fn implicit(view: &View<'_>, found: &mut Vec<Danger>) {
    listed(view, GRANTS, "implicit", IMPLICIT, IMPLICIT_WORDS, found);
}

/// The password grant.
pub(super) fn password(view: &View<'_>, found: &mut Vec<Danger>) {
    listed(view, GRANTS, "password", PASSWORD, PASSWORD_WORDS, found);
}

/// A public client that need not use PKCE.
pub(super) fn without_pkce(view: &View<'_>, found: &mut Vec<Danger>) {
    let sort = view.text(SORT).filter(|sort| matches!(sort.as_str(), "native" | "browser"));
    let redirects = view.list(GRANTS).is_none_or(|grants| grants.iter().any(|grant| grant == "authorization_code"));
    if view.flag(PKCE) == Some(false) && redirects && (sort.is_some() || view.is(METHOD, "none")) {
        let sort = sort.as_deref().unwrap_or("public");
        let what = format!("PKCE is not required of a {sort} client: whoever gets hold of a code can redeem it");
        found.push(Danger::at(PKCE, NO_PKCE, what));
    }
}

/// A client that could keep a secret, and need not prove anything.
pub(super) fn unauthenticated(view: &View<'_>, found: &mut Vec<Danger>) {
    let Some(sort) = view.text(SORT).filter(|sort| matches!(sort.as_str(), "web" | "service")) else { return };
    if view.is(METHOD, "none") {
        let what =
            format!("a {sort} client can keep a secret, and need not prove that it is the one: whoever knows its id can redeem its codes");
        found.push(Danger::at(METHOD, NO_AUTHENTICATION, what));
    }
}

/// A client in a browser whose refresh tokens stay the same.
pub(super) fn without_rotation(view: &View<'_>, found: &mut Vec<Danger>) {
    let refreshes = view.list(GRANTS).is_none_or(|grants| grants.iter().any(|grant| grant == "refresh_token"));
    // What binds a token to a key does what rotation is for.
    if view.is(SORT, "browser") && refreshes && view.is(ROTATION, "STATIC") && view.flag(DPOP) != Some(true) {
        let what = "the refresh tokens of a browser client are not rotated: one that is stolen works until it ends, and nobody notices";
        found.push(Danger::at(ROTATION, NO_ROTATION, what));
    }
}

/// Requests that are signed with the client's secret.
pub(super) fn symmetric(view: &View<'_>, found: &mut Vec<Danger>) {
    for path in ALGORITHMS {
        if let Some(algorithm) = view.text(path).filter(|algorithm| algorithm.starts_with("HS")) {
            let what = format!("requests are signed with a symmetric key ({}): whoever can check one can forge one", quoted(&algorithm));
            found.push(Danger { item: path.to_owned(), ..Danger::at(path, SYMMETRIC, what) });
        }
    }
}

/// How much a way of authenticating proves.
fn strength(method: &str) -> Option<u8> {
    match method {
        "none" => Some(0),
        "client_secret_basic" | "client_secret_post" => Some(1),
        // The secret is never sent.
        "client_secret_jwt" => Some(2),
        "private_key_jwt" => Some(3),
        _ => None,
    }
}

/// A way of authenticating that proves less than the one before.
pub(super) fn weaker_method(before: &View<'_>, after: &View<'_>, found: &mut Vec<Danger>) {
    let (Some(was), Some(is)) = (before.text(METHOD), after.text(METHOD)) else { return };
    if strength(&was).zip(strength(&is)).is_some_and(|(was, is)| is < was) {
        let what = format!("the client proves who it is by {} from now on, which is weaker than {}", quoted(&is), quoted(&was));
        found.push(Danger::at(METHOD, WEAKER_METHOD, what));
    }
}

/// Tokens that were bound to a key and are not any more.
pub(super) fn unbound(before: &View<'_>, after: &View<'_>, found: &mut Vec<Danger>) {
    if (before.flag(DPOP), after.flag(DPOP)) == (Some(true), Some(false)) {
        let what = "access tokens are not bound to a key any more (DPoP): one that is stolen works for whoever has it";
        found.push(Danger::at(DPOP, DPOP_OFF, what));
    }
}

/// People who were asked and are not any more.
pub(super) fn without_consent(before: &View<'_>, after: &View<'_>, found: &mut Vec<Danger>) {
    if before.is(CONSENT, "REQUIRED") && after.is(CONSENT, "TRUSTED") {
        let what = "people are not asked any more whether the client may act for them";
        found.push(Danger::at(CONSENT, CONSENT_DROPPED, what));
    }
}
