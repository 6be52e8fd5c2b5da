//! Text to documents: strict YAML, the envelope, variables, the project file. Everything keeps its position.

mod document;
mod position;

pub use document::{Document, Metadata};
pub use position::Positions;
