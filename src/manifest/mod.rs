//! Text to documents: strict YAML, the envelope, variables, the project file. Everything keeps its position.
//!
//! ```text
//! paths ──source──▶ texts ──yaml, tree──▶ trees with positions ──envelope, layers, vars──▶ documents
//! ```

mod cover;
mod document;
mod envelope;
mod layers;
mod load;
mod locate;
mod misplaced;
mod patch;
mod place;
mod position;
mod project;
pub mod rewrite;
mod scalar;
mod settings;
mod shape;
mod source;
mod target;
mod tree;
mod vars;
pub mod write;
mod yaml;

pub use document::{Document, Metadata};
pub use envelope::{API_VERSION, Header, is_dns_label, is_server_id};
pub use load::{Loaded, load, read, read_over, targets};
pub use place::stays_inside;
pub use position::Positions;
pub use project::{
    ApiVersion, EmulatorEntry, OktaEntry, Ownership, PROJECT_FILE, PortalEntry, Project, ProjectKind, TargetEntry, project_schema,
};
pub use settings::settings;
pub use source::SourceFile;
pub use target::{Place, Target, Wish};
pub use vars::{Variables, is_variable_name, literal};
