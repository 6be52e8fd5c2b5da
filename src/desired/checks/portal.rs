//! What the portal, or Okta behind it, would refuse or make something else of (tyk-portal-api.md, sections 3 and 4).

use std::collections::BTreeMap;

use serde_json::Value;
use url::{Host, Url};

use crate::address::{Address, Kind, System};
use crate::desired::PortalObject;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::json::Path;
use crate::manifest::Document;
use crate::resource::client_type::ProviderReference;

/// Checks everything that is declared of the portal.
pub(super) fn run(objects: &[PortalObject], documents: &[Document], diagnostics: &mut Diagnostics) {
    alike(objects, diagnostics);
    for object in objects {
        match object.kind() {
            Kind::ClientType => client_type(object, objects, diagnostics),
            _ => discovery(object, diagnostics),
        }
    }
    for document in documents.iter().filter(|document| document.kind.system() == System::Portal) {
        metadata(document, diagnostics);
    }
}

/// Two documents that would be found as one live object.
fn alike(objects: &[PortalObject], diagnostics: &mut Diagnostics) {
    let sayings: [fn(&PortalObject) -> Option<&str>; 3] = [|o| o.metadata.id.as_deref(), |o| o.text("CID"), |o| o.text("Name")];
    for (field, saying) in ["metadata.id", "CID", "Name"].into_iter().zip(sayings) {
        let mut first: BTreeMap<(Kind, &Option<ProviderReference>, &str), &PortalObject> = BTreeMap::new();
        for object in objects {
            let Some(said) = saying(object) else { continue };
            // A pin and a CID are one object's, wherever it is; a name counts within its provider.
            let within = if field == "Name" { &object.provider } else { &None };
            let pinned_apart = |other: &PortalObject| field == "Name" && object.metadata.id.is_some() && other.metadata.id.is_some();
            match first.get(&(object.kind(), within, said)) {
                Some(before) if !pinned_apart(before) => {
                    let message = format!("{} and {} have the same `{field}`", before.address, object.address);
                    let diagnostic = Diagnostic::error(codes::SAME_ID, Some(object.origin_of(field)), message);
                    let help = "products list client types by name, and a document finds its object by it: rename or remove one of the two";
                    diagnostics.push(diagnostic.related(before.origin_of(field), "the first").help(help));
                }
                _ => drop(first.insert((object.kind(), within, said), object)),
            }
        }
    }
}

