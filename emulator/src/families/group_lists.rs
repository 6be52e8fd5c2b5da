//! `/api/v1/groups/{id}/apps`, `/users` and `/owners`: what a group has, and how much of it.
//!
//! The org has one user, whom its API token belongs to: the built-in group Everyone has them, no other group has any.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Exchange, apps, groups, organization};
use crate::{
    answer::{Answer, Refusal},
    page::Page,
    store::Table,
};

/// Lists the apps that a group is assigned to.
pub(super) fn apps(x: &Exchange<'_>, group: &str) -> Result<Answer, Refusal> {
    groups::find(x, group)?;
    let page = Page::of(x.call, 20, 200)?;
    let all = assigned(x, group);
    let found: Vec<_> = all.into_iter().filter(|app| *app > page.after()).take(page.limit() + 1).collect();
    let shown = &found[..page.limit().min(found.len())];
    let more = shown.last().filter(|_| found.len() > shown.len());
    let items: Vec<_> = shown.iter().map(|app| apps::listed(x, app)).collect::<Result<_, _>>()?;
    Ok(Answer::list(items.into_iter().flatten().collect(), page.links(more.copied())))
}

/// Returns the ids of the apps that a group is assigned to, oldest first.
fn assigned<'a>(x: &Exchange<'a>, group: &str) -> BTreeSet<&'a str> {
    let rows = x.tx.listed_rows_after(Table::Assignments, "");
    rows.filter_map(|(key, _)| key.split_once('/')).filter(|(_, assigned)| *assigned == group).map(|(app, _)| app).collect()
}

/// Lists the users of a group.
pub(super) fn users(x: &Exchange<'_>, group: &str) -> Result<Answer, Refusal> {
    let group = groups::find(x, group)?;
    let page = Page::of(x.call, 1_000, 1_000)?;
    let user = organization::user(x);
    let is_shown = has_user(group) && user["id"].as_str().is_some_and(|id| id > page.after());
    Ok(Answer::list(is_shown.then_some(user).into_iter().collect(), page.links(None)))
}

fn has_user(group: &Value) -> bool {
    group["type"] == "BUILT_IN"
}

/// Lists the owners of a group: none. The list carries no links in recordings.
pub(super) fn owners(x: &Exchange<'_>, group: &str) -> Result<Answer, Refusal> {
    groups::find(x, group)?;
    Ok(Answer::list(Vec::new(), Vec::new()))
}

/// Returns how much a group has of everything.
pub(super) fn stats(x: &Exchange<'_>, group: &Value) -> Value {
    let id = group["id"].as_str().unwrap_or_default();
    let own = x.url(&format!("/api/v1/groups/{id}"));
    json!({
        "usersCount": usize::from(has_user(group)),
        "appsCount": assigned(x, id).len(),
        "groupPushMappingsCount": 0,
        // The specification spells it otherwise; those who read real answers spell it so.
        "hasAdminPrivilege": false,
        "_links": {"users": {"href": format!("{own}/users")}, "apps": {"href": format!("{own}/apps")}},
    })
}
