//! `/api/v1/authorizationServers/{id}/policies/{id}/rules`: which grants, people and scopes a policy lets through.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{conditions, document::Server, link, names, policies, priority, sent, server::find as find_server, turn_link};
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    ids::Kind,
    route::Turn,
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
struct Place {
    server: Server,
    policy: String,
}

impl Place {
    fn find(x: &Exchange<'_>, server: &str, policy: &str) -> Result<Self, Refusal> {
        let server = find_server(x, server)?;
        let policy = policies::find(x, &server, policy)?.id;
        Ok(Self { server, policy })
    }

    /// Returns what the keys of the rules start with.
    fn prefix(&self) -> String {
        format!("{}/{}/", self.server.id, self.policy)
    }

    fn rule(&self, x: &Exchange<'_>, id: &str) -> Result<Rule, Refusal> {
        let found = x.tx.get(Table::ServerRules, &format!("{}{id}", self.prefix()))?;
        found.ok_or_else(|| Refusal::not_found(id, "PolicyRule"))
    }

    fn render(&self, x: &Exchange<'_>, rule: &Rule) -> Result<Value, Refusal> {
        let own = format!("{}/policies/{}/rules/{}", self.server.url(x), self.policy, rule.id);
        let mut body = serde_json::to_value(rule).map_err(|_| Refusal::internal())?;
        let (turn, turn_link) = turn_link(&own, &rule.status);
        body["_links"] = json!({"self": link(&own, &["GET", "PUT", "DELETE"]), turn: turn_link});
        body["type"] = json!(TYPE);
        Ok(body)
    }
}

impl Rule {
    pub(super) fn write(&self, x: &mut Exchange<'_>, prefix: &str) -> Result<(), Refusal> {
        x.tx.put(Table::ServerRules, format!("{prefix}{}", self.id), self)
    }
}

pub(super) fn list(x: &Exchange<'_>, server: &str, policy: &str) -> Result<Answer, Refusal> {
    let place = Place::find(x, server, policy)?;
    let rows = priority::sorted(x.tx.listed(Table::ServerRules, &place.prefix()));
    let items = rows.iter().map(|(_, row, _)| place.render(x, &read_row::<Rule>(row)?)).collect::<Result<_, _>>()?;
    Ok(Answer::list(items, Vec::new()))
}

pub(super) fn create(x: &mut Exchange<'_>, server: &str, policy: &str) -> Result<Answer, Refusal> {
    let place = Place::find(x, server, policy)?;
    let id = x.tx.new_id(Kind::ServerRule);
    let rule = build(x, &place, id, None)?;
    rule.write(x, &place.prefix())?;
    Ok(Answer::created(place.render(x, &rule)?))
}

pub(super) fn read(x: &Exchange<'_>, server: &str, policy: &str, id: &str) -> Result<Answer, Refusal> {
    let place = Place::find(x, server, policy)?;
    Ok(Answer::ok(place.render(x, &place.rule(x, id)?)?))
}

pub(super) fn replace(x: &mut Exchange<'_>, server: &str, policy: &str, id: &str) -> Result<Answer, Refusal> {
    let place = Place::find(x, server, policy)?;
    let before = place.rule(x, id)?;
    let rule = build(x, &place, before.id.clone(), Some(&before))?;
    rule.write(x, &place.prefix())?;
    Ok(Answer::ok(place.render(x, &rule)?))
}

pub(super) fn delete(x: &mut Exchange<'_>, server: &str, policy: &str, id: &str) -> Result<Answer, Refusal> {
    let place = Place::find(x, server, policy)?;
    let rule = place.rule(x, id)?;
    priority::close_gap(x, Table::ServerRules, &place.prefix(), &rule.id)?;
    x.tx.remove(Table::ServerRules, format!("{}{}", place.prefix(), rule.id));
    Ok(Answer::no_content())
}

pub(super) fn turn(x: &mut Exchange<'_>, server: &str, policy: &str, id: &str, turn: Turn) -> Result<Answer, Refusal> {
    let place = Place::find(x, server, policy)?;
    let mut rule = place.rule(x, id)?;
    if super::is_turned(x, &rule.status, turn)? {
        turn.status().clone_into(&mut rule.status);
        rule.last_updated.clone_from(&x.now);
        rule.write(x, &place.prefix())?;
    }
    Ok(Answer::no_content())
}

fn build(x: &mut Exchange<'_>, place: &Place, id: String, before: Option<&Rule>) -> Result<Rule, Refusal> {
    let sent = x.call.object()?;
    if sent::text(&sent, "type")?.ok_or_else(|| sent::blank("type"))? != TYPE {
        return Err(Refusal::invalid("type", format!("type: must be {TYPE}")));
    }
    let name = sent::required(&sent, "name")?;
    let status = sent::one_of(&sent, "status", &sent::STATUSES)?;
    let conditions = conditions::conditions(&sent)?;
    let actions = conditions::actions(&sent)?;
    names::refuse_taken(x, Table::ServerRules, &place.prefix(), &id, |row| row["name"] == name)?;
    let wanted = sent::number(&sent, "priority")?.or(before.map(|before| before.priority));
    let priority = priority::make_room(x, Table::ServerRules, &place.prefix(), &id, wanted)?;
    Ok(Rule {
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
