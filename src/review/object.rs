//! What a revision declares, as objects below objects, each with all that is said of it: the same shape for every kind.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Identity;
use crate::address::{Address, Kind};
use crate::desired::{
    App, Assignment, Client, Desired, Grant, GroupReference, Output, Policy, PolicyReference, PortalObject, PrivateKey, Secret, Server,
    ServerPart, Token,
};
use crate::diagnostic::{Code, Origin};
use crate::diff::Declaration;
use crate::json::Path;
use crate::manifest::Metadata;
use crate::observed::Status;
use crate::resource::authorization_server::PolicyClient;
use crate::resource::client_type::ProviderReference;
use crate::resource::jwk::key_id;
use crate::resource::oauth_provider::TOKEN;
use crate::resource::{Reference, group_assignment, table};

/// Where an app has its settings as an OAuth client.
const SETTINGS: &str = "settings.oauthClient";

/// An object that documents declare.
pub(super) struct Object<'a> {
    /// What tells it from its siblings, in either revision.
    pub(super) key: Vec<String>,
    /// Its address.
    pub(super) address: Address,
    /// What people call it, where its address does not say that.
    pub(super) title: Option<&'a str>,
    /// Where it is declared.
    pub(super) origin: Origin,
    /// The fields that a table knows.
    pub(super) declaration: Option<Declaration<'a>>,
    /// Where its settings as an OAuth client stand among them.
    pub(super) settings: Path,
    /// What else is said of it.
    pub(super) facts: Vec<Fact>,
    /// By what it can be recognised under another name.
    pub(super) identities: Vec<(Identity, String)>,
    /// Whether a change of what cannot be changed makes another object of it.
    pub(super) replaceable: bool,
    /// Whether its fields are among those of its parent, so that only its end is worth telling.
    pub(super) told_by_parent: bool,
    /// What stands below it.
    pub(super) children: Vec<Self>,
}

/// Something said of an object that no table of fields knows; compared as it is.
pub(super) struct Fact {
    pub(super) path: Path,
    pub(super) value: Value,
    pub(super) origin: Option<Origin>,
    /// Whether it goes without saying where the other revision does not say it.
    pub(super) implied: bool,
    pub(super) immutable: bool,
}

impl Fact {
    fn new(path: &str, value: Value, origin: Option<Origin>) -> Self {
        Self { path: Path::of(path), value, origin, implied: false, immutable: false }
    }

    fn implied(self, implied: bool) -> Self {
        Self { implied, ..self }
    }
}

impl<'a> Object<'a> {
    fn new(address: Address, key: Vec<String>, origin: &Origin) -> Self {
        Self {
            key,
            address,
            title: None,
            origin: origin.clone(),
            declaration: None,
            settings: Path::root(),
            facts: Vec::new(),
            identities: Vec::new(),
            replaceable: false,
            told_by_parent: false,
            children: Vec::new(),
        }
    }

    fn app(app: &'a App) -> Self {
        // An app that nobody declares has the address of whichever document comes first.
        let key = vec!["app".to_owned(), app.reference.to_string()];
        let declaration = Declaration { row: table(Kind::App), body: &app.body, origins: &app.origins, origin: &app.origin };
        let mut object = Self::new(app.address.clone(), key, &app.origin);
        if app.is_declared() {
            object.identities = identities(app);
            object.facts = metadata(&app.metadata);
        }
        // Of apps it is other documents that allow it, each for what it declares.
        object.facts.retain(|fact| fact.path != Path::of("metadata.prune"));
        let prunable: Vec<_> = app.prunable.iter().map(|facility| json!(facility)).collect();
        object.facts.push(Fact::new("metadata.prune", Value::from(prunable), None).implied(app.prunable.is_empty()));
        let place = |name: &str| Some(declaration.origin_of(&Path::of(name)));
        object.facts.extend(app.status.map(|status| Fact::new("status", json!(status), place("status"))));
        object
            .facts
            .extend(app.access_policy.as_ref().map(|policy| Fact::new("accessPolicy", policy_value(policy), place("accessPolicy"))));
        object.facts.extend(managed("client_secrets", app.secrets.as_ref().map(Vec::len)));
        object.facts.extend(managed("grants", app.grants.as_ref().map(Vec::len)));
        object.facts.extend(managed("groups", app.groups.as_ref().map(Vec::len)));
        object.facts.extend(app.private_key.as_ref().map(private_key));
        object.settings = Path::of(SETTINGS);
        object.children.extend(keys(&app.address, &declaration, &object.settings));
        object.children.extend(app.secrets.iter().flatten().map(Self::secret));
        object.children.extend(app.grants.iter().flatten().map(Self::grant));
        object.children.extend(app.groups.iter().flatten().map(Self::group));
        Self { title: app.label(), declaration: Some(declaration), replaceable: app.is_declared(), ..object }
    }

