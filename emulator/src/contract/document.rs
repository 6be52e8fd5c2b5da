//! The published contract, taken apart: which operation a request is, and what it may be answered with.
//!
//! Validators are compiled when they are first needed, each once in a process.

use std::{collections::BTreeMap, sync::OnceLock};

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

/// The address by which schemas refer into the contract; nothing is fetched from it.
const ADDRESS: &str = "https://contract.invalid/okta.json";

/// The contract, ready to be asked.
pub(super) struct Document {
    registry: Registry<'static>,
    paths: Vec<Path>,
    validators: BTreeMap<String, OnceLock<Validator>>,
}

/// A documented path with its operations by method.
pub(super) struct Path {
    pub(super) template: String,
    operations: BTreeMap<String, Operation>,
}

/// A documented operation.
pub(super) struct Operation {
    /// What may stand in the query, by name.
    pub(super) parameters: BTreeMap<String, Parameter>,
    /// What may be sent.
    pub(super) request: Option<Content>,
    /// Whether something must be sent.
    pub(super) must_send: bool,
    /// What may be answered, by status.
    pub(super) answers: BTreeMap<u16, Option<Content>>,
}

/// A documented parameter of the query.
pub(super) struct Parameter {
    pub(super) required: bool,
    /// `string`, `integer` or `boolean`, where the contract says so.
    pub(super) sort: Option<String>,
    pub(super) schema: Pointer,
}

/// A documented body: its media types, and the schema of what is JSON or a form.
pub(super) struct Content {
    pub(super) media_types: Vec<String>,
    pub(super) schema: Option<Pointer>,
}

/// Where in the contract a schema stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer(String);

impl Document {
    /// Reads the contract. What it lacks of its documented form is an error of the file, and ends the process's tests.
    pub(super) fn read(text: &str) -> Self {
        let whole: Value = serde_json::from_str(text).expect("the contract is JSON");
        let mut paths: Vec<_> = whole["paths"].as_object().into_iter().flatten().map(|(path, item)| Path::of(&whole, path, item)).collect();
        // A literal segment goes before a parameter: `groups/rules` is no group.
        paths.sort_by_key(|path| path.template.matches('{').count());
        let mut validators = BTreeMap::new();
        let mut keep = |pointer: &Pointer| validators.insert(pointer.0.clone(), OnceLock::new());
        for operation in paths.iter().flat_map(|path| path.operations.values()) {
            operation.parameters.values().for_each(|parameter| drop(keep(&parameter.schema)));
            let contents = operation.request.iter().chain(operation.answers.values().flatten());
            contents.filter_map(|content| content.schema.as_ref()).for_each(|schema| drop(keep(schema)));
        }
        for name in whole["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| name) {
            keep(&Pointer::component(name));
        }
        let registry =
            Registry::new().add(ADDRESS, whole).and_then(jsonschema::RegistryBuilder::prepare).expect("the contract is one document");
        Self { registry, paths, validators }
    }

    /// Returns the documented path that a path is an instance of.
    pub(super) fn path(&self, segments: &[&str]) -> Option<&Path> {
        self.paths.iter().find(|path| path.fits(segments))
    }

    /// Returns the validator for what stands at a pointer.
    pub(super) fn validator(&self, pointer: &Pointer) -> &Validator {
        let slot = self.validators.get(&pointer.0).unwrap_or_else(|| panic!("the contract has no schema at {}", pointer.0));
        slot.get_or_init(|| {
            let fragment = pointer.0.replace('{', "%7B").replace('}', "%7D");
            let schema = json!({"$ref": format!("{ADDRESS}#{fragment}")});
            let options = jsonschema::options().with_registry(&self.registry).with_draft(jsonschema::Draft::Draft202012);
            let built = options.should_validate_formats(true).should_ignore_unknown_formats(true).build(&schema);
            built.unwrap_or_else(|error| panic!("the contract's schema at {}: {error}", pointer.0))
        })
    }
}

