//! From what a document says to where that is written: in the document, in a patch of it, or in the defaults of the project.

use std::sync::Arc;

use serde_json::Value;

use super::Basis;
use super::edits::{Change, Do, Files};
use super::spelling::{holds_variable, spelled};
use crate::address::{Address, Kind};
use crate::json::{Path, Step};
use crate::manifest::rewrite::DocumentId;
use crate::manifest::{Document, PROJECT_FILE, literal};
use crate::resource::{Field, Shape, arranged, table};

/// A place in what a document says when everything that lies under and over it is put together.
#[derive(Debug, Clone)]
pub(super) struct Spot<'a> {
    pub(super) document: &'a Document,
    /// Below `spec`.
    pub(super) at: Path,
}

/// Where it is written.
struct Written {
    file: Arc<str>,
    id: DocumentId,
    path: Path,
    /// What is written there.
    value: Value,
    /// Whether something that lies under it says it too.
    is_over: bool,
}

impl<'a> Spot<'a> {
    pub(super) fn new(document: &'a Document, at: Path) -> Self {
        Self { document, at }
    }

    /// Returns what is said there.
    pub(super) fn said(&self) -> Option<&'a Value> {
        self.at.find(&self.document.spec)
    }

    pub(super) fn key(&self, name: &str) -> Self {
        Self::new(self.document, self.at.key(name))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        Self::new(self.document, self.at.index(index))
    }

    /// Returns the row of the field table.
    pub(super) fn row(&self) -> Option<&'static Field> {
        self.at.steps().iter().try_fold(table(self.document.kind), |field, step| match (&field.shape, step) {
            (Shape::Object(_), Step::Key(name)) => field.member(name),
            (Shape::List(item), Step::Index(_)) => Some(&**item),
            _ => None,
        })
    }

    /// Returns how a live value is put here; `None` for one that is not there.
    pub(super) fn becomes(&self, live: Option<&Value>, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
        match live.filter(|live| !live.is_null()) {
            Some(live) => {
                let said = self.said().unwrap_or(&Value::Null);
                self.says(&arranged(self.row(), said, live), basis, files)
            }
            None => self.goes(basis, files),
        }
    }

    /// Returns how a value is put here.
    pub(super) fn says(&self, value: &Value, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
        let written = self.written(basis, files)?;
        let said = self.said().unwrap_or(&Value::Null);
        match written {
            Some(Written { file, id, path, value: raw, .. }) => {
                let value = spelled(&raw, said, value).map_err(|text| variable(&text))?;
                Ok(vec![Change { file, document: id, what: Do::Set(path, value) }])
            }
            None => Ok(vec![self.own(files, |path| Do::Set(path, literal(value.clone())))?]),
        }
    }

    /// Returns how what is said here is taken out, so that nothing is said.
    pub(super) fn goes(&self, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
        let is_item = matches!(self.at.steps().last(), Some(Step::Index(_)));
        if !is_item && self.row().is_some_and(|row| row.required) {
            // What must be in a mapping goes with it.
            let around = self.at.parent().filter(|around| matches!(around.steps().last(), Some(Step::Key(_))));
            if let Some(around) = around {
                return Self::new(self.document, around).goes(basis, files);
            }
            return Err(format!("`{}` must be said, and nothing is live that could be", self.at));
        }
        let Some(Written { file, id, path, value, is_over }) = self.written(basis, files)? else {
            if let (true, Some(list)) = (is_item, self.at.parent()) {
                return Self::new(self.document, list).without(&self.at, basis, files);
            }
            return Ok(vec![self.own(files, |path| Do::Set(path, Value::Null)).and_then(|change| self.clearable().map(|()| change))?]);
        };
        if holds_variable(&value) {
            return Err(variable(&value));
        }
        if is_over && !is_item {
            self.clearable()?;
            return Ok(vec![Change { file, document: id, what: Do::Set(path, Value::Null) }]);
        }
        Ok(vec![Change { file, document: id, what: Do::Remove(path) }])
    }

    /// Returns how an item is put at the end of the list here.
    pub(super) fn gains(&self, item: Value, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
        if let Some(Written { file, id, path, .. }) = self.written(basis, files)? {
            return Ok(vec![Change { file, document: id, what: Do::Append(path, literal(item)) }]);
        }
        let mut items = self.said().and_then(Value::as_array).cloned().unwrap_or_default();
        items.push(item);
        Ok(vec![self.own(files, |path| Do::Set(path, literal(Value::Array(items))))?])
    }

    /// Returns how the list here, which the project says for all, loses an item in this document.
    fn without(&self, item: &Path, basis: &Basis<'_>, files: &mut Files) -> Result<Vec<Change>, String> {
        let mut items = self.said().and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(Step::Index(index)) = item.steps().last().filter(|step| matches!(step, Step::Index(index) if *index < items.len())) {
            items.remove(*index);
        }
        self.says(&Value::Array(items), basis, files)
    }

    /// Returns an error if null cannot be said here.
    fn clearable(&self) -> Result<(), String> {
        if self.row().is_none_or(|row| row.rule.absent.is_some()) {
            return Ok(());
        }
        Err(format!("`{}` is said in more than one place, and cannot be null: take it out by hand", self.at))
    }

    /// Returns an edit of the document itself.
    fn own(&self, files: &mut Files, what: impl FnOnce(Path) -> Do) -> Result<Change, String> {
        let place = self.document.place();
        let (document, _) = files.document(&place)?;
        Ok(Change { file: place.file, document, what: what(Path::of("spec").join(&self.at)) })
    }

    /// Returns where it is written; `None` if the project says it for all documents of the kind.
    fn written(&self, basis: &Basis<'_>, files: &mut Files) -> Result<Option<Written>, String> {
        let place = self.document.origin(&self.at);
        if *place.file == *PROJECT_FILE {
            return Ok(None);
        }
        let own_place = self.document.place();
        let own_path = Path::of("spec").join(&self.at);
        let by_default = basis.project.defaults(self.document.kind).is_some_and(|defaults| self.at.find(defaults).is_some());
        let (own, own_tree) = files.document(&own_place)?;
        let by_itself = own_path.find(own_tree).is_some();
        let (id, tree) = files.document(&place)?;
        let is_patch = (&place.file, id) != (&own_place.file, own);
        let path = if is_patch { Path::of("patch").join(&self.at) } else { own_path };
        let value = path.find(tree).cloned().ok_or_else(|| format!("`{}` is not written in {place} as it is", self.at))?;
        Ok(Some(Written { file: place.file, id, path, value, is_over: by_default || (is_patch && by_itself) }))
    }
}

fn variable(text: &Value) -> String {
    let shown = super::spelling::variable_in(text).unwrap_or_default();
    format!(
        "what differs is written with the variable `{shown}`, which other targets have otherwise: edit it by hand, or run `idpctl apply`"
    )
}

/// Returns the documents of some addresses.
pub(super) fn documents<'a>(addresses: &[Address], basis: &Basis<'a>) -> Vec<&'a Document> {
    basis.documents.iter().filter(|document| addresses.contains(&document.address())).collect()
}

/// Returns a document.
pub(super) fn document<'a>(kind: Kind, name: &str, basis: &Basis<'a>) -> Option<&'a Document> {
    basis.documents.iter().find(|document| document.kind == kind && document.name == name)
}

/// Returns how a document goes, with the patches of it.
pub(super) fn gone(document: &Document, files: &mut Files) -> Result<Vec<Change>, String> {
    let places = std::iter::once(document.place()).chain(document.patches().cloned());
    let changes = places.map(|place| {
        let (id, _) = files.document(&place)?;
        Ok(Change { file: place.file, document: id, what: Do::RemoveDocument })
    });
    changes.collect()
}
