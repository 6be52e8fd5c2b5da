//! What Okta refuses in the combination of a client's settings, as a table of named checks.

use serde_json::{Map, Value};

use super::{client::CIBA, fields::Problems};
use crate::switches::{Keyless, Switches};

/// A client as it would be, for the checks to look at.
pub(super) struct Candidate<'a> {
    pub(super) settings: &'a Map<String, Value>,
    pub(super) credentials: &'a Map<String, Value>,
    pub(super) switches: &'a Switches,
}

impl Candidate<'_> {
    fn text(&self, name: &str) -> &str {
        self.settings.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.settings.get(name).and_then(Value::as_array);
        values.into_iter().flatten().filter_map(Value::as_str)
    }

    fn has_grant(&self, grant: &str) -> bool {
        self.texts("grant_types").any(|known| known == grant)
    }

    fn method(&self) -> &str {
        let method = self.credentials.get("token_endpoint_auth_method");
        method.and_then(Value::as_str).unwrap_or_default()
    }
}

const CHECKS: &[fn(&Candidate<'_>, &mut Problems)] = &[
    grants_fit_the_application_type,
    required_grants_are_there,
    response_types_have_a_grant,
    redirects_are_there_when_needed,
    redirects_are_absolute,
    pkce_protects_public_clients,
    private_key_clients_have_keys,
    idp_login_has_somewhere_to_go,
    single_logout_is_for_web_and_browser,
];

/// Runs all checks.
pub(super) fn run(candidate: &Candidate<'_>, problems: &mut Problems) {
    for check in CHECKS {
        check(candidate, problems);
    }
}

const SAML2: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const JWT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// What every type of application may have.
const COMMON: [&str; 9] = [
    "implicit",
    SAML2,
    EXCHANGE,
    DEVICE,
    "interaction_code",
    "urn:okta:params:oauth:grant-type:otp",
    "urn:okta:params:oauth:grant-type:oob",
    "http://auth0.com/oauth/grant-type/mfa-otp",
    "http://auth0.com/oauth/grant-type/mfa-oob",
];

fn further_grants(application_type: &str) -> &'static [&'static str] {
    match application_type {
        "web" => &["authorization_code", "refresh_token", "client_credentials", CIBA],
        "native" => &["authorization_code", "refresh_token", "password", JWT],
        "browser" => &["authorization_code", "refresh_token"],
        _ => &["client_credentials"],
    }
}

fn grants_fit_the_application_type(client: &Candidate<'_>, problems: &mut Problems) {
    let kind = client.text("application_type");
    for grant in client.texts("grant_types") {
        if !COMMON.contains(&grant) && !further_grants(kind).contains(&grant) {
            let problem = format!("'{grant}' is not allowed when 'application_type' is '{kind}'.");
            problems.of("grant_types", &problem);
        }
    }
}

fn required_grants_are_there(client: &Candidate<'_>, problems: &mut Problems) {
    if client.texts("grant_types").next().is_none() {
        problems.of("grant_types", "The field cannot be left blank");
        return;
    }
    let kind = client.text("application_type");
    let required = match kind {
        "web" | "native" => "authorization_code",
        "service" => "client_credentials",
        _ => return,
    };
    if !client.has_grant(required) {
        let problem = format!("'{required}' is required when 'application_type' is '{kind}'.");
        problems.of("grant_types", &problem);
    }
}

fn response_types_have_a_grant(client: &Candidate<'_>, problems: &mut Problems) {
    for kind in client.texts("response_types") {
        let backers: &[&str] = match kind {
            "code" => &["authorization_code", "password", "refresh_token"],
            "token" | "id_token" => &["implicit", "client_credentials"],
            _ => {
                problems.of("response_types", &format!("'{kind}' is not a response type."));
                continue;
            }
        };
        if !backers.iter().any(|grant| client.has_grant(grant)) {
            let problem = format!("'{kind}' needs one of the grant types {}.", backers.join(", "));
            problems.of("response_types", &problem);
        }
    }
}

fn redirects_are_there_when_needed(client: &Candidate<'_>, problems: &mut Problems) {
    if client.has_grant("password") || client.has_grant("client_credentials") {
        return;
    }
    for name in ["redirect_uris", "response_types"] {
        if client.texts(name).next().is_none() {
            problems.of(name, "The field cannot be left blank");
        }
    }
}

