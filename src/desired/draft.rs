//! What several documents say of one live app, put together field by field.
//!
//! Of each field it is known which document set it and where; a field that two documents set is refused.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde_json::Value;

use super::clients::as_client;
use super::{Assignment, Grant, Output, PolicyReference, PrivateKey, Secret};
use crate::address::{Address, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use crate::json::{Path, Step, at};
use crate::manifest::Document;
use crate::observed::Status;
use crate::resource::marker::Facility;
use crate::resource::{Reference, Shape, leaves, table};

/// Members of an App's `spec` that are not part of the API's object.
const OURS: [&str; 3] = ["status", "accessPolicy", "additionalFields"];

/// An app under construction.
#[derive(Debug)]
pub(super) struct Draft<'d> {
    pub(super) address: Address,
    pub(super) reference: Reference,
    /// The App document; the first document that speaks of an app that none declares.
    pub(super) document: &'d Document,
    /// Every document that speaks of the app.
    pub(super) documents: Vec<Address>,
    pub(super) body: Value,
    pub(super) fields: BTreeMap<Path, Declared<'d>>,
    pub(super) status: Option<Status>,
    pub(super) access_policy: Option<PolicyReference>,
    pub(super) secrets: Option<Vec<Secret>>,
    pub(super) secrets_declared: Option<Declared<'d>>,
    pub(super) private_key: Option<PrivateKey>,
    pub(super) grants: Option<Vec<Grant>>,
    pub(super) groups: Option<Vec<Assignment>>,
    pub(super) prunable: Vec<Facility>,
    /// Of a dynamically registered client: where its secret goes.
    pub(super) output: Option<Output>,
}

/// Which document declares a field, and where in its `spec`.
#[derive(Debug, Clone)]
pub(super) struct Declared<'d> {
    pub(super) document: &'d Document,
    /// `None` if it stands where it does in the API's object.
    pub(super) at: Option<Path>,
}

impl Declared<'_> {
    /// Returns where a field that this declares stands.
    pub(super) fn origin(&self, field: &Path) -> Origin {
        self.document.origin(self.at.as_ref().unwrap_or(field))
    }

    /// Returns where a place in a field that this declares stands.
    pub(super) fn origin_in(&self, field: &Path, place: &Path) -> Origin {
        let Some(at) = &self.at else { return self.document.origin(place) };
        self.document.origin(&at.join(&place.below(field).unwrap_or_default()))
    }
}

impl<'d> Draft<'d> {
    /// Starts with the first document that speaks of the app.
    pub(super) fn new(reference: Reference, document: &'d Document) -> Self {
        Self {
            address: document.address(),
            reference,
            document,
            documents: Vec::new(),
            body: Value::Object(serde_json::Map::new()),
            fields: BTreeMap::new(),
            status: None,
            access_policy: None,
            secrets: None,
            secrets_declared: None,
            private_key: None,
            grants: None,
            groups: None,
            prunable: Vec::new(),
            output: None,
        }
    }

    /// Takes over what an App document says.
    pub(super) fn app(&mut self, document: &'d Document, diagnostics: &mut Diagnostics) {
        let spec = &document.spec;
        self.status = spec["status"].as_str().and_then(Status::read);
        let policy = |member: &str| spec["accessPolicy"][member].as_str().map(str::to_owned);
        self.access_policy = policy("name").map(PolicyReference::Name).or_else(|| policy("id").map(PolicyReference::Id));
        let key_file = Path::of("settings.oauthClient.jwks.file");
        for leaf in leaves(table(Kind::App), spec) {
            let ours = matches!(leaf.path.steps().first(), Some(Step::Key(name)) if OURS.contains(&name.as_str()));
            if !ours && leaf.path != key_file {
                self.set(leaf.path, leaf.value.clone(), Declared { document, at: None }, diagnostics);
            }
        }
        let additional = Path::of("additionalFields");
        if let Some(tree) = additional.find(spec) {
            for leaf in leaves(table(Kind::App), tree) {
                let at = additional.join(&leaf.path);
                self.set(leaf.path, leaf.value.clone(), Declared { document, at: Some(at) }, diagnostics);
            }
        }
    }

