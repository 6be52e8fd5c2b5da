//! Marks as SARIF 2.1.0, which code scanning reads: each rule once, each result on its line, recognisable again when lines move.

mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::style::sentence;
use crate::diagnostic::Code;
use crate::diagnostic::codes::{self, Entry};
use crate::findings::{Severity, Standing};
use crate::json::Fingerprint;
use crate::printable::printable_head;
use crate::report::{Level, LineMark, Region};
use schema::{
    ArtifactLocation, AutomationDetails, Configuration, Driver, Location, Log, LogicalLocation, Message, PhysicalLocation, RegionOf,
    Result, Rule, RuleProperties, Run, SourceRoot, Suppression, Tool, UriBaseIds,
};

/// Longer texts are cut.
const LONGEST: usize = 1_000;
/// What paths in it are relative to, as consumers know it.
const ROOT: &str = "%SRCROOT%";

/// Returns the log of a run of a command.
pub fn sarif(marks: &[LineMark], command: &str) -> Value {
    let mut used: Vec<_> = marks.iter().map(|mark| mark.code).collect();
    used.sort();
    used.dedup();
    let mut known = BTreeMap::new();
    let results = marks.iter().map(|mark| result(mark, &used, &mut known)).collect();
    let description = Message::new("the root of the repository");
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "idpctl",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: used.iter().map(|code| rule(*code)).collect(),
            },
        },
        automation_details: AutomationDetails { id: format!("idpctl/{command}/") },
        original_uri_base_ids: UriBaseIds { root: SourceRoot { description } },
        column_kind: "unicodeCodePoints",
        results,
    };
    json!(Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: vec![run],
    })
}

fn rule(code: Code) -> Rule {
    static UNKNOWN: Entry = Entry { code: Code(0), title: "a danger", explanation: "", remedy: "", danger: None };
    let Entry { code: _, title, explanation, remedy, danger } = codes::find(code).unwrap_or(&UNKNOWN);
    let level = danger.map_or(Level::Error, |danger| danger.severity.into());
    let severity = danger.map(|danger| match danger.severity {
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
    });
    Rule {
        id: code.to_string(),
        name: pascal_case(title),
        short_description: Message::new(&sentence(title)),
        full_description: Message::new(if explanation.is_empty() { title } else { explanation }),
        help: Message::new(if remedy.is_empty() { title } else { remedy }),
        help_uri: danger.map(|danger| danger.link).filter(|link| !link.is_empty()),
        default_configuration: Configuration { level: word(level) },
        properties: RuleProperties {
            security_severity: severity,
            tags: if danger.is_some() { &["security", "oauth"] } else { &["manifest"] },
        },
    }
}

fn result(mark: &LineMark, rules: &[Code], known: &mut BTreeMap<Fingerprint, usize>) -> Result {
    let LineMark { code, level, standing, address, path, targets, region, related, what, remedy, reason } = mark;
    let targets_told = if targets.is_empty() { String::new() } else { format!(" (for {})", targets.join(", ")) };
    let remedy = remedy.as_ref().map(|remedy| format!(" {}", sentence(remedy))).unwrap_or_default();
    let in_vain = reason.as_ref().filter(|_| *standing == Some(Standing::New));
    let in_vain =
        in_vain.map(|reason| format!(" Accepted in this very change, which does not count: {}", sentence(reason))).unwrap_or_default();
    let accepted = (*standing == Some(Standing::Accepted)).then(|| {
        vec![Suppression {
            kind: "inSource",
            status: "accepted",
            justification: printable_head(reason.as_deref().unwrap_or_default(), LONGEST),
        }]
    });
    let name = |address: &crate::address::Address| LogicalLocation {
        fully_qualified_name: printable_head(
            &format!("{address}{}", path.iter().map(|path| format!(" {path}")).collect::<Vec<_>>().concat()),
            LONGEST,
        ),
        kind: "object",
    };
    Result {
        rule_id: code.to_string(),
        rule_index: rules.binary_search(code).unwrap_or_default(),
        level: word(*level),
        message: Message::new(&format!("{}{remedy}{in_vain}", sentence(&format!("{what}{targets_told}")))),
        locations: vec![Location {
            physical_location: region.as_ref().map(physical),
            logical_locations: address.iter().map(name).collect(),
            message: None,
        }]
        .into_iter()
        .filter(|location| location.physical_location.is_some() || !location.logical_locations.is_empty())
        .collect(),
        related_locations: related
            .iter()
            .map(|(region, words)| Location {
                physical_location: Some(physical(region)),
                logical_locations: Vec::new(),
                message: Some(Message::new(if words.is_empty() { "see here" } else { words })),
            })
            .collect(),
        partial_fingerprints: [("primaryLocationLineHash", fingerprint(mark, known))].into(),
        baseline_state: standing.map(|standing| if standing == Standing::Before { "unchanged" } else { "new" }),
        suppressions: accepted,
    }
}

/// Returns what a result is known by, wherever its line is: by what is said and of what, and the how manieth of that kind it is.
fn fingerprint(mark: &LineMark, known: &mut BTreeMap<Fingerprint, usize>) -> String {
    let LineMark { code, address, path, region, what, targets, .. } = mark;
    let file = region.as_ref().map(|region| &region.file);
    let print = Fingerprint::of(&json!([code, address, path, file, what, targets]));
    let count = known.entry(print.clone()).and_modify(|count| *count += 1).or_insert(1);
    format!("{}:{count}", print.as_str())
}

fn physical(region: &Region) -> PhysicalLocation {
    let Region { file, line, column, end } = region;
    let (end_line, end_column) = end.unzip();
    PhysicalLocation {
        artifact_location: artifact(file),
        region: RegionOf { start_line: *line, start_column: *column, end_line, end_column },
    }
}

fn artifact(file: &str) -> ArtifactLocation {
    match file.strip_prefix('/') {
        Some(rest) => ArtifactLocation { uri: format!("file:///{}", encoded(rest)), uri_base_id: None },
        None => ArtifactLocation { uri: encoded(file.strip_prefix("./").unwrap_or(file)), uri_base_id: Some(ROOT) },
    }
}

/// Returns a path as a URI reference: of other characters than these nobody has to know what they mean.
fn encoded(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.bytes().map(byte).collect::<Vec<_>>().concat()
}

const fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// Returns a rule's name, as such names are written.
fn pascal_case(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let capital = |word: &str| format!("{}{}", word[..1].to_ascii_uppercase(), &word[1..]);
    words.map(capital).collect::<Vec<_>>().concat()
}

impl Message {
    /// Returns a text that is no more than text: without links, and with braces that stand for themselves.
    fn new(text: &str) -> Self {
        let text = printable_head(text, LONGEST);
        Self { text: text.replace('{', "{{").replace('}', "}}").replace("](", "] (") }
    }
}
