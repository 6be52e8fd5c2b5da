//! Documents to what the loader refuses of them: they are read as anybody's manifests are, beside those that are there already.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::NewDocument;
use crate::address::{Address, Kind};
use crate::desired::{Desired, KeySets, resolve};
use crate::diagnostic::{Diagnostics, Origin, Severity, Sources};
use crate::json::{Path, Step};
use crate::manifest::{Document, Project, SourceFile, Variables, read_over};
use crate::resource::{Compare, Field, Shape, table};

/// The most that a file may hold.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// The manifests beside which an export stands.
#[derive(Debug, Clone, Copy)]
pub struct Repository<'a> {
    /// The project file.
    pub project: &'a Project,
    /// The ownership namespace.
    pub owner: &'a str,
    /// Whether apps are marked as ours.
    pub ownership: bool,
    /// The documents.
    pub documents: &'a [Document],
    /// The key sets in files that these name.
    pub key_sets: &'a KeySets,
}

/// Something that the loader does not take.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Refused {
    /// The document.
    pub(super) address: Address,
    /// What of it has to go; all of it if `None`.
    pub(super) field: Option<Path>,
    /// Why.
    pub(super) why: String,
}

/// Returns what is declared once some documents stand beside those that are there.
pub fn together(repository: &Repository<'_>, documents: &[NewDocument]) -> Desired {
    let files: Vec<_> =
        documents.iter().map(|document| SourceFile { name: document.address.to_string().into(), text: document.text().into() }).collect();
    // These have been read before, and nothing of them was refused.
    let mut diagnostics = Diagnostics::default();
    let read = read_over(repository.project, &files, &Variables::new(), &mut Sources::default(), &mut diagnostics);
    let all: Vec<Document> = repository.documents.iter().cloned().chain(read).collect();
    resolve(repository.owner, repository.ownership, &all, repository.key_sets, &mut diagnostics)
}

/// Returns what is refused, so that nothing moves before it has been taken out: the last item of a list first.
pub(super) fn refused(repository: &Repository<'_>, documents: &[NewDocument]) -> Vec<Refused> {
    let mut diagnostics = Diagnostics::default();
    let texts: BTreeMap<String, (&NewDocument, String)> =
        documents.iter().map(|document| (document.address.to_string(), (document, document.text()))).collect();
    let files: Vec<_> =
        texts.iter().map(|(name, (_, text))| SourceFile { name: name.as_str().into(), text: text.as_str().into() }).collect();
    let read = read_over(repository.project, &files, &Variables::new(), &mut Sources::default(), &mut diagnostics);
    let all: Vec<Document> = repository.documents.iter().chain(&read).cloned().collect();
    resolve(repository.owner, repository.ownership, &all, repository.key_sets, &mut diagnostics);
    let by_address: BTreeMap<String, &Document> = read.iter().map(|document| (document.address().to_string(), document)).collect();
    let mut found: Vec<Refused> = Vec::new();
    let too_long = texts.values().filter(|(_, text)| text.len() > MAX_BYTES);
    found.extend(too_long.map(|(document, _)| Refused {
        address: document.address.clone(),
        field: None,
        why: "it is larger than a manifest may be".to_owned(),
    }));
    for diagnostic in diagnostics.sorted().into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        let ours = |origin: &Origin| texts.get(&*origin.file).map(|(document, _)| &document.address);
        let at = diagnostic.origin.as_ref();
        if let Some((address, origin)) = at.and_then(|origin| Some((ours(origin)?, origin))) {
            let place = by_address.get(&address.to_string()).and_then(|document| place(document, origin));
            let field = place.and_then(|place| removable(address.kind, &place));
            found.push(Refused { address: address.clone(), field, why: diagnostic.message.clone() });
        } else if let Some(address) = diagnostic.related.iter().find_map(|(origin, _)| ours(origin)) {
            found.push(Refused { address: address.clone(), field: None, why: diagnostic.message.clone() });
        }
    }
    found.sort_by(|a, b| (&a.address, &b.field, &a.why).cmp(&(&b.address, &a.field, &b.why)));
    found.dedup_by(|a, b| (&a.address, &a.field) == (&b.address, &b.field));
    found
}

/// Returns the place in a document's `spec` that stands somewhere in its text.
fn place(document: &Document, origin: &Origin) -> Option<Path> {
    let mut open = vec![(Path::root(), &document.spec)];
    let mut found = None;
    while let Some((path, value)) = open.pop() {
        let whole = Path::of("spec").join(&path);
        let here = [document.positions.value(&whole), document.positions.key(&whole)];
        let deeper = found.as_ref().is_none_or(|found: &Path| found.steps().len() <= path.steps().len());
        if deeper && here.iter().any(|here| (here.start, here.end) == (origin.start, origin.end)) {
            found = Some(path.clone());
        }
        match value {
            Value::Array(items) => open.extend(items.iter().enumerate().map(|(index, item)| (path.index(index), item))),
            Value::Object(members) => open.extend(members.iter().map(|(name, member)| (path.key(name), member))),
            _ => {}
        }
    }
    found
}

/// Returns what has to go so that a place is not said: the field that is managed as one, or the item of a list whose items are objects of
/// their own. `None`: the whole document.
fn removable(kind: Kind, place: &Path) -> Option<Path> {
    if place.steps().first() == Some(&Step::Key("additionalFields".to_owned())) {
        // A list that nobody knows is said whole or not at all.
        let names = place.steps().iter().map_while(|step| if let Step::Key(name) = step { Some(name) } else { None });
        return Some(names.fold(Path::root(), |path, name| path.key(name)));
    }
    let mut row: Option<&Field> = Some(table(kind));
    let mut here = Path::root();
    let mut best = None;
    for step in place.steps() {
        match step {
            Step::Key(name) => {
                let in_free = row.is_some_and(|row| row.shape == Shape::Free);
                row = row.and_then(|row| row.member(name));
                here = here.key(name);
                if row.is_none_or(|row| !row.required) {
                    best = Some(here.clone());
                }
                if in_free || row.is_none() {
                    return best;
                }
            }
            Step::Index(index) => {
                let list = row?;
                let Shape::List(item) = &list.shape else { return best };
                let objects = matches!(item.shape, Shape::Object(_)) || (kind == Kind::Grant && list.name == "scopes");
                if !objects && list.rule.compare != Compare::Keys {
                    return best;
                }
                here = here.index(*index);
                best = Some(here.clone());
                row = Some(item);
            }
        }
    }
    best
}
