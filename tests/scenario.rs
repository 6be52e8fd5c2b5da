//! One change of an org with something of every kind in it, and what the org holds before and after: for the tests that interrupt it
//! anywhere.
//!
//! What a kind that comes later needs has three places here: its documents in a part of [`Scenario::everything`], what it leaves behind in
//! [`Live`], and how each of its objects is told from others in [`Contents::of`].

use std::collections::BTreeMap;

use idpctl::json::Path;
use idpctl::resource::app::{READ_ONLY, without};
use serde_json::{Value, json};

/// The apps and clients that the change replaces.
pub(crate) const REPLACED: [&str; 3] = ["App/kept", "App/moved", "Client/resorted"];

/// The files that the secrets of clients go to.
pub(crate) const OUTPUTS: [&str; 3] = ["renewed-one", "renewed-two", "registered"];

/// How many deletions the change may have.
pub(crate) const MAX_DELETES: usize = 30;

/// The groups that the manifests name besides Everyone.
const GROUPS: [&str; 3] = ["Sales", "Support", "Night shift"];

/// The variables that hold the secrets of the manifests, without `IDPCTL_`.
pub(crate) const SECRETS: [&str; 3] = ["ONE", "TWO", "THREE"];

/// Returns the value of the secret that `IDPCTL_{name}` holds.
pub(crate) fn secret_value(name: &str) -> String {
    format!("a secret that is called {name}, of good length")
}

/// A step from one set of manifests to another.
pub(crate) struct Scenario {
    /// Groups that somebody made by hand.
    pub(crate) groups: &'static [&'static str],
    /// Apps that somebody made by hand.
    pub(crate) by_hand: Vec<Value>,
    /// Manifests that were applied one after the other before.
    pub(crate) history: Vec<Vec<Value>>,
    /// The manifests that are applied now, with pruning.
    pub(crate) now: Vec<Value>,
}

/// What is declared of some objects, before and now.
type Part = [Vec<Value>; 2];

const ONE_AND_TWO: [(&str, &str); 2] = [("ONE", "ACTIVE"), ("TWO", "ACTIVE")];
const ONE_RETIRED: [(&str, &str); 2] = [("ONE", "INACTIVE"), ("TWO", "ACTIVE")];

impl Scenario {
    /// Everything at once: apps made, changed, put in and out of force, adopted, replaced and deleted, with secrets, keys, grants and
    /// access policies that come and go.
    pub(crate) fn everything() -> Self {
        let parts =
            [changed(), keys(), replacements(), rotations(), departures(), arrivals(), assignments(), clients(), servers(), client_types()];
        let [before, now] = [0, 1].map(|i| parts.iter().flat_map(|part| part[i].clone()).collect::<Vec<_>>());
        // A secret is out of force only if it was in force before.
        let retired = replaced(&before, &secrets("revived", &ONE_RETIRED));
        Self { groups: &GROUPS, by_hand: vec![made_by_hand(&adopted())], history: vec![before, retired], now }
    }
}

/// An app of which everything changes that can.
fn changed() -> Part {
    let portal = client("portal", "Portal", "portal-client");
    let relabelled = with(with(portal.clone(), "spec.label", json!("Web Portal")), "spec.accessPolicy.name", json!("One factor"));
    let credentials = with(secrets("portal", &ONE_RETIRED), "spec.token_endpoint_auth_method", json!("client_secret_post"));
    let scopes = |other| grant("portal", &["okta.users.read", other]);
    [
        vec![portal, secrets("portal", &ONE_AND_TWO[..1]), scopes("okta.logs.read")],
        vec![with(relabelled, "spec.status", json!("INACTIVE")), credentials, scopes("okta.groups.read")],
    ]
}

/// Keys that come and go, and a client that changes from keys to secrets.
fn keys() -> Part {
    let [before, now] = [["a", "b"], ["a", "c"]].map(|keys| service("keyed", "Keyed", &keys));
    let signs = service("switched", "Switched", &["a"]);
    let knows = with(signs.clone(), "spec.credentials.oauthClient.token_endpoint_auth_method", json!("client_secret_basic"));
    [vec![before, signs], vec![now, knows, secrets("switched", &ONE_AND_TWO)]]
}

/// Apps that are replaced: one by another with a new client id, one by another with the same.
fn replacements() -> Part {
    let with_children = |app: Value, name: &str| vec![app, secrets(name, &ONE_AND_TWO), grant(name, &["okta.users.read"])];
    let moved = |client_id| client("moved", "Moved", client_id);
    let kept = client("kept", "Kept", "kept-client");
    let after = [
        with(moved("moved-two"), "spec.accessPolicy.name", json!("One factor")),
        with(kept.clone(), "spec.settings.oauthClient.application_type", json!("native")),
    ];
    [[moved("moved-one"), kept], after].map(|[moved, kept]| [with_children(moved, "moved"), with_children(kept, "kept")].concat())
}

