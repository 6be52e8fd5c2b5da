//! `/api/v1/apps/{id}/features` and `/connections/default`: the provisioning of users into and from an app.
//!
//! No app here has any, so that everything about it is refused as Okta refuses it of an app without.

use super::{Exchange, apps};
use crate::{
    answer::{Answer, Refusal},
    switches::WithoutProvisioning,
};

const FEATURES: [&str; 2] = ["INBOUND_PROVISIONING", "USER_PROVISIONING"];
const CONNECTION: &str = "default";

/// Refuses to list the features of an app, as the specification shows it.
pub(super) fn features(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    apps::find(x, app)?;
    Err(not_enabled("feature"))
}

/// Refuses to show a feature, or to change it.
pub(super) fn feature(x: &Exchange<'_>, app: &str, name: &str) -> Result<Answer, Refusal> {
    apps::find(x, app)?;
    let missing = Refusal::not_found(name, "ApplicationFeature");
    if !FEATURES.contains(&name) {
        return Err(missing);
    }
    Err(refusal(x, missing, "feature")?)
}

/// Refuses to show the connection, to change it, or to switch it on or off.
pub(super) fn connection(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    apps::find(x, app)?;
    Err(refusal(x, Refusal::not_found(CONNECTION, "ProvisioningConnection"), "connection")?)
}

/// A change is refused as invalid, if there is one; of all else only 404 is documented.
fn refusal(x: &Exchange<'_>, missing: Refusal, what: &str) -> Result<Refusal, Refusal> {
    let changes = x.call.method == "PUT" || x.call.method == "POST" && x.call.segments().last() == Some(&CONNECTION);
    if changes {
        x.call.object()?;
    }
    let invalid = changes || x.switches.without_provisioning() == WithoutProvisioning::BadRequest;
    Ok(if invalid { not_enabled(what) } else { missing })
}

fn not_enabled(what: &str) -> Refusal {
    Refusal::invalid(what, "Provisioning is not enabled for the app instance.")
}
