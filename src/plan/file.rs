//! A plan as a file: an approval, never a program. It holds no secret and no hash of one.

use serde_json::Value;

use super::Plan;
use crate::printable::printable_head;

/// The version of the format that this program writes.
pub const FORMAT_VERSION: u32 = 1;

/// A file that is no plan that can be used.
#[derive(Debug, thiserror::Error)]
pub enum BadPlan {
    /// It is no JSON.
    #[error("it is not a plan written by `idpctl plan --out`, nor JSON at all")]
    Syntax(#[source] serde_json::Error),
    /// It is JSON of another form. What stands there is not repeated: it may be any file, one with secrets in it too.
    #[error("it is not a plan written by `idpctl plan --out`: {0} does not fit")]
    Form(String),
    /// A newer program wrote it.
    #[error("it has format version {0}, and this idpctl knows versions up to {FORMAT_VERSION}: apply it with the idpctl that made it")]
    Newer(u64),
}

/// Returns a plan as the text of a file; the same plan gives the same bytes.
pub fn write(plan: &Plan) -> String {
    let mut text = serde_json::to_string_pretty(plan).expect("a plan is plain data: maps with text keys");
    text.push('\n');
    text
}

/// Returns the plan in the text of a file.
pub fn read(text: &str) -> Result<Plan, BadPlan> {
    let tree: Value = serde_json::from_str(text).map_err(BadPlan::Syntax)?;
    match tree.get("format_version").and_then(Value::as_u64) {
        Some(version) if version > u64::from(FORMAT_VERSION) => Err(BadPlan::Newer(version)),
        _ => serde_path_to_error::deserialize(tree).map_err(|error| BadPlan::Form(place(error.path()))),
    }
}

fn place(path: &serde_path_to_error::Path) -> String {
    if path.iter().len() == 0 { "its top level".to_owned() } else { format!("`{}`", printable_head(&path.to_string(), 100)) }
}
