//! The rules: what is dangerous about an object as it is, and about how it changes. Each rule is a function of its own, named in a table.

mod client;
mod portal;
mod redirect;
mod rights;
mod server;

use super::view::{Sort, View};
use crate::diagnostic::Code;
use crate::json::Path;
use crate::printable::printable_head;

/// Something dangerous about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Danger {
    pub(super) code: Code,
    /// Where it stands, in the form of an app for clients.
    pub(super) path: Path,
    /// What tells it from others of its code, whatever its place: the redirect URI, the scope.
    pub(super) item: String,
    /// What is dangerous.
    pub(super) what: String,
}

/// A rule on an object as it is.
type Is = fn(&View<'_>, &mut Vec<Danger>);

/// A rule on how an object changes.
type Becomes = fn(&View<'_>, &View<'_>, &mut Vec<Danger>);

const IS: [(Sort, &[Is]); 7] = [
    (
        Sort::Client,
        &[
            redirect::wildcard,
            redirect::plain_http,
            redirect::address,
            client::implicit,
            client::password,
            client::without_pkce,
            client::unauthenticated,
            client::without_rotation,
            client::symmetric,
        ],
    ),
    (Sort::Grant, &[rights::manage, rights::of_no_use]),
    (Sort::Scope, &[]),
    (Sort::Policy, &[server::any_client]),
    (Sort::Rule, &[server::any_scope, server::implicit, server::password, server::long_lived]),
    (Sort::Provider, &[portal::unchecked_certificate]),
    (Sort::ClientType, &[portal::implicit, portal::password]),
];

const BECOMES: [(Sort, &[Becomes]); 4] = [
    (Sort::Client, &[client::weaker_method, client::unbound, client::without_consent]),
    (Sort::Scope, &[server::without_consent]),
    (Sort::Provider, &[portal::token_of_another]),
    (Sort::ClientType, &[portal::narrowed]),
];

/// Returns what is dangerous about an object as it is.
pub(super) fn dangers(view: &View<'_>) -> Vec<Danger> {
    let mut found = Vec::new();
    for rule in IS.iter().filter(|(sort, _)| *sort == view.sort).flat_map(|(_, rules)| *rules) {
        rule(view, &mut found);
    }
    found
}

/// Returns what is dangerous about how an object changes.
pub(super) fn weakened(before: &View<'_>, after: &View<'_>) -> Vec<Danger> {
    let mut found = Vec::new();
    for rule in BECOMES.iter().filter(|(sort, _)| *sort == after.sort).flat_map(|(_, rules)| *rules) {
        rule(before, after, &mut found);
    }
    found
}

impl Danger {
    /// Returns a danger of which there is one an object.
    fn at(path: &str, code: Code, what: impl Into<String>) -> Self {
        Self { code, path: Path::of(path), item: String::new(), what: what.into() }
    }

    /// Returns a danger of an item of a list.
    fn item(list: &str, index: usize, item: &str, code: Code, what: impl Into<String>) -> Self {
        Self { code, path: Path::of(list).index(index), item: item.to_owned(), what: what.into() }
    }
}

/// Adds a danger where an item stands in a list.
fn listed(view: &View<'_>, list: &str, item: &str, code: Code, what: &str, found: &mut Vec<Danger>) {
    let items = view.list(list).unwrap_or_default();
    found.extend(items.iter().position(|other| other == item).map(|index| Danger::item(list, index, item, code, what)));
}

/// Returns a text of somebody's in a sentence.
fn quoted(text: &str) -> String {
    format!("`{}`", printable_head(text, 200))
}
