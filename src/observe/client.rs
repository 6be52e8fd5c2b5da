//! One read each of what the sweep, and apply after it, look at of dynamically registered clients.

use serde_json::Value;

use super::decode::NO_ID;
use crate::http::{Decode, DecodeError, Error, Reader};
use crate::observed::{Clean, Id, LiveClient};
use crate::request::{Request, segment};
use crate::resource::client::CLIENTS;

/// Reads all OAuth clients of the org, in pages as large as they can be.
pub(super) async fn clients(reader: &Reader) -> Result<Vec<LiveClient>, Error> {
    reader.list(Request::get(CLIENTS).query("limit", "200")).await
}

/// Reads the clients that have a name. The search is for beginnings (okta-api.md, section 4).
pub async fn clients_named(reader: &Reader, name: &str) -> Result<Vec<LiveClient>, Error> {
    let found: Vec<LiveClient> = reader.list(Request::get(CLIENTS).query("q", name).query("limit", "200")).await?;
    Ok(found.into_iter().filter(|client| client.name == name).collect())
}

/// Reads one client by its client id.
pub async fn client(reader: &Reader, id: &Id) -> Result<LiveClient, Error> {
    reader.get(Request::get(format!("{CLIENTS}/{}", segment(&id.0)))).await
}

impl Decode for LiveClient {
    fn decode(raw: Value) -> Result<Self, DecodeError> {
        let client = Self::read(&Clean::new(&raw)).ok_or(DecodeError::expected("a client with client_id and client_name"))?;
        // A client id of somebody's choice may hold signs that are escaped in a path, but nothing that is none (okta-api.md, section 1.3).
        let sound = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"$-_.+!*'(),".contains(&byte));
        if sound(&client.id.0) && !client.id.0.bytes().all(|byte| byte == b'.') { Ok(client) } else { Err(NO_ID.at("client_id")) }
    }
}
