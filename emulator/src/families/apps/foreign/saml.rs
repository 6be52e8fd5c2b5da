//! `settings.signOn` of SAML apps: in full for those that the org defines, and what may be overridden for the others.

use serde_json::{Map, Value, json};

use crate::{
    answer::Refusal,
    families::{
        Exchange,
        apps::fields::{Field, Problems, Shape, Unset, keep_unknown, object},
    },
    switches::{EmptyRelayState, IncompleteSettings},
};

/// Where a SAML app says who issues its assertions, unless it is told otherwise.
const ISSUER: &str = "http://www.okta.com/${org.externalKey}";
/// What apps of the catalogue may override. An empty text is none.
const OVERRIDES: [&str; 5] = ["defaultRelayState", "ssoAcsUrlOverride", "audienceOverride", "recipientOverride", "destinationOverride"];
/// What only apps of the catalogue have; custom apps are sent it by some clients, and drop it.
const FOREIGN: [&str; 5] = ["ssoAcsUrlOverride", "audienceOverride", "recipientOverride", "destinationOverride", "participateSlo"];

const STATEMENT: [&str; 6] = ["type", "name", "namespace", "filterType", "filterValue", "values"];
const ENDPOINT: [&str; 2] = ["url", "index"];
const LOGOUT: [&str; 3] = ["enabled", "issuer", "logoutUrl"];

/// Builds the sign-on settings of an app of the catalogue: SAML 1.1 has fewer of them.
pub(super) fn overrides(mode: &str, sent: &Value) -> Result<Value, Refusal> {
    let saml_2 = mode == "SAML_2_0";
    let mut built = Map::new();
    for name in OVERRIDES {
        if saml_2 || name != "destinationOverride" {
            built.insert(name.into(), text(sent, name)?.filter(|text| !text.is_empty()).into());
        }
    }
    if saml_2 {
        built.insert("attributeStatements".into(), items(sent, "attributeStatements", &STATEMENT)?);
    }
    Ok(built.into())
}

/// Builds the sign-on settings of a custom app.
pub(super) fn custom(x: &Exchange<'_>, sent: &Value, problems: &mut Problems) -> Result<Value, Refusal> {
    let mut built = Map::new();
    built.insert("defaultRelayState".into(), relay_state(x, sent)?);
    texts(x, sent, &["ssoAcsUrl"], &mut built, problems)?;
    built.insert("idpIssuer".into(), json!(text(sent, "idpIssuer")?.filter(|text| !text.is_empty()).unwrap_or(ISSUER)));
    texts(x, sent, &["audience", "recipient", "destination", "subjectNameIdTemplate", "subjectNameIdFormat"], &mut built, problems)?;
    flags(x, sent, &["responseSigned", "assertionSigned"], &mut built, problems)?;
    texts(x, sent, &["signatureAlgorithm", "digestAlgorithm"], &mut built, problems)?;
    flags(x, sent, &["honorForceAuthn"], &mut built, problems)?;
    texts(x, sent, &["authnContextClassRef"], &mut built, problems)?;
    let slo = single_logout(sent)?;
    // The issuer of logout requests is the service provider's.
    let issuer = match slo.get("issuer") {
        Some(issuer) => issuer.clone(),
        None => text(sent, "spIssuer")?.into(),
    };
    built.insert("spIssuer".into(), issuer);
    flags(x, sent, &["requestCompressed"], &mut built, problems)?;
    built.insert("attributeStatements".into(), items(sent, "attributeStatements", &STATEMENT)?);
    if sent["configuredAttributeStatements"].is_array() {
        built.insert("configuredAttributeStatements".into(), items(sent, "configuredAttributeStatements", &STATEMENT)?);
    }
    built.insert("inlineHooks".into(), inline_hooks(x, sent)?);
    if let Some(certificate) = certificate(sent)? {
        built.insert("spCertificate".into(), certificate);
    }
    let encryption = object(sent, "assertionEncryption")?;
    built.insert("assertionEncryption".into(), if encryption.is_null() { json!({"enabled": false}) } else { encryption.clone() });
    flags(x, sent, &["allowMultipleAcsEndpoints"], &mut built, problems)?;
    built.insert("acsEndpoints".into(), items(sent, "acsEndpoints", &ENDPOINT)?);
    flags(x, sent, &["samlSignedRequestEnabled"], &mut built, problems)?;
    built.insert("slo".into(), slo);
    if let Some(lifetime) = sent.get("samlAssertionLifetimeSeconds").filter(|lifetime| lifetime.is_number()) {
        built.insert("samlAssertionLifetimeSeconds".into(), lifetime.clone());
    }
    keep_unknown(x.switches, sent, &mut built, &FOREIGN);
    Ok(built.into())
}

