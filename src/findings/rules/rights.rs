//! Scopes of Okta's own API that are granted to clients.

use super::{Danger, quoted};
use crate::diagnostic::codes::{GRANT_OF_NO_USE, MANAGE_SCOPE};
use crate::findings::view::View;

/// The granted scope.
const SCOPE: &str = "scope";
const SORT: &str = "settings.oauthClient.application_type";
const METHOD: &str = "credentials.oauthClient.token_endpoint_auth_method";
const GRANTS: &str = "settings.oauthClient.grant_types";
/// Grants by which people sign in, who lend the client their own rights.
const PEOPLE: [&str; 7] = [
    "authorization_code",
    "implicit",
    "password",
    "interaction_code",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:openid:params:grant-type:ciba",
];

/// A scope that lets a client change the org.
pub(super) fn manage(view: &View<'_>, found: &mut Vec<Danger>) {
    let Some(scope) = view.text(SCOPE).filter(|scope| scope.starts_with("okta.") && scope.ends_with(".manage")) else { return };
    let what = format!("the client may change the org: {}", quoted(&scope));
    found.push(Danger { item: scope, ..Danger::at(SCOPE, MANAGE_SCOPE, what) });
}

/// A scope that the client can never get a token with: without people, only service apps with a key can (okta-api.md, section 6).
pub(super) fn of_no_use(view: &View<'_>, found: &mut Vec<Danger>) {
    let (Some(scope), Some(client)) = (view.text(SCOPE).filter(|scope| scope.starts_with("okta.")), view.client.as_deref()) else { return };
    let Some(grants) = client.list(GRANTS) else { return };
    if grants.is_empty() || grants.iter().any(|grant| PEOPLE.contains(&grant.as_str())) {
        return;
    }
    let why = match (client.text(SORT), client.text(METHOD)) {
        (Some(sort), _) if sort != "service" => format!("is a {} client", quoted(&sort)),
        (_, Some(method)) if method != "private_key_jwt" => format!("proves who it is by {}", quoted(&method)),
        _ => return,
    };
    let what =
        format!("the client {why}, so it can get no token with {}: Okta wants a service client with `private_key_jwt`", quoted(&scope));
    found.push(Danger { item: scope, ..Danger::at(SCOPE, GRANT_OF_NO_USE, what) });
}
