//! Documents to [`Desired`]: references are followed, documents about one app put together, and everything is checked.

use std::collections::BTreeMap;

use serde_json::Value;

use super::clients::{drafts as client_drafts, finished as finished_client};
use super::draft::{Declared, Draft, ordered, places};
use super::spoken::{Spoken, client_spoken_of, declared, speaks_of_an_app, spoken_of};
use super::{App, Desired, PrivateKey, Secret, checks, children, portal, servers};
use crate::address::Kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Origin, codes};
use crate::json::{Path, at, compact};
use crate::manifest::{Document, stays_inside};
use crate::observed::Status;
use crate::resource::app::normalise;
use crate::resource::marker::Facility;
use crate::resource::{Fault, Reference, did_you_mean, validate};
use crate::secret::SecretRef;

/// The key sets in files that manifests name, by the path as it is written; or why one cannot be used.
pub type KeySets = BTreeMap<String, Result<Value, String>>;

/// Resolves documents. While the diagnostics have errors, the result is good for nothing.
pub fn resolve(project: &str, ownership: bool, documents: &[Document], key_sets: &KeySets, diagnostics: &mut Diagnostics) -> Desired {
    let clients = client_drafts(documents, diagnostics);
    let mut resolver = Resolver { documents, key_sets, drafts: BTreeMap::new(), clients, declared: None, diagnostics };
    resolver.apps();
    resolver.keys_of_clients();
    resolver.others();
    let Resolver { drafts, clients, .. } = resolver;
    let mut clients: Vec<_> = clients.into_values().collect();
    clients.sort_by_cached_key(|draft| draft.document.positions.value(&Path::root()));
    let mut drafts: Vec<_> = drafts.into_values().collect();
    // Of two that fight over something, the one that comes first in the files is called the first.
    drafts.sort_by_cached_key(|draft| draft.document.positions.value(&Path::root()));
    let portal = portal::resolve(documents, diagnostics);
    let servers = servers::resolve(documents, diagnostics);
    checks::run(&drafts, &clients, &portal, &servers, documents, diagnostics);
    let mut apps: Vec<_> = drafts.into_iter().map(finished).collect();
    apps.sort_by(|a, b| a.address.cmp(&b.address));
    let mut clients: Vec<_> = clients.into_iter().map(finished_client).collect();
    clients.sort_by(|a, b| a.address.cmp(&b.address));
    let accepting = documents.iter().filter(|document| !document.metadata.accept.is_empty());
    let accepted = accepting.map(|document| (document.address(), document.metadata.accept.clone())).collect();
    Desired { project: project.to_owned(), ownership, apps, clients, servers, portal, accepted }
}

fn finished(draft: Draft<'_>) -> App {
    let Draft {
        address,
        reference,
        document,
        mut documents,
        mut body,
        fields,
        status,
        access_policy,
        secrets,
        secrets_declared: _,
        private_key,
        mut grants,
        mut groups,
        mut prunable,
        output: _,
    } = draft;
    normalise(&mut body);
    let body = compact(body);
    documents.sort();
    if let Some(grants) = &mut grants {
        grants.sort_by(|a, b| a.address.cmp(&b.address));
    }
    if let Some(groups) = &mut groups {
        groups.sort_by(|a, b| a.address.cmp(&b.address));
    }
    prunable.sort_unstable();
    prunable.dedup();
    let mut origins = BTreeMap::new();
    for (path, field) in fields {
        if let Some(value) = path.find(&body) {
            origins.extend(places(value, &path, |at| field.origin_in(&path, at)));
        }
    }
    App {
        address,
        reference,
        metadata: document.metadata.clone(),
        origin: document.positions.value(&Path::of("metadata.name")),
        documents,
        body,
        origins,
        status,
        access_policy,
        secrets,
        private_key,
        grants,
        groups,
        prunable,
    }
}

struct Resolver<'d, 'r> {
    documents: &'d [Document],
    key_sets: &'d KeySets,
    drafts: BTreeMap<Reference, Draft<'d>>,
    /// The dynamically registered clients, by their documents' names.
    clients: BTreeMap<&'d str, Draft<'d>>,
    /// By what else than its name each declared app could be referred to; made when somebody does.
    declared: Option<BTreeMap<Reference, &'d Document>>,
    diagnostics: &'r mut Diagnostics,
}

