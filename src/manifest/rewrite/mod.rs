//! A file's text and edits of its documents to the text that says what they come to. Whatever the edits do not touch stays as it is, byte for
//! byte: comments, order, quotes, blanks.
//!
//! After each edit the document is read again by the strict reader, and is what it was with the edit made, or the edit is refused.

mod insert;
mod layout;
mod lines;
mod order;
mod remove;
mod replace;
mod set;

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use self::layout::layout;
use super::locate::Locator;
use super::position::Positions;
use super::{tree, yaml};
use crate::diagnostic::Diagnostics;
use crate::json::{Path, Step};

/// One edit of a document. Paths start at the document: `spec.label`.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A value is to stand at a place. What is around it is made where it is absent; of a list or mapping that is there already only what
    /// differs is touched.
    Set {
        /// The place.
        path: Path,
        /// The value.
        value: Value,
    },
    /// A member or an item is to go, with the comments that belong to it.
    Remove {
        /// The place.
        path: Path,
    },
    /// An item is to be put into a list.
    Insert {
        /// The list.
        list: Path,
        /// How many items stay before it.
        at: usize,
        /// The item.
        value: Value,
    },
}

/// Why a document is not rewritten.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file is not one that the strict reader accepts.
    #[error("`{0}` cannot be read")]
    Unreadable(Arc<str>),
    /// There is nothing to be edited at a place.
    #[error("there is no `{0}` in the document that could be edited")]
    NowhereToPut(Path),
    /// The text would not say what it should.
    #[error("`{0}` is written in a way that cannot be edited without touching more than it")]
    NotReadBack(Path),
}

/// A file that is being rewritten.
#[derive(Debug, Clone)]
pub struct Rewriting {
    name: Arc<str>,
    segments: Vec<Segment>,
}

/// A part of a file's text: a document, or what stands between two.
#[derive(Debug, Clone)]
struct Segment {
    /// Where it stood in the file as it was read.
    was: Range<usize>,
    text: String,
    document: Option<Content>,
}

#[derive(Debug, Clone)]
struct Content {
    tree: Value,
    positions: Positions,
}

/// Which document of a file, whatever becomes of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DocumentId(usize);

impl Rewriting {
    /// Takes a file apart.
    ///
    /// # Errors
    /// If the strict reader does not accept it.
    pub fn read(name: &Arc<str>, text: &str) -> Result<Self, Error> {
        let mut segments = Vec::new();
        let mut end = 0;
        let plain = |range: Range<usize>| Segment { text: text[range.clone()].to_owned(), was: range, document: None };
        for range in yaml::documents(text) {
            segments.extend((end < range.start).then(|| plain(end..range.start)));
            end = range.end;
            let document = content(&text[range.clone()]).map_err(|NotRead| Error::Unreadable(Arc::clone(name)))?;
            segments.push(Segment { document, ..plain(range) });
        }
        segments.extend((end < text.len()).then(|| plain(end..text.len())));
        let rewriting = Self { name: Arc::clone(name), segments };
        if rewriting.reads_back() { Ok(rewriting) } else { Err(Error::Unreadable(Arc::clone(name))) }
    }

    /// Returns the document that a byte of the text as it was read belongs to.
    pub fn document_at(&self, byte: usize) -> Option<DocumentId> {
        self.segments.iter().position(|segment| segment.document.is_some() && segment.was.contains(&byte)).map(DocumentId)
    }

