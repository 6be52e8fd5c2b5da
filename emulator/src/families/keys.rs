//! `/api/v1/apps/{id}/credentials/jwks`: the public keys of a client, one at a time.
//!
//! They are the same keys as in the app's `settings.oauthClient.jwks`.

use serde_json::{Value, json};

use super::{
    Exchange,
    apps::{self, document::App, jwk},
};
use crate::{
    answer::{Answer, Refusal},
    route::Turn,
    store::Table,
    switches::JwksList,
};

const OBJECT: &str = "JsonWebKey";

fn render(x: &Exchange<'_>, app: &str, key: &Value) -> Value {
    let id = key["id"].as_str().unwrap_or_default();
    let own = x.url(&format!("/api/v1/apps/{app}/credentials/jwks/{id}"));
    let turn = |name: &str| json!({"href": format!("{own}/lifecycle/{name}"), "hints": {"allow": ["POST"]}});
    let mut body = key.clone();
    let active = key["status"] == "ACTIVE";
    if active && key["use"] == "enc" {
        // An active encryption key can be neither deactivated nor deleted, and has no links in the specification.
        return body;
    }
    body["_links"] = if active {
        json!({"deactivate": turn("deactivate")})
    } else {
        json!({"activate": turn("activate"), "delete": {"href": own, "hints": {"allow": ["DELETE"]}}})
    };
    body
}

pub(super) fn list(x: &Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let id = apps::find_client(x, app)?.id;
    let listed = x.tx.listed_as::<App>(Table::Apps, &id)?;
    let keys = listed.as_ref().map(App::keys).unwrap_or_default();
    let items: Vec<_> = keys.iter().map(|key| render(x, &id, key)).collect();
    Ok(match x.switches.jwks_list() {
        JwksList::Wrapped => Answer::ok(json!({"jwks": {"keys": items}})),
        // As okta-sdk-nodejs reads it, in its own integration tests against real orgs too.
        JwksList::Keys => Answer::ok(json!({"keys": items})),
        JwksList::Array => Answer::list(items, Vec::new()),
    })
}

pub(super) fn create(x: &mut Exchange<'_>, app: &str) -> Result<Answer, Refusal> {
    let mut app = apps::find_client(x, app)?;
    let sent = x.call.object()?;
    let key = jwk::build(x, &sent, None)?;
    let mut keys = app.keys().to_vec();
    keys.push(key.clone());
    jwk::check_all(&keys).map_err(|cause| Refusal::invalid(OBJECT, cause))?;
    app.set_keys(&keys);
    app.write(&mut x.tx)?;
    Ok(Answer::created(render(x, &app.id, &key)))
}

pub(super) fn read(x: &Exchange<'_>, app: &str, key: &str) -> Result<Answer, Refusal> {
    let app = apps::find_client(x, app)?;
    let place = place_of(&app, key)?;
    Ok(Answer::ok(render(x, &app.id, &app.keys()[place])))
}

pub(super) fn turn(x: &mut Exchange<'_>, app: &str, key: &str, turn: Turn) -> Result<Answer, Refusal> {
    let mut app = apps::find_client(x, app)?;
    let place = place_of(&app, key)?;
    let mut keys = app.keys().to_vec();
    let encrypts = keys[place]["use"] == "enc";
    if turn == Turn::Deactivate {
        refuse_deactivation(&app, &keys, place)?;
    } else if encrypts {
        // Activating one encryption key deactivates the other.
        for other in keys.iter_mut().filter(|key| key["use"] == "enc" && key["status"] == "ACTIVE") {
            other["status"] = json!("INACTIVE");
            other["lastUpdated"] = json!(x.now);
        }
    }
    if keys[place]["status"] != turn.status() {
        keys[place]["status"] = json!(turn.status());
        keys[place]["lastUpdated"] = json!(x.now);
    }
    let answer = Answer::ok(render(x, &app.id, &keys[place]));
    app.set_keys(&keys);
    app.write(&mut x.tx)?;
    Ok(answer)
}

fn refuse_deactivation(app: &App, keys: &[Value], place: usize) -> Result<(), Refusal> {
    let key = &keys[place];
    if key["status"] != "ACTIVE" {
        return Ok(());
    }
    if key["use"] == "enc" {
        return Err(Refusal::invalid(OBJECT, "You can't deactivate the active encryption key."));
    }
    let signing = |key: &&Value| key["use"] != "enc" && key["status"] == "ACTIVE";
    if keys.iter().filter(signing).count() > 1 {
        return Ok(());
    }
    let cause = if app.auth_method() == "private_key_jwt" {
        "Can't deactivate the only active JSON Web Key when the value for `token_endpoint_auth_method` is `private_key_jwt`."
    } else if app.body["settings"]["oauthClient"]["request_object_signing_alg"].is_string() {
        "The `jwks` must contain at least one key with an algorithm matching the `request_object_signature_algorithm`."
    } else {
        return Ok(());
    };
    Err(Refusal::invalid(OBJECT, cause))
}

pub(super) fn delete(x: &mut Exchange<'_>, app: &str, key: &str) -> Result<Answer, Refusal> {
    let mut app = apps::find_client(x, app)?;
    let place = place_of(&app, key)?;
    let mut keys = app.keys().to_vec();
    if keys[place]["status"] == "ACTIVE" {
        let cause = "You can't delete an active JSON Web Key. Deactivate the key before deleting it.";
        return Err(Refusal::invalid(OBJECT, cause));
    }
    keys.remove(place);
    app.set_keys(&keys);
    app.write(&mut x.tx)?;
    Ok(Answer::no_content())
}

fn place_of(app: &App, id: &str) -> Result<usize, Refusal> {
    let place = app.keys().iter().position(|key| key["id"] == id);
    place.ok_or_else(|| Refusal::not_found(id, "OAuth2ClientJsonWebKey"))
}
