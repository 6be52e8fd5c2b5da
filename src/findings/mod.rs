//! Changes to the dangers that they bring: what reviewers have to look at. Pure.
//!
//! A danger is looked for on both sides of a change by the same rules. One that the change adds is a finding; one that was there before is a
//! note. Some dangers are the change itself, as when a protection is switched off. Plans, reviews, drift and validation differ in what
//! their two sides are, and in nothing else.

mod changes;
mod declared;
mod judge;
mod rules;
#[cfg(test)]
mod tests;
mod view;

use serde::{Deserialize, Serialize};

pub use changes::{drifted, planned};
pub(crate) use declared::CUTOVER_WORDS;
pub use declared::{between, declared};

use crate::address::Address;
pub use crate::diagnostic::codes::Severity;
use crate::diagnostic::codes::{self, Danger, Entry};
use crate::diagnostic::{Code, Origin};
use crate::json::Path;

/// A danger that a change brings, or that was there before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Whether the change adds it.
    pub standing: Standing,
    /// The object that it is about.
    pub address: Address,
    /// The field, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// Where a manifest says so; of what no manifest says, where the object is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What is dangerous, in a sentence without a full stop.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
    /// Why it was accepted (`metadata.accept`). Of a new one: it was accepted in this very change, which does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a danger is to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The change adds it.
    New,
    /// The change adds it, and somebody has accepted it before, with a reason.
    Accepted,
    /// It was there before.
    Before,
}

impl Finding {
    /// Returns a danger that a change adds, with what is known of its code.
    pub fn new(code: Code, address: Address, what: impl Into<String>) -> Self {
        let Entry { remedy, danger, .. } = entry(code);
        let severity = danger.map_or(Severity::High, |danger| danger.severity);
        let (what, remedy) = (what.into(), (*remedy).to_owned());
        Self { code, severity, standing: Standing::New, address, path: None, origin: None, what, remedy, reason: None }
    }

    /// Returns the same at a place.
    #[must_use]
    pub fn at(self, origin: Option<Origin>) -> Self {
        Self { origin, ..self }
    }

    /// Returns the same with a remedy of its own.
    #[must_use]
    pub fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: remedy.into(), ..self }
    }

    /// Returns the rule in a few words.
    pub fn title(&self) -> &'static str {
        entry(self.code).title
    }

    /// Returns where one can read about it: a section of RFC 9700, or of Okta's documentation.
    pub fn link(&self) -> &'static str {
        entry(self.code).danger.map_or("", |Danger { link, .. }| link)
    }

    /// Returns whether it is a reason to refuse, given how bad a danger may not be.
    pub fn fails_on(&self, severity: Severity) -> bool {
        self.standing == Standing::New && self.severity >= severity
    }
}

/// Returns why a change is refused that may add no danger of a severity, nor a worse one; `None` if it adds none.
pub fn refusal<'f>(findings: impl IntoIterator<Item = &'f Finding>, severity: Severity) -> Option<String> {
    let bad = findings.into_iter().filter(|finding| finding.fails_on(severity)).count();
    let what = if bad == 1 { "1 finding of".to_owned() } else { format!("{bad} findings of") };
    let worse = if severity == Severity::High { "" } else { " or worse" };
    let what = format!("{what} severity {}{worse} (`--fail-on`)", severity.as_str());
    (bad > 0).then(|| format!("{what}: put it right, or accept it with a reason in `metadata.accept` of the document"))
}

/// Returns what is known of a code; a finding of an unknown one may come from a file of a later version.
fn entry(code: Code) -> &'static Entry {
    static UNKNOWN: Entry = Entry { code: Code(0), title: "a danger", explanation: "", remedy: "", danger: None };
    codes::find(code).unwrap_or(&UNKNOWN)
}

/// Sorts findings: what a change adds before what was accepted and what was there, and the worst first.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.standing, std::cmp::Reverse(finding.severity), finding.address.clone(), finding.code);
        key(a).cmp(&key(b)).then_with(|| (&a.path, &a.what).cmp(&(&b.path, &b.what)))
    });
}
