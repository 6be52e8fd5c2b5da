//! `/api/v1/authorizationServers/{id}/policies`: which clients a server's rules are for.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{document::Server, link, names, priority, sent, server::find as find_server, turn_link};
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    ids::Kind,
    route::Turn,
    store::{Table, read as read_row},
};

pub(super) const TYPE: &str = "OAUTH_AUTHORIZATION_POLICY";
const LONGEST_NAME: usize = 100;
const LONGEST_DESCRIPTION: usize = 255;

/// A policy, with the members of an answer in their order.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) priority: i64,
    pub(super) system: bool,
    pub(super) conditions: Value,
    pub(super) created: String,
    pub(super) last_updated: String,
}

impl Policy {
    pub(super) fn write(&self, x: &mut Exchange<'_>, server: &str) -> Result<(), Refusal> {
        x.tx.put(Table::ServerPolicies, format!("{server}/{}", self.id), self)
    }

    fn render(&self, x: &Exchange<'_>, server: &Server) -> Result<Value, Refusal> {
        let own = format!("{}/policies/{}", server.url(x), self.id);
        let mut body = serde_json::to_value(self).map_err(|_| Refusal::internal())?;
        let (turn, turn_link) = turn_link(&own, &self.status);
        body["_links"] = json!({
            "self": link(&own, &["GET", "PUT", "DELETE"]),
            "rules": link(&format!("{own}/rules"), &["GET"]),
            turn: turn_link,
        });
        body["type"] = json!(TYPE);
        Ok(body)
    }
}

pub(super) fn list(x: &Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    let rows = priority::sorted(x.tx.listed(Table::ServerPolicies, &format!("{}/", server.id)));
    let items = rows.iter().map(|(_, row, _)| read_row::<Policy>(row)?.render(x, &server)).collect::<Result<_, _>>()?;
    Ok(Answer::list(items, Vec::new()))
}

pub(super) fn create(x: &mut Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    let id = x.tx.new_id(Kind::ServerPolicy);
    let policy = build(x, &server, id, None)?;
    policy.write(x, &server.id)?;
    Ok(Answer::created(policy.render(x, &server)?))
}

pub(super) fn read(x: &Exchange<'_>, server: &str, id: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    Ok(Answer::ok(find(x, &server, id)?.render(x, &server)?))
}

pub(super) fn replace(x: &mut Exchange<'_>, server: &str, id: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    let before = find(x, &server, id)?;
    let policy = build(x, &server, before.id.clone(), Some(&before))?;
    policy.write(x, &server.id)?;
    Ok(Answer::ok(policy.render(x, &server)?))
}

/// Deletes a policy with its rules.
pub(super) fn delete(x: &mut Exchange<'_>, server: &str, id: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    let policy = find(x, &server, id)?;
    for (key, _) in x.tx.starting_with(Table::ServerRules, &format!("{}/{}/", server.id, policy.id)) {
        x.tx.remove(Table::ServerRules, key.to_owned());
    }
    priority::close_gap(x, Table::ServerPolicies, &format!("{}/", server.id), &policy.id)?;
    x.tx.remove(Table::ServerPolicies, format!("{}/{}", server.id, policy.id));
    Ok(Answer::no_content())
}

pub(super) fn turn(x: &mut Exchange<'_>, server: &str, id: &str, turn: Turn) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    let mut policy = find(x, &server, id)?;
    if super::is_turned(x, &policy.status, turn)? {
        turn.status().clone_into(&mut policy.status);
        policy.last_updated.clone_from(&x.now);
        policy.write(x, &server.id)?;
    }
    Ok(Answer::no_content())
}

/// Returns the policy of a server that a path names.
pub(super) fn find(x: &Exchange<'_>, server: &Server, id: &str) -> Result<Policy, Refusal> {
    let found = x.tx.get(Table::ServerPolicies, &format!("{}/{id}", server.id))?;
    found.ok_or_else(|| Refusal::not_found(id, "Policy"))
}

fn build(x: &mut Exchange<'_>, server: &Server, id: String, before: Option<&Policy>) -> Result<Policy, Refusal> {
    let sent = x.call.object()?;
    if sent::text(&sent, "type")?.is_some_and(|kind| kind != TYPE) {
        return Err(Refusal::invalid("type", format!("type: must be {TYPE}")));
    }
    let name = sent::required(&sent, "name")?;
    check_length("name", name, LONGEST_NAME)?;
    let description = sent::text(&sent, "description")?;
    if let Some(description) = description {
        check_length("description", description, LONGEST_DESCRIPTION)?;
    }
    let status = sent::one_of(&sent, "status", &sent::STATUSES)?;
    let clients = sent::object(sent::object(&sent, "conditions")?, "clients")?;
    let clients = sent::texts(clients, "include")?.unwrap_or_default();
    let prefix = format!("{}/", server.id);
    names::refuse_taken(x, Table::ServerPolicies, &prefix, &id, |row| row["name"] == name)?;
    let wanted = sent::number(&sent, "priority")?.or(before.map(|before| before.priority));
    let priority = priority::make_room(x, Table::ServerPolicies, &prefix, &id, wanted)?;
    Ok(Policy {
        id,
        status: status.or(before.map(|before| before.status.as_str())).unwrap_or("ACTIVE").to_owned(),
        name: name.to_owned(),
        description: description.map(str::to_owned),
        priority,
        system: before.is_some_and(|before| before.system),
        conditions: json!({"clients": {"include": clients}}),
        created: before.map_or_else(|| x.now.clone(), |before| before.created.clone()),
        last_updated: x.now.clone(),
    })
}

fn check_length(name: &str, text: &str, most: usize) -> Result<(), Refusal> {
    if (1..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(Refusal::invalid(name, format!("{name}: must have 1 to {most} characters")))
}
