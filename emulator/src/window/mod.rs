//! The page at `/`, on which a person can watch a plan being applied: what the org and the portal hold, newest first, and what was
//! asked of them last.
//!
//! The page is one file without outside resources, and puts every text of the org's in place as text. What it shows comes from
//! `/watch.json`, which needs no token and so holds nothing that one would be needed for: no secret, no token, no body. Neither is a
//! request to the org: no latency, fault, rate limit or log touches them.

use std::cmp::Reverse;

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    Org,
    org::Seen,
    store::{Table, Tables},
};

const PAGE: &str = include_str!("page.html");

/// Nothing but what is on the page itself runs or is loaded, whatever a text might try.
const POLICY: &str =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/// How many objects of a sort, and how many requests, the page shows at most.
const SHOWN: usize = 200;

/// Returns the answer to a request for the page or for what it shows; `None` if it is for something else.
pub(crate) fn answer<B>(org: &Org, request: &Request<B>) -> Option<Response<Vec<u8>>> {
    if request.method() != Method::GET {
        return None;
    }
    let (kind, body) = match request.uri().path() {
        "/" => ("text/html; charset=utf-8", PAGE.as_bytes().to_vec()),
        "/watch.json" => ("application/json", org.watched(|tables, seen| state(tables, seen.iter().rev())).to_string().into_bytes()),
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

fn state<'a>(tables: &Tables, seen: impl Iterator<Item = &'a Seen>) -> Value {
    let mut rows: Vec<_> = tables.table(Table::Apps).iter().map(|(id, row)| (row.head().updated(), id.as_str(), row)).collect();
    let apps = newest(&mut rows);
    let requests: Vec<_> = seen.take(SHOWN).map(|seen| json!({"method": seen.method, "path": seen.path, "status": seen.status})).collect();
    json!({
        "apps": {"count": tables.table(Table::Apps).len(), "shown": apps.iter().map(|(_, id, row)| app(tables, id, &row.tree())).collect::<Vec<_>>()},
        "providers": portal(tables, Table::PortalProviders),
        "client_types": portal(tables, Table::PortalClientTypes),
        "requests": requests,
    })
}

/// Returns the rows of a table that were written last, the newest first, of rows with their times and ids.
fn newest<'a, 'b, T>(rows: &'b mut [(&'a str, &'a str, T)]) -> &'b [(&'a str, &'a str, T)] {
    // Times are whole seconds; ids of one second are in the order in which they were given out.
    rows.sort_by_key(|(updated, id, _)| Reverse((*updated, *id)));
    &rows[..rows.len().min(SHOWN)]
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

fn portal(tables: &Tables, table: Table) -> Value {
    let trees: Vec<_> = tables.table(table).iter().map(|(id, row)| (id, row.tree())).collect();
    let mut rows: Vec<_> = trees.iter().map(|(id, row)| (row["updated"].as_str().unwrap_or_default(), id.as_str(), row)).collect();
    let shown = |(_, _, row): &(&str, &str, &Value)| {
        json!({"id": row["id"], "cid": row["cid"], "name": row["fields"]["Name"], "type": row["fields"]["Type"],
            "grants": row["fields"]["GrantType"], "updated": row["updated"]})
    };
    json!({"count": tables.table(table).len(), "shown": newest(&mut rows).iter().map(shown).collect::<Vec<_>>()})
}
