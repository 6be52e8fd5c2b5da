//! What a role is limited to: groups, or apps. Without any it is for all of them, so that the last one cannot be taken away.

use serde_json::{Value, json};

use super::document::{AppTarget, Role};
use crate::{
    answer::{Answer, Refusal},
    families::{Exchange, apps, groups},
    page::Page,
    store::Table,
};

const OF_GROUPS: [&str; 3] = ["USER_ADMIN", "HELP_DESK_ADMIN", "GROUP_MEMBERSHIP_ADMIN"];
const OF_APPS: [&str; 1] = ["APP_ADMIN"];

fn check(role: &Role, kinds: &[&str], what: &str) -> Result<(), Refusal> {
    if kinds.contains(&role.kind.as_str()) {
        return Ok(());
    }
    let cause = format!("The role {} can't be limited to {what}, only {}.", role.kind, kinds.join(", "));
    Err(Refusal::invalid("role", cause))
}

/// Returns a page of targets, each of which has an id for the cursor.
fn page(x: &Exchange<'_>, items: Vec<(String, Value)>) -> Result<Answer, Refusal> {
    let page = Page::of(x.call, 20, 200)?;
    let start = items.iter().position(|(id, _)| id == page.after()).map_or(0, |at| at + 1);
    let more = items.len() > start + page.limit();
    let shown: Vec<_> = items.into_iter().skip(start).take(page.limit()).collect();
    let last = shown.last().map(|(id, _)| id.clone()).filter(|_| more);
    Ok(Answer::list(shown.into_iter().map(|(_, item)| item).collect(), page.links(last.as_deref())))
}

/// Lists the groups; those that were deleted meanwhile are not there.
pub(super) fn groups(x: &Exchange<'_>, role: &Role) -> Result<Answer, Refusal> {
    check(role, &OF_GROUPS, "groups")?;
    let shown = |id: &String| Some((id.clone(), groups::render(x, x.tx.row(Table::Groups, id)?)));
    page(x, role.groups.iter().filter_map(shown).collect())
}

/// Adds or removes a group.
pub(super) fn turn_group(x: &Exchange<'_>, role: &mut Role, group: &str, add: bool) -> Result<(), Refusal> {
    check(role, &OF_GROUPS, "groups")?;
    groups::find(x, group)?;
    let place = role.groups.iter().position(|known| known == group);
    match place {
        Some(place) if !add => {
            refuse_last(role.groups.len(), "group")?;
            role.groups.remove(place);
        }
        None if !add => return Err(Refusal::not_found(group, "RoleTarget")),
        None => role.groups.push(group.to_owned()),
        Some(_) => {}
    }
    Ok(())
}

/// Lists the apps; those that were deleted meanwhile are not there.
pub(super) fn apps(x: &Exchange<'_>, role: &Role) -> Result<Answer, Refusal> {
    check(role, &OF_APPS, "apps")?;
    let shown = |target: &AppTarget| {
        let name = &target.name;
        let Some(id) = &target.app else {
            let links = json!({"self": {"href": x.url(&format!("/api/v1/catalog/apps/{name}"))}});
            return Some((name.clone(), json!({"name": name, "status": "ACTIVE", "_links": links})));
        };
        let app = x.tx.row(Table::Apps, id)?;
        let links = json!({"self": {"href": x.url(&format!("/api/v1/apps/{id}"))}});
        Some((id.clone(), json!({"name": name, "status": app["body"]["status"], "id": id, "_links": links})))
    };
    page(x, role.apps.iter().filter_map(shown).collect())
}

/// Adds or removes all apps of a name, or one of them.
pub(super) fn turn_app(x: &Exchange<'_>, role: &mut Role, name: &str, app: Option<&str>, add: bool) -> Result<(), Refusal> {
    check(role, &OF_APPS, "apps")?;
    match app {
        Some(app) if apps::find(x, app)?.body["name"] != name => return Err(Refusal::not_found(app, "AppInstance")),
        None if !apps::is_name(x, name) => return Err(Refusal::not_found(name, "App")),
        _ => {}
    }
    let target = AppTarget { name: name.to_owned(), app: app.map(str::to_owned) };
    let place = role.apps.iter().position(|known| *known == target);
    match place {
        Some(place) if !add => {
            refuse_last(role.apps.len(), "app")?;
            role.apps.remove(place);
        }
        None if !add => return Err(Refusal::not_found(app.unwrap_or(name), "RoleTarget")),
        None => {
            let whole = role.apps.iter().any(|known| known.name == name && known.app.is_none());
            if whole {
                let cause = format!("The role is for all apps of the name '{name}' already.");
                return Err(Refusal::invalid("role", cause));
            }
            if app.is_none() {
                role.apps.retain(|known| known.name != name);
            }
            role.apps.push(target);
        }
        Some(_) => {}
    }
    Ok(())
}

fn refuse_last(count: usize, what: &str) -> Result<(), Refusal> {
    if count > 1 {
        return Ok(());
    }
    let cause = format!("You can't remove the last {what} target from a role assignment.");
    Err(Refusal::invalid("role", cause))
}
