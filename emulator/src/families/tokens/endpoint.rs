//! `/oauth2/v1/{token,introspect,revoke}` and the same below `/oauth2/{id}`: a form from a client becomes a token.
//!
//! A request is looked at in this order: who issues, who asks, by which grant, for what. The descriptions of refusals are those of
//! Okta's catalogue of OAuth errors.

use serde_json::{Map, Value, json};

use super::{
    access_token::{Grant, mint},
    claims,
    client::{self, Form},
    issuer::Issuer,
    policy, scope,
};
use crate::{
    answer::{Answer, Refusal},
    families::{App, Exchange},
};

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
/// How long the org's own tokens are good for, in seconds.
const ORG_LIFETIME: i64 = 3_600;

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
    let form = client::form(x.call)?;
    let app = client::authenticate(x, &form, &x.url(&x.call.path))?;
    match endpoint {
        Endpoint::Token => token(x, &issuer, &form, &app),
        Endpoint::Introspect | Endpoint::Revoke => Err(Refusal::no_such_method()),
    }
}

fn token(x: &mut Exchange<'_>, issuer: &Issuer, form: &Form, app: &App) -> Result<Answer, Refusal> {
    check_grant_type(app, form.value("grant_type"))?;
    if matches!(issuer, Issuer::Org) {
        check_org_client(app)?;
    }
    let grant = match issuer {
        Issuer::Org => {
            let scopes = scope::of_org(x, app, form.value("scope"))?;
            Grant { client_id: app.client_id().to_owned(), scopes, lifetime: ORG_LIFETIME, thumbprint: None, claims: Map::new() }
        }
        Issuer::Server(server) => {
            let scopes = scope::of_server(x, server, form.value("scope"))?;
            let lifetime = policy::lifetime(x, server, app.client_id(), &scopes)?;
            let claims = claims::of_server(x, server, app.client_id(), &scopes);
            Grant { client_id: app.client_id().to_owned(), scopes, lifetime, thumbprint: None, claims }
        }
    };
    let access_token = mint(x, issuer, &grant)?;
    let body = json!({
        "token_type": "Bearer",
        "expires_in": grant.lifetime,
        "access_token": access_token,
        "scope": grant.scopes.join(" "),
    });
    Ok(Answer::ok(body).with_header("pragma", "no-cache"))
}

/// Refuses a grant type that nobody, or not this client, can use.
fn check_grant_type(app: &App, asked: Option<&str>) -> Result<(), Refusal> {
    let all = GRANT_TYPES.map(|(name, _)| name);
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else {
        let text = format!("The token request must specify a 'grant_type'. Valid values: {}", scope::listed(&all));
        return Err(Refusal::oauth(400, "invalid_request", text));
    };
    let Some((_, fault)) = GRANT_TYPES.iter().find(|(name, _)| *name == asked) else {
        let text = "The authorization grant type is not supported by the authorization server. Configured grant types:";
        return Err(Refusal::oauth(400, "unsupported_grant_type", format!("{text} {}.", scope::listed(&all))));
    };
    let own: Vec<_> = setting(app, "grant_types").as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !own.contains(&asked) {
        let text = "The client is not authorized to use the provided grant type. Configured grant types:";
        return Err(Refusal::oauth(400, "unauthorized_client", format!("{text} {}.", scope::listed(&own))));
    }
    if asked == CLIENT_CREDENTIALS { Ok(()) } else { Err(Refusal::oauth(400, "invalid_grant", *fault)) }
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
