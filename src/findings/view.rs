//! One side of a change, as rules look at it: what stands at a place, whoever says so.

use serde_json::Value;

use crate::desired::as_client;
use crate::json::{Packed, Path, at};
use crate::observed::Status;

/// What sort of object it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// An OAuth client: an app or a dynamically registered client, in the form of an app.
    Client,
    /// A scope that is granted to one.
    Grant,
    /// A scope of an authorization server.
    Scope,
    /// A policy of one.
    Policy,
    /// A rule of one.
    Rule,
    /// A provider of the portal.
    Provider,
    /// A client type of the portal.
    ClientType,
}

/// What an org has where no manifest speaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Under<'a> {
    /// It is not known.
    Nothing,
    /// This.
    Tree(&'a Value),
    /// This, of an app.
    Packed(&'a Packed),
}

/// How the bodies of a client are named, which rules name as those of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As the rules do.
    Own,
    /// As dynamic registration does.
    Registered,
}

/// An object on one side of a change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct View<'a> {
    pub(super) sort: Sort,
    /// Whether it is in force: what is not endangers nobody. `None` if it is not known.
    pub(super) status: Option<Status>,
    /// What is said of it that is no field of its body.
    pub(super) facts: Value,
    /// What is declared.
    pub(super) over: Option<&'a Value>,
    /// What is there besides.
    pub(super) under: Under<'a>,
    /// Whose names the two bodies above have.
    pub(super) form: Form,
    /// Of a grant: the client that it is for.
    pub(super) client: Option<Box<Self>>,
}

impl View<'_> {
    /// Returns an object of which nothing is known yet.
    pub(super) fn new(sort: Sort) -> Self {
        Self { sort, status: None, facts: Value::Null, over: None, under: Under::Nothing, form: Form::Own, client: None }
    }

    /// Returns whether it may be in force.
    pub(super) fn is_active(&self) -> bool {
        self.status != Some(Status::Inactive)
    }

    /// Returns what becomes of what was declared before: what is declared no longer stays as it was.
    pub(super) fn since(&self, before: &Self) -> Self {
        let under = before.over.map_or(Under::Nothing, Under::Tree);
        let facts = if self.facts.is_null() { before.facts.clone() } else { self.facts.clone() };
        let client = match (&self.client, &before.client) {
            (Some(client), Some(before)) => Some(Box::new(client.since(before))),
            (client, _) => client.clone(),
        };
        Self { status: self.status.or(before.status), facts, under, client, ..self.clone() }
    }

    /// Returns what the bodies call a place.
    pub(super) fn place(&self, path: &Path) -> Path {
        match self.form {
            Form::Own => path.clone(),
            Form::Registered => as_client(path),
        }
    }

    /// Returns what stands at a place; `None` if that is not known, or nothing does.
    pub(super) fn value(&self, path: &str) -> Option<Value> {
        if let Some(fact) = at(&self.facts, path) {
            return Some(fact.clone());
        }
        // Most is asked of apps, whose names these are: only what is named otherwise takes a path to find.
        let place = (self.form == Form::Registered).then(|| self.place(&Path::of(path)));
        let in_tree = |tree: &Value| place.as_ref().map_or_else(|| at(tree, path), |place| place.find(tree)).cloned();
        let found = self.over.and_then(in_tree).or_else(|| match self.under {
            Under::Nothing => None,
            Under::Tree(tree) => in_tree(tree),
            Under::Packed(packed) => packed.find(&Path::of(path)),
        });
        found.filter(|value| !value.is_null())
    }

    /// Returns the text at a place.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        match self.value(path)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns whether a text stands at a place.
    pub(super) fn is(&self, path: &str, text: &str) -> bool {
        self.text(path).is_some_and(|found| found == text)
    }

    /// Returns the switch at a place.
    pub(super) fn flag(&self, path: &str) -> Option<bool> {
        self.value(path)?.as_bool()
    }

    /// Returns the texts of the list at a place; `None` if it is not known.
    pub(super) fn list(&self, path: &str) -> Option<Vec<String>> {
        match self.value(path)? {
            Value::Array(items) => Some(items.into_iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()),
            // The portal's lists are separated by commas, and its documentation's slip is the other word (tyk-portal-api.md, section 4.1).
            Value::String(items) if self.sort == Sort::ClientType => {
                Some(items.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
            }
            _ => None,
        }
    }
}
