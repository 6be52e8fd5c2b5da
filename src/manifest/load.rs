//! Paths to documents: the composition of the module.

use std::collections::BTreeMap;
use std::path;

use serde_json::Value;

use super::envelope::{self, is_server_id};
use super::project::{self, PROJECT_FILE, Project};
use super::source::{self, SourceFile};
use super::target::{self, Target, Wish};
use super::vars::{Filler, Variables};
use super::yaml::Written;
use super::{Document, Positions, cover};
use crate::address::Kind;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, codes};
use crate::json::{Path, Step};
use crate::resource::{Fault, every_leaf, table, validate};

/// Everything that was read.
///
/// # Guarantees
/// All mistakes are among the diagnostics, not only the first of each file. While there are errors, the documents are good for finding
/// more mistakes and for nothing else.
#[derive(Debug)]
pub struct Loaded {
    /// The documents, in the order of files and of their places in them.
    pub documents: Vec<Document>,
    /// The project file, or what stands in for a missing one.
    pub project: Project,
    /// The target; `None` only if there are errors.
    pub target: Option<Target>,
    /// The texts, with what looks like a secret covered.
    pub sources: Sources,
    /// What is wrong.
    pub diagnostics: Diagnostics,
}

/// Reads the project file at the repository's root, chooses the target, and reads its manifests, or the given files and folders instead.
pub fn load(root: &path::Path, files: &[String], wish: &Wish) -> Loaded {
    let mut diagnostics = Diagnostics::default();
    let mut sources = Sources::default();
    let project = match source::file(root, PROJECT_FILE, &mut diagnostics) {
        Some(file) => project::read(&file, &mut sources, &mut diagnostics),
        None if diagnostics.is_empty() => Some(Project::default()),
        None => None,
    };
    let target = project.as_ref().and_then(|project| target::choose(project, wish, &mut diagnostics));
    let default = vec!["manifests".to_owned()];
    let paths = match &target {
        _ if !files.is_empty() => files,
        Some(target) => &target.manifests,
        None => project.as_ref().and_then(|project| project.manifests.as_ref()).unwrap_or(&default),
    };
    let found = source::find(root, paths, &mut diagnostics);
    let variables = target.as_ref().map(|target| &target.variables);
    let documents = read(&found, variables, &mut sources, &mut diagnostics);
    if documents.is_empty() && !diagnostics.has_errors() {
        let message = format!("no document was found in `{}`", paths.join("`, `"));
        let help = "manifests are files that end in `.yaml` or `.yml`; name others with `--file`, or under `manifests` in idpctl.yaml";
        diagnostics.push(Diagnostic::error(codes::NO_DOCUMENTS, None, message).help(help));
    }
    Loaded { documents, project: project.unwrap_or_default(), target, sources, diagnostics }
}

/// Reads the documents of files. Without variables, references to them stay as they are.
pub fn read(files: &[SourceFile], variables: Option<&Variables>, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Vec<Document> {
    let mut documents = Vec::new();
    for file in files {
        for written in cover::read(file, sources, diagnostics) {
            documents.extend(document(written, variables, diagnostics));
        }
    }
    refuse_duplicates(&documents, diagnostics);
    documents
}

fn document(written: Written, variables: Option<&Variables>, diagnostics: &mut Diagnostics) -> Option<Document> {
    let read = envelope::read(&written, diagnostics);
    let Written { mut tree, positions, .. } = written;
    let mut filler = Filler { variables, positions: &positions, diagnostics, filled: 0 };
    for path in ["spec", "metadata.id"].map(Path::of) {
        if let Some(mut value) = path.find(&tree).cloned() {
            filler.fill(&mut value, &path);
            path.set(&mut tree, value);
        }
    }
    let envelope::Read { kind, name, mut metadata } = read?;
    if let Some(id) = tree["metadata"]["id"].as_str() {
        if variables.is_some() && !is_server_id(id) && !id.contains("${") {
            let origin = positions.value(&Path::of("metadata.id"));
            let help = "copy the id from the server, for example `0oa1b2c3d4e5f6g7h8i9`";
            diagnostics.push(Diagnostic::error(codes::METADATA, Some(origin), "`metadata.id` is not an id").help(help));
        }
        metadata.id = Some(id.to_owned());
    }
    let spec = tree["spec"].take();
    if spec.is_object() {
        fields(kind, &spec, &positions, diagnostics);
    }
    Some(Document { kind, name, metadata, spec, positions })
}

fn fields(kind: Kind, spec: &Value, positions: &Positions, diagnostics: &mut Diagnostics) {
    let mut faults = Vec::new();
    validate(kind, spec, &mut faults);
    for Fault { path, at_key, code, message, label, help } in faults {
        let path = Path::of("spec").join(&path);
        let origin = if at_key { positions.key(&path) } else { positions.value(&path) };
        let diagnostic = Diagnostic::error(code, Some(origin), message).label(label);
        let misplaced = if code == codes::UNKNOWN_FIELD { misplaced(kind, &path) } else { None };
        diagnostics.push(match misplaced.or(help) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

/// Returns where a field belongs that is not known where it stands.
fn misplaced(kind: Kind, path: &Path) -> Option<String> {
    let Some(Step::Key(name)) = path.steps().last() else { return None };
    let place = |kind: Kind| {
        let here = |path: &Path| matches!(path.steps().last(), Some(Step::Key(last)) if last == name);
        every_leaf(table(kind)).into_iter().map(|(path, _)| path).find(here)
    };
    if let Some(place) = place(kind) {
        return Some(format!("it belongs into `{place}`"));
    }
    let other = Kind::ALL.into_iter().find(|other| *other != kind && place(*other).is_some())?;
    Some(format!("it belongs into a document of kind {other}"))
}

fn refuse_duplicates(documents: &[Document], diagnostics: &mut Diagnostics) {
    let mut first = BTreeMap::new();
    for document in documents {
        let origin = document.positions.value(&Path::of("metadata.name"));
        if let Some(before) = first.get(&document.address()) {
            let message = format!("the name `{}` is used twice", document.address());
            let diagnostic = Diagnostic::error(codes::DUPLICATE_NAME, Some(origin), message).label("second");
            diagnostics.push(diagnostic.related(Clone::clone(before), "first").help("rename or remove one of the two"));
        } else {
            first.insert(document.address(), origin);
        }
    }
}
