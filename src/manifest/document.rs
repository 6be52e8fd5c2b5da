//! One document of a manifest: who it is about, and the tree that it declares.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Positions;
use crate::address::{Address, Kind};
use crate::diagnostic::{Code, Origin};
use crate::json::Path;

/// A document that passed the reader: known kind, well-formed name, every field known and of its type, variables filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its kind.
    pub kind: Kind,
    /// `metadata.name`.
    pub name: String,
    /// The rest of `metadata`.
    pub metadata: Metadata,
    /// `spec`: secret references and references to documents still as written.
    pub spec: Value,
    /// Where everything stands.
    pub positions: Positions,
}

impl Document {
    /// Returns the address of the document's own object.
    pub fn address(&self) -> Address {
        Address::new(self.kind, self.name.clone())
    }

    /// Returns where the document itself stands, whatever was put over it.
    pub fn place(&self) -> Origin {
        self.positions.value(&Path::of("metadata.name"))
    }

    /// Returns where the patches stand that were put over it.
    pub fn patches(&self) -> impl Iterator<Item = &Origin> {
        self.positions.over()
    }

    /// Returns where a member of `spec` stands; the nearest thing around it if it is not written there itself.
    pub fn origin(&self, in_spec: &Path) -> Origin {
        static SPEC: LazyLock<Path> = LazyLock::new(|| Path::of("spec"));
        self.positions.value_in([&*SPEC, in_spec])
    }
}

/// What `metadata` may say besides the name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metadata {
    /// The server's id of the object, where it has to be pinned.
    pub id: Option<String>,
    /// Allows taking over an object that is recognised by its label alone.
    pub adopt: bool,
    /// Forbids deletion and replacement, even after the document is gone.
    pub protected: bool,
    /// Allows `--prune` under parents that are not ours.
    pub prune: bool,
    /// Dangers that are known and accepted, each with the reason, by their codes.
    pub accept: BTreeMap<Code, String>,
}
