//! Dangers that a change brings, each with why it matters and what to do. Pure.

use crate::address::Address;
use crate::diagnostic::{Code, Origin};

/// A danger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Whether this change adds it.
    pub standing: Standing,
    /// What it is about.
    pub address: Address,
    /// The field.
    pub path: Option<crate::json::Path>,
    /// Where it is declared.
    pub origin: Option<Origin>,
    /// What is dangerous.
    pub what: String,
    /// What to do.
    pub remedy: String,
    /// Why it was accepted.
    pub reason: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth a question.
    Medium,
    /// Dangerous.
    High,
}

/// Whether a change adds a danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// This change adds it.
    New,
    /// It was there before.
    Before,
    /// Somebody accepted it, with a reason.
    Accepted,
}

impl Severity {
    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl Finding {
    /// Returns the paragraph of RFC 9700, or of Okta's documentation, that it is after.
    pub fn link(&self) -> &'static str {
        "https://www.rfc-editor.org/rfc/rfc9700#section-2.1"
    }

    /// Returns the rule in a few words.
    pub fn title(&self) -> &'static str {
        crate::diagnostic::codes::find(self.code).map_or("", |entry| entry.title)
    }
}
