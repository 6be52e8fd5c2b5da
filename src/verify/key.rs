//! The private half of a key to whether the org knows its public half, and by which name.

use serde_json::Value;

use super::blame::Blame;
use super::client::Client;
use crate::desired::PrivateKey;
use crate::json::Path;
use crate::printable::printable_head;
use crate::resource::jwk::key_id;

/// Where an app has its public keys.
const KEYS: &str = "settings.oauthClient.jwks.keys";
/// Where an app says that they are elsewhere.
const ELSEWHERE: &str = "settings.oauthClient.jwks_uri";

/// What is known of a private key: its public half, and the name that it goes by.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyFacts {
    /// The public half, as a JWK.
    pub public: Value,
    /// The `kid` in assertions.
    pub kid: Option<String>,
}

/// Returns what is wrong with a client's key, as far as the org's side of it shows.
pub(super) fn unknown(client: &Client<'_>, declared: &PrivateKey, key: &KeyFacts) -> Option<Blame> {
    // Keys that are elsewhere were not read.
    if client.live_value(ELSEWHERE).is_some_and(|uri| uri.is_string()) {
        return None;
    }
    let here = |what: String, remedy: &str| Some(Blame::new(&declared.address, &declared.origin, what, remedy));
    let live = client.live?.keys();
    let of_the_client = Path::of(KEYS).find(&client.wanted.body).and_then(Value::as_array);
    let public = of_the_client.into_iter().flatten().find(|public| is_same(public, &key.public));
    let origin = client.origin(KEYS);
    let address = |public: &Value| client.address().below(["key", key_id(public).as_str()]);
    let Some(known) = live.iter().find(|known| is_same(known, &key.public)) else {
        return match public {
            Some(public) => Some(Blame::undone(&address(public), &origin, "it is none of the client's keys")),
            None => here(
                format!("the public half of {} is none of the client's keys", declared.reference),
                "refer to the right key; or add its public half to `jwks`, and have that applied\n    idpctl apply",
            ),
        };
    };
    match public {
        Some(_) if known["status"] == "INACTIVE" => return Some(Blame::undone(&address(known), &origin, "it is INACTIVE")),
        None if known["status"] == "INACTIVE" => {
            return here(
                "the client's key that it belongs to is INACTIVE".to_owned(),
                "refer to another, or have that one activated at the server",
            );
        }
        _ => {}
    }
    match (key.kid.as_deref(), known["kid"].as_str()) {
        (Some(ours), Some(theirs)) if ours != theirs => {
            let [ours, theirs] = [ours, theirs].map(|kid| printable_head(kid, 100));
            here(
                format!("it goes by the `kid` `{ours}`, and the client's key by `{theirs}`"),
                "say the `kid` of the client's key beside it",
            )
        }
        (None, Some(_)) if live.len() > 1 => {
            here("it does not say which of the client's keys it belongs to".to_owned(), "say the `kid` of the client's key beside it")
        }
        _ => None,
    }
}

/// Tells whether two keys are made of the same numbers, which may be written with padding.
fn is_same(a: &Value, b: &Value) -> bool {
    let part = |key: &Value, name: &str| key[name].as_str().map(|text| text.trim_end_matches('=').to_owned());
    ["kty", "n", "e", "x", "y"].into_iter().all(|name| part(a, name) == part(b, name))
}
