//! One change of an org with something of every kind in it, and what the org holds before and after: for the tests that interrupt it
//! anywhere.
//!
//! What a kind that comes later needs has three places here: its documents in [`Scenario::everything`], what it leaves behind in
//! [`Live`], and how each of its objects is told from others in [`Contents::of`].

use std::collections::BTreeMap;

use idpctl::json::Path;
use idpctl::resource::app::{READ_ONLY, without};
use serde_json::{Value, json};

/// The apps that the change replaces.
pub(crate) const REPLACED: [&str; 2] = ["kept", "moved"];

/// How many deletions the change may have.
pub(crate) const MAX_DELETES: usize = 20;

/// The variables that hold the secrets of the manifests, without `IDPCTL_`.
pub(crate) const SECRETS: [&str; 3] = ["ONE", "TWO", "THREE"];

/// Returns the value of the secret that `IDPCTL_{name}` holds.
pub(crate) fn secret_value(name: &str) -> String {
    format!("a secret that is called {name}, of good length")
}

/// A step from one set of manifests to another.
pub(crate) struct Scenario {
    /// Apps that somebody made by hand.
    pub(crate) by_hand: Vec<Value>,
    /// Manifests that were applied one after the other before.
    pub(crate) history: Vec<Vec<Value>>,
    /// The manifests that are applied now, with pruning.
    pub(crate) now: Vec<Value>,
}

