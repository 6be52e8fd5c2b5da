//! Requests for certificates from authorities of the caller's own.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use http::{Request, Response};
use idpctl_emulator::{Config, Data, Org};
use rcgen::{CertificateParams, Issuer, KeyPair, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm, date_time_ymd};
use serde_json::{Value, json};

use crate::{
    logs::told,
    other_apps::{saml, turn},
    support::{create, frozen, get, org, refusal, send, try_send},
};

fn asked() -> Value {
    json!({
        "subject": {
            "countryName": "US",
            "stateOrProvinceName": "California",
            "localityName": "San Francisco",
            "organizationName": "Example",
            "organizationalUnitName": "Books",
            "commonName": "books.example.com",
        },
        "subjectAltNames": {"dnsNames": ["books.example.com", "papers.example.com"]},
    })
}

/// An app, and where its requests are.
async fn app(org: &Org) -> (String, String) {
    let (app, _) = create(org, saml("Books")).await;
    let path = format!("/api/v1/apps/{app}/credentials/csrs");
    (app, path)
}

async fn request(org: &Org, path: &str) -> Value {
    let (status, request) = send(org, "POST", path, asked()).await;
    assert_eq!(status, 201, "{request}");
    request
}

async fn ask(org: &Org, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response<Vec<u8>> {
    let mut request = Request::builder().method(method).uri(format!("http://127.0.0.1{path}"));
    request = request.header("authorization", format!("SSWS {}", org.okta_token()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    org.call(request.body(body.to_vec()).unwrap()).await.unwrap()
}

/// The RSA key of a request, which stands in it as it stands in a certificate.
struct Key(Vec<u8>);

impl Key {
    fn of(request: &Value) -> Self {
        let der = STANDARD.decode(request["csr"].as_str().unwrap()).unwrap();
        let place = der.windows(4).position(|at| at == [0x30, 0x82, 0x01, 0x0a]).unwrap();
        Self(der[place..place + 270].to_vec())
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

/// A certificate from an authority, good until the first moment of a day.
fn signed(request: &Value, (year, month, day): (i32, u8, u8)) -> Vec<u8> {
    let authority = KeyPair::generate().unwrap();
    let issuer = Issuer::new(CertificateParams::new([]).unwrap(), authority);
    let mut params = CertificateParams::new(["books.example.com".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2025, 12, 31);
    params.not_after = date_time_ymd(year, month, day);
    params.signed_by(&Key::of(request), &issuer).unwrap().der().to_vec()
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("Issued by nobody\n-----BEGIN CERTIFICATE-----\r\n{}\r\n-----END CERTIFICATE-----\r\n", lines.join("\r\n"))
}

async fn publish(org: &Org, path: &str, request: &Value, headers: &[(&str, &str)], body: &[u8]) -> (u16, Value) {
    let path = format!("{path}/{}/lifecycle/publish", request["id"].as_str().unwrap());
    let response = ask(org, "POST", &path, headers, body).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[tokio::test]
async fn a_request_is_listed_read_and_revoked() {
    let org = org();
    let (_, path) = app(&org).await;
    let response = try_send(&org, "POST", &path, asked()).await.unwrap();
    let request: Value = serde_json::from_slice(response.body()).unwrap();
    let own = format!("{path}/{}", request["id"].as_str().unwrap());
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], format!("https://org.example.com{own}"));
    assert_eq!(get(&org, &own).await, request);
    assert_eq!(get(&org, &path).await, json!([request]));
    let mut shown = request.clone();
    assert!(shown["csr"].as_str().unwrap().starts_with("MII"));
    shown["csr"] = json!("…");
    insta::assert_json_snapshot!(shown, @r#"
    {
      "id": "HD7VEj9FpC1K2drNCzna7B3Q2NgKIzBhe4rIvZT1ckI",
      "created": "2026-01-01T00:00:00.000Z",
      "csr": "…",
      "kty": "RSA",
      "_links": {
        "self": {
          "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/credentials/csrs/HD7VEj9FpC1K2drNCzna7B3Q2NgKIzBhe4rIvZT1ckI",
          "hints": {
            "allow": [
              "GET",
              "DELETE"
            ]
          }
        },
        "publish": {
          "href": "https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/credentials/csrs/HD7VEj9FpC1K2drNCzna7B3Q2NgKIzBhe4rIvZT1ckI/lifecycle/publish",
          "hints": {
            "allow": [
              "POST"
            ]
          }
        }
      }
    }
    "#);
    assert_eq!(send(&org, "DELETE", &own, Value::Null).await, (204, Value::Null));
    assert_eq!(get(&org, &path).await, json!([]));
    let gone = refusal(send(&org, "DELETE", &own, Value::Null).await).replace(request["id"].as_str().unwrap(), "…");
    insta::assert_snapshot!(gone, @"404 E0000007 Not found: Resource not found: … (Csr) []");
}

#[tokio::test]
async fn a_request_has_the_form_that_the_caller_names_first() {
    let org = org();
    let (_, path) = app(&org).await;
    let made = ask(&org, "POST", &path, &[("accept", "application/pkcs10")], asked().to_string().as_bytes()).await;
    let headers = ["content-type", "content-transfer-encoding"].map(|name| made.headers()[name].to_str().unwrap());
    assert_eq!((made.status().as_u16(), headers), (201, ["application/pkcs10; filename=okta.p10", "base64"]));
    let listed = get(&org, &path).await;
    assert_eq!(String::from_utf8(made.into_body()).unwrap(), listed[0]["csr"].as_str().unwrap());
    let own = format!("{path}/{}", listed[0]["id"].as_str().unwrap());
    let mut lines = Vec::new();
    for accept in ["application/pkcs10, application/json", "application/json, application/pkcs10", "*/*", "text/html", ""] {
        let read = ask(&org, "GET", &own, &[("accept", accept)], b"").await;
        lines.push(format!("{accept}: {} {}", read.status().as_u16(), read.headers()["content-type"].to_str().unwrap()));
    }
    insta::assert_snapshot!(lines.join("\n"), @"
    application/pkcs10, application/json: 200 application/pkcs10; filename=okta.p10
    application/json, application/pkcs10: 200 application/json
    */*: 200 application/json
    text/html: 400 application/json
    : 200 application/json
    ");
}

#[tokio::test]
async fn a_request_says_what_was_asked_for_and_nothing_needs_to_be() {
    let org = org();
    let (_, path) = app(&org).await;
    let full = request(&org, &path).await;
    let text = String::from_utf8_lossy(&STANDARD.decode(full["csr"].as_str().unwrap()).unwrap()).into_owned();
    for part in ["US", "California", "San Francisco", "Example", "Books", "books.example.com", "papers.example.com"] {
        assert!(text.contains(part), "{part}");
    }
    assert_eq!(send(&org, "POST", &path, json!({})).await.0, 201);
}

#[tokio::test]
async fn what_no_certificate_can_say_is_refused() {
    let org = org();
    let (_, path) = app(&org).await;
    let bookmark =
        json!({"name": "bookmark", "label": "Home", "signOnMode": "BOOKMARK", "settings": {"app": {"url": "https://example.com"}}});
    let (other, _) = create(&org, bookmark).await;
    let mut lines = Vec::new();
    for body in [
        json!({"subject": {"countryName": "Österreich"}}),
        json!({"subjectAltNames": {"dnsNames": ["bücher.example.com"]}}),
        json!({"subjectAltNames": {"dnsNames": "books.example.com"}}),
        json!({"subject": {"commonName": 1}}),
        json!([]),
    ] {
        lines.push(refusal(send(&org, "POST", &path, body).await));
    }
    lines.push(refusal(send(&org, "POST", &format!("/api/v1/apps/{other}/credentials/csrs"), json!({})).await));
    lines.push(refusal(send(&org, "POST", "/api/v1/apps/0oa0/credentials/csrs", json!({})).await));
    lines.push(refusal(send(&org, "GET", "/api/v1/apps/0oa0/credentials/csrs", Value::Null).await));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 E0000001 Api validation failed: countryName ["countryName: 'Österreich' cannot be part of a certificate"]
    400 E0000001 Api validation failed: dnsNames ["dnsNames: 'bücher.example.com' cannot be part of a certificate"]
    400 E0000003 The request body was not well-formed. []
    400 E0000003 The request body was not well-formed. []
    400 E0000003 The request body was not well-formed. []
    400 E0000001 Api validation failed: csr ["The sign-on mode of the application has no key credentials."]
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    "#);
    assert_eq!(get(&org, &path).await, json!([]));
}

#[tokio::test]
async fn a_published_certificate_in_any_of_its_forms_is_a_key_of_the_app() {
    let org = org();
    let (app, path) = app(&org).await;
    let base64 = ("content-transfer-encoding", "base64");
    let (cer, der_type, pem_type) = ("application/x-x509-ca-cert", "application/pkix-cert", "application/x-pem-file");
    let mut published = Vec::new();
    for (kind, form) in [(cer, "binary"), (cer, "base64"), (der_type, "binary"), (der_type, "url"), (pem_type, "pem"), (cer, "pem")] {
        let request = request(&org, &path).await;
        let der = signed(&request, (2026, 4, 2));
        let (headers, body) = match form {
            "base64" => (vec![("content-type", kind), base64], STANDARD.encode(&der).into_bytes()),
            "url" => (vec![("content-type", kind), base64], URL_SAFE.encode(&der).into_bytes()),
            "pem" => (vec![("content-type", kind)], pem(&der).into_bytes()),
            _ => (vec![("content-type", kind)], der.clone()),
        };
        let (status, key) = publish(&org, &path, &request, &headers, &body).await;
        assert_eq!(status, 201, "{kind} {form} {key}");
        assert_eq!(key["x5c"], json!([STANDARD.encode(&der)]));
        assert_eq!(get(&org, &format!("/api/v1/apps/{app}/credentials/keys/{}", key["kid"].as_str().unwrap())).await, key);
        published.push(key);
    }
    let endless = request(&org, &path).await;
    let (_, endless) = publish(&org, &path, &endless, &[("content-type", cer)], &signed(&endless, (9999, 12, 31))).await;
    assert_eq!(endless["expiresAt"], "9999-12-31T00:00:00.000Z");
    assert_eq!(get(&org, &path).await, json!([]));
    assert_eq!(get(&org, &format!("/api/v1/apps/{app}/credentials/keys")).await.as_array().unwrap().len(), 8);
    let mut key = published.remove(0);
    for random in ["n", "x5t#S256"] {
        key[random] = json!("…");
    }
    key["x5c"] = json!(["…"]);
    insta::assert_json_snapshot!(key, @r#"
    {
      "kty": "RSA",
      "created": "2026-01-01T00:00:00.000Z",
      "lastUpdated": "2026-01-01T00:00:00.000Z",
      "expiresAt": "2026-04-02T00:00:00.000Z",
      "kid": "fpEqsoVnEI92Dvtp2oM76JZ581YYdmyu_kg1E1eCv08",
      "use": "sig",
      "x5c": [
        "…"
      ],
      "x5t#S256": "…",
      "e": "AQAB",
      "n": "…"
    }
    "#);
    let mut chosen = saml("Books");
    chosen["credentials"] = json!({"signing": {"kid": key["kid"]}});
    let (status, body) = send(&org, "PUT", &format!("/api/v1/apps/{app}"), chosen).await;
    assert_eq!((status, &body["credentials"]["signing"]["kid"]), (200, &key["kid"]));
}

#[tokio::test]
async fn a_certificate_that_is_not_the_one_asked_for_is_refused() {
    let org = org();
    let (_, path) = app(&org).await;
    let (one, other) = (request(&org, &path).await, request(&org, &path).await);
    let pem_type = [("content-type", "application/x-pem-file")];
    let elliptic = CertificateParams::new([]).unwrap().self_signed(&KeyPair::generate().unwrap()).unwrap();
    let cut = &signed(&one, (2026, 4, 2))[..300];
    let bodies = [
        pem(&signed(&other, (2026, 4, 2))),
        pem(elliptic.der()),
        // Ninety days from now, to the second.
        pem(&signed(&one, (2026, 4, 1))),
        pem(&signed(&one, (2025, 12, 31))),
        pem(cut),
        "-----BEGIN CERTIFICATE-----\nMII".into(),
        "no certificate".into(),
        String::new(),
    ];
    let mut lines = Vec::new();
    for body in bodies {
        lines.push(refusal(publish(&org, &path, &one, &pem_type, body.as_bytes()).await));
    }
    for kind in ["application/json", "application/x-www-form-urlencoded"] {
        lines.push(refusal(publish(&org, &path, &one, &[("content-type", kind)], &signed(&one, (2026, 4, 2))).await));
    }
    lines.push(refusal(publish(&org, &path, &one, &[], &signed(&one, (2026, 4, 2))).await));
    let accept = [pem_type[0], ("accept", "application/pkcs10")];
    lines.push(refusal(publish(&org, &path, &one, &accept, pem(&signed(&one, (2026, 4, 2))).as_bytes()).await));
    lines.push(refusal(publish(&org, &path, &json!({"id": "none"}), &pem_type, b"").await));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 E0000001 Api validation failed: certificate ["The certificate doesn't match the CSR."]
    400 E0000001 Api validation failed: certificate ["The certificate doesn't match the CSR."]
    400 E0000001 Api validation failed: certificate ["The certificate must be valid for more than 90 days."]
    400 E0000001 Api validation failed: certificate ["The certificate must be valid for more than 90 days."]
    400 E0000001 Api validation failed: certificate ["The certificate isn't a valid X.509 certificate."]
    400 E0000001 Api validation failed: certificate ["The certificate isn't a valid X.509 certificate."]
    400 E0000001 Api validation failed: certificate ["The certificate isn't a valid X.509 certificate."]
    400 E0000001 Api validation failed: certificate ["The certificate isn't a valid X.509 certificate."]
    400 E0000021 Bad request.  Accept and/or Content-Type headers likely do not match supported values. []
    400 E0000021 Bad request.  Accept and/or Content-Type headers likely do not match supported values. []
    400 E0000021 Bad request.  Accept and/or Content-Type headers likely do not match supported values. []
    400 E0000019 Bad request.  Accept and/or Content-Type headers likely do not match supported values. []
    404 E0000007 Not found: Resource not found: none (Csr) []
    "#);
    assert_eq!(get(&org, &path).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_happens_to_requests_is_in_the_log() {
    let org = org();
    let (app, path) = app(&org).await;
    let (published, revoked, left) = (request(&org, &path).await, request(&org, &path).await, request(&org, &path).await);
    let kind = [("content-type", "application/pkix-cert")];
    let (_, key) = publish(&org, &path, &published, &kind, &signed(&published, (2026, 4, 2))).await;
    send(&org, "DELETE", &format!("{path}/{}", revoked["id"].as_str().unwrap()), Value::Null).await;
    turn(&org, &app, "deactivate").await;
    send(&org, "DELETE", &format!("/api/v1/apps/{app}"), Value::Null).await;
    let mut told = told(&org).await.replace(&app, "app").replace(key["kid"].as_str().unwrap(), "KEY");
    for (request, name) in [(&published, "PUBLISHED"), (&revoked, "REVOKED"), (&left, "LEFT")] {
        told = told.replace(request["id"].as_str().unwrap(), name);
    }
    insta::assert_snapshot!(told, @"
    application.lifecycle.create | /api/v1/apps | AppInstance Books
    app.app_instance.csr.generate | /api/v1/apps/app/credentials/csrs | AppInstance Books, Csr PUBLISHED
    app.app_instance.csr.generate | /api/v1/apps/app/credentials/csrs | AppInstance Books, Csr REVOKED
    app.app_instance.csr.generate | /api/v1/apps/app/credentials/csrs | AppInstance Books, Csr LEFT
    app.app_instance.csr.publish | /api/v1/apps/app/credentials/csrs/PUBLISHED/lifecycle/publish | AppInstance Books, JsonWebKey KEY
    app.app_instance.csr.revoke | /api/v1/apps/app/credentials/csrs/REVOKED | AppInstance Books, Csr REVOKED
    application.lifecycle.deactivate | /api/v1/apps/app/lifecycle/deactivate | AppInstance Books
    application.lifecycle.delete | /api/v1/apps/app | AppInstance Books
    ");
    // Nothing of the app that is gone is left.
    assert_eq!(org.export()["tables"]["certificate_requests"], json!({}));
}

#[tokio::test]
async fn a_request_is_there_again_when_the_org_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Org::open(Config { data: Data::Directory(folder.path().to_owned()), ..frozen() }).unwrap();
    let org = open();
    let (_, path) = app(&org).await;
    let made = request(&org, &path).await;
    drop(org);
    let org = open();
    assert_eq!(get(&org, &path).await, json!([made]));
    let kind = [("content-type", "application/pkix-cert")];
    assert_eq!(publish(&org, &path, &made, &kind, &signed(&made, (2027, 1, 1))).await.0, 201);
}
