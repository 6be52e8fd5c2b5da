//! How one document names another object.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An app that a document speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// The name of a document.
    Name(String),
    /// The server's id of an object that no document declares.
    Id(String),
    /// The `client_id` of an app that no document declares.
    ClientId(String),
    /// The label of an app that no document declares; it must be the only one.
    Label(String),
}

impl Reference {
    /// Returns the reference that a manifest's value is: a name, or a mapping with one known member.
    pub fn read(value: &Value) -> Option<Self> {
        if let Some(name) = value.as_str() {
            return Some(Self::Name(name.to_owned()));
        }
        let members = value.as_object()?;
        let (key, text) = members.iter().next().filter(|_| members.len() == 1)?;
        let text = text.as_str()?.to_owned();
        match key.as_str() {
            "id" => Some(Self::Id(text)),
            "client_id" => Some(Self::ClientId(text)),
            "label" => Some(Self::Label(text)),
            _ => None,
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "App/{name}"),
            Self::Id(id) => write!(f, "{{id: {id}}}"),
            Self::ClientId(id) => write!(f, "{{client_id: {id}}}"),
            Self::Label(label) => write!(f, "{{label: {label}}}"),
        }
    }
}

impl JsonSchema for Reference {
    fn schema_name() -> Cow<'static, str> {
        "Reference".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "string", "description": "The name of a document."},
                {
                    "type": "object",
                    "additionalProperties": false,
                    "minProperties": 1,
                    "maxProperties": 1,
                    "properties": {
                        "id": {"type": "string", "description": "The server's id."},
                        "client_id": {"type": "string", "description": "The OAuth client id."},
                        "label": {"type": "string", "description": "The label, if only one app has it."},
                    },
                },
            ],
        })
    }
}
