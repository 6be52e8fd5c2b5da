//! Which grants a client may ask by: of those that Okta knows, the client credentials are the one that this org has something for.

use serde_json::Value;

use super::{issuer::Issuer, scope::listed};
use crate::{answer::Refusal, families::App};

const CLIENT_CREDENTIALS: &str = "client_credentials";
/// The grants that Okta knows at this endpoint, each with what is wrong with any that is sent: nothing in this org gives out
/// codes or refresh tokens, and nobody has a password.
const GRANT_TYPES: [(&str, &str); 5] = [
    ("authorization_code", "The authorization code is invalid or has expired."),
    ("refresh_token", "The refresh token is invalid or expired."),
    ("password", "The credentials provided were invalid."),
    (CLIENT_CREDENTIALS, ""),
    ("urn:ietf:params:oauth:grant-type:device_code", "The device code is invalid or has expired."),
];

/// Refuses a grant type that nobody, or not this client, can use with an issuer.
pub(super) fn check(issuer: &Issuer, app: &App, asked: Option<&str>) -> Result<(), Refusal> {
    let all = GRANT_TYPES.map(|(name, _)| name);
    let Some(asked) = asked else {
        let text = format!("The token request must specify a 'grant_type'. Valid values: {}", listed(&all));
        return Err(Refusal::oauth(400, "invalid_request", text));
    };
    let Some((_, fault)) = GRANT_TYPES.iter().find(|(name, _)| *name == asked) else {
        let text = "The authorization grant type is not supported by the authorization server. Configured grant types:";
        return Err(Refusal::oauth(400, "unsupported_grant_type", format!("{text} {}.", listed(&all))));
    };
    let own: Vec<_> = setting(app, "grant_types").as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !own.contains(&asked) {
        let text = "The client is not authorized to use the provided grant type. Configured grant types:";
        return Err(Refusal::oauth(400, "unauthorized_client", format!("{text} {}.", listed(&own))));
    }
    match issuer {
        _ if asked != CLIENT_CREDENTIALS => Err(Refusal::oauth(400, "invalid_grant", *fault)),
        Issuer::Org => check_org_client(app),
        Issuer::Server(_) => Ok(()),
    }
}

/// Refuses a client that the org's own server gives no token of its own.
fn check_org_client(app: &App) -> Result<(), Refusal> {
    let text = if app.auth_method() != "private_key_jwt" {
        "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method."
    } else if setting(app, "application_type") != "service" {
        "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server."
    } else {
        return Ok(());
    };
    Err(Refusal::oauth(401, "invalid_client", text))
}

fn setting<'a>(app: &'a App, name: &str) -> &'a Value {
    &app.body["settings"]["oauthClient"][name]
}
