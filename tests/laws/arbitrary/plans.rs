//! Manifests and an org between which every sort of action lies, and the plan that leads from one to the other.

use std::sync::LazyLock;

use idpctl::desired::{Desired, KeySets, resolve};
use idpctl::diagnostic::{Diagnostics, Sources};
use idpctl::diff::SecretHashes;
use idpctl::manifest::{SourceFile, Variables, read};
use idpctl::observed::{
    AccessPolicy, Clean, Id, LiveApp, LiveAssignment, LiveGrant, LiveGroup, LiveSecret, Observed, Org, Servers, Status,
};
use idpctl::pipeline;
use idpctl::plan::{Choices, Plan, SecretsMode};
use idpctl::secret::{Secret, SecretHash, SecretRef};
use serde_json::{Value, json};

use super::HUSH;

pub(crate) const ORG: &str = "https://acme.okta.com";

/// The variables that the manifests name, and their values.
pub(crate) fn values() -> impl Iterator<Item = (SecretRef, Secret)> {
    [("IDPCTL_ONE", HUSH.to_owned()), ("IDPCTL_TWO", format!("{HUSH}-2"))]
        .into_iter()
        .map(|(name, value)| (SecretRef::Env(name.to_owned()), Secret::new(value)))
}

pub(crate) fn hashes() -> SecretHashes {
    values().map(|(reference, secret)| (reference, Ok(secret.hash()))).collect()
}

/// Returns what was asked for: everything that needs a flag is allowed.
pub(crate) fn choices() -> Choices {
    let allow_replace = ["App/moved", "App/moved-with-id"].map(|address| address.parse().expect("an address")).into();
    Choices { prune: true, allow_replace, max_deletes: Some(50), secrets: SecretsMode::Compare, ..Choices::default() }
}

/// Returns what is declared.
pub(crate) fn desired() -> &'static Desired {
    static DESIRED: LazyLock<Desired> = LazyLock::new(declared);
    &DESIRED
}

fn declared() -> Desired {
    let key = |kid: &str| json!({"kty": "RSA", "kid": kid, "use": "sig", "e": "AQAB", "n": format!("v{}Q", kid.repeat(340))});
    let client = |sort: &str, grant: &str| json!({"application_type": sort, "grant_types": [grant], "response_types": []});
    let mut web = client("web", "authorization_code");
    web["response_types"] = json!(["code"]);
    web["redirect_uris"] = json!(["https://a.example.com/cb"]);
    web["jwks"] = json!({"keys": [key("b")]});
    let app = |name: &str, spec: Value| document("App", name, &spec);
    let mut documents = vec![
        app(
            "new",
            json!({"label": "New", "accessPolicy": {"name": "Strict"}, "settings": {"oauthClient": client("service", "client_credentials")}}),
        ),
        app(
            "web",
            json!({"label": "Web", "status": "INACTIVE", "accessPolicy": {"id": "rst9"}, "visibility": {"hide": {"web": false}}, "accessibility": {"selfService": null},
            "profile": {"team": "a"}, "additionalFields": {"settings": {"tomorrow": [0.1]}}, "settings": {"oauthClient": web}}),
        ),
        app("moved", json!({"label": "Moved", "settings": {"oauthClient": client("service", "client_credentials")}})),
        app(
            "moved-with-id",
            json!({"label": "Moved too", "credentials": {"oauthClient": {"client_id": "same-as-ever"}}, "settings": {"oauthClient": client("service", "client_credentials")}}),
        ),
    ];
    for name in ["new", "web"] {
        let secrets = json!([{"name": "one", "env": "IDPCTL_ONE"}, {"name": "two", "env": "IDPCTL_TWO", "status": "INACTIVE"}]);
        documents.push(document(
            "ClientCredentials",
            name,
            &json!({"client_secrets": secrets, "token_endpoint_auth_method": "client_secret_basic"}),
        ));
        documents.push(document("Grant", name, &json!({"scopes": ["okta.users.read", "okta.groups.read"]})));
    }
    let groups = json!([{"name": "Sales", "priority": 1, "profile": {"role": "a"}}, {"id": "00g2", "profile": {"role": null}}]);
    documents.push(document("GroupAssignment", "web", &json!({"groups": groups})));
    let text = documents.iter().map(|document| format!("---\n{document:#}\n")).collect::<Vec<_>>().concat();
    let (file, mut found) = (SourceFile { name: "a.yaml".into(), text: text.into() }, Diagnostics::default());
    let read = read(&[file], Some(&Variables::new()), &mut Sources::default(), &mut found);
    let desired = resolve("payments", true, &read, &KeySets::new(), &mut found);
    assert!(!found.has_errors(), "{:#?}", found.sorted());
    desired
}

fn document(kind: &str, name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": {"name": name}, "spec": spec})
}

