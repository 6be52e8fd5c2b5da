//! Dynamically registered clients, which bear no mark: nobody can tell who moved.

use super::{Cause, Item, What, aspect, field_of, missing_grant, undeclared};
use crate::diff::{Change, ClientChanges, GrantChange};
use crate::observed::Trace;

/// Returns what departs of one client, its secret and its grants.
pub(super) fn items(entry: &ClientChanges<'_>) -> Vec<Item> {
    let wanted = entry.bound.wanted;
    let item = |address, what, origin, trace| Item::new(address, what, Cause::Either, origin, trace);
    let names: Vec<_> = entry.bound.live.iter().map(|(live, _)| live.id.0.as_str()).collect();
    let field = |change| {
        let live = entry.bound.live.map(|(live, _)| Trace::app(&live.id, &live.id.0, aspect(change)));
        field_of(&wanted.address, change, live.unwrap_or_default())
    };
    let mut items = match &entry.change {
        Some(Change::Create { .. }) => {
            let trace = Trace::gone_app(wanted.metadata.id.as_deref(), Some(wanted.name()));
            return vec![item(wanted.address.clone(), What::Missing, Some(wanted.origin.to_string()), trace)];
        }
        // A replacement makes everything anew, which is no drift of what hangs on the client.
        Some(Change::Replace { because, fields: _ }) => return because.iter().map(field).collect(),
        Some(Change::Update { fields }) => fields.iter().map(field).collect(),
        None => Vec::new(),
    };
    if let (true, false, Some(output)) = (entry.secret, entry.written, &wanted.output) {
        // That a file is missing is nobody's doing in the org.
        items.push(item(wanted.secret(), What::Missing, Some(output.origin.to_string()), Trace::default()));
    }
    items.extend(entry.grants.iter().map(|change| match change {
        GrantChange::Add(wanted) => missing_grant(wanted, &names),
        GrantChange::Revoke(address, live) => {
            undeclared(address.clone(), format!("scope `{}` is granted and not declared", live.scope), Trace::grant(&names, live))
        }
    }));
    items
}
