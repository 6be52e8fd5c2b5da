//! Diagnostics to text as compilers write it, and to JSON.
//!
//! Manifests come from pull requests: neither a message nor an excerpt can move the cursor, colour or reorder text, and one hostile line
//! cannot fill the screen.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Origin, Severity, Sources, codes};
use crate::findings::Finding;
use crate::printable::{printable, printable_head};

/// The version of the JSON form.
const FORMAT_VERSION: u32 = 1;
/// Longer messages and labels are cut: a key may be a megabyte long.
const LONGEST: usize = 400;
/// Excerpts mark this much of a line.
const LINE: usize = 200;
/// Excerpts are made of this much text before and after what is marked: a line, or what lies between two places, may be a megabyte long.
const NEAR: usize = 2_000;

/// Returns the diagnostics as text, and a line that counts them; nothing if there are none.
pub fn text(diagnostics: &Diagnostics, sources: &Sources, coloured: bool) -> String {
    let sorted = diagnostics.sorted();
    if sorted.is_empty() {
        return String::new();
    }
    let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in &sorted {
        out.push_str(&one(diagnostic, sources, &renderer));
        out.push_str("\n\n");
    }
    let errors = sorted.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let counted = [(errors, "error"), (sorted.len() - errors, "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }));
    out.push_str(&counted.collect::<Vec<_>>().join(", "));
    out.push('\n');
    out
}

/// Returns the diagnostics as JSON, and what is dangerous about manifests without errors.
pub fn json(diagnostics: &Diagnostics, findings: &[Finding]) -> Value {
    let items: Vec<Value> = diagnostics.sorted().into_iter().map(item).collect();
    json!({"format_version": FORMAT_VERSION, "diagnostics": items, "findings": super::findings::json(findings)})
}

fn item(diagnostic: &Diagnostic) -> Value {
    let Diagnostic { code, severity, message, origin, label, related, help } = diagnostic;
    let related: Vec<Value> = related.iter().map(|(origin, words)| json!({"place": place(origin), "message": plain(words)})).collect();
    json!({
        "code": code,
        "severity": severity,
        "message": plain(message),
        "place": origin.as_ref().map(place),
        "label": (!label.is_empty()).then(|| plain(label)),
        "related": related,
        "help": remedy(*code, help.as_deref()),
    })
}

fn place(origin: &Origin) -> Value {
    let Origin { file, start, end, line, column } = origin;
    json!({"file": printable(file), "line": line, "column": column, "start": start, "end": end})
}

/// Returns what to do: what is known of this case, or else what is known of the code.
fn remedy(code: Code, help: Option<&str>) -> Option<String> {
    help.map(plain).or_else(|| {
        let mut letters = codes::find(code)?.remedy.trim_end_matches('.').chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect())
    })
}

fn plain(text: &str) -> String {
    printable_head(text, LONGEST)
}

fn one(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let Diagnostic { code, severity, message, origin, label, related, help } = diagnostic;
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(plain(message)).id(code.to_string()));
    if let Some(origin) = origin {
        let (here, elsewhere): (Vec<_>, Vec<_>) = related.iter().partition(|(other, _)| is_near(other, origin));
        let mut marks = vec![(origin, label.as_str(), AnnotationKind::Primary)];
        marks.extend(here.into_iter().map(|(other, words)| (other, words.as_str(), AnnotationKind::Context)));
        group = excerpt(group, &marks, sources);
        for (other, words) in elsewhere {
            group = excerpt(group, &[(other, words.as_str(), AnnotationKind::Context)], sources);
        }
    }
    if let Some(help) = remedy(*code, help.as_deref()) {
        group = group.element(Level::HELP.message(help));
    }
    renderer.render(&[group])
}

fn is_near(other: &Origin, origin: &Origin) -> bool {
    other.file == origin.file && other.start.abs_diff(origin.start) as usize <= NEAR
}

