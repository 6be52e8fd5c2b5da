//! Values of `settings.oauthClient` that do not go together.

use super::fault;
use crate::desired::draft::Draft;
use crate::diagnostic::{Diagnostics, codes};
use crate::json::Path;

const CLIENT: &str = "settings.oauthClient";
const GRANT_TYPES: &str = "settings.oauthClient.grant_types";
const APPLICATION_TYPE: &str = "settings.oauthClient.application_type";
const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// Grant types of every sort of application.
const ANYWHERE: [&str; 9] = [
    "implicit",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:device_code",
    "interaction_code",
    "urn:okta:params:oauth:grant-type:otp",
    "urn:okta:params:oauth:grant-type:oob",
    "http://auth0.com/oauth/grant-type/mfa-otp",
    "http://auth0.com/oauth/grant-type/mfa-oob",
];

/// Per sort of application: the grant type that it must have, and those that it may have besides those of every sort.
const BY_TYPE: [(&str, Option<&str>, &[&str]); 4] = [
    ("web", Some("authorization_code"), &["authorization_code", "refresh_token", "client_credentials", CIBA]),
    (
        "native",
        Some("authorization_code"),
        &["authorization_code", "refresh_token", "password", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
    ),
    ("browser", None, &["authorization_code", "refresh_token"]),
    ("service", Some("client_credentials"), &["client_credentials"]),
];

pub(super) fn grant_types(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let (Some(sort), Some(grants)) = (draft.text(APPLICATION_TYPE), draft.list(GRANT_TYPES)) else { return };
    let Some((_, required, own)) = BY_TYPE.into_iter().find(|(name, ..)| *name == sort) else { return };
    let known = |grant: &str| ANYWHERE.contains(&grant) || BY_TYPE.iter().any(|(_, _, own)| own.contains(&grant));
    let sort_at = || draft.origin(&Path::of(APPLICATION_TYPE));
    for (index, grant) in grants.iter().enumerate() {
        // One that no sort has is an unknown value, which has been reported.
        if known(grant) && !ANYWHERE.contains(grant) && !own.contains(grant) {
            let message = format!("a {sort} application cannot have the grant type `{grant}`");
            let allowed: Vec<&str> = own.iter().chain(&ANYWHERE).copied().collect();
            let diagnostic = fault(draft, codes::GRANT_TYPE, &Path::of(GRANT_TYPES).index(index), message);
            diagnostics.push(diagnostic.related(sort_at(), "the application type").help(format!("it can have `{}`", allowed.join("`, `"))));
        }
    }
    if let Some(required) = required.filter(|required| !grants.contains(required)) {
        let message = format!("a {sort} application must have the grant type `{required}`");
        let diagnostic = fault(draft, codes::GRANT_REQUIRED, &Path::of(GRANT_TYPES), message);
        diagnostics.push(diagnostic.related(sort_at(), "the application type").help(format!("add `{required}`")));
    }
}

pub(super) fn response_types(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let path = Path::of("settings.oauthClient.response_types");
    let (Some(responses), Some(grants)) = (draft.list("settings.oauthClient.response_types"), draft.list(GRANT_TYPES)) else { return };
    for (index, response) in responses.iter().enumerate() {
        let needs: &[&str] = match *response {
            "code" => &["authorization_code", "password", "refresh_token"],
            "token" | "id_token" => &["implicit", "client_credentials"],
            _ => continue,
        };
        if !grants.iter().any(|grant| needs.contains(grant)) {
            let message = format!("the response type `{response}` needs one of the grant types `{}`", needs.join("`, `"));
            let diagnostic = fault(draft, codes::RESPONSE_TYPE, &path.index(index), message);
            let grants_at = draft.origin(&Path::of(GRANT_TYPES));
            diagnostics.push(diagnostic.related(grants_at, "the grant types").help("add the grant type, or take the response type out"));
        }
    }
}

pub(super) fn refresh_token(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let declared = draft.value("settings.oauthClient.refresh_token").is_some_and(|settings| !settings.is_null());
    if let (true, Some(grants)) = (declared, draft.list(GRANT_TYPES))
        && !grants.contains(&"refresh_token")
    {
        let path = Path::of("settings.oauthClient.refresh_token");
        let diagnostic = fault(draft, codes::REFRESH_TOKEN, &path, "`refresh_token` is set, but the client does not have that grant type");
        let grants_at = draft.origin(&Path::of(GRANT_TYPES));
        diagnostics
            .push(diagnostic.related(grants_at, "the grant types").help("add `refresh_token` to `grant_types`, or take the settings out"));
    }
}

pub(super) fn leeway(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let wanted = draft.value("settings.oauthClient.refresh_token.leeway").and_then(serde_json::Value::as_u64);
    if wanted > Some(0) && draft.text("settings.oauthClient.refresh_token.rotation_type") == Some("STATIC") {
        let settings = Path::of("settings.oauthClient.refresh_token");
        let leeway = settings.key("leeway");
        let diagnostic = fault(draft, codes::LEEWAY, &leeway, "`leeway` has no effect without rotation").warning();
        let rotation_at = draft.origin(&settings.key("rotation_type"));
        diagnostics.push(diagnostic.related(rotation_at, "no rotation").help("take it out, or set `rotation_type: ROTATE`"));
    }
}

pub(super) fn backchannel(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    if draft.list(GRANT_TYPES).is_none_or(|grants| grants.contains(&CIBA)) {
        return;
    }
    for field in
        ["backchannel_token_delivery_mode", "backchannel_custom_authenticator_id", "backchannel_authentication_request_signing_alg"]
    {
        if draft.value(CLIENT).and_then(|client| client.get(field)).is_some_and(|value| !value.is_null()) {
            let path = Path::of(CLIENT).key(field);
            let message = format!("`{field}` is set, but the client does not have the grant type `{CIBA}`");
            let diagnostic = fault(draft, codes::BACKCHANNEL, &path, message);
            let grants_at = draft.origin(&Path::of(GRANT_TYPES));
            diagnostics.push(diagnostic.related(grants_at, "the grant types").help("add the grant type, or take the field out"));
        }
    }
}

pub(super) fn idp_initiated(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let path = Path::of("settings.oauthClient.idp_initiated_login.mode");
    let Some(mode) = path.find(&draft.body).and_then(|mode| mode.as_str()).filter(|mode| *mode != "DISABLED") else { return };
    if draft.value("settings.oauthClient.initiate_login_uri").is_some_and(serde_json::Value::is_null) {
        let diagnostic = fault(draft, codes::IDP_INITIATED, &path, format!("the mode {mode} needs `initiate_login_uri`"));
        let uri_at = draft.origin(&Path::of("settings.oauthClient.initiate_login_uri"));
        diagnostics.push(diagnostic.related(uri_at, "cleared here").help("set the URI, or `mode: DISABLED`"));
    }
    let with_users = ["authorization_code", "implicit", "interaction_code"];
    let sort = draft.text(APPLICATION_TYPE);
    if let (Some("web" | "browser"), Some(grants)) = (sort, draft.list(GRANT_TYPES))
        && !grants.iter().any(|grant| with_users.contains(grant))
    {
        let message = format!("the mode {mode} needs one of the grant types `{}`", with_users.join("`, `"));
        let diagnostic = fault(draft, codes::IDP_INITIATED, &path, message);
        let grants_at = draft.origin(&Path::of(GRANT_TYPES));
        diagnostics.push(diagnostic.related(grants_at, "the grant types").help("add the grant type, or set `mode: DISABLED`"));
    }
}

pub(super) fn redirect_missing(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let path = Path::of("settings.oauthClient.redirect_uris");
    let (Some(uris), Some(grants)) = (draft.list("settings.oauthClient.redirect_uris"), draft.list(GRANT_TYPES)) else { return };
    let redirecting = grants.iter().find(|grant| matches!(**grant, "authorization_code" | "implicit"));
    let exempt = grants.iter().any(|grant| matches!(*grant, "password" | "client_credentials"));
    if let (true, Some(grant), false) = (uris.is_empty(), redirecting, exempt) {
        let diagnostic = fault(draft, codes::REDIRECT_MISSING, &path, format!("the grant type `{grant}` needs a redirect URI"));
        let grants_at = draft.origin(&Path::of(GRANT_TYPES));
        diagnostics.push(diagnostic.related(grants_at, "the grant types").help("add a redirect URI, or take the grant type out"));
    }
}

pub(super) fn logout(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let Some(sort @ ("native" | "service")) = draft.text(APPLICATION_TYPE) else { return };
    for field in ["participate_slo", "frontchannel_logout_uri", "frontchannel_logout_session_required"] {
        if draft.value(CLIENT).and_then(|client| client.get(field)).is_some_and(|value| !value.is_null() && *value != false) {
            let path = Path::of(CLIENT).key(field);
            let diagnostic = fault(draft, codes::LOGOUT, &path, format!("a {sort} application cannot have `{field}`"));
            let sort_at = draft.origin(&Path::of(APPLICATION_TYPE));
            diagnostics.push(diagnostic.related(sort_at, "the application type").help("take the field out"));
        }
    }
}
