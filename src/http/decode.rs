//! Raw JSON to typed values: the only way out of this module, and the place where secret members are dropped.

use std::fmt;

use serde_json::Value;

use crate::observed::Clean;

/// A value that can be made of an answer.
///
/// # Contract
///
/// An implementation keeps no secret of the raw tree in clear, and its error says what was expected, never what was found.
pub trait Decode: Sized {
    /// Makes the value; an empty answer is `null`.
    fn decode(raw: Value) -> Result<Self, DecodeError>;
}

/// An answer that is not of the expected form: where in it, and what was expected. It holds nothing of the answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DecodeError {
    path: String,
    expected: &'static str,
}

impl DecodeError {
    /// Returns the error at the top of a tree.
    pub const fn expected(expected: &'static str) -> Self {
        Self { path: String::new(), expected }
    }

    /// Returns the same error one member further from the top.
    #[must_use]
    pub fn at(self, member: &str) -> Self {
        let path = if self.path.is_empty() || self.path.starts_with('[') {
            format!("{member}{}", self.path)
        } else {
            format!("{member}.{}", self.path)
        };
        Self { path, ..self }
    }

    /// Returns the same error in a list, by position.
    #[must_use]
    pub fn at_index(self, index: usize) -> Self {
        self.at(&format!("[{index}]"))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected } = self;
        if path.is_empty() { write!(f, "expected {expected}") } else { write!(f, "expected {expected} at `{path}`") }
    }
}

impl Decode for Clean {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        Ok(Self::new(raw))
    }
}

impl Decode for () {
    fn decode(_: Value) -> Result<Self, DecodeError> {
        Ok(())
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let Value::Array(items) = raw else { return Err(DecodeError::expected("a list")) };
        items.into_iter().enumerate().map(|(i, item)| T::decode(item).map_err(|error| error.at_index(i))).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug)]
    struct Id;

    impl Decode for Id {
        fn decode(raw: Value) -> Result<Self, DecodeError> {
            raw["a"]["id"].as_str().map(|_| Self).ok_or_else(|| DecodeError::expected("a text").at("id").at("a"))
        }
    }

    #[test]
    fn the_error_names_the_place_and_nothing_of_the_value() {
        let error = Vec::<Id>::decode(json!([{"a": {"id": "x"}}, {"a": {"id": 17}}])).unwrap_err();
        assert_eq!(error.to_string(), "expected a text at `[1].a.id`");
        assert_eq!(Vec::<Id>::decode(json!({})).unwrap_err().to_string(), "expected a list");
    }
}