impl Scenario {
    /// Everything at once: apps made, changed, put in and out of force, adopted, replaced and deleted, with secrets, keys, grants and
    /// access policies that come and go.
    pub(crate) fn everything() -> Self {
        let portal = app("portal", "Portal", &[("client_id", json!("portal-client"))]);
        let revived = with(app("revived", "Revived", &[]), "spec.status", json!("INACTIVE"));
        let adopted = app("adopted", "Adopted", &[("client_id", json!("adopted-client"))]);
        let first = vec![
            portal.clone(),
            secrets("portal", &[("ONE", "ACTIVE")]),
            grant("portal", &["okta.users.read", "okta.logs.read"]),
            service("keyed", "Keyed", &["a", "b"]),
            service("switched", "Switched", &["a"]),
            app("moved", "Moved", &[("client_id", json!("moved-one"))]),
            secrets("moved", &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            grant("moved", &["okta.users.read"]),
            app("kept", "Kept", &[("client_id", json!("kept-client"))]),
            secrets("kept", &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            grant("kept", &["okta.users.read"]),
            app("rotated", "Rotated", &[]),
            secrets("rotated", &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            revived.clone(),
            secrets("revived", &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            app("stripped", "Stripped", &[]),
            secrets("stripped", &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            grant("stripped", &["okta.users.read"]),
            app("gone", "Gone", &[]),
            provider("okta", "Okta", &[]),
            client_type("changed", "okta", &[]),
            client_type("dropped", "okta", &[]),
            client_type("same", "okta", &[]),
        ];
        let retired = replaced(&first, &secrets("revived", &[("ONE", "INACTIVE"), ("TWO", "ACTIVE")]));
        let relabelled = with(with(portal, "spec.label", json!("Web Portal")), "spec.accessPolicy.name", json!("One factor"));
        let now = vec![
            with(relabelled, "spec.status", json!("INACTIVE")),
            with(
                secrets("portal", &[("ONE", "INACTIVE"), ("TWO", "ACTIVE")]),
                "spec.token_endpoint_auth_method",
                json!("client_secret_post"),
            ),
            grant("portal", &["okta.users.read", "okta.groups.read"]),
            service("keyed", "Keyed", &["a", "c"]),
            with(
                service("switched", "Switched", &["a"]),
                "spec.credentials.oauthClient.token_endpoint_auth_method",
                json!("client_secret_basic"),
            ),
            secrets("switched", &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            with(app("moved", "Moved", &[("client_id", json!("moved-two"))]), "spec.accessPolicy.name", json!("One factor")),
            secrets("moved", &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            grant("moved", &["okta.users.read"]),
            with(
                app("kept", "Kept", &[("client_id", json!("kept-client"))]),
                "spec.settings.oauthClient.application_type",
                json!("native"),
            ),
            secrets("kept", &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            grant("kept", &["okta.users.read"]),
            app("rotated", "Rotated", &[]),
            secrets("rotated", &[("TWO", "ACTIVE"), ("THREE", "ACTIVE")]),
            with(revived, "spec.status", json!("ACTIVE")),
            secrets("revived", &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
            app("stripped", "Stripped of all", &[]),
            adopted.clone(),
            with(app("worker", "Worker", &[]), "spec.accessPolicy.name", json!("One factor")),
            secrets("worker", &[("ONE", "ACTIVE"), ("THREE", "ACTIVE")]),
            grant("worker", &["okta.apps.read"]),
            with(service("idle", "Idle", &["a"]), "spec.status", json!("INACTIVE")),
            grant("idle", &["okta.users.read"]),
            provider("okta", "Okta", &[("SSLInsecureSkipVerify", json!(true))]),
            client_type("changed", "okta", &[("GrantType", json!(["client_credentials", "refresh_token"])), ("Description", Value::Null)]),
            client_type("same", "okta", &[]),
            client_type("made", "okta", &[]),
            provider("keycloak", "Keycloak", &[]),
            client_type("elsewhere", "keycloak", &[]),
        ];
        Self { by_hand: vec![made_by_hand(&adopted)], history: vec![first, retired], now }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a document is made of its spec")]
fn document(kind: &str, name: &str, spec: Value) -> Value {
    json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": {"name": name}, "spec": spec})
}

/// Returns an `App` document for a web app.
fn app(name: &str, label: &str, credentials: &[(&str, Value)]) -> Value {
    let client = json!({"application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"],
        "redirect_uris": ["https://a.example.com/cb"]});
    let document = document("App", name, json!({"label": label, "settings": {"oauthClient": client}}));
    let place = |member: &str| format!("spec.credentials.oauthClient.{member}");
    credentials.iter().fold(document, |document, (member, value)| with(document, &place(member), value.clone()))
}

/// Returns an `App` document for a service that signs with some keys.
fn service(name: &str, label: &str, keys: &[&str]) -> Value {
    let keys: Vec<_> = keys.iter().map(|kid| key(kid)).collect();
    let client = json!({"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
        "jwks": {"keys": keys}});
    let credentials = json!({"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}});
    document("App", name, json!({"label": label, "settings": {"oauthClient": client}, "credentials": credentials}))
}

/// Returns a public key that is long enough; nobody has its private part.
fn key(kid: &str) -> Value {
    json!({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "e": "AQAB", "n": format!("v{}Q", kid.repeat(340))})
}

/// Returns a `ClientCredentials` document with some secrets: name and status.
fn secrets(name: &str, entries: &[(&str, &str)]) -> Value {
    let entry = |(name, status): &(&str, &str)| json!({"name": name.to_lowercase(), "env": format!("IDPCTL_{name}"), "status": status});
    document("ClientCredentials", name, json!({"client_secrets": entries.iter().map(entry).collect::<Vec<_>>()}))
}

fn grant(name: &str, scopes: &[&str]) -> Value {
    document("Grant", name, json!({"scopes": scopes}))
}

/// Returns an `OAuthProvider` document below which client types are pruned.
fn provider(name: &str, sort: &str, fields: &[(&str, Value)]) -> Value {
    let url = format!("https://{name}.example.com/.well-known/openid-configuration");
    let token = json!({"env": format!("IDPCTL_{}", SECRETS[0])});
    let spec = json!({"Name": name, "Type": sort, "WellKnownURL": url, "RegistrationAccessToken": token});
    let document = with(document("OAuthProvider", name, spec), "metadata.prune", json!(true));
    fields.iter().fold(document, |document, (field, value)| with(document, &format!("spec.{field}"), value.clone()))
}

/// Returns a `ClientType` document for services.
fn client_type(name: &str, provider: &str, fields: &[(&str, Value)]) -> Value {
    let spec = json!({"provider": provider, "Name": name, "Description": "For services", "ResponseTypes": ["token"],
        "GrantType": ["client_credentials"], "OktaAppType": "service"});
    let document = document("ClientType", name, spec);
    fields.iter().fold(document, |document, (field, value)| with(document, &format!("spec.{field}"), value.clone()))
}

fn with(mut tree: Value, path: &str, value: Value) -> Value {
    Path::of(path).set(&mut tree, value);
    tree
}

/// Returns some documents with one in the place of the one that has its kind and name.
fn replaced(documents: &[Value], by: &Value) -> Vec<Value> {
    let is = |document: &Value| document["kind"] == by["kind"] && document["metadata"] == by["metadata"];
    assert!(documents.iter().any(is), "there is such a document");
    documents.iter().map(|document| if is(document) { by.clone() } else { document.clone() }).collect()
}

/// Returns the body of a request by which somebody makes the app of a document.
fn made_by_hand(document: &Value) -> Value {
    let body = with(document["spec"].clone(), "visibility", json!({}));
    with(with(body, "name", json!("oidc_client")), "signOnMode", json!("OPENID_CONNECT"))
}

/// What there is, of every kind.
pub(crate) struct Live {
    /// The org's apps.
    pub(crate) apps: Vec<FoundApp>,
    /// The portal's providers.
    pub(crate) providers: Vec<FoundProvider>,
}

/// One provider as a portal holds it.
pub(crate) struct FoundProvider {
    /// The provider with its client types, as a read by its id shows it.
    pub(crate) provider: Value,
    /// Its registration token, which nothing shows.
    pub(crate) token: Option<String>,
}

/// One app as an org holds it.
pub(crate) struct FoundApp {
    /// The app, as the list shows it.
    pub(crate) app: Value,
    /// The list of its grants.
    pub(crate) grants: Value,
    /// The status and value of each of its secrets.
    pub(crate) secrets: Vec<(String, String)>,
}

/// What an org holds, without what differs from run to run: by what each object is known by, the state of every object so known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contents(BTreeMap<String, Vec<String>>);

impl Contents {
    /// Returns what an org holds.
    pub(crate) fn of(live: &Live) -> Self {
        let Live { apps, providers } = live;
        let mut contents = Self(BTreeMap::new());
        for app in apps {
            contents.add_app(app);
        }
        for provider in providers {
            contents.add_provider(provider);
        }
        contents
    }

    fn add_app(&mut self, found: &FoundApp) {
        let FoundApp { app, grants, secrets } = found;
        let text = |path: &str| Path::of(path).find(app).and_then(Value::as_str).unwrap_or_default();
        let (id, label, owner) = (text("id"), text("label"), text("profile.idpctl.owner"));
        let policy = text("_links.accessPolicy.href").rsplit('/').next().unwrap_or_default().to_owned();
        let mut body = without(app, &READ_ONLY);
        let mut keys = Path::of("settings.oauthClient.jwks.keys").remove(&mut body).unwrap_or_default();
        let body = body.to_string().replace(id, "{id}");
        self.add(format!("app labelled {label}"), format!("{} {policy} {body}", text("status")));
        self.add(format!("app marked {owner}"), label.to_owned());
        for key in keys.as_array_mut().into_iter().flatten() {
            Path::of("id").remove(key);
            self.add(format!("key {} of {label}", key["kid"]), key.to_string());
        }
        for grant in grants.as_array().into_iter().flatten() {
            self.add(format!("scope {} of {label}", grant["scopeId"]), grant["status"].to_string());
        }
        for (status, value) in secrets {
            let name = SECRETS.into_iter().find(|name| secret_value(name) == *value).unwrap_or("that the server made");
            self.add(format!("secret {name} of {label}"), status.clone());
        }
    }

    fn add_provider(&mut self, found: &FoundProvider) {
        let FoundProvider { provider, token } = found;
        let of_the_portal = ["ID", "CID", "CreatedAt", "UpdatedAt"];
        let mut body = without(provider, &of_the_portal);
        let client_types = body.as_object_mut().and_then(|body| body.remove("ClientTypes")).unwrap_or_default();
        self.add(format!("provider {}", provider["Name"]), format!("{token:?} {body}"));
        for client_type in client_types.as_array().into_iter().flatten() {
            let state = without(client_type, &of_the_portal).to_string();
            self.add(format!("client type {} of {}", client_type["Name"], provider["Name"]), state);
        }
    }

    fn add(&mut self, known_by: String, state: String) {
        self.0.entry(known_by).or_default().push(state);
    }

    /// Returns where it is not as expected, and what is there twice.
    pub(crate) fn faults(&self, expected: &Self) -> Vec<String> {
        let twice = self.0.iter().filter(|(_, states)| states.len() > 1).map(|(known_by, _)| format!("{known_by} is there twice"));
        let known: std::collections::BTreeSet<_> = self.0.keys().chain(expected.0.keys()).collect();
        let differ = known.into_iter().filter(|known_by| self.0.get(*known_by) != expected.0.get(*known_by));
        let differ = differ.map(|known_by| format!("{known_by} is {:?} and not {:?}", self.0.get(known_by), expected.0.get(known_by)));
        twice.chain(differ).collect()
    }
}
