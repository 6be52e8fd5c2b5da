//! `/api/v1/apps/{id}/groups`: which groups have an app, in which order. The org has no users to assign.

mod patch;

use serde_json::{Map, Value, json};

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

/// Renders an assignment with what `expand` asks for.
fn expanded(x: &Exchange<'_>, app: &str, assignment: &Value) -> Value {
    let mut body = render(x, app, assignment);
    match x.call.query.value("expand") {
        Some("group") => {
            let group = assignment["id"].as_str().and_then(|id| x.tx.row(Table::Groups, id));
            body["_embedded"] = json!({"group": group.map(|group| groups::render(x, group))});
        }
        Some("metadata") => body["_embedded"] = json!({"metadata": {"credentials": {}, "profile": sources(x, assignment)}}),
        _ => {}
    }
    body
}

/// Returns of every attribute of an assignment where its value is from: from who assigned the group.
fn sources(x: &Exchange<'_>, assignment: &Value) -> Map<String, Value> {
    let user = &x.organization.user;
    let origin = json!({"id": user, "self": {"href": x.url(&format!("/api/v1/users/{user}"))}});
    let source = json!({"source": {"type": "USER", "value": [origin]}, "lastUpdated": null});
    assignment["profile"].as_object().into_iter().flatten().map(|(name, _)| (name.clone(), source.clone())).collect()
}

/// Returns the users of an app: none.
pub(super) fn users(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    apps::find(x, app)?;
    let page = Page::of(x.call, 50, 500)?;
    Ok(Answer::list(Vec::new(), page.links(None)))
}

/// Lists the assignments of an app by their priority, those to groups whose name starts with `q`.
pub(super) fn list(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?.id;
    let page = Page::of(x.call, 20, 200)?;
    let prefix = x.call.query.value("q").unwrap_or_default().to_lowercase();
    let has_name = |id: &Value| {
        let group = id.as_str().and_then(|id| x.tx.row(Table::Groups, id));
        group.and_then(|group| group["profile"]["name"].as_str()).is_some_and(|name| name.to_lowercase().starts_with(&prefix))
    };
    let after = read_cursor(page.after());
    let all = x.tx.listed(Table::Assignments, &format!("{app}/"));
    let mut found: Vec<_> = all.into_iter().map(|(_, assignment)| (place(assignment), assignment)).collect();
    found.retain(|(place, assignment)| Some(*place) > after && (prefix.is_empty() || has_name(&assignment["id"])));
    found.sort_unstable_by_key(|(place, _)| *place);
    let shown = &found[..page.limit().min(found.len())];
    let more = shown.last().filter(|_| found.len() > shown.len()).map(|((priority, group), _)| format!("{priority}_{group}"));
    let items = shown.iter().map(|(_, assignment)| expanded(x, &app, assignment)).collect();
    Ok(Answer::list(items, page.links(more.as_deref())))
}

/// Returns where an assignment stands in the list of its app.
fn place(assignment: &Value) -> (u64, &str) {
    (assignment["priority"].as_u64().unwrap_or_default(), assignment["id"].as_str().unwrap_or_default())
}

/// Reads the place after which a page begins. It is good whether or not there is still an assignment.
fn read_cursor(cursor: &str) -> Option<(u64, &str)> {
    let (priority, group) = cursor.split_once('_')?;
    Some((priority.parse().ok()?, group))
}

pub(super) fn read(x: &Exchange<'_>, app: &str, group: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?.id;
    Ok(Answer::ok(expanded(x, &app, find(x, &app, group)?)))
}

fn find<'a>(x: &'a Exchange<'_>, app: &str, group: &str) -> Result<&'a Value, Refusal> {
    let assignment = x.tx.row(Table::Assignments, &format!("{app}/{group}"));
    assignment.ok_or_else(|| Refusal::not_found(group, "ApplicationGroupAssignment"))
}

/// Assigns a group, or changes its assignment. Without a priority it gets the next free one from zero.
pub(super) fn write(x: &mut Exchange<'_>, app: &str, group: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?.id;
    groups::find(x, group)?;
    let sent = x.call.json()?.unwrap_or_else(|| json!({}));
    let is = |name: &str, is_good: fn(&Value) -> bool| sent.get(name).is_none_or(|value| value.is_null() || is_good(value));
    if !sent.is_object() || !is("priority", Value::is_u64) || !is("profile", Value::is_object) {
        return Err(Refusal::malformed());
    }
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

/// Changes parts of an assignment. Without any there is nothing to change.
pub(super) fn change(x: &mut Exchange<'_>, app: &str, group: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?.id;
    let mut assignment = find(x, &app, group)?.clone();
    let sent = x.call.json()?.unwrap_or_else(|| json!([]));
    let operations = sent.as_array().ok_or_else(Refusal::malformed)?;
    for operation in operations {
        patch::apply(&mut assignment, operation, x.switches)?;
    }
    if !operations.is_empty() {
        assignment["lastUpdated"] = json!(x.now);
        x.tx.put(Table::Assignments, format!("{app}/{group}"), &assignment)?;
    }
    Ok(Answer::ok(render(x, &app, &assignment)))
}

pub(super) fn delete(x: &mut Exchange<'_>, app: &str, group: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?.id;
    find(x, &app, group)?;
    x.tx.remove(Table::Assignments, format!("{app}/{group}"));
    Ok(Answer::no_content())
}
