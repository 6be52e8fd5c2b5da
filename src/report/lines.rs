//! Findings and mistakes as marks on lines of manifests, each once, whatever targets it is found for.

use std::collections::BTreeMap;

use super::Report;
use crate::address::Address;
use crate::diagnostic::{self, Code, Diagnostic, Diagnostics, Origin, Sources, codes};
use crate::findings::{Finding, Severity, Standing};

/// Something that is wrong or dangerous, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineMark {
    /// Which rule.
    pub code: Code,
    /// How bad it is.
    pub level: Level,
    /// Whether this change adds it; `None` of a mistake.
    pub standing: Option<Standing>,
    /// The object that it is about; `None` of a mistake.
    pub address: Option<Address>,
    /// The field that it is about.
    pub path: Option<String>,
    /// The targets that it is found for, where there are several.
    pub targets: Vec<String>,
    /// Where it is; `None` of what is in no file.
    pub region: Option<Region>,
    /// Other places that have to do with it, each with its words.
    pub related: Vec<(Region, String)>,
    /// What is wrong or dangerous.
    pub what: String,
    /// What to do about it, where that is known.
    pub remedy: Option<String>,
    /// Why somebody accepted it.
    pub reason: Option<String>,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It must not stay.
    Error,
    /// Somebody should look.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    /// The file, relative to the repository.
    pub file: String,
    /// The line where it begins.
    pub line: u32,
    /// The column where it begins.
    pub column: u32,
    /// The line where it ends, and the column after the last; `None` where that is not known.
    pub end: Option<(u32, u32)>,
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low => Self::Note,
        }
    }
}

impl LineMark {
    /// Returns the rule in a few words.
    pub fn title(&self) -> &'static str {
        codes::find(self.code).map_or("a danger", |entry| entry.title)
    }
}

/// What was found for one target.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The target's name; `None` if the project has no targets.
    pub target: Option<&'a str>,
    /// The findings.
    pub findings: &'a [Finding],
}

impl Report {
    /// Returns what was found, target after target.
    pub fn found(&self) -> Vec<Found<'_>> {
        self.sections.iter().map(|section| Found { target: section.target.as_deref(), findings: &section.findings }).collect()
    }
}

/// A finding, told once.
#[derive(Debug, Clone, PartialEq)]
pub struct Told<'a> {
    /// For which target it was found first, by its place among them.
    pub at: usize,
    /// The finding.
    pub finding: &'a Finding,
    /// The targets that it was found for; none where there is but one to speak of.
    pub targets: Vec<&'a str>,
}

/// Returns every finding once, the worst first, and those that the change adds before others.
pub fn each_once<'a>(found: &[Found<'a>]) -> Vec<Told<'a>> {
    let mut told: Vec<Told<'_>> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (at, Found { target, findings }) in found.iter().enumerate() {
        for finding in *findings {
            // Everything but the target.
            let place = *known.entry(format!("{finding:?}")).or_insert_with(|| {
                told.push(Told { at, finding, targets: Vec::new() });
                told.len() - 1
            });
            let target = target.filter(|target| found.len() > 1 && !told[place].targets.contains(target));
            told[place].targets.extend(target);
        }
    }
    told.sort_by_key(|told| (told.finding.standing, std::cmp::Reverse(told.finding.severity)));
    told
}

/// Returns what there is to put on lines: mistakes first, and the worst of the findings before the others.
pub fn marks(found: &[Found<'_>], diagnostics: &Diagnostics, sources: &Sources) -> Vec<LineMark> {
    let mut marks: Vec<_> = diagnostics.sorted().into_iter().map(|diagnostic| mistake(diagnostic, sources)).collect();
    marks.extend(each_once(found).iter().map(|told| danger(told, sources)));
    marks.sort_by_key(|mark| (mark.standing, mark.level));
    marks
}

fn mistake(diagnostic: &Diagnostic, sources: &Sources) -> LineMark {
    let Diagnostic { code, severity, message, origin, label: _, related, help } = diagnostic;
    LineMark {
        code: *code,
        level: match severity {
            diagnostic::Severity::Error => Level::Error,
            diagnostic::Severity::Warning => Level::Warning,
        },
        standing: None,
        address: None,
        path: None,
        targets: Vec::new(),
        region: origin.as_ref().map(|origin| region(origin, sources)),
        related: related.iter().map(|(origin, words)| (region(origin, sources), words.clone())).collect(),
        what: message.clone(),
        remedy: help.clone().or_else(|| codes::find(*code).map(|entry| entry.remedy.to_owned())),
        reason: None,
    }
}

fn danger(told: &Told<'_>, sources: &Sources) -> LineMark {
    let Told { at: _, finding, targets } = told;
    let Finding { code, severity, standing, address, path, origin, what, remedy, reason } = finding;
    LineMark {
        code: *code,
        level: (*severity).into(),
        standing: Some(*standing),
        address: Some(address.clone()),
        path: path.as_ref().map(ToString::to_string),
        targets: targets.iter().map(|name| (*name).to_owned()).collect(),
        region: origin.as_ref().map(|origin| region(origin, sources)),
        related: Vec::new(),
        what: what.clone(),
        remedy: Some(remedy.clone()),
        reason: reason.clone(),
    }
}

fn region(origin: &Origin, sources: &Sources) -> Region {
    let Origin { file, start, end, line, column } = origin;
    let marked = sources.text(file).and_then(|text| text.get(*start as usize..*end as usize)).filter(|marked| !marked.is_empty());
    let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let end = marked.map(|marked| match marked.rsplit_once('\n') {
        None => (*line, column.saturating_add(count(marked))),
        Some((before, last)) => {
            let lines = u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX);
            (line.saturating_add(lines).saturating_add(1), count(last).saturating_add(1))
        }
    });
    Region { file: file.to_string(), line: *line, column: *column, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_ends_where_the_marked_text_does() {
        let mut sources = Sources::default();
        sources.insert("a.yaml".into(), "a: ø\nb: [x,\n  ÿy]\n".into());
        let at = |start, end, line, column| region(&Origin { file: "a.yaml".into(), start, end, line, column }, &sources).end;
        assert_eq!(at(3, 5, 1, 4), Some((1, 5)));
        assert_eq!(at(9, 19, 2, 4), Some((3, 6)));
        assert_eq!([at(3, 3, 1, 4), at(3, 400, 1, 4), at(4, 5, 1, 4)], [None; 3], "nothing is guessed");
    }
}