impl Path {
    fn of(whole: &Value, template: &str, item: &Value) -> Self {
        let at = Pointer(format!("/paths/{}", escaped(template)));
        let operations = item.as_object().into_iter().flatten().filter(|(_, operation)| operation["responses"].is_object());
        let operations = operations.map(|(method, operation)| {
            let here = at.then(method);
            let shared = parameters(whole, &item["parameters"], &at);
            (method.to_uppercase(), Operation::of(whole, operation, &here, shared))
        });
        Self { template: template.to_owned(), operations: operations.collect() }
    }

    fn fits(&self, segments: &[&str]) -> bool {
        let template = self.template.trim_start_matches('/').split('/');
        let is_one = |known: &str, given: &str| known == given || known.starts_with('{') && !given.is_empty();
        template.clone().count() == segments.len() && template.zip(segments).all(|(known, given)| is_one(known, given))
    }

    pub(super) fn operation(&self, method: &str) -> Option<&Operation> {
        self.operations.get(method)
    }
}

impl Operation {
    fn of(whole: &Value, operation: &Value, at: &Pointer, mut shared: BTreeMap<String, Parameter>) -> Self {
        shared.extend(parameters(whole, &operation["parameters"], at));
        let request = at.then("requestBody").resolved(whole);
        let answers = operation["responses"].as_object().into_iter().flatten().filter_map(|(status, _)| {
            let answer = at.then("responses").then(status).resolved(whole);
            Some((status.parse().ok()?, Content::of(whole, &answer)))
        });
        Self {
            parameters: shared,
            must_send: request.value(whole)["required"] == true,
            request: Content::of(whole, &request),
            answers: answers.collect(),
        }
    }
}

fn parameters(whole: &Value, listed: &Value, at: &Pointer) -> BTreeMap<String, Parameter> {
    let mut found = BTreeMap::new();
    for number in 0..listed.as_array().map_or(0, Vec::len) {
        let at = at.then("parameters").then(&number.to_string()).resolved(whole);
        let parameter = at.value(whole);
        if let ("query", Some(name)) = (parameter["in"].as_str().unwrap_or_default(), parameter["name"].as_str()) {
            let schema = at.then("schema");
            let sort = schema.resolved(whole).value(whole)["type"].as_str().map(str::to_owned);
            found.insert(name.to_owned(), Parameter { required: parameter["required"] == true, sort, schema });
        }
    }
    found
}

impl Content {
    fn of(whole: &Value, at: &Pointer) -> Option<Self> {
        let content = at.value(whole)["content"].as_object().filter(|content| !content.is_empty())?;
        let media_types: Vec<_> = content.keys().cloned().collect();
        let read = media_types.iter().find(|known| matches!(known.as_str(), "application/json" | "application/x-www-form-urlencoded"));
        let schema = read.map(|media_type| at.then("content").then(media_type).then("schema"));
        Some(Self { media_types, schema })
    }

    /// Says whether it is sent as a form rather than as JSON.
    pub(super) fn is_form(&self) -> bool {
        self.media_types.iter().any(|known| known == "application/x-www-form-urlencoded")
    }
}

impl Pointer {
    /// Returns where a schema stands that has a name.
    pub(super) fn component(name: &str) -> Self {
        Self(format!("/components/schemas/{}", escaped(name)))
    }

    fn then(&self, member: &str) -> Self {
        Self(format!("{}/{}", self.0, escaped(member)))
    }

    fn value<'a>(&self, whole: &'a Value) -> &'a Value {
        whole.pointer(&self.0).unwrap_or(&Value::Null)
    }

    /// Returns where this leads, if what stands here only refers to another place.
    fn resolved(&self, whole: &Value) -> Self {
        match self.value(whole)["$ref"].as_str() {
            Some(reference) => Self(reference.trim_start_matches('#').to_owned()).resolved(whole),
            None => self.clone(),
        }
    }
}

fn escaped(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}
