//! `/api/v1/apps/{id}/credentials/secrets`: at most two, at least one of them active, deleted only when inactive.

use serde_json::{Value, json};

use super::{
    Exchange,
    apps::{
        self,
        credentials::{check_secret, new_secret},
        document::{App, Secret},
    },
};
use crate::{
    answer::{Answer, Refusal},
    ids::secret_hash,
    route::Turn,
    store::Table,
};

const MOST: usize = 2;
const OBJECT: &str = "OAuth2ClientSecretMediated";

fn render(x: &Exchange<'_>, app: &str, secret: &Secret) -> Value {
    let own = x.url(&format!("/api/v1/apps/{app}/credentials/secrets/{}", secret.id));
    let turn = |name: &str| json!({"href": format!("{own}/lifecycle/{name}"), "hints": {"allow": ["POST"]}});
    let links = if secret.is_active() {
        json!({"deactivate": turn("deactivate")})
    } else {
        json!({"activate": turn("activate"), "delete": {"href": own, "hints": {"allow": ["DELETE"]}}})
    };
    json!({
        "id": secret.id,
        "status": secret.status,
        "client_secret": secret.value,
        "secret_hash": secret_hash(&secret.value),
        "created": secret.created,
        "lastUpdated": secret.last_updated,
        "_links": links,
    })
}

pub(super) fn list(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let id = apps::find(x, app)?.id;
    let listed = x.tx.listed_as::<App>(Table::Apps, &id)?;
    let secrets = listed.map(|app| app.secrets).unwrap_or_default();
    let items: Vec<_> = secrets.iter().map(|secret| render(x, &id, secret)).collect();
    x.disclosed.extend((!items.is_empty()).then_some(id));
    Ok(Answer::list(items, Vec::new()))
}

pub(super) fn create(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let mut app = apps::find(x, app)?;
    let sent = x.call.json()?.unwrap_or_else(|| json!({}));
    let value = match &sent["client_secret"] {
        Value::Null => None,
        value => Some(value.as_str().ok_or_else(Refusal::malformed)?),
    };
    let status = match &sent["status"] {
        Value::Null => "ACTIVE",
        value => match value.as_str() {
            Some(status @ ("ACTIVE" | "INACTIVE")) => status,
            _ => {
                return Err(Refusal::invalid("status", "status: must be ACTIVE or INACTIVE"));
            }
        },
    };
    if !app.has_secrets() {
        let method = app.auth_method();
        let cause = format!("'client_secret' can't be used when 'token_endpoint_auth_method' is '{method}'.");
        return Err(Refusal::invalid("client_secret", cause));
    }
    if app.secrets.len() >= MOST {
        let cause = "You've reached the maximum number of client secrets per client.";
        return Err(Refusal::invalid(OBJECT, cause));
    }
    if let Some(value) = value {
        check_secret(value, app.auth_method())?;
    }
    let secret = new_secret(x, value, status);
    let answer = Answer::created(render(x, &app.id, &secret));
    app.secrets.push(secret);
    app.write(&mut x.tx)?;
    Ok(answer)
}

pub(super) fn read(x: &mut Exchange<'_>, app: &str, secret: &str) -> Result<Answer, Refusal> {
    let app = apps::find(x, app)?;
    let place = place_of(&app, secret)?;
    let body = render(x, &app.id, &app.secrets[place]);
    x.disclosed.push(app.id);
    Ok(Answer::ok(body))
}

pub(super) fn turn(x: &mut Exchange<'_>, app: &str, secret: &str, turn: Turn) -> Result<Answer, Refusal> {
    let mut app = apps::find(x, app)?;
    let place = place_of(&app, secret)?;
    let active = app.secrets.iter().filter(|secret| secret.is_active()).count();
    if turn == Turn::Deactivate && app.secrets[place].is_active() && active == 1 {
        let cause = "You can't deactivate the only active client secret.";
        return Err(Refusal::invalid(OBJECT, cause));
    }
    let secret = &mut app.secrets[place];
    if secret.status != turn.status() {
        turn.status().clone_into(&mut secret.status);
        secret.last_updated.clone_from(&x.now);
    }
    let answer = Answer::ok(render(x, &app.id, &app.secrets[place]));
    app.write(&mut x.tx)?;
    Ok(answer)
}

pub(super) fn delete(x: &mut Exchange<'_>, app: &str, secret: &str) -> Result<Answer, Refusal> {
    let mut app = apps::find(x, app)?;
    let place = place_of(&app, secret)?;
    if app.secrets[place].is_active() {
        let cause = "You can't delete an active client secret. Deactivate the secret before deleting it.";
        return Err(Refusal::invalid(OBJECT, cause));
    }
    app.secrets.remove(place);
    app.write(&mut x.tx)?;
    Ok(Answer::no_content())
}

fn place_of(app: &App, id: &str) -> Result<usize, Refusal> {
    let place = app.secrets.iter().position(|secret| secret.id == id);
    place.ok_or_else(|| Refusal::not_found(id, OBJECT))
}
