//! The links that apps have which are no OAuth clients made here: the manual, the metadata, and where users go.

use serde_json::{Value, json};

use super::{
    address,
    definition::{Definition, Guide, Source},
};
use crate::families::{Exchange, apps::document::App};

/// Returns the links that come before those of all apps, with their names.
pub(in crate::families::apps) fn first(x: &Exchange<'_>, app: &App) -> Vec<(&'static str, Value)> {
    let name = app.body["name"].as_str().unwrap_or_default();
    let mode = app.body["signOnMode"].as_str().unwrap_or_default();
    let mut links = Vec::new();
    if matches!(mode, "OPENID_CONNECT" | "SAML_1_1" | "SAML_2_0" | "WS_FEDERATION") {
        let guide = match Source::of_app(app) {
            Source::Own => Guide::Instructions,
            Source::Known(definition) => definition.guide,
            Source::Unknown => Guide::ExternalDoc,
        };
        let host = address::admin(&x.call.base);
        let href = format!("{host}/app/{name}/{}/setup/help/{mode}/{}", app.id, guide.page());
        links.push(("help", json!({"href": href, "type": "text/html"})));
    }
    if mode == "SAML_2_0" {
        let href = x.url(&format!("/api/v1/apps/{}/sso/saml/metadata", app.id));
        links.push(("metadata", json!({"href": href, "type": "application/xml"})));
    }
    links
}

/// Returns what the address of an app link ends with: the catalogue's number, or an id.
pub(in crate::families::apps) fn place(x: &Exchange<'_>, app: &App, link: &str) -> String {
    let known = match Source::of_app(app) {
        Source::Known(Definition { links, .. }) => links.iter().find(|known| known.name == link).and_then(|known| known.number),
        Source::Own | Source::Unknown => None,
    };
    known.map_or_else(|| x.tx.seed().link_id(&format!("{}/{link}", app.id)), |number| number.to_string())
}
