//! The forms in which a plan, a comparison and drift are shown.

use clap::ValueEnum;
use serde_json::Value;

use super::error::CommandError;
use super::printer::Printer;
use crate::render;
use crate::report::Report;

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request: at most 65,000 characters
    Markdown,
}

impl ReportFormat {
    /// Writes something to standard output. Text and JSON are of each command's own making; the other forms are one for all.
    pub(crate) fn print(
        self,
        printer: Printer,
        report: impl FnOnce() -> Report,
        text: impl FnOnce() -> String,
        json: impl FnOnce() -> Value,
    ) -> Result<(), CommandError> {
        match self {
            Self::Text => printer.data(&text()),
            Self::Json => printer.json(&json()),
            Self::Markdown => printer.data(&render::report::markdown(&report())),
        }
    }
}
