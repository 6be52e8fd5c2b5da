//! The rules of identity for dynamically registered clients, which bear no mark.
//!
//! ```text
//! metadata.id (the client id) ─▶ client_name, which must be the only one
//! ```
//!
//! A name is anybody's to choose. So a client that was found by it is compared, and made no second time, but nothing of it is changed
//! before somebody has said that it is the one: with `metadata.adopt` or `--adopt`. Nothing tells whose a client is that no document has:
//! none is ever deleted but in a replacement.

use std::collections::BTreeMap;

use super::{AMBIGUOUS, Bound, Choices, NOT_THERE, TWICE};
use crate::desired::{App, Client, Desired};
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
    let apps = bound.apps.iter().filter_map(|app| Some((app.live()?.client_id.as_str(), app.wanted()))).collect();
    let mut matching = Matching { observed, apps, taken: BTreeMap::new(), bound };
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
    /// The apps that some document has, by their client ids.
    apps: BTreeMap<&'a str, &'a App>,
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
        let free = |live: &&&LiveClient| !self.taken.contains_key(live.id.0.as_str()) && !self.apps.contains_key(live.id.0.as_str());
        let of_apps = there.iter().find(|live| self.apps.contains_key(live.id.0.as_str())).copied();
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
        if let Some(app) = self.apps.get(live.id.0.as_str()) {
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::bind::bind;
    use crate::bind::fixture::{app_with_client_id, desired, document, live, observed, said, with};
    use crate::observed::Clean;

    fn client(name: &str, client_name: &str) -> Value {
        document("Client", name, &[("client_name", json!(client_name))])
    }

    fn pinned(name: &str, id: &str) -> Value {
        with(client(name, "Books"), &[("metadata.id", json!(id))])
    }

    /// Brings documents and live clients together, each by client id and name, and says what came of it.
    fn bound(documents: &[Value], clients: &[(&str, &str)], adopt: &[&str]) -> String {
        let desired = desired(documents);
        let client = |(id, name): &(&str, &str)| LiveClient::read(&Clean::new(&json!({"client_id": id, "client_name": name})));
        let mut observed = observed(vec![live("0oaApp", "App", &[("credentials.oauthClient.client_id", json!("app-client"))])]);
        observed.clients = clients.iter().filter_map(client).collect();
        let choices = Choices { adopt: adopt.iter().map(|address| address.parse().unwrap()).collect() };
        let bound = bind(&desired, &observed, &choices);
        let told = bound.clients.iter().map(|client| match client.live {
            Some((live, found)) => format!("{} is {} ({found:?})\n", client.wanted.address, live.id),
            None => format!("{} is new\n", client.wanted.address),
        });
        told.collect::<String>() + &said(&bound.problems)
    }

    #[test]
    fn a_pin_goes_before_a_name_and_a_name_must_be_the_only_one() {
        let two = [("0oa1", "Books"), ("0oa2", "Books")];
        insta::assert_snapshot!(bound(&[client("a", "Books")], &[], &[]), @"Client/a is new");
        insta::assert_snapshot!(bound(&[client("a", "Books")], &two[..1], &[]), @"Client/a is 0oa1 (Name)");
        insta::assert_snapshot!(bound(&[client("a", "Books")], &two[..1], &["Client/a"]), @"Client/a is 0oa1 (Adopted)");
        insta::assert_snapshot!(bound(&[client("a", "Books")], &two, &["Client/a"]), @"
        601 2 live clients have the name of Client/a: 0oa1, 0oa2
          help: pin the right one with `metadata.id`, which is its client id
        ");
        insta::assert_snapshot!(bound(&[client("a", "Books"), pinned("b", "0oa1")], &two, &[]), @"
        Client/a is 0oa2 (Name)
        Client/b is 0oa1 (Id)
        ");
        insta::assert_snapshot!(bound(&[client("a", "Books"), pinned("b", "0oa1")], &two[..1], &[]), @"
        Client/a is new
        Client/b is 0oa1 (Id)
        ");
        insta::assert_snapshot!(bound(&[pinned("a", "0oa3")], &two, &[]), @"
        602 Client/a is pinned to `0oa3`, and there is no such client
          help: correct `metadata.id`, which is a client id, or take it out to have the client made
        ");
    }

    #[test]
    fn a_client_is_no_apps() {
        let app = app_with_client_id("app", "App", "app-client");
        insta::assert_snapshot!(bound(&[app.clone(), client("a", "Books")], &[("app-client", "Books")], &[]), @"
        603 App/app and Client/a are one live object, the client app-client
          help: an app and its client are one object: take one of the documents out, or pin the client that is meant with `metadata.id`
        ");
        insta::assert_snapshot!(bound(&[app.clone(), client("a", "Books")], &[("app-client", "Books"), ("0oa1", "Books")], &[]), @"Client/a is 0oa1 (Name)");
    }
}