fn redirects_are_absolute(client: &Candidate<'_>, problems: &mut Problems) {
    let wildcards = client.text("wildcard_redirect") == "SUBDOMAIN";
    for name in ["redirect_uris", "post_logout_redirect_uris"] {
        for uri in client.texts(name) {
            if let Err(problem) = check_redirect(uri, wildcards) {
                problems.of(name, &format!("'{uri}' {problem}"));
            }
        }
    }
}

fn check_redirect(uri: &str, wildcards: bool) -> Result<(), &'static str> {
    let parsed = url::Url::parse(uri).map_err(|_| "must be an absolute URI.")?;
    if uri.contains('#') {
        return Err("must not have a fragment.");
    }
    if !uri.contains('*') {
        return Ok(());
    }
    let Some(host) = parsed.host_str().filter(|host| host.contains('*')) else {
        return Err("may hold a wildcard in its host only.");
    };
    let labels: Vec<_> = host.split('.').collect();
    let lowest = labels[0].matches('*').count();
    if !wildcards {
        return Err("may hold a wildcard only when 'wildcard_redirect' is 'SUBDOMAIN'.");
    }
    if parsed.scheme() != "https" {
        return Err("must be an https URI to hold a wildcard.");
    }
    if uri.matches('*').count() != 1 || lowest != 1 || labels.len() < 3 {
        return Err("may hold one wildcard, in the lowest-level domain.");
    }
    Ok(())
}

fn pkce_protects_public_clients(client: &Candidate<'_>, problems: &mut Problems) {
    let required = client.credentials.get("pkce_required");
    if client.method() == "none" && required != Some(&Value::Bool(true)) {
        problems.of("pkce_required", "'pkce_required' must be true when 'token_endpoint_auth_method' is 'none'.");
    }
}

fn private_key_clients_have_keys(client: &Candidate<'_>, problems: &mut Problems) {
    let keyless = !client.settings.contains_key("jwks") && !client.settings.contains_key("jwks_uri");
    if client.method() == "private_key_jwt" && keyless && client.switches.keyless_private_key_jwt() == Keyless::Refuse {
        problems.of("jwks", "'jwks' or 'jwks_uri' is required when 'token_endpoint_auth_method' is 'private_key_jwt'.");
    }
}

fn idp_login_has_somewhere_to_go(client: &Candidate<'_>, problems: &mut Problems) {
    let login = client.settings.get("idp_initiated_login");
    let mode = login.and_then(|login| login["mode"].as_str()).unwrap_or("DISABLED");
    if mode == "DISABLED" {
        return;
    }
    if client.text("initiate_login_uri").is_empty() {
        problems.of("initiate_login_uri", &format!("is required when the login mode is '{mode}'."));
    }
    let interactive = ["authorization_code", "implicit", "interaction_code"];
    let concerned = matches!(client.text("application_type"), "web" | "browser");
    if concerned && !interactive.iter().any(|grant| client.has_grant(grant)) {
        let problem = format!("login mode '{mode}' needs one of {}.", interactive.join(", "));
        problems.of("idp_initiated_login", &problem);
    }
}

fn single_logout_is_for_web_and_browser(client: &Candidate<'_>, problems: &mut Problems) {
    let kind = client.text("application_type");
    if matches!(kind, "web" | "browser") {
        return;
    }
    let on = client.settings.get("participate_slo") == Some(&Value::Bool(true));
    if on || client.settings.contains_key("frontchannel_logout_uri") {
        let problem = format!("can't be used when 'application_type' is '{kind}'.");
        problems.of("participate_slo", &problem);
    }
}

#[cfg(test)]
mod tests {
    use super::check_redirect;

    #[test]
    fn redirects_are_absolute_and_wildcards_are_rare() {
        for good in ["https://app.example.com/cb", "http://localhost:8080/cb", "com.example.app:/cb"] {
            assert_eq!(check_redirect(good, false), Ok(()), "{good}");
        }
        assert_eq!(check_redirect("https://*.example.com/cb", true), Ok(()));
        assert_eq!(check_redirect("https://a-*-b.example.com/cb", true), Ok(()));
        for bad in [
            "/cb",
            "app.example.com",
            "https://app.example.com/cb#part",
            "https://app.example.com/*",
            "http://*.example.com/cb",
            "https://*.com/cb",
            "https://*.*.example.com/cb",
            "https://app.*.example.com/cb",
        ] {
            assert!(check_redirect(bad, true).is_err(), "{bad}");
        }
        assert!(check_redirect("https://*.example.com/cb", false).is_err());
    }
}
