//! `schema`: the kinds' tables to the JSON Schemas that editors use.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::super::error::CommandError;
use super::super::file::write_file;
use super::super::{Context, Exit};
use crate::address::Kind;
use crate::manifest::project_schema;
use crate::printable::printable;
use crate::resource::{document_schema, manifest_schema, patch_schema, with_defaults};

/// Prints the JSON Schema of manifests, or writes it, one for each kind, one for patches and one for idpctl.yaml into a folder.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl schema --out schemas
and at the top of each document, for editors:
  # yaml-language-server: $schema=../schemas/manifest.schema.json")]
pub(crate) struct SchemaArgs {
    /// Write all schemas into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &SchemaArgs, context: &Context) -> Result<Exit, CommandError> {
    match &args.out {
        None => context.printer.json(&manifest_schema())?,
        Some(folder) => {
            let doing = || format!("could not make the folder `{}`", printable(&folder.display().to_string()));
            fs::create_dir_all(folder).map_err(|error| CommandError::new(error).doing(doing()))?;
            for (name, schema) in schemas() {
                write_file(&folder.join(name), &text(&schema))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

/// Returns every schema with the name of its file.
fn schemas() -> Vec<(&'static str, Value)> {
    let mut schemas = vec![
        ("manifest.schema.json", manifest_schema()),
        ("patch.schema.json", patch_schema()),
        ("project.schema.json", with_defaults(project_schema())),
    ];
    schemas.extend(Kind::ALL.map(|kind| (file(kind), document_schema(kind))));
    schemas
}

const fn file(kind: Kind) -> &'static str {
    match kind {
        Kind::App => "app.schema.json",
        Kind::ClientCredentials => "client-credentials.schema.json",
        Kind::Grant => "grant.schema.json",
        Kind::GroupAssignment => "group-assignment.schema.json",
        Kind::Client => "client.schema.json",
        Kind::AuthorizationServer => "authorization-server.schema.json",
        Kind::OAuthProvider => "oauth-provider.schema.json",
        Kind::ClientType => "client-type.schema.json",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_schemas_in_the_repository_are_current() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        for (name, schema) in schemas() {
            let committed = fs::read_to_string(folder.join(name)).unwrap_or_default();
            assert!(committed == text(&schema), "schemas/{name} is not current: run `cargo run -- schema --out schemas`");
        }
        assert_eq!(fs::read_dir(folder).unwrap().count(), schemas().len());
    }
}
