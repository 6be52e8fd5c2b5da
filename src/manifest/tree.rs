//! One YAML document to its JSON tree and the place of everything in it.
//!
//! The strict subset is enforced here: anchors, aliases, merge keys, tags, duplicate keys and keys that are no texts are reported, all in
//! one pass. Depth and size are limited before anything is built.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Map, Value};

use super::Positions;
use super::cover::looks_secret;
use super::locate::Locator;
use super::position::{PartId, Recorder};
use super::scalar::{Plain, plain};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Origin, codes};
use crate::json::{Path, Step};

const MAX_DEPTH: usize = 32;
const MAX_NODES: usize = 50_000;
const WRITE_OUT: &str = "write the value out; a value that many documents share can be a variable: `${var.NAME}`";

/// A document's tree.
#[derive(Debug)]
pub(super) struct Tree {
    /// The tree.
    pub(super) value: Value,
    /// Where its parts stand.
    pub(super) positions: Positions,
    /// Where values stand that have no place in the tree, such as those of a key that was given before.
    pub(super) dropped: Vec<(Path, Origin)>,
}

/// Builds the tree of the document whose text starts at a character of its file. `None` for a document in which nothing is written.
///
/// # Errors
/// `Err` if the document could not be read to its end; what is wrong is among the diagnostics.
pub(super) fn build(text: &str, first: usize, locator: &Locator, diagnostics: &mut Diagnostics) -> Result<Option<Tree>, Unreadable> {
    let mut builder = Builder {
        text,
        first,
        locator,
        diagnostics,
        recorder: Recorder::new(),
        frames: Vec::new(),
        skipping: 0,
        nodes: 0,
        root: None,
        dropped: Vec::new(),
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => builder.event(event, span)?,
            Err(error) => return Err(builder.syntax(&error)),
        }
    }
    let Builder { root, recorder, dropped, .. } = builder;
    Ok(root.map(|value| Tree { value, positions: recorder.settle(locator.chars(first..first)), dropped }))
}

/// A document that was given up; the reason has been reported.
#[derive(Debug)]
pub(super) struct Unreadable;

struct Builder<'a> {
    text: &'a str,
    first: usize,
    locator: &'a Locator,
    diagnostics: &'a mut Diagnostics,
    recorder: Recorder,
    frames: Vec<Frame>,
    /// Depth inside a key that is a collection; nothing in it counts.
    skipping: usize,
    nodes: usize,
    root: Option<Value>,
    dropped: Vec<(Path, Origin)>,
}

/// A collection that is not closed yet.
struct Frame {
    path: Path,
    /// Which part of the document it is; `None` if it stands under a key that was given before or is none: it is walked for its mistakes
    /// and then dropped.
    part: Option<PartId>,
    start: usize,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Mapping { members: Map<String, Value>, keys: BTreeMap<String, Origin>, open: Option<Key> },
}

/// The key whose value comes next; `lost` if there is nowhere to put that value.
struct Key {
    name: String,
    lost: bool,
    part: Option<PartId>,
}

