//! One way in which an exchange is not as the contract says.

use std::fmt;

use jsonschema::{ValidationError, error::ValidationErrorKind};
use serde_json::Value;

/// What stands for the keyword where a value has more than one of the forms of which it should have one.
pub(super) const SEVERAL: &str = "several of oneOf";

/// Which half of an exchange it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the org answered.
    Answer,
    /// What our own client asked.
    Request,
}

/// What is not as the contract says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The contract has no such operation.
    Operation,
    /// The operation has no such status.
    Status,
    /// There is a body where none is documented.
    Body(String),
    /// There is no body where one is documented, or none of a documented kind.
    NoBody,
    /// A parameter of the query.
    Parameter { name: String, problem: String },
    /// A value within the body.
    Field { pointer: String, keyword: String, value: Value, problem: String, branches: Vec<Vec<Self>> },
}

/// A fault and where it was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) method: String,
    /// The documented path, or the one asked for if there is none.
    pub(super) path: String,
    pub(super) side: Side,
    /// The status of the answer.
    pub(super) status: u16,
    pub(super) fault: Fault,
}

impl Fault {
    /// Returns a fault of a body, seen from the items of a list if it is one.
    pub(super) fn of(error: &ValidationError<'_>, within_a_list: bool) -> Self {
        let whole = error.instance_path().as_str();
        let mut pointer = match whole.strip_prefix('/').filter(|_| within_a_list) {
            Some(rest) => rest.find('/').map_or("", |end| &rest[end..]).to_owned(),
            None => whole.to_owned(),
        };
        if let ValidationErrorKind::Required { property } = error.kind() {
            pointer = format!("{pointer}/{}", property.as_str().unwrap_or_default());
        }
        let branches = match error.kind() {
            ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
                context.iter().map(|errors| errors.iter().map(|error| Self::of(error, within_a_list)).collect()).collect()
            }
            _ => Vec::new(),
        };
        let problem = error.masked().to_string();
        let keyword = match error.kind() {
            ValidationErrorKind::OneOfMultipleValid { .. } => SEVERAL,
            kind => kind.keyword(),
        };
        Self::Field { pointer, keyword: keyword.to_owned(), value: error.instance().clone().into_owned(), problem, branches }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, side, status, fault } = self;
        match side {
            Side::Answer => write!(f, "{method} {path} answered {status}: {fault}"),
            Side::Request => write!(f, "{method} {path} as our client sends it: {fault}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation => f.write_str("the contract has no such operation"),
            Self::Status => f.write_str("the status is not documented"),
            Self::Body(text) => write!(f, "there is a body where none is documented: {text}"),
            Self::NoBody => f.write_str("a body of a documented kind is missing"),
            Self::Parameter { name, problem } => write!(f, "the parameter `{name}` {problem}"),
            Self::Field { pointer, keyword, value, problem, branches } => {
                let is_secret = ["secret", "password", "token"].iter().any(|word| pointer.contains(word)) && value.is_string();
                let value = if is_secret { "a secret".to_owned() } else { shortened(&value.to_string(), 200) };
                write!(f, "`{pointer}` ({keyword}): {}; it is {value}", shortened(problem, 300))?;
                for (number, branch) in branches.iter().enumerate() {
                    let faults: Vec<_> = branch.iter().map(ToString::to_string).collect();
                    write!(f, "; as sort {}: {}", number + 1, faults.join(", "))?;
                }
                Ok(())
            }
        }
    }
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
