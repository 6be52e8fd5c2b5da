//! From a place in a document's tree to its place in the file.
//!
//! Many documents are held at once, so each part of a document remembers its own name alone and which part it belongs to. What was put
//! into a document from elsewhere stands where it was written.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::diagnostic::Origin;
use crate::json::{Path, Step};

/// Where the keys and values of one document stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positions {
    document: Origin,
    names: Box<str>,
    /// Sorted by parent, then name or number.
    parts: Box<[Part]>,
    /// What was put over the document, the last first.
    over: Vec<Layer>,
    /// What was put under it.
    under: Vec<Layer>,
}

/// A part of another document that was put into this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layer {
    /// Where in this document.
    pub(super) at: Path,
    /// Which document it was taken from.
    pub(super) source: Arc<Positions>,
    /// Where in that one it stands.
    pub(super) from: Path,
}

/// A member or an item.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    parent: PartId,
    id: PartId,
    name: Name,
    key: Span,
    value: Span,
}

/// A part of a document that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PartId(u32);

impl PartId {
    /// The whole document.
    pub(super) const ROOT: Self = Self(0);
}

/// What a part is called within its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    /// That of the whole document, which no step leads to.
    None,
    /// Bytes of the names.
    Key {
        start: u32,
        end: u32,
    },
    Index(u32),
}

/// An [`Origin`] without the file; on line 0 if it is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
    line: u32,
    column: u32,
}

impl Positions {
    /// Returns the positions of a document that starts at a place and of whose parts nothing is known.
    pub fn new(document: Origin) -> Self {
        Self { document, names: Box::default(), parts: Box::default(), over: Vec::new(), under: Vec::new() }
    }

    /// Returns where a member's name stands; the nearest thing around it if it has none.
    pub fn key(&self, path: &Path) -> Origin {
        self.nearest([path], |part| [part.key, part.value])
    }

    /// Returns where a value stands; the nearest thing around it if it is not written there itself.
    pub fn value(&self, path: &Path) -> Origin {
        self.value_in([path])
    }

    /// Returns where the value at the end of several paths, one after the other, stands.
    pub(super) fn value_in<'p>(&self, paths: impl IntoIterator<Item = &'p Path>) -> Origin {
        self.nearest(paths, |part| [part.value, part.key])
    }

    /// Returns where the documents stand that parts of were put over this one.
    pub(super) fn over(&self) -> impl Iterator<Item = &Origin> {
        self.over.iter().map(|layer| &layer.source.document)
    }

    /// Remembers that a part of another document was put over this one.
    pub(super) fn put_over(&mut self, layer: Layer) {
        self.over.insert(0, layer);
    }

    /// Remembers that a part of another document was put under this one.
    pub(super) fn put_under(&mut self, layer: Layer) {
        self.under.push(layer);
    }

    fn nearest<'p>(&self, paths: impl IntoIterator<Item = &'p Path>, wanted: impl Fn(&Part) -> [Span; 2]) -> Origin {
        let steps = paths.into_iter().flat_map(Path::steps);
        if self.over.is_empty() && self.under.is_empty() {
            return self.walk(steps, &wanted).1;
        }
        let steps: Vec<&Step> = steps.collect();
        let of = |layers: &[Layer]| layers.iter().find_map(|layer| layer.exactly(&steps, &wanted));
        of(&self.over).unwrap_or_else(|| match self.walk(steps.iter().copied(), &wanted) {
            (true, origin) => origin,
            (false, near) => of(&self.under).unwrap_or(near),
        })
    }

    /// Returns whether all steps lead somewhere in this document, and the place of what is nearest.
    fn walk<'p>(&self, steps: impl Iterator<Item = &'p Step>, wanted: &impl Fn(&Part) -> [Span; 2]) -> (bool, Origin) {
        let mut near = self.parts.first().and_then(|whole| known(wanted(whole)));
        let mut at = PartId::ROOT;
        let mut exact = true;
        for step in steps {
            let Ok(found) = self.parts.binary_search_by(|part| self.order(part, at, step)) else {
                exact = false;
                break;
            };
            let part = &self.parts[found];
            near = known(wanted(part)).or(near);
            at = part.id;
        }
        (exact, near.map_or_else(|| self.document.clone(), |span| span.within(&self.document.file)))
    }

    fn order(&self, part: &Part, parent: PartId, step: &Step) -> Ordering {
        part.parent.cmp(&parent).then_with(|| match (part.name, step) {
            (Name::Key { start, end }, Step::Key(name)) => self.names[start as usize..end as usize].cmp(name),
            (Name::Index(here), Step::Index(index)) => (here as usize).cmp(index),
            (Name::None, _) | (Name::Key { .. }, Step::Index(_)) => Ordering::Less,
            (Name::Index(_), Step::Key(_)) => Ordering::Greater,
        })
    }
}

