//! `/api/v1/internal/apps/{id}/settings/oauth/idToken`, which the Terraform provider calls for each app that it creates.
//!
//! What is sent is kept and given back; the issuer and audience are only in answers to GET.

use serde_json::{Value, json};

use super::{Exchange, apps};
use crate::answer::{Answer, Refusal};

const COMPUTED: [&str; 4] = ["issuer", "orgUrl", "customUrl", "audience"];

pub(super) fn read(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let app = apps::find_client(x, app)?;
    let audience = app.client_id();
    Ok(Answer::ok(body(&app.id_token, &json!(x.call.base), &json!(audience))))
}

pub(super) fn write(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let mut app = apps::find_client(x, app)?;
    let mut sent = x.call.object()?;
    if let Some(sent) = sent.as_object_mut() {
        sent.retain(|key, _| !COMPUTED.contains(&key.as_str()));
    }
    app.id_token = sent;
    app.write(&mut x.tx)?;
    Ok(Answer::ok(body(&app.id_token, &Value::Null, &Value::Null)))
}

fn body(settings: &Value, issuer: &Value, audience: &Value) -> Value {
    let mut body = json!({"issuer": issuer, "orgUrl": null, "customUrl": null, "audience": audience});
    let settings = settings.as_object().into_iter().flatten();
    for (key, value) in settings {
        body[key] = value.clone();
    }
    if body.get("issuerMode").is_none() {
        body["issuerMode"] = json!("ORG_URL");
    }
    body
}
