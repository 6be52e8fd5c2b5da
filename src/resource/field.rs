//! One row of a field table: what a field may hold, and how it is compared, cleared and written.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A field of a kind, with everything below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name in manifests; for list items, the list's.
    pub name: String,
    /// What it is, for people.
    pub doc: String,
    /// What it may hold.
    pub shape: Shape,
    /// Whether a document must say it.
    pub required: bool,
    /// How it is compared, cleared and written.
    pub rule: Rule,
}

impl Field {
    /// Returns what a new object is given where a manifest does not say the field, as far as that is known.
    pub fn default(&self) -> Option<&Value> {
        self.rule.default.as_ref().or(self.rule.absent.as_ref())
    }

    /// Returns the row of a member, if this is an object that has one of that name.
    pub fn member(&self, name: &str) -> Option<&Self> {
        match &self.shape {
            Shape::Object(members) => members.get(name),
            _ => None,
        }
    }
}

/// What a field may hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A text.
    Text {
        /// Fewest characters.
        min: Option<u64>,
        /// Most characters.
        max: Option<u64>,
        /// The only values there are; empty if any text will do.
        choices: Vec<String>,
    },
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Integer {
        /// Smallest value.
        min: Option<i64>,
        /// Largest value.
        max: Option<i64>,
    },
    /// A list whose items are all of one sort.
    List(Box<Field>),
    /// Members with known names.
    Object(IndexMap<String, Field>),
    /// Members with names of the user's choice, each managed by itself.
    Free,
    /// One of several shapes, told apart by the JSON type.
    Either(Vec<Field>),
}

/// What `x-idpctl` says of a field.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// How two values are compared.
    pub compare: Compare,
    /// Items of a list that mean the same: each group of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alike: Vec<Vec<String>>,
    /// What the server has where the field is absent or null. A field can be nulled only where this is known.
    #[serde(with = "known", skip_serializing_if = "Option::is_none")]
    pub absent: Option<Value>,
    /// What a new object is given where a manifest does not say the field; `None` where that is what `absent` says, or not known.
    #[serde(with = "known", skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// How a nulled field is sent.
    pub clear: Clear,
    /// Whether a different value means another object.
    pub immutable: bool,
    /// The separately written part of the object that the field belongs to.
    pub facet: Facet,
    /// Where the field stands in the API's object, if not where it stands in the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Whether the field is ours rather than the API's.
    pub ours: bool,
}

/// How two values of a field are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// Equal values are equal; the order of a list counts.
    #[default]
    Exact,
    /// Lists with the same items are equal.
    Set,
    /// Lists of the same items with the same first one are equal.
    FirstThenSet,
    /// The JSON Web Keys declared must be there; others may.
    Keys,
    /// A list here, one comma-separated text on the wire; its order does not count.
    Csv,
    /// Not at all: the server never shows the value.
    WriteOnly,
}

/// How a nulled field is sent in a request that replaces the object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clear {
    /// With the value that the server has where the field is absent.
    #[default]
    Default,
    /// Not at all.
    Omit,
}

/// A separately written part of an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// What PUT replaces.
    #[default]
    Body,
    /// What the lifecycle calls change.
    Status,
    /// The access policy, which has a PUT of its own.
    AccessPolicy,
}

/// `"absent": null` is a known value, unlike no `absent` at all.
mod known {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use serde_json::Value;

    #[expect(clippy::ref_option, reason = "the signature that serde asks for")]
    pub(super) fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        Value::deserialize(deserializer).map(Some)
    }
}
