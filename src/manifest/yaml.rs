//! A file's text to the trees of its documents, and from there to typed values. Nothing else names `serde_yaml`.
//!
//! The position pass comes first and refuses everything that two YAML readers could understand differently, so `serde_yaml` only ever sees
//! text about which both parsers agree. A fault in one document does not keep the others of the file from being read.

use std::fmt::Display;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::Positions;
use super::locate::Locator;
use super::tree;
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use crate::json::Path;

/// One document as written.
#[derive(Debug)]
pub(super) struct Written {
    /// Its tree.
    pub(super) tree: Value,
    /// Where everything stands.
    pub(super) positions: Positions,
    /// Where values stand that are not in the tree.
    pub(super) dropped: Vec<(Path, Origin)>,
    text: String,
}

impl Written {
    /// Reads the document as a typed value, where the shape has been checked before.
    ///
    /// # Errors
    /// The place in the tree that does not fit, and why.
    pub(super) fn typed<T: DeserializeOwned>(&self) -> Result<T, (Path, String)> {
        serde_path_to_error::deserialize(serde_yaml::Deserializer::from_str(&self.text)).map_err(place)
    }

    /// Reads the document as a typed value out of its tree: what [`Self::typed`] reads, without parsing the text again. There may be
    /// thousands of documents.
    ///
    /// # Errors
    /// The place in the tree that does not fit, and why.
    pub(super) fn shaped<'t, T: Deserialize<'t>>(&'t self) -> Result<T, (Path, String)> {
        serde_path_to_error::deserialize(&self.tree).map_err(place)
    }
}

fn place(error: serde_path_to_error::Error<impl Display>) -> (Path, String) {
    let path = error.path().iter().fold(Path::root(), |path, segment| match segment {
        Segment::Seq { index } => path.index(*index),
        Segment::Map { key } => path.key(key),
        Segment::Enum { variant } => path.key(variant),
        Segment::Unknown => path,
    });
    (path, error.into_inner().to_string())
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
            Ok(Some(tree::Tree { value, positions, dropped })) => {
                read.documents.push(Written { tree: value, positions, dropped, text: segment.to_owned() });
            }
            Ok(None) => {}
            Err(tree::Unreadable) => read.unread.push(bytes),
        }
    }
    read
}

