//! `/oauth2/v1/clients`: dynamic registration, which sees the org's OAuth clients under the names of RFC 7591.
//!
//! A client made here is an app there and the other way round: both are the same row, checked and built by the same code. Only
//! the names, the defaults and the form of refusals differ.

mod body;
pub(crate) mod roles;

use serde_json::Value;

use self::body::{as_app, render};
use super::{
    Exchange,
    apps::{self, credentials::overwrite, document::App},
};
use crate::{
    answer::{Answer, Refusal},
    page::Page,
    store::{Table, read as read_row},
    switches::{DuplicateClientNames, UnknownClient},
};

const PAGE: usize = 20;
const MOST: usize = 200;
/// Okta's name of a client in its refusals.
const OBJECT: &str = "PublicClientApp";

/// A resource below `/oauth2/v1/clients`, with the ids in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    Clients,
    Client(&'a str),
    NewSecret(&'a str),
    /// What is below the roles of a client.
    Roles(&'a str, roles::Resource<'a>),
}

impl<'a> Resource<'a> {
    pub(crate) fn of(segments: &[&'a str]) -> Option<Self> {
        Some(match *segments {
            [] => Self::Clients,
            [client] => Self::Client(client),
            [client, "lifecycle", "newSecret"] => Self::NewSecret(client),
            [client, "roles", ref rest @ ..] => Self::Roles(client, roles::Resource::of(rest)?),
            _ => return None,
        })
    }
}

/// Answers a request on a resource of this family.
pub(super) fn answer(resource: Resource<'_>, x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    match (resource, x.call.method.as_str()) {
        (Resource::Clients, "GET") => list(x),
        (Resource::Clients, "POST") => create(x).map_err(of_metadata),
        (Resource::Client(client), "GET") => Ok(Answer::ok(render(&find(x, client)?, None))),
        (Resource::Client(client), "PUT") => {
            let before = find(x, client)?;
            replace(x, &before).map_err(of_metadata)
        }
        (Resource::Client(client), "DELETE") => {
            let app = find(x, client)?;
            apps::remove(x, &app);
            Ok(Answer::no_content())
        }
        (Resource::NewSecret(client), "POST") => new_secret(x, client),
        (Resource::Roles(client, resource), _) => {
            let app = known(x, client)?;
            roles::answer(resource, x, &app)
        }
        _ => Err(Refusal::no_such_method()),
    }
}

/// Returns the client of a path, by the words of the registration endpoint.
fn find(x: &Exchange<'_>, client: &str) -> Result<App, Refusal> {
    known(x, client).map_err(|refusal| match x.switches.unknown_client() {
        UnknownClient::InvalidClient if refusal.status == 404 => {
            Refusal::oauth(401, "invalid_client", "Invalid value for 'client_id' parameter.")
        }
        UnknownClient::NotFound | UnknownClient::InvalidClient => refusal,
    })
}

/// Returns the client of a path.
fn known(x: &Exchange<'_>, client: &str) -> Result<App, Refusal> {
    apps::with_client_id(x, client)?.ok_or_else(|| Refusal::not_found(client, OBJECT))
}

/// The same refusal of a body in the words of the registration endpoint.
fn of_metadata(refusal: Refusal) -> Refusal {
    if refusal.status >= 500 {
        return refusal;
    }
    let cause = |cause: &String| cause.strip_prefix("label:").map_or_else(|| cause.clone(), |rest| format!("client_name:{rest}"));
    let causes: Vec<_> = refusal.causes().iter().map(cause).collect();
    Refusal::oauth(400, "invalid_client_metadata", causes.join(" "))
}

fn list(x: &Exchange<'_>) -> Result<Answer, Refusal> {
    let page = Page::of(x.call, PAGE, MOST)?;
    let prefix = x.call.query.value("q").unwrap_or_default().to_lowercase();
    let wanted = |app: &Value| {
        let name = app["label"].as_str().unwrap_or_default();
        app["settings"]["oauthClient"].is_object() && name.to_lowercase().starts_with(&prefix)
    };
    let mut rows = x.tx.listed_after(Table::Apps, page.after()).filter(|(_, row)| wanted(&row["body"]));
    let shown: Vec<_> = rows.by_ref().take(page.limit()).collect();
    let more = rows.next().and_then(|_| shown.last()).map(|(id, _)| *id);
    let items = shown.iter().map(|(_, row)| Ok(render(&read_row(row)?, None))).collect::<Result<_, Refusal>>()?;
    Ok(Answer::list(items, page.links(more)))
}

fn create(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let sent = x.call.object()?;
    refuse_taken_name(x, &sent, None)?;
    let app = apps::add(x, "ACTIVE", &as_app(x.switches, &sent, None)?)?;
    Ok(Answer::created(render(&app, app.shown_secret())))
}

fn replace(x: &mut Exchange<'_>, before: &App) -> Result<Answer, Refusal> {
    let sent = x.call.object()?;
    refuse_taken_name(x, &sent, Some(before))?;
    let app = apps::change(x, before, &as_app(x.switches, &sent, Some(before))?)?;
    Ok(Answer::ok(render(&app, app.shown_secret())))
}

fn refuse_taken_name(x: &Exchange<'_>, sent: &Value, but: Option<&App>) -> Result<(), Refusal> {
    if x.switches.duplicate_client_names() == DuplicateClientNames::Accept {
        return Ok(());
    }
    let mut apps = x.tx.starting_with(Table::Apps, "").into_iter();
    if apps.any(|(id, app)| app["body"]["label"] == sent["client_name"] && but.is_none_or(|but| but.id != id)) {
        return Err(Refusal::invalid("label", "client_name: An object with this field already exists in the current organization"));
    }
    Ok(())
}

/// Generates another secret for a client that has one.
fn new_secret(x: &mut Exchange<'_>, client: &str) -> Result<Answer, Refusal> {
    let mut app = known(x, client)?;
    let method = app.auth_method();
    if !matches!(method, "client_secret_basic" | "client_secret_post") {
        let problem = format!("token_endpoint_auth_method: A secret can't be generated when 'token_endpoint_auth_method' is '{method}'.");
        return Err(Refusal::oauth(400, "invalid_client_metadata", problem));
    }
    overwrite(x, &mut app.secrets, None);
    app.write(&mut x.tx)?;
    Ok(Answer::ok(render(&app, app.shown_secret())))
}
