//! `/api/v1/authorizationServers/{id}/claims`: what a server writes into tokens.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    document::Server,
    names,
    part::{Part, Place as _},
    refuse_fixed, sent, with_self,
};
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    ids::Kind,
    store::{Table, read as read_row},
    switches::SystemParts,
};

const TYPES: [&str; 2] = ["IDENTITY", "RESOURCE"];
const VALUES: [&str; 3] = ["EXPRESSION", "GROUPS", "SYSTEM"];
const GROUP_FILTERS: [&str; 4] = ["STARTS_WITH", "EQUALS", "CONTAINS", "REGEX"];

/// A claim, with the members of an answer in their order.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Claim {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) status: String,
    #[serde(rename = "claimType")]
    pub(super) kind: String,
    pub(super) value_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    pub(super) conditions: Conditions,
    /// Whether the org made it, with its server.
    pub(super) system: bool,
    pub(super) always_include_in_token: bool,
    /// Null in all that was recorded.
    pub(super) api_resource_id: (),
    #[serde(rename = "group_filter_type", default, skip_serializing_if = "Option::is_none")]
    pub(super) group_filter: Option<String>,
}

/// The scopes that a claim is asked for with; without any, it is for all.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Conditions {
    pub(super) scopes: Vec<String>,
}

impl Part for Claim {
    type Place = Server;
    const TABLE: Table = Table::ServerClaims;
    const KIND: Kind = Kind::Claim;
    const OBJECT: &'static str = "OAuth2Claim";

    fn id(&self) -> &str {
        &self.id
    }

    fn build(x: &mut Exchange<'_>, place: &Server, id: String, before: Option<&Self>) -> Result<Self, Refusal> {
        let sent = x.call.object()?;
        let name = sent::required(&sent, "name")?;
        let kind = sent::one_of(&sent, "claimType", &TYPES)?.ok_or_else(|| sent::blank("claimType"))?;
        let value_type = sent::one_of(&sent, "valueType", &VALUES)?.ok_or_else(|| sent::blank("valueType"))?;
        let value = match value_type {
            "SYSTEM" => None,
            _ => Some(sent::required(&sent, "value")?.to_owned()),
        };
        let group_filter = match value_type {
            "GROUPS" => sent::one_of(&sent, "group_filter_type", &GROUP_FILTERS)?.map(str::to_owned),
            _ => None,
        };
        let status = sent::one_of(&sent, "status", &sent::STATUSES)?;
        let always = sent::flag(&sent, "alwaysIncludeInToken")?.unwrap_or_default();
        let scopes = sent::texts(sent::object(&sent, "conditions")?, "scopes")?.unwrap_or_default();
        if let Some(before) = before.filter(|before| before.system && x.switches.system_parts() == SystemParts::Fixed) {
            return Ok(adjusted(before, value, always));
        }
        // Access tokens and ID tokens may have a claim of the same name each.
        let same = |row: &Value| row["name"] == name && row["claimType"] == kind;
        names::refuse_taken(x, Self::TABLE, &place.prefix(), &id, same)?;
        Ok(Self {
            id,
            name: name.to_owned(),
            status: status.or(before.map(|before| before.status.as_str())).unwrap_or("ACTIVE").to_owned(),
            kind: kind.to_owned(),
            value_type: value_type.to_owned(),
            value,
            conditions: Conditions { scopes },
            system: before.is_some_and(|before| before.system),
            always_include_in_token: always || kind == "RESOURCE",
            api_resource_id: (),
            group_filter,
        })
    }

    fn render(&self, x: &Exchange<'_>, server: &Server) -> Result<Value, Refusal> {
        with_self(self, &format!("{}/claims/{}", server.url(x), self.id))
    }

    fn leave(&self, x: &mut Exchange<'_>, _: &Server) -> Result<(), Refusal> {
        refuse_fixed(x, self.system)
    }
}

pub(super) fn list(x: &Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let server = Server::find(x, server)?;
    let rows = x.tx.listed(Table::ServerClaims, &format!("{}/", server.id));
    let items = rows.iter().map(|(_, row)| read_row::<Claim>(row)?.render(x, &server)).collect::<Result<_, _>>()?;
    Ok(Answer::list(items, Vec::new()))
}

/// Returns a claim of the system with the little that can be changed about it: how often it is included and, where it has one,
/// its value.
fn adjusted(before: &Claim, value: Option<String>, always: bool) -> Claim {
    Claim {
        value: before.value.as_ref().map(|known| value.unwrap_or_else(|| known.clone())),
        always_include_in_token: always || before.kind == "RESOURCE",
        ..before.clone()
    }
}
