//! What became of each resource of a state: which documents declare it, and what of it none can.

use std::collections::BTreeSet;

use super::drift::differing;
use super::state::{Manages, Resource, State};
use crate::address::{Address, Kind};
use crate::bind::{Bound, BoundApp, BoundServer};
use crate::desired::{App, GroupReference};
use crate::observed::{Id, LivePart, Observed};

/// A resource of a state, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken<'s> {
    /// The resource.
    pub resource: &'s Resource,
    /// What became of it.
    pub fate: Fate,
    /// What of it is otherwise in the org than the state says: names of attributes, scopes that are not granted, groups that have no access.
    pub differs: Vec<String>,
}

/// What became of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// These documents, or parts of one, declare it.
    Declared(Vec<Address>),
    /// It is as Okta makes it along with its authorization server, which is declared.
    ByItself,
    /// The org does not have it.
    Gone,
    /// It belongs to an app that is none of OpenID Connect in this org, as far as a list of these tells.
    Elsewhere(Id),
    /// No document declares it, and why.
    Left(String),
}

impl Fate {
    /// Returns whether Terraform can let go of it.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Declared(_) | Self::ByItself)
    }
}

/// Says what became of each resource. `bound` is the org beside all documents, those that were just made among them.
pub fn taken<'s>(state: &'s State, observed: &Observed, bound: &Bound<'_>) -> Vec<Taken<'s>> {
    let apps = state.resources.iter().filter_map(|resource| if let Manages::App(id) = &resource.manages { Some(id) } else { None });
    let taking = Taking { observed, bound, apps: apps.collect() };
    state.resources.iter().map(|resource| taking.resource(resource)).collect()
}

struct Taking<'a> {
    observed: &'a Observed,
    bound: &'a Bound<'a>,
    /// The apps that the state knows to be of OpenID Connect.
    apps: BTreeSet<&'a Id>,
}

const NONE: &str = "the org has it, and no manifest declares it";

