//! `Client` documents to what they declare: one live object a document, with the grants that `Grant` documents add to it.
//!
//! While it is checked a client stands in the form of an app, because the server checks both by the same rules: [`as_app`] and [`as_client`]
//! lead from one form to the other.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::draft::{Declared, Draft, places};
use super::{App, Grant, PrivateKey, Secret};
use crate::address::{Address, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use crate::json::{Path, Step, compact};
use crate::manifest::{Document, Metadata, stays_inside};
use crate::observed::Status;
use crate::resource::Reference;
use crate::resource::client::{DEFAULT_METHOD, METHOD};
use crate::resource::{leaves, table};
use crate::secret::SecretRef;

/// What the manifests say of one dynamically registered client.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// `Client/name`.
    pub address: Address,
    /// `metadata` of the document.
    pub metadata: Metadata,
    /// Where the document stands.
    pub origin: Origin,
    /// Every document that speaks of this client.
    pub documents: Vec<Address>,
    /// The declared fields in the shape of the API's object.
    pub body: Value,
    /// Where each of them stands.
    pub origins: BTreeMap<Path, Origin>,
    /// Where its secret goes.
    pub output: Option<Output>,
    /// Where the private half of one of its keys is to be had, to try it with.
    pub private_key: Option<PrivateKey>,
    /// The granted scopes by document; `None` if no `Grant` document speaks of this client.
    pub grants: Option<Vec<Grant>>,
    /// Whether `metadata.prune` of a `Grant` document allows pruning where nothing is marked as ours.
    pub prunable: bool,
}

/// The file that a client's secret goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The path, as it is written.
    pub file: String,
    /// Where it is declared.
    pub origin: Origin,
}

impl Client {
    /// Returns the name that people see.
    pub fn name(&self) -> &str {
        self.text("client_name").unwrap_or_default()
    }

    /// Returns a declared text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field).and_then(Value::as_str)
    }

    /// Returns how a new client authenticates.
    pub fn method(&self) -> &str {
        self.text(METHOD).unwrap_or(DEFAULT_METHOD)
    }

    /// Returns what it declares as an app would: in this form clients are checked and tried. Its secret is in its file.
    pub fn in_app_form(&self) -> App {
        let mut body = Value::Object(Map::new());
        let mut origins = BTreeMap::new();
        for (path, origin) in &self.origins {
            let place = as_app(path);
            if let Some(value) = path.find(&self.body) {
                place.set(&mut body, value.clone());
                origins.insert(place, origin.clone());
            }
        }
        let secret = |output: &Output| Secret {
            address: self.secret(),
            reference: SecretRef::File(output.file.clone()),
            status: Status::Active,
            origin: output.origin.clone(),
        };
        App {
            address: self.address.clone(),
            reference: Reference::Name(self.address.name.clone()),
            metadata: self.metadata.clone(),
            origin: self.origin.clone(),
            documents: self.documents.clone(),
            body,
            origins,
            status: None,
            access_policy: None,
            secrets: self.output.as_ref().map(|output| vec![secret(output)]),
            private_key: self.private_key.clone(),
            grants: self.grants.clone(),
            groups: None,
            prunable: Vec::new(),
        }
    }

    /// Returns the address of its secret.
    pub fn secret(&self) -> Address {
        self.address.below(["secret"])
    }
}

/// Reads the documents, by name.
pub(super) fn drafts<'d>(documents: &'d [Document], diagnostics: &mut Diagnostics) -> BTreeMap<&'d str, Draft<'d>> {
    let mut drafts = BTreeMap::new();
    for document in documents.iter().filter(|document| document.kind == Kind::Client) {
        // A name that is used twice has been reported; the first document stands.
        drafts.entry(document.name.as_str()).or_insert_with(|| draft(document, diagnostics));
    }
    drafts
}

