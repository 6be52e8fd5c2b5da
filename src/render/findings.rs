//! Findings as text for people and JSON for programs, the same in every report, and the page about all that there are.

use serde_json::{Value, json};

use super::plan::inert;
use super::style::{Style, Tone};
use crate::diagnostic::codes::{self, Danger, Entry};
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

/// Returns a page about every danger that is looked for, in Markdown.
pub fn reference() -> String {
    let mut page = String::from(HEAD);
    for (entry, danger) in codes::all().filter_map(|entry| Some((entry, entry.danger?))) {
        let Entry { code, title, explanation, remedy, danger: _ } = entry;
        let Danger { severity, link } = danger;
        let about = if link.contains("rfc9700") { "RFC 9700" } else { "Okta's documentation" };
        let section = link.rsplit_once("#section-").map(|(_, section)| format!(", section {section}")).unwrap_or_default();
        let text = format!("\n## {code}: {title}\n\n**{}.** {explanation}\n\n{remedy} ([{about}{section}]({link}))\n", severity.as_str());
        page.push_str(&text);
    }
    page
}

/// What the page about dangers begins with.
const HEAD: &str = "\
# Findings

A finding is a danger that a change brings: nothing is wrong with the manifests, and somebody should look all the same. `plan`, `apply`, `diff`, `drift` and `validate` look for the same
dangers by the same rules; `validate` knows no change, so all that is dangerous is a finding there. What was there before a change is told apart and refuses nothing.

`--fail-on high`, `medium` or `low` ends with 3 if a change adds a danger that is as bad or worse; `apply` then changes nothing. A danger that is known and meant is accepted in its
document, with a reason that every report shows:

```yaml
metadata:
  name: legacy-portal
  accept: {IDP4401: \"legacy client, gone by March\"}
```

For `diff` that counts from the next change on: an acceptance that arrives together with its danger has been seen by nobody.

This page is made from the code; `idpctl explain CODE` says the same.
";

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