impl<'d> Resolver<'d, '_> {
    fn apps(&mut self) {
        for document in self.documents.iter().filter(|document| document.kind == Kind::App) {
            let reference = Reference::Name(document.name.clone());
            // A name that is used twice has been reported; the first document stands.
            if self.drafts.contains_key(&reference) {
                continue;
            }
            let mut draft = Draft::new(reference.clone(), document);
            draft.documents.push(document.address());
            draft.app(document, self.diagnostics);
            self.key_file(&mut draft, document, "settings.oauthClient.jwks.file");
            self.drafts.insert(reference, draft);
        }
    }

    fn keys_of_clients(&mut self) {
        let mut clients = std::mem::take(&mut self.clients);
        for draft in clients.values_mut() {
            let document = draft.document;
            self.key_file(draft, document, "jwks.file");
            self.private_key(draft, document);
        }
        self.clients = clients;
    }

    /// Adds what the other kinds say to the apps and clients that they speak of.
    fn others(&mut self) {
        let mut others: Vec<_> = self.documents.iter().filter(|document| speaks_of_an_app(document.kind)).collect();
        // The first document gives an app that none declares its address: that must not depend on how files are called.
        others.sort_by_key(|document| (document.kind, &document.name));
        for document in others {
            let there = |kind| match kind {
                Kind::Client => self.clients.contains_key(document.name.as_str()),
                _ => self.drafts.contains_key(&Reference::Name(document.name.clone())),
            };
            if let Some(spoken) = client_spoken_of(document, there) {
                self.granted(document, &spoken);
                continue;
            }
            let Some(reference) = self.reference(document) else { continue };
            let mut draft = self.drafts.remove(&reference).unwrap_or_else(|| Draft::new(reference.clone(), document));
            draft.documents.push(document.address());
            match document.kind {
                Kind::ClientCredentials => {
                    draft.credentials(document, self.diagnostics);
                    self.key_file(&mut draft, document, "jwks.file");
                    self.secrets(&mut draft, document);
                    self.private_key(&mut draft, document);
                    if document.metadata.prune {
                        draft.prunable.extend([Facility::Keys, Facility::Secrets]);
                    }
                }
                Kind::Grant => {
                    draft.grants.get_or_insert_default().extend(children::grants(document));
                    if document.metadata.prune {
                        draft.prunable.push(Facility::Grants);
                    }
                }
                Kind::GroupAssignment => {
                    draft.groups.get_or_insert_default().extend(children::assignments(document));
                    if document.metadata.prune {
                        draft.prunable.push(Facility::Groups);
                    }
                }
                Kind::App | Kind::Client | Kind::AuthorizationServer | Kind::OAuthProvider | Kind::ClientType => {}
            }
            self.drafts.insert(reference, draft);
        }
    }

    /// Adds what a `Grant` document says to the client that it speaks of.
    fn granted(&mut self, document: &'d Document, spoken: &Spoken<'d>) {
        let named = || document.origin(&Path::of("client"));
        let (at, message, help) = match spoken {
            Spoken::Of(name) => {
                if let Some(draft) = self.clients.get_mut(name) {
                    draft.documents.push(document.address());
                    draft.grants.get_or_insert_default().extend(children::grants(document));
                    draft.prunable.extend(document.metadata.prune.then_some(Facility::Grants));
                    return;
                }
                let help = did_you_mean(name, self.clients.keys().copied());
                let help = help.unwrap_or_else(|| "declare the client in a Client document".to_owned());
                return self.push(codes::UNKNOWN_REFERENCE, named(), format!("there is no document `Client/{name}`"), help);
            }
            Spoken::Both => {
                (named(), "a grant is to an app or to a client, and this one names both".to_owned(), "keep one of the two".to_owned())
            }
            Spoken::Either => {
                let (address, name) = (document.address(), &document.name);
                let message = format!("{address} may speak of App/{name} and of Client/{name}");
                (document.positions.value(&Path::of("metadata.name")), message, format!("write `app: {name}` or `client: {name}`"))
            }
        };
        self.push(codes::REFERENCE_UNCLEAR, at, message, help);
    }

    /// Returns which app a document speaks of. `None` if that cannot be known, which has been reported.
    fn reference(&mut self, document: &Document) -> Option<Reference> {
        let at = Path::of("app");
        let written = document.spec.get("app").filter(|value| !value.is_null());
        let reference = spoken_of(document)?;
        let Reference::Name(name) = &reference else {
            if let Some(app) = self.declared.get_or_insert_with(|| declared(self.documents)).get(&reference) {
                let message = format!("{reference} is declared by {}", app.address());
                let diagnostic = Diagnostic::error(codes::DECLARED_REFERENCE, Some(document.origin(&at)), message);
                let declared = app.positions.value(&Path::of("metadata.name"));
                self.diagnostics.push(diagnostic.related(declared, "declared here").help(format!("write `app: {}`", app.name)));
            }
            return Some(reference);
        };
        if self.drafts.contains_key(&reference) {
            return Some(reference);
        }
        let apps = || self.documents.iter().filter(|app| app.kind == Kind::App).map(|app| app.name.as_str());
        let near = did_you_mean(name, apps());
        let (origin, message) = if written.is_some() {
            (document.origin(&at), format!("there is no document `App/{name}`"))
        } else {
            let origin = document.positions.value(&Path::of("metadata.name"));
            (origin, format!("there is no document `App/{name}`, which {} speaks of by its name", document.address()))
        };
        let elsewhere = "for an app that no manifest declares write `app: {id: …}`, `{client_id: …}` or `{label: …}`".to_owned();
        self.push(codes::UNKNOWN_REFERENCE, origin, message, near.unwrap_or(elsewhere));
        None
    }

    /// Puts the keys of a file in the place of its name.
    fn key_file(&mut self, draft: &mut Draft<'d>, document: &'d Document, place: &str) {
        let Some(file) = at(&document.spec, place).and_then(Value::as_str) else { return };
        let at = Path::of(place);
        let keys = match self.key_sets.get(file) {
            Some(Ok(keys)) => keys.clone(),
            Some(Err(why)) => {
                let help = "write the public keys as `{\"keys\": […]}` into a file inside the repository";
                return self.push(codes::KEY_FILE, document.origin(&at), format!("the keys in `{file}` cannot be used: {why}"), help);
            }
            None => return self.push(codes::KEY_FILE, document.origin(&at), format!("the file `{file}` was not read"), "check the path"),
        };
        let mut faults = Vec::new();
        validate(Kind::ClientCredentials, &serde_json::json!({"jwks": {"keys": keys}}), &mut faults);
        for Fault { path, code, message, help, .. } in &faults {
            let message = format!("in `{file}`, {path}: {message}");
            self.push(*code, document.origin(&at), message, help.clone().unwrap_or_else(|| "correct the file".to_owned()));
        }
        if faults.is_empty() {
            let path = Path::of("settings.oauthClient.jwks.keys");
            draft.set(path, keys, Declared { document, at: Some(at) }, self.diagnostics);
        }
    }

    fn secrets(&mut self, draft: &mut Draft<'d>, document: &'d Document) {
        let at = Path::of("client_secrets");
        let Some(entries) = at.find(&document.spec).and_then(Value::as_array) else { return };
        let declared = Declared { document, at: Some(at.clone()) };
        if let Some(before) = &draft.secrets_declared {
            let message = format!("the secrets of {} are declared in two documents", draft.address);
            let key = |document: &Document| document.positions.key(&Path::of("spec").join(&at));
            let (first, second) = ordered(key(before.document), key(document));
            let diagnostic = Diagnostic::error(codes::SET_TWICE, Some(second), message).label("declared again");
            self.diagnostics.push(diagnostic.related(first, "declared here").help("put the secrets of a client into one document"));
            return;
        }
        let mut secrets = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let at = at.index(index);
            let Some(name) = entry["name"].as_str() else { continue };
            let Some(reference) = secret_reference(document, entry, &at, self.diagnostics) else { continue };
            let status = entry["status"].as_str().and_then(Status::read).unwrap_or(Status::Active);
            let origin = document.origin(&at.key("name"));
            secrets.push(Secret { address: draft.address.below(["secret", name]), reference, status, origin });
        }
        draft.secrets = Some(secrets);
        draft.secrets_declared = Some(declared);
    }

    fn private_key(&mut self, draft: &mut Draft<'d>, document: &Document) {
        let at = Path::of("private_key");
        let Some(source) = at.find(&document.spec).filter(|source| source.is_object()) else { return };
        let Some(reference) = secret_reference(document, source, &at, self.diagnostics) else { return };
        let origin = document.positions.key(&Path::of("spec").join(&at));
        if let Some(before) = &draft.private_key {
            let message = format!("the private key of {} is declared in two documents", draft.address);
            let (first, second) = ordered(before.origin.clone(), origin);
            let diagnostic = Diagnostic::error(codes::SET_TWICE, Some(second), message).label("declared again");
            self.diagnostics.push(diagnostic.related(first, "declared here").help("remove one of the two"));
            return;
        }
        let kid = source["kid"].as_str().map(str::to_owned);
        draft.private_key = Some(PrivateKey { address: document.address(), reference, kid, origin });
    }

    fn push(&mut self, code: Code, origin: Origin, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, Some(origin), message).help(help));
    }
}

