//! A Terraform state to what it says of Okta: which live objects its resources are, by id, and which attributes they manage.
//!
//! A state holds secrets in clear. They are dropped where the text is decoded: of an attribute that no table of `attributes.rs` names, of
//! one that the state calls sensitive, of outputs, and of resources that are not Okta's, no value is kept, nor shown in any error.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::address::{Address, Key, modules};
use super::attributes::{Attribute, Fate, Sort, table};
use super::decode::{Head, Instance, Kept, heads, instances};
use crate::observed::Id;
use crate::resource::authorization_server::Part;

/// The most that a state may hold.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Why a text is no state that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no JSON, or not the JSON that Terraform writes. What stands there is not shown: it may be a secret.
    #[error("it is no Terraform state: {what} at line {line}, column {column}")]
    Unreadable {
        /// What is wrong.
        what: &'static str,
        /// Where.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// It is of a version that is not known.
    #[error("it is a state of version {0}, and only version 4 (Terraform 0.12 and later, OpenTofu) is known")]
    Version(u64),
    /// `terraform show -json` or `terraform plan` made it.
    #[error("it is what `terraform show -json` writes, and not a state")]
    Shown,
    /// `OpenTofu` encrypted it.
    #[error("it is an encrypted state")]
    Encrypted,
    /// It says nothing of a version.
    #[error("it is no Terraform state: it names no version")]
    NoVersion,
    /// It is too large.
    #[error("it is larger than {} MiB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
}

/// What is known of Okta from a state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The instances of Okta's resources, in the order of their addresses.
    pub resources: Vec<Resource>,
    /// How many instances of other providers' resources there are.
    pub foreign: usize,
}

/// An instance of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its address.
    pub address: Address,
    /// What it manages.
    pub manages: Manages,
    /// The values that are compared with the live ones, by attribute, with the place in the API's object.
    pub(super) values: BTreeMap<&'static str, (&'static str, Value)>,
    /// The attributes with a value that no manifest can say, and why.
    pub(super) beyond: Vec<(&'static str, &'static str)>,
    /// Whether Terraform means to replace it.
    pub tainted: bool,
}

/// What a resource manages in the org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manages {
    /// An app, with its credentials.
    App(Id),
    /// Scopes that are granted to an app.
    Grants(Id, BTreeSet<String>),
    /// Groups that have an app.
    Groups(Id, BTreeSet<String>),
    /// A field of an app.
    OfApp(Id),
    /// An authorization server. Its id may be `default`, which the API takes for that of the built-in one.
    Server(Id),
    /// A part of an authorization server; of a rule with its policy.
    Part {
        /// Which sort of part.
        part: Part,
        /// The server.
        server: Id,
        /// The policy that it is a rule of.
        policy: Option<Id>,
        /// Its own id.
        id: Id,
    },
    /// The order of an authorization server's policies.
    OfServer(Id),
    /// Nothing that a manifest can declare.
    Unknown,
    /// Something, but the state does not say what.
    Untold,
    /// An object that Terraform is about to destroy because another has taken its place.
    Deposed,
}

impl State {
    /// Reads a state.
    pub fn read(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_BYTES {
            return Err(Error::TooLarge);
        }
        let heads = heads(text)?;
        let instances = instances(text, &heads)?;
        let mut state = Self::default();
        for (head, instances) in heads.iter().zip(instances) {
            if head.mode != "managed" {
                continue;
            }
            if !head.sort.starts_with("okta_") {
                state.foreign += instances.len();
                continue;
            }
            for instance in instances {
                state.resources.push(resource(head, instance));
            }
        }
        state.resources.sort_by(|a, b| a.address.cmp(&b.address));
        Ok(state)
    }

    /// Returns whether some resource means the built-in authorization server without its id.
    pub fn speaks_of_default(&self) -> bool {
        self.resources.iter().any(|resource| resource.manages.server().is_some_and(|server| server.0 == DEFAULT))
    }
}