    fn client(client: &'a Client) -> Self {
        let Client { address, metadata: said, origin, documents: _, body, origins, output, private_key, grants, prunable } = client;
        let declaration = Declaration { row: table(Kind::Client), body, origins, origin };
        let mut object = Self::new(address.clone(), vec!["client".to_owned(), address.name.clone()], origin);
        object.identities =
            said.id.iter().map(|id| (Identity::Id, id.clone())).chain([(Identity::Name, client.name().to_owned())]).collect();
        object.facts = metadata(said);
        // As of apps, it is other documents that allow it.
        object.facts.retain(|fact| fact.path != Path::of("metadata.prune"));
        object.facts.push(Fact::new("metadata.prune", Value::from(*prunable), None).implied(!prunable));
        let file = |output: &Output| Fact::new("client_secret_output.file", json!(output.file), Some(output.origin.clone()));
        object.facts.extend(output.as_ref().map(file));
        object.facts.extend(private_key.as_ref().map(self::private_key));
        object.facts.extend(managed("grants", grants.as_ref().map(Vec::len)));
        object.children.extend(keys(address, &declaration, &object.settings));
        object.children.extend(grants.iter().flatten().map(Self::grant));
        Self { title: Some(client.name()), declaration: Some(declaration), replaceable: true, ..object }
    }

    fn secret(secret: &'a Secret) -> Self {
        let Secret { address, reference, status, origin } = secret;
        let key = vec!["secret".to_owned(), address.child.last().cloned().unwrap_or_default()];
        let facts = vec![
            Fact::new("value", json!(reference), Some(origin.clone())),
            Fact::new("status", json!(status), Some(origin.clone())).implied(*status == Status::Active),
        ];
        Self { facts, ..Self::new(address.clone(), key, origin) }
    }

    fn grant(grant: &'a Grant) -> Self {
        let Grant { address, scope, issuer, origin } = grant;
        let facts = issuer.iter().map(|issuer| Fact::new("issuer", json!(issuer), Some(origin.clone()))).collect();
        Self { facts, ..Self::new(address.clone(), vec!["grant".to_owned(), scope.clone()], origin) }
    }

    fn group(group: &'a Assignment) -> Self {
        let Assignment { address, group, body, origin, origins } = group;
        let (sort, text) = match group {
            GroupReference::Name(name) => ("name", name),
            GroupReference::Id(id) => ("id", id),
        };
        let declaration = Some(Declaration { row: group_assignment::row(), body, origins, origin });
        Self { declaration, ..Self::new(address.clone(), vec!["group".to_owned(), sort.to_owned(), text.clone()], origin) }
    }

