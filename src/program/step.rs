//! One request of an action, with what must hold before it and what holds after.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Body;
use crate::address::{Address, Kind};
use crate::diff::FieldChange;
use crate::json::{Fingerprint, Path};
use crate::observed::{Id, Status};
use crate::request::Method;
use crate::resource::authorization_server::Part;
use crate::resource::marker::Marker;
use crate::secret::SecretRef;

/// A request and its circumstances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What is sent.
    pub call: Call,
    /// What is read to tell whether `pre` or `post` holds.
    pub probe: Probe,
    /// What must hold for the request to be sent.
    pub pre: Vec<Expect>,
    /// What holds once it is done.
    pub post: Vec<Expect>,
}

/// A request with slots for what cannot be known yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The path; `{ADDRESS}` stands for the id of an app.
    pub path: String,
    /// Query parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// The body.
    #[serde(default, skip_serializing_if = "Body::is_none")]
    pub body: Body,
}

/// The app that a request is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The app of a document, whether it is there already or made by the plan.
    Slot(Address),
    /// A live app that no document has.
    Id(Id),
}

/// What is read around a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// The app, by id.
    App(Subject),
    /// The app that a create would make, by its mark or its client id.
    Find {
        /// The label to search the list by.
        label: String,
        /// The mark that it would bear.
        owner: Option<String>,
        /// The client id that it would have.
        client_id: Option<String>,
    },
    /// The dynamically registered client, by its client id.
    Client(Subject),
    /// The client that a registration would make, by its name.
    FindClient {
        /// The name that it would have.
        name: String,
    },
    /// The file that a client's secret goes to: no request.
    SecretFile(String),
    /// The app's secrets.
    Secrets(Subject),
    /// The app's grants.
    Grants(Subject),
    /// One group's access to an app.
    Assignment {
        /// The app.
        app: Subject,
        /// The group's id.
        group: String,
    },
    /// The object of the portal with a path.
    ByPath {
        /// Its kind.
        kind: Kind,
        /// Its path, with slots like a call's.
        path: String,
    },
    /// The object of the portal that a create would make, by its name or custom id.
    FindListed {
        /// Its kind.
        kind: Kind,
        /// The path of the list that it would be in, with slots like a call's.
        list: String,
        /// The name that it would have.
        name: String,
        /// The custom id that it would have.
        cid: Option<String>,
    },
    /// The object of an authorization server, or the server, with a path.
    PartByPath {
        /// What it is.
        part: Part,
        /// Its path, with slots like a call's.
        path: String,
    },
    /// The object of an authorization server, or the server, that a create would make or that is made along with its parent.
    FindPart {
        /// What it is.
        part: Part,
        /// The path of the list that it would be in, with slots like a call's.
        list: String,
        /// What tells it from its siblings.
        key: Vec<String>,
    },
}

/// Something that a probe can tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// There is no such app.
    NoApp,
    /// There is no such object: in the portal, of an authorization server, or an assignment of a group.
    NoObject,
    /// The request was sent: nothing that can be read tells whether the value at this place arrived.
    Sent(Path),
    /// The priority was sent. What number comes of it is the server's choice, since the order alone counts: where it is this one, it
    /// need not be sent again, and where all else holds, it may be.
    Placed(i64),
    /// The object was made by an earlier step of the same plan, or along with one; what is in it since then was not there to be planned
    /// with.
    AsCreated,
    /// The body is the one that the plan was computed from.
    BodyIs(Fingerprint),
    /// The fields have the declared values.
    Fields(Vec<Declared>),
    /// The app bears this mark.
    Marked(Marker),
    /// The app bears this mark, which says that another takes its place, or is gone already.
    Superseded(Marker),
    /// The object has this status.
    StatusIs(Status),
    /// The app is not in force: inactive, or gone already.
    AppRetired,
    /// The object is not in force: inactive, or gone already.
    PartRetired,
    /// The app has this access policy.
    PolicyIs(Option<String>),
    /// The app has no such key.
    KeyGone(String),
    /// The key with an id is not in force: inactive, or gone already.
    KeyRetired(String),
    /// The app has the key, with this status.
    KeyIs {
        /// The key's id.
        id: String,
        /// Its status.
        status: Status,
    },
    /// A secret with the value of a reference is there, with this status.
    SecretHeld {
        /// The reference.
        reference: SecretRef,
        /// The status.
        status: Status,
    },
    /// No secret with the value of a reference is there.
    SecretMissing(SecretRef),
    /// The secret with an id is there, with this status.
    SecretIs {
        /// The secret's id.
        id: String,
        /// Its status.
        status: Status,
    },
    /// The secret with an id is not in force: inactive, or gone already.
    SecretRetired(String),
    /// The secret with an id is not there.
    SecretGone(String),
    /// The file of a client's secret is there.
    SecretWritten(String),
    /// The file of a client's secret is not there.
    SecretUnwritten(String),
    /// The scope is granted.
    Granted(String),
    /// The scope is not granted.
    NotGranted(String),
    /// The grant with an id is there.
    GrantIs(String),
    /// The grant with an id is not there.
    GrantGone(String),
}

/// A field and the value that is declared for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declared {
    /// Where.
    pub path: Path,
    /// What is declared.
    pub value: Value,
}

impl Declared {
    /// Returns a field as a probe looks for it.
    pub fn of(field: &FieldChange) -> Self {
        Self { path: field.path.clone(), value: field.declared.clone() }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slot(address) => write!(f, "{{{address}}}"),
            Self::Id(id) => write!(f, "{id}"),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            Some(address) => address.parse().map(Self::Slot).map_err(serde::de::Error::custom),
            None => Ok(Self::Id(Id(text))),
        }
    }
}
