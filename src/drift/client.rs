//! Dynamically registered clients, which bear no mark: nobody can tell who moved.

use super::{Cause, Item, What, field_of, undeclared};
use crate::diff::{Change, ClientChanges, GrantChange};

/// Returns what departs of one client, its secret and its grants.
pub(super) fn items(entry: &ClientChanges<'_>) -> Vec<Item> {
    let wanted = entry.bound.wanted;
    let item = |address, what, origin| Item { address, what, cause: Cause::Either, origin };
    let mut items = match &entry.change {
        Some(Change::Create { .. }) => return vec![item(wanted.address.clone(), What::Missing, Some(wanted.origin.to_string()))],
        // A replacement makes everything anew, which is no drift of what hangs on the client.
        Some(Change::Replace { because, fields: _ }) => return because.iter().map(|change| field_of(&wanted.address, change)).collect(),
        Some(Change::Update { fields }) => fields.iter().map(|change| field_of(&wanted.address, change)).collect(),
        None => Vec::new(),
    };
    if let (true, false, Some(output)) = (entry.secret, entry.written, &wanted.output) {
        items.push(item(wanted.secret(), What::Missing, Some(output.origin.to_string())));
    }
    items.extend(entry.grants.iter().map(|change| match change {
        GrantChange::Add(wanted) => item(wanted.address.clone(), What::Missing, Some(wanted.origin.to_string())),
        GrantChange::Revoke(address, live) => undeclared(address.clone(), format!("scope `{}` is granted and not declared", live.scope)),
    }));
    items
}
