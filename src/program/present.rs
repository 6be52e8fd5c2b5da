//! An optional value to JSON and back, null apart from nothing: a plan that is read from a file equals the one that was written.

use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
use serde_json::Value;

#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
pub(super) fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
