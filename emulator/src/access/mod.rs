//! Who calls, and whether they may: the `Authorization` header of a request to the management API becomes a caller or a
//! refusal.
//!
//! An API token (`SSWS`) may do what its owner may, which is everything. An access token (`Bearer`, or `DPoP` with a proof) of
//! the org's own may do what its scopes and, if the org is so, its client's admin roles say. What is wrong with one is said as RFC 6750 and RFC 9449 have it, in the words of
//! Okta's catalogue of OAuth errors.

mod challenge;
mod scopes;

use self::{
    challenge::{Challenge, Scheme},
    scopes::Need,
};
use crate::{
    answer::Refusal,
    families::{AccessToken, App, Exchange, Unusable, client_roles, read_access_token},
    route::Route,
    store::Table,
    switches::{ClientAdminRoles, OAuthRefusalBody},
    tokens::dpop,
};

/// Whose request it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Nobody whom the org knows, on a route that is open to everybody.
    #[default]
    Nobody,
    /// The owner of the org's API token.
    Owner,
    /// A service app, with an access token.
    Client(Client),
}

/// An OAuth client that calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    /// Its `client_id`.
    pub(crate) id: String,
    /// What its app is called.
    pub(crate) label: String,
}

/// Returns who calls a route, or why they may not. A path without a route is of no use to anybody, but is told so only to
/// those whom the org knows.
pub(crate) fn admit(x: &Exchange<'_>, route: Option<Route<'_>>) -> Result<Caller, Refusal> {
    if route.is_some_and(Route::is_public) {
        return Ok(Caller::Nobody);
    }
    // Which of two is meant nobody can tell.
    let header = x.call.authorization.as_deref().filter(|_| !x.call.authorization_repeated);
    let header = header.ok_or_else(Refusal::bad_token)?;
    // Okta's Python SDK sends no space between the scheme and the token.
    if header.strip_prefix("SSWS").is_some_and(|token| token.trim() == x.organization.token) {
        return Ok(Caller::Owner);
    }
    let (scheme, token) = header.split_once(' ').ok_or_else(Refusal::bad_token)?;
    let token = token.trim();
    match scheme {
        _ if scheme.eq_ignore_ascii_case("Bearer") => admit_client(x, route, Scheme::Bearer, token),
        _ if scheme.eq_ignore_ascii_case("DPoP") => admit_client(x, route, Scheme::DPoP, token),
        _ => Err(Refusal::bad_token()),
    }
}

/// Admits who presents an access token: a good one, used as it is bound, of a client that is there, with the right scope.
fn admit_client(x: &Exchange<'_>, route: Option<Route<'_>>, scheme: Scheme, token: &str) -> Result<Caller, Refusal> {
    let need = Need::of(&x.call.segments(), &x.call.method);
    let challenge = Challenge { call: x.call, scheme, scope: need.as_ref().map(Need::named) };
    let refuse = |refusal: Refusal, error: &str, description: &str| {
        let empty = refusal.status == 400 || x.switches.oauth_refusal_body() == OAuthRefusalBody::Empty;
        let refusal = if empty { refusal.without_body() } else { refusal };
        refusal.with_header("www-authenticate", challenge.with_error(error, description))
    };
    let unusable = |description| refuse(Refusal::bad_token(), "invalid_token", description);
    let bad_request = |error, description| refuse(Refusal::bad_request(), error, description);

    let access = read_access_token(x, token).map_err(|why| unusable(described(why)))?;
    if access.audience != x.call.base {
        return Err(unusable("The access token provided is not intended for Okta."));
    }
    match (scheme, &access.thumbprint) {
        (Scheme::Bearer, None) => {}
        (Scheme::Bearer, Some(_)) if x.call.proofs.is_empty() => {
            return Err(bad_request("invalid_request", "The resource request requires a DPoP proof."));
        }
        (Scheme::Bearer, Some(_)) => {
            let description = "The resource request must use the DPoP authentication scheme when using a DPoP bound token.";
            return Err(bad_request("invalid_request", description));
        }
        (Scheme::DPoP, None) => return Err(unusable("The presented access_token is not DPoP bound.")),
        (Scheme::DPoP, Some(jkt)) => {
            prove(x, token, jkt).map_err(|fault| bad_request("invalid_dpop_proof", fault.description()))?;
        }
    }
    let client = client(x, &access)?.ok_or_else(|| unusable("The access token is invalid."))?;
    match need {
        Some(need) if need.is_met_by(&access.scopes) => {
            if may(x, &client, &need)? {
                Ok(Caller::Client(client))
            } else {
                Err(Refusal::not_permitted())
            }
        }
        Some(_) => {
            let description = "The access token provided does not contain the required scopes.";
            Err(refuse(Refusal::not_permitted(), "insufficient_scope", description))
        }
        None if route.is_none() => Ok(Caller::Client(client)),
        None => Err(Refusal::invalid_session()),
    }
}

fn prove(x: &Exchange<'_>, token: &str, jkt: &str) -> Result<(), dpop::Fault> {
    let proof = dpop::read(x.call, x.at, Some(token))?;
    proof.check_binding(jkt)?;
    proof.spend(x.used, x.at)
}

/// Returns the client that a token is for, if it is there and active.
fn client(x: &Exchange<'_>, access: &AccessToken) -> Result<Option<Client>, Refusal> {
    let Some(app) = x.tx.get::<String>(Table::ClientIds, &access.client_id)? else {
        return Ok(None);
    };
    let app = x.tx.get::<App>(Table::Apps, &app)?.filter(|app| app.body["status"] == "ACTIVE");
    Ok(app.map(|app| Client { id: app.client_id().to_owned(), label: app.label().to_owned() }))
}

/// Says whether the admin roles of a client go as far as its scopes.
fn may(x: &Exchange<'_>, client: &Client, need: &Need) -> Result<bool, Refusal> {
    if x.switches.client_admin_roles() == ClientAdminRoles::Assumed {
        return Ok(true);
    }
    let roles = client_roles(x, &client.id)?;
    Ok(roles.iter().any(|role| need.is_reading() || role.kind != "READ_ONLY_ADMIN"))
}

fn described(why: Unusable) -> &'static str {
    match why {
        Unusable::Invalid => "The access token is invalid.",
        Unusable::ForeignIssuer => "The access token provided has an invalid issuer.",
        Unusable::Expired => "The token has expired.",
        Unusable::Revoked => "The access token has been revoked.",
    }
}
