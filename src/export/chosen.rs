//! Which live objects get which documents, under which names: what is declared already is left alone, and so is what cannot be ours.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::{Choice, Live, Wanted};
use super::document::Left;
use super::names::{Nameless, names};
use crate::address::{Address, Kind};
use crate::bind::{Bound, BoundApp, How};
use crate::desired::{App, Desired};
use crate::manifest::Document;
use crate::observed::{Id, LiveApp, LiveClient, LivePart, LivePortal, Observed};
use crate::printable::printable_head;

/// The two sides of an export: what there is, and what manifests say of it already.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// What was read.
    pub observed: &'a Observed,
    /// What is declared already.
    pub desired: &'a Desired,
    /// The two brought together, with every document allowed to recognise its object by its label or name.
    pub bound: &'a Bound<'a>,
    /// The documents that declare it.
    pub documents: &'a [Document],
}

/// The kinds of documents about an app.
pub(super) const ABOUT_APPS: [Kind; 4] = [Kind::App, Kind::ClientCredentials, Kind::Grant, Kind::GroupAssignment];

/// An app, and the documents that it is to get.
#[derive(Debug, Clone)]
pub(super) struct ChosenApp<'a> {
    pub(super) live: &'a LiveApp,
    /// The name of its document, there or not.
    pub(super) name: String,
    pub(super) kinds: BTreeSet<Kind>,
    /// What its document says, if there is one.
    pub(super) declared: Option<&'a App>,
    pub(super) wanted: Wanted,
}

/// Another object that is to get a document.
#[derive(Debug, Clone)]
pub(super) struct ChosenObject<'a, T> {
    pub(super) live: &'a T,
    pub(super) name: String,
    pub(super) wanted: Wanted,
}

/// What is to be exported.
#[derive(Debug, Clone, Default)]
pub(super) struct Chosen<'a> {
    pub(super) apps: Vec<ChosenApp<'a>>,
    pub(super) clients: Vec<ChosenObject<'a, LiveClient>>,
    pub(super) servers: Vec<ChosenObject<'a, LivePart>>,
    pub(super) providers: Vec<ChosenObject<'a, LivePortal>>,
    /// Providers whose client types are looked at, with the name of the document, there or not, if they have one.
    pub(super) parents: Vec<(&'a LivePortal, Option<String>)>,
    pub(super) client_types: Vec<(ChosenObject<'a, LivePortal>, &'a LivePortal)>,
    pub(super) left: Vec<Left>,
    /// How many live objects some document has already.
    pub(super) declared: usize,
}

/// Chooses. `excluded` are objects that turned out to be impossible to declare, and why.
pub(super) fn choose<'a>(sides: Sides<'a>, choice: &Choice, excluded: &BTreeMap<Live, String>) -> Chosen<'a> {
    let bound: BTreeSet<&Address> = sides.bound.apps.iter().filter(|app| app.live().is_some()).map(|app| &app.wanted().address).collect();
    let lost = sides.desired.apps.iter().filter(|app| app.is_declared() && !bound.contains(&app.address));
    let lost = lost.filter_map(|app| Some((app.label()?, app))).collect();
    let mut choosing = Choosing { sides, choice, excluded, lost, chosen: Chosen::default() };
    choosing.okta();
    choosing.servers();
    choosing.portal();
    choosing.chosen.left.sort();
    choosing.chosen.left.dedup();
    choosing.chosen
}

struct Choosing<'a, 'c> {
    sides: Sides<'a>,
    choice: &'c Choice,
    excluded: &'c BTreeMap<Live, String>,
    /// Declared apps for which no live one could be told, by their labels.
    lost: BTreeMap<&'a str, &'a App>,
    chosen: Chosen<'a>,
}