impl Key {
    fn lost(name: &str) -> Self {
        Self { name: name.to_owned(), lost: true, part: None }
    }
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Unreadable> {
        let (start, end) = (span.start.index(), span.end.index());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(start)?;
                self.refuse_properties(anchor, tag.is_some(), start);
                if self.skipping == 0 {
                    self.scalar(&text, style, start..end);
                }
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_properties(anchor, tag.is_some(), start);
                self.open(Content::List(Vec::new()), start)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_properties(anchor, tag.is_some(), start);
                self.open(Content::Mapping { members: Map::new(), keys: BTreeMap::new(), open: None }, start)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::Alias(_) => {
                self.error(codes::ALIAS, start..end, "aliases are not allowed", WRITE_OUT);
                if self.skipping == 0 {
                    let part = self.next_part();
                    self.place(part, Value::Null, start..end);
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: Range<usize>) {
        if let Some(Frame { content: Content::Mapping { open: None, .. }, .. }) = self.frames.last() {
            return self.key(text, style, at);
        }
        if self.frames.is_empty() && text.is_empty() && style == ScalarStyle::Plain {
            return;
        }
        let value = if style == ScalarStyle::Plain { self.plain(text, &at) } else { Value::from(text) };
        let part = self.next_part();
        self.place(part, value, at);
    }

    fn plain(&mut self, text: &str, at: &Range<usize>) -> Value {
        let read = plain(text);
        let secret = || self.next_path().steps().iter().any(|step| matches!(step, Step::Key(name) if looks_secret(name)));
        // A message must not show what an excerpt would cover.
        let text = if !matches!(read, Plain::Clear(_)) && secret() { "…" } else { text };
        let quoted = || format!("quote it if a text is meant: \"{text}\"");
        match read {
            Plain::Clear(value) => return value,
            Plain::Ambiguous(value) => {
                let message = format!("`{text}` is a text here, and a boolean for other YAML readers");
                let origin = self.origin(at.clone());
                self.diagnostics
                    .push(Diagnostic::error(codes::AMBIGUOUS, Some(origin), message).warning().label("quote it").help(quoted()));
                return value;
            }
            Plain::NotANumber => {
                self.error(codes::NOT_A_NUMBER, at.clone(), format!("`{text}` is not a number that JSON can carry"), quoted());
            }
            Plain::NumberForm => {
                let help = format!("write a plain decimal number, or {}", quoted());
                self.error(codes::NUMBER_FORM, at.clone(), format!("`{text}` is not the same number for all YAML readers"), help);
            }
            Plain::TooLarge => {
                self.error(codes::NUMBER_TOO_LARGE, at.clone(), format!("the number `{text}` is too large"), quoted());
            }
        }
        // A text stands in for what was refused, so that later checks do not report the same place again as a missing field.
        Value::from(text)
    }

    fn key(&mut self, text: &str, style: ScalarStyle, at: Range<usize>) {
        let origin = self.origin(at.clone());
        let is_text = style != ScalarStyle::Plain || matches!(plain(text), Plain::Clear(Value::String(_)) | Plain::Ambiguous(_));
        if style == ScalarStyle::Plain && text == "<<" {
            self.error(codes::MERGE_KEY, at, "merge keys are not allowed", "write the merged fields out");
            return self.open_key(Key::lost(text));
        }
        if !is_text {
            self.error(codes::KEY_NOT_TEXT, at, "this key is not a text", format!("quote it: \"{text}\""));
            return self.open_key(Key::lost(text));
        }
        let Some(Frame { part, content: Content::Mapping { keys, .. }, .. }) = self.frames.last_mut() else { return };
        if let Some(first) = keys.get(text).cloned() {
            let again = Diagnostic::error(codes::DUPLICATE_KEY, Some(origin), format!("key `{text}` is given twice"));
            self.diagnostics.push(again.label("second").related(first, "first").help("remove one of the two"));
            return self.open_key(Key::lost(text));
        }
        let part = part.map(|mapping| self.recorder.member(mapping, text, &origin));
        keys.insert(text.to_owned(), origin);
        self.open_key(Key { name: text.to_owned(), lost: false, part });
    }

    fn open_key(&mut self, key: Key) {
        if let Some(Frame { content: Content::Mapping { open, .. }, .. }) = self.frames.last_mut() {
            *open = Some(key);
        }
    }

    /// Where the next value goes.
    fn next_path(&self) -> Path {
        match self.frames.last() {
            None => Path::root(),
            Some(Frame { path, content: Content::List(items), .. }) => path.index(items.len()),
            Some(Frame { path, content: Content::Mapping { open, .. }, .. }) => match open {
                Some(key) => path.key(&key.name),
                None => path.clone(),
            },
        }
    }

    /// Which part of the document the next value is; `None` if it is dropped. To be asked once for each value.
    fn next_part(&mut self) -> Option<PartId> {
        match self.frames.last() {
            None => Some(PartId::ROOT),
            Some(Frame { part, content: Content::List(items), .. }) => part.map(|list| self.recorder.item(list, items.len())),
            Some(Frame { content: Content::Mapping { open, .. }, .. }) => open.as_ref().and_then(|key| key.part),
        }
    }

    fn open(&mut self, content: Content, start: usize) -> Result<(), Unreadable> {
        self.count(start)?;
        if self.frames.len() + self.skipping >= MAX_DEPTH {
            self.too_deep(start);
            return Err(Unreadable);
        }
        let is_key = matches!(self.frames.last(), Some(Frame { content: Content::Mapping { open: None, .. }, .. }));
        if self.skipping > 0 {
            self.skipping += 1;
        } else if is_key {
            self.error(codes::KEY_NOT_TEXT, start..start + 1, "this key is not a text", "a key is a plain or quoted text");
            self.skipping = 1;
        } else {
            let (path, part) = (self.next_path(), self.next_part());
            self.frames.push(Frame { path, part, start, content });
        }
        Ok(())
    }

    fn close(&mut self, end: usize) {
        if self.skipping > 0 {
            self.skipping -= 1;
            if self.skipping == 0 {
                self.open_key(Key::lost(""));
            }
            return;
        }
        let Some(Frame { part, start, content, .. }) = self.frames.pop() else { return };
        let value = match content {
            Content::List(items) => Value::Array(items),
            // As it grew it has more room than it needs, and thousands of documents are held at once.
            Content::Mapping { members, .. } => Value::Object(members.into_iter().collect()),
        };
        // A block collection's range ends far below: its first token stands for it. A flow collection is marked to its bracket.
        let flow = self.char_at(start).is_some_and(|c| matches!(c, '[' | '{'));
        let end = if flow { end } else { self.token_end(start) };
        let in_mapping = matches!(self.frames.last(), Some(Frame { content: Content::Mapping { .. }, .. }));
        if flow || !in_mapping { self.place(part, value, start..end) } else { self.put(value) }
    }

    /// Puts a value where it belongs and remembers its place.
    fn place(&mut self, part: Option<PartId>, value: Value, at: Range<usize>) {
        let origin = self.origin(at);
        match part {
            None => self.dropped.push((self.next_path(), origin)),
            Some(part) if origin.start < origin.end => self.recorder.value(part, &origin),
            Some(_) => {}
        }
        self.put(value);
    }

    fn put(&mut self, value: Value) {
        match self.frames.last_mut() {
            None => self.root = Some(value),
            Some(Frame { content: Content::List(items), .. }) => items.push(value),
            Some(Frame { content: Content::Mapping { members, open, .. }, .. }) => {
                if let Some(Key { name, lost: false, part: _ }) = open.take() {
                    members.insert(name, value);
                }
            }
        }
    }

    fn refuse_properties(&mut self, anchor: usize, tagged: bool, start: usize) {
        let end = self.token_end(start);
        if anchor > 0 {
            self.error(codes::ANCHOR, start..end, "anchors are not allowed", WRITE_OUT);
        } else if tagged {
            self.error(codes::TAG, start..end, "tags are not allowed", "remove the tag; quote a value to make it a text");
        }
    }

    fn count(&mut self, at: usize) -> Result<(), Unreadable> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.error(codes::TOO_MANY_NODES, at..at + 1, "the document has more than 50,000 values", "split the document");
            return Err(Unreadable);
        }
        Ok(())
    }

