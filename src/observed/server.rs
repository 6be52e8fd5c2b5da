//! Live authorization servers and what they consist of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Clean, Id, Status};
use crate::json::{Fingerprint, Path};
use crate::resource::app::without;
use crate::resource::authorization_server::{DEFAULT, Part, born_with};

/// The authorization servers of an org, as far as they were read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Servers {
    /// Every server, in the order of the list.
    pub listed: Vec<LivePart>,
    /// Of the servers that were read closer: what was read of each.
    pub below: BTreeMap<Id, Children>,
}

/// What was read of a server's children. `None`: not read, because nobody manages it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Children {
    /// Its scopes.
    pub scopes: Option<Vec<LivePart>>,
    /// Its claims.
    pub claims: Option<Vec<LivePart>>,
    /// Its policies.
    pub policies: Option<Vec<LivePart>>,
    /// The rules of those of its policies whose rules were read, by the policy's id.
    pub rules: BTreeMap<Id, Vec<LivePart>>,
}

/// A live authorization server, or one of its scopes, claims, policies and rules. A list's item and a by-id answer of the same object
/// give the same value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LivePart {
    /// Which of these it is.
    pub part: Part,
    /// Its id.
    pub id: Id,
    /// What tells it from its siblings: its name, of claims behind the sort of token.
    pub key: Vec<String>,
    /// Whether it is in force, where the lifecycle calls change that.
    pub status: Option<Status>,
    /// Whether Okta made it along with the server, so that it is never deleted; of servers, whether it is the built-in one.
    pub own: bool,
    /// Of a server, the URL that stands as issuer in its tokens.
    pub issuer: Option<String>,
    /// Its body: what PUT replaces, unknown members included, without what only the server sets. Of policies and rules the status
    /// is in it, since a PUT without one might set it.
    pub body: Value,
    /// Members that were dropped because they look like secrets: a PUT could not send them back.
    pub withheld: Vec<Path>,
}

impl LivePart {
    /// Returns the object of an answer; `None` if it lacks what every such object has.
    pub fn read(part: Part, answer: &Clean) -> Option<Self> {
        let tree = answer.tree().tree();
        let text = |member: &str| tree.get(member).and_then(Value::as_str);
        let status = if part.has_lifecycle() { Some(text("status").and_then(Status::read)?) } else { None };
        let own = match part {
            Part::Server => tree.get("default").and_then(Value::as_bool).unwrap_or_else(|| text("name") == Some(DEFAULT)),
            Part::Scope | Part::Claim | Part::Policy | Part::Rule => born_with::is_own(part, &tree),
        };
        let mut body = without(&tree, part.read_only());
        if let Some(Value::Array(keys)) = Path::of("jwks.keys").find(&body).filter(|_| part == Part::Server).cloned() {
            Path::of("jwks.keys").set(&mut body, keys.iter().map(|key| without(key, &KEY_READ_ONLY)).collect());
        }
        let (id, key) = (Id(text("id")?.to_owned()), part.key(&tree)?);
        let issuer = text("issuer").filter(|_| part == Part::Server).map(str::to_owned);
        Some(Self { part, id, key, status, own, issuer, body, withheld: answer.dropped().to_vec() })
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        self.key.last().map(String::as_str).unwrap_or_default()
    }

    /// Returns where it stands among its siblings, where that is known.
    pub fn priority(&self) -> Option<i64> {
        self.body.get("priority").and_then(Value::as_i64)
    }

    /// Returns the fingerprint by which apply knows that the object is still the one that was planned for. Neither the status, which is
    /// another facet, is in it, nor the priority, which changes when a sibling is given another one.
    pub fn fingerprint(&self) -> Fingerprint {
        let besides: &[&str] = if matches!(self.part, Part::Policy | Part::Rule) { &["status", "priority"] } else { &[] };
        Fingerprint::of(&without(&self.body, besides))
    }
}

