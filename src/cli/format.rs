//! The forms in which a plan, a comparison and drift are shown.

use clap::ValueEnum;
use serde_json::Value;

use super::error::CommandError;
use super::printer::Printer;
use crate::diagnostic::{Diagnostics, Sources};
use crate::render;
use crate::report::{Found, Report, marks};

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request: at most 65,000 characters
    Markdown,
    /// One page for a browser, which loads nothing
    Html,
    /// Findings for code scanning: SARIF 2.1.0
    Sarif,
    /// Findings as annotations of GitHub Actions
    Github,
}

/// The form of what is wrong with manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

/// What there is to put on lines besides findings.
pub(crate) struct Lines<'a> {
    /// Which command says it.
    pub(crate) command: &'static str,
    pub(crate) diagnostics: &'a Diagnostics,
    pub(crate) sources: &'a Sources,
}

impl Lines<'_> {
    /// Writes findings and mistakes as SARIF.
    pub(crate) fn sarif(&self, found: &[Found<'_>], printer: Printer) -> Result<(), CommandError> {
        printer.json(&render::sarif::sarif(&marks(found, self.diagnostics, self.sources), self.command))
    }

    /// Writes findings and mistakes as annotations.
    pub(crate) fn github(&self, found: &[Found<'_>], printer: Printer) -> Result<(), CommandError> {
        printer.data(&render::github::github(&marks(found, self.diagnostics, self.sources)))
    }
}

impl ReportFormat {
    /// Writes something to standard output. Text and JSON are of each command's own making; the other forms are one for all.
    pub(crate) fn print(
        self,
        printer: Printer,
        report: impl FnOnce() -> Report,
        text: impl FnOnce() -> String,
        json: impl FnOnce() -> Value,
        lines: &Lines<'_>,
    ) -> Result<(), CommandError> {
        match self {
            Self::Text => printer.data(&text()),
            Self::Json => printer.json(&json()),
            Self::Markdown => printer.data(&render::report::markdown(&report())),
            Self::Html => printer.data(&render::html::html(&report())),
            Self::Sarif => lines.sarif(&report().found(), printer),
            Self::Github => lines.github(&report().found(), printer),
        }
    }

    /// Writes what is wrong with manifests to standard output, in the forms that are about lines.
    pub(crate) fn print_mistakes(self, printer: Printer, lines: &Lines<'_>) -> Result<(), CommandError> {
        match self {
            Self::Text | Self::Json | Self::Markdown | Self::Html => Ok(()),
            Self::Sarif => lines.sarif(&[], printer),
            Self::Github => lines.github(&[], printer),
        }
    }
}
