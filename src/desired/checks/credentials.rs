//! How a client proves who it is: what cannot be.

use super::fault;
use crate::desired::draft::Draft;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::json::Path;

const CLIENT_ID: &str = "credentials.oauthClient.client_id";
const METHOD: &str = "credentials.oauthClient.token_endpoint_auth_method";
const PKCE: &str = "credentials.oauthClient.pkce_required";

pub(super) fn client_id(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let Some(id) = draft.text(CLIENT_ID) else { return };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "$-_.+!*'(),".contains(c);
    let message = match id.chars().find(|c| !allowed(*c)) {
        Some(' ') => "`client_id` cannot hold a space".to_owned(),
        Some(odd) => format!("`client_id` cannot hold `{odd}`"),
        None if id == "ALL_CLIENTS" => "`ALL_CLIENTS` is reserved".to_owned(),
        None => return,
    };
    let diagnostic = fault(draft, codes::CLIENT_ID, &Path::of(CLIENT_ID), message);
    diagnostics.push(diagnostic.help("use letters, digits and `$-_.+!*'(),`"));
}

pub(super) fn pkce(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let path = Path::of(PKCE);
    if let (Some("none"), Some(false)) = (draft.text(METHOD), path.find(&draft.body).and_then(serde_json::Value::as_bool)) {
        let diagnostic = fault(draft, codes::PKCE, &path, "a client that does not authenticate must use PKCE");
        let diagnostic = diagnostic.related(draft.origin(&Path::of(METHOD)), "it does not authenticate");
        diagnostics.push(diagnostic.help("set `pkce_required: true`, or another `token_endpoint_auth_method`"));
    }
}

pub(super) fn secrets_unused(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let (Some(method @ ("none" | "private_key_jwt")), Some(secrets)) = (draft.text(METHOD), &draft.secrets) else { return };
    if let Some(first) = secrets.first() {
        let message = format!("a client with `{method}` has no secrets");
        let diagnostic = Diagnostic::error(codes::SECRETS_UNUSED, Some(first.origin.clone()), message);
        let diagnostic = diagnostic.related(draft.origin(&Path::of(METHOD)), "the method");
        diagnostics.push(diagnostic.help("take `client_secrets` out, or choose another `token_endpoint_auth_method`"));
    }
}

pub(super) fn private_key_unused(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let (Some(method), Some(key)) = (draft.text(METHOD), &draft.private_key) else { return };
    if method != "private_key_jwt" {
        let message = format!("a client with `{method}` does not sign in with a private key");
        let diagnostic = Diagnostic::error(codes::PRIVATE_KEY_UNUSED, Some(key.origin.clone()), message);
        let diagnostic = diagnostic.related(draft.origin(&Path::of(METHOD)), "the method");
        diagnostics.push(diagnostic.help("take `private_key` out, or set `token_endpoint_auth_method: private_key_jwt`"));
    }
}

pub(super) fn secrets_too_many(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    if let Some(third) = draft.secrets.iter().flatten().nth(2) {
        let diagnostic = Diagnostic::error(codes::SECRETS_TOO_MANY, Some(third.origin.clone()), "a client has two secrets at most");
        diagnostics.push(diagnostic.label("the third").help("remove the one that is not used any more"));
    }
}

pub(super) fn secrets_alike(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let secrets = draft.secrets.as_deref().unwrap_or_default();
    for (index, secret) in secrets.iter().enumerate() {
        let before = &secrets[..index];
        if let Some(other) = before.iter().find(|other| other.address == secret.address) {
            let diagnostic = Diagnostic::error(codes::SECRET_NAME_TWICE, Some(secret.origin.clone()), "two secrets have the same name");
            diagnostics.push(diagnostic.related(other.origin.clone(), "the first").help("rename one of the two"));
        }
        if let Some(other) = before.iter().find(|other| other.reference == secret.reference) {
            let message = format!("two secrets have the same value {}", secret.reference);
            let diagnostic = Diagnostic::error(codes::SECRET_VALUE_TWICE, Some(secret.origin.clone()), message);
            diagnostics.push(diagnostic.related(other.origin.clone(), "the first").help("refer to another variable or file"));
        }
    }
}

pub(super) fn keys_twice(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let [keys, uri] = ["settings.oauthClient.jwks.keys", "settings.oauthClient.jwks_uri"].map(Path::of);
    let some_keys = keys.find(&draft.body).and_then(|keys| keys.as_array()).is_some_and(|keys| !keys.is_empty());
    if some_keys && uri.find(&draft.body).is_some_and(serde_json::Value::is_string) {
        let diagnostic = fault(draft, codes::KEYS_TWICE, &uri, "`jwks` and `jwks_uri` exclude each other");
        diagnostics.push(diagnostic.related(draft.origin(&keys), "keys are given here").help("keep one of the two"));
    }
}
