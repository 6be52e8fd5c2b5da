//! What each kind consists of: one annotated struct a kind, and the field table made of it.
//!
//! The structs are never filled in: live and declared objects stay JSON trees, so that members nobody has heard of survive. What they
//! give is their JSON Schema, whose `x-idpctl` members say how a field is compared, cleared and written. Everything that needs to know a
//! field (validation, diff, edits, `explain`, the published schemas) walks a tree with that table, through the walker in `walk.rs`.

pub mod app;
pub mod authorization_server;
pub mod client;
pub mod client_type;
pub mod credentials;
mod field;
pub mod grant;
pub mod group_assignment;
pub mod jwk;
pub mod marker;
pub mod oauth_provider;
mod reference;
mod schema;
mod suggest;
mod table;
pub mod validate;
mod walk;

use crate::address::Kind;

/// Returns the members of a kind's objects that only the server sets.
pub fn read_only(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::App | Kind::ClientCredentials | Kind::Grant | Kind::GroupAssignment => &app::READ_ONLY,
        Kind::Client => &client::READ_ONLY,
        Kind::AuthorizationServer => authorization_server::Part::Server.read_only(),
        // `CID` may be given when an object is made; the rest is the portal's alone (tyk-portal-api.md, sections 2 and 3).
        Kind::OAuthProvider | Kind::ClientType => &["ID", "CreatedAt", "UpdatedAt", "ClientTypes"],
    }
}

pub use field::{Clear, Compare, Facet, Field, Rule, Shape};
pub use reference::Reference;
pub use schema::{document_schema, manifest_schema, patch_schema, with_defaults};
pub use suggest::{did_you_mean, nearest};
pub use table::table;
pub use validate::{Fault, validate};
pub use walk::{Leaf, arranged, every_leaf, leaves, merged, same};
