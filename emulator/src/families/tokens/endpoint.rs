//! `/oauth2/v1/{token,introspect,revoke}` and the same below `/oauth2/{id}`: what a client sends to an issuer, and who it is.
//!
//! Every endpoint looks first at who issues, then at who asks. The descriptions of refusals are those of Okta's catalogue of
//! OAuth errors.

use super::{
    client::{self, Form},
    introspection, issuance,
    issuer::Issuer,
    revocation,
};
use crate::{
    access::{Caller, Client},
    answer::{Answer, Refusal},
    families::Exchange,
};

/// What clients ask an issuer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Token,
    Introspect,
    Revoke,
}

impl Endpoint {
    /// Returns the endpoint of the last segment of a path.
    pub(crate) fn of(segment: &str) -> Option<Self> {
        match segment {
            "token" => Some(Self::Token),
            "introspect" => Some(Self::Introspect),
            "revoke" => Some(Self::Revoke),
            _ => None,
        }
    }
}

/// Answers a client at an endpoint of a server, or of the org.
pub(crate) fn answer(x: &mut Exchange<'_>, server: Option<&str>, endpoint: Endpoint) -> Result<Answer, Refusal> {
    let issuer = Issuer::find(x, server)?;
    let form = client::form(x.call, endpoint)?;
    let app = client::authenticate(x, &form, &x.url(&x.call.path))?;
    x.caller = Caller::Client(Client { id: app.client_id().to_owned(), label: app.label().to_owned() });
    match endpoint {
        Endpoint::Token => issuance::answer(x, &issuer, &form, &app),
        Endpoint::Introspect => Ok(introspection::answer(x, &issuer, token(&form)?)),
        Endpoint::Revoke => revocation::answer(x, &issuer, token(&form)?, app.client_id()),
    }
}

/// Returns the token that a request is about. Of which type it is said to be is a hint that nothing depends on: access tokens
/// are all that there is.
fn token(form: &Form) -> Result<&str, Refusal> {
    form.value("token").ok_or_else(|| Refusal::oauth(400, "invalid_request", "The 'token' parameter is required."))
}