    /// Takes over the fields that a `ClientCredentials` document contributes, secrets aside.
    pub(super) fn credentials(&mut self, document: &'d Document, diagnostics: &mut Diagnostics) {
        let Shape::Object(rows) = &table(Kind::ClientCredentials).shape else { return };
        for leaf in leaves(table(Kind::ClientCredentials), &document.spec) {
            let Some((Step::Key(first), below)) = leaf.path.steps().split_first() else { continue };
            let Some(place) = rows.get(first).and_then(|row| row.rule.at.as_deref()) else { continue };
            if leaf.path != Path::of("jwks.file") {
                let path = below.iter().fold(Path::of(place), |path, step| after(&path, step));
                self.set(path, leaf.value.clone(), Declared { document, at: Some(leaf.path) }, diagnostics);
            }
        }
    }

    /// Declares a field, unless another document has declared it, or something around or inside it.
    pub(super) fn set(&mut self, path: Path, value: Value, declared: Declared<'d>, diagnostics: &mut Diagnostics) {
        if let Some((field, before)) = self.around(&path).or_else(|| self.inside(&path)) {
            let message = format!("`{path}` of {} is set in two places", self.address);
            let (first, second) = ordered(before.origin(field), declared.origin(&path));
            let diagnostic = Diagnostic::error(codes::SET_TWICE, Some(second), message).label("set again");
            diagnostics.push(diagnostic.related(first, "set here").help("remove one of the two"));
            return;
        }
        path.set(&mut self.body, value);
        self.fields.insert(path, declared);
    }

    /// Returns a place of an app as the document names it: a dynamically registered client has the settings of one at the top.
    pub(super) fn place(&self, path: &Path) -> Path {
        if self.address.kind == Kind::Client { as_client(path) } else { path.clone() }
    }

    /// Returns what is declared at a place: `None` if nothing is, which means that it is not known.
    pub(super) fn value(&self, path: &str) -> Option<&Value> {
        at(&self.body, path)
    }

    /// Returns the text that is declared at a place.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.value(path).and_then(Value::as_str)
    }

    /// Returns the texts of the list that is declared at a place; a cleared list is empty.
    pub(super) fn list(&self, path: &str) -> Option<Vec<&str>> {
        match self.value(path)? {
            Value::Null => Some(Vec::new()),
            Value::Array(items) => Some(items.iter().filter_map(Value::as_str).collect()),
            _ => None,
        }
    }

    /// Returns where a field, or an item in it, is declared; the nearest thing around it if it is not declared itself.
    pub(super) fn origin(&self, path: &Path) -> Origin {
        if let Some((field, declared)) = self.around(path) {
            let rest = &path.steps()[field.steps().len()..];
            let at = declared.at.as_ref().unwrap_or(field).clone();
            return declared.document.origin(&rest.iter().fold(at, |path, step| after(&path, step)));
        }
        self.inside(path)
            .map_or_else(|| self.document.positions.value(&Path::of("metadata.name")), |(field, declared)| declared.origin(field))
    }

    /// Returns the first declared field that a path is or leads through.
    fn around(&self, path: &Path) -> Option<(&Path, &Declared<'d>)> {
        let steps = path.steps();
        (0..=steps.len()).find_map(|depth| self.fields.get_key_value(&steps[..depth]))
    }

    /// Returns the first declared field that is a path or leads through it.
    fn inside(&self, path: &Path) -> Option<(&Path, &Declared<'d>)> {
        self.fields
            .range::<[Step], _>((Bound::Included(path.steps()), Bound::Unbounded))
            .next()
            .filter(|(field, _)| field.starts_with(path))
    }
}

/// Returns where a field stands, and of a list of texts each item, given where a place of the API's object does.
pub(super) fn places(value: &Value, path: &Path, origin: impl Fn(&Path) -> Origin) -> Vec<(Path, Origin)> {
    let items = value.as_array().into_iter().flatten().enumerate().filter(|(_, item)| item.is_string());
    let items = items.map(|(index, _)| path.index(index)).map(|place| (place.clone(), origin(&place)));
    std::iter::once((path.clone(), origin(path))).chain(items).collect()
}

/// Two places in the order of the files.
pub(super) fn ordered(a: Origin, b: Origin) -> (Origin, Origin) {
    if b < a { (b, a) } else { (a, b) }
}

/// A path and one more step.
fn after(path: &Path, step: &Step) -> Path {
    match step {
        Step::Key(name) => path.key(name),
        Step::Index(index) => path.index(*index),
    }
}