impl Taking<'_> {
    fn resource<'s>(&self, resource: &'s Resource) -> Taken<'s> {
        let mut differs = differing(resource, self.observed);
        let fate = match &resource.manages {
            Manages::Unknown => Fate::Left("no manifest declares such a resource".to_owned()),
            Manages::Untold => {
                Fate::Left("the state does not say which object it is: bring it up to date with `terraform apply -refresh-only`".to_owned())
            }
            Manages::Deposed => {
                Fate::Left("Terraform is about to destroy it, because another has taken its place: let it do so first".to_owned())
            }
            Manages::App(id) => self.of_app(id, &[Kind::App, Kind::ClientCredentials], App::is_declared),
            Manages::OfApp(id) => self.of_app(id, &[Kind::App], App::is_declared),
            Manages::Grants(id, scopes) => {
                let says = |app: &App| app.grants.iter().flatten().map(|grant| grant.scope.clone()).collect();
                self.each(id, Kind::Grant, scopes.iter(), says, &mut differs)
            }
            Manages::Groups(id, groups) => {
                let says = |app: &App| app.groups.iter().flatten().filter_map(|group| self.group(id, &group.group)).collect();
                self.each(id, Kind::GroupAssignment, groups.iter(), says, &mut differs)
            }
            Manages::Server(id) | Manages::OfServer(id) => match self.server(id) {
                Some(server) => Fate::Declared(vec![server.wanted.own.address.clone()]),
                None => self.undeclared_server(id),
            },
            Manages::Part { server, id, .. } => self.part(server, id),
        };
        Taken { resource, fate, differs }
    }

    /// An app that the org's list does not have is gone if the state knows that it was in it; otherwise it may be a SAML app, say.
    fn without_app(&self, id: &Id) -> Fate {
        if self.apps.contains(id) { Fate::Gone } else { Fate::Elsewhere(id.clone()) }
    }

    fn app(&self, id: &Id) -> Option<&App> {
        let found = self.bound.apps.iter().find(|app| app.live().is_some_and(|live| live.id == *id));
        found.and_then(|app| if let BoundApp::Both(app, ..) = app { Some(*app) } else { None })
    }

    fn of_app(&self, id: &Id, kinds: &[Kind], is_declared: impl Fn(&App) -> bool) -> Fate {
        if self.observed.app(id).is_none() {
            return self.without_app(id);
        }
        let Some(app) = self.app(id).filter(|app| is_declared(app)) else { return Fate::Left(NONE.to_owned()) };
        Fate::Declared(app.documents.iter().filter(|document| kinds.contains(&document.kind)).cloned().collect())
    }

    /// Says what became of scopes or groups of an app, of which it may be that only some are there.
    fn each<'k>(
        &self,
        id: &Id,
        kind: Kind,
        wanted: impl Iterator<Item = &'k String>,
        says: impl Fn(&App) -> BTreeSet<String>,
        differs: &mut Vec<String>,
    ) -> Fate {
        let declared = self.app(id).map(&says).unwrap_or_default();
        let (there, missing): (Vec<_>, Vec<_>) = wanted.partition(|one| declared.contains(*one));
        let is_live = |one: &String| match kind {
            Kind::Grant => self.observed.grants.get(id).into_iter().flatten().any(|grant| grant.scope == *one),
            _ => self.observed.assignments.get(id).into_iter().flatten().any(|assignment| assignment.group == *one),
        };
        let left: Vec<_> = missing.iter().filter(|one| is_live(one)).map(|one| one.as_str()).collect();
        differs.extend(missing.iter().filter(|one| !is_live(one)).map(|one| format!("`{one}`, which the app does not have")));
        match (there.is_empty(), left.is_empty()) {
            _ if self.observed.app(id).is_none() => self.without_app(id),
            (_, false) => Fate::Left(format!("no manifest declares {} of it", left.join(", "))),
            (false, true) => self.of_app(id, &[kind], |_| true),
            // It says nothing, or nothing that is there.
            (true, true) => Fate::Gone,
        }
    }

    /// Returns the id of a group that a document names.
    fn group(&self, app: &Id, group: &GroupReference) -> Option<String> {
        match group {
            GroupReference::Id(id) => Some(id.clone()),
            GroupReference::Name(name) => {
                let assigned = self.observed.assignments.get(app).into_iter().flatten();
                assigned.filter(|assignment| assignment.name.as_ref() == Some(name)).map(|assignment| assignment.group.clone()).next()
            }
        }
    }

    fn server(&self, id: &Id) -> Option<&BoundServer<'_>> {
        self.bound.servers.iter().find(|server| server.live.is_some_and(|live| live.id == *id))
    }

    fn undeclared_server(&self, id: &Id) -> Fate {
        let is_there = self.observed.servers.listed.iter().any(|live| live.id == *id);
        if is_there { Fate::Left(NONE.to_owned()) } else { Fate::Gone }
    }

    fn part(&self, server: &Id, id: &Id) -> Fate {
        let Some(bound) = self.server(server) else { return self.undeclared_server(server) };
        let mut declared = bound.children.iter().filter(|child| child.live.is_some_and(|live| live.id == *id));
        if let Some(child) = declared.next() {
            return Fate::Declared(vec![child.wanted.address.clone()]);
        }
        match part(self.observed, server, id) {
            Some(live) if live.own => Fate::ByItself,
            Some(_) => Fate::Left(format!("{} is declared, and does not say it", bound.wanted.own.address)),
            None => Fate::Gone,
        }
    }
}

/// Returns a live part of an authorization server.
pub(super) fn part<'o>(observed: &'o Observed, server: &Id, id: &Id) -> Option<&'o LivePart> {
    let below = observed.servers.below.get(server)?;
    let lists = [&below.scopes, &below.claims, &below.policies].into_iter().flatten().chain(below.rules.values());
    lists.flatten().find(|part| part.id == *id)
}
