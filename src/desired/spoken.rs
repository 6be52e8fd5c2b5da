//! Which app or client a document speaks of that does not declare one itself.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::Kind;
use crate::json::at;
use crate::manifest::Document;
use crate::resource::Reference;

/// Returns whether documents of a kind say something about an app that another document declares, or none.
pub(super) fn speaks_of_an_app(kind: Kind) -> bool {
    matches!(kind, Kind::ClientCredentials | Kind::Grant | Kind::GroupAssignment)
}

/// Which client a document speaks of.
pub(super) enum Spoken<'d> {
    /// The one of this name.
    Of(&'d str),
    /// It names an app and a client.
    Both,
    /// It names neither, and there are both of its name.
    Either,
}

/// Returns which client a document speaks of, given which kinds have a document of its name; `None` if it speaks of an app.
pub(super) fn client_spoken_of(document: &Document, there: impl Fn(Kind) -> bool) -> Option<Spoken<'_>> {
    let says = |member: &str| document.spec.get(member).filter(|value| !value.is_null());
    match (says("app"), says("client").and_then(Value::as_str)) {
        _ if document.kind != Kind::Grant => None,
        (Some(_), Some(_)) => Some(Spoken::Both),
        (None, Some(name)) => Some(Spoken::Of(name)),
        (Some(_), None) => None,
        (None, None) => match (there(Kind::App), there(Kind::Client)) {
            (true, true) => Some(Spoken::Either),
            (false, true) => Some(Spoken::Of(&document.name)),
            (_, false) => None,
        },
    }
}

/// Returns which app a document of another kind speaks of, as it is written; `None` if that is no reference, which has been reported.
pub(super) fn spoken_of(document: &Document) -> Option<Reference> {
    match document.spec.get("app").filter(|value| !value.is_null()) {
        Some(value) => Reference::read(value),
        None => Some(Reference::Name(document.name.clone())),
    }
}

/// Returns what App documents, with the `ClientCredentials` that speak of them by name, declare that a reference could name. Of several that
/// declare the same, the first counts.
pub(super) fn declared(documents: &[Document]) -> BTreeMap<Reference, &Document> {
    let text = |tree: &Value, path: &str| at(tree, path).and_then(Value::as_str).map(str::to_owned);
    let mut client_ids = BTreeMap::new();
    for credentials in documents.iter().filter(|document| document.kind == Kind::ClientCredentials) {
        if let (Some(Reference::Name(name)), Some(id)) = (spoken_of(credentials), text(&credentials.spec, "client_id")) {
            client_ids.entry(name).or_insert_with(Vec::new).push(id);
        }
    }
    let mut declared = BTreeMap::new();
    for app in documents.iter().filter(|document| document.kind == Kind::App) {
        let own = [
            app.metadata.id.clone().map(Reference::Id),
            text(&app.spec, "label").map(Reference::Label),
            text(&app.spec, "credentials.oauthClient.client_id").map(Reference::ClientId),
        ];
        let elsewhere = client_ids.get(&app.name).into_iter().flatten().cloned().map(Reference::ClientId);
        for reference in own.into_iter().flatten().chain(elsewhere) {
            declared.entry(reference).or_insert(app);
        }
    }
    declared
}
