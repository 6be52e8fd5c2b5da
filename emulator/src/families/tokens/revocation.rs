//! Tokens that are good no longer because their client said so.
//!
//! A client revokes its own tokens alone, and is told nothing about any. What was revoked is remembered until it would have
//! expired: its place says when, so that whoever revokes next finds what to forget.

use super::{
    access_token::{AccessToken, read},
    issuer::Issuer,
};
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    store::Table,
};

/// Revokes a token, if it is a good one of the client.
pub(super) fn answer(x: &mut Exchange<'_>, issuer: &Issuer, token: &str, client_id: &str) -> Result<Answer, Refusal> {
    if let Ok(token) = read(x, issuer, token)
        && token.client_id == client_id
    {
        for expired in x.tx.keys_before(Table::RevokedTokens, &start(x.at + 1)) {
            x.tx.remove(Table::RevokedTokens, expired);
        }
        x.tx.put(Table::RevokedTokens, place(&token), &issuer.owner())?;
    }
    Ok(Answer { status: 200, ..Answer::no_content() })
}

/// Says whether a token was revoked.
pub(super) fn is_revoked(x: &Exchange<'_>, token: &AccessToken) -> bool {
    x.tx.row(Table::RevokedTokens, &place(token)).is_some()
}

fn place(token: &AccessToken) -> String {
    format!("{}/{}", start(token.expires), token.jti)
}

/// Returns what comes before the places of all tokens that expire then, and after those of all that do before.
fn start(expires: i64) -> String {
    format!("{:013}", expires.max(0))
}

/// Reads back from a place when the token expires and what its `jti` is.
pub(crate) fn read_place(place: &str) -> Option<(i64, &str)> {
    let (expires, jti) = place.split_once('/')?;
    Some((expires.parse().ok()?, jti))
}
