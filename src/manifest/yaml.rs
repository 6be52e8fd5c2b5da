//! A file's text to the trees of its documents, and from there to typed values. Nothing else names `serde_yaml`.
//!
//! The position pass comes first and refuses everything that two YAML readers could understand differently, so `serde_yaml` only ever sees
//! text about which both parsers agree. A fault in one document does not keep the others of the file from being read.

use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::Positions;
use super::locate::Locator;
use super::tree;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::json::Path;

/// One document as written.
#[derive(Debug)]
pub(super) struct Written {
    /// Its tree.
    pub(super) tree: Value,
    /// Where everything stands.
    pub(super) positions: Positions,
    text: String,
}

impl Written {
    /// Reads the document as a typed value, where the shape has been checked before.
    ///
    /// # Errors
    /// The place in the tree that does not fit, and why.
    pub(super) fn typed<T: DeserializeOwned>(&self) -> Result<T, (Path, String)> {
        serde_path_to_error::deserialize(serde_yaml::Deserializer::from_str(&self.text)).map_err(|error| {
            let path = error.path().iter().fold(Path::root(), |path, segment| match segment {
                Segment::Seq { index } => path.index(*index),
                Segment::Map { key } => path.key(key),
                Segment::Enum { variant } => path.key(variant),
                Segment::Unknown => path,
            });
            (path, error.into_inner().to_string())
        })
    }
}

/// A file that was taken apart.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Its documents; empty ones are left out.
    pub(super) documents: Vec<Written>,
    /// The bytes of documents that could not be read to their end, and whose values are therefore unknown.
    pub(super) unread: Vec<Range<usize>>,
}

/// Takes a file's text apart. The text has been capped in size.
pub(super) fn read(file: &Arc<str>, text: &str, diagnostics: &mut Diagnostics) -> File {
    let locator = Locator::new(Arc::clone(file), text);
    let mut read = File::default();
    if !refuse_characters(text, &locator, diagnostics) {
        read.unread.push(0..text.len());
        return read;
    }
    for bytes in documents(text) {
        let segment = &text[bytes.clone()];
        if let Some(line) = directive(segment) {
            let at = locator.bytes(bytes.start + line.start..bytes.start + line.end);
            diagnostics.push(Diagnostic::error(codes::DIRECTIVE, Some(at), "YAML directives are not allowed").help("remove the line"));
            continue;
        }
        match tree::build(segment, locator.char_at(bytes.start), &locator, diagnostics) {
            Ok(Some((tree, positions))) => read.documents.push(Written { tree, positions, text: segment.to_owned() }),
            Ok(None) => {}
            Err(tree::Unreadable) => read.unread.push(bytes),
        }
    }
    read
}

/// Returns the bytes of each document. A line that starts with `---` or `...` ends a document wherever it stands, quotes and block texts
/// included (YAML 1.2.2, 9.1.2), which is what allows a file to be cut before it is parsed.
fn documents(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut line_start = start;
    for line in text[start..].split_inclusive('\n') {
        let marker = |m: &str| line.strip_prefix(m).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']));
        let next = line_start + line.len();
        if marker("---") {
            found.push(start..line_start);
            start = line_start;
        } else if marker("...") {
            found.push(start..line_start);
            start = next;
        }
        line_start = next;
    }
    found.push(start..text.len());
    found.retain(|range| !range.is_empty());
    found
}

/// Returns the line of a directive, if there is one before the document.
fn directive(segment: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in segment.split_inclusive('\n') {
        if line.starts_with('%') {
            return Some(start..start + line.trim_end().len());
        }
        if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            return None;
        }
        start += line.len();
    }
    None
}

/// Reports characters that hide text or that YAML readers disagree about. Returns whether the text can be parsed all the same.
fn refuse_characters(text: &str, locator: &Locator, diagnostics: &mut Diagnostics) -> bool {
    let mut readable = true;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let lone_return = c == '\r' && chars.peek().is_none_or(|(_, next)| *next != '\n');
        // NEL and the Unicode line separators end a line in YAML 1.1 only.
        let refused = (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || lone_return || matches!(c, '\u{2028}' | '\u{2029}');
        let hidden = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') || (c == '\u{feff}' && at > 0);
        if !refused && !hidden {
            continue;
        }
        readable &= !refused;
        let message = format!("the character U+{:04X} has no place in a manifest", u32::from(c));
        let origin = locator.bytes(at..at + c.len_utf8());
        let help = format!("remove it, or write it as an escape in a double-quoted text: \"\\u{:04x}\"", u32::from(c));
        diagnostics.push(Diagnostic::error(codes::CONTROL_CHARACTER, Some(origin), message).help(help));
        if refused {
            // One is enough: a binary file would be reported byte by byte.
            return false;
        }
    }
    readable
}

