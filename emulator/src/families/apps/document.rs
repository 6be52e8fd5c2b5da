//! An app as it is stored: the API's object, and beside it what answers show only in part.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    answer::Refusal,
    store::{Table, Tx},
};

/// An app of the org.
///
/// # Guarantees
/// `body` has the members of Okta's answer in their order, without `_links` and without a client secret. The members of its
/// `jwks` carry `created` and `lastUpdated`, which the app's own answers leave out.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) body: Value,
    /// The client secrets, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) secrets: Vec<Secret>,
    pub(crate) access_policy: String,
    /// What was set through the internal ID token route.
    pub(crate) id_token: Value,
    /// Set while the next DELETE is to answer 500.
    #[serde(default)]
    pub(crate) fails_delete: bool,
    /// Whether the org itself defines the app: a custom one, named by the org.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) custom: bool,
    /// Where its own logo is, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) logo: Option<String>,
}

/// A client secret as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Secret {
    pub(crate) id: String,
    pub(crate) created: String,
    pub(crate) last_updated: String,
    pub(crate) status: String,
    pub(crate) value: String,
}

impl Secret {
    pub(crate) fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }
}

impl App {
    pub(crate) fn write(&self, tx: &mut Tx<'_>) -> Result<(), Refusal> {
        tx.put(Table::Apps, self.id.clone(), self)
    }

    /// Says whether the app is an OAuth client: preconfigured apps of the catalogue are not, whatever they are sent.
    pub(crate) fn is_client(&self) -> bool {
        self.body["settings"]["oauthClient"].is_object()
    }

    pub(crate) fn label(&self) -> &str {
        self.body["label"].as_str().unwrap_or_default()
    }

    pub(crate) fn client_id(&self) -> &str {
        let client = &self.body["credentials"]["oauthClient"];
        client["client_id"].as_str().unwrap_or(&self.id)
    }

    pub(crate) fn auth_method(&self) -> &str {
        let client = &self.body["credentials"]["oauthClient"];
        client["token_endpoint_auth_method"].as_str().unwrap_or_default()
    }

    pub(crate) fn has_secrets(&self) -> bool {
        self.auth_method().starts_with("client_secret_")
    }

    /// Returns the secret that the app's own answers echo: the newest active one.
    pub(crate) fn shown_secret(&self) -> Option<&Secret> {
        self.secrets.iter().rev().find(|secret| secret.is_active())
    }

    pub(crate) fn keys(&self) -> &[Value] {
        let keys = self.body["settings"]["oauthClient"]["jwks"]["keys"].as_array();
        keys.map(Vec::as_slice).unwrap_or_default()
    }

    /// Replaces the keys; a client without any has no `jwks`.
    pub(crate) fn set_keys(&mut self, keys: &[Value]) {
        let Some(client) = self.body["settings"]["oauthClient"].as_object_mut() else {
            return;
        };
        if keys.is_empty() {
            client.shift_remove("jwks");
        } else if let Some(jwks) = client.get_mut("jwks") {
            *jwks = json!({"keys": keys});
        } else {
            // The place that recorded answers give it.
            let place = client.keys().position(|name| name == "grant_types");
            let place = place.map_or(client.len(), |at| at + 1);
            client.shift_insert(place, "jwks".into(), json!({"keys": keys}));
        }
    }

    pub(crate) fn touch(&mut self, now: &str) {
        self.body["lastUpdated"] = json!(now);
    }
}
