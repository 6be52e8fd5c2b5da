//! `/api/v1/apps/{id}/tokens`: the refresh tokens of an OAuth client.
//!
//! There are none: a client gets them for people, and nobody signs in to this org.

use super::{Exchange, apps};
use crate::{
    answer::{Answer, Refusal},
    page::Page,
};

pub(super) fn list(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    apps::find_client(x, app)?;
    let page = Page::of(x.call, 20, 200)?;
    Ok(Answer::list(Vec::new(), page.links(None)))
}

/// Revokes all tokens of a client, however few.
pub(super) fn revoke_all(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    apps::find_client(x, app)?;
    Ok(Answer::no_content())
}

/// Answers a request for one token, to read or to revoke it.
pub(super) fn one(x: &Exchange<'_>, app: &str, token: &str) -> Result<Answer, Refusal> {
    apps::find_client(x, app)?;
    Err(Refusal::not_found(token, "OAuth2RefreshToken"))
}
