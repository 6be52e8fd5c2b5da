//! The schemas that editors use say of manifests what `validate` says, as far as a schema can know.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_json::Value;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator(schema: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(repository().join("schemas").join(schema)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// Returns the documents of a file as an editor sees them: a reader of its own, with no positions and no rules. `None` if it is not YAML.
fn documents(path: &Path) -> Option<Vec<Value>> {
    let text = String::from_utf8(fs::read(path).unwrap()).ok()?;
    let read = serde_yaml::Deserializer::from_str(&text).map(Value::deserialize).collect::<Result<Vec<_>, _>>().ok()?;
    Some(read.into_iter().filter(|document| !document.is_null()).collect())
}

fn manifests(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{folder} holds no manifests");
    paths
}

fn faults(validator: &jsonschema::Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_manifest_of_the_example_and_every_valid_one_fits_its_schema() {
    let all = validator("manifest.schema.json");
    for path in ["manifests", "tests/corpus/valid"].into_iter().flat_map(manifests) {
        for document in documents(&path).unwrap() {
            assert_eq!(faults(&all, &document), [""; 0], "{}", path.display());
            let own = match document["kind"].as_str().unwrap() {
                "App" => "app.schema.json",
                "ClientCredentials" => "client-credentials.schema.json",
                "Grant" => "grant.schema.json",
                "GroupAssignment" => "group-assignment.schema.json",
                "Client" => "client.schema.json",
                "AuthorizationServer" => "authorization-server.schema.json",
                "OAuthProvider" => "oauth-provider.schema.json",
                "ClientType" => "client-type.schema.json",
                other => panic!("there is no schema for `{other}`"),
            };
            assert_eq!(faults(&validator(own), &document), [""; 0], "{}", path.display());
        }
    }
}

#[test]
fn every_document_of_the_example_names_its_schema() {
    // The YAML language server looks for the line in each document: after a `---` without one it says nothing at all.
    let line = "# yaml-language-server: $schema=../schemas/manifest.schema.json\n";
    for path in manifests("manifests") {
        let text = fs::read_to_string(&path).unwrap();
        let without = text.split("---\n").filter(|document| !document.starts_with(line)).count();
        assert_eq!(without, 0, "{}", path.display());
    }
}

#[test]
fn the_project_file_fits_its_schema() {
    let documents = documents(&repository().join("idpctl.yaml")).unwrap();
    assert_eq!(documents.len(), 1);
    assert_eq!(faults(&validator("project.schema.json"), &documents[0]), [""; 0]);
}

#[test]
fn patches_and_defaults_are_known_to_editors() {
    let patch = validator("patch.schema.json");
    for document in documents(&repository().join("overlays/staging/booking-web.yaml")).unwrap() {
        assert_eq!(faults(&patch, &document), [""; 0]);
    }
    let of = |case: &str| documents(&repository().join("tests/corpus/overlay").join(case).join("overlays/staging/web.yaml")).unwrap();
    let marked = ["patch-form", "patch-metadata", "patch-unknown-field", "patch-with-spec", "patch-literal-secret"];
    assert!(marked.iter().all(|case| of(case).iter().any(|document| !patch.is_valid(document))));
    let project = validator("project.schema.json");
    let of = |case: &str| documents(&repository().join("tests/corpus/overlay").join(case).join("idpctl.yaml")).unwrap();
    let marked = ["default-field-unknown", "default-of-no-document", "default-unknown"];
    assert!(marked.iter().all(|case| !project.is_valid(&of(case)[0])));
    assert!(project.is_valid(&of("default-that-does-not-fit")[0]), "a schema cannot know that");
}

/// Cases whose names begin so break what a schema states: the shape of a document and of its fields.
const OF_THE_SHAPE: [&str; 10] =
    ["api-version-", "document-", "envelope-", "field-", "kind-", "metadata-", "name-", "reference-malformed", "secret-literal", "spec-"];

#[test]
fn an_editor_marks_what_a_schema_can_know() {
    let validator = validator("manifest.schema.json");
    let passes = |path: &PathBuf| documents(path).is_some_and(|all| all.iter().all(|document| validator.is_valid(document)));
    let name = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let cases = manifests("tests/corpus/invalid").into_iter();
    let of_the_shape = cases.filter(|path| OF_THE_SHAPE.iter().any(|start| name(path.clone()).starts_with(start)));
    let (unmarked, marked): (Vec<_>, Vec<_>) = of_the_shape.partition(passes);
    assert!(marked.len() >= 35, "{} are marked", marked.len());
    // What takes a second document, or the rest of the file, to know.
    insta::assert_snapshot!(unmarked.into_iter().map(name).collect::<Vec<_>>().join(", "), @"field-in-two-documents, metadata-elsewhere, name-twice");
}
