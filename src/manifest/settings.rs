//! A settings file of another tool to its tree, by the same strict reading, but without repeating any of its text: it may hold credentials.

use std::sync::Arc;

use serde_json::Value;

use super::yaml;
use crate::diagnostic::Diagnostics;

/// Reads a text that is one YAML document, or none.
///
/// # Errors
/// The line of the first mistake, if it is known.
pub fn settings(text: &str) -> Result<Value, Option<u32>> {
    let mut diagnostics = Diagnostics::default();
    let file = yaml::read(&Arc::from("settings"), text, &mut diagnostics);
    if diagnostics.has_errors() || !file.unread.is_empty() {
        return Err(diagnostics.sorted().iter().find_map(|mistake| mistake.origin.as_ref().map(|origin| origin.line)));
    }
    let mut trees = file.documents.into_iter().map(|document| document.tree);
    let first = trees.next().unwrap_or_default();
    if trees.next().is_some() { Err(None) } else { Ok(first) }
}
