//! What the developer portal registers, and whom it trusts for it.

use url::Url;

use super::client::{IMPLICIT_WORDS, PASSWORD_WORDS};
use super::{Danger, listed, quoted};
use crate::diagnostic::codes::{IMPLICIT, NARROWED, NO_CERTIFICATE_CHECK, PASSWORD, TOKEN_OF_ANOTHER};
use crate::findings::view::View;
use crate::resource::oauth_provider::TOKEN;

const GRANTS: &str = "GrantType";
const RESPONSES: &str = "ResponseTypes";
const DISCOVERY: &str = "WellKnownURL";
const INSECURE: &str = "SSLInsecureSkipVerify";

/// A provider whose certificate nobody looks at.
pub(super) fn unchecked_certificate(view: &View<'_>, found: &mut Vec<Danger>) {
    if view.flag(INSECURE) == Some(true) {
        let what = "the portal does not check the provider's certificate: whoever is on the way reads the registration token and every client secret";
        found.push(Danger::at(INSECURE, NO_CERTIFICATE_CHECK, what));
    }
}

/// Clients that are registered for the implicit grant.
pub(super) fn implicit(view: &View<'_>, found: &mut Vec<Danger>) {
    listed(view, GRANTS, "implicit", IMPLICIT, IMPLICIT_WORDS, found);
}

/// Clients that are registered for the password grant.
pub(super) fn password(view: &View<'_>, found: &mut Vec<Danger>) {
    listed(view, GRANTS, "password", PASSWORD, PASSWORD_WORDS, found);
}

/// Another machine that is sent the token of the one before. Of a plan it is not known whether a token that is sent along is the old one.
pub(super) fn token_of_another(before: &View<'_>, after: &View<'_>, found: &mut Vec<Danger>) {
    let machine = |view: &View<'_>| Url::parse(&view.text(DISCOVERY)?).ok().map(|url| url.origin());
    let (Some(was), Some(is)) = (machine(before), machine(after)) else { return };
    let stays = |view: &View<'_>| view.facts.get(TOKEN).cloned();
    // A token that is null is none.
    let renewed = stays(after).is_some_and(|token| token.is_null() || stays(before) != Some(token));
    if was != is && !renewed {
        let (was, is) = (was.ascii_serialization(), is.ascii_serialization());
        let what = format!("the portal would send {} the registration token that {} trusts", quoted(&is), quoted(&was));
        found.push(Danger::at(DISCOVERY, TOKEN_OF_ANOTHER, what));
    }
}

/// A client type that allows less: the clients that it has registered keep what they have.
pub(super) fn narrowed(before: &View<'_>, after: &View<'_>, found: &mut Vec<Danger>) {
    for (list, words) in [(GRANTS, "grant type"), (RESPONSES, "response type")] {
        let (Some(was), Some(is)) = (before.list(list), after.list(list)) else { continue };
        let gone: Vec<_> = was.iter().filter(|item| !is.contains(item)).map(|item| quoted(item)).collect();
        if !gone.is_empty() {
            let plural = if gone.len() > 1 { "s" } else { "" };
            let what = format!("new clients are registered without the {words}{plural} {}; those that there are keep it", gone.join(", "));
            found.push(Danger { item: list.to_owned(), ..Danger::at(list, NARROWED, what) });
        }
    }
}
