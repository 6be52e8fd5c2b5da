//! Findings as text for people and JSON for programs: the same in every report.

use serde_json::{Value, json};

use super::plan::inert;
use super::style::{Style, Tone};
use crate::findings::{Finding, Severity, Standing};

/// Returns sections on findings: first what the change adds, then what was accepted, then what was there before. None of an empty one.
pub(super) fn sections(findings: &[Finding], style: Style) -> Vec<Vec<String>> {
    let headings = [
        (Standing::New, "Findings", Tone::Danger),
        (Standing::Accepted, "Accepted", Tone::Heading),
        (Standing::Before, "There before", Tone::Heading),
    ];
    let section = |(standing, heading, tone): (Standing, &str, Tone)| {
        let found: Vec<_> = findings.iter().filter(|finding| finding.standing == standing).collect();
        let lines = found.iter().flat_map(|finding| lines(finding, style)).map(|line| format!("  {line}"));
        (!found.is_empty()).then(|| std::iter::once(style.paint(tone, heading)).chain(lines).collect())
    };
    headings.into_iter().filter_map(section).collect()
}

/// Returns findings as text that something else follows; nothing if there are none.
pub fn text(findings: &[Finding], style: Style) -> String {
    sections(findings, style).into_iter().map(|lines| lines.join("\n") + "\n\n").collect()
}

fn lines(finding: &Finding, style: Style) -> Vec<String> {
    let Finding { code, severity, standing, address, path: _, origin, what, remedy, reason } = finding;
    let tone = match severity {
        Severity::High => Tone::Danger,
        Severity::Medium => Tone::Changed,
        Severity::Low => Tone::Faint,
    };
    let word = if *standing == Standing::New { style.paint(tone, severity.as_str()) } else { severity.as_str().to_owned() };
    let place = origin.as_ref().map(|origin| format!(" ({})", inert(origin))).unwrap_or_default();
    let mut lines = vec![format!("{word} {code} {}{place}: {}", inert(address), inert(what))];
    match (standing, reason) {
        (Standing::New, reason) => {
            lines.push(format!("    {}", inert(remedy)));
            let link = finding.link();
            lines.extend((!link.is_empty()).then(|| style.paint(Tone::Faint, format_args!("    {link}"))));
            lines
                .extend(reason.as_ref().map(|reason| format!("    accepted in this very change, which does not count: {}", inert(reason))));
        }
        (Standing::Accepted | Standing::Before, Some(reason)) => lines.push(format!("    accepted: {}", inert(reason))),
        (Standing::Accepted | Standing::Before, None) => {}
    }
    lines
}

/// Returns findings as JSON.
pub(super) fn json(findings: &[Finding]) -> Value {
    findings.iter().map(tree).collect()
}

fn tree(finding: &Finding) -> Value {
    let mut tree = json!(finding);
    tree["title"] = json!(finding.title());
    tree["link"] = json!(finding.link());
    tree
}
