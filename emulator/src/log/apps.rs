//! The events of an app: its own, those of its OAuth client, of the client's credentials, and of its access policy.

use serde_json::{Map, Value, json};

use super::{
    Event,
    catalogue::Kind,
    changes::{add_details, details, policy_target, target as named},
};
use crate::{families::Exchange, store::Table, switches::ClientAppEvents};

/// What the log tells of a changed app: its general, sign-on and VPN settings. All else could hold a secret.
const TOLD: [&[&str]; 11] = [
    &["label"],
    &["accessibility"],
    &["visibility"],
    &["features"],
    &["credentials", "scheme"],
    &["credentials", "userNameTemplate"],
    &["settings", "implicitAssignment"],
    &["settings", "manualProvisioning"],
    &["settings", "notifications"],
    &["settings", "notes"],
    &["settings", "signOn"],
];

/// Names an app, as it is stored.
pub(super) fn target(app: &Value) -> Value {
    named("AppInstance", &app["id"], &app["body"]["label"])
}

pub(super) fn events(x: &Exchange<'_>, before: Option<&Value>, after: Option<&Value>) -> Vec<Event> {
    match (before, after) {
        (None, Some(app)) => both(x, app, target(app), Kind::AppCreate, Kind::ClientCreate),
        (Some(app), None) => both(x, app, target(app), Kind::AppDelete, Kind::ClientDelete),
        (Some(before), Some(after)) => changed(x, before, after),
        (None, None) => Vec::new(),
    }
}

/// The events of an app and, if it is one, of the client that it is.
fn both(x: &Exchange<'_>, app: &Value, target: Value, of_app: Kind, of_client: Kind) -> Vec<Event> {
    let chosen = x.switches.client_app_events();
    let client = app["body"]["settings"]["oauthClient"].is_object();
    let mut events = Vec::new();
    if client && chosen != ClientAppEvents::Application {
        events.push(Event { kind: of_client, targets: vec![self::target(app)] });
    }
    if !client || chosen != ClientAppEvents::Client {
        events.insert(0, Event { kind: of_app, targets: vec![target] });
    }
    events
}

fn changed(x: &Exchange<'_>, before: &Value, after: &Value) -> Vec<Event> {
    let mut events = Vec::new();
    let (old, new) = (&before["body"], &after["body"]);
    if is_updated(x, before, after) {
        let mut target = target(after);
        add_details(&mut target, details(&told(old), &told(new), &[]));
        events.extend(both(x, after, target, Kind::AppUpdate, Kind::ClientUpdate));
    }
    if old["status"] != new["status"] {
        let (app, client) = if new["status"] == "ACTIVE" {
            (Kind::AppActivate, Kind::ClientActivate)
        } else {
            (Kind::AppDeactivate, Kind::ClientDeactivate)
        };
        events.extend(both(x, after, target(after), app, client));
    }
    let broker = |app: &Value| app["settings"]["implicitAssignment"] == true;
    if broker(old) != broker(new) {
        let kind = if broker(new) { Kind::BrokerEnable } else { Kind::BrokerDisable };
        events.push(Event { kind, targets: vec![target(after)] });
    }
    if before["logo"] != after["logo"] {
        events.push(Event { kind: Kind::LogoUpdate, targets: vec![target(after)] });
    }
    if before["access_policy"] != after["access_policy"] {
        let policy = after["access_policy"].as_str().and_then(|id| x.tx.row(Table::Policies, id));
        let targets = policy.map(policy_target).into_iter().chain([target(after)]).collect();
        events.push(Event { kind: Kind::MappingCreate, targets });
    }
    let kid = |app: &'_ Value| app["credentials"]["signing"]["kid"].clone();
    if kid(old) != kid(new) {
        events.push(Event { kind: Kind::KeyRotate, targets: vec![target(after), named("JsonWebKey", &kid(new), &kid(new))] });
    }
    let keys = |body: &'_ Value| body["settings"]["oauthClient"]["jwks"]["keys"].clone();
    credentials("ClientSecret", &before["secrets"], &after["secrets"], after, &mut events);
    credentials("JsonWebKey", &keys(old), &keys(new), after, &mut events);
    events
}

