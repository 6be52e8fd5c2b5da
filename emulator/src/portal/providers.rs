//! `/oauth-providers`: OAuth2.0 providers. The registration token is stored and never answered.

use serde_json::{Value, json};

use super::{
    client_types,
    document::{Document, Resource, prefix_of},
    field::{Field, Shape},
    force,
    page::Page,
    products, refuse_taken_name,
    reply::{Refusal, Reply},
};
use crate::{
    families::Exchange,
    store::{Table, Tx},
};

const TYPES: &[&str] = &["Keycloak", "Gluu", "Okta", "Other"];
const TOKEN: &str = "RegistrationAccessToken";

pub(super) const PROVIDERS: Resource = Resource {
    name: "provider",
    table: Table::PortalProviders,
    fields: &[
        Field::required("Name", Shape::Text),
        Field::required("Type", Shape::One(TYPES)),
        Field::required("WellKnownURL", Shape::Text),
        Field::optional(TOKEN, Shape::Secret),
        Field::optional("SSLInsecureSkipVerify", Shape::Flag),
    ],
    read_only: &["ID", "CreatedAt", "UpdatedAt", "ClientTypes"],
    refused: 400,
};

pub(super) fn list(x: &Exchange<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(x.call)?;
    let providers = PROVIDERS.all(x, "")?;
    let shown = page.rows(providers.iter()).map(|provider| PROVIDERS.render(x, provider));
    Ok(Reply::ok(json!(shown.collect::<Vec<_>>())))
}

pub(super) fn create(x: &mut Exchange<'_>) -> Result<Reply, Refusal> {
    let sent = PROVIDERS.sent(x)?;
    let provider = PROVIDERS.create(x, sent)?;
    refuse_taken_name(x, &PROVIDERS, "", &provider)?;
    PROVIDERS.write(x, "", &provider)?;
    // The one answer besides the list that does not embed the client types.
    Ok(Reply::json(super::created(x), json!(PROVIDERS.render(x, &provider))))
}

pub(super) fn read(x: &Exchange<'_>, reference: &str) -> Result<Reply, Refusal> {
    show(x, &PROVIDERS.find(x, "", reference)?)
}

pub(super) fn update(x: &mut Exchange<'_>, reference: &str) -> Result<Reply, Refusal> {
    let mut provider = PROVIDERS.find(x, "", reference)?;
    let sent = PROVIDERS.sent(x)?;
    PROVIDERS.update(x, &mut provider, sent);
    refuse_taken_name(x, &PROVIDERS, "", &provider)?;
    PROVIDERS.write(x, "", &provider)?;
    show(x, &provider)
}

pub(super) fn delete(x: &mut Exchange<'_>, reference: &str) -> Result<Reply, Refusal> {
    let provider = PROVIDERS.find(x, "", reference)?;
    let prefix = prefix_of(provider.id);
    let client_types = client_types::CLIENT_TYPES.all(x, &prefix)?;
    products::release(x, &client_types, force(x))?;
    for client_type in &client_types {
        client_types::CLIENT_TYPES.remove(x, &prefix, client_type);
    }
    PROVIDERS.remove(x, "", &provider);
    Ok(Reply::done())
}

/// Returns the registration token that a provider really has.
pub(crate) fn registration_token(tx: &Tx<'_>, reference: &str) -> Option<String> {
    let provider = PROVIDERS.look_up(tx, "", reference, true).ok()??;
    Some(provider.text(TOKEN).to_owned()).filter(|token| !token.is_empty())
}

/// Answers with a provider and its client types, all of them.
fn show(x: &Exchange<'_>, provider: &Document) -> Result<Reply, Refusal> {
    let mut body = PROVIDERS.render(x, provider);
    let client_types = client_types::CLIENT_TYPES.all(x, &prefix_of(provider.id))?;
    let shown: Vec<_> = client_types.iter().map(|client_type| client_types::CLIENT_TYPES.render(x, client_type)).collect();
    body.insert("ClientTypes".into(), json!(shown));
    Ok(Reply::ok(Value::from_iter(body)))
}
