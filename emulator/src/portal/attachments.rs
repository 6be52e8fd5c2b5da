//! `/products/{product}/client_types`: which client types a product offers. Older endpoints, with other codes and a smaller body.

use serde_json::{Value, json};

use super::{
    client_types::{self, CLIENT_TYPES},
    document::Document,
    page::Page,
    products,
    reply::{Refusal, Reply},
};
use crate::{families::Exchange, switches::PortalCid};

/// What the answers show of a client type: neither response types nor an auth method.
const SHOWN: [&str; 7] = ["ID", "Name", "Description", "GrantType", "OktaAppType", "CreatedAt", "UpdatedAt"];

pub(super) fn list(x: &Exchange<'_>, product: &str) -> Result<Reply, Refusal> {
    let product = products::find(x, product, 404)?;
    let page = Page::of(x.call)?;
    let mut ids = products::attached(&product);
    ids.sort_unstable_by(|a, b| b.cmp(a));
    let mut items = Vec::new();
    for id in page.rows(ids.into_iter()) {
        let client_type = client_types::anywhere(x, id)?;
        items.extend(client_type.map(|client_type| json!({"ID": client_type.id, "Name": client_type.text("Name")})));
    }
    Ok(Reply::ok(Value::Array(items)))
}

/// Attaches a client type. One that is attached already stays so: what the portal says then is not known.
pub(super) fn attach(x: &mut Exchange<'_>, product: &str) -> Result<Reply, Refusal> {
    let product = products::find(x, product, 422)?;
    let body = x.call.object().map_err(|_| Refusal::malformed())?;
    let client_type = match body["ID"].as_u64() {
        Some(id) => client_types::anywhere(x, id)?,
        None => None,
    };
    let client_type = client_type.ok_or_else(|| Refusal::error(422, "there is no such client type"))?;
    let mut attached = products::attached(&product);
    if !attached.contains(&client_type.id) {
        attached.push(client_type.id);
        products::attach(x, product, attached)?;
    }
    Ok(Reply::json(201, detail(x, &client_type)))
}

pub(super) fn read(x: &Exchange<'_>, product: &str, reference: &str) -> Result<Reply, Refusal> {
    let product = products::find(x, product, 404).map_err(|_| Refusal::status_not_found())?;
    let client_type = find(x, &product, reference)?.ok_or_else(Refusal::status_not_found)?;
    Ok(Reply::ok(detail(x, &client_type)))
}

pub(super) fn detach(x: &mut Exchange<'_>, product: &str, reference: &str) -> Result<Reply, Refusal> {
    let product = products::find(x, product, 404)?;
    let client_type = find(x, &product, reference)?.ok_or_else(|| Refusal::not_found(CLIENT_TYPES.name))?;
    let stay = products::attached(&product).into_iter().filter(|id| *id != client_type.id).collect();
    products::attach(x, product, stay)?;
    Ok(Reply::done())
}

/// Finds an attached client type by its `ID` or `CID`.
fn find(x: &Exchange<'_>, product: &Document, reference: &str) -> Result<Option<Document>, Refusal> {
    let by_cid = x.switches.portal_cid() == PortalCid::Shown;
    for id in products::attached(product) {
        let Some(client_type) = client_types::anywhere(x, id)? else { continue };
        if reference.parse() == Ok(client_type.id) || (by_cid && client_type.cid == reference) {
            return Ok(Some(client_type));
        }
    }
    Ok(None)
}

fn detail(x: &Exchange<'_>, client_type: &Document) -> Value {
    let mut body = CLIENT_TYPES.render(x, client_type);
    body.retain(|key, _| SHOWN.contains(&key.as_str()));
    Value::from_iter(body)
}
