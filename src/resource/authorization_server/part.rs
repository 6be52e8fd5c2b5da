//! An authorization server and what it consists of: where each sort of object is in the API, and its row of the field table.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::AuthorizationServer;
use crate::resource::field::{Field, Shape};
use crate::resource::table::of;

/// The path of the org's list of authorization servers.
pub const SERVERS: &str = "/api/v1/authorizationServers";

/// Returns the path of the list of a server's scopes, given the server as it stands in a path: its id, or a slot.
pub fn scopes_below(server: &str) -> String {
    format!("{SERVERS}/{server}/scopes")
}

/// Returns the path of the list of a server's claims.
pub fn claims_below(server: &str) -> String {
    format!("{SERVERS}/{server}/claims")
}

/// Returns the path of the list of a server's policies.
pub fn policies_below(server: &str) -> String {
    format!("{SERVERS}/{server}/policies")
}

/// Returns the path of the list of a policy's rules.
pub fn rules_below(server: &str, policy: &str) -> String {
    format!("{SERVERS}/{server}/policies/{policy}/rules")
}

/// A sort of object that an authorization server consists of; the server itself is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The server.
    Server,
    /// What clients can ask for.
    Scope,
    /// What is written into tokens.
    Claim,
    /// Which clients the rules below it are for.
    Policy,
    /// What a policy lets through.
    Rule,
}

impl Part {
    /// Every part, parents before children.
    pub const ALL: [Self; 5] = [Self::Server, Self::Scope, Self::Claim, Self::Policy, Self::Rule];

    /// Returns what it is called in addresses and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Scope => "scope",
            Self::Claim => "claim",
            Self::Policy => "policy",
            Self::Rule => "rule",
        }
    }

    /// Returns its row of the field table: an object with the fields of one such object.
    pub fn table(self) -> &'static Field {
        static SERVER: LazyLock<Field> = LazyLock::new(|| of::<AuthorizationServer>("AuthorizationServer"));
        match self {
            Self::Server => &SERVER,
            Self::Scope => items(&SERVER, "scopes"),
            Self::Claim => items(&SERVER, "claims"),
            Self::Policy => items(&SERVER, "policies"),
            Self::Rule => items(Self::Policy.table(), "rules"),
        }
    }

    /// Returns the members of its objects that only the server sets, and those that say what the path says already: never sent back
    /// and never compared.
    ///
    /// The status is another facet of servers. A PUT of a policy or rule has it in its body (recorded), so there it is sent back.
    pub const fn read_only(self) -> &'static [&'static str] {
        match self {
            Self::Server => &[
                "id",
                "issuer",
                "default",
                "status",
                "created",
                "lastUpdated",
                "credentials.signing.kid",
                "credentials.signing.lastRotated",
                "credentials.signing.nextRotation",
                "_links",
                "_embedded",
            ],
            Self::Scope | Self::Claim => &["id", "system", "apiResourceId", "_links"],
            Self::Policy | Self::Rule => &["id", "system", "created", "lastUpdated", "_links"],
        }
    }

    /// Returns the member that every request has and no manifest says, with its only value.
    pub const fn implied(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Server | Self::Scope | Self::Claim => None,
            Self::Policy => Some(("type", "OAUTH_AUTHORIZATION_POLICY")),
            Self::Rule => Some(("type", "RESOURCE_ACCESS")),
        }
    }

    /// Returns whether the status of its objects is changed by lifecycle calls rather than by PUT.
    pub const fn has_lifecycle(self) -> bool {
        matches!(self, Self::Server | Self::Policy | Self::Rule)
    }

    /// Returns what tells one object from its siblings, in a declared or a live tree: of claims the sort of token counts too, since
    /// access and ID tokens may have one of the same name each.
    pub fn key(self, tree: &Value) -> Option<Vec<String>> {
        let text = |member: &str| tree.get(member).and_then(Value::as_str).map(str::to_owned);
        let mut key = Vec::new();
        if self == Self::Claim {
            key.push(text("claimType")?);
        }
        key.push(text("name")?);
        Some(key)
    }
}

/// Returns the row of the items of a list.
fn items(parent: &'static Field, list: &str) -> &'static Field {
    match parent.member(list).map(|field| &field.shape) {
        Some(Shape::List(item)) => item,
        _ => unreachable!("`{list}` is a list in our own sources, and tested to be"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_of_one_name_are_told_apart_by_their_token() {
        let claim = json!({"name": "groups", "claimType": "IDENTITY"});
        assert_eq!(Part::Claim.key(&claim), Some(vec!["IDENTITY".to_owned(), "groups".to_owned()]));
        assert_eq!(Part::Scope.key(&claim), Some(vec!["groups".to_owned()]));
        assert_eq!(Part::Rule.key(&json!({"name": 1})), None);
    }
}
