//! Documents that would fight over one object, and documents that say what is said elsewhere.

use std::collections::BTreeMap;

use url::Url;

use crate::address::Kind;
use crate::desired::draft::{Draft, ordered};
use crate::desired::spoken::{Spoken, client_spoken_of, speaks_of_an_app, spoken_of};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::json::Path;
use crate::manifest::{Document, Metadata};
use crate::resource::Reference;

pub(super) fn client_ids(drafts: &[Draft<'_>], diagnostics: &mut Diagnostics) {
    let path = Path::of("credentials.oauthClient.client_id");
    let mut first: BTreeMap<&str, &Draft<'_>> = BTreeMap::new();
    for draft in drafts {
        let Some(id) = path.find(&draft.body).and_then(|id| id.as_str()) else { continue };
        if let Some(before) = first.get(id) {
            let message = format!("{} and {} have the same `client_id`", before.address, draft.address);
            let diagnostic = Diagnostic::error(codes::SAME_CLIENT_ID, Some(draft.origin(&path)), message);
            diagnostics.push(diagnostic.related(before.origin(&path), "the first").help("choose another client id for one of the two"));
        } else {
            first.insert(id, draft);
        }
    }
}

pub(super) fn ids(drafts: &[Draft<'_>], diagnostics: &mut Diagnostics) {
    let place = |draft: &Draft<'_>| match draft.reference {
        Reference::Id(_) => draft.document.origin(&Path::of("app")),
        _ => draft.document.positions.value(&Path::of("metadata.id")),
    };
    let mut first: BTreeMap<&str, &Draft<'_>> = BTreeMap::new();
    for draft in drafts {
        let id = match &draft.reference {
            Reference::Id(id) => Some(id),
            Reference::Name(_) => draft.document.metadata.id.as_ref(),
            Reference::ClientId(_) | Reference::Label(_) => None,
        };
        let Some(id) = id else { continue };
        if let Some(before) = first.get(id.as_str()) {
            let message = format!("{} and {} are pinned to the same object", before.address, draft.address);
            let diagnostic = Diagnostic::error(codes::SAME_ID, Some(place(draft)), message);
            diagnostics.push(diagnostic.related(place(before), "the first").help("remove or correct one of the two"));
        } else {
            first.insert(id, draft);
        }
    }
}

pub(super) fn scopes(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let grants = draft.grants.as_deref().unwrap_or_default();
    for (index, grant) in grants.iter().enumerate() {
        if let Some(before) = grants[..index].iter().find(|before| before.scope == grant.scope) {
            let whom = if draft.address.kind == Kind::Client { draft.address.to_string() } else { draft.reference.to_string() };
            let message = format!("the scope `{}` is granted twice to {whom}", grant.scope);
            let (first, second) = ordered(before.origin.clone(), grant.origin.clone());
            let diagnostic = Diagnostic::error(codes::SCOPE_TWICE, Some(second), message);
            diagnostics.push(diagnostic.related(first, "the first").help("remove one of the two"));
        }
        if !is_scope(&grant.scope) {
            let message = format!("`{}` cannot be a scope", grant.scope);
            let diagnostic = Diagnostic::error(codes::SCOPE_FORM, Some(grant.origin.clone()), message);
            diagnostics.push(diagnostic.help("list each scope as an item of its own, for example `okta.users.read`"));
        }
    }
}

/// Returns whether a text can be a scope (RFC 6749, section 3.3).
pub(super) fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\'))
}

/// Checks what each document says by itself: the issuer of its grants, and metadata that has no effect.
pub(super) fn documents(drafts: &[Draft<'_>], clients: &[Draft<'_>], documents: &[Document], diagnostics: &mut Diagnostics) {
    let apps: BTreeMap<&Reference, &Draft<'_>> = drafts.iter().map(|draft| (&draft.reference, draft)).collect();
    let clients: BTreeMap<&str, &Draft<'_>> = clients.iter().map(|draft| (draft.address.name.as_str(), draft)).collect();
    for document in documents.iter().filter(|document| speaks_of_an_app(document.kind)) {
        issuer(document, diagnostics);
        let there = |kind| match kind {
            Kind::Client => clients.contains_key(document.name.as_str()),
            _ => apps.contains_key(&Reference::Name(document.name.clone())),
        };
        if let Some(spoken) = client_spoken_of(document, there) {
            if let Spoken::Of(name) = spoken
                && let Some(client) = clients.get(name)
            {
                metadata(document, client, diagnostics);
            }
            continue;
        }
        let Some(reference @ Reference::Name(_)) = spoken_of(document) else { continue };
        if let Some(app) = apps.get(&reference) {
            metadata(document, app, diagnostics);
        }
    }
}

fn issuer(document: &Document, diagnostics: &mut Diagnostics) {
    if document.spec["issuer"].as_str().is_some_and(|issuer| !is_origin(issuer)) {
        let origin = document.origin(&Path::of("issuer"));
        let message = "the issuer is not the address of an org: https and a host, without a path";
        let help = "take `issuer` out: the org's own URL is the default";
        diagnostics.push(Diagnostic::error(codes::ISSUER, Some(origin), message).help(help));
    }
}

fn metadata(document: &Document, app: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let Metadata { id, adopt, protected, prune: _, accept: _ } = &document.metadata;
    for (member, said) in [("id", id.is_some()), ("adopt", *adopt), ("protected", *protected)] {
        if said {
            let path = Path::of("metadata").key(member);
            let message = format!("`{path}` has no effect in a document of kind {}", document.kind);
            let diagnostic = Diagnostic::error(codes::METADATA_ELSEWHERE, Some(document.positions.key(&path)), message);
            let place = app.document.positions.value(&Path::of("metadata.name"));
            diagnostics.push(
                diagnostic
                    .related(place, if app.address.kind == Kind::Client { "the client's own document" } else { "the app's own document" })
                    .help(format!("move it to {}", app.address)),
            );
        }
    }
}

fn is_origin(issuer: &str) -> bool {
    Url::parse(issuer).is_ok_and(|url| {
        let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        (url.scheme() == "https" || (url.scheme() == "http" && loopback))
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
    })
}