/// What the API takes for the id of the built-in authorization server.
pub(super) const DEFAULT: &str = "default";

impl Manages {
    /// Returns the app that it belongs to.
    pub fn app(&self) -> Option<&Id> {
        match self {
            Self::App(id) | Self::Grants(id, _) | Self::Groups(id, _) | Self::OfApp(id) => Some(id),
            _ => None,
        }
    }

    /// Returns the authorization server that it belongs to.
    pub fn server(&self) -> Option<&Id> {
        match self {
            Self::Server(server) | Self::OfServer(server) | Self::Part { server, .. } => Some(server),
            _ => None,
        }
    }
}

fn resource(head: &Head, instance: Instance) -> Resource {
    // A module that is not written as Terraform does becomes a name that no configuration has.
    let modules = modules(&head.module).unwrap_or_else(|| vec![super::address::Module { name: head.module.clone(), key: None }]);
    let Instance { key, deposed, tainted, mut kept } = instance;
    let key = key.and_then(|key| match key {
        Value::Number(number) => number.as_u64().map(Key::Number),
        Value::String(text) => Some(Key::Text(text)),
        _ => None,
    });
    let address = Address { modules, sort: head.sort.clone(), name: head.name.clone(), key };
    let (mut values, mut beyond) = (BTreeMap::new(), Vec::new());
    let manages = match table(&head.sort) {
        None => Manages::Unknown,
        Some(_) if deposed => Manages::Deposed,
        Some((sort, attributes)) => {
            let manages = manages(sort, &kept).unwrap_or(Manages::Untold);
            for Attribute { name, fate } in attributes {
                match (fate, kept.remove(name)) {
                    (Fate::At(path), Some(Kept::Value(value))) if !is_nothing(&value) => drop(values.insert(*name, (*path, value))),
                    (Fate::Beyond(why), Some(Kept::There)) => beyond.push((*name, *why)),
                    _ => {}
                }
            }
            manages
        }
    };
    Resource { address, manages, values, beyond, tainted }
}

/// Returns what a resource manages; `None` if it lacks an id.
fn manages(sort: Sort, kept: &BTreeMap<&'static str, Kept>) -> Option<Manages> {
    let text = |name: &str| match kept.get(name) {
        Some(Kept::Value(Value::String(text))) if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    let texts = |name: &str, member: Option<&str>| -> Option<BTreeSet<String>> {
        let Some(Kept::Value(Value::Array(items))) = kept.get(name) else { return None };
        let text = |item: &Value| member.map_or(Some(item), |member| item.get(member)).and_then(Value::as_str).map(str::to_owned);
        items.iter().map(text).collect()
    };
    let id = |name: &str| text(name).map(Id);
    let part = |part: Part| -> Option<Manages> {
        let policy = if part == Part::Rule { Some(id("policy_id")?) } else { None };
        Some(Manages::Part { part, server: id("auth_server_id")?, policy, id: id("id")? })
    };
    match sort {
        Sort::App => Some(Manages::App(id("id")?)),
        Sort::Grants => Some(Manages::Grants(id("app_id")?, texts("scopes", None)?)),
        Sort::Groups => Some(Manages::Groups(id("app_id")?, texts("group", Some("id"))?)),
        Sort::Group => Some(Manages::Groups(id("app_id")?, [text("group_id")?].into())),
        Sort::OfApp => Some(Manages::OfApp(id("app_id")?)),
        Sort::Server => Some(Manages::Server(id("id")?)),
        Sort::Scope => part(Part::Scope),
        Sort::Claim => part(Part::Claim),
        Sort::Policy => part(Part::Policy),
        Sort::Rule => part(Part::Rule),
        Sort::OfServer => Some(Manages::OfServer(id("auth_server_id")?)),
    }
}

/// Tells whether a value is what Terraform holds where a configuration says nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
