//! The emulated portal held to the published description: every documented answer of every documented operation comes, with the
//! documented keys, types and values and no others.
//!
//! Two things are left to the facts that the description contradicts or lacks: a string with an enumeration may be a list of its
//! values, and objects have a `CID`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use idpctl_emulator::{Config, Org};
use serde_json::{Value, json};

/// One request, the documented path that it is an instance of, and the status that it is to get.
type Case = (&'static str, &'static str, &'static str, Value, u16);

const PROVIDERS: &str = "/oauth-providers";
const PROVIDER: &str = "/oauth-providers/{provider_id}";
const TYPES: &str = "/oauth-providers/{provider_id}/client-types";
const TYPE: &str = "/oauth-providers/{provider_id}/client-types/{client_type_id}";
const ATTACHED: &str = "/products/{product_id}/client_types";
const ATTACHMENT: &str = "/products/{product_id}/client_types/{client_type_id}";

fn published() -> Option<Value> {
    let shared =
        std::env::var_os("IDPCTL_SHARED").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let text = std::fs::read_to_string(shared.join("tyk-openapi/portal-subset.yaml")).ok()?;
    Some(serde_yaml::from_str(&text).expect("the description is YAML"))
}

#[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
fn skipped() {
    eprintln!("skipped: the published description is not there; name its folder's parent in IDPCTL_SHARED");
}

fn cases() -> Vec<Case> {
    let provider =
        json!({"Name": "Okta", "Type": "Okta", "WellKnownURL": "https://org.example.com", "RegistrationAccessToken": "00made-up"});
    let client_type = json!({"Name": "Web", "Description": "For servers", "ResponseTypes": "code,token", "GrantType": "authorization_code,password",
        "TokenEndpointAuthMethod": "client_secret_basic", "OktaAppType": "web"});
    let none = Value::Null;
    vec![
        ("POST", PROVIDERS, "/oauth-providers", json!({}), 400),
        ("POST", PROVIDERS, "/oauth-providers", provider.clone(), 200),
        ("GET", PROVIDERS, "/oauth-providers", none.clone(), 200),
        ("POST", TYPES, "/oauth-providers/1/client-types", json!({}), 400),
        ("POST", TYPES, "/oauth-providers/9/client-types", client_type.clone(), 404),
        ("POST", TYPES, "/oauth-providers/1/client-types", client_type.clone(), 200),
        ("GET", TYPES, "/oauth-providers/1/client-types", none.clone(), 200),
        ("GET", TYPES, "/oauth-providers/9/client-types", none.clone(), 404),
        ("GET", TYPE, "/oauth-providers/1/client-types/1", none.clone(), 200),
        ("GET", TYPE, "/oauth-providers/1/client-types/9", none.clone(), 404),
        ("PUT", TYPE, "/oauth-providers/1/client-types/1", client_type.clone(), 200),
        ("PUT", TYPE, "/oauth-providers/1/client-types/1", json!({}), 400),
        ("PUT", TYPE, "/oauth-providers/9/client-types/1", client_type, 404),
        ("GET", PROVIDER, "/oauth-providers/1", none.clone(), 200),
        ("GET", PROVIDER, "/oauth-providers/9", none.clone(), 404),
        ("PUT", PROVIDER, "/oauth-providers/1", provider.clone(), 200),
        ("PUT", PROVIDER, "/oauth-providers/1", json!({}), 400),
        ("PUT", PROVIDER, "/oauth-providers/9", provider, 404),
        ("POST", ATTACHED, "/products/1/client_types", json!({"ID": 9}), 422),
        ("GET", ATTACHMENT, "/products/1/client_types/1", none.clone(), 404),
        ("DELETE", ATTACHMENT, "/products/1/client_types/1", none.clone(), 404),
        ("POST", ATTACHED, "/products/1/client_types", json!({"ID": 1}), 201),
        ("GET", ATTACHED, "/products/1/client_types", none.clone(), 200),
        ("GET", ATTACHMENT, "/products/1/client_types/1", none.clone(), 200),
        ("DELETE", TYPE, "/oauth-providers/1/client-types/1", none.clone(), 400),
        ("DELETE", TYPE, "/oauth-providers/1/client-types/9", none.clone(), 404),
        ("DELETE", PROVIDER, "/oauth-providers/1", none.clone(), 400),
        ("DELETE", PROVIDER, "/oauth-providers/9", none.clone(), 404),
        ("DELETE", ATTACHMENT, "/products/1/client_types/1", none.clone(), 200),
        ("DELETE", TYPE, "/oauth-providers/1/client-types/1", none.clone(), 200),
        ("DELETE", PROVIDER, "/oauth-providers/1", none, 200),
    ]
}

async fn ask(org: &Org, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = http::Request::builder().method(method).uri(format!("http://portal/portal-api{path}"));
    let request = request.header("authorization", org.portal_token()).header("accept", "application/json").body(bytes).expect("a request");
    let answer = org.call(request).await.expect("no fault is set");
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).expect("the portal answers JSON"))
}