fn discovery(object: &PortalObject, diagnostics: &mut Diagnostics) {
    let Some(text) = object.text("WellKnownURL") else { return };
    let at = Some(object.origin_of("WellKnownURL"));
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let Some(url) = url else {
        let diagnostic = Diagnostic::error(codes::DISCOVERY, at, "`WellKnownURL` is not an http or https URL");
        return diagnostics.push(diagnostic.help("write the whole URL of the provider's discovery document"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        let diagnostic = Diagnostic::error(codes::SECRET_IN_MANIFEST, at, "`WellKnownURL` holds a user name or password");
        return diagnostics.push(diagnostic.help("take it out: a discovery document is public"));
    }
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.scheme() == "http" && !loopback {
        let diagnostic = Diagnostic::error(codes::DISCOVERY, at, "`WellKnownURL` is plain http").warning();
        diagnostics.push(diagnostic.help("use https: whoever is on the way could answer with endpoints of their own"));
    }
}

fn metadata(document: &Document, diagnostics: &mut Diagnostics) {
    for (member, said) in [("adopt", document.metadata.adopt), ("protected", document.metadata.protected)] {
        if said {
            let path = Path::of("metadata").key(member);
            let message = format!("`{path}` has no effect in a document of kind {}", document.kind);
            let diagnostic = Diagnostic::error(codes::METADATA_NO_EFFECT, Some(document.positions.key(&path)), message);
            let help = match member {
                "adopt" => "take it out: the portal's objects are found by their CID or name, without being asked",
                _ => "take it out: the portal has no place to remember it; nothing is deleted there without `metadata.prune`",
            };
            diagnostics.push(diagnostic.help(help));
        }
    }
}

/// Per sort of application: the grant type that Okta wants of it, and those that it takes. The portal registers what it is told.
const OKTA: [(&str, Option<&str>, &[&str]); 4] = [
    ("web", Some("authorization_code"), &["authorization_code", "implicit", "refresh_token", "client_credentials", "pkce", "device_code"]),
    ("native", Some("authorization_code"), &["authorization_code", "implicit", "password", "refresh_token", "pkce", "device_code"]),
    ("browser", None, &["authorization_code", "implicit", "refresh_token", "pkce", "device_code"]),
    ("service", Some("client_credentials"), &["client_credentials", "implicit", "device_code"]),
];

fn client_type(object: &PortalObject, objects: &[PortalObject], diagnostics: &mut Diagnostics) {
    for field in ["ResponseTypes", "GrantType"] {
        let items = object.body.get(field).and_then(Value::as_array);
        if items.is_some_and(Vec::is_empty) {
            let diagnostic = Diagnostic::error(codes::OUT_OF_BOUNDS, Some(object.origin_of(field)), format!("`{field}` is empty"));
            diagnostics.push(diagnostic.help("name at least one: the portal refuses a client type without"));
        }
    }
    if list(object, "ResponseTypes").contains(&"it_token") {
        let message = "`it_token` is most likely a slip of the portal's documentation for `id_token`";
        let diagnostic = Diagnostic::error(codes::IT_TOKEN, Some(object.origin_of("ResponseTypes")), message).warning();
        diagnostics.push(diagnostic.help("keep it if your portal takes no `id_token`; the two compare as equal"));
    }
    // Other providers than Okta ignore the sort of application; what a provider that no manifest declares is cannot be known here.
    let of_okta = match &object.provider {
        Some(ProviderReference::Document(name)) => {
            let provider = Address::new(Kind::OAuthProvider, name.clone());
            objects.iter().any(|other| other.address == provider && other.text("Type") == Some("Okta"))
        }
        _ => object.text("OktaAppType").is_some(),
    };
    if of_okta {
        at_okta(object, diagnostics);
    }
}

fn at_okta(object: &PortalObject, diagnostics: &mut Diagnostics) {
    let grants = list(object, "GrantType");
    let grants_at = || object.origin_of("GrantType");
    let Some((sort, required, allowed)) = object.text("OktaAppType").and_then(|sort| OKTA.into_iter().find(|(name, ..)| *name == sort))
    else {
        let diagnostic = Diagnostic::error(
            codes::OKTA_APP_TYPE,
            Some(object.origin_of("OktaAppType")),
            "a provider of the type `Okta` needs `OktaAppType`",
        );
        return diagnostics.push(diagnostic.warning().help("say `web`, `native`, `browser` or `service`"));
    };
    let sort_at = || object.origin_of("OktaAppType");
    if let Some(required) = required.filter(|required| !grants.is_empty() && !grants.contains(required)) {
        let message = format!("Okta would refuse to register a {sort} application without the grant type `{required}`");
        let diagnostic = Diagnostic::error(codes::OKTA_GRANT, Some(grants_at()), message).related(sort_at(), "the sort of application");
        diagnostics.push(diagnostic.help(format!("add `{required}`, or choose another `OktaAppType`")));
    }
    let odd: Vec<_> = grants.iter().filter(|grant| !allowed.contains(grant)).map(|grant| format!("`{grant}`")).collect();
    if !odd.is_empty() {
        let message = format!("Okta may refuse to register a {sort} application with the grant type {}", odd.join(", "));
        let diagnostic = Diagnostic::error(codes::OKTA_GRANT_ODD, Some(grants_at()), message).warning();
        diagnostics.push(diagnostic.related(sort_at(), "the sort of application").help(format!("it can have `{}`", allowed.join("`, `"))));
    }
    let responses = list(object, "ResponseTypes");
    let needs_implicit = responses.iter().find(|response| matches!(**response, "token" | "id_token" | "it_token"));
    if let (Some(response), false, false) = (needs_implicit, sort == "service", grants.contains(&"implicit")) {
        let message = format!("Okta refuses to register the response type `{response}` without the grant type `implicit`");
        let diagnostic = Diagnostic::error(codes::OKTA_RESPONSE, Some(object.origin_of("ResponseTypes")), message).warning();
        diagnostics.push(diagnostic.related(grants_at(), "the grant types").help("take it out, or add `implicit`"));
    }
    if let (Some(method), "browser" | "native") = (object.text("TokenEndpointAuthMethod"), sort) {
        let message = format!("a {sort} application cannot keep a secret, and `{method}` gives it one");
        let diagnostic = Diagnostic::error(codes::OKTA_METHOD, Some(object.origin_of("TokenEndpointAuthMethod")), message).warning();
        diagnostics.push(diagnostic.related(sort_at(), "the sort of application").help("take it out, or choose another `OktaAppType`"));
    }
}

fn list<'o>(object: &'o PortalObject, field: &str) -> Vec<&'o str> {
    object.body.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
