//! The field table of a kind, read out of the JSON Schema of its struct.

use std::sync::LazyLock;

use indexmap::IndexMap;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::authorization_server::{AuthorizationServer, Part};
use super::field::{Field, Rule, Shape};
use super::{app, client, client_type, credentials, grant, group_assignment, oauth_provider};
use crate::address::Kind;

/// Returns the field table of a kind's `spec`: a field whose shape is an object.
pub fn table(kind: Kind) -> &'static Field {
    static APP: LazyLock<Field> = LazyLock::new(|| of::<app::App>("App"));
    static CREDENTIALS: LazyLock<Field> = LazyLock::new(|| of::<credentials::ClientCredentials>("ClientCredentials"));
    static GRANT: LazyLock<Field> = LazyLock::new(|| of::<grant::Grant>("Grant"));
    static GROUPS: LazyLock<Field> = LazyLock::new(|| of::<group_assignment::GroupAssignment>("GroupAssignment"));
    static CLIENT: LazyLock<Field> = LazyLock::new(|| of::<client::Client>("Client"));
    static PROVIDER: LazyLock<Field> = LazyLock::new(|| of::<oauth_provider::OAuthProvider>("OAuthProvider"));
    static CLIENT_TYPE: LazyLock<Field> = LazyLock::new(|| of::<client_type::ClientType>("ClientType"));
    match kind {
        Kind::App => &APP,
        Kind::ClientCredentials => &CREDENTIALS,
        Kind::Grant => &GRANT,
        Kind::GroupAssignment => &GROUPS,
        Kind::Client => &CLIENT,
        Kind::AuthorizationServer => Part::Server.table(),
        Kind::OAuthProvider => &PROVIDER,
        Kind::ClientType => &CLIENT_TYPE,
    }
}

/// Returns the JSON Schema of a kind's `spec`, everything written out in place, with null allowed only where the
/// server's value for it is known.
pub(super) fn spec_schema(kind: Kind) -> Value {
    match kind {
        Kind::App => raw::<app::App>(),
        Kind::ClientCredentials => raw::<credentials::ClientCredentials>(),
        Kind::Grant => raw::<grant::Grant>(),
        Kind::GroupAssignment => raw::<group_assignment::GroupAssignment>(),
        Kind::Client => raw::<client::Client>(),
        Kind::AuthorizationServer => raw::<AuthorizationServer>(),
        Kind::OAuthProvider => raw::<oauth_provider::OAuthProvider>(),
        Kind::ClientType => raw::<client_type::ClientType>(),
    }
}

pub(super) fn of<T: JsonSchema>(name: &str) -> Field {
    field(name, &raw::<T>(), true)
}

fn raw<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    forbid_unknown_nulls(&mut schema);
    schema
}

/// `Option<T>` means "need not be said"; null is something else and stays only where `absent` says what it leads to.
fn forbid_unknown_nulls(schema: &mut Value) {
    let Value::Object(members) = schema else { return };
    let nullable = members.get("x-idpctl").is_some_and(|rule| rule.get("absent").is_some());
    if !nullable {
        if let Some(Value::Array(types)) = members.get_mut("type") {
            types.retain(|t| t != "null");
            if let [only] = types.as_slice() {
                members["type"] = only.clone();
            }
        }
        if let Some(Value::Array(values)) = members.get_mut("enum") {
            values.retain(|v| !v.is_null());
        }
        if let Some(Value::Array(branches)) = members.get_mut("anyOf") {
            branches.retain(|b| b.get("type").is_none_or(|t| t != "null"));
        }
    }
    for name in ["properties", "items", "anyOf"] {
        match members.get_mut(name) {
            Some(Value::Object(inner)) if name == "properties" => inner.values_mut().for_each(forbid_unknown_nulls),
            Some(Value::Array(inner)) => inner.iter_mut().for_each(forbid_unknown_nulls),
            Some(inner) => forbid_unknown_nulls(inner),
            None => {}
        }
    }
}

fn field(name: &str, schema: &Value, required: bool) -> Field {
    let rule = schema
        .get("x-idpctl")
        .map(|rule| serde_json::from_value::<Rule>(rule.clone()).expect("x-idpctl is written in our own sources and tested"))
        .unwrap_or_default();
    let doc = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    Field { name: name.to_owned(), doc, shape: shape(name, schema), required, rule }
}

fn shape(name: &str, schema: &Value) -> Shape {
    if let Some(Value::Array(branches)) = schema.get("anyOf") {
        let mut branches: Vec<_> = branches.iter().filter(|b| b.get("type").is_none_or(|t| t != "null")).collect();
        // `Option<Struct>` comes as the struct or null: one branch is no choice.
        if let [only] = branches.as_mut_slice() {
            return shape(name, only);
        }
        return Shape::Either(branches.into_iter().map(|b| field(name, b, false)).collect());
    }
    let is = |wanted: &str| match schema.get("type") {
        Some(Value::String(t)) => t == wanted,
        Some(Value::Array(types)) => types.iter().any(|t| t == wanted),
        _ => false,
    };
    if is("object") {
        return match schema.get("properties") {
            Some(Value::Object(members)) => Shape::Object(members_of(schema, members)),
            _ => Shape::Free,
        };
    }
    if is("array") {
        return Shape::List(Box::new(field(name, &schema["items"], false)));
    }
    if is("boolean") {
        return Shape::Flag;
    }
    if is("integer") {
        let bound = |key| schema.get(key).and_then(Value::as_i64);
        return Shape::Integer { min: bound("minimum"), max: bound("maximum") };
    }
    let bound = |key| schema.get(key).and_then(Value::as_u64);
    Shape::Text { min: bound("minLength"), max: bound("maxLength"), choices: choices(schema) }
}

fn members_of(schema: &Value, members: &Map<String, Value>) -> IndexMap<String, Field> {
    let required = schema.get("required").and_then(Value::as_array);
    let must = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
    members.iter().map(|(name, member)| (name.clone(), field(name, member, must(name)))).collect()
}

fn choices(schema: &Value) -> Vec<String> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::every_leaf;

    fn line((path, field): (crate::json::Path, &Field)) -> String {
        let rule = serde_json::to_value(&field.rule).expect("a rule is plain data");
        let said: Map<_, _> = rule
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, value)| *name == "absent" || !matches!(value.as_str(), Some("exact" | "default" | "body")) && *value != false)
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
        format!("{path}: {shape}{} {}", if field.required { " required" } else { "" }, Value::Object(said))
    }

    #[test]
    fn the_table_of_the_smaller_kinds_is_what_their_structs_say() {
        let lines: Vec<_> = [Kind::ClientCredentials, Kind::Grant, Kind::GroupAssignment, Kind::OAuthProvider, Kind::ClientType]
            .into_iter()
            .flat_map(|kind| every_leaf(table(kind)))
            .map(line)
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn the_table_of_apps_is_what_its_structs_say() {
        let lines: Vec<_> = every_leaf(table(Kind::App)).into_iter().map(line).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
