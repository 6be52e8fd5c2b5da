//! [`Desired`] to its graph: a node for each object, an edge for each reference and each parent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Edge, Graph, Key, Node, Reason, Sort};
use crate::address::{Address, Kind};
use crate::bind::issuer_at;
use crate::desired::{
    App, Assignment, Client, Desired, Grant, GroupReference, Policy, PolicyReference, PortalObject, Secret, Server, ServerPart,
};
use crate::json::Path;
use crate::observed::Status;
use crate::resource::Reference;
use crate::resource::authorization_server::{Part, PolicyClient};

/// Returns the graph of what is declared.
pub fn graph(desired: &Desired) -> Graph {
    let Desired { project: _, ownership: _, apps, clients, servers, portal, accepted: _ } = desired;
    let mut found = Found::default();
    for app in apps {
        found.app(app);
    }
    for client in clients {
        found.client(client);
    }
    for server in servers {
        found.server(server);
    }
    for object in portal {
        found.portal(object);
    }
    found.graph()
}

/// What has been found so far.
#[derive(Default)]
struct Found {
    nodes: BTreeMap<Key, Node>,
    edges: BTreeSet<(Key, Key, Reason)>,
}

impl Found {
    fn graph(self) -> Graph {
        let places: BTreeMap<&Key, usize> = self.nodes.keys().enumerate().map(|(place, key)| (key, place)).collect();
        let edge = |(from, to, reason): &(Key, Key, Reason)| Some(Edge { from: *places.get(from)?, to: *places.get(to)?, reason: *reason });
        let edges = self.edges.iter().filter_map(edge).collect();
        Graph { edges, nodes: self.nodes.into_values().collect() }
    }

    fn declare(&mut self, address: &Address, documents: Vec<Address>, title: Option<&str>, facts: Vec<String>) -> Key {
        let key = Key::Declared(address.clone());
        let title = title.filter(|title| !title.is_empty()).map(str::to_owned);
        self.nodes.insert(key.clone(), Node { key: key.clone(), documents, title, facts });
        key
    }

    /// Returns what is declared nowhere, made a node if it is none yet.
    fn elsewhere(&mut self, sort: Sort, name: impl Into<String>, server: Option<&Address>) -> Key {
        let key = Key::Elsewhere { sort, name: name.into(), server: server.cloned() };
        let node = || Node { key: key.clone(), documents: Vec::new(), title: None, facts: Vec::new() };
        self.nodes.entry(key.clone()).or_insert_with(node);
        key
    }

    fn edge(&mut self, from: &Key, to: &Key, reason: Reason) {
        self.edges.insert((from.clone(), to.clone(), reason));
    }

    fn app(&mut self, app: &App) {
        let credentials = |document: &&Address| matches!(document.kind, Kind::App | Kind::ClientCredentials);
        let own: Vec<_> = app.documents.iter().filter(credentials).cloned().collect();
        let facts = app_facts(app);
        let key = if app.is_declared() {
            self.declare(&app.address, own, app.label(), facts)
        } else {
            let key = self.elsewhere(Sort::App, app.reference.to_string(), None);
            for document in own {
                let credentials = self.declare(&document, vec![document.clone()], None, facts.clone());
                self.edge(&key, &credentials, Reason::Parent);
            }
            key
        };
        if let Some(policy) = &app.access_policy {
            let name = match policy {
                PolicyReference::Name(name) => name.clone(),
                PolicyReference::Id(id) => Reference::Id(id.clone()).to_string(),
            };
            let policy = self.elsewhere(Sort::AccessPolicy, name, None);
            self.edge(&policy, &key, Reason::AccessPolicy);
        }
        self.grants(&key, &app.documents, app.grants.as_deref().unwrap_or_default());
        self.groups(&key, &app.documents, app.groups.as_deref().unwrap_or_default());
    }

    fn client(&mut self, client: &Client) {
        // In this form the settings of both are in the same places.
        let facts = app_facts(&client.in_app_form());
        let key = self.declare(&client.address, vec![client.address.clone()], Some(client.name()), facts);
        self.grants(&key, &client.documents, client.grants.as_deref().unwrap_or_default());
    }

