//! The rules of identity for dynamically registered clients, which bear no mark.
//!
//! ```text
//! metadata.id (the client id) ─▶ client_name, which must be the only one
//! ```
//!
//! A name is anybody's to choose. So a client that was found by it is compared, and made no second time, but nothing of it is changed
//! before somebody has said that it is the one: with `metadata.adopt` or `--adopt`. Nothing tells whose a client is that no document has:
//! none is ever deleted but in a replacement.

use std::collections::{BTreeMap, BTreeSet};

use super::{AMBIGUOUS, Bound, BoundApp, Choices, NOT_THERE, TWICE};
use crate::desired::{Client, Desired};
use crate::diagnostic::Diagnostic;
use crate::observed::{LiveClient, Observed};

/// A declared client and its live counterpart.
#[derive(Debug, Clone, Copy)]
pub struct BoundClient<'a> {
    /// What is declared.
    pub wanted: &'a Client,
    /// The live client, and the rule by which it was found.
    pub live: Option<(&'a LiveClient, Found)>,
}

/// The rule by which a live client was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// `metadata.id`.
    Id,
    /// Its name, and somebody said that it is the one.
    Adopted,
    /// Its name alone.
    Name,
}

/// Finds the live client of each document, once the apps have theirs.
pub(super) fn bind<'a>(desired: &'a Desired, observed: &'a Observed, choices: &Choices, bound: &mut Bound<'a>) {
    let mut matching = Matching { observed, taken: BTreeMap::new(), bound };
    let (pinned, named): (Vec<_>, Vec<_>) = desired.clients.iter().partition(|client| client.metadata.id.is_some());
    for client in pinned {
        matching.by_id(client);
    }
    for client in named {
        let asked = client.metadata.adopt || choices.adopt.contains(&client.address);
        matching.by_name(client, if asked { Found::Adopted } else { Found::Name });
    }
    bound.clients.sort_by(|a, b| a.wanted.address.cmp(&b.wanted.address));
}

struct Matching<'a, 'b> {
    observed: &'a Observed,
    taken: BTreeMap<&'a str, &'a Client>,
    bound: &'b mut Bound<'a>,
}

impl<'a> Matching<'a, '_> {
    fn by_id(&mut self, client: &'a Client) {
        let id = client.metadata.id.as_deref().unwrap_or_default();
        if let Some(live) = self.observed.clients.iter().find(|live| live.id.0 == id) {
            return self.take(client, live, Found::Id);
        }
        let message = format!("{} is pinned to `{id}`, and there is no such client", client.address);
        let help = "correct `metadata.id`, which is a client id, or take it out to have the client made";
        self.problem(Diagnostic::error(NOT_THERE, Some(client.origin.clone()), message).help(help));
    }

    fn by_name(&mut self, client: &'a Client, found: Found) {
        let there: Vec<_> = self.observed.clients.iter().filter(|live| live.name == client.name()).collect();
        let apps: BTreeSet<_> = self.bound.apps.iter().filter_map(|app| Some(app.live()?.client_id.as_str())).collect();
        let free = |live: &&&LiveClient| !self.taken.contains_key(live.id.0.as_str()) && !apps.contains(live.id.0.as_str());
        let of_apps = there.iter().find(|live| apps.contains(live.id.0.as_str())).copied();
        match there.iter().filter(free).copied().collect::<Vec<_>>().as_slice() {
            [only] => self.take(client, only, found),
            [] => match of_apps {
                Some(live) => self.take(client, live, found),
                None => self.bound.clients.push(BoundClient { wanted: client, live: None }),
            },
            several => {
                let ids: Vec<_> = several.iter().map(|live| live.id.0.as_str()).collect();
                let message = format!("{} live clients have the name of {}: {}", ids.len(), client.address, ids.join(", "));
                let error = Diagnostic::error(AMBIGUOUS, Some(client.origin.clone()), message);
                self.problem(error.help("pin the right one with `metadata.id`, which is its client id"));
            }
        }
    }

    fn take(&mut self, client: &'a Client, live: &'a LiveClient, found: Found) {
        let app = self.bound.apps.iter().find(|app| app.live().is_some_and(|app| app.client_id == live.id.0));
        if let Some(app) = app.map(BoundApp::wanted) {
            let message = format!("{} and {} are one live object, the client {}", app.address, client.address, live.id);
            let help =
                "an app and its client are one object: take one of the documents out, or pin the client that is meant with `metadata.id`";
            let error = Diagnostic::error(TWICE, Some(client.origin.clone()), message).related(app.origin.clone(), "the app");
            self.problem(error.help(help));
            return;
        }
        self.taken.insert(&live.id.0, client);
        self.bound.clients.push(BoundClient { wanted: client, live: Some((live, found)) });
    }

    fn problem(&mut self, diagnostic: Diagnostic) {
        self.bound.problems.push(diagnostic);
    }
}
