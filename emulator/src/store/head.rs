//! What apps are searched by: a few members of a large document, read once and kept, since a search looks at every app there is.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, json};

/// What an app is searched by. Anything that is no app has an empty one.
#[derive(Default)]
pub(crate) struct Head {
    id: Box<str>,
    status: Box<str>,
    name: Box<str>,
    /// Label and name in small letters.
    small: [Box<str>; 2],
    kid: Option<Box<str>>,
    slo: Value,
    updated: Box<str>,
    policy: Box<str>,
}

#[derive(Deserialize)]
struct App<'a> {
    #[serde(borrow)]
    body: Body<'a>,
    #[serde(borrow)]
    access_policy: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    label: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    last_updated: Cow<'a, str>,
    #[serde(borrow, default)]
    credentials: Credentials<'a>,
    #[serde(default)]
    settings: Settings,
}

#[derive(Default, Deserialize)]
struct Credentials<'a> {
    #[serde(borrow, default)]
    signing: Option<Signing<'a>>,
}

#[derive(Deserialize)]
struct Signing<'a> {
    #[serde(borrow, default)]
    kid: Option<Cow<'a, str>>,
}

#[derive(Default, Deserialize)]
struct Settings {
    #[serde(default)]
    slo: Option<Slo>,
}

#[derive(Deserialize)]
struct Slo {
    #[serde(default)]
    enabled: Value,
}

impl Head {
    pub(super) fn read(text: &str) -> Self {
        let Ok(App { body, access_policy }) = serde_json::from_str(text) else {
            return Self::default();
        };
        Self {
            small: [body.label.to_lowercase().into(), body.name.to_lowercase().into()],
            id: body.id.into(),
            status: body.status.into(),
            name: body.name.into(),
            kid: body.credentials.signing.and_then(|signing| signing.kid).map(Into::into),
            slo: body.settings.slo.map(|slo| slo.enabled).unwrap_or_default(),
            updated: body.last_updated.into(),
            policy: access_policy.into(),
        }
    }

    /// Says whether label or name start with a text in small letters.
    pub(crate) fn starts_with(&self, prefix: &str) -> bool {
        self.small.iter().any(|text| text.starts_with(prefix))
    }

    /// Returns the members that lists can be filtered by, where they are in the app.
    pub(crate) fn filtered(&self) -> Value {
        json!({
            "id": self.id,
            "status": self.status,
            "name": self.name,
            "credentials": {"signing": {"kid": self.kid}},
            "settings": {"slo": {"enabled": self.slo}},
        })
    }

    /// Returns when the app was written last.
    pub(crate) fn updated(&self) -> &str {
        &self.updated
    }

    /// Returns the id of the app's access policy.
    pub(crate) fn policy(&self) -> &str {
        &self.policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_an_app_has_what_it_is_searched_by() {
        let app = json!({"id": "0oa1", "access_policy": "rst1", "body": {
            "id": "0oa1", "name": "oidc_client", "label": "Päge \"1\"", "status": "ACTIVE", "lastUpdated": "2026-01-01T00:00:00.000Z",
            "credentials": {"signing": {"kid": "k1"}}, "settings": {"slo": {"enabled": false}, "app": {}},
        }});
        let head = Head::read(&app.to_string());
        assert!(head.starts_with("päge \"") && head.starts_with("oidc") && !head.starts_with("age"));
        assert_eq!((head.updated(), head.policy()), ("2026-01-01T00:00:00.000Z", "rst1"));
        let filtered = r#"{"id":"0oa1","status":"ACTIVE","name":"oidc_client","credentials":{"signing":{"kid":"k1"}},"settings":{"slo":{"enabled":false}}}"#;
        assert_eq!(head.filtered().to_string(), filtered);
    }

    #[test]
    fn an_app_without_credentials_has_a_head_too() {
        let app = json!({"access_policy": "rst1", "body": {"id": "0oa1", "name": "bookmark", "label": "A", "status": "INACTIVE", "lastUpdated": "",
            "credentials": {"signing": {}}, "settings": {"app": {}}}});
        let head = Head::read(&app.to_string());
        assert_eq!(head.filtered()["status"], "INACTIVE");
        assert_eq!(Head::read("[]").policy(), "");
    }
}
