//! `--select KIND/NAME`: which part of the manifests a command is about.

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::address::{Address, Kind};

/// A choice of addresses by patterns; by default everything.
#[derive(Debug, Clone, Default)]
pub struct Select {
    patterns: Vec<String>,
    set: Option<GlobSet>,
}

impl Select {
    /// Returns the choice that some patterns make; none at all choose everything.
    pub fn new(patterns: &[String]) -> Result<Self, BadPattern> {
        if patterns.is_empty() {
            return Ok(Self::default());
        }
        let mut builder = GlobSetBuilder::new();
        for pattern in patterns {
            let glob = Glob::new(pattern).ok().filter(|_| pattern.contains('/')).ok_or_else(|| BadPattern(pattern.clone()))?;
            builder.add(glob);
        }
        let set = builder.build().map_err(|_| BadPattern(patterns.join(" ")))?;
        Ok(Self { patterns: patterns.to_vec(), set: Some(set) })
    }

    /// Returns whether the object that an address belongs to is chosen.
    pub fn has(&self, address: &Address) -> bool {
        self.set.as_ref().is_none_or(|set| set.is_match(address.top().to_string()))
    }

    /// Returns whether objects of a kind can be among what is chosen.
    pub fn speaks_of(&self, kind: Kind) -> bool {
        let names = |pattern: &String| {
            let word = pattern.split('/').next().unwrap_or_default();
            // What is no pattern by itself was cut in two in the midst of braces, and may mean any kind.
            Glob::new(word).map_or(true, |glob| glob.compile_matcher().is_match(kind.as_str()))
        };
        self.patterns.is_empty() || self.patterns.iter().any(names)
    }

    /// Returns whether anything was left out.
    pub fn is_narrow(&self) -> bool {
        self.set.is_some()
    }

    /// Returns the patterns.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

/// A pattern that chooses nothing sensible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pattern of addresses: write KIND/NAME, for example 'App/web-*' or '*/billing'")]
pub struct BadPattern(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_chooses_whole_objects() {
        let select = Select::new(&["App/web-*".to_owned()]).unwrap();
        assert!(select.has(&Address::new(Kind::App, "web-portal").below(["secret", "x"])));
        assert!(!select.has(&Address::new(Kind::Grant, "web-portal")));
        assert!(Select::default().has(&Address::new(Kind::Grant, "any")));
        assert_eq!(Select::new(&["web".to_owned()]).unwrap_err(), BadPattern("web".to_owned()));
    }

    #[test]
    fn a_pattern_tells_which_kinds_it_can_be_about() {
        let kinds = |pattern: &str| {
            let select = Select::new(&[pattern.to_owned()]).unwrap();
            Kind::ALL.into_iter().filter(|kind| select.speaks_of(*kind)).map(Kind::as_str).collect::<Vec<_>>().join(" ")
        };
        insta::assert_snapshot!(["App/*", "{App,Grant}/web", "Client*/x", "{App/a,Grant/b}"].map(kinds).join("\n"), @"
        App
        App Grant
        ClientCredentials Client ClientType
        App ClientCredentials Grant GroupAssignment Client AuthorizationServer OAuthProvider ClientType
        ");
    }
}
