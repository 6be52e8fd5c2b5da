//! Documents and live apps for the tests of the stages that compare them: what is declared is read as manifests are, and what is live
//! as answers are.

use serde_json::{Value, json};

use crate::desired::{Desired, KeySets, resolve};
use crate::diagnostic::{Diagnostic, Diagnostics, Sources};
use crate::json::Path;
use crate::manifest::{SourceFile, read};
use crate::observed::{Clean, LiveApp, Observed, Org};

/// Returns a tree with other values at some paths.
pub(crate) fn with(mut tree: Value, changes: &[(&str, Value)]) -> Value {
    for (path, value) in changes {
        Path::of(path).set(&mut tree, value.clone());
    }
    tree
}

/// Returns a document with a spec.
pub(crate) fn document(kind: &str, name: &str, spec: &[(&str, Value)]) -> Value {
    let empty = json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": {"name": name}, "spec": {}});
    let spec: Vec<_> = spec.iter().map(|(path, value)| (format!("spec.{path}"), value.clone())).collect();
    with(empty, &spec.iter().map(|(path, value)| (path.as_str(), value.clone())).collect::<Vec<_>>())
}

/// Returns an `App` document with a label.
pub(crate) fn app(name: &str, label: &str) -> Value {
    document("App", name, &[("label", json!(label))])
}

/// Returns an `App` document with a label and a client id.
pub(crate) fn app_with_client_id(name: &str, label: &str, client_id: &str) -> Value {
    with(app(name, label), &[("spec.credentials.oauthClient.client_id", json!(client_id))])
}

/// Returns what some documents of the project `payments` declare.
pub(crate) fn desired(documents: &[Value]) -> Desired {
    let text = documents.iter().map(|document| format!("---\n{document:#}\n")).collect::<Vec<_>>().concat();
    let file = SourceFile { name: "a.yaml".into(), text: text.as_str().into() };
    let mut diagnostics = Diagnostics::default();
    let read = read(&[file], Some(&[].into()), &mut Sources::default(), &mut diagnostics);
    let desired = resolve("payments", true, &read, &KeySets::new(), &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{:#?}\n{text}", diagnostics.sorted());
    desired
}

/// Returns a live app with a label and other values at some paths; its client id is its id unless given.
pub(crate) fn live(id: &str, label: &str, changes: &[(&str, Value)]) -> LiveApp {
    let plain = json!({"id": id, "name": "oidc_client", "label": label, "status": "ACTIVE", "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"client_id": id, "token_endpoint_auth_method": "client_secret_basic"}},
        "settings": {"oauthClient": {"application_type": "web", "grant_types": ["authorization_code"]}}});
    LiveApp::read(&Clean::new(&with(plain, changes))).expect("an app has all that every app has")
}

/// Returns a change of a live app that marks it.
pub(crate) fn marked(owner: &str) -> (&'static str, Value) {
    ("profile.idpctl", json!({"owner": owner, "manages": []}))
}

/// Returns an org with some apps.
pub(crate) fn observed(apps: Vec<LiveApp>) -> Observed {
    let org = Org { id: "00o1".to_owned(), url: "https://acme.okta.com".to_owned() };
    Observed { org: Some(org), apps, ..Observed::default() }
}

/// Returns what diagnostics say, with their remedies.
pub(crate) fn said(diagnostics: &Diagnostics) -> String {
    let told = |d: &&Diagnostic| format!("{} {}\n  help: {}\n", d.code.0, d.message, d.help.as_deref().unwrap_or("none"));
    diagnostics.sorted().iter().map(told).collect::<Vec<_>>().concat()
}
