//! `/oauth-providers/{provider}/client-types`: client types, each of one provider for life.

use serde_json::json;

use super::{
    document::{Document, Resource, prefix_of},
    field::{Field, Shape},
    force,
    page::Page,
    products,
    providers::PROVIDERS,
    refuse_taken_name,
    reply::{Refusal, Reply},
};
use crate::{
    families::Exchange,
    store::Table,
    switches::{PortalItToken, PortalOktaWithoutAppType, Switches},
};

const GRANT_TYPES: &[&str] = &["authorization_code", "pkce", "client_credentials", "device_code", "refresh_token", "password", "implicit"];
const AUTH_METHODS: &[&str] = &["client_secret_basic", "client_secret_post"];
const APP_TYPES: &[&str] = &["web", "native", "browser", "service"];

pub(super) const CLIENT_TYPES: Resource = Resource {
    name: "client type",
    table: Table::PortalClientTypes,
    fields: &[
        Field::required("Name", Shape::Text),
        Field::optional("Description", Shape::Text),
        Field::required("ResponseTypes", Shape::Many(response_types)),
        Field::required("GrantType", Shape::Many(|_| GRANT_TYPES)),
        Field::optional("TokenEndpointAuthMethod", Shape::One(AUTH_METHODS)),
        Field::optional("OktaAppType", Shape::One(APP_TYPES)),
    ],
    read_only: &["ID", "CreatedAt", "UpdatedAt"],
    refused: 400,
};

/// The schema has `it_token`, the documentation page `id_token`.
fn response_types(switches: &Switches) -> &'static [&'static str] {
    match switches.portal_it_token() {
        PortalItToken::ItToken => &["code", "token", "it_token", "none"],
        PortalItToken::IdToken => &["code", "token", "id_token", "none"],
        PortalItToken::Both => &["code", "token", "it_token", "id_token", "none"],
    }
}

pub(super) fn list(x: &Exchange<'_>, provider: &str) -> Result<Reply, Refusal> {
    let provider = PROVIDERS.find(x, "", provider)?;
    let page = Page::of(x.call)?;
    let client_types = CLIENT_TYPES.all(x, &prefix_of(provider.id))?;
    let shown = page.rows(client_types.iter()).map(|client_type| CLIENT_TYPES.render(x, client_type));
    Ok(Reply::ok(json!(shown.collect::<Vec<_>>())))
}

pub(super) fn create(x: &mut Exchange<'_>, provider: &str) -> Result<Reply, Refusal> {
    let provider = PROVIDERS.find(x, "", provider)?;
    let sent = CLIENT_TYPES.sent(x)?;
    let client_type = CLIENT_TYPES.create(x, sent)?;
    write(x, &provider, &client_type)?;
    Ok(Reply::json(super::created(x), json!(CLIENT_TYPES.render(x, &client_type))))
}

pub(super) fn read(x: &Exchange<'_>, provider: &str, reference: &str) -> Result<Reply, Refusal> {
    let (_, client_type) = find(x, provider, reference)?;
    Ok(Reply::ok(json!(CLIENT_TYPES.render(x, &client_type))))
}

pub(super) fn update(x: &mut Exchange<'_>, provider: &str, reference: &str) -> Result<Reply, Refusal> {
    let (provider, mut client_type) = find(x, provider, reference)?;
    let sent = CLIENT_TYPES.sent(x)?;
    CLIENT_TYPES.update(x, &mut client_type, sent);
    write(x, &provider, &client_type)?;
    Ok(Reply::ok(json!(CLIENT_TYPES.render(x, &client_type))))
}

pub(super) fn delete(x: &mut Exchange<'_>, provider: &str, reference: &str) -> Result<Reply, Refusal> {
    let (provider, client_type) = find(x, provider, reference)?;
    products::release(x, std::slice::from_ref(&client_type), force(x))?;
    CLIENT_TYPES.remove(x, &prefix_of(provider.id), &client_type);
    Ok(Reply::done())
}

/// Finds a client type of whatever provider by its `ID`, which is counted over all of them.
pub(super) fn anywhere(x: &Exchange<'_>, id: u64) -> Result<Option<Document>, Refusal> {
    let found = CLIENT_TYPES.all(x, "")?.into_iter().find(|client_type| client_type.id == id);
    Ok(found)
}

fn find(x: &Exchange<'_>, provider: &str, reference: &str) -> Result<(Document, Document), Refusal> {
    let provider = PROVIDERS.find(x, "", provider)?;
    let client_type = CLIENT_TYPES.find(x, &prefix_of(provider.id), reference)?;
    Ok((provider, client_type))
}

/// Writes a client type, unless its provider speaks against it.
fn write(x: &mut Exchange<'_>, provider: &Document, client_type: &Document) -> Result<(), Refusal> {
    let prefix = prefix_of(provider.id);
    refuse_taken_name(x, &CLIENT_TYPES, &prefix, client_type)?;
    let needs_app_type = provider.text("Type") == "Okta" && client_type.text("OktaAppType").is_empty();
    if needs_app_type && x.switches.portal_okta_without_app_type() == PortalOktaWithoutAppType::Refused {
        return Err(Refusal::error(400, "OktaAppType can't be blank for a provider of type Okta"));
    }
    CLIENT_TYPES.write(x, &prefix, client_type)
}