/// A third secret in the place of the first, and an app and a secret that are put in force again.
fn rotations() -> Part {
    let rotated = |names: &[(&str, &str)]| [app("rotated", "Rotated"), secrets("rotated", names)];
    let revived = |status: &str| [with(app("revived", "Revived"), "spec.status", json!(status)), secrets("revived", &ONE_AND_TWO)];
    [
        [rotated(&ONE_AND_TWO), revived("INACTIVE")].concat(),
        [rotated(&[("TWO", "ACTIVE"), ("THREE", "ACTIVE")]), revived("ACTIVE")].concat(),
    ]
}

/// An app that goes, and one whose secrets and grants do.
fn departures() -> Part {
    let stripped = [app("stripped", "Stripped"), secrets("stripped", &ONE_AND_TWO), grant("stripped", &["okta.users.read"])];
    [[&stripped[..], &[app("gone", "Gone")]].concat(), vec![app("stripped", "Stripped of all")]]
}

/// Groups that are assigned, in another order, with other attributes, and not any more; to an app that stays, and to one that is made.
fn assignments() -> Part {
    let group = |name: &str, priority: u8, role: &str| json!({"name": name, "priority": priority, "profile": {"role": role}});
    let assigned = |name: &str, groups: &[Value]| document("GroupAssignment", name, json!({"groups": groups}));
    let before = [group("Sales", 0, "reader"), group("Support", 1, "reader"), json!({"name": "Everyone"})];
    let after = [group("Support", 0, "writer"), group("Sales", 1, "reader"), group("Night shift", 2, "reader")];
    [
        vec![app("shared", "Shared"), assigned("shared", &before)],
        vec![app("shared", "Shared"), assigned("shared", &after), app("opened", "Opened"), assigned("opened", &after[1..])],
    ]
}

/// Apps that are made, in force and not, and one that somebody made before.
fn arrivals() -> Part {
    let now = vec![
        adopted(),
        with(app("worker", "Worker"), "spec.accessPolicy.name", json!("One factor")),
        secrets("worker", &[("ONE", "ACTIVE"), ("THREE", "ACTIVE")]),
        grant("worker", &["okta.apps.read"]),
        with(service("idle", "Idle", &["a"]), "spec.status", json!("INACTIVE")),
        grant("idle", &["okta.users.read"]),
    ];
    [Vec::new(), now]
}

/// Registered clients: one that changes, with keys and scopes that come and go and a secret that goes to another file; one that is
/// replaced; and one that is made.
fn clients() -> Part {
    let registered = |name: &str, sort: &str, grant_type: &str, fields: &[(&str, Value)]| {
        let spec = json!({"client_name": name, "application_type": sort, "grant_types": [grant_type],
            "response_types": [if sort == "service" { "token" } else { "code" }], "redirect_uris": ["https://a.example.com/cb"]});
        let document = with(document("Client", name, spec), "metadata.adopt", json!(true));
        fields.iter().fold(document, |document, (field, value)| with(document, &format!("spec.{field}"), value.clone()))
    };
    let keys = |kids: [&str; 2]| ("jwks.keys", json!(kids.map(key)));
    let output = |file: &str| ("client_secret_output.file", json!(file));
    let renewed = |fields: &[(&str, Value)]| registered("renewed", "web", "authorization_code", fields);
    let signs = ("token_endpoint_auth_method", json!("private_key_jwt"));
    let resorted = |sort, grant_type| registered("resorted", sort, grant_type, &[signs.clone(), keys(["a", "b"])]);
    let posts = ("token_endpoint_auth_method", json!("client_secret_post"));
    [
        vec![
            renewed(&[output("renewed-one"), keys(["a", "b"]), ("tos_uri", json!("https://a.example.com/terms"))]),
            grant("renewed", &["okta.users.read", "okta.logs.read"]),
            resorted("service", "client_credentials"),
            grant("resorted", &["okta.users.read"]),
        ],
        vec![
            renewed(&[output("renewed-two"), keys(["a", "c"]), ("tos_uri", Value::Null)]),
            grant("renewed", &["okta.users.read", "okta.groups.read"]),
            resorted("web", "authorization_code"),
            grant("resorted", &["okta.users.read"]),
            registered("registered", "web", "authorization_code", &[output("registered"), posts]),
        ],
    ]
}

