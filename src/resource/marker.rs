//! The mark that says whose an app is: one entry in its `profile`.
//!
//! The mark is copied along when people clone an app by GET and POST, and lost when somebody's PUT leaves the profile out; both are
//! normal, and told apart in `bind` and `drift`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::json::{Fingerprint, Path};

/// The member of `profile` that holds the mark.
pub const MEMBER: &str = "idpctl";

/// Who owns an app, which children of it are managed, and what was last applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// `project/name`.
    pub owner: Owner,
    /// The child kinds that some document manages: how a deleted `Grant` document is noticed.
    #[serde(default)]
    pub manages: BTreeSet<Facility>,
    /// Whether deletion and replacement are forbidden even after the document is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    /// Whether another app is taking this one's place: the replacement that is under way survives an interruption.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
    /// The digest of the fields that were declared at the last write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Fingerprint>,
}

/// A kind of children of an app that documents may manage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facility {
    /// The scopes granted to it.
    Grants,
    /// The groups that have access to it.
    Groups,
    /// Its public keys.
    Keys,
    /// Its client secrets.
    Secrets,
}

/// The project and document that an app belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The ownership namespace.
    pub project: String,
    /// `metadata.name` of the `App` document.
    pub name: String,
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.project, self.name)
    }
}

impl Serialize for Owner {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Owner {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = text.split_once('/').filter(|(project, name)| !project.is_empty() && !name.is_empty());
        let (project, name) = parts.ok_or_else(|| serde::de::Error::custom("an owner is PROJECT/NAME"))?;
        Ok(Self { project: project.to_owned(), name: name.to_owned() })
    }
}

impl Marker {
    /// Returns the place of the mark in an app.
    pub fn path() -> Path {
        Path::of("profile").key(MEMBER)
    }

    /// Returns the mark of a live app. One that cannot be read (anybody may edit a profile) counts as none.
    pub fn read(app: &Value) -> Option<Self> {
        Self::path().find(app).and_then(Self::from_value)
    }

    /// Returns the mark that a value is.
    pub fn from_value(mark: &Value) -> Option<Self> {
        Self::deserialize(mark).ok()
    }

    /// Returns the mark as it is written.
    pub fn to_value(&self) -> Value {
        json!(self)
    }

    /// Returns whether a live mark will do where another is wanted, so that it costs no write of its own: it names the same owner and
    /// remembers every child kind that is managed. One kind too many only costs a read, and what was last applied changes with the app.
    pub fn will_do_for(&self, wanted: &Self) -> bool {
        let Self { owner, manages, protected, superseded, applied: _ } = wanted;
        (owner, protected, superseded) == (&self.owner, &self.protected, &self.superseded) && manages.is_subset(&self.manages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_and_a_broken_one_counts_as_none() {
        let owner = Owner { project: "payments".to_owned(), name: "web".to_owned() };
        let marker =
            Marker { owner, manages: [Facility::Secrets, Facility::Grants].into(), protected: true, superseded: false, applied: None };
        let mut app = json!({"profile": {"team": "x"}});
        Marker::path().set(&mut app, marker.to_value());
        assert_eq!(
            app.to_string(),
            r#"{"profile":{"team":"x","idpctl":{"owner":"payments/web","manages":["grants","secrets"],"protected":true}}}"#
        );
        assert_eq!(Marker::read(&app), Some(marker));
        for broken in
            [json!("payments/web"), json!({"owner": "payments"}), json!({"owner": "payments/"}), json!({"owner": "a/b", "manages": ["x"]})]
        {
            assert_eq!(Marker::read(&json!({"profile": {"idpctl": broken}})), None);
        }
    }
}
