//! Live clients as dynamic registration shows them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Clean, Id};
use crate::json::{Fingerprint, Path};
use crate::resource::app::without;
use crate::resource::client::{METHOD, READ_ONLY, SECRET};

/// A live client. A list's item and a by-id answer of the same client give the same value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveClient {
    /// Its client id, which its path has.
    pub id: Id,
    /// Its name; not necessarily unique.
    pub name: String,
    /// Its body: what PUT replaces, unknown members included, without what only the server sets.
    pub body: Value,
    /// Members that were dropped because they look like secrets, other than the secret and its end: a PUT could not send them back.
    pub withheld: Vec<Path>,
}

/// Whether the file is there that a client's secret goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is.
    There,
    /// It is not, and can be made.
    Missing,
    /// It cannot be looked for, or cannot be made, and why.
    Unusable(String),
}

impl LiveClient {
    /// Returns the client of an answer; `None` if it lacks what every client has.
    pub fn read(answer: &Clean) -> Option<Self> {
        let tree = answer.tree().tree();
        let text = |member: &str| tree.get(member).and_then(Value::as_str).map(str::to_owned);
        let ours = |path: &Path| [SECRET, "client_secret_expires_at"].iter().any(|name| *path == Path::of(name));
        Some(Self {
            id: Id(text("client_id")?),
            name: text("client_name")?,
            body: without(&tree, &READ_ONLY),
            withheld: answer.dropped().iter().filter(|path| !ours(path)).cloned().collect(),
        })
    }

    /// Returns how it authenticates.
    pub fn method(&self) -> Option<&str> {
        self.body.get(METHOD).and_then(Value::as_str)
    }

    /// Returns the fingerprint by which apply knows that the client is still the one that was planned for.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.body)
    }

    /// Returns its public keys.
    pub fn keys(&self) -> &[Value] {
        Path::of("jwks.keys").find(&self.body).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_kept_of_a_client_is_what_a_put_may_send_back() {
        let mut shown = json!({"client_id": "0oa1", "client_id_issued_at": 1, "client_secret_expires_at": 0, "client_name": "Books", "client_uri": null,
            "token_endpoint_auth_method": "client_secret_post", "tomorrow": {"a": 1}});
        let live = LiveClient::read(&Clean::new(&shown)).expect("a client");
        insta::assert_snapshot!(live.body, @r#"{"client_name":"Books","client_uri":null,"token_endpoint_auth_method":"client_secret_post","tomorrow":{"a":1}}"#);
        shown["client_secret"] = json!("a secret that nobody sees");
        let with_secret = LiveClient::read(&Clean::new(&shown));
        assert_eq!(with_secret, Some(live), "an answer with the secret tells the same");
        assert_eq!(LiveClient::read(&Clean::new(&json!({"client_id": "0oa1"}))), None);
    }

    #[test]
    fn what_looks_like_a_secret_is_withheld() {
        let live = LiveClient::read(&Clean::new(&json!({"client_id": "0oa1", "client_name": "Books", "webhook_secret": "s3cret"})));
        assert_eq!(live.map(|live| live.withheld), Some(vec![Path::of("webhook_secret")]));
    }
}