impl<'a> Choosing<'a, '_> {
    fn taken(&self, kinds: &[Kind]) -> BTreeSet<&'a str> {
        self.sides.documents.iter().filter(|document| kinds.contains(&document.kind)).map(|document| document.name.as_str()).collect()
    }

    fn given(&self, kind: Kind, id: &Id) -> Option<&str> {
        self.choice.names.get(&(kind, id.clone())).map(String::as_str)
    }

    fn leave(&mut self, address: &Address, called: &str, id: &Id, why: impl Into<String>) {
        if self.choice.select.has(address) && self.choice.wanted(address.kind, id).is_some() {
            let what = format!("{} {id} \"{}\"", word(address.kind), printable_head(called, 60));
            self.chosen.left.push(Left { what, why: why.into() });
        }
    }

    /// Apps and dynamically registered clients, whose documents share one set of names: a policy refers to either by its name alone.
    fn okta(&mut self) {
        let Sides { observed, desired, bound, .. } = self.sides;
        let bound_apps: BTreeMap<&Id, &BoundApp<'a>> = bound.apps.iter().filter_map(|app| Some((&app.live()?.id, app))).collect();
        let of_apps: BTreeSet<&str> = bound.apps.iter().filter_map(|app| Some(app.live()?.client_id.as_str())).collect();
        let declared_clients: BTreeSet<&Id> = bound.clients.iter().filter_map(|client| Some(&client.live?.0.id)).collect();
        let as_clients = self.choice.speaks_of(Kind::Client);
        let clients: Vec<&LiveClient> = observed
            .clients
            .iter()
            .filter(|live| as_clients && !of_apps.contains(live.id.0.as_str()) && !declared_clients.contains(&live.id))
            .collect();
        let seen_as_clients: BTreeSet<&str> = clients.iter().map(|live| live.id.0.as_str()).collect();
        let free: Vec<&LiveApp> = observed
            .apps
            .iter()
            .filter(|live| {
                let client = Id(live.client_id.clone());
                !bound_apps.contains_key(&live.id)
                    && !declared_clients.contains(&client)
                    && !seen_as_clients.contains(live.client_id.as_str())
            })
            .collect();
        let taken = self.taken(&[Kind::App, Kind::Client]);
        let marked = |live: &'a LiveApp| {
            let owner = &live.marker.as_ref().filter(|_| desired.ownership)?.owner;
            (owner.project == desired.project).then_some(owner.name.as_str())
        };
        let mut nameless: Vec<Nameless<'_>> = Vec::new();
        for live in &free {
            let given = self.given(Kind::App, &live.id).or_else(|| marked(live));
            nameless.push(Nameless { id: &live.id, given, called: &live.label, sort: "app" });
        }
        for live in &clients {
            nameless.push(Nameless { id: &live.id, given: self.given(Kind::Client, &live.id), called: &live.name, sort: "client" });
        }
        let names = names(&nameless, &taken);
        for app in &bound.apps {
            self.completed(app);
        }
        for live in free {
            self.new_app(live, names[&live.id].clone(), marked(live).is_some());
        }
        for live in clients {
            let chosen = self.object(Kind::Client, live, &live.id, &live.name, &names);
            self.chosen.clients.extend(chosen);
        }
        self.chosen.declared += declared_clients.len();
        self.chosen.apps.sort_by(|a, b| a.name.cmp(&b.name));
        self.chosen.clients.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// An app that some document speaks of gets those that are missing.
    fn completed(&mut self, app: &BoundApp<'a>) {
        let BoundApp::Both(declared, live, how) = app else { return };
        if *how == How::Reference {
            let address = declared.documents.first().cloned().unwrap_or_else(|| declared.address.clone());
            let why = format!("{address} speaks of it by `{}`, which a document of its own would make wrong", declared.reference);
            return self.leave(&Address::new(Kind::App, declared.address.name.clone()), &live.label, &live.id, why);
        }
        if is_a_guess(app) {
            let why = format!("{} has its label: say `metadata.adopt: true` there if it means this app", declared.address);
            return self.leave(&declared.address, &live.label, &live.id, why);
        }
        self.chosen.declared += 1;
        let credentials = ["credentials.oauthClient", "settings.oauthClient.jwks", "settings.oauthClient.jwks_uri"];
        let said = |path: &str| crate::json::at(&declared.body, path).is_some();
        let kinds = [
            (
                Kind::ClientCredentials,
                declared.secrets.is_none() && declared.private_key.is_none() && !credentials.iter().any(|path| said(path)),
            ),
            (Kind::Grant, declared.grants.is_none()),
            (Kind::GroupAssignment, declared.groups.is_none()),
        ];
        let missing = kinds.into_iter().filter(|(_, missing)| *missing).map(|(kind, _)| kind);
        self.choose_app(live, declared.address.name.clone(), missing.collect(), Some(declared));
    }

    fn new_app(&mut self, live: &'a LiveApp, name: String, ours: bool) {
        let desired = self.sides.desired;
        let address = Address::new(Kind::App, name.clone());
        let mark = live.marker.as_ref().filter(|_| desired.ownership);
        let why = if let Some(why) = self.excluded.get(&(Kind::App, live.id.clone())) {
            Some(why.clone())
        } else if let Some(mark) = mark.filter(|_| !ours) {
            let (project, theirs) = (printable_head(&mark.owner.project, 60), printable_head(&mark.owner.name, 60));
            Some(format!("it belongs to the project `{project}` (as {theirs})"))
        } else if mark.is_some_and(|mark| mark.superseded) {
            Some("another app is taking its place".to_owned())
        } else if !live.withheld.is_empty() {
            let paths: Vec<_> = live.withheld.iter().map(ToString::to_string).collect();
            Some(format!(
                "it holds what looks like a secret ({}), so that idpctl could not write it whole",
                printable_head(&paths.join(", "), 200)
            ))
        } else {
            let perhaps = self.lost.get(live.label.as_str());
            perhaps.map(|app| format!("{} may mean it: say which app that document is with `metadata.id`", app.address))
        };
        match why {
            Some(why) => self.leave(&address, &live.label, &live.id, why),
            None => self.choose_app(live, name, ABOUT_APPS.into(), None),
        }
    }

    fn choose_app(&mut self, live: &'a LiveApp, name: String, kinds: BTreeSet<Kind>, declared: Option<&'a App>) {
        let Some(wanted) = self.choice.wanted(Kind::App, &live.id) else { return };
        let has = |kind: Kind| self.choice.select.has(&Address::new(kind, name.clone()));
        let whole = has(Kind::App);
        let kinds: BTreeSet<Kind> = kinds.into_iter().filter(|kind| wanted.has_kind(*kind) && (whole || has(*kind))).collect();
        if !kinds.is_empty() {
            self.chosen.apps.push(ChosenApp { live, name, kinds, declared, wanted });
        }
    }

    fn servers(&mut self) {
        let Sides { observed, bound, .. } = self.sides;
        let declared: BTreeSet<&Id> = bound.servers.iter().filter_map(|server| Some(&server.live?.id)).collect();
        self.chosen.declared += declared.len();
        let free: Vec<_> = observed.servers.listed.iter().filter(|live| !declared.contains(&live.id)).collect();
        let nameless: Vec<_> = free
            .iter()
            .map(|live| {
                let given = self.given(Kind::AuthorizationServer, &live.id);
                Nameless { id: &live.id, given, called: live.name(), sort: "authorization-server" }
            })
            .collect();
        let names = names(&nameless, &self.taken(&[Kind::AuthorizationServer]));
        for live in free {
            let chosen = self.object(Kind::AuthorizationServer, live, &live.id, live.name(), &names);
            self.chosen.servers.extend(chosen);
        }
        self.chosen.servers.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Returns an object as one that gets a document, if it is to have one.
    fn object<T>(&mut self, kind: Kind, live: &'a T, id: &Id, called: &str, names: &BTreeMap<Id, String>) -> Option<ChosenObject<'a, T>> {
        let name = names[id].clone();
        let address = Address::new(kind, name.clone());
        if let Some(why) = self.excluded.get(&(kind, id.clone())).cloned() {
            self.leave(&address, called, id, why);
            return None;
        }
        let wanted = self.choice.wanted(kind, id).filter(|_| self.choice.select.has(&address))?;
        Some(ChosenObject { live, name, wanted })
    }

    fn portal(&mut self) {
        let Sides { observed, bound, .. } = self.sides;
        let Some(portal) = &observed.portal else { return };
        let own: BTreeMap<&Id, &str> = bound
            .portal
            .iter()
            .filter_map(|object| Some((&object.live?.id, object.wanted)))
            .filter(|(_, wanted)| wanted.kind() == Kind::OAuthProvider)
            .map(|(id, wanted)| (id, wanted.address.name.as_str()))
            .collect();
        let declared_types: BTreeSet<&Id> = bound
            .portal
            .iter()
            .filter(|object| object.wanted.kind() == Kind::ClientType)
            .filter_map(|object| Some(&object.live?.id))
            .collect();
        self.chosen.declared += own.len() + declared_types.len();
        // A document of its own would make wrong what refers to it otherwise.
        let referred: BTreeMap<&Id, &Address> = bound
            .portal
            .iter()
            .filter(|object| !matches!(object.wanted.provider, Some(crate::resource::client_type::ProviderReference::Document(_)) | None))
            .filter_map(|object| Some((&object.provider?.id, &object.wanted.address)))
            .collect();
        let free: Vec<_> = portal.providers.iter().filter(|live| !own.contains_key(&live.id)).collect();
        let nameless = |kind: Kind, lives: &[&'a LivePortal], sort: &'static str, this: &Self| -> BTreeMap<Id, String> {
            let nameless: Vec<_> =
                lives.iter().map(|live| Nameless { id: &live.id, given: this.given(kind, &live.id), called: &live.name, sort }).collect();
            names(&nameless, &this.taken(&[kind]))
        };
        let named = nameless(Kind::OAuthProvider, &free, "provider", self);
        for live in &free {
            if let Some(address) = referred.get(&live.id) {
                let why = format!("{address} refers to it by its id or name, which a document of its own would make wrong");
                self.leave(&Address::new(Kind::OAuthProvider, named[&live.id].clone()), &live.name, &live.id, why);
            } else {
                let chosen = self.object(Kind::OAuthProvider, *live, &live.id, &live.name, &named);
                self.chosen.providers.extend(chosen);
            }
        }
        self.chosen.providers.sort_by(|a, b| a.name.cmp(&b.name));
        for live in &portal.providers {
            let name = own.get(&live.id).map(|name| (*name).to_owned());
            let chosen = self.chosen.providers.iter().find(|provider| provider.live.id == live.id).map(|provider| provider.name.clone());
            self.chosen.parents.push((live, name.or(chosen)));
        }
        let types: Vec<(&'a LivePortal, &'a LivePortal)> = portal
            .providers
            .iter()
            .flat_map(|provider| portal.client_types.get(&provider.id).into_iter().flatten().map(move |live| (live, provider)))
            .filter(|(live, _)| !declared_types.contains(&live.id))
            .collect();
        let lives: Vec<_> = types.iter().map(|(live, _)| *live).collect();
        let named = nameless(Kind::ClientType, &lives, "client-type", self);
        for (live, provider) in types {
            let chosen = self.object(Kind::ClientType, live, &live.id, &live.name, &named);
            self.chosen.client_types.extend(chosen.map(|chosen| (chosen, provider)));
        }
        self.chosen.client_types.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    }
}

/// Tells whether a document may mean the app that has its label, and does not say so.
pub(super) fn is_a_guess(app: &BoundApp<'_>) -> bool {
    matches!(app, BoundApp::Both(declared, _, How::Label) if !declared.metadata.adopt)
}

/// Returns what an object of a kind is called.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::App | Kind::ClientCredentials | Kind::Grant | Kind::GroupAssignment => "the app",
        Kind::Client => "the client",
        Kind::AuthorizationServer => "the authorization server",
        Kind::OAuthProvider => "the provider",
        Kind::ClientType => "the client type",
    }
}
