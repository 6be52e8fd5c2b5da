//! Somebody who writes to an org and remembers what it was told: what must be there, what must not, and what it does not know because the
//! server died over it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::line::{Died, Line, Server};
use super::random::Random;

const APPS: &str = "/api/v1/apps";
const GROUPS: &str = "/api/v1/groups";
const SERVERS: &str = "/api/v1/authorizationServers";
const TYPES: &str = "/portal-api/oauth-providers/1/client-types";
const SCOPES: [&str; 4] = ["okta.users.read", "okta.groups.read", "okta.apps.read", "okta.logs.read"];

/// How many things of a sort a writer has at most.
const MOST: usize = 3;

/// A write.
#[derive(Debug, Clone)]
enum Write {
    /// Something new in a collection, with a mark that nothing else there has.
    Create {
        collection: String,
        body: Value,
        mark: String,
    },
    /// Something whose path is known, new or not.
    Put {
        path: String,
        body: Value,
        mark: String,
    },
    Turn {
        path: String,
        turn: &'static str,
    },
    Delete {
        path: String,
    },
}

/// Somebody who writes.
pub(super) struct Writer {
    name: String,
    random: Random,
    /// How many marks were made.
    marks: usize,
    /// What the org has, by its path.
    facts: BTreeMap<String, Value>,
    /// What the org has no more.
    gone: BTreeSet<String>,
    /// The write that the server died over.
    doubt: Option<Write>,
    /// How many events of each type there must be for each object.
    pub(super) told: BTreeMap<String, usize>,
    /// How many writes were acknowledged.
    pub(super) acknowledged: usize,
}

impl Writer {
    pub(super) fn new(name: &str, seed: u64) -> Self {
        Self {
            name: name.to_owned(),
            random: Random::new(seed),
            marks: 0,
            facts: BTreeMap::new(),
            gone: BTreeSet::new(),
            doubt: None,
            told: BTreeMap::new(),
            acknowledged: 0,
        }
    }

    /// Returns the paths of what there must be in a collection.
    pub(super) fn of(&self, collection: &str) -> Vec<String> {
        let below = format!("{collection}/");
        self.facts.keys().filter(|path| path.strip_prefix(&below).is_some_and(|rest| !rest.contains('/'))).cloned().collect()
    }

    /// Writes until the server dies.
    pub(super) fn write(&mut self, server: &Server) {
        let mut line = Line::to(server);
        loop {
            let Some(write) = self.choose() else { continue };
            self.gone.clear();
            match send(&mut line, &write) {
                Ok(answer) => {
                    self.acknowledged += 1;
                    self.believe(&write, answer);
                }
                Err(Died) => return self.doubt = Some(write),
            }
        }
    }

    fn mark(&mut self) -> String {
        self.marks += 1;
        format!("{} {:06}", self.name, self.marks)
    }

