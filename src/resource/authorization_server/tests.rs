//! The tables of authorization servers, whole.

use serde_json::json;

use super::*;
use crate::resource::{Compare, Shape, every_leaf, leaves, same};

/// Returns a row as one line.
fn line(part: Part, path: &crate::json::Path, field: &crate::resource::Field) -> String {
    let rule = serde_json::to_value(&field.rule).expect("a rule is plain data");
    let said: Map<_, _> = rule
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| *name == "absent" || !matches!(value.as_str(), Some("exact" | "default" | "body")) && **value != false)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let shape = match &field.shape {
        Shape::Text { choices, .. } if !choices.is_empty() => choices.join("|"),
        Shape::Text { min, max, .. } => format!("text {min:?}..{max:?}"),
        Shape::Integer { min, max } => format!("integer {min:?}..{max:?}"),
        Shape::Flag => "flag".to_owned(),
        Shape::Free => "free".to_owned(),
        Shape::Object(_) => "object".to_owned(),
        Shape::List(item) => format!("list of {}", if let Shape::Object(_) = item.shape { "objects" } else { "values" }),
        Shape::Either(_) => "either".to_owned(),
    };
    format!("{} {path}: {shape}{} {}", part.as_str(), if field.required { " required" } else { "" }, Value::Object(said))
}

#[test]
fn the_tables_are_what_the_structs_say() {
    let rows =
        Part::ALL.into_iter().flat_map(|part| every_leaf(part.table()).into_iter().map(move |(path, field)| line(part, &path, field)));
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"));
}

#[test]
fn only_what_okta_shows_in_some_order_is_a_set() {
    let sets: Vec<_> = Part::ALL
        .into_iter()
        .flat_map(|part| every_leaf(part.table()).into_iter().map(move |row| (part, row)))
        .filter(|(_, (_, field))| matches!(field.shape, Shape::List(_)) && !field.rule.ours && field.rule.compare != Compare::Set)
        .map(|(part, (path, _))| format!("{} {path}", part.as_str()))
        .collect();
    assert_eq!(sets, ["server jwks.keys"]);
}

#[test]
fn an_empty_condition_is_what_okta_makes_of_it() {
    let declared = json!({"conditions": {"people": {"users": {"include": []}}, "scopes": {"include": null}}, "actions": {"token": {"inlineHook": null}}});
    let live = json!({"conditions": {"people": {"users": {"exclude": []}}, "scopes": {"include": []}}, "actions": {"token": {}}});
    let differing: Vec<_> = leaves(Part::Rule.table(), &declared)
        .into_iter()
        .filter(|leaf| !same(leaf.field, leaf.value, leaf.path.find(&live)))
        .map(|leaf| leaf.path.to_string())
        .collect();
    assert_eq!(differing, [""; 0]);
}

#[test]
fn an_encryption_key_that_is_turned_off_is_another_than_one_in_force() {
    let keys = |status: &str| json!({"jwks": {"keys": [{"kty": "RSA", "kid": "a", "n": "1", "e": "AQAB", "status": status}]}});
    let (wanted, live) = (keys("ACTIVE"), keys("INACTIVE"));
    let declared = leaves(Part::Server.table(), &wanted);
    assert!(declared.iter().all(|leaf| same(leaf.field, leaf.value, leaf.path.find(&wanted))));
    assert!(declared.iter().all(|leaf| !same(leaf.field, leaf.value, leaf.path.find(&live))));
}

#[test]
fn every_client_is_a_word_and_no_document() {
    let read = |value: Value| PolicyClient::read(&value).map(|client| client.to_string());
    assert_eq!(read(json!("ALL_CLIENTS")).as_deref(), Some("ALL_CLIENTS"));
    assert_eq!(read(json!("billing-worker")).as_deref(), Some("App/billing-worker"));
    assert_eq!(read(json!({"client_id": "0oa1"})).as_deref(), Some("{client_id: 0oa1}"));
    assert_eq!(read(json!({"client_id": "0oa1", "id": "0oa1"})), None);
}
