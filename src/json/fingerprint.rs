//! Digests of trees that do not depend on the order of members.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Packed;

/// The digest of a tree: equal trees have equal fingerprints, whatever the order of their members.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Returns the fingerprint of a tree.
    pub fn of(tree: &Value) -> Self {
        let mut text = Vec::with_capacity(2048);
        write_canonical(tree, &mut text);
        Self::of_text(&text)
    }

    /// Returns the fingerprint of a packed tree, which is that of the tree.
    pub fn of_packed(tree: &Packed) -> Self {
        let mut text = Vec::with_capacity(2048);
        tree.write_canonical(&mut text);
        Self::of_text(&text)
    }

    fn of_text(text: &[u8]) -> Self {
        let sum = digest(&SHA256, text);
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

/// Writes what [`canonical`] returns, without making it.
fn write_canonical(tree: &Value, text: &mut Vec<u8>) {
    match tree {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            text.push(b'{');
            for (n, (name, member)) in members.into_iter().enumerate() {
                text.extend((n > 0).then_some(b','));
                write_scalar(name, text);
                text.push(b':');
                write_canonical(member, text);
            }
            text.push(b'}');
        }
        Value::Array(items) => {
            text.push(b'[');
            for (n, item) in items.iter().enumerate() {
                text.extend((n > 0).then_some(b','));
                write_canonical(item, text);
            }
            text.push(b']');
        }
        other => write_scalar(other, text),
    }
}

/// Writes a text, a number, a flag or null.
pub(super) fn write_scalar(value: &(impl Serialize + ?Sized), text: &mut Vec<u8>) {
    serde_json::to_writer(text, value).expect("memory takes what is written to it");
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
    fn the_text_that_is_digested_is_that_of_the_canonical_tree() {
        for tree in [json!({"b": [1, -2, 0.5, {}, []], "a": {"é\"": null, "": [true]}}), json!([]), json!({}), json!("x")] {
            let mut text = Vec::new();
            write_canonical(&tree, &mut text);
            assert_eq!(String::from_utf8(text).unwrap(), canonical(&tree).to_string());
        }
    }

    #[test]
    fn member_order_does_not_matter_and_list_order_does() {
        let of = |v: Value| Fingerprint::of(&v);
        assert_eq!(of(json!({"a": [{"b": 1, "c": 2}], "d": null})), of(json!({"d": null, "a": [{"c": 2, "b": 1}]})));
        assert_ne!(of(json!([1, 2])), of(json!([2, 1])));
    }
}
