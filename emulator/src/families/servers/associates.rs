//! `/api/v1/authorizationServers/{id}/associatedServers`: the servers whose tokens a server trusts.

use serde_json::{Value, json};

use super::{
    document::Server,
    link, sent,
    server::{find as find_server, matching},
};
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    page::Page,
    store::Table,
};

const MOST: usize = 200;

fn render(x: &Exchange<'_>, other: &Server) -> Value {
    let mut body = other.members(x);
    body["_links"] = json!({"self": link(&other.url(x), &["DELETE"])});
    body
}

/// Lists the servers that are trusted, or with `trusted=false` all others.
pub(super) fn list(x: &Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    let trusted = x.call.query.value("trusted") != Some("false");
    let page = Page::of(x.call, MOST, MOST)?;
    let rows = x.tx.listed_after(Table::Servers, page.after());
    let rows = rows.filter(|(id, _)| *id != server.id && server.trusted.iter().any(|known| known == id) == trusted);
    let (others, more) = matching(x, rows, page.limit())?;
    Ok(Answer::list(others.iter().map(|other| render(x, other)).collect(), page.links(more.as_deref())))
}

pub(super) fn create(x: &mut Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let mut server = find_server(x, server)?;
    let sent = x.call.object()?;
    let named = sent::texts(&sent, "trusted")?.unwrap_or_default();
    if named.is_empty() {
        return Err(sent::blank("trusted"));
    }
    let others = named.iter().map(|id| find_server(x, id)).collect::<Result<Vec<_>, _>>()?;
    for other in &others {
        if other.id == server.id {
            return Err(Refusal::invalid("trusted", "trusted: An authorization server cannot trust itself"));
        }
        if !server.trusted.contains(&other.id) {
            server.trusted.push(other.id.clone());
        }
    }
    server.write(&mut x.tx)?;
    Ok(Answer::list(others.iter().map(|other| render(x, other)).collect(), Vec::new()))
}

pub(super) fn delete(x: &mut Exchange<'_>, server: &str, other: &str) -> Result<Answer, Refusal> {
    let mut server = find_server(x, server)?;
    let other = find_server(x, other)?;
    if !server.trusted.contains(&other.id) {
        return Err(Refusal::not_found(&other.id, "AuthorizationServer"));
    }
    server.trusted.retain(|known| *known != other.id);
    server.write(&mut x.tx)?;
    Ok(Answer::no_content())
}
