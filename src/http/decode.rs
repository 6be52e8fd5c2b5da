//! Raw JSON to typed values: the only way out of this module, and the place where secret members are dropped.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
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

    /// Makes the value of a text. What comes many at a time is spared the tree in between.
    ///
    /// # Errors
    /// Outside, what is wrong with the text as such; inside, what [`Self::decode`] says.
    fn read<'de, D: Deserializer<'de>>(text: D) -> Result<Result<Self, DecodeError>, D::Error> {
        Value::deserialize(text).map(Self::decode)
    }
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
        Ok(Self::new(&raw))
    }
}

impl Decode for () {
    fn decode(_: Value) -> Result<Self, DecodeError> {
        Ok(())
    }
}

const NO_LIST: DecodeError = DecodeError::expected("a list");

impl<T: Decode> Decode for Vec<T> {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let Value::Array(items) = raw else { return Err(NO_LIST) };
        items.into_iter().enumerate().map(|(i, item)| T::decode(item).map_err(|error| error.at_index(i))).collect()
    }

    fn read<'de, D: Deserializer<'de>>(text: D) -> Result<Result<Self, DecodeError>, D::Error> {
        text.deserialize_any(Items(PhantomData))
    }
}

/// Reads the items of a list one by one.
struct Items<T>(PhantomData<T>);

impl<'de, T: Decode> Visitor<'de> for Items<T> {
    type Value = Result<Vec<T>, DecodeError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut read = Vec::new();
        while let Some(item) = items.next_element_seed(Item(PhantomData))? {
            match item {
                Ok(item) => read.push(item),
                Err(error) => {
                    // That the text is whole is found out first.
                    while items.next_element::<IgnoredAny>()?.is_some() {}
                    return Ok(Err(error.at_index(read.len())));
                }
            }
        }
        Ok(Ok(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Err(NO_LIST))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Err(NO_LIST))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Err(NO_LIST))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Err(NO_LIST))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Err(NO_LIST))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Err(NO_LIST))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Err(NO_LIST))
    }
}

/// Reads one item.
struct Item<T>(PhantomData<T>);

impl<'de, T: Decode> DeserializeSeed<'de> for Item<T> {
    type Value = Result<T, DecodeError>;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Self::Value, D::Error> {
        T::read(text)
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