    fn choose(&mut self) -> Option<Write> {
        let (apps, groups, servers, types) = (self.of(APPS), self.of(GROUPS), self.of(SERVERS), self.of(TYPES));
        let app = self.random.of(&apps).cloned();
        match self.random.below(16) {
            0..3 if apps.len() < MOST => Some(self.create(APPS, app_body)),
            3 if groups.len() < MOST => Some(self.create(GROUPS, |mark| json!({"profile": {"name": mark}}))),
            4 if servers.is_empty() => {
                Some(self.create(SERVERS, |mark| json!({"name": mark, "description": "", "audiences": ["api://default"]})))
            }
            5 if types.len() < MOST => {
                let body = |mark: &str| json!({"Name": mark, "ResponseTypes": "code", "GrantType": "authorization_code"});
                Some(self.create(TYPES, body))
            }
            6 => self.random.of(&types).map(|path| Write::Delete { path: path.clone() }),
            7 => self.end(&servers),
            8 => {
                let server = self.random.of(&servers)?;
                let scopes = format!("{server}/scopes");
                Some(self.create(&scopes, |mark| json!({"name": mark.replace(' ', ".")})))
            }
            9 => self.end(&apps),
            10 => {
                // A group that is assigned leaves events of its assignments.
                let free: Vec<_> = groups.iter().filter(|group| !self.is_assigned(group)).collect();
                self.random.of(&free).map(|path| Write::Delete { path: (*path).clone() })
            }
            11 => {
                let group = self.random.of(&groups)?;
                let path = format!("{}/groups/{}", app?, last(group));
                // Assigned once: another time would be another event.
                (!self.facts.contains_key(&path)).then(|| Write::Put { path, body: json!({}), mark: String::new() })
            }
            12 => {
                let (path, mark) = (app?, self.mark());
                Some(Write::Put { path, body: app_body(&mark), mark })
            }
            13 => {
                let collection = format!("{}/grants", app?);
                let granted: Vec<_> = self.of(&collection).iter().map(|path| self.facts[path]["scopeId"].clone()).collect();
                let free: Vec<_> = SCOPES.into_iter().filter(|scope| !granted.contains(&json!(scope))).collect();
                let mark = (*self.random.of(&free)?).to_owned();
                Some(Write::Create { collection, body: json!({"scopeId": mark, "issuer": "http://org"}), mark })
            }
            14 => {
                let granted = self.of(&format!("{}/grants", app?));
                self.random.of(&granted).map(|path| Write::Delete { path: path.clone() })
            }
            _ => {
                let collection = format!("{}/credentials/secrets", app?);
                match &self.of(&collection)[..] {
                    [] => Some(self.create(&collection, |mark| json!({"client_secret": mark.replace(' ', "-").repeat(2)}))),
                    added => self.end(added),
                }
            }
        }
    }

    fn create(&mut self, collection: &str, body: impl Fn(&str) -> Value) -> Write {
        let mark = self.mark();
        Write::Create { collection: collection.to_owned(), body: body(&mark), mark }
    }

    /// Deactivates what is active, and deletes what is not.
    fn end(&mut self, paths: &[String]) -> Option<Write> {
        let path = self.random.of(paths)?.clone();
        let active = self.facts[&path]["status"] == "ACTIVE";
        Some(if active { Write::Turn { path, turn: "deactivate" } } else { Write::Delete { path } })
    }

    fn is_assigned(&self, group: &str) -> bool {
        let end = format!("/groups/{}", last(group));
        self.facts.keys().any(|path| path.starts_with(APPS) && path.ends_with(&end))
    }

    /// Takes what a write has done for a fact.
    fn believe(&mut self, write: &Write, answer: Value) {
        self.tell(write, &answer);
        match write {
            Write::Create { collection, .. } => {
                let id = answer["id"].as_str().or(answer["CID"].as_str()).expect("it has an id");
                let path = format!("{collection}/{id}");
                assert!(self.facts.insert(path.clone(), answer).is_none(), "{path} was given out twice");
            }
            Write::Put { path, .. } => drop(self.facts.insert(path.clone(), answer)),
            Write::Turn { path, .. } => {
                if let Some(fact) = self.facts.get_mut(path) {
                    fact["status"] = json!("INACTIVE");
                }
            }
            Write::Delete { path } => {
                let below = format!("{path}/");
                self.facts.retain(|known, _| known != path && !known.starts_with(&below));
                self.gone.insert(path.clone());
            }
        }
    }

