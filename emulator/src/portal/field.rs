//! The keys of a resource: what may be sent under each, what of it is stored, and how it is answered.

use serde_json::{Value, json};

use super::csv;
use crate::switches::{PortalArrayInput, PortalUnknownEnum, PortalUnsetEnum, Switches};

/// One key of a resource.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

/// What a key holds.
pub(super) enum Shape {
    Text,
    /// Text that is in no answer.
    Secret,
    Flag,
    Number,
    /// One value of a list.
    One(&'static [&'static str]),
    /// Values of a list, in one string.
    Many(fn(&Switches) -> &'static [&'static str]),
    /// Ids of other objects.
    References,
    /// A list of which nothing is known here.
    List,
}

impl Field {
    pub(super) const fn required(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, required: true }
    }

    pub(super) const fn optional(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, required: false }
    }

    /// Returns what is stored for a value, null for one that unsets the key, or `None` if it is as if nothing had been sent.
    pub(super) fn read(&self, sent: &Value, switches: &Switches) -> Result<Option<Value>, String> {
        if sent.is_null() {
            return Ok(Some(Value::Null));
        }
        let wrong = |what: &str| Err(format!("{} is not {what}", self.name));
        match (&self.shape, sent) {
            (Shape::Text | Shape::Secret, Value::String(_)) | (Shape::Flag, Value::Bool(_)) | (Shape::List, Value::Array(_)) => {
                Ok(Some(sent.clone()))
            }
            (Shape::Number, Value::Number(number)) if number.is_u64() => Ok(Some(sent.clone())),
            (Shape::References, Value::Array(items)) => Ok(Some(items.iter().filter_map(id).collect())),
            (Shape::One(known), _) => {
                let text = self.one_string(sent, switches)?;
                self.one(text, known, switches)
            }
            (Shape::Many(known), _) => {
                let text = self.one_string(sent, switches)?;
                let stored = csv::read(&text, known(switches), switches);
                stored.map(|stored| stored.map(Value::String)).map_err(|problem| format!("{} {problem}", self.name))
            }
            (Shape::Text | Shape::Secret, _) => wrong("a string"),
            (Shape::Flag, _) => wrong("true or false"),
            (Shape::Number, _) => wrong("a number"),
            (Shape::References | Shape::List, _) => wrong("an array"),
        }
    }

    fn one(&self, text: String, known: &[&str], switches: &Switches) -> Result<Option<Value>, String> {
        if text.is_empty() || known.contains(&text.as_str()) {
            return Ok(Some(text.into()));
        }
        match switches.portal_unknown_enum() {
            PortalUnknownEnum::Refused => Err(format!("{} has no value `{text}`", self.name)),
            PortalUnknownEnum::Stored => Ok(Some(text.into())),
            PortalUnknownEnum::Dropped => Ok(None),
        }
    }

    /// Returns the string, or what is made of an array in its place.
    fn one_string(&self, sent: &Value, switches: &Switches) -> Result<String, String> {
        let strings = match (sent, switches.portal_array_input()) {
            (Value::String(text), _) => return Ok(text.clone()),
            (Value::Array(items), PortalArrayInput::Joined | PortalArrayInput::First) => items.iter().map(Value::as_str).collect(),
            _ => None,
        };
        let strings: Vec<&str> = strings.ok_or_else(|| format!("{} is not a string", self.name))?;
        let mut strings = strings.into_iter().filter(|text| !text.is_empty());
        Ok(match switches.portal_array_input() {
            PortalArrayInput::Joined => strings.collect::<Vec<_>>().join(","),
            _ => strings.next().unwrap_or_default().to_owned(),
        })
    }

    /// Returns what is answered for what is stored, or `None` if the key is not in the answer.
    pub(super) fn shown(&self, stored: Option<&Value>, switches: &Switches) -> Option<Value> {
        let stored = stored.filter(|value| !is_unset(value));
        let unset = match self.shape {
            Shape::Secret => return None,
            Shape::One(_) if stored.is_none() && switches.portal_unset_enum() == PortalUnsetEnum::Absent => return None,
            Shape::Text | Shape::One(_) | Shape::Many(_) => json!(""),
            Shape::Flag => json!(false),
            Shape::Number => json!(0),
            Shape::References | Shape::List => json!([]),
        };
        Some(stored.cloned().unwrap_or(unset))
    }
}

/// Says whether a key holds nothing: null and an empty string are the same as its absence.
pub(super) fn is_unset(value: &Value) -> bool {
    value.is_null() || value == ""
}

/// Returns the id that an element names. Whatever is none, such as a name that was read, names nothing.
fn id(element: &Value) -> Option<Value> {
    let number = element.as_u64().or_else(|| element.as_str()?.parse().ok());
    number.map(Value::from)
}
