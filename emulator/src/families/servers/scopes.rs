//! `/api/v1/authorizationServers/{id}/scopes`: what a client can ask a server for.

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
    filter::Filter,
    ids::Kind,
    page::Page,
    store::{Table, read as read_row},
    switches::SystemParts,
};

const MOST: usize = 200;
const FILTERS: &[&str] = &["id", "name", "system", "default"];
const CONSENTS: [&str; 3] = ["IMPLICIT", "REQUIRED", "FLEXIBLE"];
const PUBLISHED: [&str; 2] = ["NO_CLIENTS", "ALL_CLIENTS"];

/// A scope, with the members of an answer in their order.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Scope {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(super) display_name: Option<String>,
    pub(super) description: Option<String>,
    /// Whether the org made it, with its server.
    pub(crate) system: bool,
    pub(super) metadata_publish: String,
    pub(crate) consent: String,
    pub(super) optional: bool,
    /// Null in all that was recorded.
    pub(super) api_resource_id: (),
    pub(crate) default: bool,
}

impl Scope {
    /// Says whether the server's metadata name it.
    pub(super) fn is_published(&self) -> bool {
        self.metadata_publish == "ALL_CLIENTS"
    }
}

impl Part for Scope {
    type Place = Server;
    const TABLE: Table = Table::ServerScopes;
    const KIND: Kind = Kind::Scope;
    const OBJECT: &'static str = "OAuth2Scope";

    fn id(&self) -> &str {
        &self.id
    }

    fn build(x: &mut Exchange<'_>, place: &Server, id: String, before: Option<&Self>) -> Result<Self, Refusal> {
        let sent = x.call.object()?;
        let name = sent::required(&sent, "name")?;
        if before.is_none_or(|before| before.name != name) {
            check_name(x, name, before)?;
        }
        names::refuse_taken(x, Self::TABLE, &place.prefix(), &id, |row| row["name"] == name)?;
        let owned = |name: &str| Ok::<_, Refusal>(sent::text(&sent, name)?.map(str::to_owned));
        Ok(Self {
            id,
            name: name.to_owned(),
            display_name: owned("displayName")?,
            description: owned("description")?,
            system: before.is_some_and(|before| before.system),
            metadata_publish: sent::one_of(&sent, "metadataPublish", &PUBLISHED)?.unwrap_or(PUBLISHED[0]).into(),
            consent: sent::one_of(&sent, "consent", &CONSENTS)?.unwrap_or(CONSENTS[0]).into(),
            optional: sent::flag(&sent, "optional")?.unwrap_or_default(),
            api_resource_id: (),
            default: sent::flag(&sent, "default")?.unwrap_or_default(),
        })
    }

    fn render(&self, x: &Exchange<'_>, server: &Server) -> Result<Value, Refusal> {
        with_self(self, &format!("{}/scopes/{}", server.url(x), self.id))
    }

    fn leave(&self, x: &mut Exchange<'_>, _: &Server) -> Result<(), Refusal> {
        refuse_fixed(x, self.system)
    }
}

/// Returns the scopes of a server as its lists have them: its own by name, then the system's.
pub(crate) fn all(x: &Exchange<'_>, server: &str) -> Result<Vec<Scope>, Refusal> {
    let rows = x.tx.listed(Table::ServerScopes, &format!("{server}/"));
    let mut scopes = rows.iter().map(|(_, row)| read_row::<Scope>(row)).collect::<Result<Vec<_>, _>>()?;
    // The sort is stable, and the system's come in the order of their making.
    scopes.sort_by(|a, b| {
        let by_name = |scope: &Scope| (!scope.system).then(|| scope.name.clone());
        a.system.cmp(&b.system).then_with(|| by_name(a).cmp(&by_name(b)))
    });
    Ok(scopes)
}

/// Returns the scopes of a server as they are now.
pub(crate) fn now(x: &Exchange<'_>, server: &str) -> Result<Vec<Scope>, Refusal> {
    x.tx.starting_with(Table::ServerScopes, &format!("{server}/")).into_iter().map(|(_, row)| read_row(row)).collect()
}

/// Lists all scopes without links, as was recorded, unless a `limit` asks for pages.
pub(super) fn list(x: &Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let server = Server::find(x, server)?;
    let query = &x.call.query;
    let filter = query.value("filter").map(|text| Filter::parse(text, FILTERS)).transpose()?;
    let sought = query.value("q").unwrap_or_default().to_lowercase();
    let mut items = Vec::new();
    for scope in all(x, &server.id)? {
        let body = scope.render(x, &server)?;
        if scope.name.to_lowercase().contains(&sought) && filter.as_ref().is_none_or(|filter| filter.admits(&body)) {
            items.push(body);
        }
    }
    if query.value("limit").is_none() {
        return Ok(Answer::list(items, Vec::new()));
    }
    let page = Page::of(x.call, MOST, MOST)?;
    let from = items.iter().position(|item| item["id"] == page.after()).map_or(0, |at| at + 1);
    let is_more = items.len() > from + page.limit();
    let shown: Vec<_> = items.into_iter().skip(from).take(page.limit()).collect();
    let last = shown.last().filter(|_| is_more).and_then(|item| item["id"].as_str().map(str::to_owned));
    Ok(Answer::list(shown, page.links(last.as_deref())))
}

/// Refuses a name that is no scope of RFC 6749, or that the org keeps for itself.
fn check_name(x: &Exchange<'_>, name: &str, before: Option<&Scope>) -> Result<(), Refusal> {
    if before.is_some_and(|before| before.system) && x.switches.system_parts() == SystemParts::Fixed {
        return Err(Refusal::invalid("name", "name: A system scope cannot be renamed"));
    }
    let lower = name.to_lowercase();
    if lower == "okta" || lower == "*" || lower.starts_with("okta.") {
        return Err(Refusal::invalid("name", "name: This name is reserved"));
    }
    if !name.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
        return Err(Refusal::invalid("name", "name: must be printable ASCII without spaces, double quotes and backslashes"));
    }
    Ok(())
}
