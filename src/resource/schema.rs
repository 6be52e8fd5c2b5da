//! The JSON Schemas that editors read: one a kind, one for all of them, and one for patches of all of them.

use serde_json::{Map, Value, json};

use super::table::spec_schema;
use crate::address::Kind;
use crate::diagnostic::codes;

/// The dialect that the schemas are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Returns the schema of one kind's documents.
pub fn document_schema(kind: Kind) -> Value {
    let mut schema = json!({
        "$schema": DIALECT,
        "title": kind.as_str(),
    });
    if let (Value::Object(schema), Value::Object(body)) = (&mut schema, body(kind)) {
        schema.extend(body);
    }
    schema
}

/// Returns the schema of a manifest: any of the kinds, told apart by `kind`.
pub fn manifest_schema() -> Value {
    let branches: Vec<_> = Kind::ALL
        .into_iter()
        .map(|kind| {
            json!({
                "if": {"properties": {"kind": {"const": kind.as_str()}}, "required": ["kind"]},
                "then": body(kind),
            })
        })
        .collect();
    json!({
        "$schema": DIALECT,
        "title": "idpctl manifest",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {"kind": {"enum": Kind::ALL.map(Kind::as_str), "description": "What the document is about"}},
        "allOf": branches,
    })
}

fn body(kind: Kind) -> Value {
    let spec = spec_schema(kind);
    json!({
        "description": spec.get("description"),
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": false,
        "properties": {
            "apiVersion": {"const": "idpctl/v1", "description": "The version of the manifest format"},
            "kind": {"const": kind.as_str(), "description": "What the document is about"},
            "metadata": metadata(),
            "spec": spec,
        },
    })
}

/// Returns the schema of a patch of a document of any kind.
pub fn patch_schema() -> Value {
    let branches = Kind::ALL.into_iter().map(|kind| {
        json!({
            "if": {"properties": {"kind": {"const": kind.as_str()}}, "required": ["kind"]},
            "then": {"properties": {"patch": in_part(kind)}},
        })
    });
    json!({
        "$schema": DIALECT,
        "title": "idpctl patch",
        "description": "What a target says of a document otherwise than the document itself",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata"],
        "additionalProperties": false,
        "properties": {
            "apiVersion": {"const": "idpctl/v1", "description": "The version of the manifest format"},
            "kind": {"enum": Kind::ALL.map(Kind::as_str), "description": "The kind of the document"},
            "metadata": metadata(),
            "patch": {"type": "object", "description": "What is put over `spec`: mappings member by member, everything else whole; null stays null"},
            "unset": {
                "type": "array", "items": {"type": "string", "minLength": 1},
                "description": "Paths of fields that are taken out of `spec`, so that they are not managed",
            },
        },
        "allOf": branches.collect::<Vec<_>>(),
    })
}

/// Returns the schema of the project file with what can stand below `defaults`.
pub fn with_defaults(mut project: Value) -> Value {
    let fields: Map<String, Value> = Kind::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), in_part(kind))).collect();
    let defaults = &mut project["properties"]["defaults"];
    defaults["properties"] = Value::Object(fields);
    defaults["additionalProperties"] = json!(false);
    project
}

/// Returns the schema of some fields of a kind's `spec`.
fn in_part(kind: Kind) -> Value {
    let mut spec = spec_schema(kind);
    forget_required(&mut spec);
    spec
}

/// Lets members be missing, but for those of a list's items: a list is said whole.
fn forget_required(schema: &mut Value) {
    if let Value::Object(members) = schema {
        members.remove("required");
        members.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut).for_each(forget_required);
    }
}

fn metadata() -> Value {
    json!({
        "description": "Who the document is about, and what may be done to it",
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
            "name": {
                "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
                "description": "The identity in git, unique per kind: lower-case letters, digits and dashes",
            },
            "id": {
                "type": "string", "pattern": "^[A-Za-z0-9_-]{1,100}$",
                "description": "The server's id of the object, where it has to be pinned",
            },
            "adopt": {"type": "boolean", "description": "Take over an object that is recognised by its label or name alone"},
            "protected": {"type": "boolean", "description": "Never delete or replace it, even after the document is gone"},
            "prune": {"type": "boolean", "description": "Allow --prune below an object that is not ours"},
            "accept": {
                "type": "object", "additionalProperties": false, "properties": dangers(),
                "description": "Dangers that are known and accepted, each with the reason, which every report shows",
            },
        },
    })
}

/// What may be accepted: an editor offers the codes, and says what they mean.
fn dangers() -> Map<String, Value> {
    let danger = |entry: &codes::Entry| {
        let description = format!("Why this is accepted: {}", entry.title);
        (entry.code.to_string(), json!({"type": "string", "minLength": 1, "description": description}))
    };
    codes::all().filter(|entry| entry.danger.is_some()).map(danger).collect()
}
