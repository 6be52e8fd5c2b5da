//! `/api/v1/authorizationServers/{id}/policies/{id}/rules`: which grants, people and scopes a policy lets through.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    conditions,
    document::Server,
    link, names,
    part::{self, Lifecycle, Part, Place as _},
    policies::Policy,
    priority, sent, turn_link,
};
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    ids::Kind,
    store::{Table, read as read_row},
};

const TYPE: &str = "RESOURCE_ACCESS";

/// A rule, with the members of an answer in their order.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) name: String,
    pub(super) priority: i64,
    pub(super) created: String,
    pub(super) last_updated: String,
    pub(super) system: bool,
    pub(super) conditions: Value,
    pub(super) actions: Value,
}

/// The policy whose rules a request is about.
pub(super) struct Place {
    server: Server,
    policy: String,
}

impl part::Place for Place {
    type Path<'a> = (&'a str, &'a str);

    fn find(x: &Exchange<'_>, (server, policy): Self::Path<'_>) -> Result<Self, Refusal> {
        let server = Server::find(x, server)?;
        let policy = part::find::<Policy>(x, &server, policy)?.id;
        Ok(Self { server, policy })
    }

    fn prefix(&self) -> String {
        format!("{}{}/", self.server.prefix(), self.policy)
    }
}

impl Part for Rule {
    type Place = Place;
    const TABLE: Table = Table::ServerRules;
    const KIND: Kind = Kind::ServerRule;
    const OBJECT: &'static str = "PolicyRule";

    fn id(&self) -> &str {
        &self.id
    }

    fn build(x: &mut Exchange<'_>, place: &Place, id: String, before: Option<&Self>) -> Result<Self, Refusal> {
        let sent = x.call.object()?;
        if sent::text(&sent, "type")?.ok_or_else(|| sent::blank("type"))? != TYPE {
            return Err(Refusal::invalid("type", format!("type: must be {TYPE}")));
        }
        let name = sent::required(&sent, "name")?;
        let status = sent::one_of(&sent, "status", &sent::STATUSES)?;
        let conditions = conditions::conditions(&sent)?;
        let actions = conditions::actions(&sent)?;
        names::refuse_taken(x, Self::TABLE, &place.prefix(), &id, |row| row["name"] == name)?;
        let wanted = sent::number(&sent, "priority")?.or(before.map(|before| before.priority));
        let priority = priority::make_room(x, Self::TABLE, &place.prefix(), &id, wanted)?;
        Ok(Self {
            id,
            status: status.or(before.map(|before| before.status.as_str())).unwrap_or("ACTIVE").to_owned(),
            name: name.to_owned(),
            priority,
            created: before.map_or_else(|| x.now.clone(), |before| before.created.clone()),
            last_updated: x.now.clone(),
            system: before.is_some_and(|before| before.system),
            conditions,
            actions,
        })
    }

    fn render(&self, x: &Exchange<'_>, place: &Place) -> Result<Value, Refusal> {
        let own = format!("{}/policies/{}/rules/{}", place.server.url(x), place.policy, self.id);
        let mut body = serde_json::to_value(self).map_err(|_| Refusal::internal())?;
        let (turn, turn_link) = turn_link(&own, &self.status);
        body["_links"] = json!({"self": link(&own, &["GET", "PUT", "DELETE"]), turn: turn_link});
        body["type"] = json!(TYPE);
        Ok(body)
    }

    fn leave(&self, x: &mut Exchange<'_>, place: &Place) -> Result<(), Refusal> {
        priority::close_gap(x, Self::TABLE, &place.prefix(), &self.id)
    }
}

impl Lifecycle for Rule {
    fn status(&self) -> &str {
        &self.status
    }

    fn set_status(&mut self, status: &str, now: &str) {
        status.clone_into(&mut self.status);
        now.clone_into(&mut self.last_updated);
    }
}

pub(super) fn list(x: &Exchange<'_>, server: &str, policy: &str) -> Result<Answer, Refusal> {
    let place = Place::find(x, (server, policy))?;
    let rows = priority::sorted(x.tx.listed(Table::ServerRules, &place.prefix()));
    let items = rows.iter().map(|(_, row, _)| read_row::<Rule>(row)?.render(x, &place)).collect::<Result<_, _>>()?;
    Ok(Answer::list(items, Vec::new()))
}
