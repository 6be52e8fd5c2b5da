//! Dynamically registered clients: what is checked of them as of apps, and what is theirs alone (okta-api.md, section 4).

use std::collections::BTreeMap;

use super::{Check, combination, credentials, identity, keys, uri};
use crate::desired::draft::{Draft, ordered};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use crate::json::Path;
use crate::resource::client::renews_secrets;

/// Every check of one client, by name. Its draft has the form of an app.
pub(super) const CHECKS: [(&str, Check); 10] = [
    ("grant types of the application type", combination::grant_types),
    ("response types of the grant types", combination::response_types),
    ("grants that redirect have a redirect URI", combination::redirect_missing),
    ("front-channel logout suits the application type", combination::logout),
    ("redirect URIs are absolute", uri::redirects),
    ("wildcards stand where they may", uri::wildcards),
    ("addresses of pages are URLs", uri::pages),
    ("keys are given in one way", credentials::keys_twice),
    ("keys are well-formed", keys::well_formed),
    ("scopes are granted once, by the org", identity::scopes),
];

const METHOD: &str = "credentials.oauthClient.token_endpoint_auth_method";
const NAME: &str = "label";

/// Checks clients by themselves and against each other and the apps.
pub(super) fn run(clients: &[Draft<'_>], apps: &[Draft<'_>], diagnostics: &mut Diagnostics) {
    for draft in clients {
        for (_, check) in CHECKS {
            check(draft, diagnostics);
        }
        output(draft, diagnostics);
    }
    alike(clients, apps, diagnostics);
    pinned(clients, apps, diagnostics);
}

fn output(draft: &Draft<'_>, diagnostics: &mut Diagnostics) {
    let (Some(output), Some(method)) = (&draft.output, draft.text(METHOD)) else { return };
    if renews_secrets(method) {
        return;
    }
    let why = if method == "client_secret_jwt" { "gets no new secret from Okta" } else { "has no secret" };
    let diagnostic = Diagnostic::error(codes::OUTPUT_UNUSED, Some(output.origin.clone()), format!("a client with `{method}` {why}"));
    let help = "take `client_secret_output` out, or choose `client_secret_basic` or `client_secret_post`";
    diagnostics.push(diagnostic.related(draft.origin(&Path::of(METHOD)), "the method").help(help));
}

/// Two documents that would be found as one live client, or whose secrets would go to one file.
fn alike(clients: &[Draft<'_>], apps: &[Draft<'_>], diagnostics: &mut Diagnostics) {
    let mut files: BTreeMap<&str, (&Draft<'_>, &Origin)> = BTreeMap::new();
    let labels = apps.iter().filter_map(|app| Some((app.text(NAME)?, app)));
    let mut names: BTreeMap<&str, &Draft<'_>> = labels.collect();
    for draft in clients {
        if let Some(output) = &draft.output {
            let file = output.file.trim_start_matches("./");
            if let Some((before, at)) = files.get(file) {
                let message = format!("the secrets of {} and {} would go to one file", before.address, draft.address);
                let (first, second) = ordered((*at).clone(), output.origin.clone());
                let diagnostic = Diagnostic::error(codes::SECRET_OUTPUT, Some(second), message).related(first, "the first");
                diagnostics.push(diagnostic.help("give each client a file of its own"));
            } else {
                files.insert(file, (draft, &output.origin));
            }
        }
        let Some(name) = draft.text(NAME).filter(|_| draft.document.metadata.id.is_none()) else { continue };
        if let Some(before) = names.get(name) {
            let message = format!("{} and {} have the same name", before.address, draft.address);
            let (first, second) = ordered(before.origin(&Path::of(NAME)), draft.origin(&Path::of(NAME)));
            let diagnostic = Diagnostic::error(codes::SAME_ID, Some(second), message).related(first, "the first");
            diagnostics.push(
                diagnostic.help("a client bears no mark and is found by its name: rename one of the two, or pin it with `metadata.id`"),
            );
        } else {
            names.insert(name, draft);
        }
    }
}

/// A client that is pinned to an object which another document has.
fn pinned(clients: &[Draft<'_>], apps: &[Draft<'_>], diagnostics: &mut Diagnostics) {
    let pin = |draft: &Draft<'_>| draft.document.positions.value(&Path::of("metadata.id"));
    let mut first: BTreeMap<&str, (&Draft<'_>, Origin)> = BTreeMap::new();
    let client_id = Path::of("credentials.oauthClient.client_id");
    for app in apps {
        let pinned = app.document.metadata.id.as_deref().filter(|_| matches!(app.reference, crate::resource::Reference::Name(_)));
        first.extend(pinned.map(|id| (id, (app, pin(app)))));
        first.extend(app.text("credentials.oauthClient.client_id").map(|id| (id, (app, app.origin(&client_id)))));
    }
    for draft in clients {
        let Some(id) = draft.document.metadata.id.as_deref() else { continue };
        if let Some((before, at)) = first.get(id) {
            let message = format!("{} and {} are the same object", before.address, draft.address);
            let (first, second) = ordered(at.clone(), pin(draft));
            let diagnostic = Diagnostic::error(codes::SAME_ID, Some(second), message).related(first, "the first");
            diagnostics.push(diagnostic.help("remove or correct one of the two: an app and its client are one object"));
        } else {
            first.insert(id, (draft, pin(draft)));
        }
    }
}