fn relay_state(x: &Exchange<'_>, sent: &Value) -> Result<Value, Refusal> {
    let keep_empty = x.switches.empty_relay_state() == EmptyRelayState::Kept;
    Ok(text(sent, "defaultRelayState")?.filter(|text| keep_empty || !text.is_empty()).into())
}

fn text<'a>(sent: &'a Value, name: &str) -> Result<Option<&'a str>, Refusal> {
    match &sent[name] {
        Value::Null => Ok(None),
        value => value.as_str().map(Some).ok_or_else(Refusal::malformed),
    }
}

/// Reads texts without which there is no sign-on.
fn texts(
    x: &Exchange<'_>,
    sent: &Value,
    names: &[&'static str],
    into: &mut Map<String, Value>,
    problems: &mut Problems,
) -> Result<(), Refusal> {
    for name in names {
        let text = text(sent, name)?.filter(|text| !text.is_empty());
        if text.is_none() && x.switches.incomplete_settings() == IncompleteSettings::Refuse {
            problems.of(name, "The field cannot be left blank");
        }
        into.insert((*name).into(), text.into());
    }
    Ok(())
}

fn flags(
    x: &Exchange<'_>,
    sent: &Value,
    names: &[&'static str],
    into: &mut Map<String, Value>,
    problems: &mut Problems,
) -> Result<(), Refusal> {
    for name in names {
        Field::new(name, Shape::Flag, Unset::Flag(false)).read(sent, into, x.switches, problems)?;
    }
    Ok(())
}

/// Returns an array of objects, each with its known members in the order in which Okta serves them.
fn items(sent: &Value, name: &str, members: &[&str]) -> Result<Value, Refusal> {
    let items = match &sent[name] {
        Value::Null => return Ok(json!([])),
        value => value.as_array().ok_or_else(Refusal::malformed)?,
    };
    items.iter().map(|item| if item.is_object() { Ok(ordered(item, members)) } else { Err(Refusal::malformed()) }).collect()
}

fn ordered(sent: &Value, members: &[&str]) -> Value {
    members.iter().filter(|name| !sent[**name].is_null()).map(|name| ((*name).to_owned(), sent[*name].clone())).collect()
}

fn single_logout(sent: &Value) -> Result<Value, Refusal> {
    let slo = object(sent, "slo")?;
    match slo["enabled"].as_bool() {
        Some(true) => Ok(ordered(slo, &LOGOUT)),
        _ => Ok(json!({"enabled": false})),
    }
}

fn inline_hooks(x: &Exchange<'_>, sent: &Value) -> Result<Value, Refusal> {
    let mut hooks = items(sent, "inlineHooks", &["id"])?;
    for hook in hooks.as_array_mut().into_iter().flatten() {
        let href = x.url(&format!("/api/v1/inlineHooks/{}", hook["id"].as_str().unwrap_or_default()));
        hook["_links"] = json!({"self": {"href": href, "hints": {"allow": ["GET", "PUT", "DELETE"]}}});
    }
    Ok(hooks)
}

fn certificate(sent: &Value) -> Result<Option<Value>, Refusal> {
    let certificate = object(sent, "spCertificate")?;
    if certificate.is_null() {
        return Ok(None);
    }
    let chain = certificate["x5c"].as_array().ok_or_else(Refusal::malformed)?;
    let chain: Option<Vec<_>> = chain.iter().map(|one| one.as_str().map(wrapped)).collect();
    Ok(Some(json!({"x5c": chain.ok_or_else(Refusal::malformed)?})))
}

/// Breaks the base64 text of a certificate as Okta does: after 76 characters, and at the end, whatever it was sent like.
fn wrapped(text: &str) -> String {
    let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    letters.chunks(76).flat_map(|line| line.iter().copied().chain("\r\n".chars())).collect()
}
