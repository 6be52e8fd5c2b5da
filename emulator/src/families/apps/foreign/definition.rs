//! What an app is defined by: the org itself, one of Okta's templates, its catalogue, or nothing that is known here.
//!
//! The tables of [`templates`](super::templates) and [`catalogue`](super::catalogue) hold what the answers of real orgs say
//! about each definition; an app whose name is in neither is served with what all apps have and what it was sent.

use serde_json::{Map, Value, json};

use super::{catalogue, templates};
use crate::{
    answer::Refusal,
    families::{
        Exchange,
        apps::{document::App, fields::Problems},
    },
    switches::IncompleteSettings,
};

/// What stands in an answer for a member of `settings.app` that was not sent.
#[derive(Clone, Copy)]
pub(super) enum Unsaid {
    Null,
    False,
    /// It must be sent.
    Refused,
}

/// A link that users see, with the number that its address ends with where that is the catalogue's own.
pub(super) struct Link {
    pub(super) name: &'static str,
    pub(super) number: Option<u32>,
}

impl Link {
    pub(super) const fn plain(name: &'static str) -> Self {
        Self { name, number: None }
    }

    pub(super) const fn numbered(name: &'static str, number: u32) -> Self {
        Self { name, number: Some(number) }
    }
}

/// Which page `_links.help` leads to in an app that signs its users in by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guide {
    Instructions,
    ExternalDoc,
}

impl Guide {
    pub(super) fn page(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::ExternalDoc => "external-doc",
        }
    }
}

/// What a template or an app of the catalogue is made of.
pub(in crate::families::apps) struct Definition {
    pub(super) name: &'static str,
    /// The only sign-on mode, if there is but one.
    pub(super) only: Option<&'static str>,
    /// The mode that an app has which is asked for with `AUTO_LOGIN`; none if it cannot fill in forms.
    pub(super) forms: Option<&'static str>,
    /// The members of `settings.app`, in their order. The others are dropped.
    pub(super) app: &'static [(&'static str, Unsaid)],
    /// The links that users see; without any, one that is called after the app.
    pub(super) links: &'static [Link],
    pub(super) guide: Guide,
    /// Whether answers have `licensing`.
    pub(super) licensed: bool,
    pub(super) universal_logout: fn() -> Value,
    /// Says why Okta does not take the settings in a sign-on mode.
    pub(super) objection: fn(mode: &str, app: &Value) -> Option<&'static str>,
}

impl Definition {
    /// An app of the catalogue that fills in forms by the browser plugin if it is asked to.
    pub(super) const fn named(name: &'static str) -> Self {
        Self {
            name,
            only: None,
            forms: Some("BROWSER_PLUGIN"),
            app: &[],
            links: &[],
            guide: Guide::ExternalDoc,
            licensed: false,
            universal_logout: || json!({"status": "UNSUPPORTED"}),
            objection: |_, _| None,
        }
    }
}

/// Where the definition of an app is.
#[derive(Clone, Copy)]
pub(in crate::families::apps) enum Source {
    /// In the org: a custom app.
    Own,
    Known(&'static Definition),
    /// In a part of the catalogue that is not known here.
    Unknown,
}

impl Source {
    /// Returns the source of an app that is there.
    pub(super) fn of_app(app: &App) -> Self {
        if app.custom { Self::Own } else { Self::of_name(app.body["name"].as_str().unwrap_or_default()) }
    }

    /// Returns the source of an app that is sent. Only custom apps have no name yet.
    pub(in crate::families::apps) fn of(sent: &Value, before: Option<&App>) -> Result<Self, Refusal> {
        if let Some(before) = before {
            return Ok(Self::of_app(before));
        }
        match &sent["name"] {
            Value::String(name) if !name.is_empty() => Ok(Self::of_name(&name.to_lowercase())),
            Value::String(_) | Value::Null if matches!(sent["signOnMode"].as_str(), Some("SAML_2_0" | "AUTO_LOGIN")) => Ok(Self::Own),
            Value::String(_) | Value::Null => Err(Refusal::invalid("name", "name: The field cannot be left blank")),
            _ => Err(Refusal::malformed()),
        }
    }

    pub(super) fn of_name(name: &str) -> Self {
        let known = templates::TABLE.iter().chain(catalogue::TABLE).find(|known| known.name == name);
        known.map_or(Self::Unknown, Self::Known)
    }

    /// Returns the sign-on mode that an app has which was sent with this one, or nothing if there is none such.
    pub(in crate::families::apps) fn mode(self, asked: &str) -> Option<Value> {
        const MODES: [&str; 9] = [
            "AUTO_LOGIN",
            "BASIC_AUTH",
            "BOOKMARK",
            "BROWSER_PLUGIN",
            "OPENID_CONNECT",
            "SAML_1_1",
            "SAML_2_0",
            "SECURE_PASSWORD_STORE",
            "WS_FEDERATION",
        ];
        match self {
            Self::Own => ["AUTO_LOGIN", "SAML_2_0"].contains(&asked).then(|| json!(asked)),
            Self::Known(Definition { only: Some(only), .. }) => (*only == asked).then(|| json!(asked)),
            Self::Known(definition) if asked == "AUTO_LOGIN" => Some(json!(definition.forms)),
            Self::Unknown if asked == "AUTO_LOGIN" => Some(json!("BROWSER_PLUGIN")),
            Self::Known(_) | Self::Unknown => MODES.contains(&asked).then(|| json!(asked)),
        }
    }

    /// Returns the app links of a new app, all shown, and whether it can have others.
    pub(in crate::families::apps) fn links(self, name: &str) -> (Value, bool) {
        match self {
            Self::Known(Definition { links, .. }) if !links.is_empty() => {
                (links.iter().map(|link| (link.name.to_owned(), json!(true))).collect(), false)
            }
            Self::Own | Self::Known(_) => (json!({format!("{name}_link"): true}), false),
            Self::Unknown => (json!({format!("{name}_link"): true}), true),
        }
    }

    /// Builds `settings.app`: an empty text is none, and what the definition does not have is dropped.
    pub(super) fn app(self, x: &Exchange<'_>, mode: &Value, sent: &Value, problems: &mut Problems) -> Value {
        let definition = match self {
            Self::Own => return json!({}),
            Self::Unknown if sent.is_null() => return json!({}),
            Self::Unknown => return sent.clone(),
            Self::Known(definition) => definition,
        };
        let mut app = Map::new();
        for (name, unsaid) in definition.app {
            let value = match &sent[*name] {
                Value::String(text) if text.is_empty() => &Value::Null,
                value => value,
            };
            let value = match (value, unsaid) {
                (Value::Null, Unsaid::False) => json!(false),
                (Value::Null, Unsaid::Refused) if x.switches.incomplete_settings() == IncompleteSettings::Refuse => {
                    problems.of(name, "The field cannot be left blank");
                    Value::Null
                }
                (value, _) => value.clone(),
            };
            app.insert((*name).to_owned(), value);
        }
        let app = Value::Object(app);
        if let Some(objection) = (definition.objection)(mode.as_str().unwrap_or_default(), &app) {
            problems.plain("settings", objection);
        }
        app
    }
}
