//! What is not declared of a registered client is not changed: members that nobody knows go back as they came.

use std::sync::{Arc, Mutex};

use idpctl::http::{InProcessTransport, Sending, Transport};
use idpctl::plan::Choices;
use serde_json::{Value, json};

use crate::story::{document, org, with};
use crate::world::World;

/// An org of tomorrow: it shows a member of each client that nobody knows, and keeps what a PUT says of it.
struct Tomorrow {
    org: InProcessTransport,
    /// The bodies of the PUTs.
    put: Arc<Mutex<Vec<Value>>>,
}

const MEMBER: &str = "field_of_tomorrow";

fn unknown() -> Value {
    json!({"deep": [1, {"x": null}], "flag": false})
}

impl Transport for Tomorrow {
    fn send(&self, mut request: http::Request<Vec<u8>>) -> Sending<'_> {
        let is_put = request.method() == "PUT";
        if let Ok(mut body) = serde_json::from_slice::<Value>(request.body())
            && is_put
        {
            self.put.lock().expect("nobody panics here").push(body.clone());
            body.as_object_mut().expect("a client").remove(MEMBER);
            *request.body_mut() = body.to_string().into_bytes();
            request.headers_mut().remove("content-length");
        }
        Box::pin(async move {
            let response = self.org.send(request).await?;
            let mut body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
            let clients = body.as_array_mut().map_or_else(Vec::new, |items| items.iter_mut().collect::<Vec<_>>());
            for client in clients {
                tell(client);
            }
            tell(&mut body);
            Ok(response.map(|bytes| if body.is_null() { bytes } else { body.to_string().into() }))
        })
    }
}

fn tell(client: &mut Value) {
    if client.get("client_name").is_some() {
        client[MEMBER] = unknown();
    }
}

fn declared(fields: &[(&str, Value)]) -> Value {
    let client = with(document("Client", "laden", json!({"client_name": "Laden"})), "metadata.adopt", json!(true));
    fields.iter().fold(client, |client, (field, value)| with(client, &format!("spec.{field}"), value.clone()))
}

/// Somebody registers a client with everything that one can have; returns its client id.
async fn laden(world: &World) -> String {
    let body = json!({
        "client_name": "Laden", "application_type": "web", "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "redirect_uris": ["https://a.example.com/cb", "https://a.example.com/other"], "post_logout_redirect_uris": ["https://a.example.com/out"],
        "token_endpoint_auth_method": "client_secret_basic", "client_uri": "https://a.example.com", "tos_uri": "https://a.example.com/terms",
        "initiate_login_uri": "https://a.example.com/login", "request_object_signing_alg": "ES256",
        "frontchannel_logout_uri": "https://a.example.com/bye", "frontchannel_logout_session_required": true,
        "jwks": {"keys": [crate::generate::key("a"), crate::generate::key("b")]},
    });
    let client = world.somebody("POST", "/oauth2/v1/clients", body).await;
    client["client_id"].as_str().expect("a client id").to_owned()
}

/// Declares something of the laden client, and returns what of it is different afterwards; its app and its secret are as before.
fn changed_by(fields: &[(&str, Value)]) -> String {
    let mut world = org(&[]);
    let put = Arc::new(Mutex::new(Vec::new()));
    world.line = Some(Arc::new(Tomorrow { org: InProcessTransport::new(world.org.clone()), put: Arc::clone(&put) }));
    world.run(async |org| {
        let id = laden(org).await;
        let (secrets, path) = (org.secrets_of(&id), format!("/oauth2/v1/clients/{id}"));
        let before = org.somebody("GET", &path, Value::Null).await;
        org.does(&[declared(fields)], &Choices::default()).await;
        assert!(org.secrets_of(&id) == secrets, "the secret is another");
        let sent = put.lock().expect("nobody panics here").pop().expect("a PUT");
        assert_eq!(sent[MEMBER], unknown(), "what nobody knows goes back as it came");
        let after = org.somebody("GET", &path, Value::Null).await;
        crate::lossfree::differences(&before, &after)
    })
}

#[test]
fn one_setting_of_a_client_changes_itself_alone() {
    insta::assert_snapshot!(changed_by(&[("policy_uri", json!("https://a.example.com/privacy"))]), @r#"policy_uri: nothing → "https://a.example.com/privacy""#);
    insta::assert_snapshot!(changed_by(&[("redirect_uris", json!(["https://a.example.com/other"]))]), @r#"
    redirect_uris[0]: "https://a.example.com/cb" → "https://a.example.com/other"
    redirect_uris[1]: "https://a.example.com/other" → nothing
    "#);
    insta::assert_snapshot!(changed_by(&[("frontchannel_logout_session_required", json!(false))]), @"frontchannel_logout_session_required: true → false");
    insta::assert_snapshot!(changed_by(&[("jwks", json!({"keys": [crate::generate::key("c")]}))]).replace(&"a".repeat(340), "…").replace(&"b".repeat(340), "…").replace(&"c".repeat(340), "…"), @r#"jwks.keys[2]: nothing → {"kty":"RSA","kid":"c","use":"sig","alg":"RS256","e":"AQAB","n":"v…Q"}"#);
}

#[test]
fn null_clears_one_setting_of_a_client_alone() {
    for field in ["tos_uri", "initiate_login_uri", "request_object_signing_alg", "post_logout_redirect_uris", "client_uri"] {
        let changed = changed_by(&[(field, Value::Null)]);
        assert!(changed.lines().count() == 1 && changed.starts_with(field), "{field}: {changed}");
    }
    insta::assert_snapshot!(changed_by(&[("tos_uri", Value::Null), ("post_logout_redirect_uris", Value::Null)]), @r#"
    post_logout_redirect_uris[0]: "https://a.example.com/out" → nothing
    tos_uri: "https://a.example.com/terms" → nothing
    "#);
}