#[tokio::test]
async fn every_documented_answer_comes_and_is_as_documented() {
    let Some(published) = published() else { return skipped() };
    let org = Org::open(Config { frozen_clock: true, ..Config::default() }).expect("an org in memory");
    let product = json!({"Name": "Payments", "ProviderID": 1, "IsDocumentationOnly": false});
    assert_eq!(ask(&org, "POST", "/products", &product).await.0, 201);
    let (mut seen, mut problems) = (BTreeSet::new(), Vec::new());
    for (method, documented, path, body, expected) in cases() {
        let (status, answer) = ask(&org, method, path, &body).await;
        assert_eq!(status, expected, "{method} {path}: {answer}");
        let schema = &published["paths"][documented][method.to_lowercase()]["responses"][status.to_string()]["content"]["application/json"];
        check(&published, &schema["schema"], &answer, &format!("{method} {path} {status}"), &mut problems);
        seen.insert(format!("{method} {documented} {status}"));
    }
    assert_eq!(problems, [""; 0]);
    let responses = published["paths"].as_object().into_iter().flatten().flat_map(|(path, methods)| {
        methods.as_object().into_iter().flatten().flat_map(move |(method, operation)| {
            let statuses = operation["responses"].as_object().into_iter().flatten();
            statuses.map(move |(status, _)| format!("{} {path} {status}", method.to_uppercase()))
        })
    });
    assert_eq!(responses.collect::<BTreeSet<_>>(), seen);
}

#[test]
fn a_departure_from_the_description_is_seen() {
    let Some(published) = published() else { return skipped() };
    let schema = json!({"$ref": "#/components/schemas/OAuthProviderShow"});
    let answer = json!({"Name": 7, "Type": "okta", "WellKnownURL": "x", "CreatedAt": "2026-01-01T00:00", "CID": "x", "Secret": "x"});
    let mut problems = Vec::new();
    check(&published, &schema, &answer, "it", &mut problems);
    insta::assert_snapshot!(problems.join("\n"), @"
    it lacks ClientTypes
    it.Name is no string: 7
    it.Type has no value `okta`
    it.CreatedAt is no time: 2026-01-01T00:00
    it has a key that is not documented: Secret
    ");
}

/// Says where a value departs from a schema.
fn check(published: &Value, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
    let schema = resolved(published, schema);
    let fits = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        _ => value.is_object(),
    };
    if !fits {
        problems.push(format!("{at} is no {}: {value}", schema["type"].as_str().unwrap_or("object")));
    }
    if let (Some(values), Some(text)) = (schema["enum"].as_array(), value.as_str()) {
        let strange = text.split(',').filter(|one| !values.contains(&json!(one)));
        problems.extend(strange.map(|one| format!("{at} has no value `{one}`")));
    }
    if let (Some(_), Some(text)) = (schema["pattern"].as_str(), value.as_str()) {
        // The description has one pattern: minutes.
        let form: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
        if form != "9999-99-99 99:99" {
            problems.push(format!("{at} is no time: {text}"));
        }
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        check(published, &schema["items"], item, &format!("{at}[{n}]"), problems);
    }
    let Some(object) = value.as_object() else { return };
    let mut properties = BTreeMap::new();
    let mut required = BTreeSet::new();
    gather(published, schema, &mut properties, &mut required);
    problems.extend(required.iter().filter(|name| !object.contains_key(**name)).map(|name| format!("{at} lacks {name}")));
    for (name, value) in object.iter().filter(|(name, _)| *name != "CID") {
        match properties.get(name.as_str()) {
            Some(schema) => check(published, schema, value, &format!("{at}.{name}"), problems),
            None => problems.push(format!("{at} has a key that is not documented: {name}")),
        }
    }
}

/// Gathers properties and required keys of an object's schema and of all that it is composed of.
fn gather<'a>(published: &'a Value, schema: &'a Value, properties: &mut BTreeMap<&'a str, &'a Value>, required: &mut BTreeSet<&'a str>) {
    let schema = resolved(published, schema);
    properties.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, schema)| (name.as_str(), schema)));
    required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        gather(published, part, properties, required);
    }
}

fn resolved<'a>(published: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|name| published.pointer(name.trim_start_matches('#'))) {
        Some(schema) => resolved(published, schema),
        None => schema,
    }
}
