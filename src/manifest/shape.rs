//! A tree and a JSON Schema to everything about the tree that does not fit.
//!
//! For the envelope and the project file, whose schemas are derived from the types that serde reads them into: serde alone would stop at
//! the first mistake. The fields of `spec` have a richer table of their own.

use serde_json::Value;

use crate::json::Path;
use crate::resource::did_you_mean;

/// Something that does not fit its schema.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Misfit {
    /// Where: the member's name if it is unknown, its value otherwise; the mapping that lacks it if it is missing.
    pub(super) path: Path,
    /// What is wrong.
    pub(super) what: What,
    /// What to do.
    pub(super) help: Option<String>,
}

/// How something does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A member that is not known there.
    Unknown(String),
    /// A member that has to be there.
    Missing(String),
    /// A value of another type, or none of the allowed ones; what is allowed there.
    Type(String),
}

/// Compares a tree with a schema as `schemars` derives it.
pub(super) fn misfits(schema: &Value, tree: &Value) -> Vec<Misfit> {
    let mut found = Vec::new();
    Walk { root: schema, found: &mut found }.value(schema, tree, &Path::root());
    found
}

struct Walk<'a> {
    root: &'a Value,
    found: &'a mut Vec<Misfit>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, schema: &'a Value, tree: &Value, path: &Path) {
        let schema = resolved(self.root, schema, tree);
        if let Some(allowed) = constants(schema) {
            if !allowed.contains(&tree) {
                let known: Vec<&str> = allowed.iter().filter_map(|known| known.as_str()).collect();
                let help = tree.as_str().and_then(|word| did_you_mean(word, known.iter().copied()));
                self.push(path, What::Type(format!("one of `{}`", known.join("`, `"))), help);
            }
            return;
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        match tree {
            Value::Object(_) if types.contains(&"object") => self.object(schema, tree, path),
            Value::Array(items) if types.contains(&"array") => {
                for (index, item) in items.iter().enumerate() {
                    self.value(&schema["items"], item, &path.index(index));
                }
            }
            Value::String(_) if types.contains(&"string") => {}
            Value::Bool(_) if types.contains(&"boolean") => {}
            Value::Number(_) if types.contains(&"integer") || types.contains(&"number") => {}
            Value::Null if types.contains(&"null") => {}
            _ => {
                let quote = (types.contains(&"string") && !tree.is_array() && !tree.is_object() && !tree.is_null())
                    .then(|| format!("quote it: \"{tree}\""));
                self.push(path, What::Type(in_words(types[0]).to_owned()), quote);
            }
        }
    }

    fn object(&mut self, schema: &'a Value, tree: &Value, path: &Path) {
        let Some(members) = tree.as_object() else { return };
        let known = schema["properties"].as_object();
        for (name, value) in members {
            if let Some(schema) = known.and_then(|known| known.get(name)) {
                self.value(schema, value, &path.key(name));
            } else if schema["additionalProperties"].is_object() {
                self.value(&schema["additionalProperties"], value, &path.key(name));
            } else if schema["additionalProperties"] != true {
                let names: Vec<&str> = known.into_iter().flat_map(|known| known.keys().map(String::as_str)).collect();
                let help = did_you_mean(name, names.iter().copied()).unwrap_or_else(|| format!("known here: `{}`", names.join("`, `")));
                self.push(&path.key(name), What::Unknown(name.clone()), Some(help));
            }
        }
        for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(required) {
                self.push(path, What::Missing(required.to_owned()), None);
            }
        }
    }

    fn push(&mut self, path: &Path, what: What, help: Option<String>) {
        self.found.push(Misfit { path: path.clone(), what, help });
    }
}

/// Follows `$ref`, and of an optional type's alternatives takes the one that is not null.
fn resolved<'s>(root: &'s Value, schema: &'s Value, tree: &Value) -> &'s Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/")) {
        return &root["$defs"][name];
    }
    match schema["anyOf"].as_array() {
        Some(options) => {
            let fitting = options.iter().find(|option| (option["type"] == "null") == tree.is_null());
            fitting.map_or(schema, |option| resolved(root, option, tree))
        }
        None => schema,
    }
}

/// The values of an enumeration, in either of the forms that `schemars` writes.
fn constants(schema: &Value) -> Option<Vec<&Value>> {
    match (&schema["enum"], &schema["oneOf"], schema.get("const")) {
        (Value::Array(values), _, _) => Some(values.iter().collect()),
        (_, Value::Array(options), _) => Some(options.iter().flat_map(|option| constants(option).unwrap_or_default()).collect()),
        (_, _, Some(value)) => Some(vec![value]),
        _ => None,
    }
}

fn in_words(schema_type: &str) -> &'static str {
    match schema_type {
        "object" => "a mapping",
        "array" => "a list",
        "boolean" => "`true` or `false`",
        "integer" | "number" => "a number",
        "null" => "null",
        _ => "a text",
    }
}