    /// Counts the event that a write must leave.
    fn tell(&mut self, write: &Write, answer: &Value) {
        let (path, what) = match write {
            Write::Create { collection, .. } => (format!("{collection}/{}", answer["id"].as_str().unwrap_or_default()), "create"),
            Write::Put { path, .. } => (path.clone(), "update"),
            Write::Turn { path, turn } => (path.clone(), *turn),
            Write::Delete { path } => (path.clone(), "delete"),
        };
        let scope = self.facts.get(&path).unwrap_or(answer)["scopeId"].as_str();
        let parts: Vec<_> = path.split('/').skip(3).collect();
        let event = match (&parts[..], what) {
            (["apps", app], what) => format!("application.lifecycle.{what} {app}"),
            (["apps", _, "credentials", "secrets", secret], what) => format!("app.oauth2.credentials.lifecycle.{what} {secret}"),
            (["apps", app, "grants", _], what) => {
                let what = if what == "create" { "grant" } else { "revoke" };
                format!("app.oauth2.admin.consent.{what} {app} {}", scope.expect("a grant has a scope"))
            }
            (["apps", app, "groups", group], _) => format!("group.application_assignment.add {group} {app}"),
            (["groups", group], what) => format!("group.lifecycle.{what} {group}"),
            (["authorizationServers", server], what) => format!("oauth2.as.{what}d {server}"),
            (["authorizationServers", _, "scopes", scope], what) => format!("oauth2.scope.{what}d {scope}"),
            // The portal has no log.
            _ => return,
        };
        *self.told.entry(event).or_default() += 1;
    }

    /// Reads everything back after the server died, and finds out what became of what it died over.
    pub(super) fn check(&mut self, server: &Server, round: &str) {
        let mut line = Line::to(server);
        let mut read = |path: &str| line.ask("GET", path, &Value::Null).unwrap_or_else(|Died| panic!("{round}: no answer to {path}"));
        let doubt = self.doubt.take();
        if let Some((write, answer)) = doubt.as_ref().and_then(|write| Some((write, came_of(write, &mut read)?))) {
            self.believe(write, answer);
        }
        for (path, fact) in &self.facts {
            let (status, now) = read(path);
            assert_eq!(status, 200, "{round}: {path} is lost: {fact}, the server died over {doubt:?}");
            assert_eq!(lasting(path, &now), lasting(path, fact), "{round}: {path}, the server died over {doubt:?}");
        }
        for path in &self.gone {
            assert_eq!(read(path).0, 404, "{round}: {path} is there again");
        }
    }
}

/// Returns the answer that a write would have had, if it was done.
fn came_of(write: &Write, read: &mut impl FnMut(&str) -> (u16, Value)) -> Option<Value> {
    match write {
        Write::Create { collection, mark, .. } => {
            let (_, found) = read(&if collection == APPS { format!("{APPS}?limit=200") } else { collection.clone() });
            let mark = text_of(mark);
            found.as_array()?.iter().find(|item| text_of(&item.to_string()).contains(&mark)).cloned()
        }
        Write::Put { path, mark, .. } => {
            let (status, found) = read(path);
            (status == 200 && found["label"].as_str().unwrap_or_default() == mark).then_some(found)
        }
        Write::Turn { path, .. } => Some(read(path).1).filter(|found| found["status"] == "INACTIVE"),
        Write::Delete { path } => (read(path).0 == 404).then_some(Value::Null),
    }
}

fn send(line: &mut Line, write: &Write) -> Result<Value, Died> {
    let (status, answer) = match write {
        Write::Create { collection, body, .. } => line.ask("POST", collection, body),
        Write::Put { path, body, .. } => line.ask("PUT", path, body),
        Write::Turn { path, turn } => line.ask("POST", &format!("{path}/lifecycle/{turn}"), &Value::Null),
        Write::Delete { path } => line.ask("DELETE", path, &Value::Null),
    }?;
    assert!((200..300).contains(&status), "{write:?}: {status} {answer}");
    Ok(answer)
}

/// Makes marks equal that differ in the signs between their words.
fn text_of(text: &str) -> String {
    text.replace([' ', '-'], ".")
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn app_body(mark: &str) -> Value {
    json!({
        "name": "oidc_client",
        "label": mark,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
        "settings": {"oauthClient": {"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"]}},
    })
}

/// Returns what of a fact stays as it was written: links follow the status, and an app shows its secret and its time in some answers only.
fn lasting(path: &str, fact: &Value) -> Value {
    let mut fact = fact.clone();
    for computed in ["_links", "lastUpdated"] {
        fact[computed].take();
    }
    if path.starts_with(APPS) && !path.contains("/credentials/") {
        fact["credentials"]["oauthClient"]["client_secret"].take();
    }
    fact
}
