//! `/api/v1/groups`: the built-in group Everyone, and groups that are made here.

use serde_json::{Map, Value, json};

use super::{Exchange, group_lists};
use crate::{
    answer::{Answer, Refusal},
    filter::Filter,
    ids::Kind,
    page::Page,
    store::{Table, Tx},
    switches::GroupOwners,
};

const LOGO: &str = "https://op3static2.oktacdn.com/assets/img/logos/groups/odyssey";
const DEFAULT_PAGE: usize = 10_000;
/// How many groups a search by `q` finds.
const MOST_SOUGHT: usize = 300;
/// The documented ones, and the name, which answered before there was a search.
const FILTERS: &[&str] = &["id", "type", "lastUpdated", "lastMembershipUpdated", "profile.name"];
/// What a search knows besides all of the profile.
const SEARCHED: &[&str] = &["id", "type", "created", "lastUpdated", "lastMembershipUpdated"];

/// Writes the groups that an org is made with.
pub(crate) fn found(tx: &mut Tx<'_>, created: &str) -> Result<(), Refusal> {
    let id = tx.new_id(Kind::Group);
    let profile = json!({"name": "Everyone", "description": "All users in your organization"});
    let group = document(&id, "BUILT_IN", &profile, created);
    tx.put(Table::Groups, id, &group)
}

fn document(id: &str, kind: &str, profile: &Value, created: &str) -> Value {
    json!({
        "id": id,
        "created": created,
        "lastUpdated": created,
        "lastMembershipUpdated": created,
        "objectClass": ["okta:user_group"],
        "type": kind,
        "profile": profile,
    })
}

pub(super) fn render(x: &Exchange<'_>, group: &Value) -> Value {
    let mut body = group.clone();
    let id = group["id"].as_str().unwrap_or_default();
    let own = x.url(&format!("/api/v1/groups/{id}"));
    let logo = |size: &str, mark: &str| json!({"name": size, "href": format!("{LOGO}/okta-{size}.{mark}.png"), "type": "image/png"});
    let mut links = Map::new();
    let mut add = |name: &str, link: Value| links.insert(name.into(), link);
    add("logo", json!([logo("medium", "30ce6d4085dff29412984e4c191bc874"), logo("large", "c3cb8cda8ae0add1b4fe928f5844dbe3")]));
    if x.switches.group_owners() == GroupOwners::Shown {
        add("owners", json!({"href": format!("{own}/owners")}));
    }
    add("users", json!({"href": format!("{own}/users")}));
    add("apps", json!({"href": format!("{own}/apps")}));
    body["_links"] = links.into();
    body
}

pub(super) fn list(x: &Exchange<'_>) -> Result<Answer, Refusal> {
    let query = &x.call.query;
    let most = if query.value("q").is_some() { MOST_SOUGHT } else { DEFAULT_PAGE };
    let page = Page::of(x.call, most, most)?;
    let filtered = |path: &str| FILTERS.contains(&path);
    let filter = query.value("filter").map(|text| Filter::parse_full(text, &filtered)).transpose()?;
    let searched = |path: &str| SEARCHED.contains(&path) || path.starts_with("profile.");
    let search = query.value("search").map(|text| Filter::parse_full(text, &searched)).transpose()?;
    let prefix = query.value("q").unwrap_or_default().to_lowercase();
    let wanted = |group: &Value| {
        let name = group["profile"]["name"].as_str().unwrap_or_default();
        let passes = |filter: &Option<Filter>| filter.as_ref().is_none_or(|filter| filter.admits(group));
        name.to_lowercase().starts_with(&prefix) && passes(&filter) && passes(&search)
    };
    let mut found = x.tx.listed_after(Table::Groups, page.after()).filter(|(_, group)| wanted(group));
    let shown: Vec<_> = found.by_ref().take(page.limit()).collect();
    let more = found.next().and_then(|_| shown.last()).map(|(id, _)| *id);
    let counted = query.value("expand") == Some("stats");
    let item = |group: &Value| {
        let mut body = render(x, group);
        if counted {
            body["_embedded"] = json!({"stats": group_lists::stats(x, group)});
        }
        body
    };
    let items = shown.iter().map(|(_, group)| item(group)).collect();
    // A search by `q` is not paged, and carries no links in recordings.
    let links = match query.value("q") {
        Some(_) => Vec::new(),
        None => page.links(more),
    };
    Ok(Answer::list(items, links))
}

pub(super) fn create(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let profile = profile_of(&x.call.object()?)?;
    refuse_taken_name(x, &profile, None)?;
    let id = x.tx.new_id(Kind::Group);
    let group = document(&id, "OKTA_GROUP", &profile, &x.now);
    x.tx.put(Table::Groups, id, &group)?;
    Ok(Answer::ok(render(x, &group)))
}

pub(super) fn read(x: &Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    Ok(Answer::ok(render(x, find(x, id)?)))
}

pub(super) fn replace(x: &mut Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut group = find(x, id)?.clone();
    let profile = profile_of(&x.call.object()?)?;
    refuse_taken_name(x, &profile, Some(id))?;
    group["profile"] = profile;
    group["lastUpdated"] = json!(x.now);
    x.tx.put(Table::Groups, id.to_owned(), &group)?;
    Ok(Answer::ok(render(x, &group)))
}

pub(super) fn delete(x: &mut Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    if find(x, id)?["type"] == "BUILT_IN" {
        return Err(Refusal::invalid("group", "A built-in group cannot be deleted"));
    }
    x.tx.remove(Table::Groups, id.to_owned());
    let ending = format!("/{id}");
    for (key, _) in x.tx.starting_with(Table::Assignments, "") {
        if key.ends_with(&ending) {
            x.tx.remove(Table::Assignments, key.to_owned());
        }
    }
    Ok(Answer::no_content())
}

/// Returns a group that must be there.
pub(super) fn find<'a>(x: &'a Exchange<'_>, id: &str) -> Result<&'a Value, Refusal> {
    x.tx.row(Table::Groups, id).ok_or_else(|| Refusal::not_found(id, "UserGroup"))
}

fn profile_of(sent: &Value) -> Result<Value, Refusal> {
    let name = sent["profile"]["name"].as_str().unwrap_or_default();
    if name.is_empty() {
        return Err(Refusal::invalid("name", "name: The field cannot be left blank"));
    }
    let mut profile = json!({"name": name, "description": sent["profile"]["description"]});
    for (attribute, value) in sent["profile"].as_object().into_iter().flatten() {
        profile[attribute] = value.clone();
    }
    Ok(profile)
}

fn refuse_taken_name(x: &Exchange<'_>, profile: &Value, but: Option<&str>) -> Result<(), Refusal> {
    let groups = x.tx.starting_with(Table::Groups, "").into_iter();
    let mut taken = groups.filter(|(id, group)| group["profile"]["name"] == profile["name"] && Some(*id) != but);
    match taken.next() {
        None => Ok(()),
        Some(_) => Err(Refusal::invalid("name", "name: An object with this field already exists in the current organization")),
    }
}
