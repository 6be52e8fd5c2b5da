//! A text to the one comment of a pull request or merge request: which comment it is, what is sent, and what the answers mean.
//!
//! Nothing here sends. A [`Talk`] says what to ask next after each answer, so that what two pipelines do to each other can be tried out
//! in every order.

mod actions;
mod decode;
mod name;
mod talk;
mod thread;

#[cfg(test)]
mod talk_tests;

pub use actions::without_actions;
pub use decode::{comment, comments, complaint, user};
pub use name::{Marker, NameError};
pub use talk::{Ask, Heard, Outcome, Talk, Turn, What};
pub use thread::{Request, Thread, ThreadError, Verb};

use std::fmt;

/// A forge whose comments can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// github.com, or a GitHub Enterprise server.
    GitHub,
    /// gitlab.com, or another GitLab.
    GitLab,
}

impl Forge {
    /// Returns how many characters a comment can have.
    pub const fn longest(self) -> usize {
        match self {
            Self::GitHub => 65_536,
            Self::GitLab => 1_000_000,
        }
    }

    /// Returns what has the comments there, in words.
    pub const fn request(self) -> &'static str {
        match self {
            Self::GitHub => "pull request",
            Self::GitLab => "merge request",
        }
    }
}

impl fmt::Display for Forge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
        })
    }
}

/// A comment as far as it matters here. Anybody can have written it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Comment {
    /// Its id: what is made later has a larger one.
    pub id: u64,
    /// The id of whoever wrote it.
    pub author: Option<u64>,
    /// Whether a program wrote it, as far as the forge says.
    pub by_program: bool,
    /// Its text.
    pub body: String,
    /// Where it is shown, as the forge says.
    pub page: Option<String>,
}
