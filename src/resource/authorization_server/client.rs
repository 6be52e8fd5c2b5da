//! A client that a policy is for, as a manifest names it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use crate::address::{Address, Kind};
use crate::resource::Reference;

/// A client that a policy is for. At the server it is an OAuth client id, which of a declared app may be known only after apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyClient {
    /// Every client there is and will be.
    All,
    /// One app's.
    App(Reference),
    /// That of a `Client` document.
    Registered(String),
}

impl PolicyClient {
    /// The API's word for every client. No document can have this name, and no app this client id.
    pub const ALL: &str = "ALL_CLIENTS";

    /// Returns the client that a manifest's value is: the word for all, a name, or a mapping with one known member.
    pub fn read(value: &Value) -> Option<Self> {
        if value == Self::ALL { Some(Self::All) } else { Reference::read(value).map(Self::App) }
    }

    /// Returns the document that declares the client, if one does.
    pub fn address(&self) -> Option<Address> {
        match self {
            Self::App(Reference::Name(name)) => Some(Address::new(Kind::App, name.clone())),
            Self::Registered(name) => Some(Address::new(Kind::Client, name.clone())),
            Self::All | Self::App(_) => None,
        }
    }
}

impl fmt::Display for PolicyClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str(Self::ALL),
            Self::App(app) => app.fmt(f),
            Self::Registered(name) => write!(f, "{}/{name}", Kind::Client),
        }
    }
}

impl JsonSchema for PolicyClient {
    fn schema_name() -> Cow<'static, str> {
        "PolicyClient".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "string", "description": "The name of an App or Client document, or ALL_CLIENTS."},
                {
                    "type": "object",
                    "additionalProperties": false,
                    "minProperties": 1,
                    "maxProperties": 1,
                    "properties": {
                        "id": {"type": "string", "description": "The server's id of an app."},
                        "client_id": {"type": "string", "description": "The OAuth client id."},
                        "label": {"type": "string", "description": "The label, if only one app has it."},
                    },
                },
            ],
        })
    }
}
