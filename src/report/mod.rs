//! Plans, comparisons and drift as one thing to show: what it is about, what is dangerous in it, and object after object. Pure.
//!
//! What formats have in common is decided here, once. Texts from manifests, the org and the command line are as they were: whoever renders
//! makes them inert, in the way of the format.

mod comparison;
mod drift;
mod lines;
pub mod mark;
mod plan;

pub use comparison::{REMOVED, WORDS, caution, identity, presence_words, remark, short};
pub use drift::{blame_lines, causes, departure, log_remark};
pub use lines::{Found, Level, LineMark, Region, Told, each_once, marks};
pub use plan::{VERBS, moved_again, new_mark, replacement_remark};

use std::collections::BTreeSet;

use serde_json::Value;

use crate::address::Address;
use crate::findings::{Finding, Severity, Standing};
use crate::graph::Graph;
use crate::plan::{Org, Portal};
use crate::review::Side;

/// Everything that a format may show.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What it is about.
    pub subject: Subject,
    /// What it comes to, in our own words: `2 to create, 1 to update, with 4 requests`.
    pub summary: String,
    /// The command that shows all of it as text.
    pub command: String,
    /// By target; a plan and drift are about one.
    pub sections: Vec<Section>,
    /// What is to be said once, below everything.
    pub closing: Option<&'static str>,
}

/// What a report is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// What would change in the org.
    Plan(Place),
    /// What departs from the manifests in the org.
    Drift(Place),
    /// What differs between two revisions.
    Comparison {
        /// The earlier revision.
        base: Side,
        /// The later one; `None` for the working tree.
        head: Option<Side>,
    },
}

/// An org and a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The ownership namespace.
    pub project: String,
    /// The org; `None` if nothing is declared of one.
    pub org: Option<Org>,
    /// The portal; `None` if nothing is declared of one.
    pub portal: Option<Portal>,
}

/// What there is to say of one target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    /// The target's name; `None` if the project has no targets.
    pub target: Option<String>,
    /// The ownership namespace.
    pub project: String,
    /// What is to be known of the target as a whole.
    pub remark: Option<&'static str>,
    /// Whether there is nothing to show.
    pub is_empty: bool,
    /// What is dangerous, the worst first.
    pub findings: Vec<Finding>,
    /// What makes a plan refuse.
    pub guards: Vec<Remark>,
    /// What differs in the project or the target itself.
    pub settings: Vec<FieldView>,
    /// What differs, by address.
    pub objects: Vec<ObjectView>,
    /// What was found and is not touched.
    pub left_alone: Vec<Remark>,
    /// What could not be compared.
    pub not_compared: Vec<Remark>,
    /// What else is worth knowing.
    pub notes: Vec<Remark>,
    /// What is declared, and what needs what; `None` where nobody has to see it.
    pub graph: Option<Graph>,
}

/// Something worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What it is about, if it is about one object.
    pub address: Option<Address>,
    /// What is worth knowing.
    pub what: String,
    /// The flag that would change it, where there is one.
    pub flag: Option<String>,
}

/// One object and what becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectView {
    /// Its address.
    pub address: Address,
    /// What people call it, where its address does not say that.
    pub title: Option<String>,
    /// What becomes of it.
    pub turn: Turn,
    /// The word for it: `added`, `to create`.
    pub word: &'static str,
    /// The address that it had, and by what it is known to be the same.
    pub was: Option<(Address, &'static str)>,
    /// Where it differs.
    pub fields: Vec<FieldView>,
    /// What else is to be known of it.
    pub notes: Vec<String>,
    /// Who touched it, the latest first, where somebody asked.
    pub blame: Vec<BlameLine>,
    /// Where it is declared (`file:line:column`).
    pub origin: Option<String>,
}

/// One sentence on who touched an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlameLine {
    /// The sentence, without its full stop.
    pub what: String,
    /// Where the entry of the log is to be seen; `None` where no entry is meant, or nobody knows where.
    pub link: Option<String>,
    /// What to search the org's log for, to see the entry; `None` where none is meant.
    pub search: Option<String>,
}

/// What becomes of an object; what can do most harm first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Another takes its place.
    Replaced,
    /// It goes.
    Removed,
    /// It has another name.
    Renamed,
    /// It is otherwise.
    Changed,
    /// It comes.
    Added,
}

/// One field and how it differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldView {
    /// Which field.
    pub path: String,
    /// What is there before; `None` if nothing is.
    pub before: Option<Shown>,
    /// What is there after; `None` if nothing is.
    pub after: Option<Shown>,
    /// What is to be known besides.
    pub remark: Option<String>,
    /// Where it is declared (`file:line:column`).
    pub origin: Option<String>,
}

/// One side of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// A value.
    Value(Value),
    /// What stands for one: a secret has none that could be shown.
    Words(String),
}

impl Turn {
    /// Returns the sign for it.
    pub const fn symbol(self) -> char {
        match self {
            Self::Replaced => '±',
            Self::Removed => '-',
            Self::Renamed | Self::Changed => '~',
            Self::Added => '+',
        }
    }
}

impl Shown {
    /// Returns the value; none where words stand for it.
    pub const fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::Words(_) => None,
        }
    }
}

impl Report {
    /// Returns every finding, target after target.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.sections.iter().flat_map(|section| &section.findings)
    }

    /// Returns how many findings this change adds, by severity, the worst first; what there is none of is left out.
    pub fn counts(&self) -> Vec<(usize, Severity)> {
        let added = |severity| self.findings().filter(|finding| finding.standing == Standing::New && finding.severity == severity).count();
        let counts = [Severity::High, Severity::Medium, Severity::Low].map(|severity| (added(severity), severity));
        counts.into_iter().filter(|(count, _)| *count > 0).collect()
    }
}

impl Report {
    /// Returns the same with what is declared for each target, as far as it has to do with what the report is about.
    #[must_use]
    pub fn with_graphs(mut self, graphs: impl IntoIterator<Item = Option<Graph>>) -> Self {
        for (section, graph) in self.sections.iter_mut().zip(graphs) {
            let objects: BTreeSet<_> = section.objects.iter().map(|object| (object.address.kind, &object.address.name)).collect();
            section.graph = graph.map(|graph| graph.around(|document| objects.contains(&(document.kind, &document.name))));
        }
        self
    }
}

impl Section {
    /// Returns the findings that this change adds.
    pub fn added(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.standing == Standing::New)
    }

    /// Returns the findings that were there before, and those that somebody accepted.
    pub fn known(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.standing != Standing::New)
    }
}

/// Returns a text as one word of a POSIX shell, whatever it holds.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_shell_is_one_word() {
        let words = ["prod", "", "a b", "x'; rm -rf $HOME #", "App/web-*"].map(shell_word);
        insta::assert_snapshot!(words.join("\n"), @r"
        prod
        ''
        'a b'
        'x'\''; rm -rf $HOME #'
        'App/web-*'
        ");
    }
}
