//! A field that is not known where it stands to the place where it belongs, if there is one.

use crate::address::Kind;
use crate::json::{Path, Step};
use crate::resource::{Field, Shape, every_leaf, table};

/// Returns where a field belongs that is not known where it stands.
pub(super) fn misplaced(kind: Kind, path: &Path) -> Option<String> {
    if kind == Kind::App && *path == Path::of("name") {
        return Some("take it out: the name of every OIDC app is `oidc_client`, and implied".to_owned());
    }
    let Some(Step::Key(name)) = path.steps().last() else { return None };
    let is_it = |path: &Path| matches!(path.steps().last(), Some(Step::Key(last)) if last == name);
    let (place, around) = innermost(kind, path);
    if let Some((inner, _)) = every_leaf(around).into_iter().find(|(path, _)| is_it(path)) {
        return Some(format!("it belongs into `{}`", place.join(&inner)));
    }
    match deep(table(kind)).into_iter().filter(is_it).collect::<Vec<_>>().as_slice() {
        [] => {}
        [only] => return Some(format!("it belongs into `{only}`")),
        // Which of them is meant nobody knows.
        _ => return None,
    }
    let has_it = |other: &Kind| *other != kind && every_leaf(table(*other)).into_iter().any(|(path, _)| is_it(&path));
    let other = Kind::ALL.into_iter().find(has_it)?;
    Some(format!("it belongs into a document of kind {other}"))
}

/// Returns the item of a list that a path leads into last, with its row; all of `spec` if it leads into none.
fn innermost(kind: Kind, path: &Path) -> (Path, &'static Field) {
    let (mut place, mut around) = (Path::root(), table(kind));
    let (mut here, mut field) = (place.clone(), Some(around));
    for step in path.steps() {
        (here, field) = match (step, field.map(|field| &field.shape)) {
            (Step::Key(name), Some(Shape::Object(members))) => (here.key(name), members.get(name)),
            (Step::Key(name), _) => (here.key(name), None),
            (Step::Index(index), Some(Shape::List(item))) => (here.index(*index), Some(&**item)),
            (Step::Index(index), _) => (here.index(*index), None),
        };
        if let (Step::Index(_), Some(item)) = (step, field) {
            (place, around) = (here.clone(), item);
        }
    }
    (place, around)
}

/// Returns the path of every field of a table, those of the items of lists included.
fn deep(table: &'static Field) -> Vec<Path> {
    let rows = every_leaf(table).into_iter().flat_map(|(path, field)| {
        let items = if let Shape::List(item) = &field.shape { deep(item) } else { Vec::new() };
        let below: Vec<_> = items.iter().map(|item| path.join(item)).collect();
        std::iter::once(path).chain(below)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_sent_to_where_it_belongs() {
        let places = [
            (Kind::App, "grant_types"),
            (Kind::App, "client_secrets"),
            (Kind::App, "policies"),
            (Kind::App, "name"),
            (Kind::AuthorizationServer, "grantTypes"),
            (Kind::AuthorizationServer, "redirect_uris"),
            (Kind::AuthorizationServer, "include"),
            (Kind::AuthorizationServer, "policies[1].rules[0].scopes"),
            (Kind::AuthorizationServer, "policies[1].rules[0].token"),
            (Kind::AuthorizationServer, "policies[1].accessTokenLifetimeMinutes"),
            (Kind::AuthorizationServer, "scopes[0].status"),
            (Kind::AuthorizationServer, "scopes[0].audiences"),
            (Kind::AuthorizationServer, "scopes[0].nowhere"),
        ];
        let told = places.map(|(kind, path)| format!("{kind} {path}: {}", misplaced(kind, &path_of(path)).as_deref().unwrap_or("nowhere")));
        insta::assert_snapshot!(told.join("\n"), @"
        App grant_types: it belongs into `settings.oauthClient.grant_types`
        App client_secrets: it belongs into a document of kind ClientCredentials
        App policies: it belongs into a document of kind AuthorizationServer
        App name: take it out: the name of every OIDC app is `oidc_client`, and implied
        AuthorizationServer grantTypes: it belongs into `policies.rules.conditions.grantTypes`
        AuthorizationServer redirect_uris: it belongs into a document of kind App
        AuthorizationServer include: nowhere
        AuthorizationServer policies[1].rules[0].scopes: it belongs into `policies[1].rules[0].conditions.scopes`
        AuthorizationServer policies[1].rules[0].token: it belongs into `policies[1].rules[0].actions.token`
        AuthorizationServer policies[1].accessTokenLifetimeMinutes: it belongs into `policies.rules.actions.token.accessTokenLifetimeMinutes`
        AuthorizationServer scopes[0].status: nowhere
        AuthorizationServer scopes[0].audiences: it belongs into `audiences`
        AuthorizationServer scopes[0].nowhere: nowhere
        ");
    }

    /// Returns a path with the indices that it is written with.
    fn path_of(text: &str) -> Path {
        text.split('.').fold(Path::root(), |path, step| match step.split_once('[') {
            None => path.key(step),
            Some((name, index)) => path.key(name).index(index.trim_end_matches(']').parse().unwrap()),
        })
    }
}
