//! A tree that came from the network, with everything taken out that must not be kept.

use serde_json::Value;

use crate::json::{Path, Step};
use crate::resource::validate::secret_like;

/// An answer without secret members. Only such trees can be compared, cached or shown.
///
/// # Guarantees
/// No member whose name looks like a secret holds a text, however deep. `profile` is left alone: it is documented as unencrypted and
/// readable, people put words of their own there, and a PUT that lost one would be a change that nobody declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Clean {
    tree: Value,
    dropped: Vec<Path>,
}

impl Clean {
    /// Takes an answer in and drops its secret members.
    pub fn new(mut tree: Value) -> Self {
        let mut dropped = Vec::new();
        scrub(&mut tree, &Path::root(), &mut dropped);
        Self { tree, dropped }
    }

    /// Returns the tree.
    pub fn tree(&self) -> &Value {
        &self.tree
    }

    /// Returns the places of what was dropped: an object that had something there cannot be sent back whole.
    pub fn dropped(&self) -> &[Path] {
        &self.dropped
    }
}

fn scrub(tree: &mut Value, path: &Path, dropped: &mut Vec<Path>) {
    match tree {
        Value::Object(members) => {
            members.retain(|name, value| {
                let secret = value.is_string() && (secret_like(name) || name == "secret_hash");
                if secret {
                    dropped.push(path.key(name));
                }
                !secret
            });
            let profile = Step::Key("profile".to_owned());
            for (name, value) in members.iter_mut() {
                let here = path.key(name);
                if here.steps() != [profile.clone()] {
                    scrub(value, &here, dropped);
                }
            }
        }
        Value::Array(items) => items.iter_mut().enumerate().for_each(|(i, item)| scrub(item, &path.index(i), dropped)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_dropped_however_deep_and_nothing_else() {
        let clean = Clean::new(json!({
            "credentials": {"oauthClient": {"client_id": "a", "client_secret": "s3cret", "token_endpoint_auth_method": "client_secret_basic"}},
            "list": [{"secret_hash": "h", "dpop_bound_access_tokens": true}],
            "profile": {"secret_keeper": "ops"},
        }));
        assert_eq!(
            clean.tree().to_string(),
            r#"{"credentials":{"oauthClient":{"client_id":"a","token_endpoint_auth_method":"client_secret_basic"}},"list":[{"dpop_bound_access_tokens":true}],"profile":{"secret_keeper":"ops"}}"#
        );
        let dropped: Vec<_> = clean.dropped().iter().map(ToString::to_string).collect();
        assert_eq!(dropped, ["credentials.oauthClient.client_secret", "list[0].secret_hash"]);
    }
}
