//! `/api/v1/apps`: list, create, read, replace, delete, activate and deactivate.

mod body;
mod checks;
mod client;
mod common;
pub(crate) mod credentials;
pub(crate) mod document;
pub(super) mod fields;
mod foreign;
pub(crate) mod jwk;
pub(super) mod logo;
mod render;
mod seed;
mod signing;

use serde_json::{Value, json};

use self::document::App;
pub(crate) use self::seed::{call as seed_call, seed};
pub(super) use self::{foreign::org_name, signing::first as first_key};
use super::{Exchange, certificates};
use crate::{
    answer::{Answer, Refusal},
    filter::Filter,
    ids::Kind,
    page::Page,
    route::Turn,
    store::{Head, Table},
    switches::{ClientIdInPath, DeleteAfterDeactivate, LifecycleRepeat, PageSize},
};

const FILTERS: &[&str] = &["id", "status", "name", "credentials.signing.kid", "settings.slo.enabled"];
const MOST: usize = 200;

/// Returns the app that a path names.
pub(super) fn find(x: &Exchange<'_>, id: &str) -> Result<App, Refusal> {
    let found = x.tx.get::<App>(Table::Apps, id)?;
    let found = match found {
        None if x.switches.client_id_in_path() == ClientIdInPath::Accept => with_client_id(x, id)?,
        found => found,
    };
    found.ok_or_else(|| Refusal::not_found(id, "AppInstance"))
}

/// Returns the OAuth client that a path names; an app that is none is not found.
pub(super) fn find_client(x: &Exchange<'_>, id: &str) -> Result<App, Refusal> {
    Some(find(x, id)?).filter(App::is_client).ok_or_else(|| Refusal::not_found(id, "OAuth2AppInstance"))
}

/// Returns the OAuth client of a `client_id`, if there is one.
pub(super) fn with_client_id(x: &Exchange<'_>, client_id: &str) -> Result<Option<App>, Refusal> {
    let app = x.tx.row(Table::ClientIds, client_id).and_then(Value::as_str);
    app.map_or(Ok(None), |app| x.tx.get(Table::Apps, app))
}

/// Says whether an app of this name is in the org, or could be added from what is known of the catalogue.
pub(super) fn is_name(x: &Exchange<'_>, name: &str) -> bool {
    foreign::is_defined(name) || x.tx.starting_with(Table::Apps, "").iter().any(|(_, app)| app["body"]["name"] == name)
}

/// Makes an app of what was sent.
pub(super) fn add(x: &mut Exchange<'_>, status: &str, sent: &Value) -> Result<App, Refusal> {
    let id = x.tx.new_id(Kind::App);
    let app = body::build(x, id, status, sent, None)?;
    if app.is_client() {
        let client_id = app.client_id().to_owned();
        x.tx.put(Table::ClientIds, client_id, &app.id)?;
    }
    app.write(&mut x.tx)?;
    Ok(app)
}

/// Replaces an app by what was sent. Its status stays.
pub(super) fn change(x: &mut Exchange<'_>, before: &App, sent: &Value) -> Result<App, Refusal> {
    let status = before.body["status"].as_str().unwrap_or_default();
    let app = body::build(x, before.id.clone(), status, sent, Some(before))?;
    app.write(&mut x.tx)?;
    Ok(app)
}

/// Removes an app with all that goes with it.
pub(super) fn remove(x: &mut Exchange<'_>, app: &App) {
    certificates::remove(x, app);
    let children = format!("{}/", app.id);
    for table in [Table::Grants, Table::Assignments, Table::ClientRoles] {
        for (key, _) in x.tx.starting_with(table, &children) {
            x.tx.remove(table, key.to_owned());
        }
    }
    if app.is_client() {
        x.tx.remove(Table::ClientIds, app.client_id().to_owned());
    }
    x.tx.remove(Table::Apps, app.id.clone());
}

pub(super) fn list(x: &Exchange<'_>) -> Result<Answer, Refusal> {
    let query = &x.call.query;
    let default = match x.switches.page_size() {
        PageSize::Fifty => 50,
        PageSize::TwoHundred => 200,
        PageSize::Twenty => 20,
    };
    let page = Page::of(x.call, default, MOST)?;
    let filter = query.value("filter").filter(|text| !text.is_empty());
    let filter = filter.map(|text| Filter::parse(text, FILTERS)).transpose()?;
    let prefix = query.value("q").unwrap_or_default().to_lowercase();
    let wanted =
        |app: &Head| (prefix.is_empty() || app.starts_with(&prefix)) && filter.as_ref().is_none_or(|filter| filter.admits(&app.filtered()));
    let all = prefix.is_empty() && filter.is_none();
    let mut rows = x.tx.listed_rows_after(Table::Apps, page.after()).filter(|(_, row)| all || wanted(row.head()));
    let shown: Vec<_> = rows.by_ref().take(page.limit()).collect();
    let more = rows.next().and_then(|_| shown.last()).map(|(id, _)| *id);
    let items = shown.iter().map(|(_, row)| Ok(render::read(x, row.read()?))).collect::<Result<_, Refusal>>()?;
    Ok(Answer::list(items, page.links(more)))
}

/// Returns an app as a list shows it, if it does.
pub(super) fn listed(x: &Exchange<'_>, id: &str) -> Result<Option<Value>, Refusal> {
    let app = x.tx.listed_as::<App>(Table::Apps, id)?;
    Ok(app.map(|app| render::read(x, app)))
}

pub(super) fn create(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let sent = x.call.object()?;
    let status = match x.call.query.value("activate") {
        Some("false") => "INACTIVE",
        _ => "ACTIVE",
    };
    let app = add(x, status, &sent)?;
    Ok(Answer::ok(render::written(x, &app)))
}

pub(super) fn read(x: &Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    Ok(Answer::ok(render::read(x, find(x, id)?)))
}

pub(super) fn replace(x: &mut Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    let before = find(x, id)?;
    let sent = x.call.object()?;
    let app = change(x, &before, &sent)?;
    Ok(Answer::ok(render::written(x, &app)))
}

/// Deletes an inactive app.
pub(super) fn delete(x: &mut Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut app = find(x, id)?;
    if app.body["status"] == "ACTIVE" {
        return Err(Refusal::delete_forbidden());
    }
    if app.fails_delete {
        app.fails_delete = false;
        app.write(&mut x.tx)?;
        return Ok(Answer::failure());
    }
    remove(x, &app);
    Ok(Answer::no_content())
}

pub(super) fn turn(x: &mut Exchange<'_>, id: &str, turn: Turn) -> Result<Answer, Refusal> {
    let mut app = find(x, id)?;
    let status = turn.status();
    if app.body["status"] == status {
        return match x.switches.lifecycle_repeat() {
            LifecycleRepeat::Refuse => {
                let cause = format!("status: The app is already {status}");
                Err(Refusal::invalid("status", cause))
            }
            LifecycleRepeat::Accept => Ok(Answer::ok(json!({}))),
        };
    }
    app.body["status"] = json!(status);
    app.touch(&x.now);
    app.fails_delete = turn == Turn::Deactivate && x.switches.delete_after_deactivate() == DeleteAfterDeactivate::FailsOnce;
    app.write(&mut x.tx)?;
    Ok(Answer::ok(json!({})))
}