fn draft<'d>(document: &'d Document, diagnostics: &mut Diagnostics) -> Draft<'d> {
    let mut draft = Draft::new(Reference::Name(document.name.clone()), document);
    draft.documents.push(document.address());
    draft.output = secret_output(document, diagnostics);
    draft.prunable.extend(document.metadata.prune.then_some(crate::resource::marker::Facility::Grants));
    let rows = table(Kind::Client);
    for leaf in leaves(rows, &document.spec) {
        let first = leaf.path.steps().first();
        let ours = matches!(first, Some(Step::Key(name)) if rows.member(name).is_some_and(|row| row.rule.ours));
        if !ours && leaf.path != Path::of("jwks.file") {
            let declared = Declared { document, at: Some(leaf.path.clone()) };
            draft.set(as_app(&leaf.path), leaf.value.clone(), declared, diagnostics);
        }
    }
    let additional = Path::of("additionalFields");
    for leaf in additional.find(&document.spec).map(|tree| leaves(rows, tree)).unwrap_or_default() {
        let declared = Declared { document, at: Some(additional.join(&leaf.path)) };
        draft.set(as_app(&leaf.path), leaf.value.clone(), declared, diagnostics);
    }
    draft
}

/// Returns the file that a client's secret goes to, if a manifest may say so.
fn secret_output(document: &Document, diagnostics: &mut Diagnostics) -> Option<Output> {
    let at = Path::of("client_secret_output").key("file");
    let file = at.find(&document.spec).and_then(Value::as_str)?;
    let origin = document.origin(&at);
    let names_a_file = file.rsplit('/').next().is_some_and(|name| !matches!(name, "" | "." | ".."));
    if names_a_file && stays_inside(file.strip_prefix('/').unwrap_or(file)) {
        return Some(Output { file: file.to_owned(), origin });
    }
    let message = format!("the path `{file}` names no file below `--secret-dir`");
    let help = "name a file by its path below `--secret-dir`";
    diagnostics.push(Diagnostic::error(codes::SECRET_OUTPUT, Some(origin), message).help(help));
    None
}

const NAMES: [(&str, &str); 2] = [("client_name", "label"), (METHOD, "credentials.oauthClient.token_endpoint_auth_method")];
const SETTINGS: &str = "settings.oauthClient";

/// Returns where an app has what a client has at a place.
pub(crate) fn as_app(path: &Path) -> Path {
    let named = NAMES.into_iter().find(|(name, _)| *path == Path::of(name));
    named.map_or_else(|| Path::of(SETTINGS).join(path), |(_, place)| Path::of(place))
}

/// Returns where a client has what an app has at a place.
pub(crate) fn as_client(path: &Path) -> Path {
    if let Some((name, _)) = NAMES.into_iter().find(|(_, place)| *path == Path::of(place)) {
        return Path::of(name);
    }
    path.below(&Path::of(SETTINGS)).unwrap_or_else(|| path.clone())
}

/// Returns what a draft came to.
pub(super) fn finished(draft: Draft<'_>) -> Client {
    let Draft { address, document, mut documents, body, fields, output, private_key, mut grants, prunable, .. } = draft;
    let mut flat = Value::Object(Map::new());
    let mut origins = BTreeMap::new();
    // In the order of the document; what it took from elsewhere comes last.
    let written: Vec<_> = leaves(table(Kind::Client), &document.spec).into_iter().map(|leaf| as_app(&leaf.path)).collect();
    for path in written.iter().chain(fields.keys()) {
        let (Some(value), Some(declared)) = (path.find(&body), fields.get(path)) else { continue };
        let place = as_client(path);
        if !origins.contains_key(&place) {
            origins.extend(places(value, &place, |at| declared.origin_in(&place, at)));
            place.set(&mut flat, value.clone());
        }
    }
    documents.sort();
    if let Some(grants) = &mut grants {
        grants.sort_by(|a, b| a.address.cmp(&b.address));
    }
    Client {
        address,
        metadata: document.metadata.clone(),
        origin: document.positions.value(&Path::of("metadata.name")),
        documents,
        body: compact(flat),
        origins,
        output,
        private_key,
        grants,
        prunable: !prunable.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_a_client_is_found_again() {
        for place in ["client_name", METHOD, "jwks.keys", "redirect_uris", "tomorrow.deep"] {
            assert_eq!(as_client(&as_app(&Path::of(place))), Path::of(place));
        }
        assert_eq!(as_client(&Path::of("settings.oauthClient.jwks.keys").index(1)).to_string(), "jwks.keys[1]");
    }
}