/// An authorization server that changes with all that it consists of, in another order, for an app that is replaced and one that is made;
/// and a server that is made.
fn servers() -> Part {
    let server = |name: &str, fields: Value| {
        let spec = json!({"name": name, "audiences": [format!("https://{name}.example.com")]});
        let spec = fields.as_object().into_iter().flatten().fold(spec, |spec, (field, value)| with(spec, field, value.clone()));
        document("AuthorizationServer", name, spec)
    };
    let policy = |name: &str, priority: u8, clients: &[&str], rules: Value| json!({"name": name, "description": name, "priority": priority, "conditions": {"clients": {"include": clients}}, "rules": rules});
    let rule = |name: &str, priority: u8, scope: &str, minutes: u16| {
        json!({"name": name, "priority": priority, "actions": {"token": {"accessTokenLifetimeMinutes": minutes}},
            "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": [scope]}}})
    };
    let claim = |value: &str| json!({"name": "team", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": value, "conditions": {"scopes": ["read"]}});
    let before = json!({
        "scopes": [{"name": "read"}, {"name": "old"}],
        "claims": [claim("\"a\"")],
        "policies": [
            policy("first", 1, &["portal"], json!([rule("tokens", 1, "read", 60), rule("spare", 2, "old", 60)])),
            policy("second", 2, &["moved", "portal"], json!([])),
            policy("gone", 3, &["ALL_CLIENTS"], json!([rule("all", 1, "*", 60)])),
        ],
    });
    let now = json!({
        "description": "Orders",
        "status": "INACTIVE",
        "scopes": [{"name": "read", "consent": "FLEXIBLE"}, {"name": "write"}, {"name": "openid", "metadataPublish": "NO_CLIENTS"}],
        "claims": [claim("\"b\"")],
        "policies": [
            policy("second", 1, &["moved", "worker"], json!([with(rule("made", 1, "write", 60), "status", json!("INACTIVE"))])),
            with(policy("first", 2, &["portal"], json!([rule("tokens", 1, "read", 30)])), "status", json!("INACTIVE")),
        ],
    });
    let made = json!({
        "scopes": [{"name": "email", "metadataPublish": "NO_CLIENTS"}, {"name": "bill"}],
        "policies": [policy("workers", 1, &["worker"], json!([rule("tokens", 1, "bill", 60)]))],
    });
    [vec![server("orders", before)], vec![server("orders", now), server("bills", made)]]
}

/// A provider that changes and one that is made, with client types that come, change, stay and go.
fn client_types() -> Part {
    let changed = [("GrantType", json!(["client_credentials", "refresh_token"])), ("Description", Value::Null)];
    let before = vec![
        provider("okta", "Okta", &[]),
        client_type("changed", "okta", &[]),
        client_type("dropped", "okta", &[]),
        client_type("same", "okta", &[]),
    ];
    let now = vec![
        provider("okta", "Okta", &[("SSLInsecureSkipVerify", json!(true))]),
        client_type("changed", "okta", &changed),
        client_type("same", "okta", &[]),
        client_type("made", "okta", &[]),
        provider("keycloak", "Keycloak", &[]),
        client_type("elsewhere", "keycloak", &[]),
    ];
    [before, now]
}

fn adopted() -> Value {
    client("adopted", "Adopted", "adopted-client")
}

#[expect(clippy::needless_pass_by_value, reason = "a document is made of its spec")]
fn document(kind: &str, name: &str, spec: Value) -> Value {
    json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": {"name": name}, "spec": spec})
}

/// Returns an `App` document for a web app.
fn app(name: &str, label: &str) -> Value {
    let client = json!({"application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"],
        "redirect_uris": ["https://a.example.com/cb"]});
    document("App", name, json!({"label": label, "settings": {"oauthClient": client}}))
}

