//! `/api/v1/apps/{id}/credentials/csrs`: keys whose certificates are to come from an authority of the caller's own.
//!
//! A request for a certificate becomes one of the app's keys when the certificate for it is published, and is then gone.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::DnType;
use serde_json::{Value, json};

use super::{add, signer, written};
use crate::{
    answer::{Answer, Refusal},
    call::Call,
    families::{
        Exchange,
        apps::{
            self,
            document::App,
            fields::{object, texts},
        },
    },
    store::Table,
    x509::{Certificate, Presented, Wanted},
};

/// The form of a request that is not a JSON object.
pub(crate) const PKCS10: &str = "application/pkcs10";
/// The forms of a certificate.
const CERTIFICATE: [&str; 3] = ["application/pkix-cert", "application/x-x509-ca-cert", "application/x-pem-file"];
/// A certificate must be good for longer than this.
const LEAST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The parts of a subject's name, in the order of Okta's examples.
const SUBJECT: [(&str, DnType); 6] = [
    ("countryName", DnType::CountryName),
    ("stateOrProvinceName", DnType::StateOrProvinceName),
    ("localityName", DnType::LocalityName),
    ("organizationName", DnType::OrganizationName),
    ("organizationalUnitName", DnType::OrganizationalUnitName),
    ("commonName", DnType::CommonName),
];

pub(in crate::families) fn list(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    let requests = x.tx.listed(Table::CertificateRequests, &format!("{}/", app.id));
    Ok(Answer::list(requests.iter().map(|(_, request)| render(x, &app, request)).collect(), Vec::new()))
}

pub(in crate::families) fn create(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = signer(x, app, "csr")?;
    let wanted = wanted(&x.call.object()?)?;
    let key = x.keys.take()?;
    let id = x.tx.new_key_id();
    // Nothing here signs with the private half, which is dropped.
    let request = json!({"id": id, "created": x.now, "csr": wanted.request(&key)?, "kty": "RSA", "n": key.n, "e": key.e});
    x.tx.put(Table::CertificateRequests, format!("{}/{id}", app.id), &request)?;
    let own = own(x, &app, &request);
    Ok(Answer { status: 201, ..shown(x, &app, &request) }.with_header("location", own))
}

pub(in crate::families) fn read(x: &Exchange<'_>, app: &str, id: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    let request = find(x, &app, id)?;
    Ok(shown(x, &app, request))
}

pub(in crate::families) fn revoke(x: &mut Exchange<'_>, app: &str, id: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    find(x, &app, id)?;
    x.tx.remove(Table::CertificateRequests, format!("{}/{id}", app.id));
    Ok(Answer::no_content())
}

/// Takes the certificate of a request, which becomes a key.
pub(in crate::families) fn publish(x: &mut Exchange<'_>, app: &str, id: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    let request = find(x, &app, id)?;
    let refuse = |cause: &str| Refusal::invalid("certificate", cause);
    let read = certificate(x.call)?.and_then(|der| Some((Presented::read(&der)?, Certificate::of(&der))));
    let (Presented { key, until }, certificate) = read.ok_or_else(|| refuse("The certificate isn't a valid X.509 certificate."))?;
    let (n, e) =
        key.filter(|(n, e)| request["n"] == *n && request["e"] == *e).ok_or_else(|| refuse("The certificate doesn't match the CSR."))?;
    let now = Timestamp::from_second(x.at).map_err(|_| Refusal::internal())?.to_zoned(TimeZone::UTC).datetime();
    // A certificate without an end names a moment that no timestamp reaches.
    if until.duration_since(now) <= LEAST {
        return Err(refuse("The certificate must be valid for more than 90 days."));
    }
    x.tx.remove(Table::CertificateRequests, format!("{}/{id}", app.id));
    let kid = x.tx.new_key_id();
    let key = written(&kid, &x.now, until, &certificate, &n, &e);
    add(x, &app, key)
}

fn find<'a>(x: &Exchange<'a>, app: &App, id: &str) -> Result<&'a Value, Refusal> {
    let request = x.tx.row(Table::CertificateRequests, &format!("{}/{id}", app.id));
    request.ok_or_else(|| Refusal::not_found(id, "Csr"))
}

fn own(x: &Exchange<'_>, app: &App, request: &Value) -> String {
    x.url(&format!("/api/v1/apps/{}/credentials/csrs/{}", app.id, request["id"].as_str().unwrap_or_default()))
}

fn render(x: &Exchange<'_>, app: &App, request: &Value) -> Value {
    let own = own(x, app, request);
    json!({
        "id": request["id"],
        "created": request["created"],
        "csr": request["csr"],
        "kty": request["kty"],
        "_links": {
            "self": {"href": own, "hints": {"allow": ["GET", "DELETE"]}},
            "publish": {"href": format!("{own}/lifecycle/publish"), "hints": {"allow": ["POST"]}},
        },
    })
}

/// Shows a request in the form that the caller would rather have.
fn shown(x: &Exchange<'_>, app: &App, request: &Value) -> Answer {
    if x.call.rather_takes(PKCS10) {
        let text = request["csr"].as_str().unwrap_or_default();
        let answer = Answer::text(text, "application/pkcs10; filename=okta.p10");
        return answer.with_header("content-transfer-encoding", "base64");
    }
    Answer::ok(render(x, app, request))
}

/// Reads what a certificate is asked for.
fn wanted(sent: &Value) -> Result<Wanted, Refusal> {
    let mut wanted = Wanted::new();
    let subject = object(sent, "subject")?;
    for (name, part) in SUBJECT {
        let text = match &subject[name] {
            Value::Null => continue,
            text => text.as_str().ok_or_else(Refusal::malformed)?,
        };
        wanted.name(part, text).ok_or_else(|| Refusal::invalid(name, format!("{name}: '{text}' cannot be part of a certificate")))?;
    }
    let hosts = &object(sent, "subjectAltNames")?["dnsNames"];
    let hosts = if hosts.is_null() { Vec::new() } else { texts(hosts)? };
    for host in hosts {
        wanted.host(host).ok_or_else(|| Refusal::invalid("dnsNames", format!("dnsNames: '{host}' cannot be part of a certificate")))?;
    }
    Ok(wanted)
}

/// Returns the certificate that a body is, or says that it is in another form than it claims; none if it is in no form at all.
fn certificate(call: &Call) -> Result<Option<Vec<u8>>, Refusal> {
    let kind = call.content_type.as_deref().and_then(|kind| kind.split(';').next()).map(|kind| kind.trim().to_ascii_lowercase());
    if !kind.is_some_and(|kind| CERTIFICATE.contains(&kind.as_str())) {
        return Err(Refusal::media_type_not_supported());
    }
    let text = || str::from_utf8(&call.body).ok();
    if let Some((_, text)) = text().and_then(|text| text.split_once("-----BEGIN CERTIFICATE-----")) {
        return Ok(text.split_once("-----END CERTIFICATE-----").and_then(|(text, _)| decoded(text)));
    }
    if call.transfer_encoding.as_deref().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64")) {
        return Ok(text().and_then(decoded));
    }
    Ok(Some(call.body.clone()))
}

/// Decodes base64, that of URLs too, as Okta's specification calls it, with or without padding and line ends.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let letters = text.chars().filter(|letter| !letter.is_whitespace()).map(|letter| match letter {
        '-' => '+',
        '_' => '/',
        letter => letter,
    });
    let letters: String = letters.collect();
    STANDARD_NO_PAD.decode(letters.trim_end_matches('=')).ok()
}
