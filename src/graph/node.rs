//! The objects of a graph: what each is, what it is called, and where it belongs.

use crate::address::{Address, Kind};
use crate::resource::authorization_server::Part;

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Which one.
    pub key: Key,
    /// The documents that declare it: with an app those of its credentials; none if it is declared nowhere.
    pub documents: Vec<Address>,
    /// What people call it, where its address does not say that.
    pub title: Option<String>,
    /// What else is worth knowing at a glance, a line each.
    pub facts: Vec<String>,
}

/// What tells one object from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// It is declared.
    Declared(Address),
    /// It is named by what is declared, and declared nowhere.
    Elsewhere {
        /// What it is.
        sort: Sort,
        /// What it is called.
        name: String,
        /// The authorization server that it belongs to.
        server: Option<Address>,
    },
}

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the kinds and of what authorization servers consist of")]
pub enum Sort {
    App,
    Credentials,
    Grant,
    GroupAssignment,
    Client,
    Server,
    Scope,
    Claim,
    Policy,
    Rule,
    Provider,
    ClientType,
    /// Every client there is and will be.
    EveryClient,
    Group,
    User,
    /// A policy that decides who may sign in to an app.
    AccessPolicy,
    Issuer,
    Hook,
}

/// What objects are drawn together with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cluster {
    /// Apps and clients, and what stands below them.
    Clients,
    /// An authorization server and what it consists of.
    Server(Address),
    /// The developer portal.
    Portal,
}

impl Sort {
    /// Returns what something declared is.
    pub fn of(address: &Address) -> Self {
        match address.kind {
            Kind::App => Self::App,
            Kind::ClientCredentials => Self::Credentials,
            Kind::Grant => Self::Grant,
            Kind::GroupAssignment => Self::GroupAssignment,
            Kind::Client => Self::Client,
            Kind::AuthorizationServer => match address.child.as_slice() {
                [] => Self::Server,
                [part, ..] if part == Part::Scope.as_str() => Self::Scope,
                [part, ..] if part == Part::Claim.as_str() => Self::Claim,
                [_policy, _name] => Self::Policy,
                _ => Self::Rule,
            },
            Kind::OAuthProvider => Self::Provider,
            Kind::ClientType => Self::ClientType,
        }
    }

    /// Returns the word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Credentials => "credentials",
            Self::Grant => "grant",
            Self::GroupAssignment => "group assignment",
            Self::Client => "client",
            Self::Server => "authorization server",
            Self::Scope => "scope",
            Self::Claim => "claim",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::Provider => "provider",
            Self::ClientType => "client type",
            Self::EveryClient => "every client",
            Self::Group => "group",
            Self::User => "user",
            Self::AccessPolicy => "access policy",
            Self::Issuer => "issuer",
            Self::Hook => "inline hook",
        }
    }
}

impl Node {
    /// Returns what it is.
    pub fn sort(&self) -> Sort {
        match &self.key {
            Key::Declared(address) => Sort::of(address),
            Key::Elsewhere { sort, .. } => *sort,
        }
    }

    /// Returns its address, if it is declared.
    pub fn address(&self) -> Option<&Address> {
        match &self.key {
            Key::Declared(address) => Some(address),
            Key::Elsewhere { .. } => None,
        }
    }

    /// Returns what it is called within its cluster: the address of a document's own object, the sort and name of any other.
    pub fn name(&self) -> String {
        match &self.key {
            Key::Declared(address) => match address.child.last() {
                None => address.to_string(),
                Some(name) => format!("{} {name}", self.sort().word()),
            },
            Key::Elsewhere { sort, name, server: _ } => format!("{} {name}", sort.word()),
        }
    }

    /// Returns what it is called anywhere.
    pub fn full_name(&self) -> String {
        match &self.key {
            Key::Declared(address) => address.to_string(),
            Key::Elsewhere { server: None, .. } => format!("{}, declared by no manifest", self.name()),
            Key::Elsewhere { server: Some(server), .. } => format!("{} of {server}, declared by no manifest", self.name()),
        }
    }

    /// Returns the authorization server that it is a part of.
    pub fn server(&self) -> Option<Address> {
        match self.cluster() {
            Some(Cluster::Server(server)) if self.address() != Some(&server) => Some(server),
            _ => None,
        }
    }

    /// Returns what it is drawn together with; `None` if it is declared nowhere and belongs to nobody.
    pub fn cluster(&self) -> Option<Cluster> {
        match &self.key {
            Key::Declared(address) => Some(match address.kind {
                Kind::App | Kind::ClientCredentials | Kind::Grant | Kind::GroupAssignment | Kind::Client => Cluster::Clients,
                Kind::AuthorizationServer => Cluster::Server(address.top()),
                Kind::OAuthProvider | Kind::ClientType => Cluster::Portal,
            }),
            Key::Elsewhere { server, .. } => server.clone().map(Cluster::Server),
        }
    }
}

impl Cluster {
    /// Returns what it is called.
    pub fn name(&self) -> String {
        match self {
            Self::Clients => "Apps and clients".to_owned(),
            Self::Server(address) => address.to_string(),
            Self::Portal => "Developer portal".to_owned(),
        }
    }
}
