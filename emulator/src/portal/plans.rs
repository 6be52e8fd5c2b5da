//! `/plans`: plans of API products, as far as they say which scope a client gets.
//!
//! The published description has the list under `data`, and the scripts of its maker read it as an array: a switch tells which it is.
//! There is no Dashboard behind this portal: what one would fill in (`ReferenceID`) is invented.

use serde_json::{Value, json};

use super::{
    document::{Document, Resource},
    field::{Field, Shape},
    page::Page,
    reply::{Refusal, Reply},
};
use crate::{families::Exchange, store::Table, switches::PortalPlanList};

pub(super) const PLANS: Resource = Resource {
    name: "plan",
    table: Table::PortalPlans,
    fields: &[
        Field::required("Name", Shape::Text),
        Field::required("ProviderID", Shape::Number),
        Field::optional("DisplayName", Shape::Text),
        Field::optional("Description", Shape::Text),
        Field::optional("JWTScope", Shape::Text),
        Field::optional("AutoApproveAccessRequests", Shape::Flag),
    ],
    read_only: &["ID", "CreatedAt", "UpdatedAt", "ReferenceID"],
    refused: 422,
};

pub(super) fn list(x: &Exchange<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(x.call)?;
    let plans = PLANS.all(x, "")?;
    let shown = page.rows(plans.iter()).map(|plan| render(x, plan)).collect::<Vec<_>>();
    Ok(Reply::ok(match x.switches.portal_plan_list() {
        PortalPlanList::Array => json!(shown),
        PortalPlanList::Data => json!({"data": shown}),
    }))
}

pub(super) fn create(x: &mut Exchange<'_>) -> Result<Reply, Refusal> {
    let sent = PLANS.sent(x)?;
    let plan = PLANS.create(x, sent)?;
    PLANS.write(x, "", &plan)?;
    Ok(Reply::json(201, render(x, &plan)))
}

pub(super) fn read(x: &Exchange<'_>, reference: &str) -> Result<Reply, Refusal> {
    find(x, reference, 404).map(|plan| Reply::ok(render(x, &plan)))
}

/// Plans merge as products do: both are the framework's own.
pub(super) fn update(x: &mut Exchange<'_>, reference: &str) -> Result<Reply, Refusal> {
    let mut plan = find(x, reference, 422)?;
    let sent = PLANS.sent_in_part(x)?;
    plan.merge(sent, &x.now);
    PLANS.write(x, "", &plan)?;
    Ok(Reply::ok(render(x, &plan)))
}

pub(super) fn delete(x: &mut Exchange<'_>, reference: &str) -> Result<Reply, Refusal> {
    let plan = find(x, reference, 404)?;
    PLANS.remove(x, "", &plan);
    Ok(Reply::done())
}

fn find(x: &Exchange<'_>, reference: &str, absent: u16) -> Result<Document, Refusal> {
    PLANS.find(x, "", reference).map_err(|_| Refusal::error(absent, "plan is not found"))
}

fn render(x: &Exchange<'_>, plan: &Document) -> Value {
    let mut body = PLANS.render(x, plan);
    body.extend([("ReferenceID".to_owned(), json!(x.tx.seed().custom_id("plan reference", plan.id)))]);
    Value::from_iter(body)
}
