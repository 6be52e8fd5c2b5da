//! A live value as it is written into a manifest: what is as it was keeps its spelling, variables included.

use serde_json::{Map, Value};

use crate::manifest::literal;

/// Returns a value as it is to be written in the place of another, given how that is written and what it says once variables are filled in.
///
/// # Errors
/// What is written that would have to go although a variable is in it.
pub(super) fn spelled(written: &Value, said: &Value, value: &Value) -> Result<Value, Value> {
    if said == value {
        return Ok(written.clone());
    }
    match (written, said, value) {
        (Value::Object(written), Value::Object(said), Value::Object(value)) => members(written, said, value).map(Value::Object),
        (Value::Array(written), Value::Array(said), Value::Array(value)) => items(written, said, value).map(Value::Array),
        _ if holds_variable(written) => Err(written.clone()),
        _ => Ok(literal(value.clone())),
    }
}

fn members(written: &Map<String, Value>, said: &Map<String, Value>, value: &Map<String, Value>) -> Result<Map<String, Value>, Value> {
    if let Some((_, gone)) = written.iter().find(|(name, written)| !value.contains_key(*name) && holds_variable(written)) {
        return Err(gone.clone());
    }
    let mut found = Map::new();
    for (name, value) in value {
        match (written.get(name), said.get(name)) {
            (Some(written), Some(said)) => drop(found.insert(name.clone(), spelled(written, said, value)?)),
            // Something that lies under it says it.
            (None, Some(said)) if said == value => {}
            _ => drop(found.insert(name.clone(), literal(value.clone()))),
        }
    }
    Ok(found)
}

fn items(written: &[Value], said: &[Value], value: &[Value]) -> Result<Vec<Value>, Value> {
    let mut left: Vec<_> = written.iter().zip(said).collect();
    let mut found = Vec::new();
    for value in value {
        match left.iter().position(|(_, said)| *said == value) {
            Some(place) => found.push(left.remove(place).0.clone()),
            None => found.push(literal(value.clone())),
        }
    }
    match left.into_iter().find(|(written, _)| holds_variable(written)) {
        Some((gone, _)) => Err(gone.clone()),
        None => Ok(found),
    }
}

/// Returns whether a variable is filled into what is written.
pub(super) fn holds_variable(written: &Value) -> bool {
    variable_in(written).is_some()
}

/// Returns the first variable that is filled into what is written, as it is written.
pub(super) fn variable_in(written: &Value) -> Option<String> {
    match written {
        Value::String(text) => text.match_indices("${var.").find_map(|(at, _)| {
            // `$${` is a literal `${`.
            let end = text[at..].find('}')?;
            (!text[..at].ends_with('$')).then(|| text[at..=at + end].to_owned())
        }),
        Value::Array(items) => items.iter().find_map(variable_in),
        Value::Object(members) => members.values().find_map(variable_in),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(written: &Value, said: &Value, value: &Value) -> String {
        spelled(written, said, value).map_or_else(|gone| format!("refused for {gone}"), |spelled| spelled.to_string())
    }

    #[test]
    fn what_is_as_it_was_keeps_its_spelling_and_no_variable_is_lost() {
        let (uris, said) = (json!(["https://${var.host}/a", "b", "$${c"]), json!(["https://x/a", "b", "${c"]));
        let (tree, filled) = (json!({"a": "${var.a}", "b": {"c": 1}}), json!({"a": "A", "b": {"c": 1}, "under": true}));
        let table = [
            shown(&uris, &said, &json!(["b", "https://x/a", "${var.d}", "${c"])),
            shown(&uris, &said, &json!(["https://y/a", "b"])),
            shown(&tree, &filled, &json!({"a": "A", "b": {"c": 2}, "under": true, "new": "$${"})),
            shown(&tree, &filled, &json!({"b": {"c": 1}, "under": true})),
            shown(&json!("$${var.x}"), &json!("${var.x}"), &json!("y")),
            shown(&json!("${var.x}"), &json!("x"), &json!("x")),
        ];
        insta::assert_snapshot!(table.join("\n"), @r#"
        ["b","https://${var.host}/a","$${var.d}","$${c"]
        refused for "https://${var.host}/a"
        {"a":"${var.a}","b":{"c":2},"new":"$$${"}
        refused for "${var.a}"
        "y"
        "${var.x}"
        "#);
    }
}
