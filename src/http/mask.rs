//! Answers as they may be quoted in an error: without secrets, inert, and short.
//!
//! Two nets: members with a secret's name lose their value, and the secret values of the request at hand, and all others that are known,
//! are replaced wherever the server repeats them.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::printable::printable_head;
use crate::request::segment;
use crate::resource::validate::secret_like;
use crate::secret::Secret;

const HIDDEN: &str = "(secret)";
/// How much of a body an error quotes.
const EXCERPT: usize = 300;

/// Tells whether a member's text is not for anybody's eyes.
fn is_secret_name(name: &str) -> bool {
    // Beside what a manifest may not hold: the private members of a JWK, and what OAuth's endpoints speak of.
    let endings = ["token", "Token", "assertion", "authorization"];
    matches!(name, "d" | "p" | "q" | "dp" | "dq" | "qi" | "k") || endings.iter().any(|ending| name.ends_with(ending)) || secret_like(name)
}

/// Secret values that no text of a server may bring back, in every form. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Hidden(Arc<[Secret]>);

impl Hidden {
    /// Returns the forms of some values.
    pub(super) fn of(values: impl IntoIterator<Item = Secret>) -> Self {
        Self(values.into_iter().flat_map(|value| forms(value.expose())).map(Secret::new).collect())
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hidden").finish_non_exhaustive()
    }
}

/// The secret values to be replaced where an answer repeats them: those that its request carries, and those that are known besides.
#[derive(Debug, Default)]
pub(crate) struct Mask(Vec<Secret>, Hidden);

impl Mask {
    /// Gathers the values of secret members in a body.
    pub(super) fn of(body: Option<&Value>) -> Self {
        let mut mask = Self::default();
        if let Some(body) = body {
            mask.gather(body, false);
        }
        mask
    }

    /// Adds one more value.
    pub(crate) fn and(mut self, secret: &Secret) -> Self {
        self.learn(secret);
        self
    }

    /// Adds a value that became known on the way.
    pub(super) fn learn(&mut self, secret: &Secret) {
        if !self.0.iter().any(|known| known.expose() == secret.expose()) {
            self.0.push(secret.clone());
        }
    }

    /// Adds all that are known.
    pub(super) fn beside(mut self, hidden: Hidden) -> Self {
        self.1 = hidden;
        self
    }

    fn gather(&mut self, tree: &Value, secret: bool) {
        match tree {
            Value::Object(members) => members.iter().for_each(|(name, value)| self.gather(value, is_secret_name(name))),
            Value::Array(items) => items.iter().for_each(|item| self.gather(item, secret)),
            Value::String(text) if secret && !text.is_empty() => self.0.push(Secret::new(text.clone())),
            _ => {}
        }
    }

    /// Returns a text of the server without the secrets, inert, cut after so many characters.
    pub(crate) fn quote(&self, text: &str, limit: usize) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            for form in forms(secret.expose()) {
                text = text.replace(&form, HIDDEN);
            }
        }
        for form in self.1.0.iter().filter(|form| text.contains(form.expose())).collect::<Vec<_>>() {
            text = text.replace(form.expose(), HIDDEN);
        }
        printable_head(&text, limit)
    }

    /// Returns the beginning of a JSON body without secrets.
    pub(super) fn excerpt(&self, body: &Value) -> String {
        let mut body = body.clone();
        hide(&mut body, false);
        self.quote(&body.to_string(), EXCERPT)
    }
}

fn hide(tree: &mut Value, secret: bool) {
    match tree {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| hide(value, is_secret_name(name))),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, secret)),
        Value::String(_) | Value::Number(_) if secret => *tree = Value::from(HIDDEN),
        _ => {}
    }
}

/// Returns how a value may be written: as it is, JSON-escaped, percent-encoded, in base64.
fn forms(value: &str) -> Vec<String> {
    let quoted = Value::from(value).to_string();
    let mut forms = vec![
        value.to_owned(),
        quoted.trim_matches('"').to_owned(),
        segment(value),
        url::form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        STANDARD.encode(value),
        URL_SAFE_NO_PAD.encode(value),
    ];
    forms.retain(|form| !form.is_empty());
    forms
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_excerpt_shows_no_secret_member() {
        let body = json!({"client_id": "c", "client_secret": "hush-hush", "secret_hash": "abc", "jwks": {"keys": [{"kid": "1", "d": "private", "n": "m"}]},
            "refresh_token": {"rotation_type": "STATIC"}, "access_token": "eyJ", "token_endpoint_auth_method": "none"});
        insta::assert_snapshot!(Mask::default().excerpt(&body), @r#"{"client_id":"c","client_secret":"(secret)","secret_hash":"(secret)","jwks":{"keys":[{"kid":"1","d":"(secret)","n":"m"}]},"refresh_token":{"rotation_type":"STATIC"},"access_token":"(secret)","token_endpoint_auth_method":"none"}"#);
    }

    #[test]
    fn a_secret_that_was_not_in_the_request_is_replaced_too() {
        let hidden = Hidden::of([Secret::new("of another \"client\"".to_owned())]);
        let mask = Mask::default().beside(hidden.clone());
        for form in forms("of another \"client\"") {
            assert_eq!(mask.quote(&format!("see {form}!"), 100), "see (secret)!");
        }
        assert_eq!(format!("{hidden:?}"), "Hidden { .. }");
    }

    #[test]
    fn a_secret_that_the_server_repeats_is_replaced_in_every_form() {
        let secret = "hush \"hush\"$/é";
        let mask =
            Mask::of(Some(&json!({"credentials": {"oauthClient": {"client_secret": secret}}}))).and(&Secret::new("00token".to_owned()));
        for form in forms(secret) {
            assert_eq!(
                mask.quote(&format!("client_secret: {form} is too short for 00token"), 100),
                "client_secret: (secret) is too short for (secret)"
            );
        }
    }
}
