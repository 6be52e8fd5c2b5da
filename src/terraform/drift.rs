//! Where the org is otherwise than a state says: changed since Terraform saw it last. A manifest says what the org has; only names of
//! attributes are told, so that no value of a state goes anywhere.

use serde_json::{Value, json};

use super::attributes::ACCESS_POLICY;
use super::state::{Manages, Resource};
use super::taken::part;
use crate::address::Kind;
use crate::json::{Path, Step};
use crate::observed::Observed;
use crate::resource::{Field, same, table};

/// Returns the attributes whose values are not those of the org.
pub(super) fn differing(resource: &Resource, observed: &Observed) -> Vec<String> {
    let Some((row, live)) = live(resource, observed) else { return Vec::new() };
    let differ = |(path, value): &(&str, Value)| !is_same(row, &Path::of(path), value, &live);
    resource.values.iter().filter(|(_, at)| differ(at)).map(|(name, _)| format!("`{name}`")).collect()
}

fn live(resource: &Resource, observed: &Observed) -> Option<(&'static Field, Value)> {
    match &resource.manages {
        Manages::App(id) => {
            let live = observed.app(id)?;
            let mut body = live.body.tree();
            body["status"] = json!(live.status.as_str());
            body[ACCESS_POLICY] = json!(live.access_policy);
            Some((table(Kind::App), body))
        }
        Manages::Server(id) => {
            let live = observed.servers.listed.iter().find(|live| live.id == *id)?;
            let mut body = live.body.clone();
            body["status"] = json!(live.status?.as_str());
            Some((live.part.table(), body))
        }
        Manages::Part { server, id, .. } => {
            let live = part(observed, server, id)?;
            Some((live.part.table(), live.body.clone()))
        }
        _ => None,
    }
}

fn is_same(row: &'static Field, path: &Path, value: &Value, live: &Value) -> bool {
    let field = path.steps().iter().try_fold(row, |row, step| match step {
        Step::Key(name) => row.member(name),
        Step::Index(_) => None,
    });
    let there = path.find(live).filter(|there| !there.is_null());
    // The provider fills in what it takes for defaults; whoever has no such setting, such as one of refresh tokens, has none of them.
    let Some(there) = there else {
        let setting = path.parent().filter(|parent| parent.steps().len() > 1);
        let has_setting = setting.is_none_or(|setting| setting.find(live).is_some());
        return !has_setting || *value == json!(false) || *value == json!(0) || same(field, value, None);
    };
    same(field, value, Some(there))
}
