//! A tree that came from the network, with everything taken out that must not be kept.

use serde::Deserializer;
use serde_json::Value;

use crate::json::{Packed, Path, Step, Way};
use crate::resource::validate::secret_like;

/// An answer without secret members. Only such trees can be compared, cached or shown.
///
/// # Guarantees
/// No member whose name looks like a secret holds a text, however deep. `profile` is left alone: it is documented as unencrypted and
/// readable, people put words of their own there, and a PUT that lost one would be a change that nobody declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Clean {
    tree: Packed,
    dropped: Vec<Path>,
}

impl Clean {
    /// Takes an answer in and drops its secret members.
    pub fn new(tree: &Value) -> Self {
        Self::read(tree).expect("a tree can be read: it was read before")
    }

    /// Reads an answer and drops its secret members on the way.
    pub fn read<'de, D: Deserializer<'de>>(raw: D) -> Result<Self, D::Error> {
        let mut dropped = Vec::new();
        let tree = Packed::read(raw, |way, name| {
            let secret = (secret_like(name) || name == "secret_hash") && !is_in_profile(way);
            if secret {
                dropped.push(Way::Key(way, name).path());
            }
            secret
        })?;
        Ok(Self { tree, dropped })
    }

    /// Returns the tree.
    pub fn tree(&self) -> &Packed {
        &self.tree
    }

    /// Returns the places of what was dropped: an object that had something there cannot be sent back whole.
    pub fn dropped(&self) -> &[Path] {
        &self.dropped
    }
}

fn is_in_profile(way: &Way<'_>) -> bool {
    way.path().steps().first() == Some(&Step::Key("profile".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_dropped_however_deep_and_nothing_else() {
        let clean = Clean::new(&json!({
            "credentials": {"oauthClient": {"client_id": "a", "client_secret": "s3cret", "token_endpoint_auth_method": "client_secret_basic"}},
            "list": [{"secret_hash": "h", "dpop_bound_access_tokens": true}],
            "profile": {"secret_keeper": "ops"},
        }));
        assert_eq!(
            clean.tree().tree().to_string(),
            r#"{"credentials":{"oauthClient":{"client_id":"a","token_endpoint_auth_method":"client_secret_basic"}},"list":[{"dpop_bound_access_tokens":true}],"profile":{"secret_keeper":"ops"}}"#
        );
        let dropped: Vec<_> = clean.dropped().iter().map(ToString::to_string).collect();
        assert_eq!(dropped, ["credentials.oauthClient.client_secret", "list[0].secret_hash"]);
    }
}
