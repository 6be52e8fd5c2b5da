//! Documents about the developer portal to what they declare: one object a document, because nothing else speaks of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::draft::places;
use super::resolve::secret_reference;
use crate::address::{Address, Kind, System};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use crate::json::{Path, Step};
use crate::manifest::{Document, Metadata};
use crate::resource::client_type::ProviderReference;
use crate::resource::oauth_provider::TOKEN;
use crate::resource::{did_you_mean, leaves, table};
use crate::secret::SecretRef;

/// What a document says of one object of the portal: a provider, or a client type below one.
#[derive(Debug, Clone, PartialEq)]
pub struct PortalObject {
    /// The document's address.
    pub address: Address,
    /// Its `metadata`.
    pub metadata: Metadata,
    /// Where it stands.
    pub origin: Origin,
    /// The provider of a client type; `None` for a provider.
    pub provider: Option<ProviderReference>,
    /// The declared fields, in the API's names; lists are lists.
    pub body: Value,
    /// Where each of them stands.
    pub origins: BTreeMap<Path, Origin>,
    /// What is declared of a provider's registration token.
    pub token: Token,
}

/// What is declared of a provider's registration token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Token {
    /// Nothing: whether there is one is not known.
    #[default]
    Unmanaged,
    /// There is none.
    Absent,
    /// It is the value of a reference.
    Of {
        /// The reference.
        reference: SecretRef,
        /// Where it is declared.
        origin: Origin,
    },
}

impl PortalObject {
    /// Returns the document's kind.
    pub fn kind(&self) -> Kind {
        self.address.kind
    }

    /// Returns a declared text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field).and_then(Value::as_str)
    }

    /// Returns the name that it has in the portal.
    pub fn name(&self) -> &str {
        self.text("Name").unwrap_or_default()
    }

    /// Returns where a field stands; the document if it is not declared.
    pub fn origin_of(&self, field: &str) -> Origin {
        self.origins.get(&Path::of(field)).unwrap_or(&self.origin).clone()
    }
}

/// Resolves the documents of the portal's kinds, in address order.
pub(super) fn resolve(documents: &[Document], diagnostics: &mut Diagnostics) -> Vec<PortalObject> {
    let mut objects: BTreeMap<Address, PortalObject> = BTreeMap::new();
    for document in documents.iter().filter(|document| document.kind.system() == System::Portal) {
        // A name that is used twice has been reported; the first document stands.
        if objects.contains_key(&document.address()) {
            continue;
        }
        let provider = (document.kind == Kind::ClientType).then(|| provider(document, documents, diagnostics));
        let (body, origins) = body(document);
        let object = PortalObject {
            address: document.address(),
            metadata: document.metadata.clone(),
            origin: document.positions.value(&Path::of("metadata.name")),
            provider: provider.flatten(),
            body,
            origins,
            token: token(document, diagnostics),
        };
        objects.insert(document.address(), object);
    }
    objects.into_values().collect()
}

fn body(document: &Document) -> (Value, BTreeMap<Path, Origin>) {
    let mut body = Value::Object(serde_json::Map::new());
    let mut origins = BTreeMap::new();
    let mut declare = |path: Path, at: &Path, value: &Value| {
        path.set(&mut body, value.clone());
        let below = |place: &Path| document.origin(&at.join(&place.below(&path).unwrap_or_default()));
        origins.extend(places(value, &path, below));
    };
    let rows = table(document.kind);
    for leaf in leaves(rows, &document.spec) {
        let first = leaf.path.steps().first().cloned();
        let ours = matches!(&first, Some(Step::Key(name)) if rows.member(name).is_some_and(|row| row.rule.ours));
        if !ours {
            declare(leaf.path.clone(), &leaf.path, leaf.value);
        }
    }
    let additional = Path::of("additionalFields");
    for leaf in additional.find(&document.spec).map(|tree| leaves(rows, tree)).unwrap_or_default() {
        let at = additional.join(&leaf.path);
        declare(leaf.path, &at, leaf.value);
    }
    (body, origins)
}

fn token(document: &Document, diagnostics: &mut Diagnostics) -> Token {
    match document.spec.get(TOKEN) {
        None => Token::Unmanaged,
        Some(Value::Null) => Token::Absent,
        Some(source) => {
            let at = Path::of(TOKEN);
            let reference = secret_reference(document, source, &at, diagnostics);
            reference.map_or(Token::Unmanaged, |reference| Token::Of { reference, origin: document.origin(&at) })
        }
    }
}

/// Returns the provider that a client type belongs to; `None` if that cannot be known, which has been reported.
fn provider(document: &Document, documents: &[Document], diagnostics: &mut Diagnostics) -> Option<ProviderReference> {
    let reference = document.spec.get("provider").and_then(ProviderReference::read)?;
    let at = document.origin(&Path::of("provider"));
    let providers = || documents.iter().filter(|other| other.kind == Kind::OAuthProvider);
    let declared = match &reference {
        ProviderReference::Document(name) => {
            if providers().all(|provider| provider.name != *name) {
                let elsewhere = "for a provider that no manifest declares write `provider: {id: …}` or `{Name: …}`".to_owned();
                let help = did_you_mean(name, providers().map(|provider| provider.name.as_str())).unwrap_or(elsewhere);
                let message = format!("there is no document `OAuthProvider/{name}`");
                diagnostics.push(Diagnostic::error(codes::UNKNOWN_REFERENCE, Some(at), message).help(help));
                return None;
            }
            return Some(reference);
        }
        ProviderReference::Id(id) => providers().find(|provider| provider.metadata.id.as_ref() == Some(id)),
        ProviderReference::Name(name) => providers().find(|provider| provider.spec["Name"] == *name.as_str()),
    };
    if let Some(provider) = declared {
        let place = provider.positions.value(&Path::of("metadata.name"));
        let message = format!("the provider {reference} is declared by {}", provider.address());
        let diagnostic = Diagnostic::error(codes::DECLARED_REFERENCE, Some(at), message).related(place, "declared here");
        diagnostics.push(diagnostic.help(format!("write `provider: {}`", provider.name)));
    }
    Some(reference)
}
