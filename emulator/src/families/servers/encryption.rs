//! `/api/v1/authorizationServers/{id}/resourceservercredentials/keys`: the public keys that a server may encrypt access tokens
//! with, of which at most one is active.
//!
//! They are the same keys as in the server's `jwks`, which can replace them all.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{document::Server, link, sent, server::find as find_server};
use crate::{
    answer::{Answer, Refusal},
    families::{Exchange, apps::jwk},
    ids::Kind,
    route::Turn,
};

const OBJECT: &str = "JsonWebKey";
const MOST: usize = 5;
const ALGORITHMS: [&str; 3] = ["RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"];

/// How a server encrypts access tokens, and with which keys it may.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Encryption {
    algorithm: Option<String>,
    uri: Option<String>,
    keys: Vec<Key>,
}

/// A public key of whoever reads the tokens.
#[derive(Clone, Serialize, Deserialize)]
struct Key {
    id: String,
    kid: Option<String>,
    e: String,
    n: String,
    status: String,
    created: String,
    last_updated: String,
}

impl Key {
    fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }

    fn turn(&mut self, turn: Turn, now: &str) {
        if self.status != turn.status() {
            turn.status().clone_into(&mut self.status);
            now.clone_into(&mut self.last_updated);
        }
    }

    fn render(&self, x: &Exchange<'_>, server: &Server) -> Value {
        let own = format!("{}/resourceservercredentials/keys/{}", server.url(x), self.id);
        let mut body = json!({
            "id": self.id,
            "kid": self.kid,
            "kty": "RSA",
            "use": "enc",
            "e": self.e,
            "n": self.n,
            "status": self.status,
            "created": self.created,
            "lastUpdated": self.last_updated,
        });
        body["_links"] = if self.is_active() {
            json!({"deactivate": link(&format!("{own}/lifecycle/deactivate"), &["POST"])})
        } else {
            json!({"activate": link(&format!("{own}/lifecycle/activate"), &["POST"]), "delete": link(&own, &["DELETE"])})
        };
        body
    }
}

impl Encryption {
    /// Adds what there is to a server's answer.
    pub(super) fn render(&self, body: &mut Value) {
        if let Some(algorithm) = &self.algorithm {
            body["accessTokenEncryptedResponseAlgorithm"] = json!(algorithm);
        }
        if !self.keys.is_empty() {
            let key = |key: &Key| {
                let Key { id, kid, e, n, status, .. } = key;
                json!({"kty": "RSA", "id": id, "status": status, "kid": kid, "use": "enc", "e": e, "n": n})
            };
            body["jwks"] = json!({"keys": self.keys.iter().map(key).collect::<Vec<_>>()});
        }
        if let Some(uri) = &self.uri {
            body["jwks_uri"] = json!(uri);
        }
    }

    /// Takes over what a server's request says. Keys that were there before are known by their kid and keep their id.
    pub(super) fn take(&mut self, x: &mut Exchange<'_>, sent: &Value) -> Result<(), Refusal> {
        if let Some(algorithm) = sent::one_of(sent, "accessTokenEncryptedResponseAlgorithm", &ALGORITHMS)? {
            self.algorithm = Some(algorithm.to_owned());
        }
        if let Some(uri) = sent::text(sent, "jwks_uri")? {
            self.uri = Some(uri.to_owned());
        }
        let Some(listed) = sent::object(sent, "jwks")?.get("keys") else {
            return Ok(());
        };
        let listed = listed.as_array().ok_or_else(Refusal::malformed)?;
        let mut keys = Vec::with_capacity(listed.len());
        for sent in listed {
            let mut key = build(x, sent, "ACTIVE")?;
            if let Some(known) = self.keys.iter().find(|known| known.kid == key.kid) {
                (key.id, key.created) = (known.id.clone(), known.created.clone());
            }
            keys.push(key);
        }
        check(&keys)?;
        self.keys = keys;
        Ok(())
    }
}

