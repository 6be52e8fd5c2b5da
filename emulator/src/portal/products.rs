//! `/products`: API products, as far as they hold client types back from being deleted.
//!
//! `Templates` and `Catalogues` take ids and answer names. There is no Dashboard behind this portal: what one would fill in
//! (`ReferenceID`, `Path`, authentication types) is invented, and so are the two catalogues. Access requests, which a forced
//! deletion rejects, are not kept.

use serde_json::{Value, json};

use super::{
    client_types::{self, CLIENT_TYPES},
    document::{Document, Resource},
    field::{Field, Shape},
    page::Page,
    reply::{Refusal, Reply},
};
use crate::{families::Exchange, store::Table};

const CATALOGUES: [(u64, &str); 2] = [(1, "Public catalogue"), (2, "Private catalogue")];
const TEMPLATES: &str = "Templates";

pub(super) const PRODUCTS: Resource = Resource {
    name: "product",
    table: Table::PortalProducts,
    fields: &[
        Field::required("Name", Shape::Text),
        Field::required("ProviderID", Shape::Number),
        Field::required("IsDocumentationOnly", Shape::Flag),
        Field::optional("DisplayName", Shape::Text),
        Field::optional("Description", Shape::Text),
        Field::optional("Content", Shape::Text),
        Field::optional("Feature", Shape::Flag),
        Field::optional("DCREnabled", Shape::Flag),
        Field::optional("Scopes", Shape::Text),
        Field::optional(TEMPLATES, Shape::References),
        Field::optional("Catalogues", Shape::References),
        Field::optional("APIDetails", Shape::List),
        Field::optional("Tags", Shape::List),
    ],
    read_only: &["ID", "CreatedAt", "UpdatedAt", "ReferenceID", "AuthType", "AuthTypes", "Path", "Logo", "Preview"],
    refused: 422,
};

pub(super) fn list(x: &Exchange<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(x.call)?;
    let products = PRODUCTS.all(x, "")?;
    let shown = page.rows(products.iter()).map(|product| render(x, product));
    Ok(Reply::ok(Value::Array(shown.collect::<Result<_, _>>()?)))
}

pub(super) fn create(x: &mut Exchange<'_>) -> Result<Reply, Refusal> {
    let sent = PRODUCTS.sent(x)?;
    let product = PRODUCTS.create(x, sent)?;
    refuse_strangers(x, &product)?;
    PRODUCTS.write(x, "", &product)?;
    Ok(Reply::json(201, render(x, &product)?))
}

pub(super) fn read(x: &Exchange<'_>, reference: &str) -> Result<Reply, Refusal> {
    match PRODUCTS.find(x, "", reference) {
        Ok(product) => Ok(Reply::ok(render(x, &product)?)),
        // The body of this 404 has a product's shape.
        Err(_) => Err(Refusal(Reply::json(404, render(x, &Document::blank())?))),
    }
}

/// Products merge whatever the switch says: they are the framework's own, which does.
pub(super) fn update(x: &mut Exchange<'_>, reference: &str) -> Result<Reply, Refusal> {
    let mut product = find(x, reference, 422)?;
    let sent = PRODUCTS.sent_in_part(x)?;
    product.merge(sent, &x.now);
    refuse_strangers(x, &product)?;
    PRODUCTS.write(x, "", &product)?;
    Ok(Reply::ok(render(x, &product)?))
}

pub(super) fn delete(x: &mut Exchange<'_>, reference: &str) -> Result<Reply, Refusal> {
    // The framework says ok under a 404.
    let product = PRODUCTS.find(x, "", reference).map_err(|_| Refusal(Reply::json(404, json!({"status": "ok"}))))?;
    PRODUCTS.remove(x, "", &product);
    Ok(Reply::done())
}

/// Finds a product; the status of its absence differs by what was asked.
pub(super) fn find(x: &Exchange<'_>, reference: &str, absent: u16) -> Result<Document, Refusal> {
    PRODUCTS.find(x, "", reference).map_err(|_| Refusal::error(absent, "product is not found"))
}

/// Returns the ids of the client types that are attached to a product, in the order they were attached.
pub(super) fn attached(product: &Document) -> Vec<u64> {
    ids(product, TEMPLATES)
}

/// Attaches exactly these client types to a product.
pub(super) fn attach(x: &mut Exchange<'_>, mut product: Document, client_types: Vec<u64>) -> Result<(), Refusal> {
    product.fields.insert(TEMPLATES.into(), client_types.into());
    PRODUCTS.write(x, "", &product)
}

/// Makes sure that no product uses these client types: by refusing, or by force.
pub(super) fn release(x: &mut Exchange<'_>, client_types: &[Document], force: bool) -> Result<(), Refusal> {
    let goes = |id: &u64| client_types.iter().any(|client_type| client_type.id == *id);
    for product in PRODUCTS.all(x, "")? {
        let (gone, stay): (Vec<_>, Vec<_>) = attached(&product).into_iter().partition(goes);
        if gone.is_empty() {
            continue;
        }
        if !force {
            return Err(Refusal::error(400, &format!("it is used in the API product {}", product.text("Name"))));
        }
        attach(x, product, stay)?;
    }
    Ok(())
}

fn render(x: &Exchange<'_>, product: &Document) -> Result<Value, Refusal> {
    let mut body = PRODUCTS.render(x, product);
    let mut templates = Vec::new();
    for id in attached(product) {
        templates.extend(client_types::anywhere(x, id)?.map(|client_type| client_type.text("Name").to_owned()));
    }
    let catalogues = ids(product, "Catalogues").into_iter().filter_map(catalogue).collect::<Vec<_>>();
    let name = product.text("Name").to_lowercase().split_whitespace().collect::<Vec<_>>().join("-");
    let reference = if product.id == 0 { String::new() } else { x.tx.seed().custom_id("product reference", product.id) };
    body.extend([
        (TEMPLATES.to_owned(), json!(templates)),
        ("Catalogues".to_owned(), json!(catalogues)),
        ("ReferenceID".to_owned(), json!(reference)),
        ("Path".to_owned(), json!(name)),
        ("AuthType".to_owned(), json!("")),
        ("AuthTypes".to_owned(), json!([])),
        ("Logo".to_owned(), json!("")),
        ("Preview".to_owned(), json!("")),
    ]);
    Ok(Value::from_iter(body))
}

/// Refuses client types and catalogues that do not exist.
fn refuse_strangers(x: &Exchange<'_>, product: &Document) -> Result<(), Refusal> {
    let known: Vec<_> = CLIENT_TYPES.all(x, "")?.into_iter().map(|client_type| client_type.id).collect();
    let templates = attached(product).into_iter().filter(|id| !known.contains(id)).map(|id| format!("there is no client type {id}"));
    let catalogues = ids(product, "Catalogues").into_iter().filter(|id| catalogue(*id).is_none());
    let errors: Vec<_> = templates.chain(catalogues.map(|id| format!("there is no catalogue {id}"))).collect();
    if errors.is_empty() { Ok(()) } else { Err(Refusal::errors(422, &errors)) }
}

fn catalogue(id: u64) -> Option<&'static str> {
    CATALOGUES.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
}

fn ids(product: &Document, name: &str) -> Vec<u64> {
    let ids = product.fields.get(name).and_then(Value::as_array);
    ids.into_iter().flatten().filter_map(Value::as_u64).collect()
}
