//! `GroupAssignment` documents to what is declared of each group.

use serde_json::{Map, Value};

use super::{Assignment, GroupReference};
use crate::address::{Address, Kind};
use crate::json::Path;
use crate::manifest::Document;
use crate::resource::group_assignment::row;
use crate::resource::leaves;

/// Members of an assigned group that are not part of the API's object.
const OURS: [&str; 2] = ["name", "id"];

/// Returns what a document declares; entries that name no group have been reported.
pub(super) fn assignments(document: &Document) -> Vec<Assignment> {
    let address = Address::new(Kind::GroupAssignment, document.name.clone());
    let entries = document.spec["groups"].as_array().into_iter().flatten().enumerate();
    let assignments = entries.filter_map(|(index, entry)| {
        let text = |member: &str| entry[member].as_str().map(str::to_owned);
        let (member, group) = match (text("name"), text("id")) {
            (Some(name), None) => ("name", GroupReference::Name(name)),
            (None, Some(id)) => ("id", GroupReference::Id(id)),
            _ => return None,
        };
        let at = Path::of("groups").index(index);
        let mut body = Value::Object(Map::new());
        let declared = leaves(row(), entry).into_iter().filter(|leaf| !OURS.iter().any(|ours| leaf.path == Path::of(ours)));
        let origins = declared
            .map(|leaf| {
                leaf.path.set(&mut body, leaf.value.clone());
                let origin = document.origin(&at.join(&leaf.path));
                (leaf.path, origin)
            })
            .collect();
        let origin = document.origin(&at.key(member));
        Some(Assignment { address: address.below([group.text()]), group, body, origin, origins })
    });
    assignments.collect()
}
