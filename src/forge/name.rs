//! The name of a comment to the hidden first line that marks it, and back.
//!
//! Anybody can write that line: it says which comment is meant, never whose it is.

use std::fmt;
use std::str::FromStr;

use crate::manifest::is_dns_label;
use crate::printable::printable_head;

/// The hidden first line of a comment with a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker(String);

/// A text that names no comment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a DNS label: use lower-case letters, digits and `-`, such as `production`")]
pub struct NameError(String);

impl FromStr for Marker {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        if is_dns_label(name) { Ok(Self(name.to_owned())) } else { Err(NameError(printable_head(name, 100))) }
    }
}

impl Marker {
    /// Returns a text as the comment of this name.
    pub fn mark(&self, text: &str) -> String {
        format!("{self}\n{text}")
    }

    /// Tells whether a comment has this name.
    pub fn marks(&self, body: &str) -> bool {
        body.lines().next() == Some(&self.to_string())
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<!-- idpctl:{} -->", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker(name: &str) -> Marker {
        name.parse().unwrap()
    }

    #[test]
    fn a_comment_has_the_name_of_its_first_line() {
        let body = marker("plan").mark("## Plan\n");
        assert_eq!(body, "<!-- idpctl:plan -->\n## Plan\n");
        assert!(
            marker("plan").marks(&body)
                && marker("plan").marks(&body.replace('\n', "\r\n"))
                && marker("plan").marks("<!-- idpctl:plan -->")
        );
        for other in ["", "## Plan", "\n<!-- idpctl:plan -->", " <!-- idpctl:plan -->", "<!-- idpctl:plan --> x", "<!-- idpctl:plan2 -->\n"]
        {
            assert!(!marker("plan").marks(other), "{other}");
        }
        assert!(!marker("diff").marks(&body));
    }

    #[test]
    fn a_name_cannot_end_its_line() {
        for name in ["", "A", "a b", "a-->", "-a", "a\n", "--", "ä"] {
            assert!(name.parse::<Marker>().is_err(), "{name}");
        }
    }
}