fn build(x: &mut Exchange<'_>, sent: &Value, unset: &str) -> Result<Key, Refusal> {
    if !sent.is_object() {
        return Err(Refusal::malformed());
    }
    sent::one_of(sent, "kty", &["RSA"])?.ok_or_else(|| sent::blank("kty"))?;
    sent::one_of(sent, "use", &["enc"])?.ok_or_else(|| sent::blank("use"))?;
    Ok(Key {
        kid: sent::text(sent, "kid")?.map(str::to_owned),
        e: sent::required(sent, "e")?.to_owned(),
        n: sent::required(sent, "n")?.to_owned(),
        status: sent::one_of(sent, "status", &sent::STATUSES)?.unwrap_or(unset).to_owned(),
        id: x.tx.new_id(Kind::EncryptionKey),
        created: x.now.clone(),
        last_updated: x.now.clone(),
    })
}

/// Refuses keys that cannot be one server's, in the words of the specification's examples.
fn check(keys: &[Key]) -> Result<(), Refusal> {
    let refuse = |cause: &str| Err(Refusal::invalid(OBJECT, cause));
    if keys.len() > MOST {
        return refuse(
            "You can't create a new key. You have reached the maximum number of keys allowed (5). To add another key, you must first delete an existing one.",
        );
    }
    if keys.iter().any(|key| jwk::bits(&key.n) < 2048) {
        return refuse("RSA key length in the 'jwks' is less than '2,048' bits for the given key.");
    }
    if keys.iter().enumerate().any(|(at, key)| keys[..at].iter().any(|other| other.kid == key.kid)) {
        return refuse("Each key must have a unique ''kid''.");
    }
    if keys.iter().filter(|key| key.is_active()).count() > 1 {
        return refuse("Only one key can be active.");
    }
    Ok(())
}

fn place_of(server: &Server, id: &str) -> Result<usize, Refusal> {
    let place = server.encryption.keys.iter().position(|key| key.id == id);
    place.ok_or_else(|| Refusal::not_found(id, OBJECT))
}

pub(super) fn list(x: &Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    let items = server.encryption.keys.iter().map(|key| key.render(x, &server)).collect();
    Ok(Answer::list(items, Vec::new()))
}

pub(super) fn create(x: &mut Exchange<'_>, server: &str) -> Result<Answer, Refusal> {
    let mut server = find_server(x, server)?;
    let key = build(x, &x.call.object()?, "INACTIVE")?;
    if key.is_active() {
        let cause = "Keys cannot be created with an ''ACTIVE'' status. Create an ''INACTIVE'' key and then activate it.";
        return Err(Refusal::invalid(OBJECT, cause));
    }
    server.encryption.keys.push(key.clone());
    check(&server.encryption.keys)?;
    server.write(&mut x.tx)?;
    Ok(Answer::created(key.render(x, &server)))
}

pub(super) fn read(x: &Exchange<'_>, server: &str, id: &str) -> Result<Answer, Refusal> {
    let server = find_server(x, server)?;
    let place = place_of(&server, id)?;
    Ok(Answer::ok(server.encryption.keys[place].render(x, &server)))
}

pub(super) fn delete(x: &mut Exchange<'_>, server: &str, id: &str) -> Result<Answer, Refusal> {
    let mut server = find_server(x, server)?;
    let place = place_of(&server, id)?;
    if server.encryption.keys[place].is_active() {
        let cause = "''ACTIVE'' keys cannot be deleted. Activate another key before deleting this one.";
        return Err(Refusal::invalid(OBJECT, cause));
    }
    server.encryption.keys.remove(place);
    server.write(&mut x.tx)?;
    Ok(Answer::no_content())
}

/// Activates a key, which deactivates the other, or deactivates it, unless tokens are being encrypted.
pub(super) fn turn(x: &mut Exchange<'_>, server: &str, id: &str, turn: Turn) -> Result<Answer, Refusal> {
    let mut server = find_server(x, server)?;
    let place = place_of(&server, id)?;
    let Encryption { algorithm, keys, .. } = &mut server.encryption;
    if turn == Turn::Deactivate && keys[place].is_active() && algorithm.is_some() {
        let cause = "You cannot deactivate the active key when access token encryption is enabled.";
        return Err(Refusal::invalid(OBJECT, cause));
    }
    if turn == Turn::Activate {
        for (_, other) in keys.iter_mut().enumerate().filter(|(at, _)| *at != place) {
            other.turn(Turn::Deactivate, &x.now);
        }
    }
    keys[place].turn(turn, &x.now);
    server.write(&mut x.tx)?;
    Ok(Answer::ok(server.encryption.keys[place].render(x, &server)))
}
