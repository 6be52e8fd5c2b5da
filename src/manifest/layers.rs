//! What lies under documents, the project's defaults, and over them, a target's patches, to documents that say it all.
//!
//! Mappings are put together member by member; everything else, lists and null included, is taken whole. Each value remembers where it
//! was written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::patch::Patch;
use super::position::Layer;
use super::yaml::Written;
use super::{Document, Positions};
use crate::address::{Address, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::json::Path;
use crate::resource::did_you_mean;

/// The project's defaults: fields of `spec`, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Defaults {
    /// The fields.
    pub(super) of: BTreeMap<Kind, Value>,
    /// Where they stand in the project file, below `defaults`; `None` if there are none.
    pub(super) positions: Option<Arc<Positions>>,
}

/// What documents are put between.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// What lies under them.
    pub(super) defaults: Defaults,
    /// What lies over each of them, in the order in which it is put there.
    pub(super) patches: BTreeMap<(Kind, String), Vec<Patch>>,
}

impl Layers {
    /// Puts a document between what lies under and over it. Returns whether anything lies over it.
    pub(super) fn complete(&self, kind: Kind, name: &str, written: &mut Written, diagnostics: &mut Diagnostics) -> bool {
        // What has no fields has been reported.
        let Some(spec) = written.tree.get_mut("spec").filter(|spec| spec.is_object()) else { return false };
        if let (Some(fields), Some(positions)) = (self.defaults.of.get(&kind), &self.defaults.positions) {
            put_under(spec, fields);
            let from = Path::of("defaults").key(kind.as_str());
            written.positions.put_under(Layer { at: Path::of("spec"), source: Arc::clone(positions), from });
        }
        let patches = self.patches.get(&(kind, name.to_owned())).map_or(&[][..], Vec::as_slice);
        for patch in patches {
            apply(patch, written, diagnostics);
        }
        !patches.is_empty()
    }

    /// Reports patches of documents that are not there.
    pub(super) fn refuse_strays(&self, documents: &[Document], diagnostics: &mut Diagnostics) {
        let there: BTreeSet<(Kind, &str)> = documents.iter().map(|document| (document.kind, document.name.as_str())).collect();
        let strays = self.patches.iter().filter(|((kind, name), _)| !there.contains(&(*kind, name.as_str())));
        for patch in strays.flat_map(|(_, patches)| patches) {
            let names = documents.iter().filter(|document| document.kind == patch.kind).map(|document| document.name.as_str());
            let help = did_you_mean(&patch.name, names).unwrap_or_else(|| {
                "correct the name, or take the patch out; what this target alone has is a document among its `manifests`".to_owned()
            });
            let message = format!("there is no document {} to be patched", Address::new(patch.kind, patch.name.clone()));
            let origin = patch.positions.value(&Path::of("metadata.name"));
            diagnostics.push(Diagnostic::error(codes::PATCH_OF_NOTHING, Some(origin), message).help(help));
        }
    }
}

fn apply(patch: &Patch, written: &mut Written, diagnostics: &mut Diagnostics) {
    let Patch { kind: _, name: _, fields, metadata, unset, positions } = patch;
    let layer = |at: Path, from: Path| Layer { at, source: Arc::clone(positions), from };
    if let (Value::Object(spec), Some(Value::Object(fields))) = (&mut written.tree["spec"], fields) {
        put_over(spec, fields);
        written.positions.put_over(layer(Path::of("spec"), Path::of("patch")));
    }
    for (member, value) in metadata {
        let at = Path::of("metadata").key(member);
        at.set(&mut written.tree, value.clone());
        written.positions.put_over(layer(at.clone(), at));
    }
    for (index, path) in unset.iter().enumerate() {
        if Path::of("spec").join(&Path::of(path)).remove(&mut written.tree).is_none() {
            let origin = positions.value(&Path::of("unset").index(index));
            let message = format!("`{path}` is to be taken out, and is not there");
            let help = "write the path of a field that the document, the defaults or an earlier patch declares, such as `settings.oauthClient.leeway`";
            diagnostics.push(Diagnostic::error(codes::UNSET_OF_NOTHING, Some(origin), message).help(help));
        }
    }
}

fn put_over(under: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (name, value) in over {
        match (under.get_mut(name), value) {
            (Some(Value::Object(under)), Value::Object(over)) => put_over(under, over),
            _ => drop(under.insert(name.clone(), value.clone())),
        }
    }
}

fn put_under(over: &mut Value, under: &Value) {
    let (Value::Object(over), Value::Object(under)) = (over, under) else { return };
    for (name, value) in under {
        match over.get_mut(name) {
            Some(over) => put_under(over, value),
            None => drop(over.insert(name.clone(), value.clone())),
        }
    }
}
