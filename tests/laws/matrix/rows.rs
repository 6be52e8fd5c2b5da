//! Every route that the client uses, with a change of the manifests that needs it.

use idpctl::plan::Choices;
use serde_json::{Value, json};

use crate::generate::key;
use crate::portal::{provider, server_side};
use crate::story::{document, grant, pruning, web, with, with_client_id};

/// When a route is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// As the org is read for the plan.
    Plan,
    /// As the plan is carried out.
    Apply,
}

/// A route, and manifests whose plan or apply uses it.
pub(super) struct Row {
    /// What it is called.
    pub(super) name: &'static str,
    /// Its method.
    pub(super) method: &'static str,
    /// Its path, as a fault has it.
    pub(super) path: &'static str,
    /// How many of its requests go well before the fault.
    pub(super) passed: usize,
    /// When it is used.
    pub(super) phase: Phase,
    /// The manifests that the org was made with, one set after the other.
    pub(super) before: Vec<Vec<Value>>,
    /// The manifests that are planned and applied under the fault.
    pub(super) after: Vec<Value>,
    /// What is asked for with them.
    pub(super) choices: Choices,
}

/// An app with two secrets and two grants, one with two keys, and one that is there to be deleted; a provider with two client types, the
/// last of which is there to be deleted.
fn base() -> [Value; 8] {
    let keys = json!([key("a"), key("b")]);
    let client =
        json!({"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"], "jwks": {"keys": keys}});
    let credentials = json!({"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}});
    [
        with_client_id(web("portal", "Portal"), "portal-client"),
        secrets("portal", json!({}), &[("ONE", "ACTIVE"), ("TWO", "ACTIVE")]),
        grant("portal", &["okta.users.read", "okta.groups.read"]),
        document("App", "worker", json!({"label": "Worker", "settings": {"oauthClient": client}, "credentials": credentials})),
        web("old", "Old"),
        with(provider("okta-prod"), "metadata.prune", json!(true)),
        server_side(),
        another_client_type("old"),
    ]
}

fn another_client_type(name: &str) -> Value {
    with(with(server_side(), "metadata.name", json!(name)), "spec.Name", json!(name))
}

/// Returns the base with one more document.
fn and(document: Value) -> Vec<Value> {
    [&base()[..], &[document]].concat()
}

/// Returns the base without one document.
fn without(index: usize) -> Vec<Value> {
    base().into_iter().enumerate().filter(|(i, _)| *i != index).map(|(_, document)| document).collect()
}

/// Returns the base with one document in another form.
fn changed(index: usize, path: &str, value: Value) -> Vec<Value> {
    let mut documents = base();
    documents[index] = with(documents[index].clone(), path, value);
    documents.into()
}

fn with_secrets(entries: &[(&str, &str)]) -> Vec<Value> {
    let mut documents = base();
    documents[1] = secrets("portal", json!({}), entries);
    documents.into()
}

/// Returns every route; what a row needs other than the base is said there.
pub(super) fn rows() -> Vec<Row> {
    let relabelled = || changed(0, "spec.label", json!("Web Portal"));
    let with_policy = || changed(0, "spec.accessPolicy.name", json!("One factor"));
    let with_third_grant = || changed(2, "spec.scopes", json!(["okta.users.read", "okta.groups.read", "okta.logs.read"]));
    let with_group = |groups: Value| and(document("GroupAssignment", "portal", json!({"groups": groups})));
    let assigned = || with_group(json!([{"name": "Everyone", "priority": 3}]));
    let with_new_app = || and(web("new", "New"));
    let with_new_provider = || and(with(provider("new"), "spec.Name", json!("New")));
    let with_new_client_type = || and(another_client_type("new"));
    let open = || changed(5, "spec.SSLInsecureSkipVerify", json!(true));
    let described = || changed(6, "spec.Description", json!("Another"));
    let inactive = || changed(3, "spec.status", json!("INACTIVE"));
    let active = || changed(3, "spec.status", json!("ACTIVE"));
    let one_key = || changed(3, "spec.settings.oauthClient.jwks.keys", json!([key("a")]));
    let (one, third) = ([("ONE", "ACTIVE")], [("ONE", "ACTIVE"), ("THREE", "ACTIVE")]);
    let second_inactive = [("ONE", "ACTIVE"), ("TWO", "INACTIVE")];
    let row = |name, (method, path): (&'static str, &'static str), phase, after: Vec<Value>| Row {
        name,
        method,
        path,
        passed: 0,
        phase,
        before: vec![base().into()],
        after,
        choices: Choices::default(),
    };
    let read = |name, path, after| row(name, ("GET", path), Phase::Plan, after);
    let looked = |name, path, after| row(name, ("GET", path), Phase::Apply, after);
    let write = |name, method, path, after| row(name, (method, path), Phase::Apply, after);
    let pruned = |row: Row| Row { choices: pruning(), ..row };
    vec![
        read("the org", "/.well-known/okta-organization", relabelled()),
        read("the list of apps", "/api/v1/apps", relabelled()),
        read("access policies", "/api/v1/policies", with_policy()),
        read("grants", "/api/v1/apps/*/grants", relabelled()),
        read("named groups", "/api/v1/groups", assigned()),
        Row {
            before: vec![assigned()],
            ..read("groups of an app", "/api/v1/apps/*/groups", with_group(json!([{"name": "Everyone", "priority": 4}])))
        },
        read("secrets", "/api/v1/apps/*/credentials/secrets", relabelled()),
        read("providers", "/portal-api/oauth-providers", described()),
        read("client types", "/portal-api/oauth-providers/*/client-types", described()),
        looked("the list of apps before a create", "/api/v1/apps", with_new_app()),
        looked("an app before a write", "/api/v1/apps/*", relabelled()),
        Row { passed: 1, ..looked("an app after a write", "/api/v1/apps/*", inactive()) },
        looked("grants before a write", "/api/v1/apps/*/grants", with_third_grant()),
        looked("a group's access before a write", "/api/v1/apps/*/groups/*", assigned()),
        Row {
            before: vec![with_secrets(&one)],
            ..looked("secrets before a write", "/api/v1/apps/*/credentials/secrets", with_secrets(&third))
        },
        looked("providers before a create", "/portal-api/oauth-providers", with_new_provider()),
        looked("client types before a create", "/portal-api/oauth-providers/*/client-types", with_new_client_type()),
        looked("a provider before a write", "/portal-api/oauth-providers/*", open()),
        looked("a client type before a write", "/portal-api/oauth-providers/*/client-types/*", described()),
        write("create an app", "POST", "/api/v1/apps", with_new_app()),
        write("update an app", "PUT", "/api/v1/apps/*", relabelled()),
        write("deactivate an app", "POST", "/api/v1/apps/*/lifecycle/deactivate", inactive()),
        Row { before: vec![inactive()], ..write("activate an app", "POST", "/api/v1/apps/*/lifecycle/activate", active()) },
        pruned(write("delete an app", "DELETE", "/api/v1/apps/*", without(4))),
        write("assign a policy", "PUT", "/api/v1/apps/*/policies/*", with_policy()),
        Row {
            before: vec![with_secrets(&one)],
            ..write("add a secret", "POST", "/api/v1/apps/*/credentials/secrets", with_secrets(&third))
        },
        write("deactivate a secret", "POST", "/api/v1/apps/*/credentials/secrets/*/lifecycle/deactivate", with_secrets(&second_inactive)),
        Row {
            before: vec![base().into(), with_secrets(&second_inactive)],
            ..write("activate a secret", "POST", "/api/v1/apps/*/credentials/secrets/*/lifecycle/activate", base().into())
        },
        pruned(write("delete a secret", "DELETE", "/api/v1/apps/*/credentials/secrets/*", with_secrets(&one))),
        pruned(write("deactivate a key", "POST", "/api/v1/apps/*/credentials/jwks/*/lifecycle/deactivate", one_key())),
        pruned(write("delete a key", "DELETE", "/api/v1/apps/*/credentials/jwks/*", one_key())),
        write("grant a scope", "POST", "/api/v1/apps/*/grants", with_third_grant()),
        pruned(write("revoke a scope", "DELETE", "/api/v1/apps/*/grants/*", changed(2, "spec.scopes", json!(["okta.users.read"])))),
        write("assign a group", "PUT", "/api/v1/apps/*/groups/*", assigned()),
        Row { before: vec![assigned()], ..pruned(write("withdraw a group", "DELETE", "/api/v1/apps/*/groups/*", with_group(json!([])))) },
        write("create a provider", "POST", "/portal-api/oauth-providers", with_new_provider()),
        write("update a provider", "PUT", "/portal-api/oauth-providers/*", open()),
        write("create a client type", "POST", "/portal-api/oauth-providers/*/client-types", with_new_client_type()),
        write("update a client type", "PUT", "/portal-api/oauth-providers/*/client-types/*", described()),
        pruned(write("delete a client type", "DELETE", "/portal-api/oauth-providers/*/client-types/*", without(7))),
    ]
}

/// Returns a `ClientCredentials` document with secrets.
fn secrets(name: &str, spec: Value, entries: &[(&str, &str)]) -> Value {
    let entries: Vec<_> = entries
        .iter()
        .map(|(name, status)| json!({"name": name.to_lowercase(), "env": format!("IDPCTL_{name}"), "status": status}))
        .collect();
    document("ClientCredentials", name, with(spec, "client_secrets", json!(entries)))
}
