//! What becomes of live children that nobody declares: pruned where that was asked for and is allowed, left alone otherwise.

use super::{AppChanges, LeftAlone, Scope};
use crate::address::Address;
use crate::bind::How;
use crate::observed::Trace;
use crate::resource::marker::Facility;

/// Says why undeclared children of an app may not be pruned, whatever the flags.
pub(super) fn forbidden(entry: &AppChanges<'_>, scope: &Scope<'_, '_>, facility: Facility) -> Option<String> {
    let ours = entry.wanted.is_declared() && scope.desired.ownership;
    let adopted = entry.live.and_then(|live| live.marker.as_ref()).is_none_or(|m| m.owner.project != scope.desired.project);
    if !ours && !entry.wanted.prunable.contains(&facility) {
        Some("the app is not ours; `metadata.prune: true` in the document would allow it".to_owned())
    } else if adopted && entry.how != Some(How::Reference) && matches!(facility, Facility::Keys | Facility::Secrets) {
        // Consumers of a client that was not ours until now hold credentials that nobody has told us of.
        Some("adopting a client never retires its credentials".to_owned())
    } else {
        None
    }
}

/// Returns the entry for something that is not touched.
pub(super) fn left_alone(address: Address, what: &str, why: Option<String>, trace: Trace) -> LeftAlone {
    let flag = why.is_none().then(|| "--prune".to_owned());
    LeftAlone { address, what: why.map_or_else(|| what.to_owned(), |why| format!("{what}: {why}")), flag, trace }
}
