//! `/oauth2/v1/clients/{id}/roles`: the admin roles of a client, which decide with its scopes what it may do.
//!
//! The org has no custom roles and resource sets of its own: those that are named are believed to exist.

mod document;
mod targets;

use serde_json::Value;

pub(crate) use self::document::Role;
use self::document::{custom, standard};
use crate::{
    answer::{Answer, Refusal},
    families::{
        Exchange,
        apps::{self, document::App},
    },
    store::{Table, read as read_row},
};

/// A resource below the roles of a client, with the ids in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    Roles,
    Role(&'a str),
    GroupTargets(&'a str),
    GroupTarget(&'a str, &'a str),
    AppTargets(&'a str),
    /// All apps of a name, or one of them.
    AppTarget(&'a str, &'a str, Option<&'a str>),
}

impl<'a> Resource<'a> {
    pub(crate) fn of(segments: &[&'a str]) -> Option<Self> {
        Some(match *segments {
            [] => Self::Roles,
            [role] => Self::Role(role),
            [role, "targets", "groups"] => Self::GroupTargets(role),
            [role, "targets", "groups", group] => Self::GroupTarget(role, group),
            [role, "targets", "catalog", "apps"] => Self::AppTargets(role),
            [role, "targets", "catalog", "apps", name] => Self::AppTarget(role, name, None),
            [role, "targets", "catalog", "apps", name, app] => Self::AppTarget(role, name, Some(app)),
            _ => return None,
        })
    }
}

/// Answers a request on the roles of a client.
pub(super) fn answer(resource: Resource<'_>, x: &mut Exchange<'_>, client: &App) -> Result<Answer, Refusal> {
    match (resource, x.call.method.as_str()) {
        (Resource::Roles, "GET") => {
            let roles = of(x, client.client_id())?;
            Ok(Answer::list(roles.iter().map(|role| role.render(x, client)).collect(), Vec::new()))
        }
        (Resource::Roles, "POST") => grant(x, client),
        (Resource::Role(role), "GET") => Ok(Answer::ok(find(x, client, role)?.render(x, client))),
        (Resource::Role(role), "DELETE") => {
            let role = find(x, client, role)?;
            x.tx.remove(Table::ClientRoles, key(client, &role.id));
            Ok(Answer::no_content())
        }
        (Resource::GroupTargets(role), "GET") => targets::groups(x, &find(x, client, role)?),
        (Resource::GroupTarget(role, group), method @ ("PUT" | "DELETE")) => {
            let mut role = find(x, client, role)?;
            targets::turn_group(x, &mut role, group, method == "PUT")?;
            write(x, client, &role)
        }
        (Resource::AppTargets(role), "GET") => targets::apps(x, &find(x, client, role)?),
        (Resource::AppTarget(role, name, app), method @ ("PUT" | "DELETE")) => {
            let mut role = find(x, client, role)?;
            targets::turn_app(x, &mut role, name, app, method == "PUT")?;
            write(x, client, &role)
        }
        _ => Err(Refusal::no_such_method()),
    }
}

/// Returns the admin roles of the client with an id; one that nobody has has none.
pub(crate) fn of(x: &Exchange<'_>, client_id: &str) -> Result<Vec<Role>, Refusal> {
    let Some(client) = apps::with_client_id(x, client_id)? else {
        return Ok(Vec::new());
    };
    let rows = x.tx.starting_with(Table::ClientRoles, &key(&client, ""));
    rows.into_iter().map(|(_, row)| read_row(row)).collect()
}

fn key(client: &App, role: &str) -> String {
    format!("{}/{role}", client.id)
}

fn find(x: &Exchange<'_>, client: &App, role: &str) -> Result<Role, Refusal> {
    x.tx.get(Table::ClientRoles, &key(client, role))?.ok_or_else(|| Refusal::not_found(role, "RoleAssignment"))
}

fn write(x: &mut Exchange<'_>, client: &App, role: &Role) -> Result<Answer, Refusal> {
    x.tx.put(Table::ClientRoles, key(client, &role.id), role)?;
    Ok(Answer::no_content())
}

/// Assigns a role, once. The status is as recorded; the specification has another.
fn grant(x: &mut Exchange<'_>, client: &App) -> Result<Answer, Refusal> {
    let sent = x.call.object()?;
    if client.body["settings"]["oauthClient"]["application_type"] != "service" {
        return Err(Refusal::no_service());
    }
    let role = match &sent["type"] {
        Value::String(kind) if kind == "CUSTOM" => custom(x, &sent)?,
        Value::String(kind) => standard(x, kind)?,
        Value::Null => return Err(Refusal::invalid("type", "type: The field cannot be left blank")),
        _ => return Err(Refusal::malformed()),
    };
    if of(x, client.client_id())?.iter().any(|known| known.is_like(&role)) {
        return Err(Refusal::role_is_assigned());
    }
    write(x, client, &role)?;
    Ok(Answer::created(role.render(x, client)))
}
