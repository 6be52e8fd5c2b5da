//! A request for a token becomes one, or the reason why there is none: by which grant, with which key, for what, and for how long.

use serde_json::{Map, json};

use super::{
    access_token::{Grant, mint},
    claims,
    client::Form,
    grant_type,
    issuer::Issuer,
    policy, possession, scope,
};
use crate::{
    answer::{Answer, Refusal},
    families::{App, Exchange},
};

/// How long the org's own tokens are good for, in seconds.
const ORG_LIFETIME: i64 = 3_600;

/// Answers a client that asks for a token.
pub(super) fn answer(x: &mut Exchange<'_>, issuer: &Issuer, form: &Form, app: &App) -> Result<Answer, Refusal> {
    grant_type::check(issuer, app, form.value("grant_type"))?;
    let thumbprint = possession::prove(x, app)?;
    let (scopes, lifetime, claims) = match issuer {
        Issuer::Org => (scope::of_org(x, app, form.value("scope"))?, ORG_LIFETIME, Map::new()),
        Issuer::Server(server) => {
            let scopes = scope::of_server(x, server, form.value("scope"))?;
            let lifetime = policy::lifetime(x, server, app.client_id(), &scopes)?;
            let claims = claims::of_server(x, server, app.client_id(), &scopes);
            (scopes, lifetime, claims)
        }
    };
    let grant = Grant { client_id: app.client_id().to_owned(), scopes, lifetime, thumbprint, claims };
    let access_token = mint(x, issuer, &grant)?;
    let body = json!({
        "token_type": if grant.thumbprint.is_some() { "DPoP" } else { "Bearer" },
        "expires_in": grant.lifetime,
        "access_token": access_token,
        "scope": grant.scopes.join(" "),
    });
    Ok(Answer::ok(body).with_header("pragma", "no-cache"))
}
