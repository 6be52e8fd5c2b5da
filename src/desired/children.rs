//! `Grant` and `GroupAssignment` documents to what is declared of each scope and each group.

use serde_json::{Map, Value};

use super::{Assignment, Grant, GroupReference};
use crate::address::{Address, Kind};
use crate::json::Path;
use crate::manifest::Document;
use crate::resource::group_assignment::row;
use crate::resource::leaves;

/// Members of an assigned group that are not part of the API's object.
const OURS: [&str; 2] = ["name", "id"];

/// Returns the scopes that a document grants.
pub(super) fn grants(document: &Document) -> impl Iterator<Item = Grant> {
    let address = Address::new(Kind::Grant, document.name.clone());
    let issuer = document.spec["issuer"].as_str().map(|issuer| issuer.trim_end_matches('/').to_owned());
    let scopes = document.spec["scopes"].as_array().into_iter().flatten().enumerate();
    scopes.filter_map(move |(index, scope)| {
        let scope = scope.as_str()?.to_owned();
        let origin = document.origin(&Path::of("scopes").index(index));
        Some(Grant { address: address.below([&scope]), scope, issuer: issuer.clone(), origin })
    })
}

/// Returns the groups that a document assigns; entries that name no group have been reported.
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
