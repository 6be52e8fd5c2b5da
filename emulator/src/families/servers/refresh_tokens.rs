//! `/api/v1/authorizationServers/{id}/clients`: the clients that hold refresh tokens of a server, and the tokens.
//!
//! There are none: a client gets them for people, and nobody signs in to this org.

use super::server::find as find_server;
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    store::Table,
};

pub(super) fn clients(x: &Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    find_server(x, server)?;
    Ok(Answer::list(Vec::new(), Vec::new()))
}

pub(super) fn list(x: &Exchange<'_>, server: &str, client: &str) -> Result<Answer, Refusal> {
    check(x, server, client)?;
    Ok(Answer::list(Vec::new(), Vec::new()))
}

/// Revokes all tokens of a client, however few.
pub(super) fn revoke_all(x: &Exchange<'_>, server: &str, client: &str) -> Result<Answer, Refusal> {
    check(x, server, client)?;
    Ok(Answer::no_content())
}

/// Answers a request for one token, to read or to revoke it.
pub(super) fn one(x: &Exchange<'_>, server: &str, client: &str, token: &str) -> Result<Answer, Refusal> {
    check(x, server, client)?;
    Err(Refusal::not_found(token, "OAuth2RefreshToken"))
}

fn check(x: &Exchange<'_>, server: &str, client: &str) -> Result<(), Refusal> {
    find_server(x, server)?;
    // A client goes by its `client_id` here.
    let known = x.tx.row(Table::ClientIds, client);
    known.map(|_| ()).ok_or_else(|| Refusal::not_found(client, "OAuth2AppInstance"))
}
