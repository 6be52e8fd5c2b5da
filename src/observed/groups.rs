//! Live groups, and what they are assigned to.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Clean;
use crate::json::Fingerprint;
use crate::resource::app::without;

/// Members of an assignment that only the server sets.
const READ_ONLY: [&str; 4] = ["id", "lastUpdated", "_embedded", "_links"];

/// A group's live access to an app. A list's item and a by-id answer of the same assignment give the same body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveAssignment {
    /// The group's id (`00g…`).
    pub group: String,
    /// The group's name, where the answer shows it.
    pub name: Option<String>,
    /// What PUT replaces, unknown members included, without what only the server sets.
    pub body: Value,
}

/// A group: what it is called, and its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveGroup {
    /// Its id (`00g…`).
    pub id: String,
    /// Its name; not unique across types.
    pub name: String,
    /// Its type: `OKTA_GROUP`, `APP_GROUP` or `BUILT_IN`.
    pub sort: String,
}

impl LiveAssignment {
    /// Returns the assignment of an answer; `None` if it lacks what every assignment has.
    pub fn read(answer: &Clean) -> Option<Self> {
        let tree = answer.tree().tree();
        let group = tree.get("id")?.as_str()?.to_owned();
        let mut body = without(&tree, &READ_ONLY);
        if body["profile"].is_null() {
            body["profile"] = Value::Object(Map::new());
        }
        body["priority"].as_u64()?;
        let name = tree.pointer("/_embedded/group/profile/name").and_then(Value::as_str).map(str::to_owned);
        Some(Self { group, name, body })
    }

    /// Returns the priority.
    pub fn priority(&self) -> Option<u64> {
        self.body.get("priority").and_then(Value::as_u64)
    }

    /// Returns the fingerprint by which apply knows that the assignment is still the one that was planned for.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_item_of_a_list_and_a_by_id_answer_give_the_same_body() {
        let read = |answer: &Value| LiveAssignment::read(&Clean::new(answer)).expect("an assignment");
        let item = json!({"id": "00g1", "lastUpdated": "2026-07-10T09:15:00.000Z", "priority": 0, "profile": {"client_secret": "kept: it is no secret of ours"},
            "_links": {}, "_embedded": {"group": {"profile": {"name": "Sales"}}}});
        let by_id = json!({"id": "00g1", "priority": 0, "profile": {"client_secret": "kept: it is no secret of ours"}});
        assert_eq!(read(&item).body, read(&by_id).body);
        assert_eq!(read(&item).name.as_deref(), Some("Sales"));
        assert_eq!(read(&json!({"id": "00g1", "priority": 3, "profile": null})).body, json!({"priority": 3, "profile": {}}));
    }

    #[test]
    fn what_has_no_id_or_no_priority_is_no_assignment() {
        for answer in [json!({}), json!({"id": "00g1"}), json!({"priority": 1}), json!({"id": "00g1", "priority": "1"}), json!([])] {
            assert_eq!(LiveAssignment::read(&Clean::new(&answer)), None, "{answer}");
        }
    }
}