/// Returns the bytes of each document. A line that starts with `---` or `...` ends a document wherever it stands, quotes and block texts
/// included (YAML 1.2.2, 9.1.2), which is what allows a file to be cut before it is parsed.
pub(super) fn documents(text: &str) -> Vec<Range<usize>> {
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
        let hidden =
            matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') || (c == '\u{feff}' && at > 0);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> (File, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let file = read(&"a.yaml".into(), text, &mut diagnostics);
        let shown = diagnostics.sorted().iter().map(|d| format!("{} {}: {}", d.origin.as_ref().unwrap(), d.code, d.message)).collect();
        (file, shown)
    }

    fn faults(text: &str) -> String {
        parsed(text).1.join("\n")
    }

    #[test]
    fn everything_outside_the_strict_subset_is_reported_in_one_pass() {
        insta::assert_snapshot!(faults(
            "a: &x 1\nb: *x\nc: !!str 1\n<<: {d: 1}\n1: one\n? [k]\n: v\nnull: n\ntrue: t\nd: 030\ne: .inf\nf: 99999999999999999999\ng: yes\na: 2\nh: {i: 1, i: 2}\n"
        ), @"
        a.yaml:1:4 IDP0106: anchors are not allowed
        a.yaml:2:4 IDP0107: aliases are not allowed
        a.yaml:3:4 IDP0109: tags are not allowed
        a.yaml:4:1 IDP0108: merge keys are not allowed
        a.yaml:5:1 IDP0110: this key is not a text
        a.yaml:6:3 IDP0110: this key is not a text
        a.yaml:8:1 IDP0110: this key is not a text
        a.yaml:9:1 IDP0110: this key is not a text
        a.yaml:10:4 IDP0113: `030` is not the same number for all YAML readers
        a.yaml:11:4 IDP0112: `.inf` is not a number that JSON can carry
        a.yaml:12:4 IDP0114: the number `99999999999999999999` is too large
        a.yaml:13:4 IDP0111: `yes` is a text here, and a boolean for other YAML readers
        a.yaml:14:1 IDP0103: key `a` is given twice
        a.yaml:15:11 IDP0103: key `i` is given twice
        ");
    }

    #[test]
    fn a_fault_in_one_document_does_not_hide_the_others() {
        let (file, faults) = parsed("a: 1\n---\nb: [1\n---\n# nothing here\n---\nc: 1\nc: 2\n...\nd: 4\n");
        insta::assert_snapshot!(faults.join("\n"), @"
        a.yaml:4:1 IDP0101: this is not YAML: while parsing a flow sequence, expected ',' or ']'
        a.yaml:8:1 IDP0103: key `c` is given twice
        ");
        let trees: Vec<_> = file.documents.iter().map(|document| document.tree.to_string()).collect();
        assert_eq!(trees, [r#"{"a":1}"#, r#"{"c":1}"#, r#"{"d":4}"#]);
        assert_eq!(file.unread.len(), 1);
    }

    #[test]
    fn depth_and_size_are_limited_before_memory_is_used() {
        insta::assert_snapshot!(faults(&format!("a: {}", "[".repeat(20_000))), @"a.yaml:1:259 IDP0115: the document is nested deeper than 32 levels");
        insta::assert_snapshot!(faults(&format!("a: [{}]", "1,".repeat(60_000))), @"a.yaml:1:99999 IDP0116: the document has more than 50,000 values");
        assert_eq!(faults(&format!("{}1{}", "[".repeat(32), "]".repeat(32))), "");
    }

    #[test]
    fn characters_that_hide_text_are_refused() {
        insta::assert_snapshot!(["a: \u{0}", "a: b\u{1b}[31m", "a: b\rc: d", "a: \u{202e}b", "a: b\u{85}c"].map(faults).join("\n"), @"
        a.yaml:1:4 IDP0105: the character U+0000 has no place in a manifest
        a.yaml:1:5 IDP0105: the character U+001B has no place in a manifest
        a.yaml:1:5 IDP0105: the character U+000D has no place in a manifest
        a.yaml:1:4 IDP0105: the character U+202E has no place in a manifest
        a.yaml:1:5 IDP0105: the character U+0085 has no place in a manifest
        ");
        assert_eq!(faults("\u{feff}a: 1\r\nb: 2\r\n"), "");
    }

    #[test]
    fn directives_are_refused() {
        insta::assert_snapshot!(faults("# c\n%YAML 1.1\n---\na: 1\n"), @"a.yaml:2:1 IDP0117: YAML directives are not allowed");
    }

    #[test]
    fn positions_are_those_of_the_tokens() {
        let text = "---\n# ä\na:\n  - b: ö\n    c: {d: [1, 'x']}\n  - |\n    block\n";
        let (file, _) = parsed(text);
        let positions = &file.documents[0].positions;
        let a = Path::of("a");
        let at = |path: &Path| {
            let origin = positions.value(path);
            format!("{path} {}:{} {:?}", origin.line, origin.column, &text[origin.start as usize..origin.end as usize])
        };
        let first = a.index(0);
        let paths =
            [a.clone(), first.clone(), first.key("b"), first.key("c"), first.key("c").key("d").index(1), a.index(1), first.key("nowhere")];
        insta::assert_snapshot!(paths.iter().map(at).collect::<Vec<_>>().join("\n"), @r#"
        a 3:1 "a"
        a[0] 4:5 "b:"
        a[0].b 4:8 "ö"
        a[0].c 5:8 "{d: [1, 'x']}"
        a[0].c.d[1] 5:16 "'x'"
        a[1] 7:5 "block\n"
        a[0].nowhere 4:5 "b:"
        "#);
        let (file, _) = parsed("[x, [y], x]");
        let positions = &file.documents[0].positions;
        let list = Path::root();
        let columns = [list.clone(), list.index(0), list.index(1).index(0), list.index(2), list.index(3), list.key("x")];
        assert_eq!(columns.map(|path| positions.value(&path).column), [1, 2, 6, 10, 1, 1]);
    }

    /// Texts that could be taken for something else, and ordinary ones.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z0-9_ .:#&*!|>'\"%@`,{}\\[\\]-]{0,12}",
            "[-+]?[0-9_.:xobeE]{1,6}",
            prop::sample::select(vec!["yes", "no", "null", "~", "true", "False", ".inf", "<<", "---", "", " ", "=", "é☕\u{10348}"])
                .prop_map(str::to_owned),
        ]
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9f64).prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((text(), inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_yaml_writes_is_read_back_alike(tree in tree()) {
            let text = serde_yaml::to_string(&tree).unwrap();
            let (file, faults) = parsed(&text);
            // Keys such as `null` are written without quotes by nobody, and some texts in a form that is refused here.
            if !faults.iter().all(|fault| fault.contains("IDP0111")) {
                return Ok(());
            }
            let read = file.documents.first().map_or(Value::Null, |document| document.tree.clone());
            prop_assert_eq!(&read, &tree, "{}", text);
            if let Some(document) = file.documents.first() {
                prop_assert_eq!(document.typed::<Value>().unwrap(), tree);
            }
        }

        #[test]
        fn whatever_is_accepted_is_understood_by_both_parsers_alike(text in "([ ]{0,4}(- |[a-c]: |[?] )?([a-c]|[0-9.xe_+-]{1,4}|\"[a-c \\\\n]{0,3}\"|'[a-c]{0,2}'|[\\[{][a-c, :]{0,5}[\\]}]|[|>]-?|~|#c|:)?\n){1,6}") {
            let (file, faults) = parsed(&text);
            // A document that is no mapping is refused later: what a text alone at the margin means, the parsers do not agree about.
            let mapping = file.documents.len() == 1 && file.documents[0].tree.is_object();
            if !mapping || !faults.iter().all(|fault| fault.contains("IDP0111")) {
                return Ok(());
            }
            // Where serde_yaml refuses what the other accepts there is no document either way.
            if let Ok(other) = file.documents[0].typed::<Value>() {
                prop_assert_eq!(&file.documents[0].tree, &other, "{}", text);
            }
        }
    }
}