/// Adds an excerpt of one file with some places marked, or only the first place if the file's text is not known, or if the place lies far
/// inside a line.
fn excerpt<'a>(group: Group<'a>, marks: &[(&Origin, &str, AnnotationKind)], sources: &Sources) -> Group<'a> {
    let Some((first, ..)) = marks.first() else { return group };
    let file = printable(&first.file).into_owned();
    let line = first.line as usize;
    let window = sources.text(&first.file).and_then(|text| Window::around(text, marks.iter().map(|(origin, ..)| *origin)));
    let Some(mut window) = window else {
        let place = annotate_snippets::Origin::path(file).line(line).char_column(first.column as usize);
        return group.element(place);
    };
    let annotations: Vec<_> = marks
        .iter()
        .map(|(origin, words, kind)| {
            let annotation = kind.span(window.range(origin));
            if words.is_empty() { annotation } else { annotation.label(plain(words)) }
        })
        .collect();
    let snippet = Snippet::source(std::mem::take(&mut window.text)).path(file).line_start(window.first_line);
    group.element(snippet.annotations(annotations))
}

/// The lines of a text from the first mark to the last, made inert without moving a byte.
struct Window {
    text: String,
    start: usize,
    first_line: usize,
}

impl Window {
    /// Returns the window around some marks that lie near each other; `None` if the line of the first begins too far before it, because
    /// the library counts columns from where its text begins.
    fn around<'o>(text: &str, origins: impl Iterator<Item = &'o Origin>) -> Option<Self> {
        let mut range: Option<(Range<usize>, usize)> = None;
        for origin in origins {
            let marked = bounded(text, origin);
            let line = origin.line as usize;
            range = Some(match range {
                None => (marked, line),
                Some((seen, first)) => (seen.start.min(marked.start)..seen.end.max(marked.end), first.min(line)),
            });
        }
        let (range, first_line) = range.unwrap_or((0..0, 1));
        let (first, last) = (text.floor_char_boundary(range.start.saturating_sub(NEAR)), text.floor_char_boundary(range.end + NEAR));
        let start = text[first..range.start].rfind('\n').map(|at| first + at + 1).or((first == 0).then_some(0))?;
        let end = text[range.end..last].find('\n').map_or(last, |at| range.end + at);
        Some(Self { text: inert(&text[start..end]), start, first_line })
    }

    fn range(&self, origin: &Origin) -> Range<usize> {
        let start = (origin.start as usize).saturating_sub(self.start).min(self.text.len());
        let end = (origin.end as usize).saturating_sub(self.start).clamp(start, self.text.len());
        // What is marked over several lines is marked on its first: the rest is seldom to the point and often long.
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let end = end.min(line_end).min(start + LINE);
        start..(start..=end).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(start)
    }
}

