//! `AuthorizationServer` documents to what they declare: the server, and each of its scopes, claims, policies and rules as an object of
//! its own, addressed under it. Clients of policies stay references: what they are at the server may be known only after apply.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::draft::places;
use super::spoken::declared;
use crate::address::{Address, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use crate::json::{Path, Step};
use crate::manifest::{Document, Metadata};
use crate::observed::Status;
use crate::resource::authorization_server::{DEFAULT, Part, PolicyClient};
use crate::resource::{Reference, did_you_mean, leaves};

/// Where a policy names its clients.
const CLIENTS: &str = "conditions.clients.include";

/// What a document says of an authorization server and what it consists of.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// The server itself.
    pub own: ServerPart,
    /// The document's `metadata`.
    pub metadata: Metadata,
    /// Its scopes; `None` if the document does not speak of scopes.
    pub scopes: Option<Vec<ServerPart>>,
    /// Its claims; `None` if the document does not speak of claims.
    pub claims: Option<Vec<ServerPart>>,
    /// Its policies; `None` if the document does not speak of policies.
    pub policies: Option<Vec<Policy>>,
}

/// What a document says of a policy and its rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The policy itself.
    pub own: ServerPart,
    /// Its rules; `None` if the document does not speak of rules.
    pub rules: Option<Vec<ServerPart>>,
}

/// What a document says of one object: an authorization server, or one of its scopes, claims, policies and rules.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerPart {
    /// Which of these it is.
    pub part: Part,
    /// Its address: `AuthorizationServer/name`, or below that.
    pub address: Address,
    /// What tells it from its siblings, as [`Part::key`] does.
    pub key: Vec<String>,
    /// Where it is declared: its name.
    pub origin: Origin,
    /// The declared fields in the API's names and nesting, without a status that the lifecycle calls change and without clients.
    pub body: Value,
    /// Where each of them stands.
    pub origins: BTreeMap<Path, Origin>,
    /// The declared status, where the lifecycle calls change it.
    pub status: Option<(Status, Origin)>,
    /// The clients that a policy is for, each with its place; `None` if it does not say.
    pub clients: Option<Vec<(PolicyClient, Origin)>>,
}

impl Server {
    /// Returns everything that is declared of it, parents before children.
    pub fn parts(&self) -> impl Iterator<Item = &ServerPart> {
        let policies = self.policies.iter().flatten();
        let below = policies.flat_map(|policy| std::iter::once(&policy.own).chain(policy.rules.iter().flatten()));
        std::iter::once(&self.own).chain(self.scopes.iter().flatten()).chain(self.claims.iter().flatten()).chain(below)
    }

    /// Returns whether it is the server that every org has.
    pub fn is_default(&self) -> bool {
        self.own.name() == DEFAULT
    }
}

impl ServerPart {
    /// Returns the name that it has at Okta.
    pub fn name(&self) -> &str {
        self.key.last().map(String::as_str).unwrap_or_default()
    }

    /// Returns a declared value.
    pub fn value(&self, path: &str) -> Option<&Value> {
        Path::of(path).find(&self.body)
    }

    /// Returns a declared text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.value(path).and_then(Value::as_str)
    }

    /// Returns the texts of a declared list; a cleared one is empty.
    pub fn list(&self, path: &str) -> Option<Vec<&str>> {
        match self.value(path)? {
            Value::Null => Some(Vec::new()),
            list => Some(list.as_array()?.iter().filter_map(Value::as_str).collect()),
        }
    }

    /// Returns the scopes of its server that a claim or a rule names, `*` included.
    pub fn scopes(&self) -> Vec<&str> {
        let named = match self.part {
            Part::Claim => self.list("conditions.scopes"),
            Part::Rule => self.list("conditions.scopes.include"),
            Part::Server | Part::Scope | Part::Policy => None,
        };
        named.unwrap_or_default()
    }

    /// Returns where a field stands; where the object is declared if it is not said.
    pub fn origin_of(&self, path: &str) -> Origin {
        self.origins.get(&Path::of(path)).unwrap_or(&self.origin).clone()
    }
}

/// Resolves the documents of authorization servers, in address order.
pub(super) fn resolve(documents: &[Document], diagnostics: &mut Diagnostics) -> Vec<Server> {
    let mut servers: BTreeMap<Address, Server> = BTreeMap::new();
    for document in documents.iter().filter(|document| document.kind == Kind::AuthorizationServer) {
        // A name that is used twice has been reported; the first document stands.
        servers.entry(document.address()).or_insert_with(|| server(document, documents, diagnostics));
    }
    servers.into_values().collect()
}

fn server(document: &Document, documents: &[Document], diagnostics: &mut Diagnostics) -> Server {
    let at = document.address();
    let items = |list: &Path| -> Option<Vec<Path>> {
        let items = list.find(&document.spec)?.as_array()?;
        Some((0..items.len()).map(|index| list.index(index)).collect())
    };
    let mut own = one(document, Part::Server, &Path::root(), &at);
    additional(document, &mut own);
    let children = |part: Part, list: &Path, parent: &Address| {
        items(list).map(|places| places.iter().map(|place| one(document, part, place, parent)).collect::<Vec<_>>())
    };
    let policies = items(&Path::of("policies")).map(|places| {
        let policy = |place: &Path| {
            let mut own = one(document, Part::Policy, place, &at);
            own.clients = clients(document, place, documents, diagnostics);
            let rules = children(Part::Rule, &place.key("rules"), &own.address);
            Policy { own, rules }
        };
        places.iter().map(policy).collect()
    });
    Server {
        own,
        metadata: document.metadata.clone(),
        scopes: children(Part::Scope, &Path::of("scopes"), &at),
        claims: children(Part::Claim, &Path::of("claims"), &at),
        policies,
    }
}