/// Returns where a secret's value is to be had, if a manifest may say so.
pub(super) fn secret_reference(document: &Document, entry: &Value, at: &Path, diagnostics: &mut Diagnostics) -> Option<SecretRef> {
    let help = "name a variable that starts with `IDPCTL_`, or a file inside the repository or `--secret-dir`";
    let (message, place) = if let Some(variable) = entry["env"].as_str() {
        let well_formed = variable.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if variable.starts_with(PREFIX) && well_formed && !OWN.contains(&variable) {
            return Some(SecretRef::Env(variable.to_owned()));
        }
        // What is no name of a variable may be the secret itself: it is not repeated.
        let message = if OWN.contains(&variable) {
            format!("the variable `{variable}` is idpctl's own")
        } else if well_formed {
            format!("the variable `{variable}` does not start with `{PREFIX}`")
        } else {
            "`env` does not hold the name of a variable".to_owned()
        };
        (message, "env")
    } else {
        let file = entry["file"].as_str()?;
        if stays_inside(file.strip_prefix('/').unwrap_or(file)) {
            return Some(SecretRef::File(file.to_owned()));
        }
        (format!("the path `{file}` leads out of the repository"), "file")
    };
    diagnostics.push(Diagnostic::error(codes::SECRET_REFERENCE, Some(document.origin(&at.key(place))), message).help(help));
    None
}

/// What variables of the environment have to start with to be nameable by a manifest.
pub const PREFIX: &str = "IDPCTL_";

/// Variables that start so and that no manifest may name all the same: who knows the address of a webhook can post there.
pub const OWN: [&str; 1] = ["IDPCTL_NOTIFY_URL"];
