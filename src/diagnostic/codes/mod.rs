//! The table of diagnostic codes: what each means and how it is put right. `idpctl explain IDP0103` prints from here.
//!
//! A code keeps its meaning for ever; a rule that goes away leaves its number unused. Ranges: 01xx text and files, 02xx envelope and
//! project file, 03xx fields, 04xx variables, secrets and references, 05xx values that do not go together, 06xx
//! manifests that do not fit the org. Dangers that changes bring: 40xx identity and secrets, 41xx the portal, and what it and the org do not
//! agree in, 42xx what authorization servers issue, 43xx where users are sent, 44xx how clients get tokens, 45xx rights at Okta itself.

mod envelope;
mod field;
mod finding;
mod org;
mod reference;
mod rule;
mod text;

pub use envelope::*;
pub use field::*;
pub use finding::*;
pub use org::*;
pub use reference::*;
pub use rule::*;
pub use text::*;

use serde::{Deserialize, Serialize};

use super::Code;

/// What `explain` knows about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The code.
    pub code: Code,
    /// The rule in a few words.
    pub title: &'static str,
    /// Why there is such a rule.
    pub explanation: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// Of a danger that a change brings: how bad it is, and where one can read about it.
    pub danger: Option<Danger>,
}

/// What is known about a danger that a change brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Danger {
    /// How bad it is.
    pub severity: Severity,
    /// The section of RFC 9700 (OAuth 2.0 Security Best Current Practice), or of Okta's documentation, that is about it.
    pub link: &'static str,
}

/// How bad a danger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; little follows from it alone.
    Low,
    /// It weakens a protection, or breaks somebody's work.
    Medium,
    /// Somebody could take over accounts or the org, or everybody is locked out.
    High,
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

/// Defines a range of codes: the constants, and the table with their meanings.
macro_rules! codes {
    ($table:ident: $($name:ident = $number:literal $([$severity:ident, $link:literal])?, $title:literal, $explanation:literal, $remedy:literal;)*) => {
        $(#[doc = concat!("IDP", stringify!($number), ": ", $title, ".")] pub const $name: $crate::diagnostic::Code = $crate::diagnostic::Code($number);)*
        pub(super) const $table: &[super::Entry] = &[
            $(super::Entry {
                code: $name,
                title: $title,
                explanation: $explanation,
                remedy: $remedy,
                danger: {
                    let danger: &[super::Danger] = &[$(super::Danger { severity: super::Severity::$severity, link: $link })?];
                    danger.first().copied()
                },
            }),*
        ];
    };
}
use codes;

/// Returns every code with its meaning, in order.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    text::TEXT
        .iter()
        .chain(envelope::ENVELOPE)
        .chain(field::FIELD)
        .chain(reference::REFERENCE)
        .chain(rule::RULE)
        .chain(org::ORG)
        .chain(finding::FINDING)
}

/// Returns what is known about a code.
pub fn find(code: Code) -> Option<&'static Entry> {
    all().find(|entry| entry.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_in_order_and_documented() {
        let entries: Vec<_> = all().collect();
        for pair in entries.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} is not above {}", pair[1].code, pair[0].code);
        }
        for Entry { code, title, explanation, remedy, danger } in entries {
            assert_eq!(danger.is_some(), code.0 >= 4000, "{code}: dangers, and they alone, have a severity and a link");
            for text in [title, explanation, remedy] {
                assert!(text.len() > 4, "{code} is not documented");
            }
            assert!(
                !title.ends_with('.') && title.chars().next().is_some_and(|c| !c.is_uppercase() || title.starts_with("YAML")),
                "{code}: {title}"
            );
            assert!(explanation.ends_with('.') && remedy.ends_with('.'), "{code}: sentences end with a full stop");
        }
    }

    #[test]
    fn a_code_is_found_by_its_number() {
        assert_eq!(find(DUPLICATE_KEY).map(|e| e.title), Some("a key is given twice"));
        assert_eq!(find(Code(9999)), None);
    }
}
