//! A patch of an overlay: what a target says of a document otherwise than the document itself.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::envelope::{self, Form};
use super::source::SourceFile;
use super::yaml::Written;
use super::{Positions, cover};
use crate::address::{Address, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, codes};
use crate::json::Path;

/// What is put over one document.
#[derive(Debug)]
pub(super) struct Patch {
    /// The kind of the document.
    pub(super) kind: Kind,
    /// Its name.
    pub(super) name: String,
    /// What is put over its `spec`.
    pub(super) fields: Option<Value>,
    /// What is put over its `metadata`.
    pub(super) metadata: Map<String, Value>,
    /// What is taken out of its `spec` after that: paths of fields, with dots.
    pub(super) unset: Vec<String>,
    /// Where it is written.
    pub(super) positions: Arc<Positions>,
}

/// Reads the patches of one overlay, which has at most one of each document.
pub(super) fn read(files: &[SourceFile], sources: &mut Sources, diagnostics: &mut Diagnostics) -> BTreeMap<(Kind, String), Patch> {
    let mut patches: BTreeMap<(Kind, String), Patch> = BTreeMap::new();
    for file in files {
        for written in cover::read(file, sources, diagnostics) {
            let Some(patch) = patch(written, diagnostics) else { continue };
            match patches.entry((patch.kind, patch.name.clone())) {
                Entry::Vacant(free) => drop(free.insert(patch)),
                Entry::Occupied(first) => diagnostics.push(twice(first.get(), &patch)),
            }
        }
    }
    patches
}

fn twice(first: &Patch, second: &Patch) -> Diagnostic {
    let place = |patch: &Patch| patch.positions.value(&Path::of("metadata.name"));
    let message = format!("{} is patched twice in one overlay", Address::new(second.kind, second.name.clone()));
    let diagnostic = Diagnostic::error(codes::DUPLICATE_NAME, Some(place(second)), message).label("second");
    diagnostic.related(place(first), "first").help("put the two together")
}

fn patch(written: Written, diagnostics: &mut Diagnostics) -> Option<Patch> {
    let read = envelope::read(&written, Form::Patch, diagnostics);
    let Written { mut tree, positions, .. } = written;
    let fields = tree.get_mut("patch").map(Value::take).filter(Value::is_object);
    let unset = unset(&tree["unset"], &positions, diagnostics);
    let envelope::Read { kind, name, metadata: _ } = read?;
    let mut metadata = match tree["metadata"].take() {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    metadata.remove("name");
    Some(Patch { kind, name, fields, metadata, unset, positions: Arc::new(positions) })
}

fn unset(tree: &Value, positions: &Positions, diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut paths = Vec::new();
    let mut fault = |path: &Path| {
        let help = "write a list of paths of fields below `spec`, such as `[settings.oauthClient.leeway]`";
        let diagnostic = Diagnostic::error(codes::PATCH_FORM, Some(positions.value(path)), "`unset` is not a list of paths");
        diagnostics.push(diagnostic.help(help));
    };
    match tree {
        Value::Null => {}
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                match item.as_str() {
                    Some(path) if !path.is_empty() && path.split('.').all(|step| !step.is_empty()) => paths.push(path.to_owned()),
                    _ => fault(&Path::of("unset").index(index)),
                }
            }
        }
        _ => fault(&Path::of("unset")),
    }
    paths
}
