//! Members of a sent object, read one by one in the order in which Okta serves them.
//!
//! A member of the wrong JSON type makes the body malformed, as it does for Okta's own reader; a value that is not allowed is
//! a problem of that member, and all problems are reported together.

use serde_json::{Map, Value};

use crate::{
    answer::Refusal,
    switches::{NullFields, Switches, UnknownFields},
};

/// What is wrong with a body, in the order found.
#[derive(Default)]
pub(crate) struct Problems {
    found: Vec<(String, String)>,
}

impl Problems {
    /// Notes a problem of a field.
    pub(crate) fn of(&mut self, field: &str, text: &str) {
        self.found.push((field.into(), format!("{field}: {text}")));
    }

    /// Notes a problem whose cause does not begin with its field.
    pub(crate) fn plain(&mut self, what: &str, cause: &str) {
        self.found.push((what.into(), cause.into()));
    }

    /// Returns the refusal of a body that has problems; its summary names the first.
    pub(crate) fn settle(self) -> Result<(), Refusal> {
        let Some((what, _)) = self.found.first() else {
            return Ok(());
        };
        let what = what.clone();
        let causes = self.found.into_iter().map(|(_, cause)| cause).collect();
        Err(Refusal::invalid_many(&what, causes))
    }
}

/// What a member may be.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    AnyText,
    /// A text of at most so many characters.
    Text(usize),
    /// An absolute URI.
    Uri,
    /// An `http` or `https` URL.
    Web,
    OneOf(&'static [&'static str]),
    Flag,
    Texts,
}

/// What stands in the answer when a member was not sent.
#[derive(Clone, Copy)]
pub(crate) enum Unset {
    Absent,
    Null,
    Empty,
    Text(&'static str),
    Flag(bool),
}

/// A member of an object.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) unset: Unset,
}

impl Field {
    pub(crate) const fn new(name: &'static str, shape: Shape, unset: Unset) -> Self {
        Self { name, shape, unset }
    }

    /// Reads the member from what was sent into what will be answered.
    pub(crate) fn read(
        &self,
        sent: &Value,
        into: &mut Map<String, Value>,
        switches: &Switches,
        problems: &mut Problems,
    ) -> Result<(), Refusal> {
        let value = match sent.get(self.name) {
            Some(Value::Null) if matches!(self.unset, Unset::Absent) => match switches.null_fields() {
                NullFields::Null => Value::Null,
                NullFields::Absent => return Ok(()),
            },
            None | Some(Value::Null) => match self.unset {
                Unset::Absent => return Ok(()),
                Unset::Null => Value::Null,
                Unset::Empty => Value::Array(Vec::new()),
                Unset::Text(text) => text.into(),
                Unset::Flag(flag) => flag.into(),
            },
            Some(value) => {
                self.check(value, problems)?;
                value.clone()
            }
        };
        into.insert(self.name.into(), value);
        Ok(())
    }

    fn check(&self, value: &Value, problems: &mut Problems) -> Result<(), Refusal> {
        let text = || value.as_str().ok_or_else(Refusal::malformed);
        match self.shape {
            Shape::AnyText => {
                text()?;
            }
            Shape::Text(most) => {
                if text()?.chars().count() > most {
                    let problem = format!("The field is too long: at most {most} characters");
                    problems.of(self.name, &problem);
                }
            }
            Shape::Uri => {
                if url::Url::parse(text()?).is_err() {
                    problems.of(self.name, "must be an absolute URI");
                }
            }
            Shape::Web => {
                let url = url::Url::parse(text()?);
                if !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
                    problems.of(self.name, "must be an http or https URL");
                }
            }
            Shape::OneOf(choices) => {
                let text = text()?;
                if !choices.contains(&text) {
                    let problem = format!("'{text}' is none of {}", choices.join(", "));
                    problems.of(self.name, &problem);
                }
            }
            Shape::Flag => {
                value.as_bool().ok_or_else(Refusal::malformed)?;
            }
            Shape::Texts => {
                texts(value)?;
            }
        }
        Ok(())
    }
}

/// Returns the members of an array of texts.
pub(crate) fn texts(value: &Value) -> Result<Vec<&str>, Refusal> {
    let items = value.as_array().ok_or_else(Refusal::malformed)?;
    let texts: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
    texts.ok_or_else(Refusal::malformed)
}

/// Returns a member that must be an object, or an empty one if it was not sent.
pub(crate) fn object<'a>(sent: &'a Value, name: &str) -> Result<&'a Value, Refusal> {
    const NONE: &Value = &Value::Null;
    match sent.get(name) {
        None | Some(Value::Null) => Ok(NONE),
        Some(value) if value.is_object() => Ok(value),
        Some(_) => Err(Refusal::malformed()),
    }
}

/// Adds what nobody documented, if the org keeps such members; known names have their place or none.
pub(crate) fn keep_unknown(switches: &Switches, sent: &Value, into: &mut Map<String, Value>, known: &[&str]) {
    if switches.unknown_fields() == UnknownFields::Drop {
        return;
    }
    for (name, value) in sent.as_object().into_iter().flatten() {
        if !known.contains(&name.as_str()) && !into.contains_key(name) {
            into.insert(name.clone(), value.clone());
        }
    }
}