    /// A document grants to one app, of one issuer: its scopes stand in one node.
    fn grants(&mut self, app: &Key, documents: &[Address], grants: &[Grant]) {
        for document in documents.iter().filter(|document| document.kind == Kind::Grant) {
            let of_it: Vec<_> = grants.iter().filter(|grant| grant.address.top() == *document).collect();
            let mut facts: Vec<_> = of_it.iter().map(|grant| grant.scope.clone()).collect();
            facts.extend(of_it.is_empty().then(|| "no scopes".to_owned()));
            let key = self.declare(document, vec![document.clone()], None, facts);
            self.edge(app, &key, Reason::Parent);
            for issuer in of_it.iter().filter_map(|grant| grant.issuer.as_ref()) {
                let issuer = self.elsewhere(Sort::Issuer, issuer, None);
                self.edge(&issuer, &key, Reason::Issuer);
            }
        }
    }

    fn groups(&mut self, app: &Key, documents: &[Address], groups: &[Assignment]) {
        for document in documents.iter().filter(|document| document.kind == Kind::GroupAssignment) {
            let of_it: Vec<_> = groups.iter().filter(|assignment| assignment.address.top() == *document).collect();
            let facts = of_it.is_empty().then(|| "no groups".to_owned());
            let key = self.declare(document, vec![document.clone()], None, facts.into_iter().collect());
            self.edge(app, &key, Reason::Parent);
            for assignment in of_it {
                let group = match &assignment.group {
                    GroupReference::Name(name) => self.elsewhere(Sort::Group, name, None),
                    GroupReference::Id(id) => self.elsewhere(Sort::Group, Reference::Id(id.clone()).to_string(), None),
                };
                self.edge(&group, &key, Reason::Group);
            }
        }
    }

    fn server(&mut self, server: &Server) {
        let Server { own, metadata: _, scopes, claims, policies } = server;
        let key = self.part(own, own);
        let children = scopes.iter().flatten().chain(claims.iter().flatten());
        for child in children.chain(policies.iter().flatten().map(|policy| &policy.own)) {
            let child = self.part(own, child);
            self.edge(&key, &child, Reason::Parent);
        }
        // Every scope that is declared has its node by now.
        for claim in claims.iter().flatten() {
            self.scopes(own, claim);
        }
        for Policy { own: policy, rules } in policies.iter().flatten() {
            let key = Key::Declared(policy.address.clone());
            for (client, _) in policy.clients.iter().flatten() {
                let client = self.policy_client(client);
                self.edge(&client, &key, Reason::Client);
            }
            for rule in rules.iter().flatten() {
                let below = self.part(own, rule);
                self.edge(&key, &below, Reason::Parent);
                self.scopes(own, rule);
                self.people(rule, &below);
            }
        }
    }

    fn part(&mut self, server: &ServerPart, part: &ServerPart) -> Key {
        let title = (part.part == Part::Server).then(|| part.name());
        self.declare(&part.address, vec![server.address.clone()], title, part_facts(part))
    }

    fn scopes(&mut self, server: &ServerPart, part: &ServerPart) {
        for scope in part.scopes() {
            let declared = Key::Declared(server.address.below([Part::Scope.as_str(), scope]));
            let there = self.nodes.contains_key(&declared);
            let scope = if there { declared } else { self.elsewhere(Sort::Scope, scope, Some(&server.address)) };
            self.edge(&scope, &Key::Declared(part.address.clone()), Reason::Scope);
        }
    }

    fn policy_client(&mut self, client: &PolicyClient) -> Key {
        match (client.address(), client) {
            (Some(address), _) => Key::Declared(address),
            (None, PolicyClient::All) => self.elsewhere(Sort::EveryClient, PolicyClient::ALL, None),
            (None, other) => self.elsewhere(Sort::App, other.to_string(), None),
        }
    }