    fn server(server: &'a Server) -> Self {
        let Server { own, metadata: said, scopes, claims, policies } = server;
        let mut object = Self::part(own, vec!["server".to_owned(), own.address.name.clone()]);
        object.identities = said.id.iter().map(|id| (Identity::Id, id.clone())).chain([(Identity::Name, own.name().to_owned())]).collect();
        object.title = Some(own.name());
        object.facts.extend(metadata(said));
        object.facts.extend(managed("scopes", scopes.as_ref().map(Vec::len)));
        object.facts.extend(managed("claims", claims.as_ref().map(Vec::len)));
        object.facts.extend(managed("policies", policies.as_ref().map(Vec::len)));
        let parts = scopes.iter().chain(claims).flatten();
        object.children = parts.map(|part| Self::part(part, key_of(part))).collect();
        object.children.extend(policies.iter().flatten().map(Self::policy));
        object
    }

    fn policy(policy: &'a Policy) -> Self {
        let Policy { own, rules } = policy;
        let mut object = Self::part(own, key_of(own));
        object.facts.extend(managed("rules", rules.as_ref().map(Vec::len)));
        object.children = rules.iter().flatten().map(|rule| Self::part(rule, key_of(rule))).collect();
        object
    }

    fn part(part: &'a ServerPart, key: Vec<String>) -> Self {
        let ServerPart { part: sort, address, key: _, origin, body, origins, status, clients } = part;
        let mut object = Self::new(address.clone(), key, origin);
        object.declaration = Some(Declaration { row: sort.table(), body, origins, origin });
        object.facts.extend(status.as_ref().map(|(status, at)| Fact::new("status", json!(status), Some(at.clone()))));
        if let Some(clients) = clients {
            let mut written: Vec<_> = clients.iter().map(|(client, _)| client_value(client)).collect();
            written.sort_by_key(ToString::to_string);
            let at = clients.first().map_or(origin, |(_, at)| at);
            object.facts.push(Fact::new("conditions.clients.include", Value::from(written), Some(at.clone())));
        }
        object
    }

    fn portal(object: &'a PortalObject) -> Self {
        let PortalObject { address, metadata: said, origin, provider, body, origins, token } = object;
        let mut found = Self::new(address.clone(), vec![address.kind.to_string(), address.name.clone()], origin);
        let below = provider.as_ref().map(ToString::to_string).unwrap_or_default();
        let own = |field: &str| object.text(field).map(|text| format!("{below} {text}"));
        let identities = [(Identity::Id, said.id.clone()), (Identity::Cid, own("CID")), (Identity::Name, own("Name"))];
        found.identities = identities.into_iter().filter_map(|(by, text)| Some((by, text?))).collect();
        found.facts = metadata(said);
        found.facts.extend(provider.as_ref().map(|provider| {
            let fact = Fact::new("provider", provider_value(provider), Some(object.origin_of("provider")));
            Fact { immutable: true, ..fact }
        }));
        found.facts.extend(match token {
            Token::Unmanaged => None,
            Token::Absent => Some(Fact::new(TOKEN, Value::Null, None)),
            Token::Of { reference, origin } => Some(Fact::new(TOKEN, json!(reference), Some(origin.clone()))),
        });
        let declaration = Declaration { row: table(address.kind), body, origins, origin };
        Self { title: object.text("Name"), declaration: Some(declaration), ..found }
    }
}

/// Returns what a revision declares.
pub(super) fn objects(desired: &Desired) -> Vec<Object<'_>> {
    let Desired { project: _, ownership: _, apps, clients, servers, portal, accepted: _ } = desired;
    let apps = apps.iter().map(|app| (Object::app(app), app.documents.as_slice()));
    let clients = clients.iter().map(|client| (Object::client(client), client.documents.as_slice()));
    let servers = servers.iter().map(|server| (Object::server(server), std::slice::from_ref(&server.own.address)));
    let portal = portal.iter().map(|object| (Object::portal(object), std::slice::from_ref(&object.address)));
    let mut objects: Vec<_> = apps.chain(clients).chain(servers).chain(portal).collect();
    for (object, documents) in &mut objects {
        object.facts.extend(accepted(documents, desired));
    }
    objects.into_iter().map(|(object, _)| object).collect()
}

