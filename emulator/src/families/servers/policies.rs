//! `/api/v1/authorizationServers/{id}/policies`: which clients a server's rules are for.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    document::Server,
    link, names,
    part::{Lifecycle, Part, Place as _},
    priority, sent, turn_link,
};
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    ids::Kind,
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

impl Part for Policy {
    type Place = Server;
    const TABLE: Table = Table::ServerPolicies;
    const KIND: Kind = Kind::ServerPolicy;
    const OBJECT: &'static str = "Policy";

    fn id(&self) -> &str {
        &self.id
    }

    fn build(x: &mut Exchange<'_>, place: &Server, id: String, before: Option<&Self>) -> Result<Self, Refusal> {
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
        let prefix = place.prefix();
        names::refuse_taken(x, Self::TABLE, &prefix, &id, |row| row["name"] == name)?;
        let wanted = sent::number(&sent, "priority")?.or(before.map(|before| before.priority));
        let priority = priority::make_room(x, Self::TABLE, &prefix, &id, wanted)?;
        Ok(Self {
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

    /// Deletes its rules, and moves the policies behind it up.
    fn leave(&self, x: &mut Exchange<'_>, server: &Server) -> Result<(), Refusal> {
        for (key, _) in x.tx.starting_with(Table::ServerRules, &format!("{}{}/", server.prefix(), self.id)) {
            x.tx.remove(Table::ServerRules, key.to_owned());
        }
        priority::close_gap(x, Self::TABLE, &server.prefix(), &self.id)
    }
}

impl Lifecycle for Policy {
    fn status(&self) -> &str {
        &self.status
    }

    fn set_status(&mut self, status: &str, now: &str) {
        status.clone_into(&mut self.status);
        now.clone_into(&mut self.last_updated);
    }
}

pub(super) fn list(x: &Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let server = Server::find(x, server)?;
    let rows = priority::sorted(x.tx.listed(Table::ServerPolicies, &format!("{}/", server.id)));
    let items = rows.iter().map(|(_, row, _)| read_row::<Policy>(row)?.render(x, &server)).collect::<Result<_, _>>()?;
    Ok(Answer::list(items, Vec::new()))
}

fn check_length(name: &str, text: &str, most: usize) -> Result<(), Refusal> {
    if (1..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(Refusal::invalid(name, format!("{name}: must have 1 to {most} characters")))
}
