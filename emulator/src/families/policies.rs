//! `/api/v1/policies` of type `ACCESS_POLICY`, and which of them an app has.
//!
//! The org starts with the three access policies that recorded orgs have; the one with `system: true` is linked to every new
//! app and cannot be deleted.

use serde_json::{Value, json};

use super::{Exchange, Organization, apps};
use crate::{
    answer::{Answer, Refusal},
    ids::Kind,
    route::Turn,
    store::{Table, Tx},
    switches::LifecycleRepeat,
};

pub(super) const TYPE: &str = "ACCESS_POLICY";

/// Writes the policies that an org is made with.
pub(crate) fn found(tx: &mut Tx<'_>, organization: &Organization) -> Result<(), Refusal> {
    let created = &organization.created;
    for name in ["Okta Admin Console", "Okta Dashboard"] {
        let id = tx.new_id(Kind::Policy);
        let policy = document(&id, name, None, false, created);
        tx.put(Table::Policies, id, &policy)?;
    }
    let id = organization.default_policy.clone();
    let about = json!("Require two factors to access.");
    let policy = document(&id, "Any two factors", Some(&about), true, created);
    tx.put(Table::Policies, id, &policy)
}

fn document(id: &str, name: &str, description: Option<&Value>, system: bool, created: &str) -> Value {
    let mut policy = json!({"id": id, "status": "ACTIVE", "name": name});
    if let Some(description) = description {
        policy["description"] = description.clone();
    }
    policy["priority"] = json!(1);
    policy["system"] = json!(system);
    policy["conditions"] = Value::Null;
    policy["created"] = json!(created);
    policy["lastUpdated"] = json!(created);
    policy
}

fn render(x: &Exchange<'_>, policy: &Value, listed: bool) -> Value {
    let mut body = policy.clone();
    let id = policy["id"].as_str().unwrap_or_default();
    let own = x.url(&format!("/api/v1/policies/{id}"));
    let system = policy["system"] == true;
    let mut links = serde_json::Map::new();
    if !system {
        let hints = json!({"allow": ["GET", "POST"]});
        links.insert("mappings".into(), json!({"href": format!("{own}/mappings"), "hints": hints}));
    }
    let allowed: &[&str] = if system { &["GET", "PUT"] } else { &["GET", "PUT", "DELETE"] };
    links.insert("self".into(), json!({"href": own, "hints": {"allow": allowed}}));
    links.insert("rules".into(), json!({"href": format!("{own}/rules"), "hints": {"allow": ["GET", "POST"]}}));
    if !system {
        let turn = if policy["status"] == "ACTIVE" { "deactivate" } else { "activate" };
        links.insert(turn.into(), json!({"href": format!("{own}/lifecycle/{turn}"), "hints": {"allow": ["POST"]}}));
    }
    body["_links"] = links.into();
    if listed {
        body["_embedded"] = json!({"resourceType": "APP"});
    }
    body["type"] = json!(TYPE);
    body
}

pub(super) fn list(x: &Exchange<'_>) -> Result<Answer, Refusal> {
    let query = &x.call.query;
    let kind = query.value("type").ok_or_else(|| Refusal::missing_parameter("type"))?;
    let wanted = |policy: &Value| {
        let name = policy["name"].as_str().unwrap_or_default();
        query.value("q").is_none_or(|q| name.to_lowercase().starts_with(&q.to_lowercase()))
            && query.value("status").is_none_or(|status| policy["status"] == status)
    };
    let policies = x.tx.starting_with(Table::Policies, "").into_iter();
    let mut items = Vec::new();
    for (_, policy) in policies.filter(|(_, policy)| kind == TYPE && wanted(policy)) {
        // An import may hold anything.
        policy["name"].as_str().ok_or_else(Refusal::internal)?;
        items.push(render(x, policy, true));
    }
    let own = x.url(&format!("/api/v1/policies?{}", query.as_sent()));
    Ok(Answer::list(items, vec![format!("<{own}>; rel=\"self\"")]))
}

pub(super) fn create(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let sent = x.call.object()?;
    if sent["type"] != TYPE {
        return Err(Refusal::invalid("type", "type: only ACCESS_POLICY can be created here"));
    }
    let name = name_of(&sent)?;
    let id = x.tx.new_id(Kind::Policy);
    let policy = document(&id, name, sent.get("description"), false, &x.now);
    x.tx.put(Table::Policies, id, &policy)?;
    Ok(Answer::ok(render(x, &policy, false)))
}

pub(super) fn read(x: &Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    Ok(Answer::ok(render(x, find(x, id)?, false)))
}

pub(super) fn replace(x: &mut Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut policy = find(x, id)?.clone();
    let sent = x.call.object()?;
    policy["name"] = json!(name_of(&sent)?);
    if let Some(description) = sent.get("description") {
        policy["description"] = description.clone();
    }
    policy["lastUpdated"] = json!(x.now);
    x.tx.put(Table::Policies, id.to_owned(), &policy)?;
    Ok(Answer::ok(render(x, &policy, false)))
}

pub(super) fn delete(x: &mut Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    if find(x, id)?["system"] == true {
        return Err(Refusal::invalid("policy", "The system policy cannot be deleted"));
    }
    let bound: Vec<_> = x.tx.rows(Table::Apps).filter(|(_, app)| app.head().policy() == id).collect();
    for (app, _) in bound {
        let mut app = apps::find(x, app)?;
        app.access_policy.clone_from(&x.organization.default_policy);
        app.write(&mut x.tx)?;
    }
    x.tx.remove(Table::Policies, id.to_owned());
    Ok(Answer::no_content())
}

/// Activates or deactivates a policy. The system policy, whose links offer neither, stays active.
pub(super) fn turn(x: &mut Exchange<'_>, id: &str, turn: Turn) -> Result<Answer, Refusal> {
    let mut policy = find(x, id)?.clone();
    if policy["system"] == true && turn == Turn::Deactivate {
        return Err(Refusal::not_permitted());
    }
    if policy["status"] == turn.status() {
        if x.switches.lifecycle_repeat() == LifecycleRepeat::Refuse {
            return Err(Refusal::invalid("status", format!("status: The object is already {}", turn.status())));
        }
        return Ok(Answer::no_content());
    }
    policy["status"] = json!(turn.status());
    policy["lastUpdated"] = json!(x.now);
    x.tx.put(Table::Policies, id.to_owned(), &policy)?;
    Ok(Answer::no_content())
}

/// Gives an app another access policy.
pub(super) fn assign(x: &mut Exchange<'_>, app: &str, policy: &str) -> Result<Answer, Refusal> {
    let mut app = apps::find(x, app)?;
    find(x, policy)?;
    policy.clone_into(&mut app.access_policy);
    app.write(&mut x.tx)?;
    Ok(Answer::no_content())
}

pub(super) fn find<'a>(x: &'a Exchange<'_>, id: &str) -> Result<&'a Value, Refusal> {
    x.tx.row(Table::Policies, id).ok_or_else(|| Refusal::not_found(id, "Policy"))
}

fn name_of(sent: &Value) -> Result<&str, Refusal> {
    match sent["name"].as_str() {
        Some(name) if !name.is_empty() => Ok(name),
        _ => Err(Refusal::invalid("name", "name: The field cannot be left blank")),
    }
}
