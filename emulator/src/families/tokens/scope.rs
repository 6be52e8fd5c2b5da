//! The scopes that a client gets: those it asks for, or a server's default ones, or a refusal.

use crate::{
    answer::Refusal,
    families::{
        App, Exchange, grants,
        servers::{self, Scope, Server},
    },
    switches::UngrantedScopes,
};

/// What nobody can have without a person.
const OPENID: &str = "Cannot request 'openid' scopes using client credentials.";
const UNKNOWN: &str = "One or more scopes are not configured for the authorization server resource.";
/// The scopes of OpenID Connect that the org itself has.
const ORG_OPENID: [&str; 8] = ["openid", "email", "profile", "address", "phone", "offline_access", "groups", "device_sso"];

/// Returns the scopes that a client gets of an authorization server, unless its policies say otherwise.
pub(super) fn of_server(x: &Exchange<'_>, server: &Server, asked: Option<&str>) -> Result<Vec<String>, Refusal> {
    let known = servers::scopes_now(x, &server.id)?;
    let names = asked_for(asked);
    let chosen: Vec<&Scope> = if names.is_empty() {
        known.iter().filter(|scope| scope.default && !scope.system).collect()
    } else {
        let found = names.iter().map(|name| known.iter().find(|scope| scope.name == *name));
        found.collect::<Option<_>>().ok_or_else(|| invalid(UNKNOWN))?
    };
    if chosen.is_empty() {
        let text = "The authorization server resource does not have any configured default scopes, 'scope' must be provided.";
        return Err(invalid(text));
    }
    if chosen.iter().any(|scope| scope.system) {
        return Err(invalid(OPENID));
    }
    let names = |chosen: &[&Scope]| chosen.iter().map(|scope| scope.name.clone()).collect::<Vec<_>>();
    let (withheld, free): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|scope| scope.consent == "REQUIRED");
    if withheld.is_empty() {
        return Ok(names(&free));
    }
    let text = "The following scopes require user consent and cannot be granted for the client credentials grant type:";
    Err(Refusal::oauth(400, "consent_required", format!("{text} {}.", listed(&names(&withheld)))))
}

/// Returns the scopes that a client gets of the org itself: those of Okta's own API that it was granted.
pub(super) fn of_org(x: &Exchange<'_>, app: &App, asked: Option<&str>) -> Result<Vec<String>, Refusal> {
    let names = asked_for(asked);
    if names.is_empty() {
        return Err(invalid("No scopes were requested."));
    }
    for name in &names {
        if ORG_OPENID.contains(name) {
            return Err(invalid(OPENID));
        }
        if !grants::exists(name) {
            let is_oktas = name.starts_with("okta.");
            return Err(invalid(if is_oktas { UNKNOWN } else { "Custom scopes are not allowed for this request." }));
        }
    }
    if !names.iter().all(|name| grants::is_granted(x, app, name)) {
        return Err(match x.switches.ungranted_scopes() {
            UngrantedScopes::ConsentRequired => Refusal::oauth(400, "consent_required", "You are not allowed any of the requested scopes."),
            UngrantedScopes::InvalidScope => {
                invalid("The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner.")
            }
        });
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// Writes names as Okta lists them in its descriptions.
pub(super) fn listed(names: &[impl AsRef<str>]) -> String {
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    format!("[{}]", names.join(", "))
}

fn asked_for(asked: Option<&str>) -> Vec<&str> {
    let mut names = Vec::new();
    for name in asked.unwrap_or_default().split_whitespace() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn invalid(text: &str) -> Refusal {
    Refusal::oauth(400, "invalid_scope", text)
}
