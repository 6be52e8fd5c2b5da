//! Names that must be unique among their kind.

use serde_json::Value;

use crate::{answer::Refusal, families::Exchange, store::Table, switches::DuplicateServerNames};

/// Refuses a name that another document below `prefix` has; `own` is the id of the one that is to have it.
pub(super) fn refuse_taken(x: &Exchange<'_>, table: Table, prefix: &str, own: &str, same: impl Fn(&Value) -> bool) -> Result<(), Refusal> {
    if x.switches.duplicate_server_names() == DuplicateServerNames::Accept {
        return Ok(());
    }
    let rows = x.tx.starting_with(table, prefix);
    if rows.iter().any(|(_, row)| row["id"] != own && same(row)) {
        return Err(Refusal::invalid("name", "name: An object with this field already exists in the current organization"));
    }
    Ok(())
}
