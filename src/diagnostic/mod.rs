//! Mistakes in the input: what is wrong, where in which manifest, and what to do about it.
//!
//! All of them are gathered and reported together; nothing stops at the first.

pub mod codes;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where in which manifest something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file, as it is shown: relative to the working directory, with forward slashes.
    pub file: Arc<str>,
    /// First byte in that file's text; files are capped at 1 MiB.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is written says where something begins, and not where it ends.
impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut parts = text.rsplitn(3, ':');
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        match (number(), number(), parts.next()) {
            (Some(column), Some(line), Some(file)) => Ok(Self { file: file.into(), start: 0, end: 0, line, column }),
            _ => Err(D::Error::custom("a place is FILE:LINE:COLUMN")),
        }
    }
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is sent while one of these stands.
    Error,
    /// Worth a look; does not stop anything.
    Warning,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code, `IDP` and four digits; `explain` knows each.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, without the place: "unknown field `redirectURIs`".
    pub message: String,
    /// Where; `None` only for mistakes that are in no file.
    pub origin: Option<Origin>,
    /// What is said at the marked text; may be empty.
    pub label: String,
    /// Other places that have to do with it, each with its words ("set here").
    pub related: Vec<(Origin, String)>,
    /// What to do, where it is known.
    pub help: Option<String>,
}

/// A diagnostic's stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IDP{:04}", self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is IDP and four digits")]
pub struct NotACode;

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let digits = text.strip_prefix("IDP").filter(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).map(Self).ok_or(NotACode)
    }
}

impl Diagnostic {
    /// Returns an error without help or related places.
    pub fn error(code: Code, origin: Option<Origin>, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), origin, label: String::new(), related: Vec::new(), help: None }
    }

    /// Returns the same as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Returns the same with words at the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Returns the same with a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Returns the same with another place that has to do with it.
    #[must_use]
    pub fn related(mut self, origin: Origin, words: impl Into<String>) -> Self {
        self.related.push((origin, words.into()));
        self
    }
}

/// The mistakes found so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.items.push(diagnostic);
    }

    /// Adds all of another list.
    pub fn append(&mut self, mut other: Self) {
        self.items.append(&mut other.items);
    }

    /// Returns whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|d| d.severity == Severity::Error)
    }

    /// Returns the same about files of a revision: each place is `REVISION:FILE`, as git writes it, and what is in no file names the revision.
    #[must_use]
    pub fn of_revision(mut self, revision: &str) -> Self {
        let put = |origin: &mut Origin| origin.file = format!("{revision}:{}", origin.file).into();
        for diagnostic in &mut self.items {
            diagnostic.related.iter_mut().for_each(|(origin, _)| put(origin));
            match &mut diagnostic.origin {
                Some(origin) => put(origin),
                None => diagnostic.message = format!("in `{revision}`, {}", diagnostic.message),
            }
        }
        self
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns them sorted by place, then code and message, each once. Where there is an error, a warning at the same place is left out.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let errors: BTreeSet<_> = self.items.iter().filter(|d| d.severity == Severity::Error).filter_map(|d| d.origin.as_ref()).collect();
        let said = |d: &&Diagnostic| d.severity == Severity::Error || d.origin.as_ref().is_none_or(|origin| !errors.contains(origin));
        let mut sorted: Vec<_> = self.items.iter().filter(said).collect();
        sorted.sort_by_key(|d| (d.origin.clone(), d.code, d.message.clone()));
        sorted.dedup();
        sorted
    }
}

/// The texts of the files that were read, for showing excerpts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    texts: BTreeMap<Arc<str>, Arc<str>>,
}

impl Sources {
    /// Remembers a file's text.
    pub fn insert(&mut self, file: Arc<str>, text: Arc<str>) {
        self.texts.insert(file, text);
    }

    /// Adds all texts of another list.
    pub fn append(&mut self, mut other: Self) {
        self.texts.append(&mut other.texts);
    }

    /// Returns the same with files of a revision, each called `REVISION:FILE`.
    #[must_use]
    pub fn of_revision(self, revision: &str) -> Self {
        Self { texts: self.texts.into_iter().map(|(file, text)| (format!("{revision}:{file}").into(), text)).collect() }
    }

    /// Covers parts of a file's text with asterisks, byte for byte, so that no excerpt can show what stood there.
    ///
    /// For values that look like secrets written out in a manifest. Line breaks stay, so that positions do.
    pub fn mask(&mut self, file: &str, ranges: &[Range<usize>]) {
        let Some(text) = self.texts.get_mut(file).filter(|_| !ranges.is_empty()) else { return };
        let mut bytes = text.as_bytes().to_vec();
        for range in ranges {
            for byte in bytes.get_mut(range.clone()).into_iter().flatten().filter(|byte| !matches!(**byte, b'\n' | b'\r')) {
                *byte = b'*';
            }
        }
        // Ranges come from the parser and begin and end between characters; if one did not, nothing of the text would be shown.
        *text = String::from_utf8(bytes).unwrap_or_default().into();
    }

    /// Returns the text of a file that was read.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(AsRef::as_ref)
    }
}
