//! A failed request to what somebody can do about it.

use crate::address::System;
use crate::http::{Error, Kind, TransportError};

/// Returns what to do about a failed request, where that is known.
pub fn advice(error: &Error) -> Option<&'static str> {
    if error.system() == System::Portal {
        return of_portal(error);
    }
    match error.kind() {
        Kind::NotSignedIn(error) => of_signing_in(error),
        _ if error.is_feature_missing() => Some(
            "this is not about the credentials: the org lacks a feature, such as API Access Management for custom authorization servers; have Okta switch it on, or leave out the documents that need it",
        ),
        _ if error.is_unauthenticated() && error.is_by_app() => {
            Some("the org does not accept the app's access token: check that the app is still active, and the machine's clock")
        }
        _ if error.problem().is_some_and(|problem| problem.scope.is_some()) => Some(
            "grant the app the scope in the Admin Console, under Applications > the app > Okta API Scopes, and name it in `OKTA_CLIENT_SCOPES`",
        ),
        _ if error.is_forbidden() && error.is_by_app() => Some(
            "the scopes are there, but the app's admin roles do not go as far: assign it one in the Admin Console, under Applications > the app > Admin roles",
        ),
        _ if error.is_unauthenticated() => Some(
            "the org does not accept the token: it may have expired or been revoked; make one in the Admin Console under Security > API > Tokens",
        ),
        _ if error.is_forbidden() => Some("the token may do what the administrator who made it may do, and that one lacks a role for this"),
        Kind::Transport(TransportError::NotSent(_)) => {
            Some("check `OKTA_CLIENT_ORGURL`, the network, and `HTTPS_PROXY` if there is a proxy")
        }
        Kind::Transport(TransportError::Untrusted(_)) => Some(
            "check the machine's clock, and `OKTA_CLIENT_ORGURL`; where something between here and the org terminates TLS, add its certificate to the system's trust store",
        ),
        Kind::Transport(TransportError::NoTls(_)) => {
            Some("check that `OKTA_CLIENT_ORGURL` is the org's own address, and what answers there: it does not speak TLS as Okta does")
        }
        Kind::Transport(TransportError::Broken(_)) => Some(
            "the org, or a proxy before it, gave up the connection: try again, and check `OKTA_CLIENT_ORGURL` and the network if it stays so",
        ),
        Kind::TimedOut | Kind::TooLate => Some("check `OKTA_CLIENT_ORGURL` and the network, or give it more time with `--timeout`"),
        Kind::Starved { .. } => Some("give it more time with `--timeout`, or a larger share of the rate limit with `--rate-budget`"),
        Kind::NotJson { .. } | Kind::Redirect { .. } => {
            Some("check that `OKTA_CLIENT_ORGURL` is the org's own address, such as https://acme.okta.com")
        }
        _ => None,
    }
}

/// Returns what to do about an app that is not issued a token, by the code of OAuth's endpoints.
fn of_signing_in(error: &Error) -> Option<&'static str> {
    match error.code() {
        Some("invalid_client") => Some(
            "check that `OKTA_CLIENT_CLIENTID` names an active service app that signs in with `private_key_jwt`, that it has the public half of `OKTA_CLIENT_PRIVATEKEY`, with `OKTA_CLIENT_PRIVATEKEYID` for its `kid` if that is set, and the machine's clock",
        ),
        Some("invalid_scope" | "consent_required" | "access_denied") => Some(
            "a scope in `OKTA_CLIENT_SCOPES`, or where that is not set one that the manifests need, is none or is not granted: grant it in the Admin Console, under Applications > the app > Okta API Scopes; `idpctl auth check` says which are needed",
        ),
        Some("unauthorized_client") => Some("the app must have the grant type `client_credentials`"),
        Some("invalid_dpop_proof" | "use_dpop_nonce") => Some("check the machine's clock: proofs are good for five minutes"),
        _ => advice(error),
    }
}

fn of_portal(error: &Error) -> Option<&'static str> {
    match error.kind() {
        _ if error.is_unauthenticated() => Some(
            "the portal does not accept the token: set `TYK_PORTAL_TOKEN` to the `API credential` in the profile of an admin of this portal",
        ),
        _ if error.is_invalid() && error.request().starts_with("DELETE ") => {
            Some("a product probably uses it: detach it from the product in the portal first; idpctl never forces a deletion")
        }
        Kind::Transport(TransportError::NotSent(_)) => Some("check `TYK_PORTAL_URL`, the network, and `HTTPS_PROXY` if there is a proxy"),
        Kind::Transport(TransportError::Untrusted(_)) => Some(
            "check the machine's clock, and `TYK_PORTAL_URL`; where something between here and the portal terminates TLS, add its certificate to the system's trust store",
        ),
        Kind::Transport(TransportError::NoTls(_)) => {
            Some("check `TYK_PORTAL_URL`, and what answers there: it speaks no TLS, or none that is spoken here")
        }
        Kind::Transport(TransportError::Broken(_)) => Some(
            "the portal, or a proxy before it, gave up the connection: try again, and check `TYK_PORTAL_URL` and the network if it stays so",
        ),
        Kind::TimedOut | Kind::Starved { .. } => Some("check `TYK_PORTAL_URL` and the network, or give it more time with `--timeout`"),
        Kind::NotJson { .. } => Some("check that `TYK_PORTAL_URL` is the portal's own address, such as https://portal.example.com"),
        _ => None,
    }
}