/// Returns the live apps as an org shows them.
pub(crate) fn apps() -> Vec<Value> {
    let app = |id: &str, name: &str, client: Value| {
        json!({"id": id, "name": "oidc_client", "label": name, "status": "ACTIVE", "signOnMode": "OPENID_CONNECT", "created": "2026-01-01T00:00:00.000Z",
            "visibility": {"hide": {"web": true, "iOS": true}},
            "credentials": {"oauthClient": {"client_id": id, "token_endpoint_auth_method": "client_secret_post"}},
            "settings": {"oauthClient": client},
            "profile": {"idpctl": {"owner": format!("payments/{name}"), "manages": ["grants", "keys", "secrets"]}},
            "_links": {"accessPolicy": {"href": format!("{ORG}/api/v1/policies/rst1")}}})
    };
    let service = || json!({"application_type": "service", "grant_types": ["client_credentials"]});
    let keys = json!([{"kty": "RSA", "kid": "a", "id": "pks1", "status": "ACTIVE", "e": "AQAB", "n": "v"}]);
    let mut same = app("0oa4", "moved-with-id", json!({"application_type": "web", "grant_types": ["client_credentials"]}));
    same["credentials"]["oauthClient"]["client_id"] = json!("same-as-ever");
    vec![
        app("0oa2", "web", json!({"application_type": "web", "grant_types": ["implicit"], "jwks": {"keys": keys}, "unheard_of": 1.5})),
        app("0oa3", "moved", json!({"application_type": "web", "grant_types": ["client_credentials"]})),
        same,
        app("0oa5", "gone", service()),
        app("0oa6", "gone-too", service()),
    ]
}

/// Returns the live secrets of every app, as an org shows them.
pub(crate) fn secrets() -> Vec<Value> {
    let secret = |id: &str, of: &str| json!({"id": id, "status": "ACTIVE", "secret_hash": "b".repeat(22), "client_secret": of, "created": "2026-01-01T00:00:00.000Z"});
    vec![secret("ocs1", "some old value"), secret("ocs2", "some older value")]
}

/// Returns the live grants of every app, as an org shows them.
pub(crate) fn grants() -> Vec<Value> {
    let grant = |id: &str, scope: &str| json!({"id": id, "status": "ACTIVE", "source": "ADMIN", "scopeId": scope, "issuer": ORG});
    vec![grant("oag1", "okta.logs.read"), grant("oag2", "okta.users.read")]
}

pub(crate) fn policies() -> Value {
    json!([{"id": "rst1", "name": "Any", "system": true}, {"id": "rst2", "name": "Strict"}])
}

/// Returns the groups of the org, as it shows them.
pub(crate) fn groups() -> Value {
    let group = |id: &str, name: &str| json!({"id": id, "type": "OKTA_GROUP", "profile": {"name": name, "description": null}});
    json!([group("00g1", "Sales"), group("00g2", "Support"), group("00g3", "Night shift")])
}

/// Returns the groups that have every app, as an org shows them.
pub(crate) fn assignments() -> Vec<Value> {
    let assignment = |id: &str, priority: u8| json!({"id": id, "lastUpdated": "2026-01-01T00:00:00.000Z", "priority": priority, "profile": {"role": "b"}, "unheard_of": 1.5});
    vec![assignment("00g1", 0), assignment("00g3", 7)]
}

/// Returns the org as it is read.
pub(crate) fn observed() -> Observed {
    let text = |tree: &Value, name: &str| tree[name].as_str().unwrap_or_default().to_owned();
    let apps: Vec<_> = apps().into_iter().map(|app| LiveApp::read(&Clean::new(&app)).expect("an app has all that every app has")).collect();
    let secret = |tree: Value| LiveSecret {
        id: text(&tree, "id"),
        status: Status::Active,
        hash: SecretHash::from_server(&text(&tree, "secret_hash")),
        created: text(&tree, "created"),
    };
    let grant =
        |tree: Value| LiveGrant { id: text(&tree, "id"), scope: text(&tree, "scopeId"), issuer: text(&tree, "issuer"), created_by: None };
    let assignment = |tree: Value| LiveAssignment::read(&Clean::new(&tree)).expect("an assignment has all that every one has");
    let group = |tree: &Value| LiveGroup { id: text(tree, "id"), name: text(&tree["profile"], "name"), sort: text(tree, "type") };
    let each = |id: &Id| id.clone();
    Observed {
        org: Some(Org { id: "00o1".to_owned(), url: ORG.to_owned() }),
        secrets: apps.iter().map(|app| (each(&app.id), secrets().into_iter().map(secret).collect())).collect(),
        grants: apps.iter().map(|app| (each(&app.id), grants().into_iter().map(grant).collect())).collect(),
        assignments: apps.iter().map(|app| (each(&app.id), assignments().into_iter().map(assignment).collect())).collect(),
        groups: groups().as_array().into_iter().flatten().map(group).collect(),
        policies: vec![AccessPolicy { id: "rst2".to_owned(), name: "Strict".to_owned(), system: false }],
        apps,
        clients: Vec::new(),
        outputs: [].into(),
        servers: Servers::default(),
        portal: None,
        denied: None,
    }
}

/// Returns the plan, in which every sort of action is.
pub(crate) fn plan() -> &'static Plan {
    static PLAN: LazyLock<Plan> = LazyLock::new(|| match pipeline::plan(desired(), &observed(), &hashes(), choices()) {
        Ok(plan) => plan,
        Err(pipeline::Error::Problems(problems)) => panic!("{:#?}", problems.sorted()),
        Err(error) => panic!("{error}"),
    });
    &PLAN
}

/// Returns a part of it: the actions whose bits are set, or all of them if none is.
pub(crate) fn part(bits: u32) -> Plan {
    let mut part = plan().clone();
    let mut place = 0;
    part.actions.retain(|_| {
        place += 1;
        bits == 0 || bits & 1 << (place - 1) != 0
    });
    // What is not made in this part may have been made before.
    let new = "App/new".parse().expect("an address");
    if part.actions.iter().all(|action| action.address != new) {
        part.bindings.insert(new, Id("0oa2".to_owned()));
    }
    part
}
