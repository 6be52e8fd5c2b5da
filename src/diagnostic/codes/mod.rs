//! The table of diagnostic codes: what each means and how it is put right. `idpctl explain IDP0103` prints from here.
//!
//! A code keeps its meaning for ever; a rule that goes away leaves its number unused. Ranges: 01xx text and files, 02xx envelope and
//! project file, 03xx fields, 04xx variables, secrets and references, 05xx values that do not go together, 06xx
//! manifests that do not fit the org, 40xx dangers that changes bring, 41xx what the org and the portal do not agree in.

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
}

/// Defines a range of codes: the constants, and the table with their meanings.
macro_rules! codes {
    ($table:ident: $($name:ident = $number:literal, $title:literal, $explanation:literal, $remedy:literal;)*) => {
        $(#[doc = concat!("IDP", stringify!($number), ": ", $title, ".")] pub const $name: $crate::diagnostic::Code = $crate::diagnostic::Code($number);)*
        pub(super) const $table: &[super::Entry] = &[
            $(super::Entry { code: $name, title: $title, explanation: $explanation, remedy: $remedy }),*
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
        for Entry { code, title, explanation, remedy } in entries {
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
