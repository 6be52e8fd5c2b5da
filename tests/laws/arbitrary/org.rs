//! An org in which all is well: a few apps, and one list each of grants, secrets and groups that all of them share. It does as it is told.

use idpctl::json::Path;
use serde_json::{Value, json};

use super::plans::{self, ORG};

/// What is in the org.
pub(crate) struct Objects {
    apps: Vec<Value>,
    grants: Vec<Value>,
    secrets: Vec<Value>,
    assignments: Vec<Value>,
}

const KEYS: &str = "settings.oauthClient.jwks.keys";

impl Objects {
    pub(crate) fn new() -> Self {
        Self { apps: plans::apps(), grants: plans::grants(), secrets: plans::secrets(), assignments: plans::assignments() }
    }

    /// Returns the status and body of the answer to a request.
    pub(crate) fn answer(&mut self, request: &http::Request<Vec<u8>>) -> (u16, Value) {
        let path: Vec<_> = request.uri().path().trim_matches('/').split('/').collect();
        let sent = serde_json::from_slice::<Value>(request.body()).unwrap_or_default();
        let method = request.method().as_str();
        match (method, path.as_slice()) {
            ("GET", [".well-known", _]) => (200, json!({"id": "00o1", "_links": {"organization": {"href": ORG}}})),
            ("GET", ["api", "v1", "policies"]) => (200, plans::policies()),
            ("GET", ["api", "v1", "groups"]) => (200, plans::groups()),
            ("GET", ["api", "v1", "apps"]) => (200, Value::Array(self.apps.clone())),
            ("POST", ["api", "v1", "apps"]) => {
                let active = request.uri().query().is_none_or(|query| !query.contains("activate=false"));
                let app = made(sent, "0oa9", if active { "ACTIVE" } else { "INACTIVE" });
                self.apps.push(without_secret(&app));
                (200, app)
            }
            (_, ["api", "v1", "apps", id, rest @ ..]) => match (method, rest) {
                (_, ["grants", rest @ ..]) => children(&mut self.grants, method, rest, sent, "oag9"),
                (_, ["groups", rest @ ..]) => self.group(method, rest, sent),
                (_, ["credentials", "secrets", rest @ ..]) => children(&mut self.secrets, method, rest, sent, "ocs9"),
                (_, rest) => self.app(id, method, rest, sent),
            },
            _ => not_found(),
        }
    }

    fn group(&mut self, method: &str, rest: &[&str], sent: Value) -> (u16, Value) {
        let at = rest.first().and_then(|id| self.assignments.iter().position(|assignment| assignment["id"] == *id));
        match (method, rest, at) {
            ("GET", [_], Some(at)) => (200, self.assignments[at].clone()),
            ("PUT", [id], at) => {
                let mut assignment = if sent.is_object() { sent } else { json!({}) };
                assignment["id"] = json!(id);
                for (member, nothing) in [("priority", json!(0)), ("profile", json!({}))] {
                    if assignment[member].is_null() {
                        assignment[member] = nothing;
                    }
                }
                self.assignments.retain(|there| there["id"] != *id);
                self.assignments.insert(at.unwrap_or(0), assignment.clone());
                (200, assignment)
            }
            _ => children(&mut self.assignments, method, rest, sent, "00g9"),
        }
    }

    fn app(&mut self, id: &str, method: &str, rest: &[&str], sent: Value) -> (u16, Value) {
        let Some(at) = self.apps.iter().position(|app| app["id"] == id) else { return not_found() };
        match (method, rest) {
            ("GET", []) => (200, self.apps[at].clone()),
            ("DELETE", []) => {
                self.apps.remove(at);
                (204, Value::Null)
            }
            ("PUT", []) => {
                let status = self.apps[at]["status"].as_str().unwrap_or("ACTIVE").to_owned();
                let mut app = made(sent, id, &status);
                app["_links"] = self.apps[at]["_links"].clone();
                self.apps[at] = without_secret(&app);
                (200, app)
            }
            ("PUT", ["policies", policy]) => {
                let href = json!(format!("{ORG}/api/v1/policies/{policy}"));
                Path::of("_links.accessPolicy.href").set(&mut self.apps[at], href);
                (204, Value::Null)
            }
            ("POST", ["lifecycle", verb]) => {
                self.apps[at]["status"] = json!(status_after(verb));
                (200, json!({}))
            }
            (_, ["credentials", "jwks", rest @ ..]) => {
                let mut keys: Vec<Value> = Path::of(KEYS).find(&self.apps[at]).and_then(Value::as_array).cloned().unwrap_or_default();
                let answer = children(&mut keys, method, rest, sent, "pks9");
                Path::of(KEYS).set(&mut self.apps[at], Value::Array(keys));
                answer
            }
            _ => not_found(),
        }
    }
}

/// What hangs on an app: listed, made, switched on and off, removed.
fn children(there: &mut Vec<Value>, method: &str, rest: &[&str], sent: Value, id: &str) -> (u16, Value) {
    let at = rest.first().and_then(|id| there.iter().position(|child| child["id"] == *id));
    match (method, rest, at) {
        ("GET", [], _) => (200, Value::Array(there.clone())),
        ("POST", [], _) => {
            let mut child = sent;
            for (name, value) in [("id", id), ("status", "ACTIVE"), ("source", "ADMIN"), ("created", "2026-01-01T00:00:00.000Z")] {
                child[name] = json!(value);
            }
            there.push(child.clone());
            (201, child)
        }
        ("POST", [_, "lifecycle", verb], Some(at)) => {
            there[at]["status"] = json!(status_after(verb));
            (200, there[at].clone())
        }
        ("DELETE", [_], Some(at)) => {
            there.remove(at);
            (204, Value::Null)
        }
        _ => not_found(),
    }
}

fn status_after(verb: &str) -> &'static str {
    if verb == "activate" { "ACTIVE" } else { "INACTIVE" }
}

fn made(mut app: Value, id: &str, status: &str) -> Value {
    if !app.is_object() {
        app = json!({});
    }
    app["id"] = json!(id);
    app["status"] = json!(status);
    let client = Path::of("credentials.oauthClient.client_id");
    if client.find(&app).is_none() {
        client.set(&mut app, json!(id));
    }
    app
}

fn without_secret(app: &Value) -> Value {
    let mut app = app.clone();
    Path::of("credentials.oauthClient.client_secret").remove(&mut app);
    app
}

fn not_found() -> (u16, Value) {
    (404, json!({"errorCode": "E0000007", "errorSummary": "Not found: Resource not found"}))
}