/// Which dangers the documents of an object accept: whoever reviews a change has to see that too.
fn accepted(documents: &[Address], desired: &Desired) -> Vec<Fact> {
    let mut reasons: BTreeMap<Code, Vec<&str>> = BTreeMap::new();
    for (code, reason) in documents.iter().filter_map(|document| desired.accepted.get(document)).flatten() {
        reasons.entry(*code).or_default().push(reason);
    }
    let fact = |(code, reasons): (Code, Vec<&str>)| Fact::new(&format!("metadata.accept.{code}"), json!(reasons.join("; ")), None);
    reasons.into_iter().map(fact).collect()
}

/// By what `bind` would find an app under another name. The label counts unless it says `client_id`, which is the stronger word.
fn identities(app: &App) -> Vec<(Identity, String)> {
    let id = app.metadata.id.as_ref().map(|id| (Identity::Id, id.clone()));
    let client_id = app.client_id().map(|id| (Identity::ClientId, id.to_owned()));
    let label = app.label().map(|label| (Identity::Label, label.to_owned()));
    id.into_iter().chain(client_id).chain(label).collect()
}

fn metadata(metadata: &Metadata) -> Vec<Fact> {
    let Metadata { id, adopt, protected, prune, accept: _ } = metadata;
    let flag = |name: &str, set: bool| Fact::new(name, Value::from(set), None).implied(!set);
    vec![
        Fact::new("metadata.id", json!(id), None).implied(id.is_none()),
        flag("metadata.adopt", *adopt),
        flag("metadata.protected", *protected),
        flag("metadata.prune", *prune),
    ]
}

/// Says that there is a list of children, even an empty one: `--prune` then removes those that are not in it. Its items say it too.
fn managed(list: &str, items: Option<usize>) -> Option<Fact> {
    items.map(|items| Fact::new(list, json!([]), None).implied(items > 0))
}

fn keys<'a>(address: &Address, declaration: &Declaration<'_>, settings: &Path) -> Vec<Object<'a>> {
    let path = settings.join(&Path::of("jwks.keys"));
    let declared = path.find(declaration.body).and_then(Value::as_array).into_iter().flatten();
    let key = |key: &Value| {
        let name = key_id(key);
        let object = Object::new(address.below(["key", &name]), vec!["key".to_owned(), name], &declaration.origin_of(&path));
        Object { told_by_parent: true, ..object }
    };
    declared.map(key).collect()
}

/// What `verify` tries a client with: like a secret, told by where it is to be had.
fn private_key(key: &PrivateKey) -> Fact {
    let PrivateKey { address: _, reference, kid, origin } = key;
    let mut value = json!(reference);
    if let Some(kid) = kid {
        value["kid"] = json!(kid);
    }
    Fact::new("private_key", value, Some(origin.clone()))
}

fn key_of(part: &ServerPart) -> Vec<String> {
    std::iter::once(part.part.as_str().to_owned()).chain(part.key.iter().cloned()).collect()
}

fn policy_value(policy: &PolicyReference) -> Value {
    match policy {
        PolicyReference::Name(name) => json!({"name": name}),
        PolicyReference::Id(id) => json!({"id": id}),
    }
}

fn provider_value(provider: &ProviderReference) -> Value {
    match provider {
        ProviderReference::Document(name) => json!(name),
        ProviderReference::Id(id) => json!({"id": id}),
        ProviderReference::Name(name) => json!({"Name": name}),
    }
}

fn client_value(client: &PolicyClient) -> Value {
    match client {
        PolicyClient::All => json!(PolicyClient::ALL),
        PolicyClient::App(Reference::Name(name)) => json!(name),
        PolicyClient::Registered(_) => json!(client.to_string()),
        PolicyClient::App(elsewhere) => json!(elsewhere),
    }
}
