//! The page at `/`, on which a person can watch a plan being applied: what the org and the portal hold, newest first, what happened to
//! it, and what was asked of it last.
//!
//! The page is one file without outside resources, and puts every text of the org's in place as text. What it shows comes from
//! `/watch.json`, which needs no token and so holds nothing that one would be needed for: no secret, no token, no body. Neither is a
//! request to the org: no latency, fault, rate limit or log touches them. Nothing is made up for the page while nobody looks, and who
//! knows already what there is gets its number alone.

use std::{borrow::Cow, cmp::Reverse};

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::{
    Org,
    log::glance,
    org::Seen,
    store::{Row, Table, Tables},
};

const PAGE: &str = include_str!("page.html");

/// Nothing but what is on the page itself runs or is loaded, whatever a text might try.
const POLICY: &str =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/// How many objects of a sort, events and requests the page shows at most.
const SHOWN: usize = 200;

/// Returns the answer to a request for the page or for what it shows; `None` if it is for something else.
pub(crate) fn answer<B>(org: &Org, request: &Request<B>) -> Option<Response<Vec<u8>>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return None;
    }
    let (kind, body) = match request.uri().path() {
        "/" => ("text/html; charset=utf-8", PAGE.as_bytes().to_vec()),
        "/watch.json" => ("application/json", watched(org, request.uri().query().unwrap_or_default()).to_string().into_bytes()),
        _ => return None,
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}

/// Returns what there is, unless it is the same as when there had been as many requests as `since` says.
fn watched(org: &Org, query: &str) -> Value {
    let since = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "since").and_then(|(_, since)| since.parse::<u64>().ok());
    org.watched(|tables, seen, revision| {
        if since == Some(revision) {
            return json!({"revision": revision});
        }
        let mut state = state(tables, seen.iter().rev());
        state["revision"] = revision.into();
        state
    })
}

fn state<'a>(tables: &Tables, seen: impl Iterator<Item = &'a Seen>) -> Value {
    let requests = seen.take(SHOWN).map(|seen| json!({"method": seen.method, "path": seen.path, "status": seen.status}));
    let events = tables.table(Table::Logs).iter().rev().take(SHOWN).filter_map(|(key, row)| glance(key, row));
    json!({
        "org": tables.table(Table::Org).get("org").map(|row| row.tree()["id"].clone()),
        "apps": newest(tables, Table::Apps, |row| row.head().updated().into(), |id, row| app(tables, id, row)),
        "servers": newest(tables, Table::Servers, |row| text_of(row, "last_updated"), |id, row| server(tables, id, row)),
        "providers": newest(tables, Table::PortalProviders, |row| text_of(row, "updated"), portal),
        "client_types": newest(tables, Table::PortalClientTypes, |row| text_of(row, "updated"), portal),
        "events": {"count": tables.table(Table::Logs).len(), "shown": events.collect::<Vec<_>>()},
        "requests": requests.collect::<Vec<_>>(),
    })
}

fn text_of<'a>(row: &Row, member: &str) -> Cow<'a, str> {
    row.tree()[member].as_str().unwrap_or_default().to_owned().into()
}

/// Shows the rows of a table that were written last, the newest first, and tells how many there are.
fn newest<'a>(tables: &'a Tables, table: Table, written: impl Fn(&'a Row) -> Cow<'a, str>, show: impl Fn(&str, &Value) -> Value) -> Value {
    let rows = tables.table(table);
    // Times are whole seconds; ids of one second are in the order in which they were given out.
    let mut found: Vec<_> = rows.iter().map(|(key, row)| (Reverse((written(row), key.as_str())), row)).collect();
    // To put ten thousand in order for the sake of two hundred takes ten times as long.
    if found.len() > SHOWN {
        found.select_nth_unstable_by(SHOWN, |(one, _), (other, _)| one.cmp(other));
        found.truncate(SHOWN);
    }
    found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let shown: Vec<_> = found.into_iter().map(|(Reverse((_, key)), row)| show(key, &row.tree())).collect();
    json!({"count": rows.len(), "shown": shown})
}

fn app(tables: &Tables, id: &str, row: &Value) -> Value {
    let body = &row["body"];
    let below = format!("{id}/");
    let grants = tables.table(Table::Grants).range(below.clone()..).take_while(|(key, _)| key.starts_with(&below));
    let secrets = row["secrets"].as_array().into_iter().flatten().map(|secret| secret["status"].clone());
    json!({
        "id": id,
        "label": body["label"],
        "status": body["status"],
        "signOnMode": body["signOnMode"],
        "client_id": body["credentials"]["oauthClient"]["client_id"],
        "method": body["credentials"]["oauthClient"]["token_endpoint_auth_method"],
        "owner": body["profile"]["idpctl"]["owner"],
        "secrets": secrets.collect::<Vec<_>>(),
        "grants": grants.map(|(_, grant)| grant.tree()["scopeId"].take()).collect::<Vec<_>>(),
        "updated": body["lastUpdated"],
    })
}

fn server(tables: &Tables, id: &str, row: &Value) -> Value {
    let below = format!("{id}/");
    let scopes = tables.table(Table::ServerScopes).range(below.clone()..).take_while(|(key, _)| key.starts_with(&below)).count();
    json!({"id": id, "name": row["name"], "status": row["status"], "audiences": row["audiences"], "scopes": scopes, "updated": row["last_updated"]})
}

fn portal(_: &str, row: &Value) -> Value {
    json!({"id": row["id"], "cid": row["cid"], "name": row["fields"]["Name"], "type": row["fields"]["Type"],
        "grants": row["fields"]["GrantType"], "updated": row["updated"]})
}
