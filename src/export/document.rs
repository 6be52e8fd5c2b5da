//! A document that is to be written: what it says, and what somebody has to do for it.

use serde_json::{Map, Value, json};

use crate::address::Address;
use crate::json::Path;
use crate::manifest::write::{Style, block};
use crate::manifest::{API_VERSION, literal};

/// A document of an export.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDocument {
    /// Its kind and name.
    pub address: Address,
    /// `metadata`, the name included.
    pub metadata: Map<String, Value>,
    /// `spec`.
    pub spec: Map<String, Value>,
    /// The name of the document that it belongs to: of an app's documents the app's, of client types the provider's.
    pub group: String,
    /// The values that it refers to and that nobody but their owner has.
    pub stand_ins: Vec<StandIn>,
}

/// A secret that a document refers to in place of its value, which no export holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StandIn {
    /// The variable of the environment that is to hold it.
    pub variable: String,
    /// The document.
    pub address: Address,
    /// Which secret it is, in our own words.
    pub what: String,
}

/// Something that no document says, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// What: an address, with a field behind it if it is about one, or a live object that has none.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Left {
    pub(super) fn field(address: &Address, path: &Path, why: impl Into<String>) -> Self {
        Self { what: format!("{address} {path}"), why: why.into() }
    }
}

impl NewDocument {
    pub(super) fn new(address: Address, group: impl Into<String>, spec: Map<String, Value>) -> Self {
        let metadata = [("name".to_owned(), json!(address.name))].into_iter().collect();
        Self { address, metadata, spec, group: group.into(), stand_ins: Vec::new() }
    }

    /// Says something more in `metadata`.
    #[must_use]
    pub(super) fn with(mut self, member: &str, value: Value) -> Self {
        self.metadata.insert(member.to_owned(), value);
        self
    }

    /// Returns its text.
    pub fn text(&self) -> String {
        let spec = literal(Value::Object(self.spec.clone()));
        let tree = json!({"apiVersion": API_VERSION, "kind": self.address.kind.as_str(), "metadata": self.metadata, "spec": spec});
        block(&tree, 0, Style::Block)
    }
}
