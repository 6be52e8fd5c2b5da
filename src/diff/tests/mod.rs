//! What is told apart, field by field and child by child.

mod children;
mod fields;
mod groups;
mod together;

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::fixture::{Case, managing};
use super::*;
use crate::bind::fixture::{app, app_with_client_id, desired, document, live, marked, said, with};
use crate::observed::{AccessPolicy, Status};

impl Case {
    /// Returns every difference, in words.
    fn shown(&self) -> String {
        self.compared(shown)
    }

    /// Returns what the mark of the only app is to remember that documents manage.
    fn remembered(&self) -> String {
        self.compared(|changes| json!(changes.apps[0].marker.as_ref().expect("apps are marked").manages).to_string())
    }
}

fn shown(changes: &Changes<'_>) -> String {
    let mut out = String::new();
    for entry in &changes.apps {
        show(entry, &mut out);
    }
    for orphan in &changes.orphans {
        writeln!(out, "{}: {} goes", orphan.address, orphan.live.id).unwrap();
    }
    for LeftAlone { address, what, flag, trace: _ } in &changes.left_alone {
        writeln!(out, "{address} is left alone: {what} ({})", flag.as_deref().unwrap_or("no flag")).unwrap();
    }
    for (address, why) in &changes.not_compared {
        writeln!(out, "{address} is not compared: {why}").unwrap();
    }
    out + &said(&changes.problems)
}

fn show(entry: &AppChanges<'_>, out: &mut String) {
    let address = &entry.wanted.address;
    match &entry.change {
        None => {}
        Some(Change::Create { fields }) => show_fields(&format!("{address} is created"), fields, out),
        Some(Change::Update { fields }) => show_fields(&format!("{address} is updated"), fields, out),
        Some(Change::Replace { because, fields }) => {
            show_fields(&format!("{address} is replaced, because of"), because, out);
            show_fields("  by", fields, out);
        }
    }
    for change in &entry.secrets {
        let told = match change {
            SecretChange::Add(secret) => format!("{} is added", secret.address),
            SecretChange::Activate(secret, live) => format!("{} is activated as {}", secret.address, live.id),
            SecretChange::Deactivate(secret, live) => format!("{} is deactivated as {}", secret.address, live.id),
            SecretChange::Delete(address, live) => format!("{address} is deleted, {}", live.status.as_str()),
        };
        writeln!(out, "{told}").unwrap();
    }
    for change in &entry.grants {
        let told = match change {
            GrantChange::Add(grant) => format!("{} is granted", grant.address),
            GrantChange::Revoke(address, live) => format!("{address} is revoked as {}", live.id),
        };
        writeln!(out, "{told}").unwrap();
    }
    for change in &entry.groups {
        match change {
            GroupChange::Assign { wanted, group, fields } => {
                show_fields(&format!("{} is assigned as {}", wanted.address, group.id), fields, out);
            }
            GroupChange::Update { wanted, live, fields } => {
                show_fields(&format!("{} is updated as {}", wanted.address, live.group), fields, out);
            }
            GroupChange::Withdraw(address, live) => writeln!(out, "{address} is withdrawn, {}", live.body).unwrap(),
        }
    }
    for KeyChange { address, id, active } in &entry.keys {
        writeln!(out, "{address} is deleted as {id}, in force: {active}").unwrap();
    }
}

fn show_fields(head: &str, fields: &[FieldChange], out: &mut String) {
    writeln!(out, "{head}").unwrap();
    for FieldChange { path, facet: _, before, after, declared: _, origin: _, immutable: _ } in fields {
        let shown = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(mark) if path.to_string() == "profile.idpctl" => {
                format!("{} {} {}", mark["owner"], mark["manages"], mark.get("protected").unwrap_or(&Value::Null))
            }
            Some(value) => value.to_string(),
        };
        writeln!(out, "    {path}: {} → {}", shown(before), shown(after)).unwrap();
    }
}
