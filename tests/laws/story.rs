//! Histories of an org: manifests are planned and applied, and somebody changes things by hand in between.

use std::fmt::Write as _;

use idpctl::address::{Address, Kind};
use idpctl::apply::Report;
use idpctl::json::Path;
use idpctl::plan::{Choices, Plan, write};
use idpctl::render::Style;
use idpctl::resource::app::{READ_ONLY, without};
use idpctl_emulator::Config;
use serde_json::{Value, json};

use crate::world::{World, declared, declared_by};

/// Returns an org whose clock stands still, with some switches set.
pub(crate) fn org(switches: &[(&str, &str)]) -> World {
    let mut config = Config { frozen_clock: true, ..Config::default() };
    for (name, value) in switches {
        config.switches.set(name, value).expect("a switch of the emulator");
    }
    World::new(config)
}

/// Returns an `App` document for a web app.
pub(crate) fn web(name: &str, label: &str) -> Value {
    let client = json!({"application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"],
        "redirect_uris": ["https://a.example.com/cb"]});
    document("App", name, json!({"label": label, "settings": {"oauthClient": client}}))
}

/// Returns a document.
#[expect(clippy::needless_pass_by_value, reason = "a document is made of its spec")]
pub(crate) fn document(kind: &str, name: &str, spec: Value) -> Value {
    json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": {"name": name}, "spec": spec})
}

/// Returns a `Grant` document.
pub(crate) fn grant(name: &str, scopes: &[&str]) -> Value {
    document("Grant", name, json!({"scopes": scopes}))
}

/// Returns a tree with another value at a path.
pub(crate) fn with(mut tree: Value, path: &str, value: Value) -> Value {
    Path::of(path).set(&mut tree, value);
    tree
}

/// Returns the document with a client id of its own choice.
pub(crate) fn with_client_id(app: Value, id: &str) -> Value {
    with(app, "spec.credentials.oauthClient.client_id", json!(id))
}

/// Returns the address of an app.
pub(crate) fn app(name: &str) -> Address {
    Address::new(Kind::App, name)
}

/// Returns the choices of somebody who prunes.
pub(crate) fn pruning() -> Choices {
    Choices { prune: true, ..Choices::default() }
}

fn worked(method: &str, path: &str, (status, answer): (u16, Value)) -> Value {
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer:#}");
    answer
}

impl World {
    /// Sends a request that idpctl knows nothing of; returns the status and the answer.
    pub(crate) async fn by_hand(&self, method: &str, path: &str, authorization: String, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:7{path}"))
            .header("authorization", authorization)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("content-length", body.len())
            .body(body.into_bytes())
            .expect("a request");
        let answer = self.org.call(request).await.expect("an answer");
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
    }