    fn people(&mut self, rule: &ServerPart, key: &Key) {
        let lists = [(Sort::Group, "groups"), (Sort::User, "users")];
        for ((sort, who), (reason, list)) in
            lists.into_iter().flat_map(|who| [(Reason::People, "include"), (Reason::NotFor, "exclude")].map(|list| (who, list)))
        {
            for id in rule.list(&format!("conditions.people.{who}.{list}")).unwrap_or_default() {
                let people = self.elsewhere(sort, id, None);
                self.edge(&people, key, reason);
            }
        }
        if let Some(hook) = rule.text("actions.token.inlineHook.id") {
            let hook = self.elsewhere(Sort::Hook, Reference::Id(hook.to_owned()).to_string(), None);
            self.edge(&hook, key, Reason::Hook);
        }
    }

    fn portal(&mut self, object: &PortalObject) {
        let facts = if object.kind() == Kind::OAuthProvider {
            object.text("Type").map(|sort| format!("type {sort}")).into_iter().collect()
        } else {
            let grants = object.body.get("GrantType").and_then(Value::as_array).into_iter().flatten();
            let grants: Vec<_> = grants.filter_map(Value::as_str).collect();
            joined([object.text("OktaAppType").unwrap_or_default(), &grants.join(" + ")])
        };
        let key = self.declare(&object.address, vec![object.address.clone()], Some(object.name()), facts);
        if let Some(provider) = &object.provider {
            let provider = match provider.address() {
                Some(address) => Key::Declared(address),
                None => self.elsewhere(Sort::Provider, provider.to_string(), None),
            };
            self.edge(&provider, &key, Reason::Parent);
        }
        if let Some(url) = object.text("WellKnownURL") {
            let issuer = self.elsewhere(Sort::Issuer, issuer_at(url).unwrap_or(url), None);
            self.edge(&issuer, &key, Reason::Issuer);
        }
    }
}

fn app_facts(app: &App) -> Vec<String> {
    let sort = Path::of("settings.oauthClient.application_type").find(&app.body).and_then(Value::as_str);
    let method = app.token_endpoint_auth_method().map(|method| if method == "none" { "public" } else { method });
    let mut facts = joined([sort.unwrap_or_default(), method.unwrap_or_default()]);
    let secrets = app.secrets.as_ref().map_or(0, Vec::len);
    let keys = Path::of("settings.oauthClient.jwks.keys").find(&app.body).and_then(Value::as_array).map_or(0, Vec::len);
    let retiring = app.secrets.iter().flatten().filter(|Secret { status, .. }| *status == Status::Inactive).count();
    let retiring = if retiring == 0 { String::new() } else { format!(", {retiring} inactive") };
    facts.extend(joined([&(counted(secrets, "secret") + &retiring), &counted(keys, "key")]));
    facts.extend((app.status == Some(Status::Inactive)).then(inactive));
    facts
}

fn part_facts(part: &ServerPart) -> Vec<String> {
    let mut facts = match part.part {
        Part::Server => part.list("audiences").unwrap_or_default().into_iter().map(str::to_owned).collect(),
        Part::Scope => joined([part.text("consent").filter(|consent| *consent != "IMPLICIT").map_or("", |_| "with consent"), ""]),
        Part::Claim => joined([part.text("claimType").unwrap_or_default(), ""]),
        Part::Policy => part.value("priority").map(|number| format!("priority {number}")).into_iter().collect(),
        Part::Rule => {
            let grants = part.list("conditions.grantTypes.include").unwrap_or_default().join(" + ");
            let minutes = part.value("actions.token.accessTokenLifetimeMinutes");
            joined([&grants, &minutes.map(|minutes| format!("tokens for {minutes} min")).unwrap_or_default()])
        }
    };
    facts.extend(part.status.as_ref().filter(|(status, _)| *status == Status::Inactive).map(|_| inactive()));
    facts
}

fn inactive() -> String {
    "INACTIVE".to_owned()
}

fn counted(number: usize, what: &str) -> String {
    match number {
        0 => String::new(),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// Returns one line of what is not empty.
fn joined(words: [&str; 2]) -> Vec<String> {
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    if line.is_empty() { Vec::new() } else { vec![line] }
}
