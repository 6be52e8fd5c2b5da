//! The metadata of apps that speak SAML, as their link leads to it.

use http::Request;
use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::{
    other_apps::saml,
    support::{create, get, org, refusal, send, web},
};

/// Asks as somebody who takes XML, and returns status, media type and text.
async fn asked(org: &Org, path: &str) -> (u16, String, String) {
    let request = Request::get(format!("http://127.0.0.1{path}"))
        .header("authorization", format!("SSWS {}", org.okta_token()))
        .header("accept", "application/xml");
    let response = org.call(request.body(Vec::new()).unwrap()).await.unwrap();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status().as_u16(), kind, String::from_utf8(response.body().clone()).unwrap())
}

#[tokio::test]
async fn the_metadata_of_an_app_holds_its_certificate_and_where_to_sign_in() {
    let org = org();
    let (id, app) = create(&org, saml("Timesheets")).await;
    let path = app["_links"]["metadata"]["href"].as_str().unwrap().replace("https://org.example.com", "");
    let key = get(&org, &format!("/api/v1/apps/{id}/credentials/keys")).await[0].clone();
    let (status, kind, text) = asked(&org, &format!("{path}?kid={}", key["kid"].as_str().unwrap())).await;
    let (start, rest) = text.split_once("<ds:X509Certificate>").unwrap();
    let (certificate, rest) = rest.split_once("</ds:X509Certificate>").unwrap();
    assert_eq!(certificate.replace('\n', ""), key["x5c"][0].as_str().unwrap());
    assert!(certificate.lines().all(|line| line.len() <= 76));
    insta::assert_snapshot!(format!("{status} {kind}\n{start}…{rest}"), @r#"
    200 application/xml;charset=ISO-8859-1
    <?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="http://www.okta.com/exkvfr8ekJg9uF26B5d7" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>…</ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://org.example.com/app/org_timesheets_1/exkvfr8ekJg9uF26B5d7/sso/saml"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://org.example.com/app/org_timesheets_1/exkvfr8ekJg9uF26B5d7/sso/saml"/></md:IDPSSODescriptor></md:EntityDescriptor>
    "#);
    assert_eq!(asked(&org, &path).await.2, text);
}

#[tokio::test]
async fn an_app_without_saml_or_without_the_key_has_no_metadata() {
    let org = org();
    let (client, _) = create(&org, web("Portal")).await;
    let (id, _) = create(&org, saml("Timesheets")).await;
    let refusals = [
        send(&org, "GET", &format!("/api/v1/apps/{client}/sso/saml/metadata"), Value::Null).await,
        send(&org, "GET", &format!("/api/v1/apps/{id}/sso/saml/metadata?kid=pears"), Value::Null).await,
        send(&org, "GET", "/api/v1/apps/0oa0/sso/saml/metadata", Value::Null).await,
        send(&org, "PUT", &format!("/api/v1/apps/{id}/sso/saml/metadata"), json!({})).await,
    ];
    insta::assert_snapshot!(refusals.map(refusal).join("\n"), @"
    404 E0000007 Not found: Resource not found: 0oaf000008Euf57TO5d7 (SamlApplication) []
    404 E0000007 Not found: Resource not found: pears (JsonWebKey) []
    404 E0000007 Not found: Resource not found: 0oa0 (AppInstance) []
    405 E0000022 The endpoint does not support the provided HTTP method []
    ");
}