/// A PUT is an update even if it changes nothing; what has events of its own is none.
fn is_updated(x: &Exchange<'_>, before: &Value, after: &Value) -> bool {
    let rest = |app: &Value| {
        let mut body = app["body"].clone();
        for computed in ["lastUpdated", "status"] {
            body[computed] = Value::Null;
        }
        if let Some(client) = body["settings"]["oauthClient"].as_object_mut() {
            client.remove("jwks");
        }
        body
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (app, client) = (text(&after["id"]), text(&after["body"]["credentials"]["oauthClient"]["client_id"]));
    let whole = match *x.call.segments() {
        ["api", "v1", "apps", named] => named == app || named == client,
        ["oauth2", "v1", "clients", named] => named == client,
        _ => false,
    };
    let replaced = x.call.method == "PUT" && whole;
    replaced || before["id_token"] != after["id_token"] || rest(before) != rest(after)
}

fn told(body: &Value) -> Value {
    let mut told = json!({});
    for path in TOLD {
        let value = path.iter().fold(body, |at, name| &at[*name]).clone();
        match path {
            [group, name] => told[group][name] = value,
            _ => told[path[0]] = value,
        }
    }
    told
}

/// The events of secrets or keys, told apart by their ids. Only id and status of a secret are looked at.
fn credentials(kind: &str, before: &Value, after: &Value, app: &Value, events: &mut Vec<Event>) {
    let by_id = |items: &Value| -> Map<String, Value> {
        let items = items.as_array().into_iter().flatten();
        items.filter_map(|item| Some((item["id"].as_str()?.to_owned(), item["status"].clone()))).collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let mut add = |event: Kind, id: &str| {
        let targets = vec![target(app), named(kind, &json!(id), &json!(id))];
        events.push(Event { kind: event, targets });
    };
    for (id, status) in &after {
        match before.get(id) {
            None => add(Kind::CredentialCreate, id),
            Some(known) if known == status => {}
            Some(_) if status == "ACTIVE" => add(Kind::CredentialActivate, id),
            Some(_) => add(Kind::CredentialDeactivate, id),
        }
    }
    for id in before.keys().filter(|id| !after.contains_key(*id)) {
        add(Kind::CredentialDelete, id);
    }
}

/// A certificate that was added to an app. Those that every app has come and go with it.
pub(super) fn certificate(x: &Exchange<'_>, key: &str, before: Option<&Value>, after: Option<&Value>) -> Option<Event> {
    let (app, _) = key.split_once('/')?;
    let (None, Some(added)) = (before, after) else { return None };
    let kind = match x.call.segments().last() {
        Some(&"clone") => Kind::KeyClone,
        Some(&"publish") => Kind::RequestPublish,
        _ => Kind::KeyGenerate,
    };
    let targets = vec![target(x.tx.row(Table::Apps, app)?), named("JsonWebKey", &added["kid"], &added["kid"])];
    Some(Event { kind, targets })
}

/// A request for a certificate. That it is published, its certificate says.
pub(super) fn certificate_request(x: &Exchange<'_>, key: &str, before: Option<&Value>, after: Option<&Value>) -> Option<Event> {
    let (app, id) = key.split_once('/')?;
    let app = x.tx.row(Table::Apps, app)?;
    let published = x.call.segments().last() == Some(&"publish");
    let kind = match (before, after) {
        (None, Some(_)) => Kind::RequestGenerate,
        (Some(_), None) if !published => Kind::RequestRevoke,
        _ => return None,
    };
    Some(Event { kind, targets: vec![target(app), named("Csr", &json!(id), &json!(id))] })
}
