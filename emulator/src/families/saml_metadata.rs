//! `/api/v1/apps/{id}/sso/saml/metadata`: what a service provider must know of an app that speaks SAML, byte for byte as recorded.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Exchange, apps, certificates};
use crate::answer::{Answer, Refusal};

/// As it is recorded, whatever the document says of itself.
const CONTENT_TYPE: &str = "application/xml;charset=ISO-8859-1";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const ISSUER: &str = "http://www.okta.com/${org.externalKey}";
/// How long the lines of a certificate are.
const LINE: usize = 76;

/// Answers with the metadata of an app, for the key that is asked for or else for its own.
pub(super) fn read(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    if !matches!(app.body["signOnMode"].as_str(), Some("SAML_2_0" | "SAML_1_1")) {
        return Err(Refusal::not_found(&app.id, "SamlApplication"));
    }
    let own = app.body["credentials"]["signing"]["kid"].as_str().unwrap_or_default();
    let key = certificates::find(x, &app, x.call.query.value("kid").unwrap_or(own))?;
    let certificate = key["x5c"][0].as_str().ok_or_else(Refusal::internal)?;
    let external = x.tx.seed().external_key(&app.id);
    Ok(Answer::text(&metadata(&app.body, &x.call.base, &external, certificate), CONTENT_TYPE))
}

/// Writes the metadata of an app that the world outside knows by its external key.
fn metadata(app: &Value, base: &str, external: &str, certificate: &str) -> String {
    let sign_on = &app["settings"]["signOn"];
    let first_version = app["signOnMode"] == "SAML_1_1";
    let issuer = if first_version { "${org.externalKey}" } else { sign_on["idpIssuer"].as_str().unwrap_or(ISSUER) };
    let issuer = escaped(&issuer.replace("${org.externalKey}", external));
    let place = escaped(&format!("{base}/app/{}/{external}", app["name"].as_str().unwrap_or_default()));
    let lines: Vec<_> = certificate.as_bytes().chunks(LINE).map(String::from_utf8_lossy).collect();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><md:EntityDescriptor entityID=\"{issuer}\" \
         xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"><md:IDPSSODescriptor WantAuthnRequestsSigned=\"false\" \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:KeyDescriptor use=\"signing\">\
         <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>{}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
        lines.join("\n"),
    );
    if sign_on["slo"]["enabled"] == true {
        services(&mut text, "SingleLogoutService", &format!("{place}/slo/saml"));
    }
    for format in formats(first_version, sign_on["subjectNameIdFormat"].as_str()) {
        _ = write!(text, "<md:NameIDFormat>{}</md:NameIDFormat>", escaped(format));
    }
    services(&mut text, "SingleSignOnService", &format!("{place}/sso/saml"));
    text.push_str("</md:IDPSSODescriptor></md:EntityDescriptor>");
    text
}

fn services(text: &mut String, kind: &str, location: &str) {
    for binding in ["POST", "Redirect"] {
        _ = write!(text, "<md:{kind} Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{binding}\" Location=\"{location}\"/>");
    }
}

/// Returns the formats of names that are offered: what the app chose, and mail addresses in any case.
fn formats(first_version: bool, chosen: Option<&str>) -> Vec<&str> {
    match chosen {
        None if first_version => vec![UNSPECIFIED, EMAIL],
        None | Some(EMAIL) => vec![EMAIL],
        Some(UNSPECIFIED) => vec![UNSPECIFIED, EMAIL],
        Some(other) => vec![EMAIL, other],
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, path::PathBuf};

    use aws_lc_rs::digest::{SHA256, digest};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_manifest_says_cannot_break_out_of_the_document() {
        let app = json!({"name": "a&b", "signOnMode": "SAML_2_0", "settings": {"signOn": {"idpIssuer": "\"><x>${org.externalKey}"}}});
        let text = metadata(&app, "https://org.example.com", "exk1", "MIIC");
        assert!(text.contains("entityID=\"&quot;&gt;&lt;x&gt;exk1\""), "{text}");
        assert!(text.contains("Location=\"https://org.example.com/app/a&amp;b/exk1/sso/saml\""), "{text}");
    }

    /// The exchanges of a family in the order of their recording, with what they say is the same put in.
    fn recorded(shared: &std::path::Path, family: &str) -> Vec<Value> {
        let text = fs::read_to_string(shared.join("okta-recorded").join(family)).unwrap_or_default();
        let mut bodies = BTreeMap::new();
        let lines = text.lines().map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let cassette = line["cassette"].as_str().unwrap().to_owned();
            if let Some(same) = line["same_as"].as_u64() {
                line["response"] = bodies.get(&(cassette.clone(), same)).cloned().unwrap_or_default();
            }
            bodies.insert((cassette, line["seq"].as_u64().unwrap()), line["response"].clone());
            line
        });
        lines.collect()
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn the_metadata_of_recorded_apps_is_theirs_to_the_byte() {
        let shared = std::env::var_os("IDPCTL_SHARED").map(PathBuf::from);
        let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
        let (mut certificates, mut apps, mut compared) = (BTreeMap::new(), BTreeMap::new(), 0);
        for line in recorded(&shared, "app_credentials.jsonl") {
            for key in line["response"].as_array().into_iter().flatten().filter(|key| key["x5c"].is_array()) {
                certificates.insert(key["kid"].as_str().unwrap().to_owned(), key["x5c"][0].as_str().unwrap().to_owned());
            }
        }
        if certificates.is_empty() {
            eprintln!("skipped: the recorded exchanges are not there; name their folder's parent in IDPCTL_SHARED");
            return;
        }
        for line in recorded(&shared, "apps.jsonl") {
            let app = &line["response"];
            if app["_links"]["users"].is_object() {
                apps.insert(app["id"].as_str().unwrap().to_owned(), app.clone());
            }
            let (Some(head), Some(kid)) = (line["response_text"]["head"].as_str(), line["query"]["kid"][0].as_str()) else {
                continue;
            };
            let app = &apps[line["path"].as_str().unwrap().split('/').nth(4).unwrap()];
            let base = app["_links"]["users"]["href"].as_str().unwrap().split("/api/").next().unwrap();
            let entity = head.split("entityID=\"").nth(1).unwrap().split('"').next().unwrap();
            let text = metadata(app, base, entity.rsplit('/').next().unwrap(), &certificates[kid]);
            let hash: String =
                digest(&SHA256, text.as_bytes()).as_ref().iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
            assert_eq!(hash, line["response_text"]["sha256"], "{} {}: {text}", line["cassette"], line["seq"]);
            compared += 1;
        }
        assert!(compared > 20, "only {compared} were found");
    }
}
