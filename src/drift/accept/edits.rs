//! Edits of documents in their files, put into an order in which none moves what another is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Refusal, Rewritten};
use crate::diagnostic::Origin;
use crate::json::{Path, Step};
use crate::manifest::SourceFile;
use crate::manifest::rewrite::{DocumentId, Edit, Rewriting};

/// One edit of one document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub(super) file: Arc<str>,
    pub(super) document: DocumentId,
    pub(super) what: Do,
}

/// What is done; in the order in which it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Do {
    Set(Path, Value),
    /// Puts an item at the end of a list.
    Append(Path, Value),
    Remove(Path),
    RemoveDocument,
}

/// The files of the manifests, read for being rewritten when something in them is.
pub(super) struct Files {
    texts: BTreeMap<Arc<str>, Arc<str>>,
    open: BTreeMap<Arc<str>, Rewriting>,
}

impl Files {
    pub(super) fn new(files: &[SourceFile]) -> Self {
        let texts = files.iter().map(|file| (Arc::clone(&file.name), Arc::clone(&file.text)));
        Self { texts: texts.collect(), open: BTreeMap::new() }
    }

    /// Returns the document that a place is in, and what it says as it is written.
    pub(super) fn document(&mut self, place: &Origin) -> Result<(DocumentId, &Value), String> {
        let unread = || format!("`{}` is not among the files that were read", place.file);
        if !self.open.contains_key(&place.file) {
            let text = self.texts.get(&place.file).ok_or_else(unread)?;
            let rewriting = Rewriting::read(&place.file, text).map_err(|error| error.to_string())?;
            self.open.insert(Arc::clone(&place.file), rewriting);
        }
        let rewriting = &self.open[&place.file];
        let document = rewriting.document_at(place.start as usize).ok_or_else(unread)?;
        Ok((document, rewriting.tree(document)))
    }

    /// Makes all edits, each for the sake of some address; returns those that could not be made.
    pub(super) fn make(&mut self, mut changes: Vec<(String, Change)>) -> Vec<Refusal> {
        // What is taken out of lists goes from their ends, so that what is still to go keeps its number.
        changes.sort_by(|(_, a), (_, b)| {
            let order = |change: &Change| match &change.what {
                Do::Set(..) => 0,
                Do::Append(..) => 1,
                Do::Remove(_) => 2,
                Do::RemoveDocument => 3,
            };
            order(a).cmp(&order(b)).then_with(|| match (&a.what, &b.what) {
                (Do::Remove(a), Do::Remove(b)) => b.cmp(a),
                _ => std::cmp::Ordering::Equal,
            })
        });
        let mut made: Vec<Change> = Vec::new();
        let mut refusals = Vec::new();
        for (chosen, change) in changes {
            if made.contains(&change) {
                continue;
            }
            if let Some(rewriting) = self.open.get_mut(&change.file)
                && let Err(error) = one(rewriting, &change)
            {
                refusals.push(Refusal { chosen, why: format!("in `{}`: {error}", change.file) });
            }
            made.push(change);
        }
        refusals
    }

    /// Returns the files that say something else now.
    pub(super) fn finish(self) -> Result<Vec<Rewritten>, Refusal> {
        let Self { texts, open } = self;
        let mut files = Vec::new();
        for (name, rewriting) in open {
            let refused = |error: crate::manifest::rewrite::Error| Refusal { chosen: name.to_string(), why: error.to_string() };
            let after: Option<Arc<str>> = rewriting.finish().map_err(refused)?.map(Arc::from);
            let before = Arc::clone(&texts[&name]);
            if after.as_ref() != Some(&before) {
                files.push(Rewritten { name, before, after });
            }
        }
        Ok(files)
    }
}

fn one(rewriting: &mut Rewriting, change: &Change) -> Result<(), crate::manifest::rewrite::Error> {
    let Change { file: _, document, what } = change;
    let edit = match what {
        Do::RemoveDocument => {
            rewriting.remove(*document);
            return Ok(());
        }
        Do::Set(path, value) => Edit::Set { path: path.clone(), value: value.clone() },
        Do::Append(list, value) => {
            let at = list.find(rewriting.tree(*document)).and_then(Value::as_array).map_or(0, Vec::len);
            Edit::Insert { list: list.clone(), at, value: value.clone() }
        }
        Do::Remove(path) => Edit::Remove { path: emptied(path, rewriting.tree(*document)) },
    };
    rewriting.edit(*document, &edit)
}

/// Returns what goes with a member: the mapping around it, if nothing else is in it. A list says more when it is empty, and stays, as do its items.
fn emptied(path: &Path, tree: &Value) -> Path {
    let mut path = path.clone();
    while let Some(parent) = path.parent().filter(|parent| parent.steps().len() > 1) {
        let only = parent.find(tree).and_then(Value::as_object).is_some_and(|members| members.len() == 1);
        if !only || !matches!(parent.steps().last(), Some(Step::Key(_))) {
            break;
        }
        path = parent;
    }
    path
}
