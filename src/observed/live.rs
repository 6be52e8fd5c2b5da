//! Live objects of an Okta org.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Clean;
use crate::json::{Fingerprint, Packed, Path};
use crate::resource::app::{CONDITIONAL, READ_ONLY, VOLATILE, normalise};
use crate::resource::marker::Marker;
use crate::secret::SecretHash;

/// The server's identifier of an object, for example an app's `0oa…`. Never our identity of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(pub String);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an object is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It is.
    Active,
    /// It is not.
    Inactive,
}

impl Status {
    /// Returns the status that a text of the API or of a manifest says.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "ACTIVE" => Some(Self::Active),
            "INACTIVE" => Some(Self::Inactive),
            _ => None,
        }
    }

    /// Returns the API's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }
}

/// Where an app holds its client secret, in answers to POST and PUT.
pub const CLIENT_SECRET: &str = "credentials.oauthClient.client_secret";

/// Where our own mark says what was applied last.
const APPLIED: &str = "profile.idpctl.applied";

/// A live app. A list's item and a by-id answer of the same app give the same value.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveApp {
    /// Its id.
    pub id: Id,
    /// Its label.
    pub label: String,
    /// Its OAuth client id.
    pub client_id: String,
    /// Whether it is in force.
    pub status: Status,
    /// Its access policy's id, where the answer links one.
    pub access_policy: Option<String>,
    /// Whose it is.
    pub marker: Option<Marker>,
    /// Its body: what PUT replaces, unknown members included, without what only the server sets.
    pub body: Packed,
    /// Members that were dropped because they look like secrets, other than the client secret: a PUT could not send them back.
    pub withheld: Vec<Path>,
}

/// The fingerprints of an app's facets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    /// Of the body, but for what changes by itself and for what our own mark says was applied last.
    pub body: Fingerprint,
    /// Whether it is in force.
    pub status: Status,
    /// Its access policy's id.
    pub access_policy: Option<String>,
}

impl LiveApp {
    /// Returns the app of an answer; `None` if it lacks what every app has.
    pub fn read(answer: &Clean) -> Option<Self> {
        let tree = answer.tree();
        let text = |path: &str| match tree.find(&Path::of(path)) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let id = text("id")?;
        let access_policy = text("_links.accessPolicy.href").and_then(|href| href.rsplit('/').next().map(str::to_owned));
        let mut body = tree.without(&READ_ONLY);
        if CONDITIONAL.iter().any(|setting| body.find(&Path::of(setting)).is_some()) {
            let mut tree = body.tree();
            normalise(&mut tree);
            body = Packed::of(&tree);
        }
        Some(Self {
            label: text("label")?,
            // Okta takes the app's id as client id unless one was given (recorded); catalogue apps show none at all.
            client_id: text("credentials.oauthClient.client_id").unwrap_or_else(|| id.clone()),
            status: text("status").as_deref().and_then(Status::read)?,
            access_policy,
            marker: tree.find(&Marker::path()).as_ref().and_then(Marker::from_value),
            body,
            withheld: answer.dropped().iter().filter(|path| path.to_string() != CLIENT_SECRET).cloned().collect(),
            id: Id(id),
        })
    }

    /// Returns the fingerprints by which apply knows that the app is still the one that was planned for.
    pub fn facets(&self) -> Facets {
        let [signing] = VOLATILE;
        let body = self.body.without(&[signing, APPLIED]);
        Facets { body: Fingerprint::of_packed(&body), status: self.status, access_policy: self.access_policy.clone() }
    }

    /// Returns what the org's log may call it: its id, and its client id.
    pub fn names(&self) -> Vec<&str> {
        vec![&self.id.0, &self.client_id]
    }

    /// Returns the app's public keys.
    pub fn keys(&self) -> Vec<Value> {
        match self.body.find(&Path::of("settings.oauthClient.jwks.keys")) {
            Some(Value::Array(keys)) => keys,
            _ => Vec::new(),
        }
    }
}

/// A live client secret: its hash only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSecret {
    /// Its id (`ocs…`).
    pub id: String,
    /// Whether it is in force.
    pub status: Status,
    /// What it is compared by.
    pub hash: SecretHash,
    /// When it was made (RFC 3339).
    pub created: String,
}

/// A live grant of a scope to an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveGrant {
    /// Its id (`oag…`).
    pub id: String,
    /// The scope.
    pub scope: String,
    /// The authorization server that the scope belongs to.
    pub issuer: String,
    /// Who granted it: the id of a user or client, where the answer says so.
    pub created_by: Option<String>,
}

/// An access policy: what it is called, and its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPolicy {
    /// Its id (`rst…`).
    pub id: String,
    /// Its name; not unique in Okta.
    pub name: String,
    /// Whether it is the one that new apps get.
    pub system: bool,
}