fn bounded(text: &str, origin: &Origin) -> Range<usize> {
    let boundary = |at: u32| (0..=(at as usize).min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let start = boundary(origin.start);
    start..start
}

/// Replaces whatever is not printable by something printable of the same length in bytes, so that places stay where they are.
fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let mut buffer = [0; 4];
        match (matches!(c, '\n' | '\t') || printable(c.encode_utf8(&mut buffer)).len() == c.len_utf8(), c.len_utf8()) {
            (true, _) => out.push(c),
            (false, 1) if c == '\r' => out.push(' '),
            (false, 1) => out.push('?'),
            (false, 2) => out.push('¿'),
            (false, 3) => out.push('\u{fffd}'),
            (false, _) => out.push_str("\u{fffd}?"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{SourceFile, read};

    fn shown(text_of_file: &str, coloured: bool) -> String {
        let mut sources = Sources::default();
        let mut diagnostics = Diagnostics::default();
        let file = SourceFile { name: "a.yaml".into(), text: text_of_file.into() };
        let documents = read(&[file], Some(&[].into()), &mut sources, &mut diagnostics);
        if diagnostics.has_errors() {
            crate::desired::resolve("p", true, &documents, &[].into(), &mut diagnostics);
        }
        text(&diagnostics, &sources, coloured)
    }

    #[test]
    fn both_places_of_a_duplicate_key_are_shown() {
        insta::assert_snapshot!(shown("apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\nspec:\n  label: ä\n  status: ACTIVE\n  label: b\n", false), @"
        error[IDP0103]: key `label` is given twice
         --> a.yaml:7:3
          |
        5 |   label: ä
          |   ----- first
        6 |   status: ACTIVE
        7 |   label: b
          |   ^^^^^ second
          |
          = help: remove one of the two

        1 error
        ");
    }

    #[test]
    fn places_that_lie_far_apart_are_shown_one_by_one() {
        let between = (0..400).map(|n| format!("  field{n}: 1\n")).collect::<Vec<_>>().concat();
        let text = shown(&format!("a:\n  label: x\n{between}  label: y\n"), false);
        insta::assert_snapshot!(text.split("\n\n").find(|one| one.contains("twice")).unwrap_or_default(), @"
        error[IDP0103]: key `label` is given twice
           --> a.yaml:403:3
            |
        403 |   label: y
            |   ^^^^^ second
            |
           ::: a.yaml:2:3
            |
          2 |   label: x
            |   ----- first
            |
            = help: remove one of the two
        ");
    }

    #[test]
    fn of_a_place_far_inside_a_line_the_place_alone_is_shown() {
        let text = shown(&format!("a: [{}0x1, {}]\n", "1, ".repeat(1_000), "2, ".repeat(1_000)), false);
        insta::assert_snapshot!(text.split("\n\n").find(|one| one.contains("0x1")).unwrap_or_default(), @r#"
        error[IDP0113]: `0x1` is not the same number for all YAML readers
        --> a.yaml:1:3005
         = help: write a plain decimal number, or quote it if a text is meant: "0x1"
        "#);
    }

    #[test]
    fn a_file_full_of_mistakes_is_shown_in_a_moment() {
        let last = |text: &str| shown(text, false).lines().last().unwrap_or_default().to_owned();
        // Each of these would take minutes if what is shown of one mistake grew with the file.
        assert_eq!(last(&format!("a: [{}]\n", "0x1,".repeat(6_000))), "6005 errors");
        assert_eq!(last(&"a: 1\n".repeat(6_000)), "6004 errors");
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let manifest = "apiVersion: idpctl/v2\nkind: App\nmetadata: {name: web}\nspec: {label: x}\n";
        let coloured = shown(manifest, true);
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), shown(manifest, false));
    }

    #[test]
    fn hostile_text_is_inert_in_text_and_json() {
        let manifest =
            "apiVersion: \"\\e[31midpctl\\u202e\"\nkind: App\nmetadata: {name: web, \"\\e]0;x\\a\": 1}\nspec: {label: \"a\u{202e}b\"}\n";
        insta::assert_snapshot!(shown(manifest, false), @r#"
        error[IDP0203]: `apiVersion` is `\u{1b}[31midpctl\u{202e}`, which is not known
         --> a.yaml:1:13
          |
        1 | apiVersion: "\e[31midpctl\u202e"
          |             ^^^^^^^^^^^^^^^^^^^^
          |
          = help: write `apiVersion: idpctl/v1`

        error[IDP0208]: unknown member `\u{1b}]0;x\u{7}` of `metadata`
         --> a.yaml:3:23
          |
        3 | metadata: {name: web, "\e]0;x\a": 1}
          |                       ^^^^^^^^^^
          |
          = help: known here: `name`, `id`, `adopt`, `protected`, `prune`, `accept`

        error[IDP0105]: the character U+202E has no place in a manifest
         --> a.yaml:4:17
          |
        4 | spec: {label: "a�b"}
          |                 ^
          |
          = help: remove it, or write it as an escape in a double-quoted text: "\u202e"

        3 errors
        "#);
        let long = format!("{}: 1\nkind: {}\n", "k".repeat(300), "x".repeat(100_000));
        let text = shown(&long, false);
        assert!(text.len() < 8_000, "{} bytes", text.len());
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_file_holds_it_is_read_and_shown_without_a_panic(
            text in "((apiVersion: idpctl/v1|kind: (App|Grant|ClientCredentials)|metadata: [{]name: (web|ä☕)[}]|spec:|  (label|client_secrets|scopes|app|jwks|profile): ?|    - |\\PC{0,6}|[&*!%@`|>{}\\[\\],:?#\"' -]{0,4}|(ä|☕|\u{10348}|\u{202e}|\u{7}|\t){0,300}|---)\n?){0,24}",
        ) {
            let shown = shown(&text, false);
            proptest::prop_assert!(!shown.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c)), "{}", shown);
        }
    }

    #[test]
    fn nothing_wrong_is_shown_as_nothing() {
        assert_eq!(shown("apiVersion: idpctl/v1\nkind: App\nmetadata: {name: web}\nspec: {label: x}\n", false), "");
    }
}