/// Returns an `App` document for a web app with a client id of its own.
fn client(name: &str, label: &str, client_id: &str) -> Value {
    with(app(name, label), "spec.credentials.oauthClient.client_id", json!(client_id))
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

/// Returns policies, or rules, in the order in which they are tried, each with its place: the numbers are the server's choice.
fn in_order(list: &Value) -> Vec<(usize, &Value)> {
    let mut items: Vec<_> = list.as_array().into_iter().flatten().collect();
    items.sort_by_key(|item| item["priority"].as_i64());
    items.into_iter().enumerate().collect()
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
    /// The org's authorization servers.
    pub(crate) servers: Vec<FoundServer>,
    /// The portal's providers.
    pub(crate) providers: Vec<FoundProvider>,
    /// The secrets in the files that are there.
    pub(crate) written: Vec<(&'static str, String)>,
}

/// One authorization server as an org holds it.
pub(crate) struct FoundServer {
    /// The server, as the list shows it.
    pub(crate) server: Value,
    /// The lists of its scopes, claims and policies.
    pub(crate) children: [Value; 3],
    /// The list of the rules of each of its policies, by the policy's id.
    pub(crate) rules: BTreeMap<String, Value>,
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
    /// The list of the groups that have it.
    pub(crate) groups: Value,
    /// The status and value of each of its secrets.
    pub(crate) secrets: Vec<(String, String)>,
}

/// What an org holds, without what differs from run to run: by what each object is known by, the state of every object so known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contents(BTreeMap<String, Vec<String>>);

impl Contents {
    /// Returns what an org holds.
    pub(crate) fn of(live: &Live) -> Self {
        let Live { apps, servers, providers, written } = live;
        let mut contents = Self(BTreeMap::new());
        for app in apps {
            contents.add_app(app);
        }
        for server in servers {
            contents.add_server(server, apps);
        }
        for provider in providers {
            contents.add_provider(provider);
        }
        for (file, secret) in written {
            let holds = |app: &&FoundApp| app.secrets.iter().any(|(_, value)| value == secret);
            let whose = apps.iter().find(holds).map_or("nobody's".to_owned(), |found| found.app["label"].to_string());
            contents.add(format!("file {file}"), whose);
        }
        contents
    }

    fn add_app(&mut self, found: &FoundApp) {
        let FoundApp { app, grants, groups, secrets } = found;
        let text = |path: &str| Path::of(path).find(app).and_then(Value::as_str).unwrap_or_default();
        let (id, label, owner) = (text("id"), text("label"), text("profile.idpctl.owner"));
        let policy = text("_links.accessPolicy.href").rsplit('/').next().unwrap_or_default().to_owned();
        let mut body = without(app, &READ_ONLY);
        let mut keys = Path::of("settings.oauthClient.jwks.keys").remove(&mut body).unwrap_or_default();
        let body = body.to_string().replace(id, "{id}");
        self.add(format!("app labelled {label}"), format!("{} {policy} {body}", text("status")));
        // Clients that are registered bear no mark.
        if !owner.is_empty() {
            self.add(format!("app marked {owner}"), label.to_owned());
        }
        for key in keys.as_array_mut().into_iter().flatten() {
            Path::of("id").remove(key);
            self.add(format!("key {} of {label}", key["kid"]), key.to_string());
        }
        for grant in grants.as_array().into_iter().flatten() {
            self.add(format!("scope {} of {label}", grant["scopeId"]), grant["status"].to_string());
        }
        for group in groups.as_array().into_iter().flatten() {
            self.add(format!("group {} of {label}", group["id"]), format!("{} {}", group["priority"], group["profile"]));
        }
        for (status, value) in secrets {
            let name = SECRETS.into_iter().find(|name| secret_value(name) == *value).unwrap_or("that the server made");
            self.add(format!("secret {name} of {label}"), status.clone());
        }
    }

    fn add_server(&mut self, found: &FoundServer, apps: &[FoundApp]) {
        const OF_THE_SERVER: [&str; 9] = [
            "id",
            "issuer",
            "created",
            "lastUpdated",
            "_links",
            "credentials.signing.kid",
            "credentials.signing.lastRotated",
            "credentials.signing.nextRotation",
            "priority",
        ];
        let FoundServer { server, children: [scopes, claims, policies], rules } = found;
        let labelled = |text: String| {
            let id = |app: &Value| Path::of("credentials.oauthClient.client_id").find(app).map(ToString::to_string).unwrap_or_default();
            apps.iter().fold(text, |text, FoundApp { app, .. }| text.replace(&id(app), &format!("client of {}", app["label"])))
        };
        let state = |object: &Value| labelled(without(object, &OF_THE_SERVER).to_string());
        let whose = format!("server {}", server["name"]);
        self.add(whose.clone(), state(server));
        for scope in scopes.as_array().into_iter().flatten() {
            self.add(format!("scope {} of {whose}", scope["name"]), state(scope));
        }
        for claim in claims.as_array().into_iter().flatten() {
            self.add(format!("claim {} {} of {whose}", claim["claimType"], claim["name"]), state(claim));
        }
        for (place, policy) in in_order(policies) {
            let whose = format!("policy {} of {whose}", policy["name"]);
            self.add(whose.clone(), format!("{place} {}", state(policy)));
            let rules = policy["id"].as_str().and_then(|id| rules.get(id));
            for (place, rule) in rules.map(in_order).unwrap_or_default() {
                self.add(format!("rule {} of {whose}", rule["name"]), format!("{place} {}", state(rule)));
            }
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
