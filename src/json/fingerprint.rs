//! Digests of trees that do not depend on the order of members.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The digest of a tree: equal trees have equal fingerprints, whatever the order of their members.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Returns the fingerprint of a tree.
    pub fn of(tree: &Value) -> Self {
        let sum = digest(&SHA256, canonical(tree).to_string().as_bytes());
        Self(sum.as_ref().iter().take(16).fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the same tree with the members of every object sorted by name.
pub fn canonical(tree: &Value) -> Value {
    match tree {
        Value::Object(members) => {
            let mut names: Vec<_> = members.keys().collect();
            names.sort();
            Value::Object(names.into_iter().map(|n| (n.clone(), canonical(&members[n]))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        scalar => scalar.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn member_order_does_not_matter_and_list_order_does() {
        let of = |v: Value| Fingerprint::of(&v);
        assert_eq!(of(json!({"a": [{"b": 1, "c": 2}], "d": null})), of(json!({"d": null, "a": [{"c": 2, "b": 1}]})));
        assert_ne!(of(json!([1, 2])), of(json!([2, 1])));
    }
}
