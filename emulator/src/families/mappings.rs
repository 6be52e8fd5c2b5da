//! `/api/v1/policies/{id}/mappings` and `/app`: the apps that have an access policy.
//!
//! A mapping is no object of its own: every app has one policy, and its mapping follows from the two.

use serde_json::{Value, json};

use super::{
    Exchange,
    apps::{self, document::App},
    policies::{self, TYPE},
};
use crate::{
    answer::{Answer, Refusal},
    store::Table,
    switches::DefaultPolicyMapping,
};

fn id(x: &Exchange<'_>, policy: &str, app: &str) -> String {
    x.tx.seed().mapping_id(&format!("{policy}/{app}"))
}

fn render(x: &Exchange<'_>, policy: &str, app: &str) -> Value {
    let id = id(x, policy, app);
    let policy = x.url(&format!("/api/v1/policies/{policy}"));
    let link = |href: String| json!({"href": href, "hints": {"allow": ["GET", "PUT", "DELETE"]}});
    json!({
        "id": id,
        "_links": {
            "application": link(x.url(&format!("/api/v1/apps/{app}"))),
            "self": link(format!("{policy}/mappings/{id}")),
            "policy": link(policy),
        },
    })
}

/// Returns the ids of the apps that have a policy, oldest first.
fn mapped<'a>(x: &Exchange<'a>, policy: &str) -> Result<impl Iterator<Item = &'a str> + use<'a>, Refusal> {
    policies::find(x, policy)?;
    let policy = policy.to_owned();
    let rows = x.tx.listed_rows_after(Table::Apps, "");
    Ok(rows.filter(move |(_, row)| row.head().policy() == policy).map(|(app, _)| app))
}

pub(super) fn list(x: &Exchange<'_>, policy: &str) -> Result<Answer, Refusal> {
    let items = mapped(x, policy)?.map(|app| render(x, policy, app)).collect();
    Ok(Answer::list(items, Vec::new()))
}

/// Lists the apps themselves.
pub(super) fn apps(x: &Exchange<'_>, policy: &str) -> Result<Answer, Refusal> {
    let items: Vec<_> = mapped(x, policy)?.map(|app| apps::listed(x, app)).collect::<Result<_, _>>()?;
    Ok(Answer::list(items.into_iter().flatten().collect(), Vec::new()))
}

/// Gives an app this policy in place of the one that it has.
pub(super) fn create(x: &mut Exchange<'_>, policy: &str) -> Result<Answer, Refusal> {
    policies::find(x, policy)?;
    let sent = x.call.object()?;
    if sent["resourceType"] != TYPE {
        return Err(Refusal::invalid("resourceType", format!("resourceType: must be {TYPE}")));
    }
    let app = match &sent["resourceId"] {
        Value::String(id) if !id.is_empty() => apps::find(x, id)?,
        Value::String(_) | Value::Null => return Err(Refusal::invalid("resourceId", "resourceId: The field cannot be left blank")),
        _ => return Err(Refusal::malformed()),
    };
    let body = render(x, policy, &app.id);
    assign(x, app, policy.to_owned())?;
    Ok(Answer::ok(body))
}

pub(super) fn read(x: &Exchange<'_>, policy: &str, mapping: &str) -> Result<Answer, Refusal> {
    let app = find(x, policy, mapping)?;
    Ok(Answer::ok(render(x, policy, &app.id)))
}

/// Takes the policy from an app, which has the default policy from then on.
pub(super) fn delete(x: &mut Exchange<'_>, policy: &str, mapping: &str) -> Result<Answer, Refusal> {
    let app = find(x, policy, mapping)?;
    let default = x.organization.default_policy.clone();
    if app.access_policy != default {
        assign(x, app, default)?;
    } else if x.switches.default_policy_mapping() == DefaultPolicyMapping::Refuse {
        return Err(Refusal::not_permitted());
    }
    Ok(Answer::no_content())
}

/// Returns the app of a mapping.
fn find(x: &Exchange<'_>, policy: &str, mapping: &str) -> Result<App, Refusal> {
    policies::find(x, policy)?;
    let mut apps = x.tx.rows(Table::Apps).filter(|(_, row)| row.head().policy() == policy);
    let app = apps.find(|(app, _)| id(x, policy, app) == mapping);
    app.ok_or_else(|| Refusal::not_found(mapping, "PolicyMapping"))?.1.read()
}

fn assign(x: &mut Exchange<'_>, mut app: App, policy: String) -> Result<(), Refusal> {
    app.access_policy = policy;
    app.write(&mut x.tx)
}