/// Returns what stands at one place of a document's `spec`.
fn one(document: &Document, part: Part, place: &Path, parent: &Address) -> ServerPart {
    let spec = place.find(&document.spec).unwrap_or(&Value::Null);
    let key = part.key(spec).unwrap_or_default();
    let address = key.iter().fold(if part == Part::Server { parent.clone() } else { parent.below([part.as_str()]) }, |address, segment| {
        if part == Part::Server { address } else { address.below([segment.as_str()]) }
    });
    let mut found = ServerPart {
        part,
        address,
        key,
        origin: document.origin(&place.key("name")),
        body: Value::Object(Map::new()),
        origins: BTreeMap::new(),
        status: None,
        clients: None,
    };
    for leaf in leaves(part.table(), spec) {
        let first = leaf.path.steps().first();
        let is = |member: &str| matches!(first, Some(Step::Key(name)) if name == member);
        let ours = matches!(first, Some(Step::Key(name)) if part.table().member(name).is_some_and(|row| row.rule.ours));
        let origin = document.origin(&place.join(&leaf.path));
        if is("status") && part.has_lifecycle() {
            found.status = leaf.value.as_str().and_then(Status::read).map(|status| (status, origin));
        } else if !(ours || (part == Part::Policy && leaf.path == Path::of(CLIENTS))) {
            leaf.path.set(&mut found.body, leaf.value.clone());
            found.origins.extend(places(leaf.value, &leaf.path, |at| document.origin(&place.join(at))));
        }
    }
    found
}

/// Adds what a server's document sets besides the fields that are known.
fn additional(document: &Document, server: &mut ServerPart) {
    let place = Path::of("additionalFields");
    for leaf in place.find(&document.spec).map(|tree| leaves(Part::Server.table(), tree)).unwrap_or_default() {
        leaf.path.set(&mut server.body, leaf.value.clone());
        server.origins.insert(leaf.path.clone(), document.origin(&place.join(&leaf.path)));
    }
}

/// Returns the clients of a policy; those that cannot be told have been reported.
fn clients(
    document: &Document,
    policy: &Path,
    documents: &[Document],
    diagnostics: &mut Diagnostics,
) -> Option<Vec<(PolicyClient, Origin)>> {
    let list = policy.join(&Path::of(CLIENTS));
    let written = list.find(&document.spec)?.as_array()?;
    let mut clients = Vec::new();
    for (index, value) in written.iter().enumerate() {
        let origin = document.origin(&list.index(index));
        // What is no reference has been reported.
        let Some(client) = PolicyClient::read(value) else { continue };
        let client = match client {
            PolicyClient::App(Reference::Name(name)) if named(documents, Kind::Client, &name) => {
                if named(documents, Kind::App, &name) {
                    let message = format!("`{name}` may be App/{name} and Client/{name}");
                    let diagnostic = Diagnostic::error(codes::REFERENCE_UNCLEAR, Some(origin), message);
                    diagnostics.push(diagnostic.help("rename one of the two"));
                    continue;
                }
                PolicyClient::Registered(name)
            }
            other => other,
        };
        if let PolicyClient::App(app) = &client
            && let Some(diagnostic) = unknown(app, &origin, documents)
        {
            diagnostics.push(diagnostic);
            continue;
        }
        clients.push((client, origin));
    }
    Some(clients)
}

fn named(documents: &[Document], kind: Kind, name: &str) -> bool {
    documents.iter().any(|document| document.kind == kind && document.name == name)
}

/// Returns what is wrong with a reference that is neither to a declared app, by its name, nor to one that nobody declares.
fn unknown(app: &Reference, origin: &Origin, documents: &[Document]) -> Option<Diagnostic> {
    let apps = || documents.iter().filter(|document| document.kind == Kind::App).map(|document| document.name.as_str());
    if let Reference::Name(name) = app {
        if apps().any(|app| app == name) {
            return None;
        }
        let elsewhere =
            format!("for an app that no manifest declares write `{{client_id: …}}`, and for every client `{}`", PolicyClient::ALL);
        let help = if name.eq_ignore_ascii_case(PolicyClient::ALL) {
            format!("write `{}` for every client", PolicyClient::ALL)
        } else {
            did_you_mean(name, apps()).unwrap_or(elsewhere)
        };
        let message = format!("there is no document `App/{name}`");
        return Some(Diagnostic::error(codes::UNKNOWN_REFERENCE, Some(origin.clone()), message).help(help));
    }
    let declared = declared(documents);
    let document = declared.get(app)?;
    let message = format!("{app} is declared by {}", document.address());
    let place = document.positions.value(&Path::of("metadata.name"));
    let diagnostic = Diagnostic::error(codes::DECLARED_REFERENCE, Some(origin.clone()), message).related(place, "declared here");
    Some(diagnostic.help(format!("write `{}`", document.name)))
}