    /// Returns the documents.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentId, &Value)> {
        let trees = self.segments.iter().map(|segment| segment.document.as_ref().map(|content| &content.tree));
        trees.enumerate().filter_map(|(place, tree)| Some((DocumentId(place), tree?)))
    }

    /// Returns what a document says, as it is written; null if it is gone.
    pub fn tree(&self, document: DocumentId) -> &Value {
        self.segments[document.0].document.as_ref().map_or(&Value::Null, |content| &content.tree)
    }

    /// Returns the line on which something stands in the document as it is now, counted within the document.
    pub fn line(&self, document: DocumentId, path: &Path) -> Option<u32> {
        self.segments[document.0].document.as_ref().map(|content| content.positions.value(path).line)
    }

    /// Makes an edit of a document.
    ///
    /// # Errors
    /// If there is no such place, or if the text could not be read back as what it should be; then nothing is changed.
    pub fn edit(&mut self, document: DocumentId, edit: &Edit) -> Result<(), Error> {
        match edit {
            Edit::Set { path, value } => {
                for step in set::steps(self.tree(document), path, value).ok_or_else(|| Error::NowhereToPut(path.clone()))? {
                    self.step(document, &step)?;
                }
                Ok(())
            }
            other => self.step(document, other),
        }
    }

    /// Takes a document out of the file, with the comments that belong to it.
    pub fn remove(&mut self, document: DocumentId) {
        let segment = &mut self.segments[document.0];
        // What a heading says that stands apart above the line that begins the document is about the document.
        let begins = segment.text.starts_with("---");
        segment.text.clear();
        segment.document = None;
        if let Some(above) = document.0.checked_sub(1).filter(|_| begins).map(|place| &mut self.segments[place]) {
            let heading = lines::heading_at_end(&above.text);
            above.text.truncate(heading);
        }
    }

    /// Returns the text that the file is to have; `None` if no document is left in it.
    ///
    /// # Errors
    /// If the strict reader would not read the documents in it.
    pub fn finish(self) -> Result<Option<String>, Error> {
        if !self.reads_back() {
            return Err(Error::NotReadBack(Path::root()));
        }
        let left = self.segments.iter().any(|segment| segment.document.is_some());
        Ok(left.then(|| self.text()))
    }

    fn text(&self) -> String {
        self.segments.iter().map(|segment| segment.text.as_str()).collect()
    }

    fn reads_back(&self) -> bool {
        let mut diagnostics = Diagnostics::default();
        let file = yaml::read(&self.name, &self.text(), &mut diagnostics);
        let there = file.documents.iter().map(|document| &document.tree);
        !diagnostics.has_errors() && there.eq(self.documents().map(|(_, tree)| tree))
    }

    /// Makes an edit that the layout allows at one place.
    fn step(&mut self, document: DocumentId, edit: &Edit) -> Result<(), Error> {
        let segment = &self.segments[document.0];
        let (Edit::Set { path, .. } | Edit::Remove { path } | Edit::Insert { list: path, .. }) = edit;
        let nowhere = || Error::NowhereToPut(path.clone());
        let before = &segment.document.as_ref().ok_or_else(nowhere)?.tree;
        let mut wanted = before.clone();
        carry_out(edit, &mut wanted).ok_or_else(nowhere)?;
        let refused = || Error::NotReadBack(path.clone());
        let root = layout(&segment.text).ok_or_else(refused)?;
        let splices = match edit {
            Edit::Set { path, value } => set::splices(&segment.text, &root, before, path, value),
            Edit::Remove { path } => remove::splices(&segment.text, &root, path),
            Edit::Insert { list, at, value } => insert::item(&segment.text, &root, list, *at, value),
        };
        let text = spliced(&segment.text, splices.ok_or_else(refused)?);
        let read = content(&text).ok().flatten().filter(|read| read.tree == wanted).ok_or_else(refused)?;
        let segment = &mut self.segments[document.0];
        (segment.text, segment.document) = (text, Some(read));
        Ok(())
    }
}

/// The strict reader does not accept a text as one document.
struct NotRead;

/// Reads the text of one document; `None` if nothing is written in it.
fn content(text: &str) -> Result<Option<Content>, NotRead> {
    let mut diagnostics = Diagnostics::default();
    let locator = Locator::new("".into(), text);
    let read = tree::build(text, 0, &locator, &mut diagnostics).map_err(|tree::Unreadable| NotRead)?;
    if diagnostics.has_errors() || yaml::documents(text).len() > 1 {
        return Err(NotRead);
    }
    Ok(read.map(|tree::Tree { value, positions, dropped: _ }| Content { tree: value, positions }))
}

/// Makes an edit of a tree. `None` if there is no such place.
fn carry_out(edit: &Edit, tree: &mut Value) -> Option<()> {
    match edit {
        Edit::Set { path, value } => path.set(tree, value.clone()),
        Edit::Remove { path } => match path.steps().split_last()? {
            (Step::Index(index), _) => {
                let items = found(&path.parent()?, tree)?.as_array_mut()?;
                (*index < items.len()).then(|| items.remove(*index))?;
            }
            (Step::Key(_), _) => drop(path.remove(tree)?),
        },
        Edit::Insert { list, at, value } => {
            let items = found(list, tree)?.as_array_mut()?;
            (*at <= items.len()).then(|| items.insert(*at, value.clone()))?;
        }
    }
    Some(())
}

fn found<'t>(path: &Path, tree: &'t mut Value) -> Option<&'t mut Value> {
    path.steps().iter().try_fold(tree, |at, step| match step {
        Step::Key(name) => at.get_mut(name),
        Step::Index(index) => at.get_mut(index),
    })
}

/// A part of a text, and what is to stand in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Splice {
    range: Range<usize>,
    text: String,
}

impl Splice {
    fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    fn at(place: usize, text: impl Into<String>) -> Self {
        Self::new(place..place, text)
    }
}

/// Returns a text with its parts replaced. New lines are broken as those around them.
fn spliced(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for Splice { range, text: new } in splices {
        out.push_str(&text[end..range.start.max(end)]);
        out.push_str(&new.replace('\n', lines::line_break(text, range.start)));
        end = range.end.max(end);
    }
    out.push_str(&text[end..]);
    out
}

#[cfg(test)]
mod tests;