    /// Somebody does something in the org by hand; returns the status and the answer.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.by_hand(method, path, format!("SSWS {}", self.org.okta_token()), body).await
    }

    /// Somebody does something in the org by hand, and it works.
    pub(crate) async fn somebody(&self, method: &str, path: &str, body: Value) -> Value {
        worked(method, path, self.call(method, path, &body).await)
    }

    /// Somebody does something in the portal by hand; returns the status and the answer.
    pub(crate) async fn portal_call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.by_hand(method, &format!("/portal-api{path}"), self.org.portal_token().to_owned(), body).await
    }

    /// Somebody does something in the portal by hand, and it works.
    pub(crate) async fn in_portal(&self, method: &str, path: &str, body: Value) -> Value {
        worked(method, path, self.portal_call(method, path, &body).await)
    }

    /// Returns what was sent to the portal since this was last asked.
    pub(crate) fn sent(&self) -> String {
        std::mem::take(&mut *self.sent.lock().expect("nobody panics here")).join("\n")
    }

    /// Returns an app as a GET shows it.
    pub(crate) async fn read(&self, id: &str) -> Value {
        self.somebody("GET", &format!("/api/v1/apps/{id}"), Value::Null).await
    }

    /// Somebody makes an app, and gets its id.
    pub(crate) async fn made(&self, body: Value) -> String {
        let made = self.somebody("POST", "/api/v1/apps", body).await;
        made["id"].as_str().expect("an app has an id").to_owned()
    }

    /// Somebody makes a web app with a label.
    pub(crate) async fn made_web(&self, label: &str) -> String {
        let mut body = web("x", label)["spec"].clone();
        for (path, value) in [
            ("name", json!("oidc_client")),
            ("signOnMode", json!("OPENID_CONNECT")),
            ("visibility", json!({})),
            ("credentials.oauthClient", json!({"token_endpoint_auth_method": "client_secret_basic"})),
        ] {
            Path::of(path).set(&mut body, value);
        }
        self.made(body).await
    }

    /// Somebody edits an app: GET, another value (null takes the member out), PUT.
    pub(crate) async fn edited(&self, id: &str, path: &str, value: Value) {
        let mut body = without(&self.read(id).await, &READ_ONLY);
        match value {
            Value::Null => drop(Path::of(path).remove(&mut body)),
            value => Path::of(path).set(&mut body, value),
        }
        Path::of("credentials.oauthClient.client_secret").set(&mut body, json!(""));
        self.somebody("PUT", &format!("/api/v1/apps/{id}"), body).await;
    }

    /// Somebody clones an app by GET and POST, mark included, and gets the id of the clone.
    pub(crate) async fn cloned(&self, id: &str) -> String {
        let mut body = without(&self.read(id).await, &READ_ONLY);
        for path in ["credentials.oauthClient.client_id", "credentials.signing"] {
            drop(Path::of(path).remove(&mut body));
        }
        self.made(body).await
    }

    /// Returns every app: id, label, client id, status, whose it is.
    pub(crate) async fn state(&self) -> String {
        let listed = self.somebody("GET", "/api/v1/apps?limit=200", Value::Null).await;
        let mut lines = String::new();
        for app in listed.as_array().expect("a list") {
            let text = |path: &str| Path::of(path).find(app).and_then(Value::as_str).unwrap_or("none").to_owned();
            let [id, label, status, client_id] = ["id", "label", "status", "credentials.oauthClient.client_id"].map(text);
            let client_id = if client_id == id { "its id".to_owned() } else { client_id };
            writeln!(lines, "{id} {label:?} {status} client_id: {client_id} mark: {}", text("profile.idpctl.owner"))
                .expect("a String takes it");
        }
        lines
    }

    /// Returns the id of the only app with a label.
    pub(crate) async fn id_of(&self, label: &str) -> String {
        let state = self.state().await;
        let found: Vec<_> = state.lines().filter(|line| line.contains(&format!(" {label:?} "))).collect();
        let [line] = found.as_slice() else { panic!("{label} in\n{state}") };
        line.split(' ').next().expect("a line starts with an id").to_owned()
    }

    /// Returns what a plan shows, or what is wrong; nothing is done.
    pub(crate) async fn shows(&self, documents: &[Value], choices: &Choices) -> String {
        self.try_plan(&declared(documents), choices).await.0.map_or_else(|problems| problems, |plan| text(&plan))
    }

    /// Plans and applies, holds all of it to the three laws, and returns what the plan showed.
    pub(crate) async fn does(&self, documents: &[Value], choices: &Choices) -> String {
        self.does_as("laws", documents, choices).await
    }

    /// The same for another project than the usual one.
    pub(crate) async fn does_as(&self, project: &str, documents: &[Value], choices: &Choices) -> String {
        let desired = declared_by(project, documents);
        let (plan, observation) = self.plan(&desired, choices).await;
        assert_eq!(write(&plan), write(&self.plan(&desired, choices).await.0), "the same input gives the same bytes");
        assert_eq!(plan.guards, [], "{}", text(&plan));
        let report = self.apply(&plan, &observation).await;
        assert!(report.is_complete(), "{report:#?}\n{}", text(&plan));
        let (after, again) = self.plan(&desired, choices).await;
        assert!(after.is_empty(), "a plan after an apply is empty:\n{}\nafter\n{}", text(&after), text(&plan));
        assert_eq!(after.guards, [], "{}", text(&after));
        let twice = self.apply(&plan, &again).await;
        assert!(twice.is_complete(), "{twice:#?}");
        assert_eq!(self.plan(&desired, choices).await.0.actions, [], "applying twice is applying once");
        text(&plan)
    }

    /// Plans and applies, and returns what became of each action.
    pub(crate) async fn tries(&self, documents: &[Value], choices: &Choices) -> String {
        let (plan, observation) = self.plan(&declared(documents), choices).await;
        let report = self.apply(&plan, &observation).await;
        outcomes(&plan, &report)
    }

    /// Sets what goes wrong from here.
    pub(crate) fn suffers(&self, faults: &[&str]) {
        self.org.set_faults(faults.iter().map(|fault| fault.parse().expect("a fault")).collect());
    }

    /// Returns the writes since the requests were last cleared, one a line.
    pub(crate) fn writes(&self) -> String {
        self.requests().lines().filter(|line| !line.starts_with("GET ")).collect::<Vec<_>>().join("\n")
    }

    /// Returns all requests since they were last cleared, one a line.
    pub(crate) fn requests(&self) -> String {
        self.org.requests().iter().map(|r| format!("{} {}", r.method, r.path)).collect::<Vec<_>>().join("\n")
    }

    /// Returns the values of a client's secrets by status.
    pub(crate) fn secrets_of(&self, id: &str) -> Vec<(String, String)> {
        self.org.live_secrets(id).into_iter().map(|secret| (secret.status, secret.value)).collect()
    }
}

/// Returns a plan as text, without the line that names the org.
pub(crate) fn text(plan: &Plan) -> String {
    let text = idpctl::render::plan::text(plan, Style::default());
    text.split_once("\n\n").map_or_else(String::new, |(_, rest)| rest.to_owned())
}

/// Returns what became of each action.
pub(crate) fn outcomes(plan: &Plan, report: &Report) -> String {
    idpctl::render::outcomes::text(plan, report, Style::default())
}
