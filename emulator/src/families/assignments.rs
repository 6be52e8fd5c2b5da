//! `/api/v1/apps/{id}/groups`: which groups have an app, in which order. The org has no users to assign.

use serde_json::{Value, json};

use super::{Exchange, apps, groups};
use crate::{
    answer::{Answer, Refusal},
    page::Page,
    store::Table,
};

fn render(x: &Exchange<'_>, app: &str, assignment: &Value) -> Value {
    let mut body = assignment.clone();
    let group = assignment["id"].as_str().unwrap_or_default();
    let app = x.url(&format!("/api/v1/apps/{app}"));
    body["_links"] = json!({
        "app": {"href": app},
        "self": {"href": format!("{app}/groups/{group}")},
        "group": {"href": x.url(&format!("/api/v1/groups/{group}"))},
    });
    body
}

/// Returns the users of an app: none.
pub(super) fn users(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    apps::find(x, app)?;
    let page = Page::of(x.call, 50, 500)?;
    Ok(Answer::list(Vec::new(), page.links(None)))
}

pub(super) fn list(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?.id;
    let page = Page::of(x.call, 20, 200)?;
    let prefix = format!("{app}/");
    let mut assignments = x.tx.listed(Table::Assignments, &prefix);
    assignments.sort_by_key(|(_, assignment)| assignment["priority"].as_u64());
    let ids = |(_, assignment): &(&str, &Value)| assignment["id"] == page.after();
    let start = assignments.iter().position(ids).map_or(0, |at| at + 1);
    let shown: Vec<_> = assignments[start..].iter().take(page.limit()).collect();
    let more = assignments.len() > start + shown.len();
    let last = shown.last().and_then(|(_, assignment)| assignment["id"].as_str());
    let items = shown.iter().map(|(_, assignment)| render(x, &app, assignment)).collect();
    Ok(Answer::list(items, page.links(last.filter(|_| more))))
}

pub(super) fn read(x: &Exchange<'_>, app: &str, group: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?.id;
    let key = format!("{app}/{group}");
    let assignment = x.tx.row(Table::Assignments, &key);
    let assignment = assignment.ok_or_else(|| Refusal::not_found(group, "ApplicationGroupAssignment"))?;
    Ok(Answer::ok(render(x, &app, assignment)))
}

/// Assigns a group, or changes its assignment. Without a priority it gets the next free one from zero.
pub(super) fn write(x: &mut Exchange<'_>, app: &str, group: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?.id;
    groups::find(x, group)?;
    let sent = x.call.json()?.unwrap_or_else(|| json!({}));
    let others = x.tx.starting_with(Table::Assignments, &format!("{app}/"));
    let next = others.iter().filter_map(|(_, assignment)| assignment["priority"].as_u64()).max().map_or(0, |highest| highest + 1);
    let key = format!("{app}/{group}");
    let before = x.tx.row(Table::Assignments, &key);
    let kept = before.and_then(|before| before["priority"].as_u64());
    let priority = sent["priority"].as_u64().or(kept).unwrap_or(next);
    let profile = sent.get("profile").filter(|profile| profile.is_object());
    let assignment = json!({
        "id": group,
        "lastUpdated": x.now,
        "priority": priority,
        "profile": profile.cloned().unwrap_or_else(|| json!({})),
    });
    x.tx.put(Table::Assignments, key, &assignment)?;
    Ok(Answer::ok(render(x, &app, &assignment)))
}

pub(super) fn delete(x: &mut Exchange<'_>, app: &str, group: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?.id;
    let key = format!("{app}/{group}");
    if x.tx.row(Table::Assignments, &key).is_none() {
        return Err(Refusal::not_found(group, "ApplicationGroupAssignment"));
    }
    x.tx.remove(Table::Assignments, key);
    Ok(Answer::no_content())
}
