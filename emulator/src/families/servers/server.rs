//! `/api/v1/authorizationServers`: list, create, read, replace, delete, activate and deactivate.

use serde_json::Value;

use super::{
    document::{Server, default_id, first_keys},
    encryption::Encryption,
    found, names,
    part::Place,
    sent,
};
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    ids::Kind,
    page::Page,
    route::Turn,
    store::{Table, read as read_row},
    switches::{ActiveServerDelete, IssuerModeDefault, OmittedServerMembers},
};

const MOST: usize = 200;
const ISSUER_MODES: [&str; 3] = ["ORG_URL", "CUSTOM_URL", "DYNAMIC"];
const ROTATION_MODES: [&str; 2] = ["AUTO", "MANUAL"];

/// Returns the server that a path names.
pub(crate) fn find(x: &Exchange<'_>, id: &str) -> Result<Server, Refusal> {
    let builtin = (id == "default").then(|| default_id(x.tx.seed()));
    let found = x.tx.get(Table::Servers, builtin.as_deref().unwrap_or(id))?;
    found.ok_or_else(|| Refusal::not_found(id, "AuthorizationServer"))
}

impl Place for Server {
    type Path<'a> = &'a str;

    fn find(x: &Exchange<'_>, id: &str) -> Result<Self, Refusal> {
        find(x, id)
    }

    fn prefix(&self) -> String {
        format!("{}/", self.id)
    }
}

pub(super) fn list(x: &Exchange<'_>) -> Result<Answer, Refusal> {
    let page = Page::of(x.call, MOST, MOST)?;
    let rows = x.tx.listed_after(Table::Servers, page.after());
    let (servers, more) = matching(x, rows, page.limit())?;
    let items = servers.iter().map(|server| server.render(x)).collect();
    Ok(Answer::list(items, page.links(more.as_deref())))
}

/// Returns the servers that `q` asks for, at most so many, and the last one's id if there are more.
pub(super) fn matching<'a>(
    x: &Exchange<'_>,
    rows: impl Iterator<Item = (&'a str, &'a Value)>,
    limit: usize,
) -> Result<(Vec<Server>, Option<String>), Refusal> {
    let sought = x.call.query.value("q").unwrap_or_default().to_lowercase();
    let has = |value: &Value| value.as_str().is_some_and(|text| text.to_lowercase().contains(&sought));
    let wanted = |row: &Value| has(&row["name"]) || row["audiences"].as_array().is_some_and(|all| all.iter().any(has));
    let mut rows = rows.filter(|(_, row)| wanted(row));
    let shown = rows.by_ref().take(limit).map(|(_, row)| read_row::<Server>(row)).collect::<Result<Vec<_>, _>>()?;
    let more = rows.next().and_then(|_| shown.last()).map(|server| server.id.clone());
    Ok((shown, more))
}

pub(super) fn create(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let sent = x.call.object()?;
    let id = x.tx.new_id(Kind::AuthorizationServer);
    let mut server = Server {
        keys: first_keys(x.tx.seed(), &id),
        rotations: 0,
        id,
        name: String::new(),
        description: None,
        audiences: Vec::new(),
        issuer_mode: default_issuer_mode(x).into(),
        status: "ACTIVE".into(),
        created: x.now.clone(),
        last_updated: x.now.clone(),
        rotation_mode: ROTATION_MODES[0].into(),
        last_rotated: x.now.clone(),
        default: false,
        encryption: Encryption::default(),
        trusted: Vec::new(),
    };
    fill(x, &mut server, &sent)?;
    server.write(&mut x.tx)?;
    found::parts(x, &server)?;
    Ok(Answer::created(server.render(x)))
}

fn default_issuer_mode(x: &Exchange<'_>) -> &'static str {
    match x.switches.issuer_mode_default() {
        IssuerModeDefault::OrgUrl => ISSUER_MODES[0],
        IssuerModeDefault::CustomUrl => ISSUER_MODES[1],
        IssuerModeDefault::Dynamic => ISSUER_MODES[2],
    }
}

/// Takes over what a request says; the rest of the members are the org's own.
fn fill(x: &mut Exchange<'_>, server: &mut Server, sent: &Value) -> Result<(), Refusal> {
    sent::required(sent, "name")?.clone_into(&mut server.name);
    server.description = sent::text(sent, "description")?.map(str::to_owned);
    server.audiences = sent::texts(sent, "audiences")?.unwrap_or_default();
    match server.audiences.as_slice() {
        [] => return Err(sent::blank("audiences")),
        [audience] if audience.trim().is_empty() => return Err(sent::blank("audiences")),
        [_] => {}
        _ => return Err(Refusal::invalid("audiences", "audiences: Only one audience is supported")),
    }
    if let Some(mode) = sent::one_of(sent, "issuerMode", &ISSUER_MODES)? {
        mode.clone_into(&mut server.issuer_mode);
    }
    let signing = sent::object(sent::object(sent, "credentials")?, "signing")?;
    if let Some(mode) = sent::one_of(signing, "rotationMode", &ROTATION_MODES)? {
        mode.clone_into(&mut server.rotation_mode);
    }
    server.encryption.take(x, sent)?;
    names::refuse_taken(x, Table::Servers, "", &server.id, |row| row["name"] == *server.name)
}

pub(super) fn read(x: &Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    Ok(Answer::ok(find(x, id)?.render(x)))
}

pub(super) fn replace(x: &mut Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut server = find(x, id)?;
    let sent = x.call.object()?;
    if x.switches.omitted_server_members() == OmittedServerMembers::Reset {
        default_issuer_mode(x).clone_into(&mut server.issuer_mode);
        ROTATION_MODES[0].clone_into(&mut server.rotation_mode);
        server.encryption = Encryption::default();
    }
    fill(x, &mut server, &sent)?;
    server.last_updated.clone_from(&x.now);
    server.write(&mut x.tx)?;
    Ok(Answer::ok(server.render(x)))
}

/// Deletes a server with all its parts. Of refusals, the specification knows 403 alone here.
pub(super) fn delete(x: &mut Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    let server = find(x, id)?;
    if server.default {
        // Since release 2022.10, as its notes say: a deleted one could not be had back.
        return Err(Refusal::not_permitted());
    }
    if server.status == "ACTIVE" && x.switches.active_server_delete() == ActiveServerDelete::Refuse {
        return Err(Refusal::not_permitted());
    }
    let children = format!("{}/", server.id);
    for table in [Table::ServerScopes, Table::ServerClaims, Table::ServerPolicies, Table::ServerRules, Table::SigningKeys] {
        for (key, _) in x.tx.starting_with(table, &children) {
            x.tx.remove(table, key.to_owned());
        }
    }
    for (_, row) in x.tx.starting_with(Table::Servers, "") {
        let mut other = read_row::<Server>(row)?;
        if other.trusted.contains(&server.id) {
            other.trusted.retain(|trusted| *trusted != server.id);
            other.write(&mut x.tx)?;
        }
    }
    x.tx.remove(Table::Servers, server.id);
    Ok(Answer::no_content())
}

pub(super) fn turn(x: &mut Exchange<'_>, id: &str, turn: Turn) -> Result<Answer, Refusal> {
    let mut server = find(x, id)?;
    if super::is_turned(x, &server.status, turn)? {
        turn.status().clone_into(&mut server.status);
        server.last_updated.clone_from(&x.now);
        server.write(&mut x.tx)?;
    }
    Ok(Answer::no_content())
}
