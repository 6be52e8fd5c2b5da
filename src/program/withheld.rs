//! What cannot be written back: a live object of which a part looks like a secret, and so was not kept in memory.

use crate::address::Address;
use crate::diagnostic::codes::CANNOT_UPDATE;
use crate::diagnostic::{Diagnostic, Origin};
use crate::json::Path;
use crate::observed::Id;

/// An object that is declared, the live one, and what was dropped of it.
pub(super) struct Withheld<'a> {
    pub(super) address: &'a Address,
    pub(super) origin: &'a Origin,
    /// What sort of object the live one is.
    pub(super) sort: &'a str,
    pub(super) id: &'a Id,
    pub(super) places: &'a [Path],
    /// What to do instead.
    pub(super) help: &'a str,
}

impl Withheld<'_> {
    /// Returns why the object cannot be updated, if it cannot.
    pub(super) fn problem(self) -> Option<Diagnostic> {
        let Self { address, origin, sort, id, places, help } = self;
        let places: Vec<_> = places.iter().map(|place| format!("`{place}`")).collect();
        let message = format!(
            "{address} cannot be updated: the live {sort} {id} carries {}, which looks like a secret and so is not kept in memory; a PUT would lose it",
            places.join(", ")
        );
        (!places.is_empty()).then(|| Diagnostic::error(CANNOT_UPDATE, Some(origin.clone()), message).help(help))
    }
}