/// Members of a server's encryption keys that only the server sets.
const KEY_READ_ONLY: [&str; 4] = ["id", "created", "lastUpdated", "_links"];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(part: Part, answer: &Value) -> LivePart {
        LivePart::read(part, &Clean::new(answer)).expect("an object with id and name")
    }

    fn server() -> Value {
        json!({
            "id": "aus1", "name": "orders", "description": null, "audiences": ["https://api.example.com"], "issuer": "https://a/oauth2/aus1",
            "issuerMode": "ORG_URL", "status": "ACTIVE", "created": "2026-01-01T00:00:00.000Z", "lastUpdated": "2026-01-01T00:00:00.000Z",
            "credentials": {"signing": {"kid": "k", "rotationMode": "AUTO", "lastRotated": "2026-01-01T00:00:00.000Z", "nextRotation": "2026-04-01T00:00:00.000Z"}},
            "default": false, "accessTokenEncryptedResponseAlgorithm": "RSA-OAEP-256", "tomorrow": {"a": 1},
            "jwks": {"keys": [{"id": "pks1", "kid": "a", "kty": "RSA", "e": "AQAB", "n": "1", "status": "ACTIVE", "created": "x", "_links": {}}]},
            "_links": {"self": {"href": "https://a"}},
        })
    }

    #[test]
    fn what_is_kept_of_a_server_is_what_a_put_may_send_back() {
        let live = read(Part::Server, &server());
        insta::assert_snapshot!(live.body, @r#"{"name":"orders","description":null,"audiences":["https://api.example.com"],"issuerMode":"ORG_URL","credentials":{"signing":{"rotationMode":"AUTO"}},"accessTokenEncryptedResponseAlgorithm":"RSA-OAEP-256","tomorrow":{"a":1},"jwks":{"keys":[{"kid":"a","kty":"RSA","e":"AQAB","n":"1","status":"ACTIVE"}]}}"#);
        assert_eq!((live.name(), live.status, live.own, live.withheld.len()), ("orders", Some(Status::Active), false, 0));
    }

    #[test]
    fn a_rotated_key_makes_it_no_other_server() {
        let mut rotated = server();
        rotated["credentials"]["signing"]["kid"] = json!("k2");
        rotated["credentials"]["signing"]["lastRotated"] = json!("2026-04-01T00:00:00.000Z");
        rotated["lastUpdated"] = json!("2026-04-01T00:00:00.000Z");
        assert_eq!(read(Part::Server, &rotated), read(Part::Server, &server()));
    }

    #[test]
    fn a_rule_that_a_sibling_moved_is_still_the_one_that_was_planned_for() {
        let rule = json!({"id": "0pr1", "status": "ACTIVE", "name": "r", "priority": 1, "system": false, "type": "RESOURCE_ACCESS", "conditions": {}, "actions": {}});
        let mut moved = rule.clone();
        moved["priority"] = json!(2);
        moved["status"] = json!("INACTIVE");
        let (before, after) = (read(Part::Rule, &rule), read(Part::Rule, &moved));
        assert_eq!(before.fingerprint(), after.fingerprint());
        assert_eq!((after.priority(), after.status), (Some(2), Some(Status::Inactive)));
        assert_eq!(after.body["status"], "INACTIVE", "a PUT sends it back");
        moved["conditions"] = json!({"scopes": {"include": ["*"]}});
        assert_ne!(before.fingerprint(), read(Part::Rule, &moved).fingerprint());
    }

    #[test]
    fn what_okta_makes_along_with_a_server_is_its_own() {
        let scope = |name: &str, system: bool| read(Part::Scope, &json!({"id": "scp1", "name": name, "system": system})).own;
        assert!(scope("openid", true) && scope("openid", false) && scope("okta.myAccount.read", false));
        assert!(!scope("orders.read", false));
        let claim = |name: &str, token: &str| read(Part::Claim, &json!({"id": "ocl1", "name": name, "claimType": token})).own;
        assert!(claim("sub", "RESOURCE") && claim("email", "IDENTITY"));
        assert!(!claim("sub", "IDENTITY") && !claim("email", "RESOURCE"));
        let policy = |system: bool| read(Part::Policy, &json!({"id": "00p1", "name": "p", "status": "ACTIVE", "system": system})).own;
        assert!(policy(true) && !policy(false));
        let mut builtin = server();
        builtin["default"] = json!(true);
        assert!(read(Part::Server, &builtin).own);
    }

    #[test]
    fn what_lacks_an_id_a_name_or_a_status_is_no_object() {
        for answer in [json!({}), json!({"id": "aus1", "name": "x"}), json!({"id": "aus1", "name": "x", "status": "?"}), json!([])] {
            assert_eq!(LivePart::read(Part::Server, &Clean::new(&answer)), None);
        }
        assert_eq!(
            LivePart::read(Part::Claim, &Clean::new(&json!({"id": "ocl1", "name": "x"}))),
            None,
            "the sort of token tells claims apart"
        );
    }
}
