//! Live objects of a developer portal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Clean, Id};
use crate::address::Kind;
use crate::json::{Fingerprint, Path};
use crate::resource::app::without;
use crate::resource::{Compare, Shape, read_only, table};

/// The portal, as far as it was read.
#[derive(Debug, Clone, Default)]
pub struct Portal {
    /// Its address, without a trailing slash.
    pub url: String,
    /// Every provider.
    pub providers: Vec<LivePortal>,
    /// The client types of the providers whose client types were read.
    pub client_types: BTreeMap<Id, Vec<LivePortal>>,
    /// The products and plans that name scopes, if they were read.
    pub scope_users: Vec<ScopeUser>,
}

/// A product or plan of the portal that names scopes: a client that is registered for it asks for them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScopeUser {
    /// An API product that registers clients.
    Product {
        /// Its name.
        name: String,
        /// Its scopes.
        scopes: Vec<String>,
        /// The names of the client types that it offers; they tell the provider.
        client_types: Vec<String>,
    },
    /// A plan, which belongs to no provider.
    Plan {
        /// Its name.
        name: String,
        /// Its scopes.
        scopes: Vec<String>,
    },
}

impl ScopeUser {
    /// Returns what a product of a list is. `Scopes` is separated by commas, and `Templates` holds names (tyk-portal-api.md, section 5).
    pub fn product(raw: &Value) -> Option<Self> {
        let names = raw.get("Templates").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let client_types = names.map(str::to_owned).collect();
        let registers = raw.get("DCREnabled").and_then(Value::as_bool).unwrap_or_default();
        let scopes = if registers { words(raw, "Scopes") } else { Vec::new() };
        Some(Self::Product { name: name(raw)?, scopes, client_types })
    }

    /// Returns what a plan of a list is. Documents say of `JWTScope` that it is separated by commas, and that it is by spaces.
    pub fn plan(raw: &Value) -> Option<Self> {
        Some(Self::Plan { name: name(raw)?, scopes: words(raw, "JWTScope") })
    }

    /// Returns its scopes.
    pub fn scopes(&self) -> &[String] {
        match self {
            Self::Product { scopes, .. } | Self::Plan { scopes, .. } => scopes,
        }
    }
}

fn name(raw: &Value) -> Option<String> {
    raw.get("Name").and_then(Value::as_str).map(str::to_owned)
}

fn words(raw: &Value, field: &str) -> Vec<String> {
    let text = raw.get(field).and_then(Value::as_str).unwrap_or_default();
    let words: BTreeSet<_> = text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.into_iter().collect()
}

/// A live provider or client type. A list's item and a by-id answer of the same object give the same value.
#[derive(Debug, Clone, PartialEq)]
pub struct LivePortal {
    /// Which of the two.
    pub kind: Kind,
    /// Its id, a number.
    pub id: Id,
    /// Its custom id, where the portal shows one.
    pub cid: Option<String>,
    /// Its name; not necessarily unique.
    pub name: String,
    /// Its body: what PUT replaces, unknown members included, without what only the server sets. What it takes and never shows is not
    /// in it, should some version show it.
    pub body: Value,
}

impl LivePortal {
    /// Returns the object of an answer; `None` if it lacks what every such object has.
    pub fn read(kind: Kind, answer: &Clean) -> Option<Self> {
        let tree = answer.tree().tree();
        let text = |field: &str| tree.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let id = tree.get("ID").and_then(Value::as_u64).filter(|id| *id > 0)?;
        let mut body = without(&tree, read_only(kind));
        as_texts(kind, &mut body);
        Some(Self { kind, id: Id(id.to_string()), cid: text("CID"), name: tree.get("Name")?.as_str()?.to_owned(), body })
    }

    /// Returns the kind of an answer's object: what only one of the two has tells.
    pub fn kind_of(answer: &Value) -> Option<Kind> {
        let has = |field: &str| answer.get(field).is_some();
        match (has("ID"), has("WellKnownURL"), has("GrantType")) {
            (true, true, false) => Some(Kind::OAuthProvider),
            (true, false, true) => Some(Kind::ClientType),
            _ => None,
        }
    }

    /// Returns the fingerprint by which apply knows that the object is still the one that was planned for.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.body)
    }

    /// Returns what a PUT sends back of the object as it is: every field that the table knows, so that it makes no difference whether
    /// the portal keeps or clears what is left out (tyk-portal-api.md, section 4).
    pub fn to_be_sent(&self) -> Value {
        let mut tree = without(&self.body, &["CID"]);
        let Shape::Object(rows) = &table(self.kind).shape else { return tree };
        for (name, row) in rows.iter().filter(|(_, row)| !row.rule.ours && row.rule.compare != Compare::WriteOnly) {
            if let Some(absent) = row.rule.absent.as_ref().filter(|_| !Path::root().key(name).is_set(&tree)) {
                tree[name.as_str()] = absent.clone();
            }
        }
        tree
    }
}

/// Brings lists to the texts that the portal's documentation shows: some versions may answer with what they were sent, and scripts send
/// lists (tyk-portal-api.md, section 4.1).
fn as_texts(kind: Kind, body: &mut Value) {
    let Value::Object(members) = body else { return };
    for (name, value) in members.iter_mut() {
        let is_text = table(kind).member(name).is_some_and(|row| match &row.shape {
            Shape::Text { .. } => true,
            _ => row.rule.compare == Compare::Csv,
        });
        if let (true, Value::Array(items)) = (is_text, &*value) {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            *value = json!(texts.join(","));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, answer: &Value) -> LivePortal {
        LivePortal::read(kind, &Clean::new(answer)).expect("an object with id and name")
    }

    #[test]
    fn an_item_of_a_list_and_a_by_id_answer_give_the_same() {
        let item = json!({"ID": 3, "Name": "Okta", "Type": "Okta", "WellKnownURL": "https://a", "SSLInsecureSkipVerify": false, "CreatedAt": "2026-07-10 09:15"});
        let mut by_id = item.clone();
        by_id["ClientTypes"] = json!([{"ID": 1}]);
        by_id["UpdatedAt"] = json!("2026-07-10 09:16");
        by_id["RegistrationAccessToken"] = json!("00hush");
        assert_eq!(read(Kind::OAuthProvider, &item), read(Kind::OAuthProvider, &by_id));
    }

    #[test]
    fn lists_are_read_as_texts_and_everything_known_is_sent_back() {
        let live = read(
            Kind::ClientType,
            &json!({"ID": 7, "CID": "2fA", "Name": "Service", "GrantType": ["client_credentials"], "ResponseTypes": ["code", "token"],
            "TokenEndpointAuthMethod": ["client_secret_post"], "Tomorrow": ["x"], "OktaAppType": null}),
        );
        insta::assert_snapshot!(live.to_be_sent(), @r#"{"Name":"Service","GrantType":"client_credentials","ResponseTypes":"code,token","TokenEndpointAuthMethod":"client_secret_post","Tomorrow":["x"],"OktaAppType":"","Description":""}"#);
        assert_eq!(live.cid.as_deref(), Some("2fA"));
    }

    #[test]
    fn what_has_no_id_is_no_object() {
        for answer in [json!({}), json!({"ID": 0, "Name": "x"}), json!({"ID": "../..", "Name": "x"}), json!({"ID": 1}), json!([])] {
            assert_eq!(LivePortal::read(Kind::ClientType, &Clean::new(&answer)), None);
        }
    }
}
