//! What stands in the way of a promised token: which object, where in which manifest it is declared, and what to do.

use crate::address::Address;
use crate::diagnostic::Origin;

/// An object that is to blame for a token that did not come, or came otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    /// The object, as plans call it.
    pub address: Address,
    /// Where a manifest declares what is at fault; `None` if none does.
    pub origin: Option<Origin>,
    /// What is wrong.
    pub what: String,
    /// What to do, where that is known and not said already. A command stands on a line of its own.
    pub remedy: String,
}

/// To make an object what the manifests say.
const APPLY: &str = "make it as it is declared\n    idpctl apply";

impl Blame {
    /// Returns the blame of an object that is not there, or not as it is declared.
    pub(super) fn undone(address: &Address, origin: &Origin, what: impl Into<String>) -> Self {
        Self::new(address, origin, what, APPLY)
    }

    /// Returns the blame of an object that is not in force, where the manifests may leave that open.
    pub(super) fn inactive(address: &Address, origin: &Origin, is_declared: bool) -> Self {
        let open = "say `status: ACTIVE` of it, and have that applied\n    idpctl apply";
        Self::new(address, origin, "it is INACTIVE", if is_declared { APPLY } else { open })
    }

    /// Returns the blame of an object, with what to do.
    pub(super) fn new(address: &Address, origin: &Origin, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { address: address.clone(), origin: Some(origin.clone()), what: what.into(), remedy: remedy.into() }
    }
}
