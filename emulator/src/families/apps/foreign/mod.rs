//! Apps that are no OAuth clients made here: custom SAML and form-filling apps, Okta's templates, and apps of its catalogue.
//!
//! Which parts they have follows from where they are [defined](definition) and from their sign-on mode.

mod address;
mod catalogue;
mod definition;
mod links;
mod saml;
mod swa;
mod templates;

use serde_json::{Map, Value, json};

pub(in crate::families) use self::address::name as org_name;
pub(super) use self::{
    definition::Source,
    links::{first as first_links, place as link_place},
};
use super::{
    common, credentials,
    document::App,
    fields::{Problems, object},
    signing,
};
use crate::{answer::Refusal, families::Exchange, store::Table};

/// Says whether a name is that of a template or of an app of the catalogue that is known here.
pub(super) fn is_defined(name: &str) -> bool {
    matches!(Source::of_name(name), Source::Known(_))
}

/// The counter of custom apps, a row beside the org's own.
const CUSTOM_APPS: &str = "custom_apps";

/// Returns the name of a new app: as sent, in small letters, or for a custom app made of the org's name, the label and a number.
///
/// Okta's number comes from a counter that orgs share and that starts anew now and then, as recordings of two orgs show; here
/// it counts the custom apps that the org has ever had.
pub(super) fn name(x: &mut Exchange<'_>, source: Source, sent: &Value, label: &str) -> Result<Value, Refusal> {
    if !matches!(source, Source::Own) {
        return Ok(json!(sent["name"].as_str().unwrap_or_default().to_lowercase()));
    }
    let slug: String = label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let number = x.tx.next_number(Table::Org, CUSTOM_APPS)?;
    Ok(json!(format!("{}_{slug}_{number}", address::name(&x.call.base))))
}

/// Fills in what depends on the definition and the sign-on mode of an app.
pub(super) fn fill(
    x: &mut Exchange<'_>,
    source: Source,
    body: &mut Value,
    sent: &Value,
    before: Option<&App>,
    problems: &mut Problems,
) -> Result<(), Refusal> {
    let mode = body["signOnMode"].clone();
    body["credentials"] = credentials(x, body, sent, before, problems)?;
    let sent_settings = object(sent, "settings")?;
    let mut settings = common::settings(x, sent_settings, before, problems)?;
    settings.insert("app".into(), source.app(x, &mode, object(sent_settings, "app")?, problems));
    let sign_on = object(sent_settings, "signOn")?;
    let built = match (source, mode.as_str().unwrap_or_default()) {
        (Source::Own, "SAML_2_0") => Some(saml::custom(x, sign_on, problems)?),
        (Source::Own, _) => Some(swa::sign_on(x, sign_on, before, problems)?),
        (_, mode @ ("SAML_1_1" | "SAML_2_0")) => Some(saml::overrides(mode, sign_on)?),
        _ => None,
    };
    if let Some(built) = built {
        settings.insert("signOn".into(), built);
    }
    body["settings"] = settings.into();
    if let Source::Known(definition) = source {
        body["universalLogout"] = (definition.universal_logout)();
        if definition.licensed {
            license(body);
        }
    }
    Ok(())
}

/// Adds the seats of an app that has some, at their place.
fn license(body: &mut Value) {
    let Some(body) = body.as_object_mut() else { return };
    let place = body.keys().position(|name| name == "visibility").unwrap_or(body.len());
    body.shift_insert(place, "licensing".into(), json!({"seatCount": 0}));
}

fn credentials(x: &Exchange<'_>, body: &Value, sent: &Value, before: Option<&App>, problems: &mut Problems) -> Result<Value, Refusal> {
    let sent = object(sent, "credentials")?;
    let template = credentials::user_name_template(x, sent, before, problems)?;
    let mode = &body["signOnMode"];
    let mut built = Map::new();
    if swa::fills_forms(mode) {
        swa::credentials(sent, template, before, &mut built, problems)?;
    } else {
        built.insert("userNameTemplate".into(), template);
    }
    built.insert("signing".into(), signing::build(x, body, sent, before, problems)?);
    Ok(built.into())
}