impl Layer {
    fn exactly(&self, steps: &[&Step], wanted: &impl Fn(&Part) -> [Span; 2]) -> Option<Origin> {
        let at = self.at.steps();
        let below = steps.get(at.len()..).filter(|_| at.iter().zip(steps).all(|(one, other)| one == *other))?;
        let (exact, origin) = self.source.walk(self.from.steps().iter().chain(below.iter().copied()), wanted);
        exact.then_some(origin)
    }
}

fn known(spans: [Span; 2]) -> Option<Span> {
    spans.into_iter().find(|span| span.line > 0)
}

impl Span {
    fn of(origin: &Origin) -> Self {
        let Origin { file: _, start, end, line, column } = *origin;
        Self { start, end, line, column }
    }

    fn within(self, file: &Arc<str>) -> Origin {
        let Self { start, end, line, column } = self;
        Origin { file: Arc::clone(file), start, end, line, column }
    }
}

/// Takes note of the positions while a document is read.
#[derive(Debug)]
pub(super) struct Recorder {
    names: String,
    parts: Vec<Part>,
}

impl Recorder {
    /// Starts with a document of whose parts nothing is known.
    pub(super) fn new() -> Self {
        let mut recorder = Self { names: String::new(), parts: Vec::new() };
        recorder.part(PartId::ROOT, Name::None, Span::default());
        recorder
    }

    /// Adds a member, and where its name stands. A name comes once in its mapping.
    pub(super) fn member(&mut self, parent: PartId, name: &str, key: &Origin) -> PartId {
        let start = short(self.names.len());
        self.names.push_str(name);
        let name = Name::Key { start, end: short(self.names.len()) };
        self.part(parent, name, Span::of(key))
    }

    /// Adds an item of a list.
    pub(super) fn item(&mut self, parent: PartId, index: usize) -> PartId {
        self.part(parent, Name::Index(short(index)), Span::default())
    }

    fn part(&mut self, parent: PartId, name: Name, key: Span) -> PartId {
        let id = PartId(short(self.parts.len()));
        self.parts.push(Part { parent, id, name, key, value: Span::default() });
        id
    }

    /// Remembers where a value stands. A mapping's own range is empty: its key is the better place to point at.
    pub(super) fn value(&mut self, part: PartId, origin: &Origin) {
        self.parts[part.0 as usize].value = Span::of(origin);
    }

    /// Returns what was recorded of the document that starts at a place.
    pub(super) fn settle(self, document: Origin) -> Positions {
        let Self { names, mut parts } = self;
        let name = |part: &Part| match part.name {
            Name::None => (0, 0, ""),
            Name::Key { start, end } => (1, 0, &names[start as usize..end as usize]),
            Name::Index(index) => (2, index, ""),
        };
        parts.sort_by(|a, b| (a.parent, name(a)).cmp(&(b.parent, name(b))));
        Positions { document, names: names.into(), parts: parts.into(), over: Vec::new(), under: Vec::new() }
    }
}

fn short(number: usize) -> u32 {
    u32::try_from(number).expect("files and the number of their values are capped")
}