    fn syntax(&mut self, error: &ScanError) -> Unreadable {
        let at = error.marker().index();
        // The parser knows no other way to say that an alias has no anchor.
        if self.char_at(at) == Some('*') && error.info().contains("anchor") {
            let end = self.token_end(at);
            self.error(codes::ALIAS, at..end, "aliases are not allowed", WRITE_OUT);
        } else if error.info().contains("recursion limit") {
            // The scanner looks far ahead inside brackets, so its own limit may come before ours.
            self.too_deep(at);
        } else {
            let help = "look at the marked place and just above it: indentation, a missing colon, an open quote or bracket";
            let opened = self.frames.iter().rev().map(|frame| frame.start).find(|start| matches!(self.char_at(*start), Some('[' | '{')));
            let message = format!("this is not YAML: {}", error.info());
            let diagnostic = Diagnostic::error(codes::SYNTAX, Some(self.origin(at..at + 1)), message).help(help);
            self.diagnostics.push(match opened {
                Some(start) => diagnostic.related(self.origin(start..start + 1), "opened here"),
                None => diagnostic,
            });
        }
        Unreadable
    }

    fn too_deep(&mut self, at: usize) {
        let message = format!("the document is nested deeper than {MAX_DEPTH} levels");
        self.error(codes::TOO_DEEP, at..at + 1, message, "look for a bracket or an indentation that is not meant");
    }

    fn char_at(&self, index: usize) -> Option<char> {
        let byte = self.locator.chars(self.first + index..self.first + index).start;
        let from = byte.checked_sub(self.locator.chars(self.first..self.first).start)?;
        self.text.get(from as usize..)?.chars().next()
    }

    /// The end of the word that starts at a character.
    fn token_end(&self, start: usize) -> usize {
        let offset = |index: usize| self.locator.chars(self.first + index..self.first + index).start as usize;
        let rest = self.text.get(offset(start) - offset(0)..).unwrap_or_default();
        let length = rest.chars().take(80).take_while(|c| !c.is_whitespace() && !matches!(c, ',' | '[' | ']' | '{' | '}')).count();
        start + length.max(1)
    }

    fn origin(&self, at: Range<usize>) -> Origin {
        self.locator.chars(self.first + at.start..self.first + at.end)
    }

    fn error(&mut self, code: Code, at: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let origin = self.origin(at);
        self.diagnostics.push(Diagnostic::error(code, Some(origin), message).help(help));
    }
}
