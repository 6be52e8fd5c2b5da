//! An authorization server as it is stored, and as answers show it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{encryption::Encryption, rotation};
use crate::{
    answer::Refusal,
    families::Exchange,
    ids::{Kind, Seed},
    store::{Table, Tx},
};

/// A custom authorization server of the org.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Server {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) audiences: Vec<String>,
    pub(crate) issuer_mode: String,
    pub(crate) status: String,
    pub(crate) created: String,
    pub(crate) last_updated: String,
    pub(crate) rotation_mode: String,
    pub(crate) last_rotated: String,
    /// The signing keys: first the active one, then the next, then the expired one if there is any.
    pub(crate) keys: Vec<String>,
    /// How often the keys were rotated.
    pub(crate) rotations: u64,
    /// Whether this is the built-in server, which paths may call `default`.
    pub(crate) default: bool,
    #[serde(default)]
    pub(crate) encryption: Encryption,
    /// The servers whose tokens it trusts, by id.
    pub(crate) trusted: Vec<String>,
}

impl Server {
    pub(super) fn write(&self, tx: &mut Tx<'_>) -> Result<(), Refusal> {
        tx.put(Table::Servers, self.id.clone(), self)
    }

    /// Returns what the server is called in its issuer and links.
    pub(crate) fn alias(&self) -> &str {
        if self.default { "default" } else { &self.id }
    }

    pub(crate) fn issuer(&self, x: &Exchange<'_>) -> String {
        x.url(&format!("/oauth2/{}", self.alias()))
    }

    /// Returns the URL of the server in the management API.
    pub(super) fn url(&self, x: &Exchange<'_>) -> String {
        x.url(&format!("/api/v1/authorizationServers/{}", self.alias()))
    }

    pub(super) fn render(&self, x: &Exchange<'_>) -> Value {
        let mut body = self.members(x);
        let (own, issuer) = (self.url(x), self.issuer(x));
        let link = |href: String, allow: &[&str]| json!({"href": href, "hints": {"allow": allow}});
        let metadata = |name: &str| {
            let href = format!("{issuer}/.well-known/{name}");
            json!({"name": name, "href": href, "hints": {"allow": ["GET"]}})
        };
        let turn = if self.status == "ACTIVE" { "deactivate" } else { "activate" };
        body["_links"] = json!({
            "rotateKey": link(format!("{own}/credentials/lifecycle/keyRotate"), &["POST"]),
            "metadata": [metadata("oauth-authorization-server"), metadata("openid-configuration")],
            "keys": link(format!("{own}/credentials/keys"), &["GET"]),
            "claims": link(format!("{own}/claims"), &["GET", "POST"]),
            "policies": link(format!("{own}/policies"), &["GET", "POST"]),
            "self": link(own.clone(), &["GET", "DELETE", "PUT"]),
            "scopes": link(format!("{own}/scopes"), &["GET", "POST"]),
            turn: link(format!("{own}/lifecycle/{turn}"), &["POST"]),
        });
        body
    }

    /// Returns the members of an answer without its links.
    pub(super) fn members(&self, x: &Exchange<'_>) -> Value {
        let mut signing = json!({
            "kid": self.keys.first(),
            "rotationMode": self.rotation_mode,
            "lastRotated": self.last_rotated,
        });
        if self.rotation_mode == "AUTO" {
            signing["nextRotation"] = rotation::next(&self.last_rotated).into();
        }
        let mut body = json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "audiences": self.audiences,
            "issuer": self.issuer(x),
            "issuerMode": self.issuer_mode,
            "status": self.status,
            "created": self.created,
            "lastUpdated": self.last_updated,
            "credentials": {"signing": signing},
            "default": self.default,
        });
        self.encryption.render(&mut body);
        body
    }
}

/// Returns the id of the built-in server.
pub(super) fn default_id(seed: &Seed) -> String {
    seed.founding_id(Kind::AuthorizationServer, 0)
}

/// Returns the ids of the keys that a server starts with: the active and the next.
pub(super) fn first_keys(seed: &Seed, server: &str) -> Vec<String> {
    vec![key_id(seed, server, 0), key_id(seed, server, 1)]
}

/// Returns the id of the `n`th signing key of a server.
pub(super) fn key_id(seed: &Seed, server: &str, n: u64) -> String {
    seed.key_id(&format!("{server} {n}"))
}
