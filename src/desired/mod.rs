//! What the manifests say, resolved: one entry a live object, whatever number of documents speaks of it.

mod checks;
mod children;
mod clients;
mod draft;
mod portal;
mod resolve;
#[cfg(test)]
pub(crate) mod server_tests;
mod servers;
mod spoken;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use clients::{Client, Output};
pub(crate) use clients::{as_app, as_client};
pub use portal::{PortalObject, Token};
pub use resolve::{KeySets, OWN, PREFIX, resolve};
pub use servers::{Policy, Server, ServerPart};

use crate::address::{Address, System};
use crate::diagnostic::{Code, Origin};
use crate::json::{Fingerprint, Path};
use crate::manifest::Metadata;
use crate::observed::Status;
use crate::resource::Reference;
use crate::resource::marker::{Facility, Marker, Owner};
use crate::secret::SecretRef;

/// Everything that the manifests declare.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Desired {
    /// The ownership namespace.
    pub project: String,
    /// Whether apps are marked as ours; without marks nothing can be pruned.
    pub ownership: bool,
    /// The apps that some document speaks of, in address order.
    pub apps: Vec<App>,
    /// The dynamically registered clients, in address order.
    pub clients: Vec<Client>,
    /// The authorization servers, in address order.
    pub servers: Vec<Server>,
    /// What is declared of the portal, in address order: providers before client types.
    pub portal: Vec<PortalObject>,
    /// Which dangers the documents accept, and why, by the document's address.
    pub accepted: BTreeMap<Address, BTreeMap<Code, String>>,
}

impl Desired {
    /// Returns whether anything is declared of a system, which is read then.
    pub fn speaks_of(&self, system: System) -> bool {
        match system {
            System::Okta => !self.apps.is_empty() || !self.clients.is_empty() || !self.servers.is_empty(),
            System::Portal => !self.portal.is_empty(),
        }
    }
}

/// What the manifests say of one live app.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// `App/name`; for an app that no manifest declares, the address of the first document that speaks of it.
    pub address: Address,
    /// How the app is found: by its document's name if a manifest declares it.
    pub reference: Reference,
    /// `metadata` of the `App` document; of the first document that speaks of an app that none declares.
    pub metadata: Metadata,
    /// Where that document stands.
    pub origin: Origin,
    /// Every document that speaks of this app.
    pub documents: Vec<Address>,
    /// The declared fields in the shape of the API's object, `normalise`d; without status, access policy and secrets.
    pub body: Value,
    /// Where each declared field of the body stands, and in which document.
    pub origins: BTreeMap<Path, Origin>,
    /// The declared status.
    pub status: Option<Status>,
    /// The declared access policy.
    pub access_policy: Option<PolicyReference>,
    /// The declared secrets; `None` if no document speaks of secrets.
    pub secrets: Option<Vec<Secret>>,
    /// The private half of one of its keys, for proving that it can sign in.
    pub private_key: Option<PrivateKey>,
    /// The granted scopes by document; `None` if no `Grant` document speaks of this app.
    pub grants: Option<Vec<Grant>>,
    /// The groups that have access; `None` if no `GroupAssignment` document speaks of this app.
    pub groups: Option<Vec<Assignment>>,
    /// Whether `metadata.prune` of a document on secrets, keys (`ClientCredentials`), grants (`Grant`) or groups (`GroupAssignment`) allows pruning below an app
    /// that is not ours.
    pub prunable: Vec<Facility>,
}

/// An access policy, as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyReference {
    /// By its name, which must be the only one.
    Name(String),
    /// By its id.
    Id(String),
}

/// A declared client secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Secret {
    /// `App/name/secret/its-name`.
    pub address: Address,
    /// Where its value is to be had.
    pub reference: SecretRef,
    /// Whether it is in use or on its way out.
    pub status: Status,
    /// Where it is declared.
    pub origin: Origin,
}

/// Where the private half of a client's key is to be had.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivateKey {
    /// The document that says so.
    pub address: Address,
    /// Where the key is to be had.
    pub reference: SecretRef,
    /// The `kid` that it has, if the key itself does not say so.
    pub kid: Option<String>,
    /// Where it is declared.
    pub origin: Origin,
}

/// A declared grant of one scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// `Grant/name/scope`.
    pub address: Address,
    /// The scope.
    pub scope: String,
    /// The authorization server; `None` for the org's own.
    pub issuer: Option<String>,
    /// Where it is declared.
    pub origin: Origin,
}

/// A group, as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupReference {
    /// By its name, which must be the only one.
    Name(String),
    /// By its id.
    Id(String),
}

/// A declared assignment of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// `GroupAssignment/name/group`, the group as it is written.
    pub address: Address,
    /// Which group.
    pub group: GroupReference,
    /// The declared fields in the shape of the API's object: `priority` and `profile`.
    pub body: Value,
    /// Where the group is named.
    pub origin: Origin,
    /// Where each of its fields is declared.
    pub origins: BTreeMap<Path, Origin>,
}

impl GroupReference {
    /// Returns the name or the id.
    pub fn text(&self) -> &str {
        match self {
            Self::Name(text) | Self::Id(text) => text,
        }
    }
}

impl Assignment {
    /// Returns the declared priority.
    pub fn priority(&self) -> Option<u64> {
        self.body.get("priority").and_then(Value::as_u64)
    }
}

impl Desired {
    /// Returns whether the org's apps matter, where the org does: unless clients alone are declared of it.
    pub fn concerns_apps(&self) -> bool {
        !self.apps.is_empty() || !self.servers.is_empty() || self.clients.is_empty()
    }
}

impl App {
    /// Returns whether a manifest declares the app itself, rather than something about an app that exists.
    pub fn is_declared(&self) -> bool {
        matches!(self.reference, Reference::Name(_))
    }

    /// Returns the declared client id.
    pub fn client_id(&self) -> Option<&str> {
        Path::of("credentials.oauthClient.client_id").find(&self.body).and_then(Value::as_str)
    }

    /// Returns the declared way of authenticating at the token endpoint.
    pub fn token_endpoint_auth_method(&self) -> Option<&str> {
        Path::of("credentials.oauthClient.token_endpoint_auth_method").find(&self.body).and_then(Value::as_str)
    }

    /// Returns the declared label.
    pub fn label(&self) -> Option<&str> {
        self.body.get("label").and_then(Value::as_str)
    }

    /// Returns the child kinds that documents manage.
    pub fn manages(&self) -> Vec<Facility> {
        let keys = Path::of("settings.oauthClient.jwks.keys").find(&self.body).is_some();
        let facilities = [
            (Facility::Grants, self.grants.is_some()),
            (Facility::Groups, self.groups.is_some()),
            (Facility::Keys, keys),
            (Facility::Secrets, self.secrets.is_some()),
        ];
        facilities.into_iter().filter(|(_, managed)| *managed).map(|(facility, _)| facility).collect()
    }

    /// Returns the mark that the app bears once this is applied.
    pub fn marker(&self, project: &str) -> Marker {
        Marker {
            owner: Owner { project: project.to_owned(), name: self.address.name.clone() },
            manages: self.manages().into_iter().collect(),
            protected: self.metadata.protected,
            superseded: false,
            applied: Some(Fingerprint::of(&self.body)),
        }
    }
}
